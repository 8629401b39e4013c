//! The login itself: [`Login::begin`], [`Login::callback`], [`Login::logout`]. Connecting accounts is in `link.rs`.
//!
//! The callback checks in one fixed order: method and content type, size, repeated parameters, the pending login by
//! `state` *and* cookie, used once, provider, `iss`, `error`, `code`; only then the provider is asked. What fails before
//! the pending login is found changes nothing; what fails after it has spent the login.

use std::{collections::HashMap, fmt, sync::Arc, time::SystemTime};

use oauth_core::{
    AuthorizationRequest, CallbackParameters, Error, ErrorKind, Identity, OAuthClient, OAuthToken, OAuthUserInfo,
    Registry, ResponseMode, Result,
};

use crate::{
    answer::Answer,
    builder::LoginBuilder,
    cookie::{Cookies, SameSite},
    ended::EndedSessions,
    failure::{FailureCode, LoginFailure},
    key_ring::KeyRing,
    link::Intent,
    next::NextPath,
    parameters::{Parameters, Repeated},
    pending::{Lost, NotKept, PendingLogin, PendingLogins, is_base64url},
    record::{CLOCK_SKEW, LoginRecord, Refusal},
    records::{RecordStore, SessionRecords},
    request::{BrowserRequest, Header, Unusable},
    session::SessionCookie,
    site::Site,
    time::{from_unix_seconds, unix_seconds},
    tokens::TokenKeeper,
};

const MAX_QUERY: usize = 16 * 1024;
const MAX_BODY: usize = 64 * 1024;
const MAX_CODE: usize = 8 * 1024;
/// Seconds after which a store that was down may be back.
const RETRY_AFTER: &str = "5";
/// 256 bits in base64url.
const STATE_LEN: usize = 43;

/// Error codes that may be logged, because they are written here and not taken from the request: RFC 6749 section
/// 4.1.2.1 and OpenID Connect Core section 3.1.2.6.
const REGISTERED_ERRORS: [&str; 14] = [
    "access_denied",
    "account_selection_required",
    "consent_required",
    "interaction_required",
    "invalid_request",
    "invalid_request_object",
    "invalid_request_uri",
    "invalid_scope",
    "login_required",
    "request_not_supported",
    "server_error",
    "temporarily_unavailable",
    "unauthorized_client",
    "unsupported_response_type",
];

/// Signing in through a browser: three routes for any web framework.
///
/// | route | call | then |
/// |---|---|---|
/// | `GET {mount}/{provider}/login` | [`begin`](Self::begin) | send the answer |
/// | `GET` or `POST {mount}/{provider}/callback` | [`callback`](Self::callback) | store the session, send the answer |
/// | `POST {mount}/logout` | [`logout`](Self::logout) | end the session, send the answer |
///
/// An application that connects several accounts to one user has a fourth, `POST {mount}/{provider}/link`, answered by
/// [`begin_link`](Self::begin_link), and [`finish`](Self::finish) in place of `callback`.
///
/// Cheap to clone. A login that is begun and never finished costs no memory.
///
/// ```
/// use oauth_core::Registry;
/// use oauth_login::{BrowserRequest, Login, LoginRecord};
///
/// # async fn example(registry: Registry, store_session: impl Fn(LoginRecord)) -> oauth_core::Result<()> {
/// let login = Login::from_env(registry)?;
///
/// let answer = login.begin("bitbucket", &BrowserRequest::new("GET", "next=/me")).await;
///
/// let request = BrowserRequest::new("GET", "code=...&state=...").headers([("cookie", b"...".as_slice())]);
/// let answer = match login.callback("bitbucket", &request).await {
///     Ok(outcome) => {
///         store_session(outcome.record());
///         outcome.accept()
///     }
///     Err(failure) => failure.into_answer(),
/// };
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Login(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) registry: Registry,
    pub(crate) site: Site,
    /// By instance name, made from configuration once; a callback of its own for every instance is what keeps one
    /// provider's answer from passing for another's (RFC 9700 section 4.4.2).
    pub(crate) redirect_uris: HashMap<String, String>,
    pub(crate) keys: Arc<KeyRing>,
    pub(crate) pending: PendingLogins,
    pub(crate) home: NextPath,
    pub(crate) failure_path: NextPath,
    pub(crate) login_page: NextPath,
    pub(crate) token_keeper: Option<TokenKeeper>,
    pub(crate) ended: EndedSessions,
}

