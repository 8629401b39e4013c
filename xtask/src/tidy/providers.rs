//! The lists that name every provider name the same ones. `cargo xtask new-provider` adds to all of them.

use std::collections::BTreeSet;

use super::Repository;

const LIBRARY: &str = "oauth-providers";
const SOURCE: &str = "crates/oauth-providers/src/lib.rs";

/// Features that are no provider.
const OTHER_FEATURES: &[&str] = &["profiles"];

pub(super) fn lists(repository: &Repository) -> Vec<String> {
    let (Some(package), Some(library)) = (repository.metadata.package(LIBRARY), repository.file(SOURCE)) else {
        return Vec::new();
    };
    let features: BTreeSet<&str> = package.named_features().filter(|name| !OTHER_FEATURES.contains(name)).collect();
    let mut problems = Vec::new();
    for (list, named) in [("KNOWN", known(&library.text)), ("ENABLED", enabled(&library.text))] {
        problems.extend(features.difference(&named).map(|name| format!("{SOURCE}: {list} lacks `{name}`")));
        problems.extend(named.difference(&features).map(|name| format!("{SOURCE}: {list} has `{name}`, no feature")));
    }
    for name in features {
        if repository.file(&format!("docs/src/providers/{name}.md")).is_none() {
            problems.push(format!("docs/src/providers/{name}.md is missing"));
        }
        let fixtures = format!("fixtures/{name}/");
        if !repository.files.iter().any(|file| file.path.starts_with(&fixtures)) {
            problems.push(format!("{fixtures} holds no replies"));
        }
    }
    problems
}

/// The names in the list `KNOWN`.
fn known(library: &str) -> BTreeSet<&str> {
    let list = library.split_once("static KNOWN: &[&str] =").and_then(|(_, rest)| rest.split_once(';'));
    list.map(|(list, _)| list.split('"').skip(1).step_by(2).collect()).unwrap_or_default()
}

/// The features on which the entries of the list `ENABLED` depend.
fn enabled(library: &str) -> BTreeSet<&str> {
    let list = library.split_once("static ENABLED: &[&dyn Provider] =").and_then(|(_, rest)| rest.split_once(';'));
    let gates = list.map(|(list, _)| list.split("#[cfg(feature = \"").skip(1)).into_iter().flatten();
    gates.filter_map(|gate| gate.split_once('"').map(|(name, _)| name)).collect()
}
