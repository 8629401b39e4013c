//! What all connections of one provider share.

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use oauth_core::ProviderSpec;
use percent_encoding::percent_decode_str;

use crate::{
    builder::Options,
    endpoint::{Endpoint, RecordedRequest},
    fault::Fault,
    grants::Grants,
    page::Look,
    person::TestPerson,
    profile::Profile,
    wire::Received,
};

pub(crate) struct Shared {
    pub(crate) options: Options,
    pub(crate) base_url: String,
    pub(crate) look: Look,
    state: Mutex<State>,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) grants: Grants,
    pub(crate) requests: Vec<RecordedRequest>,
    /// Everything secret that was issued or received.
    pub(crate) secrets: BTreeSet<String>,
    pub(crate) faults_once: HashMap<Endpoint, VecDeque<Fault>>,
    pub(crate) faults: HashMap<Endpoint, Fault>,
}

impl Shared {
    pub(crate) fn new(options: Options, base_url: String) -> Self {
        let mut state = State::default();
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

    pub(crate) fn person(&self, key: &str) -> Option<&TestPerson> {
        self.options.people.iter().find(|person| person.key == key)
    }

    pub(crate) fn profile(&self, person: &TestPerson) -> Profile {
        Profile::new(self.spec(), person, &self.base_url, &self.options.members)
    }

    /// The endpoint at `path`, with the values that stand for the variables of its URL.
    pub(crate) fn endpoint_at(&self, path: &str) -> Option<(Endpoint, Vec<(&'static str, String)>)> {
        Endpoint::of(self.spec()).into_iter().find_map(|endpoint| {
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
