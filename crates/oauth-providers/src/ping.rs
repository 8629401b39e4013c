//! PingOne.
//!
//! An application of the type "OIDC Web App" is added in the administration console under Applications > Applications, with the redirect
//! URI `https://your.app/auth/ping/callback` and the scopes `profile` and `email` beside `openid`. It has to be switched on.
//!
//! `OAUTH_PING_ISSUER` has the region and the id of the environment: `https://auth.pingone.eu/<environment id>/as`.

use oauth_core::{Brand, ErrorKind, ProviderSpec, Revocation, SigningAlgorithm, register};

/// PingOne.
///
/// The account id is the id of the user in the environment, unless the application maps `sub` to something else. The user name may be of
/// the form of an address, and is never taken for one.
pub static PING: ProviderSpec = ProviderSpec::openid_from_settings("ping")
    .display_name("PingOne")
    .docs("https://docs.pingidentity.com/pingone/integrations/p1_discovery_document_uri.html")
    .console("https://console.pingone.com/")
    .brand(Brand { color: "#24292F", icon_path: ICON })
    .id_token_algorithms(&[SigningAlgorithm::Rs256])
    .known_scopes(&[
        ("openid", "Sign in"),
        ("profile", "Read name, user name, picture and profile page"),
        ("email", "Read the e-mail address"),
        ("phone", "Read the phone number"),
        ("address", "Read the postal address"),
    ])
    .revocation(Revocation::NotOffered { instead: "An administrator disables the user in PingOne" })
    .remedies(&[
        (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL to the Redirect URIs of the application"),
        (ErrorKind::ClientRefused, "Copy id and secret again; the authentication method must be Client Secret Basic"),
        (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
        (ErrorKind::MetadataInvalid, "ISSUER has the region and the id of the environment, and ends with /as"),
        (ErrorKind::EmailMissing, "Select the scope email under Resource Access; a user may have no address"),
    ]);

register!(PING);

/// A disc.
const ICON: &str = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z";
