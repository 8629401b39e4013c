//! The routes, and what happens between a proven login and its session.

use std::{fmt, future::Future, pin::Pin, sync::Arc};

use axum::{
    Router,
    extract::{Path, Request, State, rejection::PathRejection},
    http::{Method, StatusCode, Uri, header, request::Parts},
    response::{IntoResponse, IntoResponseParts, Response},
    routing::any,
};
use oauth_core::{AuthorizationRequest, OAuthToken};
use oauth_login::{FailureCode, Finished, Login, LoginOutcome, LoginRecord, Refusal};

use crate::{
    convert,
    link::{self, NewLink},
    session,
};

/// The routes of `login`, below its mount path: `{provider}/login`, `{provider}/callback`, `logout`.
///
/// Merge them into a router:
///
/// ```
/// use axum::Router;
/// # use oauth_login::Login;
///
/// fn app(login: Login) -> Router {
///     Router::new().merge(oauth_axum::routes(login))
/// }
/// ```
///
/// With [`LoginRoutes::on_link`] there is `{provider}/link` too.
///
/// Where the login is kept is for [`session_layer`](crate::session_layer), [`LoginRoutes::on_login`] or both.
pub fn routes(login: Login) -> LoginRoutes {
    LoginRoutes {
        login,
        on_begin: None,
        on_login: None,
        on_link: None,
        on_logout: None,
        #[cfg(feature = "rate-limit")]
        rate_limit: None,
    }
}

/// The routes of a [`Login`], to be merged into a [`Router`]. Made by [`routes`].
#[derive(Clone)]
#[must_use = "merge them into a router"]
pub struct LoginRoutes {
    pub(crate) login: Login,
    on_begin: Option<Ask>,
    on_login: Option<Handler<NewLogin>>,
    pub(crate) on_link: Option<Handler<NewLink>>,
    on_logout: Option<Handler<Parts>>,
    #[cfg(feature = "rate-limit")]
    pub(crate) rate_limit: Option<oauth_login::RateLimit>,
}

/// A handler of the application. Its response carries nothing but headers to add.
pub(crate) type Handler<T> = Arc<dyn Fn(T) -> BoxFuture<Result<Response, FailureCode>> + Send + Sync>;
type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// What the application makes of an authorization request before it is sent.
type Ask = Arc<dyn Fn(&str, &Parts, AuthorizationRequest) -> AuthorizationRequest + Send + Sync>;

/// A login that is proven and not yet admitted, for [`LoginRoutes::on_login`].
#[non_exhaustive]
pub struct NewLogin {
    /// Who, by which provider, when: what goes into the session.
    pub record: LoginRecord,
    /// The provider's tokens. They are kept nowhere unless the handler keeps them, or
    /// [`LoginBuilder::keep_tokens`](oauth_login::LoginBuilder::keep_tokens) said so.
    pub token: OAuthToken,
    /// The path on which the person is about to land.
    pub next: String,
    /// The request of the callback, with cookies and extensions. Its URI has lost the query, which held the code.
    pub request: Parts,
}

impl LoginRoutes {
    /// Lets the application ask a provider for something else than the settings say: further scopes, another account, a
    /// fresh sign-in. It is given the provider's name, the request that begins the login or link, and what would be asked.
    ///
    /// What a visitor writes into the request is not asked of the provider unless the closure passes it on.
    ///
    /// ```
    /// use std::time::Duration;
    /// use axum::Router;
    /// # use oauth_axum::Login;
    ///
    /// fn app(login: Login) -> Router {
    ///     let routes = oauth_axum::routes(login).on_begin(|provider, request, ask| match (provider, request.uri.query()) {
    ///         // Whoever is about to delete something proves once more who they are.
    ///         ("google", Some("next=/delete")) => ask.prompt("login").max_age(Duration::ZERO),
    ///         ("google", _) => ask.prompt("select_account"),
    ///         _ => ask,
    ///     });
    ///     Router::new().merge(routes)
    /// }
    /// ```
    ///
    /// With `max_age` the ID token must say that the person has just proved who they are, else nobody is signed in.
    pub fn on_begin<A>(mut self, ask: A) -> Self
    where
        A: Fn(&str, &Parts, AuthorizationRequest) -> AuthorizationRequest + Send + Sync + 'static,
    {
        self.on_begin = Some(Arc::new(ask));
        self
    }

