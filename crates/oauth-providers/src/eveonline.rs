//! EVE Online.
//!
//! An application is made at <https://developers.eveonline.com/applications> with the callback URL
//! `https://your.app/auth/eveonline/callback` and the scope `publicData`. Its page shows client ID and secret key.
//!
//! There is neither an ID token nor user info: the access token is signed and says which character signed in.

use oauth_core::{
    Brand, Claims, ErrorKind, OAuthUserInfo, Provider, ProviderSpec, RawData, Result, Revocation, SigningAlgorithm,
    UserInfoSource, register,
};
use serde_json::Value;

/// EVE Online.
///
/// Who signs in is a character, and a character can be sold. The account id is therefore not the number of the character but the claim
/// `owner`, which stands for this character in the hands of this player: whoever buys it is somebody else here. The player's account stays
/// unknown. The user name is that of the character. There is no e-mail address.
pub static EVEONLINE: EveOnline = EveOnline;

register!(EVEONLINE);

/// The type of [`EVEONLINE`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct EveOnline;

static SPEC: ProviderSpec = ProviderSpec::openid("eveonline", "https://login.eveonline.com")
    .display_name("EVE Online")
    .docs("https://developers.eveonline.com/docs/services/sso/")
    .console("https://developers.eveonline.com/applications")
    .brand(Brand { color: "#24292F", icon_path: ICON })
    .authorize("https://login.eveonline.com/v2/oauth/authorize")
    .token("https://login.eveonline.com/v2/oauth/token")
    .jwks("https://login.eveonline.com/oauth/jwks")
    .id_token_algorithms(&[SigningAlgorithm::Rs256])
    .issuer_aliases(&["https://login.eveonline.com/", "login.eveonline.com"])
    .trusted_audiences(&["EVE Online"])
    .user_info_source(UserInfoSource::AccessToken)
    .scopes(&["publicData"])
    .known_scopes(&[
        ("publicData", "See which character signs in"),
        ("esi-location.read_location.v1", "Read where the character is"),
        ("esi-skills.read_skills.v1", "Read the skills of the character"),
        ("esi-wallet.read_character_wallet.v1", "Read the wallet of the character"),
    ])
    .claims(Claims::id("owner").username("name"))
    .revocation(Revocation::Endpoint("https://login.eveonline.com/v2/oauth/revoke"))
    .remedies(&[
        (ErrorKind::RedirectUriMismatch, "Set exactly this Callback URL at the application"),
        (ErrorKind::ClientRefused, "Copy Client ID and Secret Key again, from the page of the application"),
        (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
        (ErrorKind::EmailMissing, "EVE Online gives no e-mail address: ask the person for one"),
    ]);

impl Provider for EveOnline {
    fn spec(&self) -> &ProviderSpec {
        &SPEC
    }

    /// The portrait stands on the image server, by the number of the character.
    fn user_info(&self, user: &mut OAuthUserInfo, raw: &RawData) -> Result<()> {
        let claims: Value = raw.parse()?;
        let number = claims.get("sub").and_then(Value::as_str).and_then(|sub| sub.rsplit(':').next());
        let number = number.filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()) && !number.is_empty());
        user.avatar_url = number.map(|number| format!("https://images.evetech.net/characters/{number}/portrait"));
        Ok(())
    }
}

/// A disc.
const ICON: &str = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z";
