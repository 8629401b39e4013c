//! The routes, and what happens between a proven login and its session.

use std::{fmt, future::Future, rc::Rc};

use actix_web::{
    HttpRequest, HttpResponse,
    dev::{AppService, HttpServiceFactory, Payload, ServiceRequest, ServiceResponse, fn_service},
    guard::{Guard, fn_guard},
    http::{
        Method, Uri,
        header::{HeaderMap, TryIntoHeaderPair},
    },
    web,
};
use futures_util::{FutureExt as _, future::LocalBoxFuture};
use oauth_core::{AuthorizationRequest, OAuthToken};
use oauth_login::{FailureCode, Finished, Login, LoginOutcome, LoginRecord, Refusal};

use crate::{
    convert,
    link::{self, NewLink},
    session,
};

/// The routes of `login`, below its mount path: `{provider}/login`, `{provider}/callback`, `logout`.
///
/// Add them to an application:
///
/// ```
/// use actix_web::{App, web};
/// # use oauth_login::Login;
///
/// fn configure(config: &mut web::ServiceConfig, login: Login) {
///     config.service(oauth_actix::routes(login));
/// }
/// ```
///
/// With [`LoginRoutes::on_link`] there is `{provider}/link` too.
///
/// Where the login is kept is for [`session_middleware`](crate::session_middleware), [`LoginRoutes::on_login`] or both.
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

/// The routes of a [`Login`], to be given to [`App::service`](actix_web::App::service). Made by [`routes`].
#[derive(Clone)]
#[must_use = "add them to an application"]
pub struct LoginRoutes {
    pub(crate) login: Login,
    on_begin: Option<Ask>,
    on_login: Option<Handler<NewLogin>>,
    pub(crate) on_link: Option<Handler<NewLink>>,
    on_logout: Option<Handler<HttpRequest>>,
    #[cfg(feature = "rate-limit")]
    pub(crate) rate_limit: Option<oauth_login::RateLimit>,
}

/// A handler of the application, which returns headers to add.
pub(crate) type Handler<T> = Rc<dyn Fn(T) -> LocalBoxFuture<'static, Result<HeaderMap, FailureCode>>>;

/// What the application makes of an authorization request before it is sent.
type Ask = Rc<dyn Fn(&str, &HttpRequest, AuthorizationRequest) -> AuthorizationRequest>;

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
    /// The request of the callback, with cookies, extensions and the application's data. Its URI has lost the query,
    /// which held the code.
    pub request: HttpRequest,
}

/// What a handler of the application adds to an answer: nothing, `()`, or an array of headers.
///
/// ```
/// use actix_web::{cookie::Cookie, http::header};
/// use oauth_actix::ResponseHeaders;
///
/// fn session_cookie(id: String) -> impl ResponseHeaders {
///     [(header::SET_COOKIE, Cookie::build("__Host-app", id).path("/").secure(true).http_only(true).finish().to_string())]
/// }
/// ```
pub trait ResponseHeaders {
    /// As headers; `None` if they are not valid, which is answered as [`FailureCode::ServerError`].
    fn into_headers(self) -> Option<HeaderMap>;
}

impl ResponseHeaders for () {
    fn into_headers(self) -> Option<HeaderMap> {
        Some(HeaderMap::new())
    }
}

impl ResponseHeaders for HeaderMap {
    fn into_headers(self) -> Option<HeaderMap> {
        Some(self)
    }
}

impl<H: TryIntoHeaderPair, const N: usize> ResponseHeaders for [H; N] {
    fn into_headers(self) -> Option<HeaderMap> {
        let mut headers = HeaderMap::new();
        for header in self {
            let (name, value) = header.try_into_pair().ok()?;
            headers.append(name, value);
        }
        Some(headers)
    }
}

impl LoginRoutes {
    /// Lets the application ask a provider for something else than the settings say: further scopes, another account, a
    /// fresh sign-in. It is given the provider's name, the request that begins the login or link, and what would be asked.
    ///
    /// What a visitor writes into the request is not asked of the provider unless the closure passes it on.
    ///
    /// ```
    /// use std::time::Duration;
    /// use actix_web::web;
    /// # use oauth_actix::Login;
    ///
    /// fn configure(config: &mut web::ServiceConfig, login: Login) {
    ///     config.service(oauth_actix::routes(login).on_begin(|provider, request, ask| match (provider, request.query_string()) {
    ///         // Whoever is about to delete something proves once more who they are.
    ///         ("google", "next=/delete") => ask.prompt("login").max_age(Duration::ZERO),
    ///         ("google", _) => ask.prompt("select_account"),
    ///         _ => ask,
    ///     }));
    /// }
    /// ```
    ///
    /// With `max_age` the ID token must say that the person has just proved who they are, else nobody is signed in.
    pub fn on_begin<A>(mut self, ask: A) -> Self
    where
        A: Fn(&str, &HttpRequest, AuthorizationRequest) -> AuthorizationRequest + 'static,
    {
        self.on_begin = Some(Rc::new(ask));
        self
    }

