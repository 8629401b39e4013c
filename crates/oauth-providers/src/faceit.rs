//! FACEIT.
//!
//! An OAuth client is made in the App Studio of <https://developers.faceit.com/>, with the redirect URL
//! `https://your.app/auth/faceit/callback`. It shows client id and client secret.

use oauth_core::{Brand, Claims, ClientAuthentication, ErrorKind, ProviderSpec, register};

/// FACEIT.
///
/// The account id is the `guid` of the player, which FACEIT's other APIs call the player id. The user name is the nickname.
/// The profile is read from the user-info endpoint and not from the ID token.
pub static FACEIT: ProviderSpec =
    ProviderSpec::oauth2("faceit", "https://accounts.faceit.com", "https://api.faceit.com/auth/v1/oauth/token")
        .display_name("FACEIT")
        .docs("https://docs.faceit.com/getting-started/authentication/oauth2")
        .console("https://developers.faceit.com/")
        .brand(Brand { color: "#FF5500", icon_path: ICON })
        .scopes(&["openid", "profile", "email"])
        .known_scopes(&[
            ("openid", "Sign in"),
            ("profile", "Read nickname, name and picture"),
            ("email", "Read the e-mail address"),
            ("membership", "Read the membership"),
        ])
        .authorize_params(&[("redirect_popup", "true")])
        .client_authentication(ClientAuthentication::Basic)
        .user_info("https://api.faceit.com/auth/v1/resources/userinfo")
        .claims(
            Claims::id("guid")
                .email("email")
                .email_verified("email_verified")
                .username("nickname")
                .first_name("given_name")
                .last_name("family_name")
                .avatar_url("picture"),
        )
        .remedies(&[
            (ErrorKind::RedirectUriMismatch, "Set exactly this callback URL as Redirect URL of the OAuth2 client"),
            (ErrorKind::ClientRefused, "Copy Client ID and Client Secret again: a new secret ends the old one at once"),
            (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
            (ErrorKind::UserInfoForbidden, "Ask for the scopes openid and profile, then sign in again"),
            (ErrorKind::EmailMissing, "Ask for the scope email, and allow it in the OAuth2 client"),
        ]);

register!(FACEIT);

/// simple-icons, CC0.
const ICON: &str = "M23.999 2.705a.167.167 0 00-.312-.1 1141.27 1141.27 0 00-6.053 9.375H.218c-.221 0-.301.282-.11.352 7.227 2.73 17.667 6.836 23.5 9.134.15.06.39-.08.39-.18z";
