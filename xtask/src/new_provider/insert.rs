//! Adds one entry to each of the sorted lists that name every provider.

use anyhow::{Context, Result, ensure};

/// Adds a feature to `[features]`, below `profiles`.
pub(super) fn feature(manifest: &str, name: &str, enables: &[&str]) -> Result<String> {
    let is_feature = |line: &str| {
        let (name, rest) = line.split_once(" = [")?;
        (rest.ends_with(']') && !["default", "profiles"].contains(&name)).then(|| name.to_owned())
    };
    let (features, rest) = manifest.split_once("\n[dependencies]").context("it has no [dependencies]")?;
    let features = sorted(features, 1, |lines| is_feature(lines.first()?), name, &format!("{name} = {enables:?}"))?;
    Ok(format!("{features}\n[dependencies]{rest}"))
}

/// Adds a module to the crate.
pub(super) fn module(library: &str, name: &str, module: &str) -> Result<String> {
    let new = format!("#[cfg(feature = {name:?})]\npub mod {module};");
    sorted(library, 2, |lines| gated(lines, "pub mod "), name, &new)
}

/// Adds a provider to those that are on with their feature.
pub(super) fn enabled(library: &str, name: &str, path: &str) -> Result<String> {
    let new = format!("    #[cfg(feature = {name:?})]\n    &{path},");
    sorted(library, 2, |lines| gated(lines, "    &"), name, &new)
}

/// Adds a name to those that are known.
pub(super) fn known(library: &str, name: &str) -> Result<String> {
    const BEGIN: &str = "static KNOWN: &[&str] = &[";
    let (before, rest) = library.split_once(BEGIN).context("it has no list KNOWN")?;
    let (list, after) = rest.split_once("];").context("the list KNOWN has no end")?;
    let mut names: Vec<&str> = list.split('"').skip(1).step_by(2).collect();
    ensure!(!names.contains(&name), "{name} is known already");
    names.push(name);
    names.sort_unstable();
    let names: Vec<String> = names.iter().map(|name| format!("{name:?}")).collect();
    Ok([before, BEGIN, &names.join(", "), "];", after].concat())
}

/// Adds a row to the test that looks at each feature.
pub(super) fn row(test: &str, name: &str) -> Result<String> {
    let row = |lines: &[&str]| {
        let (row, feature) = lines.first()?.strip_prefix("    (\"")?.split_once("\", cfg!(feature = \"")?;
        (feature == format!("{row}\")),")).then(|| row.to_owned())
    };
    sorted(test, 1, row, name, &format!("    ({name:?}, cfg!(feature = {name:?})),"))
}

/// Adds a page to the book's table of contents, by the name that people read.
pub(super) fn chapter(summary: &str, name: &str, display_name: &str) -> Result<String> {
    let shown = |lines: &[&str]| {
        let (shown, link) = lines.first()?.strip_prefix("  - [")?.split_once("](providers/")?;
        (link != "adding.md)").then(|| shown.to_lowercase())
    };
    let new = format!("  - [{display_name}](providers/{name}.md)");
    sorted(summary, 1, shown, &display_name.to_lowercase(), &new)
}

/// What `cfg` asks for in front of an item that begins with `item`.
fn gated(lines: &[&str], item: &str) -> Option<String> {
    let [cfg, next] = lines else { return None };
    let name = cfg.trim_start().strip_prefix("#[cfg(feature = \"")?.strip_suffix("\")]")?;
    next.starts_with(item).then(|| name.to_owned())
}

/// Puts `new` before the first entry whose key is greater than `key`, or else after the last. An entry is `size` lines
/// of which `key_of` finds the key.
fn sorted(text: &str, size: usize, key_of: impl Fn(&[&str]) -> Option<String>, key: &str, new: &str) -> Result<String> {
    let lines: Vec<&str> = text.lines().collect();
    let entries: Vec<(usize, String)> =
        lines.windows(size).enumerate().filter_map(|(at, lines)| Some((at, key_of(lines)?))).collect();
    ensure!(entries.iter().all(|(_, existing)| existing != key), "it has {key} already");
    let greater = entries.iter().find(|(_, existing)| existing.as_str() > key).map(|(at, _)| *at);
    let at = greater.or_else(|| entries.last().map(|(at, _)| at + size)).context("the list was not found")?;
    let (before, after) = lines.split_at(at);
    Ok([before, &[new], after].concat().join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIBRARY: &str = "\
pub use oauth_core;

#[cfg(feature = \"acme\")]
pub mod acme;
#[cfg(feature = \"zeta\")]
pub mod zeta;

static KNOWN: &[&str] = &[\"acme\", \"zeta\"];

static ENABLED: &[&dyn Provider] = &[
    #[cfg(feature = \"acme\")]
    &acme::ACME,
];
";

    #[test]
    fn an_entry_goes_where_the_order_wants_it() {
        let text = module(LIBRARY, "my-site", "my_site").unwrap();
        assert!(
            text.contains("pub mod acme;\n#[cfg(feature = \"my-site\")]\npub mod my_site;\n#[cfg(feature = \"zeta\")]")
        );
        let text = enabled(LIBRARY, "my-site", "my_site::MY_SITE").unwrap();
        assert!(text.contains("    &acme::ACME,\n    #[cfg(feature = \"my-site\")]\n    &my_site::MY_SITE,\n];\n"));
        assert!(known(LIBRARY, "my-site").unwrap().contains("&[\"acme\", \"my-site\", \"zeta\"];"));
        let manifest = "[features]\ndefault = []\n# Words.\nprofiles = [\"x\"]\nacme = []\n\n[dependencies]\n";
        let text = feature(manifest, "my-site", &["oauth-core/oidc"]).unwrap();
        assert!(text.contains("acme = []\nmy-site = [\"oauth-core/oidc\"]\n\n[dependencies]\n"), "{text}");
        let summary =
            "- [Providers](providers/index.md)\n  - [X](providers/twitter.md)\n  - [Adding](providers/adding.md)\n";
        let text = chapter(summary, "my-site", "My Site").unwrap();
        assert!(text.contains("index.md)\n  - [My Site](providers/my-site.md)\n  - [X]"), "{text}");
    }

    #[test]
    fn a_new_feature_gets_its_row_in_the_test_of_all() {
        let test = "const FEATURES: &[(&str, bool)] = &[\n    (\"acme\", cfg!(feature = \"acme\")),\n];\n";
        let with_row = row(test, "my-site").unwrap();
        assert!(with_row.contains("\"acme\")),\n    (\"my-site\", cfg!(feature = \"my-site\")),\n];"), "{with_row}");
    }

    #[test]
    fn nothing_is_added_twice_or_nowhere() {
        assert!(module(LIBRARY, "acme", "acme").is_err());
        assert!(known(LIBRARY, "acme").is_err());
        assert!(known("", "acme").is_err());
        assert!(chapter("# Summary\n", "acme", "Acme").is_err());
    }
}
