//! FranceConnect, version 2, for people in France (level eidas1).
//!
//! A service needs an authorization, by the form Datapass. Then its keys come from the Espace Partenaires, where the redirect URL
//! `https://your.app/auth/franceconnect/callback` and the signature algorithm, ES256 or RS256, are entered.
//!
//! FranceConnect refuses a request with parameters that it does not know, the ones of PKCE among them. State and nonce tie the login to
//! its browser.

use oauth_core::{
    Brand, Claims, ClientAuthentication, ErrorKind, Pkce, ProviderSpec, Revocation, SigningAlgorithm, UserInfoSource,
    register,
};

/// FranceConnect.
///
/// The account id is a person's id for this service: another service sees another one. Names are those of the civil register. The address is
/// the one that the person gave to an identity provider, and nobody says whether it is verified.
pub static FRANCECONNECT: ProviderSpec = ProviderSpec::openid("franceconnect", "{base_url}/api/v2")
    .base_url("https://oidc.franceconnect.gouv.fr")
    .display_name("FranceConnect")
    .docs("https://docs.partenaires.franceconnect.gouv.fr/fs/fs-technique/fs-technique-endpoints/")
    .console("https://docs.partenaires.franceconnect.gouv.fr/")
    .brand(Brand { color: "#000091", icon_path: ICON })
    .authorize("{base_url}/api/v2/authorize")
    .token("{base_url}/api/v2/token")
    .jwks("{base_url}/api/v2/jwks")
    .user_info("{base_url}/api/v2/userinfo")
    .user_info_source(UserInfoSource::SignedEndpoint)
    .id_token_algorithms(&[SigningAlgorithm::Es256, SigningAlgorithm::Rs256])
    .client_authentication(ClientAuthentication::Body)
    .pkce(Pkce::Unsupported)
    .authorize_params(&[("acr_values", "eidas1")])
    .scopes(&["openid", "given_name", "family_name", "email"])
    .known_scopes(&[
        ("openid", "Sign in"),
        ("given_name", "Read the given names"),
        ("family_name", "Read the name at birth"),
        ("preferred_username", "Read the name in use, if there is another one"),
        ("email", "Read the e-mail address"),
        ("identite_pivot", "Read given names, name, gender, date and place of birth"),
    ])
    .claims(Claims::id("sub").email("email").first_name("given_name").last_name("family_name"))
    .revocation(Revocation::NotOffered { instead: "A token ends after a minute" })
    .remedies(&[
        (ErrorKind::RedirectUriMismatch, "Enter exactly this callback URL in the Espace Partenaires"),
        (ErrorKind::ClientRefused, "Copy Client ID and Client Secret again; the sandbox has others than production"),
        (ErrorKind::InvalidGrant, "Sign in again: a code lives half a minute and works once"),
        (ErrorKind::IdTokenInvalid, "Choose ES256 or RS256 as signature algorithm in the Espace Partenaires"),
        (ErrorKind::UserInfoInvalid, "Choose ES256 or RS256 as signature algorithm, and no encryption"),
        (ErrorKind::EmailMissing, "Ask for the scope email, which the authorization of the service must contain"),
    ]);

register!(FRANCECONNECT);

/// A disc.
const ICON: &str = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z";
