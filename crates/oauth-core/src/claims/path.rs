//! The path language: how a spec names a value in a provider's reply.
//!
//! ```text
//! path        = template | field *( "|" field ) [ "|" template ]      first non-empty value wins
//! field       = [ document ] step *( step ) *( "#" transform )
//! document    = "@" call | "id_token:" | "token:" | "callback:" | "access_token:"    default: the user-info reply
//! step        = key | "." key | "[" index "]" | "[" key "=" text "]"   index -1 is the last element
//! key         = bare key | "'" any text "'"
//! transform   = "last" | "trim:" characters                            "last": what follows the last / or :
//! template    = "tmpl:" text with {field} in it                        empty if one of its fields is
//! ```
//!
//! [`check`] runs while a spec is compiled, so a malformed path does not compile, and on paths from settings at start;
//! [`parse`] runs once, when a client is built. A test holds the two together.

/// Where a value is looked up.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Document {
    /// The user-info reply, or whatever stands in for it ([`UserInfoSource`](crate::UserInfoSource)).
    UserInfo,
    /// The reply of an extra call, by its name.
    Call(String),
    /// Claims of the verified ID token.
    IdToken,
    /// The token reply.
    Token,
    /// Parameters of the callback request.
    Callback,
    /// Claims of a verified JWT access token.
    AccessToken,
}

/// One step into a JSON value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Member of an object.
    Key(String),
    /// Element of an array; negative counts from the end.
    Index(i32),
    /// First element of an array whose member equals the text.
    Where(String, String),
}

/// A change to the text that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transform {
    /// What follows the last `/` or `:`.
    Last,
    /// Leading and trailing characters of this set removed.
    Trim(String),
}

/// One place in one document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The document.
    pub document: Document,
    /// The way to the value.
    pub steps: Vec<Step>,
    /// Changes to the text, in order.
    pub transforms: Vec<Transform>,
}

/// One alternative of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Alternative {
    /// A value found at a place.
    Field(Field),
    /// Text built around values.
    Template(Vec<Part>),
}

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Fixed text.
    Text(String),
    /// A value to insert.
    Field(Field),
}

/// A parsed path: the first alternative that gives a non-empty value wins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path {
    /// The alternatives in order; none for an unset path.
    pub alternatives: Vec<Alternative>,
}

const TEMPLATE: &str = "tmpl:";
const DOCUMENTS: [&str; 4] = ["id_token:", "token:", "callback:", "access_token:"];

/// Panics, and so does not compile, when `path` is not of the path language.
#[allow(clippy::panic, reason = "const evaluation reports a malformed spec by a panic")]
pub(crate) const fn checked(path: &'static str) -> &'static str {
    match check(path) {
        Ok(()) => path,
        Err(malformed) => panic!("{}", malformed.what.rule()),
    }
}

/// Where and why a text is not a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed {
    /// The byte that does not fit, from 0.
    pub(crate) at: usize,
    pub(crate) what: Fault,
}

/// Why a text is not a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Empty,
    Bracket,
    Quote,
    Transform,
    Template,
}

impl Fault {
    /// The rule that is broken.
    pub(crate) const fn rule(self) -> &'static str {
        match self {
            Self::Empty => {
                "a key is expected: letters, digits, _ - $ and /, or any text in single quotes, with . between two keys"
            }
            Self::Bracket => "brackets hold an index, as in [0], or a condition, as in [primary=true]",
            Self::Quote => "a quoted key ends with another single quote",
            Self::Transform => "the transforms are #last and #trim:characters",
            Self::Template => "a template has {field} with both braces",
        }
    }

    const fn at<T>(self, at: usize) -> Result<T, Malformed> {
        Err(Malformed { at, what: self })
    }
}

/// Whether `path` is of the path language.
#[allow(clippy::indexing_slicing, reason = "const evaluation has no get(); every index is bounded by its loop")]
pub(crate) const fn check(path: &str) -> Result<(), Malformed> {
    let bytes = path.as_bytes();
    let mut at = 0;
    loop {
        at = skip_spaces(bytes, at);
        if starts_with(bytes, at, TEMPLATE.as_bytes()) {
            return check_template(bytes, at + TEMPLATE.len());
        }
        at = match check_field(bytes, at) {
            Ok(end) => skip_spaces(bytes, end),
            Err(malformed) => return Err(malformed),
        };
        if at == bytes.len() {
            return Ok(());
        }
        if bytes[at] != b'|' {
            return Fault::Empty.at(at);
        }
        at += 1;
    }
}

