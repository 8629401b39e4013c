//! The providers of this build and the instances of this application: [`Registry`].

use std::{collections::BTreeMap, fmt, sync::Arc};

use crate::{
    Error, ErrorKind, Result,
    client::OAuthClient,
    config::{Environment, ProviderConfig, variable_name},
    http::HttpClient,
    provider::Provider,
};

/// A provider that announced itself with [`register!`](crate::register).
pub struct Registered(pub &'static dyn Provider);

inventory::collect!(Registered);

/// Announces a `static` provider to every [`Registry`] of the program.
///
/// Self-registration works where the linker keeps what nobody names: ordinary programs whose code mentions the crate. A
/// library that is linked from C, and wasm, need [`RegistryBuilder::catalogue`] or [`RegistryBuilder::provider`]; both
/// ways together are fine.
///
/// See [`ProviderSpec`](crate::ProviderSpec) for an example.
#[macro_export]
macro_rules! register {
    ($provider:path) => {
        $crate::inventory::submit! { $crate::Registered(&$provider) }
    };
}

/// A list of providers that a crate brings: those that are compiled in, and the names of those that could be.
#[derive(Clone, Copy)]
pub struct Catalogue {
    /// Providers whose cargo feature is on.
    pub providers: &'static [&'static dyn Provider],
    /// Name of every provider of the crate.
    pub known: &'static [&'static str],
    /// The crate whose feature of the same name turns a provider on.
    pub package: &'static str,
}

/// The instances that an application offers, by name.
///
/// Cheap to clone. An instance is a provider with credentials; usually the two have one name.
///
/// ```
/// use std::sync::Arc;
/// use oauth_core::{Claims, ErrorKind, ProviderConfig, ProviderSpec, Registry};
/// # use oauth_core::{HttpClient, HttpRequest, HttpResponse, Result, async_trait};
/// # struct Http;
/// # #[async_trait]
/// # impl HttpClient for Http {
/// #     async fn send(&self, _: HttpRequest) -> Result<HttpResponse> { Ok(HttpResponse::new(200, vec![])) }
/// # }
/// static ACME: ProviderSpec =
///     ProviderSpec::oauth2("acme", "https://acme.example/authorize", "https://acme.example/token")
///         .user_info("https://acme.example/me")
///         .claims(Claims::id("id"));
///
/// let registry = Registry::builder()
///     .http_client(Http)
///     .provider(&ACME)
///     .instance(ProviderConfig::new("acme", "id", "secret"))
///     .build()?;
/// assert_eq!(registry.get("acme")?.name(), "acme");
/// assert_eq!(registry.get("acne").unwrap_err().kind(), ErrorKind::UnknownProvider);
/// # Ok::<(), oauth_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Registry(Arc<Inner>);

struct Inner {
    clients: BTreeMap<String, OAuthClient>,
    compiled: Vec<&'static str>,
    known: BTreeMap<&'static str, &'static str>,
}

impl Registry {
    /// A builder that knows the self-registered providers.
    pub fn builder() -> RegistryBuilder {
        let providers = inventory::iter::<Registered>().map(|registered| registered.0).collect();
        RegistryBuilder { providers, known: BTreeMap::new(), configs: Vec::new(), http: None }
    }

    /// The instances that the environment describes, with the self-registered providers.
    ///
    /// See [`RegistryBuilder::from_env`].
    pub fn from_env(http: impl HttpClient + 'static) -> Result<Self> {
        Self::builder().http_client(http).from_env()
    }

    /// The client of an instance.
    ///
    /// # Errors
    ///
    /// [`UnknownProvider`](ErrorKind::UnknownProvider), [`ProviderNotCompiled`](ErrorKind::ProviderNotCompiled) or
    /// [`ProviderNotConfigured`](ErrorKind::ProviderNotConfigured), each with its remedy.
    pub fn get(&self, name: &str) -> Result<&OAuthClient> {
        self.0.clients.get(name).ok_or_else(|| self.missing(name))
    }

    /// The configured instances, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = &OAuthClient> {
        self.0.clients.values()
    }

    /// Names of the providers that are compiled in, sorted.
    #[must_use]
    pub fn compiled(&self) -> &[&'static str] {
        &self.0.compiled
    }

    fn missing(&self, name: &str) -> Error {
        // What a caller passes may come from a URL: only a name of ours is repeated.
        if let Some(name) = self.0.compiled.iter().find(|compiled| **compiled == name) {
            let (id, secret) = (variable_name(name, "CLIENT_ID"), variable_name(name, "CLIENT_SECRET"));
            return Error::new(ErrorKind::ProviderNotConfigured, "the provider is compiled in but not configured")
                .with_provider(name)
                .with_remedy(format!("Set {id} and {secret}, or add an instance to the builder"));
        }
        if let Some((name, package)) = self.0.known.get_key_value(name) {
            return Error::new(ErrorKind::ProviderNotCompiled, "the provider is known but not compiled in")
                .with_provider(name)
                .with_remedy(format!("Turn on the cargo feature \"{name}\" of {package}"));
        }
        let compiled = match self.0.compiled.as_slice() {
            [] => "none".to_owned(),
            names => names.join(", "),
        };
        Error::new(ErrorKind::UnknownProvider, "no provider of this name is known")
            .with_remedy(format!("Compiled in: {compiled}"))
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry")
            .field("instances", &self.0.clients.keys().collect::<Vec<_>>())
            .field("compiled", &self.0.compiled)
            .finish()
    }
}

