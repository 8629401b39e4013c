//! LINE, by LINE Login v2.1.
//!
//! A channel of the type LINE Login is made at <https://developers.line.biz/console/>. Its tab `LINE Login` takes the callback URL
//! `https://your.app/auth/line/callback`; `Basic settings` has the channel ID and the channel secret. There, under `OpenID Connect`, the
//! permission for e-mail addresses is applied for.

use oauth_core::{
    Brand, Claims, ClientAuthentication, ErrorKind, ProviderSpec, Revocation, RevocationRequest, SigningAlgorithm,
    TokenPlacement, UserInfoSource, register,
};

/// LINE.
///
/// The account id is the person's id within one provider of the LINE console: channels of another provider see another one. LINE does
/// not say whether an address is verified. A web login gets an ID token that is signed with the channel secret, although LINE's key set
/// has public keys: those are for native applications.
pub static LINE: ProviderSpec = ProviderSpec::openid("line", "https://access.line.me")
    .display_name("LINE")
    .docs("https://developers.line.biz/en/docs/line-login/integrate-line-login/")
    .console("https://developers.line.biz/console/")
    .brand(Brand { color: "#00C300", icon_path: ICON })
    .authorize("https://access.line.me/oauth2/v2.1/authorize")
    .token("https://api.line.me/oauth2/v2.1/token")
    .jwks("https://api.line.me/oauth2/v2.1/certs")
    .id_token_algorithms(&[SigningAlgorithm::Hs256])
    .client_authentication(ClientAuthentication::Body)
    .known_scopes(&[
        ("openid", "Sign in"),
        ("profile", "Read name and picture"),
        ("email", "Read the e-mail address, once LINE has granted the channel the permission"),
    ])
    .user_info_source(UserInfoSource::IdToken)
    .claims(Claims::id("sub").email("email").name("name").avatar_url("picture"))
    .revocation(Revocation::Request(
        RevocationRequest::post("https://api.line.me/oauth2/v2.1/revoke", TokenPlacement::Form("access_token"))
            .client(ClientAuthentication::Body),
    ))
    .remedies(&[
        (ErrorKind::RedirectUriMismatch, "Add the callback URL on the tab LINE Login of the channel"),
        (ErrorKind::ClientRefused, "Copy Channel ID and Channel secret again, from Basic settings of the channel"),
        (ErrorKind::InvalidGrant, "The code has been used or is older than ten minutes: sign in again"),
        (ErrorKind::IdTokenInvalid, "Copy the Channel secret again: LINE signs the ID token with it"),
        (ErrorKind::EmailMissing, "Apply for the email address permission, under Basic settings > OpenID Connect"),
    ]);

register!(LINE);

/// simple-icons, CC0.
const ICON: &str = "M19.365 9.863c.349 0 .63.285.63.631 0 .345-.281.63-.63.63H17.61v1.125h1.755c.349 0 .63.283.63.63 0 .344-.281.629-.63.629h-2.386c-.345 0-.627-.285-.627-.629V8.108c0-.345.282-.63.63-.63h2.386c.346 0 .627.285.627.63 0 .349-.281.63-.63.63H17.61v1.125h1.755zm-3.855 3.016c0 .27-.174.51-.432.596-.064.021-.133.031-.199.031-.211 0-.391-.09-.51-.25l-2.443-3.317v2.94c0 .344-.279.629-.631.629-.346 0-.626-.285-.626-.629V8.108c0-.27.173-.51.43-.595.06-.023.136-.033.194-.033.195 0 .375.104.495.254l2.462 3.33V8.108c0-.345.282-.63.63-.63.345 0 .63.285.63.63v4.771zm-5.741 0c0 .344-.282.629-.631.629-.345 0-.627-.285-.627-.629V8.108c0-.345.282-.63.63-.63.346 0 .628.285.628.63v4.771zm-2.466.629H4.917c-.345 0-.63-.285-.63-.629V8.108c0-.345.285-.63.63-.63.348 0 .63.285.63.63v4.141h1.756c.348 0 .629.283.629.63 0 .344-.282.629-.629.629M24 10.314C24 4.943 18.615.572 12 .572S0 4.943 0 10.314c0 4.811 4.27 8.842 10.035 9.608.391.082.923.258 1.058.59.12.301.079.766.038 1.08l-.164 1.02c-.045.301-.24 1.186 1.049.645 1.291-.539 6.916-4.078 9.436-6.975C23.176 14.393 24 12.458 24 10.314";
