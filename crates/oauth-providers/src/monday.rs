//! monday.com.
//!
//! An app is made in the Developer Center of an account. Under OAuth & Permissions it needs the scope `me:read`, the redirect URL
//! `https://your.app/auth/monday/callback` and "New OAuth Flow" switched on. General Settings has its client id and secret.

use oauth_core::{
    Brand, Claims, ErrorKind, ProviderSpec, RequestBody, Revocation, SuccessCheck, TokenPlacement, register,
};

/// monday.com.
///
/// The account id is the id of a user of one account: a person is another user in another account. The e-mail address is verified if
/// the person confirmed it there. This is the flow of OAuth 2.1, in which tokens end and can be revoked.
pub static MONDAY: ProviderSpec = ProviderSpec::oauth2(
    "monday",
    "https://auth.monday.com/oauth2/authorize",
    "https://auth.monday.com/oauth_ms/oauth/token",
)
.display_name("monday.com")
.docs("https://developer.monday.com/apps/docs/oauth")
.console("https://developer.monday.com/apps/docs/the-developer-center")
.brand(Brand { color: "#6161FF", icon_path: ICON })
.scopes(&["me:read"])
.known_scopes(&[
    ("me:read", "Read the person's own profile"),
    ("users:read", "Read the profiles of everybody in the account"),
    ("account:read", "Read about the account"),
    ("boards:read", "Read boards"),
    ("boards:write", "Change boards"),
])
.token_body(RequestBody::Json)
.user_info("https://api.monday.com/v2")
.user_info_json(r#"{"query":"{ me { id name email is_email_confirmed photo_url { original } url } }"}"#)
.user_info_headers(&[("api-version", "2026-07")])
.user_info_success(SuccessCheck::member("errors").absent_or(&["null"]).error_code("errors[0].extensions.code"))
.token_placement(TokenPlacement::Header("authorization"))
.claims(
    Claims::id("data.me.id")
        .email("data.me.email")
        .email_verified("data.me.is_email_confirmed")
        .name("data.me.name")
        .avatar_url("data.me.photo_url.original")
        .profile_url("data.me.url"),
)
.revocation(Revocation::Endpoint("https://auth.monday.com/oauth_ms/oauth/revoke"))
.remedies(&[
    (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL under OAuth & Permissions > Redirect URLs"),
    (ErrorKind::ClientRefused, "Copy Client ID and Client Secret again, from General Settings of the app"),
    (ErrorKind::TokenRefused, "Sign in again; if it stays, switch on New OAuth Flow and promote the version to live"),
    (ErrorKind::UserInfoUnauthorized, "Sign in again: the token has ended or was revoked"),
    (ErrorKind::UserInfoRefused, "Give the app the scope me:read; the log has the error code of monday.com's API"),
]);

register!(MONDAY);

/// A disc.
const ICON: &str = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z";
