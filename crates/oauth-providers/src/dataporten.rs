//! Feide, whose platform was called Dataporten, for people of Norwegian schools and universities.
//!
//! In the Feide customer portal a service gets an OpenID Connect configuration with the redirect URL
//! `https://your.app/auth/dataporten/callback`, and attribute groups for what it may read.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, SigningAlgorithm, register};

/// Feide.
///
/// The account id is a UUID. The user name is the Feide name, which is of the form of an address and never taken for one. Feide says of
/// every address that it is not verified, so there is no flag.
pub static DATAPORTEN: ProviderSpec = ProviderSpec::openid("dataporten", "https://auth.dataporten.no")
    .display_name("Feide")
    .docs("https://docs.feide.no/reference/oauth_oidc/openid_connect_details.html")
    .console("https://docs.feide.no/service_providers/getting_started/customer_portal.html")
    .brand(Brand { color: "#24292F", icon_path: ICON })
    .authorize("https://auth.dataporten.no/oauth/authorization")
    .token("https://auth.dataporten.no/oauth/token")
    .jwks("https://auth.dataporten.no/openid/jwks")
    .user_info("https://auth.dataporten.no/openid/userinfo")
    .id_token_algorithms(&[SigningAlgorithm::Rs256])
    .known_scopes(&[
        ("openid", "Sign in"),
        ("profile", "Read name and picture"),
        ("email", "Read the e-mail address"),
        ("userid-feide", "Read the Feide name"),
        ("groups-edu", "Read classes and subjects"),
        ("groups-org", "Read schools and workplaces"),
    ])
    .claims(
        Claims::id("sub")
            .email("email")
            .username("'https://n.feide.no/claims/eduPersonPrincipalName'")
            .name("name")
            .avatar_url("picture"),
    )
    .remedies(&[
        (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL to the configuration in the customer portal"),
        (ErrorKind::ClientRefused, "Copy client ID and secret again, from the configuration in the customer portal"),
        (ErrorKind::InvalidGrant, "The code has been used or has ended: sign in again"),
        (ErrorKind::EmailMissing, "Give the service the attribute group email in the customer portal"),
    ]);

register!(DATAPORTEN);

/// A disc.
const ICON: &str = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z";
