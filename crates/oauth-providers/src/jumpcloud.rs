//! JumpCloud.
//!
//! An application is added in the Admin Portal under SSO Applications > Add New Application > Custom Application, as "Configure SSO with
//! OIDC": the redirect URI `https://your.app/auth/jumpcloud/callback`, the client authentication type Client Secret Basic, and under
//! Attribute Mapping the standard scopes Email and Profile.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, Revocation, register};

/// JumpCloud.
///
/// The account id is the id of the JumpCloud user. Whether an address is verified is what the attribute mapping of the application says,
/// as a text. An address of a picture that is none, such as `none`, is left out.
pub static JUMPCLOUD: ProviderSpec = ProviderSpec::openid("jumpcloud", "{base_url}/")
    .base_url("https://oauth.id.jumpcloud.com")
    .display_name("JumpCloud")
    .docs("https://jumpcloud.com/support/sso-with-oidc")
    .console("https://console.jumpcloud.com/")
    .brand(Brand { color: "#24292F", icon_path: ICON })
    .authorize("{base_url}/oauth2/auth")
    .token("{base_url}/oauth2/token")
    .jwks("{base_url}/.well-known/jwks.json")
    .user_info("{base_url}/userinfo")
    .known_scopes(&[
        ("openid", "Sign in"),
        ("profile", "Read the name"),
        ("email", "Read the e-mail address"),
        ("offline_access", "Get a refresh token"),
    ])
    .claims(Claims::openid_basic().username("preferred_username").lenient_flags())
    .revocation(Revocation::NotOffered {
        instead: "An administrator takes the application away from the user's groups",
    })
    .remedies(&[
        (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL to the Redirect URIs of the tab SSO"),
        (ErrorKind::ClientRefused, "Regenerate the secret; the Client Authentication Type must be Client Secret Basic"),
        (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
        (ErrorKind::IdTokenInvalid, "BASE_URL must be that of the region of your organization"),
        (ErrorKind::EmailMissing, "Tick the standard scope Email under Attribute Mapping of the tab SSO"),
    ]);

register!(JUMPCLOUD);

/// A disc.
const ICON: &str = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z";
