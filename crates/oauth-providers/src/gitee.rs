//! Gitee.
//!
//! A third-party application is made at <https://gitee.com/oauth/applications> with the callback `https://your.app/auth/gitee/callback` and the
//! permissions `user_info` and `emails`. Its page shows the client id and the client secret.

use oauth_core::{Brand, Claims, ErrorKind, ExtraCall, ProviderSpec, Revocation, TokenPlacement, register};

/// Gitee.
///
/// The account id is a number. The address is the first one that Gitee lists as confirmed; what that means is not documented, so there is no
/// word on whether it is verified. The `email` of the profile is a text that people write there, and is not read.
pub static GITEE: ProviderSpec =
    ProviderSpec::oauth2("gitee", "https://gitee.com/oauth/authorize", "https://gitee.com/oauth/token")
        .display_name("Gitee")
        .docs("https://gitee.com/api/v5/oauth_doc")
        .console("https://gitee.com/oauth/applications")
        .brand(Brand { color: "#C71D23", icon_path: ICON })
        .scopes(&["user_info", "emails"])
        .known_scopes(&[("user_info", "Read the profile"), ("emails", "Read the e-mail addresses")])
        .user_info("https://gitee.com/api/v5/user")
        .token_placement(TokenPlacement::Query("access_token"))
        .calls(&[ExtraCall::get("emails", "https://gitee.com/api/v5/emails").optional_on(&[403, 404])])
        .claims(
            Claims::id("id")
                .email("@emails[state=confirmed].email")
                .username("login")
                .name("name")
                .avatar_url("avatar_url")
                .profile_url("html_url"),
        )
        .revocation(Revocation::NotOffered { instead: "" })
        .remedies(&[
            (ErrorKind::RedirectUriMismatch, "Enter the callback URL as 应用回调地址 (callback) of the application"),
            (ErrorKind::ClientRefused, "Copy Client ID and Client Secret again, from 第三方应用 (third-party apps)"),
            (ErrorKind::UserInfoForbidden, "Tick user_info and emails among the permissions of the application"),
            (ErrorKind::EmailMissing, "Tick emails among the permissions of the application; people can decline it"),
        ]);

register!(GITEE);

/// simple-icons, CC0.
const ICON: &str = "M11.984 0A12 12 0 0 0 0 12a12 12 0 0 0 12 12 12 12 0 0 0 12-12A12 12 0 0 0 12 0a12 12 0 0 0-.016 0zm6.09 5.333c.328 0 .593.266.592.593v1.482a.594.594 0 0 1-.593.592H9.777c-.982 0-1.778.796-1.778 1.778v5.63c0 .327.266.592.593.592h5.63c.982 0 1.778-.796 1.778-1.778v-.296a.593.593 0 0 0-.592-.593h-4.15a.592.592 0 0 1-.592-.592v-1.482a.593.593 0 0 1 .593-.592h6.815c.327 0 .593.265.593.592v3.408a4 4 0 0 1-4 4H5.926a.593.593 0 0 1-.593-.593V9.778a4.444 4.444 0 0 1 4.445-4.444h8.296Z";
