//! JSON documents written along the paths that a spec reads them by.

use oauth_core::{Alternative, Field, Part, Path, Step, SuccessCheck, Transform};
use serde_json::{Map, Value};

/// Puts `value` at the end of `steps`, making what is missing on the way. What stands there already stays.
pub(crate) fn put(node: &mut Value, steps: &[Step], value: Value) {
    let Some((step, rest)) = steps.split_first() else {
        if node.is_null() {
            *node = value;
        }
        return;
    };
    if node.is_null() {
        *node = match step {
            Step::Key(_) => Value::Object(Map::new()),
            Step::Index(_) | Step::Where(..) => Value::Array(Vec::new()),
        };
    }
    let child = match (step, node) {
        (Step::Key(key), Value::Object(members)) => Some(members.entry(key.as_str()).or_insert(Value::Null)),
        (Step::Index(index), Value::Array(elements)) => {
            let needed = usize::try_from(*index).map_or(index.unsigned_abs() as usize, |index| index + 1);
            elements.resize(elements.len().max(needed), Value::Null);
            position(elements.len(), *index).and_then(|at| elements.get_mut(at))
        }
        (Step::Where(key, wanted), Value::Array(elements)) => {
            let at = elements.iter().position(|element| has(element, key, wanted)).unwrap_or_else(|| {
                elements.push(Value::Object(Map::from_iter([(key.clone(), flag_or_text(wanted))])));
                elements.len() - 1
            });
            elements.get_mut(at)
        }
        _ => None,
    };
    if let Some(child) = child {
        put(child, rest, value);
    }
}

/// Makes a reply a success by the rule of its spec.
pub(crate) fn put_success(reply: &mut Value, check: &SuccessCheck) {
    if let (Some(field), Some(value)) = (first_field(check.path()), check.accepted().first()) {
        let number = value.parse::<i64>().ok().filter(|number| number.to_string() == *value);
        put(reply, &field.steps, number.map_or_else(|| flag_or_text(value), Value::from));
    }
}

/// What stands at the end of `steps`.
pub(crate) fn get<'v>(node: &'v Value, steps: &[Step]) -> Option<&'v Value> {
    steps.iter().try_fold(node, |node, step| match step {
        Step::Key(key) => node.get(key),
        Step::Index(index) => node.as_array().and_then(|elements| elements.get(position(elements.len(), *index)?)),
        Step::Where(key, wanted) => node.as_array()?.iter().find(|element| has(element, key, wanted)),
    })
}

/// What stands at the end of `steps`, to change it.
pub(crate) fn get_mut<'v>(node: &'v mut Value, steps: &[Step]) -> Option<&'v mut Value> {
    steps.iter().try_fold(node, |node, step| match step {
        Step::Key(key) => node.get_mut(key),
        Step::Index(index) => {
            let elements = node.as_array_mut()?;
            position(elements.len(), *index).and_then(|at| elements.get_mut(at))
        }
        Step::Where(key, wanted) => node.as_array_mut()?.iter_mut().find(|element| has(element, key, wanted)),
    })
}

/// Sets a member of an object.
pub(crate) fn set_member(object: &mut Value, name: &str, value: impl Into<Value>) {
    if let Value::Object(members) = object {
        members.insert(name.to_owned(), value.into());
    }
}

/// Removes what stands at the end of `steps`; an element of a list becomes null.
pub(crate) fn remove(node: &mut Value, steps: &[Step]) {
    match steps.split_last() {
        Some((Step::Key(key), way)) => {
            if let Some(Value::Object(members)) = get_mut(node, way) {
                members.remove(key);
            }
        }
        _ => {
            if let Some(value) = get_mut(node, steps) {
                *value = Value::Null;
            }
        }
    }
}

fn position(length: usize, index: i32) -> Option<usize> {
    usize::try_from(index).ok().or_else(|| length.checked_sub(index.unsigned_abs() as usize))
}

fn has(element: &Value, key: &str, wanted: &str) -> bool {
    element.get(key) == Some(&flag_or_text(wanted))
}

fn flag_or_text(text: &str) -> Value {
    match text {
        "true" => true.into(),
        "false" => false.into(),
        text => text.into(),
    }
}

/// Every place that a path names.
pub(crate) fn every_field(path: &str) -> Vec<Field> {
    let alternatives = Path::parse(path).alternatives.into_iter();
    alternatives
        .flat_map(|alternative| match alternative {
            Alternative::Field(field) => vec![field],
            Alternative::Template(parts) => parts
                .into_iter()
                .filter_map(|part| match part {
                    Part::Field(field) => Some(field),
                    Part::Text(_) => None,
                })
                .collect(),
        })
        .collect()
}

