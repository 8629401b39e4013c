//! What the token endpoint gives: [`OAuthToken`], read leniently in types and spelling, strictly in everything else.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    fmt,
    time::{Duration, SystemTime},
};

use secrecy::{ExposeSecret, SecretString};
use serde_json::value::RawValue;
use serde_with::{As, DisplayFromStr, OneOrMany, PickFirst};

use crate::{
    Error, ErrorKind, Result,
    authorization::CallbackParameters,
    claims::{Captured, Lookup, Path, Step, Wanted, text},
    http::HttpResponse,
    identity::Identity,
    spec::{SuccessCheck, TokenReply},
};

pub mod cleartext;

/// An access token with what came along (RFC 6749 section 5.1).
///
/// Its secrets are zeroised when dropped and never shown by `Debug`. It is not serialisable, lest it ends up in a session or
/// a log: keep it server-side and sealed, with [`cleartext`], or not at all.
///
/// ```
/// use oauth_core::{ExposeSecret, OAuthToken};
///
/// let token = OAuthToken::from_access_token("2YotnFZFEjr1zCsicMWpAA");
/// assert_eq!(token.access_token().expose_secret(), "2YotnFZFEjr1zCsicMWpAA");
/// assert!(!format!("{token:?}").contains("2YotnFZFEjr1zCsicMWpAA"));
/// ```
#[derive(Clone)]
pub struct OAuthToken {
    access_token: SecretString,
    refresh_token: Option<SecretString>,
    id_token: Option<SecretString>,
    expires_at: Option<SystemTime>,
    scopes: Option<Scopes>,
    raw: SecretString,
    identity: Option<Identity>,
    /// What later requests of the same grant need of the callback.
    callback: CallbackParameters,
}

impl OAuthToken {
    /// A token that was stored as its access token alone.
    #[must_use]
    pub fn from_access_token(access_token: impl Into<SecretString>) -> Self {
        Self {
            access_token: access_token.into(),
            refresh_token: None,
            id_token: None,
            expires_at: None,
            scopes: None,
            raw: SecretString::from("{}"),
            identity: None,
            callback: CallbackParameters::default(),
        }
    }

    /// Adds a stored refresh token.
    #[must_use]
    pub fn with_refresh_token(mut self, refresh_token: impl Into<SecretString>) -> Self {
        self.refresh_token = Some(refresh_token.into());
        self
    }

    /// Adds the identity of an earlier login, which an OpenID provider's answers are then held against: user info and a
    /// refreshed ID token must be about the same subject (OpenID Connect Core sections 5.3.2 and 12.2).
    #[must_use]
    pub fn with_identity(mut self, identity: Identity) -> Self {
        self.identity = Some(identity);
        self
    }

    /// The access token.
    #[must_use]
    pub fn access_token(&self) -> &SecretString {
        &self.access_token
    }

    /// The refresh token, if one was given. After a refresh it may be another one: store it before using the new
    /// access token (RFC 9700 section 4.14.2).
    #[must_use]
    pub fn refresh_token(&self) -> Option<&SecretString> {
        self.refresh_token.as_ref()
    }

    /// Who signed in, from the verified ID token of an OpenID provider; `None` at any other.
    #[must_use]
    pub fn identity(&self) -> Option<&Identity> {
        self.identity.as_ref()
    }

    /// The ID token as it came. [`identity`](Self::identity) is what was verified of it.
    #[must_use]
    pub fn id_token(&self) -> Option<&SecretString> {
        self.id_token.as_ref()
    }

