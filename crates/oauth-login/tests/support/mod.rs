//! A provider in memory and a browser with a cookie jar.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use oauth_core::{
    Claims, Error, ErrorKind, HttpClient, HttpRequest, HttpResponse, ProviderConfig, ProviderSpec, Registry,
    ResponseMode, Result, async_trait,
};
use oauth_login::{Answer, BrowserRequest, FailureCode, Login, LoginBuilder, LoginRecord};
use sha2::{Digest, Sha256};
use url::{Url, form_urlencoded};

pub const KEY: &str = "hzq1V3kG0m2qT1tq2nR9mJq0m4x1n8y0WcA3l7d5bYs=";
pub const OTHER_KEY: &str = "Zt3b1n9Qk5e7U8wq0sXv2yB4d6F1hJ3kL5mN7pR9tVc=";
pub const BETA_ISSUER: &str = "https://beta.example";

static ALPHA: ProviderSpec =
    ProviderSpec::oauth2("alpha", "https://alpha.example/authorize?tenant=a", "https://alpha.example/token")
        .user_info("https://alpha.example/me")
        .scopes(&["profile", "email"])
        .claims(Claims::id("id").email("email").email_verified("email_verified"));
static BETA: ProviderSpec =
    ProviderSpec::oauth2("beta", "https://beta.example/authorize", "https://beta.example/token")
        .user_info("https://beta.example/me")
        .issuer(BETA_ISSUER)
        .claims(Claims::id("id"));
static POSTY: ProviderSpec =
    ProviderSpec::oauth2("posty", "https://posty.example/authorize", "https://posty.example/token")
        .user_info("https://posty.example/me")
        .response_mode(ResponseMode::FormPost)
        .callback_params(&["nickname", "id_token"])
        .claims(Claims::id("id").username("callback:nickname").first_name("callback:id_token"));

/// The provider with an issuer, for a registry of the test's own.
pub fn beta() -> &'static ProviderSpec {
    &BETA
}

/// All providers of the tests, at their HTTP end. It takes a code once, and enforces redirect URI and PKCE.
#[derive(Clone, Default)]
pub struct World(Arc<Inner>);

#[derive(Default)]
struct Inner {
    codes: Mutex<HashMap<String, Issued>>,
    verifiers: Mutex<Vec<String>>,
    requests: AtomicUsize,
    token_requests: AtomicUsize,
    trouble: Mutex<Option<Trouble>>,
}

struct Issued {
    host: String,
    redirect_uri: String,
    challenge: String,
}

