//! GitLab, on gitlab.com or self-managed.
//!
//! An application is added under User settings > Applications, or for a group or a whole instance, with the redirect URI
//! `https://your.app/auth/gitlab/callback`, "Confidential" ticked and the scopes `openid`, `profile` and `email`.
//!
//! `OAUTH_GITLAB_BASE_URL` is the `external_url` of a self-managed instance, with its path if it has one.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, Revocation, register};

/// GitLab.
///
/// The account id is the number that survives a rename. The e-mail address is verified if GitLab says so: an address counts
/// there once its owner followed the confirmation link.
pub static GITLAB: ProviderSpec = ProviderSpec::openid("gitlab", "{base_url}")
    .base_url("https://gitlab.com")
    .display_name("GitLab")
    .docs("https://docs.gitlab.com/integration/openid_connect_provider/")
    .console("https://gitlab.com/-/user_settings/applications")
    .brand(Brand { color: "#FC6D26", icon_path: ICON })
    .authorize("{base_url}/oauth/authorize")
    .token("{base_url}/oauth/token")
    .jwks("{base_url}/oauth/discovery/keys")
    .user_info("{base_url}/oauth/userinfo")
    .revocation(Revocation::Endpoint("{base_url}/oauth/revoke"))
    .known_scopes(&[
        ("openid", "Sign in"),
        ("profile", "Read name, user name, picture and profile page"),
        ("email", "Read the primary e-mail address"),
        ("read_user", "Read the whole profile by the API"),
        ("read_api", "Read everything by the API"),
        ("api", "Read and write everything by the API"),
        ("read_repository", "Read private repositories by Git over HTTPS"),
        ("write_repository", "Write to private repositories by Git over HTTPS"),
    ])
    .claims(Claims::openid().username("preferred_username | nickname"))
    .remedies(&[
        (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL to the redirect URIs of the application"),
        (ErrorKind::ClientRefused, "Copy the application ID and renew the secret, on the page of the application"),
        (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
        (ErrorKind::IdTokenInvalid, "BASE_URL must be exactly the external_url of the instance"),
        (ErrorKind::UserInfoForbidden, "Tick the scopes openid, profile and email of the application"),
        (ErrorKind::EmailMissing, "Tick the scope email of the application"),
    ]);

register!(GITLAB);

/// simple-icons, CC0.
const ICON: &str = "m23.6004 9.5927-.0337-.0862L20.3.9814a.851.851 0 0 0-.3362-.405.8748.8748 0 0 0-.9997.0539.8748.8748 0 0 0-.29.4399l-2.2055 6.748H7.5375l-2.2057-6.748a.8573.8573 0 0 0-.29-.4412.8748.8748 0 0 0-.9997-.0537.8585.8585 0 0 0-.3362.4049L.4332 9.5015l-.0325.0862a6.0657 6.0657 0 0 0 2.0119 7.0105l.0113.0087.03.0213 4.976 3.7264 2.462 1.8633 1.4995 1.1321a1.0085 1.0085 0 0 0 1.2197 0l1.4995-1.1321 2.4619-1.8633 5.006-3.7489.0125-.01a6.0682 6.0682 0 0 0 2.0094-7.003z";
