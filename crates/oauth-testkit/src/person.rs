//! People to sign in as.

use oauth_core::EmailVerified;

/// Somebody who can sign in at a [`DevProvider`](crate::DevProvider).
///
/// Only what the spec has a place for arrives at the application.
///
/// ```
/// use oauth_testkit::{TestEmail, TestPerson};
///
/// let ada = TestPerson::new("ada", "00000000-0000-4000-8000-000000000042")
///     .name("Ada", "Lovelace")
///     .username("ada")
///     .email(TestEmail::primary("ada@example.com"))
///     .email(TestEmail::further("countess@example.com").verified(oauth_core::EmailVerified::Unverified));
/// assert_eq!(ada.full_name().as_deref(), Some("Ada Lovelace"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TestPerson {
    /// Short name by which tests choose the person.
    pub key: String,
    /// Account id as the application shall see it.
    pub id: String,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// User name.
    pub username: Option<String>,
    /// Second choice for a user name, sent where the spec reads two.
    pub nickname: Option<String>,
    /// E-mail addresses in the order of the provider's list.
    pub emails: Vec<TestEmail>,
    /// Whether the application may read them.
    pub email_access: EmailAccess,
    /// Address of a picture; one that begins with `/` is on the provider itself.
    pub avatar_url: Option<String>,
    /// Address of a profile page; one that begins with `/` is on the provider itself.
    pub profile_url: Option<String>,
    /// What can be seen by signing in as this person, in one line for the page.
    pub shows: String,
}

/// One e-mail address of a [`TestPerson`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TestEmail {
    /// The address.
    pub address: String,
    /// Whether it is the primary one.
    pub is_primary: bool,
    /// What the provider says about it.
    pub verified: EmailVerified,
}

/// Whether the application may read a person's e-mail addresses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EmailAccess {
    /// It may.
    #[default]
    Granted,
    /// It may not: the call that gives addresses is refused, and the profile has none.
    Refused,
}

impl TestEmail {
    /// A verified primary address.
    #[must_use]
    pub fn primary(address: impl Into<String>) -> Self {
        Self { address: address.into(), is_primary: true, verified: EmailVerified::Verified }
    }

    /// A verified further address.
    #[must_use]
    pub fn further(address: impl Into<String>) -> Self {
        Self { address: address.into(), is_primary: false, verified: EmailVerified::Verified }
    }

    /// Sets what the provider says about the address.
    #[must_use]
    pub fn verified(mut self, verified: EmailVerified) -> Self {
        self.verified = verified;
        self
    }
}

impl TestPerson {
    /// A person with nothing but a short name for tests and an account id.
    #[must_use]
    pub fn new(key: impl Into<String>, id: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            id: id.into(),
            first_name: None,
            last_name: None,
            username: None,
            nickname: None,
            emails: Vec::new(),
            email_access: EmailAccess::Granted,
            avatar_url: None,
            profile_url: None,
            shows: String::new(),
        }
    }

    /// Sets given and family name.
    #[must_use]
    pub fn name(mut self, first: impl Into<String>, last: impl Into<String>) -> Self {
        (self.first_name, self.last_name) = (Some(first.into()), Some(last.into()));
        self
    }

    /// Sets the user name.
    #[must_use]
    pub fn username(mut self, username: impl Into<String>) -> Self {
        self.username = Some(username.into());
        self
    }

    /// Sets the second choice for a user name.
    #[must_use]
    pub fn nickname(mut self, nickname: impl Into<String>) -> Self {
        self.nickname = Some(nickname.into());
        self
    }

    /// Adds an e-mail address.
    #[must_use]
    pub fn email(mut self, email: TestEmail) -> Self {
        self.emails.push(email);
        self
    }

    /// Sets whether the application may read the addresses.
    #[must_use]
    pub fn email_access(mut self, access: EmailAccess) -> Self {
        self.email_access = access;
        self
    }

    /// Sets the address of a picture.
    #[must_use]
    pub fn avatar_url(mut self, url: impl Into<String>) -> Self {
        self.avatar_url = Some(url.into());
        self
    }

    /// Sets the address of a profile page.
    #[must_use]
    pub fn profile_url(mut self, url: impl Into<String>) -> Self {
        self.profile_url = Some(url.into());
        self
    }

    /// Says what can be seen by signing in as this person.
    #[must_use]
    pub fn shows(mut self, line: impl Into<String>) -> Self {
        self.shows = line.into();
        self
    }

    /// First and last name, as far as they are set.
    #[must_use]
    pub fn full_name(&self) -> Option<String> {
        match (self.first_name.as_deref(), self.last_name.as_deref()) {
            (Some(first), Some(last)) => Some(format!("{first} {last}")),
            (name, None) | (None, name) => name.map(str::to_owned),
        }
    }

    /// The people of a development provider that is given none: one for each thing that an application should have
    /// seen before its first real login.
    #[must_use]
    pub fn built_in() -> Vec<Self> {
        let with_pages = |person: Self| {
            let (avatar, profile) = (format!("/people/{}/avatar.svg", person.key), format!("/people/{}", person.key));
            person.avatar_url(avatar).profile_url(profile)
        };
        vec![
            with_pages(Self::new("jane", "123e4567-e89b-12d3-a456-426614174000"))
                .name("Jane", "Doe")
                .username("jane")
                .nickname("jane")
                .email(TestEmail::primary("jane.doe@example.com"))
                .shows("The usual case: one confirmed primary address."),
            with_pages(Self::new("omar", "2b7c9c1e-5f0a-4d36-9a68-0c6a1f6d7e52"))
                .name("Omar", "Haddad")
                .username("omar")
                .email(TestEmail::primary("omar@example.net").verified(EmailVerified::Unverified))
                .shows("The primary address is not confirmed, so it must open no door."),
            Self::new("noor", "3d1f0d4b-8a27-4f0e-b0c3-94d1f2a6b813")
                .nickname("noor")
                .shows("The bare minimum: no e-mail address, no picture, no name but a nickname."),
            with_pages(Self::new("priya", "48e2a6c5-1d3b-4b7f-8e90-5a7c3d9b2f64"))
                .name("Priya", "Raman")
                .username("priya")
                .email(TestEmail::primary("priya@example.org"))
                .email_access(EmailAccess::Refused)
                .shows("Did not let the application see her e-mail address."),
            with_pages(Self::new("lucia", "5c9d7b3f-6e14-4a58-a2b7-1e8f4c0d9a35"))
                .name("Lucía", "Fernández Ortega")
                .username("lucia")
                .email(TestEmail::further("lucia@old.example.com").verified(EmailVerified::Unverified))
                .email(TestEmail::further("l.fernandez@work.example"))
                .email(TestEmail::primary("lucia@example.com"))
                .shows("Three addresses over two pages, and the primary one comes last."),
            with_pages(Self::new("tricky", "6f8b1a2d-0c47-4e9b-93d5-7a6e5b4c3d21"))
                .name("שירה", "<script>alert(1)</script> O’Neil & Søn 🦊")
                .username("shira")
                .email(TestEmail::primary("shira+tag@example.com"))
                .shows("A name in two writing directions, with markup in it, that a page must escape."),
        ]
    }
}
