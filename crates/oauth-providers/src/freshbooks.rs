//! FreshBooks.
//!
//! An app is made on the developer page, <https://my.freshbooks.com/#/developer>, with the scope `user:profile:read` and the redirect URI
//! `https://your.app/auth/freshbooks/callback`.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, RequestBody, Revocation, register};

/// FreshBooks.
///
/// The account id is the number of the person's identity, the same in every business. FreshBooks does not say whether the address
/// is verified.
pub static FRESHBOOKS: ProviderSpec = ProviderSpec::oauth2(
    "freshbooks",
    "https://auth.freshbooks.com/oauth/authorize",
    "https://api.freshbooks.com/auth/oauth/token",
)
.display_name("FreshBooks")
.docs("https://www.freshbooks.com/api/authentication")
.console("https://my.freshbooks.com/")
.brand(Brand { color: "#24292F", icon_path: ICON })
.scopes(&["user:profile:read"])
.known_scopes(&[
    ("user:profile:read", "Read name, e-mail address and businesses"),
    ("user:clients:read", "Read the clients of a business"),
    ("user:invoices:read", "Read invoices"),
])
.token_body(RequestBody::Json)
.user_info("https://api.freshbooks.com/auth/api/v1/users/me")
.claims(
    Claims::id("response.identity_id")
        .email("response.email")
        .first_name("response.first_name")
        .last_name("response.last_name"),
)
.revocation(Revocation::NotOffered { instead: "People withdraw access in the settings of their FreshBooks account" })
.remedies(&[
    (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL to the redirect URIs of the app"),
    (ErrorKind::ClientRefused, "Copy client id and secret of the app again, from the developer page"),
    (ErrorKind::InvalidGrant, "Sign in again: a code and a refresh token work once"),
    (ErrorKind::UserInfoUnauthorized, "Sign in again: the token has ended, or the person took the access back"),
    (ErrorKind::UserInfoForbidden, "Choose the scope user:profile:read on the page of the app, and ask for it"),
]);

register!(FRESHBOOKS);

/// A disc.
const ICON: &str = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z";
