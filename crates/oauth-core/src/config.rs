//! The settings of one instance: what the environment or the application says, checked against the spec.

use std::{collections::BTreeMap, fmt};

use secrecy::{ExposeSecret, SecretString};

use crate::{
    Error, Result, claims,
    described::{self, Described},
    provider::{Provider, Settings},
    spec::{ClientAuthentication, DescribedBy, ProviderSpec, ResponseMode, SpecFacts},
    template::{is_host_or_id, parse_url},
};

/// Credentials and settings of one provider instance.
///
/// ```
/// use oauth_core::ProviderConfig;
///
/// let config = ProviderConfig::new("bitbucket", "consumer-key", "consumer-secret")
///     .scopes(["account", "email"])
///     .endpoint("token", "http://127.0.0.1:9000/token");
/// assert!(!format!("{config:?}").contains("consumer-secret"));
/// ```
#[derive(Clone)]
pub struct ProviderConfig {
    pub(crate) instance: String,
    pub(crate) provider: Option<String>,
    pub(crate) settings: Settings,
}

impl ProviderConfig {
    /// The instance `name` with its client id and client secret, as the provider's console shows them.
    #[must_use]
    pub fn new(name: impl Into<String>, client_id: impl Into<String>, client_secret: impl Into<SecretString>) -> Self {
        Self::empty(name).setting("CLIENT_ID", client_id.into()).setting("CLIENT_SECRET", client_secret)
    }

    /// The instance `name` of a public client, which has no secret.
    #[must_use]
    pub fn public(name: impl Into<String>, client_id: impl Into<String>) -> Self {
        Self::empty(name).setting("CLIENT_ID", client_id.into())
    }

    pub(crate) fn empty(name: impl Into<String>) -> Self {
        Self { instance: name.into(), provider: None, settings: Settings::default() }
    }

    /// The registered provider that this instance uses, where it is not the one of the instance's own name.
    #[must_use]
    pub fn provider(mut self, name: impl Into<String>) -> Self {
        self.provider = Some(name.into());
        self
    }

    /// Scopes to ask for instead of the provider's default.
    #[must_use]
    pub fn scopes<S: AsRef<str>>(self, scopes: impl IntoIterator<Item = S>) -> Self {
        let scopes: Vec<String> = scopes.into_iter().map(|scope| scope.as_ref().to_owned()).collect();
        self.setting("SCOPES", scopes.join(" "))
    }

    /// Overrides one endpoint: `authorize`, `token`, `userinfo`, `pushed-authorization`, `revoke`, `jwks`, or the name of an extra call.
    #[must_use]
    pub fn endpoint(self, name: &str, url: impl Into<String>) -> Self {
        let name = format!("{}_URL", setting_name(name));
        self.setting(&name, url.into())
    }

    /// Sets one of the provider's own settings, or any other by the name it has in the environment.
    #[must_use]
    pub fn setting(mut self, name: &str, value: impl Into<SecretString>) -> Self {
        self.settings.0.insert(setting_name(name), value.into());
        self
    }
}

impl fmt::Debug for ProviderConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderConfig")
            .field("instance", &self.instance)
            .field("provider", &self.provider)
            .field("settings", &self.settings)
            .finish()
    }
}

/// Setting that names the issuer of an OpenID provider.
pub(crate) const ISSUER: &str = "ISSUER";
/// Setting that says where the authorization request is pushed first.
pub(crate) const PUSHED_AUTHORIZATION_URL: &str = "PUSHED_AUTHORIZATION_URL";
/// Setting that says how the callback arrives.
pub(crate) const RESPONSE_MODE: &str = "RESPONSE_MODE";

/// Setting that says how the client authenticates, at a provider that the settings alone describe.
pub(crate) const AUTH_METHOD: &str = "TOKEN_ENDPOINT_AUTH_METHOD";

/// Setting that holds the key of a client that authenticates with one, in PEM.
pub(crate) const PRIVATE_KEY: &str = "PRIVATE_KEY";
/// Setting that names this key to the provider.
pub(crate) const KEY_ID: &str = "KEY_ID";

/// `bitbucket-data-center` as it stands in a variable: `BITBUCKET_DATA_CENTER`.
pub(crate) fn setting_name(name: &str) -> String {
    name.to_ascii_uppercase().replace('-', "_")
}

/// The environment variable of an instance's setting.
pub(crate) fn variable_name(instance: &str, setting: &str) -> String {
    format!("OAUTH_{}_{setting}", setting_name(instance))
}

/// Settings that fit the spec.
pub(crate) struct CheckedConfig {
    pub(crate) instance: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: Option<SecretString>,
    pub(crate) client_authentication: ClientAuthentication,
    pub(crate) scopes: Vec<String>,
    pub(crate) settings: Settings,
    pub(crate) described: Described,
}

