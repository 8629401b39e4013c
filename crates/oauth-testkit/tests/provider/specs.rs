//! Specs of every kind, played and signed in to.

use oauth_core::{
    Brand, Claims, ClientAuthentication, EmailList, ErrorKind, ExtraCall, Pkce, ProviderSpec, RequestBody,
    ResponseMode, Revocation, SpaceEncoding, SuccessCheck, TokenPlacement, TokenReply, UserInfoSource, Variable,
};
use oauth_testkit::{DevProvider, Endpoint};

use crate::{Callback, client, sign_in, start};

const fn spec(name: &'static str) -> ProviderSpec {
    ProviderSpec::oauth2(name, "https://id.test/authorize?flow=1", "https://id.test/token")
        .user_info("https://api.test/me")
        .brand(Brand { color: "#FFE812", icon_path: "" })
}

/// Comma scopes, renamed parameters, a JSON body, an envelope around the token and one around the profile.
static ENVELOPES: ProviderSpec = spec("envelopes")
    .scopes(&["user.info", "user.mail"])
    .scope_separator(",")
    .client_params("client_key", "client_hush")
    .redirect_uri_param("redirect_url")
    .authorize_params(&[("access_type", "offline")])
    .token_body(RequestBody::Json)
    .token_params(&[("audience", "login")])
    .token_headers(&[("x-version", "3")])
    .token_reply(TokenReply::standard().object("data").access_token("token").expires_in("valid").scope("rights.list"))
    .claims(
        Claims::id("data.user.open_id")
            .email("data.user.mail")
            .email_verified("data.user.mail_ok")
            .username("data.user.login")
            .first_name("data.user.given")
            .last_name("data.user.family")
            .avatar_url("data.user.images[-1].url")
            .profile_url("data.user.'public page'"),
    );

/// Everything in the query, as RFC 6749 warns against.
static QUERIES: ProviderSpec = spec("queries")
    .token_method(oauth_core::Method::Get)
    .pkce(Pkce::Unsupported)
    .token_placement(TokenPlacement::Query("oauth_token"))
    .user_info_query(&[("fields", "id,name"), ("app", "{client_id}")])
    .space_encoding(SpaceEncoding::Percent20)
    .scopes(&["a", "b"])
    .claims(
        Claims::id("id")
            .emails(EmailList::new("mails", "value.text").primary("flags.main").verified("flags.ok"))
            .username("login | nick")
            .name("tmpl:{given} {family}")
            .avatar_url("picture.data.url | picture")
            .profile_url("link"),
    );

