//! MyAnimeList.
//!
//! A client is made at <https://myanimelist.net/apiconfig>, with the app type "web" and the app redirect URL
//! `https://your.app/auth/myanimelist/callback`. It shows client id and client secret.

use oauth_core::{Brand, Claims, ErrorKind, Pkce, ProviderSpec, register};

/// MyAnimeList.
///
/// The account id is the number of the user. There is no e-mail address, and there are no scopes. PKCE is demanded, and no other method than
/// `plain` is known.
pub static MYANIMELIST: ProviderSpec = ProviderSpec::oauth2(
    "myanimelist",
    "https://myanimelist.net/v1/oauth2/authorize",
    "https://myanimelist.net/v1/oauth2/token",
)
.display_name("MyAnimeList")
.docs("https://myanimelist.net/apiconfig/references/authorization")
.console("https://myanimelist.net/apiconfig")
.brand(Brand { color: "#2E51A2", icon_path: ICON })
.pkce(Pkce::Plain)
.user_info("https://api.myanimelist.net/v2/users/@me")
.claims(
    Claims::id("id").username("name").avatar_url("picture").profile_url("tmpl:https://myanimelist.net/profile/{name}"),
)
.remedies(&[
    (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL to App Redirect URL of the client"),
    (ErrorKind::ClientRefused, "Copy Client ID and Client Secret again; the app type must be web"),
    (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
    (ErrorKind::UserInfoUnauthorized, "Sign in again: the token has ended, or the person withdrew the access"),
    (ErrorKind::EmailMissing, "MyAnimeList gives no e-mail address: ask the person for one"),
]);

register!(MYANIMELIST);

/// simple-icons, CC0.
const ICON: &str = "M14.921 6.479c-.82 0-3.683 0-4.947 3.156-.662 1.652-.986 4.812.876 7.886l1.934-1.41s-.767-1.095-1.083-3.191h2.897l.022 3.19h2.604V8.835h-2.581v2.043l-2.46-.023s.413-2.408 2.877-2.336h2.454l-.572-2.04ZM0 6.528v9.624h2.348v-5.84l2.031 2.664 2.047-2.652v5.828h2.336V6.528H6.437L4.368 9.474 2.31 6.528Zm18.447.022v9.583h5.022L24 14.09h-3.232V6.55Z";
