//! FusionAuth, hosted by FusionAuth or by oneself.
//!
//! An application is added in the admin UI under Applications. Its tab OAuth has the client id and the client secret, and takes
//! `https://your.app/auth/fusionauth/callback` as an authorized redirect URL; its tab JWT has the key that signs ID tokens.
//!
//! `OAUTH_FUSIONAUTH_ISSUER` is the issuer of the tenant, which has to be an address: `https://auth.example.com`.

use std::borrow::Cow;

use oauth_core::{Brand, Claims, ErrorKind, Provider, ProviderSpec, Result, Revocation, Setting, Settings, register};

/// FusionAuth.
///
/// The account id is the id of the user in the tenant. A user may have a user name, an address, or both. The address is verified if the
/// person followed a link, or if whoever made the account said so.
pub static FUSIONAUTH: FusionAuth = FusionAuth;

register!(FUSIONAUTH);

/// The type of [`FUSIONAUTH`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct FusionAuth;

static SPEC: ProviderSpec = ProviderSpec::openid_from_settings("fusionauth")
    .display_name("FusionAuth")
    .docs("https://fusionauth.io/docs/lifecycle/authenticate-users/oauth/endpoints")
    .console("https://fusionauth.io/docs/get-started/core-concepts/applications")
    .brand(Brand { color: "#F58320", icon_path: ICON })
    .settings(&[Setting {
        name: TENANT_ID,
        description: "id of the tenant, for a universal application",
        required: false,
    }])
    .known_scopes(&[
        ("openid", "Sign in"),
        ("profile", "Read name, user name and picture"),
        ("email", "Read the e-mail address"),
        ("phone", "Read the phone number"),
        ("offline_access", "Get a refresh token"),
    ])
    .claims(Claims::openid_basic().username("preferred_username"))
    .revocation(Revocation::NotOffered { instead: "An administrator ends sessions in the admin UI, under Users" })
    .remedies(&[
        (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL to the Authorized redirect URLs, tab OAuth"),
        (ErrorKind::ClientRefused, "Copy Client Id and Client secret again, from the tab OAuth of the application"),
        (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
        (ErrorKind::MetadataInvalid, "ISSUER must be the Issuer of the tenant, which must be an https address"),
        (ErrorKind::IdTokenInvalid, "Choose an RSA or EC key as Id token signing key, on the tab JWT"),
        (ErrorKind::EmailMissing, "Ask for the scope email; a user may have a user name and no address"),
    ]);

const TENANT_ID: &str = "TENANT_ID";

impl Provider for FusionAuth {
    fn spec(&self) -> &ProviderSpec {
        &SPEC
    }

    /// An application of all tenants does not say whose users are meant.
    fn authorize_params(&self, settings: &Settings) -> Result<Vec<(Cow<'static, str>, String)>> {
        Ok(settings.get(TENANT_ID).map(|tenant| ("tenantId".into(), tenant.to_owned())).into_iter().collect())
    }
}

/// simple-icons, CC0.
const ICON: &str = "M12 0a1.667 1.667 0 0 0-1.666 1.666A1.667 1.667 0 0 0 12 3.334a1.667 1.667 0 0 0 1.666-1.668A1.667 1.667 0 0 0 12 0ZM9.506 1.145A11.572 11.572 0 0 0 .442 12.317a.716.716 0 0 0 1.075.618.702.702 0 0 0 .358-.6 10.136 10.136 0 0 1 5.06-8.666c.843-.486 1.75-.848 2.696-1.074a2.55 2.55 0 0 1-.125-1.452Zm8.015 1.26a.712.712 0 0 0-.695.713.704.704 0 0 0 .34.61 10.133 10.133 0 0 1 4.545 11.587c.314.046.618.15.894.309.148.084.29.183.42.293a11.573 11.573 0 0 0-5.15-13.43.715.715 0 0 0-.354-.082Zm-5.519 3.791a6.247 6.247 0 1 0 .002 12.494 6.247 6.247 0 0 0-.002-12.494Zm0 1.43a4.819 4.819 0 0 1 3.41 8.222 4.817 4.817 0 1 1-3.41-8.222Zm-.01 2.295c-1.412.014-1.896 1.887-.668 2.584l-.435 2.207a.237.237 0 0 0 .234.281h1.772a.236.236 0 0 0 .234-.281l-.438-2.207c.43-.247.694-.706.692-1.202a1.38 1.38 0 0 0-1.39-1.382zm-9.324 6.242a1.667 1.667 0 0 0-1.666 1.666 1.667 1.667 0 0 0 1.666 1.668 1.667 1.667 0 0 0 1.666-1.668 1.667 1.667 0 0 0-1.666-1.666zm18.664 0a1.667 1.667 0 0 0-1.666 1.666 1.667 1.667 0 0 0 1.666 1.668 1.667 1.667 0 0 0 1.666-1.668 1.667 1.667 0 0 0-1.666-1.666zM4.655 19.427c-.195.244-.432.45-.702.608a2.584 2.584 0 0 1-.468.207 11.576 11.576 0 0 0 14.208 2.273.713.713 0 0 0 0-1.238.704.704 0 0 0-.703-.012 10.134 10.134 0 0 1-10.052-.05 10.17 10.17 0 0 1-2.283-1.788z";

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use oauth_core::{
        AuthorizationRequest, HttpClient, HttpRequest, HttpResponse, OAuthClient, ProviderConfig, async_trait,
    };
    use url::Url;

    use super::*;

    struct Metadata;

    #[async_trait]
    impl HttpClient for Metadata {
        async fn send(&self, _: HttpRequest) -> Result<HttpResponse> {
            let metadata = r#"{
                "issuer": "https://auth.example.com",
                "authorization_endpoint": "https://auth.example.com/oauth2/authorize",
                "token_endpoint": "https://auth.example.com/oauth2/token",
                "jwks_uri": "https://auth.example.com/.well-known/jwks.json"
            }"#;
            Ok(HttpResponse::new(200, metadata.into()))
        }
    }

    #[tokio::test]
    async fn the_tenant_is_named_if_it_is_set() {
        const TENANT: &str = "5d0e1b7a-93c2-4f86-a1d4-7e6b2c9f0385";
        let config = ProviderConfig::new("fusionauth", "id", "secret").setting("ISSUER", "https://auth.example.com");
        for (config, expected) in [(config.clone(), None), (config.setting(TENANT_ID, TENANT), Some(TENANT))] {
            let client = OAuthClient::new(&FUSIONAUTH, config, Metadata).unwrap();
            let request = AuthorizationRequest::new("https://app.example/callback");
            let url = Url::parse(client.authorize(&request).await.unwrap().url()).unwrap();
            let sent = url.query_pairs().find(|(name, _)| name == "tenantId").map(|(_, value)| value.into_owned());
            assert_eq!(sent.as_deref(), expected);
        }
    }
}
