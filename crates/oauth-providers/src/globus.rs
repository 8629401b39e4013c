//! Globus, by Globus Auth.
//!
//! An app is registered at <https://app.globus.org/settings/developers>, inside a project, as one that keeps a secret, with the redirect
//! `https://your.app/auth/globus/callback`. Its page shows the client UUID, and makes client secrets.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, Revocation, SigningAlgorithm, Variable, register};

/// Globus.
///
/// The account id is the UUID of an identity. A person can link several identities of several organizations; which one an app is told
/// depends on what the app demands. The user name is of the form of an address, and never taken for one. Nobody says whether the address
/// is verified.
pub static GLOBUS: ProviderSpec = ProviderSpec::openid("globus", "https://auth.globus.org")
    .display_name("Globus")
    .docs("https://docs.globus.org/api/auth/reference/")
    .console("https://app.globus.org/settings/developers")
    .brand(Brand { color: "#24292F", icon_path: ICON })
    .authorize("https://auth.globus.org/v2/oauth2/authorize")
    .token("https://auth.globus.org/v2/oauth2/token")
    .jwks("https://auth.globus.org/jwk.json")
    .user_info("https://auth.globus.org/v2/oauth2/userinfo")
    .id_token_algorithms(&[SigningAlgorithm::Rs512])
    .variables(&[Variable::with_default("access_type", "online").allowed(&["online", "offline"])])
    .authorize_params(&[("access_type", "{access_type}")])
    .known_scopes(&[
        ("openid", "Sign in"),
        ("profile", "Read name, user name and organization"),
        ("email", "Read the e-mail address"),
        ("urn:globus:auth:scope:auth.globus.org:view_identities", "Look up identities"),
    ])
    .claims(Claims::id("sub").email("email").username("preferred_username").name("name"))
    .revocation(Revocation::Endpoint("https://auth.globus.org/v2/oauth2/token/revoke"))
    .remedies(&[
        (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL to the Redirects of the app"),
        (ErrorKind::ClientRefused, "Check client UUID and secret; an app for native use has no secret"),
        (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
        (
            ErrorKind::UserInfoForbidden,
            "Ask for openid, and for scopes of other Globus services in a request of its own",
        ),
        (ErrorKind::EmailMissing, "Ask for the scope email; not every identity has an address"),
    ]);

register!(GLOBUS);

/// A disc.
const ICON: &str = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z";
