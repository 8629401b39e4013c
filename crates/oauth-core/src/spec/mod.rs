//! What is peculiar to one provider, as a checked const value: [`ProviderSpec`].
//!
//! Nothing here acts. The client makes requests from a spec, the development provider imitates one, the
//! book describes one.

mod check;
mod openid;
mod parts;
mod revocation;
mod whole;

use crate::{
    claims::{self, Claims},
    error::ErrorKind,
    http::Method,
};

pub(crate) use check::MANAGED;
pub use openid::{IssuerTemplate, Membership, Nonce, OPENID_SCOPES, OpenIdFacts, SigningAlgorithm, SubjectForm};
pub use parts::{
    Brand, ClientAuthentication, DescribedBy, ExtraCall, Pkce, RequestBody, ResponseMode, Setting, SpaceEncoding,
    SuccessCheck, TokenPlacement, TokenReply, UserInfoSource, Variable,
};
pub use revocation::{Revocation, RevocationRequest};

/// A provider, described.
///
/// Made in a `static` by `const` setters, so a URL that is not `https` or a malformed claim path does not compile.
/// The baseline needs no setter: code flow with PKCE `S256`, scopes joined by a space, client credentials in the body,
/// a JSON token reply, `GET` of the user-info URL with a bearer token.
///
/// URLs, extra parameters and header values may contain variables: `{base_url}` and the provider's own [`Variable`]s from the
/// settings, `{client_id}`, `{token:path}` from the token reply, `{callback:name}` from the callback and, in extra calls,
/// `{userinfo:path}`. What is inserted is percent-encoded. A host that one of the latter three brings is data: it must be at a
/// public address ([`UrlTrust::FromData`](crate::UrlTrust::FromData)).
///
/// ```
/// use oauth_core::{Claims, ProviderSpec, register};
///
/// pub static PACELINE: ProviderSpec =
///     ProviderSpec::oauth2("paceline", "https://paceline.example/oauth/authorize", "https://paceline.example/oauth/token")
///         .display_name("Paceline")
///         .docs("https://paceline.example/docs")
///         .scopes(&["read"])
///         .scope_separator(",")
///         .user_info("https://paceline.example/api/v3/athlete")
///         .claims(Claims::id("id").username("username").avatar_url("profile"));
///
/// register!(PACELINE);
/// ```
///
/// ```compile_fail
/// use oauth_core::ProviderSpec;
///
/// static PLAIN: ProviderSpec = ProviderSpec::oauth2("plain", "http://example.com/authorize", "https://example.com/token");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ProviderSpec {
    pub(crate) facts: SpecFacts,
}

