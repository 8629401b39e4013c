//! Yahoo, by "Sign in with Yahoo".
//!
//! An app is made at <https://developer.yahoo.com/apps/> as a confidential client, with the redirect URI
//! `https://your.app/auth/yahoo/callback` and, under `OpenID Connect Permissions`, Email and Profile.

use oauth_core::{Brand, Claims, ErrorKind, OPENID_SCOPES, ProviderSpec, Revocation, SigningAlgorithm, register};

/// Yahoo.
///
/// The account id is the subject, which the token reply of old apps also has as `xoauth_yahoo_guid`. The user name is a nickname, and
/// need not be unique.
pub static YAHOO: ProviderSpec = ProviderSpec::openid("yahoo", "https://api.login.yahoo.com")
    .display_name("Yahoo")
    .docs("https://developer.yahoo.com/sign-in-with-yahoo/")
    .console("https://developer.yahoo.com/apps/")
    .brand(Brand { color: "#6001D2", icon_path: ICON })
    .authorize("https://api.login.yahoo.com/oauth2/request_auth")
    .token("https://api.login.yahoo.com/oauth2/get_token")
    .jwks("https://api.login.yahoo.com/openid/v1/certs")
    .user_info("https://api.login.yahoo.com/openid/v1/userinfo")
    .id_token_algorithms(&[SigningAlgorithm::Es256, SigningAlgorithm::Rs256])
    .known_scopes(OPENID_SCOPES)
    .claims(Claims::openid_basic().username("nickname").profile_url("profile"))
    .revocation(Revocation::Endpoint("https://api.login.yahoo.com/oauth2/revoke"))
    .remedies(&[
        (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL, with https, to the redirect URIs of the app"),
        (ErrorKind::ClientRefused, "Copy Client ID and Client Secret again, from the page of the app"),
        (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
        (ErrorKind::UserInfoForbidden, "Tick Email and Profile under OpenID Connect Permissions of the app"),
        (ErrorKind::EmailMissing, "Ask for the scope email, and tick Email under OpenID Connect Permissions"),
    ]);

register!(YAHOO);

/// simple-icons, CC0.
const ICON: &str = "M18.86 1.56L14.27 11.87H19.4L24 1.56H18.86M0 6.71L5.15 18.27L3.3 22.44H7.83L14.69 6.71H10.19L7.39 13.44L4.62 6.71H0M15.62 12.87C13.95 12.87 12.71 14.12 12.71 15.58C12.71 17 13.91 18.19 15.5 18.19C17.18 18.19 18.43 16.96 18.43 15.5C18.43 14.03 17.23 12.87 15.62 12.87Z";
