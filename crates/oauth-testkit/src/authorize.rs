//! Authorization endpoint: the page where somebody is chosen, and the way back to the application.

use std::borrow::Cow;

use oauth_core::{Pkce, ResponseMode};
use serde_json::json;
use url::Url;

use crate::{
    answer::Answer,
    builder::PkceEnforcement,
    grants::{Challenge, Grant, random},
    openid::{has_id_token, issuer},
    page,
    shared::Shared,
    token,
    user_info::fits,
    wire::{Pairs, Received, Reply, repeated, value},
};

/// A valid authorization request.
pub(crate) struct AuthorizationRequest {
    pub(crate) redirect_uri: Url,
    /// The same as it was sent: what the token request must repeat.
    redirect_uri_text: String,
    state: String,
    pub(crate) scopes: Vec<String>,
    challenge: Option<Challenge>,
    nonce: Option<String>,
    acr: Option<String>,
    pub(crate) response_mode: ResponseMode,
}

pub(crate) fn reply(shared: &Shared, received: &Received) -> Reply {
    // The page posts to its own address, so both methods carry the request in the query.
    let request = match referred_to(shared, &received.query).and_then(|query| check(shared, &query)) {
        Ok(request) => request,
        Err(fault) => return page::refusal(shared, &fault),
    };
    shared.state().secrets.insert(request.state.clone());
    match received.method.as_str() {
        "GET" | "HEAD" => page::choice(shared, &request),
        "POST" => chosen(shared, request, &received.form()),
        _ => Reply::text(405, "GET shows the page, POST answers it").header("allow", "GET, POST"),
    }
}

fn chosen(shared: &Shared, request: AuthorizationRequest, form: &Pairs) -> Reply {
    let response_mode = request.response_mode;
    let (redirect_uri, parameters) = match decide(shared, request, form) {
        Ok(decided) => decided,
        Err(reply) => return reply,
    };
    let mut answer = Answer::new(response_mode, redirect_uri, parameters);
    let told = shared.state().told.clone();
    if let Some(told) = told {
        told.lead_back(&mut answer);
    }
    answer.reply(shared)
}

/// The request of a query: the query itself, or what it refers to (RFC 9126 section 4).
pub(crate) fn referred_to<'q>(shared: &Shared, query: &'q Pairs) -> Result<Cow<'q, Pairs>, String> {
    let client_id = shared.spec().facts().client_id_param;
    let Some(reference) = value(query, "request_uri") else {
        if shared.options.requires_pushed_authorization() {
            return Err("The request has to be pushed first (RFC 9126).".to_owned());
        }
        return Ok(Cow::Borrowed(query));
    };
    if let Some((name, _)) = query.iter().find(|(name, _)| *name != "request_uri" && name != client_id) {
        return Err(format!("The parameter {name} stands beside a request_uri, where nothing of the request belongs."));
    }
    let pushed = shared.state().pushed.get(reference).cloned();
    let pushed = pushed.ok_or("The request_uri refers to nothing that was pushed here.")?;
    if value(query, client_id) != value(&pushed, client_id) {
        return Err(format!("The parameter {client_id} is not that of the request that was pushed."));
    }
    Ok(Cow::Owned(pushed))
}

/// Takes a request that the browser is to refer to (RFC 9126 section 2).
pub(crate) fn pushed(shared: &Shared, received: &Received) -> Reply {
    let request = token::authenticated(shared, received).and_then(|mut params| {
        let (facts, refuse) = (shared.spec().facts(), |fault: &str| Reply::error(400, "invalid_request", fault));
        params.retain(|(name, _)| name != facts.client_secret_param);
        if value(&params, "request_uri").is_some() {
            return Err(refuse("a request that is pushed refers to no other"));
        }
        check(shared, &params).map_err(|fault| refuse(&fault))?;
        let reference = random(43).map_err(|_| Reply::text(500, "no random bytes"))?;
        Ok((format!("urn:ietf:params:oauth:request_uri:{reference}"), params))
    });
    match request {
        Ok((reference, params)) => {
            let reply = json!({ "request_uri": reference, "expires_in": 60 });
            shared.state().pushed.insert(reference, params);
            Reply::json(201, &reply)
        }
        Err(refusal) => refusal,
    }
}

