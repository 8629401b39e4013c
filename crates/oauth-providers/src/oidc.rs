//! Any provider that speaks OpenID Connect: Keycloak, Auth0, Okta, Authentik, or one of your own.
//!
//! An application ("client") is registered there with the redirect URI `https://your.app/auth/oidc/callback`, or with the instance's
//! name in place of `oidc`. `OAUTH_OIDC_ISSUER` is the issuer as the provider's metadata spells it, a slash at its end included.
//!
//! Several stand side by side under names of their own, each with `OAUTH_<NAME>_PROVIDER=oidc`.

use oauth_core::{Brand, ErrorKind, ProviderSpec, register};

/// The OpenID provider that the settings name.
///
/// The account id is `sub`, which means something together with the issuer only. `email_verified` counts if it is the
/// JSON value `true`; a provider that sends texts needs a spec of its own with `lenient_flags()`.
pub static OIDC: ProviderSpec = ProviderSpec::openid_from_settings("oidc")
    .display_name("OpenID Connect")
    .docs("https://openid.net/specs/openid-connect-core-1_0.html")
    .brand(Brand { color: "#F78C40", icon_path: ICON })
    .known_scopes(&[
        ("openid", "Sign in"),
        ("profile", "Read name, user name, picture and profile page"),
        ("email", "Read the e-mail address"),
        ("phone", "Read the phone number"),
        ("address", "Read the postal address"),
        ("offline_access", "Get a refresh token"),
    ])
    .remedies(&[
        (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL to the client's redirect URIs at the provider"),
        (ErrorKind::ClientRefused, "Copy id and secret again; if they are right, set TOKEN_ENDPOINT_AUTH_METHOD"),
        (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
        (ErrorKind::UserInfoUnauthorized, "Sign in again: the token has ended or was revoked"),
        (ErrorKind::EmailMissing, "Ask for the scope email, and let the provider release the address to this client"),
    ]);

register!(OIDC);

/// simple-icons, CC0.
const ICON: &str = "M14.54.889l-3.63 1.773v18.17c-4.15-.52-7.27-2.78-7.27-5.5 0-2.58 2.8-4.75 6.63-5.41v-2.31C4.42 8.322 0 11.502 0 15.332c0 3.96 4.74 7.24 10.91 7.78l3.63-1.71V.888m.64 6.724v2.31c1.43.25 2.71.7 3.76 1.31l-1.97 1.11 7.03 1.53-.5-5.21-1.87 1.06c-1.74-1.06-3.96-1.81-6.45-2.11z";
