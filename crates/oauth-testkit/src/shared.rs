//! What all connections of one provider share.

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use oauth_core::{ClientAuthentication, Document, ProviderConfig, ProviderSpec};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::{
    builder::Options,
    endpoint::{Endpoint, RecordedRequest},
    fault::Fault,
    grants::Grants,
    hostile::Told,
    openid::{IdTokenFault, Keys, is_discovered},
    page::Look,
    person::TestPerson,
    profile::Profile,
    wire::{Pairs, Received},
};

/// Stands for a setting that a spec demands and nothing here depends on.
const FILLER: &str = "development";

/// A name as in environment variables.
pub(crate) fn setting_name(name: &str) -> String {
    name.to_ascii_uppercase().replace('-', "_")
}

pub(crate) struct Shared {
    pub(crate) options: Options,
    pub(crate) base_url: String,
    pub(crate) look: Look,
    state: Mutex<State>,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) grants: Grants,
    /// Requests that were pushed, by their reference.
    pub(crate) pushed: HashMap<String, Pairs>,
    pub(crate) requests: Vec<RecordedRequest>,
    /// Everything secret that was issued or received.
    pub(crate) secrets: BTreeSet<String>,
    pub(crate) faults_once: HashMap<Endpoint, VecDeque<Fault>>,
    pub(crate) faults: HashMap<Endpoint, Fault>,
    /// The keys of an OpenID provider.
    pub(crate) keys: Option<Keys>,
    pub(crate) id_token_fault: Option<IdTokenFault>,
    /// The lie of a hostile provider.
    pub(crate) told: Option<Told>,
    /// A change to documents before they are signed and sent.
    pub(crate) edit: Option<Edit>,
}

/// A change to documents.
pub(crate) type Edit = Arc<dyn Fn(&Document, &mut Value) + Send + Sync>;

impl Shared {
    pub(crate) fn new(options: Options, base_url: String, keys: Option<Keys>) -> Self {
        let mut state = State { keys, ..State::default() };
        state.secrets.insert(options.client_secret.clone());
        Self { look: Look::of(options.spec), options, base_url, state: Mutex::new(state) }
    }

    pub(crate) fn spec(&self) -> &'static ProviderSpec {
        self.options.spec
    }

    /// The state. A test that panicked while it held the lock left nothing half done.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the change to a document that is asked for.
    pub(crate) fn edit(&self, document: &Document, value: &mut Value) {
        let edit = self.state().edit.clone();
        if let Some(edit) = edit {
            edit(document, value);
        }
    }

    pub(crate) fn person(&self, key: &str) -> Option<&TestPerson> {
        self.options.people.iter().find(|person| person.key == key)
    }

    /// The configuration of an instance that signs in here.
    pub(crate) fn config_as(&self, instance: &str) -> ProviderConfig {
        let base = ProviderConfig::public(instance, self.options.client_id.as_str()).provider(self.spec().name());
        self.settings().into_iter().fold(base, |config, (name, value)| config.setting(&name, value))
    }

    /// Settings beside the client id. What a spec demands of its own gets a filler; `setting` of the configuration
    /// replaces it.
    pub(crate) fn settings(&self) -> Vec<(String, String)> {
        let (spec, base_url) = (self.spec(), &self.base_url);
        let facts = spec.facts();
        let is_discovered = is_discovered(spec);
        let mut settings: Vec<(String, String)> = Endpoint::of(spec)
            .into_iter()
            .filter(|endpoint| match endpoint {
                Endpoint::Discovery => false,
                Endpoint::Refresh | Endpoint::Call(_) => true,
                endpoint => !is_discovered || !endpoint.login_variables(spec).is_empty(),
            })
            .map(|endpoint| {
                let variables = endpoint.login_variables(spec).into_iter().map(|name| format!("/{{{name}}}"));
                let url = format!("{base_url}{}{}", endpoint.path(), variables.collect::<String>());
                (format!("{}_URL", setting_name(endpoint.name())), url)
            })
            .collect();
        if is_discovered {
            settings.push(("ISSUER".to_owned(), base_url.clone()));
        }
        if let Some(key) = &self.options.client_key {
            settings.push(("PRIVATE_KEY".to_owned(), key.pem.clone()));
        }
        if matches!(facts.client_authentication, ClientAuthentication::Basic | ClientAuthentication::Body) {
            settings.push(("CLIENT_SECRET".to_owned(), self.options.client_secret.clone()));
        }
        if self.options.response_mode != facts.response_mode {
            settings.push(("RESPONSE_MODE".to_owned(), self.options.response_mode.as_str().to_owned()));
        }
        let claims = spec.claim_settings().into_iter();
        settings.extend(claims.map(|(name, path)| (name.to_owned(), path.to_owned())));
        let variables = facts.variables.iter().filter(|variable| variable.default().is_none());
        settings.extend(variables.map(|variable| {
            let value = variable.allowed_values().first().copied().unwrap_or(FILLER);
            (setting_name(variable.name()), value.to_owned())
        }));
        let required = facts.settings.iter().filter(|setting| setting.required);
        settings.extend(required.map(|setting| {
            let value = if setting.name == "BASE_URL" { base_url.as_str() } else { FILLER };
            (setting.name.to_owned(), value.to_owned())
        }));
        settings
    }

    /// Whether ID tokens are signed with the client secret.
    pub(crate) fn has_secret_key(&self) -> bool {
        self.state().keys.as_ref().is_some_and(Keys::are_secret)
    }

    pub(crate) fn profile(&self, person: &TestPerson) -> Profile {
        Profile::new(self.spec(), person, &self.base_url, &self.options.members)
    }

    /// The endpoint at `path`, with the values that stand for the variables of its URL.
    pub(crate) fn endpoint_at(&self, path: &str) -> Option<(Endpoint, Vec<(&'static str, String)>)> {
        self.options.endpoints().into_iter().find_map(|endpoint| {
            let rest = path.strip_prefix(endpoint.path().as_str())?;
            let values = rest.split('/').skip(1);
            let values: Vec<String> =
                values.map(|value| percent_decode_str(value).decode_utf8_lossy().into()).collect();
            let names = endpoint.login_variables(self.spec());
            let fits = names.len() == values.len() && rest.is_empty() == values.is_empty();
            fits.then(|| (endpoint, names.into_iter().zip(values).collect()))
        })
    }

    /// Records a request and returns its number.
    pub(crate) fn record(&self, endpoint: Endpoint, received: &Received) -> usize {
        let names = |pairs: &[(String, String)]| pairs.iter().map(|(name, _)| name.clone()).collect();
        let mut body: Vec<String> = names(&received.form());
        body.extend(received.json().into_iter().flat_map(|members| members.into_iter().map(|(name, _)| name)));
        let request = RecordedRequest {
            endpoint,
            method: received.method.clone(),
            query: names(&received.query),
            body,
            status: None,
        };
        let mut state = self.state();
        state.requests.push(request);
        state.requests.len() - 1
    }

    /// The fault that the next reply of `endpoint` is to have.
    pub(crate) fn next_fault(&self, endpoint: Endpoint) -> Option<Fault> {
        let mut state = self.state();
        let once = state.faults_once.get_mut(&endpoint).and_then(VecDeque::pop_front);
        once.or_else(|| state.faults.get(&endpoint).cloned())
    }
}
