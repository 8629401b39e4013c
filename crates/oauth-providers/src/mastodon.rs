//! Mastodon, at one server.
//!
//! Each server has its own applications. One is made under Preferences > Development > New application, by anybody with an account
//! there, with the redirect URI `https://your.app/auth/mastodon/callback` and the scope `profile`.
//!
//! `OAUTH_MASTODON_BASE_URL` is the address of the server; mastodon.social unless set.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, Revocation, register};

/// Mastodon.
///
/// The account id is a number, as text, and another person's on another server. There is no e-mail address, and tokens do not end.
pub static MASTODON: ProviderSpec =
    ProviderSpec::oauth2("mastodon", "{base_url}/oauth/authorize", "{base_url}/oauth/token")
        .base_url("https://mastodon.social")
        .display_name("Mastodon")
        .docs("https://docs.joinmastodon.org/methods/oauth/")
        .console("https://mastodon.social/settings/applications")
        .brand(Brand { color: "#6364FF", icon_path: ICON })
        .scopes(&["profile"])
        .known_scopes(&[
            ("profile", "Read the own profile; from Mastodon 4.3 on"),
            ("read:accounts", "Read profiles"),
            ("read", "Read everything"),
            ("write", "Change everything"),
        ])
        .user_info("{base_url}/api/v1/accounts/verify_credentials")
        .claims(Claims::id("id").username("username").name("display_name").avatar_url("avatar").profile_url("url"))
        .revocation(Revocation::Endpoint("{base_url}/oauth/revoke"))
        .remedies(&[
            (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL to the redirect URIs of the application"),
            (ErrorKind::ClientRefused, "Copy client key and client secret of the application at this very server"),
            (ErrorKind::InvalidGrant, "The code has been used or has ended: sign in again"),
            (ErrorKind::UserInfoForbidden, "Tick the scope profile of the application, or read:accounts before 4.3"),
            (ErrorKind::EmailMissing, "Mastodon gives no e-mail address: do not demand one"),
        ]);

register!(MASTODON);

/// simple-icons, CC0.
const ICON: &str = "M23.268 5.313c-.35-2.578-2.617-4.61-5.304-5.004C17.51.242 15.792 0 11.813 0h-.03c-3.98 0-4.835.242-5.288.309C3.882.692 1.496 2.518.917 5.127.64 6.412.61 7.837.661 9.143c.074 1.874.088 3.745.26 5.611.118 1.24.325 2.47.62 3.68.55 2.237 2.777 4.098 4.96 4.857 2.336.792 4.849.923 7.256.38.265-.061.527-.132.786-.213.585-.184 1.27-.39 1.774-.753a.057.057 0 0 0 .023-.043v-1.809a.052.052 0 0 0-.02-.041.053.053 0 0 0-.046-.01 20.282 20.282 0 0 1-4.709.545c-2.73 0-3.463-1.284-3.674-1.818a5.593 5.593 0 0 1-.319-1.433.053.053 0 0 1 .066-.054c1.517.363 3.072.546 4.632.546.376 0 .75 0 1.125-.01 1.57-.044 3.224-.124 4.768-.422.038-.008.077-.015.11-.024 2.435-.464 4.753-1.92 4.989-5.604.008-.145.03-1.52.03-1.67.002-.512.167-3.63-.024-5.545zm-3.748 9.195h-2.561V8.29c0-1.309-.55-1.976-1.67-1.976-1.23 0-1.846.79-1.846 2.35v3.403h-2.546V8.663c0-1.56-.617-2.35-1.848-2.35-1.112 0-1.668.668-1.67 1.977v6.218H4.822V8.102c0-1.31.337-2.35 1.011-3.12.696-.77 1.608-1.164 2.74-1.164 1.311 0 2.302.5 2.962 1.498l.638 1.06.638-1.06c.66-.999 1.65-1.498 2.96-1.498 1.13 0 2.043.395 2.74 1.164.675.77 1.012 1.81 1.012 3.12z";
