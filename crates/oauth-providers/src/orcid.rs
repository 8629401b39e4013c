//! ORCID, by its Public API or its Member API.
//!
//! A client of the Public API is registered at <https://orcid.org/developer-tools> by anybody with an ORCID iD, with the redirect URI
//! `https://your.app/auth/orcid/callback`.
//!
//! The token endpoint does not pass a PKCE verifier on, so PKCE is off: state and nonce tie the login to its browser.

use oauth_core::{
    Brand, Claims, ClientAuthentication, ErrorKind, Pkce, ProviderSpec, Revocation, SigningAlgorithm, register,
};

/// ORCID.
///
/// The account id is the ORCID iD, which is public and never changes. Names are those that the person made public, and there is no e-mail
/// address.
pub static ORCID: ProviderSpec = ProviderSpec::openid("orcid", "{base_url}")
    .base_url("https://orcid.org")
    .display_name("ORCID")
    .docs("https://info.orcid.org/documentation/api-tutorials/api-tutorial-get-and-authenticated-orcid-id/")
    .console("https://orcid.org/developer-tools")
    .brand(Brand { color: "#A6CE39", icon_path: ICON })
    .authorize("{base_url}/oauth/authorize")
    .token("{base_url}/oauth/token")
    .jwks("{base_url}/oauth/jwks")
    .user_info("{base_url}/oauth/userinfo")
    .id_token_algorithms(&[SigningAlgorithm::Rs256])
    .client_authentication(ClientAuthentication::Body)
    .pkce(Pkce::Unsupported)
    .scopes(&["openid"])
    .known_scopes(&[
        ("openid", "Sign in, and read the public name"),
        ("/read-limited", "Read what trusted parties may see; Member API only"),
        ("/activities/update", "Add and change works and affiliations; Member API only"),
    ])
    .claims(
        Claims::id("sub")
            .name("name")
            .first_name("given_name")
            .last_name("family_name")
            .profile_url("id | tmpl:https://orcid.org/{sub}"),
    )
    .revocation(Revocation::Endpoint("{base_url}/oauth/revoke"))
    .remedies(&[
        (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL, with https, to those of the client"),
        (ErrorKind::ClientRefused, "Copy Client ID and Client secret again, from Developer tools"),
        (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
        (ErrorKind::IdTokenInvalid, "A client of the sandbox needs BASE_URL https://sandbox.orcid.org"),
        (ErrorKind::UserInfoForbidden, "Sign in again: the token was withdrawn, or has not the scope openid"),
        (ErrorKind::EmailMissing, "ORCID gives no e-mail address: ask the person for one"),
    ]);

register!(ORCID);

/// simple-icons, CC0.
const ICON: &str = "M12 0C5.372 0 0 5.372 0 12s5.372 12 12 12 12-5.372 12-12S18.628 0 12 0zM7.369 4.378c.525 0 .947.431.947.947s-.422.947-.947.947a.95.95 0 0 1-.947-.947c0-.525.422-.947.947-.947zm-.722 3.038h1.444v10.041H6.647V7.416zm3.562 0h3.9c3.712 0 5.344 2.653 5.344 5.025 0 2.578-2.016 5.025-5.325 5.025h-3.919V7.416zm1.444 1.303v7.444h2.297c3.272 0 4.022-2.484 4.022-3.722 0-2.016-1.284-3.722-4.097-3.722h-2.222z";
