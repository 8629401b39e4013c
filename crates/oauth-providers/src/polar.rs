//! Polar.
//!
//! An OAuth client is made in the settings, <https://polar.sh/settings>, with the scopes `openid`, `profile` and `email` and the redirect
//! URI `https://your.app/auth/polar/callback`.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, Revocation, register};

/// Polar.
///
/// The account id is a UUID. `sub_type` asks for a person: without it Polar lets people choose an organization, and the token and the
/// profile would be those of the organization.
pub static POLAR: ProviderSpec =
    ProviderSpec::oauth2("polar", "https://polar.sh/oauth2/authorize", "https://api.polar.sh/v1/oauth2/token")
        .display_name("Polar")
        .docs("https://polar.sh/docs/integrate/oauth2/connect")
        .console("https://polar.sh/settings")
        .brand(Brand { color: "#24292F", icon_path: ICON })
        .scopes(&["openid", "profile", "email"])
        .known_scopes(&[
            ("openid", "Sign in"),
            ("profile", "Read the name"),
            ("email", "Read the e-mail address"),
            ("products:read", "Read products"),
            ("orders:read", "Read orders"),
            ("subscriptions:read", "Read subscriptions"),
        ])
        .authorize_params(&[("sub_type", "user")])
        .user_info("https://api.polar.sh/v1/oauth2/userinfo")
        .claims(Claims::id("sub").email("email").email_verified("email_verified").name("name"))
        .revocation(Revocation::Endpoint("https://api.polar.sh/v1/oauth2/revoke"))
        .remedies(&[
            (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL to the redirect URIs of the client"),
            (ErrorKind::ClientRefused, "Copy Client ID and Client Secret of the OAuth client again"),
            (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
            (ErrorKind::UserInfoUnauthorized, "Sign in again: the token was revoked or has ended"),
            (
                ErrorKind::UserInfoForbidden,
                "Declare the scopes openid, profile and email at the client, and ask for them",
            ),
            (ErrorKind::EmailMissing, "Declare the scope email at the client, and ask for it"),
        ]);

register!(POLAR);

/// A disc.
const ICON: &str = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z";
