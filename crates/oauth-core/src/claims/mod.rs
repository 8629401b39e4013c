//! The map from a provider's replies to [`OAuthUserInfo`]: [`Claims`], written as paths in a spec.
//!
//! Casting happens here and nowhere else: number to text, lenient flags, the choice of one e-mail address, the
//! refusal of what is no id, no address and no URL.

mod capture;
mod path;

use std::borrow::Cow;

use serde_json::value::RawValue;
use url::Url;

#[cfg(feature = "oidc")]
pub(crate) use capture::is_moderate;
pub(crate) use capture::{Captured, Unreadable, Wanted, elements, text};
pub use path::{Alternative, Document, Field, Part, Path, Step, Transform};
pub(crate) use path::{check, checked};

use crate::{
    Error, ErrorKind, Result,
    user::{EmailVerified, OAuthUserInfo, split_name},
};

/// Where the fields of [`OAuthUserInfo`] stand in a provider's replies.
///
/// Every value is a path: dotted keys, `[0]` and `[flag=true]` into lists, `a | b` for the first that is not empty,
/// `@call.key` for the reply of an extra call, `token:key` for the token reply, `id_token:claim`, `#last` and
/// `#trim:{}` to cut an id out of a longer text, `tmpl:https://…/{id}.png` to build an address. A path that is
/// not of this language does not compile.
///
/// ```
/// use oauth_core::Claims;
///
/// const CLAIMS: Claims = Claims::id("user.id").email("user.email").name("user.display_name").avatar_url("user.images[0].url");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Claims {
    id: &'static str,
    email: Option<&'static str>,
    email_verified: Option<&'static str>,
    emails: Option<EmailList>,
    username: Option<&'static str>,
    name: Option<&'static str>,
    first_name: Option<&'static str>,
    last_name: Option<&'static str>,
    avatar_url: Option<&'static str>,
    profile_url: Option<&'static str>,
    flags: Flags,
}

/// Name of the field that says who somebody is, in [`Claims::paths`].
pub(crate) const ID: &str = "oauth_id";

/// Longest reply that a user is read from, in bytes: the raw profile is kept with the session.
const MAX_LEN: usize = 256 * 1024;

