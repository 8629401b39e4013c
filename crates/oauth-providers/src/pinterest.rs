//! Pinterest.
//!
//! An app is made at <https://developers.pinterest.com/apps/>, with Connect app, which Pinterest reviews. Its page shows App id and App
//! secret key, and takes the redirect URI `https://your.app/auth/pinterest/callback`.

use oauth_core::{Brand, Claims, ClientAuthentication, ErrorKind, ProviderSpec, Revocation, TokenReply, register};

/// Pinterest.
///
/// The account id is a long number, as text. There are neither an e-mail address nor the name of a person: `business_name` names a
/// company.
pub static PINTEREST: ProviderSpec =
    ProviderSpec::oauth2("pinterest", "https://www.pinterest.com/oauth/", "https://api.pinterest.com/v5/oauth/token")
        .display_name("Pinterest")
        .docs("https://developers.pinterest.com/docs/getting-started/set-up-authentication-and-authorization/")
        .console("https://developers.pinterest.com/apps/")
        .brand(Brand { color: "#BD081C", icon_path: ICON })
        .scopes(&["user_accounts:read"])
        .scope_separator(",")
        .known_scopes(&[
            ("user_accounts:read", "Read the profile of the account"),
            ("boards:read", "Read public boards"),
            ("boards:read_secret", "Read secret boards"),
            ("pins:read", "Read public Pins"),
            ("pins:write", "Create, change and delete Pins"),
        ])
        .client_authentication(ClientAuthentication::Basic)
        // Apps from before September 2025 get refresh tokens of the newer kind only if they ask.
        .token_params(&[("continuous_refresh", "true")])
        .token_reply(TokenReply::standard().scope_separator(","))
        .user_info("https://api.pinterest.com/v5/user_account")
        .claims(
            Claims::id("id")
                .username("username")
                .avatar_url("profile_image")
                .profile_url("tmpl:https://www.pinterest.com/{username}/"),
        )
        .revocation(Revocation::NotOffered { instead: "People remove the app in their Pinterest settings" })
        .remedies(&[
            (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL to the redirect URIs of the app"),
            (ErrorKind::ClientRefused, "Copy App id and App secret key again, from the page of the app"),
            (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
            (ErrorKind::UserInfoUnauthorized, "Sign in again: the token has ended, or the person removed the app"),
            (
                ErrorKind::UserInfoForbidden,
                "Ask for the scope user_accounts:read, and see that the app has been approved",
            ),
            (ErrorKind::RateLimited, "Wait, or ask Pinterest for Standard access: trial access is limited by the day"),
            (ErrorKind::EmailMissing, "Pinterest gives no e-mail address: ask the person for one"),
        ]);

register!(PINTEREST);

/// simple-icons, CC0.
const ICON: &str = "M12.017 0C5.396 0 .029 5.367.029 11.987c0 5.079 3.158 9.417 7.618 11.162-.105-.949-.199-2.403.041-3.439.219-.937 1.406-5.957 1.406-5.957s-.359-.72-.359-1.781c0-1.663.967-2.911 2.168-2.911 1.024 0 1.518.769 1.518 1.688 0 1.029-.653 2.567-.992 3.992-.285 1.193.6 2.165 1.775 2.165 2.128 0 3.768-2.245 3.768-5.487 0-2.861-2.063-4.869-5.008-4.869-3.41 0-5.409 2.562-5.409 5.199 0 1.033.394 2.143.889 2.741.099.12.112.225.085.345-.09.375-.293 1.199-.334 1.363-.053.225-.172.271-.401.165-1.495-.69-2.433-2.878-2.433-4.646 0-3.776 2.748-7.252 7.92-7.252 4.158 0 7.392 2.967 7.392 6.923 0 4.135-2.607 7.462-6.233 7.462-1.214 0-2.354-.629-2.758-1.379l-.749 2.848c-.269 1.045-1.004 2.352-1.498 3.146 1.123.345 2.306.535 3.55.535 6.607 0 11.985-5.365 11.985-11.987C23.97 5.39 18.592.026 11.985.026L12.017 0z";
