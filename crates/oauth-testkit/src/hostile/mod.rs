//! A provider that lies.
//!
//! [`HostileProvider`] plays a spec as [`DevProvider`] does, until a test has it tell a [`Lie`]: a forged ID token, a
//! reply without an end, metadata of somebody else, an answer that no login asked for. A [`Trap`] listens where some of
//! the lies lead, and every [`Hit`] there is a failure. Whoever writes a provider or an application holds it to all of
//! them; what each is about is one of the requirements in the book.
//!
//! ```
//! use oauth_bitbucket::BITBUCKET;
//! use oauth_core::{AuthorizationRequest, CallbackParameters, OAuthClient};
//! use oauth_reqwest::ReqwestClient;
//! use oauth_testkit::{
//!     Browser, Endpoint,
//!     hostile::{HostileProvider, Lie, ReplyLie},
//! };
//!
//! # #[tokio::main]
//! # async fn main() -> oauth_core::Result<()> {
//! let provider = HostileProvider::start(&BITBUCKET).await?;
//! let client = OAuthClient::new(&BITBUCKET, provider.config(), ReqwestClient::new()?)?;
//! let authorization = client.authorization_url(&AuthorizationRequest::new("http://localhost:8000/callback"))?;
//!
//! let browser = Browser::new();
//! let page = browser.open(authorization.url()).await?;
//! let answer = browser.choose(&page, "jane").await?;
//! let callback = answer.location().expect("a redirect to the application");
//! let (_, code) = callback.query_pairs().find(|(name, _)| name == "code").expect("a code");
//!
//! provider.tell(Lie::Reply(Endpoint::Token, ReplyLie::Redirect));
//! let login = client.sign_in(&code, authorization.pending(), &CallbackParameters::default()).await;
//! assert!(login.is_err());
//! assert_eq!(provider.hits(), []);
//! # Ok(())
//! # }
//! ```

mod callback;
mod forge;
mod lie;
mod reply;
mod trap;

use std::{ops::Deref, sync::Arc};

use oauth_core::{Alternative, Document, Nonce, Path, ProviderSpec, ResponseMode, Result, UserInfoSource};

pub use lie::{CallbackLie, Forgery, FormLie, KeysLie, Lie, MetadataLie, ReplyLie, TokenLie, UserInfoLie};
pub use trap::{Hit, Trap};

use crate::{
    endpoint::Endpoint,
    openid::{IdTokenFault, has_id_token, is_discovered, issuer},
    server::DevProvider,
};

/// What stands where something of somebody else should not.
const OTHER: &str = "somebody-else";

/// A [`DevProvider`] that lies when it is told to, with a [`Trap`] beside it.
#[derive(Debug)]
#[must_use = "the provider stops when it is dropped"]
pub struct HostileProvider {
    provider: DevProvider,
    trap: Trap,
}

/// The lie of the moment, and where the trap is.
#[derive(Clone)]
pub(crate) struct Told {
    lie: Lie,
    trap: Arc<str>,
}

impl HostileProvider {
    /// Starts a provider that plays `spec` and tells the truth so far.
    ///
    /// # Errors
    ///
    /// As [`DevProviderBuilder::start`](crate::DevProviderBuilder::start).
    pub async fn start(spec: &'static ProviderSpec) -> Result<Self> {
        Self::of(DevProvider::builder(spec).start().await?).await
    }

    /// Makes a provider with settings of its own hostile.
    ///
    /// # Errors
    ///
    /// The trap has no port to listen on.
    pub async fn of(provider: DevProvider) -> Result<Self> {
        Ok(Self { provider, trap: Trap::open().await? })
    }

    /// Tells a lie from now on in place of the one before, or, with `None`, the truth.
    pub fn tell(&self, lie: impl Into<Option<Lie>>) {
        let lie = lie.into();
        let fault = lie.and_then(|lie| if let Lie::IdToken(fault) = lie { Some(fault) } else { None });
        self.provider.spoil_id_tokens(fault);
        let trap = self.trap.base_url().into();
        self.provider.shared().state().told = lie.map(|lie| Told { lie, trap });
    }

