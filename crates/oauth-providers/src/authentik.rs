//! authentik.
//!
//! An application with an OAuth2/OpenID provider is made in the Admin interface under Applications > Applications > Create with provider:
//! client type Confidential, the redirect URI `https://your.app/auth/authentik/callback`, and a signing key.
//!
//! `OAUTH_AUTHENTIK_ISSUER` is the "OpenID Configuration Issuer" of the provider, with its slash:
//! `https://auth.example.com/application/o/acme/`.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, Revocation, register};

/// authentik.
///
/// The account id is what the provider's subject mode says, a hash of the user's id unless it is changed. authentik knows full names
/// only and sends the whole as the given name too, so it is split here. From version 2025.10 on it calls an address verified only if a
/// scope mapping of the administrator does; older versions did so for every address.
pub static AUTHENTIK: ProviderSpec = ProviderSpec::openid_from_settings("authentik")
    .display_name("Authentik")
    .docs("https://docs.goauthentik.io/add-secure-apps/providers/oauth2/")
    .console("https://docs.goauthentik.io/add-secure-apps/providers/oauth2/")
    .brand(Brand { color: "#FD4B2D", icon_path: ICON })
    .known_scopes(&[
        ("openid", "Sign in"),
        ("profile", "Read name, user name and groups"),
        ("email", "Read the e-mail address"),
        ("offline_access", "Get a refresh token"),
    ])
    .claims(
        Claims::id("sub")
            .email("email")
            .email_verified("email_verified")
            .username("preferred_username")
            .name("name")
            .avatar_url("picture")
            .profile_url("profile"),
    )
    .revocation(Revocation::NotOffered { instead: "People withdraw access in their settings, under Consent" })
    .remedies(&[
        (
            ErrorKind::RedirectUriMismatch,
            "Add exactly this callback URL to the redirect URIs of the provider, as Strict",
        ),
        (ErrorKind::ClientRefused, "Copy Client ID and Client Secret of the provider again"),
        (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
        (ErrorKind::MetadataInvalid, "Copy the OpenID Configuration Issuer of the provider, slash included"),
        (ErrorKind::IdTokenInvalid, "Choose a Signing Key for the provider, and no Encryption Key"),
        (ErrorKind::EmailMissing, "Select the scope mapping email for the provider; a user may have no address"),
    ]);

register!(AUTHENTIK);

/// simple-icons, CC0.
const ICON: &str = "M13.96 9.01h-.84V7.492h-1.234v3.663H5.722c.34.517.538.982.538 1.152 0 .46-1.445 3.059-3.197 3.059C.8 15.427-.745 12.8.372 10.855a3.062 3.062 0 0 1 2.691-1.606c1.04 0 1.971.915 2.557 1.755V6.577a3.773 3.773 0 0 1 3.77-3.769h10.84C22.31 2.808 24 4.5 24 6.577v10.845a3.773 3.773 0 0 1-3.77 3.769h-1.6V17.5h-7.64v3.692h-1.6a3.773 3.773 0 0 1-3.77-3.769v-3.41h12.114v-6.52h-1.59v.893h-.84v-.893H13.96v1.516Zm-9.956 1.845c-.662-.703-1.578-.544-2.209 0-2.105 2.054 1.338 5.553 3.302 1.447a5.395 5.395 0 0 0-1.093-1.447Z";
