//! Clerk.
//!
//! An OAuth application is added at <https://dashboard.clerk.com/>, on the page OAuth applications, with the scopes `openid`, `profile`
//! and `email` and the redirect URI `https://your.app/auth/clerk/callback`. Its client secret is shown once.
//!
//! `OAUTH_CLERK_ISSUER` is the Frontend API URL of the instance: `https://clerk.acme.example`.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, Revocation, SigningAlgorithm, register};

/// Clerk.
///
/// The account id is the id of the Clerk user in one instance. The address is the primary one, with a flag of its own.
pub static CLERK: ProviderSpec = ProviderSpec::openid_from_settings("clerk")
    .display_name("Clerk")
    .docs("https://clerk.com/docs/guides/configure/auth-strategies/oauth/single-sign-on")
    .console("https://dashboard.clerk.com/")
    .brand(Brand { color: "#6C47FF", icon_path: ICON })
    .id_token_algorithms(&[SigningAlgorithm::Rs256])
    .known_scopes(&[
        ("openid", "Sign in"),
        ("profile", "Read name, user name and picture"),
        ("email", "Read the primary e-mail address"),
        ("public_metadata", "Read the public and the unsafe metadata of the user"),
        ("private_metadata", "Read the private metadata of the user"),
        ("user:org:read", "Read the organization that the person chooses"),
        ("offline_access", "Get a refresh token"),
    ])
    .claims(Claims::openid_basic().username("preferred_username"))
    .revocation(Revocation::NotOffered { instead: "An access token ends after a day" })
    .remedies(&[
        (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL to the Redirect URIs of the OAuth application"),
        (ErrorKind::ClientRefused, "Copy the Client ID again and make a new Client Secret, in the OAuth application"),
        (ErrorKind::InvalidGrant, "The code lives ten minutes and works once: sign in again"),
        (ErrorKind::MetadataInvalid, "ISSUER must be the Frontend API URL of the page API keys, without a slash"),
        (ErrorKind::EmailMissing, "Select the scope email in the OAuth application; a user may have no address"),
    ]);

register!(CLERK);

/// simple-icons, CC0.
const ICON: &str = "m21.47 20.829-2.881-2.881a.572.572 0 0 0-.7-.084 6.854 6.854 0 0 1-7.081 0 .576.576 0 0 0-.7.084l-2.881 2.881a.576.576 0 0 0-.103.69.57.57 0 0 0 .166.186 12 12 0 0 0 14.113 0 .58.58 0 0 0 .239-.423.576.576 0 0 0-.172-.453Zm.002-17.668-2.88 2.88a.569.569 0 0 1-.701.084A6.857 6.857 0 0 0 8.724 8.08a6.862 6.862 0 0 0-1.222 3.692 6.86 6.86 0 0 0 .978 3.764.573.573 0 0 1-.083.699l-2.881 2.88a.567.567 0 0 1-.864-.063A11.993 11.993 0 0 1 6.771 2.7a11.99 11.99 0 0 1 14.637-.405.566.566 0 0 1 .232.418.57.57 0 0 1-.168.448Zm-7.118 12.261a3.427 3.427 0 1 0 0-6.854 3.427 3.427 0 0 0 0 6.854Z";
