//! AniList.
//!
//! An application is made at <https://anilist.co/settings/developer>, by "Create New Application", with the redirect URL
//! `https://your.app/auth/anilist/callback`. It shows client id and client secret.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, RequestBody, SuccessCheck, register};

/// AniList.
///
/// The account id is the number of the user. There is no e-mail address, and there are no scopes: a token can do nearly all that the person
/// can.
pub static ANILIST: ProviderSpec = ProviderSpec::oauth2(
    "anilist",
    "https://anilist.co/api/v2/oauth/authorize",
    "https://anilist.co/api/v2/oauth/token",
)
.display_name("AniList")
.docs("https://docs.anilist.co/guide/auth/authorization-code")
.console("https://anilist.co/settings/developer")
.brand(Brand { color: "#02A9FF", icon_path: ICON })
.token_body(RequestBody::Json)
.user_info("https://graphql.anilist.co/")
.user_info_json(r#"{"query":"{ Viewer { id name avatar { large } siteUrl } }"}"#)
.user_info_success(SuccessCheck::member("errors").absent_or(&["null"]).error_code("errors[0].message"))
.claims(
    Claims::id("data.Viewer.id")
        .username("data.Viewer.name")
        .avatar_url("data.Viewer.avatar.large")
        .profile_url("data.Viewer.siteUrl"),
)
.remedies(&[
    (ErrorKind::RedirectUriMismatch, "Set exactly this callback URL as Redirect URL of the application"),
    (ErrorKind::ClientRefused, "Copy ID and Secret of the application again, from the developer settings"),
    (ErrorKind::InvalidGrant, "The code has been used or has ended: sign in again"),
    (ErrorKind::UserInfoUnauthorized, "Sign in again: the token has ended, or the person withdrew the access"),
    (ErrorKind::RateLimited, "Wait a minute: AniList limits the requests in it"),
    (ErrorKind::EmailMissing, "AniList gives no e-mail address: ask the person for one"),
]);

register!(ANILIST);

/// simple-icons, CC0.
const ICON: &str = "M24 17.53v2.421c0 .71-.391 1.101-1.1 1.101h-5l-.057-.165L11.84 3.736c.106-.502.46-.788 1.053-.788h2.422c.71 0 1.1.391 1.1 1.1v12.38H22.9c.71 0 1.1.392 1.1 1.101zM11.034 2.947l6.337 18.104h-4.918l-1.052-3.131H6.019l-1.077 3.131H0L6.361 2.948h4.673zm-.66 10.96-1.69-5.014-1.541 5.015h3.23z";
