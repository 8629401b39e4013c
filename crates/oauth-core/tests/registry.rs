//! The registry and its settings: three ways to be missing, and every mistake named.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use oauth_core::{
    Catalogue, ClientAuthentication, Error, ErrorKind, HttpClient, HttpRequest, HttpResponse, Provider, ProviderConfig,
    ProviderSpec, Registry, RegistryBuilder, Result, Variable, async_trait, register,
};

struct NoNetwork;

#[async_trait]
impl HttpClient for NoNetwork {
    async fn send(&self, _: HttpRequest) -> Result<HttpResponse> {
        Err(Error::new(ErrorKind::Transport, "no network in this test"))
    }
}

static ACME: ProviderSpec = ProviderSpec::oauth2("acme", "https://acme.test/authorize", "https://acme.test/token")
    .user_info("https://acme.test/me");

static HOSTED: ProviderSpec =
    ProviderSpec::oauth2("self-hosted", "{base_url}/authorize", "https://{region}.acme.test/token")
        .base_url("https://acme.test")
        .user_info("{base_url}/me")
        .variables(&[Variable::with_default("region", "eu").allowed(&["eu", "us"])]);

static PUBLIC: ProviderSpec =
    ProviderSpec::oauth2("public", "https://public.test/authorize", "https://public.test/token")
        .client_authentication(ClientAuthentication::None);

static SECOND_ACME: ProviderSpec =
    ProviderSpec::oauth2("acme", "https://other.test/authorize", "https://other.test/token");

static ANNOUNCED: ProviderSpec =
    ProviderSpec::oauth2("announced", "https://announced.test/authorize", "https://announced.test/token");
register!(ANNOUNCED);

static ANNOUNCED_LIST: &[&dyn Provider] = &[&ANNOUNCED];

fn builder() -> RegistryBuilder {
    Registry::builder().http_client(NoNetwork).provider(&ACME).provider(&HOSTED).provider(&PUBLIC).catalogue(
        &Catalogue { providers: ANNOUNCED_LIST, known: &["announced", "dormant"], package: "oauth-providers" },
    )
}

