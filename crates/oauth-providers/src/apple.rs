//! Sign in with Apple.
//!
//! At <https://developer.apple.com/account/resources>, under Identifiers, an App ID gets the capability "Sign in with Apple", and a
//! Services ID is made for the web: its identifier is the client id, and it takes domain and return URL
//! `https://your.app/auth/apple/callback`, with `https` and without `localhost`. Under Keys a key for "Sign in with Apple" is made and its
//! `.p8` file downloaded, once.
//!
//! There is no client secret. `OAUTH_APPLE_PRIVATE_KEY` is the content of the `.p8` file, `OAUTH_APPLE_KEY_ID` the id of the key, and
//! `OAUTH_APPLE_TEAM_ID` the team's: with them a secret is signed for each request, so none has to be renewed every six months.

use std::time::{SystemTime, UNIX_EPOCH};

use oauth_core::{
    Brand, Claims, ClientAuthentication, Error, ErrorKind, Provider, ProviderSpec, ResponseMode, Result, Revocation,
    Setting, Settings, SigningAlgorithm, SigningKey, SpaceEncoding, TokenRequest, UserInfoSource, register,
};
use serde_json::json;

/// Apple.
///
/// The account id is the subject, the same for all applications of a team. Apple tells the name at the very first login only, in the
/// callback and unsigned: it is good for a greeting and nothing else. The e-mail address comes from the ID token; it may be a
/// relay address, which forwards mail from registered senders.
pub static APPLE: Apple = Apple;

register!(APPLE);

/// The type of [`APPLE`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Apple;

const ISSUER: &str = "https://appleid.apple.com";

static SPEC: ProviderSpec = ProviderSpec::openid("apple", ISSUER)
    .display_name("Apple")
    .docs("https://developer.apple.com/documentation/signinwithapple")
    .console("https://developer.apple.com/account/resources/identifiers/list/serviceId")
    .brand(Brand { color: "#000000", icon_path: ICON })
    // Not discovered, and with the other spelling: in June 2025 the metadata named it for days, while tokens did not.
    .issuer_aliases(&["https://account.apple.com"])
    .authorize("https://appleid.apple.com/auth/authorize")
    .token("https://appleid.apple.com/auth/token")
    .jwks("https://appleid.apple.com/auth/keys")
    .revocation(Revocation::Endpoint("https://appleid.apple.com/auth/revoke"))
    .settings(&[
        Setting { name: "TEAM_ID", description: "id of the team, 10 characters", required: true },
        Setting { name: "KEY_ID", description: "id of the key, 10 characters", required: true },
        Setting { name: "PRIVATE_KEY", description: "content of the key's .p8 file", required: true },
    ])
    .scopes(&["openid", "name", "email"])
    .known_scopes(&[
        ("openid", "Sign in"),
        ("name", "Get the name, at the first login"),
        ("email", "Get the e-mail address, or a relay address"),
    ])
    .space_encoding(SpaceEncoding::Percent20)
    .response_mode(ResponseMode::FormPost)
    .callback_params(&["user"])
    .client_authentication(ClientAuthentication::Signed)
    .user_info_source(UserInfoSource::IdToken)
    .claims(
        Claims::id("sub")
            .email("email")
            .email_verified("email_verified")
            .lenient_flags()
            .first_name("callback:user.name.firstName")
            .last_name("callback:user.name.lastName"),
    )
    .remedies(&[
        (ErrorKind::RedirectUriMismatch, "Add the callback URL to the return URLs of the Services ID, with https"),
        (
            ErrorKind::ClientRefused,
            "Client id, TEAM_ID, KEY_ID and PRIVATE_KEY must belong to one team and Services ID",
        ),
        (ErrorKind::InvalidGrant, "The code has been used or is older than five minutes: sign in again"),
        (ErrorKind::EmailMissing, "Ask for the scope email; an account of a school or company may have no address"),
    ]);

impl Provider for Apple {
    fn spec(&self) -> &ProviderSpec {
        &SPEC
    }

    fn check_settings(&self, settings: &Settings) -> Result<()> {
        for name in ["TEAM_ID", "KEY_ID"] {
            let is_id = |id: &str| id.len() == 10 && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
            if !settings.get(name).is_some_and(is_id) {
                return Err(Error::new(
                    ErrorKind::Configuration,
                    format!("{name} is not an id of 10 letters and digits"),
                ));
            }
        }
        signing_key(settings).map(drop)
    }

    fn token_request(&self, request: &mut TokenRequest, settings: &Settings) -> Result<()> {
        request.set_param("client_secret", client_secret(settings)?);
        Ok(())
    }
}

/// A JWT that lives five minutes (RFC 7523 section 2.2, with the claims that Apple wants).
fn client_secret(settings: &Settings) -> Result<String> {
    let setting = |name| settings.get(name).unwrap_or_default();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let claims = json!({
        "iss": setting("TEAM_ID"), "sub": setting("CLIENT_ID"), "aud": ISSUER, "iat": now, "exp": now + 300,
    });
    signing_key(settings)?.sign(Some(setting("KEY_ID")), &claims)
}

/// The key of a `.p8` file.
fn signing_key(settings: &Settings) -> Result<SigningKey> {
    let key = SigningKey::from_pem(settings.get("PRIVATE_KEY").unwrap_or_default());
    key.ok().filter(|key| key.algorithm() == SigningAlgorithm::Es256).ok_or_else(|| {
        Error::new(ErrorKind::Configuration, "PRIVATE_KEY is not the key of a .p8 file").with_remedy(
            "It is the whole text of the file that was downloaded with the key, with its first and last line",
        )
    })
}

/// simple-icons, CC0.
const ICON: &str = "M12.152 6.896c-.948 0-2.415-1.078-3.96-1.04-2.04.027-3.91 1.183-4.961 3.014-2.117 3.675-.546 9.103 1.519 12.09 1.013 1.454 2.208 3.09 3.792 3.039 1.52-.065 2.09-.987 3.935-.987 1.831 0 2.35.987 3.96.948 1.637-.026 2.676-1.48 3.676-2.948 1.156-1.688 1.636-3.325 1.662-3.415-.039-.013-3.182-1.221-3.22-4.857-.026-3.04 2.48-4.494 2.597-4.559-1.429-2.09-3.623-2.324-4.39-2.376-2-.156-3.675 1.09-4.61 1.09zM15.53 3.83c.843-1.012 1.4-2.427 1.245-3.83-1.207.052-2.662.805-3.532 1.818-.78.896-1.454 2.338-1.273 3.714 1.338.104 2.715-.688 3.559-1.701";
