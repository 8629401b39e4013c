//! One client of one OpenID provider: [`OpenId`] finds its endpoints and keys, and verifies what it signs.

use std::{
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::{
    cache::{Cached, Fetched, max_age},
    discovery::{ANOTHER_ISSUER, DiscoveredUrl, Metadata, well_known},
    id_token::{self, Expected, ExpectedNonce, IssuerRule},
    json::{Object, Refused, whole_number},
    jws::{Jws, Parser, TokenType},
    keys::{KeySet, SecretKey},
    signing_key::SigningKey,
};
use crate::{
    Error, ErrorKind, Result,
    authorization::PendingAuthorization,
    config::{ISSUER, PRIVATE_KEY},
    endpoints::{Endpoint, Endpoints, Found, Given},
    http::{HttpClient, Location, Method, UrlTrust},
    identity::Identity,
    secret,
    spec::{IssuerTemplate, Nonce, OpenIdFacts, ProviderSpec, SigningAlgorithm, SubjectForm, UserInfoSource},
    template::parse_url,
    token::OAuthToken,
};

/// Longest metadata and longest key set that are read, in bytes.
/// Seconds for which a client assertion is good: a request takes less.
const ASSERTION_LIFETIME: u64 = 60;

const MAX_DOCUMENT: usize = 512 * 1024;

/// What a client of an OpenID provider is made of.
pub(crate) struct Setup<'s> {
    pub(crate) spec: &'static ProviderSpec,
    /// The environment variable of a setting, for errors.
    pub(crate) variable: &'s dyn Fn(&str) -> String,
    pub(crate) client_id: &'s str,
    pub(crate) client_secret: Option<&'s str>,
    /// The client's private key in PEM and its name, where it authenticates with one.
    pub(crate) private_key: Option<(&'s str, Option<&'s str>)>,
    pub(crate) issuer: Option<&'s str>,
    /// Where the endpoints are not given, and what says otherwise than the issuer where that is.
    pub(crate) discovery_url: Option<String>,
    pub(crate) jwks: Option<Endpoint>,
    /// The settings name another issuer than the spec: nothing that the spec says about its own holds.
    pub(crate) is_foreign_issuer: bool,
    /// Authorization and token endpoint are given.
    pub(crate) has_endpoints: bool,
}

/// The OpenID side of a client.
pub(crate) struct OpenId {
    facts: OpenIdFacts,
    source: UserInfoSource,
    tokens: Parser,
    client_id: String,
    issuer: String,
    aliases: &'static [&'static str],
    template: Option<IssuerTemplate>,
    /// Where the metadata is, unless nothing is to be found there.
    metadata_url: Option<Url>,
    endpoints: Cached<Endpoints>,
    jwks: Option<Endpoint>,
    keys: Keys,
    assertion_key: Option<(SigningKey, Option<String>)>,
}

/// What verifies a signature.
enum Keys {
    /// The client secret, for `HS256`.
    Secret(Box<SecretKey>),
    /// The provider's key set.
    Set(Cached<KeySet>),
}

/// What is known of the provider beyond its endpoints.
pub(crate) struct Server {
    issuer: IssuerRule,
    jwks: Option<Endpoint>,
}

impl OpenId {
    /// The OpenID side of a client; `None` where the spec is plain OAuth 2.0.
    pub(crate) fn new(setup: &Setup<'_>) -> Result<Option<Self>> {
        let Some(facts) = setup.spec.facts().openid else { return Ok(None) };
        let source = setup.spec.facts().user_info_source;
        let types = match source {
            UserInfoSource::AccessToken => TokenType::AccessToken,
            _ => TokenType::Jwt,
        };
        let issuer = setup
            .issuer
            .ok_or_else(|| Error::configuration(format!("{} is not set", (setup.variable)(ISSUER))))?
            .to_owned();
        let keys = if facts.algorithms.contains(&SigningAlgorithm::Hs256) {
            let key = setup.client_secret.and_then(|secret| SecretKey::new(secret.as_bytes()));
            Keys::Secret(Box::new(key.ok_or_else(|| {
                let variable = (setup.variable)("CLIENT_SECRET");
                let length = SecretKey::MIN_LEN;
                Error::configuration(format!("{variable} is shorter than the {length} bytes that HS256 needs"))
            })?))
        } else {
            Keys::Set(Cached::default())
        };
        let assertion_key = setup.private_key.map(|(pem, kid)| {
            let invalid = |error: Error| {
                let remedy = error.remedy().unwrap_or_default().to_owned();
                Error::configuration(format!("{} is not usable", (setup.variable)(PRIVATE_KEY))).with_remedy(remedy)
            };
            Ok::<_, Error>((SigningKey::from_pem(pem).map_err(invalid)?, kid.map(str::to_owned)))
        });
        let has_keys = matches!(keys, Keys::Secret(_)) || setup.jwks.is_some();
        let metadata_url = if setup.has_endpoints && has_keys {
            None
        } else {
            let beside_issuer = || well_known(&issuer);
            Some(parse_url(&setup.discovery_url.clone().unwrap_or_else(beside_issuer))?)
        };
        Ok(Some(Self {
            facts,
            source,
            tokens: Parser::new(facts.algorithms, types),
            client_id: setup.client_id.to_owned(),
            issuer,
            aliases: if setup.is_foreign_issuer { &[] } else { facts.issuer_aliases },
            template: facts.issuer_template.filter(|_| !setup.is_foreign_issuer),
            metadata_url,
            endpoints: Cached::default(),
            jwks: setup.jwks.clone(),
            keys,
            assertion_key: assertion_key.transpose()?,
        }))
    }