    /// When the access token ends, if the provider said so.
    #[must_use]
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.expires_at
    }

    /// The granted scopes, if the provider stated them. `None` is not "all that was asked for": compare with
    /// what the application needs (RFC 6749 section 3.3).
    #[must_use]
    pub fn scopes(&self) -> Option<&Scopes> {
        self.scopes.as_ref()
    }

    /// The whole reply as JSON text, for fields of the provider's own.
    #[must_use]
    pub fn raw(&self) -> &SecretString {
        &self.raw
    }

    /// The token without its refresh token and ID token, for code that only calls the provider's API. What
    /// [`raw`](Self::raw) has of tokens is gone as well.
    ///
    /// ```
    /// use oauth_core::OAuthToken;
    ///
    /// let token = OAuthToken::from_access_token("2YotnFZFEjr1zCsicMWpAA").with_refresh_token("tGzv3JOkF0XG5Qx2TlKWIA");
    /// assert!(token.access_only().refresh_token().is_none());
    /// ```
    #[must_use]
    pub fn access_only(mut self) -> Self {
        self.refresh_token = None;
        self.id_token = None;
        self.raw = without_secrets(self.raw.expose_secret().to_owned()).into();
        self
    }

    pub(crate) fn callback(&self) -> &CallbackParameters {
        &self.callback
    }

    #[must_use]
    pub(crate) fn with_callback(mut self, callback: CallbackParameters) -> Self {
        self.callback = callback;
        self
    }

    /// Goes on where `older` ends: its refresh token stays when the reply brought none (RFC 6749 section 6).
    #[must_use]
    pub(crate) fn succeeding(mut self, older: &Self) -> Self {
        self.callback.clone_from(&older.callback);
        self.identity.clone_from(&older.identity);
        if self.refresh_token.is_none() {
            self.refresh_token.clone_from(&older.refresh_token);
        }
        self
    }
}

impl fmt::Debug for OAuthToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuthToken")
            .field("refresh_token", &self.refresh_token.is_some())
            .field("id_token", &self.id_token.is_some())
            .field("identity", &self.identity)
            .field("expires_at", &self.expires_at)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

/// A list of scopes (RFC 6749 section 3.3).
///
/// ```
/// use oauth_core::Scopes;
///
/// let granted = Scopes::from_iter(["account", "repository"]);
/// assert!(granted.contains("account"));
/// assert_eq!(granted.missing(["account", "email"]).collect::<Vec<_>>(), ["email"]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scopes(Vec<String>);

impl Scopes {
    /// Whether `scope` is in the list, compared byte for byte.
    #[must_use]
    pub fn contains(&self, scope: &str) -> bool {
        self.0.iter().any(|known| known == scope)
    }

    /// The scopes in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Those of `wanted` that are not in the list.
    pub fn missing<'w>(&self, wanted: impl IntoIterator<Item = &'w str>) -> impl Iterator<Item = &'w str> {
        wanted.into_iter().filter(|scope| !self.contains(scope))
    }

    fn split(text: &str, separator: &str, into: &mut Vec<String>) {
        let parts = text.split(|c: char| c == ' ' || separator.contains(c)).filter(|part| !part.is_empty());
        into.extend(parts.map(str::to_owned));
    }
}

impl<S: Into<String>> FromIterator<S> for Scopes {
    fn from_iter<I: IntoIterator<Item = S>>(scopes: I) -> Self {
        Self(scopes.into_iter().map(Into::into).collect())
    }
}

/// [`TokenReply`] made ready.
#[derive(Debug)]
pub(crate) struct TokenReader {
    reply: Wanted,
    /// The object in its envelope, and what is wanted of it.
    envelope: Option<(Lookup, Wanted)>,
    access_token: Vec<usize>,
    token_type: Vec<usize>,
    expires_in: Vec<usize>,
    expires_at: Vec<usize>,
    refresh_token: Vec<usize>,
    scope: Vec<usize>,
    id_token: Vec<usize>,
    token_types: &'static [&'static str],
    scope_separator: &'static str,
    errors: ErrorReader,
    success: Option<SuccessReader>,
}

impl TokenReader {
    pub(crate) fn new(reply: &TokenReply) -> Self {
        let mut root = Wanted::default();
        let errors = ErrorReader::new(&mut root, "the token endpoint", ErrorKind::TokenRefused);
        let mut envelope = reply.object.map(|path| (Lookup::new(path), Wanted::default()));
        let fields = envelope.as_mut().map_or(&mut root, |(_, wanted)| wanted);
        let mut slots = |path: &str| mark_all(fields, path);
        Self {
            access_token: slots(reply.access_token),
            token_type: slots(reply.token_type),
            expires_in: slots(reply.expires_in),
            expires_at: reply.expires_at.map(&mut slots).unwrap_or_default(),
            refresh_token: slots(reply.refresh_token),
            scope: slots(reply.scope),
            id_token: slots(reply.id_token),
            token_types: reply.token_types,
            scope_separator: reply.scope_separator,
            errors,
            success: reply.success.as_ref().map(SuccessReader::new),
            envelope,
            reply: root,
        }
    }

