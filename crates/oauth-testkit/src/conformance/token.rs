//! Token replies: odd and honest, hostile, and refusals.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use oauth_core::{
    Alternative, ClientAuthentication, ErrorKind, ExposeSecret, Path, ProviderSpec, Step, UserInfoSource,
};
use serde_json::{Value, json};

use super::{
    Report, Suite, ensure,
    network::{Answer, Change, Stage, Twist, json as reply},
};
use crate::{
    Endpoint,
    document::{get_mut, put, remove, set_member},
    shared::Shared,
    wire::{FORM, JSON, value},
};

pub(super) async fn run(suite: &Suite, report: &mut Report) {
    odd(suite, report).await;
    hostile(suite, report).await;
    refusals(suite, report).await;
    for (name, code) in [
        ("with a slash", "4/0AdLIr-x_y.z~".to_owned()),
        ("with every character that it may have", (' '..='~').collect()),
        ("of eight thousand characters", "M.C5_".repeat(1_600)),
    ] {
        report.record(format!("a code arrives as it came: {name}"), code_arrives(suite, code).await);
    }
}

/// Whether a code of the provider's own making reaches the token endpoint unchanged (RFC 6749 appendix A.11).
async fn code_arrives(suite: &Suite, code: String) -> Result<(), String> {
    let stage = suite.stage(|builder| builder)?;
    let mut callback = stage.begin("jane").await?;
    callback.params.retain(|(name, _)| name != "code");
    callback.params.push(("code".to_owned(), code.clone()));
    let arrived = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&arrived);
    stage.watch(Arc::new(move |endpoint, params| {
        if endpoint == Endpoint::Token {
            seen.store(value(params, "code") == Some(code.as_str()), Ordering::Relaxed);
        }
    }));
    match stage.finish(&callback).await {
        Ok(_) => Err("a code that was never given signs in".to_owned()),
        Err(_) => ensure(arrived.load(Ordering::Relaxed), || "another code, or none, was sent".to_owned()),
    }
}

/// The places of one field of the token, from the root of the reply.
fn places(spec: &ProviderSpec, field: &str) -> Vec<Vec<Step>> {
    let shape = &spec.facts().token_reply;
    let steps = |path: &str| -> Vec<Vec<Step>> {
        let alternatives = Path::parse(path).alternatives.into_iter();
        alternatives
            .filter_map(|alternative| match alternative {
                Alternative::Field(field) => Some(field.steps),
                Alternative::Template(_) => None,
            })
            .collect()
    };
    let envelope = shape.object_path().map(steps).and_then(|paths| paths.into_iter().next()).unwrap_or_default();
    let path = shape.paths().into_iter().find(|(known, _)| *known == field).map(|(_, path)| path);
    path.map(steps).unwrap_or_default().into_iter().map(|steps| [envelope.clone(), steps].concat()).collect()
}

/// Sets a field of the token at its first place, or removes it everywhere.
pub(super) fn set(spec: &'static ProviderSpec, field: &'static str, value: Option<Value>) -> Twist {
    on_token(move |_, answer| answer.edit(|json| set_in(spec, json, field, value.clone())))
}

fn set_in(spec: &ProviderSpec, json: &mut Value, field: &str, value: Option<Value>) {
    let places = places(spec, field);
    for place in &places {
        remove(json, place);
    }
    if let (Some(place), Some(value)) = (places.first(), value) {
        put(json, place, Value::Null);
        if let Some(there) = get_mut(json, place) {
            *there = value;
        }
    }
}

fn on_token(twist: impl Fn(&Shared, &mut Answer) + Send + Sync + 'static) -> Twist {
    Arc::new(move |shared, endpoint, answer| {
        if matches!(endpoint, Endpoint::Token | Endpoint::Refresh) {
            twist(shared, answer);
        }
    })
}

/// What an odd reply must still say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Says {
    Lifetime,
    NoLifetime,
    Scopes,
    NoScopes,
    NoRefreshToken,
    Identity,
}

/// A reply of its own kind, how it comes about, and what it must say.
type Odd = (String, Twist, Says);

