//! Ory: Ory Network, and Ory Hydra of one's own.
//!
//! A client is made in the Ory Console under OAuth 2, or with `ory create oauth2-client`, with the redirect URI
//! `https://your.app/auth/ory/callback` and the scopes `openid`, `profile` and `email`. Its secret is shown once.
//!
//! `OAUTH_ORY_ISSUER` is `https://<project slug>.projects.oryapis.com`, a custom domain, or `urls.self.issuer` of a Hydra.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, Revocation, register};

/// Ory.
///
/// The account id is the id of the identity. Address and flag are those of its first verifiable address. A Hydra that others sign
/// people in for says what that login and consent app tells it.
pub static ORY: ProviderSpec = ProviderSpec::openid_from_settings("ory")
    .display_name("Ory")
    .docs("https://www.ory.com/docs/oauth2-oidc/openid-connect-claims-scope-custom")
    .console("https://console.ory.com/")
    .brand(Brand { color: "#4F46E5", icon_path: ICON })
    .known_scopes(&[
        ("openid", "Sign in"),
        ("profile", "Read name and user name"),
        ("email", "Read the e-mail address"),
        ("offline_access", "Get a refresh token"),
    ])
    .claims(Claims::openid().username("preferred_username | username"))
    .revocation(Revocation::NotOffered { instead: "An administrator revokes the consent of the person, by the API" })
    .remedies(&[
        (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL to the redirect URIs of the client"),
        (ErrorKind::ClientRefused, "Copy id and secret; token_endpoint_auth_method must be client_secret_basic"),
        (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
        (ErrorKind::MetadataInvalid, "ISSUER must be urls.self.issuer, with its slash if it has one"),
        (ErrorKind::UserInfoInvalid, "Leave userinfo_signed_response_alg of the client empty"),
        (ErrorKind::EmailMissing, "Give the client the scope email; only a verifiable address is told"),
    ]);

register!(ORY);

/// simple-icons, CC0.
const ICON: &str = "M12 6a6 6 0 1 0 0 12 6 6 0 0 0 0-12m-6-.75V3l6-3 6 3v2.25l-6-3zm12 13.5V21l-6 3-6-3v-2.25l6 3z";
