//! start.gg, formerly smash.gg.
//!
//! An OAuth application is made in the developer settings of a start.gg account, with the redirect URI
//! `https://your.app/auth/startgg/callback`. Its page shows client id and secret.

use oauth_core::{
    Brand, Claims, ErrorKind, Provider, ProviderSpec, RequestBody, Result, Settings, SpaceEncoding, SuccessCheck,
    TokenRequest, register,
};

/// start.gg.
///
/// The account id is the number of the user, not that of the player. The user name is the gamer tag, which others can have too. start.gg
/// does not say whether the address is verified.
pub static STARTGG: StartGg = StartGg;

register!(STARTGG);

/// The type of [`STARTGG`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct StartGg;

const SCOPES: &[&str] = &["user.identity", "user.email"];

static SPEC: ProviderSpec = ProviderSpec::oauth2(
    "startgg",
    "https://start.gg/oauth/authorize",
    "https://api.start.gg/oauth/access_token",
)
.display_name("start.gg")
.docs("https://developer.start.gg/docs/oauth/oauth-overview")
.console("https://developer.start.gg/docs/oauth/oauth-overview")
.brand(Brand { color: "#2E75BA", icon_path: ICON })
.refresh("https://api.start.gg/oauth/refresh")
.scopes(SCOPES)
.known_scopes(&[
    ("user.identity", "Read the profile"),
    ("user.email", "Read the e-mail address; needs user.identity"),
    ("tournament.manager", "Change seeding and brackets of tournaments"),
    ("tournament.reporter", "Report sets of tournaments"),
])
.space_encoding(SpaceEncoding::Percent20)
.token_body(RequestBody::Json)
.user_info("https://api.start.gg/gql/alpha")
.user_info_json(
    r#"{"query":"{ currentUser { id slug name email player { gamerTag } images(type: \"profile\") { url } } }"}"#,
)
.user_info_success(SuccessCheck::member("errors").absent_or(&["null"]).error_code("errors[0].message"))
.claims(
    Claims::id("data.currentUser.id")
        .email("data.currentUser.email")
        .username("data.currentUser.player.gamerTag")
        .name("data.currentUser.name")
        .avatar_url("data.currentUser.images[0].url")
        .profile_url("tmpl:https://www.start.gg/{data.currentUser.slug}"),
)
.remedies(&[
    (ErrorKind::RedirectUriMismatch, "Set exactly this callback URL as redirect URI of the OAuth application"),
    (ErrorKind::TokenRefused, "Sign in again; if it stays, copy client id and client secret again"),
    (ErrorKind::UserInfoRefused, "Ask for the scope user.identity; the log has the message of start.gg's API"),
    (ErrorKind::RateLimited, "Wait a minute: start.gg allows 80 requests in it"),
    (ErrorKind::EmailMissing, "Ask for the scope user.email"),
]);

impl Provider for StartGg {
    fn spec(&self) -> &ProviderSpec {
        &SPEC
    }

    /// The scopes of the authorization request are wanted once more.
    fn token_request(&self, request: &mut TokenRequest, settings: &Settings) -> Result<()> {
        request.set_param("scope", settings.get("SCOPES").map_or_else(|| SCOPES.join(" "), str::to_owned));
        Ok(())
    }
}

/// simple-icons, CC0.
const ICON: &str = "M6 0A5.999 5.999 0 00.002 6v5.252a.75.75 0 00.75.748H5.25a.748.748 0 00.75-.747V6.749C6 6.334 6.336 6 6.748 6h16.497a.748.748 0 00.749-.748V.749A.743.743 0 0023.247 0zm12.75 12a.748.748 0 00-.75.75v4.5a.748.748 0 01-.747.748H.753a.754.754 0 00-.75.751v4.5a.75.75 0 00.75.751H18a5.999 5.999 0 005.999-6v-5.25a.75.75 0 00-.75-.75z";

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::{Arc, Mutex};

    use oauth_core::{
        AuthorizationRequest, CallbackParameters, HttpClient, HttpRequest, HttpResponse, OAuthClient, ProviderConfig,
        async_trait,
    };

    use super::*;

    /// Answers what start.gg would, and keeps the bodies of the requests.
    #[derive(Clone, Default)]
    struct Script(Arc<Mutex<Vec<String>>>);

    #[async_trait]
    impl HttpClient for Script {
        async fn send(&self, request: HttpRequest) -> Result<HttpResponse> {
            self.0.lock().unwrap().push(String::from_utf8(request.body.unwrap()).unwrap());
            let reply = if request.url.path() == "/gql/alpha" {
                r#"{"data":{"currentUser":{"id":1}}}"#
            } else {
                r#"{"access_token":"access-1","token_type":"Bearer"}"#
            };
            Ok(HttpResponse::new(200, reply.into()))
        }
    }

    #[tokio::test]
    async fn the_token_request_repeats_the_scopes() {
        let table = [
            (None, r#""scope":"user.identity user.email""#),
            (
                Some("user.identity user.email tournament.reporter"),
                r#""scope":"user.identity user.email tournament.reporter""#,
            ),
        ];
        for (scopes, sent) in table {
            let config = ProviderConfig::new("startgg", "id", "secret");
            let config = scopes.into_iter().fold(config, |config, scopes| config.setting("SCOPES", scopes));
            let script = Script::default();
            let client = OAuthClient::new(&STARTGG, config, script.clone()).unwrap();
            let request = AuthorizationRequest::new("https://app.example/callback");
            let authorization = client.authorization_url(&request).unwrap();
            client.sign_in("code-1", authorization.pending(), &CallbackParameters::default()).await.unwrap();
            let bodies = script.0.lock().unwrap();
            assert!(bodies[0].contains(sent), "{bodies:?}");
        }
    }
}
