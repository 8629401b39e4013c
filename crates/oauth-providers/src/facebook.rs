//! Facebook.
//!
//! An app is made at <https://developers.facebook.com/apps/> with the use case "Authenticate and request data from users with Facebook
//! Login". Under Facebook Login > Settings it takes the redirect URI `https://your.app/auth/facebook/callback`; under
//! App settings > Basic are its id and secret. Add the permission `email` to the use case.

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit, Mac};
use oauth_core::{
    Brand, Claims, Error, ErrorKind, ExposeSecret, HttpRequest, OAuthToken, Provider, ProviderSpec, Result, Revocation,
    RevocationRequest, Settings, TokenPlacement, Variable, register,
};
use sha2::Sha256;

/// Facebook.
///
/// The account id is the person's id within this app: another app sees another one. Facebook does not say whether an address is
/// verified, and an account may have none. Every profile request carries the proof that Facebook calls `appsecret_proof`, so
/// an app may demand it. `OAUTH_FACEBOOK_API_VERSION` chooses a version of the Graph API. Revoking a token withdraws all that the person
/// ever permitted the app.
pub static FACEBOOK: Facebook = Facebook;

register!(FACEBOOK);

/// The type of [`FACEBOOK`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Facebook;

static SPEC: ProviderSpec = ProviderSpec::oauth2(
    "facebook",
    "https://www.facebook.com/{api_version}/dialog/oauth",
    "https://graph.facebook.com/{api_version}/oauth/access_token",
)
.display_name("Facebook")
.docs("https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow")
.console("https://developers.facebook.com/apps/")
.brand(Brand { color: "#0866FF", icon_path: ICON })
.variables(&[Variable::with_default("api_version", "v24.0")])
.scopes(&["email", "public_profile"])
.scope_separator(",")
.known_scopes(&[
    ("public_profile", "Read name and picture"),
    ("email", "Read the e-mail address"),
    ("user_link", "Read the address of the profile page"),
    ("user_birthday", "Read the date of birth"),
    ("user_friends", "List friends who use the app too"),
])
.user_info("https://graph.facebook.com/{api_version}/me")
.user_info_query(&[("fields", "id,name,email,first_name,last_name,picture.type(large)")])
.claims(
    Claims::id("id")
        .email("email")
        .name("name")
        .first_name("first_name")
        .last_name("last_name")
        .avatar_url("picture.data.url"),
)
.revocation(Revocation::Request(RevocationRequest::delete(
    "https://graph.facebook.com/{api_version}/me/permissions",
    TokenPlacement::Bearer,
)))
.remedies(&[
    (ErrorKind::RedirectUriMismatch, "Add the callback URL under Facebook Login > Settings, character by character"),
    (ErrorKind::TokenRefused, "Sign in again; if it stays, copy App ID and App secret again"),
    (ErrorKind::UserInfoUnauthorized, "Sign in again: the token was revoked or has ended"),
    (ErrorKind::UserInfoRefused, "Sign in again; if it stays, the API version may have ended: set API_VERSION"),
    (ErrorKind::EmailMissing, "Add the permission email to the use case; people can decline, or have no address"),
]);

impl Provider for Facebook {
    fn spec(&self) -> &ProviderSpec {
        &SPEC
    }

    /// A token that leaked is worth nothing where the app demands a proof that only the holder of the secret can make.
    fn user_info_request(&self, request: &mut HttpRequest, token: &OAuthToken, settings: &Settings) -> Result<()> {
        let secret = settings.get("CLIENT_SECRET").unwrap_or_default();
        let mut hmac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
            .map_err(|_| Error::new(ErrorKind::Configuration, "the client secret is too long"))?;
        hmac.update(token.access_token().expose_secret().as_bytes());
        let proof = hmac.finalize().into_bytes().iter().fold(String::with_capacity(64), |mut hex, byte| {
            // Writing to a String does not fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        request.url.query_pairs_mut().append_pair("appsecret_proof", &proof);
        Ok(())
    }
}

/// simple-icons, CC0.
const ICON: &str = "M9.101 23.691v-7.98H6.627v-3.667h2.474v-1.58c0-4.085 1.848-5.978 5.858-5.978.401 0 .955.042 1.468.103a8.68 8.68 0 0 1 1.141.195v3.325a8.623 8.623 0 0 0-.653-.036 26.805 26.805 0 0 0-.733-.009c-.707 0-1.259.096-1.675.309a1.686 1.686 0 0 0-.679.622c-.258.42-.374.995-.374 1.752v1.297h3.919l-.386 2.103-.287 1.564h-3.246v8.245C19.396 23.238 24 18.179 24 12.044c0-6.627-5.373-12-12-12s-12 5.373-12 12c0 5.628 3.874 10.35 9.101 11.647Z";
