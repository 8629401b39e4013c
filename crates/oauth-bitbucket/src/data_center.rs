//! Bitbucket Data Center, from version 7.20 on.
//!
//! Plain OAuth 2.0 with PKCE. There is no endpoint that says who a token belongs to: every reply says it in two headers. The
//! rest of the profile is asked for by the user's slug, which is made from the name and need not be equal to it.

use oauth_core::{
    Brand, Claims, EmailVerified, ErrorKind, ExtraCall, HttpRequest, OAuthToken, OAuthUserInfo, Provider, ProviderSpec,
    RawData, Result, Revocation, Setting, Settings, UserInfoSource, register,
};
use percent_encoding::percent_decode_str;
use serde_json::Value;
use url::Url;

use crate::ICON;

/// Bitbucket Data Center.
///
/// The account id is the number of the user on this instance: it survives a rename. The e-mail address is the one of the instance's
/// user directory, and nothing says whether anybody verified it.
///
/// It needs `OAUTH_BITBUCKET_DATA_CENTER_BASE_URL`, the root of the instance.
pub static BITBUCKET_DATA_CENTER: DataCenter = DataCenter;

register!(BITBUCKET_DATA_CENTER);

/// The type of [`BITBUCKET_DATA_CENTER`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct DataCenter;

static SPEC: ProviderSpec = ProviderSpec::oauth2(
    "bitbucket-data-center",
    "{base_url}/rest/oauth2/latest/authorize",
    "{base_url}/rest/oauth2/latest/token",
)
.display_name("Bitbucket Data Center")
.docs("https://confluence.atlassian.com/bitbucketserver/bitbucket-oauth-2-0-provider-api-1108483661.html")
.console("https://confluence.atlassian.com/bitbucketserver/configure-an-incoming-link-1108483657.html")
.brand(Brand { color: "#0052CC", icon_path: ICON })
.settings(&[Setting { name: "BASE_URL", description: "root of the instance", required: true }])
.scopes(&["PUBLIC_REPOS"])
.known_scopes(&[
    ("PUBLIC_REPOS", "Read public repositories; enough to sign in"),
    ("REPO_READ", "Read repositories"),
    ("REPO_WRITE", "Write to repositories"),
    ("REPO_ADMIN", "Administer repositories"),
    ("ACCOUNT_WRITE", "Change the account"),
    ("PROJECT_ADMIN", "Administer projects"),
    ("ADMIN_WRITE", "Administer the instance, its system settings aside"),
    ("SYSTEM_ADMIN", "Administer the instance"),
])
.user_info("{base_url}/rest/api/latest/application-properties")
.user_info_source(UserInfoSource::Headers(&["x-auserid", "x-ausername"]))
.calls(&[
    ExtraCall::get("user", "{base_url}/rest/api/latest/users/{userinfo:x-ausername}?avatarSize=96").optional_on(&[404])
])
.claims(
    Claims::id("x-auserid")
        .email("@user.emailAddress")
        .username("@user.name | x-ausername")
        .name("@user.displayName")
        .avatar_url("@user.avatarUrl")
        .profile_url("@user.links.self[0].href"),
)
.revocation(Revocation::NotOffered { instead: "People withdraw access in Manage account > Authorized applications" })
.remedies(&[
    (ErrorKind::RedirectUriMismatch, "The redirect URL of the incoming link must be the callback URL, with https"),
    (ErrorKind::ClientRefused, "Copy client id and client secret of the incoming application link again"),
    (
        ErrorKind::InvalidGrant,
        "The code or refresh token has been used, or has ended, a code after seconds: sign in again",
    ),
    (ErrorKind::UserInfoInvalid, "A proxy before the instance must let the headers X-AUSERID and X-AUSERNAME through"),
    (ErrorKind::EmailMissing, "The user needs an address in the directory, and a slug that is made of the user name"),
]);

impl Provider for DataCenter {
    fn spec(&self) -> &ProviderSpec {
        &SPEC
    }

    /// Names in URLs are slugs: lower case, and `_` for what is not plain.
    fn user_info_request(&self, request: &mut HttpRequest, _token: &OAuthToken, _settings: &Settings) -> Result<()> {
        let Some((users, name)) = request.url.path().split_once("/rest/api/latest/users/") else { return Ok(()) };
        let slug = slug(&percent_decode_str(name).decode_utf8_lossy());
        let path = format!("{users}/rest/api/latest/users/{slug}");
        request.url.set_path(&path);
        Ok(())
    }

    /// A slug may be somebody else's: two names can make the same one. What the headers say is certain.
    fn user_info(&self, user: &mut OAuthUserInfo, raw: &RawData) -> Result<()> {
        let found = raw.call("user").next().and_then(|reply| serde_json::from_str::<Value>(reply).ok());
        let headers: Value = raw.parse()?;
        let (Some(found), Some(name)) = (found, text(&headers, "x-ausername")) else { return Ok(()) };
        if text(&found, "name").is_none_or(|found| found.to_lowercase() != name.to_lowercase()) {
            user.username = Some(name.to_owned()).filter(|name| !name.contains(char::is_control));
            (user.email, user.email_verified) = (None, EmailVerified::NotStated);
            (user.first_name, user.last_name, user.avatar_url, user.profile_url) = (None, None, None, None);
            return Ok(());
        }
        // A picture of the instance itself comes without its host.
        let path = text(&found, "avatarUrl").filter(|path| path.starts_with('/') && path.len() < 1024);
        if let (Some(path), Some(profile)) = (path, &user.profile_url) {
            user.avatar_url = Url::parse(profile).and_then(|profile| profile.join(path)).ok().map(String::from);
        }
        Ok(())
    }
}

fn text<'v>(object: &'v Value, member: &str) -> Option<&'v str> {
    object.get(member).and_then(Value::as_str)
}

fn slug(name: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    name.to_lowercase().chars().map(|c| if is_plain(c) { c } else { '_' }).collect()
}
