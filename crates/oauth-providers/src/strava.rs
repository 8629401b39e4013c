//! Strava.
//!
//! An application is made at <https://www.strava.com/settings/api>, which takes a Strava subscription. It has no list of callback URLs but
//! one "Authorization Callback Domain", such as `your.app`; `localhost` is always allowed. The same page shows its id and secret.

use oauth_core::{
    Brand, Claims, ClientAuthentication, ErrorKind, ProviderSpec, Revocation, RevocationRequest, TokenPlacement,
    TokenReply, register,
};

/// Strava.
///
/// The account id is the number of the athlete. There is no e-mail address: Strava took it out of its API in 2019.
pub static STRAVA: ProviderSpec =
    ProviderSpec::oauth2("strava", "https://www.strava.com/oauth/authorize", "https://www.strava.com/oauth/token")
        .display_name("Strava")
        .docs("https://developers.strava.com/docs/authentication/")
        .console("https://www.strava.com/settings/api")
        .brand(Brand { color: "#FC4C02", icon_path: ICON })
        .scopes(&["read"])
        .scope_separator(",")
        .known_scopes(&[
            ("read", "Read the public profile, public segments and routes"),
            ("profile:read_all", "Read the whole profile, whoever may see it"),
            ("activity:read", "Read activities that everybody or followers may see"),
            ("activity:read_all", "Read all activities"),
            ("activity:write", "Upload activities"),
        ])
        .token_reply(TokenReply::standard().scope_separator(","))
        .user_info("https://www.strava.com/api/v3/athlete")
        .claims(
            Claims::id("id")
                .username("username")
                .first_name("firstname")
                .last_name("lastname")
                .avatar_url("profile")
                .profile_url("tmpl:https://www.strava.com/athletes/{id}"),
        )
        .revocation(Revocation::Request(
            RevocationRequest::post("https://www.strava.com/oauth/revoke", TokenPlacement::Form("token"))
                .client(ClientAuthentication::Basic),
        ))
        .remedies(&[
            (ErrorKind::TokenRefused, "Sign in again; if it stays, copy Client ID and Client Secret again"),
            (ErrorKind::UserInfoUnauthorized, "Sign in again: the person withdrew the access, or unticked it"),
            (ErrorKind::UserInfoForbidden, "Let in more athletes: a new application serves nobody but its owner"),
            (ErrorKind::RateLimited, "Wait for the next quarter of an hour, or for midnight UTC"),
            (ErrorKind::EmailMissing, "Strava gives no e-mail address: ask the person for one"),
        ]);

register!(STRAVA);

/// simple-icons, CC0.
const ICON: &str = "M15.387 17.944l-2.089-4.116h-3.065L15.387 24l5.15-10.172h-3.066m-7.008-5.599l2.836 5.598h4.172L10.463 0l-7 13.828h4.169";
