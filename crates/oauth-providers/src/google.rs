//! Google.
//!
//! A client of the type "Web application" is made at <https://console.cloud.google.com/auth/clients>, with the authorized redirect URI
//! `https://your.app/auth/google/callback`. The consent screen beside it ("Branding", "Audience") has to be filled in once.

use oauth_core::{
    Brand, Claims, ClientAuthentication, ErrorKind, Membership, OPENID_SCOPES, ProviderSpec, Revocation, Variable,
    register,
};

/// Google, and Google Workspace.
///
/// The account id is `sub`; e-mail addresses change hands. `OAUTH_GOOGLE_HD` lets in the accounts of one Workspace domain only: it is
/// asked for in the request and checked in the ID token. `OAUTH_GOOGLE_ACCESS_TYPE=offline` brings a refresh token at the first consent.
pub static GOOGLE: ProviderSpec = ProviderSpec::openid("google", "https://accounts.google.com")
    .issuer_aliases(&["accounts.google.com"])
    .display_name("Google")
    .docs("https://developers.google.com/identity/openid-connect/openid-connect")
    .console("https://console.cloud.google.com/auth/clients")
    .brand(Brand { color: "#4285F4", icon_path: ICON })
    .authorize("https://accounts.google.com/o/oauth2/v2/auth")
    .token("https://oauth2.googleapis.com/token")
    .jwks("https://www.googleapis.com/oauth2/v3/certs")
    .user_info("https://openidconnect.googleapis.com/v1/userinfo")
    .revocation(Revocation::Endpoint("https://oauth2.googleapis.com/revoke"))
    .client_authentication(ClientAuthentication::Body)
    .variables(&[Variable::with_default("access_type", "online").allowed(&["online", "offline"])])
    .authorize_params(&[("access_type", "{access_type}")])
    .membership(Membership {
        setting: "HD",
        description: "the Workspace domain that people must belong to, such as `example.com`",
        param: "hd",
        claim: "hd",
    })
    .known_scopes(OPENID_SCOPES)
    .claims(Claims::openid_basic())
    .remedies(&[
        (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL to the client's authorized redirect URIs"),
        (ErrorKind::ClientRefused, "Copy the client ID again, and add a new client secret, on the page Clients"),
        (ErrorKind::InvalidGrant, "Sign in again: the code or refresh token was used or withdrawn, or has ended"),
        (ErrorKind::UserInfoUnauthorized, "Sign in again: the person withdrew the access"),
        (ErrorKind::EmailMissing, "Ask for the scope email"),
    ]);

register!(GOOGLE);

/// simple-icons, CC0.
const ICON: &str = "M12.48 10.92v3.28h7.84c-.24 1.84-.853 3.187-1.787 4.133-1.147 1.147-2.933 2.4-6.053 2.4-4.827 0-8.6-3.893-8.6-8.72s3.773-8.72 8.6-8.72c2.6 0 4.507 1.027 5.907 2.347l2.307-2.307C18.747 1.44 16.133 0 12.48 0 5.867 0 .307 5.387.307 12s5.56 12 12.173 12c3.573 0 6.267-1.173 8.373-3.36 2.16-2.16 2.84-5.213 2.84-7.667 0-.76-.053-1.467-.173-2.053H12.48z";