impl Login {
    /// Largest body of a callback in bytes. An adapter reads no more than this and one byte; what is longer is refused.
    pub const BODY_LIMIT: usize = MAX_BODY;

    /// Settings for the providers of `registry`.
    pub fn builder(registry: Registry) -> LoginBuilder {
        LoginBuilder::new(registry)
    }

    /// With the settings that the environment gives: `OAUTH_BASE_URL`, `OAUTH_COOKIE_KEY`, `OAUTH_LOGIN_TTL`.
    ///
    /// # Errors
    ///
    /// A setting is missing or not valid: see [`LoginBuilder::build`].
    pub fn from_env(registry: Registry) -> Result<Self> {
        Self::builder(registry).from_env()?.build()
    }

    /// The same from a list of variables.
    ///
    /// # Errors
    ///
    /// A setting is missing or not valid: see [`LoginBuilder::build`].
    pub fn from_vars(registry: Registry, vars: impl IntoIterator<Item = (String, String)>) -> Result<Self> {
        Self::builder(registry).from_vars(vars).build()
    }

    pub(crate) fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    /// The configured providers.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.0.registry
    }

    /// The public address of the application, with which every redirect URI begins: without a trailing slash, the host
    /// in lower case, no port where it is the scheme's own.
    #[must_use]
    pub fn base_url(&self) -> &str {
        self.0.site.base_url()
    }

    /// Where a framework mounts the routes: `/auth`.
    #[must_use]
    pub fn mount_path(&self) -> &str {
        self.0.site.mount()
    }

    /// Where a "Sign in with …" button of a page leads; `?next=/path` may be added.
    #[must_use]
    pub fn login_path(&self, provider: &str) -> String {
        self.0.site.route(&format!("/{provider}/login"))
    }

    /// Where the sign-out form of a page posts to.
    #[must_use]
    pub fn logout_path(&self) -> String {
        self.0.site.route("/logout")
    }

    /// The redirect URI of a provider instance, to be registered at the provider; `None` if it is not configured.
    #[must_use]
    pub fn redirect_uri(&self, provider: &str) -> Option<&str> {
        self.0.redirect_uris.get(provider).map(String::as_str)
    }

    /// Name and attributes for the session cookie.
    #[must_use]
    pub fn session_cookie(&self) -> SessionCookie {
        SessionCookie(self.0.site.secure())
    }

    /// The sessions that ended in this process, for the stores that would bring them back.
    #[must_use]
    pub fn ended_sessions(&self) -> &EndedSessions {
        &self.0.ended
    }

    pub(crate) fn keys(&self) -> &KeyRing {
        &self.0.keys
    }

    /// Sessions of this application in `store`, sealed with its keys: what an adapter makes a session store of.
    pub fn session_records(&self, store: impl RecordStore + 'static) -> SessionRecords {
        SessionRecords::new(Arc::new(store), self.0.keys.clone(), self.base_url().into())
    }

    /// The tokens of the people who are signed in, if the application [keeps](LoginBuilder::keep_tokens) them.
    #[must_use]
    pub fn token_keeper(&self) -> Option<&TokenKeeper> {
        self.0.token_keeper.as_ref()
    }

    /// Forgets the tokens of a login that is ending, as [`TokenKeeper::forget`] does, if they are kept: for adapters, at
    /// the logout.
    pub async fn forget_tokens(&self, record: &LoginRecord) {
        if let Some(keeper) = self.token_keeper() {
            keeper.forget(record).await;
        }
    }

    /// Sends the browser to the provider.
    ///
    /// Of the query only `next` is read, the page to land on; it must be a path of this application. Nothing in a request
    /// can change what the provider is asked. An existing session is not touched.
    ///
    /// A `HEAD`, a prefetch and a request from a frame or a script begin nothing.
    pub async fn begin(&self, provider: &str, request: &BrowserRequest<'_>) -> Answer {
        self.begin_with(provider, request, as_set_up).await
    }

    /// The same, asking the provider for something else than the settings say: further scopes, another account, a fresh
    /// sign-in. What is asked is for the application to decide; of the request it takes what it means to take.
    ///
    /// A redirect URI other than the login's ends the login with [`FailureCode::ServerError`].
    ///
    /// ```
    /// use std::time::Duration;
    /// use oauth_login::{Answer, BrowserRequest, Login};
    ///
    /// async fn confirm_it_is_you(login: &Login, request: &BrowserRequest<'_>) -> Answer {
    ///     // The provider asks for the password again, and the ID token has to say so.
    ///     login.begin_with("google", request, |ask| ask.prompt("login").max_age(Duration::ZERO)).await
    /// }
    /// ```
    pub async fn begin_with(
        &self,
        provider: &str,
        request: &BrowserRequest<'_>,
        ask: impl FnOnce(AuthorizationRequest) -> AuthorizationRequest,
    ) -> Answer {
        self.begin_at(provider, request, ask, SystemTime::now()).await.unwrap_or_else(LoginFailure::into_answer)
    }

    /// Finishes a login: checks that this browser began it, and asks the provider who signed in.
    ///
    /// What was begun by [`begin_link`](Self::begin_link) is refused: only [`finish`](Self::finish) takes it, so that no
    /// account to be connected can be mistaken for somebody who signs in.
    ///
    /// # Errors
    ///
    /// Anything but a proven login. The failure has been logged and carries the answer.
    pub async fn callback(&self, provider: &str, request: &BrowserRequest<'_>) -> Result<LoginOutcome, LoginFailure> {
        self.callback_at(provider, request, SystemTime::now()).await
    }

    /// Permits a logout: end the session on the server, whatever its state, then send the answer.
    ///
    /// It must be a `POST` from a page of this application, told by `Origin`, else by `Sec-Fetch-Site`. Only browsers can
    /// be tricked into a request, and they send one of the two; a request with neither is a program's own. A page with
    /// `Referrer-Policy: no-referrer` sends `Origin: null`, which counts only together with
    /// `Sec-Fetch-Site: same-origin`. `next` of the query is where to land.
    ///
    /// If the session cannot be ended, answer with [`Refusal::SessionUnavailable`] instead.
    ///
    /// # Errors
    ///
    /// Another method (405) or another site (403): the session stays.
    pub fn logout(&self, request: &BrowserRequest<'_>) -> Result<Answer, LoginFailure> {
        if request.method() != "POST" {
            return Err(method_refused(None, "POST"));
        }
        self.require_same_origin(None, request)?;
        // Signing out must not fail over where to land.
        let next = self.next(request).unwrap_or_else(|_| self.0.home.clone());
        tracing::info!(target: "oauth_login", "logged out");
        Ok(Answer::see_other(next.as_str()))
    }

    /// The answer in place of what was asked: a browser without a session is sent to the login page, all else gets a
    /// status.
    pub fn turn_away(&self, refusal: Refusal, request: &BrowserRequest<'_>) -> Answer {
        match (refusal, request.is_navigation()) {
            (Refusal::NotSignedIn, true) => Answer::see_other(self.0.login_page.as_str()),
            (_, true) => Answer::text(refusal.status(), refusal.message()),
            (_, false) => refusal.answer(),
        }
    }

    pub(crate) async fn begin_at(
        &self,
        provider: &str,
        request: &BrowserRequest<'_>,
        ask: impl FnOnce(AuthorizationRequest) -> AuthorizationRequest,
        now: SystemTime,
    ) -> Result<Answer, LoginFailure> {
        let (client, redirect_uri) = self.client(provider)?;
        if request.method() != "GET" {
            return Err(method_refused(Some(client.name()), "GET"));
        }
        self.authorize(client, redirect_uri, request, ask, Intent::SignIn, now).await
    }

    /// Begins what `intent` says.
    pub(crate) async fn authorize(
        &self,
        client: &OAuthClient,
        redirect_uri: &str,
        request: &BrowserRequest<'_>,
        ask: impl FnOnce(AuthorizationRequest) -> AuthorizationRequest,
        intent: Intent,
        now: SystemTime,
    ) -> Result<Answer, LoginFailure> {
        if request.is_speculative() {
            // A browser that is told so asks again when the person really clicks.
            return Ok(Answer::text(503, "Signing in is not done ahead of time."));
        }
        if !request.is_page() {
            return Ok(Answer::text(
                403,
                "Signing in begins with a link or an address, not in a frame or by a script.",
            ));
        }
        let fail = |code, error| self.failure(code, Some(client.name()), error, None);
        if request.query().len() > MAX_QUERY {
            return Err(fail(FailureCode::InvalidRequest, None));
        }
        let next = self.next(request).map_err(|code| fail(code, None))?;

        let asked = ask(AuthorizationRequest::new(redirect_uri));
        if asked.redirect_uri() != redirect_uri {
            return Err(fail(FailureCode::ServerError, Some(elsewhere())));
        }
        let authorization =
            client.authorize(&asked).await.map_err(|error| fail(FailureCode::from(error.kind()), Some(error)))?;
        let (url, authorization) = authorization.into_parts();
        let pending = PendingLogin {
            provider: client.name().to_owned(),
            authorization,
            intent,
            next: next.as_str().to_owned(),
            begun_at: unix_seconds(now),
        };
        let same_site = match client.response_mode() {
            // Its callback is a POST from the provider's site, which carries no Lax cookie.
            ResponseMode::FormPost => SameSite::None,
            _ => SameSite::Lax,
        };
        let headers: Vec<_> = request.all(Header::Cookie).collect();
        let cookies = self.0.pending.keep(&pending, &Cookies::new(&headers), same_site, now).await;
        let cookies = cookies.map_err(|not_kept| match not_kept {
            // Of what makes a login large, only `next` is the visitor's.
            NotKept::TooLarge if next != self.0.home => fail(FailureCode::InvalidNext, None),
            NotKept::TooLarge => fail(FailureCode::ServerError, Some(too_large())),
            NotKept::Error(error) => fail(FailureCode::ServerError, Some(error)),
        })?;
        let what = if pending.intent.is_sign_in() { "login begun" } else { "connecting an account begun" };
        tracing::info!(target: "oauth_login", provider = client.name(), "{what}");
        Ok(cookies.into_iter().fold(Answer::see_other(url), |answer, cookie| answer.with_header("set-cookie", cookie)))
    }

    pub(crate) async fn callback_at(
        &self,
        provider: &str,
        request: &BrowserRequest<'_>,
        now: SystemTime,
    ) -> Result<LoginOutcome, LoginFailure> {
        let returned = self.take(provider, request, now).await?;
        if !returned.pending.intent.is_sign_in() {
            let Returned { client, cookie, .. } = returned;
            return Err(self.failure(FailureCode::StateMismatch, Some(client.name()), None, Some(cookie)));
        }
        self.prove(returned, now).await
    }

    /// The pending login that a callback ends. From here on it is spent.
    pub(crate) async fn take(
        &self,
        provider: &str,
        request: &BrowserRequest<'_>,
        now: SystemTime,
    ) -> Result<Returned<'_>, LoginFailure> {
        let (client, redirect_uri) = self.client(provider)?;
        let fail = |code, error, cookie| self.failure(code, Some(client.name()), error, cookie);

        let answer = CallbackAnswer::read(client.response_mode(), request)
            .map_err(|InvalidCallback| fail(FailureCode::InvalidRequest, None, None))?;
        // A login of ours has a state of this form; looking for another is pointless.
        if answer.state.len() != STATE_LEN || !is_base64url(&answer.state) {
            return Err(fail(FailureCode::LoginNotFound, None, None));
        }
        let headers: Vec<_> = request.all(Header::Cookie).collect();
        let handle = self.0.pending.handle(&answer.state);
        let found = self.0.pending.take(&handle, &Cookies::new(&headers), now).await;
        let cookie = self.0.pending.forget(&handle);
        let pending = match found {
            Ok(pending) => pending,
            // Nothing is spent: the browser may send the same callback again.
            Err(Lost::Error(error)) if error.kind() == ErrorKind::StoreUnavailable => {
                let code = FailureCode::StoreUnavailable;
                let answer = Answer::text(503, code.message()).with_header("retry-after", RETRY_AFTER);
                return Err(log(LoginFailure::new(code, Some(client.name()), Some(error), answer)));
            }
            Err(lost) => {
                let (code, error) = match lost {
                    Lost::NotFound => (FailureCode::LoginNotFound, None),
                    Lost::Expired => (FailureCode::LoginExpired, None),
                    Lost::Mismatch => (FailureCode::StateMismatch, None),
                    Lost::Ambiguous => (FailureCode::InvalidRequest, None),
                    Lost::Error(error) => (FailureCode::ServerError, Some(error)),
                };
                return Err(fail(code, error, Some(cookie)));
            }
        };
        // By a clock that was wrong: how old it is cannot be told.
        if from_unix_seconds(pending.begun_at) > now.checked_add(CLOCK_SKEW).unwrap_or(now) {
            return Err(fail(FailureCode::LoginExpired, None, Some(cookie)));
        }
        // The redirect URI too, lest a login begun under other settings sends its code elsewhere.
        if pending.provider != client.name() || pending.authorization.redirect_uri() != redirect_uri {
            return Err(fail(FailureCode::StateMismatch, None, Some(cookie)));
        }
        Ok(Returned { client, pending, answer, cookie })
    }

    /// Asks the provider who came back.
    pub(crate) async fn prove(&self, returned: Returned<'_>, now: SystemTime) -> Result<LoginOutcome, LoginFailure> {
        let Returned { client, pending, answer, cookie } = returned;
        let fail = |code, error| self.failure(code, Some(client.name()), error, Some(cookie.clone()));
        client
            .check_issuer(&pending.authorization, answer.issuer.as_deref())
            .map_err(|error| fail(FailureCode::IssuerMismatch, Some(error)))?;
        if let Some(error) = answer.error.as_deref() {
            let known = REGISTERED_ERRORS.iter().find(|known| **known == error).copied();
            let code = match known {
                Some("access_denied") => FailureCode::AccessDenied,
                _ => FailureCode::ProviderError,
            };
            tracing::info!(
                target: "oauth_login",
                provider = client.name(),
                error = known.unwrap_or("unregistered"),
                "the provider sent the browser back with an error"
            );
            return Err(fail(code, None));
        }
        let code = answer.code.as_deref().filter(|code| is_code(code));
        let code = code.ok_or_else(|| fail(FailureCode::InvalidRequest, None))?;

        let (token, user) = client
            .sign_in(code, &pending.authorization, &answer.further)
            .await
            .map_err(|error| fail(FailureCode::from(error.kind()), Some(error)))?;
        let issuer = token.identity().map(Identity::issuer).or(client.issuer()).map(str::to_owned);
        let mut record = LoginRecord::new(user, issuer, now);
        record.auth_time = token.identity().and_then(Identity::auth_time).map(unix_seconds);
        // It was checked when it was sealed; rules may have changed since.
        let next = NextPath::parse(&pending.next, &self.0.site).unwrap_or_else(|| self.0.home.clone());
        Ok(LoginOutcome(Box::new(Outcome {
            login: self.clone(),
            record,
            token,
            next,
            begun_at: from_unix_seconds(pending.begun_at),
            cookie,
        })))
    }

    pub(crate) fn client(&self, provider: &str) -> Result<(&OAuthClient, &str), LoginFailure> {
        let code = FailureCode::UnknownProvider;
        let unknown = |error| log(LoginFailure::new(code, None, error, Answer::text(404, code.message())));
        let client = self.0.registry.get(provider).map_err(|error| unknown(Some(error)))?;
        let redirect_uri = self.0.redirect_uris.get(client.name()).ok_or_else(|| unknown(None))?;
        Ok((client, redirect_uri))
    }

    /// The checked `next` of the query, or home.
    fn next(&self, request: &BrowserRequest<'_>) -> Result<NextPath, FailureCode> {
        match Parameters::parse(request.query().as_bytes()).once("next") {
            Ok(None) => Ok(self.0.home.clone()),
            Ok(Some(next)) => NextPath::parse(next, &self.0.site).ok_or(FailureCode::InvalidNext),
            Err(Repeated) => Err(FailureCode::InvalidNext),
        }
    }

    /// Refuses what another site may have made the browser ask for.
    pub(crate) fn require_same_origin(
        &self,
        provider: Option<&str>,
        request: &BrowserRequest<'_>,
    ) -> Result<(), LoginFailure> {
        if self.is_same_origin(request) {
            return Ok(());
        }
        let code = FailureCode::CrossSiteRequest;
        Err(log(LoginFailure::new(code, provider, None, Answer::text(403, code.message()))))
    }

    fn is_same_origin(&self, request: &BrowserRequest<'_>) -> bool {
        let site = request.one(Header::SecFetchSite);
        match request.one(Header::Origin) {
            // The origin is hidden by the page's referrer policy, or there is none, as in a sandboxed frame. Only the
            // browser can tell which, in a header that scripts cannot set.
            Ok(Some("null")) => site == Ok(Some("same-origin")),
            // As text: everything that only looks alike differs.
            Ok(Some(origin)) => origin == self.0.site.origin(),
            Ok(None) => matches!(site, Ok(None | Some("same-origin" | "none"))),
            Err(Unusable) => false,
        }
    }

    /// A failure that ends at the failure page, and deletes the cookie of the login it ends.
    pub(crate) fn failure(
        &self,
        code: FailureCode,
        provider: Option<&str>,
        error: Option<Error>,
        cookie: Option<String>,
    ) -> LoginFailure {
        let mut answer = Answer::see_other(self.0.failure_path.with_parameter("error", code.as_str()));
        if let Some(cookie) = cookie {
            answer = answer.with_header("set-cookie", cookie);
        }
        log(LoginFailure::new(code, provider, error, answer))
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login")
            .field("base_url", &self.base_url())
            .field("mount_path", &self.0.site.mount())
            .field("registry", &self.0.registry)
            .finish_non_exhaustive()
    }
}

