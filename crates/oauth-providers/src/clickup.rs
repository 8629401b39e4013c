//! ClickUp.
//!
//! An owner or admin of a workspace makes an app in its settings, on the page ClickUp API, with the redirect URL
//! `https://your.app/auth/clickup/callback`. The same page shows its client id and secret.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, Revocation, register};

/// ClickUp.
///
/// The account id is a number, the same in all workspaces. What ClickUp calls the user name is the person's name as others see it. There
/// are no scopes: people choose the workspaces that the app may use. ClickUp does not say whether the address is verified.
pub static CLICKUP: ProviderSpec =
    ProviderSpec::oauth2("clickup", "https://app.clickup.com/api", "https://api.clickup.com/api/v2/oauth/token")
        .display_name("ClickUp")
        .docs("https://developer.clickup.com/docs/authentication")
        .console("https://app.clickup.com/settings/apps")
        .brand(Brand { color: "#7B68EE", icon_path: ICON })
        .user_info("https://api.clickup.com/api/v2/user")
        .claims(Claims::id("user.id").email("user.email").name("user.username").avatar_url("user.profilePicture"))
        .revocation(Revocation::NotOffered { instead: "People withdraw access in the settings of their workspace" })
        .remedies(&[
            (ErrorKind::RedirectUriMismatch, "Add the callback URL to the redirect URLs of the app, and save"),
            (
                ErrorKind::TokenRefused,
                "Sign in again; if it stays, check redirect URL, client ID and secret of the app",
            ),
            (ErrorKind::UserInfoUnauthorized, "Sign in again: the person withdrew the access"),
            (ErrorKind::RateLimited, "Wait a minute: ClickUp counts the requests of each token"),
        ]);

register!(CLICKUP);

/// simple-icons, CC0.
const ICON: &str = "M2 18.439l3.69-2.828c1.961 2.56 4.044 3.739 6.363 3.739 2.307 0 4.33-1.166 6.203-3.704L22 18.405C19.298 22.065 15.941 24 12.053 24 8.178 24 4.788 22.078 2 18.439zM12.04 6.15l-6.568 5.66-3.036-3.52L12.055 0l9.543 8.296-3.05 3.509z";