impl CheckedConfig {
    pub(crate) fn new(provider: &dyn Provider, config: ProviderConfig) -> Result<Self> {
        let spec = provider.spec();
        let instance = config.instance.clone();
        Self::check(provider, config).map_err(|error| {
            let error = error.with_provider(&instance);
            match (error.remedy(), spec.facts.console) {
                (None, Some(console)) => error.with_remedy(format!("The client id and secret are found at {console}")),
                _ => error,
            }
        })
    }

    fn check(provider: &dyn Provider, config: ProviderConfig) -> Result<Self> {
        let spec = provider.spec();
        let ProviderConfig { instance, settings, .. } = config;
        check_instance_name(&instance)?;
        let variable = |setting: &str| variable_name(&instance, setting);

        let known = known_settings(spec);
        for name in settings.0.keys() {
            if !known.iter().any(|known| known == name) {
                return Err(unknown_setting(&instance, name, &known));
            }
        }
        for (name, value) in &settings.0 {
            let value = value.expose_secret();
            if value.trim().is_empty() {
                return Err(Error::configuration(format!("{} is empty", variable(name))));
            }
            if (name.ends_with("_URL") || name == "BASE_URL") && known.contains(name) {
                parse_url(value).map_err(|error| Error::configuration(format!("{}: {error}", variable(name))))?;
            }
            if name == ISSUER && known.contains(name) {
                let url =
                    parse_url(value).map_err(|error| Error::configuration(format!("{}: {error}", variable(name))))?;
                if url.query().is_some() {
                    return Err(Error::configuration(format!("{}: an issuer has no query", variable(name))));
                }
            }
            if name == RESPONSE_MODE && ResponseMode::named(value).is_none() {
                return Err(Error::configuration(format!("{} must be query or form_post", variable(name))));
            }
            if name == AUTH_METHOD {
                let has_keys = spec.facts.openid.is_some();
                let method = ClientAuthentication::named(value);
                if method.is_none_or(|method| method == ClientAuthentication::PrivateKeyJwt && !has_keys) {
                    let more = if has_keys { ", private_key_jwt" } else { "" };
                    let methods = format!("client_secret_basic, client_secret_post{more} or none");
                    return Err(Error::configuration(format!("{} must be {methods}", variable(name))));
                }
            }
        }
        if spec.facts.openid.is_some() && spec.facts.issuer.is_none() && settings.get(ISSUER).is_none() {
            let message = format!("{} is not set", variable(ISSUER));
            return Err(Error::configuration(message).with_remedy("It is the issuer of the OpenID provider, a URL"));
        }
        let text = |name: &str| settings.get(name).map(str::to_owned);
        let client_id =
            text("CLIENT_ID").ok_or_else(|| Error::configuration(format!("{} is not set", variable("CLIENT_ID"))))?;
        let (client_authentication, client_secret) = authentication(spec, &variable, &settings)?;
        for declared in spec.facts.variables {
            let name = setting_name(declared.name);
            match (settings.get(&name), declared.default) {
                (Some(value), _) if !declared.allowed.is_empty() && !declared.allowed.contains(&value) => {
                    let allowed = declared.allowed.join(", ");
                    return Err(Error::configuration(format!("{} must be one of {allowed}", variable(&name))));
                }
                (Some(value), _) if !is_host_or_id(value) => {
                    return Err(Error::configuration(format!(
                        "{} has characters that no host or id has",
                        variable(&name)
                    )));
                }
                (None, None) => return Err(Error::configuration(format!("{} is not set", variable(&name)))),
                _ => {}
            }
        }
        if let Some(membership) = spec.facts.openid.and_then(|openid| openid.membership)
            && settings.get(membership.setting).is_some_and(|value| !is_host_or_id(value))
        {
            let variable = variable(membership.setting);
            return Err(Error::configuration(format!("{variable} has characters that no host or id has")));
        }
        for declared in spec.facts.settings.iter().filter(|declared| declared.required) {
            if settings.get(declared.name).is_none() {
                let message = format!("{} is not set ({})", variable(declared.name), declared.description);
                return Err(Error::configuration(message));
            }
        }
        let described = Described::new(spec, &instance, &settings)?;
        provider.check_settings(&settings)?;
        let scopes = match settings.get("SCOPES") {
            Some(scopes) => scopes.split_whitespace().map(str::to_owned).collect(),
            None => spec.facts.scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        };
        let scopes = spec.with_openid_scope(scopes);
        Ok(Self { instance, client_id, client_secret, client_authentication, scopes, settings, described })
    }
}

