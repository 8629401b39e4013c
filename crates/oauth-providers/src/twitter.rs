//! X, formerly Twitter.
//!
//! An app is made at <https://console.x.com/>. Its user authentication settings must be OAuth 2.0 with the type "Web App, Automated
//! App or Bot" and the callback `https://your.app/auth/twitter/callback`. The client id and secret are those of OAuth 2.0, not the
//! API key of OAuth 1.0a.
//!
//! For the e-mail address turn on "Request email from users" there and ask for the scope `users.email`.

use oauth_core::{
    Brand, Claims, ClientAuthentication, ErrorKind, HttpRequest, OAuthToken, Provider, ProviderSpec, Result,
    Revocation, Settings, register,
};

/// X.
///
/// The account id is a number of up to 19 digits, as text. The e-mail address is there only with the scope `users.email`. It is one that
/// the person confirmed once, but X has no flag for it, so it counts as not stated.
pub static TWITTER: Twitter = Twitter;

register!(TWITTER);

/// The type of [`TWITTER`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Twitter;

static SPEC: ProviderSpec =
    ProviderSpec::oauth2("twitter", "https://x.com/i/oauth2/authorize", "https://api.x.com/2/oauth2/token")
        .display_name("X")
        .docs("https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code")
        .console("https://console.x.com/")
        .brand(Brand { color: "#000000", icon_path: ICON })
        .scopes(&["users.read", "tweet.read"])
        .known_scopes(&[
            ("users.read", "Read the profile; X demands tweet.read with it"),
            ("tweet.read", "Read posts"),
            ("users.email", "Read the e-mail address"),
            ("offline.access", "Get a refresh token"),
        ])
        .client_authentication(ClientAuthentication::Basic)
        .user_info("https://api.x.com/2/users/me")
        .claims(
            Claims::id("data.id")
                .email("data.confirmed_email")
                .username("data.username")
                .name("data.name")
                .avatar_url("data.profile_image_url")
                .profile_url("tmpl:https://x.com/{data.username}"),
        )
        .revocation(Revocation::Endpoint("https://api.x.com/2/oauth2/revoke"))
        .remedies(&[
            (ErrorKind::RedirectUriMismatch, "Add the callback URL under User authentication settings of the app"),
            (ErrorKind::ClientRefused, "Copy Client ID and Client Secret of OAuth 2.0, not the API key, again"),
            (ErrorKind::UserInfoForbidden, "Ask for both users.read and tweet.read; the app must be in a project"),
            (ErrorKind::RateLimited, "Wait: the free plan allows few profile requests a day"),
            (ErrorKind::EmailMissing, "Turn on \"Request email from users\" and ask for the scope users.email"),
        ]);

impl Provider for Twitter {
    fn spec(&self) -> &ProviderSpec {
        &SPEC
    }

    /// Only what was granted may be asked for: X refuses the whole request otherwise.
    fn user_info_request(&self, request: &mut HttpRequest, token: &OAuthToken, _settings: &Settings) -> Result<()> {
        let email = token.scopes().is_some_and(|scopes| scopes.contains("users.email"));
        let fields = if email { "profile_image_url,confirmed_email" } else { "profile_image_url" };
        request.url.query_pairs_mut().append_pair("user.fields", fields);
        Ok(())
    }
}

/// simple-icons, CC0.
const ICON: &str = "M14.234 10.162 22.977 0h-2.072l-7.591 8.824L7.251 0H.258l9.168 13.343L.258 24H2.33l8.016-9.318L16.749 24h6.993zm-2.837 3.299-.929-1.329L3.076 1.56h3.182l5.965 8.532.929 1.329 7.754 11.09h-3.182z";
