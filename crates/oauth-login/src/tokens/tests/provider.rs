//! A provider in memory that renews tokens as the strict ones do: each refresh token once, with a time of grace.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use oauth_core::{
    Claims, Error, ErrorKind, HttpClient, HttpRequest, HttpResponse, ProviderConfig, ProviderSpec, Registry, Result,
    Revocation, async_trait,
};
use serde_json::json;
use tokio::{
    sync::Notify,
    time::{Instant, timeout},
};
use url::form_urlencoded;

use super::NEVER;

static ACME: ProviderSpec =
    ProviderSpec::oauth2("acme", "https://acme.example/authorize", "https://acme.example/token")
        .user_info("https://acme.example/me")
        .revocation(Revocation::Endpoint("https://acme.example/revoke"))
        .claims(Claims::id("id"));

pub(super) fn registry(http: impl HttpClient + 'static) -> Registry {
    Registry::builder()
        .http_client(http)
        .provider(&ACME)
        .instance(ProviderConfig::new("acme", "acme-id", "PLANTED-client-secret"))
        .build()
        .unwrap()
}

#[derive(Clone)]
pub(super) struct Provider(Arc<Inner>);

struct Inner {
    state: Mutex<State>,
    reached: Notify,
    released: Notify,
}

pub(super) struct State {
    /// Seconds that the next access tokens live; `None` is not stated.
    pub(super) expires_in: Option<f64>,
    pub(super) gives_refresh_tokens: bool,
    /// Whether a refresh gives a new refresh token.
    pub(super) rotates: bool,
    /// How long a refresh token works after its first use.
    pub(super) grace: Duration,
    /// What answers refreshes instead.
    pub(super) trouble: Option<Trouble>,
    /// Where the next refresh waits until it is released.
    pub(super) hold: Option<Point>,
    /// By refresh token: when it was used first.
    refresh_tokens: HashMap<String, Option<Instant>>,
    /// Characters that make tokens longer.
    pub(super) padding: usize,
    /// The newest access token.
    newest: String,
    issued: usize,
    /// Refresh tokens of the refreshes that arrived.
    pub(super) refreshes: Vec<String>,
    /// Refreshes that are being answered, and the most there ever were.
    at_once: (usize, usize),
    pub(super) revoked: Vec<String>,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Point {
    BeforeRotation,
    AfterRotation,
    /// Of a revocation.
    Revocation,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Trouble {
    Unreachable,
    Answers(u16, &'static str),
}

impl Provider {
    pub(super) fn new() -> Self {
        let state = State {
            expires_in: Some(7200.0),
            gives_refresh_tokens: true,
            rotates: true,
            grace: Duration::from_secs(600),
            trouble: None,
            hold: None,
            refresh_tokens: HashMap::new(),
            padding: 0,
            newest: String::new(),
            issued: 0,
            refreshes: Vec::new(),
            at_once: (0, 0),
            revoked: Vec::new(),
        };
        Self(Arc::new(Inner { state: Mutex::new(state), reached: Notify::new(), released: Notify::new() }))
    }

    pub(super) fn set<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        change(&mut self.0.state.lock().unwrap())
    }

    /// Until a request waits at the point it is held at.
    pub(super) async fn reached(&self) {
        timeout(NEVER, self.0.reached.notified()).await.unwrap();
    }

    pub(super) fn release(&self) {
        self.0.released.notify_one();
    }

    /// The access token that was given last.
    pub(super) fn newest(&self) -> String {
        self.set(|state| state.newest.clone())
    }

    pub(super) fn refreshes(&self) -> usize {
        self.set(|state| state.refreshes.len())
    }

    pub(super) fn most_at_once(&self) -> usize {
        self.set(|state| state.at_once.1)
    }

    async fn wait_at(&self, point: Point) {
        let held = self.set(|state| state.hold.take_if(|hold| *hold == point));
        if held.is_some() {
            self.0.reached.notify_one();
            self.0.released.notified().await;
        }
    }

    async fn refresh(&self, refresh_token: String) -> Result<HttpResponse> {
        let trouble = self.set(|state| {
            state.refreshes.push(refresh_token.clone());
            state.trouble
        });
        // Others get their turn here, as with a real network.
        tokio::time::sleep(Duration::from_millis(100)).await;
        match trouble {
            Some(Trouble::Unreachable) => return Err(Error::new(ErrorKind::Transport, "no connection")),
            Some(Trouble::Answers(status, body)) => return Ok(HttpResponse::new(status, body.into())),
            None => {}
        }
        self.wait_at(Point::BeforeRotation).await;
        let response = self.set(|state| {
            let (grace, rotates, now) = (state.grace, state.rotates, Instant::now());
            let good = state.refresh_tokens.get_mut(&refresh_token).is_some_and(|used| {
                let is_in_time = used.is_none_or(|first| now < first + grace);
                if rotates {
                    used.get_or_insert(now);
                }
                is_in_time
            });
            if good { state.issue(rotates) } else { HttpResponse::new(400, br#"{"error":"invalid_grant"}"#.to_vec()) }
        });
        self.wait_at(Point::AfterRotation).await;
        Ok(response)
    }
}

impl State {
    fn issue(&mut self, with_refresh_token: bool) -> HttpResponse {
        self.issued += 1;
        let padding = "x".repeat(self.padding);
        self.newest = format!("PLANTED-access-{}-{padding}", self.issued);
        let mut reply = json!({ "access_token": self.newest, "token_type": "bearer", "scope": "account email" });
        if let Some(seconds) = self.expires_in {
            reply["expires_in"] = seconds.into();
        }
        if with_refresh_token && self.gives_refresh_tokens {
            let refresh_token = format!("PLANTED-refresh-{}-{padding}", self.issued);
            reply["refresh_token"] = refresh_token.clone().into();
            self.refresh_tokens.insert(refresh_token, None);
        }
        HttpResponse::new(200, reply.to_string().into_bytes())
    }
}

/// A refresh is counted among those at once until it is answered or given up.
struct AtOnce<'p>(&'p Provider);

impl<'p> AtOnce<'p> {
    fn new(provider: &'p Provider) -> Self {
        provider.set(|state| {
            state.at_once.0 += 1;
            state.at_once.1 = state.at_once.1.max(state.at_once.0);
        });
        Self(provider)
    }
}

impl Drop for AtOnce<'_> {
    fn drop(&mut self) {
        self.0.set(|state| state.at_once.0 -= 1);
    }
}

#[async_trait]
impl HttpClient for Provider {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse> {
        let body = request.body.unwrap_or_default();
        let field = |wanted: &str| {
            let found = form_urlencoded::parse(&body).find(|(name, _)| name == wanted);
            found.map(|(_, value)| value.into_owned()).unwrap_or_default()
        };
        match (request.url.path(), field("grant_type").as_str()) {
            ("/token", "refresh_token") => {
                let _at_once = AtOnce::new(self);
                self.refresh(field("refresh_token")).await
            }
            ("/token", _) => Ok(self.set(|state| state.issue(true))),
            ("/revoke", _) => {
                self.wait_at(Point::Revocation).await;
                self.set(|state| state.revoked.push(field("token")));
                Ok(HttpResponse::new(200, Vec::new()))
            }
            _ => Ok(HttpResponse::new(200, br#"{"id":"7"}"#.to_vec())),
        }
    }
}
