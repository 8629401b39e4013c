//! Etsy, by the Open API of version 3.
//!
//! An app is made at <https://www.etsy.com/developers/register>, and reviewed by Etsy. Its settings take the callback URL
//! `https://your.app/auth/etsy/callback`. The keystring is the client id; the shared secret goes into `OAUTH_ETSY_SHARED_SECRET`.

use oauth_core::{
    Brand, Claims, ClientAuthentication, ErrorKind, ExtraCall, HttpRequest, OAuthToken, Provider, ProviderSpec, Result,
    Revocation, Setting, Settings, register,
};

/// Etsy.
///
/// The account id is a number, of buyers and sellers alike. The exchange is that of a public client, by PKCE; the shared secret goes along
/// with each request to the API. Etsy does not say whether the address is verified.
pub static ETSY: Etsy = Etsy;

register!(ETSY);

/// The type of [`ETSY`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Etsy;

static SPEC: ProviderSpec =
    ProviderSpec::oauth2("etsy", "https://www.etsy.com/oauth/connect", "https://api.etsy.com/v3/public/oauth/token")
        .display_name("Etsy")
        .docs("https://developers.etsy.com/documentation/essentials/authentication/")
        .console("https://www.etsy.com/developers/your-apps")
        .brand(Brand { color: "#F16521", icon_path: ICON })
        .settings(&[Setting { name: "SHARED_SECRET", description: "shared secret of the app", required: true }])
        .scopes(&["shops_r", "email_r"])
        .known_scopes(&[
            ("shops_r", "Read the shop; sign in"),
            ("email_r", "Read name, picture and e-mail address"),
            ("listings_r", "Read listings that are not public"),
            ("transactions_r", "Read sales and purchases"),
        ])
        .client_authentication(ClientAuthentication::None)
        .user_info("https://openapi.etsy.com/v3/application/users/me")
        .calls(&[ExtraCall::get("profile", "https://openapi.etsy.com/v3/application/users/{userinfo:user_id}")
            .optional_on(&[403, 404])])
        .claims(
            Claims::id("user_id")
                .email("@profile.primary_email")
                .first_name("@profile.first_name")
                .last_name("@profile.last_name")
                .avatar_url("@profile.image_url_75x75"),
        )
        .revocation(Revocation::NotOffered { instead: "People withdraw access in the settings of their Etsy account" })
        .remedies(&[
            (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL to the Callback URLs of the app"),
            (ErrorKind::ClientRefused, "Copy the Keystring of the app again; Etsy must have approved the app"),
            (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
            (ErrorKind::UserInfoUnauthorized, "Sign in again: the token has ended after an hour, or was withdrawn"),
            (ErrorKind::UserInfoForbidden, "Ask for the scope shops_r, and copy Keystring and Shared Secret again"),
            (ErrorKind::EmailMissing, "Ask for the scope email_r, then sign in again"),
        ]);

impl Provider for Etsy {
    fn spec(&self) -> &ProviderSpec {
        &SPEC
    }

    /// The key of the API is keystring and shared secret in one.
    fn user_info_request(&self, request: &mut HttpRequest, _token: &OAuthToken, settings: &Settings) -> Result<()> {
        let [keystring, secret] = ["CLIENT_ID", "SHARED_SECRET"].map(|name| settings.get(name).unwrap_or_default());
        request.set_header("x-api-key", format!("{keystring}:{secret}"));
        Ok(())
    }
}

/// simple-icons, CC0.
const ICON: &str = "M8.559 2.445c0-.325.033-.52.59-.52h7.465c1.3 0 2.02 1.11 2.54 3.193l.42 1.666h1.27c.23-4.728.43-6.784.43-6.784s-3.196.36-5.09.36H6.635L1.521.196v1.37l1.725.326c1.21.24 1.5.496 1.6 1.606 0 0 .11 3.27.11 8.64 0 5.385-.09 8.61-.09 8.61 0 .973-.39 1.333-1.59 1.573l-1.722.33V24l5.13-.165h8.55c1.935 0 6.39.165 6.39.165.105-1.17.75-6.48.855-7.064h-1.2l-1.284 2.91c-1.005 2.28-2.476 2.445-4.11 2.445h-4.906c-1.63 0-2.415-.64-2.415-2.05V12.8s3.62 0 4.79.096c.912.064 1.463.325 1.76 1.598l.39 1.695h1.41l-.09-4.278.192-4.305h-1.391l-.45 1.89c-.283 1.244-.48 1.47-1.754 1.6-1.666.17-4.815.14-4.815.14V2.45h-.05z";

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use oauth_core::{
        AuthorizationRequest, CallbackParameters, HttpClient, HttpResponse, OAuthClient, ProviderConfig, async_trait,
    };

    use super::*;

    /// Exchanges a code without the shared secret, and answers whoever has the whole key.
    struct Api;

    #[async_trait]
    impl HttpClient for Api {
        async fn send(&self, request: HttpRequest) -> Result<HttpResponse> {
            let key = request.headers.iter().find(|(name, _)| name == "x-api-key").map(|(_, value)| value.as_str());
            let body = String::from_utf8(request.body.unwrap_or_default()).unwrap();
            let reply = match (request.url.path(), key) {
                ("/v3/public/oauth/token", None) if !body.contains("shared-1") => {
                    r#"{"access_token":"7.access-1","token_type":"Bearer"}"#
                }
                ("/v3/application/users/me", Some("key-1:shared-1")) => r#"{"user_id":7}"#,
                ("/v3/application/users/7", Some("key-1:shared-1")) => r#"{"primary_email":"jane@example.com"}"#,
                _ => return Ok(HttpResponse::new(401, Vec::new())),
            };
            Ok(HttpResponse::new(200, reply.into()))
        }
    }

    #[tokio::test]
    async fn the_shared_secret_goes_to_the_api_and_not_into_the_exchange() {
        let config = ProviderConfig::public("etsy", "key-1").setting("SHARED_SECRET", "shared-1");
        let client = OAuthClient::new(&ETSY, config, Api).unwrap();
        let request = AuthorizationRequest::new("https://app.example/callback");
        let authorization = client.authorization_url(&request).unwrap();
        let callback = CallbackParameters::default();
        let (_, user) = client.sign_in("code-1", authorization.pending(), &callback).await.unwrap();
        assert_eq!((user.oauth_id.as_str(), user.email.as_deref()), ("7", Some("jane@example.com")));
    }
}
