//! Auth0.
//!
//! An application of the type "Regular Web Application" is made at <https://manage.auth0.com/>, under Applications > Applications. Its
//! page Settings has the domain, the client ID and the client secret, and takes `https://your.app/auth/auth0/callback` under Allowed
//! Callback URLs.
//!
//! `OAUTH_AUTH0_ISSUER` is `https://`, the domain of the tenant or a custom domain, and a slash: `https://acme.eu.auth0.com/`.

use oauth_core::{
    Brand, Claims, ClientAuthentication, ErrorKind, OAuthUserInfo, Provider, ProviderSpec, RawData, Result, Revocation,
    SigningAlgorithm, register,
};

/// Auth0.
///
/// The account id has the connection before it, as in `auth0|65f1c2d3` or `google-oauth2|1098765`: a person who signs in another way is
/// another account, unless the tenant links the two. Whether an address is verified is what the tenant or the connection says.
pub static AUTH0: Auth0 = Auth0;

register!(AUTH0);

/// The type of [`AUTH0`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Auth0;

static SPEC: ProviderSpec = ProviderSpec::openid_from_settings("auth0")
    .display_name("Auth0")
    .docs("https://auth0.com/docs/authenticate/protocols/openid-connect-protocol")
    .console("https://manage.auth0.com/")
    .brand(Brand { color: "#EB5424", icon_path: ICON })
    .id_token_algorithms(&[SigningAlgorithm::Rs256, SigningAlgorithm::Rs512, SigningAlgorithm::Ps256])
    .client_authentication(ClientAuthentication::Body)
    .known_scopes(&[
        ("openid", "Sign in"),
        ("profile", "Read name, nickname and picture"),
        ("email", "Read the e-mail address"),
        ("offline_access", "Get a refresh token"),
    ])
    .claims(Claims::openid().username("preferred_username | nickname"))
    .revocation(Revocation::NotOffered {
        instead: "An administrator withdraws access in the dashboard, on the page Authorized Applications of the user",
    })
    .remedies(&[
        (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL to Allowed Callback URLs of the application"),
        (ErrorKind::ClientRefused, "Copy id and secret again; the Authentication Method must be Client Secret (Post)"),
        (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
        (ErrorKind::MetadataInvalid, "ISSUER must end with a slash, as in https://acme.eu.auth0.com/"),
        (ErrorKind::IdTokenInvalid, "The JSON Web Token Signature Algorithm of the application must not be HS256"),
        (ErrorKind::EmailMissing, "Ask for the scope email; who signs in by telephone may have no address"),
    ]);

impl Provider for Auth0 {
    fn spec(&self) -> &ProviderSpec {
        &SPEC
    }

    /// Who never gave a name is named by the address or the telephone number that they sign in with.
    fn user_info(&self, user: &mut OAuthUserInfo, _raw: &RawData) -> Result<()> {
        user.first_name = user.first_name.take().filter(|name| !name.contains('@') && !name.starts_with('+'));
        Ok(())
    }
}

/// simple-icons, CC0.
const ICON: &str = "M21.98 7.448L19.62 0H4.347L2.02 7.448c-1.352 4.312.03 9.206 3.815 12.015L12.007 24l6.157-4.552c3.755-2.81 5.182-7.688 3.815-12.015l-6.16 4.58 2.343 7.45-6.157-4.597-6.158 4.58 2.358-7.433-6.188-4.55 7.63-.045L12.008 0l2.356 7.404 7.615.044z";
