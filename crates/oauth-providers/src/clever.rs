//! Clever, for people of schools in the United States.
//!
//! An application of the developer dashboard, <https://apps.clever.com>, has OAuth settings with client ID and client secret, and takes the
//! redirect URI `https://your.app/auth/clever/callback`.
//!
//! Clever's documentation knows no PKCE. The state ties the login to its browser.

use oauth_core::{Brand, Claims, ClientAuthentication, ErrorKind, ExtraCall, Pkce, ProviderSpec, register};

/// Clever.
///
/// The account id is the person's id from version 3.0 of the API on; it is the same in every role and unlike the ids of older versions. A
/// pupil may have no address, and Clever does not say whether one is verified.
pub static CLEVER: ProviderSpec =
    ProviderSpec::oauth2("clever", "https://clever.com/oauth/authorize", "https://clever.com/oauth/tokens")
        .display_name("Clever")
        .docs("https://dev.clever.com/docs/oauth-implementation")
        .console("https://apps.clever.com")
        .brand(Brand { color: "#24292F", icon_path: ICON })
        .pkce(Pkce::Unsupported)
        .client_authentication(ClientAuthentication::Basic)
        .user_info("https://api.clever.com/v3.0/me")
        .calls(&[
            ExtraCall::get("profile", "https://api.clever.com/v3.0/users/{userinfo:data.id}").optional_on(&[403, 404])
        ])
        .claims(
            Claims::id("data.id")
                .email("@profile.data.email")
                .first_name("@profile.data.name.first")
                .last_name("@profile.data.name.last"),
        )
        .remedies(&[
            (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL to the redirect URIs of the application"),
            (ErrorKind::ClientRefused, "Copy Client ID and Client Secret again, from the settings of the application"),
            (ErrorKind::InvalidGrant, "Sign in again: a code works once and not for long"),
            (ErrorKind::EmailMissing, "The district must share the address; many pupils have none"),
        ]);

register!(CLEVER);

/// A disc.
const ICON: &str = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z";
