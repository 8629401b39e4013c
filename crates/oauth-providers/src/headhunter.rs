//! HeadHunter, hh.ru.
//!
//! An application is registered at <https://dev.hh.ru/> with the redirect URI `https://your.app/auth/headhunter/callback`; hh.ru reviews it. Its
//! page shows Client ID and Client Secret.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, Revocation, register};

/// HeadHunter.
///
/// The account id is a number, given as text. Applicants and the people of employers sign in alike; `raw_data` says who is what. There are no
/// scopes, and nothing says whether the address is verified.
pub static HEADHUNTER: ProviderSpec =
    ProviderSpec::oauth2("headhunter", "https://hh.ru/oauth/authorize", "https://api.hh.ru/token")
        .display_name("HeadHunter")
        .docs("https://api.hh.ru/openapi/en/redoc")
        .console("https://dev.hh.ru/")
        .brand(Brand { color: "#D6001C", icon_path: ICON })
        .user_info("https://api.hh.ru/me")
        .claims(Claims::id("id").email("email").first_name("first_name").last_name("last_name"))
        .revocation(Revocation::NotOffered { instead: "" })
        .remedies(&[
            (ErrorKind::RedirectUriMismatch, "Enter the callback URL as redirect URI of the application at dev.hh.ru"),
            (ErrorKind::ClientRefused, "Copy Client ID and Client Secret again, from the application at dev.hh.ru"),
            (ErrorKind::UserInfoForbidden, "Sign in again: the token has ended or was withdrawn"),
            (ErrorKind::UserInfoRefused, "Give your HTTP client a User-Agent with the name of your app and an address"),
        ]);

register!(HEADHUNTER);

/// A disc.
const ICON: &str = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z";
