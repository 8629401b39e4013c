//! OpenID Connect: metadata, key set, ID token.

use std::sync::Arc;

use oauth_core::{Document, ErrorKind, Nonce};
use serde_json::{Value, json};

use super::{
    Report, Suite, ensure,
    network::{Stage, Twist, shown},
    token::broken_bodies,
};
use crate::{
    Endpoint, IdTokenFault,
    document::set_member,
    openid::{Keys, has_id_token, is_discovered},
    wire::JSON,
};

pub(super) async fn run(suite: &Suite, report: &mut Report) {
    let spec = suite.spec();
    let Some(facts) = spec.facts().openid else { return };
    if has_id_token(spec) {
        let scopes = spec.facts().scopes;
        report.record(
            "the default scopes have openid",
            ensure(scopes.contains(&"openid"), || format!("they are {scopes:?}")),
        );
        for fault in IdTokenFault::ALL {
            let is_fine = *fault == IdTokenFault::NoNonce && facts.nonce == Nonce::MayBeMissing;
            let expected = (!is_fine).then_some(ErrorKind::IdTokenInvalid);
            report.record(
                format!("an ID token with a fault proves nobody: {fault:?}"),
                faulty(suite, *fault, expected).await,
            );
        }
        report.record("a refreshed token is about the same subject", refreshed(suite).await);
    }
    if Endpoint::of(spec).contains(&Endpoint::UserInfo) {
        report.record("a profile of another subject is refused", other_subject(suite).await);
    }
    report.record("a callback of another issuer is refused", other_issuer(suite).await);
    documents(suite, report).await;
}

/// The kind of error that a login ends with.
async fn end(stage: &Stage) -> Result<Option<ErrorKind>, String> {
    let callback = match stage.begin("jane").await {
        Ok(callback) => callback,
        // Where the metadata is broken there is no URL to begin with.
        Err(seen) => return stage.begin_error().await.map(Some).ok_or(seen),
    };
    match stage.finish(&callback).await {
        Ok(_) => Ok(None),
        Err(error) => {
            ensure(stage.told_secret(&error).is_none(), || "the error tells a secret of the login".to_owned())?;
            Ok(Some(error.kind()))
        }
    }
}

fn is(seen: Option<ErrorKind>, expected: Option<ErrorKind>) -> Result<(), String> {
    let told = |end: Option<ErrorKind>| end.map_or_else(|| "a login".to_owned(), |kind| format!("{kind:?}"));
    ensure(seen == expected, || format!("{} in place of {}", told(seen), told(expected)))
}

async fn faulty(suite: &Suite, fault: IdTokenFault, expected: Option<ErrorKind>) -> Result<(), String> {
    let stage = suite.stage(|builder| builder)?;
    stage.shared().state().id_token_fault = Some(fault);
    is(end(&stage).await?, expected)
}

async fn refreshed(suite: &Suite) -> Result<(), String> {
    let stage = suite.stage(|builder| builder)?;
    let (token, _) = stage.sign_in("jane").await?;
    stage.edit(Arc::new(|document, claims| {
        if *document == Document::IdToken {
            set_member(claims, "sub", "somebody else");
        }
    }));
    let refreshed = stage.client.refresh_token(&token).await;
    is(refreshed.err().map(|error| error.kind()), Some(ErrorKind::IdTokenInvalid))
}

async fn other_subject(suite: &Suite) -> Result<(), String> {
    let stage = suite.stage(|builder| builder)?;
    stage.edit(Arc::new(|document, claims| {
        if *document == Document::UserInfo {
            set_member(claims, "sub", "somebody else");
        }
    }));
    is(end(&stage).await?, Some(ErrorKind::UserInfoInvalid))
}

async fn other_issuer(suite: &Suite) -> Result<(), String> {
    let stage = suite.stage(|builder| builder)?;
    let callback = stage.begin("jane").await?;
    let checked = stage.client.check_issuer(&callback.pending, Some("https://another-issuer.example"));
    is(checked.err().map(|error| error.kind()), Some(ErrorKind::IssuerMismatch))
}