/// How the client authenticates, and its secret, if it has one.
fn authentication(
    spec: &ProviderSpec,
    variable: &dyn Fn(&str) -> String,
    settings: &Settings,
) -> Result<(ClientAuthentication, Option<SecretString>)> {
    let client_secret = settings.0.get("CLIENT_SECRET").cloned();
    let client_authentication =
        settings.get(AUTH_METHOD).and_then(ClientAuthentication::named).unwrap_or(spec.facts.client_authentication);
    match (client_authentication, &client_secret) {
        (ClientAuthentication::Signed, Some(_)) => {
            let message = format!("{} is set, but the provider has no fixed secret", variable("CLIENT_SECRET"));
            return Err(Error::configuration(message).with_remedy("Remove it: a secret is signed for each request"));
        }
        (ClientAuthentication::PrivateKeyJwt, Some(_)) => {
            let message = format!("{} is set, but the client authenticates with a key", variable("CLIENT_SECRET"));
            return Err(Error::configuration(message).with_remedy(format!("Remove it, or {}", variable(AUTH_METHOD))));
        }
        (ClientAuthentication::None | ClientAuthentication::Signed | ClientAuthentication::PrivateKeyJwt, _)
        | (_, Some(_)) => {}
        (_, None) => return Err(Error::configuration(format!("{} is not set", variable("CLIENT_SECRET")))),
    }
    if may_have_key(&spec.facts) {
        let uses_key = client_authentication == ClientAuthentication::PrivateKeyJwt;
        if uses_key && settings.get(PRIVATE_KEY).is_none() {
            return Err(Error::configuration(format!("{} is not set", variable(PRIVATE_KEY)))
                .with_remedy("It is the key in PEM whose public half the provider has"));
        }
        let of_key = [PRIVATE_KEY, KEY_ID].into_iter().find(|name| settings.get(name).is_some());
        if let Some(name) = of_key.filter(|_| !uses_key) {
            let (name, method) = (variable(name), variable(AUTH_METHOD));
            return Err(Error::configuration(format!("{name} is set, but {method} is not private_key_jwt")));
        }
    }
    Ok((client_authentication, client_secret))
}

/// An instance name stands in URLs, in cookie names and in the environment.
fn check_instance_name(name: &str) -> Result<()> {
    let valid = (1..=64).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if valid {
        return Ok(());
    }
    let message = format!("the instance name {name:?} is not valid");
    Err(Error::configuration(message).with_remedy("It has 1 to 64 lower-case letters, digits and '-'"))
}

/// Names of the settings that an instance of `spec` understands.
pub(crate) fn known_settings(spec: &ProviderSpec) -> Vec<String> {
    let facts = &spec.facts;
    let mut known: Vec<String> =
        ["CLIENT_ID", "CLIENT_SECRET", "PROVIDER", "SCOPES", "AUTHORIZE_URL", "TOKEN_URL"].map(str::to_owned).to_vec();
    let openid = facts.openid.is_some();
    let described = facts.described_by == DescribedBy::Settings;
    let optional = [
        ("BASE_URL", facts.base_url.is_some()),
        ("USERINFO_URL", facts.user_info_url.is_some() || openid || described),
        ("REFRESH_URL", facts.refresh_url.is_some()),
        (PUSHED_AUTHORIZATION_URL, facts.pushed_authorization_url.is_some() || openid || described),
        ("REVOKE_URL", facts.revocation.url().is_some() || openid || described),
        (ISSUER, openid),
        ("DISCOVERY_URL", openid),
        ("JWKS_URL", openid),
        (RESPONSE_MODE, openid),
        (AUTH_METHOD, chooses_authentication(facts)),
        (PRIVATE_KEY, may_have_key(facts)),
        (KEY_ID, may_have_key(facts)),
    ];
    known.extend(optional.into_iter().filter(|(_, exists)| *exists).map(|(name, _)| name.to_owned()));
    known.extend(facts.calls.iter().map(|call| format!("{}_URL", setting_name(call.name))));
    known.extend(facts.variables.iter().map(|variable| setting_name(variable.name)));
    known.extend(facts.openid.and_then(|openid| openid.membership).map(|membership| membership.setting.to_owned()));
    known.extend(facts.settings.iter().map(|setting| setting.name.to_owned()));
    if described {
        let claims = claims::SETTINGS.iter().map(|(_, setting)| *setting);
        known.extend(described::SETTINGS.into_iter().chain(claims).map(str::to_owned));
    }
    known
}

