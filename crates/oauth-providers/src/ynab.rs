//! YNAB.
//!
//! An OAuth application is made in the Developer Settings, <https://app.ynab.com/settings/developer>, with the redirect URI
//! `https://your.app/auth/ynab/callback`.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, Revocation, register};

/// YNAB.
///
/// The account id is a UUID, and all that the profile has: neither name nor address. YNAB knows the one scope `read-only`, and without it
/// a token may change the person's budgets.
pub static YNAB: ProviderSpec =
    ProviderSpec::oauth2("ynab", "https://app.ynab.com/oauth/authorize", "https://app.ynab.com/oauth/token")
        .display_name("YNAB")
        .docs("https://api.ynab.com/")
        .console("https://app.ynab.com/settings/developer")
        .brand(Brand { color: "#24292F", icon_path: ICON })
        .scopes(&["read-only"])
        .known_scopes(&[("read-only", "Read budgets, and change nothing")])
        .user_info("https://api.ynab.com/v1/user")
        .claims(Claims::id("data.user.id"))
        .revocation(Revocation::NotOffered { instead: "People withdraw access in the settings of their YNAB account" })
        .remedies(&[
            (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL to the redirect URIs of the application"),
            (ErrorKind::ClientRefused, "Copy client id and secret again, from Developer Settings"),
            (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
            (ErrorKind::UserInfoUnauthorized, "Sign in again: the token has ended after two hours, or was withdrawn"),
            (ErrorKind::RateLimited, "Wait: YNAB counts the requests of each token, by the hour"),
            (ErrorKind::EmailMissing, "YNAB gives no e-mail address: do not demand one"),
        ]);

register!(YNAB);

/// A disc.
const ICON: &str = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z";
