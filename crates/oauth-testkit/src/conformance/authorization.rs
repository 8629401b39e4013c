//! The authorization request, and what it says beforehand about the token request.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use oauth_core::{ExposeSecret, Pkce, ResponseMode};
use sha2::{Digest, Sha256};

use super::{
    Report, Suite, ensure,
    network::{BASE_URL, Callback, REDIRECT_URI, Stage},
};
use crate::{Endpoint, wire::Pairs};

pub(super) async fn run(suite: &Suite, report: &mut Report) {
    let (first, second, stage) = match begin_twice(suite).await {
        Ok(begun) => begun,
        Err(seen) => return report.record("the provider accepts the authorization request", Err(seen)),
    };
    parameters(suite, &stage, &first, report);
    report.record(
        "state and code challenge are new for each login",
        ensure(
            first.pending.state().expose_secret() != second.pending.state().expose_secret()
                && (one(&first.query, "code_challenge").is_none()
                    || one(&first.query, "code_challenge") != one(&second.query, "code_challenge")),
            || "the same twice".to_owned(),
        ),
    );
    report.record("the code verifier of the token request meets the challenge", verifier(&stage, &first).await);
}

async fn begin_twice(suite: &Suite) -> Result<(Callback, Callback, Stage), String> {
    let stage = suite.stage(|builder| builder)?;
    Ok((stage.begin("jane").await?, stage.begin("jane").await?, stage))
}

/// The value of a parameter that is there once.
fn one<'q>(query: &'q Pairs, name: &str) -> Option<&'q str> {
    let mut values = query.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let value = values.next()?;
    values.next().is_none().then_some(value)
}

fn parameters(suite: &Suite, stage: &Stage, callback: &Callback, report: &mut Report) {
    let facts = suite.spec().facts();
    let query = &callback.query;
    let address = callback.url.as_str().split(['?', '#']).next().unwrap_or_default();
    let expected = format!("{BASE_URL}{}", Endpoint::Authorize.path());
    report.record(
        "the browser is sent to the authorization endpoint",
        ensure(address == expected, || format!("{address} in place of {expected}")),
    );
    report.record(
        "the authorization URL has its fragment and no other",
        ensure(callback.url.fragment() == facts.authorize_fragment, || format!("{:?}", callback.url.fragment())),
    );

    let scopes = stage.client.scopes().join(facts.scope_separator);
    let mut wanted = vec![
        ("response_type", Some("code")),
        (facts.client_id_param, Some(stage.shared().options.client_id.as_str())),
        (facts.redirect_uri_param, Some(REDIRECT_URI)),
        ("state", Some(callback.pending.state().expose_secret())),
    ];
    if !scopes.is_empty() {
        wanted.push(("scope", Some(scopes.as_str())));
    }
    match facts.pkce {
        Pkce::S256 => wanted.extend([("code_challenge", None), ("code_challenge_method", Some("S256"))]),
        Pkce::Plain => wanted.extend([("code_challenge", None), ("code_challenge_method", Some("plain"))]),
        _ => {}
    }
    if facts.response_mode == ResponseMode::FormPost {
        wanted.push(("response_mode", Some("form_post")));
    }
    wanted
        .extend(facts.authorize_params.iter().map(|(name, value)| (*name, Some(*value).filter(|v| !v.contains('{')))));
    for (name, expected) in &wanted {
        let times = query.iter().filter(|(known, _)| known == name).count();
        let value = one(query, name);
        let holds = value.is_some_and(|value| expected.is_none_or(|expected| value == expected));
        report.record(
            format!("the authorization request has {name} once"),
            ensure(holds, || match (times, expected) {
                (1, Some(expected)) => format!("{:?} in place of {expected:?}", value.unwrap_or_default()),
                _ => format!("it is there {times} times"),
            }),
        );
    }
    for (name, _) in query {
        report.record(
            format!("the authorization request has nothing twice: {name}"),
            ensure(one(query, name).is_some(), || "it is there more than once".to_owned()),
        );
    }
}

/// Reads the token request on its way: the verifier, and that no other parameter is there twice.
async fn verifier(stage: &Stage, callback: &Callback) -> Result<(), String> {
    let sent = Arc::new(std::sync::Mutex::new(None));
    let seen = Arc::clone(&sent);
    stage.watch(Arc::new(move |endpoint, params: &Pairs| {
        if endpoint == Endpoint::Token {
            *seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner) =
                Some(one(params, "code_verifier").map(str::to_owned));
        }
    }));
    let signed_in = stage.finish(callback).await;
    let verifier = sent.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
    let verifier = verifier.ok_or("no token request was sent")?;
    let challenge = one(&callback.query, "code_challenge").map(str::to_owned);
    let holds = match (&challenge, &verifier) {
        (None, None) => true,
        (Some(challenge), Some(verifier)) => {
            let hashed = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
            challenge == if one(&callback.query, "code_challenge_method") == Some("S256") { &hashed } else { verifier }
        }
        _ => false,
    };
    ensure(holds, || format!("challenge {challenge:?}, verifier {verifier:?}"))?;
    signed_in.map(drop).map_err(|error| format!("the login fails: {error}"))
}
