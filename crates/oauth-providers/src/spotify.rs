//! Spotify.
//!
//! An app is made at <https://developer.spotify.com/dashboard> with the redirect URI `https://your.app/auth/spotify/callback`; it uses the
//! Web API. Its settings have the client id and secret. For your own machine Spotify takes `http://127.0.0.1`, and refuses `localhost`.

use oauth_core::{Brand, Claims, ClientAuthentication, ErrorKind, ProviderSpec, Revocation, register};

/// Spotify.
///
/// The account id is `account_id`, which Spotify promises never to change; `id`, the end of the profile's address, has no such
/// promise. The e-mail address is whatever was entered when the account was made: Spotify says itself that nobody verified it.
pub static SPOTIFY: ProviderSpec =
    ProviderSpec::oauth2("spotify", "https://accounts.spotify.com/authorize", "https://accounts.spotify.com/api/token")
        .display_name("Spotify")
        .docs("https://developer.spotify.com/documentation/web-api/tutorials/code-flow")
        .console("https://developer.spotify.com/dashboard")
        .brand(Brand { color: "#1ED760", icon_path: ICON })
        .scopes(&["user-read-email"])
        .known_scopes(&[
            ("user-read-email", "Read the e-mail address"),
            ("user-read-private", "Read country and kind of subscription"),
            ("user-top-read", "Read the most played artists and tracks"),
            ("playlist-read-private", "Read private playlists"),
        ])
        .client_authentication(ClientAuthentication::Basic)
        .user_info("https://api.spotify.com/v1/me")
        .claims(
            Claims::id("account_id")
                .email("email")
                .name("display_name")
                .avatar_url("images[0].url")
                .profile_url("external_urls.spotify"),
        )
        .revocation(Revocation::NotOffered {
            instead: "People withdraw access at https://www.spotify.com/account/apps/",
        })
        .remedies(&[
            (
                ErrorKind::RedirectUriMismatch,
                "Add exactly this callback URL to the Redirect URIs; 127.0.0.1, not localhost",
            ),
            (ErrorKind::ClientRefused, "Copy Client ID and Client secret again, from the settings of the app"),
            (ErrorKind::InvalidGrant, "Sign in again: the code or refresh token was used or revoked, or has ended"),
            (ErrorKind::UserInfoUnauthorized, "Sign in again: the token has ended, or the person withdrew the access"),
            (
                ErrorKind::UserInfoForbidden,
                "In development mode, add the person under Users Management in the app's settings",
            ),
            (ErrorKind::RateLimited, "Wait; all your apps in development mode share one quota"),
            (
                ErrorKind::EmailMissing,
                "Ask for the scope user-read-email; an app in development mode may be given no address",
            ),
        ]);

register!(SPOTIFY);

/// simple-icons, CC0.
const ICON: &str = "M12 0C5.4 0 0 5.4 0 12s5.4 12 12 12 12-5.4 12-12S18.66 0 12 0zm5.521 17.34c-.24.359-.66.48-1.021.24-2.82-1.74-6.36-2.101-10.561-1.141-.418.122-.779-.179-.899-.539-.12-.421.18-.78.54-.9 4.56-1.021 8.52-.6 11.64 1.32.42.18.479.659.301 1.02zm1.44-3.3c-.301.42-.841.6-1.262.3-3.239-1.98-8.159-2.58-11.939-1.38-.479.12-1.02-.12-1.14-.6-.12-.48.12-1.021.6-1.141C9.6 9.9 15 10.561 18.72 12.84c.361.181.54.78.241 1.2zm.12-3.36C15.24 8.4 8.82 8.16 5.16 9.301c-.6.179-1.2-.181-1.38-.721-.18-.601.18-1.2.72-1.381 4.26-1.26 11.28-1.02 15.721 1.621.539.3.719 1.02.419 1.56-.299.421-1.02.599-1.559.3z";