/// Everything a [`ProviderSpec`] says, for reading.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SpecFacts {
    /// Name in the registry, in lower case.
    pub name: &'static str,
    /// Name for people.
    pub display_name: &'static str,
    /// The provider's documentation of its login protocol.
    pub docs: Option<&'static str>,
    /// Where an application is registered and its client id is found.
    pub console: Option<&'static str>,
    /// Colour and icon of the sign-in button.
    pub brand: Option<Brand>,
    /// Default of the `{base_url}` variable: root of the public service.
    pub base_url: Option<&'static str>,
    /// Authorization endpoint (RFC 6749 section 3.1), unless it is discovered.
    pub authorize_url: Option<&'static str>,
    /// Token endpoint (RFC 6749 section 3.2), unless it is discovered.
    pub token_url: Option<&'static str>,
    /// Endpoint for refreshing, where it is not the token endpoint.
    pub refresh_url: Option<&'static str>,
    /// User-info endpoint.
    pub user_info_url: Option<&'static str>,
    /// Where the authorization request is pushed before the browser is sent (RFC 9126 section 2), at a provider that
    /// demands it.
    pub pushed_authorization_url: Option<&'static str>,
    /// How a token is revoked.
    pub revocation: Revocation,
    /// The issuer identifier: in ID tokens, and in the callbacks of a server that names it there (RFC 9207).
    pub issuer: Option<&'static str>,
    /// OpenID Connect, if the provider speaks it.
    pub openid: Option<OpenIdFacts>,
    /// Variables that stand in URLs.
    pub variables: &'static [Variable],
    /// Further settings that the provider's hooks read.
    pub settings: &'static [Setting],
    /// Scopes asked for when the settings name none.
    pub scopes: &'static [&'static str],
    /// What stands between two scopes in the authorization request.
    pub scope_separator: &'static str,
    /// Scopes that exist, with what they allow.
    pub known_scopes: &'static [(&'static str, &'static str)],
    /// How a space is written in the authorization URL.
    pub space_encoding: SpaceEncoding,
    /// Further parameters of the authorization request.
    pub authorize_params: &'static [(&'static str, &'static str)],
    /// Fragment that the authorization URL must end with.
    pub authorize_fragment: Option<&'static str>,
    /// Name of the `client_id` parameter.
    pub client_id_param: &'static str,
    /// Name of the `client_secret` parameter.
    pub client_secret_param: &'static str,
    /// Name of the `redirect_uri` parameter.
    pub redirect_uri_param: &'static str,
    /// Proof Key for Code Exchange (RFC 7636).
    pub pkce: Pkce,
    /// How the callback arrives.
    pub response_mode: ResponseMode,
    /// Further callback parameters that are kept as variables.
    pub callback_params: &'static [&'static str],
    /// Method of the token request.
    pub token_method: Method,
    /// Encoding of the token request's body.
    pub token_body: RequestBody,
    /// How the client authenticates at the token endpoint.
    pub client_authentication: ClientAuthentication,
    /// Further parameters of the token request.
    pub token_params: &'static [(&'static str, &'static str)],
    /// Further headers of the token request.
    pub token_headers: &'static [(&'static str, &'static str)],
    /// How the token reply reads.
    pub token_reply: TokenReply,
    /// Which document the profile is read from.
    pub user_info_source: UserInfoSource,
    /// Method of the user-info request.
    pub user_info_method: Method,
    /// Where the access token goes in the user-info request.
    pub token_placement: TokenPlacement,
    /// Query parameters of the user-info request.
    pub user_info_query: &'static [(&'static str, &'static str)],
    /// Headers of the user-info request and of extra calls.
    pub user_info_headers: &'static [(&'static str, &'static str)],
    /// Form fields of a user-info `POST`.
    pub user_info_form: &'static [(&'static str, &'static str)],
    /// JSON body of a user-info `POST`, such as a GraphQL query.
    pub user_info_json: Option<&'static str>,
    /// How a failure inside a user-info reply of status 200 is told.
    pub user_info_success: Option<SuccessCheck>,
    /// Further requests whose replies the claims read.
    pub calls: &'static [ExtraCall],
    /// Whether this spec or the settings of each instance say where endpoints are and what a profile means.
    pub described_by: DescribedBy,
    /// Where the fields of the user stand.
    pub claims: Claims,
    /// What to do about an error of a kind, in the words of the provider's own pages.
    pub remedies: &'static [(ErrorKind, &'static str)],
}

impl SpecFacts {
    /// What a spec says that says nothing.
    const fn baseline(name: &'static str) -> Self {
        Self {
            name: check::name(name),
            display_name: name,
            docs: None,
            console: None,
            brand: None,
            base_url: None,
            authorize_url: None,
            token_url: None,
            refresh_url: None,
            user_info_url: None,
            pushed_authorization_url: None,
            revocation: Revocation::NotOffered { instead: "" },
            issuer: None,
            openid: None,
            variables: &[],
            settings: &[],
            scopes: &[],
            scope_separator: " ",
            known_scopes: &[],
            space_encoding: SpaceEncoding::Plus,
            authorize_params: &[],
            authorize_fragment: None,
            client_id_param: "client_id",
            client_secret_param: "client_secret",
            redirect_uri_param: "redirect_uri",
            pkce: Pkce::S256,
            response_mode: ResponseMode::Query,
            callback_params: &[],
            token_method: Method::Post,
            token_body: RequestBody::Form,
            client_authentication: ClientAuthentication::Body,
            token_params: &[],
            token_headers: &[],
            token_reply: TokenReply::standard(),
            user_info_source: UserInfoSource::Endpoint,
            user_info_method: Method::Get,
            token_placement: TokenPlacement::Bearer,
            user_info_query: &[],
            user_info_headers: &[],
            user_info_form: &[],
            user_info_json: None,
            user_info_success: None,
            calls: &[],
            described_by: DescribedBy::Spec,
            claims: Claims::id("id"),
            remedies: &[],
        }
    }
}

