//! The authorization request: what is asked, the URL that asks it, and what must be kept until the callback.

use std::{borrow::Cow, fmt, time::Duration};

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What an application asks of the person: where to come back to, and what for.
///
/// ```
/// use oauth_core::AuthorizationRequest;
///
/// let request = AuthorizationRequest::new("https://example.com/auth/bitbucket/callback")
///     .scopes(["account"])
///     .login_hint("jane@example.com");
/// ```
#[derive(Clone, Debug)]
pub struct AuthorizationRequest {
    pub(crate) redirect_uri: String,
    pub(crate) scopes: Option<Vec<String>>,
    pub(crate) max_age: Option<Duration>,
    pub(crate) acr_values: Vec<String>,
    pub(crate) params: Vec<(Cow<'static, str>, String)>,
}

impl AuthorizationRequest {
    /// A request whose callback arrives at `redirect_uri`, which must be registered at the provider character by character.
    #[must_use]
    pub fn new(redirect_uri: impl Into<String>) -> Self {
        Self {
            redirect_uri: redirect_uri.into(),
            scopes: None,
            max_age: None,
            acr_values: Vec::new(),
            params: Vec::new(),
        }
    }

    /// Where the callback arrives.
    ///
    /// ```
    /// use oauth_core::AuthorizationRequest;
    ///
    /// let request = AuthorizationRequest::new("https://app.example/auth/google/callback").prompt("select_account");
    /// assert_eq!(request.redirect_uri(), "https://app.example/auth/google/callback");
    /// ```
    #[must_use]
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// Scopes to ask for instead of the instance's own.
    #[must_use]
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes = Some(scopes.into_iter().map(Into::into).collect());
        self
    }

    /// Whom the application expects (OpenID Connect Core section 3.1.2.1).
    #[must_use]
    pub fn login_hint(self, hint: impl Into<String>) -> Self {
        self.param("login_hint", hint)
    }

    /// Whether the provider asks again (OpenID Connect Core section 3.1.2.1), such as `login` or `select_account`.
    #[must_use]
    pub fn prompt(self, prompt: impl Into<String>) -> Self {
        self.param("prompt", prompt)
    }

    /// How long ago, in whole seconds, the person may have proved who they are (OpenID Connect Core section 3.1.2.1). The
    /// ID token must then say when that was. An error at a provider that does not speak OpenID Connect.
    #[must_use]
    pub fn max_age(mut self, max_age: Duration) -> Self {
        self.max_age = Some(max_age);
        self
    }

    /// How the person must prove who they are (OpenID Connect Core section 3.1.2.1), best first. The ID token must then name
    /// one of these. An error at a provider that does not speak OpenID Connect.
    #[must_use]
    pub fn acr_values<S: Into<String>>(mut self, values: impl IntoIterator<Item = S>) -> Self {
        self.acr_values = values.into_iter().map(Into::into).collect();
        self
    }

    /// A further parameter, from the application's code and never from the visitor's request. Of two with one name the later
    /// counts.
    ///
    /// One of the parameters that the client manages, such as `state`, or that the provider's URL has already, is an error when
    /// the URL is made.
    #[must_use]
    pub fn param(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        let name = name.into();
        self.params.retain(|(known, _)| *known != name);
        self.params.push((name, value.into()));
        self
    }
}

/// The URL to send the browser to, and what to keep until it comes back.
///
/// The URL contains the state: it goes to this browser and into no log.
pub struct Authorization {
    pub(crate) url: String,
    pub(crate) pending: PendingAuthorization,
}

impl Authorization {
    /// The authorization URL.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What must be kept, bound to this browser, until the callback.
    #[must_use]
    pub fn pending(&self) -> &PendingAuthorization {
        &self.pending
    }

    /// Both, by value.
    #[must_use]
    pub fn into_parts(self) -> (String, PendingAuthorization) {
        (self.url, self.pending)
    }
}

impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorization").field("pending", &self.pending).finish_non_exhaustive()
    }
}

