//! What can be signed in with: the trait [`Provider`] and the hooks for the few that a spec cannot describe.

use std::{borrow::Cow, collections::BTreeMap, fmt};

use secrecy::{ExposeSecret, SecretString};

use crate::{
    Result,
    http::HttpRequest,
    identity::Identity,
    spec::ProviderSpec,
    token::OAuthToken,
    user::{OAuthUserInfo, RawData},
};

/// Something people can sign in with.
///
/// [`ProviderSpec`] implements it, which is all that most providers need. A provider with a quirk that no spec
/// can express implements it on a type of its own and overrides a hook. Hooks are synchronous and see no network;
/// none of them can touch the state, the redirect URI or the PKCE parameters.
///
/// ```
/// use oauth_core::{Provider, ProviderSpec, Result, Settings, TokenRequest};
///
/// static SPEC: ProviderSpec =
///     ProviderSpec::oauth2("acme", "https://acme.example/authorize", "https://acme.example/token");
///
/// pub struct Acme;
///
/// impl Provider for Acme {
///     fn spec(&self) -> &ProviderSpec {
///         &SPEC
///     }
///
///     fn token_request(&self, request: &mut TokenRequest, _settings: &Settings) -> Result<()> {
///         request.set_param("audience", "login");
///         Ok(())
///     }
/// }
/// ```
pub trait Provider: Send + Sync {
    /// The description of the provider.
    fn spec(&self) -> &ProviderSpec;

    /// Checks the provider's own settings when a client is built.
    ///
    /// # Errors
    ///
    /// A setting is missing or not valid: the application does not start.
    fn check_settings(&self, _settings: &Settings) -> Result<()> {
        Ok(())
    }

    /// Further parameters of the authorization request.
    fn authorize_params(&self, _settings: &Settings) -> Result<Vec<(Cow<'static, str>, String)>> {
        Ok(Vec::new())
    }

    /// Changes the token request, for an exchange and for a refresh, and a revocation request (RFC 7009).
    fn token_request(&self, _request: &mut TokenRequest, _settings: &Settings) -> Result<()> {
        Ok(())
    }

    /// Refuses who signed in, after the token that says so was verified: a tenant that may not, say.
    ///
    /// # Errors
    ///
    /// The login ends with the error.
    fn identity(&self, _identity: &Identity, _settings: &Settings) -> Result<()> {
        Ok(())
    }

    /// Changes a request to the provider's API: user info, extra calls, and a revocation of its own kind
    /// ([`RevocationRequest`](crate::RevocationRequest)).
    fn user_info_request(&self, _request: &mut HttpRequest, _token: &OAuthToken, _settings: &Settings) -> Result<()> {
        Ok(())
    }

    /// Changes the user that the claims gave; `raw` holds all replies.
    fn user_info(&self, _user: &mut OAuthUserInfo, _raw: &RawData) -> Result<()> {
        Ok(())
    }
}

impl Provider for ProviderSpec {
    fn spec(&self) -> &ProviderSpec {
        self
    }
}

/// The settings of one instance, by their names in upper case and without prefix. Values never show in `Debug`.
#[derive(Clone, Default)]
pub struct Settings(pub(crate) BTreeMap<String, SecretString>);

impl Settings {
    /// The value of a setting.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(ExposeSecret::expose_secret)
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// A token request before it is encoded. Values never show in `Debug`.
pub struct TokenRequest {
    pub(crate) params: Vec<(Cow<'static, str>, SecretString)>,
    pub(crate) headers: Vec<(Cow<'static, str>, SecretString)>,
}

impl TokenRequest {
    /// Sets a parameter, replacing an earlier value.
    pub fn set_param(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<SecretString>) {
        set(&mut self.params, name.into(), value.into());
    }

    /// Sets a header by its lower-case name, replacing an earlier value.
    pub fn set_header(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<SecretString>) {
        set(&mut self.headers, name.into(), value.into());
    }

    /// The value of a parameter.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&SecretString> {
        self.params.iter().find(|(existing, _)| existing == name).map(|(_, value)| value)
    }
}

fn set(list: &mut Vec<(Cow<'static, str>, SecretString)>, name: Cow<'static, str>, value: SecretString) {
    list.retain(|(existing, _)| *existing != name);
    list.push((name, value));
}

impl fmt::Debug for TokenRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names =
            |list: &[(Cow<'static, str>, SecretString)]| list.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        f.debug_struct("TokenRequest")
            .field("params", &names(&self.params))
            .field("headers", &names(&self.headers))
            .finish()
    }
}
