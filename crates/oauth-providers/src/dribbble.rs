//! Dribbble.
//!
//! An application is registered at <https://dribbble.com/account/applications/new>, with the callback URL
//! `https://your.app/auth/dribbble/callback`. Its page shows Client ID and Client Secret at the bottom.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, Revocation, register};

/// Dribbble.
///
/// The account id is a number. Dribbble documents no e-mail address, so none is read.
pub static DRIBBBLE: ProviderSpec =
    ProviderSpec::oauth2("dribbble", "https://dribbble.com/oauth/authorize", "https://dribbble.com/oauth/token")
        .display_name("Dribbble")
        .docs("https://developer.dribbble.com/v2/oauth/")
        .console("https://dribbble.com/account/applications")
        .brand(Brand { color: "#EA4C89", icon_path: ICON })
        .scopes(&["public"])
        .known_scopes(&[
            ("public", "Read the public profile, shots and projects"),
            ("upload", "Upload, change and delete shots and attachments"),
        ])
        .user_info("https://api.dribbble.com/v2/user")
        .claims(Claims::id("id").username("login").name("name").avatar_url("avatar_url").profile_url("html_url"))
        .revocation(Revocation::NotOffered {
            instead: "People revoke the access in the settings of their Dribbble account",
        })
        .remedies(&[
            (ErrorKind::RedirectUriMismatch, "Set exactly this callback URL in the application"),
            (ErrorKind::ClientRefused, "Copy Client ID and Client Secret again, from the page of the application"),
            (ErrorKind::InvalidGrant, "The code has been used or has ended: sign in again"),
            (ErrorKind::UserInfoUnauthorized, "Sign in again: the token was revoked"),
            (ErrorKind::RateLimited, "Wait: Dribbble limits how often an application may ask"),
            (ErrorKind::EmailMissing, "Dribbble gives no e-mail address: ask the person for one"),
        ]);

register!(DRIBBBLE);

/// simple-icons, CC0.
const ICON: &str = "M12 24C5.385 24 0 18.615 0 12S5.385 0 12 0s12 5.385 12 12-5.385 12-12 12zm10.12-10.358c-.35-.11-3.17-.953-6.384-.438 1.34 3.684 1.887 6.684 1.992 7.308 2.3-1.555 3.936-4.02 4.395-6.87zm-6.115 7.808c-.153-.9-.75-4.032-2.19-7.77l-.066.02c-5.79 2.015-7.86 6.025-8.04 6.4 1.73 1.358 3.92 2.166 6.29 2.166 1.42 0 2.77-.29 4-.814zm-11.62-2.58c.232-.4 3.045-5.055 8.332-6.765.135-.045.27-.084.405-.12-.26-.585-.54-1.167-.832-1.74C7.17 11.775 2.206 11.71 1.756 11.7l-.004.312c0 2.633.998 5.037 2.634 6.855zm-2.42-8.955c.46.008 4.683.026 9.477-1.248-1.698-3.018-3.53-5.558-3.8-5.928-2.868 1.35-5.01 3.99-5.676 7.17zM9.6 2.052c.282.38 2.145 2.914 3.822 6 3.645-1.365 5.19-3.44 5.373-3.702-1.81-1.61-4.19-2.586-6.795-2.586-.825 0-1.63.1-2.4.285zm10.335 3.483c-.218.29-1.935 2.493-5.724 4.04.24.49.47.985.68 1.486.08.18.15.36.22.53 3.41-.43 6.8.26 7.14.33-.02-2.42-.88-4.64-2.31-6.38z";
