//! ID.me.
//!
//! An application is made at <https://developers.id.me>, inside an organization, with the redirect URI
//! `https://your.app/auth/id-me/callback`. ID.me sets up policies for it; the handle of one is the scope to ask for. The sandbox works at once,
//! production after a review.
//!
//! ID.me speaks OpenID Connect too, but does not say that the nonce comes back. The access token fetches the profile.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, Revocation, register};

/// ID.me.
///
/// The account id is the attribute `uuid`. What else there is, the policy says. ID.me does not say whether the address is verified.
pub static ID_ME: ProviderSpec = ProviderSpec::oauth2("id-me", "{base_url}/oauth/authorize", "{base_url}/oauth/token")
    .base_url("https://api.id.me")
    .display_name("ID.me")
    .docs("https://docs.id.me/guides/o-auth-2-0/overview")
    .console("https://developers.id.me")
    .brand(Brand { color: "#24292F", icon_path: ICON })
    .scopes(&["login"])
    .known_scopes(&[
        ("login", "Sign in, where the organization has a policy of this handle"),
        ("military", "Have membership of the military verified"),
        ("student", "Have it verified that the person is a student"),
        ("teacher", "Have it verified that the person is a teacher"),
    ])
    .user_info("{base_url}/api/public/v3/attributes.json")
    .claims(
        Claims::id("attributes[handle=uuid].value")
            .email("attributes[handle=email].value")
            .first_name("attributes[handle=fname].value")
            .last_name("attributes[handle=lname].value"),
    )
    .revocation(Revocation::NotOffered { instead: "An access token ends after five minutes" })
    .remedies(&[
        (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL to the Redirect URIs of the application"),
        (ErrorKind::ClientRefused, "Check Client ID and Client Secret; the sandbox has others than production"),
        (ErrorKind::InvalidGrant, "The code has been used or has ended: sign in again"),
        (ErrorKind::UserInfoUnauthorized, "Sign in again: the token has ended after five minutes"),
        (ErrorKind::UserInfoInvalid, "Have ID.me add the attribute uuid to the policy"),
        (ErrorKind::EmailMissing, "Have ID.me add the attribute email to the policy"),
    ]);

register!(ID_ME);

/// A disc.
const ICON: &str = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z";
