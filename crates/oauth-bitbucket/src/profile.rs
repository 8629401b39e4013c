//! The typed raw profile: what `raw_data` of a Bitbucket login holds beyond the common record.

use serde::Deserialize;

/// The reply of `GET /2.0/user`. Only the UUID is certain to be there.
///
/// ```
/// use oauth_bitbucket::Profile;
/// use oauth_core::RawData;
///
/// let raw: RawData = serde_json::from_str(r#"{"uuid": "{123e4567-e89b-12d3-a456-426614174000}", "nickname": "jane"}"#)?;
/// let profile: Profile = raw.parse()?;
/// assert_eq!(profile.nickname.as_deref(), Some("jane"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Profile {
    /// Account UUID in braces; `oauth_id` is the same without them.
    pub uuid: String,
    /// Id of the Atlassian account, shared with Jira and Confluence.
    pub account_id: Option<String>,
    /// Name that the person chose to show.
    pub display_name: Option<String>,
    /// Short name, not unique.
    pub nickname: Option<String>,
    /// User name, where Bitbucket still sends it.
    pub username: Option<String>,
    /// When the account was made, in RFC 3339.
    pub created_on: Option<String>,
    /// Whether two-step verification is on.
    pub has_2fa_enabled: Option<bool>,
    /// State of the account, such as `active`.
    pub account_status: Option<String>,
    /// Place that the person entered.
    pub location: Option<String>,
    /// Links to the avatar and the profile page.
    #[serde(default)]
    pub links: Links,
}

/// Links of a profile.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Links {
    /// Picture.
    pub avatar: Option<Link>,
    /// Profile page.
    pub html: Option<Link>,
    /// The profile in the API.
    #[serde(rename = "self")]
    pub this: Option<Link>,
}

/// One link.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Link {
    /// Its address.
    pub href: String,
}

/// One entry of `GET /2.0/user/emails`, as found by `raw_data.call("emails")` under `values`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct EmailAddress {
    /// The address.
    pub email: String,
    /// Whether it is the person's primary address.
    #[serde(default)]
    pub is_primary: bool,
    /// Whether the person confirmed it.
    #[serde(default)]
    pub is_confirmed: bool,
}
