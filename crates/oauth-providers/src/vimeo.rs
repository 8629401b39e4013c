//! Vimeo.
//!
//! An app is made at <https://developer.vimeo.com/apps>, with the callback URL `https://your.app/auth/vimeo/callback`. Its page
//! Authentication shows the client identifier and the client secrets.

use oauth_core::{
    Brand, Claims, ClientAuthentication, ErrorKind, ProviderSpec, Revocation, RevocationRequest, TokenPlacement,
    register,
};

/// Vimeo.
///
/// The account id is the number at the end of `uri`: a profile has no member with it alone. The address comes with the scope `email`
/// only, and Vimeo does not say whether it is verified.
pub static VIMEO: ProviderSpec =
    ProviderSpec::oauth2("vimeo", "https://api.vimeo.com/oauth/authorize", "https://api.vimeo.com/oauth/access_token")
        .display_name("Vimeo")
        .docs("https://developer.vimeo.com/api/authentication")
        .console("https://developer.vimeo.com/apps")
        .brand(Brand { color: "#1AB7EA", icon_path: ICON })
        .scopes(&["public"])
        .known_scopes(&[
            ("public", "Read the public profile"),
            ("email", "Read the e-mail address"),
            ("private", "Read private videos and other private data"),
            ("interact", "Like, comment and follow"),
            ("upload", "Upload videos"),
        ])
        .client_authentication(ClientAuthentication::Basic)
        .token_headers(VERSION)
        .user_info("https://api.vimeo.com/me")
        .user_info_headers(VERSION)
        .claims(
            Claims::id("uri#last")
                .email("email")
                .username("link#last")
                .name("name")
                .avatar_url("pictures.sizes[-1].link")
                .profile_url("link"),
        )
        .revocation(Revocation::Request(RevocationRequest::delete(
            "https://api.vimeo.com/tokens",
            TokenPlacement::Bearer,
        )))
        .remedies(&[
            (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL to the callback URLs of the app"),
            (ErrorKind::ClientRefused, "Copy client identifier and client secret again, from the page Authentication"),
            (ErrorKind::InvalidGrant, "The code has been used or has ended: sign in again"),
            (ErrorKind::UserInfoUnauthorized, "Sign in again: the token was revoked"),
            (ErrorKind::RateLimited, "Wait a minute: Vimeo limits how often an app may ask"),
            (ErrorKind::EmailMissing, "Ask for the scope email, next to public"),
        ]);

register!(VIMEO);

/// The version of the API, in the header where Vimeo wants it.
const VERSION: &[(&str, &str)] = &[("accept", "application/vnd.vimeo.*+json;version=3.4")];

/// simple-icons, CC0.
const ICON: &str = "M23.9765 6.4168c-.105 2.338-1.739 5.5429-4.894 9.6088-3.2679 4.247-6.0258 6.3699-8.2898 6.3699-1.409 0-2.578-1.294-3.553-3.881l-1.9179-7.1138c-.719-2.584-1.488-3.878-2.312-3.878-.179 0-.806.378-1.8809 1.132l-1.129-1.457a315.06 315.06 0 003.501-3.1279c1.579-1.368 2.765-2.085 3.5539-2.159 1.867-.18 3.016 1.1 3.447 3.838.465 2.953.789 4.789.971 5.5069.5389 2.45 1.1309 3.674 1.7759 3.674.502 0 1.256-.796 2.265-2.385 1.004-1.589 1.54-2.797 1.612-3.628.144-1.371-.395-2.061-1.614-2.061-.574 0-1.167.121-1.777.391 1.186-3.8679 3.434-5.7568 6.7619-5.6368 2.4729.06 3.6279 1.664 3.4929 4.7969z";
