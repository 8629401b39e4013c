//! Replies that say who somebody is: user info and extra calls, odd and hostile; and what is missing in them.

use std::sync::Arc;

use oauth_core::{Document, ErrorKind, ExtraCall, Field, OAuthUserInfo, Step, UserInfoSource};
use serde_json::{Value, json};

use super::{
    Report, Suite, ensure,
    expected::filled,
    network::{Answer, Change, Stage, Twist, shown},
    token::{broken_bodies, spoilt},
};
use crate::{
    Endpoint,
    document::{every_field, first_field, get_mut, remove},
    profile::source,
    shared::Edit,
    wire::JSON,
};

pub(super) async fn run(suite: &Suite, report: &mut Report) {
    let honest = match suite.stage(|builder| builder) {
        Ok(stage) => stage.sign_in("jane").await,
        Err(seen) => Err(seen),
    };
    let honest = match honest {
        Ok((_, user)) => user,
        Err(seen) => return report.record("an honest profile is read", Err(seen)),
    };
    let facts = suite.spec().facts();
    let mut endpoints: Vec<Endpoint> = facts.calls.iter().map(|call| Endpoint::Call(call.name())).collect();
    endpoints.extend(Endpoint::of(suite.spec()).contains(&Endpoint::UserInfo).then_some(Endpoint::UserInfo));
    let in_headers = matches!(facts.user_info_source, UserInfoSource::Headers(_));
    for endpoint in endpoints {
        // Who is read from headers is not read from a body.
        if endpoint != Endpoint::UserInfo || !in_headers {
            odd(suite, endpoint, &honest, report).await;
            hostile(suite, endpoint, &honest, report).await;
        }
        refusals(suite, endpoint, &honest, report).await;
    }
    account_ids(suite, report).await;
    optional_fields(suite, &honest, report).await;
}

fn on(endpoint: Endpoint, twist: impl Fn(&mut Answer) + Send + Sync + 'static) -> Twist {
    Arc::new(move |_, at, answer| {
        if at == endpoint {
            twist(answer);
        }
    })
}

/// How a login ends whose replies are spoilt. An error must tell no secret.
async fn ends(suite: &Suite, twist: Twist) -> Result<Result<OAuthUserInfo, oauth_core::Error>, String> {
    end_of(&suite.twisted(twist)?).await
}

async fn end_of(stage: &Stage) -> Result<Result<OAuthUserInfo, oauth_core::Error>, String> {
    let callback = stage.begin("jane").await?;
    match stage.finish(&callback).await {
        Ok((_, user)) => Ok(Ok(user)),
        Err(error) => {
            ensure(stage.told_secret(&error).is_none(), || "the error tells a secret of the login".to_owned())?;
            let remedy = stage.client.spec().remedy(error.kind());
            ensure(remedy.is_none() || error.remedy() == remedy, || format!("the remedy is {:?}", error.remedy()))?;
            Ok(Err(error))
        }
    }
}

async fn odd(suite: &Suite, endpoint: Endpoint, honest: &OAuthUserInfo, report: &mut Report) {
    let table: [Change; 7] = [
        ("a byte order mark", |answer| {
            answer.body = ["\u{feff}".as_bytes(), &answer.body].concat();
        }),
        ("white space around", |answer| {
            answer.body = [b" \r\n\t", answer.body.as_slice(), b"\r\n\n"].concat();
        }),
        ("members that nobody knows", |answer| {
            answer.edit(|json| {
                if let Value::Object(members) = json {
                    members.insert("x-further".to_owned(), json!({ "a": [1, 2.5, { "b": null }], "é": "🦊" }));
                }
            });
        }),
        ("JSON as text/javascript", |answer| "text/javascript; charset=UTF-8".clone_into(&mut answer.content_type)),
        ("JSON as text/plain", |answer| "text/plain".clone_into(&mut answer.content_type)),
        ("no content type", |answer| answer.content_type.clear()),
        ("ISO-8859-1", |answer| {
            if answer.body.pop_if(|last| *last == b'}').is_some() {
                answer.body.extend_from_slice(b",\"x-further\":\"\xe9\"}");
                "application/json; charset=ISO-8859-1".clone_into(&mut answer.content_type);
            }
        }),
    ];
    for (name, twist) in table {
        let result = ends(suite, on(endpoint, twist)).await.and_then(|end| match end {
            Ok(user) => ensure(same(&user, honest), || format!("{user:?} in place of {honest:?}")),
            Err(error) => Err(shown(&error)),
        });
        report.record(format!("an odd reply of {} is read: {name}", endpoint.name()), result);
    }
}

/// The same user, whatever the raw replies were.
fn same(a: &OAuthUserInfo, b: &OAuthUserInfo) -> bool {
    let mut a = a.clone();
    a.raw_data = b.raw_data.clone();
    a == *b
}

