//! Trovo.
//!
//! An application is registered at <https://developer.trovo.live/>, with the redirect URL `https://your.app/auth/trovo/callback`. Trovo looks
//! at it first, which can take some days; then it has a client id and a client secret.

use oauth_core::{
    Brand, Claims, ErrorKind, ProviderSpec, RequestBody, Revocation, RevocationRequest, TokenPlacement, TokenReply,
    register,
};

/// Every request names the application.
const CLIENT: &[(&str, &str)] = &[("client-id", "{client_id}")];

/// Trovo.
///
/// The account id is the number of the user, as text. Trovo does not say whether the address is verified.
pub static TROVO: ProviderSpec = ProviderSpec::oauth2(
    "trovo",
    "https://open.trovo.live/page/login.html",
    "https://open-api.trovo.live/openplatform/exchangetoken",
)
.display_name("Trovo")
.docs("https://developer.trovo.live/docs/APIs.html")
.console("https://developer.trovo.live/")
.brand(Brand { color: "#19D66B", icon_path: ICON })
.refresh("https://open-api.trovo.live/openplatform/refreshtoken")
.scopes(&["user_details_self"])
.known_scopes(&[
    ("user_details_self", "Read the profile and the e-mail address"),
    ("channel_details_self", "Read the person's channel"),
    ("channel_update_self", "Change the person's channel"),
    ("channel_subscriptions", "List the subscribers of the person's channel"),
    ("chat_send_self", "Send chat messages as the person"),
])
.token_body(RequestBody::Json)
.token_headers(CLIENT)
.token_reply(TokenReply::standard().token_types(&["OAuth", "bearer"]))
.user_info("https://open-api.trovo.live/openplatform/getuserinfo")
.user_info_headers(CLIENT)
.token_placement(TokenPlacement::Scheme("OAuth"))
.claims(Claims::id("userId").email("email").username("userName").name("nickName").avatar_url("profilePic"))
.revocation(Revocation::Request(
    RevocationRequest::post("https://open-api.trovo.live/openplatform/revoke", TokenPlacement::Form("access_token"))
        .body(RequestBody::Json),
))
.remedies(&[
    (ErrorKind::RedirectUriMismatch, "The redirect URL of the application must match character by character"),
    (ErrorKind::TokenRefused, "Sign in again; if it stays, copy client id and client secret again"),
    (ErrorKind::UserInfoUnauthorized, "Sign in again: the token has ended after some hours, or was revoked"),
    (ErrorKind::EmailMissing, "Ask for the scope user_details_self"),
]);

register!(TROVO);

/// A disc.
const ICON: &str = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z";
