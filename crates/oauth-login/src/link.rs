//! Connecting another provider to the account that is signed in.
//!
//! A link is begun like a login and comes back like one, and is told apart from it by what is sealed into the pending
//! login: its [`Intent`]. It belongs to the session that it was begun in. Nothing here says who is signed in, and nothing
//! here changes it: the application writes down that both identities are one person's.

use std::{fmt, time::SystemTime};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use oauth_core::{AuthorizationRequest, Error, ErrorKind, OAuthClient, OAuthToken, ResponseMode};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::{
    answer::Answer,
    failure::{FailureCode, LoginFailure},
    login::{Login, LoginOutcome, as_set_up, method_refused},
    record::{LoginRecord, Refusal},
    request::BrowserRequest,
};

/// What a pending login is for.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Intent {
    #[default]
    SignIn,
    /// To connect the account to whoever is signed in in this session.
    Link(SessionDigest),
}

impl Intent {
    pub(crate) fn is_sign_in(&self) -> bool {
        *self == Self::SignIn
    }
}

/// A session as a pending login remembers it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct SessionDigest(String);

impl SessionDigest {
    /// No name, or an empty one, names no session: it would be everybody's.
    fn of(session: Option<&str>) -> Option<Self> {
        let session = session.filter(|session| !session.is_empty())?;
        let digest = Sha256::new_with_prefix(b"oauth-login link session\0").chain_update(session).finalize();
        Some(Self(URL_SAFE_NO_PAD.encode(digest)))
    }

    fn is_of(&self, session: Option<&str>) -> bool {
        Self::of(session).is_some_and(|other| self.0.as_bytes().ct_eq(other.0.as_bytes()).into())
    }
}

impl LoginRecord {
    /// A text that names the session of this login, for [`Login::begin_link`]: the next login has another, even of the same
    /// person.
    #[must_use]
    pub fn session_name(&self) -> String {
        serde_json::json!([self.provider(), self.issuer, self.user.oauth_id, self.logged_in_at]).to_string()
    }
}

impl Login {
    /// Where a "Connect …" form of a page posts to; `?next=/path` may be added.
    #[must_use]
    pub fn link_path(&self, provider: &str) -> String {
        self.0.site.route(&format!("/{provider}/link"))
    }

    /// Sends the browser to the provider, for an account there to be connected to the one that is signed in: the answer to
    /// `POST {mount}/{provider}/link`.
    ///
    /// What [`begin`](Self::begin) demands is demanded here too. In addition the request must be a `POST` from a page of
    /// this application, as for [`logout`](Self::logout), and have a session.
    ///
    /// `session` is any text that names the live session and no other, such as a hash of its id or
    /// [`LoginRecord::session_name`]; only a hash of it is kept. The callback must name the same: see
    /// [`finish`](Self::finish). Without one the answer is that of [`turn_away`](Self::turn_away).
    ///
    /// A provider that answers by `form_post` is refused with [`FailureCode::ServerError`]: its callback is a `POST` from
    /// another site, with which no browser sends a `SameSite=Lax` session cookie, so nobody would be signed in there.
    ///
    /// ```
    /// use oauth_login::{Answer, BrowserRequest, Finished, Login};
    ///
    /// # struct Session { id_hash: String }
    /// # fn store_session(_: oauth_login::LoginRecord) {}
    /// async fn link(login: &Login, request: &BrowserRequest<'_>, session: Option<&Session>) -> Answer {
    ///     login.begin_link("bitbucket", request, session.map(|session| session.id_hash.as_str())).await
    /// }
    ///
    /// async fn callback(login: &Login, request: &BrowserRequest<'_>, session: Option<&Session>) -> Answer {
    ///     match login.finish("bitbucket", request).await {
    ///         Ok(Finished::SignIn(outcome)) => {
    ///             store_session(outcome.record());
    ///             outcome.accept()
    ///         }
    ///         Ok(Finished::Link(link)) => match link.of_session(session.map(|session| session.id_hash.as_str())) {
    ///             Ok(outcome) => {
    ///                 // Write down that `outcome.record()` is the same person as the session's, then:
    ///                 outcome.accept()
    ///             }
    ///             Err(failure) => failure.into_answer(),
    ///         },
    ///         Err(failure) => failure.into_answer(),
    ///     }
    /// }
    /// ```
    pub async fn begin_link(&self, provider: &str, request: &BrowserRequest<'_>, session: Option<&str>) -> Answer {
        self.begin_link_with(provider, request, session, as_set_up).await
    }

