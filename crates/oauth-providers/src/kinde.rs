//! Kinde.
//!
//! An application of the type "Back-end web" is added under Settings > Environment > Applications. Its page Details has domain, client ID
//! and client secret, and takes the callback URL `https://your.app/auth/kinde/callback`.
//!
//! Kinde issues ID tokens. Their audience is the application, in some of them with the domain of the business beside it or in its place.
//! Such a token is to be refused (OpenID Connect Core section 3.1.3.7), so none is used: the access token fetches the profile.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, Revocation, Setting, register};

/// Kinde.
///
/// The account id begins with `kp_`. The address is verified if Kinde confirmed it, or was told so with an import.
///
/// It needs `OAUTH_KINDE_BASE_URL`: the Kinde domain, or the custom domain if there is one.
pub static KINDE: ProviderSpec = ProviderSpec::oauth2("kinde", "{base_url}/oauth2/auth", "{base_url}/oauth2/token")
    .display_name("Kinde")
    .docs("https://docs.kinde.com/developer-tools/about/using-kinde-without-an-sdk/")
    .console("https://app.kinde.com/")
    .brand(Brand { color: "#24292F", icon_path: ICON })
    .settings(&[Setting { name: "BASE_URL", description: "Kinde domain or custom domain, with https", required: true }])
    .scopes(&["openid", "profile", "email"])
    .known_scopes(&[
        ("openid", "Sign in"),
        ("profile", "Read name, user name and picture"),
        ("email", "Read the e-mail address"),
        ("phone", "Read the phone number"),
        ("offline", "Get a refresh token"),
    ])
    .user_info("{base_url}/oauth2/v2/user_profile")
    .claims(Claims::openid_basic().username("preferred_username"))
    .revocation(Revocation::Endpoint("{base_url}/oauth2/revoke"))
    .remedies(&[
        (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL to the Allowed callback URLs"),
        (ErrorKind::ClientRefused, "Copy Client ID and Client secret again, from the page Details of the application"),
        (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
        (ErrorKind::UserInfoUnauthorized, "Sign in again: the token was revoked or has ended"),
        (ErrorKind::EmailMissing, "Ask for the scope email; who signs in by phone or user name may have no address"),
    ]);

register!(KINDE);

/// A disc.
const ICON: &str = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z";
