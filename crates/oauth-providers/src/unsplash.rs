//! Unsplash.
//!
//! An application is made at <https://unsplash.com/oauth/applications>, with the redirect URI `https://your.app/auth/unsplash/callback`
//! and the permission "Read user access". Its access key is the client id, its secret key the client secret.

use oauth_core::{Brand, Claims, ErrorKind, Pkce, ProviderSpec, register};

/// Unsplash.
///
/// The account id is a short text. Unsplash does not say whether an address is verified. It refuses PKCE, so the state alone binds the
/// callback to the browser.
pub static UNSPLASH: ProviderSpec =
    ProviderSpec::oauth2("unsplash", "https://unsplash.com/oauth/authorize", "https://unsplash.com/oauth/token")
        .display_name("Unsplash")
        .docs("https://unsplash.com/documentation/user-authentication-workflow")
        .console("https://unsplash.com/oauth/applications")
        .brand(Brand { color: "#000000", icon_path: ICON })
        .pkce(Pkce::Unsupported)
        .scopes(&["public", "read_user"])
        .known_scopes(&[
            ("public", "Read public data"),
            ("read_user", "Read the person's own profile, with the e-mail address"),
            ("write_user", "Change the profile"),
            ("read_photos", "Read private data of the person's photos"),
            ("write_likes", "Like photos in the person's name"),
            ("read_collections", "Read private collections"),
        ])
        .user_info("https://api.unsplash.com/me")
        .user_info_headers(&[("accept-version", "v1")])
        .claims(
            Claims::id("id")
                .email("email")
                .username("username")
                .first_name("first_name")
                .last_name("last_name")
                .avatar_url("profile_image.large | profile_image.medium")
                .profile_url("links.html"),
        )
        .remedies(&[
            (ErrorKind::RedirectUriMismatch, "Add exactly this URL to the redirect URIs of the application"),
            (ErrorKind::ClientRefused, "Copy Access Key and Secret Key again: the application ID is neither"),
            (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
            (ErrorKind::UserInfoUnauthorized, "Sign in again: the token was revoked or has ended"),
            (
                ErrorKind::UserInfoForbidden,
                "Tick read_user at the application and ask for it; a demo has 50 requests an hour",
            ),
        ]);

register!(UNSPLASH);

/// simple-icons, CC0.
const ICON: &str = "M7.5 6.75V0h9v6.75h-9zm9 3.75H24V24H0V10.5h7.5v6.75h9V10.5z";
