//! Vipps and MobilePay, in Norway, Sweden, Denmark and Finland.
//!
//! Login is set up for a sales unit at <https://portal.vippsmobilepay.com>, under For developers > Setup login, with the redirect URI
//! `https://your.app/auth/vipps/callback`. The API keys of the sales unit have client id and client secret.
//!
//! The endpoints are discovered, as Vipps MobilePay asks.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, Revocation, SigningAlgorithm, register};

/// Vipps MobilePay.
///
/// The account id is a person's id at one sales unit: another one may see another. Vipps MobilePay checks who people are; whether the
/// address is verified is what its flag says.
pub static VIPPS: ProviderSpec = ProviderSpec::openid("vipps", "{base_url}/access-management-1.0/access/")
    .base_url("https://api.vipps.no")
    .display_name("Vipps MobilePay")
    .docs("https://developer.vippsmobilepay.com/docs/APIs/login-api/")
    .console("https://portal.vippsmobilepay.com")
    .brand(Brand { color: "#24292F", icon_path: ICON })
    .id_token_algorithms(&[SigningAlgorithm::Rs256])
    .scopes(&["openid", "name", "email"])
    .known_scopes(&[
        ("openid", "Sign in"),
        ("name", "Read the name"),
        ("email", "Read the e-mail address"),
        ("phoneNumber", "Read the phone number"),
        ("address", "Read the postal addresses"),
        ("birthDate", "Read the birth date"),
        ("nin", "Read the national identity number; needs a permission of its own"),
    ])
    .claims(
        Claims::id("sub")
            .email("email")
            .email_verified("email_verified")
            .name("name")
            .first_name("given_name")
            .last_name("family_name"),
    )
    .revocation(Revocation::NotOffered { instead: "People withdraw access in the app, under Companies with access" })
    .remedies(&[
        (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL to the redirect URIs of the sales unit"),
        (ErrorKind::ClientRefused, "Copy the keys again; the authentication method must be client_secret_basic"),
        (ErrorKind::InvalidGrant, "Sign in again: a code lives a couple of minutes and works once"),
        (ErrorKind::MetadataInvalid, "A test sales unit needs BASE_URL https://apitest.vipps.no"),
        (ErrorKind::UserInfoUnauthorized, "Sign in again: the token has ended after ten minutes"),
        (ErrorKind::EmailMissing, "Ask for the scope email"),
    ]);

register!(VIPPS);

/// A disc.
const ICON: &str = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z";
