//! Replies as the real service sends them, and who they must be read as.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use oauth_core::{CallbackParameters, Document, OAuthUserInfo, Provider, UserInfoSource};
use serde_json::{Value, json};

use super::{
    Report, Suite, ensure,
    network::{Twist, shown},
};
use crate::{
    Endpoint,
    document::{first_field, get, put, remove, set_member},
    wire::{JSON, value},
};

/// Reads the cases below `dir` and holds the provider to them.
///
/// Each folder in `dir` is a case, named as what it shows, such as `no-email`:
///
/// | file | |
/// |---|---|
/// | `token.json` | the token reply, whose scopes must come apart |
/// | `user.json` | the user-info reply, where the spec has one |
/// | `<call>.json` | the reply of an extra call; without it the call is refused with the first status that the spec survives |
/// | `id_token.json` | claims of the ID token, signed for each login; without it, its subject is that of `user.json` |
/// | `headers.json` | headers of the user-info reply, as an object of texts, where the spec reads those |
/// | `callback.json` | further parameters of the callback, as an object of texts; may be left out |
/// | `expected.json` | the [`OAuthUserInfo`] without `raw_data` |
///
/// ```
/// use oauth_bitbucket::BITBUCKET;
/// use oauth_testkit::conformance;
///
/// # #[tokio::main]
/// # async fn main() {
/// conformance::fixtures(&BITBUCKET, concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/bitbucket")).await;
/// # }
/// ```
///
/// # Panics
///
/// When a case is read as somebody else, when a file is no JSON, and when there is no case at all.
pub async fn fixtures(provider: &'static dyn Provider, dir: impl AsRef<Path>) {
    let report = Suite::new(provider).read_fixtures(dir).await;
    assert!(report.is_ok(), "{report}");
}

impl Suite {
    /// Holds the provider to the cases below `dir`, as [`fixtures`] does, and tells how that ended.
    pub async fn read_fixtures(self, dir: impl AsRef<Path>) -> Report {
        let dir = dir.as_ref();
        let mut report = Report { provider: self.spec().name(), checks: 0, failures: Vec::new() };
        let cases = cases(dir);
        report.record(
            "there are fixtures",
            cases.as_ref().map_err(Clone::clone).and_then(|cases| {
                ensure(!cases.is_empty(), || format!("{} has no folder with an expected.json", dir.display()))
            }),
        );
        for case in cases.unwrap_or_default() {
            let name = case.file_name().unwrap_or_default().to_string_lossy();
            report.record(format!("the fixture is read as expected: {name}"), self.case(&case).await);
        }
        report
    }

