//! Keycloak.
//!
//! A client is made in the Admin Console of the realm under Clients > Create client, of the type OpenID Connect, with "Client
//! authentication" on and the valid redirect URI `https://your.app/auth/keycloak/callback`. Its secret is on the page Credentials.
//!
//! `OAUTH_KEYCLOAK_ISSUER` is the URL of the realm, `https://sso.example.com/realms/acme`; before version 17 it had `/auth` before `/realms`.

use oauth_core::{Brand, ErrorKind, ProviderSpec, Revocation, register};

/// Keycloak.
///
/// The account id is the id of the user in the realm. The address is verified if Keycloak, or an administrator, says so.
pub static KEYCLOAK: ProviderSpec = ProviderSpec::openid_from_settings("keycloak")
    .display_name("Keycloak")
    .docs("https://www.keycloak.org/securing-apps/oidc-layers")
    .console("https://www.keycloak.org/docs/latest/server_admin/")
    .brand(Brand { color: "#4D4D4D", icon_path: ICON })
    .known_scopes(&[
        ("openid", "Sign in"),
        ("profile", "Read name, user name, picture and profile page"),
        ("email", "Read the e-mail address"),
        ("phone", "Read the phone number"),
        ("address", "Read the postal address"),
        ("organization", "Read the organizations of the person"),
        ("offline_access", "Get a refresh token that outlives the session"),
    ])
    .revocation(Revocation::NotOffered { instead: "People withdraw access in the account console, under Applications" })
    .remedies(&[
        (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL to the Valid redirect URIs of the client"),
        (ErrorKind::ClientRefused, "Turn on Client authentication; copy the secret again, from the page Credentials"),
        (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
        (ErrorKind::MetadataInvalid, "ISSUER must be the issuer of Realm settings > OpenID Endpoint Configuration"),
        (
            ErrorKind::IdTokenInvalid,
            "Leave the ID token of the client signed with RS, PS, ES or EdDSA, and not encrypted",
        ),
        (ErrorKind::UserInfoForbidden, "Sign in again with the scope openid"),
        (ErrorKind::UserInfoInvalid, "Leave User info signed response algorithm of the client unsigned"),
        (ErrorKind::EmailMissing, "Add the client scope email to the client; a user may have no address"),
    ]);

register!(KEYCLOAK);

/// A disc.
const ICON: &str = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z";
