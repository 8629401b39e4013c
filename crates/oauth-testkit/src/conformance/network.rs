//! The development provider without a network: the client's requests go straight to its endpoints, and its replies can
//! be spoilt on the way back.

use std::{
    fmt::Write,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use hyper::{
    HeaderMap,
    header::{HeaderName, HeaderValue},
};
use oauth_core::{
    AuthorizationRequest, Error, ErrorKind, ExposeSecret, HttpClient, HttpRequest, HttpResponse, Location, Method,
    OAuthClient, OAuthToken, OAuthUserInfo, PendingAuthorization, Provider, Result, async_trait,
};
use serde_json::Value;
use url::Url;

use crate::{
    authorize,
    builder::DevProviderBuilder,
    endpoint::Endpoint,
    openid::Keys,
    server::respond,
    shared::{Edit, Shared},
    wire::{JSON, Pairs, Received, value},
};

/// Where the endpoints are. Nothing listens there.
pub(super) const BASE_URL: &str = "http://localhost";
pub(super) const REDIRECT_URI: &str = "https://app.example/auth/callback";

/// Larger than any reply of a login; an [`HttpClient`] has a limit of this kind.
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// A reply on its way to the client.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) content_type: String,
    /// Further headers.
    pub(super) headers: Pairs,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn replace(&mut self, status: u16, content_type: &str, body: impl Into<Vec<u8>>) {
        (self.status, self.content_type, self.body) = (status, content_type.to_owned(), body.into());
    }

    /// Changes the JSON of the reply.
    pub(super) fn edit(&mut self, edit: impl FnOnce(&mut Value)) {
        if let Ok(mut json) = serde_json::from_slice(&self.body) {
            edit(&mut json);
            self.body = json.to_string().into_bytes();
        }
    }
}

