//! DeviantArt.
//!
//! An application is registered at <https://www.deviantart.com/developers/apps>, as a confidential client and with the redirect URI
//! `https://your.app/auth/deviantart/callback`. The page then shows `client_id` and `client_secret`.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, Revocation, RevocationRequest, TokenPlacement, register};

/// DeviantArt.
///
/// The account id is a UUID, not the user name. There is no e-mail address.
pub static DEVIANTART: ProviderSpec = ProviderSpec::oauth2(
    "deviantart",
    "https://www.deviantart.com/oauth2/authorize",
    "https://www.deviantart.com/oauth2/token",
)
.display_name("DeviantArt")
.docs("https://www.deviantart.com/developers/authentication")
.console("https://www.deviantart.com/developers/apps")
.brand(Brand { color: "#05CC47", icon_path: ICON })
.scopes(&["user"])
.known_scopes(&[
    ("user", "Read who signs in and the profile"),
    ("browse", "Read what everybody can see"),
    ("gallery", "Read and sort the galleries"),
    ("collection", "Read and sort the collections"),
    ("stash", "Read and write the stash"),
])
.user_info("https://www.deviantart.com/api/v1/oauth2/user/whoami")
.claims(
    Claims::id("userid")
        .username("username")
        .avatar_url("usericon")
        .profile_url("tmpl:https://www.deviantart.com/{username}"),
)
.revocation(Revocation::Request(RevocationRequest::post(
    "https://www.deviantart.com/oauth2/revoke",
    TokenPlacement::Form("token"),
)))
.remedies(&[
    (ErrorKind::RedirectUriMismatch, "Add exactly this URL to the redirect URIs of the application"),
    (ErrorKind::ClientRefused, "Copy client_id and client_secret again, from the page Applications"),
    (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
    (ErrorKind::UserInfoUnauthorized, "Sign in again: the token was revoked, or has ended after an hour"),
    (ErrorKind::UserInfoForbidden, "Ask for the scope user, then sign in again"),
    (ErrorKind::EmailMissing, "DeviantArt gives no e-mail address: ask the person for one"),
]);

register!(DEVIANTART);

/// simple-icons, CC0.
const ICON: &str = "M19.207 4.794l.23-.43V0H15.07l-.436.44-2.058 3.925-.646.436H4.58v5.993h4.04l.36.436-4.175 7.98-.24.43V24H8.93l.436-.44 2.07-3.925.644-.436h7.35v-5.993h-4.05l-.36-.438 4.186-7.977z";
