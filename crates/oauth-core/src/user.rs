//! Who signed in: [`OAuthUserInfo`], the same record for every provider.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned, ser::Error as _};
use serde_json::value::RawValue;

use crate::{Error, ErrorKind, Result};

/// What a provider says about the person who signed in.
///
/// The identity is the pair (`provider`, `oauth_id`), compared byte for byte. An e-mail address or a user name
/// is not an identity: both can change hands.
///
/// ```
/// use oauth_core::{EmailVerified, OAuthUserInfo};
///
/// let mut user = OAuthUserInfo::new("bitbucket", "123e4567-e89b-12d3-a456-426614174000");
/// user.first_name = Some("Jane".into());
/// user.last_name = Some("Doe".into());
/// user.email = Some("jane@example.com".into());
/// user.email_verified = EmailVerified::Unverified;
///
/// assert_eq!(user.full_name().as_deref(), Some("Jane Doe"));
/// assert!(user.verified_email().is_none());
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OAuthUserInfo {
    /// Name of the provider instance, as in `registry.get(name)`.
    pub provider: String,
    /// The provider's immutable id of the account.
    pub oauth_id: String,
    /// The e-mail address chosen by the provider's rule, verified or not: see
    /// [`verified_email`](Self::verified_email).
    pub email: Option<String>,
    /// What the provider says about that very address.
    #[serde(default)]
    pub email_verified: EmailVerified,
    /// User name or handle. It may be renamed and taken by somebody else.
    pub username: Option<String>,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// `https` address of a picture. Never fetched by this library.
    pub avatar_url: Option<String>,
    /// `https` address of the public profile page.
    pub profile_url: Option<String>,
    /// The provider's own profile reply, without the members whose names say that they are a token or a secret.
    #[serde(default)]
    pub raw_data: RawData,
}

impl OAuthUserInfo {
    /// A record with nothing but its identity.
    #[must_use]
    pub fn new(provider: impl Into<String>, oauth_id: impl Into<String>) -> Self {
        Self {
            provider: provider.into(),
            oauth_id: oauth_id.into(),
            email: None,
            email_verified: EmailVerified::NotStated,
            username: None,
            first_name: None,
            last_name: None,
            avatar_url: None,
            profile_url: None,
            raw_data: RawData::default(),
        }
    }

    /// First and last name, as far as they are known.
    #[must_use]
    pub fn full_name(&self) -> Option<String> {
        match (self.first_name.as_deref(), self.last_name.as_deref()) {
            (Some(first), Some(last)) => Some(format!("{first} {last}")),
            (Some(name), None) | (None, Some(name)) => Some(name.to_owned()),
            (None, None) => None,
        }
    }

    /// The e-mail address, if the provider says that it belongs to this person.
    ///
    /// The only accessor to use before an address opens a door: sending a password reset, matching an invitation.
    #[must_use]
    pub fn verified_email(&self) -> Option<VerifiedEmail<'_>> {
        match self.email_verified {
            EmailVerified::Verified => self.email.as_deref().map(VerifiedEmail),
            EmailVerified::Unverified | EmailVerified::NotStated => None,
        }
    }

    /// Takes from `other`, an earlier and signed word of the same provider, what this record lacks. What belongs together
    /// stays together: an address with its flag, a first name with its last name.
    ///
    /// Both may speak of one address. It is verified if one of them says so and the other does not deny it: a reply that
    /// nobody signed makes no address better than the provider signed it.
    pub(crate) fn complete(&mut self, other: Self) {
        match (&self.email, other.email) {
            (None, email) => (self.email, self.email_verified) = (email, other.email_verified),
            (Some(here), Some(there)) if *here == there => {
                self.email_verified = self.email_verified.and(other.email_verified);
            }
            (Some(_), _) => {}
        }
        if self.first_name.is_none() && self.last_name.is_none() {
            (self.first_name, self.last_name) = (other.first_name, other.last_name);
        }
        self.username = self.username.take().or(other.username);
        self.avatar_url = self.avatar_url.take().or(other.avatar_url);
        self.profile_url = self.profile_url.take().or(other.profile_url);
    }
}

/// What a provider says about an e-mail address. Absent is not false: most providers say nothing.
///
/// In JSON it is `true`, `false` or `null`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum EmailVerified {
    /// The provider says that the address was verified.
    Verified,
    /// The provider says that it was not.
    Unverified,
    /// The provider says neither.
    #[default]
    NotStated,
}

impl EmailVerified {
    /// What two statements about one address come to: a denial counts most, silence least.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Unverified, _) | (_, Self::Unverified) => Self::Unverified,
            (Self::Verified, _) | (_, Self::Verified) => Self::Verified,
            (Self::NotStated, Self::NotStated) => Self::NotStated,
        }
    }
}

impl From<Option<bool>> for EmailVerified {
    fn from(flag: Option<bool>) -> Self {
        match flag {
            Some(true) => Self::Verified,
            Some(false) => Self::Unverified,
            None => Self::NotStated,
        }
    }
}

