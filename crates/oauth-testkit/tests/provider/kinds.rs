//! Specs of every kind, each with what few providers have.

use oauth_core::{
    Brand, Claims, ClientAuthentication, EmailList, ExtraCall, IssuerTemplate, Nonce, Pkce, ProviderSpec, RequestBody,
    ResponseMode, Revocation, SigningAlgorithm, SpaceEncoding, SuccessCheck, TokenPlacement, TokenReply,
    UserInfoSource, Variable,
};

/// All of them.
pub(crate) static ALL: &[&ProviderSpec] =
    &[&ENVELOPES, &QUERIES, &PUSHED, &GRAPHQL, &FORMS, &FORM_POST, &IN_TOKEN, &CHAINED, &CHECKED, &HEADERS];

/// Those that speak OpenID Connect.
pub(crate) static OPENID: &[&ProviderSpec] =
    &[&DISCOVERED, &PRIVATE_KEY, &IN_ID_TOKEN, &TENANTS, &SHARED_KEY, &SIGNED_PROFILE, &SIGNED_ACCESS];

pub(crate) const fn spec(name: &'static str) -> ProviderSpec {
    ProviderSpec::oauth2(name, "https://id.test/authorize?flow=1", "https://id.test/token")
        .user_info("https://api.test/me")
        .brand(Brand { color: "#FFE812", icon_path: "M0 0" })
}

/// Comma scopes, renamed parameters, a JSON body, an envelope around the token and one around the profile.
pub(crate) static ENVELOPES: ProviderSpec = spec("envelopes")
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
pub(crate) static QUERIES: ProviderSpec = spec("queries")
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

/// Requests are pushed (RFC 9126).
pub(crate) static PUSHED: ProviderSpec = spec("pushed")
    .pushed_authorization("https://x.test/par")
    .client_authentication(ClientAuthentication::Basic)
    .claims(
        Claims::id("id")
            .email("email")
            .email_verified("email_verified")
            .username("login")
            .name("name")
            .avatar_url("picture")
            .profile_url("page"),
    );

/// A GraphQL profile with the token under another scheme, and a pub(crate) static header.
pub(crate) static GRAPHQL: ProviderSpec = spec("graphql")
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
pub(crate) static FORMS: ProviderSpec = spec("forms")
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
pub(crate) static IN_TOKEN: ProviderSpec =
    spec("in-token").user_info_source(UserInfoSource::TokenReply).claims(full("owner.", "owner."));

/// A name comes with the callback, the account id and the profile's address with the token; a call needs the profile.
pub(crate) static CHAINED: ProviderSpec =
    ProviderSpec::oauth2("chained", "https://{tenant}.id.test/authorize", "https://{tenant}.id.test/token")
        .variables(&[Variable::required("tenant")])
        .refresh("https://{tenant}.id.test/refresh")
        .user_info("https://api.test/users/{token:account.uid}")
        .calls(&[ExtraCall::get("mail", "https://api.test/{userinfo:slug}/mail").optional_on(&[404])])
        .callback_params(&["region", "family", "state"])
        .token_params(&[("state", "{callback:state}")])
        .token_placement(TokenPlacement::Header("x-access-token"))
        .client_authentication(ClientAuthentication::Basic)
        .revocation(Revocation::Endpoint("https://{tenant}.id.test/revoke"))
        .claims(
            Claims::id("token:account.id")
                .emails(EmailList::new("@mail", "address").primary("primary").verified("verified"))
                .username("token:account.login")
                .first_name("given")
                .last_name("callback:family")
                .avatar_url("avatar")
                .profile_url("@mail[0].owner"),
        );

pub(crate) const fn full(root: &'static str, profile: &'static str) -> Claims {
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

/// Failures inside replies of status 200, a token type of its own, a list of regions that the callback chooses from.
pub(crate) static CHECKED: ProviderSpec =
    ProviderSpec::oauth2("checked", "https://{region}.id.test/authorize", "https://id.test/token")
        .variables(&[
            Variable::required("region").allowed(&["eu", "us"]),
            Variable::with_default("host", "api.id.test")
                .allowed(&["api.id.test", "api.us.id.test"])
                .from_callback("host"),
        ])
        .callback_params(&["host"])
        .user_info("https://{host}/me")
        .token_reply(
            TokenReply::standard()
                .success(SuccessCheck::member("ok").is(&["true"]).error_code("reason"))
                .token_types(&["User Access Token"])
                .expires_at("ends")
                .scope("scope | scopes")
                .scope_separator(","),
        )
        .user_info_success(SuccessCheck::member("status.code").is(&["0"]).error_code("status.text"))
        .claims(Claims::openid());

/// OpenID Connect by discovery, with nothing of its own.
pub(crate) static DISCOVERED: ProviderSpec = ProviderSpec::openid("discovered", "https://id.test")
    .display_name("Discovered")
    .revocation(Revocation::Endpoint("https://id.test/revoke"));

/// The client proves itself with a private key.
pub(crate) static PRIVATE_KEY: ProviderSpec = ProviderSpec::openid("private-key", "https://id.test")
    .pushed_authorization("https://id.test/par")
    .revocation(Revocation::Endpoint("https://id.test/revoke"))
    .client_authentication(ClientAuthentication::PrivateKeyJwt);

/// Keys of RSA only, the profile in the ID token, the answer by a cross-site POST, no nonce to count on.
pub(crate) static IN_ID_TOKEN: ProviderSpec = ProviderSpec::openid("in-id-token", "https://id.test")
    .authorize("https://id.test/authorize")
    .token("https://id.test/token")
    .jwks("https://id.test/keys")
    .id_token_algorithms(&[SigningAlgorithm::Ps256])
    .response_mode(ResponseMode::FormPost)
    .nonce(Nonce::MayBeMissing)
    .user_info_source(UserInfoSource::IdToken);

/// An issuer for each tenant, and ids of two kinds.
pub(crate) static TENANTS: ProviderSpec = ProviderSpec::openid("tenants", "https://login.test/{tenant}/v2.0")
    .variables(&[Variable::with_default("tenant", "common")])
    .issuer_template(IssuerTemplate::new("https://login.test/{tenantid}/v2.0", "tid"))
    .user_info("https://graph.test/me")
    .claims(Claims::id("id_token:oid").email("mail").username("id_token:preferred_username").name("name"));

/// The client secret is the key.
pub(crate) static SHARED_KEY: ProviderSpec =
    ProviderSpec::openid("shared-key", "https://id.test").id_token_algorithms(&[SigningAlgorithm::Hs256]);

/// A signed profile.
pub(crate) static SIGNED_PROFILE: ProviderSpec = ProviderSpec::openid("signed-profile", "https://id.test")
    .user_info("https://id.test/me")
    .user_info_source(UserInfoSource::SignedEndpoint);

/// A signed access token in place of an ID token.
pub(crate) static SIGNED_ACCESS: ProviderSpec = ProviderSpec::openid("signed-access", "https://id.test")
    .scopes(&["profile"])
    .user_info_source(UserInfoSource::AccessToken)
    .claims(Claims::openid().username("access_token:login"));

/// Who somebody is stands in headers.
pub(crate) static HEADERS: ProviderSpec = spec("headers")
    .user_info_source(UserInfoSource::Headers(&["x-id", "x-name"]))
    .claims(Claims::id("x-id").username("x-name"));
