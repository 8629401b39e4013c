//! Telegram, by OpenID Connect.
//!
//! The client is a bot of <https://t.me/botfather>. Its `Bot Settings` > `Login Widget` take the redirect URL
//! `https://your.app/auth/telegram/callback` and have the client id, which is the number of the bot, and a client secret. The token of
//! the bot is something else.

use oauth_core::{
    Brand, Claims, ErrorKind, Nonce, ProviderSpec, Revocation, SigningAlgorithm, UserInfoSource, register,
};

/// Telegram.
///
/// The account id is the subject, which belongs to this bot. The person's Telegram number is `id` of the raw data. There is no e-mail
/// address. Telegram leaves the nonce out of its ID tokens, so PKCE binds the code to the login.
pub static TELEGRAM: ProviderSpec = ProviderSpec::openid("telegram", "https://oauth.telegram.org")
    .display_name("Telegram")
    .docs("https://core.telegram.org/bots/telegram-login")
    .console("https://t.me/botfather")
    .brand(Brand { color: "#26A5E4", icon_path: ICON })
    .authorize("https://oauth.telegram.org/auth")
    .token("https://oauth.telegram.org/token")
    .jwks("https://oauth.telegram.org/.well-known/jwks.json")
    .id_token_algorithms(&[SigningAlgorithm::Rs256, SigningAlgorithm::Es256, SigningAlgorithm::EdDsa])
    .nonce(Nonce::MayBeMissing)
    .scopes(&["openid", "profile"])
    .known_scopes(&[
        ("openid", "Sign in"),
        ("profile", "Read name, user name, picture and number"),
        ("phone", "Read the telephone number, if the person agrees"),
        ("telegram:bot_access", "Let the bot write to the person"),
    ])
    .user_info_source(UserInfoSource::IdToken)
    .claims(
        Claims::id("sub")
            .username("preferred_username")
            .name("name")
            .avatar_url("picture")
            .profile_url("tmpl:https://t.me/{preferred_username}"),
    )
    .revocation(Revocation::NotOffered { instead: "People end the connection in the settings of Telegram" })
    .remedies(&[
        (ErrorKind::RedirectUriMismatch, "Add the callback URL to the allowed URLs, under Bot Settings > Login Widget"),
        (ErrorKind::ClientRefused, "Copy Client ID and Client Secret of the Login Widget, not the token of the bot"),
        (ErrorKind::IdTokenInvalid, "Choose RS256, ES256 or EdDSA, under Bot Settings > Login Widget > Advanced"),
        (ErrorKind::EmailMissing, "Telegram has no e-mail addresses: ask the person for one"),
    ]);

register!(TELEGRAM);

/// simple-icons, CC0.
const ICON: &str = "M11.944 0A12 12 0 0 0 0 12a12 12 0 0 0 12 12 12 12 0 0 0 12-12A12 12 0 0 0 12 0a12 12 0 0 0-.056 0zm4.962 7.224c.1-.002.321.023.465.14a.506.506 0 0 1 .171.325c.016.093.036.306.02.472-.18 1.898-.962 6.502-1.36 8.627-.168.9-.499 1.201-.82 1.23-.696.065-1.225-.46-1.9-.902-1.056-.693-1.653-1.124-2.678-1.8-1.185-.78-.417-1.21.258-1.91.177-.184 3.247-2.977 3.307-3.23.007-.032.014-.15-.056-.212s-.174-.041-.249-.024c-.106.024-1.793 1.14-5.061 3.345-.48.33-.913.49-1.302.48-.428-.008-1.252-.241-1.865-.44-.752-.245-1.349-.374-1.297-.789.027-.216.325-.437.893-.663 3.498-1.524 5.83-2.529 6.998-3.014 3.332-1.386 4.025-1.627 4.476-1.635z";
