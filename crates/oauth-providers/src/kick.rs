//! Kick.
//!
//! An app is made at <https://kick.com/settings/developer>, which needs two-factor authentication, with the redirect URL
//! `https://your.app/auth/kick/callback`. The same page shows Client ID and Client Secret.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, Revocation, RevocationRequest, TokenPlacement, register};

/// Kick.
///
/// The account id is a number. The reply is a list; asked without ids it holds the person who signed in. Kick does not say whether the
/// address is verified.
pub static KICK: ProviderSpec =
    ProviderSpec::oauth2("kick", "https://id.kick.com/oauth/authorize", "https://id.kick.com/oauth/token")
        .display_name("Kick")
        .docs("https://docs.kick.com/getting-started/generating-tokens-oauth2-flow")
        .console("https://kick.com/settings/developer")
        .brand(Brand { color: "#53FC19", icon_path: ICON })
        .scopes(&["user:read"])
        .known_scopes(&[
            ("user:read", "Read user name, e-mail address and picture"),
            ("channel:read", "Read the channel"),
            ("channel:write", "Change the details of the stream"),
            ("chat:write", "Write in the chat"),
            ("events:subscribe", "Be told of events of the channel"),
        ])
        .user_info("https://api.kick.com/public/v1/users")
        .claims(
            Claims::id("data[0].user_id")
                .email("data[0].email")
                .username("data[0].name")
                .avatar_url("data[0].profile_picture"),
        )
        .revocation(Revocation::Request(RevocationRequest::post(
            "https://id.kick.com/oauth/revoke",
            TokenPlacement::Query("token"),
        )))
        .remedies(&[
            (ErrorKind::RedirectUriMismatch, "Set exactly this callback URL as the redirect URL of the app"),
            (ErrorKind::ClientRefused, "Copy Client ID and Client Secret again, from Account Settings > Developer"),
            (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
            (ErrorKind::UserInfoUnauthorized, "Sign in again: the token has ended after two hours, or was revoked"),
            (ErrorKind::UserInfoForbidden, "Ask for the scope user:read, then sign in again"),
            (ErrorKind::EmailMissing, "Ask for the scope user:read"),
        ]);

register!(KICK);

/// simple-icons, CC0.
const ICON: &str =
    "M1.333 0h8v5.333H12V2.667h2.667V0h8v8H20v2.667h-2.667v2.666H20V16h2.667v8h-8v-2.667H12v-2.666H9.333V24h-8Z";
