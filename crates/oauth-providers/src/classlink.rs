//! ClassLink, for people of schools.
//!
//! An application is made in ClassLink's Developer Console, of the Partner Portal, with the redirect URI
//! `https://your.app/auth/classlink/callback`. Its page shows client id and client secret.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, Revocation, register};

/// ClassLink.
///
/// The account id is the number of the user in all of ClassLink. The user name is the one of the school's directory; another school may
/// have the same. ClassLink does not say in the profile whether the address is verified.
pub static CLASSLINK: ProviderSpec = ProviderSpec::oauth2(
    "classlink",
    "https://launchpad.classlink.com/oauth2/v2/auth",
    "https://launchpad.classlink.com/oauth2/v2/token",
)
.display_name("ClassLink")
.docs("https://developer.classlink.com/docs/oauth2-workflow")
.console("https://developer.classlink.com")
.brand(Brand { color: "#24292F", icon_path: ICON })
.scopes(&["profile"])
.known_scopes(&[
    ("profile", "Read the profile with name and e-mail address"),
    ("email", "Read the e-mail address"),
    ("openid", "Get an ID token, which is not used here"),
    ("oneroster", "Read classes and schools"),
    ("full", "Everything"),
])
.user_info("https://nodeapi.classlink.com/v2/my/info")
.claims(
    Claims::id("UserId")
        .email("Email")
        .username("LoginId")
        .name("DisplayName")
        .first_name("FirstName")
        .last_name("LastName"),
)
.revocation(Revocation::NotOffered { instead: "An access token ends after a day" })
.remedies(&[
    (ErrorKind::RedirectUriMismatch, "Set exactly this callback URL as redirect URI of the application"),
    (ErrorKind::ClientRefused, "Copy client id and client secret again, from the Developer Console"),
    (ErrorKind::InvalidGrant, "Sign in again: a code lives five minutes and works once"),
    (ErrorKind::UserInfoUnauthorized, "Sign in again: the token has ended after a day"),
    (ErrorKind::UserInfoForbidden, "Ask for the scope profile"),
    (ErrorKind::EmailMissing, "The school gave the account no address: ask the person for one"),
]);

register!(CLASSLINK);

/// A disc.
const ICON: &str = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z";
