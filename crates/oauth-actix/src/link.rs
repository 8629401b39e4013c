//! Connecting an account of another provider to whoever is signed in.

use std::{fmt, future::Future};

use actix_web::{HttpRequest, HttpResponse, ResponseError as _};
use oauth_core::OAuthToken;
use oauth_login::{FailureCode, LinkOutcome, LoginRecord, ProvenLink};

use crate::{
    convert,
    routes::{Handler, LoginRoutes, ResponseHeaders, erase, name},
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
    /// The request of the callback, with cookies, extensions and the application's data. Its URI has lost the query,
    /// which held the code.
    pub request: HttpRequest,
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
    /// use actix_web::web;
    /// use oauth_actix::{FailureCode, NewLink};
    /// # use oauth_actix::{Login, LoginRecord};
    /// # struct Users;
    /// # impl Users {
    /// #     async fn of(&self, record: &LoginRecord) -> Option<u64> { None }
    /// #     async fn connect(&self, user: u64, record: &LoginRecord) {}
    /// # }
    ///
    /// fn configure(config: &mut web::ServiceConfig, login: Login, users: web::Data<Users>) {
    ///     config.service(oauth_actix::routes(login).on_link(move |new: NewLink| {
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
    ///     }));
    /// }
    /// ```
    pub fn on_link<H, F, R>(mut self, handler: H) -> Self
    where
        H: Fn(NewLink) -> F + 'static,
        F: Future<Output = Result<R, FailureCode>> + 'static,
        R: ResponseHeaders,
    {
        self.on_link = Some(erase(handler));
        self
    }

    pub(crate) async fn begin_link(&self, request: &HttpRequest) -> HttpResponse {
        #[cfg(feature = "rate-limit")]
        if let Some(refusal) = self.hold_rate_limit(request) {
            return refusal;
        }
        let user = match OAuthUser::find(request) {
            Ok(user) => user,
            Err(turned_away) => return turned_away.error_response(),
        };
        let session = user.map(|user| user.record().session_name());
        let plain = convert::request(request, request.query_string(), &[]);
        let (provider, ask) = (name(request), |asked| self.ask(name(request), request, asked));
        convert::response(self.login.begin_link_with(provider, &plain, session.as_deref(), ask).await)
    }
}

impl NewLink {
    fn new(account: LoginRecord, outcome: &LinkOutcome, request: &HttpRequest) -> Self {
        Self {
            account,
            record: outcome.record(),
            token: outcome.token().clone(),
            next: outcome.next().to_owned(),
            request: request.clone(),
        }
    }
}

impl fmt::Debug for NewLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewLink").field("account", &self.account).field("record", &self.record).finish_non_exhaustive()
    }
}

/// Asks the application, and only then says that it worked.
pub(crate) async fn finish(connect: &Handler<NewLink>, link: ProvenLink, request: &HttpRequest) -> HttpResponse {
    let account = match OAuthUser::find(request) {
        Ok(Some(user)) => user.into_record(),
        Ok(None) => return convert::response(link.refuse(FailureCode::SessionChanged)),
        Err(_) => return convert::response(link.refuse(FailureCode::SessionUnavailable)),
    };
    let outcome = match link.of_session(Some(&account.session_name())) {
        Ok(outcome) => outcome,
        Err(failure) => return convert::response(failure.into_answer()),
    };
    let further = match connect(NewLink::new(account, &outcome, request)).await {
        Ok(further) => further,
        Err(code) => return convert::response(outcome.refuse(code)),
    };
    if let Some(session) = session::find(request)
        && let Err(session::Unavailable) = session::renew(&session).await
    {
        return convert::response(outcome.refuse(FailureCode::SessionUnavailable));
    }
    let mut response = convert::response(outcome.accept());
    convert::add(&mut response, further);
    response
}
