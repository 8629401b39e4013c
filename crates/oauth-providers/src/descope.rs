//! Descope.
//!
//! In the console, <https://app.descope.com/>, the client id is the project ID, or that of an OIDC application under Applications. The
//! client secret is an access key. The project has to permit `https://your.app/auth/descope/callback`.
//!
//! Descope issues ID tokens too. Whether they return the nonce is not documented, and they would prove no more than the profile that the
//! access token fetches; PKCE ties the login to its browser.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, Revocation, register};

/// Descope.
///
/// The account id is the id of the Descope user in the project. Whether the address is verified is what Descope says.
pub static DESCOPE: ProviderSpec =
    ProviderSpec::oauth2("descope", "{base_url}/oauth2/v1/authorize", "{base_url}/oauth2/v1/token")
        .base_url("https://api.descope.com")
        .display_name("Descope")
        .docs("https://docs.descope.com/identity-federation/applications/oidc-apps/oidc-endpoints")
        .console("https://app.descope.com/")
        .brand(Brand { color: "#24292F", icon_path: ICON })
        .scopes(&["openid", "profile", "email"])
        .known_scopes(&[
            ("openid", "Sign in"),
            ("profile", "Read name and picture"),
            ("email", "Read the e-mail address"),
            ("phone", "Read the phone number"),
            ("descope.claims", "Read roles, permissions and tenants"),
            ("descope.custom_claims", "Read the project's own claims"),
        ])
        .user_info("{base_url}/oauth2/v1/userinfo")
        .claims(Claims::openid_basic())
        .revocation(Revocation::Endpoint("{base_url}/oauth2/v1/revoke"))
        .remedies(&[
            (ErrorKind::RedirectUriMismatch, "The project, or its OIDC application, must permit this callback URL"),
            (ErrorKind::ClientRefused, "CLIENT_ID is the project ID, CLIENT_SECRET an access key of that project"),
            (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
            (ErrorKind::UserInfoUnauthorized, "Sign in again: the token was revoked or has ended"),
            (ErrorKind::EmailMissing, "Ask for the scope email; who signs in by telephone may have no address"),
        ]);

register!(DESCOPE);

/// A disc.
const ICON: &str = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z";
