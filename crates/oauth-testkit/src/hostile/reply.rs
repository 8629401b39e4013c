//! Replies on their way to whoever asked, and what becomes of them.

use std::{
    io::Write,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use flate2::{Compression, write::GzEncoder};
use http_body_util::BodyExt;
use hyper::{
    Response,
    body::{Bytes, Frame},
};
use serde_json::{Map, Value, json};
use tokio::time::{Interval, interval};

use super::{
    OTHER, Told,
    forge::{self, Forger},
    lie::{KeysLie, Lie, MetadataLie, ReplyLie, TokenLie, UserInfoLie},
};
use crate::{
    document::{every_field, first_field, get, get_mut, remove, set_member},
    endpoint::Endpoint,
    fault::Fault,
    openid::{Keys, base64url, from_base64url},
    server::{Body, Dropped},
    shared::Shared,
    wire::{JSON, Reply, whole},
};

/// Media type of a signed reply (RFC 7519 section 10.3.1).
const JWT: &str = "application/jwt";

impl Told {
    /// What an endpoint does in place of its work.
    pub(crate) fn fault(&self, endpoint: Endpoint) -> Option<Fault> {
        let Lie::Reply(at, lie) = self.lie else { return None };
        let trap = || format!("{}/{}", self.trap, endpoint.name());
        match lie {
            _ if at != endpoint => None,
            ReplyLie::Redirect => Some(Fault::redirect(trap())),
            ReplyLie::RedirectByGet => Some(Fault::status(302).header("location", trap())),
            ReplyLie::Hang => Some(Fault::hang()),
            ReplyLie::Empty => Some(Fault::status(200)),
            ReplyLie::Html => Some(Fault::html(200, "<!doctype html><title>Sign in</title>")),
            ReplyLie::Deep => Some(Fault::json(200, "[".repeat(100_000))),
            ReplyLie::Headers => {
                let lines = 0..1000;
                Some(lines.fold(Fault::json(200, "{}"), |reply, line| reply.header(format!("x-{line}"), "a")))
            }
            _ => None,
        }
    }

    /// Changes what a reply says. A refusal stays one.
    pub(crate) fn spoil(&self, shared: &Shared, endpoint: Endpoint, reply: &mut Reply) {
        if !(200..=303).contains(&reply.status) {
            return;
        }
        match (self.lie, endpoint) {
            (Lie::Reply(at, ReplyLie::Listed), _) if at == endpoint => edit(reply, |json| *json = json!([json.take()])),
            (Lie::Reply(at, ReplyLie::Twice), _) if at == endpoint => {
                let name = main_member(shared, endpoint);
                let value = if endpoint == Endpoint::Jwks { json!([]) } else { json!(OTHER) };
                reply.body = reply.body.replacen('{', &format!("{{\"{name}\":{value},"), 1);
            }
            (Lie::Metadata(lie), Endpoint::Discovery) => edit(reply, |json| metadata(json, lie, &self.trap)),
            (Lie::Moved, Endpoint::Discovery) => {
                edit(reply, |json| set_member(json, "token_endpoint", format!("{}/token", self.trap)));
            }
            (Lie::Keys(lie), Endpoint::Jwks) => {
                let keys = shared.state().keys.clone();
                edit(reply, |json| key_set(json, lie, keys.as_ref()));
                if lie == KeysLie::Huge {
                    reply.body += &" ".repeat(2 * 1024 * 1024);
                }
            }
            (Lie::Keys(KeysLie::Weak), Endpoint::Token) => id_token(shared, reply, forge::signed_with_weak_key),
            (Lie::Keys(KeysLie::Shared), Endpoint::Token) => id_token(shared, reply, forge::signed_with_shared_key),
            (Lie::Forgery(forgery), Endpoint::Token) => {
                let Some(keys) = shared.state().keys.clone() else { return };
                let (client_id, client_secret) = (&shared.options.client_id, &shared.options.client_secret);
                let forger = Forger { keys: &keys, client_id, client_secret, trap: &self.trap };
                id_token(shared, reply, |token| forger.forge(token, forgery));
            }
            (Lie::Token(lie), Endpoint::Token) => edit(reply, |json| token(shared, json, lie)),
            (Lie::UserInfo(UserInfoLie::Unsigned), Endpoint::UserInfo) => {
                let header = base64url(r#"{"alg":"none"}"#);
                let claims = reply.body.split('.').nth(1).filter(|_| is_jwt(reply)).map(str::to_owned);
                let token = format!("{header}.{}.", claims.unwrap_or_else(|| base64url(&reply.body)));
                *reply = Reply::new(200, JWT, token);
            }
            (Lie::UserInfo(lie), Endpoint::UserInfo) => {
                edit_user_info(shared, reply, |json| user_info(shared, json, lie));
            }
            _ => {}
        }
    }

    /// Sends a reply, in the way of the lie.
    pub(crate) fn deliver(&self, endpoint: Endpoint, mut reply: Reply) -> Response<Body> {
        let lie = match self.lie {
            Lie::Reply(at, lie) if at == endpoint => lie,
            _ => return reply.into_response(),
        };
        let text = Bytes::from(std::mem::take(&mut reply.body));
        let body = match lie {
            ReplyLie::Drip => Trickle::new(text, b" ", Duration::from_millis(50)).boxed(),
            ReplyLie::Endless => Trickle::new(text, &SPACES, Duration::from_millis(1)).boxed(),
            ReplyLie::Cut => Trickle::new(text.slice(..text.len() / 2), b"", Duration::from_millis(1)).boxed(),
            // JSON may end with spaces.
            ReplyLie::Bomb => whole(gzip(&[text.as_ref(), &SPACES.repeat(32)].concat())),
            ReplyLie::TwoCodings => whole(gzip(&gzip(&text))),
            ReplyLie::Binary => {
                reply = Reply::new(200, JSON, "");
                whole(vec![0xfe; 300])
            }
            _ => whole(text),
        };
        let coding = match lie {
            ReplyLie::Bomb => Some("gzip"),
            ReplyLie::TwoCodings => Some("gzip, gzip"),
            _ => None,
        };
        let reply = coding.into_iter().fold(reply, |reply, coding| reply.header("content-encoding", coding));
        let (parts, _) = reply.into_response().into_parts();
        Response::from_parts(parts, body)
    }
}

/// The member that a reply is read for.
fn main_member(shared: &Shared, endpoint: Endpoint) -> String {
    let facts = shared.spec().facts();
    let path = match endpoint {
        Endpoint::Discovery => "issuer",
        Endpoint::Jwks => "keys",
        Endpoint::PushedAuthorization => "request_uri",
        Endpoint::Token => facts.token_reply.object_path().unwrap_or("access_token"),
        _ => facts.claims.paths().first().map_or("id", |(_, path)| *path),
    };
    let field = first_field(path);
    let step = field.as_ref().and_then(|field| field.steps.first());
    match step {
        Some(oauth_core::Step::Key(name)) => name.clone(),
        _ => path.to_owned(),
    }
}

fn edit(reply: &mut Reply, edit: impl FnOnce(&mut Value)) {
    if let Ok(mut json) = serde_json::from_str(&reply.body) {
        edit(&mut json);
        reply.body = json.to_string();
    }
}

/// Changes a user-info reply, which may be signed.
fn edit_user_info(shared: &Shared, reply: &mut Reply, change: impl FnOnce(&mut Value)) {
    if !is_jwt(reply) {
        return edit(reply, change);
    }
    let Some(keys) = shared.state().keys.clone() else { return };
    let claims = reply.body.split('.').nth(1).and_then(from_base64url);
    let claims = claims.and_then(|claims| serde_json::from_slice::<Value>(&claims).ok());
    let signed = claims.and_then(|mut claims| {
        change(&mut claims);
        keys.signer.token("JWT", &claims)
    });
    reply.body = signed.unwrap_or_default();
}

fn is_jwt(reply: &Reply) -> bool {
    reply.headers.iter().any(|(name, value)| name == "content-type" && value == JWT)
}

fn metadata(json: &mut Value, lie: MetadataLie, trap: &str) {
    let port = trap.rsplit(':').next().unwrap_or_default();
    let mut set = |name: &str, value: Value| set_member(json, name, value);
    match lie {
        MetadataLie::Issuer => set("issuer", "https://another-issuer.example".into()),
        MetadataLie::IssuerWithSlash | MetadataLie::IssuerInList => {
            let issuer = json.get("issuer").and_then(Value::as_str).unwrap_or_default();
            let issuer = match lie {
                MetadataLie::IssuerInList => json!([issuer]),
                _ => json!(format!("{issuer}/")),
            };
            set_member(json, "issuer", issuer);
        }
        MetadataLie::NoIssuer => set("issuer", Value::Null),
        MetadataLie::PlainHttp => set("token_endpoint", "http://another-issuer.example/token".into()),
        MetadataLie::Unspecified => set("token_endpoint", format!("https://0.0.0.0:{port}/token").into()),
        MetadataLie::Mapped => set("token_endpoint", format!("https://[::ffff:127.0.0.1]:{port}/token").into()),
        MetadataLie::LinkLocal => set("jwks_uri", "https://169.254.169.254/jwks".into()),
        MetadataLie::Credentials => set("userinfo_endpoint", trap.replacen("//", "//user:password@", 1).into()),
        MetadataLie::Script => set("authorization_endpoint", "javascript:alert(1)".into()),
        MetadataLie::File => set("token_endpoint", "file:///dev/null".into()),
        MetadataLie::NoTokenEndpoint => set("token_endpoint", Value::Null),
        MetadataLie::NoKeys => set("jwks_uri", Value::Null),
    }
    if let Value::Object(members) = json {
        members.retain(|_, value| !value.is_null());
    }
}

fn key_set(json: &mut Value, lie: KeysLie, keys: Option<&Keys>) {
    let Some(Value::Array(list)) = json.get_mut("keys") else { return };
    let mut right = |name: &str, value: Value| list.iter_mut().for_each(|key| set_member(key, name, value.clone()));
    match lie {
        KeysLie::Flood => {
            let mut key = list.first().cloned().unwrap_or_default();
            let flood = (0..1000).map(|number| {
                set_member(&mut key, "kid", format!("flood-{number}"));
                key.clone()
            });
            let flood: Vec<_> = flood.collect();
            list.splice(..0, flood);
        }
        KeysLie::Huge => {}
        KeysLie::Empty => list.clear(),
        KeysLie::NoList => set_member(json, "keys", Map::new()),
        KeysLie::ForEncryption => right("use", "enc".into()),
        KeysLie::ForDerivation => {
            list.iter_mut().filter_map(Value::as_object_mut).for_each(|key| drop(key.remove("use")));
            for key in list {
                set_member(key, "key_ops", json!(["deriveBits"]));
            }
        }
        KeysLie::OtherAlgorithm => right("alg", "ECDH-ES".into()),
        KeysLie::Weak => list.push(forge::weak_key()),
        KeysLie::Shared => list.push(forge::shared_key()),
        KeysLie::Foreign => *list = keys.and_then(forge::foreign_key).into_iter().collect(),
    }
}

/// The way to a member of a token reply: in its envelope, if it has one.
fn in_token_reply(shared: &Shared, name: &str) -> Option<Vec<oauth_core::Step>> {
    let shape = shared.spec().facts().token_reply;
    let (_, path) = shape.paths().into_iter().find(|(known, _)| *known == name)?;
    let envelope = shape.object_path().and_then(first_field).map(|field| field.steps).unwrap_or_default();
    Some(envelope.into_iter().chain(first_field(path)?.steps).collect())
}

fn id_token(shared: &Shared, reply: &mut Reply, forge: impl FnOnce(&str) -> Option<String>) {
    let Some(way) = in_token_reply(shared, "id_token") else { return };
    edit(reply, |json| {
        let forged = get(json, &way).and_then(Value::as_str).and_then(forge);
        if let (Some(place), Some(forged)) = (get_mut(json, &way), forged) {
            shared.state().secrets.insert(forged.clone());
            *place = forged.into();
        }
    });
}

fn token(shared: &Shared, json: &mut Value, lie: TokenLie) {
    let member = if lie == TokenLie::Mac { "token_type" } else { "access_token" };
    let Some(way) = in_token_reply(shared, member) else { return };
    let Some(place) = get_mut(json, &way) else { return };
    let honest = place.as_str().unwrap_or_default().to_owned();
    match lie {
        TokenLie::ErrorBesideTokens => set_member(json, "error", "invalid_grant"),
        TokenLie::NoAccessToken => remove(json, &way),
        TokenLie::EmptyAccessToken => *place = "".into(),
        TokenLie::AccessTokenNumber => *place = 7.into(),
        TokenLie::AccessTokenInList => *place = json!([honest]),
        TokenLie::AccessTokenWithLine => *place = format!("{honest}\r\nx-injected: 1").into(),
        TokenLie::Mac => *place = "mac".into(),
    }
}

fn user_info(shared: &Shared, json: &mut Value, lie: UserInfoLie) {
    let paths = shared.spec().facts().claims.paths();
    let fields = paths.first().map(|(_, path)| every_field(path)).unwrap_or_default();
    for field in fields {
        let Some(place) = get_mut(json, &field.steps) else { continue };
        let honest = place.as_str().unwrap_or_default().to_owned();
        match lie {
            UserInfoLie::NoSubject => remove(json, &field.steps),
            UserInfoLie::FlagAsSubject => *place = true.into(),
            UserInfoLie::ObjectAsSubject => *place = json!({ "id": honest }),
            UserInfoLie::EmptySubject => *place = "".into(),
            UserInfoLie::OtherSubject => *place = OTHER.into(),
            UserInfoLie::SubjectInOtherCase => *place = other_case(&honest).into(),
            UserInfoLie::Unsigned => {}
        }
    }
}

/// The same letters, the other way. A digit has no other case, so one letter more makes it another text at least.
fn other_case(text: &str) -> String {
    let changed = text.to_ascii_uppercase();
    if changed == text { format!("{text}A") } else { changed }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    // Memory takes everything.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

static SPACES: [u8; 64 * 1024] = [b' '; 64 * 1024];

/// A body that comes bit by bit and never ends well.
struct Trickle {
    /// What comes at first.
    first: Option<Bytes>,
    /// What comes then, again and again; if it is nothing, the connection ends.
    then: Bytes,
    timer: Interval,
}

impl Trickle {
    fn new(first: Bytes, then: &'static [u8], pause: Duration) -> Self {
        Self { first: Some(first), then: Bytes::from_static(then), timer: interval(pause) }
    }
}

impl hyper::body::Body for Trickle {
    type Data = Bytes;
    type Error = Dropped;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Dropped>>> {
        ready!(self.timer.poll_tick(context));
        Poll::Ready(Some(match self.first.take() {
            Some(first) => Ok(Frame::data(first)),
            None if self.then.is_empty() => Err(Dropped),
            None => Ok(Frame::data(self.then.clone())),
        }))
    }
}
