//! Cloud Foundry, its User Account and Authentication server (UAA).
//!
//! A client is made with `uaa create-client`: grant type `authorization_code`, the scope `openid` and the redirect URI
//! `https://your.app/auth/cloudfoundry/callback`.
//!
//! `OAUTH_CLOUDFOUNDRY_ISSUER` is the issuer that the server's metadata names: `https://uaa.sys.example.com/oauth/token`.

use oauth_core::{
    Brand, Claims, ClientAuthentication, EmailVerified, ErrorKind, OAuthUserInfo, Provider, ProviderSpec, RawData,
    Result, Revocation, SigningAlgorithm, register,
};

/// Cloud Foundry.
///
/// The account id is the id of the user in one identity zone. The user name is often of the form of an address, and never taken for one.
/// The flag is what the server has of the account: an administrator may have set it.
pub static CLOUDFOUNDRY: CloudFoundry = CloudFoundry;

register!(CLOUDFOUNDRY);

/// The type of [`CLOUDFOUNDRY`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CloudFoundry;

static SPEC: ProviderSpec = ProviderSpec::openid_from_settings("cloudfoundry")
    .display_name("Cloud Foundry")
    .docs("https://docs.cloudfoundry.org/api/uaa/")
    .console("https://docs.cloudfoundry.org/uaa/uaa-user-management.html")
    .brand(Brand { color: "#0C9ED5", icon_path: ICON })
    .id_token_algorithms(&[SigningAlgorithm::Rs256])
    .client_authentication(ClientAuthentication::Body)
    .scopes(&["openid"])
    .known_scopes(&[
        ("openid", "Sign in; read name, user name and e-mail address"),
        ("profile", "Put the name into the ID token too"),
        ("roles", "Read the groups that the identity provider told"),
        ("user_attributes", "Read the attributes that the identity provider told"),
    ])
    .claims(
        Claims::id("sub")
            .email("email")
            .email_verified("email_verified")
            .username("user_name")
            .first_name("given_name")
            .last_name("family_name"),
    )
    .revocation(Revocation::NotOffered { instead: "People withdraw access on their account page" })
    .remedies(&[
        (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL to the redirect_uri of the client"),
        (ErrorKind::ClientRefused, "Set a new secret for the client, and copy it"),
        (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
        (
            ErrorKind::MetadataInvalid,
            "ISSUER is what the metadata of the server has as issuer; it ends with /oauth/token",
        ),
        (ErrorKind::IdTokenInvalid, "The server must sign with an RSA key, not with a shared secret"),
    ]);

impl Provider for CloudFoundry {
    fn spec(&self) -> &ProviderSpec {
        &SPEC
    }

    /// To whom a directory gives no address, the server gives one that it makes up: `jane@user.from.ldap.cf`, or one below the top level
    /// `invalid`, which has no addresses (RFC 2606 section 2).
    fn user_info(&self, user: &mut OAuthUserInfo, _raw: &RawData) -> Result<()> {
        if user.email.as_deref().is_some_and(is_made_up) {
            user.email = None;
            user.email_verified = EmailVerified::NotStated;
        }
        Ok(())
    }
}

fn is_made_up(address: &str) -> bool {
    let domain = address.rsplit('@').next().unwrap_or_default().to_ascii_lowercase();
    match domain.rsplit('.').next() {
        Some("invalid") => true,
        Some("cf") => domain.starts_with("user.from."),
        _ => false,
    }
}

/// simple-icons, CC0.
const ICON: &str = "M12.854 13.537c-.048 1.79.074 3.862.149 4.917.96.136 1.633.456 1.633.83 0 .497-1.193 1.07-2.665 1.07s-2.665-.573-2.665-1.07c0-.374.673-.694 1.633-.83.075-1.055.197-3.127.15-4.917-.044-1.613-.779-3.091-1.676-3.821-.725-.59-1.174-1.427-1.166-2.354.016-1.765 1.683-3.186 3.724-3.186s3.708 1.42 3.723 3.186c.008.927-.44 1.763-1.165 2.354-.897.73-1.632 2.208-1.675 3.821zm6.214 6.596c.287-.115.612-.177.951-.19-.007-.24-.166-.672-.303-.877-.56-.1-1.276-.313-1.658-.682a.48.48 0 0 1-.186-.41c.026-.146.133-.253.278-.329a8.115 8.115 0 0 0-1.08-.515 4.6 4.6 0 0 1-1.697-.124c-.303-.09-.764-.24-.82-.549-.16-.03-.54-.083-.766-.112a4.048 4.048 0 0 0-.07.31.815.815 0 0 0 .56.956c1 .291 1.756.77 1.974 1.359.44 1.19-1.413 2.353-4.231 2.353-2.82 0-4.673-1.163-4.233-2.353.213-.574.94-1.044 1.903-1.337a.863.863 0 0 0 .589-1.005l-.06-.283c-.291.03-.779.101-1.031.148-.019.313-.476.466-.76.564a4.65 4.65 0 0 1-1.708.147 7.82 7.82 0 0 0-1.052.535c.544.23.316.736-.09.97-.407.253-.842.409-1.38.51-.051.088-.111.298-.163.438-.016.136-.063.367-.053.459.645.02 1.268.152 1.62.605.281.508-.024.976-.51 1.364.392.316.986.673 1.45.868a4.82 4.82 0 0 1 2.715-.269c.718.16 1.506.581 1.742 1.289.635.042 1.895.04 2.528-.041.182-.731.907-1.147 1.606-1.326a4.803 4.803 0 0 1 2.712.193c.356-.18 1.03-.602 1.306-.9-.474-.358-.873-.794-.63-1.325.085-.19.301-.33.547-.44zm-9.54-5.848s.418-1.586-1.4-3.632A4.99 4.99 0 0 1 6.88 7.346a5.05 5.05 0 0 1 5.047-5.04c2.822-.065 5.168 2.218 5.164 5.04a4.984 4.984 0 0 1-1.248 3.306c-1.614 1.616-1.4 3.633-1.4 3.633a7.352 7.352 0 0 0 4.956-6.898c.035-4.021-3.39-7.47-7.414-7.385-4.027-.083-7.447 3.364-7.413 7.385a7.352 7.352 0 0 0 4.956 6.898z";
