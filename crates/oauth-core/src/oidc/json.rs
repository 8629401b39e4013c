//! Strict reading of small JSON objects: no member twice, no value of another type than it should have.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

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

/// The members of an object, sorted by name. A value is read when somebody asks for it.
#[derive(Debug)]
pub(crate) struct Object<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Object<'a> {
    /// Reads an object whose member names are unique (RFC 7519 section 4): readers that take the first and readers that
    /// take the last of two members would see two different documents.
    pub(crate) fn parse(json: &'a str) -> Result<Self, Refused> {
        let mut members =
            serde_json::from_str::<Members<'a>>(json).map_err(|_| Refused::new("is not a JSON object"))?.0;
        members.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        if members.windows(2).any(|pair| matches!(pair, [(a, _), (b, _)] if a == b)) {
            return Err(Refused::new("has a member twice"));
        }
        Ok(Self(members))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&'a RawValue> {
        let at = self.0.binary_search_by(|(known, _)| known.as_ref().cmp(name)).ok()?;
        self.0.get(at).map(|(_, value)| *value)
    }

    /// A text member. Absent is `None`; any other type, `null` too, is refused.
    pub(crate) fn text(&self, name: &'static str) -> Result<Option<Cow<'a, str>>, Refused> {
        self.get(name).map(|value| text(value).ok_or_else(|| wrong_type(name, "text"))).transpose()
    }

    /// A number member: seconds since 1970 with or without a fraction (RFC 7519 section 2, `NumericDate`).
    pub(crate) fn number(&self, name: &'static str) -> Result<Option<f64>, Refused> {
        self.get(name)
            .map(|value| serde_json::from_str(value.get()).map_err(|_| wrong_type(name, "a number")))
            .transpose()
    }

    /// A text or a list of texts.
    pub(crate) fn texts(&self, name: &'static str) -> Result<Option<Vec<Cow<'a, str>>>, Refused> {
        let Some(value) = self.get(name) else { return Ok(None) };
        if let Some(one) = text(value) {
            return Ok(Some(vec![one]));
        }
        let many: Vec<Text<'a>> =
            serde_json::from_str(value.get()).map_err(|_| wrong_type(name, "text or a list of texts"))?;
        Ok(Some(many.into_iter().map(|text| text.0).collect()))
    }
}

fn wrong_type(name: &'static str, expected: &str) -> Refused {
    Refused::new(format!("has a member {name} that is not {expected}"))
}

/// A JSON string; it borrows unless it contains an escape.
pub(crate) fn text(value: &RawValue) -> Option<Cow<'_, str>> {
    serde_json::from_str::<Text<'_>>(value.get()).ok().map(|text| text.0)
}

struct Text<'a>(Cow<'a, str>);

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

struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

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
                    members.push((name, map.next_value()?));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(MembersVisitor)
    }
}
