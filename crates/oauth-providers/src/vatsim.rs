//! VATSIM, by VATSIM Connect.
//!
//! An OAuth client is made at <https://auth.vatsim.net/>, with the redirect URL `https://your.app/auth/vatsim/callback`. It has a client id
//! and a client secret.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, TokenReply, Variable, register};

/// VATSIM.
///
/// The account id is the VATSIM ID, also called CID. VATSIM does not say whether the address is verified. `OAUTH_VATSIM_HOST` may name the
/// sandbox, whose people are invented.
pub static VATSIM: ProviderSpec =
    ProviderSpec::oauth2("vatsim", "https://{host}/oauth/authorize", "https://{host}/oauth/token")
        .display_name("VATSIM")
        .docs("https://vatsim.dev/services/connect/")
        .console("https://auth.vatsim.net/")
        .brand(Brand { color: "#2483C5", icon_path: ICON })
        .variables(&[
            Variable::with_default("host", "auth.vatsim.net").allowed(&["auth.vatsim.net", "auth-dev.vatsim.net"])
        ])
        .scopes(&["full_name", "email"])
        .known_scopes(&[
            ("full_name", "Read the name"),
            ("email", "Read the e-mail address"),
            ("vatsim_details", "Read ratings, region and division"),
            ("country", "Read the country of residence"),
        ])
        .token_reply(TokenReply::standard().scope("scope | scopes"))
        .user_info("https://{host}/api/user")
        .claims(
            Claims::id("data.cid")
                .email("data.personal.email")
                .name("data.personal.name_full")
                .first_name("data.personal.name_first")
                .last_name("data.personal.name_last"),
        )
        .remedies(&[
            (ErrorKind::RedirectUriMismatch, "Set exactly this callback URL as redirect URL of the OAuth client"),
            (ErrorKind::ClientRefused, "Copy client id and secret again; the sandbox has clients of its own"),
            (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
            (ErrorKind::UserInfoUnauthorized, "Sign in again: the token has ended, or the person withdrew the access"),
            (ErrorKind::EmailMissing, "Ask for the scope email; people can untick it on the consent page"),
        ]);

register!(VATSIM);

/// A disc.
const ICON: &str = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z";