    /// What is known without a request, if that is enough.
    pub(crate) fn known(&self) -> Option<Found> {
        if self.metadata_url.is_some() {
            return None;
        }
        let issuer = match self.template {
            Some(template) => IssuerRule::of_tenant(template, &self.issuer),
            None => IssuerRule::Exact { issuer: self.issuer.clone(), aliases: self.aliases },
        };
        Some(Found {
            issuer: issuer.exact().map(str::to_owned),
            server: Some(Server { issuer, jwks: self.jwks.clone() }),
            ..Found::default()
        })
    }

    /// Whether `issuer` is the one of a tenant of this provider.
    /// Proves who the client is for a minute and once (RFC 7523 section 3), to this issuer and no other; `None` without a key.
    pub(crate) fn client_assertion(&self) -> Result<Option<SecretString>> {
        let Some((key, kid)) = &self.assertion_key else { return Ok(None) };
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        let claims = serde_json::json!({
            "iss": self.client_id, "sub": self.client_id, "aud": self.issuer, "jti": secret::random()?.expose_secret(),
            "iat": now, "exp": now + ASSERTION_LIFETIME,
        });
        key.sign(kid.as_deref(), &claims).map(|assertion| Some(assertion.into()))
    }

    pub(crate) fn is_of_tenant(&self, issuer: &str) -> bool {
        self.template.is_some_and(|template| IssuerRule::of_tenant(template, issuer).exact().is_some())
    }

    /// Whether each tenant of this provider has an issuer of its own.
    pub(crate) fn has_template(&self) -> bool {
        self.template.is_some()
    }

    /// The endpoints that the metadata completes.
    pub(crate) async fn endpoints(&self, http: &dyn HttpClient, given: &Given) -> Result<Arc<Endpoints>> {
        self.endpoints.get(Instant::now(), || self.discover(http, given)).await
    }

    async fn discover(&self, http: &dyn HttpClient, given: &Given) -> Result<Fetched<Endpoints>> {
        let invalid = |why: String| Error::new(ErrorKind::MetadataInvalid, format!("the provider's metadata {why}"));
        let Some(url) = &self.metadata_url else { return Err(invalid("is nowhere".to_owned())) };
        let endpoint = Endpoint::discovered(url, UrlTrust::Configured);
        let (json, max_age) = fetch(http, &endpoint, ErrorKind::MetadataInvalid, "the provider's metadata").await?;
        let metadata = Metadata::parse(&json, &self.issuer, self.aliases, self.template).map_err(|refused| {
            match refused.0.as_ref() {
                ANOTHER_ISSUER => invalid(refused.to_string()).with_remedy(format!(
                    "It must name {:?}, character by character: a slash at the end counts",
                    self.issuer
                )),
                _ => invalid(refused.to_string()),
            }
        })?;
        let endpoint = |found: DiscoveredUrl| Endpoint::discovered(&found.url, found.trust);
        let jwks = self.jwks.clone().or(metadata.jwks.map(endpoint));
        if jwks.is_none() && matches!(self.keys, Keys::Set(_)) {
            return Err(invalid("has no jwks_uri".to_owned()));
        }
        let value = given.complete(Found {
            authorize: metadata.authorize,
            token: metadata.token.map(endpoint),
            pushed_authorization: metadata.pushed_authorization.map(endpoint),
            revoke: metadata.revoke.map(endpoint),
            user_info: metadata.user_info.map(endpoint),
            issuer: metadata.issuer.exact().map(str::to_owned),
            callback_issuer: metadata.callback_issuer,
            server: Some(Server { issuer: metadata.issuer, jwks }),
        })?;
        Ok(Fetched { value, max_age })
    }