    /// The same, asking the provider for something else than the settings say, as [`begin_with`](Self::begin_with) does.
    ///
    /// ```
    /// use oauth_login::{Answer, BrowserRequest, Login, LoginRecord};
    ///
    /// async fn connect(login: &Login, request: &BrowserRequest<'_>, record: &LoginRecord) -> Answer {
    ///     // Of several accounts the person picks one, although they may be signed in to another.
    ///     let session = record.session_name();
    ///     login.begin_link_with("google", request, Some(&session), |ask| ask.prompt("select_account")).await
    /// }
    /// ```
    pub async fn begin_link_with(
        &self,
        provider: &str,
        request: &BrowserRequest<'_>,
        session: Option<&str>,
        ask: impl FnOnce(AuthorizationRequest) -> AuthorizationRequest,
    ) -> Answer {
        self.begin_link_at(provider, request, session, ask, SystemTime::now())
            .await
            .unwrap_or_else(LoginFailure::into_answer)
    }

    async fn begin_link_at(
        &self,
        provider: &str,
        request: &BrowserRequest<'_>,
        session: Option<&str>,
        ask: impl FnOnce(AuthorizationRequest) -> AuthorizationRequest,
        now: SystemTime,
    ) -> Result<Answer, LoginFailure> {
        let (client, redirect_uri) = self.client(provider)?;
        if request.method() != "POST" {
            return Err(method_refused(Some(client.name()), "POST"));
        }
        self.require_same_origin(Some(client.name()), request)?;
        if client.response_mode() == ResponseMode::FormPost {
            return Err(self.failure(FailureCode::ServerError, Some(client.name()), Some(form_post(client)), None));
        }
        let Some(session) = SessionDigest::of(session) else {
            return Ok(self.turn_away(Refusal::NotSignedIn, request));
        };
        self.authorize(client, redirect_uri, request, ask, Intent::Link(session), now).await
    }

    /// Finishes a login or a link: [`callback`](Self::callback), for an application that also connects accounts.
    ///
    /// # Errors
    ///
    /// Anything but a proven login or link. The failure has been logged and carries the answer.
    pub async fn finish(&self, provider: &str, request: &BrowserRequest<'_>) -> Result<Finished, LoginFailure> {
        let now = SystemTime::now();
        let mut returned = self.take(provider, request, now).await?;
        let intent = std::mem::take(&mut returned.pending.intent);
        let outcome = self.prove(returned, now).await?;
        Ok(match intent {
            Intent::SignIn => Finished::SignIn(outcome),
            Intent::Link(session) => Finished::Link(ProvenLink { outcome, session }),
        })
    }
}

/// What [`Login::finish`] has finished.
#[derive(Debug)]
#[must_use = "the browser waits for an answer"]
pub enum Finished {
    /// Somebody signs in.
    SignIn(LoginOutcome),
    /// Somebody who is signed in connects another account.
    Link(ProvenLink),
}

/// An account that its provider has confirmed, to be connected to whoever is signed in.
///
/// The provider does not know in whose session that is: [`of_session`](Self::of_session) finds out.
#[must_use = "call `of_session` or `refuse`"]
pub struct ProvenLink {
    outcome: LoginOutcome,
    session: SessionDigest,
}

impl ProvenLink {
    /// The link, if it was begun in `session`, the session of this request by the name that [`Login::begin_link`] was
    /// given.
    ///
    /// # Errors
    ///
    /// [`FailureCode::SessionChanged`]: the person has signed out meanwhile, or somebody else in. The failure has been
    /// logged and carries the answer; nothing may be connected.
    pub fn of_session(self, session: Option<&str>) -> Result<LinkOutcome, LoginFailure> {
        if self.session.is_of(session) {
            Ok(LinkOutcome(self.outcome))
        } else {
            Err(self.outcome.fail(FailureCode::SessionChanged))
        }
    }

    /// The session cannot be told ([`FailureCode::SessionUnavailable`]): 303 to the failure page.
    pub fn refuse(self, code: FailureCode) -> Answer {
        self.outcome.refuse(code)
    }
}

impl fmt::Debug for ProvenLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProvenLink").field("outcome", &self.outcome).finish_non_exhaustive()
    }
}

