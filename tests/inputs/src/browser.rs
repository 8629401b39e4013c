//! What browsers send.

use std::sync::LazyLock;

use futures_executor::block_on;
use oauth_login::{Answer, BrowserRequest, Login, LoginOutcome};
use url::Url;

use crate::world::{BASE_URL, CODE, Network};

static LOGIN: LazyLock<Login> = LazyLock::new(|| Network::default().login());

/// A login under way: its `state` and the flow cookie.
struct Begun {
    state: String,
    name: String,
    value: String,
}

fn begin(provider: &str, next: &str) -> Begun {
    let answer = block_on(LOGIN.begin(provider, &BrowserRequest::new("GET", next)));
    begun(&answer).expect("an honest login begins")
}

fn begun(answer: &Answer) -> Option<Begun> {
    let url = Url::parse(answer.location()?).ok()?;
    let (_, state) = url.query_pairs().find(|(name, _)| name == "state")?;
    let (_, cookie) = answer.headers().iter().find(|(name, _)| *name == "set-cookie")?;
    let (name, value) = cookie.split(';').next()?.split_once('=')?;
    Some(Begun { state: state.into_owned(), name: name.into(), value: value.into() })
}

/// `data` with the words `STATE` and `CODE` replaced by those of a login, so that mutations get past the first checks.
fn filled_in(data: &[u8], begun: &Begun) -> String {
    String::from_utf8_lossy(data).replace("STATE", &begun.state).replace("CODE", CODE)
}

fn finish(request: &BrowserRequest<'_>, provider: &str) -> Option<LoginOutcome> {
    match block_on(LOGIN.callback(provider, request)) {
        Ok(outcome) => {
            assert_eq!(outcome.user().oauth_id, "7");
            Some(outcome)
        }
        Err(failure) => {
            is_clean(failure.answer());
            None
        }
    }
}

/// An answer that HTTP can carry and that leads nowhere else.
fn is_clean(answer: &Answer) {
    for (name, value) in answer.headers() {
        assert!(value.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{name}: {value:?}");
    }
    if let Some(location) = answer.location() {
        assert!(stays_here(location), "{location}");
    }
}

/// Whether a browser that is told to go to `location` stays on the site.
fn stays_here(location: &str) -> bool {
    let base = Url::parse(BASE_URL).expect("a URL");
    location.starts_with('/') && base.join(location).is_ok_and(|target| target.origin() == base.origin())
}

/// The query of a callback.
pub fn callback_query(data: &[u8]) -> bool {
    let begun = begin("plain", "");
    let query = filled_in(data, &begun);
    let cookie = format!("{}={}", begun.name, begun.value);
    let request = BrowserRequest::new("GET", &query).headers([("cookie", cookie.as_bytes())]);
    let Some(outcome) = finish(&request, "plain") else { return false };
    assert!(query.contains(&begun.state), "signed in without the state");
    is_clean(&outcome.accept());
    assert!(finish(&request, "plain").is_none(), "a login is used once");
    true
}

/// The body of a callback by `form_post`.
pub fn callback_body(data: &[u8]) -> bool {
    let begun = begin("posty", "");
    let body = filled_in(data, &begun);
    let cookie = format!("{}={}", begun.name, begun.value);
    let headers = [("cookie", cookie.as_bytes()), ("content-type", b"application/x-www-form-urlencoded".as_slice())];
    let request = BrowserRequest::new("POST", "").headers(headers).body(body.as_bytes());
    let Some(outcome) = finish(&request, "posty") else { return false };
    assert!(body.contains(&begun.state), "signed in without the state");
    is_clean(&outcome.accept());
    true
}

/// The `Cookie` header, at both ends of a login.
pub fn cookie_header(data: &[u8]) -> bool {
    let begun = begin("plain", "");
    let query = format!("code={CODE}&state={}", begun.state);
    let request = BrowserRequest::new("GET", &query).headers([("cookie", data)]);
    assert!(finish(&request, "plain").is_none(), "signed in without the cookie");

    let request = BrowserRequest::new("GET", "").headers([("cookie", data)]);
    let answer = block_on(LOGIN.begin("plain", &request));
    for (name, value) in answer.headers() {
        assert!(value.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{name}: {value:?}");
    }
    false
}

/// The value of the flow cookie. Where `data` begins with `EDIT` the rest is laid over an honest value, bit by bit.
pub fn sealed_value(data: &[u8]) -> bool {
    let begun = begin("plain", "");
    let value = match data.strip_prefix(b"EDIT") {
        Some(edits) => {
            let edited = begun.value.bytes().zip(edits.iter().chain(std::iter::repeat(&0)));
            edited.map(|(byte, edit)| byte ^ edit).collect()
        }
        None => data.to_vec(),
    };
    let cookie = [begun.name.as_bytes(), b"=", &value].concat();
    let query = format!("code={CODE}&state={}", begun.state);
    let request = BrowserRequest::new("GET", &query).headers([("cookie", cookie.as_slice())]);
    let opened = finish(&request, "plain").is_some();
    assert!(!opened || value.trim_ascii() == begun.value.as_bytes(), "a changed value was opened");
    opened
}

/// The page to land on.
pub fn next(data: &[u8]) -> bool {
    let query = format!("next={}", String::from_utf8_lossy(data));
    let answer = block_on(LOGIN.begin("plain", &BrowserRequest::new("GET", &query)));
    let Some(begun) = begun(&answer) else {
        is_clean(&answer);
        return false;
    };
    let cookie = format!("{}={}", begun.name, begun.value);
    let query = format!("code={CODE}&state={}", begun.state);
    let request = BrowserRequest::new("GET", &query).headers([("cookie", cookie.as_bytes())]);
    let outcome = finish(&request, "plain").expect("an honest login ends");
    assert!(stays_here(outcome.next()), "{}", outcome.next());
    is_clean(&outcome.accept());
    true
}
