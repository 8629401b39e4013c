//! Whether an e-mail address may lead a login to an existing user.

use crate::record::LoginRecord;

/// When a login may be taken for an existing user of the application because both have the same e-mail address.
///
/// Nothing in this framework does so: a user is found by provider and `oauth_id`. It is a rule for the handlers of
/// applications that have users from before, and want them to find their accounts again.
///
/// An address proves a person only as far as the provider that vouches for it, and addresses change hands. Name providers
/// that verify addresses themselves and nobody else can be.
///
/// ```
/// use std::time::SystemTime;
/// use oauth_core::{EmailVerified, OAuthUserInfo};
/// use oauth_login::{EmailLinking, LocalEmail, LoginRecord};
///
/// let mut user = OAuthUserInfo::new("bitbucket", "1");
/// user.email = Some("jane@example.com".into());
/// user.email_verified = EmailVerified::Verified;
/// let record = LoginRecord::new(user, None, SystemTime::now());
///
/// let policy = EmailLinking::verified_at(["bitbucket"]);
/// assert!(policy.permits(&record, LocalEmail::Verified("jane@Example.com")));
/// // Whoever made that user may have been anybody.
/// assert!(!policy.permits(&record, LocalEmail::Unverified("jane@example.com")));
/// assert!(!EmailLinking::default().permits(&record, LocalEmail::Verified("jane@example.com")));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum EmailLinking {
    /// An address leads to nobody.
    #[default]
    Never,
    /// An address that is verified on both sides does, if one of these provider instances vouches for it.
    VerifiedAt(Vec<String>),
}

/// The address of a user that the application has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocalEmail<'a> {
    /// The application has seen that whoever made the user reads its mail.
    Verified(&'a str),
    /// Somebody typed it. They may be waiting for its owner to come and be led to a user that they can sign in as too.
    Unverified(&'a str),
}

impl EmailLinking {
    /// An address that is verified on both sides leads to its user, if one of these provider instances vouches for it.
    #[must_use]
    pub fn verified_at<I>(providers: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        Self::VerifiedAt(providers.into_iter().map(Into::into).collect())
    }

    /// Whether the login of `record` may be taken for the user whose address is `local`.
    ///
    /// Addresses are the same if the parts in front of the `@` are, byte for byte, and the domains are but for the case of
    /// ASCII letters. One with several `@` is none.
    #[must_use]
    pub fn permits(&self, record: &LoginRecord, local: LocalEmail<'_>) -> bool {
        let (Self::VerifiedAt(providers), LocalEmail::Verified(local)) = (self, local) else { return false };
        let Some(vouched) = record.user.verified_email() else { return false };
        providers.iter().any(|provider| provider == record.provider()) && is_same(vouched.as_str(), local)
    }
}

fn is_same(one: &str, other: &str) -> bool {
    let (Some((name, domain)), Some((other_name, other_domain))) = (parts(one), parts(other)) else { return false };
    name == other_name && domain.eq_ignore_ascii_case(other_domain)
}

/// In front of and behind the only `@`.
fn parts(address: &str) -> Option<(&str, &str)> {
    let (name, domain) = address.split_once('@')?;
    let is_address = !name.is_empty() && !domain.is_empty() && !domain.contains('@');
    is_address.then_some((name, domain))
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use oauth_core::{EmailVerified, OAuthUserInfo};

    use super::*;

    fn record(provider: &str, email: &str, verified: EmailVerified) -> LoginRecord {
        let mut user = OAuthUserInfo::new(provider, "1");
        user.email = Some(email.to_owned());
        user.email_verified = verified;
        LoginRecord::new(user, None, SystemTime::now())
    }

    // Proves: QG4
    #[test]
    fn an_address_leads_to_a_user_only_if_it_is_verified_on_both_sides_and_the_provider_is_trusted() {
        use EmailVerified::{NotStated, Unverified, Verified};
        let address = "jane@example.com";
        let trusting = EmailLinking::verified_at(["alpha", "beta"]);
        for (policy, provider, verified, local, permitted) in [
            (&trusting, "alpha", Verified, LocalEmail::Verified(address), true),
            (&trusting, "beta", Verified, LocalEmail::Verified(address), true),
            (&trusting, "gamma", Verified, LocalEmail::Verified(address), false),
            (&trusting, "ALPHA", Verified, LocalEmail::Verified(address), false),
            (&trusting, "alpha", Unverified, LocalEmail::Verified(address), false),
            (&trusting, "alpha", NotStated, LocalEmail::Verified(address), false),
            (&trusting, "alpha", Verified, LocalEmail::Unverified(address), false),
            (&EmailLinking::default(), "alpha", Verified, LocalEmail::Verified(address), false),
            (&EmailLinking::verified_at([""; 0]), "alpha", Verified, LocalEmail::Verified(address), false),
        ] {
            let record = record(provider, address, verified);
            assert_eq!(policy.permits(&record, local), permitted, "{policy:?} {provider} {verified:?} {local:?}");
        }
        let without = LoginRecord::new(OAuthUserInfo::new("alpha", "1"), None, SystemTime::now());
        assert!(!trusting.permits(&without, LocalEmail::Verified("")));
    }

    // Proves: QG4
    #[test]
    fn addresses_that_only_look_alike_are_two() {
        let policy = EmailLinking::verified_at(["alpha"]);
        for (theirs, ours, permitted) in [
            ("jane@example.com", "jane@EXAMPLE.com", true),
            ("jané@exämple.com", "jané@exämple.com", true),
            ("jane@example.com", "Jane@example.com", false),
            ("jane@example.com", "jane+shop@example.com", false),
            ("jane@example.com", "j.ane@example.com", false),
            ("jane@example.com", "jane@example.com.evil.example", false),
            ("jane@example.com", " jane@example.com", false),
            ("jane@example.com", "jane@example.com\0", false),
            // KELVIN SIGN, which is `k` in lower case beyond ASCII.
            ("jane@kexample.com", "jane@\u{212a}example.com", false),
            ("jane@evil.example@example.com", "jane@evil.example@example.com", false),
            ("jane", "jane", false),
            ("@example.com", "@example.com", false),
            ("jane@", "jane@", false),
        ] {
            let record = record("alpha", theirs, EmailVerified::Verified);
            assert_eq!(policy.permits(&record, LocalEmail::Verified(ours)), permitted, "{theirs} {ours}");
        }
    }
}
