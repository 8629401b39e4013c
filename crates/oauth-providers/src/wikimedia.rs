//! Wikimedia, with the account of Wikipedia, and any wiki with MediaWiki's extension OAuth.
//!
//! A client is proposed at <https://meta.wikimedia.org/wiki/Special:OAuthConsumerRegistration/propose/oauth2>, as a confidential one, with
//! the callback URL `https://your.app/auth/wikimedia/callback` and the grant for user identity verification with access to real name and
//! e-mail address.
//!
//! `OAUTH_WIKIMEDIA_BASE_URL` is where another wiki has its `rest.php`, such as `https://wiki.example.com/w`.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, Revocation, register};

/// Wikimedia.
///
/// The account id is the number of the account in all wikis of Wikimedia, or in the one wiki. The user name can be changed. The address is
/// verified if `confirmed_email` says so.
pub static WIKIMEDIA: ProviderSpec = ProviderSpec::oauth2(
    "wikimedia",
    "{base_url}/rest.php/oauth2/authorize",
    "{base_url}/rest.php/oauth2/access_token",
)
.base_url("https://meta.wikimedia.org/w")
.display_name("Wikimedia")
.docs("https://www.mediawiki.org/wiki/OAuth/For_Developers")
.console("https://meta.wikimedia.org/wiki/Special:OAuthConsumerRegistration/propose/oauth2")
.brand(Brand { color: "#000000", icon_path: ICON })
.known_scopes(&[
    ("mwoauth-authonly", "See which account signs in"),
    ("mwoauth-authonlyprivate", "Read real name and e-mail address too"),
    ("basic", "Read pages and act with basic rights"),
    ("editpage", "Edit pages"),
])
.user_info("{base_url}/rest.php/oauth2/resource/profile")
.claims(Claims::id("sub").email("email").email_verified("confirmed_email").username("username").name("realname"))
.revocation(Revocation::NotOffered { instead: "People withdraw access on the wiki's page Special:OAuthManageMyGrants" })
.remedies(&[
    (ErrorKind::RedirectUriMismatch, "Propose a client with exactly this callback URL"),
    (ErrorKind::ClientRefused, "Check client application key and secret; the client must be a confidential one"),
    (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
    (ErrorKind::UserInfoForbidden, "Until the client is approved only its owner can sign in"),
    (ErrorKind::EmailMissing, "Choose the grant with access to real name and e-mail address"),
]);

register!(WIKIMEDIA);

/// simple-icons, CC0.
const ICON: &str = "M20.074 3.126C22.486 5.321 24 8.485 24 12c0 6.623-5.377 12-12 12S0 18.623 0 12c0-3.515 1.514-6.679 3.926-8.874l2.265 2.265C4.358 7.005 3.2 9.368 3.2 12c0 4.857 3.943 8.8 8.8 8.8s8.8-3.943 8.8-8.8c0-2.632-1.158-4.995-2.991-6.609zm-3.399 3.399C18.22 7.846 19.2 9.81 19.2 12c0 3.703-2.802 6.757-6.4 7.156V10.4zM11.2 19.156C7.602 18.757 4.8 15.703 4.8 12c0-2.19.98-4.154 2.525-5.475L11.2 10.4zM12 0c2.208 0 4 1.792 4 4s-1.792 4-4 4-4-1.792-4-4 1.792-4 4-4";