/// An account to be connected to whoever is signed in, in the session in which that was begun.
///
/// Write down that [`record`](Self::record) is the same person, then [`accept`](Self::accept); or
/// [`refuse`](Self::refuse). Who is signed in stays as it is.
#[derive(Debug)]
#[must_use = "call `accept` or `refuse` for the answer"]
pub struct LinkOutcome(LoginOutcome);

impl LinkOutcome {
    /// The account: who, by which provider. It says nothing about who is signed in.
    #[must_use]
    pub fn record(&self) -> LoginRecord {
        self.0.record()
    }

    /// The provider's tokens, secret. They are kept nowhere, whatever [`LoginBuilder::keep_tokens`] says: a record's
    /// tokens are those of the login.
    ///
    /// [`LoginBuilder::keep_tokens`]: crate::LoginBuilder::keep_tokens
    #[must_use]
    pub fn token(&self) -> &OAuthToken {
        self.0.token()
    }

    /// The path to land on, of this application and fit for a `Location` header.
    #[must_use]
    pub fn next(&self) -> &str {
        self.0.next()
    }

    /// The accounts are connected: 303 to [`next`](Self::next).
    pub fn accept(self) -> Answer {
        tracing::info!(target: "oauth_login", provider = self.0.provider(), "account connected");
        self.0.land()
    }

    /// They are not, by the application's rules ([`FailureCode::AlreadyLinked`], [`FailureCode::LoginRefused`]) or because
    /// it could not be written down ([`FailureCode::SessionUnavailable`]): 303 to the failure page.
    pub fn refuse(self, code: FailureCode) -> Answer {
        self.0.refuse(code)
    }
}

fn form_post(client: &OAuthClient) -> Error {
    let message = "accounts of a provider that answers by `form_post` cannot be connected, since its callback comes without \
                   the session's cookie";
    client.error(ErrorKind::Unsupported, message).with_remedy(
        "Offer no form that connects it: whoever has such an account signs in with it and connects the others",
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use oauth_core::OAuthUserInfo;

    use super::*;
    use crate::time::from_unix_seconds;

    // Proves: QA6
    #[test]
    fn every_login_has_a_session_name_of_its_own() {
        let record = |provider, issuer: Option<&str>, id, at| {
            LoginRecord::new(OAuthUserInfo::new(provider, id), issuer.map(str::to_owned), from_unix_seconds(at))
                .session_name()
        };
        let name = record("a", Some("https://a.example"), "1", 1_800_000_000);
        assert_eq!(record("a", Some("https://a.example"), "1", 1_800_000_000), name);
        for other in [
            record("b", Some("https://a.example"), "1", 1_800_000_000),
            record("a", Some("https://b.example"), "1", 1_800_000_000),
            record("a", None, "1", 1_800_000_000),
            record("a", Some("https://a.example"), "2", 1_800_000_000),
            record("a", Some("https://a.example"), "1", 1_800_000_001),
            // What borders on another member does not pass for it.
            record("a\",\"https://a.example", None, "1", 1_800_000_000),
        ] {
            assert_ne!(other, name);
        }
    }

    // Proves: QA2, QA6
    #[test]
    fn a_session_is_known_by_its_whole_name_and_no_session_is_not_one() {
        let digest = SessionDigest::of(Some("session-1")).unwrap();
        assert!(digest.is_of(Some("session-1")) && !digest.0.contains("session-1"));
        for other in [None, Some(""), Some("session-"), Some("session-10"), Some("SESSION-1"), Some(digest.0.as_str())]
        {
            assert!(!digest.is_of(other), "{other:?}");
        }
        assert!(SessionDigest::of(None).is_none() && SessionDigest::of(Some("")).is_none());
    }

    // Proves: QA2
    #[test]
    fn a_pending_login_without_an_intent_signs_in() {
        #[derive(Serialize, Deserialize)]
        struct Pending {
            #[serde(default, skip_serializing_if = "Intent::is_sign_in")]
            intent: Intent,
        }
        let read = |json: &str| serde_json::from_str::<Pending>(json).map(|pending| pending.intent);
        assert!(read("{}").unwrap().is_sign_in());
        let link = Intent::Link(SessionDigest::of(Some("s")).unwrap());
        let json = serde_json::to_string(&Pending { intent: link.clone() }).unwrap();
        assert!(read(&json).unwrap() == link && !link.is_sign_in());
        // What a later version may know is not taken for a sign-in.
        assert!(read(r#"{"intent":"reauthenticate"}"#).is_err());
    }
}
