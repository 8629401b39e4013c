//! The hostile provider: what it says ends every login with nothing given away, and its trap tells who falls into it.

use std::{fmt::Write as _, time::Duration};

use futures_util::future::join_all;
use oauth_bitbucket::BITBUCKET;
use oauth_core::{
    AuthorizationRequest, CallbackParameters, Error, ErrorKind, OAuthClient, ProviderSpec, ResponseMode, Result,
};
use oauth_reqwest::ReqwestClient;
use oauth_testkit::{
    Browser, DevProvider, Endpoint,
    hostile::{CallbackLie, Forgery, FormLie, HostileProvider, KeysLie, Lie, MetadataLie, ReplyLie},
};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

use crate::{REDIRECT_URI, kinds, parameters};

/// A login as an application makes it; whatever stops it is the error.
async fn login(provider: &HostileProvider, http: &ReqwestClient) -> Result<String> {
    let client = OAuthClient::new(provider.spec(), provider.config(), http.clone())?;
    let (url, pending) = client.authorize(&AuthorizationRequest::new(REDIRECT_URI)).await?.into_parts();
    let browser = Browser::new();
    let page = browser.open(&url).await?;
    let params = parameters(&browser.choose(&page, "jane").await?);
    let (_, code) = params.iter().find(|(name, _)| name == "code").unwrap();
    let further: CallbackParameters = params.iter().cloned().collect();
    let (_, user) = client.sign_in(code, &pending, &further).await?;
    Ok(user.oauth_id)
}

/// All that an error says, on every way there is.
fn everything(error: &Error) -> String {
    let mut text = format!("{error} {error:?} {error:#?} {:?}", error.remedy());
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        write!(text, " {cause} {cause:?}").unwrap();
        source = cause.source();
    }
    text
}

/// What may end a login at which a lie is told.
fn ends(lie: Lie) -> &'static [ErrorKind] {
    use ErrorKind::{
        AddressRefused, AuthorizationRefused, IdTokenInvalid, InvalidGrant, KeySetInvalid, MetadataInvalid,
        RedirectRefused, ReplyTooLarge, Timeout, TokenReplyInvalid, Transport, UserInfoInvalid,
    };
    match lie {
        Lie::Reply(_, ReplyLie::Redirect | ReplyLie::RedirectByGet) => &[RedirectRefused],
        Lie::Reply(_, ReplyLie::Hang | ReplyLie::Drip) => &[Timeout],
        Lie::Reply(_, ReplyLie::Endless | ReplyLie::Bomb) | Lie::Keys(KeysLie::Huge) => &[ReplyTooLarge],
        Lie::Reply(_, ReplyLie::TwoCodings | ReplyLie::Headers | ReplyLie::Cut) => &[Transport],
        Lie::Reply(Endpoint::Token, _) | Lie::Forgery(Forgery::LineBreak) => &[TokenReplyInvalid],
        Lie::Reply(Endpoint::PushedAuthorization, _) => &[AuthorizationRefused],
        Lie::Reply(Endpoint::Discovery, _) => &[MetadataInvalid],
        Lie::Reply(Endpoint::Jwks, _) => &[KeySetInvalid],
        Lie::Metadata(_) => &[MetadataInvalid, AddressRefused],
        Lie::Keys(_) => &[KeySetInvalid, IdTokenInvalid],
        Lie::Token(_) => &[TokenReplyInvalid, InvalidGrant],
        Lie::IdToken(_) | Lie::Forgery(_) => &[IdTokenInvalid],
        Lie::Reply(..) | Lie::UserInfo(_) => &[UserInfoInvalid],
        _ => &[],
    }
}