    pub(crate) fn ask(
        &self,
        provider: &str,
        request: &HttpRequest,
        asked: AuthorizationRequest,
    ) -> AuthorizationRequest {
        match &self.on_begin {
            Some(ask) => ask(provider, request, asked),
            None => asked,
        }
    }

    /// Asks the application about every login, before any session exists.
    ///
    /// The handler finds or makes the application's own user, or turns the person away with a code of the closed list:
    /// they land on the failure page and nothing else happens. It also is the place for an application with sessions of
    /// its own, which returns its cookie as a header. A panic in it lets nobody in.
    ///
    /// ```
    /// use actix_web::{http::header, web};
    /// use oauth_actix::{FailureCode, NewLogin};
    /// # use oauth_login::Login;
    /// # struct Users;
    /// # impl Users {
    /// #     async fn sign_in(&self, provider: &str, id: &str) -> Option<String> { None }
    /// # }
    ///
    /// fn configure(config: &mut web::ServiceConfig, login: Login, users: web::Data<Users>) {
    ///     config.service(oauth_actix::routes(login).on_login(move |new: NewLogin| {
    ///         let users = users.clone();
    ///         async move {
    ///             let user = &new.record.user;
    ///             let Some(session) = users.sign_in(&user.provider, &user.oauth_id).await else {
    ///                 return Err(FailureCode::LoginRefused);
    ///             };
    ///             let cookie = format!("__Host-app={session}; Path=/; Secure; HttpOnly; SameSite=Lax");
    ///             Ok([(header::SET_COOKIE, cookie)])
    ///         }
    ///     }));
    /// }
    /// ```
    pub fn on_login<H, F, R>(mut self, handler: H) -> Self
    where
        H: Fn(NewLogin) -> F + 'static,
        F: Future<Output = Result<R, FailureCode>> + 'static,
        R: ResponseHeaders,
    {
        self.on_login = Some(erase(handler));
        self
    }

    /// Tells the application about every logout, while the request still has its session.
    ///
    /// For applications with sessions of their own, which end them here. An error is answered with 503, and the session
    /// of [`session_middleware`](crate::session_middleware) ends all the same.
    pub fn on_logout<H, F, R>(mut self, handler: H) -> Self
    where
        H: Fn(HttpRequest) -> F + 'static,
        F: Future<Output = Result<R, FailureCode>> + 'static,
        R: ResponseHeaders,
    {
        self.on_logout = Some(erase(handler));
        self
    }

    async fn begin(&self, request: &HttpRequest) -> HttpResponse {
        #[cfg(feature = "rate-limit")]
        if let Some(refusal) = self.hold_rate_limit(request) {
            return refusal;
        }
        let (provider, plain) = (name(request), convert::request(request, request.query_string(), &[]));
        convert::response(self.login.begin_with(provider, &plain, |asked| self.ask(provider, request, asked)).await)
    }

    async fn callback(&self, request: &HttpRequest, query: &str, body: Payload) -> HttpResponse {
        #[cfg(feature = "rate-limit")]
        if let Some(refusal) = self.hold_rate_limit(request) {
            return refusal;
        }
        let body = if request.method() == Method::POST { convert::body(body).await } else { Vec::new() };
        let (provider, plain) = (name(request), convert::request(request, query, &body));
        let Some(connect) = &self.on_link else {
            return match self.login.callback(provider, &plain).await {
                Ok(outcome) => self.finish(outcome, request).await,
                Err(failure) => convert::response(failure.into_answer()),
            };
        };
        match self.login.finish(provider, &plain).await {
            Ok(Finished::SignIn(outcome)) => self.finish(outcome, request).await,
            Ok(Finished::Link(proven)) => link::finish(connect, proven, request).await,
            Err(failure) => convert::response(failure.into_answer()),
        }
    }