fn odd_replies(spec: &'static ProviderSpec) -> Vec<Odd> {
    let facts = spec.facts();
    let mut table: Vec<Odd> = Vec::new();
    let mut row = |name: &str, twist: Twist, says: Says| table.push((name.to_owned(), twist, says));

    let bearer = facts.token_reply.bearer_types().first().copied().unwrap_or("bearer");
    row("token_type missing", set(spec, "token_type", None), Says::Identity);
    row("token_type null", set(spec, "token_type", Some(Value::Null)), Says::Identity);
    row("token_type empty", set(spec, "token_type", Some("".into())), Says::Identity);
    row("token_type in capitals", set(spec, "token_type", Some(bearer.to_uppercase().into())), Says::Identity);
    row("token_type in small letters", set(spec, "token_type", Some(bearer.to_lowercase().into())), Says::Identity);
    row("expires_in as text", set(spec, "expires_in", Some("3600".into())), Says::Lifetime);
    row("expires_in with a fraction", set(spec, "expires_in", Some(json!(3599.5))), Says::Lifetime);
    if facts.token_reply.expires_at_path().is_none() {
        for (name, value) in [
            ("expires_in missing", None),
            ("expires_in null", Some(Value::Null)),
            ("expires_in zero", Some(0.into())),
            ("expires_in negative", Some((-1).into())),
            ("expires_in as words", Some("soon".into())),
        ] {
            row(name, set(spec, "expires_in", value), Says::NoLifetime);
        }
    }
    row("scope as a list", on_token(move |_, answer| answer.edit(|json| listed_scopes(spec, json))), Says::Scopes);
    row("scope null", set(spec, "scope", Some(Value::Null)), Says::NoScopes);
    row("scope missing", set(spec, "scope", None), Says::NoScopes);
    for (name, value) in [
        ("refresh_token missing", None),
        ("refresh_token null", Some(Value::Null)),
        ("refresh_token empty", Some("".into())),
    ] {
        row(name, set(spec, "refresh_token", value), Says::NoRefreshToken);
    }
    for field in ["access_token", "token_type", "expires_in", "refresh_token", "scope"] {
        for at in 1..places(spec, field).len() {
            let says = match field {
                "expires_in" => Says::Lifetime,
                "scope" => Says::Scopes,
                _ => Says::Identity,
            };
            let twist = on_token(move |_, answer| answer.edit(|json| moved(spec, json, field, at)));
            row(&format!("{field} at its place {}", at + 1), twist, says);
        }
    }
    let body = |change: fn(Vec<u8>) -> Vec<u8>| {
        on_token(move |_, answer| answer.body = change(std::mem::take(&mut answer.body)))
    };
    row("a byte order mark", body(|json| ["\u{feff}".as_bytes(), &json].concat()), Says::Identity);
    row("white space around", body(|json| [b" \r\n\t", json.as_slice(), b"\r\n\n"].concat()), Says::Identity);
    row(
        "members that nobody knows",
        on_token(|_, answer| {
            answer.edit(|json| set_member(json, "x-further", json!({ "a": [1, 2.5, { "b": null }], "é": "🦊" })));
        }),
        Says::Identity,
    );
    row("status 201", on_token(|_, answer| answer.status = 201), Says::Identity);
    for kind in ["text/javascript; charset=UTF-8", "text/html", "text/plain", "application/json;charset=utf-8", ""] {
        row(
            &format!("JSON as {kind:?}"),
            on_token(move |_, answer| kind.clone_into(&mut answer.content_type)),
            Says::Identity,
        );
    }
    row(
        "ISO-8859-1",
        on_token(|_, answer| {
            answer.body.pop();
            answer.body.extend_from_slice(b",\"x-further\":\"\xe9\"}");
            "application/json; charset=ISO-8859-1".clone_into(&mut answer.content_type);
        }),
        Says::Identity,
    );
    table
}

