//! Connecting an account of another provider to whoever is signed in.

use std::{fmt, future::Future};

use axum::{
    extract::State,
    http::request::Parts,
    response::{IntoResponse as _, IntoResponseParts, Response},
};
use oauth_core::OAuthToken;
use oauth_login::{FailureCode, LinkOutcome, LoginRecord, ProvenLink};

use crate::{
    convert,
    routes::{Handler, LoginRoutes, Provider, Routes, erase, name, without_secrets},
    session,
    user::OAuthUser,
};

/// An account that is proven, to be connected to the one that is signed in, for [`LoginRoutes::on_link`].
#[non_exhaustive]
pub struct NewLink {
    /// Who is signed in, and has been since they asked for it.
    pub account: LoginRecord,
    /// Who they are at the other provider. It is in no session and never will be.
    pub record: LoginRecord,
    /// The other provider's tokens. They are kept nowhere unless the handler keeps them.
    pub token: OAuthToken,
    /// The path on which the person is about to land.
    pub next: String,
    /// The request of the callback, with cookies and extensions. Its URI has lost the query, which held the code.
    pub request: Parts,
}

impl LoginRoutes {
    /// Lets people who are signed in connect accounts of other providers: adds the route `{provider}/link`, to which a
    /// form posts ([`Login::link_path`](oauth_login::Login::link_path)).
    ///
    /// The handler writes down that both identities are one person's, or answers with a code of the closed list, such as
    /// [`FailureCode::AlreadyLinked`]. It is asked only if the same login is still the session's. Who is signed in does not
    /// change; the session has a new id afterwards. The handler may be asked for the same two once more, if that id could
    /// not be stored: what is connected already is no failure. A panic in it connects nothing.
    ///
    /// ```
    /// use axum::Router;
    /// use oauth_axum::{FailureCode, NewLink};
    /// # use oauth_axum::{Login, LoginRecord};
    /// # #[derive(Clone)]
    /// # struct Users;
    /// # impl Users {
    /// #     async fn of(&self, record: &LoginRecord) -> Option<u64> { None }
    /// #     async fn connect(&self, user: u64, record: &LoginRecord) {}
    /// # }
    ///
    /// fn app(login: Login, users: Users) -> Router {
    ///     let routes = oauth_axum::routes(login).on_link(move |new: NewLink| {
    ///         let users = users.clone();
    ///         async move {
    ///             let user = users.of(&new.account).await.ok_or(FailureCode::LoginRefused)?;
    ///             match users.of(&new.record).await {
    ///                 Some(owner) if owner != user => return Err(FailureCode::AlreadyLinked),
    ///                 Some(_) => {}
    ///                 None => users.connect(user, &new.record).await,
    ///             }
    ///             Ok(())
    ///         }
    ///     });
    ///     Router::new().merge(routes)
    /// }
    /// ```
    pub fn on_link<H, F, R>(mut self, handler: H) -> Self
    where
        H: Fn(NewLink) -> F + Send + Sync + 'static,
        F: Future<Output = Result<R, FailureCode>> + Send + 'static,
        R: IntoResponseParts,
    {
        self.on_link = Some(erase(handler));
        self
    }
}

impl NewLink {
    fn new(account: LoginRecord, outcome: &LinkOutcome, request: Parts) -> Self {
        Self {
            account,
            record: outcome.record(),
            token: outcome.token().clone(),
            next: outcome.next().to_owned(),
            request: without_secrets(request),
        }
    }
}

impl fmt::Debug for NewLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewLink").field("account", &self.account).field("record", &self.record).finish_non_exhaustive()
    }
}

pub(crate) async fn begin(State(routes): Routes, provider: Provider, parts: Parts) -> Response {
    let user = match OAuthUser::find(&parts).await {
        Ok(user) => user,
        Err(turned_away) => return turned_away.into_response(),
    };
    let session = user.map(|user| user.record().session_name());
    let (provider, request) = (name(&provider), convert::request(&parts, &[]));
    let ask = |asked| routes.ask(provider, &parts, asked);
    convert::response(routes.login.begin_link_with(provider, &request, session.as_deref(), ask).await)
}

/// Asks the application, and only then says that it worked.
pub(crate) async fn finish(connect: &Handler<NewLink>, link: ProvenLink, parts: Parts) -> Response {
    let account = match OAuthUser::find(&parts).await {
        Ok(Some(user)) => user.into_record(),
        Ok(None) => return convert::response(link.refuse(FailureCode::SessionChanged)),
        Err(_) => return convert::response(link.refuse(FailureCode::SessionUnavailable)),
    };
    let outcome = match link.of_session(Some(&account.session_name())) {
        Ok(outcome) => outcome,
        Err(failure) => return convert::response(failure.into_answer()),
    };
    let session = session::find(&parts);
    let further = match connect(NewLink::new(account, &outcome, parts)).await {
        Ok(further) => further,
        Err(code) => return convert::response(outcome.refuse(code)),
    };
    if let Some(session) = session
        && let Err(session::Unavailable) = session::renew(&session).await
    {
        return convert::response(outcome.refuse(FailureCode::SessionUnavailable));
    }
    let mut response = convert::response(outcome.accept());
    convert::add(&mut response, further);
    response
}