/// State, PKCE verifier, nonce and redirect URI of one authorization request, kept together so that none is forgotten.
///
/// It serialises with its secrets in clear: whoever stores it outside the process seals it first, as `oauth-login` does.
#[derive(Clone, Serialize, Deserialize)]
pub struct PendingAuthorization {
    #[serde(rename = "s", serialize_with = "expose", deserialize_with = "conceal")]
    pub(crate) state: SecretString,
    #[serde(
        rename = "v",
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "expose_option",
        deserialize_with = "conceal_option"
    )]
    pub(crate) code_verifier: Option<SecretString>,
    #[serde(rename = "r")]
    pub(crate) redirect_uri: String,
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub(crate) scopes: Option<Vec<String>>,
    #[serde(
        rename = "n",
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "expose_option",
        deserialize_with = "conceal_option"
    )]
    pub(crate) nonce: Option<SecretString>,
    #[serde(rename = "i", default, skip_serializing_if = "Option::is_none")]
    pub(crate) issuer: Option<String>,
    #[serde(rename = "q", default, skip_serializing_if = "is_default")]
    pub(crate) callback_issuer: CallbackIssuer,
    /// Digest of issuer and endpoints: the code goes to nobody but the server that the login began with.
    #[serde(rename = "e", default, skip_serializing_if = "Option::is_none")]
    pub(crate) server: Option<String>,
    #[serde(rename = "m", default, skip_serializing_if = "Option::is_none")]
    pub(crate) max_age: Option<u64>,
    #[serde(rename = "a", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) acr_values: Vec<String>,
}

/// Whether the callback has to name its issuer (RFC 9207 section 2.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum CallbackIssuer {
    #[default]
    #[serde(rename = "o")]
    Optional,
    #[serde(rename = "r")]
    Required,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl PendingAuthorization {
    /// The state that the callback must bring back (RFC 6749 section 10.12).
    #[must_use]
    pub fn state(&self) -> &SecretString {
        &self.state
    }

    /// The redirect URI of the request.
    #[must_use]
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// The issuer that this login began with, if it is known beforehand.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// Whether the provider says that its callbacks always name the issuer (RFC 9207 section 3).
    #[must_use]
    pub fn requires_iss(&self) -> bool {
        self.callback_issuer == CallbackIssuer::Required
    }

    /// The scopes asked for, where they were not the instance's own.
    #[must_use]
    pub fn scopes(&self) -> Option<&[String]> {
        self.scopes.as_deref()
    }
}

impl fmt::Debug for PendingAuthorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingAuthorization")
            .field("redirect_uri", &self.redirect_uri)
            .field("scopes", &self.scopes)
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}

/// Callback parameters beyond `code`, `state`, `iss` and `error`, for the few providers that need them later.
#[derive(Clone, Default)]
pub struct CallbackParameters(Vec<(String, String)>);

impl CallbackParameters {
    /// The value of a parameter.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// The parameters of these names. A `state` among them is the one that the login began with.
    pub(crate) fn kept(&self, names: &[&str], pending: &PendingAuthorization) -> Self {
        let value = |name: &str| match name {
            "state" => Some(pending.state.expose_secret()),
            _ => self.get(name),
        };
        names.iter().filter_map(|name| Some(((*name).to_owned(), value(name)?.to_owned()))).collect()
    }

    /// The parameters as a JSON object, for claims at `callback:name`. A value that is an object itself has members:
    /// `callback:user.name`.
    pub(crate) fn to_json(&self) -> String {
        let value = |text: &String| match serde_json::from_str(text) {
            Ok(object @ serde_json::Value::Object(_)) => object,
            Ok(_) | Err(_) => text.clone().into(),
        };
        let object = self.0.iter().map(|(name, text)| (name.clone(), value(text))).collect();
        serde_json::Value::Object(object).to_string()
    }
}

impl FromIterator<(String, String)> for CallbackParameters {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(parameters: I) -> Self {
        Self(parameters.into_iter().collect())
    }
}

impl fmt::Debug for CallbackParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

fn expose<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    secret.expose_secret().serialize(serializer)
}

fn conceal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SecretString, D::Error> {
    String::deserialize(deserializer).map(SecretString::from)
}

#[allow(clippy::ref_option, reason = "the signature is serde's")]
fn expose_option<S: Serializer>(secret: &Option<SecretString>, serializer: S) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(ExposeSecret::expose_secret).serialize(serializer)
}

fn conceal_option<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SecretString>, D::Error> {
    Option::<String>::deserialize(deserializer).map(|secret| secret.map(SecretString::from))
}
