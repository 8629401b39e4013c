//! Uber.
//!
//! An application is made at <https://developer.uber.com/dashboard>, with the redirect URI `https://your.app/auth/uber/callback`. Uber has to
//! approve its scopes.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, Revocation, register};

/// Uber.
///
/// The account id is `sub`, which stands for one person.
pub static UBER: ProviderSpec =
    ProviderSpec::oauth2("uber", "https://auth.uber.com/oauth/v2/authorize", "https://auth.uber.com/oauth/v2/token")
        .display_name("Uber")
        .docs("https://developer.uber.com/docs/consumer-identity/introduction")
        .console("https://developer.uber.com/dashboard")
        .brand(Brand { color: "#000000", icon_path: ICON })
        .scopes(&["profile"])
        .known_scopes(&[
            ("profile", "Read name, e-mail address and picture"),
            ("profile.mobile_number", "Read the number of the mobile phone"),
            ("offline_access", "Issue a refresh token"),
        ])
        .user_info("https://api.uber.com/v3/me")
        .claims(
            Claims::id("sub")
                .email("email")
                .email_verified("email_verified")
                .first_name("given_name")
                .last_name("family_name")
                .avatar_url("picture"),
        )
        .revocation(Revocation::Endpoint("https://auth.uber.com/oauth/v2/revoke"))
        .remedies(&[
            (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL to the redirect URIs of the application"),
            (ErrorKind::ClientRefused, "Copy client id and client secret again, from the developer dashboard"),
            (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
            (ErrorKind::UserInfoUnauthorized, "Sign in again: the token has ended after 30 days, or was revoked"),
            (ErrorKind::UserInfoForbidden, "Ask Uber to approve the scope profile for the application"),
            (ErrorKind::RateLimited, "Wait: Uber limits how often an application may ask"),
        ]);

register!(UBER);

/// simple-icons, CC0.
const ICON: &str = "M0 7.97v4.958c0 1.867 1.302 3.101 3 3.101.826 0 1.562-.316 2.094-.87v.736H6.27V7.97H5.082v4.888c0 1.257-.85 2.106-1.947 2.106-1.11 0-1.946-.827-1.946-2.106V7.971H0zm7.44 0v7.925h1.13v-.725c.521.532 1.257.86 2.06.86a3.006 3.006 0 0 0 3.034-3.01 3.01 3.01 0 0 0-3.033-3.024 2.86 2.86 0 0 0-2.049.861V7.971H7.439zm9.869 2.038c-1.687 0-2.965 1.37-2.965 3 0 1.72 1.334 3.01 3.066 3.01 1.053 0 1.913-.463 2.49-1.233l-.826-.611c-.43.577-.996.847-1.664.847-.973 0-1.753-.7-1.912-1.64h4.697v-.373c0-1.72-1.222-3-2.886-3zm6.295.068c-.634 0-1.098.294-1.381.758v-.713h-1.131v5.774h1.142V12.61c0-.894.544-1.47 1.291-1.47H24v-1.065h-.396zm-6.319.928c.85 0 1.564.588 1.756 1.47H15.52c.203-.882.916-1.47 1.765-1.47zm-6.732.012c1.086 0 1.98.883 1.98 2.004a1.993 1.993 0 0 1-1.98 2.001A1.989 1.989 0 0 1 8.56 13.02a1.99 1.99 0 0 1 1.992-2.004z";