/// What the lies of a provider have done.
async fn damage(spec: &'static ProviderSpec) -> Vec<String> {
    let provider = HostileProvider::start(spec).await.unwrap();
    let patient = ReqwestClient::builder().timeout(Duration::from_secs(60)).build().unwrap();
    let hasty = ReqwestClient::builder().timeout(Duration::from_secs(1)).build().unwrap();
    let mut damage = Vec::new();
    let mut note = |what: String| damage.push(format!("{}: {what}", spec.name()));
    login(&provider, &patient).await.unwrap_or_else(|error| panic!("{}: {}", spec.name(), everything(&error)));
    for lie in provider.lies() {
        // The client does not see the callback.
        if matches!(lie, Lie::Callback(_) | Lie::Form(_)) {
            continue;
        }
        provider.tell(lie);
        // All others answer, however long it takes.
        let is_slow = matches!(lie, Lie::Reply(_, ReplyLie::Hang | ReplyLie::Drip));
        match login(&provider, if is_slow { &hasty } else { &patient }).await {
            Ok(id) => note(format!("{lie:?} signed {id} in")),
            Err(error) => {
                if !ends(lie).contains(&error.kind()) {
                    note(format!("{lie:?} ended for another reason: {error}"));
                }
                let said = everything(&error);
                let given_away = provider.secrets().iter().any(|secret| said.contains(secret.as_str()));
                if given_away {
                    note(format!("{lie:?} gave a secret away: {said}"));
                }
            }
        }
    }
    for hit in provider.hits() {
        note(format!("{hit:?}"));
    }
    provider.tell(None);
    login(&provider, &patient).await.unwrap();
    damage
}

// Proves: QA9, QD4, QE1, QE2, QE3, QE4, QE6, QE7, QF1, QF2, QF3, QF4, QF5, QF6, QF7, QF8, QF9, QF10, QF11, QF12, QF13, QG1, QG6, QH5, QH6
#[tokio::test(flavor = "multi_thread")]
async fn no_lie_signs_anybody_in_or_gives_anything_away() {
    let kinds = [&kinds::PUSHED, &kinds::ENVELOPES, &kinds::CHAINED, &kinds::HEADERS, &kinds::FORM_POST, &BITBUCKET];
    let specs = kinds.into_iter().chain(kinds::OPENID.iter().copied());
    let damage = join_all(specs.map(|spec| tokio::spawn(damage(spec)))).await;
    let damage: Vec<_> = damage.into_iter().flat_map(|damage| damage.unwrap()).collect();
    assert!(damage.is_empty(), "{}", damage.join("\n"));
}

#[tokio::test]
async fn a_provider_tells_the_lies_that_are_lies_for_its_spec() {
    let table = [
        (&BITBUCKET, Lie::Reply(Endpoint::Call("emails"), ReplyLie::Hang), true),
        (&BITBUCKET, Lie::Reply(Endpoint::Call("emails"), ReplyLie::Listed), false),
        (&BITBUCKET, Lie::Reply(Endpoint::Jwks, ReplyLie::Hang), false),
        (&BITBUCKET, Lie::Callback(CallbackLie::Issuer), false),
        (&kinds::DISCOVERED, Lie::Reply(Endpoint::PushedAuthorization, ReplyLie::Hang), false),
        (&kinds::PUSHED, Lie::Reply(Endpoint::PushedAuthorization, ReplyLie::Hang), true),
        (&kinds::DISCOVERED, Lie::Callback(CallbackLie::NoIssuer), true),
        (&kinds::DISCOVERED, Lie::Metadata(MetadataLie::Issuer), true),
        (&kinds::IN_ID_TOKEN, Lie::Metadata(MetadataLie::Issuer), false),
        (&kinds::IN_ID_TOKEN, Lie::Keys(KeysLie::Flood), true),
        (&kinds::SHARED_KEY, Lie::Keys(KeysLie::Flood), false),
        (&kinds::SHARED_KEY, Lie::Forgery(Forgery::HmacWithClientSecret), false),
        (&kinds::DISCOVERED, Lie::Form(FormLie::Redirect), false),
        (&kinds::FORM_POST, Lie::Callback(CallbackLie::State), true),
        (&kinds::FORM_POST, Lie::Form(FormLie::Redirect), true),
    ];
    for (spec, lie, expected) in table {
        let provider = HostileProvider::start(spec).await.unwrap();
        assert_eq!(provider.lies().contains(&lie), expected, "{} {lie:?}", spec.name());
    }
}