    pub(crate) fn ask(&self, provider: &str, request: &Parts, asked: AuthorizationRequest) -> AuthorizationRequest {
        match &self.on_begin {
            Some(ask) => ask(provider, request, asked),
            None => asked,
        }
    }

    /// Asks the application about every login, before any session exists.
    ///
    /// The handler finds or makes the application's own user, or turns the person away with a code of the closed list:
    /// they land on the failure page and nothing else happens. It also is the place for an application with sessions of
    /// its own, which returns its cookie as response parts. A panic in it lets nobody in.
    ///
    /// ```
    /// use axum::{Router, http::header, response::AppendHeaders};
    /// use oauth_axum::{FailureCode, NewLogin};
    /// # use oauth_login::Login;
    /// # #[derive(Clone)]
    /// # struct Users;
    /// # impl Users {
    /// #     async fn sign_in(&self, provider: &str, id: &str) -> Option<String> { None }
    /// # }
    ///
    /// fn app(login: Login, users: Users) -> Router {
    ///     let routes = oauth_axum::routes(login).on_login(move |new: NewLogin| {
    ///         let users = users.clone();
    ///         async move {
    ///             let user = &new.record.user;
    ///             let Some(session) = users.sign_in(&user.provider, &user.oauth_id).await else {
    ///                 return Err(FailureCode::LoginRefused);
    ///             };
    ///             let cookie = format!("__Host-app={session}; Path=/; Secure; HttpOnly; SameSite=Lax");
    ///             Ok(AppendHeaders([(header::SET_COOKIE, cookie)]))
    ///         }
    ///     });
    ///     Router::new().merge(routes)
    /// }
    /// ```
    pub fn on_login<H, F, R>(mut self, handler: H) -> Self
    where
        H: Fn(NewLogin) -> F + Send + Sync + 'static,
        F: Future<Output = Result<R, FailureCode>> + Send + 'static,
        R: IntoResponseParts,
    {
        self.on_login = Some(erase(handler));
        self
    }

    /// Tells the application about every logout, while the request still has its session.
    ///
    /// For applications with sessions of their own, which end them here. An error is answered with 503, and the session
    /// of [`session_layer`](crate::session_layer) ends all the same.
    pub fn on_logout<H, F, R>(mut self, handler: H) -> Self
    where
        H: Fn(Parts) -> F + Send + Sync + 'static,
        F: Future<Output = Result<R, FailureCode>> + Send + 'static,
        R: IntoResponseParts,
    {
        self.on_logout = Some(erase(handler));
        self
    }

    async fn finish(&self, mut outcome: LoginOutcome, parts: Parts) -> Response {
        // First, because the record says where they are. Whoever is refused leaves none behind.
        if let Err(code) = outcome.keep_tokens().await {
            return convert::response(outcome.refuse(code));
        }
        let session = session::find(&parts);
        let further = match &self.on_login {
            Some(admit) => match admit(NewLogin::new(&outcome, parts)).await {
                Ok(further) => Some(further),
                Err(code) => return convert::response(outcome.refuse(code)),
            },
            None if session.is_none() => {
                tracing::error!("a login has nowhere to go: add `session_layer` to the router, or `on_login`");
                return convert::response(outcome.refuse(FailureCode::SessionUnavailable));
            }
            None => None,
        };
        if let Some(session) = session
            && let Err(session::Unavailable) = session::begin(&session, &outcome.record()).await
        {
            return convert::response(outcome.refuse(FailureCode::SessionUnavailable));
        }
        let mut response = convert::response(outcome.accept());
        if let Some(further) = further {
            convert::add(&mut response, further);
        }
        response
    }
}

impl<S: Clone + Send + Sync + 'static> From<LoginRoutes> for Router<S> {
    fn from(routes: LoginRoutes) -> Self {
        let mount = routes.login.mount_path().to_owned();
        // Every method: which ones are right is for `Login` to say.
        let limited = Router::new()
            .route(&format!("{mount}/{{provider}}/login"), any(begin))
            .route(&format!("{mount}/{{provider}}/callback"), any(callback));
        let limited = match routes.on_link {
            Some(_) => limited.route(&format!("{mount}/{{provider}}/link"), any(link::begin)),
            None => limited,
        };
        #[cfg(feature = "rate-limit")]
        let limited = match &routes.rate_limit {
            Some(limit) => limited.route_layer(crate::rate_limit(limit.clone())),
            None => limited,
        };
        limited.route(&format!("{mount}/logout"), any(logout)).with_state(Arc::new(routes))
    }
}

