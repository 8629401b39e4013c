//! Duende IdentityServer.
//!
//! A client is added to the configuration of the server: grant type `GrantTypes.Code`, the redirect URI
//! `https://your.app/auth/duende-identityserver/callback`, a client secret and the scopes `openid`, `profile` and `email`.
//!
//! `OAUTH_DUENDE_IDENTITYSERVER_ISSUER` is the address of the server: `https://identity.example.com`.

use oauth_core::{Brand, ErrorKind, ProviderSpec, Revocation, register};

/// Duende IdentityServer.
///
/// The account id is the subject that the server's own user store gives. What else is told, and whether an address counts as verified,
/// is for that store to say too.
pub static DUENDE_IDENTITYSERVER: ProviderSpec = ProviderSpec::openid_from_settings("duende-identityserver")
    .display_name("Duende IdentityServer")
    .docs("https://docs.duendesoftware.com/identityserver/reference/endpoints/")
    .console("https://docs.duendesoftware.com/identityserver/fundamentals/clients/")
    .brand(Brand { color: "#24292F", icon_path: ICON })
    .known_scopes(&[
        ("openid", "Sign in"),
        ("profile", "Read name, user name, picture and profile page"),
        ("email", "Read the e-mail address"),
        ("phone", "Read the phone number"),
        ("address", "Read the postal address"),
        ("offline_access", "Get a refresh token"),
    ])
    .revocation(Revocation::NotOffered { instead: "The server's own pages may list and withdraw grants" })
    .remedies(&[
        (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL to the RedirectUris of the client"),
        (ErrorKind::ClientRefused, "The ClientSecrets of the client must have this secret, hashed"),
        (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
        (ErrorKind::MetadataInvalid, "ISSUER must be the issuer that the discovery document names"),
        (ErrorKind::UserInfoForbidden, "Sign in again with the scope openid"),
        (ErrorKind::EmailMissing, "Add the identity resource Email, and the scope email to AllowedScopes"),
    ]);

register!(DUENDE_IDENTITYSERVER);

/// A disc.
const ICON: &str = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z";
