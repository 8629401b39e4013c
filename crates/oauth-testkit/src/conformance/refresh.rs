//! Refreshing and revoking.

use std::sync::Arc;

use oauth_core::{ErrorKind, ExposeSecret, OAuthToken, Revocation, SecretString};
use serde_json::Value;

use super::{Report, Suite, ensure, network::shown, token::set};
use crate::{Endpoint, wire::JSON};

pub(super) async fn run(suite: &Suite, report: &mut Report) {
    report.record("a refreshed token is new and says the same person", rotation(suite).await);
    report.record("a refresh goes to the endpoint for it", endpoint(suite).await);
    for (name, value) in [("missing", None), ("null", Some(Value::Null)), ("empty", Some("".into()))] {
        report.record(format!("an old refresh token stays where none comes: {name}"), kept(suite, value).await);
    }
    report.record("a refresh token that has ended is told from other errors", ended(suite).await);
    report.record("a token without a refresh token cannot be refreshed", without(suite).await);
    report.record("revoking does what the spec says", revocation(suite).await);
}

fn refresh_token(token: &OAuthToken) -> &str {
    token.refresh_token().map(SecretString::expose_secret).unwrap_or_default()
}

async fn rotation(suite: &Suite) -> Result<(), String> {
    let stage = suite.stage(|builder| builder)?;
    let (first, user) = stage.sign_in("jane").await?;
    let second = stage.client.refresh_token(&first).await.map_err(|error| shown(&error))?;
    ensure(
        second.access_token().expose_secret() != first.access_token().expose_secret()
            && refresh_token(&second) != refresh_token(&first)
            && !refresh_token(&second).is_empty(),
        || "the tokens are the old ones".to_owned(),
    )?;
    let again = stage.client.user_info(&second).await.map_err(|error| shown(&error))?;
    ensure(again.oauth_id == user.oauth_id, || format!("{:?} in place of {:?}", again.oauth_id, user.oauth_id))?;
    stage.client.refresh_token(&second).await.map(drop).map_err(|error| shown(&error))
}

async fn endpoint(suite: &Suite) -> Result<(), String> {
    let stage = suite.stage(|builder| builder)?;
    let (token, _) = stage.sign_in("jane").await?;
    stage.client.refresh_token(&token).await.map_err(|error| shown(&error))?;
    let counts = (stage.count(Endpoint::Token), stage.count(Endpoint::Refresh));
    let expected = if suite.spec().facts().refresh_url.is_some() { (1, 1) } else { (2, 0) };
    ensure(counts == expected, || format!("token and refresh endpoint were asked {counts:?} times"))
}

async fn kept(suite: &Suite, value: Option<Value>) -> Result<(), String> {
    let stage = suite.stage(|builder| builder)?;
    let (first, _) = stage.sign_in("jane").await?;
    stage.twist(Some(set(suite.spec(), "refresh_token", value)));
    let second = stage.client.refresh_token(&first).await.map_err(|error| shown(&error))?;
    ensure(refresh_token(&second) == refresh_token(&first), || "it is another one, or gone".to_owned())
}

async fn ended(suite: &Suite) -> Result<(), String> {
    let stage = suite.stage(|builder| builder)?;
    let (first, _) = stage.sign_in("jane").await?;
    stage.client.refresh_token(&first).await.map_err(|error| shown(&error))?;
    // The provider takes each refresh token once.
    match stage.client.refresh_token(&first).await {
        Ok(_) => Err("it is refreshed again".to_owned()),
        Err(error) => {
            ensure(stage.told_secret(&error).is_none(), || "the error tells a secret".to_owned())?;
            ensure(error.kind() == ErrorKind::InvalidGrant, || format!("{:?}: {error}", error.kind()))
        }
    }
}

async fn without(suite: &Suite) -> Result<(), String> {
    let stage = suite.twisted(set(suite.spec(), "refresh_token", None))?;
    let (token, _) = stage.sign_in("jane").await?;
    match stage.client.refresh_token(&token).await {
        Ok(_) => Err("it is refreshed".to_owned()),
        Err(error) => ensure(error.kind() == ErrorKind::Unsupported, || format!("{:?}: {error}", error.kind())),
    }
}

async fn revocation(suite: &Suite) -> Result<(), String> {
    let stage = suite.stage(|builder| builder)?;
    let (token, _) = stage.sign_in("jane").await?;
    let revoked = stage.client.revoke_token(&token).await;
    match suite.spec().facts().revocation {
        Revocation::Endpoint(_) | Revocation::Request(_) => {
            revoked.map_err(|error| shown(&error))?;
            ensure(stage.client.refresh_token(&token).await.is_err(), || "the refresh token still works".to_owned())?;
            stage.twist(Some(Arc::new(|_, endpoint, answer| {
                if endpoint == Endpoint::Revoke {
                    answer.replace(503, JSON, "");
                }
            })));
            ensure(stage.client.revoke_token(&token).await.is_err(), || "a refusal counts as revoked".to_owned())
        }
        _ => match revoked {
            Ok(()) => Err("it is revoked, by no endpoint".to_owned()),
            Err(error) => ensure(error.kind() == ErrorKind::Unsupported, || format!("{:?}: {error}", error.kind())),
        },
    }
}