/// A proven login: who, with which tokens, and where to land.
///
/// First [keep the tokens](Self::keep_tokens), decide, and store the session under a new id; then
/// [`accept`](Self::accept) or [`refuse`](Self::refuse).
#[must_use = "call `accept` or `refuse` for the answer"]
pub struct LoginOutcome(Box<Outcome>);

struct Outcome {
    login: Login,
    record: LoginRecord,
    token: OAuthToken,
    next: NextPath,
    begun_at: SystemTime,
    cookie: String,
}

impl LoginOutcome {
    /// Who signed in.
    #[must_use]
    pub fn user(&self) -> &OAuthUserInfo {
        &self.0.record.user
    }

    /// The provider's tokens, secret, and not part of the record.
    #[must_use]
    pub fn token(&self) -> &OAuthToken {
        &self.0.token
    }

    /// Name of the provider instance.
    #[must_use]
    pub fn provider(&self) -> &str {
        self.0.record.provider()
    }

    /// The OpenID issuer, if the provider has one.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.0.record.issuer.as_deref()
    }

    /// The path to land on, of this application and fit for a `Location` header.
    #[must_use]
    pub fn next(&self) -> &str {
        self.0.next.as_str()
    }

    /// When the login was begun.
    #[must_use]
    pub fn begun_at(&self) -> SystemTime {
        self.0.begun_at
    }

    /// When the browser came back.
    #[must_use]
    pub fn finished_at(&self) -> SystemTime {
        from_unix_seconds(self.0.record.logged_in_at)
    }

    /// Keeps the tokens, if the application wants that ([`LoginBuilder::keep_tokens`]): for adapters, before they take
    /// the [`record`](Self::record), which then says where the tokens are.
    ///
    /// # Errors
    ///
    /// The store failed, which has been logged: [`refuse`](Self::refuse) with this code.
    pub async fn keep_tokens(&mut self) -> Result<(), FailureCode> {
        let Outcome { login, record, token, .. } = &mut *self.0;
        let Some(keeper) = login.token_keeper() else { return Ok(()) };
        match keeper.keep(token, record, SystemTime::now()).await {
            Ok(handle) => {
                record.tokens = Some(handle);
                Ok(())
            }
            Err(error) => {
                tracing::error!(target: "oauth_login", provider = record.provider(), %error, "tokens could not be kept");
                Err(FailureCode::SessionUnavailable)
            }
        }
    }

    /// What to keep in the session: no tokens.
    #[must_use]
    pub fn record(&self) -> LoginRecord {
        self.0.record.clone()
    }

    /// The session is stored: 303 to [`next`](Self::next).
    pub fn accept(self) -> Answer {
        tracing::info!(target: "oauth_login", provider = self.provider(), "login finished");
        self.land()
    }

    pub(crate) fn land(self) -> Answer {
        Answer::see_other(self.0.next.as_str()).with_header("set-cookie", self.0.cookie)
    }

    /// There is no session, by the application's rules ([`FailureCode::LoginRefused`],
    /// [`FailureCode::EmailNotVerified`]) or because it could not be stored ([`FailureCode::SessionUnavailable`]): 303 to
    /// the failure page.
    pub fn refuse(self, code: FailureCode) -> Answer {
        self.fail(code).into_answer()
    }

    pub(crate) fn fail(self, code: FailureCode) -> LoginFailure {
        let Outcome { login, record, cookie, .. } = *self.0;
        let failure = login.failure(code, Some(record.provider()), None, Some(cookie));
        if let Some(keeper) = login.token_keeper() {
            keeper.discard(record);
        }
        failure
    }
}

