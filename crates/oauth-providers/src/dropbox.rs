//! Dropbox.
//!
//! An app is made at <https://www.dropbox.com/developers/apps>. Its page Settings has the app key and secret and takes the redirect URI
//! `https://your.app/auth/dropbox/callback`; on the page Permissions tick `account_info.read`.

use oauth_core::{
    Brand, Claims, ClientAuthentication, ErrorKind, ProviderSpec, Revocation, RevocationRequest, TokenPlacement,
    Variable, register,
};

/// Dropbox.
///
/// The account id begins with `dbid:` and is the same for every app. `OAUTH_DROPBOX_TOKEN_ACCESS_TYPE=offline` brings a refresh token.
/// Dropbox's API is asked by `POST`, with `null` where an endpoint takes no arguments.
pub static DROPBOX: ProviderSpec = ProviderSpec::oauth2(
    "dropbox",
    "https://www.dropbox.com/oauth2/authorize",
    "https://api.dropboxapi.com/oauth2/token",
)
.display_name("Dropbox")
.docs("https://developers.dropbox.com/oauth-guide")
.console("https://www.dropbox.com/developers/apps")
.brand(Brand { color: "#0061FF", icon_path: ICON })
.variables(&[Variable::with_default("token_access_type", "online").allowed(&["online", "offline"])])
.authorize_params(&[("token_access_type", "{token_access_type}")])
.scopes(&["account_info.read"])
.known_scopes(&[
    ("account_info.read", "Read name, e-mail address and picture"),
    ("files.metadata.read", "List files and folders"),
    ("files.content.read", "Read files"),
    ("files.content.write", "Write files"),
    ("sharing.read", "Read shared links and their members"),
])
.client_authentication(ClientAuthentication::Basic)
.user_info("https://api.dropboxapi.com/2/users/get_current_account")
.user_info_json("null")
.claims(
    Claims::id("account_id")
        .email("email")
        .email_verified("email_verified")
        .name("name.display_name")
        .first_name("name.given_name")
        .last_name("name.surname")
        .avatar_url("profile_photo_url"),
)
.revocation(Revocation::Request(RevocationRequest::post(
    "https://api.dropboxapi.com/2/auth/token/revoke",
    TokenPlacement::Bearer,
)))
.remedies(&[
    (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL under Settings > OAuth 2 > Redirect URIs"),
    (ErrorKind::ClientRefused, "Copy App key and App secret again, from the page Settings of the app"),
    (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
    (ErrorKind::UserInfoUnauthorized, "Tick account_info.read on the page Permissions of the app, then sign in again"),
    (ErrorKind::EmailMissing, "The account has no address: sign in with another one"),
]);

register!(DROPBOX);

/// simple-icons, CC0.
const ICON: &str = "M6 1.807L0 5.629l6 3.822 6.001-3.822L6 1.807zM18 1.807l-6 3.822 6 3.822 6-3.822-6-3.822zM0 13.274l6 3.822 6.001-3.822L6 9.452l-6 3.822zM18 9.452l-6 3.822 6 3.822 6-3.822-6-3.822zM6 18.371l6.001 3.822 6-3.822-6-3.822L6 18.371z";
