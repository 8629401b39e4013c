//! Strict reading of small JSON objects: no member twice, no value of another type than it should have.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::claims::is_moderate;

/// Why a document is refused, as a clause that follows its name: "is not JSON".
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused(pub(crate) Cow<'static, str>);

impl Refused {
    pub(crate) fn new(why: impl Into<Cow<'static, str>>) -> Self {
        Self(why.into())
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The members of an object in their order. A value is read when somebody asks for it.
#[derive(Debug)]
pub(crate) struct Object<'a>(Vec<(Name<'a>, &'a RawValue)>);

/// The name of a member. Its first bytes as a number come first: where two names differ, these mostly do.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Name<'a> {
    head: u64,
    text: Cow<'a, str>,
}

impl<'a> Name<'a> {
    fn new(text: Cow<'a, str>) -> Self {
        let head = match text.as_bytes().first_chunk() {
            Some(first) => u64::from_be_bytes(*first),
            None => text.bytes().fold(0, |head, byte| head << 8 | u64::from(byte)),
        };
        Self { head, text }
    }
}

/// Up to so many members, comparing each with each costs less than sorting them.
const FEW: usize = 32;

impl<'a> Object<'a> {
    /// Reads an object whose member names are unique (RFC 7519 section 4): readers that take the first and readers that
    /// take the last of two members would see two different documents.
    pub(crate) fn parse(json: &'a str) -> Result<Self, Refused> {
        if !is_moderate(json) {
            return Err(Refused::new("is nested too deeply or has too many members"));
        }
        let members = serde_json::from_str::<Members<'a>>(json).map_err(|_| Refused::new("is not a JSON object"))?.0;
        if has_twice(&members) {
            return Err(Refused::new("has a member twice"));
        }
        Ok(Self(members))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&'a RawValue> {
        let name = Name::new(Cow::Borrowed(name));
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    /// A text member. Absent is `None`; any other type, `null` too, is refused.
    pub(crate) fn text(&self, name: &'static str) -> Result<Option<Cow<'a, str>>, Refused> {
        self.get(name).map(|value| text(value).ok_or_else(|| wrong_type(name, "text"))).transpose()
    }

    /// A number member: seconds since 1970 with or without a fraction (RFC 7519 section 2, `NumericDate`).
    pub(crate) fn number(&self, name: &'static str) -> Result<Option<f64>, Refused> {
        self.get(name).map(|value| number(value).ok_or_else(|| wrong_type(name, "a number"))).transpose()
    }

    /// A text or a list of texts.
    pub(crate) fn texts(&self, name: &'static str) -> Result<Option<Texts<'a>>, Refused> {
        let Some(value) = self.get(name) else { return Ok(None) };
        if let Some(one) = text(value) {
            return Ok(Some(Texts::One(one)));
        }
        let many: Vec<Text<'a>> =
            serde_json::from_str(value.get()).map_err(|_| wrong_type(name, "text or a list of texts"))?;
        Ok(Some(Texts::Many(many)))
    }
}

fn has_twice(members: &[(Name<'_>, &RawValue)]) -> bool {
    if members.len() <= FEW {
        let mut rest = members;
        while let Some(((name, _), others)) = rest.split_first() {
            if others.iter().any(|(other, _)| other == name) {
                return true;
            }
            rest = others;
        }
        return false;
    }
    let mut names: Vec<&Name<'_>> = members.iter().map(|(name, _)| name).collect();
    names.sort_unstable();
    names.windows(2).any(|pair| matches!(pair, [a, b] if a == b))
}

/// A text or a list of texts.
pub(crate) enum Texts<'a> {
    One(Cow<'a, str>),
    Many(Vec<Text<'a>>),
}

impl Texts<'_> {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::Many(many) => many.len(),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        let (one, many) = match self {
            Self::One(one) => (Some(one.as_ref()), &[][..]),
            Self::Many(many) => (None, many.as_slice()),
        };
        one.into_iter().chain(many.iter().map(|text| text.0.as_ref()))
    }
}

fn wrong_type(name: &'static str, expected: &str) -> Refused {
    Refused::new(format!("has a member {name} that is not {expected}"))
}

/// A JSON string; it borrows unless it contains an escape.
pub(crate) fn text(value: &RawValue) -> Option<Cow<'_, str>> {
    let json = value.get();
    // The value was read as JSON before: without an escape its text is what stands between the quotes.
    let inner = json.strip_prefix('"')?.strip_suffix('"')?;
    if !inner.contains('\\') {
        return Some(Cow::Borrowed(inner));
    }
    serde_json::from_str::<Text<'_>>(json).ok().map(|text| text.0)
}

/// A JSON number, if it is finite.
fn number(value: &RawValue) -> Option<f64> {
    let json = value.get();
    let is_number = json.starts_with(|c: char| c == '-' || c.is_ascii_digit());
    json.parse().ok().filter(|number: &f64| is_number && number.is_finite())
}

/// The digits of a whole number that is not negative.
pub(crate) fn whole_number(value: &RawValue) -> Option<&str> {
    Some(value.get()).filter(|json| json.bytes().all(|byte| byte.is_ascii_digit()))
}

pub(crate) struct Text<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(TextVisitor)
    }
}

struct Members<'a>(Vec<(Name<'a>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor;
        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::with_capacity(16);
                while let Some(Text(name)) = map.next_key()? {
                    members.push((Name::new(name), map.next_value()?));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(MembersVisitor)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_member_that_comes_twice_is_found_among_few_and_among_many() {
        for others in [0, 10, FEW, 1000] {
            let members = (0..others).fold(String::new(), |members, number| members + &format!(r#""m{number}":0,"#));
            assert!(Object::parse(&format!(r#"{{{members}"a":1}}"#)).is_ok(), "{others}");
            for twice in [r#""a":1,"a":2"#, r#""a":1,"\u0061":1"#, r#""":1,"":1"#] {
                assert!(Object::parse(&format!("{{{members}{twice}}}")).is_err(), "{others} {twice}");
                assert!(Object::parse(&format!(r#"{{"a":0,{members}{twice}}}"#)).is_err(), "{others} {twice}");
            }
        }
    }

    #[test]
    fn a_value_has_the_type_it_should_have_or_is_refused() {
        let table = [
            ("1", Some(1.0), None),
            ("-1.5e3", Some(-1500.0), None),
            ("18446744073709551616", Some(18_446_744_073_709_551_616.0), None),
            ("1e400", None, None),
            ("null", None, None),
            ("true", None, None),
            ("[1]", None, None),
            (r#""inf""#, None, Some("inf")),
            (r#""1""#, None, Some("1")),
            (r#""""#, None, Some("")),
            (r#""\"\u00e9\\""#, None, Some("\"é\\")),
            (r#"["a"]"#, None, None),
        ];
        for (value, number, text) in table {
            let json = format!(r#"{{"m": {value} }}"#);
            let object = Object::parse(&json).unwrap();
            assert_eq!(object.number("m").ok().flatten(), number, "{value}");
            assert_eq!(object.text("m").ok().flatten().as_deref(), text, "{value}");
        }
        let object = Object::parse("{}").unwrap();
        assert_eq!((object.number("m"), object.text("m")), (Ok(None), Ok(None)));
    }
}