/// Where the answer goes, and its parameters.
pub(crate) fn decide(shared: &Shared, request: AuthorizationRequest, form: &Pairs) -> Result<(Url, Pairs), Reply> {
    let AuthorizationRequest { redirect_uri, redirect_uri_text, state, scopes, challenge, nonce, acr, .. } = request;
    let mut answer = Pairs::new();
    let mut add = |name: &str, value: &str| answer.push((name.to_owned(), value.to_owned()));
    match value(form, "person").map(|key| shared.person(key)) {
        Some(Some(person)) => {
            let grant =
                Grant { person: person.key.clone(), scopes, redirect_uri: redirect_uri_text, challenge, nonce, acr };
            let code = shared.state().grants.issue_code(grant, shared.options.code_lifetime);
            let code = code.map_err(|_| Reply::text(500, "no random bytes"))?;
            add("code", &code);
            for (name, value) in shared.profile(person).callback() {
                add(&name, &value);
            }
            shared.state().secrets.insert(code);
        }
        Some(None) => return Err(page::refusal(shared, "Nobody here has that key.")),
        None if value(form, "decision") == Some("deny") => {
            add("error", "access_denied");
            add("error_description", "The person did not let the application in.");
        }
        None => return Err(page::refusal(shared, "The form names neither a person nor a decision.")),
    }
    add("state", &state);
    if let Some(issuer) = issuer(shared.spec(), &shared.base_url) {
        add("iss", &issuer);
    }
    Ok((redirect_uri, answer))
}

/// Checks a request, and says in a sentence what is wrong with it.
pub(crate) fn check(shared: &Shared, query: &Pairs) -> Result<AuthorizationRequest, String> {
    let (facts, options) = (shared.spec().facts(), &shared.options);
    if let Some(name) = repeated(query) {
        return Err(format!("The parameter {name} is there twice."));
    }
    let parameter = |name: &str| value(query, name).filter(|value| !value.is_empty());
    match parameter(facts.client_id_param) {
        Some(id) if id == options.client_id => {}
        Some(id) => {
            return Err(format!("{} {id} is unknown; here it is {}.", facts.client_id_param, options.client_id));
        }
        None => return Err(format!("The parameter {} is missing.", facts.client_id_param)),
    }
    match parameter("response_type") {
        Some("code") => {}
        Some(other) => return Err(format!("response_type is {other}; it must be code.")),
        None => return Err("The parameter response_type is missing.".to_owned()),
    }
    let redirect_uri_text = parameter(facts.redirect_uri_param)
        .ok_or_else(|| format!("The parameter {} is missing.", facts.redirect_uri_param))?;
    let redirect_uri = redirect_uri(redirect_uri_text, options.redirect_uri.as_deref())?;
    let state =
        parameter("state").ok_or("The parameter state is missing: without it a stranger could end this login.")?;
    let response_mode = match parameter("response_mode") {
        Some("form_post") => ResponseMode::FormPost,
        _ if options.response_mode == ResponseMode::FormPost => {
            return Err("response_mode must be form_post.".to_owned());
        }
        None | Some("query") => ResponseMode::Query,
        Some(_) => return Err("response_mode must be query or form_post.".to_owned()),
    };
    for (name, expected) in facts.authorize_params {
        if !fits(expected, value(query, name)) {
            return Err(format!("The parameter {name} must be {expected}."));
        }
    }
    let challenge = challenge(facts.pkce, options.pkce, query)?;
    let separator = facts.scope_separator;
    let scopes = match parameter("scope") {
        Some(scopes) => scopes.split(|c| c == ' ' || separator.contains(c)).map(str::to_owned).collect(),
        None => facts.scopes.iter().map(|scope| (*scope).to_owned()).collect::<Vec<_>>(),
    };
    let nonce = parameter("nonce").map(str::to_owned);
    if has_id_token(shared.spec()) {
        if nonce.is_none() {
            return Err("The parameter nonce is missing: without it an ID token of another login would do.".to_owned());
        }
        if !scopes.iter().any(|scope| scope == "openid") {
            return Err("The scope openid is missing (OpenID Connect Core section 3.1.2.1).".to_owned());
        }
    }
    let acr = parameter("acr_values").and_then(|values| values.split(' ').next()).map(str::to_owned);
    Ok(AuthorizationRequest {
        nonce,
        acr,
        response_mode,
        redirect_uri,
        redirect_uri_text: redirect_uri_text.to_owned(),
        state: state.to_owned(),
        scopes,
        challenge,
    })
}