/// The granted scopes as a list of texts.
fn listed_scopes(spec: &ProviderSpec, json: &mut Value) {
    let separator = spec.facts().token_reply.granted_separator();
    let Some(scope) = places(spec, "scope").first().and_then(|place| get_mut(json, place)) else { return };
    let list = scope.as_str().unwrap_or_default().split(|c| c == ' ' || separator.contains(c));
    *scope = list.filter(|scope| !scope.is_empty()).map(Value::from).collect();
}

/// A field at another of its places.
fn moved(spec: &ProviderSpec, json: &mut Value, field: &str, to: usize) {
    let places = places(spec, field);
    let value = places.first().and_then(|place| get_mut(json, place)).map(Value::take);
    for place in &places {
        remove(json, place);
    }
    if let (Some(place), Some(value)) = (places.get(to), value) {
        put(json, place, value);
    }
}

async fn odd(suite: &Suite, report: &mut Report) {
    let spec = suite.spec();
    let honest = match suite.stage(|builder| builder) {
        Ok(stage) => stage.sign_in("jane").await,
        Err(seen) => Err(seen),
    };
    let Ok((honest_token, honest_user)) = honest else {
        return report.record("an honest token reply is read", honest.map(drop));
    };
    let mut table = odd_replies(spec);
    for kind in [FORM, "text/plain"] {
        if let Some(form) = form(spec, honest_token.raw().expose_secret(), kind) {
            table.push((format!("a form in place of JSON, as {kind}"), form, Says::Identity));
        }
    }
    for (name, twist, says) in table {
        let signed_in = match suite.twisted(twist) {
            Ok(stage) => stage.sign_in("jane").await,
            Err(seen) => Err(seen),
        };
        let result = signed_in.and_then(|(token, user)| {
            let scopes = |token: &oauth_core::OAuthToken| token.scopes().cloned();
            let holds = match says {
                Says::Identity => true,
                Says::Lifetime => token.expires_at().is_some(),
                Says::NoLifetime => token.expires_at().is_none(),
                Says::Scopes => scopes(&token) == scopes(&honest_token),
                Says::NoScopes => token.scopes().is_none(),
                Says::NoRefreshToken => token.refresh_token().is_none(),
            };
            ensure(holds, || format!("{says:?} does not hold of {token:?}"))?;
            ensure(user.oauth_id == honest_user.oauth_id, || format!("the account id is {:?}", user.oauth_id))
        });
        report.record(format!("an odd token reply is read: {name}"), result);
    }
}

/// The reply as a form, if a form can hold it.
fn form(spec: &ProviderSpec, honest: &str, kind: &'static str) -> Option<Twist> {
    if spec.facts().user_info_source == UserInfoSource::TokenReply {
        return None;
    }
    let Ok(Value::Object(members)) = serde_json::from_str(honest) else { return None };
    let is_flat = members.values().all(|value| !value.is_object() && !value.is_array());
    is_flat.then(|| {
        on_token(move |_, answer| {
            let json: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            let members = json.as_object().into_iter().flatten();
            let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let mut form = url::form_urlencoded::Serializer::new(String::new());
            form.extend_pairs(members.map(|(name, value)| (name, text(value))));
            answer.replace(200, kind, form.finish());
        })
    })
}

