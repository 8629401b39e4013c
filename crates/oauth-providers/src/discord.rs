//! Discord.
//!
//! An application is made at <https://discord.com/developers/applications>. Its page `OAuth2` has the client id and secret, and takes
//! the redirect `https://your.app/auth/discord/callback`.

use oauth_core::{Brand, Claims, ClientAuthentication, ErrorKind, ProviderSpec, Revocation, register};

/// Discord.
///
/// The account id is the snowflake. `username` is the unique handle without the discriminator of old; the name is the one that the
/// person chose to show, and absent if there is none.
pub static DISCORD: ProviderSpec =
    ProviderSpec::oauth2("discord", "https://discord.com/api/oauth2/authorize", "https://discord.com/api/oauth2/token")
        .display_name("Discord")
        .docs("https://discord.com/developers/docs/topics/oauth2")
        .console("https://discord.com/developers/applications")
        .brand(Brand { color: "#5865F2", icon_path: ICON })
        .scopes(&["identify", "email"])
        .known_scopes(&[
            ("identify", "Read the profile, without the e-mail address"),
            ("email", "Read the e-mail address"),
            ("connections", "Read linked accounts at other services"),
            ("guilds", "List the person's servers"),
            ("guilds.members.read", "Read the person's membership of a server"),
        ])
        .client_authentication(ClientAuthentication::Basic)
        .user_info("https://discord.com/api/users/@me")
        .claims(
            Claims::id("id")
                .email("email")
                .email_verified("verified")
                .username("username")
                .name("global_name")
                .avatar_url("tmpl:https://cdn.discordapp.com/avatars/{id}/{avatar}.png"),
        )
        .revocation(Revocation::Endpoint("https://discord.com/api/oauth2/token/revoke"))
        .remedies(&[
            (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL under OAuth2 > Redirects"),
            (ErrorKind::ClientRefused, "Copy the client id and reset the client secret, on the page OAuth2"),
            (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
            (ErrorKind::UserInfoUnauthorized, "Ask for the scope identify, then sign in again"),
            (ErrorKind::EmailMissing, "Ask for the scope email; an account made by telephone may have no address"),
        ]);

register!(DISCORD);

/// simple-icons, CC0.
const ICON: &str = "M20.317 4.3698a19.7913 19.7913 0 00-4.8851-1.5152.0741.0741 0 00-.0785.0371c-.211.3753-.4447.8648-.6083 1.2495-1.8447-.2762-3.68-.2762-5.4868 0-.1636-.3933-.4058-.8742-.6177-1.2495a.077.077 0 00-.0785-.037 19.7363 19.7363 0 00-4.8852 1.515.0699.0699 0 00-.0321.0277C.5334 9.0458-.319 13.5799.0992 18.0578a.0824.0824 0 00.0312.0561c2.0528 1.5076 4.0413 2.4228 5.9929 3.0294a.0777.0777 0 00.0842-.0276c.4616-.6304.8731-1.2952 1.226-1.9942a.076.076 0 00-.0416-.1057c-.6528-.2476-1.2743-.5495-1.8722-.8923a.077.077 0 01-.0076-.1277c.1258-.0943.2517-.1923.3718-.2914a.0743.0743 0 01.0776-.0105c3.9278 1.7933 8.18 1.7933 12.0614 0a.0739.0739 0 01.0785.0095c.1202.099.246.1981.3728.2924a.077.077 0 01-.0066.1276 12.2986 12.2986 0 01-1.873.8914.0766.0766 0 00-.0407.1067c.3604.698.7719 1.3628 1.225 1.9932a.076.076 0 00.0842.0286c1.961-.6067 3.9495-1.5219 6.0023-3.0294a.077.077 0 00.0313-.0552c.5004-5.177-.8382-9.6739-3.5485-13.6604a.061.061 0 00-.0312-.0286zM8.02 15.3312c-1.1825 0-2.1569-1.0857-2.1569-2.419 0-1.3332.9555-2.4189 2.157-2.4189 1.2108 0 2.1757 1.0952 2.1568 2.419 0 1.3332-.9555 2.4189-2.1569 2.4189zm7.9748 0c-1.1825 0-2.1569-1.0857-2.1569-2.419 0-1.3332.9554-2.4189 2.1569-2.4189 1.2108 0 2.1757 1.0952 2.1568 2.419 0 1.3332-.946 2.4189-2.1568 2.4189Z";
