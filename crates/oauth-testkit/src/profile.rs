//! The replies that tell who a person is: the spec's claims map, read backwards.

use std::collections::HashMap;

use oauth_core::{Alternative, Claims, Document, ExtraCall, Field, Path, ProviderSpec, Step, UserInfoSource};
use serde_json::{Map, Value};

use crate::{
    document::{before_template, before_transforms, first_field, get, put, put_success},
    endpoint::{Endpoint, variables},
    person::{EmailAccess, TestEmail, TestPerson},
};

/// A member that every reply of an endpoint has, besides what the spec's paths say.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) endpoint: Endpoint,
    pub(crate) field: Field,
    pub(crate) value: Value,
}

/// What the replies about one person hold.
pub(crate) struct Profile {
    spec: &'static ProviderSpec,
    /// Account id of the person.
    id: String,
    documents: HashMap<Document, Value>,
    /// The list of addresses, where it comes in pages.
    paged: Option<PagedList>,
}

struct PagedList {
    call: String,
    steps: Vec<Step>,
    elements: Vec<Value>,
}

impl Profile {
    pub(crate) fn new(spec: &'static ProviderSpec, person: &TestPerson, base_url: &str, members: &[Member]) -> Self {
        let mut profile = Self { spec, id: person.id.clone(), documents: HashMap::new(), paged: None };
        for member in members {
            if let Some(document) = document_of(member.endpoint) {
                profile.put(document, &member.field.steps, member.value.clone());
            }
        }
        profile.write_claims(person, base_url);
        profile.write_variables(person);
        profile
    }

    fn write_claims(&mut self, person: &TestPerson, base_url: &str) {
        let facts = self.spec.facts();
        let paths: HashMap<_, _> = facts.claims.paths().into_iter().collect();
        let emails = match person.email_access {
            EmailAccess::Granted => person.emails.as_slice(),
            EmailAccess::Refused => &[],
        };
        // First, so that single places in the list find it there.
        self.write_emails(&facts.claims, emails);
        let chosen = chosen(emails);
        let full_name = person.full_name();
        let here = |url: &Option<String>| {
            url.as_ref().map(|url| if url.starts_with('/') { format!("{base_url}{url}") } else { url.clone() })
        };
        let (avatar_url, profile_url) = (here(&person.avatar_url), here(&person.profile_url));
        // Where an id is the address or the user name, that wins.
        let id_is = |field: &str| {
            paths.get("oauth_id").map(|path| first_field(path)) == paths.get(field).map(|path| first_field(path))
        };
        let id_is_taken = (id_is("email") && chosen.is_some()) || (id_is("username") && person.username.is_some());
        let texts = [
            ("oauth_id", Some(person.id.as_str()).filter(|_| !id_is_taken)),
            ("email", chosen.map(|email| email.address.as_str())),
            ("username", person.username.as_deref()),
            ("name", full_name.as_deref()),
            ("first_name", person.first_name.as_deref()),
            ("last_name", person.last_name.as_deref()),
            ("avatar_url", avatar_url.as_deref()),
            ("profile_url", profile_url.as_deref()),
        ];
        for (field, text) in texts {
            if let (Some(path), Some(text)) = (paths.get(field), text) {
                self.write(playable(self.spec, path).first(), text, person);
            }
        }
        if let (Some(path), Some(nickname)) = (paths.get("username"), &person.nickname) {
            self.write(playable(self.spec, path).get(1), nickname, person);
        }
        let verified = chosen.and_then(|email| Option::<bool>::from(email.verified));
        if let (Some(path), Some(verified)) = (paths.get("email_verified"), verified)
            && let Some(field) = first_field(path)
        {
            self.put(field.document, &field.steps, verified.into());
        }
    }

    /// Writes the list of addresses: into its document, or aside if the call gives it in pages.
    fn write_emails(&mut self, claims: &Claims, emails: &[TestEmail]) {
        let Some((list, address, primary, verified)) = claims.email_list().map(|list| list.paths()) else { return };
        let Some(list) = first_field(list) else { return };
        let element = |email: &TestEmail| {
            let mut element = Value::Null;
            let mut set = |path: Option<&str>, value: Value| {
                if let Some(field) = path.and_then(first_field) {
                    put(&mut element, &field.steps, value);
                }
            };
            set(Some(address), email.address.as_str().into());
            set(primary, email.is_primary.into());
            if let Some(flag) = Option::<bool>::from(email.verified) {
                set(verified, flag.into());
            }
            element
        };
        let elements: Vec<Value> = emails.iter().map(element).collect();
        match list.document {
            Document::Call(call)
                if self.call(&call).is_some_and(|call| call.next_page_path().is_some()) && !list.steps.is_empty() =>
            {
                self.paged = Some(PagedList { call, steps: list.steps, elements });
            }
            document => self.put(document, &list.steps, elements.into()),
        }
    }

