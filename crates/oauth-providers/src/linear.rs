//! Linear.
//!
//! An application is made at <https://linear.app/settings/api/applications/new>, in a workspace of which you are an admin, with the
//! callback URL `https://your.app/auth/linear/callback`.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, Revocation, SuccessCheck, register};

/// Linear.
///
/// The account id is the id of a member of one workspace: a person is another member in another workspace, which the raw data names under
/// `organization`. Linear does not say whether the address is verified.
pub static LINEAR: ProviderSpec =
    ProviderSpec::oauth2("linear", "https://linear.app/oauth/authorize", "https://api.linear.app/oauth/token")
        .display_name("Linear")
        .docs("https://linear.app/developers/oauth-2-0-authentication")
        .console("https://linear.app/settings/api/applications/new")
        .brand(Brand { color: "#5E6AD2", icon_path: ICON })
        .scopes(&["read"])
        .scope_separator(",")
        .known_scopes(&[
            ("read", "Read what the person can read; always granted"),
            ("write", "Write what the person can write"),
            ("issues:create", "Make issues"),
            ("comments:create", "Make comments"),
            ("timeSchedule:write", "Make and change time schedules"),
            ("admin", "Administer the workspace"),
        ])
        .user_info("https://api.linear.app/graphql")
        .user_info_json(
            r#"{"query":"{ viewer { id email displayName name avatarUrl url organization { id urlKey name } } }"}"#,
        )
        .user_info_success(SuccessCheck::member("errors").absent_or(&["null"]).error_code("errors[0].extensions.code"))
        .claims(
            Claims::id("data.viewer.id")
                .email("data.viewer.email")
                .username("data.viewer.displayName")
                .name("data.viewer.name")
                .avatar_url("data.viewer.avatarUrl")
                .profile_url("data.viewer.url"),
        )
        .revocation(Revocation::Endpoint("https://api.linear.app/oauth/revoke"))
        .remedies(&[
            (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL to the callback URLs of the application"),
            (ErrorKind::ClientRefused, "Copy client ID and client secret again, from the page of the application"),
            (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
            (ErrorKind::UserInfoUnauthorized, "Sign in again: the token has ended after a day, or was revoked"),
            (ErrorKind::UserInfoRefused, "Sign in again; the log has the error code of Linear's API"),
        ]);

register!(LINEAR);

/// simple-icons, CC0.
const ICON: &str = "M2.886 4.18A11.982 11.982 0 0 1 11.99 0C18.624 0 24 5.376 24 12.009c0 3.64-1.62 6.903-4.18 9.105L2.887 4.18ZM1.817 5.626l16.556 16.556c-.524.33-1.075.62-1.65.866L.951 7.277c.247-.575.537-1.126.866-1.65ZM.322 9.163l14.515 14.515c-.71.172-1.443.282-2.195.322L0 11.358a12 12 0 0 1 .322-2.195Zm-.17 4.862 9.823 9.824a12.02 12.02 0 0 1-9.824-9.824Z";
