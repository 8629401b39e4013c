//! Zalo.
//!
//! An app is made at <https://developers.zalo.me/apps>, with the callback URL `https://your.app/auth/zalo/callback` for the login of websites.
//! Its settings show app id and secret key.

use oauth_core::{
    Brand, Claims, ErrorKind, Provider, ProviderSpec, Result, Revocation, Settings, SuccessCheck, TokenPlacement,
    TokenRequest, register,
};

/// Zalo: its token endpoint wants the secret in a header.
pub struct Zalo;

/// Zalo.
pub static ZALO: Zalo = Zalo;

register!(ZALO);

/// The account id is the person's id within this app. There is no e-mail address, and there are no scopes: the app's own page says what it may
/// read.
static SPEC: ProviderSpec = ProviderSpec::oauth2(
    "zalo",
    "https://oauth.zaloapp.com/v4/permission",
    "https://oauth.zaloapp.com/v4/access_token",
)
.display_name("Zalo")
.docs("https://developers.zalo.me/docs/social-api/tham-khao/user-access-token-v4")
.console("https://developers.zalo.me/apps")
.brand(Brand { color: "#0068FF", icon_path: ICON })
.client_params("app_id", SECRET)
.user_info("https://graph.zalo.me/v2.0/me")
.user_info_query(&[("fields", "id,name,picture")])
.token_placement(TokenPlacement::Header("access_token"))
.user_info_success(SuccessCheck::member("error").absent_or(&["0"]).error_code("message"))
.claims(Claims::id("id").name("name").avatar_url("picture.data.url"))
.revocation(Revocation::NotOffered { instead: "" })
.remedies(&[
    (ErrorKind::RedirectUriMismatch, "Enter the callback URL in the login settings of the app, for the web"),
    (ErrorKind::TokenRefused, "Sign in again; if it stays, copy app id and secret key of the app again"),
    (ErrorKind::UserInfoRefused, "The log has Zalo's message: the token has ended, or your server may not ask"),
    (ErrorKind::EmailMissing, "Zalo gives no e-mail address: ask the person for one"),
]);

/// Parameter and header have the same name.
const SECRET: &str = "secret_key";

impl Provider for Zalo {
    fn spec(&self) -> &ProviderSpec {
        &SPEC
    }

    fn token_request(&self, request: &mut TokenRequest, _settings: &Settings) -> Result<()> {
        if let Some(secret) = request.param(SECRET).cloned() {
            request.set_header(SECRET, secret);
        }
        Ok(())
    }
}

/// simple-icons, CC0.
const ICON: &str = "M12.49 10.2722v-.4496h1.3467v6.3218h-.7704a.576.576 0 01-.5763-.5729l-.0006.0005a3.273 3.273 0 01-1.9372.6321c-1.8138 0-3.2844-1.4697-3.2844-3.2823 0-1.8125 1.4706-3.2822 3.2844-3.2822a3.273 3.273 0 011.9372.6321l.0006.0005zM6.9188 7.7896v.205c0 .3823-.051.6944-.2995 1.0605l-.03.0343c-.0542.0615-.1815.206-.2421.2843L2.024 14.8h4.8948v.7682a.5764.5764 0 01-.5767.5761H0v-.3622c0-.4436.1102-.6414.2495-.8476L4.8582 9.23H.1922V7.7896h6.7266zm8.5513 8.3548a.4805.4805 0 01-.4803-.4798v-7.875h1.4416v8.3548H15.47zM20.6934 9.6C22.52 9.6 24 11.0807 24 12.9044c0 1.8252-1.4801 3.306-3.3066 3.306-1.8264 0-3.3066-1.4808-3.3066-3.306 0-1.8237 1.4802-3.3044 3.3066-3.3044zm-10.1412 5.253c1.0675 0 1.9324-.8645 1.9324-1.9312 0-1.065-.865-1.9295-1.9324-1.9295s-1.9324.8644-1.9324 1.9295c0 1.0667.865 1.9312 1.9324 1.9312zm10.1412-.0033c1.0737 0 1.945-.8707 1.945-1.9453 0-1.073-.8713-1.9436-1.945-1.9436-1.0753 0-1.945.8706-1.945 1.9436 0 1.0746.8697 1.9453 1.945 1.9453z";

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::{Arc, Mutex};

    use oauth_core::{
        AuthorizationRequest, CallbackParameters, HttpClient, HttpRequest, HttpResponse, OAuthClient, ProviderConfig,
        async_trait,
    };

    use super::*;

    /// Answers as Zalo does, and remembers the secret header of each request.
    #[derive(Clone, Default)]
    struct Script(Arc<Mutex<Vec<Option<String>>>>);

    #[async_trait]
    impl HttpClient for Script {
        async fn send(&self, request: HttpRequest) -> Result<HttpResponse> {
            let secret = request.headers.iter().find(|(name, _)| *name == SECRET);
            self.0.lock().unwrap().push(secret.map(|(_, value)| value.clone()));
            let body = match request.url.path() {
                "/v4/access_token" => r#"{"access_token":"access-1","refresh_token":"refresh-1","expires_in":"90000"}"#,
                _ => r#"{"id":"6574839201122334455","error":0}"#,
            };
            Ok(HttpResponse::new(200, body.as_bytes().to_vec()))
        }
    }

    #[tokio::test]
    async fn the_secret_is_a_header_of_the_token_requests_and_of_no_other() {
        let script = Script::default();
        let client = OAuthClient::new(&ZALO, ProviderConfig::new("zalo", "1", "secret"), script.clone()).unwrap();
        let authorization =
            client.authorization_url(&AuthorizationRequest::new("https://app.example/callback")).unwrap();
        let callback = CallbackParameters::default();
        let (token, _) = client.sign_in("code-1", authorization.pending(), &callback).await.unwrap();
        client.refresh_token(&token).await.unwrap();
        let secret = || Some("secret".to_owned());
        assert_eq!(*script.0.lock().unwrap(), [secret(), None, secret()]);
    }
}