    /// Gives a value to what URLs, parameters and headers of the spec take from replies.
    fn write_variables(&mut self, person: &TestPerson) {
        let facts = self.spec.facts();
        let pairs = [facts.user_info_query, facts.user_info_headers, facts.user_info_form, facts.token_params];
        let texts: Vec<&str> = Endpoint::of(self.spec)
            .into_iter()
            .filter_map(|endpoint| endpoint.url_in(self.spec))
            .chain(pairs.into_iter().flatten().map(|(_, value)| *value))
            .collect();
        for (document, path) in texts.into_iter().flat_map(variables).filter_map(|name| name.split_once(':')) {
            let document = match document {
                "token" => Document::Token,
                "userinfo" => Document::UserInfo,
                _ => continue,
            };
            if let Some(field) = first_field(path) {
                self.put(document, &field.steps, before_transforms(handle(person), &field.transforms).into());
            }
        }
        // The state is no parameter of the profile's: every callback has it.
        for name in facts.callback_params.iter().filter(|name| **name != "state") {
            let variable = facts.variables.iter().find(|variable| variable.callback_param() == Some(*name));
            let allowed = variable.and_then(|variable| variable.allowed_values().last().copied());
            self.put(Document::Callback, &[Step::Key((*name).to_owned())], allowed.unwrap_or(handle(person)).into());
        }
    }

    fn write(&mut self, alternative: Option<&Alternative>, text: &str, person: &TestPerson) {
        let mut field = |field: &Field, text: &str| {
            self.put(field.document.clone(), &field.steps, before_transforms(text, &field.transforms).into());
        };
        match alternative {
            None => {}
            Some(Alternative::Field(place)) => field(place, text),
            Some(Alternative::Template(parts)) => match before_template(parts, text) {
                Some(fields) => fields.iter().for_each(|(place, text)| field(place, text)),
                // Not the person's own value, but one of the provider's kind.
                None => parts.iter().for_each(|part| {
                    if let oauth_core::Part::Field(place) = part {
                        field(place, handle(person));
                    }
                }),
            },
        }
    }

    fn put(&mut self, document: Document, steps: &[Step], value: Value) {
        let document = source(self.spec, document);
        put(self.documents.entry(document).or_insert(Value::Null), steps, value);
    }

    fn call(&self, name: &str) -> Option<&'static ExtraCall> {
        self.spec.facts().calls.iter().find(|call| call.name() == name)
    }

    fn document(&self, document: &Document) -> Value {
        self.documents.get(document).cloned().unwrap_or_else(|| Map::new().into())
    }

    /// The user-info reply.
    pub(crate) fn user_info(&self) -> Value {
        let mut reply = self.document(&Document::UserInfo);
        if self.spec.facts().openid.is_some() {
            put(&mut reply, &[Step::Key("sub".to_owned())], self.subject().into());
        }
        if let Some(check) = &self.spec.facts().user_info_success {
            put_success(&mut reply, check);
        }
        reply
    }

    /// The subject: what the claims read as such, or else the account id.
    pub(crate) fn subject(&self) -> String {
        let documents = [Document::UserInfo, Document::IdToken, Document::AccessToken];
        let stated = documents.iter().find_map(|document| self.documents.get(document)?.get("sub")?.as_str());
        stated.unwrap_or(&self.id).to_owned()
    }

    /// Claims of the ID token, besides the standard ones.
    pub(crate) fn id_token(&self) -> Value {
        self.document(&Document::IdToken)
    }

    /// Claims of an access token that is a signed token.
    pub(crate) fn access_token(&self) -> Value {
        self.document(&Document::AccessToken)
    }

    /// The token reply, without its tokens.
    pub(crate) fn token(&self) -> Value {
        self.document(&Document::Token)
    }

    /// Parameters of the callback beyond those of the protocol.
    pub(crate) fn callback(&self) -> Vec<(String, String)> {
        let text = |value: Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        match self.document(&Document::Callback) {
            Value::Object(members) => members.into_iter().map(|(name, value)| (name, text(value))).collect(),
            _ => Vec::new(),
        }
    }

    /// One page of the reply of an extra call, the first being 0; `next` is the address of the following page.
    pub(crate) fn page(&self, call: &str, page: usize, size: usize, next: &str) -> Value {
        let mut document = self.document(&Document::Call(call.to_owned()));
        if let Some(list) = self.paged.as_ref().filter(|list| list.call == call) {
            let begin = page.saturating_mul(size).min(list.elements.len());
            let end = begin.saturating_add(size).min(list.elements.len());
            let elements = list.elements.get(begin..end).unwrap_or_default();
            put(&mut document, &list.steps, elements.to_vec().into());
            let link = self.call(call).and_then(ExtraCall::next_page_path).and_then(first_field);
            if let Some(link) = link.filter(|_| end < list.elements.len()) {
                put(&mut document, &link.steps, next.into());
            }
        }
        document
    }

    /// The text that the variable `name` of a URL, such as `userinfo:slug`, takes from the replies.
    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        let (document, path) = name.split_once(':')?;
        let document = match document {
            "token" => self.token(),
            "userinfo" => self.user_info(),
            _ => return None,
        };
        // Without its transforms it would not be the same text.
        let field = first_field(path).filter(|field| field.transforms.is_empty())?;
        get(&document, &field.steps)?.as_str().map(str::to_owned)
    }
}

