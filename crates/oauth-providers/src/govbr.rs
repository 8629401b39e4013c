//! gov.br, the Login Único of Brazil, for public services.
//!
//! A public body asks for credentials as <https://acesso.gov.br/roteiro-tecnico/> says, with the redirect URI
//! `https://your.app/auth/govbr/callback`: first those of the test environment, then those of production.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, SigningAlgorithm, UserInfoSource, register};

/// gov.br.
///
/// The account id is the CPF, the person's tax number, as eleven digits: a secret to keep as such. An address comes only after gov.br has
/// verified it. There is no picture: the one that gov.br names can be read with a token only.
pub static GOVBR: ProviderSpec = ProviderSpec::openid("govbr", "{base_url}/")
    .base_url("https://sso.acesso.gov.br")
    .display_name("gov.br")
    .docs("https://acesso.gov.br/roteiro-tecnico/iniciarintegracao.html")
    .console("https://acesso.gov.br/roteiro-tecnico/")
    .brand(Brand { color: "#1351B4", icon_path: ICON })
    .authorize("{base_url}/authorize")
    .token("{base_url}/token")
    .jwks("{base_url}/jwk")
    .user_info_source(UserInfoSource::IdToken)
    .id_token_algorithms(&[SigningAlgorithm::Rs256])
    .known_scopes(&[
        ("openid", "Sign in"),
        ("profile", "Read the name"),
        ("email", "Read the e-mail address, if it is verified"),
        ("phone", "Read the telephone number, if it is verified"),
        ("govbr_confiabilidades", "Ask how well the account is proven: bronze, silver or gold"),
    ])
    .claims(Claims::id("sub").email("email").email_verified("email_verified").name("name").lenient_flags())
    .remedies(&[
        (ErrorKind::RedirectUriMismatch, "Have exactly this callback URL registered for the credentials"),
        (ErrorKind::ClientRefused, "Check client ID and secret; the test environment needs its own BASE_URL"),
        (ErrorKind::InvalidGrant, "The code has been used or has ended: sign in again"),
        (
            ErrorKind::IdTokenInvalid,
            "Credentials of the test environment need BASE_URL https://sso.staging.acesso.gov.br",
        ),
        (ErrorKind::EmailMissing, "The account has no verified address: ask the person for one"),
    ]);

register!(GOVBR);

/// A disc.
const ICON: &str = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z";