    /// Asks the application, keeps the session, and only then says that it worked.
    async fn finish(&self, mut outcome: LoginOutcome, request: &HttpRequest) -> HttpResponse {
        // First, because the record says where they are. Whoever is refused leaves none behind.
        if let Err(code) = outcome.keep_tokens().await {
            return convert::response(outcome.refuse(code));
        }
        let session = session::find(request);
        let further = match &self.on_login {
            Some(admit) => match admit(NewLogin::new(&outcome, request)).await {
                Ok(further) => Some(further),
                Err(code) => return convert::response(outcome.refuse(code)),
            },
            None if session.is_none() => {
                tracing::error!(
                    "a login has nowhere to go: add `session_middleware` to the application, or `on_login`"
                );
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

    async fn logout(&self, request: &HttpRequest) -> HttpResponse {
        let plain = convert::request(request, request.query_string(), &[]);
        let answer = match self.login.logout(&plain) {
            Ok(answer) => answer,
            Err(failure) => return convert::response(failure.into_answer()),
        };
        if let Some(record) = session::signed_in(request) {
            self.login.forget_tokens(&record).await;
        }
        let told = match &self.on_logout {
            Some(handler) => handler(request.clone())
                .await
                .map(Some)
                .inspect_err(|code| tracing::error!(%code, "`on_logout` failed")),
            None => Ok(None),
        };
        let ended = match session::find(request) {
            Some(session) => session::end(&session).await.map(Some),
            None => Ok(None),
        };
        let (Ok(told), Ok(ended)) = (told, ended) else {
            return convert::response(self.login.turn_away(Refusal::SessionUnavailable, &plain));
        };
        let mut response = convert::response(answer);
        for further in [told, ended].into_iter().flatten() {
            convert::add(&mut response, further);
        }
        response
    }
}

impl HttpServiceFactory for LoginRoutes {
    fn register(self, config: &mut AppService) {
        let mount = self.login.mount_path().to_owned();
        let routes = Rc::new(self);
        // Every method: which ones are right is for `Login` to say.
        let service = |answer: fn(Rc<Self>, HttpRequest) -> LocalBoxFuture<'static, HttpResponse>| {
            let routes = routes.clone();
            fn_service(move |request: ServiceRequest| {
                let routes = routes.clone();
                async move {
                    let (request, _) = request.into_parts();
                    let response = answer(routes, request.clone()).await;
                    Ok(ServiceResponse::new(request, response))
                }
            })
        };
        let begin = service(|routes, request| async move { routes.begin(&request).await }.boxed_local());
        let link = service(|routes, request| async move { routes.begin_link(&request).await }.boxed_local());
        let logout = service(|routes, request| async move { routes.logout(&request).await }.boxed_local());
        let callback = routes.clone();
        let callback = fn_service(move |mut request: ServiceRequest| {
            let routes = callback.clone();
            async move {
                let query = request.query_string().to_owned();
                let uri = Uri::try_from(request.path()).unwrap_or_default();
                request.head_mut().uri = uri;
                let (request, body) = request.into_parts();
                let response = routes.callback(&request, &query, body).await;
                Ok(ServiceResponse::new(request, response))
            }
        });
        // The empty name is no provider's either.
        let provider = format!("{mount}/{{provider:[^/]*}}");
        let route = |pattern: String, end| web::service(pattern).guard(spelled(&mount, end));
        route(format!("{provider}/login"), "/login").finish(begin).register(config);
        route(format!("{provider}/callback"), "/callback").finish(callback).register(config);
        if routes.on_link.is_some() {
            route(format!("{provider}/link"), "/link").finish(link).register(config);
        }
        route(format!("{mount}/logout"), "/logout").finish(logout).register(config);
    }
}

impl fmt::Debug for LoginRoutes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginRoutes").field("login", &self.login).finish_non_exhaustive()
    }
}

impl NewLogin {
    fn new(outcome: &LoginOutcome, request: &HttpRequest) -> Self {
        Self {
            record: outcome.record(),
            token: outcome.token().clone(),
            next: outcome.next().to_owned(),
            request: request.clone(),
        }
    }
}

impl fmt::Debug for NewLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewLogin").field("record", &self.record).finish_non_exhaustive()
    }
}

/// Only what is spelled like the routes that the login knows of: actix-web takes `/%61uth` for `/auth` too.
fn spelled(mount: &str, end: &'static str) -> impl Guard + use<> {
    let start = format!("{mount}/");
    fn_guard(move |context| {
        let path = context.head().uri.path();
        path.starts_with(&start) && path.ends_with(end)
    })
}

pub(crate) fn name(request: &HttpRequest) -> &str {
    request.match_info().get("provider").unwrap_or_default()
}

pub(crate) fn erase<T, H, F, R>(handler: H) -> Handler<T>
where
    H: Fn(T) -> F + 'static,
    F: Future<Output = Result<R, FailureCode>> + 'static,
    R: ResponseHeaders,
{
    Rc::new(move |input| {
        let result = handler(input);
        async move { result.await?.into_headers().ok_or(FailureCode::ServerError) }.boxed_local()
    })
}
