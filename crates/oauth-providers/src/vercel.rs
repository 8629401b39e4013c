//! Vercel, by "Sign in with Vercel".
//!
//! An App is made in the settings of a team, under Apps > Create. Its Manage page has the client ID, generates a client secret, and takes
//! the authorization callback URL `https://your.app/auth/vercel/callback`; its page Permissions enables the scopes.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, Revocation, SigningAlgorithm, register};

/// Vercel.
///
/// The account id is the subject. Vercel has no flag that says whether an address is verified.
pub static VERCEL: ProviderSpec = ProviderSpec::openid("vercel", "https://vercel.com")
    .display_name("Vercel")
    .docs("https://vercel.com/docs/sign-in-with-vercel/authorization-server-api")
    .console("https://vercel.com/dashboard")
    .brand(Brand { color: "#000000", icon_path: ICON })
    .authorize("https://vercel.com/oauth/authorize")
    .token("https://api.vercel.com/login/oauth/token")
    .jwks("https://vercel.com/.well-known/jwks")
    .user_info("https://api.vercel.com/login/oauth/userinfo")
    .id_token_algorithms(&[SigningAlgorithm::Rs256])
    .known_scopes(&[
        ("openid", "Sign in"),
        ("profile", "Read name, user name and picture"),
        ("email", "Read the e-mail address"),
        ("offline_access", "Get a refresh token"),
    ])
    .claims(Claims::id("sub").email("email").username("preferred_username").name("name").avatar_url("picture"))
    .revocation(Revocation::Endpoint("https://api.vercel.com/login/oauth/token/revoke"))
    .remedies(&[
        (ErrorKind::RedirectUriMismatch, "Add exactly this URL to the Authorization Callback URLs of the App"),
        (ErrorKind::ClientRefused, "Generate a new client secret, and allow client_secret_basic for the App"),
        (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
        (ErrorKind::IdTokenInvalid, "Enable the scope openid on the page Permissions of the App"),
        (
            ErrorKind::EmailMissing,
            "Enable the scope email on the page Permissions of the App: Vercel drops it silently",
        ),
    ]);

register!(VERCEL);

/// simple-icons, CC0.
const ICON: &str = "m12 1.608 12 20.784H0Z";
