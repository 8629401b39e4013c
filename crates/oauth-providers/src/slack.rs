//! Slack, by "Sign in with Slack".
//!
//! An app is made at <https://api.slack.com/apps>. Under `OAuth & Permissions` it takes the redirect URL
//! `https://your.app/auth/slack/callback`, which must be `https`, and the user token scopes `openid`, `profile` and `email`; under Basic
//! Information are its client id and secret.

use oauth_core::{
    Brand, Claims, ClientAuthentication, ErrorKind, Membership, OPENID_SCOPES, ProviderSpec, Revocation, SuccessCheck,
    TokenReply, register,
};

/// Slack's API says `"ok": false` in replies of status 200.
const OK: SuccessCheck = SuccessCheck::member("ok").is(&["true"]).error_code("error");

/// Slack.
///
/// The account id is the id of a member of one workspace: a person is another member in another workspace. `OAUTH_SLACK_TEAM` lets in
/// the members of one workspace only: it is asked for in the request and checked in the ID token.
pub static SLACK: ProviderSpec = ProviderSpec::openid("slack", "https://slack.com")
    .display_name("Slack")
    .docs("https://docs.slack.dev/authentication/sign-in-with-slack")
    .console("https://api.slack.com/apps")
    .brand(Brand { color: "#4A154B", icon_path: "" })
    .authorize("https://slack.com/openid/connect/authorize")
    .token("https://slack.com/api/openid.connect.token")
    .jwks("https://slack.com/openid/connect/keys")
    .user_info("https://slack.com/api/openid.connect.userInfo")
    .client_authentication(ClientAuthentication::Body)
    .token_reply(TokenReply::standard().success(OK))
    .user_info_success(OK)
    .membership(Membership {
        setting: "TEAM",
        description: "the id of the workspace that people must belong to, such as `T0R7GR7NW`",
        param: "team",
        claim: "'https://slack.com/team_id'",
    })
    .known_scopes(OPENID_SCOPES)
    .claims(Claims::openid_basic().avatar_url("picture | 'https://slack.com/user_image_512'"))
    .revocation(Revocation::NotOffered {
        instead: "People withdraw access in Slack, under Apps > Connected accounts of the workspace",
    })
    .remedies(&[
        (ErrorKind::RedirectUriMismatch, "Add the callback URL, with https, under OAuth & Permissions > Redirect URLs"),
        (ErrorKind::ClientRefused, "Copy client ID and client secret again, from Basic Information of the app"),
        (ErrorKind::TokenRefused, "Sign in again; if it stays, check redirect URL, client ID and secret of the app"),
        (ErrorKind::UserInfoRefused, "Sign in again: the token was revoked, or the person left the workspace"),
        (ErrorKind::EmailMissing, "Ask for the scope email, and add it to the user token scopes of the app"),
    ]);

register!(SLACK);
