//! The values that a spec is made of.

use crate::claims::checked;

/// Colour and icon of a sign-in button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Brand {
    /// Background colour as `#rrggbb`.
    pub color: &'static str,
    /// The `d` attribute of an SVG path in a 24 by 24 view box; empty where there is no icon that may be used freely.
    pub icon_path: &'static str,
}

/// How the client authenticates at the token endpoint (RFC 6749 section 2.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientAuthentication {
    /// HTTP Basic with form-encoded id and secret.
    Basic,
    /// Id and secret among the parameters of the body.
    Body,
    /// Id, and a secret that [`Provider::token_request`](crate::Provider::token_request) signs anew for each request, with a key
    /// from the provider's own settings: there is no client secret to configure.
    Signed,
    /// Id, and an assertion that is signed anew for each request with the private key of the settings (RFC 7523 section 2.2,
    /// `private_key_jwt` of OpenID Connect Core section 9), at an OpenID provider. There is no client secret.
    PrivateKeyJwt,
    /// A public client: the id only, and PKCE.
    None,
}

impl ClientAuthentication {
    /// The way of this name in the registry of RFC 7591 section 4.2.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "client_secret_basic" => Some(Self::Basic),
            "client_secret_post" => Some(Self::Body),
            "private_key_jwt" => Some(Self::PrivateKeyJwt),
            "none" => Some(Self::None),
            _ => None,
        }
    }
}

/// Proof Key for Code Exchange (RFC 7636).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pkce {
    /// Challenge method `S256`.
    S256,
    /// Challenge method `plain`, for a server that knows no other.
    Plain,
    /// Left out, for a server that refuses it. The state still binds the callback to the browser.
    Unsupported,
}

impl Pkce {
    /// The challenge method of this name (RFC 7636 section 4.3), or `none`.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "S256" => Some(Self::S256),
            "plain" => Some(Self::Plain),
            "none" => Some(Self::Unsupported),
            _ => None,
        }
    }
}

/// Who says where a provider's endpoints are and what its profile means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DescribedBy {
    /// The spec.
    Spec,
    /// The settings of each instance. What the spec has of claims is how a test server plays it, and no default.
    Settings,
}

/// How the callback arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResponseMode {
    /// A `GET` with the code in the query.
    Query,
    /// A cross-site `POST` (OAuth 2.0 Form Post Response Mode).
    FormPost,
}

impl ResponseMode {
    /// The value of the `response_mode` parameter.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::FormPost => "form_post",
        }
    }

    /// The mode of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::Query, Self::FormPost].into_iter().find(|mode| mode.as_str() == name)
    }
}

/// How a space is written in the authorization URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpaceEncoding {
    /// `+`, as `application/x-www-form-urlencoded` says (RFC 6749 appendix B).
    Plus,
    /// `%20`, for a server that does not read `+`.
    Percent20,
}

/// Encoding of a request body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestBody {
    /// `application/x-www-form-urlencoded`.
    Form,
    /// A JSON object.
    Json,
}

/// Where the access token goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenPlacement {
    /// `Authorization: Bearer` (RFC 6750 section 2.1).
    Bearer,
    /// `Authorization` with another scheme, such as `OAuth`.
    Scheme(&'static str),
    /// A header of its own, name in lower case.
    Header(&'static str),
    /// A query parameter of this name, for a server that demands it (RFC 6750 section 2.3).
    Query(&'static str),
    /// A form field of this name (RFC 6750 section 2.2).
    Form(&'static str),
}

/// Which document the profile is read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UserInfoSource {
    /// The reply of the user-info endpoint. At an OpenID provider without one, the claims of the ID token, and where the reply
    /// is silent they complete it (OpenID Connect Core section 5.3): an address comes with its own flag, and one that the
    /// ID token calls unverified stays so.
    Endpoint,
    /// The reply of the user-info endpoint, which is a signed token (OpenID Connect Core section 5.3.2). Completed like that
    /// of [`Endpoint`](Self::Endpoint).
    SignedEndpoint,
    /// Headers of the user-info reply, names in lower case, for a server that says who somebody is nowhere else: an object with
    /// the value of each that is there, percent-decoded.
    Headers(&'static [&'static str]),
    /// The token reply itself.
    TokenReply,
    /// The claims of the ID token.
    IdToken,
    /// The claims of the access token, which is a signed token and takes the place of an ID token.
    AccessToken,
}

impl UserInfoSource {
    /// Whether the document is a token that an OpenID provider signs.
    pub(crate) const fn is_signed(self) -> bool {
        matches!(self, Self::SignedEndpoint | Self::IdToken | Self::AccessToken)
    }
}

/// A variable of a provider's URLs, set as `OAUTH_<NAME>_<VARIABLE>`.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    pub(crate) name: &'static str,
    pub(crate) default: Option<&'static str>,
    pub(crate) allowed: &'static [&'static str],
    pub(crate) callback_param: Option<&'static str>,
}