/// The fields of [`Claims::paths`] with the settings that hold their paths, where the spec leaves them to the settings. The
/// settings have the names of OpenID Connect Core section 5.1.
pub(crate) const SETTINGS: [(&str, &str); 9] = [
    (ID, "CLAIM_SUB"),
    ("email", "CLAIM_EMAIL"),
    ("email_verified", "CLAIM_EMAIL_VERIFIED"),
    ("username", "CLAIM_PREFERRED_USERNAME"),
    ("name", "CLAIM_NAME"),
    ("first_name", "CLAIM_GIVEN_NAME"),
    ("last_name", "CLAIM_FAMILY_NAME"),
    ("avatar_url", "CLAIM_PICTURE"),
    ("profile_url", "CLAIM_PROFILE"),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flags {
    Strict,
    Lenient,
}

impl Claims {
    /// The map of a provider whose immutable account id stands at `path`.
    #[must_use]
    pub const fn id(path: &'static str) -> Self {
        Self {
            id: checked(path),
            email: None,
            email_verified: None,
            emails: None,
            username: None,
            name: None,
            first_name: None,
            last_name: None,
            avatar_url: None,
            profile_url: None,
            flags: Flags::Strict,
        }
    }

    /// The standard claims of OpenID Connect Core section 5.1.
    #[must_use]
    pub const fn openid() -> Self {
        Self::openid_basic().username("preferred_username").profile_url("profile")
    }

    /// The standard claims of a provider whose people have neither a user name nor a profile page.
    #[must_use]
    pub const fn openid_basic() -> Self {
        Self::id("sub")
            .email("email")
            .email_verified("email_verified")
            .name("name")
            .first_name("given_name")
            .last_name("family_name")
            .avatar_url("picture")
    }

    /// E-mail address.
    #[must_use]
    pub const fn email(mut self, path: &'static str) -> Self {
        self.email = Some(checked(path));
        self
    }

    /// Whether the address at [`email`](Self::email) was verified.
    #[must_use]
    pub const fn email_verified(mut self, path: &'static str) -> Self {
        self.email_verified = Some(checked(path));
        self
    }

    /// A list of addresses, of which one is chosen; used when [`email`](Self::email) gives none.
    #[must_use]
    pub const fn emails(mut self, list: EmailList) -> Self {
        self.emails = Some(list);
        self
    }

    /// User name or handle.
    #[must_use]
    pub const fn username(mut self, path: &'static str) -> Self {
        self.username = Some(checked(path));
        self
    }

    /// Full name, split after its first word where the provider has no first and last name.
    #[must_use]
    pub const fn name(mut self, path: &'static str) -> Self {
        self.name = Some(checked(path));
        self
    }

    /// Given name.
    #[must_use]
    pub const fn first_name(mut self, path: &'static str) -> Self {
        self.first_name = Some(checked(path));
        self
    }

    /// Family name.
    #[must_use]
    pub const fn last_name(mut self, path: &'static str) -> Self {
        self.last_name = Some(checked(path));
        self
    }

    /// Address of a picture.
    #[must_use]
    pub const fn avatar_url(mut self, path: &'static str) -> Self {
        self.avatar_url = Some(checked(path));
        self
    }

    /// Address of the public profile page.
    #[must_use]
    pub const fn profile_url(mut self, path: &'static str) -> Self {
        self.profile_url = Some(checked(path));
        self
    }

    /// Accepts `"true"`, `"false"`, `1`, `0`, `"1"` and `"0"` as flags, for a provider known to send them.
    #[must_use]
    pub const fn lenient_flags(mut self) -> Self {
        self.flags = Flags::Lenient;
        self
    }

    /// The paths by the name of the field they fill, for pages and test servers that are made from a spec.
    #[must_use]
    pub fn paths(&self) -> Vec<(&'static str, &'static str)> {
        [
            (ID, Some(self.id)),
            ("email", self.email),
            ("email_verified", self.email_verified),
            ("username", self.username),
            ("name", self.name),
            ("first_name", self.first_name),
            ("last_name", self.last_name),
            ("avatar_url", self.avatar_url),
            ("profile_url", self.profile_url),
        ]
        .into_iter()
        .filter_map(|(field, path)| Some((field, path?)))
        .collect()
    }

    /// The list that the address is chosen from, if the provider has one.
    #[must_use]
    pub const fn email_list(&self) -> Option<EmailList> {
        self.emails
    }
}

impl Path {
    /// Reads a path of the language described at [`Claims`]; anything else gives a path without alternatives.
    ///
    /// ```
    /// assert_eq!(oauth_core::Path::parse("username | nickname").alternatives.len(), 2);
    /// ```
    #[must_use]
    pub fn parse(path: &str) -> Self {
        path::parse(path)
    }

    /// Every place that the path names.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &Field> {
        self.alternatives.iter().flat_map(|alternative| match alternative {
            Alternative::Field(field) => vec![field],
            Alternative::Template(parts) => parts
                .iter()
                .filter_map(|part| match part {
                    Part::Field(field) => Some(field),
                    Part::Text(_) => None,
                })
                .collect(),
        })
    }
}

/// A list of e-mail addresses and the rule that picks one: the primary one, else the first verified, else the first.
///
/// The flag comes from the same element as the address. [`verified_primary_only`](Self::verified_primary_only) is the stricter rule.
#[derive(Clone, Copy, Debug)]
pub struct EmailList {
    list: &'static str,
    address: &'static str,
    primary: Option<&'static str>,
    verified: Option<&'static str>,
    choice: Choice,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    Best,
    VerifiedPrimary,
}

impl EmailList {
    /// A list at `list` whose elements hold the address at `address`.
    #[must_use]
    pub const fn new(list: &'static str, address: &'static str) -> Self {
        Self { list: checked(list), address: checked(address), primary: None, verified: None, choice: Choice::Best }
    }

    /// Flag of the primary address.
    #[must_use]
    pub const fn primary(mut self, path: &'static str) -> Self {
        self.primary = Some(checked(path));
        self
    }

    /// Flag of a verified address.
    #[must_use]
    pub const fn verified(mut self, path: &'static str) -> Self {
        self.verified = Some(checked(path));
        self
    }

    /// Takes the primary address if it is verified, and no address otherwise: for a provider whose accounts can hold addresses that
    /// were never confirmed, so that none of them stands in for the person's own.
    #[must_use]
    pub const fn verified_primary_only(mut self) -> Self {
        self.choice = Choice::VerifiedPrimary;
        self
    }

    /// Whether no other address than a verified primary one is taken.
    #[must_use]
    pub const fn is_verified_primary_only(&self) -> bool {
        matches!(self.choice, Choice::VerifiedPrimary)
    }

