//! Patreon.
//!
//! A client is made at <https://www.patreon.com/portal/registration/register-clients>, with API version 2 and the redirect URI
//! `https://your.app/auth/patreon/callback`. The same page shows its id and secret.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, Revocation, register};

/// Patreon, by version 2 of its API.
///
/// The account id is a number, as text. The user name is that of a creator's page: most people have none.
pub static PATREON: ProviderSpec = ProviderSpec::oauth2(
    "patreon",
    "https://www.patreon.com/oauth2/authorize",
    "https://www.patreon.com/api/oauth2/token",
)
.display_name("Patreon")
.docs("https://docs.patreon.com/")
.console("https://www.patreon.com/portal/registration/register-clients")
.brand(Brand { color: "#000000", icon_path: ICON })
.scopes(&["identity", "identity[email]"])
.known_scopes(&[
    ("identity", "Read the public profile"),
    ("identity[email]", "Read the e-mail address"),
    ("identity.memberships", "Read all memberships of the person"),
    ("campaigns", "Read the person's own campaign"),
    ("campaigns.members", "Read the members of the person's own campaign"),
])
.user_info("https://www.patreon.com/api/oauth2/v2/identity")
// What is not asked for is not sent.
.user_info_query(&[("fields[user]", "email,is_email_verified,first_name,last_name,full_name,vanity,image_url,url")])
.claims(
    Claims::id("data.id")
        .email("data.attributes.email")
        .email_verified("data.attributes.is_email_verified")
        .username("data.attributes.vanity")
        .name("data.attributes.full_name")
        .first_name("data.attributes.first_name")
        .last_name("data.attributes.last_name")
        .avatar_url("data.attributes.image_url")
        .profile_url("data.attributes.url"),
)
.revocation(Revocation::NotOffered { instead: "People withdraw access in the settings of their Patreon account" })
.remedies(&[
    (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL to the Redirect URIs of the client"),
    (ErrorKind::ClientRefused, "Copy Client ID and Client Secret again, from the page Clients & API Keys"),
    (ErrorKind::InvalidGrant, "Sign in again: the code or refresh token has been used or has ended"),
    (ErrorKind::UserInfoUnauthorized, "Sign in again: the token has ended after a month, or was withdrawn"),
    (ErrorKind::EmailMissing, "Ask for the scope identity[email]"),
]);

register!(PATREON);

/// simple-icons, CC0.
const ICON: &str = "M22.957 7.21c-.004-3.064-2.391-5.576-5.191-6.482-3.478-1.125-8.064-.962-11.384.604C2.357 3.231 1.093 7.391 1.046 11.54c-.039 3.411.302 12.396 5.369 12.46 3.765.047 4.326-4.804 6.068-7.141 1.24-1.662 2.836-2.132 4.801-2.618 3.376-.836 5.678-3.501 5.673-7.031Z";
