//! Asgardeo, by WSO2.
//!
//! An application is made in the console, <https://console.asgardeo.io/>, under Applications > New Application: Traditional Web
//! Application, OpenID Connect, with the redirect URL `https://your.app/auth/asgardeo/callback`. Its tab User Attributes has what
//! people share, its tab Protocol the client ID and secret, its tab Info the issuer.
//!
//! `OAUTH_ASGARDEO_ISSUER` is the token endpoint of the organization: `https://api.asgardeo.io/t/acme/oauth2/token`.

use oauth_core::{Brand, ErrorKind, ProviderSpec, Revocation, register};

/// Asgardeo.
///
/// The account id is the id of the user. Nothing else is told unless the application requests it on its tab User Attributes.
pub static ASGARDEO: ProviderSpec = ProviderSpec::openid_from_settings("asgardeo")
    .display_name("Asgardeo")
    .docs("https://wso2.com/asgardeo/docs/guides/authentication/oidc/")
    .console("https://console.asgardeo.io/")
    .brand(Brand { color: "#24292F", icon_path: ICON })
    .known_scopes(&[
        ("openid", "Sign in"),
        ("profile", "Read name, user name, picture and profile page"),
        ("email", "Read the e-mail address"),
        ("phone", "Read the phone number"),
        ("address", "Read the postal address"),
        ("groups", "Read the groups of the person"),
    ])
    .revocation(Revocation::NotOffered { instead: "People end their sessions in the My Account portal" })
    .remedies(&[
        (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL to the Authorized redirect URLs, tab Protocol"),
        (ErrorKind::ClientRefused, "Copy client ID and client secret again, from the tab Protocol of the application"),
        (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
        (
            ErrorKind::MetadataInvalid,
            "Copy the issuer from the tab Info of the application; it ends with /oauth2/token",
        ),
        (ErrorKind::EmailMissing, "Request the attribute Email on the tab User Attributes of the application"),
    ]);

register!(ASGARDEO);

/// A disc.
const ICON: &str = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z";
