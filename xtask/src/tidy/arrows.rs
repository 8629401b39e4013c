//! Which crate may depend on which.

use super::Repository;
use crate::metadata::{Dependency, Kind, Package};

/// The libraries, and the libraries that each may depend on.
const ARROWS: &[(&str, &[&str])] = &[
    ("oauth-core", &[]),
    ("oauth-reqwest", &["oauth-core"]),
    ("oauth-bitbucket", &["oauth-core"]),
    ("oauth-providers", &["oauth-core", "oauth-bitbucket"]),
    ("oauth-login", &["oauth-core"]),
    ("oauth-axum", &["oauth-core", "oauth-login"]),
    ("oauth-actix", &["oauth-core", "oauth-login"]),
    ("oauth-redis", &["oauth-core", "oauth-login"]),
    ("oauth-testkit", &["oauth-core"]),
];

/// Web-framework adapters: nothing but an application stands on one, not even in a test.
const ADAPTERS: &[&str] = &["oauth-axum", "oauth-actix"];

pub(super) fn between_crates(repository: &Repository) -> Vec<String> {
    let mut problems = Vec::new();
    for (name, _) in ARROWS {
        if repository.metadata.package(name).is_none() {
            problems.push(format!("xtask/src/tidy/arrows.rs draws {name}, which is no package: take its row out"));
        }
    }
    for package in &repository.metadata.packages {
        for dependency in package.dependencies.iter().filter(|dependency| dependency.path.is_some()) {
            if !allowed(package, dependency) {
                problems.push(format!(
                    "{} depends on {}: no arrow in xtask/src/tidy/arrows.rs says it may",
                    package.name, dependency.name
                ));
            }
        }
        if package.dir().starts_with("crates") && row(&package.name).is_none() {
            problems.push(format!("{} is new: draw its arrows in xtask/src/tidy/arrows.rs", package.name));
        }
    }
    problems
}

fn allowed(package: &Package, dependency: &Dependency) -> bool {
    let to_library = row(&dependency.name).is_some();
    match row(&package.name) {
        // Tests and documentation examples may use what an application would, short of an adapter.
        Some(_) if dependency.kind == Some(Kind::Dev) => to_library && !ADAPTERS.contains(&dependency.name.as_str()),
        Some(arrows) => arrows.contains(&dependency.name.as_str()),
        // The examples share their pages, and the tests across crates drive the examples.
        None => to_library || dependency.name == "example-shared" || package.dir().starts_with("tests"),
    }
}

fn row(name: &str) -> Option<&'static [&'static str]> {
    ARROWS.iter().find(|(library, _)| *library == name).map(|(_, arrows)| *arrows)
}
