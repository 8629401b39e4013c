//! Mercado Libre.
//!
//! An application is made at <https://developers.mercadolibre.com.ar/devcenter>, or the same page of your country, with the redirect URI
//! `https://your.app/auth/mercadolibre/callback` and PKCE on. `OAUTH_MERCADOLIBRE_DOMAIN` is the country's domain.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, Revocation, Variable, register};

/// The domain of each country.
const DOMAINS: &[&str] = &[
    "mercadolibre.com.ar",
    "mercadolivre.com.br",
    "mercadolibre.cl",
    "mercadolibre.com.co",
    "mercadolibre.com.mx",
    "mercadolibre.com.pe",
    "mercadolibre.com.uy",
    "mercadolibre.com.ec",
    "mercadolibre.com.ve",
];

/// Mercado Libre.
///
/// The account id is a number, the same in all countries. Mercado Libre does not say whether the address is verified. What a token may do
/// is settled at the application, so no scope is asked for.
pub static MERCADOLIBRE: ProviderSpec = ProviderSpec::oauth2(
    "mercadolibre",
    "https://auth.{domain}/authorization",
    "https://api.mercadolibre.com/oauth/token",
)
.display_name("Mercado Libre")
.docs("https://developers.mercadolibre.com.ar/en_us/authentication-and-authorization")
.console("https://developers.mercadolibre.com.ar/devcenter")
.brand(Brand { color: "#24292F", icon_path: ICON })
.variables(&[Variable::with_default("domain", "mercadolibre.com.ar").allowed(DOMAINS)])
.known_scopes(&[
    ("read", "Read what the person can read"),
    ("write", "Write what the person can write"),
    ("offline_access", "Get a refresh token"),
])
.user_info("https://api.mercadolibre.com/users/me")
.claims(
    Claims::id("id")
        .email("email")
        .username("nickname")
        .first_name("first_name")
        .last_name("last_name")
        .avatar_url("thumbnail.picture_url")
        .profile_url("permalink"),
)
.revocation(Revocation::NotOffered { instead: "People withdraw access in the settings of their Mercado Libre account" })
.remedies(&[
    (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL to the redirect URIs of the application"),
    (ErrorKind::ClientRefused, "Copy App ID and Secret Key of the application again"),
    (ErrorKind::InvalidGrant, "Sign in again: a code and a refresh token work once; turn on PKCE at the application"),
    (ErrorKind::UserInfoUnauthorized, "Sign in again: the token has ended, or the person took the access back"),
    (ErrorKind::RateLimited, "Wait: Mercado Libre counts the requests of each application"),
]);

register!(MERCADOLIBRE);

/// A disc.
const ICON: &str = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z";
