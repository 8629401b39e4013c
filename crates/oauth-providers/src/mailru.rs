//! Mail.ru.
//!
//! A site is made at <https://o2.mail.ru/app/> with the redirect URI `https://your.app/auth/mailru/callback`. Its page shows client id and
//! client secret.

use oauth_core::{
    Brand, Claims, ClientAuthentication, ErrorKind, ProviderSpec, Revocation, SuccessCheck, TokenPlacement, register,
};

/// Mail.ru.
///
/// The account id is the number of the Mail.ru account. The address is the one that people sign in with; Mail.ru does not say whether it is
/// verified.
pub static MAILRU: ProviderSpec =
    ProviderSpec::oauth2("mailru", "https://oauth.mail.ru/login", "https://oauth.mail.ru/token")
        .display_name("Mail.ru")
        .docs("https://id.vk.com/about/business/go/docs/ru/vkid/latest/oauth/oauth-mail/index")
        .console("https://o2.mail.ru/app/")
        .brand(Brand { color: "#005FF9", icon_path: ICON })
        .scopes(&["userinfo"])
        .known_scopes(&[
            ("userinfo", "Read name, nickname, picture and e-mail address"),
            ("mail.imap", "Read the mailbox by IMAP; only together with userinfo"),
        ])
        .client_authentication(ClientAuthentication::Basic)
        .user_info("https://oauth.mail.ru/userinfo")
        .token_placement(TokenPlacement::Query("access_token"))
        .user_info_success(SuccessCheck::member("error_code").absent_or(&["0"]).error_code("error"))
        .claims(
            Claims::id("id")
                .email("email")
                .username("nickname")
                .name("name")
                .first_name("first_name")
                .last_name("last_name")
                .avatar_url("image"),
        )
        .revocation(Revocation::NotOffered { instead: "" })
        .remedies(&[
            (ErrorKind::RedirectUriMismatch, "Enter the callback URL at o2.mail.ru: scheme and last slash count too"),
            (ErrorKind::ClientRefused, "Copy client id and client secret again, from the application at o2.mail.ru"),
            (ErrorKind::UserInfoRefused, "Sign in again: the token has ended, or lacks the scope userinfo"),
        ]);

register!(MAILRU);

/// simple-icons, CC0.
const ICON: &str = "M15.61 12c0 1.99-1.62 3.61-3.61 3.61-1.99 0-3.61-1.62-3.61-3.61 0-1.99 1.62-3.61 3.61-3.61 1.99 0 3.61 1.62 3.61 3.61M12 0C5.383 0 0 5.383 0 12s5.383 12 12 12c2.424 0 4.761-.722 6.76-2.087l.034-.024-1.617-1.879-.027.017A9.494 9.494 0 0 1 12 21.54c-5.26 0-9.54-4.28-9.54-9.54 0-5.26 4.28-9.54 9.54-9.54 5.26 0 9.54 4.28 9.54 9.54a9.63 9.63 0 0 1-.225 2.05c-.301 1.239-1.169 1.618-1.82 1.568-.654-.053-1.42-.52-1.426-1.661V12A6.076 6.076 0 0 0 12 5.93 6.076 6.076 0 0 0 5.93 12 6.076 6.076 0 0 0 12 18.07a6.02 6.02 0 0 0 4.3-1.792 3.9 3.9 0 0 0 3.32 1.805c.874 0 1.74-.292 2.437-.821.719-.547 1.256-1.336 1.553-2.285.047-.154.135-.504.135-.507l.002-.013c.175-.76.253-1.52.253-2.457 0-6.617-5.383-12-12-12";