impl fmt::Debug for LoginRoutes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginRoutes").field("login", &self.login).finish_non_exhaustive()
    }
}

impl NewLogin {
    fn new(outcome: &LoginOutcome, request: Parts) -> Self {
        Self {
            record: outcome.record(),
            token: outcome.token().clone(),
            next: outcome.next().to_owned(),
            request: without_secrets(request),
        }
    }
}

impl fmt::Debug for NewLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewLogin").field("record", &self.record).finish_non_exhaustive()
    }
}

pub(crate) type Routes = State<Arc<LoginRoutes>>;
/// A name that is no text is no provider's.
pub(crate) type Provider = Result<Path<String>, PathRejection>;

async fn begin(State(routes): Routes, provider: Provider, parts: Parts) -> Response {
    let (provider, request) = (name(&provider), convert::request(&parts, &[]));
    convert::response(routes.login.begin_with(provider, &request, |asked| routes.ask(provider, &parts, asked)).await)
}

async fn callback(State(routes): Routes, provider: Provider, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = if parts.method == Method::POST { convert::body(body).await } else { Vec::new() };
    let (provider, request) = (name(&provider), convert::request(&parts, &body));
    let Some(connect) = &routes.on_link else {
        return match routes.login.callback(provider, &request).await {
            Ok(outcome) => routes.finish(outcome, parts).await,
            Err(failure) => convert::response(failure.into_answer()),
        };
    };
    match routes.login.finish(provider, &request).await {
        Ok(Finished::SignIn(outcome)) => routes.finish(outcome, parts).await,
        Ok(Finished::Link(proven)) => link::finish(connect, proven, parts).await,
        Err(failure) => convert::response(failure.into_answer()),
    }
}

async fn logout(State(routes): Routes, parts: Parts) -> Response {
    let login = &routes.login;
    let request = convert::request(&parts, &[]);
    let answer = match login.logout(&request) {
        Ok(answer) => answer,
        Err(failure) => return convert::response(failure.into_answer()),
    };
    // Made ahead, because the handler takes the request.
    let unavailable = login.turn_away(Refusal::SessionUnavailable, &request);
    if login.token_keeper().is_some()
        && let Some(record) = session::signed_in(&parts).await
    {
        login.forget_tokens(&record).await;
    }
    let session = session::find(&parts);
    let told = match &routes.on_logout {
        Some(handler) => {
            handler(parts).await.map(Some).inspect_err(|code| tracing::error!(%code, "`on_logout` failed"))
        }
        None => Ok(None),
    };
    let ended = match session {
        Some(session) => session::end(&session, login).await.map(Some),
        None => Ok(None),
    };
    let (Ok(told), Ok(ended)) = (told, ended) else { return convert::response(unavailable) };
    let mut response = convert::response(answer);
    for further in [told, ended].into_iter().flatten() {
        convert::add(&mut response, further);
    }
    response
}

pub(crate) fn name(provider: &Provider) -> &str {
    provider.as_ref().map(|Path(name)| name.as_str()).unwrap_or_default()
}

/// The request of a callback as the application sees it: without the code, and with cookies that are not shown.
pub(crate) fn without_secrets(mut request: Parts) -> Parts {
    request.uri = Uri::try_from(request.uri.path()).unwrap_or_default();
    for (name, value) in &mut request.headers {
        value.set_sensitive(name == header::COOKIE);
    }
    request
}

pub(crate) fn erase<T, H, F, R>(handler: H) -> Handler<T>
where
    H: Fn(T) -> F + Send + Sync + 'static,
    F: Future<Output = Result<R, FailureCode>> + Send + 'static,
    R: IntoResponseParts,
{
    Arc::new(move |input| {
        let result = handler(input);
        Box::pin(async move {
            let further = (result.await?, StatusCode::OK).into_response();
            // Parts that cannot be made into headers become an error response in place of ours.
            if further.status() == StatusCode::OK { Ok(further) } else { Err(FailureCode::ServerError) }
        })
    })
}