    async fn case(&self, dir: &Path) -> Result<(), String> {
        let mut expected: OAuthUserInfo = serde_json::from_value(required(dir, "expected")?)
            .map_err(|error| format!("expected.json is no user: {error}"))?;
        let facts = self.spec().facts();
        let source = facts.user_info_source;
        let mut replies = vec![(Endpoint::Token, 200, required(dir, "token")?)];
        let mut headers = Vec::new();
        let signed_user = match source {
            UserInfoSource::SignedEndpoint => Some(required(dir, "user")?),
            _ => None,
        };
        if let UserInfoSource::Headers(_) = source {
            headers = texts(&required(dir, "headers")?);
        } else if signed_user.is_none() && Endpoint::of(self.spec()).contains(&Endpoint::UserInfo) {
            replies.push((Endpoint::UserInfo, 200, required(dir, "user")?));
        }
        for call in facts.calls {
            replies.push(match read(dir, call.name())? {
                Some(reply) => (Endpoint::Call(call.name()), 200, reply),
                None => {
                    let status = call.optional_statuses().first().copied();
                    let status = status.ok_or_else(|| format!("{}.json is missing", call.name()))?;
                    (Endpoint::Call(call.name()), status, Value::Null)
                }
            });
        }
        let further: CallbackParameters = texts(&read(dir, "callback")?.unwrap_or_default()).into_iter().collect();

        let stage = self.stage(|builder| builder)?;
        let claims = signed_claims(read(dir, "id_token")?, &replies);
        if claims.is_some() || signed_user.is_some() {
            let has_template = facts.openid.is_some_and(|openid| openid.issuer_template.is_some());
            stage.edit(Arc::new(move |document, signed| {
                let instead = match document {
                    Document::IdToken | Document::AccessToken => claims.as_ref(),
                    Document::UserInfo => signed_user.as_ref(),
                    _ => None,
                };
                if let Some(instead) = instead {
                    sign_instead(instead, signed, has_template);
                }
            }));
        }
        let keeps_access_token = matches!(source, UserInfoSource::AccessToken | UserInfoSource::SignedEndpoint);
        let id_token =
            facts.token_reply.paths().into_iter().find(|(name, _)| *name == "id_token").map(|(_, path)| path);
        let replay: Twist = Arc::new(move |_, endpoint, answer| {
            if endpoint == Endpoint::UserInfo && !headers.is_empty() {
                answer.replace(200, JSON, "{}");
                answer.headers.clone_from(&headers);
            }
            let Some((_, status, reply)) = replies.iter().find(|(known, ..)| *known == endpoint) else { return };
            let mut reply = reply.clone();
            if endpoint == Endpoint::Token {
                // What is signed anew for each login.
                let honest: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
                let paths = id_token.into_iter().chain(keeps_access_token.then_some("access_token"));
                for field in paths.filter_map(first_field) {
                    if let Some(signed) = get(&honest, &field.steps) {
                        remove(&mut reply, &field.steps);
                        put(&mut reply, &field.steps, signed.clone());
                    }
                }
            }
            answer.replace(*status, JSON, reply.to_string());
        });
        stage.twist(Some(replay));
        let begun = stage.begin("jane").await?;
        let code = value(&begun.params, "code").unwrap_or_default();
        let (token, user) = stage
            .client
            .sign_in(code, &begun.pending, &further)
            .await
            .map_err(|error| format!("the login fails: {}", shown(&error)))?;
        let unsplit = token.scopes().and_then(|scopes| scopes.iter().find(|scope| scope.contains(',')));
        ensure(unsplit.is_none(), || format!("{unsplit:?} is no scope: TokenReply::scope_separator() splits it"))?;
        expected.raw_data = user.raw_data.clone();
        ensure(user == expected, || format!("{user:#?}\nin place of: {expected:#?}"))
    }
}

/// An object of texts.
fn texts(object: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    object.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), text(value))).collect()
}

/// The claims of a case's ID token; without such a file, the subject of its user-info reply.
fn signed_claims(id_token: Option<Value>, replies: &[(Endpoint, u16, Value)]) -> Option<Value> {
    id_token.or_else(|| {
        let (.., reply) = replies.iter().find(|(endpoint, ..)| *endpoint == Endpoint::UserInfo)?;
        reply.get("sub").map(|subject| json!({ "sub": subject }))
    })
}

/// Puts the claims of a case in place of those of the login, but for what belongs to the login.
fn sign_instead(claims: &Value, signed: &mut Value, has_template: bool) {
    let mut claims = claims.clone();
    for name in ["iss", "aud", "iat", "exp", "nonce", "auth_time"] {
        // Where each tenant has an issuer of its own, the case names one that fits its tenant.
        if name == "iss" && has_template && claims.get("iss").is_some() {
            continue;
        }
        if let Some(value) = signed.get(name) {
            set_member(&mut claims, name, value.clone());
        }
    }
    *signed = claims;
}

/// The folders of cases, by name.
fn cases(dir: &Path) -> Result<Vec<PathBuf>, String> {
    let unreadable = |error| format!("{} cannot be read: {error}", dir.display());
    let entries = fs::read_dir(dir).map_err(unreadable)?.collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
    let mut cases: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    cases.sort();
    Ok(cases)
}

fn required(dir: &Path, name: &str) -> Result<Value, String> {
    read(dir, name)?.ok_or_else(|| format!("{name}.json is missing"))
}

fn read(dir: &Path, name: &str) -> Result<Option<Value>, String> {
    let file = dir.join(format!("{name}.json"));
    if !file.exists() {
        return Ok(None);
    }
    let text = fs::read_to_string(&file).map_err(|error| format!("{name}.json cannot be read: {error}"))?;
    serde_json::from_str(&text).map(Some).map_err(|error| format!("{name}.json is no JSON: {error}"))
}