fn redirect_uri(text: &str, registered: Option<&str>) -> Result<Url, String> {
    let is_registered = |registered: &str| {
        let rest = text.strip_prefix(registered);
        rest.is_some_and(|rest| rest.is_empty() || registered.ends_with('/') || rest.starts_with(['/', '?']))
    };
    if let Some(registered) = registered.filter(|registered| !is_registered(registered)) {
        return Err(format!("The redirect URI {text} is not the registered one, {registered}."));
    }
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() && url.fragment().is_none() => Ok(url),
        _ => Err(format!("The redirect URI {text} is no absolute web address without a fragment.")),
    }
}

fn challenge(pkce: Pkce, enforcement: PkceEnforcement, query: &Pairs) -> Result<Option<Challenge>, String> {
    let (challenge, method) = (value(query, "code_challenge"), value(query, "code_challenge_method"));
    if enforcement == PkceEnforcement::Ignored {
        return Ok(None);
    }
    let is_well_formed = |challenge: &str| {
        (43..=128).contains(&challenge.len())
            && challenge.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
    };
    match (pkce, challenge, method) {
        (_, Some(challenge), _) if !is_well_formed(challenge) => {
            Err("code_challenge is not 43 to 128 characters of its alphabet (RFC 7636 section 4.2).".to_owned())
        }
        (Pkce::S256, Some(challenge), Some("S256")) if challenge.len() == 43 => {
            Ok(Some(Challenge::S256(challenge.to_owned())))
        }
        (Pkce::S256, Some(_), _) => Err("code_challenge_method must be S256.".to_owned()),
        (Pkce::Plain, Some(challenge), None | Some("plain")) => Ok(Some(Challenge::Plain(challenge.to_owned()))),
        (Pkce::Plain, Some(_), Some(_)) => Err("code_challenge_method must be plain.".to_owned()),
        (Pkce::Unsupported, None, _) => Ok(None),
        (Pkce::Unsupported, Some(_), _) => Err("This provider refuses code_challenge.".to_owned()),
        (_, None, _) if enforcement == PkceEnforcement::Optional => Ok(None),
        _ => Err("The parameter code_challenge is missing.".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_uri_may_go_on_where_the_registered_one_ends() {
        let table = [
            ("https://app.test/cb", "https://app.test/cb", true),
            ("https://app.test/cb", "https://app.test/cb/bitbucket", true),
            ("https://app.test/cb", "https://app.test/cb?x=1", true),
            ("https://app.test/", "https://app.test/cb", true),
            ("https://app.test/cb", "https://app.test/cbx", false),
            ("https://app.test", "https://app.test.evil.test/", false),
            ("https://app.test", "https://app.test@evil.test/", false),
            ("https://app.test/cb", "https://app.test/", false),
            ("https://app.test/cb", "http://app.test/cb", false),
        ];
        for (registered, sent, accepted) in table {
            assert_eq!(redirect_uri(sent, Some(registered)).is_ok(), accepted, "{registered} {sent}");
        }
        for sent in ["javascript:alert(1)", "/cb", "https://app.test/#x", "data:text/html,x", ""] {
            assert!(redirect_uri(sent, None).is_err(), "{sent}");
        }
    }

    #[test]
    fn a_challenge_is_checked_by_the_specs_rule() {
        use PkceEnforcement::{Ignored, Optional, Required};
        let good = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        let table = [
            (Pkce::S256, Required, Some(good), Some("S256"), true),
            (Pkce::S256, Required, Some(good), Some("plain"), false),
            (Pkce::S256, Required, Some(good), None, false),
            (Pkce::S256, Required, Some("short"), Some("S256"), false),
            (Pkce::S256, Required, None, None, false),
            (Pkce::S256, Optional, None, None, true),
            (Pkce::S256, Optional, Some(good), Some("plain"), false),
            (Pkce::S256, Ignored, Some("short"), None, true),
            (Pkce::Plain, Required, Some(good), Some("plain"), true),
            (Pkce::Plain, Required, Some(good), None, true),
            (Pkce::Plain, Required, Some(good), Some("S256"), false),
            (Pkce::Unsupported, Required, None, None, true),
            (Pkce::Unsupported, Required, Some(good), Some("S256"), false),
        ];
        for (pkce, enforcement, sent, method, accepted) in table {
            let mut query = Pairs::new();
            query.extend(sent.map(|sent| ("code_challenge".to_owned(), sent.to_owned())));
            query.extend(method.map(|method| ("code_challenge_method".to_owned(), method.to_owned())));
            let case = format!("{pkce:?} {enforcement:?} {sent:?} {method:?}");
            assert_eq!(challenge(pkce, enforcement, &query).is_ok(), accepted, "{case}");
        }
    }
}
