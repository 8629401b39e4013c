//! Atlassian, the account of Jira, Confluence and Trello.
//!
//! An app is made at <https://developer.atlassian.com/console/myapps/> as "OAuth 2.0 integration". Under Authorization it takes the
//! callback URL `https://your.app/auth/atlassian/callback`; under Permissions it needs the User Identity API with the scope
//! `read:me`. Client id and secret are under Settings.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, Revocation, register};

/// Atlassian.
///
/// The account id is the same at every Atlassian site. The user name is the public name, which several people may have. Atlassian does
/// not document whether the address is verified.
pub static ATLASSIAN: ProviderSpec =
    ProviderSpec::oauth2("atlassian", "https://auth.atlassian.com/authorize", "https://auth.atlassian.com/oauth/token")
        .display_name("Atlassian")
        .docs("https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/")
        .console("https://developer.atlassian.com/console/myapps/")
        .brand(Brand { color: "#0052CC", icon_path: ICON })
        .authorize_params(&[("audience", "api.atlassian.com"), ("prompt", "consent")])
        .scopes(&["read:me"])
        .known_scopes(&[
            ("read:me", "Read the profile with the e-mail address"),
            ("offline_access", "Get a refresh token"),
            ("read:jira-user", "Read users of Jira"),
            ("read:jira-work", "Read projects and issues of Jira"),
            ("read:confluence-content.all", "Read the content of Confluence"),
        ])
        .user_info("https://api.atlassian.com/me")
        .claims(Claims::id("account_id").email("email").username("nickname").name("name").avatar_url("picture"))
        .revocation(Revocation::NotOffered {
            instead: "People withdraw access in the settings of their Atlassian account, under Connected apps",
        })
        .remedies(&[
            (ErrorKind::RedirectUriMismatch, "Set the callback URL under Authorization > OAuth 2.0 (3LO) of the app"),
            (ErrorKind::ClientRefused, "Copy client ID and secret again, from the page Settings of the app"),
            (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
            (ErrorKind::UserInfoUnauthorized, "Sign in again: the token has ended or was withdrawn"),
            (
                ErrorKind::UserInfoForbidden,
                "Add the User Identity API with read:me under Permissions, then sign in again",
            ),
            (ErrorKind::EmailMissing, "Ask for the scope read:me of the User Identity API"),
        ]);

register!(ATLASSIAN);

/// simple-icons, CC0.
const ICON: &str = "M7.12 11.084a.683.683 0 00-1.16.126L.075 22.974a.703.703 0 00.63 1.018h8.19a.678.678 0 00.63-.39c1.767-3.65.696-9.203-2.406-12.52zM11.434.386a15.515 15.515 0 00-.906 15.317l3.95 7.9a.703.703 0 00.628.388h8.19a.703.703 0 00.63-1.017L12.63.38a.664.664 0 00-1.196.006z";