    /// The list, the address, the primary flag and the verified flag, as paths.
    #[must_use]
    pub const fn paths(&self) -> (&'static str, &'static str, Option<&'static str>, Option<&'static str>) {
        (self.list, self.address, self.primary, self.verified)
    }
}

/// One path made ready to look up values in one JSON text.
#[derive(Debug)]
pub(crate) struct Lookup {
    wanted: Wanted,
    fields: Vec<(usize, Vec<Step>, Vec<Transform>)>,
}

impl Lookup {
    pub(crate) fn new(path: &str) -> Self {
        let mut wanted = Wanted::default();
        let fields = path::parse(path)
            .alternatives
            .into_iter()
            .filter_map(|alternative| match alternative {
                Alternative::Field(field) => {
                    let (slot, rest) = mark(&mut wanted, &field);
                    Some((slot, rest, field.transforms))
                }
                Alternative::Template(_) => None,
            })
            .collect();
        Self { wanted, fields }
    }

    /// The value as it stands in the text.
    pub(crate) fn raw<'a>(&self, json: &'a str) -> Option<&'a RawValue> {
        let captured = self.wanted.capture(json).ok()?;
        self.fields.iter().find_map(|(slot, rest, _)| capture::descend(captured.get(*slot)?, rest))
    }

    /// The value as text, if it is not empty.
    pub(crate) fn text(&self, json: &str) -> Option<String> {
        let captured = self.wanted.capture(json).ok()?;
        self.fields.iter().find_map(|(slot, rest, transforms)| {
            let value = capture::descend(captured.get(*slot)?, rest)?;
            let value = capture::transform(text(value)?, transforms);
            (!value.is_empty()).then(|| value.into_owned())
        })
    }
}

/// Marks the keys that `field` begins with and returns the slot and the steps that remain.
fn mark(wanted: &mut Wanted, field: &Field) -> (usize, Vec<Step>) {
    let keys = field.steps.iter().map_while(|step| match step {
        Step::Key(key) => Some(key.as_str()),
        Step::Index(_) | Step::Where(..) => None,
    });
    let taken = keys.clone().count();
    (wanted.mark(keys), field.steps.iter().skip(taken).cloned().collect())
}

/// [`Claims`] made ready: what to pick out of which document.
#[derive(Debug)]
pub(crate) struct ClaimsMap {
    documents: Vec<(Document, Wanted)>,
    id: Vec<Source>,
    email: Vec<Source>,
    email_verified: Vec<Source>,
    emails: Option<EmailMap>,
    username: Vec<Source>,
    name: Vec<Source>,
    first_name: Vec<Source>,
    last_name: Vec<Source>,
    avatar_url: Vec<Source>,
    profile_url: Vec<Source>,
    flags: Flags,
}

#[derive(Debug)]
enum Source {
    Place(Place),
    Template(Vec<Result<Place, String>>),
}

#[derive(Debug)]
struct Place {
    document: usize,
    slot: usize,
    rest: Vec<Step>,
    transforms: Vec<Transform>,
}

#[derive(Debug)]
struct EmailMap {
    list: Vec<Source>,
    element: Wanted,
    address: usize,
    primary: Option<usize>,
    verified: Option<usize>,
    choice: Choice,
}

impl ClaimsMap {
    pub(crate) fn new(claims: &Claims) -> Self {
        Self::compile(&claims.paths(), claims.emails, claims.flags)
    }

    /// The map of an instance whose settings have the paths, by the names of [`Claims::paths`].
    pub(crate) fn of_paths(paths: &[(&str, &str)]) -> Self {
        Self::compile(paths, None, Flags::Strict)
    }

