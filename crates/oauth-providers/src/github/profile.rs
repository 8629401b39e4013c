//! The typed raw profile: what `raw_data` of a GitHub login holds beyond the common record.

use serde::Deserialize;

/// The reply of `GET /user`. Only the ids and the login are certain to be there.
///
/// ```
/// use oauth_core::RawData;
/// use oauth_providers::github::Profile;
///
/// let raw: RawData = serde_json::from_str(r#"{"id": 583231, "node_id": "MDQ6", "login": "octocat", "company": "@github"}"#)?;
/// let profile: Profile = raw.parse()?;
/// assert_eq!(profile.company.as_deref(), Some("@github"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Profile {
    /// Account number; `oauth_id` is the same as text.
    pub id: u64,
    /// Id of the account in the GraphQL API.
    pub node_id: String,
    /// User name, which people can change.
    pub login: String,
    /// Full name.
    pub name: Option<String>,
    /// Company that the person entered, often as `@organization`.
    pub company: Option<String>,
    /// Home page that the person entered.
    pub blog: Option<String>,
    /// Place that the person entered.
    pub location: Option<String>,
    /// A few words about the person.
    pub bio: Option<String>,
    /// Address on the public profile, which says nothing about who reads it: sign-in uses another one.
    pub email: Option<String>,
    /// User name at X that the person entered.
    pub twitter_username: Option<String>,
    /// Whether the person administers the Enterprise Server.
    #[serde(default)]
    pub site_admin: bool,
    /// Whether two-factor authentication is on. Present with the scope `user` only.
    pub two_factor_authentication: Option<bool>,
    /// Number of public repositories.
    pub public_repos: Option<u64>,
    /// Number of followers.
    pub followers: Option<u64>,
    /// When the account was made, in RFC 3339.
    pub created_at: Option<String>,
}

/// One entry of `GET /user/emails`, as found by `raw_data.call("emails")`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct EmailAddress {
    /// The address.
    pub email: String,
    /// Whether it is the person's primary address.
    #[serde(default)]
    pub primary: bool,
    /// Whether GitHub verified it.
    #[serde(default)]
    pub verified: bool,
    /// `public` or `private`, for the primary address.
    pub visibility: Option<String>,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn recorded_profiles_are_read() {
        let full: Profile = serde_json::from_str(include_str!("../../../../fixtures/github/full/user.json")).unwrap();
        assert_eq!((full.id, full.company.as_deref(), full.followers), (583_231, Some("@github"), Some(20)));
        let minimal: Profile =
            serde_json::from_str(include_str!("../../../../fixtures/github/minimal/user.json")).unwrap();
        assert_eq!((minimal.login.as_str(), minimal.company), ("octocat", None));
        let emails: Vec<EmailAddress> =
            serde_json::from_str(include_str!("../../../../fixtures/github/full/emails.json")).unwrap();
        assert!(emails.iter().any(|email| email.primary && email.verified));
    }
}
