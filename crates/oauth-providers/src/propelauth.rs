//! PropelAuth.
//!
//! A client is made in the dashboard of the project, on the page OAuth Config, with the redirect URI
//! `https://your.app/auth/propelauth/callback`.

use oauth_core::{Brand, Claims, ClientAuthentication, ErrorKind, ProviderSpec, Revocation, Setting, register};

/// PropelAuth.
///
/// The account id is the id of the user in the project. PropelAuth does not say there whether the address was confirmed.
///
/// It needs `OAUTH_PROPELAUTH_BASE_URL`, the auth URL of the project.
pub static PROPELAUTH: ProviderSpec =
    ProviderSpec::oauth2("propelauth", "{base_url}/propelauth/oauth/authorize", "{base_url}/propelauth/oauth/token")
        .display_name("PropelAuth")
        .docs("https://docs.propelauth.com/reference/api/oauth2")
        .console("https://docs.propelauth.com/reference/api/oauth2")
        .brand(Brand { color: "#24292F", icon_path: ICON })
        .settings(&[Setting { name: "BASE_URL", description: "auth URL of the project", required: true }])
        .scopes(&["email", "profile"])
        .known_scopes(&[("email", "Read the e-mail address"), ("profile", "Read name and user name")])
        .client_authentication(ClientAuthentication::Basic)
        .user_info("{base_url}/propelauth/oauth/userinfo")
        .claims(
            Claims::id("user_id").email("email").username("username").first_name("first_name").last_name("last_name"),
        )
        .revocation(Revocation::NotOffered { instead: "An administrator blocks the user in the PropelAuth dashboard" })
        .remedies(&[
            (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL on the page OAuth Config of the project"),
            (
                ErrorKind::ClientRefused,
                "Copy Client ID and Client Secret again, from the page OAuth Config of the project",
            ),
            (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
            (ErrorKind::UserInfoUnauthorized, "Sign in again: the token has ended"),
        ]);

register!(PROPELAUTH);

/// A disc.
const ICON: &str = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z";
