//! DigitalOcean.
//!
//! An application is registered at <https://cloud.digitalocean.com/account/api/applications/new>, with the callback URL
//! `https://your.app/auth/digitalocean/callback`.

use oauth_core::{
    Brand, Claims, ErrorKind, ExposeSecret, HttpRequest, OAuthToken, Provider, ProviderSpec, Result, Revocation,
    RevocationRequest, Settings, TokenPlacement, register,
};

/// DigitalOcean.
///
/// The account id is the person's, the same in each of their teams; the team that they chose is in the raw data under `account.team`.
pub static DIGITALOCEAN: DigitalOcean = DigitalOcean;

register!(DIGITALOCEAN);

/// The type of [`DIGITALOCEAN`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct DigitalOcean;

static SPEC: ProviderSpec = ProviderSpec::oauth2(
    "digitalocean",
    "https://cloud.digitalocean.com/v1/oauth/authorize",
    "https://cloud.digitalocean.com/v1/oauth/token",
)
.display_name("DigitalOcean")
.docs("https://docs.digitalocean.com/reference/api/oauth/")
.console("https://cloud.digitalocean.com/account/api/applications")
.brand(Brand { color: "#0080FF", icon_path: ICON })
.scopes(&["account:read"])
.known_scopes(&[
    ("account:read", "Read the profile with the e-mail address"),
    ("read", "Read everything of the team"),
    ("write", "Change everything of the team"),
])
.user_info("https://api.digitalocean.com/v2/account")
.claims(Claims::id("account.uuid").email("account.email").email_verified("account.email_verified").name("account.name"))
.revocation(Revocation::Request(RevocationRequest::post(
    "https://cloud.digitalocean.com/v1/oauth/revoke",
    TokenPlacement::Form("token"),
)))
.remedies(&[
    (ErrorKind::RedirectUriMismatch, "The callback URL of the application must match character by character"),
    (ErrorKind::ClientRefused, "Copy client ID and client secret again, from the details of the application"),
    (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
    (ErrorKind::UserInfoUnauthorized, "Sign in again: the token has ended after a month, or was revoked"),
    (ErrorKind::UserInfoForbidden, "Ask for the scope account:read, then sign in again"),
]);

impl Provider for DigitalOcean {
    fn spec(&self) -> &ProviderSpec {
        &SPEC
    }

    /// A token is revoked by whoever has it: it stands in the header as well as in the form.
    fn user_info_request(&self, request: &mut HttpRequest, token: &OAuthToken, _settings: &Settings) -> Result<()> {
        request.set_header("authorization", format!("Bearer {}", token.access_token().expose_secret()));
        Ok(())
    }
}

/// simple-icons, CC0.
const ICON: &str = "M12.04 0C5.408-.02.005 5.37.005 11.992h4.638c0-4.923 4.882-8.731 10.064-6.855a6.95 6.95 0 014.147 4.148c1.889 5.177-1.924 10.055-6.84 10.064v-4.61H7.391v4.623h4.61V24c7.86 0 13.967-7.588 11.397-15.83-1.115-3.59-3.985-6.446-7.575-7.575A12.8 12.8 0 0012.039 0zM7.39 19.362H3.828v3.564H7.39zm-3.563 0v-2.978H.85v2.978z";

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use oauth_core::{HttpClient, HttpResponse, OAuthClient, ProviderConfig, async_trait};

    use super::*;

    /// Revokes a token that stands in both of its places, each once.
    struct Script;

    #[async_trait]
    impl HttpClient for Script {
        async fn send(&self, request: HttpRequest) -> Result<HttpResponse> {
            let sent: Vec<_> = request.headers.iter().filter(|(name, _)| name == "authorization").collect();
            let in_header = matches!(sent[..], [(_, value)] if value == "Bearer doo_v1_1");
            let in_form = request.body.as_deref() == Some(b"token=doo_v1_1");
            Ok(HttpResponse::new(if in_header && in_form { 200 } else { 401 }, Vec::new()))
        }
    }

    #[tokio::test]
    async fn a_token_that_is_revoked_stands_in_header_and_form() {
        let client =
            OAuthClient::new(&DIGITALOCEAN, ProviderConfig::new("digitalocean", "id", "secret"), Script).unwrap();
        client.revoke_token(&OAuthToken::from_access_token("doo_v1_1")).await.unwrap();
    }
}
