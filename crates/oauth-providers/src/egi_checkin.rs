//! EGI Check-in, for people of research organizations.
//!
//! A service is requested at the Federation Registry, <https://aai.egi.eu/federation>, with the protocol OpenID Connect and the redirect URI
//! `https://your.app/auth/egi-checkin/callback`. EGI approves it. Client ID and secret are on its page Protocol.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, Revocation, SigningAlgorithm, register};

/// EGI Check-in.
///
/// The account id is opaque and looks like an address, which it is not. The address is verified if Check-in says so.
pub static EGI_CHECKIN: ProviderSpec = ProviderSpec::openid("egi-checkin", "{base_url}/auth/realms/egi")
    .base_url("https://aai.egi.eu")
    .display_name("EGI Check-in")
    .docs("https://docs.egi.eu/providers/check-in/sp/")
    .console("https://aai.egi.eu/federation")
    .brand(Brand { color: "#24292F", icon_path: ICON })
    .authorize("{base_url}/auth/realms/egi/protocol/openid-connect/auth")
    .token("{base_url}/auth/realms/egi/protocol/openid-connect/token")
    .jwks("{base_url}/auth/realms/egi/protocol/openid-connect/certs")
    .user_info("{base_url}/auth/realms/egi/protocol/openid-connect/userinfo")
    .id_token_algorithms(&[SigningAlgorithm::Rs256])
    .known_scopes(&[
        ("openid", "Sign in"),
        ("profile", "Read name and user name"),
        ("email", "Read the e-mail address"),
        ("voperson_id", "Read the community user identifier"),
        ("eduperson_entitlement", "Read groups and roles"),
        ("eduperson_scoped_affiliation", "Read the affiliation with the home organization"),
        ("offline_access", "Get a refresh token"),
    ])
    .claims(
        Claims::id("sub")
            .email("email")
            .email_verified("email_verified")
            .username("preferred_username")
            .name("name")
            .first_name("given_name")
            .last_name("family_name"),
    )
    .revocation(Revocation::NotOffered { instead: "An access token ends after an hour" })
    .remedies(&[
        (ErrorKind::RedirectUriMismatch, "Enter exactly this callback URL, with https, in the Federation Registry"),
        (ErrorKind::ClientRefused, "Copy the secret again; development and demo need their own BASE_URL"),
        (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
        (ErrorKind::EmailMissing, "Give the service the scope email in the Federation Registry"),
    ]);

register!(EGI_CHECKIN);

/// A disc.
const ICON: &str = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z";