impl fmt::Debug for LoginOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginOutcome")
            .field("record", &self.0.record)
            .field("next", &self.0.next)
            .finish_non_exhaustive()
    }
}

/// A callback with the pending login that it ends: of this browser, at this provider, and spent.
pub(crate) struct Returned<'a> {
    client: &'a OAuthClient,
    pub(crate) pending: PendingLogin,
    answer: CallbackAnswer,
    /// The `Set-Cookie` value that deletes the flow cookie.
    cookie: String,
}

/// What a callback says, well formed but not yet believed.
struct CallbackAnswer {
    state: String,
    issuer: Option<String>,
    error: Option<String>,
    code: Option<String>,
    further: CallbackParameters,
}

/// The request is no callback.
struct InvalidCallback;

impl From<Repeated> for InvalidCallback {
    fn from(_: Repeated) -> Self {
        Self
    }
}

impl CallbackAnswer {
    fn read(mode: ResponseMode, request: &BrowserRequest<'_>) -> Result<Self, InvalidCallback> {
        let encoded = match (request.method(), mode) {
            ("GET", _) if request.query().len() <= MAX_QUERY => request.query().as_bytes(),
            // From the body only: what stands in the query of a POST was not sent by the provider's form.
            ("POST", ResponseMode::FormPost) if is_form(request) && request.raw_body().len() <= MAX_BODY => {
                request.raw_body()
            }
            _ => return Err(InvalidCallback),
        };
        let parameters = Parameters::parse(encoded);
        let once = |name| parameters.once(name).map(|value| value.map(str::to_owned));
        let (state, code, issuer, error) = (once("state")?, once("code")?, once("iss")?, once("error")?);
        // Some providers report errors by a redirect even where the form was asked for; a code never comes that way.
        if request.method() == "GET" && mode == ResponseMode::FormPost && (error.is_none() || code.is_some()) {
            return Err(InvalidCallback);
        }
        let state = state.filter(|state| !state.is_empty()).ok_or(InvalidCallback)?;
        // A token that comes through the browser is not proof of anything (RFC 9700 section 2.1.2) and goes no further.
        let consumed = ["state", "code", "iss", "error", "access_token", "id_token", "refresh_token"];
        let further = parameters.into_pairs().filter(|(name, _)| !consumed.contains(&name.as_str())).collect();
        Ok(Self { state, issuer, error, code, further })
    }
}