fn from_vars(variables: &[(&str, &str)]) -> Result<Registry> {
    builder().from_vars(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
}

fn authorization_url(registry: &Registry, name: &str) -> String {
    let request = oauth_core::AuthorizationRequest::new("https://app.test/cb");
    registry.get(name).unwrap().authorization_url(&request).unwrap().url().to_owned()
}

#[test]
fn three_ways_to_be_missing_have_three_remedies() {
    let registry = builder().build().unwrap();
    let table = [
        (
            "nowhere",
            ErrorKind::UnknownProvider,
            "no provider of this name is known. Compiled in: acme, announced, public, self-hosted",
        ),
        (
            "dormant",
            ErrorKind::ProviderNotCompiled,
            "dormant: the provider is known but not compiled in. Turn on the cargo feature \"dormant\" of oauth-providers",
        ),
        (
            "acme",
            ErrorKind::ProviderNotConfigured,
            "acme: the provider is compiled in but not configured. Set OAUTH_ACME_CLIENT_ID and OAUTH_ACME_CLIENT_SECRET, \
             or add an instance to the builder",
        ),
    ];
    for (name, kind, text) in table {
        let error = registry.get(name).unwrap_err();
        assert_eq!(error.kind(), kind);
        assert_eq!(error.to_string(), text);
    }
}

#[test]
fn the_error_for_an_unknown_name_does_not_repeat_it() {
    let error = builder().build().unwrap();
    let error = error.get("<script>alert(1)</script>").unwrap_err();
    assert!(!format!("{error} {error:?}").contains("script"));
}

#[test]
fn a_provider_announced_twice_is_one_provider() {
    let registry = builder().build().unwrap();
    assert_eq!(registry.compiled(), ["acme", "announced", "public", "self-hosted"]);
}

#[test]
fn two_providers_of_one_name_are_an_error() {
    let error = builder().provider(&SECOND_ACME).build().unwrap_err();
    assert_eq!(error.to_string(), "acme: two different providers are registered under one name");
}

#[test]
fn every_instance_with_a_client_id_is_on() {
    let registry = from_vars(&[
        ("OAUTH_ACME_CLIENT_ID", "a"),
        ("OAUTH_ACME_CLIENT_SECRET", "s"),
        ("OAUTH_SECOND_CLIENT_ID", "b"),
        ("OAUTH_SECOND_CLIENT_SECRET", "s"),
        ("OAUTH_SECOND_PROVIDER", "acme"),
        ("OAUTH_SECOND_SCOPES", "one two"),
        ("OAUTH_SELF_HOSTED_CLIENT_ID", "c"),
        ("OAUTH_SELF_HOSTED_CLIENT_SECRET", "s"),
        ("OAUTH_SELF_HOSTED_BASE_URL", "https://git.example.test/root/"),
        ("OAUTH_PUBLIC_CLIENT_ID", "d"),
        ("OAUTH_BASE_URL", "https://app.test"),
        ("OAUTH_COOKIE_KEY", "x"),
        ("OAUTHLIB_INSECURE_TRANSPORT", "1"),
        ("PATH", "/bin"),
    ])
    .unwrap();
    let names: Vec<&str> = registry.iter().map(oauth_core::OAuthClient::name).collect();
    assert_eq!(names, ["acme", "public", "second", "self-hosted"]);
    assert_eq!(registry.get("second").unwrap().spec().name(), "acme");
    assert_eq!(registry.get("second").unwrap().scopes(), ["one", "two"]);
    let url = authorization_url(&registry, "self-hosted");
    assert!(url.starts_with("https://git.example.test/root/authorize?response_type=code&client_id=c&"), "{url}");
}

#[test]
fn a_list_of_providers_limits_the_instances() {
    let registry = from_vars(&[
        ("OAUTH_PROVIDERS", "acme"),
        ("OAUTH_ACME_CLIENT_ID", "a"),
        ("OAUTH_ACME_CLIENT_SECRET", "s"),
        ("OAUTH_PUBLIC_CLIENT_ID", "d"),
    ])
    .unwrap();
    assert_eq!(registry.iter().map(oauth_core::OAuthClient::name).collect::<Vec<_>>(), ["acme"]);
}

// Proves: QG8
#[test]
fn every_mistake_in_the_settings_is_named() {
    let id = ("OAUTH_ACME_CLIENT_ID", "a");
    let secret = ("OAUTH_ACME_CLIENT_SECRET", "planted-secret");
    let hosted = [("OAUTH_SELF_HOSTED_CLIENT_ID", "a"), ("OAUTH_SELF_HOSTED_CLIENT_SECRET", "planted-secret")];
    let table: Vec<(Vec<(&str, &str)>, &str)> = vec![
        (vec![id], "acme: OAUTH_ACME_CLIENT_SECRET is not set"),
        (vec![secret], "OAUTH_ACME_CLIENT_SECRET is set, but OAUTH_ACME_CLIENT_ID is not"),
        (vec![id, ("OAUTH_ACME_CLIENT_SECRET", " ")], "OAUTH_ACME_CLIENT_SECRET is empty"),
        (
            vec![id, secret, ("OAUTH_ACME_CLIENT_SECRETE", "x")],
            "OAUTH_ACME_CLIENT_SECRETE is not a setting of this provider. Did you mean OAUTH_ACME_CLIENT_SECRET?",
        ),
        (
            vec![id, secret, ("OAUTH_ACME_TOKN_URL", "https://x.test")],
            "OAUTH_ACME_TOKN_URL is not a setting of this provider. Did you mean OAUTH_ACME_TOKEN_URL?",
        ),
        (vec![id, secret, ("OAUTH_ACME_ZZZ", "x")], "It has these: OAUTH_ACME_CLIENT_ID, "),
        (
            vec![id, secret, ("OAUTH_ACME_BASE_URL", "https://x.test")],
            "OAUTH_ACME_BASE_URL is not a setting of this provider",
        ),
        (vec![id, secret, ("OAUTH_ACME_TOKEN_URL", "http://x.test/t")], "OAUTH_ACME_TOKEN_URL: the URL is plain http"),
        (vec![id, secret, ("OAUTH_ACME_TOKEN_URL", "token")], "OAUTH_ACME_TOKEN_URL: the URL is not an absolute URL"),
        (vec![id, secret, ("OAUTH_ACME_AUTHORIZE_URL", "https://x.test/?state=1")], "brings the parameter state"),
        (vec![("OAUTH_PROVIDERS", "acme")], "acme: OAUTH_ACME_CLIENT_ID is not set"),
        (vec![("OAUTH_PROVIDERS", "Acme!")], "OAUTH_ACME!_PROVIDER names no usable provider"),
        (
            vec![id, secret, ("OAUTH_ACME_PROVIDER", "nowhere")],
            "OAUTH_ACME_PROVIDER names no usable provider. Compiled in: acme",
        ),
        (
            vec![("OAUTH_DORMANT_CLIENT_ID", "a"), ("OAUTH_DORMANT_CLIENT_SECRET", "b")],
            "Turn on the cargo feature \"dormant\"",
        ),
        (
            vec![hosted[0], hosted[1], ("OAUTH_SELF_HOSTED_REGION", "mars")],
            "OAUTH_SELF_HOSTED_REGION must be one of eu, us",
        ),
    ];
    for (variables, text) in table {
        let error = from_vars(&variables).err().unwrap_or_else(|| panic!("accepted: {variables:?}"));
        assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
        assert!(error.to_string().contains(text), "{variables:?}\n{error}");
        assert!(!format!("{error} {error:?}").contains("planted-secret"), "{error:?}");
    }
}

static OPENID: ProviderSpec = ProviderSpec::openid("vouching", "https://vouching.test");

#[test]
fn an_openid_provider_without_the_feature_is_an_error_and_not_a_weaker_login() {
    let result = builder().provider(&OPENID).instance(ProviderConfig::new("vouching", "a", "s")).build();
    if cfg!(feature = "oidc") {
        assert!(result.is_ok());
    } else {
        let text = "vouching: the provider speaks OpenID Connect, which is not compiled in. \
                    Turn on the cargo feature \"oidc\" of oauth-core";
        assert_eq!(result.unwrap_err().to_string(), text);
    }
}

#[test]
fn instances_need_a_http_client_and_names_of_their_own() {
    let config = || ProviderConfig::new("acme", "a", "s");
    let error = Registry::builder().provider(&ACME).instance(config()).build().unwrap_err();
    assert!(error.to_string().contains("http_client()"), "{error}");
    let error = builder().instance(config()).instance(config()).build().unwrap_err();
    assert!(error.to_string().contains("two instances have one name"), "{error}");
}

// Proves: QH4
#[test]
fn nothing_that_is_shown_shows_a_secret() {
    let builder = builder().instance(ProviderConfig::new("acme", "a", "planted-secret"));
    let shown = format!("{builder:?}");
    let registry = builder.build().unwrap();
    let client = registry.get("acme").unwrap();
    let authorization =
        client.authorization_url(&oauth_core::AuthorizationRequest::new("https://app.test/cb")).unwrap();
    let shown = format!("{shown} {registry:?} {client:?} {authorization:?} {:?}", authorization.pending());
    let state = oauth_core::ExposeSecret::expose_secret(authorization.pending().state()).to_owned();
    for secret in ["planted-secret", &state, "code_challenge"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}
