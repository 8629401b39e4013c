//! What the engine, the crates below every application, must not know.

use std::collections::BTreeSet;

use anyhow::Result;

use super::Repository;
use crate::cmd;
use crate::metadata::Package;

/// Crates that work for every web framework and HTTP client, each with the exception that it makes: both frameworks run
/// on tokio, and keeping tokens fresh needs its timers and tasks.
const INDEPENDENT: &[(&str, Option<&str>)] = &[("oauth-core", None), ("oauth-login", Some("tokio"))];

/// Crates that work for every provider.
const ENGINE: &[&str] = &["oauth-core", "oauth-login", "oauth-axum"];

/// Packages, and families of packages, whose types would tie users to one version of one framework or client.
const TIES: &[&str] = &["actix", "axum", "cookie", "http", "hyper", "reqwest", "tokio", "tower"];

/// Names that mean a provider wherever they stand; names that are also common words are found as whole strings only.
const PROVIDERS: &[&str] = &[
    "atlassian",
    "bitbucket",
    "cognito",
    "discord",
    "facebook",
    "github",
    "gitlab",
    "google",
    "keycloak",
    "linkedin",
    "microsoft",
    "spotify",
    "strava",
    "twitch",
    "twitter",
];

pub(super) fn dependencies(repository: &Repository) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for &(library, exception) in INDEPENDENT {
        if repository.metadata.package(library).is_none() {
            continue;
        }
        for name in normal_dependencies(&["--package", library, "--all-features"])? {
            let name = name.split_whitespace().next().unwrap_or_default();
            let mut ties = TIES.iter().filter(|tie| Some(**tie) != exception);
            if ties.any(|tie| name.strip_prefix(tie).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))) {
                problems.push(format!(
                    "{library} depends on {name}: `cargo tree -p {library} -i {name}` says through what"
                ));
            }
        }
    }
    Ok(problems)
}

/// The distinct packages, each as name and version, in the tree of normal dependencies of what `selection` selects,
/// the selected packages included. Counted for one target, so that the number is the same on every machine.
pub(super) fn normal_dependencies(selection: &[&str]) -> Result<BTreeSet<String>> {
    let tree = ["tree", "--edges=normal", "--prefix=none", "--format={p}", "--target=x86_64-unknown-linux-gnu"];
    let tree = cmd::output(cmd::cargo(&tree).args(selection))?;
    Ok(tree
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            Some(format!("{} {}", words.next()?, words.next()?))
        })
        .collect())
}

pub(super) fn names(repository: &Repository) -> Vec<String> {
    let common: Vec<String> = provider_features(repository).iter().map(|name| format!("\"{name}\"")).collect();
    let mut problems = Vec::new();
    for file in repository.files.iter().filter(|file| ENGINE.iter().any(|&library| file.is_source_of(library))) {
        for (number, line) in file.product_lines() {
            let line = line.to_lowercase();
            let named = PROVIDERS.iter().copied().find(|name| line.contains(name));
            if let Some(name) = named.or_else(|| common.iter().map(String::as_str).find(|name| line.contains(name))) {
                problems.push(format!(
                    "{}:{number} names {name}: a provider's ways belong in its own file, as a setting of its spec or a hook",
                    file.path
                ));
            }
        }
    }
    problems
}

pub(super) fn default_features(repository: &Repository) -> Vec<String> {
    let providers = provider_features(repository);
    let defaults = repository.metadata.package("oauth-providers").and_then(|package| package.features.get("default"));
    defaults
        .into_iter()
        .flatten()
        .filter(|feature| providers.contains(&feature.as_str()))
        .map(|feature| {
            format!("oauth-providers turns {feature} on by default: an application names the providers it wants")
        })
        .collect()
}

/// The features of `oauth-providers` that stand for a provider: those that the engine does not have, too.
fn provider_features(repository: &Repository) -> Vec<&str> {
    let features = |name| repository.metadata.package(name).into_iter().flat_map(Package::named_features);
    features("oauth-providers").filter(|&name| features("oauth-core").all(|shared| shared != name)).collect()
}