    /// Reads a reply. `secrets` are the values of the request that no error text may repeat.
    pub(crate) fn read(&self, response: HttpResponse, now: SystemTime, secrets: &[&str]) -> Result<OAuthToken> {
        let status = response.status;
        let body = response.into_text().ok_or_else(|| invalid("the token reply is not text"))?;
        let json = if body.trim_start().starts_with('{') { Some(body) } else { form_as_json(&body)? };
        let Some(json) = json else {
            return Err(match status {
                200 | 201 => invalid("the token reply is neither JSON nor form-encoded"),
                _ => refused(status),
            });
        };
        let captured = self.reply.capture(&json);
        // An error member wins over the status: some providers answer 200 to a refused code.
        if let Some(error) = captured.as_ref().ok().and_then(|captured| self.errors.read(captured, status, secrets)) {
            return Err(error);
        }
        if !matches!(status, 200 | 201) {
            let message = captured.as_ref().ok().and_then(|captured| self.errors.message(captured, secrets));
            return Err(match message {
                Some(message) => Error::new(
                    ErrorKind::TokenRefused,
                    format!("the token endpoint answered {status} ({})", message.trim_end_matches('.')),
                ),
                None => refused(status),
            });
        }
        if let Some(code) = self.success.as_ref().and_then(|success| success.failure(&json, secrets)) {
            return Err(Error::new(ErrorKind::TokenRefused, format!("the token endpoint refused: {code}")));
        }
        let unreadable = |unreadable| invalid(format!("the token reply is {unreadable}"));
        let captured = captured.map_err(unreadable)?;
        let captured = match &self.envelope {
            None => captured,
            Some((object, wanted)) => {
                let object = object.raw(&json).ok_or_else(|| invalid("the token reply has no token object"))?;
                wanted.capture(object.get()).map_err(unreadable)?
            }
        };
        let mut token = self.token(&captured, now)?;
        token.raw = json.into();
        Ok(token)
    }

    fn token(&self, captured: &Captured<'_>, now: SystemTime) -> Result<OAuthToken> {
        let value =
            |slots: &[usize]| slots.iter().find_map(|slot| captured.get(*slot).filter(|raw| raw.get() != "null"));
        let access_token = match value(&self.access_token) {
            Some(raw) => secret(raw, "access_token")?,
            None => None,
        };
        let access_token = access_token.ok_or_else(|| invalid("the token reply has no access_token"))?;
        let is_bearer = |raw| {
            text(raw).is_some_and(|text| {
                text.is_empty() || self.token_types.iter().any(|known| known.eq_ignore_ascii_case(&text))
            })
        };
        if !value(&self.token_type).is_none_or(is_bearer) {
            return Err(invalid("the token reply has a token_type other than bearer"));
        }
        let optional = |slots: &[usize], name| value(slots).map_or(Ok(None), |raw| secret(raw, name));
        Ok(OAuthToken {
            access_token,
            refresh_token: optional(&self.refresh_token, "refresh_token")?,
            id_token: optional(&self.id_token, "id_token")?,
            expires_at: value(&self.expires_in)
                .and_then(seconds)
                .and_then(|lifetime| now.checked_add(lifetime))
                .or_else(|| {
                    value(&self.expires_at).and_then(seconds).and_then(|at| SystemTime::UNIX_EPOCH.checked_add(at))
                }),
            scopes: value(&self.scope).map(|raw| self.scopes(raw)).transpose()?,
            raw: SecretString::from(""),
            identity: None,
            callback: CallbackParameters::default(),
        })
    }

