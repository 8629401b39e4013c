//! Harvest.
//!
//! An OAuth application is made at <https://id.getharvest.com/developers>, with the redirect URL
//! `https://your.app/auth/harvest/callback`.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, Revocation, register};

/// Harvest.
///
/// The account id is the number of the person at Harvest ID, the same in every company. Harvest calls a company an account: the raw data
/// lists them. It does not say whether the address is verified.
pub static HARVEST: ProviderSpec = ProviderSpec::oauth2(
    "harvest",
    "https://id.getharvest.com/oauth2/authorize",
    "https://id.getharvest.com/api/v2/oauth2/token",
)
.display_name("Harvest")
.docs("https://help.getharvest.com/api-v2/authentication-api/authentication/authentication/")
.console("https://id.getharvest.com/developers")
.brand(Brand { color: "#24292F", icon_path: ICON })
.user_info("https://id.getharvest.com/api/v2/accounts")
// Harvest answers 400 to programs that do not say which one they are.
.user_info_headers(&[("user-agent", "OAuth application {client_id}")])
.claims(Claims::id("user.id").email("user.email").first_name("user.first_name").last_name("user.last_name"))
.revocation(Revocation::NotOffered { instead: "People withdraw access at Harvest ID" })
.remedies(&[
    (ErrorKind::RedirectUriMismatch, "Set exactly this callback URL as the redirect URL of the application"),
    (ErrorKind::ClientRefused, "Copy client id and secret of the application again, from Harvest ID > Developers"),
    (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
    (ErrorKind::UserInfoUnauthorized, "Sign in again: the token has ended, or the person took the access back"),
    (ErrorKind::RateLimited, "Wait: Harvest allows 100 requests in 15 seconds"),
]);

register!(HARVEST);

/// A disc.
const ICON: &str = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z";