impl ProviderSpec {
    /// An OAuth 2.0 provider with its authorization and token endpoints.
    ///
    /// `name` is lower-case letters, digits and `-`. The account id is read from `id` until [`claims`](Self::claims)
    /// says otherwise.
    ///
    /// # Panics
    ///
    /// In const evaluation, which does not compile: when the name or a URL is not valid.
    #[must_use]
    pub const fn oauth2(name: &'static str, authorize_url: &'static str, token_url: &'static str) -> Self {
        Self {
            facts: SpecFacts {
                authorize_url: Some(check::url(authorize_url)),
                token_url: Some(check::url(token_url)),
                ..SpecFacts::baseline(name)
            },
        }
    }

    /// An OAuth 2.0 provider that the settings of each instance describe: its endpoints, and by
    /// [`claim_settings`](Self::claim_settings) where the fields of the user stand.
    ///
    /// Nothing has a default that could be wrong without being noticed: without `AUTHORIZE_URL`, `TOKEN_URL`, `USERINFO_URL` and
    /// `CLAIM_SUB` no client is built. `REVOKE_URL`, `SCOPE_SEPARATOR`, `TOKEN_ENDPOINT_AUTH_METHOD` and `CODE_CHALLENGE_METHOD` may
    /// be set.
    ///
    /// ```
    /// use oauth_core::ProviderSpec;
    ///
    /// static ANY: ProviderSpec = ProviderSpec::oauth2_from_settings("any");
    /// assert!(ANY.claim_settings().contains(&("CLAIM_PREFERRED_USERNAME", "preferred_username")));
    /// ```
    #[must_use]
    pub const fn oauth2_from_settings(name: &'static str) -> Self {
        Self {
            facts: SpecFacts {
                described_by: DescribedBy::Settings,
                client_authentication: ClientAuthentication::Basic,
                claims: Claims::openid(),
                ..SpecFacts::baseline(name)
            },
        }
    }

    /// The settings that hold the paths of the claims, each with the path that fits a provider which names its claims as OpenID
    /// Connect does; none where the spec itself has the paths.
    #[must_use]
    pub fn claim_settings(&self) -> Vec<(&'static str, &'static str)> {
        let paths = match self.facts.described_by {
            DescribedBy::Spec => Vec::new(),
            DescribedBy::Settings => self.facts.claims.paths(),
        };
        let setting = |field| claims::SETTINGS.into_iter().find(|(known, _)| *known == field).map(|(_, name)| name);
        paths.into_iter().filter_map(|(field, path)| Some((setting(field)?, path))).collect()
    }

    /// Everything this spec says.
    #[must_use]
    pub const fn facts(&self) -> &SpecFacts {
        &self.facts
    }