    fn scopes(&self, raw: &RawValue) -> Result<Scopes> {
        let stated: Vec<String> =
            As::<OneOrMany<serde_with::Same>>::deserialize(&mut serde_json::Deserializer::from_str(raw.get()))
                .map_err(|_| invalid("the token reply has a scope that is neither text nor a list of texts"))?;
        let mut scopes = Vec::new();
        for text in &stated {
            Scopes::split(text, self.scope_separator, &mut scopes);
        }
        Ok(Scopes(scopes))
    }
}

/// The slots of the alternatives of a path of plain keys.
fn mark_all(wanted: &mut Wanted, path: &str) -> Vec<usize> {
    let path = Path::parse(path);
    let fields = path.alternatives.iter().filter_map(|alternative| match alternative {
        crate::claims::Alternative::Field(field) => Some(field),
        crate::claims::Alternative::Template(_) => None,
    });
    fields
        .map(|field| {
            wanted.mark(field.steps.iter().map_while(|step| match step {
                Step::Key(key) => Some(key.as_str()),
                Step::Index(_) | Step::Where(..) => None,
            }))
        })
        .collect()
}

/// A token: printable ASCII (RFC 6749 appendix A.12); an empty one counts as none.
fn secret(raw: &RawValue, name: &str) -> Result<Option<SecretString>> {
    let token = if raw.get().starts_with('"') { text(raw) } else { None };
    let token = token.ok_or_else(|| invalid(format!("the token reply has an {name} that is not text")))?;
    // Without a branch per byte: tokens are long.
    let printable = token.bytes().fold(true, |printable, byte| printable & (0x20..=0x7e).contains(&byte));
    if !printable {
        return Err(invalid(format!("the token reply has an {name} with characters that no token has")));
    }
    Ok((!token.is_empty()).then(|| SecretString::from(token.as_ref())))
}

/// A time span in seconds, as number or text; zero, negative and unreadable ones count as not stated.
fn seconds(raw: &RawValue) -> Option<Duration> {
    let seconds: f64 = As::<PickFirst<(serde_with::Same, DisplayFromStr)>>::deserialize(
        &mut serde_json::Deserializer::from_str(raw.get()),
    )
    .ok()?;
    if seconds > 0.0 { Duration::try_from_secs_f64(seconds).ok() } else { None }
}

/// A form-encoded reply as a JSON object of texts; `None` if it is no such reply.
fn form_as_json(body: &str) -> Result<Option<String>> {
    let body = body.trim();
    let plausible = body.contains('=') && !body.contains(['<', '{', ' ', '\n']);
    if !plausible {
        return Ok(None);
    }
    let mut object = serde_json::Map::new();
    for (name, value) in url::form_urlencoded::parse(body.as_bytes()) {
        if object.insert(name.into_owned(), value.into_owned().into()).is_some() {
            return Err(invalid("the token reply names a member twice"));
        }
    }
    Ok(Some(serde_json::Value::Object(object).to_string()))
}

/// Finds the error in a JSON reply: RFC 6749 section 5.2, or an `error` object or a `message` alone as some APIs send it.
#[derive(Debug)]
pub(crate) struct ErrorReader {
    /// Who refuses, for people.
    endpoint: &'static str,
    /// What an error is that has no kind of its own.
    otherwise: ErrorKind,
    error: usize,
    description: usize,
    inner_code: [usize; 2],
    inner_message: usize,
    message: usize,
}

impl ErrorReader {
    pub(crate) fn new(wanted: &mut Wanted, endpoint: &'static str, otherwise: ErrorKind) -> Self {
        let mut mark = |path: &str| wanted.mark(path.split('.'));
        Self {
            endpoint,
            otherwise,
            error: mark("error"),
            description: mark("error_description"),
            inner_code: [mark("error.code"), mark("error.type")],
            inner_message: mark("error.message"),
            message: mark("message"),
        }
    }

