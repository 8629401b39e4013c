//! GitHub, and GitHub Enterprise.
//!
//! An OAuth app is registered under Settings > Developer settings > OAuth Apps, with the callback URL
//! `https://your.app/auth/github/callback`. A GitHub App works too; it needs the account permission "Email addresses: Read-only".
//!
//! `OAUTH_GITHUB_BASE_URL` is the root of an Enterprise Server, such as `https://github.example.com`, or of an enterprise on
//! GitHub.com with data residency, such as `https://octocorp.ghe.com`. The API is then asked there and nowhere else.

use oauth_core::{
    Brand, Claims, ClientAuthentication, EmailList, Error, ErrorKind, ExtraCall, HttpRequest, OAuthToken, Provider,
    ProviderSpec, RequestBody, Result, Revocation, RevocationRequest, Settings, TokenPlacement, TokenReply, register,
};

#[cfg(feature = "profiles")]
mod profile;

#[cfg(feature = "profiles")]
pub use profile::{EmailAddress, Profile};

/// GitHub.
///
/// The account id is the number that survives a rename. The e-mail address is the primary one of the account, and only if GitHub
/// says that it is verified; the address shown on the public profile is not used.
pub static GITHUB: GitHub = GitHub;

register!(GITHUB);

/// The type of [`GITHUB`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct GitHub;

static SPEC: ProviderSpec =
    ProviderSpec::oauth2("github", "{base_url}/login/oauth/authorize", "{base_url}/login/oauth/access_token")
        .display_name("GitHub")
        .docs("https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps")
        .console("https://github.com/settings/developers")
        .brand(Brand { color: "#181717", icon_path: ICON })
        .base_url("https://github.com")
        .scopes(&["read:user", "user:email"])
        .known_scopes(&[
            ("read:user", "Read the profile"),
            ("user:email", "Read e-mail addresses"),
            ("user", "Read and change the profile; includes the two above"),
            ("read:org", "Read membership of organizations and teams"),
            ("repo", "Read and write all repositories"),
        ])
        .token_reply(TokenReply::standard().scope_separator(","))
        .user_info("https://api.github.com/user")
        .user_info_headers(&[("accept", "application/vnd.github+json"), ("x-github-api-version", "2022-11-28")])
        .calls(&[ExtraCall::get("emails", "https://api.github.com/user/emails?per_page=100").optional_on(&[403, 404])])
        .claims(
            Claims::id("id")
                .emails(
                    EmailList::new("@emails", "email").primary("primary").verified("verified").verified_primary_only(),
                )
                .username("login")
                .name("name")
                .avatar_url("avatar_url")
                .profile_url("html_url"),
        )
        .revocation(Revocation::Request(
            RevocationRequest::delete(
                "https://api.github.com/applications/{client_id}/token",
                TokenPlacement::Form("access_token"),
            )
            .client(ClientAuthentication::Basic)
            .body(RequestBody::Json),
        ))
        .remedies(&[
            (ErrorKind::RedirectUriMismatch, "Register this callback URL with the OAuth app, host and port included"),
            (
                ErrorKind::TokenRefused,
                "Sign in again; if it stays, copy the client id and generate a new client secret",
            ),
            (ErrorKind::UserInfoUnauthorized, "Sign in again: the token was revoked, or is of another GitHub instance"),
            (ErrorKind::UserInfoForbidden, "Let the organization approve this app"),
            (ErrorKind::RateLimited, "Sign in again in an hour, when GitHub's rate limit has passed"),
            (ErrorKind::EmailMissing, "Ask for the scope user:email; the account's primary address must be verified"),
        ]);

impl Provider for GitHub {
    fn spec(&self) -> &ProviderSpec {
        &SPEC
    }

    /// The API of an enterprise is elsewhere, and its tokens must not go to the public one.
    fn user_info_request(&self, request: &mut HttpRequest, _token: &OAuthToken, settings: &Settings) -> Result<()> {
        let Some(api) = settings.get("BASE_URL").and_then(enterprise_api) else { return Ok(()) };
        if let Some(path) = request.url.as_str().strip_prefix("https://api.github.com/") {
            request.url = request.url.join(&format!("{api}/{path}")).map_err(|_| {
                Error::new(ErrorKind::Configuration, "the base URL is not the root of a GitHub instance")
            })?;
        }
        Ok(())
    }
}

/// Where the API of an enterprise begins; `None` for the public service.
fn enterprise_api(base_url: &str) -> Option<String> {
    let base_url = base_url.trim_end_matches('/');
    match base_url.split_once("://")? {
        (_, "github.com") => None,
        (scheme, host) if host.ends_with(".ghe.com") => Some(format!("{scheme}://api.{host}")),
        _ => Some(format!("{base_url}/api/v3")),
    }
}

/// simple-icons, CC0.
const ICON: &str = "M12 .297c-6.63 0-12 5.373-12 12 0 5.303 3.438 9.8 8.205 11.385.6.113.82-.258.82-.577 0-.285-.01-1.04-.015-2.04-3.338.724-4.042-1.61-4.042-1.61C4.422 18.07 3.633 17.7 3.633 17.7c-1.087-.744.084-.729.084-.729 1.205.084 1.838 1.236 1.838 1.236 1.07 1.835 2.809 1.305 3.495.998.108-.776.417-1.305.76-1.605-2.665-.3-5.466-1.332-5.466-5.93 0-1.31.465-2.38 1.235-3.22-.135-.303-.54-1.523.105-3.176 0 0 1.005-.322 3.3 1.23.96-.267 1.98-.399 3-.405 1.02.006 2.04.138 3 .405 2.28-1.552 3.285-1.23 3.285-1.23.645 1.653.24 2.873.12 3.176.765.84 1.23 1.91 1.23 3.22 0 4.61-2.805 5.625-5.475 5.92.42.36.81 1.096.81 2.22 0 1.606-.015 2.896-.015 3.286 0 .315.21.69.825.57C20.565 22.092 24 17.592 24 12.297c0-6.627-5.373-12-12-12";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_enterprise_has_its_api_elsewhere() {
        let table = [
            ("https://github.com", None),
            ("https://github.com/", None),
            ("https://github.example.com", Some("https://github.example.com/api/v3")),
            ("https://example.com/github/", Some("https://example.com/github/api/v3")),
            ("https://octocorp.ghe.com", Some("https://api.octocorp.ghe.com")),
        ];
        for (base_url, api) in table {
            assert_eq!(enterprise_api(base_url).as_deref(), api, "{base_url}");
        }
    }
}
