//! Zoom.
//!
//! A general app is made at <https://marketplace.zoom.us/>, under Develop > Build App, managed by users. Its page `Basic Information` has
//! client id and secret and takes the redirect URL `https://your.app/auth/zoom/callback`; its page Scopes needs `user:read:user`.

use oauth_core::{Brand, Claims, ClientAuthentication, ErrorKind, ProviderSpec, Revocation, register};

/// Zoom.
///
/// The account id is the one of the person in Zoom's API. The request names no scopes: Zoom grants those that are chosen in the app, and
/// their names depend on its age.
pub static ZOOM: ProviderSpec =
    ProviderSpec::oauth2("zoom", "https://zoom.us/oauth/authorize", "https://zoom.us/oauth/token")
        .display_name("Zoom")
        .docs("https://developers.zoom.us/docs/integrations/oauth/")
        .console("https://marketplace.zoom.us/")
        .brand(Brand { color: "#0B5CFF", icon_path: ICON })
        .known_scopes(&[
            ("user:read:user", "Read the profile with its e-mail address"),
            ("user:read", "The same, for an app with classic scopes"),
        ])
        .client_authentication(ClientAuthentication::Basic)
        .user_info("https://api.zoom.us/v2/users/me")
        .claims(
            Claims::id("id")
                .email("email")
                .email_verified("verified")
                .lenient_flags()
                .name("display_name")
                .first_name("first_name")
                .last_name("last_name")
                .avatar_url("pic_url"),
        )
        .revocation(Revocation::Endpoint("https://zoom.us/oauth/revoke"))
        .remedies(&[
            (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL to the OAuth redirect URL and allow lists"),
            (ErrorKind::ClientRefused, "Copy Client ID and Client Secret again, of Development or of Production"),
            (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
            (ErrorKind::UserInfoUnauthorized, "Sign in again: the token has ended, or the person removed the app"),
            (ErrorKind::UserInfoRefused, "Add the scope user:read:user on the page Scopes, then sign in again"),
        ]);

register!(ZOOM);

/// simple-icons, CC0.
const ICON: &str = "M5.033 14.649H.743a.74.74 0 0 1-.686-.458.74.74 0 0 1 .16-.808L3.19 10.41H1.06A1.06 1.06 0 0 1 0 9.35h3.957c.301 0 .57.18.686.458a.74.74 0 0 1-.161.808L1.51 13.59h2.464c.585 0 1.06.475 1.06 1.06zM24 11.338c0-1.14-.927-2.066-2.066-2.066-.61 0-1.158.265-1.537.686a2.061 2.061 0 0 0-1.536-.686c-1.14 0-2.066.926-2.066 2.066v3.311a1.06 1.06 0 0 0 1.06-1.06v-2.251a1.004 1.004 0 0 1 2.013 0v2.251c0 .586.474 1.06 1.06 1.06v-3.311a1.004 1.004 0 0 1 2.012 0v2.251c0 .586.475 1.06 1.06 1.06zM16.265 12a2.728 2.728 0 1 1-5.457 0 2.728 2.728 0 0 1 5.457 0zm-1.06 0a1.669 1.669 0 1 0-3.338 0 1.669 1.669 0 0 0 3.338 0zm-4.82 0a2.728 2.728 0 1 1-5.458 0 2.728 2.728 0 0 1 5.457 0zm-1.06 0a1.669 1.669 0 1 0-3.338 0 1.669 1.669 0 0 0 3.338 0z";