/// RFC 6749 appendix A.11, with a limit on the length.
fn is_code(code: &str) -> bool {
    (1..=MAX_CODE).contains(&code.len()) && code.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

fn is_form(request: &BrowserRequest<'_>) -> bool {
    request.one(Header::ContentType).is_ok_and(|content_type| {
        let essence = content_type.and_then(|content_type| content_type.split(';').next()).unwrap_or_default();
        essence.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
    })
}

/// Asks for what the settings say.
pub(crate) fn as_set_up(request: AuthorizationRequest) -> AuthorizationRequest {
    request
}

fn elsewhere() -> Error {
    Error::new(ErrorKind::Configuration, "the application asks for a login whose callback arrives elsewhere")
        .with_remedy("Add to the request that is given, instead of making another")
}

fn too_large() -> Error {
    Error::new(ErrorKind::Configuration, "a pending login is larger than a cookie may be")
        .with_remedy("Shorten the list of scopes, or keep pending logins in a store")
}

pub(crate) fn method_refused(provider: Option<&str>, allowed: &'static str) -> LoginFailure {
    let code = FailureCode::InvalidRequest;
    let answer = Answer::text(405, code.message()).with_header("allow", allowed);
    log(LoginFailure::new(code, provider, None, answer))
}

/// Logs a failure: only fields that are ours, nothing of the request.
fn log(failure: LoginFailure) -> LoginFailure {
    let (code, provider) = (failure.code().as_str(), failure.provider());
    match failure.error() {
        // Strangers may ask for any name.
        Some(error) if failure.code() != FailureCode::UnknownProvider => {
            tracing::warn!(target: "oauth_login", provider, code, kind = ?error.kind(), %error, "login failed");
        }
        _ => tracing::info!(target: "oauth_login", provider, code, "login failed"),
    }
    failure
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::time::Duration;

    use super::*;
    use crate::{MemoryStore, testing};

    /// What a browser knows of the login that `answer` begins.
    fn state_and_cookie(answer: &Answer) -> (String, String) {
        let (_, query) = answer.location().unwrap().split_once('?').unwrap();
        let state = Parameters::parse(query.as_bytes()).once("state").unwrap().unwrap().to_owned();
        let (_, cookie) = answer.headers().iter().find(|(name, _)| *name == "set-cookie").unwrap();
        (state, cookie.split(';').next().unwrap().to_owned())
    }

    /// Begins a login at one instance and declines it at another. Returns how that ends, and the name of the cookie.
    async fn begin_and_decline(at: (&Login, SystemTime), then: (&Login, SystemTime)) -> (LoginFailure, String) {
        let (login, begun) = at;
        let answer = login.begin_at("alpha", &BrowserRequest::new("GET", ""), as_set_up, begun).await.unwrap();
        let (state, cookie) = state_and_cookie(&answer);

        let query = format!("error=access_denied&state={state}");
        let request = BrowserRequest::new("GET", &query).headers([("cookie", cookie.as_bytes())]);
        let (login, now) = then;
        let failure = login.callback_at("alpha", &request, now).await.unwrap_err();
        (failure, cookie.split_once('=').unwrap().0.to_owned())
    }

    // Proves: QA1, QB5
    #[tokio::test]
    async fn a_login_that_took_too_long_is_refused_and_its_cookie_deleted() {
        let login = Login::builder(testing::registry()).ttl(Duration::from_secs(60)).build().unwrap();
        let begun = SystemTime::now();
        for (later, code) in [(59, FailureCode::AccessDenied), (60, FailureCode::LoginExpired)] {
            let now = begun + Duration::from_secs(later);
            let (failure, cookie) = begin_and_decline((&login, begun), (&login, now)).await;
            assert_eq!(failure.code(), code);
            let deleted = format!("{cookie}=; Path=/; Max-Age=0");
            assert!(failure.answer().headers().iter().any(|(_, value)| value.starts_with(&deleted)));
        }
    }

    // Proves: QC10, QH7
    #[tokio::test]
    async fn by_a_clock_that_is_wrong_nobody_signs_in() {
        let login = Login::builder(testing::registry()).build().unwrap();
        let (now, epoch) = (SystemTime::now(), SystemTime::UNIX_EPOCH);
        let long_ago = epoch.checked_sub(Duration::from_secs(1 << 32)).unwrap();
        let year_ahead = now + Duration::from_secs(365 * 24 * 60 * 60);
        // As far as the system's clock goes.
        let end_of_time =
            (0..63).rev().fold(epoch, |time, bit| time.checked_add(Duration::from_secs(1 << bit)).unwrap_or(time));
        assert_eq!(end_of_time.checked_add(Duration::from_secs(1)), None);
        for (begun, finished) in [
            (long_ago, long_ago),
            (long_ago, now),
            (epoch, now),
            (year_ahead, now),
            (end_of_time, now),
            (end_of_time, end_of_time),
            (now, end_of_time),
        ] {
            let (failure, _) = begin_and_decline((&login, begun), (&login, finished)).await;
            assert_eq!(failure.code(), FailureCode::LoginExpired, "{begun:?} {finished:?}");
        }
    }

    // Proves: QD1
    #[tokio::test]
    async fn where_to_land_is_looked_at_again_at_the_end() {
        let login = Login::builder(testing::registry_with(testing::Agreeable)).build().unwrap();
        let now = SystemTime::now();
        for (sealed, landing) in [("/me", "/me"), ("//elsewhere.example/me", "/"), ("/auth/alpha/link", "/")] {
            let begun = login.begin_at("alpha", &BrowserRequest::new("GET", ""), as_set_up, now).await.unwrap();
            let (state, cookie) = state_and_cookie(&begun);
            let query = format!("code=x&state={state}");
            let request = BrowserRequest::new("GET", &query).headers([("cookie", cookie.as_bytes())]);
            let mut returned = login.take("alpha", &request, now).await.unwrap();
            // As an instance of another version might have sealed it.
            returned.pending.next = sealed.to_owned();
            let outcome = login.prove(returned, now).await.unwrap();
            assert_eq!(outcome.accept().location(), Some(landing));
        }
    }

    #[tokio::test]
    async fn instances_finish_each_others_logins_although_their_clocks_differ() {
        let store = MemoryStore::new();
        let instance =
            || Login::builder(testing::registry()).cookie_key("hzq1V3kG0m2qT1tq2nR9mJq0m4x1n8y0WcA3l7d5bYs=");
        let with_store = || instance().store(store.clone());
        let now = SystemTime::now();
        for clock in [now - Duration::from_secs(60), now + Duration::from_secs(60)] {
            for [first, second] in [[instance(), instance()], [with_store(), with_store()]] {
                let (first, second) = (first.build().unwrap(), second.build().unwrap());
                let (failure, _) = begin_and_decline((&first, now), (&second, clock)).await;
                assert_eq!(failure.code(), FailureCode::AccessDenied);
            }
        }
    }
}
