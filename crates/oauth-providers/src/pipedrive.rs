//! Pipedrive.
//!
//! An app is made in the Developer Hub of an account, with the callback URL `https://your.app/auth/pipedrive/callback`; an app has one.
//! Under "OAuth & access scopes" are its scopes, its client id and its client secret.

use oauth_core::{Brand, Claims, ClientAuthentication, ErrorKind, ProviderSpec, Revocation, SuccessCheck, register};

/// Pipedrive.
///
/// The account id is that of the company and that of the user, as Pipedrive advises: a person who works for two companies has two.
/// Pipedrive does not say whether the address is verified. Which scopes are granted is set on the app.
pub static PIPEDRIVE: ProviderSpec = ProviderSpec::oauth2(
    "pipedrive",
    "https://oauth.pipedrive.com/oauth/authorize",
    "https://oauth.pipedrive.com/oauth/token",
)
.display_name("Pipedrive")
.docs("https://pipedrive.readme.io/docs/marketplace-oauth-authorization")
.console("https://developers.pipedrive.com/")
.brand(Brand { color: "#017737", icon_path: ICON })
.client_authentication(ClientAuthentication::Basic)
.user_info("https://api.pipedrive.com/v1/users/me")
.user_info_success(SuccessCheck::member("success").is(&["true"]).error_code("error"))
.claims(
    Claims::id("tmpl:{data.company_id}:{data.id}").email("data.email").name("data.name").avatar_url("data.icon_url"),
)
.revocation(Revocation::Endpoint("https://oauth.pipedrive.com/oauth/revoke"))
.remedies(&[
    (ErrorKind::RedirectUriMismatch, "Set exactly this callback URL as the callback URL of the app"),
    (ErrorKind::ClientRefused, "Copy Client ID and Client Secret again, from OAuth & access scopes of the app"),
    (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
    (ErrorKind::UserInfoUnauthorized, "Sign in again: the token has ended after an hour, or the app was removed"),
    (ErrorKind::UserInfoRefused, "Sign in again; the log has the words of Pipedrive's API"),
]);

register!(PIPEDRIVE);

/// A disc.
const ICON: &str = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z";
