//! CILogon, for people of universities and research organizations.
//!
//! A client is registered at <https://cilogon.org/oauth2/register> with the callback URL `https://your.app/auth/cilogon/callback` and the
//! scopes that it will ask for. It works after CILogon has approved it.

use oauth_core::{
    Brand, Claims, ClientAuthentication, ErrorKind, ProviderSpec, Revocation, SigningAlgorithm, register,
};

/// CILogon.
///
/// The account id is a URL that CILogon gave the person; it leads nowhere. Name and address are those that the person's organization
/// tells, and nobody says whether the address is verified.
pub static CILOGON: ProviderSpec = ProviderSpec::openid("cilogon", "{base_url}")
    .base_url("https://cilogon.org")
    .display_name("CILogon")
    .docs("https://www.cilogon.org/oidc")
    .console("https://cilogon.org/oauth2/register")
    .brand(Brand { color: "#24292F", icon_path: ICON })
    .authorize("{base_url}/authorize")
    .token("{base_url}/oauth2/token")
    .jwks("{base_url}/oauth2/certs")
    .user_info("{base_url}/oauth2/userinfo")
    .id_token_algorithms(&[SigningAlgorithm::Rs256, SigningAlgorithm::Rs384, SigningAlgorithm::Rs512])
    .client_authentication(ClientAuthentication::Body)
    .known_scopes(&[
        ("openid", "Sign in"),
        ("profile", "Read the name"),
        ("email", "Read the e-mail address"),
        ("org.cilogon.userinfo", "Read identifiers and affiliations that the organization tells, such as `eppn`"),
    ])
    .claims(Claims::id("sub").email("email").name("name").first_name("given_name").last_name("family_name"))
    .revocation(Revocation::Endpoint("{base_url}/oauth2/revoke"))
    .remedies(&[
        (ErrorKind::RedirectUriMismatch, "Register exactly this callback URL; CILogon changes it on request"),
        (ErrorKind::ClientRefused, "Check client ID and secret, and whether CILogon has approved the client"),
        (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
        (ErrorKind::EmailMissing, "Register the client for the scope email; not every organization tells an address"),
    ]);

register!(CILOGON);

/// A disc.
const ICON: &str = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z";