async fn hostile(suite: &Suite, endpoint: Endpoint, honest: &OAuthUserInfo, report: &mut Report) {
    let mut table: Vec<(&str, Twist)> = broken_bodies()
        .into_iter()
        .map(|(name, kind, body)| (name, on(endpoint, move |answer| answer.replace(200, kind, body.clone()))))
        .collect();
    table.extend(spoilt().into_iter().map(|(name, spoil)| (name, on(endpoint, spoil))));
    table.push((
        "an error with status 200",
        on(endpoint, |answer| {
            answer.replace(200, JSON, json!({ "error": { "code": 401, "message": "Unauthorized" } }).to_string());
        }),
    ));
    table.push(("a redirect", on(endpoint, |answer| answer.replace(302, "text/html", ""))));
    table.push(("a reply without end", on(endpoint, |answer| answer.body.resize(2 * 1024 * 1024, b' '))));
    let has_id = reads_id(suite, endpoint);
    for (name, twist) in table {
        let result = ends(suite, twist).await.and_then(|end| match end {
            Err(error) => ensure(
                matches!(
                    error.kind(),
                    ErrorKind::UserInfoInvalid
                        | ErrorKind::UserInfoRefused
                        | ErrorKind::RedirectRefused
                        | ErrorKind::ReplyTooLarge
                ),
                || format!("{:?}: {error}", error.kind()),
            ),
            Ok(user) if has_id => Err(format!("{:?} signs in", user.oauth_id)),
            Ok(user) => poorer(&user, honest),
        });
        report.record(format!("a hostile reply of {} makes nobody up: {name}", endpoint.name()), result);
    }
    if let Some(check) = suite.spec().facts().user_info_success.filter(|_| endpoint == Endpoint::UserInfo) {
        let steps = first_field(check.path()).map(|field| field.steps).unwrap_or_default();
        let twist = on(endpoint, move |answer| {
            answer.edit(|json| {
                if let Some(member) = get_mut(json, &steps) {
                    *member = "conformance-failure".into();
                }
            });
        });
        let result = ends(suite, twist).await.and_then(|end| kind_of(end, ErrorKind::UserInfoRefused));
        report.record("a failure inside a profile of status 200 is seen", result);
    }
}

fn kind_of(end: Result<OAuthUserInfo, oauth_core::Error>, kind: ErrorKind) -> Result<(), String> {
    match end {
        Ok(user) => Err(format!("{:?} signs in", user.oauth_id)),
        Err(error) => ensure(error.kind() == kind, || format!("{:?} in place of {kind:?}: {error}", error.kind())),
    }
}

/// Whoever signs in without one of the replies is the same and has no more than with it.
fn poorer(user: &OAuthUserInfo, honest: &OAuthUserInfo) -> Result<(), String> {
    let holds = user.oauth_id == honest.oauth_id && (user.email.is_none() || user.email == honest.email);
    ensure(holds, || format!("{user:?} in place of {honest:?}"))
}

/// Whether the account id is read from the reply of `endpoint` alone.
fn reads_id(suite: &Suite, endpoint: Endpoint) -> bool {
    let document = match endpoint {
        Endpoint::Call(name) => Document::Call(name.to_owned()),
        _ => Document::UserInfo,
    };
    let fields = id_fields(suite);
    !fields.is_empty() && fields.iter().all(|field| field.document == document)
}

/// The places of the account id, each in the document that it is really read from.
fn id_fields(suite: &Suite) -> Vec<Field> {
    let paths = suite.spec().facts().claims.paths();
    let fields = paths.into_iter().filter(|(claim, _)| *claim == "oauth_id").flat_map(|(_, path)| every_field(path));
    fields.map(|field| located(suite, field)).collect()
}

fn located(suite: &Suite, field: Field) -> Field {
    Field { document: source(suite.spec(), field.document), ..field }
}

/// Removes every one of `fields` or gives it another value, wherever it stands.
fn edited(fields: Vec<Field>, value: Option<Value>) -> Edit {
    Arc::new(move |document, json| {
        for field in fields.iter().filter(|field| field.document == *document) {
            match &value {
                None => remove(json, &field.steps),
                Some(value) => {
                    if let Some(there) = get_mut(json, &field.steps) {
                        there.clone_from(value);
                    }
                }
            }
        }
    })
}

