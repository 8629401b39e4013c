//! What providers send.

use futures_executor::block_on;
use oauth_core::{
    AuthorizationRequest, CallbackParameters, EmailVerified, ErrorKind, ExposeSecret, OAuthToken, OAuthUserInfo,
    SecretString,
};
use url::Url;

use crate::world::{BASE_URL, CODE, Endpoint, ISSUER, Network, OPENID, PLAIN};

/// The example of RFC 8037 appendix A.4: a signature, but not over claims.
const SIGNED_TEXT: &str = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.\
                           hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

fn request() -> AuthorizationRequest {
    AuthorizationRequest::new(format!("{BASE_URL}/callback"))
}

/// The reply of the token endpoint.
pub fn token_reply(data: &[u8]) -> bool {
    let client = Network::answering(Endpoint::Token, data).client(&PLAIN);
    let authorization = client.authorization_url(&request()).expect("an authorization");
    let further = CallbackParameters::default();
    let Ok(token) = block_on(client.exchange_code(CODE, authorization.pending(), &further)) else { return false };
    let text = token.access_token().expose_secret();
    assert!(!text.is_empty() && text.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{text:?}");
    true
}

/// A profile.
pub fn user_info(data: &[u8]) -> bool {
    let client = Network::answering(Endpoint::UserInfo, data).client(&PLAIN);
    let user = block_on(client.user_info(&OAuthToken::from_access_token("at")));
    user.inspect(is_somebody).is_ok()
}

fn is_somebody(user: &OAuthUserInfo) {
    let is_line = |text: &str| !text.is_empty() && !text.contains(char::is_control);
    assert!(is_line(&user.oauth_id), "{:?}", user.oauth_id);
    for text in [&user.username, &user.first_name, &user.last_name].into_iter().flatten() {
        assert!(is_line(text), "{text:?}");
    }
    if let Some(email) = &user.email {
        assert!(email.split('@').count() == 2 && is_line(email), "{email:?}");
    }
    for url in [&user.avatar_url, &user.profile_url].into_iter().flatten() {
        let url = Url::parse(url).expect("a URL");
        assert!(matches!(url.scheme(), "http" | "https"), "{url}");
    }
    assert_eq!(user.verified_email().is_some(), user.email.is_some() && user.email_verified == EmailVerified::Verified);
}

/// The metadata of an OpenID provider.
pub fn discovery(data: &[u8]) -> bool {
    let client = Network::answering(Endpoint::Metadata, data).client(&OPENID);
    let Ok(authorization) = block_on(client.authorize(&request())) else { return false };
    let url = Url::parse(authorization.url()).expect("a URL");
    let is_loopback = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    assert!(url.scheme() == "https" || is_loopback, "{url}");
    assert_eq!(authorization.pending().issuer(), Some(ISSUER));
    assert_eq!(url.query_pairs().filter(|(name, _)| name == "state").count(), 1, "{url}");
    true
}

/// The key set of an OpenID provider, asked for an ID token that none of its keys has signed.
pub fn key_set(data: &[u8]) -> bool {
    proves_nothing(&Network::answering(Endpoint::KeySet, data), SIGNED_TEXT)
}

/// An ID token, at a provider whose private key nobody has.
pub fn id_token(data: &[u8]) -> bool {
    proves_nothing(&Network::default(), &String::from_utf8_lossy(data))
}

fn proves_nothing(network: &Network, id_token: &str) -> bool {
    let client = network.client(&OPENID);
    let authorization = block_on(client.authorize(&request())).expect("an authorization");
    let verified = block_on(client.verify_id_token(&SecretString::from(id_token), authorization.pending()));
    let kind = verified.expect_err("nobody signed this").kind();
    assert!(matches!(kind, ErrorKind::IdTokenInvalid | ErrorKind::KeySetInvalid), "{kind:?}");
    false
}