/// A change to a reply, with a name.
pub(super) type Change = (&'static str, fn(&mut Answer));

/// What happens to replies on their way back.
pub(super) type Twist = Arc<dyn Fn(&Shared, Endpoint, &mut Answer) + Send + Sync>;

/// Sees the parameters of each request.
pub(super) type Watch = Arc<dyn Fn(Endpoint, &Pairs) + Send + Sync>;

#[derive(Clone)]
struct Network(Arc<Inner>);

struct Inner {
    shared: Shared,
    twist: Mutex<Option<Twist>>,
    watch: Mutex<Option<Watch>>,
}

#[async_trait]
impl HttpClient for Network {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse> {
        let stray = || Error::new(ErrorKind::Transport, format!("nothing is at {}", Location(&request.url)));
        let shared = &self.0.shared;
        if request.url.origin().ascii_serialization() != BASE_URL {
            return Err(stray());
        }
        let (endpoint, values) = shared.endpoint_at(request.url.path()).ok_or_else(stray)?;
        let received = received(&request)?;
        let watch = self.0.watch.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(watch) = watch {
            watch(endpoint, &params(&received));
        }
        let number = shared.record(endpoint, &received);
        let reply = respond(shared, endpoint, &values, &received);
        if let Some(request) = shared.state().requests.get_mut(number) {
            request.status = Some(reply.status);
        }
        let (types, headers): (Pairs, Pairs) = reply.headers.into_iter().partition(|(name, _)| name == "content-type");
        let content_type = types.into_iter().next().map(|(_, value)| value).unwrap_or_default();
        let mut answer = Answer { status: reply.status, content_type, headers, body: reply.body.into_bytes() };
        let twist = self.0.twist.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(twist) = twist {
            twist(shared, endpoint, &mut answer);
        }
        // As the contract of the trait has it.
        if (300..400).contains(&answer.status) {
            return Err(Error::new(ErrorKind::RedirectRefused, "the reply is a redirect"));
        }
        if answer.body.len() > MAX_BODY_BYTES {
            return Err(Error::new(ErrorKind::ReplyTooLarge, "the reply is too large"));
        }
        let mut response = HttpResponse::new(answer.status, answer.body);
        response.headers = answer.headers;
        response.headers.push(("content-type".to_owned(), answer.content_type));
        // What nobody asked for may be dropped, so it is.
        response.headers.retain(|(name, _)| request.wanted_headers.contains(&name.as_str()));
        Ok(response)
    }
}

fn received(request: &HttpRequest) -> Result<Received> {
    let unsendable = || Error::new(ErrorKind::Transport, "a header has characters that HTTP does not allow");
    let mut headers = HeaderMap::new();
    for (name, value) in &request.headers {
        let name = HeaderName::try_from(name.as_ref()).map_err(|_| unsendable())?;
        headers.append(name, HeaderValue::try_from(value).map_err(|_| unsendable())?);
    }
    let method = match request.method {
        Method::Get => "GET",
        Method::Post => "POST",
        _ => "DELETE",
    };
    Ok(Received {
        method: method.to_owned(),
        path: request.url.path().to_owned(),
        query: request.url.query_pairs().into_owned().collect(),
        headers,
        body: request.body.clone().unwrap_or_default(),
    })
}

/// Parameters of a request, wherever they stand.
fn params(received: &Received) -> Pairs {
    let members = received.json().unwrap_or_default().into_iter();
    let members = members.filter_map(|(name, value)| Some((name, value.as_str()?.to_owned())));
    received.query.iter().cloned().chain(received.form()).chain(members).collect()
}

/// A client of a provider that is played without a network.
pub(super) struct Stage {
    network: Network,
    pub(super) client: OAuthClient,
}

/// A login up to the callback.
pub(super) struct Callback {
    pub(super) url: Url,
    /// The authorization request, by the URL or pushed.
    pub(super) query: Pairs,
    pub(super) pending: PendingAuthorization,
    pub(super) params: Pairs,
}

impl Stage {
    /// A stage whose provider has the settings of `builder`; `settings` replace the fillers of its configuration.
    /// Keys are made once for all stages: some take their time.
    pub(super) fn new(
        provider: &'static dyn Provider,
        builder: DevProviderBuilder,
        settings: &[(String, String)],
        known_keys: &OnceLock<Keys>,
    ) -> Result<Self> {
        let (options, _) = builder.check()?;
        let keys = match known_keys.get() {
            Some(keys) if !keys.are_secret() => Some(keys.clone()),
            _ => Keys::new(&options)?,
        };
        if let Some(keys) = &keys {
            known_keys.get_or_init(|| keys.clone());
        }
        let shared = Shared::new(options, BASE_URL.to_owned(), keys);
        let config = shared.config_as(provider.spec().name());
        let config = settings.iter().fold(config, |config, (name, value)| config.setting(name, value.as_str()));
        let network = Network(Arc::new(Inner { shared, twist: Mutex::new(None), watch: Mutex::new(None) }));
        let client = OAuthClient::new(provider, config, network.clone())?;
        Ok(Self { network, client })
    }

    pub(super) fn shared(&self) -> &Shared {
        &self.network.0.shared
    }

    pub(super) fn count(&self, endpoint: Endpoint) -> usize {
        self.shared().state().requests.iter().filter(|request| request.endpoint == endpoint).count()
    }

    /// Spoils replies from now on.
    pub(super) fn twist(&self, twist: Option<Twist>) {
        *self.network.0.twist.lock().unwrap_or_else(PoisonError::into_inner) = twist;
    }

    /// Changes documents from now on, before they are signed and sent.
    pub(super) fn edit(&self, edit: Edit) {
        self.shared().state().edit = Some(edit);
    }

    /// Looks at requests from now on.
    pub(super) fn watch(&self, watch: Watch) {
        *self.network.0.watch.lock().unwrap_or_else(PoisonError::into_inner) = Some(watch);
    }

    /// Begins a login and lets `person` agree to it.
    pub(super) async fn begin(&self, person: &str) -> Result<Callback, String> {
        let request = AuthorizationRequest::new(REDIRECT_URI);
        let authorization = self.client.authorize(&request).await.map_err(|error| shown(&error))?;
        let (url, pending) = authorization.into_parts();
        let url = Url::parse(&url).map_err(|error| format!("the authorization URL is no URL: {error}"))?;
        let query: Pairs = url.query_pairs().into_owned().collect();
        let refused = |fault| format!("the provider refuses the authorization request: {fault}");
        let query = authorize::referred_to(self.shared(), &query).map_err(refused)?.into_owned();
        let request = authorize::check(self.shared(), &query).map_err(refused)?;
        let form = vec![("person".to_owned(), person.to_owned())];
        let (_, params) = authorize::decide(self.shared(), request, &form)
            .map_err(|reply| format!("the authorization endpoint answers {}", reply.status))?;
        if value(&params, "state") != Some(pending.state().expose_secret()) {
            return Err("the state of the callback is not the state of the login".to_owned());
        }
        let iss = value(&params, "iss");
        self.client.check_issuer(&pending, iss).map_err(|error| format!("{iss:?}: {}", shown(&error)))?;
        Ok(Callback { url, query, pending, params })
    }

    /// The kind of the error that keeps a login from beginning.
    pub(super) async fn begin_error(&self) -> Option<ErrorKind> {
        let request = AuthorizationRequest::new(REDIRECT_URI);
        self.client.authorize(&request).await.err().map(|error| error.kind())
    }

    /// Ends a login as an application does.
    pub(super) async fn finish(&self, callback: &Callback) -> Result<(OAuthToken, OAuthUserInfo)> {
        let code = value(&callback.params, "code").unwrap_or_default();
        let further = callback.params.iter().cloned().collect();
        self.client.sign_in(code, &callback.pending, &further).await
    }

    pub(super) async fn sign_in(&self, person: &str) -> Result<(OAuthToken, OAuthUserInfo), String> {
        let callback = self.begin(person).await?;
        self.finish(&callback).await.map_err(|error| format!("the login fails: {}", shown(&error)))
    }

    /// The first secret of this stage that an error tells.
    pub(super) fn told_secret(&self, error: &Error) -> Option<String> {
        let shown = format!("{} {error:?}", shown(error));
        let secrets = self.shared().state().secrets.clone();
        secrets.into_iter().find(|secret| shown.contains(secret.as_str()))
    }
}

/// An error with its causes.
pub(super) fn shown(error: &Error) -> String {
    let mut shown = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        let _ = write!(shown, ": {error}");
        source = error.source();
    }
    shown
}

/// A reply in JSON.
pub(super) fn json(status: u16, body: &Value) -> Twist {
    let body = body.to_string();
    Arc::new(move |_, _, answer| answer.replace(status, JSON, body.clone()))
}