#[allow(clippy::indexing_slicing, reason = "const evaluation has no get(); every index is bounded by its loop")]
const fn check_template(bytes: &[u8], mut at: usize) -> Result<(), Malformed> {
    if at == bytes.len() {
        return Fault::Empty.at(at);
    }
    while at < bytes.len() {
        match bytes[at] {
            b'{' => {
                at = match check_field(bytes, at + 1) {
                    Ok(end) => end,
                    Err(malformed) => return Err(malformed),
                };
                if at == bytes.len() || bytes[at] != b'}' {
                    return Fault::Template.at(at);
                }
            }
            b'}' => return Fault::Template.at(at),
            _ => {}
        }
        at += 1;
    }
    Ok(())
}

/// Checks the field that starts at `at` and returns where it ends.
#[allow(clippy::indexing_slicing, reason = "const evaluation has no get(); every index is bounded by its loop")]
const fn check_field(bytes: &[u8], mut at: usize) -> Result<usize, Malformed> {
    let mut key_wanted = true;
    if at < bytes.len() && bytes[at] == b'@' {
        let start = at + 1;
        at = bare_end(bytes, start);
        if at == start {
            return Fault::Empty.at(at);
        }
        key_wanted = false;
    } else {
        let mut document = 0;
        while document < DOCUMENTS.len() {
            if starts_with(bytes, at, DOCUMENTS[document].as_bytes()) {
                at += DOCUMENTS[document].len();
                break;
            }
            document += 1;
        }
    }
    if key_wanted {
        at = match check_key(bytes, at) {
            Ok(end) => end,
            Err(malformed) => return Err(malformed),
        };
    }
    while at < bytes.len() {
        at = match bytes[at] {
            b'.' => match check_key(bytes, at + 1) {
                Ok(end) => end,
                Err(malformed) => return Err(malformed),
            },
            b'[' => match check_bracket(bytes, at + 1) {
                Ok(end) => end,
                Err(malformed) => return Err(malformed),
            },
            b'#' => match check_transform(bytes, at + 1) {
                Ok(end) => return Ok(end),
                Err(malformed) => return Err(malformed),
            },
            _ => return Ok(at),
        };
    }
    Ok(at)
}

#[allow(clippy::indexing_slicing, reason = "const evaluation has no get(); every index is bounded by its loop")]
const fn check_key(bytes: &[u8], at: usize) -> Result<usize, Malformed> {
    if at < bytes.len() && bytes[at] == b'\'' {
        let mut end = at + 1;
        while end < bytes.len() && bytes[end] != b'\'' {
            end += 1;
        }
        if end == bytes.len() {
            return Fault::Quote.at(at);
        }
        return if end == at + 1 { Fault::Empty.at(end) } else { Ok(end + 1) };
    }
    let end = bare_end(bytes, at);
    if end == at { Fault::Empty.at(at) } else { Ok(end) }
}

#[allow(clippy::indexing_slicing, reason = "const evaluation has no get(); every index is bounded by its loop")]
const fn check_bracket(bytes: &[u8], at: usize) -> Result<usize, Malformed> {
    let mut end = at;
    let mut equals = 0;
    let mut digits = true;
    while end < bytes.len() && bytes[end] != b']' {
        if bytes[end] == b'=' && equals == 0 {
            equals = end;
        }
        if !(bytes[end].is_ascii_digit() || (end == at && bytes[end] == b'-')) {
            digits = false;
        }
        end += 1;
    }
    if end == bytes.len() || end == at {
        return Fault::Bracket.at(at);
    }
    // An index has at most four digits: longer replies are cut anyway.
    let index = digits && end - at <= 4 && bytes[end - 1] != b'-';
    let filter = equals > at && equals + 1 < end && bare_end(bytes, at) == equals;
    if index || filter { Ok(end + 1) } else { Fault::Bracket.at(at) }
}

#[allow(clippy::indexing_slicing, reason = "const evaluation has no get(); every index is bounded by its loop")]
const fn check_transform(bytes: &[u8], at: usize) -> Result<usize, Malformed> {
    let mut at = at;
    loop {
        if starts_with(bytes, at, b"last") {
            at += 4;
        } else if starts_with(bytes, at, b"trim:") {
            let start = at + 5;
            at = start;
            while at < bytes.len() && !matches!(bytes[at], b' ' | b'|' | b'#') {
                at += 1;
            }
            if at == start {
                return Fault::Transform.at(at);
            }
        } else {
            return Fault::Transform.at(at);
        }
        if at < bytes.len() && bytes[at] == b'#' {
            at += 1;
        } else {
            return Ok(at);
        }
    }
}

/// End of the bare key at `at`.
#[allow(clippy::indexing_slicing, reason = "const evaluation has no get(); every index is bounded by its loop")]
const fn bare_end(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() && (bytes[at].is_ascii_alphanumeric() || matches!(bytes[at], b'_' | b'-' | b'$' | b'/')) {
        at += 1;
    }
    at
}