    fn compile(paths: &[(&str, &str)], emails: Option<EmailList>, flags: Flags) -> Self {
        let path = |field: &str| paths.iter().find(|(known, _)| *known == field).map(|(_, path)| *path);
        let mut documents = vec![(Document::UserInfo, Wanted::default())];
        let mut sources = |path: Option<&str>| -> Vec<Source> {
            let path = path.map(path::parse).unwrap_or_default();
            path.alternatives
                .iter()
                .map(|alternative| match alternative {
                    Alternative::Field(field) => Source::Place(place(&mut documents, field)),
                    Alternative::Template(parts) => Source::Template(
                        parts
                            .iter()
                            .map(|part| match part {
                                Part::Text(text) => Err(text.clone()),
                                Part::Field(field) => Ok(place(&mut documents, field)),
                            })
                            .collect(),
                    ),
                })
                .collect()
        };
        let emails = emails.map(|emails| {
            let mut element = Wanted::default();
            let mut slot = |path: &str| match path::parse(path).alternatives.first() {
                Some(Alternative::Field(field)) => mark(&mut element, field).0,
                Some(Alternative::Template(_)) | None => usize::MAX,
            };
            let (address, primary, verified) =
                (slot(emails.address), emails.primary.map(&mut slot), emails.verified.map(&mut slot));
            EmailMap { list: sources(Some(emails.list)), element, address, primary, verified, choice: emails.choice }
        });
        Self {
            id: sources(path(ID)),
            email: sources(path("email")),
            email_verified: sources(path("email_verified")),
            emails,
            username: sources(path("username")),
            name: sources(path("name")),
            first_name: sources(path("first_name")),
            last_name: sources(path("last_name")),
            avatar_url: sources(path("avatar_url")),
            profile_url: sources(path("profile_url")),
            flags,
            documents,
        }
    }

    /// Whether a value is taken from `document`.
    pub(crate) fn reads(&self, document: &Document) -> bool {
        self.documents.iter().any(|(known, _)| known == document)
    }

    /// Reads the user. `pages` gives the JSON texts of a document: none if it is missing, several if it came in pages.
    pub(crate) fn read<'a>(&self, provider: &str, pages: impl Fn(&Document) -> Vec<&'a str>) -> Result<OAuthUserInfo> {
        let reader = self.reader(pages)?;
        let id = reader
            .text(&self.id)
            .filter(|id| is_id(id))
            .ok_or_else(|| Error::new(ErrorKind::UserInfoInvalid, "the profile reply has no usable account id"))?;
        Ok(self.describe(OAuthUserInfo::new(provider, id), &reader))
    }

    /// Completes a user with the claims of the verified ID token, which say under the same names what the user-info reply
    /// left out: some providers tell little more there than `sub`.
    ///
    /// The account id is not completed: it has one source.
    pub(crate) fn complete(&self, user: &mut OAuthUserInfo, id_token: &str) -> Result<()> {
        let reader = self.reader(|document| match document {
            Document::UserInfo => vec![id_token],
            _ => Vec::new(),
        })?;
        user.complete(self.describe(OAuthUserInfo::new("", ""), &reader));
        Ok(())
    }

    fn reader<'a>(&self, pages: impl Fn(&Document) -> Vec<&'a str>) -> Result<Reader<'a>> {
        let mut captured = Vec::with_capacity(self.documents.len());
        for (document, wanted) in &self.documents {
            let pages = pages(document);
            if pages.iter().any(|page| page.len() > MAX_LEN) {
                return Err(Error::new(ErrorKind::ReplyTooLarge, "the profile reply is longer than 256 KiB"));
            }
            let pages: Result<Vec<Captured<'a>>, Unreadable> =
                pages.into_iter().map(|page| wanted.capture(page)).collect();
            captured.push(pages.map_err(|unreadable| {
                Error::new(ErrorKind::UserInfoInvalid, format!("the profile reply is {unreadable}"))
            })?);
        }
        Ok(Reader { captured, flags: self.flags })
    }

    /// Everything but the account id.
    fn describe(&self, mut user: OAuthUserInfo, reader: &Reader<'_>) -> OAuthUserInfo {
        (user.email, user.email_verified) = self.email(reader);
        user.username = reader.text(&self.username).filter(|text| is_line(text));
        user.first_name = reader.text(&self.first_name).filter(|text| is_line(text));
        user.last_name = reader.text(&self.last_name).filter(|text| is_line(text));
        if user.first_name.is_none()
            && user.last_name.is_none()
            && let Some(name) = reader.text(&self.name).filter(|text| is_line(text))
        {
            (user.first_name, user.last_name) = split_name(&name);
        }
        user.avatar_url = reader.text(&self.avatar_url).filter(|text| is_web_address(text));
        user.profile_url = reader.text(&self.profile_url).filter(|text| is_web_address(text));
        user
    }

    fn email(&self, reader: &Reader<'_>) -> (Option<String>, EmailVerified) {
        if let Some(address) = reader.text(&self.email).filter(|text| is_email(text)) {
            return (Some(address), reader.flag(&self.email_verified).into());
        }
        let chosen = self.emails.as_ref().and_then(|emails| emails.choose(reader));
        chosen.map_or((None, EmailVerified::NotStated), |email| (Some(email.address), email.verified.into()))
    }
}

