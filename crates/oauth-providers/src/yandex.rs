//! Yandex, by Yandex ID.
//!
//! An app is made at <https://oauth.yandex.com/> with "Create app" > "For user authorization", the platform "Web services" and the
//! redirect URI `https://your.app/auth/yandex/callback`. Among its permissions must be those to the login and name, the e-mail address and
//! the profile picture.

use oauth_core::{
    Brand, Claims, ClientAuthentication, ErrorKind, OAuthUserInfo, Provider, ProviderSpec, RawData, Result, Revocation,
    TokenPlacement, register,
};
use serde_json::Value;

/// Yandex.
///
/// The account id is the number of the Yandex account, the same in all applications. The e-mail address is the one that people chose for
/// contact; Yandex does not say whether it is verified. The picture's address is built from its id.
pub static YANDEX: Yandex = Yandex;

register!(YANDEX);

/// The type of [`YANDEX`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Yandex;

static SPEC: ProviderSpec =
    ProviderSpec::oauth2("yandex", "https://oauth.yandex.com/authorize", "https://oauth.yandex.com/token")
        .display_name("Yandex")
        .docs("https://yandex.com/dev/id/doc/en/codes/code-url")
        .console("https://oauth.yandex.com/")
        .brand(Brand { color: "#FC3F1D", icon_path: ICON })
        .scopes(&["login:info", "login:email", "login:avatar"])
        .known_scopes(&[
            ("login:info", "Read login, name and gender"),
            ("login:email", "Read the e-mail address"),
            ("login:avatar", "Read the picture"),
            ("login:birthday", "Read the date of birth"),
            ("login:default_phone", "Read the telephone number"),
        ])
        .client_authentication(ClientAuthentication::Basic)
        .user_info("https://login.yandex.ru/info")
        .user_info_query(&[("format", "json")])
        .token_placement(TokenPlacement::Scheme("OAuth"))
        .claims(
            Claims::id("id")
                .email("default_email | emails[0]")
                .username("login")
                .name("real_name | display_name")
                .first_name("first_name")
                .last_name("last_name")
                .avatar_url("tmpl:https://avatars.yandex.net/get-yapic/{default_avatar_id}/islands-200"),
        )
        .revocation(Revocation::NotOffered {
            instead: "People withdraw access at https://id.yandex.com/personal/data-access",
        })
        .remedies(&[
            (ErrorKind::RedirectUriMismatch, "Add the callback URL to the Redirect URI of the platform Web services"),
            (ErrorKind::ClientRefused, "Copy ClientID and Client secret again, from the page of the app"),
            (ErrorKind::InvalidGrant, "The code has been used or is older than ten minutes: sign in again"),
            (ErrorKind::UserInfoUnauthorized, "Sign in again: the token was revoked or has ended"),
            (ErrorKind::EmailMissing, "Give the app the permission to the e-mail address and ask for login:email"),
        ]);

impl Provider for Yandex {
    fn spec(&self) -> &ProviderSpec {
        &SPEC
    }

    /// Who has no picture has the id of a grey figure.
    fn user_info(&self, user: &mut OAuthUserInfo, raw: &RawData) -> Result<()> {
        let profile: Value = raw.parse()?;
        if profile.get("is_avatar_empty") == Some(&Value::Bool(true)) {
            user.avatar_url = None;
        }
        Ok(())
    }
}

/// A disc.
const ICON: &str = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z";
