//! SURFconext, for people of Dutch universities, schools and research institutes.
//!
//! An OpenID Connect client is made in the SP Dashboard, <https://sp.surfconext.nl>, with the redirect URL
//! `https://your.app/auth/surfconext/callback`, a persistent subject and the attributes that the service needs. SURF moves it from the test
//! environment to production.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, Revocation, SigningAlgorithm, register};

/// SURFconext.
///
/// The account id is a pseudonym that SURFconext makes for one service; it must be set to persistent. `preferred_username` is the name shown
/// to others, so there is no user name here. Nobody says whether the address is verified.
pub static SURFCONEXT: ProviderSpec = ProviderSpec::openid("surfconext", "{base_url}")
    .base_url("https://connect.surfconext.nl")
    .display_name("SURFconext")
    .docs("https://servicedesk.surf.nl/wiki/spaces/IAM/pages/128909987/OpenID+Connect+features")
    .console("https://sp.surfconext.nl")
    .brand(Brand { color: "#24292F", icon_path: ICON })
    .authorize("{base_url}/oidc/authorize")
    .token("{base_url}/oidc/token")
    .jwks("{base_url}/oidc/certs")
    .user_info("{base_url}/oidc/userinfo")
    .id_token_algorithms(&[SigningAlgorithm::Rs256])
    .scopes(&["openid"])
    .known_scopes(&[("openid", "Sign in, and read the attributes that the service was granted")])
    .claims(Claims::id("sub").email("email").name("name").first_name("given_name").last_name("family_name"))
    .revocation(Revocation::NotOffered { instead: "A token ends after an hour" })
    .remedies(&[
        (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL to the redirect URLs in the SP Dashboard"),
        (ErrorKind::ClientRefused, "Check client id and secret; the test environment needs BASE_URL"),
        (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
        (ErrorKind::EmailMissing, "Ask for the attribute mail in the SP Dashboard; the institution must release it"),
    ]);

register!(SURFCONEXT);

/// A disc.
const ICON: &str = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z";