    pub(crate) fn read(&self, captured: &Captured<'_>, status: u16, secrets: &[&str]) -> Option<Error> {
        let error = captured.get(self.error).filter(|raw| !matches!(raw.get(), "null" | "\"\"" | "false"))?;
        let inner_code = || self.inner_code.iter().find_map(|slot| captured.get(*slot).and_then(text));
        let code = text(error).or_else(inner_code).unwrap_or_default();
        let description = captured.get(self.description).or(captured.get(self.inner_message)).and_then(text);
        Some(self.error(&code, &description.unwrap_or_default(), status, secrets))
    }

    /// The error of a refusal, with the provider's words as far as they can be repeated safely.
    fn error(&self, code: &str, description: &str, status: u16, secrets: &[&str]) -> Error {
        let about_redirect = |text: &str| {
            let text = text.to_ascii_lowercase();
            text.contains("redirect_uri") || text.contains("redirect uri")
        };
        let kind = match code {
            _ if about_redirect(code) || about_redirect(description) => ErrorKind::RedirectUriMismatch,
            "invalid_client" | "unauthorized_client" => ErrorKind::ClientRefused,
            "invalid_grant" => ErrorKind::InvalidGrant,
            _ => self.otherwise,
        };
        let code = repeatable(code, secrets).unwrap_or("an error without a usable code");
        let endpoint = self.endpoint;
        let message = match repeatable(description, secrets) {
            Some(description) => {
                format!("{endpoint} answered {status} with {code} ({})", description.trim_end_matches('.'))
            }
            None => format!("{endpoint} answered {status} with {code}"),
        };
        Error::new(kind, message)
    }

    /// What a refusal without an `error` member says.
    fn message(&self, captured: &Captured<'_>, secrets: &[&str]) -> Option<String> {
        let message = text(captured.get(self.message)?)?;
        repeatable(&message, secrets).map(str::to_owned)
    }
}

/// The provider's words, if they are short, printable and contain none of `secrets`: an error text may end up in a log.
pub(crate) fn repeatable<'t>(text: &'t str, secrets: &[&str]) -> Option<&'t str> {
    let harmless = !text.is_empty()
        && text.len() <= 200
        && text.chars().all(|c| !c.is_control())
        && !secrets.iter().any(|secret| !secret.is_empty() && text.contains(secret));
    harmless.then_some(text)
}

/// A reply without its tokens: what may be kept of it beside them. Some providers repeat a token in the profile.
pub(crate) fn without_secrets(json: String) -> String {
    /// As it was written, but for what is left out.
    fn strip(json: &RawValue) -> Result<Cow<'_, str>, serde_json::Error> {
        let text = json.get();
        if text.starts_with('{') {
            let members: BTreeMap<String, &RawValue> = serde_json::from_str(text)?;
            let kept = members.into_iter().filter(|(name, value)| !is_secret(name, value)).map(|(name, value)| {
                Ok([serde_json::Value::from(name).to_string().as_str(), ":", &strip(value)?].concat())
            });
            return Ok(format!("{{{}}}", kept.collect::<Result<Vec<_>, serde_json::Error>>()?.join(",")).into());
        }
        if text.starts_with('[') {
            let elements: Vec<&RawValue> = serde_json::from_str(text)?;
            let kept = elements.into_iter().map(strip).collect::<Result<Vec<_>, _>>()?;
            return Ok(format!("[{}]", kept.join(",")).into());
        }
        Ok(text.into())
    }
    fn is_secret(name: &str, value: &RawValue) -> bool {
        let name = name.to_ascii_lowercase();
        (name.contains("token") || name.contains("secret")) && !matches!(value.get(), "true" | "false" | "null")
    }
    // An escape may hide a name.
    if !["oken", "ecret", "OKEN", "ECRET", "\\u"].iter().any(|part| json.contains(part)) {
        return json;
    }
    let stripped = serde_json::from_str::<&RawValue>(&json).and_then(|json| strip(json).map(Cow::into_owned));
    stripped.unwrap_or_else(|_| "null".to_owned())
}

/// [`SuccessCheck`] made ready.
#[derive(Debug)]
pub(crate) struct SuccessReader {
    member: Lookup,
    check: SuccessCheck,
    error_code: Option<Lookup>,
}