    /// Every lie that this provider can tell. What is false depends on the spec: where no ID token says whom a profile
    /// is about, it may be about anybody.
    #[must_use]
    pub fn lies(&self) -> Vec<Lie> {
        let spec = self.spec();
        let facts = spec.facts();
        let endpoints = self.provider.shared().options.endpoints();
        let has_id_token = has_id_token(spec);
        let (has_account, is_signed) =
            (names_the_account(spec), facts.user_info_source == UserInfoSource::SignedEndpoint);
        let has_public_keys = facts.openid.is_some() && !self.provider.shared().has_secret_key();
        let is_discovered = is_discovered(spec);
        let mut lies = Vec::new();

        for endpoint in endpoints.iter().copied() {
            let (is_asked, is_object) = match endpoint {
                Endpoint::PushedAuthorization | Endpoint::Token | Endpoint::Discovery => (true, true),
                Endpoint::UserInfo => (true, has_account && !is_signed),
                Endpoint::Jwks => (has_public_keys, true),
                Endpoint::Call(_) => (true, false),
                _ => (false, false),
            };
            let told = ReplyLie::ALL.iter().filter(|lie| is_asked && (is_object || !lie.needs_object()));
            lies.extend(told.map(|lie| Lie::Reply(endpoint, *lie)));
        }
        if is_discovered {
            let told = MetadataLie::ALL.iter().copied().filter(|lie| has_public_keys || !lie.is_about_keys());
            lies.extend(told.map(Lie::Metadata));
        }
        if has_public_keys {
            let told = KeysLie::ALL.iter().copied().filter(|lie| has_id_token || !lie.needs_id_token());
            lies.extend(told.map(Lie::Keys));
        }
        lies.extend(TokenLie::ALL.iter().copied().map(Lie::Token));
        if has_id_token {
            let needs_nonce = facts.openid.is_some_and(|openid| openid.nonce == Nonce::Returned);
            let told = IdTokenFault::ALL.iter().copied().filter(|lie| needs_nonce || *lie != IdTokenFault::NoNonce);
            lies.extend(told.map(Lie::IdToken));
            let told = Forgery::ALL.iter().copied().filter(|lie| has_public_keys || !lie.needs_public_key());
            lies.extend(told.map(Lie::Forgery));
        }
        if endpoints.contains(&Endpoint::UserInfo) && has_account {
            let told = UserInfoLie::ALL.iter().copied().filter(|lie| has_id_token || !lie.needs_id_token());
            lies.extend(told.map(Lie::UserInfo));
        }
        let has_issuer = issuer(spec, self.base_url()).is_some();
        let told = CallbackLie::ALL.iter().copied().filter(|lie| match lie {
            // Metadata alone promises an issuer.
            CallbackLie::NoIssuer => is_discovered,
            CallbackLie::Issuer | CallbackLie::IssuerTwice | CallbackLie::ErrorOfOtherIssuer => has_issuer,
            _ => true,
        });
        lies.extend(told.map(Lie::Callback));
        if self.provider.shared().options.response_mode == ResponseMode::FormPost {
            lies.extend(FormLie::ALL.iter().copied().map(Lie::Form));
        }
        lies
    }

    /// Where lies lead.
    pub fn trap(&self) -> &Trap {
        &self.trap
    }

    /// Who went there, with the number of this provider's secrets that each carried.
    #[must_use]
    pub fn hits(&self) -> Vec<Hit> {
        self.trap.hits(&self.secrets())
    }
}

/// Everything else is as with an honest one.
impl Deref for HostileProvider {
    type Target = DevProvider;

    fn deref(&self) -> &DevProvider {
        &self.provider
    }
}

/// Whether the body of the user-info reply says whose account it is.
fn names_the_account(spec: &ProviderSpec) -> bool {
    if matches!(spec.facts().user_info_source, UserInfoSource::Headers(_)) {
        return false;
    }
    let paths = spec.facts().claims.paths();
    let path = paths.first().map_or("", |(_, path)| *path);
    let in_user_info = |alternative: &Alternative| match alternative {
        Alternative::Field(field) => field.document == Document::UserInfo,
        Alternative::Template(_) => false,
    };
    Path::parse(path).alternatives.iter().all(in_user_info)
}
