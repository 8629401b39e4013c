//! Todoist.
//!
//! An app is made at <https://app.todoist.com/app/settings/integrations/app-management>, with the OAuth redirect URL
//! `https://your.app/auth/todoist/callback`. The same page shows its client id and secret.

use oauth_core::{
    Brand, Claims, ClientAuthentication, ErrorKind, ProviderSpec, Revocation, RevocationRequest, TokenPlacement,
    register,
};

/// Todoist.
///
/// The account id is a number, as text. The profile comes only with a scope that reads tasks too. What it says of verification is about
/// the account, not about its present address, so an address counts as not stated.
pub static TODOIST: ProviderSpec = ProviderSpec::oauth2(
    "todoist",
    "https://app.todoist.com/oauth/authorize",
    "https://api.todoist.com/oauth/access_token",
)
.display_name("Todoist")
.docs("https://developer.todoist.com/api/v1/")
.console("https://app.todoist.com/app/settings/integrations/app-management")
.brand(Brand { color: "#E44332", icon_path: ICON })
.scopes(&["data:read"])
.scope_separator(",")
.known_scopes(&[
    ("data:read", "Read the profile, tasks, projects, labels and filters"),
    ("data:read_write", "Read and change them"),
    ("task:add", "Add tasks and nothing else: no profile"),
    ("data:delete", "Delete tasks, labels and filters"),
    ("project:delete", "Delete projects"),
])
.user_info("https://api.todoist.com/api/v1/user")
.claims(Claims::id("id").email("email").name("full_name").avatar_url("avatar_s640 | avatar_big"))
.revocation(Revocation::Request(
    RevocationRequest::post("https://api.todoist.com/api/v1/revoke", TokenPlacement::Form("token"))
        .client(ClientAuthentication::Basic),
))
.remedies(&[
    (ErrorKind::TokenRefused, "Sign in again; if it stays, copy Client ID and Client secret of the app again"),
    (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
    (ErrorKind::UserInfoUnauthorized, "Sign in again: the token has ended, or the person withdrew the access"),
    (ErrorKind::UserInfoForbidden, "Ask for the scope data:read, then sign in again"),
]);

register!(TODOIST);

/// simple-icons, CC0.
const ICON: &str = "M21 0H3C1.35 0 0 1.35 0 3v3.858s3.854 2.24 4.098 2.38c.31.18.694.177 1.004 0 .26-.147 8.02-4.608 8.136-4.675.279-.161.58-.107.748-.01.164.097.606.348.84.48.232.134.221.502.013.622l-9.712 5.59c-.346.2-.69.204-1.048.002C3.478 10.907.998 9.463 0 8.882v2.02l4.098 2.38c.31.18.694.177 1.004 0 .26-.147 8.02-4.609 8.136-4.676.279-.16.58-.106.748-.008.164.096.606.347.84.48.232.133.221.5.013.62-.208.121-9.288 5.346-9.712 5.59-.346.2-.69.205-1.048.002C3.478 14.951.998 13.506 0 12.926v2.02l4.098 2.38c.31.18.694.177 1.004 0 .26-.147 8.02-4.609 8.136-4.676.279-.16.58-.106.748-.009.164.097.606.348.84.48.232.133.221.502.013.622l-9.712 5.59c-.346.199-.69.204-1.048.001C3.478 18.994.998 17.55 0 16.97V21c0 1.65 1.35 3 3 3h18c1.65 0 3-1.35 3-3V3c0-1.65-1.35-3-3-3z";