    /// Name in the registry.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.facts.name
    }

    /// Name for people, as on the sign-in button.
    #[must_use]
    pub const fn display_name(mut self, name: &'static str) -> Self {
        self.facts.display_name = name;
        self
    }

    /// The provider's documentation of its login protocol.
    #[must_use]
    pub const fn docs(mut self, url: &'static str) -> Self {
        self.facts.docs = Some(check::url(url));
        self
    }

    /// Where an application is registered.
    #[must_use]
    pub const fn console(mut self, url: &'static str) -> Self {
        self.facts.console = Some(check::url(url));
        self
    }

    /// Colour and icon of the sign-in button.
    #[must_use]
    pub const fn brand(mut self, brand: Brand) -> Self {
        self.facts.brand = Some(brand);
        self
    }

    /// Root of the public service, for a provider that people also host themselves: the default of `{base_url}` and the
    /// reason why the setting `BASE_URL` exists.
    #[must_use]
    pub const fn base_url(mut self, url: &'static str) -> Self {
        self.facts.base_url = Some(check::url(url));
        self
    }

    /// A refresh endpoint that is not the token endpoint.
    #[must_use]
    pub const fn refresh(mut self, url: &'static str) -> Self {
        self.facts.refresh_url = Some(check::url(url));
        self
    }

    /// The user-info endpoint.
    #[must_use]
    pub const fn user_info(mut self, url: &'static str) -> Self {
        self.facts.user_info_url = Some(check::url(url));
        self
    }

    /// The endpoint to which the authorization request is pushed first (RFC 9126), for a provider that demands it.
    ///
    /// The browser then carries a reference instead of the request, so nobody can change it on the way. Such a login
    /// is begun by [`OAuthClient::authorize`](crate::OAuthClient::authorize).
    ///
    /// ```
    /// use oauth_core::ProviderSpec;
    ///
    /// static BANK: ProviderSpec =
    ///     ProviderSpec::oauth2("bank", "https://bank.example/authorize", "https://bank.example/token")
    ///         .pushed_authorization("https://bank.example/par");
    /// ```
    #[must_use]
    pub const fn pushed_authorization(mut self, url: &'static str) -> Self {
        self.facts.pushed_authorization_url = Some(check::url(url));
        self
    }

    /// How a token is revoked, or why it cannot be.
    #[must_use]
    pub const fn revocation(mut self, revocation: Revocation) -> Self {
        self.facts.revocation = revocation;
        self
    }

    /// The issuer identifier. An ID token or a callback (RFC 9207) that names another one is refused.
    #[must_use]
    pub const fn issuer(mut self, issuer: &'static str) -> Self {
        self.facts.issuer = Some(check::url(issuer));
        self
    }

    /// Variables that stand in URLs as `{name}`, each a setting of the same name in upper case.
    #[must_use]
    pub const fn variables(mut self, variables: &'static [Variable]) -> Self {
        self.facts.variables = variables;
        self
    }

    /// Further settings that the provider's hooks read.
    #[must_use]
    pub const fn settings(mut self, settings: &'static [Setting]) -> Self {
        self.facts.settings = settings;
        self
    }

    /// Scopes asked for when the settings name none. With none at all the parameter is left out.
    #[must_use]
    pub const fn scopes(mut self, scopes: &'static [&'static str]) -> Self {
        self.facts.scopes = scopes;
        self
    }

    /// What stands between two scopes in the request; RFC 6749 section 3.3 says a space.
    #[must_use]
    pub const fn scope_separator(mut self, separator: &'static str) -> Self {
        self.facts.scope_separator = separator;
        self
    }

    /// Scopes that exist, with what they allow: for the provider's page.
    #[must_use]
    pub const fn known_scopes(mut self, scopes: &'static [(&'static str, &'static str)]) -> Self {
        self.facts.known_scopes = scopes;
        self
    }

    /// How a space is written in the authorization URL.
    #[must_use]
    pub const fn space_encoding(mut self, encoding: SpaceEncoding) -> Self {
        self.facts.space_encoding = encoding;
        self
    }

    /// Further parameters of the authorization request.
    ///
    /// # Panics
    ///
    /// In const evaluation: when one of them is a parameter that the client manages, such as `state`.
    #[must_use]
    pub const fn authorize_params(mut self, params: &'static [(&'static str, &'static str)]) -> Self {
        self.facts.authorize_params = check::free_params(params);
        self
    }

    /// Fragment that the authorization URL must end with, without `#`.
    #[must_use]
    pub const fn authorize_fragment(mut self, fragment: &'static str) -> Self {
        self.facts.authorize_fragment = Some(fragment);
        self
    }

    /// The provider's names for `client_id` and `client_secret`.
    #[must_use]
    pub const fn client_params(mut self, id: &'static str, secret: &'static str) -> Self {
        self.facts.client_id_param = id;
        self.facts.client_secret_param = secret;
        self
    }

    /// The provider's name for `redirect_uri`.
    #[must_use]
    pub const fn redirect_uri_param(mut self, name: &'static str) -> Self {
        self.facts.redirect_uri_param = name;
        self
    }

    /// Proof Key for Code Exchange; `S256` unless set.
    #[must_use]
    pub const fn pkce(mut self, pkce: Pkce) -> Self {
        self.facts.pkce = pkce;
        self
    }

    /// How the callback arrives; in the query unless set.
    #[must_use]
    pub const fn response_mode(mut self, mode: ResponseMode) -> Self {
        self.facts.response_mode = mode;
        self
    }

    /// Callback parameters that are kept as `{callback:name}`; `state` too, for a token endpoint that wants to see it again.
    ///
    /// They come through the browser: who somebody is and which address is theirs cannot be read from them.
    #[must_use]
    pub const fn callback_params(mut self, names: &'static [&'static str]) -> Self {
        self.facts.callback_params = names;
        self
    }

    /// Method of the token request; `POST` unless set (RFC 6749 section 3.2).
    #[must_use]
    pub const fn token_method(mut self, method: Method) -> Self {
        self.facts.token_method = method;
        self
    }

    /// Encoding of the token request's body.
    #[must_use]
    pub const fn token_body(mut self, body: RequestBody) -> Self {
        self.facts.token_body = body;
        self
    }

    /// How the client authenticates at the token endpoint; exactly one way, never probed (RFC 6749 section 2.3).
    #[must_use]
    pub const fn client_authentication(mut self, authentication: ClientAuthentication) -> Self {
        self.facts.client_authentication = authentication;
        self
    }

    /// Further parameters of the token request.
    #[must_use]
    pub const fn token_params(mut self, params: &'static [(&'static str, &'static str)]) -> Self {
        self.facts.token_params = params;
        self
    }

    /// Further headers of the token request, names in lower case.
    #[must_use]
    pub const fn token_headers(mut self, headers: &'static [(&'static str, &'static str)]) -> Self {
        self.facts.token_headers = headers;
        self
    }

    /// How the token reply reads.
    #[must_use]
    pub const fn token_reply(mut self, reply: TokenReply) -> Self {
        self.facts.token_reply = reply;
        self
    }

    /// Which document the profile is read from.
    #[must_use]
    pub const fn user_info_source(mut self, source: UserInfoSource) -> Self {
        self.facts.user_info_source = source;
        self
    }

    /// Where the access token goes in the user-info request.
    #[must_use]
    pub const fn token_placement(mut self, placement: TokenPlacement) -> Self {
        self.facts.token_placement = placement;
        self
    }

    /// Query parameters of the user-info request.
    #[must_use]
    pub const fn user_info_query(mut self, query: &'static [(&'static str, &'static str)]) -> Self {
        self.facts.user_info_query = query;
        self
    }

    /// Headers of the user-info request and of extra calls, names in lower case.
    #[must_use]
    pub const fn user_info_headers(mut self, headers: &'static [(&'static str, &'static str)]) -> Self {
        self.facts.user_info_headers = headers;
        self
    }

    /// Makes the user-info request a `POST` of these form fields.
    #[must_use]
    pub const fn user_info_form(mut self, fields: &'static [(&'static str, &'static str)]) -> Self {
        self.facts.user_info_method = Method::Post;
        self.facts.user_info_form = fields;
        self
    }

    /// Makes the user-info request a `POST` of this JSON text, such as a GraphQL query.
    #[must_use]
    pub const fn user_info_json(mut self, body: &'static str) -> Self {
        self.facts.user_info_method = Method::Post;
        self.facts.user_info_json = Some(body);
        self
    }

    /// How a failure inside a user-info reply of status 200 is told.
    #[must_use]
    pub const fn user_info_success(mut self, check: SuccessCheck) -> Self {
        self.facts.user_info_success = Some(check);
        self
    }

    /// Further requests whose replies the claims read as `@name.path`.
    #[must_use]
    pub const fn calls(mut self, calls: &'static [ExtraCall]) -> Self {
        self.facts.calls = calls;
        self
    }

    /// Where the fields of the user stand.
    #[must_use]
    pub const fn claims(mut self, claims: Claims) -> Self {
        self.facts.claims = claims;
        self
    }

    /// What to do about an error of a kind, as a sentence in the words of the provider's own pages.
    #[must_use]
    pub const fn remedies(mut self, remedies: &'static [(ErrorKind, &'static str)]) -> Self {
        self.facts.remedies = remedies;
        self
    }

    /// The remedy for an error of `kind`, if the provider has one.
    #[must_use]
    pub fn remedy(&self, kind: ErrorKind) -> Option<&'static str> {
        self.facts.remedies.iter().find(|(known, _)| *known == kind).map(|(_, remedy)| *remedy)
    }
}
