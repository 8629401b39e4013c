//! Token endpoint, refresh endpoint and revocation endpoint.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::{Engine, engine::general_purpose::STANDARD};
use oauth_core::{
    ClientAuthentication, Document, Method, Pkce, RequestBody, Revocation, RevocationRequest, TokenPlacement,
    TokenReply, UserInfoSource,
};
use serde_json::Value;
use url::form_urlencoded;

use crate::{
    builder::PkceEnforcement,
    document::{before_transforms, first_field, put, put_success},
    endpoint::Endpoint,
    grants::{Grant, NotAccepted, Redeemed, random},
    openid::{self, Occasion, has_id_token},
    shared::Shared,
    user_info::{check_headers, fits, presented},
    wire::{FORM, JSON, Pairs, Received, Reply, repeated, value},
};

pub(crate) fn reply(shared: &Shared, endpoint: Endpoint, received: &Received) -> Reply {
    answer(shared, endpoint, received).unwrap_or_else(|refusal| refusal)
}

fn answer(shared: &Shared, endpoint: Endpoint, received: &Received) -> Result<Reply, Reply> {
    let facts = shared.spec().facts();
    let params = params(received, facts.token_method, facts.token_body)?;
    authenticate(shared, received, &params, facts.client_authentication)?;
    for (name, expected) in facts.token_params {
        if !fits(expected, value(&params, name)) {
            return Err(invalid_request(&format!("the parameter {name} is not as the spec says")));
        }
    }
    for (name, expected) in facts.token_headers {
        if !fits(expected, received.header(name)) {
            return Err(invalid_request(&format!("the header {name} is not as the spec says")));
        }
    }
    let refreshes_here = endpoint == Endpoint::Refresh || facts.refresh_url.is_none();
    let (redeemed, occasion) = match value(&params, "grant_type") {
        Some("authorization_code") if endpoint == Endpoint::Token => (redeem_code(shared, &params)?, Occasion::Login),
        Some("refresh_token") if refreshes_here => (redeem_refresh_token(shared, &params)?, Occasion::Refresh),
        Some(_) => return Err(Reply::error(400, "unsupported_grant_type", "this endpoint has no such grant type")),
        None => return Err(invalid_request("grant_type is missing")),
    };
    let person = shared.person(&redeemed.grant.person).ok_or_else(|| invalid_grant("the person is gone"))?;

    let options = &shared.options;
    let profile = shared.profile(person);
    let no_token = || Reply::text(500, "no random bytes, or no key");
    let access_token = match facts.user_info_source {
        UserInfoSource::AccessToken => {
            openid::access_token(shared, &profile.subject(), profile.access_token()).ok_or_else(no_token)?
        }
        _ => random(options.token_length).map_err(|_| no_token())?,
    };
    let refresh_token = random(options.token_length).map_err(|_| no_token())?;
    shared.state().secrets.extend([access_token.clone(), refresh_token.clone()]);
    let (lifetime, tokens) = (options.access_token_lifetime, (access_token.clone(), refresh_token.clone()));
    shared.state().grants.issue_tokens(&redeemed, tokens.0, tokens.1, lifetime);

    let mut reply = profile.token();
    let id_token = has_id_token(shared.spec()).then(|| {
        let claims = profile.id_token();
        openid::id_token(shared, &redeemed.grant, &profile.subject(), &access_token, claims, occasion)
    });
    let mut set = |name: &str, value: Value| {
        let stated = facts.token_reply.paths().into_iter().find(|(known, _)| *known == name).map(|(_, path)| path);
        let path = if name == "scope" { options.scope_path.as_deref().or(stated) } else { stated };
        put_in_reply(&mut reply, &facts.token_reply, path, value);
    };
    if let Some(id_token) = id_token.flatten() {
        shared.state().secrets.insert(id_token.clone());
        set("id_token", id_token.into());
    }
    set("access_token", access_token.into());
    set("token_type", facts.token_reply.bearer_types().first().copied().unwrap_or("bearer").into());
    set("expires_in", options.access_token_lifetime.as_secs().into());
    set("refresh_token", refresh_token.into());
    set("scope", redeemed.grant.scopes.join(facts.token_reply.granted_separator()).into());
    let ends = SystemTime::now().checked_add(options.access_token_lifetime);
    if let Some(ends) = ends.and_then(|ends| ends.duration_since(UNIX_EPOCH).ok()) {
        put_in_reply(&mut reply, &facts.token_reply, facts.token_reply.expires_at_path(), ends.as_secs().into());
    }
    if let Some(check) = facts.token_reply.success_check() {
        put_success(&mut reply, check);
    }
    shared.edit(&Document::Token, &mut reply);
    Ok(Reply::json(200, &reply).header("pragma", "no-cache"))
}