/// Whether the addresses of a person come from this call.
pub(crate) fn gives_emails(spec: &ProviderSpec, call: &str) -> bool {
    let claims = &spec.facts().claims;
    let email = claims.paths().into_iter().filter(|(field, _)| *field == "email").map(|(_, path)| path);
    let list = claims.email_list().map(|list| list.paths().0);
    email.chain(list).filter_map(first_field).any(|field| field.document == Document::Call(call.to_owned()))
}

/// Whether an account id can be told without an ID token or a JWT access token.
pub(crate) fn is_playable(spec: &ProviderSpec) -> bool {
    let paths = spec.facts().claims.paths();
    paths.iter().filter(|(field, _)| *field == "oauth_id").any(|(_, path)| !playable(spec, path).is_empty())
}

/// The document that a claim is really read from: what the spec says stands in for the user-info reply.
pub(crate) fn source(spec: &ProviderSpec, document: Document) -> Document {
    match (document, spec.facts().user_info_source) {
        (Document::UserInfo, UserInfoSource::TokenReply) => Document::Token,
        (Document::UserInfo, UserInfoSource::IdToken) => Document::IdToken,
        (Document::UserInfo | Document::IdToken | Document::AccessToken, UserInfoSource::AccessToken) => {
            Document::AccessToken
        }
        (Document::UserInfo, _) if !Endpoint::of(spec).contains(&Endpoint::UserInfo) => Document::IdToken,
        (Document::AccessToken, _) => Document::IdToken,
        (document, _) => document,
    }
}

/// The alternatives of a path that stand in documents of ours.
pub(crate) fn playable(spec: &ProviderSpec, path: &str) -> Vec<Alternative> {
    let has_tokens = spec.facts().openid.is_some();
    let known = |field: &Field| has_tokens || !matches!(field.document, Document::IdToken | Document::AccessToken);
    let mut alternatives = Path::parse(path).alternatives;
    alternatives.retain(|alternative| match alternative {
        Alternative::Field(field) => known(field),
        Alternative::Template(parts) => parts.iter().all(|part| match part {
            oauth_core::Part::Field(field) => known(field),
            oauth_core::Part::Text(_) => true,
        }),
    });
    alternatives
}

fn document_of(endpoint: Endpoint) -> Option<Document> {
    match endpoint {
        Endpoint::Token | Endpoint::Refresh => Some(Document::Token),
        Endpoint::UserInfo => Some(Document::UserInfo),
        Endpoint::Call(name) => Some(Document::Call(name.to_owned())),
        _ => None,
    }
}

/// The address that stands for all: the primary one, else the first verified, else the first.
pub(crate) fn chosen(emails: &[TestEmail]) -> Option<&TestEmail> {
    let verified = |email: &&TestEmail| email.verified == oauth_core::EmailVerified::Verified;
    emails.iter().find(|email| email.is_primary).or_else(|| emails.iter().find(verified)).or(emails.first())
}

fn handle(person: &TestPerson) -> &str {
    person.username.as_deref().unwrap_or(&person.key)
}
