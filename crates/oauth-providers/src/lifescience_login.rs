//! Life Science Login, for people of the European life science infrastructures.
//!
//! A service is registered as the instructions at
//! <https://lifescience-ri.eu/ls-login/relying-parties/how-to-register-and-integrate-a-relying-party-to-ls-login.html> say, with the
//! redirect URI `https://your.app/auth/lifescience-login/callback`.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, Revocation, register};

/// Life Science Login.
///
/// The account id and the user name are of the form of an address, and never taken for one. The person chose the user name; the id is
/// opaque and stays.
pub static LIFESCIENCE_LOGIN: ProviderSpec = ProviderSpec::openid(
    "lifescience-login",
    "https://login.aai.lifescience-ri.eu/oidc/",
)
.display_name("Life Science Login")
.docs("https://lifescience-ri.eu/ls-login/")
.console(
    "https://lifescience-ri.eu/ls-login/relying-parties/how-to-register-and-integrate-a-relying-party-to-ls-login.html",
)
.brand(Brand { color: "#24292F", icon_path: ICON })
.authorize("https://login.aai.lifescience-ri.eu/oidc/authorize")
.token("https://login.aai.lifescience-ri.eu/oidc/token")
.jwks("https://login.aai.lifescience-ri.eu/oidc/jwk")
.user_info("https://login.aai.lifescience-ri.eu/oidc/userinfo")
.known_scopes(&[
    ("openid", "Sign in"),
    ("profile", "Read name and user name"),
    ("email", "Read the e-mail address"),
    ("eduperson_entitlement", "Read groups"),
    ("ga4gh_passport_v1", "Read permissions to data sets"),
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
.revocation(Revocation::Endpoint("https://login.aai.lifescience-ri.eu/oidc/revoke"))
.remedies(&[
    (ErrorKind::RedirectUriMismatch, "Register exactly this callback URL for the service"),
    (ErrorKind::ClientRefused, "Check client ID and secret of the registered service"),
    (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
    (ErrorKind::EmailMissing, "Register the service for the scope email"),
]);

register!(LIFESCIENCE_LOGIN);

/// A disc.
const ICON: &str = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z";