impl Variable {
    /// A variable that has to be set.
    #[must_use]
    pub const fn required(name: &'static str) -> Self {
        Self { name, default: None, allowed: &[], callback_param: None }
    }

    /// A variable with a default.
    #[must_use]
    pub const fn with_default(name: &'static str, default: &'static str) -> Self {
        Self { name, default: Some(default), allowed: &[], callback_param: None }
    }

    /// The only values it may have.
    #[must_use]
    pub const fn allowed(mut self, values: &'static [&'static str]) -> Self {
        self.allowed = values;
        self
    }

    /// A value that the callback may bring in a parameter of this name, for providers with regional hosts. Only an
    /// [`allowed`](Self::allowed) value is taken: the callback is not a trusted document.
    #[must_use]
    pub const fn from_callback(mut self, param: &'static str) -> Self {
        self.callback_param = Some(param);
        self
    }

    /// Name, as in `{name}`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Value when nothing is set.
    #[must_use]
    pub const fn default(&self) -> Option<&'static str> {
        self.default
    }

    /// The only values it may have; none when any will do.
    #[must_use]
    pub const fn allowed_values(&self) -> &'static [&'static str] {
        self.allowed
    }

    /// The callback parameter that may bring its value.
    #[must_use]
    pub const fn callback_param(&self) -> Option<&'static str> {
        self.callback_param
    }
}

/// A further setting of a provider, read by its hooks.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Name as in `OAUTH_<INSTANCE>_<NAME>`, in upper case.
    pub name: &'static str,
    /// What it is, for people.
    pub description: &'static str,
    /// Whether the provider works without it.
    pub required: bool,
}

/// A further `GET` whose reply the claims read as `@name.path`.
///
/// It is sent at the same time as the user-info request, unless its URL takes a value from that reply.
#[derive(Clone, Copy, Debug)]
pub struct ExtraCall {
    pub(crate) name: &'static str,
    pub(crate) url: &'static str,
    pub(crate) optional_statuses: &'static [u16],
    pub(crate) next_page: Option<&'static str>,
}

impl ExtraCall {
    /// A call whose URL can be overridden by the setting `<NAME>_URL`.
    #[must_use]
    pub const fn get(name: &'static str, url: &'static str) -> Self {
        Self { name: super::check::name(name), url: super::check::url(url), optional_statuses: &[], next_page: None }
    }

    /// Statuses that mean "not permitted" rather than "failed": the login goes on without this reply. A rate limit means
    /// neither and is an error, whatever its status.
    #[must_use]
    pub const fn optional_on(mut self, statuses: &'static [u16]) -> Self {
        self.optional_statuses = statuses;
        self
    }

    /// Where the reply names the URL of its next page. Followed on the same origin only, and not endlessly.
    #[must_use]
    pub const fn next_page(mut self, path: &'static str) -> Self {
        self.next_page = Some(checked(path));
        self
    }

    /// Name of the call.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// URL of the call, with its variables.
    #[must_use]
    pub const fn url(&self) -> &'static str {
        self.url
    }

    /// Where the reply names its next page, as a path.
    #[must_use]
    pub const fn next_page_path(&self) -> Option<&'static str> {
        self.next_page
    }

    /// Statuses that the login survives.
    #[must_use]
    pub const fn optional_statuses(&self) -> &'static [u16] {
        self.optional_statuses
    }
}

/// How a failure inside a reply of status 200 is told.
///
/// ```
/// use oauth_core::SuccessCheck;
///
/// const SLACK: SuccessCheck = SuccessCheck::member("ok").is(&["true"]).error_code("error");
/// const WECHAT: SuccessCheck = SuccessCheck::member("errcode").absent_or(&["0"]).error_code("errmsg");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SuccessCheck {
    pub(crate) path: &'static str,
    pub(crate) accepted: &'static [&'static str],
    pub(crate) may_be_absent: bool,
    pub(crate) error_code: Option<&'static str>,
}

impl SuccessCheck {
    /// Looks at the member at `path`.
    #[must_use]
    pub const fn member(path: &'static str) -> Self {
        Self { path: checked(path), accepted: &[], may_be_absent: false, error_code: None }
    }