/// What goes wrong at the provider.
#[derive(Clone, Copy)]
pub enum Trouble {
    Unreachable,
    Token(u16, &'static str),
    UserInfo(u16, &'static str),
}

/// What the provider sends back with the browser.
pub struct Approval {
    pub code: String,
    pub state: String,
}

impl Approval {
    pub fn query(&self) -> String {
        format!("code={}&state={}", self.code, self.state)
    }
}

impl World {
    pub fn registry(&self) -> Registry {
        let config = |name: &str| ProviderConfig::new(name, format!("{name}-id"), "PLANTED-client-secret");
        Registry::builder()
            .http_client(self.clone())
            .provider(&ALPHA)
            .provider(&BETA)
            .provider(&POSTY)
            .instance(config("alpha"))
            .instance(config("beta"))
            .instance(config("posty"))
            .build()
            .unwrap()
    }

    pub fn builder(&self) -> LoginBuilder {
        Login::builder(self.registry()).base_url("https://app.example").cookie_key(KEY)
    }

    pub fn login(&self) -> Login {
        self.builder().build().unwrap()
    }

    /// The person agrees on the page that `authorize_url` shows.
    pub fn approve(&self, authorize_url: &str) -> Approval {
        let url = Url::parse(authorize_url).unwrap();
        let (code, state) = (format!("PLANTED-code-{}", self.0.codes.lock().unwrap().len()), parameter(&url, "state"));
        assert_eq!(parameter(&url, "response_type"), "code");
        assert_eq!(parameter(&url, "code_challenge_method"), "S256");
        let issued = Issued {
            host: url.host_str().unwrap().to_owned(),
            redirect_uri: parameter(&url, "redirect_uri"),
            challenge: parameter(&url, "code_challenge"),
        };
        self.0.codes.lock().unwrap().insert(code.clone(), issued);
        Approval { code, state }
    }

    pub fn trouble(&self, trouble: Trouble) {
        *self.0.trouble.lock().unwrap() = Some(trouble);
    }

    /// Requests that reached any provider.
    pub fn requests(&self) -> usize {
        self.0.requests.load(Ordering::SeqCst)
    }

    pub fn token_requests(&self) -> usize {
        self.0.token_requests.load(Ordering::SeqCst)
    }

    /// The PKCE verifiers that arrived.
    pub fn verifiers(&self) -> Vec<String> {
        self.0.verifiers.lock().unwrap().clone()
    }

    fn token(&self, host: &str, body: &[u8]) -> HttpResponse {
        let field = |wanted: &str| {
            let mut found = form_urlencoded::parse(body).filter(|(name, _)| name == wanted);
            let value = found.next().map(|(_, value)| value.into_owned()).unwrap_or_default();
            assert!(found.next().is_none(), "{wanted} twice");
            value
        };
        let verifier = field("code_verifier");
        self.0.verifiers.lock().unwrap().push(verifier.clone());
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
        // It stays in the list, so that codes are numbered; the host is emptied when it is used.
        let mut codes = self.0.codes.lock().unwrap();
        let good = codes.get_mut(&field("code")).is_some_and(|issued| {
            std::mem::take(&mut issued.host) == host
                && issued.redirect_uri == field("redirect_uri")
                && issued.challenge == challenge
        });
        if good {
            json(
                200,
                r#"{"access_token":"PLANTED-access-token","refresh_token":"PLANTED-refresh","token_type":"bearer"}"#,
            )
        } else {
            json(400, r#"{"error":"invalid_grant"}"#)
        }
    }
}

#[async_trait]
impl HttpClient for World {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse> {
        self.0.requests.fetch_add(1, Ordering::SeqCst);
        let is_token = request.url.path() == "/token";
        if is_token {
            self.0.token_requests.fetch_add(1, Ordering::SeqCst);
        }
        // Others get their turn here, as with a real network.
        tokio::task::yield_now().await;
        let trouble = *self.0.trouble.lock().unwrap();
        match trouble {
            Some(Trouble::Unreachable) => Err(Error::new(ErrorKind::Transport, "no connection")),
            Some(Trouble::Token(status, body)) if is_token => Ok(json(status, body)),
            Some(Trouble::UserInfo(status, body)) if !is_token => Ok(json(status, body)),
            _ if is_token => Ok(self.token(request.url.host_str().unwrap(), request.body.as_deref().unwrap())),
            _ => Ok(json(200, r#"{"id":"7","email":"ann@example.com","email_verified":true}"#)),
        }
    }
}

fn json(status: u16, body: &str) -> HttpResponse {
    let mut response = HttpResponse::new(status, body.as_bytes().to_vec());
    response.headers.push(("content-type".to_owned(), "application/json".to_owned()));
    response
}

/// The value of a query parameter that appears exactly once.
pub fn parameter(url: &Url, wanted: &str) -> String {
    let values: Vec<_> = url.query_pairs().filter(|(name, _)| name == wanted).map(|(_, value)| value).collect();
    match values.as_slice() {
        [value] => value.clone().into_owned(),
        _ => panic!("{wanted} appears {} times", values.len()),
    }
}

/// A browser: keeps cookies, sends them, adds nothing of its own.
#[derive(Clone, Default)]
pub struct Browser {
    pub cookies: Vec<(String, String)>,
}

/// How a callback ended.
pub struct Landing {
    pub result: Result<LoginRecord, FailureCode>,
    pub answer: Answer,
}

impl Landing {
    #[track_caller]
    pub fn failed(&self) -> FailureCode {
        let code = *self.result.as_ref().unwrap_err();
        assert_eq!(self.answer.status(), 303);
        assert_eq!(self.answer.location(), Some(format!("/?error={code}").as_str()));
        code
    }

    #[track_caller]
    pub fn signed_in_at(&self) -> &str {
        assert_eq!(self.result.as_ref().unwrap().user.oauth_id, "7");
        assert_eq!(self.answer.status(), 303);
        self.answer.location().unwrap()
    }
}

impl Browser {
    pub fn cookie_header(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    pub async fn begin(&mut self, login: &Login, provider: &str, query: &str) -> Answer {
        let cookies = self.cookie_header();
        let headers = [("cookie", cookies.as_bytes())];
        let answer = login.begin(provider, &BrowserRequest::new("GET", query).headers(headers)).await;
        self.keep(&answer);
        answer
    }

    /// Begins a login and agrees at the provider.
    pub async fn approve(&mut self, login: &Login, world: &World, provider: &str, query: &str) -> Approval {
        let answer = self.begin(login, provider, query).await;
        assert_eq!(answer.status(), 303);
        world.approve(answer.location().unwrap())
    }

    pub async fn callback(&mut self, login: &Login, provider: &str, query: &str) -> Landing {
        self.callback_request(login, provider, BrowserRequest::new("GET", query)).await
    }

    pub async fn form_post(&mut self, login: &Login, provider: &str, query: &str, body: &str) -> Landing {
        let form = [("content-type", b"application/x-www-form-urlencoded".as_slice())];
        let request = BrowserRequest::new("POST", query).headers(form).body(body.as_bytes());
        self.callback_request(login, provider, request).await
    }

    pub async fn callback_request(&mut self, login: &Login, provider: &str, request: BrowserRequest<'_>) -> Landing {
        let cookies = self.cookie_header();
        let request = request.headers([("cookie", cookies.as_bytes())]);
        let landing = match login.callback(provider, &request).await {
            Ok(outcome) => Landing { result: Ok(outcome.record()), answer: outcome.accept() },
            Err(failure) => Landing { result: Err(failure.code()), answer: failure.into_answer() },
        };
        self.keep(&landing.answer);
        landing
    }

    pub fn keep(&mut self, answer: &Answer) {
        for cookie in set_cookies(answer) {
            let (name, rest) = cookie.split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            if !rest.contains("; Max-Age=0;") {
                self.cookies.push((name.to_owned(), rest.split(';').next().unwrap().to_owned()));
            }
        }
    }
}

pub fn set_cookies(answer: &Answer) -> impl Iterator<Item = &str> {
    answer.headers().iter().filter(|(name, _)| *name == "set-cookie").map(|(_, value)| value.as_str())
}