/// Puts `value` where the token reply has `path`: in its envelope, if it has one.
fn put_in_reply(reply: &mut Value, shape: &TokenReply, path: Option<&str>, value: Value) {
    let envelope = shape.object_path().and_then(first_field).map(|field| field.steps).unwrap_or_default();
    if let Some(field) = path.and_then(first_field) {
        let steps: Vec<_> = envelope.into_iter().chain(field.steps).collect();
        let value = match value {
            Value::String(text) => before_transforms(&text, &field.transforms).into(),
            value => value,
        };
        put(reply, &steps, value);
    }
}

pub(crate) fn revocation_reply(shared: &Shared, received: &Received) -> Reply {
    let token = match shared.spec().facts().revocation {
        Revocation::Request(own) => own_revocation(shared, received, &own),
        _ => standard_revocation(shared, received),
    };
    match token {
        Ok(token) => {
            shared.state().grants.revoke(&token);
            Reply::new(200, FORM, "")
        }
        Err(refusal) => refusal,
    }
}

/// The parameters of a form that the client sent, proving who it is as at the token endpoint.
pub(crate) fn authenticated(shared: &Shared, received: &Received) -> Result<Pairs, Reply> {
    let params = params(received, Method::Post, RequestBody::Form)?;
    authenticate(shared, received, &params, shared.spec().facts().client_authentication)?;
    Ok(params)
}

/// The token of a request as RFC 7009 section 2.1 has it.
fn standard_revocation(shared: &Shared, received: &Received) -> Result<String, Reply> {
    let params = authenticated(shared, received)?;
    let token = value(&params, "token").ok_or_else(|| invalid_request("token is missing"))?;
    Ok(token.to_owned())
}

/// The token of a request as the spec has it: of ours, in its place, and nothing in the body that does not belong there.
fn own_revocation(shared: &Shared, received: &Received, own: &RevocationRequest) -> Result<String, Reply> {
    check_method(received, own.method())?;
    check_headers(shared, received)?;
    let has_body = matches!(own.token(), TokenPlacement::Form(_))
        || matches!(own.client_authentication(), Some(ClientAuthentication::Body | ClientAuthentication::None));
    let params = match has_body {
        true => params(received, own.method(), own.request_body())?,
        false if received.body.is_empty() => Pairs::new(),
        false => return Err(invalid_request("the spec has no body")),
    };
    if let Some(authentication) = own.client_authentication() {
        authenticate(shared, received, &params, authentication)?;
    }
    let token = match own.token() {
        TokenPlacement::Form(name) => value(&params, name).map(str::to_owned),
        placement => presented(shared, received, placement),
    };
    token.filter(|token| shared.state().grants.grant_of(token).is_some()).ok_or_else(|| {
        Reply::error(401, "invalid_token", "the access token is not where the spec puts it, or has ended")
    })
}

fn check_method(received: &Received, method: Method) -> Result<(), Reply> {
    let expected = match method {
        Method::Get => "GET",
        Method::Post => "POST",
        _ => "DELETE",
    };
    if received.method == expected {
        return Ok(());
    }
    Err(Reply::error(405, "invalid_request", "the method is not the spec's").header("allow", expected))
}

/// The parameters, from the one place where they belong.
fn params(received: &Received, method: Method, body: RequestBody) -> Result<Pairs, Reply> {
    check_method(received, method)?;
    let params = match (method, body) {
        (Method::Get, _) => received.query.clone(),
        _ if !received.query.is_empty() => {
            return Err(invalid_request("parameters belong in the body, not in the URL (RFC 6749 section 2.3.1)"));
        }
        (_, RequestBody::Form) if received.media_type() == FORM => received.form(),
        (_, RequestBody::Json) if received.media_type() == JSON => {
            let members = received.json().ok_or_else(|| invalid_request("the body is no JSON object"))?;
            let text = |value: Value| value.as_str().map(str::to_owned);
            let params = members.into_iter().map(|(name, value)| Some((name, text(value)?))).collect::<Option<Pairs>>();
            params.ok_or_else(|| invalid_request("a member of the JSON object is no text"))?
        }
        _ => return Err(invalid_request("the content type is not the spec's")),
    };
    if let Some(name) = repeated(&params) {
        return Err(invalid_request(&format!("the parameter {name} is there twice")));
    }
    Ok(params)
}

