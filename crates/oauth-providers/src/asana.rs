//! Asana.
//!
//! An app is made at <https://app.asana.com/0/my-apps>. Its page OAuth has the client id and secret, takes the redirect URL
//! `https://your.app/auth/asana/callback`, and has the permission scopes; its page Manage distribution says whose people may use it.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, Revocation, register};

/// Asana.
///
/// The account id is the `gid` of the user, the same in all their workspaces. Asana does not say whether the address is verified. It has
/// OpenID scopes, but gives ID tokens through the browser, which is not done here: the profile is asked for with the access token.
pub static ASANA: ProviderSpec =
    ProviderSpec::oauth2("asana", "https://app.asana.com/-/oauth_authorize", "https://app.asana.com/-/oauth_token")
        .display_name("Asana")
        .docs("https://developers.asana.com/docs/oauth")
        .console("https://app.asana.com/0/my-apps")
        .brand(Brand { color: "#F06A6A", icon_path: ICON })
        .scopes(&["openid", "profile", "email"])
        .known_scopes(&[
            ("openid", "Sign in"),
            ("profile", "Read name and picture"),
            ("email", "Read the e-mail address"),
            ("users:read", "Read users by the API"),
            ("workspaces:read", "Read workspaces by the API"),
            ("default", "Use the whole API, for an app with full permissions"),
        ])
        .user_info("https://app.asana.com/api/1.0/openid_connect/userinfo")
        .claims(Claims::id("sub").email("email").name("name").avatar_url("picture"))
        .revocation(Revocation::Endpoint("https://app.asana.com/-/oauth_revoke"))
        .remedies(&[
            (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL, with https, on the page OAuth of the app"),
            (ErrorKind::ClientRefused, "Copy client ID and client secret again, from the page OAuth of the app"),
            (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
            (ErrorKind::UserInfoUnauthorized, "Sign in again: the token has ended after an hour, or was revoked"),
            (ErrorKind::UserInfoForbidden, "Ask for the scope openid, then sign in again"),
            (ErrorKind::EmailMissing, "Ask for the scope email, then sign in again"),
        ]);

register!(ASANA);

/// simple-icons, CC0.
const ICON: &str = "M18.78 12.653c-2.882 0-5.22 2.336-5.22 5.22s2.338 5.22 5.22 5.22 5.22-2.34 5.22-5.22-2.336-5.22-5.22-5.22zm-13.56 0c-2.88 0-5.22 2.337-5.22 5.22s2.338 5.22 5.22 5.22 5.22-2.338 5.22-5.22-2.336-5.22-5.22-5.22zm12-6.525c0 2.883-2.337 5.22-5.22 5.22-2.882 0-5.22-2.337-5.22-5.22 0-2.88 2.338-5.22 5.22-5.22 2.883 0 5.22 2.34 5.22 5.22z";