impl SuccessReader {
    pub(crate) fn new(check: &SuccessCheck) -> Self {
        Self { member: Lookup::new(check.path), check: *check, error_code: check.error_code.map(Lookup::new) }
    }

    /// The error code of a reply that is a failure.
    pub(crate) fn failure(&self, json: &str, secrets: &[&str]) -> Option<String> {
        let success = match self.member.raw(json) {
            None => self.check.may_be_absent,
            Some(raw) => {
                let value = text(raw);
                let value = value.as_deref().unwrap_or(raw.get());
                self.check.accepted.contains(&value)
            }
        };
        if success {
            return None;
        }
        let code = self.error_code.as_ref().and_then(|lookup| lookup.text(json));
        Some(code.as_deref().and_then(|code| repeatable(code, secrets)).unwrap_or("no error code").to_owned())
    }
}

fn invalid(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::TokenReplyInvalid, message)
}

fn refused(status: u16) -> Error {
    Error::new(ErrorKind::TokenRefused, format!("the token endpoint answered {status}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(reply: TokenReply, status: u16, body: &str) -> Result<OAuthToken> {
        TokenReader::new(&reply).read(
            HttpResponse::new(status, body.as_bytes().to_vec()),
            SystemTime::UNIX_EPOCH,
            &["sent-secret"],
        )
    }

    fn standard(body: &str) -> Result<OAuthToken> {
        read(TokenReply::standard(), 200, body)
    }

    // Proves: QC9
    #[test]
    fn what_is_kept_of_a_reply_has_no_token_at_any_depth() {
        let table = [
            (r#"{"id": 1.50, "name": "Jane"}"#, r#"{"id": 1.50, "name": "Jane"}"#),
            (r#"{"id":1.50,"token":"x"}"#, r#"{"id":1.50}"#),
            (r#"{"id":123456789012345678901,"API_TOKEN":7}"#, r#"{"id":123456789012345678901}"#),
            (
                r#"{"user":{"id":1,"clientSecret":{"a":"x"}},"b":[{"accessToken":["x"]},2]}"#,
                r#"{"b":[{},2],"user":{"id":1}}"#,
            ),
            (r#"{"a_token":null,"has_token":true,"to\u006ben":"x"}"#, r#"{"a_token":null,"has_token":true}"#),
            (r#"["the secret of a token"]"#, r#"["the secret of a token"]"#),
            ("token", "null"),
        ];
        for (json, kept) in table {
            assert_eq!(without_secrets(json.to_owned()), kept);
        }
    }

    // Proves: QE6, QE7, QE8
    #[test]
    fn odd_but_honest_replies_are_read() {
        type Row = (&'static str, Option<u64>, Option<&'static str>, Option<&'static [&'static str]>);
        let table: [Row; 18] = [
            (r#"{"access_token":"t"}"#, None, None, None),
            (r#"{"access_token":"t","token_type":"BEARER","expires_in":3600}"#, Some(3600), None, None),
            (r#"{"access_token":"t","token_type":null,"expires_in":"3600"}"#, Some(3600), None, None),
            (r#"{"access_token":"t","token_type":"","expires_in":3599.5}"#, Some(3599), None, None),
            (r#"{"access_token":"t","expires_in":0}"#, None, None, None),
            (r#"{"access_token":"t","expires_in":-1}"#, None, None, None),
            (
                r#"{"access_token":"t","expires_in":null,"refresh_token":null,"scope":null,"id_token":null}"#,
                None,
                None,
                None,
            ),
            (r#"{"access_token":"t","expires_in":"soon"}"#, None, None, None),
            (r#"{"access_token":"t","expires_in":315360000}"#, Some(315_360_000), None, None),
            (r#"{"access_token":"t","expires_in":1e300}"#, None, None, None),
            (r#"{"access_token":"t","expires":60}"#, Some(60), None, None),
            (r#"{"access_token":"t","refresh_token":"","id_token":""}"#, None, None, None),
            (r#"{"access_token":"t","refresh_token":"r","scope":"a b"}"#, None, Some("r"), Some(&["a", "b"])),
            (r#"{"access_token":"t","scope":["a","b c"]}"#, None, None, Some(&["a", "b", "c"])),
            (r#"{"access_token":"t","scope":""}"#, None, None, Some(&[])),
            ("access_token=t&scope=a+b&expires_in=60&token_type=bearer", Some(60), None, Some(&["a", "b"])),
            ("\u{feff}{\"access_token\":\"t\"}", None, None, None),
            (" \n {\"access_token\":\"t\",\"unknown\":{\"deep\":[1,2,{}]}}\n", None, None, None),
        ];
        for (body, lifetime, refresh, scopes) in table {
            let token = standard(body).unwrap_or_else(|error| panic!("{body}: {error}"));
            assert_eq!(token.access_token().expose_secret(), "t", "{body}");
            let expires = token.expires_at().map(|at| at.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs());
            assert_eq!(expires, lifetime, "{body}");
            assert_eq!(
                token.refresh_token().map(|secret| secret.expose_secret().to_owned()).as_deref(),
                refresh,
                "{body}"
            );
            assert_eq!(token.scopes().map(|scopes| scopes.iter().collect::<Vec<_>>()).as_deref(), scopes, "{body}");
        }
        assert!(read(TokenReply::standard(), 201, r#"{"access_token":"t"}"#).is_ok());
    }

    // Proves: QE6, QE7, QF10
    #[test]
    fn replies_that_are_no_token_are_refused() {
        let table = [
            "",
            "{}",
            "[]",
            "null",
            "\"t\"",
            "{",
            "<html>access_token=t</html>",
            "OK",
            r#"{"access_token":null}"#,
            r#"{"access_token":""}"#,
            r#"{"access_token":5}"#,
            r#"{"access_token":["t"]}"#,
            r#"{"access_token":"a\nb"}"#,
            r#"{"access_token":"é"}"#,
            r#"{"access_token":"t","access_token":"u"}"#,
            r#"{"access_token":"t","\u0061ccess_token":"u"}"#,
            r#"{"access_token":"t","x":1,"x":2}"#,
            r#"{"access_token":"t","x":1,"\u0078":2}"#,
            r#"{"access_token":true}"#,
            r#"{"access_token":{"t":1}}"#,
            r#"{"access_token":"\u007f"}"#,
            r#"{"access_token":"t","refresh_token":7}"#,
            r#"{"access_token":"t","refresh_token":"a\r\nb"}"#,
            r#"{"access_token":"t","id_token":["a.b.c"]}"#,
            r#"{"access_token":"t","refresh_token":{}}"#,
            r#"{"access_token":"t","scope":7}"#,
            r#"{"access_token":"t","scope":[7]}"#,
            r#"{"access_token":"t","token_type":"mac"}"#,
            r#"{"access_token":"t","token_type":"DPoP"}"#,
            r#"{"access_token":"t","token_type":["bearer"]}"#,
            r#"{"access_token":"t","token_type":{"bearer":true}}"#,
            r#"{"access_token":"t","token_type":true}"#,
            r#"{"access_token":"t","token_type":7}"#,
            "access_token=t&access_token=u",
        ];
        for body in table {
            let error = standard(body).err().unwrap_or_else(|| panic!("accepted: {body}"));
            assert_eq!(error.kind(), ErrorKind::TokenReplyInvalid, "{body}: {error}");
        }
    }

    // Proves: QE6
    #[test]
    fn an_error_member_wins_over_the_status() {
        let table = [
            (
                200,
                r#"{"error":"bad_verification_code","error_description":"The code is incorrect."}"#,
                ErrorKind::TokenRefused,
            ),
            (200, r#"{"error":"invalid_grant","access_token":"t"}"#, ErrorKind::InvalidGrant),
            (400, r#"{"error":"invalid_grant"}"#, ErrorKind::InvalidGrant),
            (401, r#"{"error":"invalid_client"}"#, ErrorKind::ClientRefused),
            (
                400,
                r#"{"error":"invalid_grant","error_description":"AADSTS70008: expired","error_codes":[70008],"suberror":"x"}"#,
                ErrorKind::InvalidGrant,
            ),
            (
                400,
                r#"{"error":"unauthorized_client","error_description":"Requests must be authenticated"}"#,
                ErrorKind::ClientRefused,
            ),
            (
                400,
                r#"{"error":"invalid_request","error_description":"The redirect_uri does not match"}"#,
                ErrorKind::RedirectUriMismatch,
            ),
            (400, r#"{"error":"redirect_uri_mismatch"}"#, ErrorKind::RedirectUriMismatch),
            (200, "error=bad_verification_code&error_description=x", ErrorKind::TokenRefused),
            (400, r#"{"error":{"code":190,"type":"OAuthException","message":"Invalid"}}"#, ErrorKind::TokenRefused),
            (500, "<html>", ErrorKind::TokenRefused),
            (400, "", ErrorKind::TokenRefused),
            (400, r#"{"access_token":"t"}"#, ErrorKind::TokenRefused),
            (204, r#"{"access_token":"t"}"#, ErrorKind::TokenRefused),
        ];
        for (status, body, kind) in table {
            let error = read(TokenReply::standard(), status, body).err().unwrap_or_else(|| panic!("accepted: {body}"));
            assert_eq!(error.kind(), kind, "{body}: {error}");
        }
        assert!(standard(r#"{"access_token":"t","error":null}"#).is_ok());
        assert!(standard(r#"{"access_token":"t","error":""}"#).is_ok());
    }

    // Proves: QH5
    #[test]
    fn an_error_text_repeats_the_provider_but_never_what_was_sent() {
        let told =
            read(TokenReply::standard(), 400, r#"{"error":"invalid_grant","error_description":"Code expired."}"#)
                .unwrap_err();
        assert_eq!(told.to_string(), "the token endpoint answered 400 with invalid_grant (Code expired)");
        let told =
            read(TokenReply::standard(), 403, r#"{"status":403,"message":"invalid client secret"}"#).unwrap_err();
        assert_eq!(told.to_string(), "the token endpoint answered 403 (invalid client secret)");
        for body in [
            r#"{"error":"invalid_grant","error_description":"no sent-secret here"}"#,
            r#"{"error":"sent-secret","error_description":"x"}"#,
            r#"{"error":{"message":"sent-secret"}}"#,
            r#"{"status":400,"message":"no sent-secret here"}"#,
        ] {
            let error = read(TokenReply::standard(), 400, body).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("sent-secret"), "{error:?}");
        }
    }

    #[test]
    fn a_spec_can_name_the_fields_of_its_reply() {
        let reply = TokenReply::standard()
            .object("data")
            .access_token("token")
            .refresh_token("x_refresh")
            .expires_in("valid")
            .scope("scope | scopes")
            .scope_separator(",")
            .token_types(&["User Access Token"])
            .success(SuccessCheck::member("errcode").absent_or(&["0"]).error_code("errmsg"));
        let body = r#"{"errcode":0,"data":{"token":"t","x_refresh":"r","valid":9,"scopes":"a,b","token_type":"user access token"}}"#;
        let token = read(reply, 200, body).unwrap();
        assert_eq!(token.access_token().expose_secret(), "t");
        assert_eq!(token.scopes().unwrap().iter().collect::<Vec<_>>(), ["a", "b"]);
        let error = read(reply, 200, r#"{"errcode":40029,"errmsg":"invalid code"}"#).unwrap_err();
        assert_eq!(error.to_string(), "the token endpoint refused: invalid code");
        assert!(read(reply, 200, r#"{"token":"t"}"#).is_err());
        let twice = r#"{"errcode":0,"data":{"token":"t","\u0074oken":"u"}}"#;
        assert_eq!(read(reply, 200, twice).unwrap_err().kind(), ErrorKind::TokenReplyInvalid);
    }

    proptest::proptest! {
        // Proves: QH6
        #[test]
        fn no_reply_makes_it_panic(body in "\\PC{0,64}|[{}\"a-z_:,\\[\\]0-9 ]{0,80}", status in 100_u16..600) {
            let _ = read(TokenReply::standard(), status, &body);
        }
    }
}
