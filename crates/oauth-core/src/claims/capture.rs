//! Picks the wanted members out of a JSON text in one pass, and leaves the rest as it is.
//!
//! A map of the whole document costs several times as much as the members that a login needs; ids keep every digit
//! because a number is never read as a float.

use std::{borrow::Cow, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::path::{Step, Transform};

/// Which members of an object are wanted: a tree of keys whose marked nodes have a slot.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    slot: Option<usize>,
    children: Vec<(String, Wanted)>,
    slots: usize,
}

impl Wanted {
    /// Marks the value at `keys` and returns its slot. The same place has one slot.
    pub(crate) fn mark<'k>(&mut self, keys: impl Iterator<Item = &'k str>) -> usize {
        let next = self.slots;
        let slot = self.mark_node(keys, next);
        self.slots = self.slots.max(slot + 1);
        slot
    }

    fn mark_node<'k>(&mut self, mut keys: impl Iterator<Item = &'k str>, next: usize) -> usize {
        let mut node = self;
        for key in keys.by_ref() {
            let at = node.children.iter().position(|(name, _)| name == key).unwrap_or_else(|| {
                node.children.push((key.to_owned(), Self::default()));
                node.children.len() - 1
            });
            #[allow(clippy::indexing_slicing, reason = "the position was found or pushed a line above")]
            let (_, child) = &mut node.children[at];
            node = child;
        }
        *node.slot.get_or_insert(next)
    }

    /// Reads `json` once and returns one entry per slot.
    ///
    /// A text that is not JSON and an object that names a member twice (RFC 8259 section 4) are refused: whoever reads
    /// the last and whoever reads the first of two members see two different documents.
    pub(crate) fn capture<'a>(&self, json: &'a str) -> Result<Captured<'a>, Unreadable> {
        if !is_moderate(json) {
            return Err(Unreadable::Oversized);
        }
        let mut slots = vec![None; self.slots];
        let mut deserializer = serde_json::Deserializer::from_str(json);
        Node { wanted: self, slots: &mut slots }
            .deserialize(&mut deserializer)
            .and_then(|()| deserializer.end())
            .map_err(|error| Unreadable::At { line: error.line(), column: error.column() })?;
        Ok(Captured { slots })
    }
}

/// Why a JSON text is not read. The text itself may be secret and is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// Where it stops being JSON, or names a member twice.
    At { line: usize, column: usize },
    /// It is out of proportion.
    Oversized,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At { line, column } => {
                write!(f, "not readable as JSON without duplicate members, at line {line} column {column}")
            }
            Self::Oversized => write!(f, "nested deeper than {MAX_DEPTH} levels or longer than {MAX_VALUES} values"),
        }
    }
}

/// Deepest nesting of a document. Whoever reads the raw profile later may follow it by recursion.
const MAX_DEPTH: usize = 64;

/// Most members and elements of a document, at all levels together.
const MAX_VALUES: usize = 10_000;

/// Whether a JSON text is of a size that can be handed on: far more than any provider has to say, and little enough for
/// whoever reads it again. How long it may be is for the HTTP client to say.
pub(crate) fn is_moderate(json: &str) -> bool {
    // Counted wherever they stand, which is quick, they are seldom too many; and a short text has no room for many.
    let opening = count(json, |byte| matches!(byte, b'{' | b'['));
    if opening <= MAX_DEPTH && (json.len() <= MAX_VALUES || opening + count(json, |byte| byte == b',') <= MAX_VALUES) {
        return true;
    }
    let (mut depth, mut values, mut in_text, mut escaped) = (0_usize, 0_usize, false, false);
    for byte in json.bytes() {
        if in_text {
            (in_text, escaped) = (escaped || byte != b'"', !escaped && byte == b'\\');
            continue;
        }
        match byte {
            b'"' => in_text = true,
            b'{' | b'[' => (depth, values) = (depth + 1, values + 1),
            b',' => values += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH || values > MAX_VALUES {
            return false;
        }
    }
    true
}

/// How many bytes of a text are of a kind: in pieces whose number fits into a byte, so that many are counted at a time.
fn count(json: &str, is_of_kind: impl Fn(u8) -> bool) -> usize {
    let pieces = json.as_bytes().chunks(usize::from(u8::MAX));
    pieces.map(|piece| usize::from(piece.iter().map(|byte| u8::from(is_of_kind(*byte))).sum::<u8>())).sum()
}

/// What a pass found.
#[derive(Debug, Default)]
pub(crate) struct Captured<'a> {
    slots: Vec<Option<&'a RawValue>>,
}

impl<'a> Captured<'a> {
    pub(crate) fn get(&self, slot: usize) -> Option<&'a RawValue> {
        self.slots.get(slot).copied().flatten()
    }
}

struct Node<'w, 's, 'a> {
    wanted: &'w Wanted,
    slots: &'s mut Vec<Option<&'a RawValue>>,
}

impl<'a> Node<'_, '_, 'a> {
    fn put(&mut self, value: &'a RawValue) {
        if let Some(place) = self.wanted.slot.and_then(|slot| self.slots.get_mut(slot)) {
            *place = Some(value);
        }
    }
}

