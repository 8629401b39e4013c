//! Settings of a development provider.

use std::{
    fmt,
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use oauth_core::{Error, ErrorKind, ProviderSpec, ResponseMode, Result};
use serde_json::Value;

use crate::{
    client_key::ClientKey,
    document::first_field,
    endpoint::Endpoint,
    fault::Fault,
    grants::random,
    openid::is_discovered,
    person::TestPerson,
    profile::{self, Member},
    server::DevProvider,
};

/// What the provider does about PKCE (RFC 7636), where the spec has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PkceEnforcement {
    /// A login without it is refused.
    #[default]
    Required,
    /// It may be left out; what is sent is verified.
    Optional,
    /// It is not looked at, as by a server that does not know it.
    Ignored,
}

/// Settings of a [`DevProvider`]; every one has a default.
///
/// ```
/// use std::time::Duration;
/// use oauth_bitbucket::BITBUCKET;
/// use oauth_testkit::{DevProvider, Endpoint, Fault, TestPerson};
///
/// # #[tokio::main]
/// # async fn main() -> oauth_core::Result<()> {
/// let provider = DevProvider::builder(&BITBUCKET)
///     .people([TestPerson::new("ada", "42").name("Ada", "Lovelace")])
///     .registered_redirect_uri("http://localhost:8000/auth/bitbucket/callback")
///     .access_token_lifetime(Duration::from_secs(60))
///     .token_length(3000)
///     .fault(Endpoint::Call("emails"), Fault::status(404))
///     .start()
///     .await?;
/// # provider.stop().await;
/// # Ok(())
/// # }
/// ```
#[must_use = "settings do nothing before `start`"]
pub struct DevProviderBuilder {
    options: Options,
    client_secret: Option<String>,
    members: Vec<(Endpoint, String, Value)>,
    scope_member: Option<String>,
    faults: Vec<(Endpoint, Fault)>,
}

/// The settings, checked.
pub(crate) struct Options {
    pub(crate) spec: &'static ProviderSpec,
    pub(crate) address: SocketAddr,
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    /// What the client proves itself with in place of a secret.
    pub(crate) client_key: Option<ClientKey>,
    pub(crate) redirect_uri: Option<String>,
    pub(crate) people: Vec<TestPerson>,
    pub(crate) page_size: usize,
    pub(crate) token_length: usize,
    pub(crate) delay: Duration,
    pub(crate) access_token_lifetime: Duration,
    pub(crate) code_lifetime: Duration,
    pub(crate) pkce: PkceEnforcement,
    pub(crate) response_mode: ResponseMode,
    requires_pushed_authorization: bool,
    pub(crate) scope_path: Option<String>,
    pub(crate) members: Vec<Member>,
}

impl Options {
    /// Whether only a request that was pushed is taken.
    pub(crate) fn requires_pushed_authorization(&self) -> bool {
        self.requires_pushed_authorization || self.spec.facts().pushed_authorization_url.is_some()
    }

    /// The endpoints that there are.
    pub(crate) fn endpoints(&self) -> Vec<Endpoint> {
        let mut endpoints = Endpoint::of(self.spec);
        endpoints.extend(self.requires_pushed_authorization.then_some(Endpoint::PushedAuthorization));
        endpoints
    }
}

impl DevProviderBuilder {
    pub(crate) fn new(spec: &'static ProviderSpec) -> Self {
        Self {
            options: Options {
                spec,
                address: (Ipv4Addr::LOCALHOST, 0).into(),
                client_id: "development-client".to_owned(),
                client_secret: String::new(),
                client_key: None,
                redirect_uri: None,
                people: TestPerson::built_in(),
                page_size: 2,
                token_length: 43,
                delay: Duration::ZERO,
                access_token_lifetime: Duration::from_secs(7200),
                code_lifetime: Duration::from_secs(600),
                pkce: PkceEnforcement::Required,
                response_mode: spec.facts().response_mode,
                requires_pushed_authorization: false,
                scope_path: None,
                members: Vec::new(),
            },
            client_secret: None,
            members: Vec::new(),
            scope_member: None,
            faults: Vec::new(),
        }
    }

