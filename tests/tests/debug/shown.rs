//! What was shown, and the search in it.

use std::{
    collections::BTreeSet,
    error::Error as StdError,
    fmt::{Debug, Display},
    sync::Mutex,
};

use oauth_core::Error;

/// The names of the types that were shown, with what was shown of them.
static SHOWN: Mutex<Vec<(String, String)>> = Mutex::new(Vec::new());
/// What was drawn at random.
static DRAWN: Mutex<Vec<String>> = Mutex::new(Vec::new());

pub(crate) fn told<T>(text: String) {
    let path = std::any::type_name::<T>();
    let path = path.split('<').next().unwrap();
    let (krate, name) = (path.split("::").next().unwrap(), path.rsplit("::").next().unwrap());
    SHOWN.lock().unwrap().push((format!("{krate}::{name}"), text));
}

pub(crate) fn show<T: Debug>(value: &T) {
    told::<T>(format!("{value:?}"));
    told::<T>(format!("{value:#?}"));
}

pub(crate) fn show_text<T: Display>(value: &T) {
    told::<T>(format!("{value}"));
}

pub(crate) fn show_error(error: &Error) {
    show(error);
    show_text(error);
    let mut source = error.source();
    while let Some(cause) = source {
        told::<Error>(format!("{cause} {cause:?}"));
        source = cause.source();
    }
}

pub(crate) fn drawn(secret: impl Into<String>) {
    DRAWN.lock().unwrap().push(secret.into());
}

/// The types of which something was shown.
pub(crate) fn types() -> BTreeSet<String> {
    SHOWN.lock().unwrap().iter().map(|(name, _)| name.clone()).collect()
}

/// Fails if something that was shown has one of these in it, or something that was drawn at random.
pub(crate) fn assert_free_of(planted: &[String]) {
    let drawn = DRAWN.lock().unwrap();
    assert!(drawn.len() > 20 && drawn.iter().all(|secret| secret.len() > 20), "{drawn:?}");
    for (name, text) in SHOWN.lock().unwrap().iter() {
        // Bytes are shown as numbers, one a line.
        let spaceless = text.replace(char::is_whitespace, "");
        let found = planted.iter().chain(drawn.iter()).find(|secret| spaceless.contains(secret.as_str()));
        assert_eq!(found, None, "in {name}: {text}");
    }
}
