//! Why a login did not happen: a closed list of codes for people, and the cause for the log.

use std::{error::Error as StdError, fmt};

use oauth_core::{Error, ErrorKind};

use crate::answer::Answer;

/// Makes the type from one list, so that no code can lack its text, its message or its place in `ALL`.
macro_rules! failure_codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal, $message:literal;)+) => {
        /// Why a login did not happen. The list is closed: nothing that came from outside is ever part of it.
        ///
        /// A failed login ends at `/?error=<code>` (see [`LoginBuilder::failure_path`](crate::LoginBuilder::failure_path));
        /// the page there turns the code into words:
        ///
        /// ```
        /// use oauth_login::FailureCode;
        ///
        /// let text = FailureCode::from_code("access_denied").map(FailureCode::message);
        /// assert_eq!(text, Some("You declined to sign in."));
        /// assert_eq!(FailureCode::from_code("<script>"), None);
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum FailureCode {
            $($(#[doc = $doc])+ $name,)+
        }

        impl FailureCode {
            /// Every code, in the order documented.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The code as it stands in a URL and in a log line.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                }
            }

            /// A sentence fit for a page.
            #[must_use]
            pub const fn message(self) -> &'static str {
                match self {
                    $(Self::$name => $message,)+
                }
            }
        }
    };
}

failure_codes! {
    /// The person, or the provider on their behalf, declined (`error=access_denied`, RFC 6749 section 4.1.2.1).
    AccessDenied = "access_denied", "You declined to sign in.";
    /// The provider sent the browser back with another error; the log has its code if it is a registered one.
    ProviderError = "provider_error", "The sign-in provider reported an error.";
    /// The provider could not be reached or did not answer in time.
    ProviderUnavailable = "provider_unavailable", "The sign-in provider cannot be reached at the moment.";
    /// The provider did not accept the code or our credentials, or its confirmation was not valid.
    ProviderRefused = "provider_refused", "The sign-in provider did not confirm the sign-in.";
    /// The provider confirmed the login, but gave no usable profile.
    ProfileUnavailable = "profile_unavailable", "The sign-in provider did not say who you are.";
    /// An e-mail address is demanded and the provider gave none.
    EmailMissing = "email_missing", "Your account at the sign-in provider has no e-mail address.";
    /// A verified e-mail address is demanded and the provider vouches for none.
    EmailNotVerified = "email_not_verified", "Your account at the sign-in provider has no verified e-mail address.";
    /// More time passed between start and callback than a login may take.
    LoginExpired = "login_expired", "Signing in took too long. Please try again.";
    /// This browser has no such login: it was begun in another browser, is finished already, or cookies are blocked.
    LoginNotFound = "login_not_found", "This sign-in is finished already or was begun in another browser. Please try again.";
    /// The login was begun at another provider than the one that answers, or for something else than it ends as. It cannot
    /// be used again.
    StateMismatch = "state_mismatch", "The answer does not belong to this sign-in. Please try again.";
    /// The answer names another issuer than the login was begun at (RFC 9207), or names none although it must.
    IssuerMismatch = "issuer_mismatch", "The answer comes from another sign-in provider. Please try again.";
    /// The request is not one that signing in makes: a parameter is missing, repeated or oversized, or the method is wrong.
    InvalidRequest = "invalid_request", "The sign-in request was not valid.";
    /// `next` is not a path of this application.
    InvalidNext = "invalid_next", "The page to return to is not part of this site.";
    /// The application does not let this account in.
    LoginRefused = "login_refused", "This account may not sign in here.";
    /// The account is to be connected to the one that is signed in, and is connected to another one already.
    AlreadyLinked = "already_linked", "This account is connected to somebody else here already.";
    /// An account was to be connected, and meanwhile the person has signed out, or somebody else in.
    SessionChanged = "session_changed", "You are not signed in as before any more. Please sign in and connect the account again.";
    /// The session could not be stored.
    SessionUnavailable = "session_unavailable", "You cannot be signed in at the moment. Please try again.";
    /// The store of pending logins cannot be reached. The answer is 503, and the same callback succeeds once it can.
    StoreUnavailable = "store_unavailable", "Signing in is not possible at the moment. Reload this page to try again.";
    /// Something is wrong on our side: settings, randomness.
    ServerError = "server_error", "Signing in is not set up correctly.";
    /// No provider of that name is configured. The answer is 404.
    UnknownProvider = "unknown_provider", "This way to sign in is not available.";
    /// Another site asked for the logout, or for an account to be connected. The answer is 403.
    CrossSiteRequest = "cross_site_request", "This request came from another site.";
}

