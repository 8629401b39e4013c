//! Okta.
//!
//! An application is made in the Admin Console under Applications > Applications > Create App Integration, with "OIDC - OpenID Connect"
//! and "Web Application". It takes `https://your.app/auth/okta/callback` as a sign-in redirect URI; people and groups are assigned to
//! it. Its page General has the client ID and the client secret.
//!
//! `OAUTH_OKTA_ISSUER` is the issuer of an authorization server: `https://acme.okta.com/oauth2/default`, or `https://acme.okta.com` for the
//! one that every org has.

use oauth_core::{Brand, ErrorKind, ProviderSpec, Revocation, SigningAlgorithm, register};

/// Okta.
///
/// The account id is the id of the Okta user. The user name is the login, often of the form of an address, and never taken for one. The
/// flag of the address is about the primary one; for people that a directory brings it may stay `false`.
pub static OKTA: ProviderSpec = ProviderSpec::openid_from_settings("okta")
    .display_name("Okta")
    .docs("https://developer.okta.com/docs/api/openapi/okta-oauth/guides/overview/")
    .console("https://help.okta.com/oie/en-us/content/topics/apps/apps_app_integration_wizard_oidc.htm")
    .brand(Brand { color: "#007DC1", icon_path: ICON })
    .id_token_algorithms(&[SigningAlgorithm::Rs256])
    .known_scopes(&[
        ("openid", "Sign in"),
        ("profile", "Read name, user name and locale"),
        ("email", "Read the primary e-mail address"),
        ("groups", "Read the groups, as the claim of the application says"),
        ("offline_access", "Get a refresh token"),
    ])
    .revocation(Revocation::NotOffered {
        instead: "An administrator ends sessions in the Admin Console, under Directory > People",
    })
    .remedies(&[
        (
            ErrorKind::RedirectUriMismatch,
            "Add exactly this callback URL to the Sign-in redirect URIs of the application",
        ),
        (ErrorKind::ClientRefused, "Copy client ID and client secret again, from the page General of the application"),
        (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
        (
            ErrorKind::MetadataInvalid,
            "Copy the Issuer URI from Security > API; without such a server it is the org's URL",
        ),
        (ErrorKind::EmailMissing, "Ask for the scope email, and permit it in the access policy of the server"),
    ]);

register!(OKTA);

/// simple-icons, CC0.
const ICON: &str = "M12 0C5.389 0 0 5.35 0 12s5.35 12 12 12 12-5.35 12-12S18.611 0 12 0zm0 18c-3.325 0-6-2.675-6-6s2.675-6 6-6 6 2.675 6 6-2.675 6-6 6z";