/// Whether it is for whoever runs the server to say how clients authenticate.
fn chooses_authentication(facts: &SpecFacts) -> bool {
    let is_anyones = facts.issuer.is_none_or(|issuer| issuer.contains('{'));
    let is_openid = facts.openid.is_some_and(|openid| openid.issuer_template.is_none());
    (is_openid && is_anyones) || facts.described_by == DescribedBy::Settings
}

/// Whether a client may authenticate with a private key.
fn may_have_key(facts: &SpecFacts) -> bool {
    facts.openid.is_some()
        && (chooses_authentication(facts) || facts.client_authentication == ClientAuthentication::PrivateKeyJwt)
}

fn unknown_setting(instance: &str, name: &str, known: &[String]) -> Error {
    let error = Error::configuration(format!("{} is not a setting of this provider", variable_name(instance, name)));
    let nearest = known.iter().max_by(|a, b| strsim::jaro_winkler(a, name).total_cmp(&strsim::jaro_winkler(b, name)));
    match nearest.filter(|nearest| strsim::jaro_winkler(nearest, name) > 0.8) {
        Some(nearest) => error.with_remedy(format!("Did you mean {}?", variable_name(instance, nearest))),
        None => {
            let names: Vec<String> = known.iter().map(|known| variable_name(instance, known)).collect();
            error.with_remedy(format!("It has these: {}", names.join(", ")))
        }
    }
}

/// The instances that a set of environment variables describes.
pub(crate) struct Environment {
    variables: BTreeMap<String, String>,
}

/// Variables that configure the application rather than an instance.
const GLOBAL: [&str; 5] = ["OAUTH_LISTEN", "OAUTH_BASE_URL", "OAUTH_COOKIE_KEY", "OAUTH_STORE_URL", "OAUTH_LOGIN_TTL"];

const CLIENT_ID: &str = "_CLIENT_ID";

impl Environment {
    pub(crate) fn new(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let ours = |(name, _): &(String, String)| name.starts_with("OAUTH_") && !GLOBAL.contains(&name.as_str());
        Self { variables: variables.into_iter().filter(ours).collect() }
    }

    /// Splits the variables into instances. `compiled` are the names of the registered providers.
    pub(crate) fn instances(mut self, compiled: &[&'static str]) -> Result<Vec<ProviderConfig>> {
        let listed = self.variables.remove("OAUTH_PROVIDERS");
        let mut instances: Vec<String> = match &listed {
            Some(list) => list.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect(),
            None => self.variables.keys().filter_map(|name| instance_of(name, compiled)).collect(),
        };
        // The longest name first: OAUTH_OIDC_ACME_ISSUER belongs to "oidc-acme" if there is one.
        instances.sort_by_key(|name| std::cmp::Reverse(name.len()));
        instances.dedup();
        let mut configs = Vec::new();
        for instance in instances {
            let prefix = variable_name(&instance, "");
            let (own, rest) = self.variables.into_iter().partition(|(name, _)| name.starts_with(&prefix));
            self.variables = rest;
            configs.push(config(instance, own, &prefix));
        }
        if listed.is_none() {
            self.refuse_orphans(compiled)?;
        }
        configs.sort_by(|a, b| a.instance.cmp(&b.instance));
        Ok(configs)
    }

    /// A setting of a registered provider that has no client id is a mistake, not a provider that is off.
    fn refuse_orphans(&self, compiled: &[&'static str]) -> Result<()> {
        for provider in compiled {
            let prefix = variable_name(provider, "");
            if let Some(name) = self.variables.keys().find(|name| name.starts_with(&prefix)) {
                let wanted = variable_name(provider, "CLIENT_ID");
                let message = format!("{name} is set, but {wanted} is not");
                return Err(Error::configuration(message)
                    .with_provider(provider)
                    .with_remedy(format!("Set {wanted}, or remove {name}")));
            }
        }
        Ok(())
    }
}

fn config(instance: String, variables: BTreeMap<String, String>, prefix: &str) -> ProviderConfig {
    let mut config = ProviderConfig::empty(instance);
    for (name, value) in variables {
        match name.strip_prefix(prefix) {
            Some("PROVIDER") => config.provider = Some(value),
            Some(name) => config = config.setting(name, value),
            None => {}
        }
    }
    config
}

/// The instance that `OAUTH_<NAME>_CLIENT_ID` enables: a registered provider, else the name in lower case.
fn instance_of(variable: &str, compiled: &[&'static str]) -> Option<String> {
    let name = variable.strip_prefix("OAUTH_")?.strip_suffix(CLIENT_ID)?;
    let registered = compiled.iter().find(|provider| setting_name(provider) == name);
    Some(registered.map_or_else(|| name.to_ascii_lowercase().replace('_', "-"), |provider| (*provider).to_owned()))
}
