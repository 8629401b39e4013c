//! Logto, in its cloud or self-hosted.
//!
//! An application of the type "Traditional web" is made in the Logto Console under Applications, with the redirect URI
//! `https://your.app/auth/logto/callback`. Its page has the application ID and the application secret.
//!
//! `OAUTH_LOGTO_ISSUER` is the Logto endpoint with `/oidc`: `https://acme.logto.app/oidc`.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, Revocation, register};

/// Logto.
///
/// The account id is the id of the Logto user. Logto calls every address verified, also one that an administrator or an import wrote, so
/// that its flag says nothing and is not read.
pub static LOGTO: ProviderSpec = ProviderSpec::openid_from_settings("logto")
    .display_name("Logto")
    .docs("https://docs.logto.io/integrate-logto/third-party-applications")
    .console("https://docs.logto.io/integrate-logto/application-data-structure")
    .brand(Brand { color: "#24292F", icon_path: ICON })
    .known_scopes(&[
        ("openid", "Sign in"),
        ("profile", "Read name, user name, picture and profile page"),
        ("email", "Read the primary e-mail address"),
        ("phone", "Read the primary phone number"),
        ("roles", "Read the roles of the person"),
        ("urn:logto:scope:organizations", "Read the organizations of the person"),
        ("offline_access", "Get a refresh token; takes prompt=consent too"),
    ])
    .claims(
        Claims::id("sub")
            .email("email")
            .username("username")
            .name("name")
            .first_name("given_name")
            .last_name("family_name")
            .avatar_url("picture")
            .profile_url("profile"),
    )
    .revocation(Revocation::NotOffered { instead: "An access token ends after an hour" })
    .remedies(&[
        (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL to the Redirect URIs of the application"),
        (ErrorKind::ClientRefused, "Copy id and secret again; the type of the application must be Traditional web"),
        (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
        (ErrorKind::MetadataInvalid, "ISSUER is the Logto endpoint with /oidc, without a slash at its end"),
        (ErrorKind::EmailMissing, "Ask for the scope email; a user may have no address"),
    ]);

register!(LOGTO);

/// A disc.
const ICON: &str = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z";
