//! The same login as a careful application would write it on reqwest: same requests, same checks of status, a typed
//! struct per reply, user and e-mails asked at the same time.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use url::Url;

#[derive(Deserialize)]
#[allow(dead_code, reason = "read as an application would")]
struct Token {
    access_token: String,
    refresh_token: Option<String>,
    expires_in: Option<u64>,
    scope: Option<String>,
    token_type: String,
}

#[derive(Deserialize)]
struct User {
    uuid: String,
    display_name: Option<String>,
    nickname: Option<String>,
    links: Links,
}

#[derive(Deserialize)]
struct Links {
    avatar: Link,
    html: Link,
}

#[derive(Deserialize)]
struct Link {
    href: String,
}

#[derive(Deserialize)]
struct Emails {
    values: Vec<Email>,
}

#[derive(Deserialize)]
struct Email {
    email: String,
    is_primary: bool,
    is_confirmed: bool,
}

struct Record {
    id: String,
    email: Option<(String, bool)>,
    name: Option<String>,
    username: Option<String>,
    avatar: String,
    profile: String,
}

pub struct Client {
    http: reqwest::Client,
    base_url: String,
}

impl Client {
    pub fn new(base_url: &str) -> Self {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(3))
            .timeout(Duration::from_secs(10))
            .user_agent("by-hand")
            .build()
            .expect("a client");
        Self { http, base_url: base_url.to_owned() }
    }

    pub async fn sign_in(&self) -> Option<String> {
        let (state, verifier) = (random(), random());
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
        let redirect_uri = "https://app.example/auth/bitbucket/callback";
        let mut url = Url::parse(&format!("{}/authorize", self.base_url)).expect("a URL");
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", "consumer-key")
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("scope", "account email")
            .append_pair("state", &state)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        std::hint::black_box(url.as_str());

        let token: Token = self
            .http
            .post(format!("{}/token", self.base_url))
            .basic_auth("consumer-key", Some("consumer-secret"))
            .header("accept", "application/json")
            .form(&[
                ("grant_type", "authorization_code"),
                ("code", "the-code"),
                ("redirect_uri", redirect_uri),
                ("code_verifier", &verifier),
            ])
            .send()
            .await
            .and_then(reqwest::Response::error_for_status)
            .expect("a reply")
            .json()
            .await
            .expect("a token");
        let (user, emails) =
            futures_util::join!(self.get::<User>("user", &token), self.get::<Emails>("emails", &token));
        let email = emails.values.iter().find(|email| email.is_primary);
        let email = email.or_else(|| emails.values.iter().find(|email| email.is_confirmed));
        let record = Record {
            id: user.uuid.trim_matches(['{', '}']).to_owned(),
            email: email.map(|email| (email.email.clone(), email.is_confirmed)),
            name: user.display_name,
            username: user.nickname,
            avatar: user.links.avatar.href,
            profile: user.links.html.href,
        };
        let Record { id, email, name, username, avatar, profile } = record;
        std::hint::black_box((id, name, username, avatar, profile));
        email.map(|(address, _)| address)
    }

    async fn get<T: for<'de> Deserialize<'de>>(&self, path: &str, token: &Token) -> T {
        self.http
            .get(format!("{}/{path}", self.base_url))
            .bearer_auth(&token.access_token)
            .header("accept", "application/json")
            .send()
            .await
            .and_then(reqwest::Response::error_for_status)
            .expect("a reply")
            .json()
            .await
            .expect("a profile")
    }
}

fn random() -> String {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("random bytes");
    URL_SAFE_NO_PAD.encode(bytes)
}