#[allow(clippy::indexing_slicing, reason = "const evaluation has no get(); every index is bounded by its loop")]
const fn skip_spaces(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() && bytes[at] == b' ' {
        at += 1;
    }
    at
}

#[allow(clippy::indexing_slicing, reason = "const evaluation has no get(); every index is bounded by its loop")]
const fn starts_with(bytes: &[u8], at: usize, prefix: &[u8]) -> bool {
    if bytes.len() < at + prefix.len() {
        return false;
    }
    let mut i = 0;
    while i < prefix.len() {
        if bytes[at + i] != prefix[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// Reads a path that [`check`] accepts; anything else gives an empty path.
pub(crate) fn parse(path: &str) -> Path {
    if check(path).is_err() {
        return Path::default();
    }
    let mut rest = path.trim();
    let mut alternatives = Vec::new();
    while !rest.is_empty() {
        if let Some(template) = rest.strip_prefix(TEMPLATE) {
            alternatives.push(Alternative::Template(parse_template(template)));
            break;
        }
        let (field, tail) = parse_field(rest);
        alternatives.push(Alternative::Field(field));
        rest = tail.trim_start().trim_start_matches('|').trim_start();
    }
    Path { alternatives }
}

fn parse_template(mut rest: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    while let Some((text, tail)) = rest.split_once('{') {
        if !text.is_empty() {
            parts.push(Part::Text(text.to_owned()));
        }
        let (field, tail) = parse_field(tail);
        parts.push(Part::Field(field));
        rest = tail.strip_prefix('}').unwrap_or(tail);
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest.to_owned()));
    }
    parts
}

/// Reads the field at the start of `rest` and returns what follows it.
fn parse_field(rest: &str) -> (Field, &str) {
    let (document, mut rest) = parse_document(rest);
    let mut steps = Vec::new();
    if !matches!(document, Document::Call(_)) {
        let (key, tail) = parse_key(rest);
        steps.push(Step::Key(key));
        rest = tail;
    }
    loop {
        if let Some(tail) = rest.strip_prefix('.') {
            let (key, tail) = parse_key(tail);
            steps.push(Step::Key(key));
            rest = tail;
        } else if let Some((inner, tail)) = rest.strip_prefix('[').and_then(|tail| tail.split_once(']')) {
            steps.push(match inner.split_once('=') {
                Some((key, value)) => Step::Where(key.to_owned(), value.to_owned()),
                None => Step::Index(inner.parse().unwrap_or_default()),
            });
            rest = tail;
        } else {
            break;
        }
    }
    let mut transforms = Vec::new();
    while let Some(tail) = rest.strip_prefix('#') {
        if let Some(tail) = tail.strip_prefix("last") {
            transforms.push(Transform::Last);
            rest = tail;
        } else {
            let tail = tail.strip_prefix("trim:").unwrap_or(tail);
            let end = tail.find([' ', '|', '#']).unwrap_or(tail.len());
            let (characters, tail) = tail.split_at(end);
            transforms.push(Transform::Trim(characters.to_owned()));
            rest = tail;
        }
    }
    (Field { document, steps, transforms }, rest)
}

fn parse_document(rest: &str) -> (Document, &str) {
    if let Some(tail) = rest.strip_prefix('@') {
        let (name, tail) = tail.split_at(bare_end(tail.as_bytes(), 0));
        return (Document::Call(name.to_owned()), tail);
    }
    let documents = [Document::IdToken, Document::Token, Document::Callback, Document::AccessToken];
    for (prefix, document) in DOCUMENTS.into_iter().zip(documents) {
        if let Some(tail) = rest.strip_prefix(prefix) {
            return (document, tail);
        }
    }
    (Document::UserInfo, rest)
}

fn parse_key(rest: &str) -> (String, &str) {
    if let Some((key, tail)) = rest.strip_prefix('\'').and_then(|tail| tail.split_once('\'')) {
        return (key.to_owned(), tail);
    }
    let (key, tail) = rest.split_at(bare_end(rest.as_bytes(), 0));
    (key.to_owned(), tail)
}

impl std::fmt::Display for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut first = true;
        match &self.document {
            Document::UserInfo => {}
            Document::Call(name) => {
                write!(f, "@{name}")?;
                first = false;
            }
            Document::IdToken => f.write_str("id_token:")?,
            Document::Token => f.write_str("token:")?,
            Document::Callback => f.write_str("callback:")?,
            Document::AccessToken => f.write_str("access_token:")?,
        }
        for step in &self.steps {
            match step {
                Step::Key(key) => {
                    let bare = bare_end(key.as_bytes(), 0) == key.len();
                    let (dot, quote) = (if first { "" } else { "." }, if bare { "" } else { "'" });
                    write!(f, "{dot}{quote}{key}{quote}")?;
                }
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Where(key, value) => write!(f, "[{key}={value}]")?,
            }
            first = false;
        }
        for transform in &self.transforms {
            match transform {
                Transform::Last => f.write_str("#last")?,
                Transform::Trim(characters) => write!(f, "#trim:{characters}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn field(document: Document, steps: &[Step]) -> Alternative {
        Alternative::Field(Field { document, steps: steps.to_vec(), transforms: Vec::new() })
    }

    fn key(text: &str) -> Step {
        Step::Key(text.into())
    }

    #[test]
    fn paths_of_the_catalogue_are_understood() {
        let emails = || Document::Call("emails".into());
        let table = [
            ("id", vec![field(Document::UserInfo, &[key("id")])]),
            (
                "username | nickname",
                vec![field(Document::UserInfo, &[key("username")]), field(Document::UserInfo, &[key("nickname")])],
            ),
            ("links.avatar.href", vec![field(Document::UserInfo, &[key("links"), key("avatar"), key("href")])]),
            ("items[0].link", vec![field(Document::UserInfo, &[key("items"), Step::Index(0), key("link")])]),
            ("a[-1]", vec![field(Document::UserInfo, &[key("a"), Step::Index(-1)])]),
            (
                "@emails[primary=true].email",
                vec![field(emails(), &[Step::Where("primary".into(), "true".into()), key("email")])],
            ),
            ("@emails.values", vec![field(emails(), &[key("values")])]),
            ("@emails", vec![field(emails(), &[])]),
            ("id_token:email", vec![field(Document::IdToken, &[key("email")])]),
            ("token:body.userid", vec![field(Document::Token, &[key("body"), key("userid")])]),
            ("callback:device_id", vec![field(Document::Callback, &[key("device_id")])]),
            ("'https://slack.com/team_id'", vec![field(Document::UserInfo, &[key("https://slack.com/team_id")])]),
        ];
        for (text, alternatives) in table {
            assert_eq!(check(text), Ok(()), "{text}");
            assert_eq!(parse(text), Path { alternatives }, "{text}");
        }
    }

    #[test]
    fn transforms_and_templates_are_understood() {
        let Alternative::Field(uuid) = &parse("uuid#trim:{}").alternatives[0] else { panic!() };
        assert_eq!(uuid.transforms, [Transform::Trim("{}".into())]);
        let Alternative::Field(sub) = &parse("access_token:sub#last").alternatives[0] else { panic!() };
        assert_eq!(sub.transforms, [Transform::Last]);
        let Alternative::Template(parts) =
            &parse("avatar | tmpl:https://cdn.example/{id}/{avatar}.png").alternatives[1]
        else {
            panic!()
        };
        assert_eq!(parts.len(), 5);
        assert_eq!(parts[4], Part::Text(".png".into()));
    }

    #[test]
    fn malformed_paths_are_refused() {
        let table = [
            ("", 0, Fault::Empty),
            ("a..b", 2, Fault::Empty),
            ("a |", 3, Fault::Empty),
            ("| a", 0, Fault::Empty),
            ("a b", 2, Fault::Empty),
            ("@", 1, Fault::Empty),
            ("id_token:", 9, Fault::Empty),
            ("a[]", 2, Fault::Bracket),
            ("a[x]", 2, Fault::Bracket),
            ("a[0", 2, Fault::Bracket),
            ("a[-]", 2, Fault::Bracket),
            ("a[=b]", 2, Fault::Bracket),
            ("a[b=]", 2, Fault::Bracket),
            ("a['x'=1]", 2, Fault::Bracket),
            ("'a", 0, Fault::Quote),
            ("''", 1, Fault::Empty),
            ("a#upper", 2, Fault::Transform),
            ("a#trim:", 7, Fault::Transform),
            ("tmpl:", 5, Fault::Empty),
            ("tmpl:{a", 7, Fault::Template),
            ("tmpl:a}", 6, Fault::Template),
            ("tmpl:{}", 6, Fault::Empty),
        ];
        for (text, at, what) in table {
            assert_eq!(check(text), Err(Malformed { at, what }), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_accepted_is_parsed_whole(text in "[a-c@'.#|{}=: \\[\\]0-9-]{0,24}|(id_token:|tmpl:)?[a-z.]{1,9}(#last|#trim:x)?") {
            if check(&text).is_ok() {
                let path = parse(&text);
                prop_assert!(!path.alternatives.is_empty());
                for alternative in &path.alternatives {
                    if let Alternative::Field(field) = alternative {
                        let again = parse(&field.to_string());
                        prop_assert_eq!(&again.alternatives[0], alternative);
                    }
                }
            }
        }
    }
}
