//! What every provider must pass, ours or a stranger's: [`check`] for its spec and hooks, [`fixtures`] for replies as the real
//! service sends them.
//!
//! The development provider plays the spec without a network, so a whole suite takes well under a second.
//!
//! ```
//! use oauth_bitbucket::BITBUCKET;
//! use oauth_testkit::conformance;
//!
//! # #[tokio::main]
//! # async fn main() {
//! conformance::check(&BITBUCKET).await;
//! # }
//! ```

mod authorization;
mod expected;
mod fixture;
mod hygiene;
mod login;
mod network;
mod openid;
mod profile;
mod refresh;
mod token;

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use oauth_core::{Provider, ProviderSpec};

use crate::{DevProvider, DevProviderBuilder, TestPerson, openid::Keys};
pub use fixture::fixtures;
use network::{Stage, Twist};

/// Runs the [`Suite`] of a provider that needs no settings.
///
/// # Panics
///
/// When a check fails, with every check that failed and what was seen.
pub async fn check(provider: &'static dyn Provider) {
    Suite::new(provider).check().await;
}

/// The checks of one provider.
///
/// - *spec*: links, names and remedies for people; paths, scopes and variables that name what exists
/// - *authorization request*: each managed parameter once, PKCE from the URL to the token request
/// - *login*: every built-in person signs in and comes back as who they are; a person with nothing but an id too
/// - *token reply*: odd but honest ones are read, hostile ones are refused, no error tells a secret
/// - *profile reply*: the same, for user info and each extra call; without an account id nobody signs in
/// - *refresh and revocation*: a new refresh token is used, an old one is kept where none comes
/// - *OpenID Connect*, where the spec has it: metadata, key set and ID token, whole and with each [`IdTokenFault`](crate::IdTokenFault)
///
/// ```
/// use oauth_bitbucket::BITBUCKET;
/// use oauth_testkit::conformance::Suite;
///
/// # #[tokio::main]
/// # async fn main() {
/// let report = Suite::new(&BITBUCKET).setting("SCOPES", "account").run().await;
/// assert!(report.is_ok(), "{report}");
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a suite does nothing before `run` or `check`"]
pub struct Suite {
    provider: &'static dyn Provider,
    settings: Vec<(String, String)>,
    is_generic: bool,
    keys: Arc<OnceLock<Keys>>,
}

impl Suite {
    /// The checks of `provider`.
    pub fn new(provider: &'static dyn Provider) -> Self {
        Self { provider, settings: Vec::new(), is_generic: false, keys: Arc::default() }
    }

    /// Sets a setting that the provider's hooks read, such as a key. Default: what a spec demands gets a filler.
    pub fn setting(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.push((name.into(), value.into()));
        self
    }

    /// Spares a provider that stands for whatever the settings say, and so has no console, documentation and colour of its
    /// own, the checks for them.
    pub fn generic(mut self) -> Self {
        self.is_generic = true;
        self
    }

    /// Runs the checks.
    ///
    /// # Panics
    ///
    /// When a check fails, with every check that failed and what was seen.
    pub async fn check(self) {
        let report = self.run().await;
        assert!(report.is_ok(), "{report}");
    }

    /// Runs the checks and tells how they ended.
    pub async fn run(self) -> Report {
        let mut report = Report { provider: self.provider.spec().name(), checks: 0, failures: Vec::new() };
        hygiene::run(&self, &mut report);
        // Nothing else can be seen of a provider whose client does not come into being.
        let stage = self.stage(|builder| builder);
        report.record("a client can be built", stage.as_ref().map(drop).map_err(Clone::clone));
        if stage.is_ok() {
            authorization::run(&self, &mut report).await;
            login::run(&self, &mut report).await;
            if self.can_sign_in().await {
                token::run(&self, &mut report).await;
                profile::run(&self, &mut report).await;
                refresh::run(&self, &mut report).await;
                openid::run(&self, &mut report).await;
            }
        }
        report
    }

    /// Whether there is a login that could be disturbed.
    async fn can_sign_in(&self) -> bool {
        match self.stage(|builder| builder) {
            Ok(stage) => stage.sign_in("jane").await.is_ok(),
            Err(_) => false,
        }
    }

    fn spec(&self) -> &'static ProviderSpec {
        self.provider.spec()
    }

    fn stage(&self, with: impl FnOnce(DevProviderBuilder) -> DevProviderBuilder) -> Result<Stage, String> {
        self.stage_of(self.provider, with)
    }

    /// A stage of another provider with the same spec.
    fn stage_of(
        &self,
        provider: &'static dyn Provider,
        with: impl FnOnce(DevProviderBuilder) -> DevProviderBuilder,
    ) -> Result<Stage, String> {
        let builder = DevProvider::builder(self.spec()).person(bare());
        Stage::new(provider, with(builder), &self.settings, &self.keys).map_err(|error| network::shown(&error))
    }

    /// A stage whose replies are spoilt.
    fn twisted(&self, twist: Twist) -> Result<Stage, String> {
        let stage = self.stage(|builder| builder)?;
        stage.twist(Some(twist));
        Ok(stage)
    }
}

impl fmt::Debug for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let settings: Vec<&str> = self.settings.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Suite")
            .field("provider", &self.spec().name())
            .field("settings", &settings)
            .finish_non_exhaustive()
    }
}

/// Somebody of whom a provider tells nothing but the account id.
fn bare() -> TestPerson {
    TestPerson::new("bare", "7d2f1c5e-3b60-4a19-8c47-0e5f9a6b1d32")
}

/// How the checks of one provider ended.
#[derive(Clone, Debug)]
#[must_use = "a report that nobody reads hides failures"]
pub struct Report {
    provider: &'static str,
    checks: usize,
    failures: Vec<Failure>,
}

/// A check that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// What must hold.
    pub check: String,
    /// What was seen.
    pub seen: String,
}

impl Report {
    /// Whether every check passed.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.failures.is_empty()
    }

    /// How many checks were run.
    #[must_use]
    pub fn checks(&self) -> usize {
        self.checks
    }

    /// The checks that failed, in order.
    #[must_use]
    pub fn failures(&self) -> &[Failure] {
        &self.failures
    }

    fn record(&mut self, check: impl Into<String>, result: Result<(), String>) {
        self.checks += 1;
        if let Err(seen) = result {
            self.failures.push(Failure { check: check.into(), seen });
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { provider, checks, failures } = self;
        if failures.is_empty() {
            return write!(f, "{provider}: all {checks} checks passed");
        }
        write!(f, "{provider}: {} of {checks} checks failed", failures.len())?;
        for Failure { check, seen } in failures {
            write!(f, "\n- {check}\n  seen: {seen}")?;
        }
        Ok(())
    }
}

/// `Ok` if `holds`, else what was seen instead.
fn ensure(holds: bool, seen: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(seen()) }
}