/// Changes to the key set or the metadata: name, and how the login must end.
async fn documents(suite: &Suite, report: &mut Report) {
    let at = |endpoint: Endpoint, change: fn(&mut Value)| -> Twist {
        Arc::new(move |_, asked, answer| {
            if asked == endpoint {
                answer.edit(change);
            }
        })
    };
    let mut table: Vec<(String, Twist, &[ErrorKind])> = Vec::new();
    if suite
        .stage(|builder| builder)
        .is_ok_and(|stage| stage.shared().state().keys.as_ref().is_some_and(|keys| !keys.are_secret()))
    {
        const REFUSED: &[ErrorKind] = &[ErrorKind::KeySetInvalid, ErrorKind::IdTokenInvalid];
        table.push(("unknown kinds of keys beside the right one".to_owned(), at(Endpoint::Jwks, strange_keys), &[]));
        table.push(("a key without alg and use".to_owned(), at(Endpoint::Jwks, bare_keys), &[]));
        table.push(("no keys".to_owned(), at(Endpoint::Jwks, |set| set_member(set, "keys", json!([]))), REFUSED));
        table.extend(broken(Endpoint::Jwks, REFUSED));
        report.record("new keys are fetched when they are needed", rotated(suite).await);
    }
    if is_discovered(suite.spec()) {
        const REFUSED: &[ErrorKind] = &[ErrorKind::MetadataInvalid];
        table.extend(broken(Endpoint::Discovery, REFUSED));
        for (name, change) in [
            (
                "another issuer",
                (|metadata| set_member(metadata, "issuer", "https://another-issuer.example")) as fn(&mut Value),
            ),
            ("no token endpoint", |metadata| set_member(metadata, "token_endpoint", Value::Null)),
            ("a token endpoint that is no URL", |metadata| set_member(metadata, "token_endpoint", "nowhere")),
        ] {
            table.push((name.to_owned(), at(Endpoint::Discovery, change), REFUSED));
        }
        let members: fn(&mut Value) = |metadata| set_member(metadata, "x-further", json!({ "a": [1, null] }));
        table.push(("members that nobody knows".to_owned(), at(Endpoint::Discovery, members), &[]));
    }
    for (name, twist, kinds) in table {
        let seen = match suite.twisted(twist) {
            Ok(stage) => end(&stage).await,
            Err(seen) => Err(seen),
        };
        let result = seen.and_then(|seen| match seen {
            None => ensure(kinds.is_empty(), || "a login".to_owned()),
            Some(kind) => ensure(kinds.contains(&kind), || format!("{kind:?}")),
        });
        report.record(format!("metadata and keys are read strictly where it matters: {name}"), result);
    }
}

fn broken(endpoint: Endpoint, kinds: &'static [ErrorKind]) -> Vec<(String, Twist, &'static [ErrorKind])> {
    let bodies = broken_bodies().into_iter().map(|(name, kind, body)| {
        let twist: Twist = Arc::new(move |_, asked, answer| {
            if asked == endpoint {
                answer.replace(200, kind, body.clone());
            }
        });
        (name, twist)
    });
    let refused: Twist = Arc::new(move |_, asked, answer| {
        if asked == endpoint {
            answer.replace(503, JSON, "{}");
        }
    });
    let all = bodies.chain([("status 503", refused)]);
    all.map(|(name, twist)| (format!("{name} in place of {}", endpoint.name()), twist, kinds)).collect()
}

fn strange_keys(set: &mut Value) {
    if let Some(Value::Array(keys)) = set.get_mut("keys") {
        let strange = [
            json!({ "kty": "AKP", "alg": "ML-DSA-44", "kid": "strange-1", "pub": "AAAA" }),
            json!({ "kty": "OKP", "crv": "X448", "kid": "strange-2", "x": "AAAA" }),
            json!({ "kty": "RSA", "use": "enc", "kid": "strange-3", "n": "AQAB", "e": "AQAB" }),
        ];
        keys.splice(0..0, strange);
    }
}

fn bare_keys(set: &mut Value) {
    for key in set.get_mut("keys").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Value::Object(key) = key {
            key.retain(|name, _| !matches!(name.as_str(), "alg" | "use"));
        }
    }
}

async fn rotated(suite: &Suite) -> Result<(), String> {
    let stage = suite.stage(|builder| builder)?;
    stage.sign_in("jane").await?;
    let keys = Keys::new(&stage.shared().options).map_err(|error| shown(&error))?;
    stage.shared().state().keys = keys;
    stage.sign_in("jane").await.map(drop)
}
