//! Webflow.
//!
//! An admin of a workspace makes an app under Workspace settings > Apps & Integrations > App Development, with the Data Client, the
//! redirect URI `https://your.app/auth/webflow/callback` and the scope `authorized_user:read`. Only admins see its client secret.

use oauth_core::{
    Brand, Claims, ClientAuthentication, ErrorKind, ProviderSpec, RequestBody, Revocation, RevocationRequest,
    SpaceEncoding, TokenPlacement, register,
};

/// Webflow.
///
/// The account id is the id of the person who gave permission. Webflow does not say whether the address is verified. People choose
/// the sites or the workspace that the app may use, even if it only signs them in.
pub static WEBFLOW: ProviderSpec = ProviderSpec::oauth2(
    "webflow",
    "https://webflow.com/oauth/authorize",
    "https://api.webflow.com/oauth/access_token",
)
.display_name("Webflow")
.docs("https://developers.webflow.com/data/reference/oauth-app")
.console("https://webflow.com/dashboard")
.brand(Brand { color: "#146EF5", icon_path: ICON })
.scopes(&["authorized_user:read"])
.space_encoding(SpaceEncoding::Percent20)
.known_scopes(&[
    ("authorized_user:read", "Read name and e-mail address"),
    ("sites:read", "Read sites"),
    ("pages:read", "Read pages"),
    ("cms:read", "Read collections and their items"),
    ("cms:write", "Change collections and their items"),
])
.user_info("https://api.webflow.com/v2/token/authorized_by")
.claims(Claims::id("id").email("email").first_name("firstName").last_name("lastName"))
.revocation(Revocation::Request(
    RevocationRequest::post("https://webflow.com/oauth/revoke_authorization", TokenPlacement::Form("access_token"))
        .client(ClientAuthentication::Body)
        .body(RequestBody::Json),
))
.remedies(&[
    (ErrorKind::RedirectUriMismatch, "Set exactly this callback URL as the redirect URI of the app"),
    (ErrorKind::ClientRefused, "Copy client ID and client secret again, from App Development of the workspace"),
    (ErrorKind::TokenRefused, "Sign in again: a code works once and for a quarter of an hour"),
    (ErrorKind::UserInfoUnauthorized, "Sign in again: the person removed the app, or the token was revoked"),
    (ErrorKind::UserInfoForbidden, "Give the app the scope authorized_user:read, then sign in again"),
]);

register!(WEBFLOW);

/// simple-icons, CC0.
const ICON: &str = "m24 4.515-7.658 14.97H9.149l3.205-6.204h-.144C9.566 16.713 5.621 18.973 0 19.485v-6.118s3.596-.213 5.71-2.435H0V4.515h6.417v5.278l.144-.001 2.622-5.277h4.854v5.244h.144l2.72-5.244H24Z";
