//! Any provider that speaks OAuth 2.0 without OpenID Connect: your own server, or a service that has no feature here.
//!
//! An application ("client") is registered there with the redirect URI `https://your.app/auth/oauth2/callback`, or with the
//! instance's name in place of `oauth2`. The endpoints are found in its documentation.
//!
//! Several stand side by side under names of their own, each with `OAUTH_<NAME>_PROVIDER=oauth2`.

use oauth_core::{Brand, ErrorKind, ProviderSpec, register};

/// The OAuth 2.0 provider that the settings describe.
///
/// `OAUTH_OAUTH2_AUTHORIZE_URL`, `_TOKEN_URL` and `_USERINFO_URL` are its endpoints, and `OAUTH_OAUTH2_CLAIM_SUB` says where in the
/// user-info reply the account id stands; `_CLAIM_EMAIL` and others by the names of OpenID Connect say more. None of them has a
/// default: an address whose flag is nowhere counts as not verified.
///
/// A provider that has an issuer is better off with the feature `oidc`: its metadata and its signed ID tokens say the same, and prove it.
pub static OAUTH2: ProviderSpec = ProviderSpec::oauth2_from_settings("oauth2")
    .display_name("OAuth 2.0")
    .docs("https://www.rfc-editor.org/rfc/rfc6749")
    .brand(Brand { color: "#3C3C3D", icon_path: ICON })
    .remedies(&[
        (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL to the client's redirect URIs at the provider"),
        (ErrorKind::ClientRefused, "Copy id and secret again; if they are right, set TOKEN_ENDPOINT_AUTH_METHOD"),
        (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
        (ErrorKind::UserInfoUnauthorized, "Sign in again: the token has ended or was revoked"),
        (ErrorKind::UserInfoForbidden, "Set SCOPES to what the provider wants for the profile"),
        (ErrorKind::UserInfoInvalid, "Compare CLAIM_SUB with what the provider says it sends from USERINFO_URL"),
        (ErrorKind::EmailMissing, "Set CLAIM_EMAIL, and SCOPES to what the provider wants for the address"),
    ]);

register!(OAUTH2);

/// A key.
const ICON: &str =
    "M7 14a5 5 0 1 1 4.6-7H22v4h-2v3h-4v-3h-4.4A5 5 0 0 1 7 14zm0-3.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3z";
