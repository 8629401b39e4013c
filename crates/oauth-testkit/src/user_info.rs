//! User-info endpoint and extra calls.

use oauth_core::{Document, Method, TokenPlacement, UserInfoSource};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use crate::{
    endpoint::Endpoint,
    openid,
    person::EmailAccess,
    profile::gives_emails,
    shared::Shared,
    wire::{JSON, Pairs, Received, Reply, value},
};

/// Page number of a paged call, counted from 1 as people do.
const PAGE: &str = "page";

pub(crate) fn reply(shared: &Shared, endpoint: Endpoint, values: &[(&str, String)], received: &Received) -> Reply {
    answer(shared, endpoint, values, received).unwrap_or_else(|refusal| refusal)
}

fn answer(shared: &Shared, endpoint: Endpoint, values: &[(&str, String)], received: &Received) -> Result<Reply, Reply> {
    let spec = shared.spec();
    check_form(shared, endpoint, received)?;
    let grant = presented(shared, received, spec.facts().token_placement)
        .and_then(|token| shared.state().grants.grant_of(&token))
        .ok_or_else(|| unauthorized("the access token is missing where the spec places it, unknown, or has ended"))?;
    let person = shared.person(&grant.person).ok_or_else(|| unauthorized("the person is gone"))?;
    let profile = shared.profile(person);
    for (name, value) in values {
        if profile.variable(name).is_some_and(|expected| expected != *value) {
            return Err(Reply::error(404, "not_found", "the path names somebody else"));
        }
    }
    let Endpoint::Call(call) = endpoint else {
        let mut claims = profile.user_info();
        shared.edit(&Document::UserInfo, &mut claims);
        return user_info(shared, &claims);
    };

    if person.email_access == EmailAccess::Refused && gives_emails(spec, call) {
        let optional = spec.facts().calls.iter().find(|known| known.name() == call);
        let status = optional.and_then(|call| call.optional_statuses().first().copied()).unwrap_or(403);
        return Err(Reply::error(status, "insufficient_scope", "the application may not read e-mail addresses"));
    }
    let page: usize = value(&received.query, PAGE).and_then(|page| page.parse().ok()).unwrap_or(1);
    let next = format!("{}{}?{PAGE}={}", shared.base_url, received.path, page.saturating_add(1));
    let mut list = profile.page(call, page.saturating_sub(1), shared.options.page_size, &next);
    shared.edit(&Document::Call(call.to_owned()), &mut list);
    Ok(Reply::json(200, &list))
}

/// The user-info reply in the form that the spec reads.
fn user_info(shared: &Shared, claims: &Value) -> Result<Reply, Reply> {
    match shared.spec().facts().user_info_source {
        UserInfoSource::SignedEndpoint => {
            let token = openid::signed_user_info(shared, claims);
            let token = token.ok_or_else(|| Reply::text(500, "the reply cannot be signed"))?;
            Ok(Reply::new(200, "application/jwt", token))
        }
        UserInfoSource::Headers(names) => {
            let text = |name: &str| claims.get(name).and_then(Value::as_str);
            let headers = names.iter().filter_map(|name| Some((*name, text(name)?)));
            Ok(headers.fold(Reply::json(200, &Value::Object(Map::new())), |reply, (name, text)| {
                reply.header(name, utf8_percent_encode(text, NON_ALPHANUMERIC).to_string())
            }))
        }
        _ => Ok(Reply::json(200, claims)),
    }
}

/// Method, fixed parameters and body are as the spec says.
fn check_form(shared: &Shared, endpoint: Endpoint, received: &Received) -> Result<(), Reply> {
    let facts = shared.spec().facts();
    let invalid = |description: String| Reply::error(400, "invalid_request", &description);
    let method = match endpoint {
        Endpoint::UserInfo if facts.user_info_method == Method::Post => "POST",
        _ => "GET",
    };
    if received.method != method {
        return Err(Reply::error(405, "invalid_request", "the method is not the spec's").header("allow", method));
    }
    check_headers(shared, received)?;
    if endpoint != Endpoint::UserInfo {
        return Ok(());
    }
    let lacks = |sent: &Pairs, wanted: &'static [(&'static str, &'static str)]| {
        wanted.iter().find(|(name, expected)| !fits(expected, value(sent, name))).map(|(name, _)| *name)
    };
    if let Some(name) = lacks(&received.query, facts.user_info_query).or(lacks(&received.form(), facts.user_info_form))
    {
        return Err(invalid(format!("the parameter {name} is not as the spec says")));
    }
    if let Some(expected) = facts.user_info_json {
        let expected: Option<Value> = serde_json::from_str(expected).ok();
        // Any JSON text: one service wants `null`.
        let sent = (received.media_type() == JSON).then(|| serde_json::from_slice(&received.body).ok()).flatten();
        if sent != expected {
            return Err(invalid("the body is not the JSON text of the spec".to_owned()));
        }
    }
    Ok(())
}

/// The headers that every request to the provider's API has.
pub(crate) fn check_headers(shared: &Shared, received: &Received) -> Result<(), Reply> {
    let headers = shared.spec().facts().user_info_headers;
    match headers.iter().find(|(name, expected)| !fits(expected, received.header(name))) {
        None => Ok(()),
        Some((name, _)) => {
            Err(Reply::error(400, "invalid_request", &format!("the header {name} is not as the spec says")))
        }
    }
}

/// Whether a value is what a spec says; one with a variable in it only has to be there.
pub(crate) fn fits(expected: &str, sent: Option<&str>) -> bool {
    sent.is_some_and(|sent| if expected.contains('{') { !sent.is_empty() } else { sent == expected })
}

/// The access token, from the one place where the spec puts it in this request. In no other place is it looked for, and one that is
/// found there spoils the request: a token in a URL ends up in logs (RFC 9700 section 4.3.2).
pub(crate) fn presented(shared: &Shared, received: &Received, placement: TokenPlacement) -> Option<String> {
    let form = received.form();
    let permitted = match placement {
        TokenPlacement::Query(name) | TokenPlacement::Form(name) => Some(name),
        _ => None,
    };
    let state = shared.state();
    let astray = received
        .query
        .iter()
        .chain(&form)
        .any(|(name, value)| Some(name.as_str()) != permitted && state.grants.knows_access_token(value));
    if astray {
        return None;
    }
    let with_scheme = |scheme: &str| {
        let (sent, token) = received.header("authorization")?.split_once(' ')?;
        sent.eq_ignore_ascii_case(scheme).then_some(token)
    };
    let token = match placement {
        TokenPlacement::Bearer => with_scheme("Bearer"),
        TokenPlacement::Scheme(scheme) => with_scheme(scheme),
        TokenPlacement::Header(name) => received.header(name),
        TokenPlacement::Query(name) => value(&received.query, name),
        TokenPlacement::Form(name) => value(&form, name),
        _ => None,
    };
    token.map(str::to_owned)
}

fn unauthorized(description: &str) -> Reply {
    Reply::error(401, "invalid_token", description).header("www-authenticate", "Bearer error=\"invalid_token\"")
}
