//! OneLogin.
//!
//! An app is added in the administration under Applications > Applications > Add App, of the kind `OpenId Connect (OIDC)`. Its tab
//! Configuration takes the redirect URI `https://your.app/auth/onelogin/callback`; its tab SSO has client ID, client secret and issuer.
//!
//! `OAUTH_ONELOGIN_ISSUER` is the Issuer URL of the tab SSO: `https://acme.onelogin.com/oidc/2`.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, Revocation, SigningAlgorithm, register};

/// OneLogin.
///
/// The account id is the number of the OneLogin user, as text. The user name may be of the form of an address, and is never taken
/// for one. OneLogin does not say whether an address is verified.
pub static ONELOGIN: ProviderSpec = ProviderSpec::openid_from_settings("onelogin")
    .display_name("OneLogin")
    .docs("https://developers.onelogin.com/openid-connect")
    .console("https://developers.onelogin.com/openid-connect/connect-to-onelogin")
    .brand(Brand { color: "#24292F", icon_path: ICON })
    .id_token_algorithms(&[SigningAlgorithm::Rs256])
    .known_scopes(&[
        ("openid", "Sign in"),
        ("profile", "Read name and user name"),
        ("email", "Read the e-mail address"),
        ("groups", "Read what the parameter Groups of the app is mapped to"),
    ])
    .claims(
        Claims::id("sub")
            .email("email")
            .username("preferred_username")
            .name("name")
            .first_name("given_name")
            .last_name("family_name"),
    )
    .revocation(Revocation::NotOffered { instead: "An administrator takes the app away from the user, in OneLogin" })
    .remedies(&[
        (
            ErrorKind::RedirectUriMismatch,
            "Add exactly this callback URL on the tab Configuration; it takes ten minutes",
        ),
        (ErrorKind::ClientRefused, "Copy id and secret again, from the tab SSO; the method must be Basic"),
        (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
        (ErrorKind::MetadataInvalid, "Copy the Issuer URL of the tab SSO; it ends with /oidc/2"),
        (ErrorKind::EmailMissing, "Ask for the scope email; a user may have no address"),
    ]);

register!(ONELOGIN);

/// A disc.
const ICON: &str = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z";