/// Collects providers, instances and the HTTP client of a [`Registry`].
#[must_use]
pub struct RegistryBuilder {
    providers: Vec<&'static dyn Provider>,
    known: BTreeMap<&'static str, &'static str>,
    configs: Vec<ProviderConfig>,
    http: Option<Arc<dyn HttpClient>>,
}

impl RegistryBuilder {
    /// Adds the providers of a crate, and the names that its features could add.
    pub fn catalogue(mut self, catalogue: &Catalogue) -> Self {
        self.providers.extend(catalogue.providers);
        self.known.extend(catalogue.known.iter().map(|name| (*name, catalogue.package)));
        self
    }

    /// Adds a provider.
    pub fn provider(mut self, provider: &'static dyn Provider) -> Self {
        self.providers.push(provider);
        self
    }

    /// Adds an instance.
    pub fn instance(mut self, config: ProviderConfig) -> Self {
        self.configs.push(config);
        self
    }

    /// Sets the HTTP client that all instances share.
    pub fn http_client(self, http: impl HttpClient + 'static) -> Self {
        self.shared_http_client(Arc::new(http))
    }

    /// Sets an HTTP client that is shared with others.
    pub fn shared_http_client(mut self, http: Arc<dyn HttpClient>) -> Self {
        self.http = Some(http);
        self
    }

    /// Adds the instances that the environment variables of the process describe, and builds.
    ///
    /// `OAUTH_<NAME>_CLIENT_ID` and `OAUTH_<NAME>_CLIENT_SECRET` enable the instance `<NAME>`;
    /// `OAUTH_PROVIDERS` limits the instances to a list. Further settings are `_PROVIDER`, `_SCOPES`, `_BASE_URL`,
    /// `_<ENDPOINT>_URL` and the provider's own; for OpenID providers also `_ISSUER`, `_DISCOVERY_URL` and `_RESPONSE_MODE`.
    ///
    /// # Errors
    ///
    /// A missing, unknown or misspelt setting of an enabled instance, which the error names.
    pub fn from_env(self) -> Result<Registry> {
        let text = |value: std::ffi::OsString| value.to_string_lossy().into_owned();
        self.from_vars(std::env::vars_os().map(|(name, value)| (text(name), text(value))))
    }

    /// Like [`from_env`](Self::from_env), with variables from elsewhere.
    pub fn from_vars(mut self, variables: impl IntoIterator<Item = (String, String)>) -> Result<Registry> {
        let names: Vec<&'static str> = self.providers.iter().map(|provider| provider.spec().name()).collect();
        self.configs.extend(Environment::new(variables).instances(&names)?);
        self.build()
    }

    /// Builds the registry.
    ///
    /// # Errors
    ///
    /// Two different providers or two instances of one name, an instance without provider, a setting that the spec
    /// does not allow, or instances without an HTTP client.
    pub fn build(self) -> Result<Registry> {
        let mut providers: BTreeMap<&'static str, &'static dyn Provider> = BTreeMap::new();
        for provider in self.providers {
            let name = provider.spec().name();
            let existing = *providers.entry(name).or_insert(provider);
            if !same(existing, provider) {
                return Err(
                    Error::configuration("two different providers are registered under one name").with_provider(name)
                );
            }
        }
        let inner =
            Inner { clients: BTreeMap::new(), compiled: providers.keys().copied().collect(), known: self.known };
        let mut registry = Registry(Arc::new(inner));
        let mut clients = BTreeMap::new();
        for config in self.configs {
            let instance = config.instance.clone();
            let name = config.provider.as_deref().unwrap_or(&instance);
            let Some(provider) = providers.get(name) else {
                let error = registry.missing(name).with_provider(&instance);
                return Err(Error::configuration(format!(
                    "{} names no usable provider",
                    variable_name(&instance, "PROVIDER")
                ))
                .with_source(error)
                .with_provider(&instance)
                .with_remedy(registry.missing(name).remedy().unwrap_or_default().to_owned()));
            };
            let http = self.http.clone().ok_or_else(|| {
                Error::configuration("the registry has instances but no HTTP client")
                    .with_remedy("Call http_client() with oauth_reqwest::ReqwestClient::new()?")
            })?;
            let client = OAuthClient::from_parts(*provider, config, http)?;
            if clients.insert(instance.clone(), client).is_some() {
                return Err(Error::configuration("two instances have one name").with_provider(&instance));
            }
        }
        if let Some(inner) = Arc::get_mut(&mut registry.0) {
            inner.clients = clients;
        }
        Ok(registry)
    }
}

impl fmt::Debug for RegistryBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.providers.iter().map(|provider| provider.spec().name()).collect();
        f.debug_struct("RegistryBuilder")
            .field("providers", &names)
            .field("configs", &self.configs)
            .finish_non_exhaustive()
    }
}

/// Whether two references are one provider: it may be announced by inventory and by a catalogue.
fn same(a: &'static dyn Provider, b: &'static dyn Provider) -> bool {
    std::ptr::addr_eq(std::ptr::from_ref(a), std::ptr::from_ref(b)) && std::ptr::addr_eq(a.spec(), b.spec())
}