    /// Success is one of these values, as text.
    #[must_use]
    pub const fn is(mut self, values: &'static [&'static str]) -> Self {
        self.accepted = values;
        self
    }

    /// Success is absence or one of these values, as text.
    #[must_use]
    pub const fn absent_or(mut self, values: &'static [&'static str]) -> Self {
        self.accepted = values;
        self.may_be_absent = true;
        self
    }

    /// Where the error code stands.
    #[must_use]
    pub const fn error_code(mut self, path: &'static str) -> Self {
        self.error_code = Some(checked(path));
        self
    }

    /// Where the member stands, as a path.
    #[must_use]
    pub const fn path(&self) -> &'static str {
        self.path
    }

    /// The values that mean success, as text.
    #[must_use]
    pub const fn accepted(&self) -> &'static [&'static str] {
        self.accepted
    }

    /// Whether a reply without the member is a success.
    #[must_use]
    pub const fn may_be_absent(&self) -> bool {
        self.may_be_absent
    }

    /// Where the error code stands, as a path.
    #[must_use]
    pub const fn error_code_path(&self) -> Option<&'static str> {
        self.error_code
    }
}

/// How a token reply reads, where it is not as RFC 6749 section 5.1 says.
///
/// ```
/// use oauth_core::TokenReply;
///
/// const BITBUCKET: TokenReply = TokenReply::standard().scope("scope | scopes");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct TokenReply {
    pub(crate) object: Option<&'static str>,
    pub(crate) access_token: &'static str,
    pub(crate) token_type: &'static str,
    pub(crate) expires_in: &'static str,
    pub(crate) expires_at: Option<&'static str>,
    pub(crate) refresh_token: &'static str,
    pub(crate) scope: &'static str,
    pub(crate) id_token: &'static str,
    pub(crate) token_types: &'static [&'static str],
    pub(crate) scope_separator: &'static str,
    pub(crate) success: Option<SuccessCheck>,
}

impl TokenReply {
    /// RFC 6749 section 5.1, with `expires` accepted beside `expires_in`.
    #[must_use]
    pub const fn standard() -> Self {
        Self {
            object: None,
            access_token: "access_token",
            token_type: "token_type",
            expires_in: "expires_in | expires",
            expires_at: None,
            refresh_token: "refresh_token",
            scope: "scope",
            id_token: "id_token",
            token_types: &["bearer"],
            scope_separator: " ",
            success: None,
        }
    }

    /// The object that holds the token, inside an envelope.
    #[must_use]
    pub const fn object(mut self, path: &'static str) -> Self {
        self.object = Some(checked(path));
        self
    }

    /// Where the access token stands.
    #[must_use]
    pub const fn access_token(mut self, path: &'static str) -> Self {
        self.access_token = checked(path);
        self
    }

    /// Where the refresh token stands.
    #[must_use]
    pub const fn refresh_token(mut self, path: &'static str) -> Self {
        self.refresh_token = checked(path);
        self
    }

    /// Where the lifetime in seconds stands.
    #[must_use]
    pub const fn expires_in(mut self, path: &'static str) -> Self {
        self.expires_in = checked(path);
        self
    }

    /// Where the end of life stands, as seconds since 1970.
    #[must_use]
    pub const fn expires_at(mut self, path: &'static str) -> Self {
        self.expires_at = Some(checked(path));
        self
    }

    /// Where the granted scopes stand.
    #[must_use]
    pub const fn scope(mut self, path: &'static str) -> Self {
        self.scope = checked(path);
        self
    }

    /// What stands between two granted scopes, besides a space.
    #[must_use]
    pub const fn scope_separator(mut self, separator: &'static str) -> Self {
        self.scope_separator = separator;
        self
    }

    /// Token types that mean bearer, compared without case.
    #[must_use]
    pub const fn token_types(mut self, types: &'static [&'static str]) -> Self {
        self.token_types = types;
        self
    }

    /// How a failure inside a reply of status 200 is told, besides an `error` member.
    #[must_use]
    pub const fn success(mut self, check: SuccessCheck) -> Self {
        self.success = Some(check);
        self
    }

    /// The paths by the names of RFC 6749, for test servers that are made from a spec.
    #[must_use]
    pub const fn paths(&self) -> [(&'static str, &'static str); 6] {
        [
            ("access_token", self.access_token),
            ("token_type", self.token_type),
            ("expires_in", self.expires_in),
            ("refresh_token", self.refresh_token),
            ("scope", self.scope),
            ("id_token", self.id_token),
        ]
    }

    /// The object that holds the token, as a path.
    #[must_use]
    pub const fn object_path(&self) -> Option<&'static str> {
        self.object
    }

    /// Where the end of life stands, as a path.
    #[must_use]
    pub const fn expires_at_path(&self) -> Option<&'static str> {
        self.expires_at
    }

    /// The token types that mean bearer.
    #[must_use]
    pub const fn bearer_types(&self) -> &'static [&'static str] {
        self.token_types
    }

    /// What stands between two granted scopes, besides a space.
    #[must_use]
    pub const fn granted_separator(&self) -> &'static str {
        self.scope_separator
    }

    /// How a failure inside a reply of status 200 is told.
    #[must_use]
    pub const fn success_check(&self) -> Option<&SuccessCheck> {
        self.success.as_ref()
    }
}