async fn refusals(suite: &Suite, endpoint: Endpoint, honest: &OAuthUserInfo, report: &mut Report) {
    let call = suite.spec().facts().calls.iter().find(|call| Endpoint::Call(call.name()) == endpoint);
    let optional = call.map(ExtraCall::optional_statuses).unwrap_or_default();
    let bodies = [("JSON", r#"{"error":{"message":"Not allowed"}}"#), ("a page", "<h1>No</h1>"), ("nothing", "")];
    let mut statuses = vec![400, 401, 403, 404, 410, 429, 500, 503];
    statuses.extend(optional.iter().filter(|status| !statuses.contains(status)).copied().collect::<Vec<_>>());
    for status in statuses {
        let kind = match status {
            401 => ErrorKind::UserInfoUnauthorized,
            403 => ErrorKind::UserInfoForbidden,
            429 => ErrorKind::RateLimited,
            _ => ErrorKind::UserInfoRefused,
        };
        for (what, body) in bodies {
            let end = ends(suite, on(endpoint, move |answer| answer.replace(status, JSON, body))).await;
            let result = end.and_then(|end| match end {
                Ok(user) if optional.contains(&status) => poorer(&user, honest),
                end => kind_of(end, kind),
            });
            report.record(format!("a refusal of {} is understood: {status} with {what}", endpoint.name()), result);
        }
    }
    // Headers that say who somebody is are the only ones asked for.
    if endpoint == Endpoint::UserInfo && matches!(suite.spec().facts().user_info_source, UserInfoSource::Headers(_)) {
        return;
    }
    for (name, header) in [("retry-after", "60"), ("x-ratelimit-remaining", "0")] {
        let later = on(endpoint, move |answer| {
            answer.replace(403, JSON, r#"{"message":"Too many requests"}"#);
            answer.headers.push((name.to_owned(), header.to_owned()));
        });
        let result = ends(suite, later).await.and_then(|end| kind_of(end, ErrorKind::RateLimited));
        report.record(format!("a rate limit of {} is no refusal: {name}", endpoint.name()), result);
    }
}

/// Without a usable account id nobody signs in.
async fn account_ids(suite: &Suite, report: &mut Report) {
    let values = [
        ("missing", None),
        ("null", Some(Value::Null)),
        ("empty", Some("".into())),
        ("a flag", Some(true.into())),
        ("a fraction", Some(json!(1.5))),
        ("an object", Some(json!({}))),
        ("an object that holds one", Some(json!({ "id": "1" }))),
        ("a list", Some(json!(["1"]))),
        ("a spelled-out nothing", Some("null".into())),
        ("an object spelled out", Some("[object Object]".into())),
        ("white space", Some(" ".into())),
        ("with a control character", Some("1\u{0}2".into())),
        ("of ten thousand characters", Some("1".repeat(10_000).into())),
    ];
    for (name, value) in values {
        report.record(format!("without an account id nobody signs in: {name}"), without_id(suite, value).await);
    }
}

async fn without_id(suite: &Suite, value: Option<Value>) -> Result<(), String> {
    let stage = suite.stage(|builder| builder)?;
    stage.edit(edited(id_fields(suite), value));
    let callback = stage.begin("jane").await?;
    match stage.finish(&callback).await {
        Ok((_, user)) => Err(format!("{:?} signs in", user.oauth_id)),
        Err(error) => ensure(
            matches!(
                error.kind(),
                ErrorKind::UserInfoInvalid | ErrorKind::TokenReplyInvalid | ErrorKind::IdTokenInvalid
            ),
            || format!("{:?}: {error}", error.kind()),
        ),
    }
}

/// What a provider need not say is left out, and nothing of it keeps a person out.
async fn optional_fields(suite: &Suite, honest: &OAuthUserInfo, report: &mut Report) {
    let facts = suite.spec().facts();
    let urls = filled(suite.spec()).into_iter().map(|field| located(suite, field));
    let subjects = [Document::UserInfo, Document::IdToken, Document::AccessToken].map(|document| Field {
        document,
        steps: vec![Step::Key("sub".to_owned())],
        transforms: Vec::new(),
    });
    let subjects = subjects.into_iter().filter(|_| facts.openid.is_some());
    let needed: Vec<Field> = id_fields(suite).into_iter().chain(urls).chain(subjects).collect();
    let is_needed =
        |field: &Field| needed.iter().any(|needed| needed.document == field.document && needed.steps == field.steps);
    let list = facts.claims.email_list().map(|list| ("emails", list.paths().0));
    for (claim, path) in facts.claims.paths().into_iter().chain(list).filter(|(claim, _)| *claim != "oauth_id") {
        let fields = every_field(path).into_iter().map(|field| located(suite, field));
        let fields: Vec<Field> = fields.filter(|field| !is_needed(field)).collect();
        for (name, value) in [
            ("missing", None),
            ("null", Some(Value::Null)),
            ("empty", Some("".into())),
            ("an object", Some(json!({}))),
            ("a list", Some(json!([]))),
            ("a fraction", Some(json!(0.5))),
            ("with a line break", Some("a\r\nb".into())),
            ("of ten thousand characters", Some("@".repeat(10_000).into())),
        ] {
            let result = match suite.stage(|builder| builder) {
                Ok(stage) => {
                    stage.edit(edited(fields.clone(), value));
                    end_of(&stage).await
                }
                Err(seen) => Err(seen),
            };
            let result = result.and_then(|end| match end {
                Ok(user) => usable(&user, honest),
                Err(error) => Err(shown(&error)),
            });
            report.record(format!("a field that is not needed keeps nobody out: {claim} {name}"), result);
        }
    }
}

/// The same account, and no field that a page or a header would choke on.
fn usable(user: &OAuthUserInfo, honest: &OAuthUserInfo) -> Result<(), String> {
    ensure(user.oauth_id == honest.oauth_id, || format!("the account id is {:?}", user.oauth_id))?;
    let fields = [&user.email, &user.username, &user.first_name, &user.last_name, &user.avatar_url, &user.profile_url];
    let odd =
        fields.into_iter().flatten().find(|text| text.is_empty() || text.len() > 2048 || text.contains(['\r', '\n']));
    ensure(odd.is_none(), || format!("a field is {odd:?}"))
}