fn place(documents: &mut Vec<(Document, Wanted)>, field: &Field) -> Place {
    let document = documents.iter().position(|(known, _)| *known == field.document).unwrap_or_else(|| {
        documents.push((field.document.clone(), Wanted::default()));
        documents.len() - 1
    });
    #[allow(clippy::indexing_slicing, reason = "the position was found or pushed a line above")]
    let (slot, rest) = mark(&mut documents[document].1, field);
    Place { document, slot, rest, transforms: field.transforms.clone() }
}

struct Email {
    address: String,
    verified: Option<bool>,
}

impl EmailMap {
    fn choose(&self, reader: &Reader<'_>) -> Option<Email> {
        let (mut confirmed, mut first) = (None, None);
        for list in self.list.iter().flat_map(|source| reader.every(source)) {
            for element in elements(list).unwrap_or_default() {
                let Ok(captured) = self.element.capture(element.get()) else { continue };
                let Some(address) = captured.get(self.address).and_then(text).filter(|text| is_email(text)) else {
                    continue;
                };
                let flag = |slot: Option<usize>| reader.read_flag(captured.get(slot?)?);
                let email = Email { address: address.into_owned(), verified: flag(self.verified) };
                let primary = flag(self.primary) == Some(true);
                if self.choice == Choice::VerifiedPrimary && !(primary && email.verified == Some(true)) {
                    continue;
                }
                if primary {
                    return Some(email);
                }
                if confirmed.is_none() && email.verified == Some(true) {
                    confirmed = Some(email);
                } else if first.is_none() {
                    first = Some(email);
                }
            }
        }
        confirmed.or(first)
    }
}

struct Reader<'a> {
    captured: Vec<Vec<Captured<'a>>>,
    flags: Flags,
}

impl<'a> Reader<'a> {
    fn pages(&self, place: &Place) -> impl Iterator<Item = &'a RawValue> {
        let pages = self.captured.get(place.document).map(Vec::as_slice).unwrap_or_default();
        pages.iter().filter_map(|page| capture::descend(page.get(place.slot)?, &place.rest))
    }

    fn every(&self, source: &Source) -> Vec<&'a RawValue> {
        match source {
            Source::Place(place) => self.pages(place).collect(),
            Source::Template(_) => Vec::new(),
        }
    }

    fn place_text(&self, place: &Place) -> Option<Cow<'a, str>> {
        let value = text(self.pages(place).next()?)?;
        Some(capture::transform(value, &place.transforms))
    }

    /// The first alternative that is not empty.
    fn text(&self, sources: &[Source]) -> Option<String> {
        sources.iter().find_map(|source| {
            let text = match source {
                Source::Place(place) => self.place_text(place)?.into_owned(),
                Source::Template(parts) => parts
                    .iter()
                    .map(|part| match part {
                        Ok(place) => self.place_text(place).filter(|text| !text.is_empty() && !is_nothing(text)),
                        Err(text) => Some(Cow::Borrowed(text.as_str())),
                    })
                    .collect::<Option<String>>()?,
            };
            (!text.is_empty()).then_some(text)
        })
    }

    fn flag(&self, sources: &[Source]) -> Option<bool> {
        sources.iter().flat_map(|source| self.every(source)).find_map(|value| self.read_flag(value))
    }

    fn read_flag(&self, value: &RawValue) -> Option<bool> {
        match self.flags {
            Flags::Strict => capture::flag(value),
            Flags::Lenient => capture::lenient_flag(value),
        }
    }
}

/// What programs write where they have no value. One such id would be the account of everybody who gets it.
const NOTHING: [&str; 8] = ["null", "NULL", "undefined", "None", "nil", "NaN", "[object Object]", "N/A"];

fn is_nothing(text: &str) -> bool {
    NOTHING.contains(&text)
}

/// An id is printable, without control characters, and not a spelled-out nothing.
fn is_id(id: &str) -> bool {
    id.len() <= 1024 && !id.chars().any(char::is_control) && id.trim() == id && !is_nothing(id)
}

/// A name is one line of reasonable length.
fn is_line(text: &str) -> bool {
    text.len() <= 1024 && !text.chars().any(char::is_control)
}

/// An address has one `@` between two parts without spaces; RFC 5321 section 4.5.3.1 allows 254 bytes.
fn is_email(text: &str) -> bool {
    text.len() <= 254
        && !text.chars().any(|c| c.is_control() || c.is_whitespace())
        && text
            .split_once('@')
            .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !domain.contains('@'))
}