impl From<EmailVerified> for Option<bool> {
    fn from(verified: EmailVerified) -> Self {
        match verified {
            EmailVerified::Verified => Some(true),
            EmailVerified::Unverified => Some(false),
            EmailVerified::NotStated => None,
        }
    }
}

impl Serialize for EmailVerified {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Option::<bool>::from(*self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for EmailVerified {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::<bool>::deserialize(deserializer).map(Self::from)
    }
}

/// An e-mail address that its provider verified. Only [`OAuthUserInfo::verified_email`] makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct VerifiedEmail<'a>(&'a str);

impl<'a> VerifiedEmail<'a> {
    /// The address.
    #[must_use]
    pub fn as_str(self) -> &'a str {
        self.0
    }

    /// What follows the first `@`: the domain, to compare as a whole and without regard to case (RFC 5321 section 2.4).
    ///
    /// An address with a second `@` has a domain that is none, so it equals no other.
    ///
    /// ```
    /// use oauth_core::{EmailVerified, OAuthUserInfo};
    ///
    /// let mut user = OAuthUserInfo::new("bitbucket", "123e4567-e89b-12d3-a456-426614174000");
    /// user.email = Some("jane@Example.com".into());
    /// user.email_verified = EmailVerified::Verified;
    ///
    /// let is_of = |domain: &str| user.verified_email().is_some_and(|email| email.domain().eq_ignore_ascii_case(domain));
    /// assert!(is_of("example.com"));
    /// assert!(!is_of("ample.com"));
    /// ```
    #[must_use]
    pub fn domain(self) -> &'a str {
        self.0.split_once('@').map_or("", |(_, domain)| domain)
    }
}

impl fmt::Display for VerifiedEmail<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// The provider's profile reply, kept as the text it was until somebody asks.
///
/// It serialises as the JSON that it is, so it can be stored and read back with `serde_json`.
///
/// ```
/// use oauth_core::RawData;
///
/// let raw: RawData = serde_json::from_str(r#"{"nickname": "jane", "has_2fa_enabled": null}"#)?;
/// #[derive(serde::Deserialize)]
/// struct Profile {
///     nickname: String,
/// }
/// assert_eq!(raw.parse::<Profile>()?.nickname, "jane");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct RawData {
    json: Option<String>,
    calls: Vec<(&'static str, String)>,
}

impl RawData {
    /// `json` and the texts of `calls` have been read as JSON before.
    pub(crate) fn new(json: String, calls: Vec<(&'static str, String)>) -> Self {
        Self { json: Some(json), calls }
    }

    /// The JSON text; `null` if the provider gave no profile.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.json.as_deref().unwrap_or("null")
    }

    /// The JSON texts of a further call, such as `emails`, one per page. Not part of the serialised record.
    pub fn call(&self, name: &str) -> impl Iterator<Item = &str> {
        self.calls.iter().filter(move |(call, _)| *call == name).map(|(_, json)| json.as_str())
    }

    /// Reads the profile into a type of your own, or into the provider's `Profile` type.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_str(self.as_str()).map_err(|error| {
            Error::new(ErrorKind::UserInfoInvalid, "the raw profile does not fit the requested type").with_source(error)
        })
    }
}

impl fmt::Debug for RawData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawData({} bytes)", self.as_str().len())
    }
}

impl PartialEq for RawData {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Serialize for RawData {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serde_json::from_str::<&RawValue>(self.as_str()).map_err(S::Error::custom)?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RawData {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Box::<RawValue>::deserialize(deserializer)?;
        let json = Some(Box::<str>::from(json).into_string()).filter(|json| json != "null");
        Ok(Self { json, calls: Vec::new() })
    }
}

/// Splits a display name after its first word, for providers that give one name only.
///
/// "Jane van Doe" becomes ("Jane", "van Doe"): the first word is the given name, the rest the family name.
pub(crate) fn split_name(name: &str) -> (Option<String>, Option<String>) {
    match name.trim().split_once(char::is_whitespace) {
        Some((first, last)) => (Some(first.to_owned()), Some(last.trim_start().to_owned())),
        None if name.trim().is_empty() => (None, None),
        None => (Some(name.trim().to_owned()), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Proves: QG8
    #[test]
    fn only_a_whole_domain_is_one_and_only_of_a_verified_address() {
        let domain = |address: &str, verified| {
            let mut user = OAuthUserInfo::new("acme", "1");
            (user.email, user.email_verified) = (Some(address.to_owned()), verified);
            user.verified_email().map(|email| email.domain().to_owned())
        };
        for (address, expected) in [
            ("jane@acme.test", "acme.test"),
            ("jane@sub.acme.test", "sub.acme.test"),
            ("jane@acme.test.evil.test", "acme.test.evil.test"),
            ("jane@evil.test@acme.test", "evil.test@acme.test"),
            ("@acme.test@evil.test", "acme.test@evil.test"),
            ("acme.test", ""),
        ] {
            assert_eq!(domain(address, EmailVerified::Verified).as_deref(), Some(expected), "{address}");
            assert_eq!(domain(address, EmailVerified::Unverified), None, "{address}");
            assert_eq!(domain(address, EmailVerified::NotStated), None, "{address}");
        }
    }
}