    /// Sets the address to listen on: a loopback one. Default: `127.0.0.1` and a free port.
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.options.address = address;
        self
    }

    /// Sets client id and client secret. Default: a fixed id and a random secret.
    pub fn client(mut self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.options.client_id = id.into();
        self.client_secret = Some(secret.into());
        self
    }

    /// Sets what redirect URIs have to be, or to begin with up to a `/` or `?`. Default: any web address.
    pub fn registered_redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.options.redirect_uri = Some(uri.into());
        self
    }

    /// Sets the people to sign in as. Default: [`TestPerson::built_in`].
    pub fn people(mut self, people: impl IntoIterator<Item = TestPerson>) -> Self {
        self.options.people = people.into_iter().collect();
        self
    }

    /// Adds a person.
    pub fn person(mut self, person: TestPerson) -> Self {
        self.options.people.push(person);
        self
    }

    /// Sets how many e-mail addresses come in one page, where the spec reads pages. Default: 2.
    pub fn page_size(mut self, size: usize) -> Self {
        self.options.page_size = size;
        self
    }

    /// Sets the number of characters of access and refresh tokens. Default: 43.
    pub fn token_length(mut self, characters: usize) -> Self {
        self.options.token_length = characters;
        self
    }

    /// Sets how long each answer waits, the page aside. Default: not at all.
    pub fn delay(mut self, delay: Duration) -> Self {
        self.options.delay = delay;
        self
    }

    /// Sets the lifetime of access tokens, told in whole seconds. Default: two hours.
    pub fn access_token_lifetime(mut self, lifetime: Duration) -> Self {
        self.options.access_token_lifetime = lifetime;
        self
    }

    /// Sets the lifetime of codes. Default: ten minutes, the most that RFC 6749 section 4.1.2 recommends.
    pub fn code_lifetime(mut self, lifetime: Duration) -> Self {
        self.options.code_lifetime = lifetime;
        self
    }

    /// Sets what is done about PKCE. Default: required, where the spec has it.
    pub fn pkce(mut self, enforcement: PkceEnforcement) -> Self {
        self.options.pkce = enforcement;
        self
    }

    /// Sets how the callback arrives, for instances of an OpenID provider: their configuration says so, and `form_post`
    /// is insisted on. Default: as the spec has it, and for others what is asked for.
    pub fn response_mode(mut self, mode: ResponseMode) -> Self {
        self.options.response_mode = mode;
        self
    }

    /// Takes only authorization requests that were pushed (RFC 9126), at an OpenID provider whose endpoints are
    /// discovered: its metadata says so. Default: as the spec has it.
    pub fn require_pushed_authorization(mut self) -> Self {
        self.options.requires_pushed_authorization = true;
        self
    }

    /// Sets where the token reply states the granted scopes, as a path. Default: the spec's first alternative.
    pub fn scope_member(mut self, path: impl Into<String>) -> Self {
        self.scope_member = Some(path.into());
        self
    }

    /// Adds a member, at a path as in claims, to every successful reply of an endpoint. It goes before what the spec
    /// says about the same place.
    pub fn member(mut self, endpoint: Endpoint, path: impl Into<String>, value: impl Into<Value>) -> Self {
        self.members.push((endpoint, path.into(), value.into()));
        self
    }

    /// Lets an endpoint fail, always. [`DevProvider::fail_once`] and [`DevProvider::recover`] change it later.
    pub fn fault(mut self, endpoint: Endpoint, fault: Fault) -> Self {
        self.faults.push((endpoint, fault));
        self
    }

    /// Starts the provider on the current Tokio runtime. It stops when it is dropped.
    ///
    /// # Errors
    ///
    /// A setting that cannot be, a spec whose account id stands in a signed token, or an address that cannot be
    /// listened on.
    pub async fn start(self) -> Result<DevProvider> {
        let (options, faults) = self.check()?;
        let provider = DevProvider::start(options).await?;
        for (endpoint, fault) in faults {
            provider.fail(endpoint, fault);
        }
        Ok(provider)
    }

    pub(crate) fn check(self) -> Result<(Options, Vec<(Endpoint, Fault)>)> {
        let Self { mut options, client_secret, members, scope_member, faults } = self;
        let name = options.spec.name();
        let refuse = |message: String| Error::new(ErrorKind::Configuration, message).with_provider(name);
        if !options.address.ip().is_loopback() {
            return Err(refuse(format!("the development provider cannot listen on {}", options.address.ip()))
                .with_remedy("It signs in anybody as anybody, so it is for loopback addresses only"));
        }
        if !profile::is_playable(options.spec) {
            return Err(refuse("the account id stands in a token, but the spec has no OpenID Connect".to_owned())
                .with_remedy("Make the spec by ProviderSpec::openid()"));
        }
        if options.response_mode != options.spec.facts().response_mode && options.spec.facts().openid.is_none() {
            return Err(refuse("only instances of an OpenID provider choose how the callback arrives".to_owned())
                .with_remedy("Leave out `response_mode`, or set it in the spec"));
        }
        if options.requires_pushed_authorization && !is_discovered(options.spec) {
            return Err(refuse("the provider has no metadata that could demand pushed requests".to_owned())
                .with_remedy("Leave out `require_pushed_authorization`, or set `pushed_authorization` in the spec"));
        }
        if options.page_size == 0 || options.token_length == 0 {
            return Err(refuse("page size and token length cannot be zero".to_owned()));
        }
        let endpoints = options.endpoints();
        let named = members.iter().map(|(endpoint, ..)| endpoint).chain(faults.iter().map(|(endpoint, _)| endpoint));
        if let Some(endpoint) = named.into_iter().find(|endpoint| !endpoints.contains(endpoint)) {
            return Err(refuse(format!("the spec has no endpoint {endpoint:?}")));
        }
        let keys = || options.people.iter().map(|person| person.key.as_str());
        let is_plain =
            |key: &str| !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if let Some(key) = keys().find(|key| !is_plain(key) || keys().filter(|other| other == key).count() > 1) {
            return Err(refuse(format!("the key {key:?} of a person is not usable"))
                .with_remedy("Give each person a key of its own, of letters, digits and '-'"));
        }
        let field =
            |path: &str| first_field(path).ok_or_else(|| refuse(format!("{path:?} is no path of a single place")));
        if let Some(path) = scope_member {
            field(&path)?;
            options.scope_path = Some(path);
        }
        for (endpoint, path, value) in members {
            let field = field(&path)?;
            options.members.push(Member { endpoint, field, value });
        }
        options.client_secret = match client_secret {
            Some(secret) => secret,
            None => random(43).map_err(|error| {
                Error::new(ErrorKind::RandomSource, "the operating system gave no random bytes").with_source(error)
            })?,
        };
        options.client_key = ClientKey::new(options.spec)?;
        Ok((options, faults))
    }
}

impl fmt::Debug for DevProviderBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DevProviderBuilder")
            .field("spec", &self.options.spec.name())
            .field("address", &self.options.address)
            .finish_non_exhaustive()
    }
}