/// The client proves itself in exactly the spec's way (RFC 6749 section 2.3).
fn authenticate(
    shared: &Shared,
    received: &Received,
    params: &Pairs,
    authentication: ClientAuthentication,
) -> Result<(), Reply> {
    let facts = shared.spec().facts();
    let options = &shared.options;
    let (id, secret) = (value(params, facts.client_id_param), value(params, facts.client_secret_param));
    let header = received.header("authorization");
    let is_ours = id == Some(options.client_id.as_str());
    let proven = match authentication {
        ClientAuthentication::Basic | ClientAuthentication::Body if header.is_some() && secret.is_some() => {
            return Err(invalid_request("the client authenticates in two ways at once (RFC 6749 section 2.3)"));
        }
        ClientAuthentication::Basic => {
            let credentials = header.and_then(basic_credentials);
            let expected = (options.client_id.as_str(), options.client_secret.as_str());
            credentials.is_some_and(|(id, secret)| (id.as_str(), secret.as_str()) == expected)
                && (id.is_none() || is_ours)
        }
        ClientAuthentication::Body => is_ours && secret == Some(options.client_secret.as_str()),
        // What the hook signed, it alone and the real provider can judge.
        ClientAuthentication::Signed => is_ours && header.is_none() && secret.is_some_and(|secret| !secret.is_empty()),
        ClientAuthentication::PrivateKeyJwt => {
            is_ours && secret.is_none() && header.is_none() && asserts(shared, params)
        }
        ClientAuthentication::None => is_ours && secret.is_none() && header.is_none(),
        _ => false,
    };
    if proven {
        return Ok(());
    }
    let refusal =
        Reply::error(401, "invalid_client", "the client is unknown, or did not prove itself as the spec says");
    Err(match authentication {
        ClientAuthentication::Basic => refusal.header("www-authenticate", "Basic realm=\"token\""),
        _ => refusal,
    })
}

/// Whether the client proves itself with an assertion that it made and has not used (RFC 7523 section 3).
fn asserts(shared: &Shared, params: &Pairs) -> bool {
    const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    let (key, issuer) = (&shared.options.client_key, openid::issuer(shared.spec(), &shared.base_url));
    let (Some(key), Some(issuer), Some(assertion)) = (key, issuer, value(params, "client_assertion")) else {
        return false;
    };
    value(params, "client_assertion_type") == Some(TYPE)
        && key.made(assertion, &shared.options.client_id, &issuer)
        && shared.state().secrets.insert(assertion.to_owned())
}

/// Client id and secret of an `Authorization` header, each form-encoded (RFC 6749 section 2.3.1).
fn basic_credentials(header: &str) -> Option<(String, String)> {
    let (scheme, encoded) = header.split_once(' ')?;
    let credentials = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (id, secret) = credentials.split_once(':')?;
    let decode = |half: &str| {
        let mut pairs = form_urlencoded::parse(half.as_bytes());
        let (decoded, rest) = pairs.next()?;
        // What the form encoding escapes stands nowhere as it is.
        (rest.is_empty() && pairs.next().is_none() && !half.contains('=')).then(|| decoded.into_owned())
    };
    scheme.eq_ignore_ascii_case("basic").then_some((decode(id)?, decode(secret)?))
}

fn redeem_code(shared: &Shared, params: &Pairs) -> Result<Redeemed, Reply> {
    let code = value(params, "code").ok_or_else(|| invalid_request("code is missing"))?;
    let redeemed = shared.state().grants.redeem_code(code).map_err(|why| not_accepted("code", why))?;
    if value(params, shared.spec().facts().redirect_uri_param) != Some(redeemed.grant.redirect_uri.as_str()) {
        return Err(invalid_grant("redirect_uri is not that of the authorization request"));
    }
    check_verifier(shared, &redeemed.grant, value(params, "code_verifier"))?;
    Ok(redeemed)
}

fn check_verifier(shared: &Shared, grant: &Grant, verifier: Option<&str>) -> Result<(), Reply> {
    if let Some(verifier) = verifier {
        shared.state().secrets.insert(verifier.to_owned());
    }
    let pkce = shared.spec().facts().pkce;
    match (&grant.challenge, verifier) {
        _ if shared.options.pkce == PkceEnforcement::Ignored => Ok(()),
        (_, Some(_)) if pkce == Pkce::Unsupported => Err(invalid_request("code_verifier is not supported")),
        (Some(challenge), Some(verifier)) if challenge.is_met_by(verifier) => Ok(()),
        (Some(_), _) => Err(invalid_grant("code_verifier does not meet the code_challenge")),
        // RFC 9700 section 4.8.2: else the challenge could be cut out of the authorization request.
        (None, Some(_)) => Err(invalid_grant("code_verifier without a code_challenge")),
        (None, None) => Ok(()),
    }
}

fn redeem_refresh_token(shared: &Shared, params: &Pairs) -> Result<Redeemed, Reply> {
    let token = value(params, "refresh_token").ok_or_else(|| invalid_request("refresh_token is missing"))?;
    shared.state().grants.redeem_refresh_token(token).map_err(|why| not_accepted("refresh token", why))
}

fn not_accepted(what: &str, why: NotAccepted) -> Reply {
    let why = match why {
        NotAccepted::Unknown => "is unknown",
        NotAccepted::Used => "has been used",
        NotAccepted::Ended => "has ended",
    };
    invalid_grant(&format!("the {what} {why}"))
}

fn invalid_grant(description: &str) -> Reply {
    Reply::error(400, "invalid_grant", description)
}

fn invalid_request(description: &str) -> Reply {
    Reply::error(400, "invalid_request", description)
}
