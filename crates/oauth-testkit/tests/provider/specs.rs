//! Specs of every kind, played and signed in to.

use oauth_core::{
    Claims, ClientAuthentication, ErrorKind, OAuthClient, ProviderSpec, RequestBody, Revocation, RevocationRequest,
    TokenPlacement,
};
use oauth_reqwest::ReqwestClient;
use oauth_testkit::{DevProvider, Endpoint};

use crate::{
    Callback, client,
    kinds::{self, CHAINED, CHECKED, FORM_POST, spec},
    sign_in, start,
};

#[tokio::test]
async fn a_person_comes_back_whole_from_every_kind_of_spec() {
    for spec in kinds::ALL.iter().copied().filter(|spec| !["checked", "headers"].contains(&spec.name())) {
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
    assert_eq!(provider.count(Endpoint::Revoke), 2, "both tokens");
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
    assert_eq!(callback.get("family"), Some("Doe"));
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
    let provider =
        DevProvider::builder(&CHECKED).member(Endpoint::UserInfo, "email_verified", false).start().await.unwrap();
    let (_, user) = sign_in(&client(&provider), "jane").await.unwrap();
    assert_eq!(Option::<bool>::from(user.email_verified), Some(false));
}

const fn revoking(name: &'static str, request: RevocationRequest) -> ProviderSpec {
    spec(name).user_info_headers(&[("api-version", "3")]).revocation(Revocation::Request(request))
}

/// Requests that follow no standard, as providers are known to have them.
static REVOKING: &[&ProviderSpec] = &[
    &revoking(
        "json",
        RevocationRequest::delete("https://api.test/apps/{client_id}/token", TokenPlacement::Form("access_token"))
            .client(ClientAuthentication::Basic)
            .body(RequestBody::Json),
    ),
    &revoking("bearer", RevocationRequest::delete("https://api.test/me/permissions", TokenPlacement::Bearer)),
    &revoking(
        "client-id",
        RevocationRequest::post("https://id.test/revoke", TokenPlacement::Form("token"))
            .client(ClientAuthentication::None),
    ),
    &revoking("query", RevocationRequest::post("https://id.test/revoke", TokenPlacement::Query("token"))),
];

#[tokio::test]
async fn a_revocation_of_the_providers_own_ends_the_token_and_another_request_does_not() {
    for own in REVOKING {
        let (provider, client) = start(own).await;
        let (token, _) = sign_in(&client, "jane").await.unwrap();
        let name = own.name();
        for other in REVOKING.iter().filter(|other| other.name() != name) {
            let config = provider.config_as("other");
            let other = OAuthClient::new(*other, config, ReqwestClient::new().unwrap()).unwrap();
            let error = other.revoke_token(&token).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::TokenRefused, "{name} takes the request of {}", other.spec().name());
        }
        client.user_info(&token).await.unwrap();
        client.revoke_token(&token).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(client.user_info(&token).await.is_err(), "{name}");
    }
}
