//! Roblox.
//!
//! An app is made in the Creator Dashboard under OAuth 2.0 Apps, <https://create.roblox.com/dashboard/credentials?activeTab=OAuthTab>, with
//! the permissions `openid` and `profile` and the redirect URL `https://your.app/auth/roblox/callback`. Its secret is shown once.

use oauth_core::{
    Brand, Claims, ClientAuthentication, ErrorKind, ProviderSpec, Revocation, SigningAlgorithm, register,
};

/// Roblox.
///
/// The account id is the number of the user, as text; user name and display name can be changed. There is no e-mail address, and
/// the name is the display name: who chose none has the user name there.
pub static ROBLOX: ProviderSpec = ProviderSpec::openid("roblox", "https://apis.roblox.com/oauth/")
    .display_name("Roblox")
    .docs("https://create.roblox.com/docs/cloud/auth/oauth2-reference")
    .console("https://create.roblox.com/dashboard/credentials?activeTab=OAuthTab")
    .brand(Brand { color: "#000000", icon_path: ICON })
    .authorize("https://apis.roblox.com/oauth/v1/authorize")
    .token("https://apis.roblox.com/oauth/v1/token")
    .jwks("https://apis.roblox.com/oauth/v1/certs")
    .user_info("https://apis.roblox.com/oauth/v1/userinfo")
    .id_token_algorithms(&[SigningAlgorithm::Es256])
    .client_authentication(ClientAuthentication::Body)
    .scopes(&["openid", "profile"])
    .known_scopes(&[("openid", "Sign in"), ("profile", "Read user name, display name, picture and profile page")])
    .claims(
        Claims::id("sub")
            .username("preferred_username")
            .name("name | nickname")
            .avatar_url("picture")
            .profile_url("profile"),
    )
    .revocation(Revocation::Endpoint("https://apis.roblox.com/oauth/v1/token/revoke"))
    .remedies(&[
        (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL to the redirect URLs of the app"),
        (ErrorKind::ClientRefused, "Copy the Client ID again and generate a new secret, under OAuth 2.0 Apps"),
        (ErrorKind::InvalidGrant, "Sign in again: a code lives one minute, and code and refresh token work once"),
        (ErrorKind::UserInfoUnauthorized, "Sign in again: the token has ended after a quarter of an hour"),
        (ErrorKind::EmailMissing, "Roblox gives no e-mail address: ask the person for one"),
    ]);

register!(ROBLOX);

/// simple-icons, CC0.
const ICON: &str = "M18.926 23.998 0 18.892 5.075.002 24 5.108ZM15.348 10.09l-5.282-1.453-1.414 5.273 5.282 1.453z";