/// The place that a path names first, if it is one.
pub(crate) fn first_field(path: &str) -> Option<Field> {
    match Path::parse(path).alternatives.into_iter().next()? {
        Alternative::Field(field) => Some(field),
        Alternative::Template(_) => None,
    }
}

/// A text that the transforms turn into `value`.
pub(crate) fn before_transforms(value: &str, transforms: &[Transform]) -> String {
    transforms.iter().rev().fold(value.to_owned(), |text, transform| match transform {
        Transform::Last => format!("dev/{text}"),
        Transform::Trim(characters) => {
            let first = characters.chars().next().map_or_else(String::new, String::from);
            let last = characters.chars().next_back().map_or_else(String::new, String::from);
            format!("{first}{text}{last}")
        }
    })
}

/// The fields of a template, with texts that make it `value`; `None` if the template cannot become it.
pub(crate) fn before_template<'p>(parts: &'p [Part], value: &str) -> Option<Vec<(&'p Field, String)>> {
    let mut rest = value;
    let mut fields = Vec::new();
    let mut parts = parts.iter().peekable();
    while let Some(part) = parts.next() {
        match part {
            Part::Text(text) => rest = rest.strip_prefix(text.as_str())?,
            Part::Field(field) => {
                let end = match parts.peek() {
                    Some(Part::Text(next)) => rest.find(next.as_str())?,
                    Some(Part::Field(_)) => return None,
                    None => rest.len(),
                };
                let (text, tail) = rest.split_at(end);
                if text.is_empty() {
                    return None;
                }
                fields.push((field, text.to_owned()));
                rest = tail;
            }
        }
    }
    rest.is_empty().then_some(fields)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn written(path: &str) -> Value {
        let field = first_field(path).unwrap();
        let mut document = Value::Null;
        put(&mut document, &field.steps, before_transforms("v", &field.transforms).into());
        assert!(get(&document, &field.steps).is_some(), "{path}");
        document
    }

    #[test]
    fn a_value_stands_where_the_path_reads_it() {
        let table = [
            ("id", json!({ "id": "v" })),
            ("user.images[0].url", json!({ "user": { "images": [{ "url": "v" }] } })),
            ("a[2]", json!({ "a": [null, null, "v"] })),
            ("a[-1].b", json!({ "a": [{ "b": "v" }] })),
            ("a[-2]", json!({ "a": ["v", null] })),
            ("emails[primary=true].email", json!({ "emails": [{ "primary": true, "email": "v" }] })),
            ("ids[type=main].id", json!({ "ids": [{ "type": "main", "id": "v" }] })),
            ("'https://x.test/id'.a", json!({ "https://x.test/id": { "a": "v" } })),
            ("@emails[0].email", json!([{ "email": "v" }])),
            ("uuid#trim:{}", json!({ "uuid": "{v}" })),
            ("sub#last", json!({ "sub": "dev/v" })),
            ("sub#last#trim:<>", json!({ "sub": "dev/<v>" })),
        ];
        for (path, expected) in table {
            assert_eq!(written(path), expected, "{path}");
        }
    }

    #[test]
    fn what_was_written_first_stays() {
        let mut document = json!({ "a": "first" });
        for path in ["a", "a.b", "a[0]"] {
            put(&mut document, &first_field(path).unwrap().steps, "second".into());
            assert_eq!(document, json!({ "a": "first" }), "{path}");
        }
    }

    #[test]
    fn a_template_is_taken_apart_where_it_fits() {
        let parts = |template: &str| match Path::parse(template).alternatives.remove(0) {
            Alternative::Template(parts) => parts,
            Alternative::Field(_) => panic!("{template} is no template"),
        };
        let table = [
            ("tmpl:{first} {last}", "Jane van Doe", Some(vec!["Jane", "van Doe"])),
            ("tmpl:https://x.test/{id}.png", "https://x.test/7.png", Some(vec!["7"])),
            ("tmpl:{first} {last}", "Plato", None),
            ("tmpl:https://x.test/{id}.png", "https://y.test/7.png", None),
            ("tmpl:{a}{b}", "ab", None),
        ];
        for (template, value, expected) in table {
            let parts = parts(template);
            let found = before_template(&parts, value)
                .map(|fields| fields.into_iter().map(|(_, text)| text).collect::<Vec<_>>());
            assert_eq!(found, expected.map(|texts| texts.into_iter().map(str::to_owned).collect()), "{template}");
        }
    }
}
