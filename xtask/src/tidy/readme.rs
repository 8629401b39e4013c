//! What the README and the book claim about packages, features and sizes.
//!
//! A feature table stands between `<!-- features:begin oauth-providers -->` and `<!-- features:end -->`; the first cell
//! of a row is a feature's name in backticks. A crate count stands between `<!-- crates:begin -p example-axum -->` and
//! `<!-- crates:end -->`; the words after `begin` go to `cargo tree`, whose distinct packages are counted.

use std::collections::BTreeSet;

use anyhow::{Context, Result};

use super::Repository;
use super::engine::normal_dependencies;
use super::source::File;

const README: &str = "README.md";
const BEGIN_FEATURES: &str = "<!-- features:begin ";
const END_FEATURES: &str = "<!-- features:end -->";
const BEGIN_CRATES: &str = "<!-- crates:begin ";
const END_CRATES: &str = "<!-- crates:end -->";

pub(super) fn packages(repository: &Repository) -> Vec<String> {
    let Some(readme) = repository.file(README) else { return Vec::new() };
    let examples = repository.metadata.packages.iter().filter(|package| package.dir().starts_with("examples"));
    let named = repository.metadata.libraries().map(|package| package.name.clone());
    let named = named.chain(examples.map(|package| package.dir().display().to_string()));
    named
        .filter(|name| !readme.text.contains(name.as_str()))
        .map(|name| format!("{README} does not mention {name}"))
        .collect()
}

pub(super) fn features(repository: &Repository) -> Vec<String> {
    let mut problems = Vec::new();
    let mut documented = BTreeSet::new();
    for file in repository.files.iter().filter(|file| file.is_markdown()) {
        for block in blocks(&file.text, BEGIN_FEATURES, END_FEATURES) {
            let (library, table) = match block {
                Ok(block) => block,
                Err(what) => {
                    problems.push(format!("{}: {what}", file.path));
                    continue;
                }
            };
            let Some(package) = repository.metadata.package(library) else {
                problems.push(format!("{}: a feature table for {library}, which is no package", file.path));
                continue;
            };
            documented.insert(library);
            let listed: BTreeSet<&str> = table.lines().filter_map(first_cell).collect();
            let declared: BTreeSet<&str> = package.named_features().collect();
            problems.extend(
                declared
                    .difference(&listed)
                    .map(|name| format!("{}: the table of {library} lacks `{name}`", file.path)),
            );
            problems.extend(
                listed.difference(&declared).map(|name| format!("{}: {library} has no feature `{name}`", file.path)),
            );
        }
    }
    if let Some(readme) = repository.file(README) {
        for package in repository.metadata.libraries().filter(|package| package.named_features().next().is_some()) {
            if !documented.contains(package.name.as_str()) {
                problems.push(format!(
                    "{}: neither it nor the book has a feature table for {name} (`{BEGIN_FEATURES}{name} -->`)",
                    readme.path,
                    name = package.name
                ));
            }
        }
    }
    problems
}

pub(super) fn crate_counts(repository: &Repository) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for file in repository.files.iter().filter(|file| file.is_markdown()) {
        for block in blocks(&file.text, BEGIN_CRATES, END_CRATES) {
            match block {
                Ok((selection, claim)) => problems.extend(false_count(file, selection, claim)?),
                Err(what) => problems.push(format!("{}: {what}", file.path)),
            }
        }
    }
    if let Some(readme) = repository.file(README).filter(|readme| !readme.text.contains(BEGIN_CRATES)) {
        problems.push(format!("{} does not say how many crates a build has (`{BEGIN_CRATES}-p … -->`)", readme.path));
    }
    Ok(problems)
}

fn false_count(file: &File, selection: &str, claim: &str) -> Result<Option<String>> {
    let arguments: Vec<&str> = selection.split_whitespace().collect();
    let counted = normal_dependencies(&arguments).with_context(|| format!("{}: `{selection}`", file.path))?.len();
    let claim = claim.trim();
    Ok((claim.parse() != Ok(counted)).then(|| {
        format!("{} says `{claim}`, but `cargo tree -e normal {selection}` lists {counted} packages", file.path)
    }))
}

/// What stands after `begin` in each opening comment, and what stands between it and the closing comment.
fn blocks<'a>(text: &'a str, begin: &'a str, end: &'a str) -> impl Iterator<Item = Result<(&'a str, &'a str), String>> {
    text.split(begin).skip(1).map(move |rest| {
        let (what, rest) = rest.split_once(" -->").ok_or_else(|| format!("`{begin}` is not closed by ` -->`"))?;
        let (inside, _) = rest.split_once(end).ok_or_else(|| format!("`{begin}{what} -->` lacks its `{end}`"))?;
        Ok((what.trim(), inside))
    })
}

/// The name in backticks that opens a table's row.
fn first_cell(line: &str) -> Option<&str> {
    let cell = line.trim().strip_prefix('|')?.trim_start().strip_prefix('`')?;
    cell.split_once('`').map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_with_their_subject() {
        let text =
            "a <!-- crates:begin -p x --> 12 <!-- crates:end --> b <!-- crates:begin -p y -->3<!-- crates:end -->";
        let found: Vec<_> = blocks(text, BEGIN_CRATES, END_CRATES).map(Result::unwrap).collect();
        assert_eq!(found, [("-p x", " 12 "), ("-p y", "3")]);
        assert!(blocks("<!-- crates:begin -p x --> 12", BEGIN_CRATES, END_CRATES).all(|block| block.is_err()));
    }

    #[test]
    fn only_rows_with_a_name_in_backticks_count() {
        let table = "| feature | what |\n| --- | --- |\n| `one` | 1 |\n|`two`| `three` |\n";
        assert_eq!(table.lines().filter_map(first_cell).collect::<Vec<_>>(), ["one", "two"]);
    }
}
