//! Salesforce.
//!
//! An external client app is made in Setup > External Client App Manager, with OAuth enabled, the callback URL
//! `https://your.app/auth/salesforce/callback` and the scopes of `openid` and of the identity URL service.
//!
//! `OAUTH_SALESFORCE_BASE_URL` is the organization's My Domain, such as `https://acme.my.salesforce.com`, the address of a sandbox, or
//! that of an Experience Cloud site.

use oauth_core::{
    Brand, Claims, ClientAuthentication, ErrorKind, ProviderSpec, Revocation, SigningAlgorithm, register,
};

/// Salesforce.
///
/// The account id is the subject, an address that names organization and person: `user_id` alone is no key, for a sandbox has the
/// users of the organization that it was copied from. The user name looks like an address and is never taken for one. Pictures load only
/// with an access token, so there is none here.
pub static SALESFORCE: ProviderSpec = ProviderSpec::openid("salesforce", "{base_url}")
    .base_url("https://login.salesforce.com")
    .display_name("Salesforce")
    .docs("https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_web_server_flow.htm")
    .console("https://login.salesforce.com/")
    .brand(Brand { color: "#00A1E0", icon_path: ICON })
    .authorize("{base_url}/services/oauth2/authorize")
    .token("{base_url}/services/oauth2/token")
    .jwks("{base_url}/id/keys")
    .user_info("{base_url}/services/oauth2/userinfo")
    .id_token_algorithms(&[SigningAlgorithm::Rs256])
    .client_authentication(ClientAuthentication::Body)
    .known_scopes(&[
        ("openid", "Sign in"),
        ("profile", "Read name, user name and profile page"),
        ("email", "Read the e-mail address"),
        ("refresh_token", "Get a refresh token"),
        ("api", "Use the REST API as the person"),
    ])
    .claims(
        Claims::id("sub")
            .email("email")
            .email_verified("email_verified")
            .username("preferred_username")
            .name("name")
            .first_name("given_name")
            .last_name("family_name")
            .profile_url("profile"),
    )
    .revocation(Revocation::Endpoint("{base_url}/services/oauth2/revoke"))
    .remedies(&[
        (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL to the OAuth settings of the app"),
        (ErrorKind::ClientRefused, "Copy Consumer Key and Consumer Secret again, from the OAuth settings"),
        (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
        (ErrorKind::IdTokenInvalid, "BASE_URL must be where people sign in: My Domain, a sandbox or a site"),
        (ErrorKind::UserInfoForbidden, "Sign in again; if it stays, add the identity URL scopes to the app"),
        (ErrorKind::EmailMissing, "Ask for the scope email, and add the identity URL scopes to the app"),
    ]);

register!(SALESFORCE);

/// simple-icons, CC0.
const ICON: &str = "M10.006 5.415a4.195 4.195 0 013.045-1.306c1.56 0 2.954.9 3.69 2.205.63-.3 1.35-.45 2.1-.45 2.85 0 5.159 2.34 5.159 5.22s-2.31 5.22-5.176 5.22c-.345 0-.69-.044-1.02-.104a3.75 3.75 0 01-3.3 1.95c-.6 0-1.155-.15-1.65-.375A4.314 4.314 0 018.88 20.4a4.302 4.302 0 01-4.05-2.82c-.27.062-.54.076-.825.076-2.204 0-4.005-1.8-4.005-4.05 0-1.5.811-2.805 2.01-3.51-.255-.57-.39-1.2-.39-1.846 0-2.58 2.1-4.65 4.65-4.65 1.53 0 2.85.705 3.72 1.8";
