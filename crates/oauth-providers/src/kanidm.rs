//! Kanidm.
//!
//! A client is made with `kanidm system oauth2 create`, and gets the redirect URL `https://your.app/auth/kanidm/callback` and a scope map
//! for the group of those who may sign in. `kanidm system oauth2 show-basic-secret` shows its secret.
//!
//! `OAUTH_KANIDM_ISSUER` ends with the name of the client: `https://idm.example.com/oauth2/openid/acme`.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, Revocation, SigningAlgorithm, register};

/// Kanidm.
///
/// The account id is the UUID of the account. The user name is of the form `jane@idm.example.com` unless the client prefers short
/// names, and never taken for an address. Kanidm calls every address verified, so that its flag says nothing and is not read.
pub static KANIDM: ProviderSpec = ProviderSpec::openid_from_settings("kanidm")
    .display_name("Kanidm")
    .docs("https://kanidm.github.io/kanidm/stable/integrations/oauth2.html")
    .console("https://kanidm.github.io/kanidm/stable/integrations/oauth2.html")
    .brand(Brand { color: "#24292F", icon_path: ICON })
    .id_token_algorithms(&[SigningAlgorithm::Es256, SigningAlgorithm::Rs256])
    .known_scopes(&[
        ("openid", "Sign in"),
        ("profile", "Read the profile"),
        ("email", "Read the primary e-mail address"),
        ("groups", "Read the groups, by UUID and name"),
        ("groups_name", "Read the groups, by short name"),
        ("groups_spn", "Read the groups, by full name"),
        ("ssh_publickeys", "Read the public SSH keys"),
    ])
    .claims(Claims::id("sub").email("email").username("preferred_username").name("name"))
    .revocation(Revocation::NotOffered { instead: "An administrator ends the sessions of the account" })
    .remedies(&[
        (ErrorKind::RedirectUriMismatch, "Add exactly this URL with kanidm system oauth2 add-redirect-url"),
        (ErrorKind::ClientRefused, "Copy the secret again, with kanidm system oauth2 show-basic-secret"),
        (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
        (ErrorKind::MetadataInvalid, "ISSUER ends with the name of the client, as the metadata has it"),
        (ErrorKind::EmailMissing, "Add the scope email to the scope map; an account may have no address"),
    ]);

register!(KANIDM);

/// A disc.
const ICON: &str = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z";