#[tokio::test]
async fn whoever_follows_a_redirect_to_the_trap_is_seen_with_what_it_carried() {
    let provider = HostileProvider::start(&BITBUCKET).await.unwrap();
    assert_eq!(provider.hits(), []);
    let secret = provider.secrets().pop().unwrap();
    let browser = Browser::new();
    let at = |path: &str| format!("{}{path}", provider.base_url());
    provider.tell(Lie::Reply(Endpoint::UserInfo, ReplyLie::RedirectByGet));
    let page = browser.get(at("/userinfo")).await.unwrap();
    browser.follow(&page).await.unwrap();
    provider.tell(Lie::Reply(Endpoint::Token, ReplyLie::Redirect));
    let page = browser.get(at("/token")).await.unwrap();
    let location = page.location().unwrap();
    browser.request("POST", location).form([("client_secret", secret)]).send().await.unwrap();
    let hits: Vec<_> = provider.hits().into_iter().map(|hit| (hit.request, hit.secrets)).collect();
    assert_eq!(hits, [("GET /userinfo".to_owned(), 0), ("POST /token".to_owned(), 1)]);
}

/// What arrives at the application whose browser is told a lie: content type, query and body.
async fn told(provider: &HostileProvider, lie: Lie) -> (String, String, String) {
    let application = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(200)).mount(&application).await;
    let client = OAuthClient::new(provider.spec(), provider.config(), ReqwestClient::new().unwrap()).unwrap();
    let request = AuthorizationRequest::new(format!("{}/callback", application.uri()));
    let (url, _) = client.authorize(&request).await.unwrap().into_parts();
    provider.tell(lie);
    let browser = Browser::new();
    let page = browser.open(&url).await.unwrap();
    browser.sign_in_as(&page, "jane").await.unwrap();
    let request = application.received_requests().await.unwrap().pop().unwrap();
    let content_type = request.headers.get("content-type").map(|value| value.to_str().unwrap().to_owned());
    let body = String::from_utf8(request.body).unwrap();
    (content_type.unwrap_or_default(), request.url.query().unwrap_or_default().to_owned(), body)
}

#[tokio::test]
async fn a_browser_sends_a_form_in_the_way_of_the_lie() {
    let provider =
        DevProvider::builder(&kinds::DISCOVERED).response_mode(ResponseMode::FormPost).start().await.unwrap();
    let provider = HostileProvider::of(provider).await.unwrap();
    let form = "application/x-www-form-urlencoded";
    let table = [
        (Lie::Callback(CallbackLie::CodeTwice), form, "", "&code=somebody-else"),
        (Lie::Form(FormLie::Redirect), "", "code=", ""),
        (Lie::Form(FormLie::InQuery), form, "code=", ""),
        (Lie::Form(FormLie::CodeInQuery), form, "code=", "state="),
        (Lie::Form(FormLie::StateInQuery), form, "state=", "code="),
        (Lie::Form(FormLie::OtherInForm), form, "code=", "code=AAAAAAAA"),
        (Lie::Form(FormLie::Multipart), "multipart/form-data; boundary=", "", "name=\"code\"\r\n\r\n"),
        (Lie::Form(FormLie::PlainText), "text/plain", "", "code="),
        (Lie::Form(FormLie::Json), "text/plain", "", r#","x":"="}"#),
        (Lie::Form(FormLie::Huge), form, "", "&padding=aaaaaaaa"),
        (Lie::Form(FormLie::NotUtf8), form, "", "%FF&"),
        (Lie::Form(FormLie::NestedNul), form, "", "%2500&"),
        (Lie::Form(FormLie::EncodedTwice), form, "", "state=%25"),
        (Lie::Form(FormLie::Capitals), form, "", "CODE="),
    ];
    for (lie, content_type, in_query, in_body) in table {
        let (sent_as, query, body) = told(&provider, lie).await;
        assert!(
            sent_as.starts_with(content_type) && sent_as.is_empty() == content_type.is_empty(),
            "{lie:?} {sent_as}"
        );
        assert!(query.contains(in_query) && query.is_empty() == in_query.is_empty(), "{lie:?} {query}");
        assert!(body.contains(in_body) && body.is_empty() == in_body.is_empty(), "{lie:?} {body}");
        assert_eq!(body.len() > 64 * 1024, lie == Lie::Form(FormLie::Huge), "{lie:?}");
    }
}

#[tokio::test]
async fn only_instances_of_an_openid_provider_choose_how_the_callback_arrives() {
    let refused = DevProvider::builder(&BITBUCKET).response_mode(ResponseMode::FormPost).start().await.unwrap_err();
    assert!(refused.to_string().contains("how the callback arrives"), "{refused}");
    assert!(DevProvider::builder(&kinds::FORM_POST).response_mode(ResponseMode::FormPost).start().await.is_ok());
}