impl FailureCode {
    /// The code of that name, to show a message for the `error` parameter of a page.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.as_str() == code)
    }
}

impl fmt::Display for FailureCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<ErrorKind> for FailureCode {
    fn from(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::UnknownProvider | ErrorKind::ProviderNotCompiled | ErrorKind::ProviderNotConfigured => {
                Self::UnknownProvider
            }
            ErrorKind::Transport
            | ErrorKind::Timeout
            | ErrorKind::RedirectRefused
            | ErrorKind::ReplyTooLarge
            | ErrorKind::AddressRefused
            | ErrorKind::RateLimited
            | ErrorKind::MetadataInvalid
            | ErrorKind::KeySetInvalid => Self::ProviderUnavailable,
            ErrorKind::IssuerMismatch => Self::IssuerMismatch,
            ErrorKind::StoreUnavailable => Self::StoreUnavailable,
            ErrorKind::Configuration | ErrorKind::RandomSource | ErrorKind::Unsupported => Self::ServerError,
            ErrorKind::UserInfoUnauthorized
            | ErrorKind::UserInfoForbidden
            | ErrorKind::UserInfoRefused
            | ErrorKind::UserInfoInvalid => Self::ProfileUnavailable,
            ErrorKind::EmailMissing => Self::EmailMissing,
            ErrorKind::AccountRefused => Self::LoginRefused,
            // Whatever else can go wrong goes wrong between code and token.
            _ => Self::ProviderRefused,
        }
    }
}

/// A login or logout that did not happen, with the [`Answer`] to send.
///
/// It has been logged already. Its text contains nothing that came with the request.
#[must_use = "the browser waits for the answer in it"]
pub struct LoginFailure(Box<Inner>);

struct Inner {
    code: FailureCode,
    provider: Option<String>,
    source: Option<Error>,
    answer: Answer,
}

impl LoginFailure {
    pub(crate) fn new(code: FailureCode, provider: Option<&str>, source: Option<Error>, answer: Answer) -> Self {
        Self(Box::new(Inner { code, provider: provider.map(str::to_owned), source, answer }))
    }

    /// What went wrong.
    #[must_use]
    pub fn code(&self) -> FailureCode {
        self.0.code
    }

    /// The provider instance, if it is one of ours.
    #[must_use]
    pub fn provider(&self) -> Option<&str> {
        self.0.provider.as_deref()
    }

    /// The error behind it, with kind and remedy, if there is one.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        self.0.source.as_ref()
    }

    /// What to send: most often 303 to the failure page.
    pub fn answer(&self) -> &Answer {
        &self.0.answer
    }

    /// [`answer`](Self::answer), by value.
    pub fn into_answer(self) -> Answer {
        self.0.answer
    }
}

impl fmt::Display for LoginFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(provider) = &self.0.provider {
            write!(f, "{provider}: ")?;
        }
        f.write_str(self.0.code.as_str())
    }
}

impl fmt::Debug for LoginFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginFailure")
            .field("code", &self.0.code)
            .field("provider", &self.0.provider)
            .field("source", &self.0.source)
            .field("answer", &self.0.answer)
            .finish()
    }
}

impl StdError for LoginFailure {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_ref().map(|source| source as &(dyn StdError + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct_read_back_and_need_no_encoding() {
        for (index, code) in FailureCode::ALL.iter().enumerate() {
            assert_eq!(FailureCode::from_code(code.as_str()), Some(*code));
            assert_eq!(FailureCode::ALL.iter().position(|other| other.as_str() == code.as_str()), Some(index));
            assert!(code.as_str().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'));
            assert!(code.message().ends_with('.'));
        }
        assert_eq!(FailureCode::from_code("Access_Denied"), None);
    }

    // Proves: QH7
    #[test]
    fn without_random_bytes_the_fault_is_ours_and_nobody_signs_in() {
        assert_eq!(FailureCode::from(ErrorKind::RandomSource), FailureCode::ServerError);
    }

    #[test]
    fn somebody_unwanted_is_told_so_and_not_that_the_provider_failed() {
        assert_eq!(FailureCode::from(ErrorKind::AccountRefused), FailureCode::LoginRefused);
        assert_eq!(FailureCode::LoginRefused.message(), ErrorKind::AccountRefused.public_message());
    }
}
