//! Netlify.
//!
//! An OAuth app is made at <https://app.netlify.com/user/applications> by New OAuth app, with the redirect URI
//! `https://your.app/auth/netlify/callback`. The page then shows its client ID and secret.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, Revocation, register};

/// Netlify.
///
/// The account id is `id`. Netlify has no scopes: a token can do all that the person can do. It does not say whether an address is
/// verified.
pub static NETLIFY: ProviderSpec =
    ProviderSpec::oauth2("netlify", "https://app.netlify.com/authorize", "https://api.netlify.com/oauth/token")
        .display_name("Netlify")
        .docs("https://docs.netlify.com/api-and-cli-guides/api-guides/get-started-with-api/")
        .console("https://app.netlify.com/user/applications")
        .brand(Brand { color: "#00C7B7", icon_path: ICON })
        .user_info("https://api.netlify.com/api/v1/user")
        .claims(Claims::id("id").email("email").username("slug").name("full_name").avatar_url("avatar_url"))
        .revocation(Revocation::NotOffered {
            instead: "People revoke the access in Netlify, under User settings > Applications",
        })
        .remedies(&[
            (
                ErrorKind::RedirectUriMismatch,
                "Set exactly this redirect URI at the OAuth app, under User settings > Applications",
            ),
            (
                ErrorKind::ClientRefused,
                "Copy client ID and secret again, from the OAuth app under User settings > Applications",
            ),
            (ErrorKind::InvalidGrant, "Sign in again: the code has been used or has ended"),
            (ErrorKind::UserInfoUnauthorized, "Sign in again: the person revoked the access"),
        ]);

register!(NETLIFY);

/// simple-icons, CC0.
const ICON: &str = "M6.49 19.04h-.23L5.13 17.9v-.23l1.73-1.71h1.2l.15.15v1.2L6.5 19.04ZM5.13 6.31V6.1l1.13-1.13h.23L8.2 6.68v1.2l-.15.15h-1.2L5.13 6.31Zm9.96 9.09h-1.65l-.14-.13v-3.83c0-.68-.27-1.2-1.1-1.23-.42 0-.9 0-1.43.02l-.07.08v4.96l-.14.14H8.9l-.13-.14V8.73l.13-.14h3.7a2.6 2.6 0 0 1 2.61 2.6v4.08l-.13.14Zm-8.37-2.44H.14L0 12.82v-1.64l.14-.14h6.58l.14.14v1.64l-.14.14Zm17.14 0h-6.58l-.14-.14v-1.64l.14-.14h6.58l.14.14v1.64l-.14.14ZM11.05 6.55V1.64l.14-.14h1.65l.14.14v4.9l-.14.14h-1.65l-.14-.13Zm0 15.81v-4.9l.14-.14h1.65l.14.13v4.91l-.14.14h-1.65l-.14-.14Z";