impl<'a> DeserializeSeed<'a> for Node<'_, '_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(mut self, deserializer: D) -> Result<(), D::Error> {
        if self.wanted.slot.is_none() {
            return deserializer.deserialize_any(self);
        }
        let value = <&RawValue as serde::Deserialize>::deserialize(deserializer)?;
        self.put(value);
        if !self.wanted.children.is_empty() {
            self.deserialize_inner(value).map_err(D::Error::custom)?;
        }
        Ok(())
    }
}

impl<'a> Node<'_, '_, 'a> {
    fn deserialize_inner(self, value: &'a RawValue) -> serde_json::Result<()> {
        serde_json::Deserializer::from_str(value.get()).deserialize_any(self)
    }
}

impl<'a> Visitor<'a> for Node<'_, '_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut members: A) -> Result<(), A::Error> {
        let mut seen = Vec::with_capacity(16);
        while let Some(key) = members.next_key::<BorrowedText<'a>>()? {
            match self.wanted.children.iter().find(|(name, _)| *name == key.0) {
                Some((_, wanted)) => members.next_value_seed(Node { wanted, slots: &mut *self.slots })?,
                None => members.next_value::<IgnoredAny>().map(drop)?,
            }
            seen.push(key.0);
        }
        seen.sort_unstable();
        if seen.windows(2).any(|pair| matches!(pair, [a, b] if a == b)) {
            return Err(A::Error::custom("duplicate member"));
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut elements: A) -> Result<(), A::Error> {
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }
}

/// A string that borrows from the text unless it contains an escape.
#[derive(PartialEq, Eq, Hash)]
struct BorrowedText<'a>(Cow<'a, str>);

impl<'a> serde::Deserialize<'a> for BorrowedText<'a> {
    fn deserialize<D: Deserializer<'a>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'a> Visitor<'a> for Text {
            type Value = BorrowedText<'a>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_borrowed_str<E>(self, text: &'a str) -> Result<Self::Value, E> {
                Ok(BorrowedText(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(BorrowedText(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// Follows `steps` from `value`.
pub(crate) fn descend<'a>(mut value: &'a RawValue, steps: &[Step]) -> Option<&'a RawValue> {
    for step in steps {
        value = match step {
            Step::Key(key) => member(value, key)?,
            Step::Index(index) => {
                let elements = elements(value)?;
                let index = usize::try_from(*index)
                    .ok()
                    .or_else(|| elements.len().checked_sub(index.unsigned_abs() as usize))?;
                *elements.get(index)?
            }
            Step::Where(key, wanted) => elements(value)?
                .into_iter()
                .find(|element| member(element, key).and_then(scalar).is_some_and(|text| text == *wanted))?,
        };
    }
    Some(value)
}

/// The elements of an array.
pub(crate) fn elements(value: &RawValue) -> Option<Vec<&RawValue>> {
    serde_json::from_str(value.get()).ok()
}

fn member<'a>(value: &'a RawValue, key: &str) -> Option<&'a RawValue> {
    let mut wanted = Wanted::default();
    let slot = wanted.mark(std::iter::once(key));
    wanted.capture(value.get()).ok()?.get(slot)
}

/// The value as text: a string, an integer with all its digits, or a flag.
fn scalar(value: &RawValue) -> Option<Cow<'_, str>> {
    match value.get() {
        flag @ ("true" | "false") => Some(Cow::Borrowed(flag)),
        _ => text(value),
    }
}

/// The value as text: a string or an integer with all its digits. Floats, flags, `null` and structures are no text.
pub(crate) fn text(value: &RawValue) -> Option<Cow<'_, str>> {
    let json = value.get();
    if json.starts_with('"') {
        // Most texts have no escape and stand in the JSON as they are.
        if !json.contains('\\') {
            return json.get(1..json.len() - 1).map(Cow::Borrowed);
        }
        return serde_json::from_str::<BorrowedText<'_>>(json).ok().map(|text| text.0);
    }
    let digits = json.strip_prefix('-').unwrap_or(json);
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(Cow::Borrowed(json))
}

