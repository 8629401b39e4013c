//! Figma.
//!
//! An app is made at <https://www.figma.com/developers/apps>, with the redirect URL `https://your.app/auth/figma/callback` and the scope
//! `current_user:read`. Its client secret is shown once.

use oauth_core::{Brand, Claims, ClientAuthentication, ErrorKind, ProviderSpec, Revocation, register};

/// Figma.
///
/// The account id is a long number, as text. Figma calls the name `handle`; it is not unique, and there is no user name. It does
/// not say whether the address is verified.
pub static FIGMA: ProviderSpec =
    ProviderSpec::oauth2("figma", "https://www.figma.com/oauth", "https://api.figma.com/v1/oauth/token")
        .refresh("https://api.figma.com/v1/oauth/refresh")
        .display_name("Figma")
        .docs("https://developers.figma.com/docs/rest-api/authentication/")
        .console("https://www.figma.com/developers/apps")
        .brand(Brand { color: "#F24E1E", icon_path: ICON })
        .scopes(&["current_user:read"])
        .known_scopes(&[
            ("current_user:read", "Read name, e-mail address and picture"),
            ("file_content:read", "Read the content of files"),
            ("file_metadata:read", "Read names and versions of files"),
            ("file_comments:read", "Read comments"),
            ("file_comments:write", "Write comments and reactions"),
        ])
        .client_authentication(ClientAuthentication::Basic)
        .user_info("https://api.figma.com/v1/me")
        .claims(Claims::id("id").email("email").name("handle").avatar_url("img_url"))
        .revocation(Revocation::NotOffered { instead: "People withdraw access in the settings of their Figma account" })
        .remedies(&[
            (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL to the redirect URLs of the app"),
            (ErrorKind::ClientRefused, "Copy the client ID, and make a new client secret, on the page of the app"),
            (ErrorKind::TokenRefused, "Sign in again: a code works once; if it stays, make a new client secret"),
            (ErrorKind::UserInfoForbidden, "Ask for the scope current_user:read, and tick it on the app"),
            (ErrorKind::EmailMissing, "Ask for the scope current_user:read"),
        ]);

register!(FIGMA);

/// simple-icons, CC0.
const ICON: &str = "M15.852 8.981h-4.588V0h4.588c2.476 0 4.49 2.014 4.49 4.49s-2.014 4.491-4.49 4.491zM12.735 7.51h3.117c1.665 0 3.019-1.355 3.019-3.019s-1.355-3.019-3.019-3.019h-3.117V7.51zm0 1.471H8.148c-2.476 0-4.49-2.014-4.49-4.49S5.672 0 8.148 0h4.588v8.981zm-4.587-7.51c-1.665 0-3.019 1.355-3.019 3.019s1.354 3.02 3.019 3.02h3.117V1.471H8.148zm4.587 15.019H8.148c-2.476 0-4.49-2.014-4.49-4.49s2.014-4.49 4.49-4.49h4.588v8.98zM8.148 8.981c-1.665 0-3.019 1.355-3.019 3.019s1.355 3.019 3.019 3.019h3.117V8.981H8.148zM8.172 24c-2.489 0-4.515-2.014-4.515-4.49s2.014-4.49 4.49-4.49h4.588v4.441c0 2.503-2.047 4.539-4.563 4.539zm-.024-7.51a3.023 3.023 0 0 0-3.019 3.019c0 1.665 1.365 3.019 3.044 3.019 1.705 0 3.093-1.376 3.093-3.068v-2.97H8.148zm7.704 0h-.098c-2.476 0-4.49-2.014-4.49-4.49s2.014-4.49 4.49-4.49h.098c2.476 0 4.49 2.014 4.49 4.49s-2.014 4.49-4.49 4.49zm-.097-7.509c-1.665 0-3.019 1.355-3.019 3.019s1.355 3.019 3.019 3.019h.098c1.665 0 3.019-1.355 3.019-3.019s-1.355-3.019-3.019-3.019h-.098z";
