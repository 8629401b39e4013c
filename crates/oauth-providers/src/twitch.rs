//! Twitch.
//!
//! An application is registered at <https://dev.twitch.tv/console/apps>, with the OAuth redirect URL
//! `https://your.app/auth/twitch/callback` and the client type Confidential. Manage shows its client id; New Secret makes its secret.

use std::borrow::Cow;

use oauth_core::{
    Brand, Claims, ClientAuthentication, ErrorKind, Provider, ProviderSpec, Result, Revocation, RevocationRequest,
    Settings, SigningAlgorithm, TokenPlacement, register,
};

/// Twitch.
///
/// The account id is a number, as text. The user name is the one that is shown, in the person's own script. Twitch hands out an
/// e-mail address only while it is verified.
pub static TWITCH: Twitch = Twitch;

register!(TWITCH);

/// The type of [`TWITCH`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Twitch;

static SPEC: ProviderSpec = ProviderSpec::openid("twitch", "https://id.twitch.tv/oauth2")
    .display_name("Twitch")
    .docs("https://dev.twitch.tv/docs/authentication/getting-tokens-oidc/")
    .console("https://dev.twitch.tv/console/apps")
    .brand(Brand { color: "#9146FF", icon_path: ICON })
    .authorize("https://id.twitch.tv/oauth2/authorize")
    .token("https://id.twitch.tv/oauth2/token")
    .jwks("https://id.twitch.tv/oauth2/keys")
    .user_info("https://id.twitch.tv/oauth2/userinfo")
    .id_token_algorithms(&[SigningAlgorithm::Rs256])
    .client_authentication(ClientAuthentication::Body)
    .scopes(&["openid", EMAIL])
    .known_scopes(&[
        ("openid", "Sign in"),
        (EMAIL, "Read the e-mail address"),
        ("user:read:follows", "List the channels that the person follows"),
        ("user:read:subscriptions", "See whether the person subscribes to a channel"),
    ])
    .claims(
        Claims::id("sub")
            .email("email")
            .email_verified("email_verified")
            .username("preferred_username")
            .avatar_url("picture"),
    )
    .revocation(Revocation::Request(
        RevocationRequest::post("https://id.twitch.tv/oauth2/revoke", TokenPlacement::Form("token"))
            .client(ClientAuthentication::None),
    ))
    .remedies(&[
        (ErrorKind::TokenRefused, "Sign in again; if it stays, check the redirect URL and make a New Secret"),
        (ErrorKind::UserInfoUnauthorized, "Sign in again: the person disconnected the application, or the token ended"),
        (ErrorKind::EmailMissing, "Ask for the scope user:read:email; Twitch gives no address that is not verified"),
    ]);

const EMAIL: &str = "user:read:email";

impl Provider for Twitch {
    fn spec(&self) -> &ProviderSpec {
        &SPEC
    }

    /// Nothing but the subject is told unasked, and the address may be asked for only with its scope.
    fn authorize_params(&self, settings: &Settings) -> Result<Vec<(Cow<'static, str>, String)>> {
        let email = settings.get("SCOPES").is_none_or(|scopes| scopes.split_whitespace().any(|scope| scope == EMAIL));
        let email = if email { r#""email":null,"email_verified":null,"# } else { "" };
        let claims = format!(r#"{{"userinfo":{{{email}"picture":null,"preferred_username":null}}}}"#);
        Ok(vec![("claims".into(), claims)])
    }
}

/// simple-icons, CC0.
const ICON: &str = "M11.571 4.714h1.715v5.143H11.57zm4.715 0H18v5.143h-1.714zM6 0L1.714 4.286v15.428h5.143V24l4.286-4.286h3.428L22.286 12V0zm14.571 11.143l-3.428 3.428h-3.429l-3 3v-3H6.857V1.714h13.714Z";

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use oauth_core::{
        AuthorizationRequest, HttpClient, HttpRequest, HttpResponse, OAuthClient, ProviderConfig, async_trait,
    };
    use url::Url;

    use super::*;

    struct Offline;

    #[async_trait]
    impl HttpClient for Offline {
        async fn send(&self, _: HttpRequest) -> Result<HttpResponse> {
            Ok(HttpResponse::new(503, Vec::new()))
        }
    }

    #[test]
    fn an_address_is_asked_for_only_with_its_scope() {
        let config = ProviderConfig::new("twitch", "id", "secret");
        let table = [
            (
                config.clone(),
                r#"{"userinfo":{"email":null,"email_verified":null,"picture":null,"preferred_username":null}}"#,
            ),
            (config.scopes(["openid"]), r#"{"userinfo":{"picture":null,"preferred_username":null}}"#),
        ];
        for (config, claims) in table {
            let client = OAuthClient::new(&TWITCH, config, Offline).unwrap();
            let request = AuthorizationRequest::new("https://app.example/callback");
            let url = Url::parse(client.authorization_url(&request).unwrap().url()).unwrap();
            let sent = url.query_pairs().find(|(name, _)| name == "claims").unwrap();
            assert_eq!(sent.1, claims);
        }
    }
}