/// A GraphQL profile with the token under another scheme, and a static header.
static GRAPHQL: ProviderSpec = spec("graphql")
    .token_placement(TokenPlacement::Scheme("OAuth"))
    .user_info_headers(&[("api-version", "2"), ("client-id", "{client_id}")])
    .user_info_json(r#"{"query":"{ viewer { id } }"}"#)
    .claims(
        Claims::id("data.viewer.id#trim:<>#last")
            .email("data.viewer.emails[primary=true].address")
            .email_verified("data.viewer.emails[primary=true].verified")
            .username("data.viewer.login")
            .name("data.viewer.name")
            .avatar_url("data.viewer.avatar")
            .profile_url("data.viewer.accounts[kind=web].link"),
    );

/// A public client with plain PKCE that posts its token in a form.
static FORMS: ProviderSpec = spec("forms")
    .client_authentication(ClientAuthentication::None)
    .pkce(Pkce::Plain)
    .user_info_form(&[("method", "users.me")])
    .token_placement(TokenPlacement::Form("access_token"))
    .claims(full("response.", "response.profile."));

/// The answer comes by a cross-site POST and names its issuer.
pub(crate) static FORM_POST: ProviderSpec = spec("form-post")
    .response_mode(ResponseMode::FormPost)
    .issuer("https://id.test/")
    .authorize_fragment("top")
    .claims(full("", ""));

/// The profile comes with the token.
static IN_TOKEN: ProviderSpec =
    spec("in-token").user_info_source(UserInfoSource::TokenReply).claims(full("owner.", "owner."));

/// The account id comes with the callback and the profile's address with the token; a call needs the profile.
static CHAINED: ProviderSpec =
    ProviderSpec::oauth2("chained", "https://{tenant}.id.test/authorize", "https://{tenant}.id.test/token")
        .variables(&[Variable::required("tenant")])
        .refresh("https://{tenant}.id.test/refresh")
        .user_info("https://api.test/users/{token:account.uid}")
        .calls(&[ExtraCall::get("mail", "https://api.test/{userinfo:slug}/mail").optional_on(&[404])])
        .callback_params(&["region", "openid"])
        .token_placement(TokenPlacement::Header("x-access-token"))
        .client_authentication(ClientAuthentication::Basic)
        .revocation(Revocation::Endpoint("https://{tenant}.id.test/revoke"))
        .claims(
            Claims::id("callback:openid")
                .emails(EmailList::new("@mail", "address").primary("primary").verified("verified"))
                .username("token:account.login")
                .first_name("given")
                .last_name("family")
                .avatar_url("avatar")
                .profile_url("@mail[0].owner"),
        );

const fn full(root: &'static str, profile: &'static str) -> Claims {
    match (root.as_bytes(), profile.as_bytes()) {
        (b"", _) => Claims::openid(),
        (b"owner.", _) => Claims::id("owner.id")
            .email("owner.email")
            .email_verified("owner.email_verified")
            .username("owner.login")
            .name("owner.name")
            .avatar_url("owner.avatar")
            .profile_url("owner.url"),
        _ => Claims::id("response.id")
            .email("response.profile.email")
            .email_verified("response.profile.confirmed")
            .username("response.profile.login")
            .name("response.profile.full")
            .avatar_url("response.profile.photo")
            .profile_url("response.profile.url"),
    }
}

#[tokio::test]
async fn a_person_comes_back_whole_from_every_kind_of_spec() {
    for spec in [&ENVELOPES, &QUERIES, &GRAPHQL, &FORMS, &FORM_POST, &IN_TOKEN, &CHAINED] {
        let (provider, client) = start(spec).await;
        let name = spec.name();
        let (token, user) = sign_in(&client, "jane").await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        let jane = provider.people().iter().find(|person| person.key == "jane").unwrap();
        assert_eq!(user.oauth_id, jane.id, "{name}");
        assert_eq!(
            user.verified_email().map(oauth_core::VerifiedEmail::as_str),
            Some("jane.doe@example.com"),
            "{name}"
        );
        assert_eq!(user.username.as_deref(), Some("jane"), "{name}");
        assert_eq!(user.full_name().as_deref(), Some("Jane Doe"), "{name}");
        assert_eq!(user.avatar_url, Some(format!("{}/people/jane/avatar.svg", provider.base_url())), "{name}");
        assert_eq!(user.profile_url, Some(format!("{}/people/jane", provider.base_url())), "{name}");
        assert!(token.expires_at().is_some(), "{name}");
        assert!(token.scopes().is_some(), "{name}");
        let renewed = client.refresh_token(&token).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(renewed.refresh_token().is_some(), "{name}");
        for person in provider.people() {
            let (_, user) = sign_in(&client, &person.key).await.unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(user.oauth_id, person.id, "{name}");
            assert_eq!(
                user.email.is_some(),
                !["noor", "priya"].contains(&person.key.as_str()),
                "{name} {}",
                person.key
            );
        }
    }
}

#[tokio::test]
async fn an_endpoint_of_its_own_does_the_refreshing_and_another_the_revoking() {
    let (provider, client) = start(&CHAINED).await;
    let (token, _) = sign_in(&client, "jane").await.unwrap();
    let token = client.refresh_token(&token).await.unwrap();
    assert_eq!((provider.count(Endpoint::Token), provider.count(Endpoint::Refresh)), (1, 1));
    client.revoke_token(&token).await.unwrap();
    assert_eq!(provider.count(Endpoint::Revoke), 1);
    assert_eq!(client.refresh_token(&token).await.unwrap_err().kind(), ErrorKind::InvalidGrant);
    assert!(client.user_info(&token).await.is_err());
}

#[tokio::test]
async fn the_callback_brings_the_issuer_and_what_the_spec_keeps() {
    let (_provider, client) = start(&FORM_POST).await;
    assert_eq!(Callback::of(&client, "jane").await.get("iss"), Some("https://id.test/"));
    let (_provider, client) = start(&CHAINED).await;
    let callback = Callback::of(&client, "jane").await;
    assert_eq!(callback.get("region"), Some("jane"));
    assert_eq!(callback.get("openid"), Some("123e4567-e89b-12d3-a456-426614174000"));
    assert_eq!(callback.get("iss"), None);
}

#[tokio::test]
async fn a_template_that_cannot_become_a_persons_value_still_gives_one_of_its_kind() {
    static CDN: ProviderSpec = spec("cdn")
        .claims(Claims::id("id").username("login").avatar_url("tmpl:https://cdn.test/{id}/{avatar}.png").name("name"));
    let (_provider, client) = start(&CDN).await;
    let (_, user) = sign_in(&client, "jane").await.unwrap();
    let expected = "https://cdn.test/123e4567-e89b-12d3-a456-426614174000/jane.png";
    assert_eq!(user.avatar_url.as_deref(), Some(expected));
    assert_eq!(sign_in(&client, "noor").await.unwrap().1.avatar_url, None);
}

#[tokio::test]
async fn an_id_that_is_the_user_name_stays_the_user_name() {
    static HANDLES: ProviderSpec = spec("handles").claims(Claims::id("login").username("login").name("name"));
    let (_provider, client) = start(&HANDLES).await;
    let (_, user) = sign_in(&client, "jane").await.unwrap();
    assert_eq!((user.oauth_id.as_str(), user.username.as_deref()), ("jane", Some("jane")));
}

#[tokio::test]
async fn a_member_of_a_reply_can_be_added() {
    static CHECKED: ProviderSpec = spec("checked")
        .token_reply(TokenReply::standard().success(SuccessCheck::member("ok").is(&["true"])))
        .user_info_success(SuccessCheck::member("status.code").is(&["0"]).error_code("status.text"))
        .claims(full("", ""));
    let provider = DevProvider::builder(&CHECKED)
        .member(Endpoint::Token, "ok", true)
        .member(Endpoint::UserInfo, "status.code", 0)
        .member(Endpoint::UserInfo, "email_verified", false)
        .start()
        .await
        .unwrap();
    let (_, user) = sign_in(&client(&provider), "jane").await.unwrap();
    assert_eq!(Option::<bool>::from(user.email_verified), Some(false));
}
