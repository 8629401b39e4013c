//! WorkOS, its API for single sign-on.
//!
//! At <https://dashboard.workos.com/> an environment has a client ID, API keys and the redirect URI
//! `https://your.app/auth/workos/callback`; a connection, made there or by the customer, has the people.
//!
//! `OAUTH_WORKOS_CONNECTION` says who signs in: a connection, an organization, or a provider such as `GoogleOAuth`.

use std::borrow::Cow;

use oauth_core::{Brand, Claims, ErrorKind, Provider, ProviderSpec, Result, Revocation, Setting, Settings, register};

/// WorkOS.
///
/// The account id is the profile's, which belongs to a person in one connection. The address is what the customer's identity provider
/// says; nobody says that it is verified. The profile is asked for, although the token reply repeats it: that reply may hold tokens of
/// Google or Microsoft.
pub static WORKOS: WorkOs = WorkOs;

register!(WORKOS);

/// The type of [`WORKOS`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct WorkOs;

static SPEC: ProviderSpec =
    ProviderSpec::oauth2("workos", "https://api.workos.com/sso/authorize", "https://api.workos.com/sso/token")
        .display_name("WorkOS")
        .docs("https://workos.com/docs/reference/sso")
        .console("https://dashboard.workos.com/")
        .brand(Brand { color: "#24292F", icon_path: ICON })
        .settings(&[Setting {
            name: CONNECTION,
            description: "connection, organization or provider that people sign in with",
            required: true,
        }])
        .user_info("https://api.workos.com/sso/profile")
        .claims(Claims::id("id").email("email").name("name").first_name("first_name").last_name("last_name"))
        .revocation(Revocation::NotOffered { instead: "An administrator deletes the connection in WorkOS" })
        .remedies(&[
            (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL to the Redirects of the environment"),
            (ErrorKind::ClientRefused, "CLIENT_SECRET is an API key of the environment that has the client ID"),
            (ErrorKind::InvalidGrant, "The code has been used or has ended: sign in again"),
            (ErrorKind::UserInfoUnauthorized, "Sign in again: the token has ended"),
        ]);

const CONNECTION: &str = "CONNECTION";

impl Provider for WorkOs {
    fn spec(&self) -> &ProviderSpec {
        &SPEC
    }

    /// Exactly one of three parameters says who signs in; ids have a prefix that tells which.
    fn authorize_params(&self, settings: &Settings) -> Result<Vec<(Cow<'static, str>, String)>> {
        let parameter = |value: &str| match value {
            _ if value.starts_with("conn_") => "connection",
            _ if value.starts_with("org_") => "organization",
            _ => "provider",
        };
        let chosen = settings.get(CONNECTION).map(|value| (parameter(value).into(), value.to_owned()));
        Ok(chosen.into_iter().collect())
    }
}

/// A disc.
const ICON: &str = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z";

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use oauth_core::{
        AuthorizationRequest, HttpClient, HttpRequest, HttpResponse, OAuthClient, ProviderConfig, async_trait,
    };
    use url::Url;

    use super::*;

    struct Offline;

    #[async_trait]
    impl HttpClient for Offline {
        async fn send(&self, _: HttpRequest) -> Result<HttpResponse> {
            Ok(HttpResponse::new(503, Vec::new()))
        }
    }

    #[test]
    fn one_parameter_says_who_signs_in() {
        for (value, parameter) in [
            ("conn_01E4ZCR3C56J083X43JQXF3JK5", "connection"),
            ("org_01EHWNCE74X7JSDV0X3SZ3KJNY", "organization"),
            ("GoogleOAuth", "provider"),
        ] {
            let config = ProviderConfig::new("workos", "id", "secret").setting(CONNECTION, value);
            let client = OAuthClient::new(&WORKOS, config, Offline).unwrap();
            let request = AuthorizationRequest::new("https://app.example/callback");
            let authorization = client.authorization_url(&request).unwrap();
            let url = Url::parse(authorization.url()).unwrap();
            let sent: Vec<_> = url
                .query_pairs()
                .filter(|(name, _)| ["connection", "organization", "provider"].contains(&name.as_ref()))
                .collect();
            assert_eq!(sent, [(parameter.into(), value.into())]);
        }
    }
}
