//! Bitbucket Data Center: who signed in is said by headers, and never by a slug alone.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use oauth_bitbucket::BITBUCKET_DATA_CENTER;
use oauth_core::{
    AuthorizationRequest, CallbackParameters, ErrorKind, OAuthClient, OAuthToken, OAuthUserInfo, ProviderConfig, Result,
};
use oauth_reqwest::ReqwestClient;
use serde_json::{Value, json};
use url::Url;
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{header, method, path, query_param},
};

const REDIRECT_URI: &str = "https://app.example/auth/bitbucket-data-center/callback";

/// A reply as an instance sends it.
fn fixture(name: &str) -> Value {
    let file = format!("{}/../../fixtures/bitbucket-data-center/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

/// An instance below `/git`, as many stand.
struct Instance {
    server: MockServer,
    client: OAuthClient,
}

impl Instance {
    /// Where a token belongs to the user of these headers.
    async fn of(headers: &[(&str, &str)]) -> Self {
        let server = MockServer::start().await;
        let config = ProviderConfig::new("bitbucket-data-center", "client-1", "secret-1")
            .setting("BASE_URL", format!("{}/git/", server.uri()));
        let client = OAuthClient::new(&BITBUCKET_DATA_CENTER, config, ReqwestClient::new().unwrap()).unwrap();
        let properties =
            ResponseTemplate::new(200).set_body_json(json!({ "version": "9.4.0", "displayName": "Bitbucket" }));
        let properties = headers.iter().fold(properties, |reply, (name, value)| reply.insert_header(*name, *value));
        Mock::given(method("GET"))
            .and(path("/git/rest/api/latest/application-properties"))
            .and(header("authorization", "Bearer access-1"))
            .respond_with(properties)
            .mount(&server)
            .await;
        Self { server, client }
    }

    /// Another user than asked for is a 404, as on a real instance.
    async fn with_user(self, slug: &str, user: &Value) -> Self {
        Mock::given(method("GET"))
            .and(path(format!("/git/rest/api/latest/users/{slug}")))
            .and(query_param("avatarSize", "96"))
            .respond_with(ResponseTemplate::new(200).set_body_json(user))
            .mount(&self.server)
            .await;
        self
    }

    async fn user_info(&self) -> Result<OAuthUserInfo> {
        self.client.user_info(&OAuthToken::from_access_token("access-1")).await
    }
}

#[tokio::test]
async fn recorded_replies_are_read_as_who_they_are() {
    for case in ["full", "no-email", "minimal", "slug-not-found"] {
        let instance = Instance::of(&[("X-AUSERID", "1205"), ("X-AUSERNAME", "jane%40example.com")]).await;
        let instance = match case {
            "slug-not-found" => instance,
            _ => instance.with_user("jane_example.com", &fixture(&format!("{case}/user"))).await,
        };
        let mut user = serde_json::to_value(instance.user_info().await.unwrap()).unwrap();
        user.as_object_mut().unwrap().remove("raw_data");
        assert_eq!(user, fixture(&format!("{case}/expected")), "{case}");
    }
}

#[tokio::test]
async fn a_name_is_asked_for_by_its_slug() {
    for (header, name, slug) in [
        ("jdoe", "jdoe", "jdoe"),
        ("J.Doe-1", "j.doe-1", "j.doe-1"),
        ("CORP%5Cj%20doe", "CORP\\j doe", "corp_j_doe"),
        ("j%2Fd", "j/d", "j_d"),
    ] {
        let user = json!({ "id": 7, "name": name, "displayName": "J Doe" });
        let instance = Instance::of(&[("X-AUSERID", "7"), ("X-AUSERNAME", header)]).await.with_user(slug, &user).await;
        assert_eq!(instance.user_info().await.unwrap().full_name().as_deref(), Some("J Doe"), "{name}");
    }
}

#[tokio::test]
async fn a_slug_of_somebody_else_tells_nothing() {
    let other = json!({
        "id": 8, "name": "j_d", "displayName": "Other Person", "emailAddress": "other@example.com",
        "avatarUrl": "https://x.example/a.png", "links": { "self": [{ "href": "https://x.example/users/j_d" }] },
    });
    let instance = Instance::of(&[("X-AUSERID", "7"), ("X-AUSERNAME", "j%40d")]).await.with_user("j_d", &other).await;
    let user = instance.user_info().await.unwrap();
    assert_eq!((user.oauth_id.as_str(), user.username.as_deref()), ("7", Some("j@d")));
    let told = [user.email, user.first_name, user.last_name, user.avatar_url, user.profile_url];
    assert_eq!(told, [const { None }; 5]);
}

#[tokio::test]
async fn a_reply_that_does_not_say_who_somebody_is_signs_nobody_in() {
    let table: [&[(&str, &str)]; 4] = [
        &[],
        &[("X-AUSERID", "7")],
        &[("X-AUSERID", ""), ("X-AUSERNAME", "j")],
        &[("X-AUSERID", "7"), ("X-AUSERNAME", "..")],
    ];
    for headers in table {
        let user = json!({ "id": 7, "name": "j" });
        let error = Instance::of(headers).await.with_user("j", &user).await.user_info().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UserInfoInvalid, "{headers:?}");
        assert!(error.remedy().unwrap().contains("X-AUSERID"), "{error}");
    }
}

#[tokio::test]
async fn a_login_goes_to_the_instance_with_pkce() {
    let instance = Instance::of(&[]).await;
    Mock::given(method("POST"))
        .and(path("/git/rest/oauth2/latest/token"))
        .respond_with(ResponseTemplate::new(200).set_body_json(fixture("full/token")))
        .mount(&instance.server)
        .await;
    let authorization = instance.client.authorization_url(&AuthorizationRequest::new(REDIRECT_URI)).unwrap();
    let url = Url::parse(authorization.url()).unwrap();
    assert_eq!(&url[url::Position::BeforePath..url::Position::AfterPath], "/git/rest/oauth2/latest/authorize");
    let query: Vec<_> = url.query_pairs().into_owned().collect();
    assert!(query.contains(&("scope".to_owned(), "PUBLIC_REPOS".to_owned())), "{query:?}");
    assert!(query.contains(&("code_challenge_method".to_owned(), "S256".to_owned())), "{query:?}");

    let token =
        instance.client.exchange_code("code-1", authorization.pending(), &CallbackParameters::default()).await.unwrap();
    assert!(token.scopes().unwrap().contains("PUBLIC_REPOS"));
    let sent = instance.server.received_requests().await.unwrap().remove(0);
    assert!(sent.headers.get("authorization").is_none());
    let form: Vec<String> = url::form_urlencoded::parse(&sent.body).map(|(name, _)| name.into_owned()).collect();
    for name in ["client_id", "client_secret", "code", "code_verifier", "grant_type", "redirect_uri"] {
        assert_eq!(form.iter().filter(|sent| *sent == name).count(), 1, "{name} in {form:?}");
    }
}

#[test]
fn an_instance_has_no_default() {
    let config = ProviderConfig::new("bitbucket-data-center", "client-1", "secret-1");
    let error = OAuthClient::new(&BITBUCKET_DATA_CENTER, config, ReqwestClient::new().unwrap()).unwrap_err();
    assert!(error.to_string().contains("OAUTH_BITBUCKET_DATA_CENTER_BASE_URL"), "{error}");
}
