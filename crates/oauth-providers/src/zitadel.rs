//! ZITADEL, in its cloud or self-hosted.
//!
//! An application of the type Web is made in a project of the console, with the authentication method "Code" and the redirect URI
//! `https://your.app/auth/zitadel/callback`.
//!
//! ZITADEL issues ID tokens, but makes each out to all applications of the project and to the project itself. Such a token is to be
//! refused unless all of them are trusted (OpenID Connect Core section 3.1.3.7), so it is not used: the access token fetches the profile.

use oauth_core::{Brand, Claims, ClientAuthentication, ErrorKind, ProviderSpec, Revocation, Setting, register};

/// ZITADEL.
///
/// The account id is the number of the user, with all its digits. The user name is the login name, often of the form of an address, and
/// never taken for one. An address that is not verified comes without a flag.
///
/// It needs `OAUTH_ZITADEL_BASE_URL`, the root of the instance.
pub static ZITADEL: ProviderSpec =
    ProviderSpec::oauth2("zitadel", "{base_url}/oauth/v2/authorize", "{base_url}/oauth/v2/token")
        .display_name("ZITADEL")
        .docs("https://zitadel.com/docs/apis/openidoauth/endpoints")
        .console("https://zitadel.com/docs/guides/manage/console/applications")
        .brand(Brand { color: "#5469D4", icon_path: ICON })
        .settings(&[Setting { name: "BASE_URL", description: "root of the instance", required: true }])
        .scopes(&["openid", "profile", "email"])
        .known_scopes(&[
            ("openid", "Sign in"),
            ("profile", "Read name, login name and picture"),
            ("email", "Read the e-mail address"),
            ("phone", "Read the phone number"),
            ("offline_access", "Get a refresh token"),
            ("urn:zitadel:iam:user:resourceowner", "Read the organization of the person"),
            ("urn:zitadel:iam:org:projects:roles", "Read the roles of the person"),
        ])
        .client_authentication(ClientAuthentication::Basic)
        .user_info("{base_url}/oidc/v1/userinfo")
        .claims(Claims::openid())
        .revocation(Revocation::Endpoint("{base_url}/oauth/v2/revoke"))
        .remedies(&[
            (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL to the Redirect URIs of the application"),
            (ErrorKind::ClientRefused, "The authentication method must be Basic; generate the client secret anew"),
            (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
            (ErrorKind::UserInfoUnauthorized, "Sign in again: the token was revoked or has ended"),
            (ErrorKind::EmailMissing, "Ask for the scope email"),
        ]);

register!(ZITADEL);

/// A disc.
const ICON: &str = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z";