/// The value as a flag: `true` and `false` only.
pub(crate) fn flag(value: &RawValue) -> Option<bool> {
    match value.get() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// The value as a flag for providers that spell it as text or number: also `"true"`, `"false"`, `1`, `0`, `"1"`, `"0"`.
pub(crate) fn lenient_flag(value: &RawValue) -> Option<bool> {
    match value.get() {
        "true" | "\"true\"" | "1" | "\"1\"" => Some(true),
        "false" | "\"false\"" | "0" | "\"0\"" => Some(false),
        _ => None,
    }
}

pub(crate) fn transform<'a>(text: Cow<'a, str>, transforms: &[Transform]) -> Cow<'a, str> {
    transforms.iter().fold(text, |text, transform| {
        let part = |whole: &str| match transform {
            Transform::Last => whole.rsplit(['/', ':']).next().unwrap_or_default().to_owned(),
            Transform::Trim(characters) => whole.trim_matches(|c| characters.contains(c)).to_owned(),
        };
        Cow::Owned(part(&text))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one<'a>(json: &'a str, path: &str) -> Option<&'a str> {
        let mut wanted = Wanted::default();
        let slot = wanted.mark(path.split('.'));
        wanted.capture(json).unwrap().get(slot).map(RawValue::get)
    }

    #[test]
    fn wanted_members_are_found_whatever_stands_around_them() {
        let json = r#" {"a": [1, {"b": 2}], "b": {"c": "x", "d": null}, "e\u0066": 18446744073709551616, "f": true} "#;
        let table = [
            ("b.c", Some("\"x\"")),
            ("b.d", Some("null")),
            ("b", Some(r#"{"c": "x", "d": null}"#)),
            ("ef", Some("18446744073709551616")),
            ("f", Some("true")),
            ("f.g", None),
            ("a.b", None),
            ("z", None),
        ];
        for (path, expected) in table {
            assert_eq!(one(json, path), expected, "{path}");
        }
    }

    #[test]
    fn a_place_and_a_place_inside_it_are_both_found() {
        let mut wanted = Wanted::default();
        let outer = wanted.mark(["picture"].into_iter());
        let inner = wanted.mark(["picture", "data", "url"].into_iter());
        let captured = wanted.capture(r#"{"picture": {"data": {"url": "u"}}}"#).unwrap();
        assert_eq!(captured.get(inner).unwrap().get(), "\"u\"");
        assert!(captured.get(outer).unwrap().get().starts_with('{'));
        assert_eq!(wanted.mark(["picture"].into_iter()), outer);
    }

    // Proves: QF10, QG10
    #[test]
    fn duplicate_members_and_broken_texts_are_refused() {
        let mut wanted = Wanted::default();
        wanted.mark(["a", "b"].into_iter());
        for json in
            ["", "{", r#"{"a":1,"a":2}"#, r#"{"x":1,"\u0078":2}"#, r#"{"a":{"b":1,"b":2}}"#, "{} {}", "{\"a\":01}"]
        {
            assert!(wanted.capture(json).is_err(), "{json}");
        }
        for json in ["{}", "[]", "null", "1", "1.5", "\"x\"", "\"\\n\"", "true", r#"{"a":null}"#, r#"{"a":[]}"#] {
            assert!(wanted.capture(json).is_ok(), "{json}");
        }
    }

    // Proves: QG10
    #[test]
    fn a_document_out_of_proportion_is_refused() {
        let deep = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
        let many = |values: usize| format!("[{}]", vec!["1"; values].join(","));
        let members = |count: usize| {
            let members: Vec<String> = (0..count).map(|at| format!("\"{at}\":0")).collect();
            format!("{{{}}}", members.join(","))
        };
        let brackets = format!(r#"{{"a":"{}\"{}\\\\","b":1}}"#, "[".repeat(100), "{,".repeat(20_000));
        let table = [
            (deep(64), true),
            (deep(65), false),
            (format!("{}1{}", r#"{"a":"#.repeat(64), "}".repeat(64)), true),
            (format!("{}1{}", r#"{"a":"#.repeat(65), "}".repeat(65)), false),
            (many(10_000), true),
            (many(10_001), false),
            (members(10_000), true),
            (members(10_001), false),
            (format!("[{},{}]", many(4_999), many(4_999)), true),
            (format!("[{},{}]", many(5_000), many(4_999)), false),
            (brackets, true),
        ];
        for (json, accepted) in table {
            let expected = if accepted { Ok(()) } else { Err(Unreadable::Oversized) };
            assert_eq!(Wanted::default().capture(&json).map(drop), expected, "{json:.40} of {} bytes", json.len());
        }
    }

    // Proves: QG6
    #[test]
    fn a_number_becomes_text_only_when_it_is_whole() {
        let table = [
            ("7", Some("7")),
            ("-7", Some("-7")),
            ("900719925474099312345", Some("900719925474099312345")),
            ("\"a\\u0062\"", Some("ab")),
            ("1.0", None),
            ("1e3", None),
            ("true", None),
            ("null", None),
            ("[]", None),
        ];
        for (json, expected) in table {
            let value: &RawValue = serde_json::from_str(json).unwrap();
            assert_eq!(text(value).as_deref(), expected, "{json}");
        }
    }

    #[test]
    fn elements_are_picked_by_index_and_by_member() {
        let value: &RawValue = serde_json::from_str(r#"[{"k":"a","v":1},{"k":"b","v":2},{"p":true,"v":3}]"#).unwrap();
        let pick = |steps: &[Step]| descend(value, steps).map(RawValue::get);
        let v = || Step::Key("v".into());
        assert_eq!(pick(&[Step::Index(0), v()]), Some("1"));
        assert_eq!(pick(&[Step::Index(-1), v()]), Some("3"));
        assert_eq!(pick(&[Step::Index(3), v()]), None);
        assert_eq!(pick(&[Step::Index(-4), v()]), None);
        assert_eq!(pick(&[Step::Where("k".into(), "b".into()), v()]), Some("2"));
        assert_eq!(pick(&[Step::Where("p".into(), "true".into()), v()]), Some("3"));
        assert_eq!(pick(&[Step::Key("k".into())]), None);
    }
}