/// A body that is no token, and what the error must be.
fn hostile_replies(spec: &'static ProviderSpec) -> Vec<(String, Twist, &'static [ErrorKind])> {
    // Where the spec knows a member of success, its absence is a refusal.
    const INVALID: &[ErrorKind] = &[ErrorKind::TokenReplyInvalid, ErrorKind::TokenRefused];
    let mut table: Vec<(String, Twist, &'static [ErrorKind])> = Vec::new();
    for (name, kind, body) in broken_bodies() {
        table.push((name.to_owned(), on_token(move |_, answer| answer.replace(200, kind, body.clone())), INVALID));
    }
    for (name, spoil) in spoilt() {
        table.push((name.to_owned(), on_token(move |_, answer| spoil(answer)), INVALID));
    }
    for (name, field, value) in [
        ("access_token missing", "access_token", None),
        ("access_token null", "access_token", Some(Value::Null)),
        ("access_token empty", "access_token", Some("".into())),
        ("access_token a number", "access_token", Some(5.into())),
        ("access_token a list", "access_token", Some(json!(["token"]))),
        ("access_token with a line break", "access_token", Some("token\r\nx-injected: 1".into())),
        ("access_token outside of ASCII", "access_token", Some("tökén".into())),
        ("token_type mac", "token_type", Some("mac".into())),
        ("token_type DPoP", "token_type", Some("DPoP".into())),
        ("refresh_token an object", "refresh_token", Some(json!({}))),
        ("scope a number", "scope", Some(7.into())),
        ("scope a list of numbers", "scope", Some(json!([7]))),
    ] {
        table.push((name.to_owned(), set(spec, field, value), INVALID));
    }
    table.push((
        "a redirect".to_owned(),
        on_token(|_, answer| answer.replace(307, JSON, "")),
        &[ErrorKind::RedirectRefused],
    ));
    table.push((
        "a reply without end".to_owned(),
        on_token(|_, answer| answer.body.resize(2 * 1024 * 1024, b' ')),
        &[ErrorKind::ReplyTooLarge],
    ));
    table.push((
        "an error with status 200".to_owned(),
        on_token(|_, answer| answer.edit(|json| set_member(json, "error", "invalid_grant"))),
        &[ErrorKind::InvalidGrant],
    ));
    if let Some(check) = spec.facts().token_reply.success_check() {
        let steps = crate::document::first_field(check.path()).map(|field| field.steps).unwrap_or_default();
        let failure = on_token(move |_, answer| {
            answer.edit(|json| {
                if let Some(member) = get_mut(json, &steps) {
                    *member = "conformance-failure".into();
                }
            });
        });
        table.push(("the member of success says failure".to_owned(), failure, &[ErrorKind::TokenRefused]));
    }
    table
}

/// Bodies that hold nothing: name, content type, body.
pub(super) fn broken_bodies() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let deep = |depth: usize| [br#"{"a":"#.as_slice(), &b"[".repeat(depth)].concat();
    vec![
        ("nothing", JSON, Vec::new()),
        ("a page", "text/html", b"<!doctype html><title>Sign in</title>access_token=x".to_vec()),
        ("a page that says JSON", JSON, b"<html></html>".to_vec()),
        ("a word", "text/plain", b"OK".to_vec()),
        ("null", JSON, b"null".to_vec()),
        ("a list", JSON, b"[]".to_vec()),
        ("a text", JSON, br#""text""#.to_vec()),
        ("a number", JSON, b"7".to_vec()),
        ("an empty object", JSON, b"{}".to_vec()),
        ("bytes that are no text", JSON, vec![b'{', 0xff, 0xfe, b'}']),
        ("brackets without end", JSON, deep(200_000)),
    ]
}

/// Changes that make an honest object unreadable.
pub(super) fn spoilt() -> [Change; 4] {
    fn prefixed(answer: &mut Answer, members: &str) {
        let body = std::mem::take(&mut answer.body);
        let rest = body.strip_prefix(b"{").unwrap_or(&body);
        answer.body = [b"{", members.as_bytes(), b",", rest].concat();
    }
    [
        ("cut off", |answer| {
            answer.body.pop();
        }),
        ("something after the end", |answer| answer.body.extend_from_slice(b"{}")),
        ("a member twice", |answer| prefixed(answer, r#""x-twice":1,"x-twice":2"#)),
        ("every member twice", |answer| {
            let json: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            let names = json.as_object().into_iter().flatten().map(|(name, _)| name);
            let members: Vec<String> = names.map(|name| format!("{}:\"other\"", Value::from(name.as_str()))).collect();
            prefixed(answer, &members.join(","));
        }),
    ]
}

async fn hostile(suite: &Suite, report: &mut Report) {
    for (name, twist, kinds) in hostile_replies(suite.spec()) {
        let result = match suite.twisted(twist) {
            Ok(stage) => refused(&stage, kinds).await,
            Err(seen) => Err(seen),
        };
        report.record(format!("a hostile token reply is refused: {name}"), result);
    }
}

/// Whether a login ends with an error of one of `kinds`, which tells no secret and the remedy that the spec has.
async fn refused(stage: &Stage, kinds: &[ErrorKind]) -> Result<(), String> {
    let callback = stage.begin("jane").await?;
    let error = match stage.finish(&callback).await {
        Ok((_, user)) => return Err(format!("{:?} signs in", user.oauth_id)),
        Err(error) => error,
    };
    ensure(kinds.contains(&error.kind()), || format!("{:?} in place of {kinds:?}: {error}", error.kind()))?;
    ensure(stage.count(Endpoint::Token) == 1, || "the code was sent more than once".to_owned())?;
    ensure(stage.told_secret(&error).is_none(), || "the error tells a secret of the login".to_owned())?;
    let remedy = stage.client.spec().remedy(error.kind());
    ensure(remedy.is_none() || error.remedy() == remedy, || format!("the remedy is {:?}", error.remedy()))
}

/// Errors by RFC 6749 section 5.2, and what servers send in place of them.
async fn refusals(suite: &Suite, report: &mut Report) {
    let table = [
        (400, json!({ "error": "invalid_grant" }), ErrorKind::InvalidGrant),
        (401, json!({ "error": "invalid_client" }), ErrorKind::ClientRefused),
        (400, json!({ "error": "unauthorized_client" }), ErrorKind::ClientRefused),
        (400, json!({ "error": "redirect_uri_mismatch" }), ErrorKind::RedirectUriMismatch),
        (
            400,
            json!({ "error": "invalid_request", "error_description": "The redirect_uri does not match" }),
            ErrorKind::RedirectUriMismatch,
        ),
        (400, json!({ "error": { "code": 190, "message": "Invalid" } }), ErrorKind::TokenRefused),
        (400, json!({ "status": 400, "message": "Invalid" }), ErrorKind::TokenRefused),
        (403, json!({ "error": "access_denied" }), ErrorKind::TokenRefused),
        (429, json!({ "error": "slow_down" }), ErrorKind::RateLimited),
        (500, Value::Null, ErrorKind::TokenRefused),
    ];
    for (status, body, kind) in table {
        let result = match suite.twisted(reply_on_token(status, &body)) {
            Ok(stage) => refused(&stage, &[kind]).await,
            Err(seen) => Err(seen),
        };
        report.record(format!("a refusal of the token endpoint is understood: {status} {body}"), result);
    }
    for (name, status, body) in [("a page", 503, "<h1>Later</h1>"), ("an empty body", 500, "")] {
        let twist = on_token(move |_, answer| answer.replace(status, "text/html", body));
        let result = match suite.twisted(twist) {
            Ok(stage) => refused(&stage, &[ErrorKind::TokenRefused]).await,
            Err(seen) => Err(seen),
        };
        report.record(format!("a refusal of the token endpoint is understood: {status} with {name}"), result);
    }
    report.record("an error that repeats what was sent is not repeated", echo(suite).await);
}

/// A server that quotes code and client secret in its error.
async fn echo(suite: &Suite) -> Result<(), String> {
    let stage = suite.stage(|builder| builder)?;
    let callback = stage.begin("jane").await?;
    let code = value(&callback.params, "code").unwrap_or_default();
    let client_secret = stage.shared().options.client_secret.as_str();
    let authentication = suite.spec().facts().client_authentication;
    let is_sent = matches!(authentication, ClientAuthentication::Basic | ClientAuthentication::Body);
    for secret in [Some(code), Some(client_secret).filter(|_| is_sent)].into_iter().flatten() {
        stage.twist(Some(reply_on_token(400, &json!({ "error": "invalid_grant", "error_description": secret }))));
        match stage.finish(&callback).await {
            Ok(_) => return Err("the login succeeds".to_owned()),
            Err(error) => ensure(stage.told_secret(&error).is_none(), || "the error tells a secret".to_owned())?,
        }
    }
    Ok(())
}

fn reply_on_token(status: u16, body: &Value) -> Twist {
    let twist = reply(status, body);
    Arc::new(move |shared, endpoint, answer| {
        if matches!(endpoint, Endpoint::Token | Endpoint::Refresh) {
            twist(shared, endpoint, answer);
        }
    })
}
