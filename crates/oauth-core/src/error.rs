//! The one error of this crate: what went wrong, at which provider, and what to do about it.

use std::{borrow::Cow, error::Error as StdError, fmt};

/// What every fallible function of this crate returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, coarse enough to match on.
///
/// ```
/// use oauth_core::{ErrorKind, Registry};
///
/// let registry = Registry::builder().build()?;
/// assert_eq!(registry.get("nowhere").unwrap_err().kind(), ErrorKind::UnknownProvider);
/// # Ok::<(), oauth_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// No provider of that name exists.
    UnknownProvider,
    /// The provider exists, but its cargo feature is off.
    ProviderNotCompiled,
    /// The provider is compiled in, but has no client id.
    ProviderNotConfigured,
    /// A setting is missing, misspelt or not valid.
    Configuration,
    /// The operating system gave no random bytes.
    RandomSource,
    /// The provider could not be reached.
    Transport,
    /// The provider did not answer in time.
    Timeout,
    /// The provider answered with a redirect where none is allowed.
    RedirectRefused,
    /// The reply was larger than the limit.
    ReplyTooLarge,
    /// A URL taken from data led to an address that is not public.
    AddressRefused,
    /// The provider did not take the authorization request that was pushed to it (RFC 9126 section 2.3).
    AuthorizationRefused,
    /// The token endpoint did not accept the client id or secret (RFC 6749 section 5.2 `invalid_client`).
    ClientRefused,
    /// The token endpoint did not accept the code or the refresh token (RFC 6749 section 5.2 `invalid_grant`).
    InvalidGrant,
    /// The redirect URI is not the registered one.
    RedirectUriMismatch,
    /// The token endpoint refused for another reason.
    TokenRefused,
    /// The token reply is not one (RFC 6749 section 5.1).
    TokenReplyInvalid,
    /// The metadata of an OpenID provider is not readable, or is another provider's.
    MetadataInvalid,
    /// The key set of an OpenID provider is not readable.
    KeySetInvalid,
    /// The ID token is missing, not signed by the provider, or not for this login.
    IdTokenInvalid,
    /// The provider said who it is, and the settings let in others only: those of another workspace, domain or tenant.
    AccountRefused,
    /// The callback names another issuer, or none where one must be named (RFC 9207).
    IssuerMismatch,
    /// The user-info endpoint answered 401.
    UserInfoUnauthorized,
    /// The user-info endpoint answered 403.
    UserInfoForbidden,
    /// The user-info endpoint answered with another failure.
    UserInfoRefused,
    /// The provider was asked too often (RFC 6585 section 4).
    RateLimited,
    /// The profile is not readable or has no id.
    UserInfoInvalid,
    /// The application demands an e-mail address and the provider gave none.
    EmailMissing,
    /// The store that instances share could not be reached, or did not do what it was asked.
    StoreUnavailable,
    /// The provider has no way to do this.
    Unsupported,
}

impl ErrorKind {
    /// A fixed text that may be shown to anybody: it contains nothing that came from outside.
    #[must_use]
    pub const fn public_message(self) -> &'static str {
        match self {
            Self::UnknownProvider | Self::ProviderNotCompiled | Self::ProviderNotConfigured => {
                "This way to sign in is not available."
            }
            Self::Configuration | Self::RandomSource => "Signing in is not set up correctly.",
            Self::Transport
            | Self::Timeout
            | Self::ReplyTooLarge
            | Self::RedirectRefused
            | Self::AddressRefused
            | Self::RateLimited
            | Self::MetadataInvalid
            | Self::KeySetInvalid => "The sign-in provider cannot be reached at the moment.",
            Self::AuthorizationRefused
            | Self::ClientRefused
            | Self::InvalidGrant
            | Self::RedirectUriMismatch
            | Self::TokenRefused
            | Self::TokenReplyInvalid
            | Self::IdTokenInvalid
            | Self::IssuerMismatch => "The sign-in provider did not confirm the sign-in.",
            Self::UserInfoUnauthorized | Self::UserInfoForbidden | Self::UserInfoRefused | Self::UserInfoInvalid => {
                "The sign-in provider did not say who you are."
            }
            Self::AccountRefused => "This account may not sign in here.",
            Self::StoreUnavailable => "Signing in is not possible at the moment.",
            Self::EmailMissing => "The sign-in provider gave no e-mail address.",
            Self::Unsupported => "The sign-in provider does not offer this.",
        }
    }
}

/// An error with its kind, the provider it concerns and the remedy.
///
/// `Display` prints all three and never anything secret: no code, state, token, URL query or reply body.
/// The cause is in [`source`](StdError::source) and not repeated in the text.
///
/// ```
/// use oauth_core::{Error, ErrorKind};
///
/// let error = Error::new(ErrorKind::UserInfoUnauthorized, "user info answered 401")
///     .with_provider("bitbucket")
///     .with_remedy("Tick \"Account: Read\" on the OAuth consumer.");
/// assert_eq!(error.to_string(), "bitbucket: user info answered 401. Tick \"Account: Read\" on the OAuth consumer.");
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    provider: Option<String>,
    message: Cow<'static, str>,
    remedy: Option<Cow<'static, str>>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// An error of `kind`; `message` is a clause without a full stop and contains nothing secret.
    pub fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner { kind, provider: None, message: message.into(), remedy: None, source: None }))
    }

    /// Names the provider instance, unless one is named already.
    #[must_use]
    pub fn with_provider(mut self, provider: &str) -> Self {
        self.0.provider.get_or_insert_with(|| provider.to_owned());
        self
    }

    /// Says what to do, unless that is said already.
    #[must_use]
    pub fn with_remedy(mut self, remedy: impl Into<Cow<'static, str>>) -> Self {
        self.0.remedy.get_or_insert_with(|| remedy.into());
        self
    }

    /// Attaches the cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    pub(crate) fn configuration(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Configuration, message)
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The provider instance this concerns, if any.
    #[must_use]
    pub fn provider(&self) -> Option<&str> {
        self.0.provider.as_deref()
    }

    /// What to do about it, if known.
    #[must_use]
    pub fn remedy(&self) -> Option<&str> {
        self.0.remedy.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(provider) = &self.0.provider {
            write!(f, "{provider}: ")?;
        }
        f.write_str(&self.0.message)?;
        if let Some(remedy) = &self.0.remedy {
            write!(f, ". {remedy}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("provider", &self.0.provider)
            .field("message", &self.0.message)
            .field("remedy", &self.0.remedy)
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}
