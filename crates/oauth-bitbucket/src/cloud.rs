//! Bitbucket Cloud, by the rules in force since May 2026.
//!
//! Plain OAuth 2.0: no ID token, no discovery, no revocation endpoint. The access token goes into the `Authorization` header only,
//! lives two hours, and its refresh token is replaced at every use. Scopes are ticked on the consumer: the request
//! can name them, but not widen or narrow them.

use oauth_core::{
    Brand, Claims, ClientAuthentication, EmailList, ErrorKind, ExtraCall, ProviderSpec, Revocation, TokenReply,
    register,
};

use crate::{ICON, scope};

/// Bitbucket Cloud.
///
/// The account id is the UUID without its braces: it survives a rename, which neither user name nor nickname does.
/// Of the addresses the primary one is chosen, else the first confirmed one, else the first, each with its own flag.
/// Without the permission "Email: Read" the login succeeds and has no e-mail address.
pub static BITBUCKET: ProviderSpec = ProviderSpec::oauth2(
    "bitbucket",
    "https://bitbucket.org/site/oauth2/authorize",
    "https://bitbucket.org/site/oauth2/access_token",
)
.display_name("Bitbucket")
.docs("https://developer.atlassian.com/cloud/bitbucket/oauth-2/")
.console("https://support.atlassian.com/bitbucket-cloud/docs/use-oauth-on-bitbucket-cloud/")
.brand(Brand { color: "#0052CC", icon_path: ICON })
.scopes(&[scope::ACCOUNT, scope::EMAIL])
.known_scopes(scope::ALL)
.client_authentication(ClientAuthentication::Basic)
.token_reply(TokenReply::standard().scope("scope | scopes"))
.user_info("https://api.bitbucket.org/2.0/user")
.calls(&[ExtraCall::get("emails", "https://api.bitbucket.org/2.0/user/emails")
    .optional_on(&[403, 404])
    .next_page("next")])
.claims(
    Claims::id("uuid#trim:{}")
        .emails(EmailList::new("@emails.values", "email").primary("is_primary").verified("is_confirmed"))
        .username("username | nickname")
        .name("display_name")
        .avatar_url("links.avatar.href")
        .profile_url("links.html.href"),
)
.revocation(Revocation::NotOffered { instead: "People withdraw access in Personal settings > App authorizations" })
.remedies(&[
    (ErrorKind::RedirectUriMismatch, "Give the consumer this exact callback URL; check protocol and trailing slashes"),
    (ErrorKind::UserInfoUnauthorized, "Tick \"Account: Read\" on the OAuth consumer, then sign in again"),
    (ErrorKind::UserInfoForbidden, "Tick \"Account: Read\" on the OAuth consumer, then sign in again"),
    (ErrorKind::EmailMissing, "Tick \"Email: Read\" on the OAuth consumer; the account at Bitbucket needs an address"),
    (ErrorKind::ClientRefused, "Copy Key and Secret of the OAuth consumer again, from the workspace's settings"),
    (ErrorKind::InvalidGrant, "Sign in again: a code works once, a refresh token once and for three months"),
]);

register!(BITBUCKET);