/// Only absolute web addresses are handed on: `javascript:` and relative ones have no place in a page, and characters that
/// RFC 3986 does not allow have none in an attribute.
fn is_web_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    text.len() <= 2048
        && rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_alphanumeric() || c == '['))
        && !text.chars().any(|c| {
            c.is_control() || c.is_whitespace() || matches!(c, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}')
        })
        && Url::parse(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(claims: &Claims, user: &str, emails: &[&str]) -> Result<OAuthUserInfo> {
        ClaimsMap::new(claims).read("acme", |document| match document {
            Document::UserInfo => vec![user],
            Document::Call(_) => emails.to_vec(),
            _ => Vec::new(),
        })
    }

    // Proves: QG6, QF7
    #[test]
    fn an_id_is_exact_text_or_the_login_fails() {
        let claims = Claims::id("id | uuid#trim:{}");
        let table = [
            (r#"{"id": 900719925474099312345}"#, Some("900719925474099312345")),
            (r#"{"id": "a/B c"}"#, Some("a/B c")),
            (r#"{"id": "", "uuid": "{ab-1}"}"#, Some("ab-1")),
            (r#"{"id": 0}"#, Some("0")),
            (r#"{"id": 1.0}"#, None),
            (r#"{"id": 1e5}"#, None),
            (r#"{"id": true}"#, None),
            (r#"{"id": null}"#, None),
            (r#"{"id": "null"}"#, None),
            (r#"{"id": "undefined"}"#, None),
            (r#"{"id": "NaN"}"#, None),
            (r#"{"id": "[object Object]"}"#, None),
            (r#"{"id": {"$oid": "1"}}"#, None),
            (r#"{"id": " 1"}"#, None),
            (r#"{"id": "a\u0000"}"#, None),
            (r#"{"id": ["1"]}"#, None),
            (r#"{"uuid": "{}"}"#, None),
            ("{}", None),
            ("[]", None),
            ("", None),
            (r#"{"id": "1", "id": "2"}"#, None),
        ];
        for (json, expected) in table {
            let user = read(&claims, json, &[]);
            assert_eq!(user.as_ref().ok().map(|user| user.oauth_id.as_str()), expected, "{json}");
            if let Err(error) = user {
                assert_eq!(error.kind(), ErrorKind::UserInfoInvalid, "{json}");
            }
        }
    }

    // Proves: QG6
    #[test]
    fn an_id_of_several_parts_needs_every_one() {
        let claims = Claims::id("tmpl:{company}:{id}").avatar_url("tmpl:https://cdn.test/{id}/{picture}.png");
        let table = [
            (r#"{"company": 1, "id": "2", "picture": "p"}"#, Some(("1:2", true))),
            (r#"{"company": 1, "id": "2", "picture": "null"}"#, Some(("1:2", false))),
            (r#"{"company": null, "id": "2"}"#, None),
            (r#"{"company": "null", "id": "2"}"#, None),
            (r#"{"company": 1, "id": "undefined"}"#, None),
            (r#"{"company": 1, "id": ""}"#, None),
            (r#"{"company": 1}"#, None),
        ];
        for (json, expected) in table {
            let user = read(&claims, json, &[]).ok();
            let read = user.as_ref().map(|user| (user.oauth_id.as_str(), user.avatar_url.is_some()));
            assert_eq!(read, expected, "{json}");
        }
    }

    // Proves: QG2
    #[test]
    fn the_flag_belongs_to_the_address_that_was_chosen() {
        let claims = Claims::id("id")
            .emails(EmailList::new("@emails.values", "email").primary("is_primary").verified("is_confirmed"));
        let (a, b, c) = (
            r#"{"email":"a@x.test","is_primary":false,"is_confirmed":false}"#,
            r#"{"email":"b@x.test","is_primary":false,"is_confirmed":true}"#,
            r#"{"email":"c@x.test","is_primary":true,"is_confirmed":false}"#,
        );
        let table = [
            (vec![format!("[{a},{b},{c}]")], Some("c@x.test"), Some(false)),
            (vec![format!("[{a},{b}]")], Some("b@x.test"), Some(true)),
            (vec![format!("[{a}]")], Some("a@x.test"), Some(false)),
            (vec![format!("[{a}]"), format!("[{b}]")], Some("b@x.test"), Some(true)),
            (vec![format!("[{a},{b}]"), format!("[{c}]")], Some("c@x.test"), Some(false)),
            (vec!["[]".to_owned()], None, None),
            (vec!["null".to_owned()], None, None),
            (vec![r#"[{"email":null},{"email":"no address"},{"email":5},7]"#.to_owned()], None, None),
            (vec![r#"[{"email":"d@x.test"}]"#.to_owned()], Some("d@x.test"), None),
            (vec![r#"[{"email":"d@x.test","is_confirmed":"true"}]"#.to_owned()], Some("d@x.test"), None),
        ];
        for (lists, address, verified) in table {
            let pages: Vec<String> = lists.iter().map(|list| format!(r#"{{"values":{list}}}"#)).collect();
            let user = read(&claims, r#"{"id":1}"#, &pages.iter().map(String::as_str).collect::<Vec<_>>()).unwrap();
            assert_eq!(user.email.as_deref(), address, "{lists:?}");
            assert_eq!(Option::<bool>::from(user.email_verified), verified, "{lists:?}");
        }
    }

    // Proves: QG7
    #[test]
    fn nothing_stands_in_for_a_verified_primary_address() {
        let list = EmailList::new("@emails", "email").primary("primary").verified("verified");
        let claims = Claims::id("id").emails(list.verified_primary_only());
        let table = [
            (r#"{"email":"a@x.test","primary":true,"verified":true}"#, Some("a@x.test")),
            (r#"{"email":"a@x.test","primary":true,"verified":false}"#, None),
            (r#"{"email":"a@x.test","primary":true}"#, None),
            (r#"{"email":"a@x.test","primary":false,"verified":true}"#, None),
            (r#"{"email":"a@x.test","verified":true}"#, None),
            (r#"{"email":"a@x.test","primary":true,"verified":"true"}"#, None),
        ];
        let other = r#"{"email":"b@x.test","primary":false,"verified":true}"#;
        for (element, address) in table {
            let user = read(&claims, r#"{"id":1}"#, &[&format!("[{other},{element},{other}]")]).unwrap();
            assert_eq!(user.email.as_deref(), address, "{element}");
            assert_eq!(Option::<bool>::from(user.email_verified), address.map(|_| true), "{element}");
        }
        let denied = read(&claims, r#"{"id":1}"#, &[]).unwrap();
        assert_eq!((denied.email, denied.email_verified), (None, EmailVerified::NotStated));
    }

    // Proves: QG2
    #[test]
    fn a_flag_spelled_as_text_counts_only_where_the_spec_says_so() {
        let strict = Claims::openid();
        let lenient = Claims::openid().lenient_flags();
        let table = [
            ("true", Some(true), Some(true)),
            ("false", Some(false), Some(false)),
            ("\"true\"", None, Some(true)),
            ("\"false\"", None, Some(false)),
            ("1", None, Some(true)),
            ("\"1\"", None, Some(true)),
            ("\"yes\"", None, None),
            ("\"True\"", None, None),
            ("null", None, None),
        ];
        for (flag, by_strict, by_lenient) in table {
            let json = format!(r#"{{"sub":"1","email":"a@x.test","email_verified":{flag}}}"#);
            let verified = |claims| Option::<bool>::from(read(claims, &json, &[]).unwrap().email_verified);
            assert_eq!(verified(&strict), by_strict, "{flag}");
            assert_eq!(verified(&lenient), by_lenient, "{flag}");
        }
    }

    // Proves: QG7, QG10
    #[test]
    fn what_is_no_address_no_link_and_no_line_is_left_out() {
        let claims = Claims::openid();
        let json = r#"{"sub":"1","email":"not an address","picture":"javascript:alert(1)","profile":"/relative",
            "name":"two\nlines","preferred_username":""}"#;
        let mut expected = OAuthUserInfo::new("acme", "1");
        expected.email_verified = EmailVerified::NotStated;
        assert_eq!(read(&claims, json, &[]).unwrap(), expected);
        for address in [
            "https://exampl%.com/p.png",
            "https://[::/p.png",
            "https://a b.example/",
            "https:///p.png",
            "none",
            "data:image/png;base64,AAAA",
            "ftp://a.example/",
        ] {
            let user = read(&claims, &format!(r#"{{"sub":"1","picture":"{address}"}}"#), &[]).unwrap();
            assert_eq!(user.avatar_url, None, "{address}");
        }
    }

    // Proves: QG10
    #[test]
    fn a_field_has_its_greatest_length_and_not_one_byte_more() {
        let claims = Claims::openid();
        let table = [
            ("sub", "oauth_id", "", "", 1024),
            ("email", "email", "", "@x.test", 254),
            ("preferred_username", "username", "", "", 1024),
            ("given_name", "first_name", "", "", 1024),
            ("family_name", "last_name", "", "", 1024),
            ("name", "first_name", "", "", 1024),
            ("picture", "avatar_url", "https://x.test/", "", 2048),
            ("profile", "profile_url", "https://x.test/", "", 2048),
        ];
        for (claim, field, before, after, limit) in table {
            for (length, kept) in [(limit, true), (limit + 1, false)] {
                let text = [before, &"x".repeat(length - before.len() - after.len()), after].concat();
                let mut json = serde_json::json!({ "sub": "1" });
                json[claim] = text.clone().into();
                let user = read(&claims, &json.to_string(), &[]);
                if claim == "sub" && !kept {
                    assert_eq!(user.unwrap_err().kind(), ErrorKind::UserInfoInvalid);
                    continue;
                }
                let user = serde_json::to_value(user.unwrap()).unwrap();
                assert_eq!(user[field].as_str(), kept.then_some(text.as_str()), "{claim} of {length} bytes");
            }
        }
    }

    // Proves: QG10
    #[test]
    fn a_profile_has_its_greatest_length_and_not_one_byte_more() {
        let claims = Claims::id("id").emails(EmailList::new("@emails", "email"));
        let padded = |json: &str, length: usize| format!("{json}{}", " ".repeat(length - json.len()));
        for (length, refusal) in [(MAX_LEN, None), (MAX_LEN + 1, Some(ErrorKind::ReplyTooLarge))] {
            let user = read(&claims, &padded(r#"{"id":1}"#, length), &[]);
            assert_eq!(user.err().map(|error| error.kind()), refusal, "user info of {length} bytes");
            let user = read(&claims, r#"{"id":1}"#, &["[]", &padded("[]", length)]);
            assert_eq!(user.err().map(|error| error.kind()), refusal, "a page of {length} bytes");
        }
    }

    // Proves: QG7, QG8
    #[test]
    fn an_address_has_one_at_sign_between_two_parts() {
        for (text, is_address) in [
            ("jane@x.test", true),
            ("JANE+tag@sub.x.test", true),
            ("jürgen@bücher.test", true),
            ("jane", false),
            ("@x.test", false),
            ("jane@", false),
            ("jane@evil.test@x.test", false),
            ("jane@@x.test", false),
            ("jane doe@x.test", false),
            ("Jane <jane@x.test>", false),
            ("jane@x.test\u{a0}", false),
            ("jane@x.test\n", false),
            ("", false),
        ] {
            let json = serde_json::json!({ "sub": "1", "email": text, "email_verified": true }).to_string();
            let user = read(&Claims::openid(), &json, &[]).unwrap();
            assert_eq!(user.email.as_deref(), is_address.then_some(text), "{text:?}");
            assert_eq!(user.verified_email().is_some(), is_address, "{text:?}");
            assert_eq!(user.email_verified == EmailVerified::NotStated, !is_address, "{text:?}");
        }
    }

    #[test]
    fn names_are_split_only_when_the_provider_has_no_parts() {
        let claims = Claims::openid();
        let table = [
            (r#""name":"Jane van Doe""#, Some("Jane"), Some("van Doe")),
            (r#""name":"Plato""#, Some("Plato"), None),
            (r#""name":"  ""#, None, None),
            (r#""name":"Jane Doe","given_name":"Zoë""#, Some("Zoë"), None),
            (r#""name":null"#, None, None),
        ];
        for (members, first, last) in table {
            let user = read(&claims, &format!(r#"{{"sub":"1",{members}}}"#), &[]).unwrap();
            assert_eq!((user.first_name.as_deref(), user.last_name.as_deref()), (first, last), "{members}");
        }
    }

    #[test]
    fn a_template_is_empty_when_one_of_its_fields_is() {
        let claims = Claims::id("id").avatar_url("tmpl:https://cdn.test/{id}/{avatar}.png");
        let avatar = |json| read(&claims, json, &[]).unwrap().avatar_url;
        assert_eq!(avatar(r#"{"id":1,"avatar":"x"}"#).as_deref(), Some("https://cdn.test/1/x.png"));
        assert_eq!(avatar(r#"{"id":1,"avatar":null}"#), None);
    }
}
