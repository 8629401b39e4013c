//! LinkedIn.
//!
//! An app is made at <https://www.linkedin.com/developers/apps>; it belongs to a company page. Under Products it needs "Sign In with
//! LinkedIn using OpenID Connect". Under Auth are its client id and secret, and the place for the redirect URL
//! `https://your.app/auth/linkedin/callback`.
//!
//! LinkedIn issues ID tokens, but puts no nonce into them and refuses a PKCE verifier, so that nothing ties such a token to
//! the login it is used in. It would prove no more than the profile that the access token fetches, and is not used.

use oauth_core::{Brand, Claims, ErrorKind, Pkce, ProviderSpec, Revocation, TokenReply, register};

/// LinkedIn.
///
/// The account id is the person's id within this app: another app sees another one.
pub static LINKEDIN: ProviderSpec = ProviderSpec::oauth2(
    "linkedin",
    "https://www.linkedin.com/oauth/v2/authorization",
    "https://www.linkedin.com/oauth/v2/accessToken",
)
.display_name("LinkedIn")
.docs("https://learn.microsoft.com/en-us/linkedin/consumer/integrations/self-serve/sign-in-with-linkedin-v2")
.console("https://www.linkedin.com/developers/apps")
.brand(Brand { color: "#0A66C2", icon_path: "" })
.pkce(Pkce::Unsupported)
.scopes(&["openid", "profile", "email"])
.known_scopes(&[
    ("openid", "Sign in; LinkedIn demands it with the two below"),
    ("profile", "Read name and picture"),
    ("email", "Read the e-mail address"),
    ("w_member_social", "Post, comment and react; needs the product Share on LinkedIn"),
])
.token_reply(TokenReply::standard().scope_separator(","))
.user_info("https://api.linkedin.com/v2/userinfo")
.claims(Claims::openid_basic())
.revocation(Revocation::Endpoint("https://www.linkedin.com/oauth/v2/revoke"))
.remedies(&[
    (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL under Auth > Authorized redirect URLs"),
    (ErrorKind::ClientRefused, "Copy client ID and primary client secret again, from the page Auth of the app"),
    (ErrorKind::TokenRefused, "Sign in again: a code lives half an hour and works once"),
    (ErrorKind::UserInfoUnauthorized, "Sign in again: the token has ended after two months or was withdrawn"),
    (ErrorKind::UserInfoForbidden, "Add the product \"Sign In with LinkedIn using OpenID Connect\" to the app"),
    (ErrorKind::EmailMissing, "Ask for the scope email; an account without an address has none"),
]);

register!(LINKEDIN);
