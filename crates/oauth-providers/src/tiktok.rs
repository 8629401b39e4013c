//! TikTok, by Login Kit.
//!
//! An app is made at <https://developers.tiktok.com/apps/>, with the product Login Kit for the platform Web, the redirect URI
//! `https://your.app/auth/tiktok/callback`, which must be `https`, and the scope `user.info.basic`. Its client key is the client id.

use oauth_core::{
    Brand, Claims, ClientAuthentication, ErrorKind, HttpRequest, Method, OAuthToken, Pkce, Provider, ProviderSpec,
    Result, Revocation, RevocationRequest, Settings, SuccessCheck, TokenPlacement, TokenReply, register,
};

/// TikTok.
///
/// The account id is the person's id within this app: another app sees another one. There is no e-mail address. PKCE is off: TikTok
/// documents it for desktop and mobile apps alone, and with a hexadecimal challenge that RFC 7636 does not know.
pub static TIKTOK: TikTok = TikTok;

register!(TIKTOK);

/// The type of [`TIKTOK`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct TikTok;

static SPEC: ProviderSpec = ProviderSpec::oauth2(
    "tiktok",
    "https://www.tiktok.com/v2/auth/authorize/",
    "https://open.tiktokapis.com/v2/oauth/token/",
)
.display_name("TikTok")
.docs("https://developers.tiktok.com/doc/login-kit-web/")
.console("https://developers.tiktok.com/apps/")
.brand(Brand { color: "#000000", icon_path: ICON })
.client_params("client_key", "client_secret")
.pkce(Pkce::Unsupported)
.scopes(&["user.info.basic"])
.scope_separator(",")
.known_scopes(&[
    ("user.info.basic", "Read name and picture"),
    ("user.info.profile", "Read user name and profile page"),
    ("user.info.stats", "Read the numbers of followers, likes and videos"),
    ("video.list", "List public videos"),
])
.token_reply(TokenReply::standard().scope_separator(","))
.user_info("https://open.tiktokapis.com/v2/user/info/")
.user_info_success(SuccessCheck::member("error.code").is(&["ok"]).error_code("error.code"))
.claims(
    Claims::id("data.user.open_id")
        .username("data.user.username")
        .name("data.user.display_name")
        .avatar_url("data.user.avatar_url")
        .profile_url("data.user.profile_deep_link"),
)
.revocation(Revocation::Request(
    RevocationRequest::post("https://open.tiktokapis.com/v2/oauth/revoke/", TokenPlacement::Form("token"))
        .client(ClientAuthentication::Body),
))
.remedies(&[
    (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL, with https, under Login Kit > Web of the app"),
    (ErrorKind::ClientRefused, "Copy client key and client secret again, from the page of the app"),
    (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
    (ErrorKind::UserInfoUnauthorized, "Add the scope user.info.basic to the app, then sign in again"),
    (ErrorKind::UserInfoRefused, "Sign in again; the log has TikTok's error code"),
    (ErrorKind::EmailMissing, "TikTok gives no e-mail address: do not demand one"),
]);

impl Provider for TikTok {
    fn spec(&self) -> &ProviderSpec {
        &SPEC
    }

    /// Only what was granted may be asked for: TikTok refuses the whole request otherwise.
    fn user_info_request(&self, request: &mut HttpRequest, token: &OAuthToken, _settings: &Settings) -> Result<()> {
        if request.method == Method::Get {
            let profile = token.scopes().is_some_and(|scopes| scopes.contains("user.info.profile"));
            let further = if profile { ",username,profile_deep_link" } else { "" };
            let fields = format!("open_id,union_id,display_name,avatar_url{further}");
            request.url.query_pairs_mut().append_pair("fields", &fields);
        }
        Ok(())
    }
}

/// simple-icons, CC0.
const ICON: &str = "M12.525.02c1.31-.02 2.61-.01 3.91-.02.08 1.53.63 3.09 1.75 4.17 1.12 1.11 2.7 1.62 4.24 1.79v4.03c-1.44-.05-2.89-.35-4.2-.97-.57-.26-1.1-.59-1.62-.93-.01 2.92.01 5.84-.02 8.75-.08 1.4-.54 2.79-1.35 3.94-1.31 1.92-3.58 3.17-5.91 3.21-1.43.08-2.86-.31-4.08-1.03-2.02-1.19-3.44-3.37-3.65-5.71-.02-.5-.03-1-.01-1.49.18-1.9 1.12-3.72 2.58-4.96 1.66-1.44 3.98-2.13 6.15-1.72.02 1.48-.04 2.96-.04 4.44-.99-.32-2.15-.23-3.02.37-.63.41-1.11 1.04-1.36 1.75-.21.51-.15 1.07-.14 1.61.24 1.64 1.82 3.02 3.5 2.87 1.12-.01 2.19-.66 2.77-1.61.19-.33.4-.67.41-1.06.1-1.79.06-3.57.07-5.36.01-4.03-.01-8.05.02-12.07z";

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::{Arc, Mutex};

    use oauth_core::{
        AuthorizationRequest, CallbackParameters, HttpClient, HttpResponse, OAuthClient, ProviderConfig, async_trait,
    };

    use super::*;

    /// Grants what it is told, and remembers the queries that it was asked with.
    #[derive(Clone)]
    struct Script {
        granted: &'static str,
        queries: Arc<Mutex<Vec<Option<String>>>>,
    }

    #[async_trait]
    impl HttpClient for Script {
        async fn send(&self, request: HttpRequest) -> Result<HttpResponse> {
            self.queries.lock().unwrap().push(request.url.query().map(str::to_owned));
            let granted = self.granted;
            let body = match request.url.path() {
                "/v2/oauth/token/" => {
                    format!(r#"{{"access_token":"act.1","token_type":"Bearer","scope":"{granted}"}}"#)
                }
                _ => r#"{"data":{"user":{"open_id":"open-1"}},"error":{"code":"ok"}}"#.to_owned(),
            };
            Ok(HttpResponse::new(200, body.into_bytes()))
        }
    }

    #[tokio::test]
    async fn only_what_was_granted_is_asked_for_and_nothing_when_a_token_is_revoked() {
        let table = [
            ("user.info.basic", "fields=open_id%2Cunion_id%2Cdisplay_name%2Cavatar_url"),
            (
                "user.info.basic,user.info.profile",
                "fields=open_id%2Cunion_id%2Cdisplay_name%2Cavatar_url%2Cusername%2Cprofile_deep_link",
            ),
        ];
        for (granted, fields) in table {
            let script = Script { granted, queries: Arc::default() };
            let config = ProviderConfig::new("tiktok", "key", "secret");
            let client = OAuthClient::new(&TIKTOK, config, script.clone()).unwrap();
            let request = AuthorizationRequest::new("https://app.example/callback");
            let authorization = client.authorization_url(&request).unwrap();
            let callback = CallbackParameters::default();
            let (token, _) = client.sign_in("code-1", authorization.pending(), &callback).await.unwrap();
            client.revoke_token(&token).await.unwrap();
            assert_eq!(*script.queries.lock().unwrap(), [None, Some(fields.to_owned()), None], "{granted}");
        }
    }
}
