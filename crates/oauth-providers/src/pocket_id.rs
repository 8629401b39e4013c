//! Pocket ID.
//!
//! A client is made under Settings > Administration > OIDC Clients > Add OIDC Client, with the callback URL
//! `https://your.app/auth/pocket-id/callback`.
//!
//! `OAUTH_POCKET_ID_ISSUER` is the address of the instance, without a slash at its end: `https://id.example.com`.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, Revocation, register};

/// Pocket ID.
///
/// The account id is the id of the user. The address is verified if the person followed a link, an administrator marked it, or the
/// instance counts every address as verified.
pub static POCKET_ID: ProviderSpec = ProviderSpec::openid_from_settings("pocket-id")
    .display_name("Pocket ID")
    .docs("https://pocket-id.org/docs/")
    .console("https://pocket-id.org/docs/")
    .brand(Brand { color: "#24292F", icon_path: ICON })
    .known_scopes(&[
        ("openid", "Sign in"),
        ("profile", "Read name, user name, picture and custom claims"),
        ("email", "Read the e-mail address"),
        ("groups", "Read the groups of the person"),
        ("offline_access", "Get a refresh token"),
    ])
    .claims(Claims::openid_basic().username("preferred_username"))
    .revocation(Revocation::NotOffered { instead: "People withdraw access under My Apps, with Revoke Access" })
    .remedies(&[
        (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL to the Callback URLs of the client"),
        (ErrorKind::ClientRefused, "Copy Client ID and Client secret again; Public Client must be off"),
        (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
        (ErrorKind::MetadataInvalid, "Copy the Issuer URL that the page of the client shows"),
        (ErrorKind::UserInfoForbidden, "Sign in again with the scope openid"),
        (ErrorKind::EmailMissing, "Ask for the scope email; a user may have no address"),
    ]);

register!(POCKET_ID);

/// A disc.
const ICON: &str = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z";