    /// Fetches the keys if there are none yet, while the token request is under way. A failure is told when they are needed.
    pub(crate) async fn warm_up(&self, http: &dyn HttpClient, server: &Server) {
        if let Keys::Set(keys) = &self.keys {
            let _ = keys.get(Instant::now(), || self.fetch_keys(http, server)).await;
        }
    }

    async fn fetch_keys(&self, http: &dyn HttpClient, server: &Server) -> Result<Fetched<KeySet>> {
        let invalid = |why: String| Error::new(ErrorKind::KeySetInvalid, format!("the provider's key set {why}"));
        let Some(jwks) = &server.jwks else { return Err(invalid("is nowhere".to_owned())) };
        let (json, max_age) = fetch(http, jwks, ErrorKind::KeySetInvalid, "the provider's key set").await?;
        let value = KeySet::parse(&json, self.facts.algorithms).map_err(|refused| invalid(refused.to_string()))?;
        Ok(Fetched { value, max_age })
    }

    /// Who signed in, by the tokens of a login's end.
    pub(crate) async fn identify(
        &self,
        http: &dyn HttpClient,
        server: &Server,
        token: &OAuthToken,
        pending: &PendingAuthorization,
        code: &str,
    ) -> Result<Identity> {
        if self.source == UserInfoSource::AccessToken {
            return self.identify_by_access_token(http, server, token).await;
        }
        let id_token = token.id_token().ok_or_else(|| {
            Error::new(ErrorKind::IdTokenInvalid, "the token reply has no id_token")
                .with_remedy("Allow the scope openid for this client at the provider")
        })?;
        let expected = Expected {
            access_token: Some(token.access_token().expose_secret()),
            code: Some(code),
            ..self.expected_of_login(server, pending, self.facts.nonce)
        };
        self.verify(http, server, "ID token", id_token.expose_secret(), &expected).await
    }

    /// Who signed in, by an ID token that came by another way than the token endpoint. With no code in it, nothing but the
    /// nonce binds such a token to this login: it must be there, even where the provider may leave it out.
    pub(crate) async fn identify_by_id_token(
        &self,
        http: &dyn HttpClient,
        server: &Server,
        id_token: &str,
        pending: &PendingAuthorization,
    ) -> Result<Identity> {
        let expected = self.expected_of_login(server, pending, Nonce::Returned);
        self.verify(http, server, "ID token", id_token, &expected).await
    }

    /// Whom a refreshed token is about, which must be the same as before; `None` where the reply does not say (OpenID Connect
    /// Core section 12.2).
    pub(crate) async fn identify_refreshed(
        &self,
        http: &dyn HttpClient,
        server: &Server,
        token: &OAuthToken,
        before: Option<&Identity>,
    ) -> Result<Option<Identity>> {
        let identity = if self.source == UserInfoSource::AccessToken {
            self.identify_by_access_token(http, server, token).await?
        } else {
            let Some(id_token) = token.id_token() else { return Ok(None) };
            let access_token = Some(token.access_token().expose_secret());
            let expected = Expected { access_token, ..self.expected(server) };
            self.verify(http, server, "ID token", id_token.expose_secret(), &expected).await?
        };
        match before {
            Some(before) if *before != identity => {
                Err(Error::new(ErrorKind::IdTokenInvalid, "the refreshed token is about another subject"))
            }
            _ => Ok(Some(identity)),
        }
    }

    async fn identify_by_access_token(
        &self,
        http: &dyn HttpClient,
        server: &Server,
        token: &OAuthToken,
    ) -> Result<Identity> {
        let access_token = token.access_token().expose_secret();
        self.verify(http, server, "access token", access_token, &self.expected(server)).await
    }

    /// What every token of the provider is held against.
    fn expected<'e>(&'e self, server: &'e Server) -> Expected<'e> {
        Expected {
            issuer: &server.issuer,
            client_id: &self.client_id,
            trusted_audiences: self.facts.trusted_audiences,
            nonce: ExpectedNonce::None,
            access_token: None,
            code: None,
            max_age: None,
            acr_values: &[],
            now: SystemTime::now(),
        }
    }

