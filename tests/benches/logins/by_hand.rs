//! The same application as a careful developer writes it on `oauth2` and tower-sessions: PKCE, `state` in the session, a typed
//! struct per reply, user and e-mails asked at the same time, a new session id at login.

use std::{env, time::Duration};

use axum::{
    Json, Router,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use oauth2::{
    AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet, EndpointSet, HttpRequest,
    HttpResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, TokenResponse, TokenUrl, basic::BasicClient,
};
use serde::{Deserialize, Serialize};
use tower_sessions::{Expiry, MemoryStore, Session, SessionManagerLayer, cookie::SameSite, cookie::time};

type Client = BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

#[derive(Clone)]
struct Application {
    oauth: Client,
    http: reqwest::Client,
    user_url: String,
    emails_url: String,
}

#[derive(Serialize, Deserialize)]
struct Pending {
    state: CsrfToken,
    verifier: PkceCodeVerifier,
    next: String,
}

#[derive(Deserialize)]
struct Begin {
    next: Option<String>,
}

#[derive(Deserialize)]
struct Callback {
    code: String,
    state: String,
}

#[derive(Serialize, Deserialize)]
struct User {
    uuid: String,
    display_name: Option<String>,
    nickname: Option<String>,
    links: serde_json::Value,
    #[serde(default)]
    email: Option<String>,
}

#[derive(Deserialize)]
struct Emails {
    values: Vec<Email>,
}

#[derive(Deserialize)]
struct Email {
    email: String,
    is_primary: bool,
    is_confirmed: bool,
}

/// What went wrong is for a log; the visitor gets a status.
struct Failed(StatusCode);

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}

impl<E: std::error::Error> From<E> for Failed {
    fn from(error: E) -> Self {
        eprintln!("{error}");
        Self(StatusCode::BAD_GATEWAY)
    }
}

pub fn serve() {
    let variable = |name: &str| env::var(name).expect(name);
    let oauth = BasicClient::new(ClientId::new(variable("OAUTH_BITBUCKET_CLIENT_ID")))
        .set_client_secret(ClientSecret::new(variable("OAUTH_BITBUCKET_CLIENT_SECRET")))
        .set_auth_uri(AuthUrl::new(variable("OAUTH_BITBUCKET_AUTHORIZE_URL")).expect("a URL"))
        .set_token_uri(TokenUrl::new(variable("OAUTH_BITBUCKET_TOKEN_URL")).expect("a URL"))
        .set_redirect_uri(
            RedirectUrl::new(format!("{}/auth/bitbucket/callback", variable("OAUTH_BASE_URL"))).expect("a URL"),
        );
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(3))
        .timeout(Duration::from_secs(10))
        .build()
        .expect("a client");
    let application = Application {
        oauth,
        http,
        user_url: variable("OAUTH_BITBUCKET_USERINFO_URL"),
        emails_url: variable("OAUTH_BITBUCKET_EMAILS_URL"),
    };
    let sessions = SessionManagerLayer::new(MemoryStore::default())
        .with_secure(false)
        .with_same_site(SameSite::Lax)
        .with_expiry(Expiry::OnInactivity(time::Duration::days(1)));
    let router = Router::new()
        .route("/auth/bitbucket/login", get(begin))
        .route("/auth/bitbucket/callback", get(callback))
        .route("/me", get(me))
        .layer(sessions)
        .with_state(application);
    // As many threads as the examples have.
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(variable("OAUTH_LISTEN")).await.expect("its address");
        axum::serve(listener, router).await.expect("serving");
    });
}

async fn begin(
    State(application): State<Application>,
    session: Session,
    Query(query): Query<Begin>,
) -> Result<Redirect, Failed> {
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let request = application.oauth.authorize_url(CsrfToken::new_random);
    let request = request.add_scopes(["account", "email"].map(|scope| Scope::new(scope.to_owned())));
    let (url, state) = request.set_pkce_challenge(challenge).url();
    let next = query.next.filter(|next| next.starts_with('/') && !next.starts_with("//")).unwrap_or("/".to_owned());
    session.insert("pending", Pending { state, verifier, next }).await?;
    Ok(Redirect::to(url.as_str()))
}

async fn callback(
    State(application): State<Application>,
    session: Session,
    Query(query): Query<Callback>,
) -> Result<Redirect, Failed> {
    let pending: Option<Pending> = session.remove("pending").await?;
    let Some(pending) = pending.filter(|pending| *pending.state.secret() == query.state) else {
        return Err(Failed(StatusCode::BAD_REQUEST));
    };
    let token = application
        .oauth
        .exchange_code(AuthorizationCode::new(query.code))
        .set_pkce_verifier(pending.verifier)
        .request_async(&|request| send(application.http.clone(), request))
        .await?;
    let get = |url: &str| application.http.get(url).bearer_auth(token.access_token().secret()).send();
    let (user, emails) = tokio::try_join!(get(&application.user_url), get(&application.emails_url))?;
    let (user, emails) = (user.error_for_status()?, emails.error_for_status()?);
    let (mut user, emails): (User, Emails) = tokio::try_join!(user.json(), emails.json())?;
    let address = emails.values.into_iter().find(|email| email.is_primary && email.is_confirmed);
    user.email = address.map(|address| address.email);
    session.cycle_id().await?;
    session.insert("user", user).await?;
    Ok(Redirect::to(&pending.next))
}

async fn me(session: Session) -> Result<Json<User>, Failed> {
    session.get("user").await?.map(Json).ok_or(Failed(StatusCode::UNAUTHORIZED))
}

/// The bridge from `oauth2` to this version of reqwest.
async fn send(http: reqwest::Client, request: HttpRequest) -> Result<HttpResponse, reqwest::Error> {
    let reply = http.execute(request.try_into()?).await?;
    let mut response = HttpResponse::new(Vec::new());
    *response.status_mut() = reply.status();
    *response.headers_mut() = reply.headers().clone();
    *response.body_mut() = reply.bytes().await?.to_vec();
    Ok(response)
}
