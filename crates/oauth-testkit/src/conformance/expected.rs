//! Who somebody must come back as: said from the person and the places that the spec names, without reading a reply.

use std::collections::HashMap;

use oauth_core::{Alternative, Document, EmailVerified, ExtraCall, Field, OAuthUserInfo, ProviderSpec, Step};

use super::network::BASE_URL;
use crate::{
    EmailAccess, TestEmail, TestPerson,
    document::{before_template, every_field, first_field},
    endpoint::{Endpoint, variables},
    profile::{chosen, gives_emails, playable, source},
};

/// What one field must be.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Want {
    Exactly(Option<String>),
    /// It depends on what a provider has besides the person.
    Anything,
}

impl Want {
    fn admits(&self, seen: Option<&str>) -> bool {
        match self {
            Self::Exactly(wanted) => wanted.as_deref() == seen,
            Self::Anything => true,
        }
    }
}

/// What a person must come back as.
pub(super) struct Expected {
    texts: [(&'static str, Want); 7],
    verified: EmailVerified,
    /// Whether the provider says if an address is verified.
    states_verified: bool,
}

type Place = (Document, Vec<Step>);

/// The places of a person's texts, in the order in which a profile is written.
struct Places {
    taken: Vec<(Place, String)>,
    /// Filled with something, because a URL needs it.
    filled: Vec<Place>,
    spec: &'static ProviderSpec,
    /// Calls that are refused to this person's application.
    refused: Vec<&'static str>,
}

impl Places {
    fn of(&self, field: &Field) -> Place {
        (source(self.spec, field.document.clone()), field.steps.clone())
    }

    fn there(&self, place: &Place) -> Option<&str> {
        self.taken.iter().find(|(known, _)| known == place).map(|(_, text)| text.as_str())
    }

    /// Writes `text` unless something stands there, and says whether it is there now.
    fn write(&mut self, field: &Field, text: &str) -> bool {
        let place = self.of(field);
        if self.there(&place).is_none() {
            self.taken.push((place.clone(), text.to_owned()));
        }
        self.there(&place) == Some(text)
    }

    /// What is read at `path` after `text` was written there.
    fn put(&mut self, path: Option<&'static str>, text: Option<&str>) -> Want {
        let Some(path) = path else { return Want::Exactly(None) };
        let alternatives = playable(self.spec, path);
        let text = text.filter(|_| match alternatives.first() {
            Some(Alternative::Field(Field { document: Document::Call(call), .. })) => {
                !self.refused.contains(&call.as_str())
            }
            _ => true,
        });
        match (alternatives.first(), text) {
            (Some(Alternative::Field(field)), Some(text)) => {
                if self.write(field, text) {
                    Want::Exactly(Some(text.to_owned()))
                } else {
                    Want::Anything
                }
            }
            (Some(Alternative::Template(parts)), Some(text)) => match before_template(parts, text) {
                Some(fields) => {
                    let fits = fields.into_iter().all(|(field, part)| self.write(field, &part));
                    if fits { Want::Exactly(Some(text.to_owned())) } else { Want::Anything }
                }
                None => Want::Anything,
            },
            _ => {
                let is_empty = |field: &Field| {
                    let place = self.of(field);
                    self.there(&place).is_none() && !self.filled.contains(&place)
                };
                if every_field(path).iter().all(is_empty) { Want::Exactly(None) } else { Want::Anything }
            }
        }
    }
}

impl Expected {
    pub(super) fn of(spec: &'static ProviderSpec, person: &TestPerson) -> Self {
        let facts = spec.facts();
        let paths: HashMap<_, _> = facts.claims.paths().into_iter().collect();
        let path = |field: &str| paths.get(field).copied();
        let list = facts.claims.email_list();
        let mut places = Places { taken: Vec::new(), filled: Vec::new(), refused: Vec::new(), spec };
        if person.email_access == EmailAccess::Refused {
            places.refused = facts.calls.iter().map(ExtraCall::name).filter(|call| gives_emails(spec, call)).collect();
        }
        places.filled = filled(spec).iter().map(|field| places.of(field)).collect();

        let emails = match person.email_access {
            EmailAccess::Granted => person.emails.as_slice(),
            EmailAccess::Refused => &[],
        };
        let strict = list.is_some_and(|list| list.is_verified_primary_only()) && path("email").is_none();
        let sure = |email: &&TestEmail| email.is_primary && email.verified == EmailVerified::Verified;
        let email = chosen(emails).filter(|email| !strict || sure(email));
        let address = email.map(|email| email.address.as_str());
        let is = |field: &str, other: &str| {
            path(field).is_some() && path(field).map(first_field) == path(other).map(first_field)
        };
        let id = match (address, person.username.as_deref()) {
            (Some(address), _) if is("oauth_id", "email") => address,
            (_, Some(username)) if is("oauth_id", "username") => username,
            _ => person.id.as_str(),
        };
        let oauth_id = places.put(path("oauth_id"), Some(id));
        let email_want = match (path("email"), list) {
            (Some(_), _) => places.put(path("email"), address),
            (None, Some(_)) => Want::Exactly(address.map(str::to_owned)),
            (None, None) => Want::Exactly(None),
        };
        let username = places.put(path("username"), person.username.as_deref());
        let username = match (&person.username, path("username").map(|path| playable(spec, path)).as_deref()) {
            // Where a user name may stand in a second place, the nickname stands there.
            (None, Some([_, Alternative::Field(field), ..])) => match &person.nickname {
                Some(nickname) if username == Want::Exactly(None) => {
                    places.write(field, nickname);
                    Want::Exactly(Some(nickname.clone()))
                }
                _ => username,
            },
            _ => username,
        };
        let full_name = person.full_name();
        let name = places.put(path("name"), full_name.as_deref());
        let mut first = places.put(path("first_name"), person.first_name.as_deref());
        let mut family = places.put(path("last_name"), person.last_name.as_deref());
        if first == Want::Exactly(None) && family == Want::Exactly(None) {
            (first, family) = match name {
                Want::Anything => (Want::Anything, Want::Anything),
                Want::Exactly(None) => (first, family),
                // All of them have a first name of one word.
                Want::Exactly(Some(_)) => {
                    (Want::Exactly(person.first_name.clone()), Want::Exactly(person.last_name.clone()))
                }
            };
        }
        let here = |url: &Option<String>| {
            url.as_ref().map(|url| if url.starts_with('/') { format!("{BASE_URL}{url}") } else { url.clone() })
        };
        let avatar_url = places.put(path("avatar_url"), here(&person.avatar_url).as_deref());
        let profile_url = places.put(path("profile_url"), here(&person.profile_url).as_deref());

        let states_verified = match (path("email"), path("email_verified"), list) {
            (Some(_), flag, _) => flag.is_some(),
            (None, _, Some(list)) => list.paths().3.is_some(),
            (None, _, None) => false,
        };
        let has_email = path("email").is_some() || list.is_some();
        let verified = email.filter(|_| states_verified && has_email).map_or(EmailVerified::NotStated, |e| e.verified);
        let texts = [
            ("oauth_id", oauth_id),
            ("email", email_want),
            ("username", username),
            ("first_name", first),
            ("last_name", family),
            ("avatar_url", avatar_url),
            ("profile_url", profile_url),
        ];
        Self { texts, verified, states_verified }
    }

    /// Holds a user to it, as the claims of the spec read them.
    pub(super) fn check(&self, user: &OAuthUserInfo) -> Result<(), String> {
        let wrong = self.texts.iter().filter_map(|(field, want)| {
            let seen = text(user, field);
            match want {
                Want::Exactly(wanted) if wanted.as_deref() != seen => {
                    Some(format!("{field} is {seen:?} in place of {wanted:?}"))
                }
                _ => None,
            }
        });
        let mut wrong: Vec<String> = wrong.collect();
        if user.email_verified != self.verified {
            wrong.push(format!("email_verified is {:?} in place of {:?}", user.email_verified, self.verified));
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong.join(", ")) }
    }

    /// Holds a user to it after the provider's own hooks, which may leave out and may not make up: the account is the same,
    /// and an address is no other and not more certain than the provider says.
    pub(super) fn check_hooked(&self, user: &OAuthUserInfo) -> Result<(), String> {
        for (field, want) in &self.texts {
            let seen = text(user, field);
            let admitted = match *field {
                "oauth_id" => want.admits(seen),
                "email" => seen.is_none() || want.admits(seen),
                // Of whom nothing is told, nothing is known.
                "username" | "first_name" | "last_name" => seen.is_none() || *want != Want::Exactly(None),
                _ => true,
            };
            if !admitted {
                return Err(format!("{field} is {seen:?} in place of {want:?}"));
            }
        }
        let made_up = user.email_verified == EmailVerified::Verified
            && self.verified != EmailVerified::Verified
            && self.states_verified;
        if made_up { Err(format!("email_verified is true in place of {:?}", self.verified)) } else { Ok(()) }
    }
}

fn text<'u>(user: &'u OAuthUserInfo, field: &str) -> Option<&'u str> {
    match field {
        "oauth_id" => Some(&user.oauth_id),
        "email" => user.email.as_deref(),
        "username" => user.username.as_deref(),
        "first_name" => user.first_name.as_deref(),
        "last_name" => user.last_name.as_deref(),
        "avatar_url" => user.avatar_url.as_deref(),
        "profile_url" => user.profile_url.as_deref(),
        _ => None,
    }
}

/// The places that URLs, parameters and headers take values from, and the kept callback parameters.
pub(super) fn filled(spec: &ProviderSpec) -> Vec<Field> {
    let facts = spec.facts();
    let pairs = [facts.user_info_query, facts.user_info_headers, facts.user_info_form, facts.token_params];
    let urls = Endpoint::of(spec).into_iter().filter_map(|endpoint| endpoint.url_in(spec));
    let texts: Vec<&str> = urls.chain(pairs.into_iter().flatten().map(|(_, value)| *value)).collect();
    let fields = texts.into_iter().flat_map(variables).filter_map(|name| name.split_once(':'));
    let fields = fields.filter_map(|(document, path)| {
        let document = match document {
            "token" => Document::Token,
            "userinfo" => Document::UserInfo,
            _ => return None,
        };
        first_field(path).map(|field| Field { document, ..field })
    });
    let kept = facts.callback_params.iter().map(|name| Field {
        document: Document::Callback,
        steps: vec![Step::Key((*name).to_owned())],
        transforms: Vec::new(),
    });
    fields.chain(kept).collect()
}