    fn expected_of_login<'e>(
        &'e self,
        server: &'e Server,
        pending: &'e PendingAuthorization,
        nonce: Nonce,
    ) -> Expected<'e> {
        let sent = pending.nonce.as_ref().map(ExposeSecret::expose_secret);
        Expected {
            nonce: match (sent, nonce) {
                (Some(sent), Nonce::Returned) => ExpectedNonce::Required(sent),
                (Some(sent), Nonce::MayBeMissing) => ExpectedNonce::IfPresent(sent),
                (None, _) => ExpectedNonce::Lost,
            },
            max_age: pending.max_age.map(Duration::from_secs),
            acr_values: &pending.acr_values,
            ..self.expected(server)
        }
    }

    async fn verify(
        &self,
        http: &dyn HttpClient,
        server: &Server,
        what: &str,
        token: &str,
        expected: &Expected<'_>,
    ) -> Result<Identity> {
        let invalid = |refused: Refused| Error::new(ErrorKind::IdTokenInvalid, format!("the {what} {refused}"));
        let jws = self.tokens.parse(token).map_err(invalid)?;
        self.check_signature(http, server, &jws).await?.map_err(invalid)?;
        id_token::check(jws, expected).map_err(invalid)
    }

    async fn check_signature(
        &self,
        http: &dyn HttpClient,
        server: &Server,
        jws: &Jws<'_>,
    ) -> Result<Result<(), Refused>> {
        let verified = match &self.keys {
            Keys::Secret(key) => key.verify(jws),
            Keys::Set(cached) => {
                let now = Instant::now();
                let keys = cached.get(now, || self.fetch_keys(http, server)).await?;
                keys.verify(jws)
                    || match Box::pin(cached.renew(now, &keys, || self.fetch_keys(http, server))).await {
                        Some(keys) => keys.verify(jws),
                        None => false,
                    }
            }
        };
        Ok(if verified { Ok(()) } else { Err(Refused::new("is not signed by a key of the provider")) })
    }

    /// The claims of a user-info reply, which must be about the subject that signed in (OpenID Connect Core section 5.3.2).
    pub(crate) async fn user_info(
        &self,
        http: &dyn HttpClient,
        server: &Server,
        reply: String,
        identity: &Identity,
    ) -> Result<String> {
        let invalid =
            |refused: Refused| Error::new(ErrorKind::UserInfoInvalid, format!("the user-info reply {refused}"));
        let json = match self.source {
            UserInfoSource::SignedEndpoint => {
                let jws = Jws::parse(reply.trim(), self.facts.algorithms, TokenType::Jwt).map_err(invalid)?;
                self.check_signature(http, server, &jws).await?.map_err(invalid)?;
                Object::parse(&jws.payload)
                    .and_then(|claims| {
                        id_token::check_signed_reply(&claims, &server.issuer, &self.client_id, SystemTime::now())
                    })
                    .map_err(invalid)?;
                jws.payload
            }
            _ => reply,
        };
        let claims = Object::parse(&json).map_err(invalid)?;
        let number = match self.facts.user_info_subject {
            SubjectForm::Text => None,
            SubjectForm::TextOrNumber => claims.get("sub").and_then(whole_number),
        };
        let subject = match number {
            Some(number) => number.to_owned(),
            None => id_token::check_subject(&claims).map_err(invalid)?,
        };
        if subject != identity.subject() {
            return Err(invalid(Refused::new("is about another subject than the ID token")));
        }
        Ok(json)
    }
}

/// One document of the provider.
async fn fetch(
    http: &dyn HttpClient,
    endpoint: &Endpoint,
    kind: ErrorKind,
    what: &str,
) -> Result<(String, Option<Duration>)> {
    let mut request = endpoint.request(Method::Get, |_| None)?;
    request.wanted_headers = &["cache-control", "content-type"];
    let url = request.url.clone();
    let response = http.send(request).await?;
    let max_age = max_age(&response);
    if response.status != 200 {
        return Err(Error::new(kind, format!("{what} at {} answered {}", Location(&url), response.status)));
    }
    if response.body.len() > MAX_DOCUMENT {
        return Err(Error::new(ErrorKind::ReplyTooLarge, format!("{what} is longer than 512 KiB")));
    }
    let text = response.into_text().ok_or_else(|| Error::new(kind, format!("{what} is not text")))?;
    Ok((text, max_age))
}
