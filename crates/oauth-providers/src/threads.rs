//! Threads, by the Threads API.
//!
//! An app is made at <https://developers.facebook.com/apps/>, with the use case "Access the Threads API", whose settings take the redirect
//! callback URL `https://your.app/auth/threads/callback`. Threads App ID and Threads App secret are under App settings > Basic. They are
//! not those of the Meta app.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, Revocation, register};

/// Threads.
///
/// The account id is the Threads user id, a long number. There is no e-mail address; `is_verified` of the raw data is the badge of the
/// profile.
pub static THREADS: ProviderSpec = ProviderSpec::oauth2(
    "threads",
    "https://threads.com/oauth/authorize",
    "https://graph.threads.com/oauth/access_token",
)
.display_name("Threads")
.docs("https://developers.facebook.com/documentation/threads/get-started/get-access-tokens-and-permissions")
.console("https://developers.facebook.com/apps/")
.brand(Brand { color: "#000000", icon_path: ICON })
.scopes(&["threads_basic"])
.scope_separator(",")
.known_scopes(&[
    ("threads_basic", "Read the profile and the posts"),
    ("threads_content_publish", "Publish posts"),
    ("threads_read_replies", "Read replies"),
    ("threads_manage_replies", "Write and hide replies"),
    ("threads_manage_insights", "Read figures about profile and posts"),
])
.user_info("https://graph.threads.com/v1.0/me")
.user_info_query(&[("fields", "id,username,name,threads_profile_picture_url,is_verified")])
.claims(
    Claims::id("id")
        .username("username")
        .name("name")
        .avatar_url("threads_profile_picture_url")
        .profile_url("tmpl:https://www.threads.com/@{username}"),
)
.revocation(Revocation::NotOffered { instead: "People withdraw access in the settings of their Threads account" })
.remedies(&[
    (ErrorKind::RedirectUriMismatch, "Add exactly this URL to the Redirect Callback URLs of the Threads use case"),
    (ErrorKind::TokenRefused, "Sign in again; if it stays, copy Threads App ID and Threads App secret again"),
    (ErrorKind::UserInfoUnauthorized, "Sign in again: the token has ended after an hour, or was withdrawn"),
    (ErrorKind::UserInfoRefused, "Grant threads_basic; an app in development lets in only people with a role in it"),
    (ErrorKind::EmailMissing, "Threads gives no e-mail address: do not demand one"),
]);

register!(THREADS);

/// simple-icons, CC0.
const ICON: &str = "M18.263 11.097c-.03-3.486-1.92-5.586-5.111-5.586-2.13 0-3.922.963-4.863 2.499l2.062 1.438c.535-.843 1.272-1.543 2.628-1.543 1.528 0 2.318.85 2.544 2.431a15 15 0 0 0-2.236-.173c-4.125 0-6.068 1.867-6.068 4.336s1.943 3.99 4.804 3.99c3.139 0 5.013-2.115 5.781-4.735.798.361 1.348 1.204 1.348 2.47 0 3.387-3.907 5.232-7.22 5.232-4.885 0-8.077-3.207-8.077-8.424 0-6.392 4.223-10.487 9.9-10.487 3.808 0 5.69 1.671 6.97 3.914l2.108-1.475C21.44 2.078 18.331 0 13.663 0 6.227 0 1.168 5.277 1.168 12.934c0 7 4.953 11.066 10.856 11.066 4.878 0 9.809-2.846 9.809-7.716 0-2.545-1.46-4.231-3.569-5.187m-6.33 4.855c-1.077 0-2.026-.512-2.026-1.453 0-1.483 1.822-1.934 3.606-1.934.678 0 1.34.045 1.927.173-.422 1.927-1.671 3.215-3.508 3.214Z";
