//! `cargo xtask tidy`: the rules of the code base that no compiler checks. Each rule returns what breaks it, in words
//! that say what to do.

use anyhow::{Result, bail};

use crate::metadata::Metadata;
use crate::{docs, ledger, mutate};

mod arrows;
mod engine;
mod providers;
mod readme;
pub(crate) mod source;
mod versions;

use source::File;

/// What the rules look at.
struct Repository {
    metadata: Metadata,
    files: Vec<File>,
}

type Rule = fn(&Repository) -> Vec<String>;

const RULES: &[(&str, Rule)] = &[
    ("crates depend on each other as drawn", arrows::between_crates),
    ("the engine's dependencies name no web framework, client or runtime", |repository| {
        or_problem(engine::dependencies(repository))
    }),
    ("the engine names no provider", engine::names),
    ("no provider is on by default", engine::default_features),
    ("the lists of providers agree", providers::lists),
    ("the files of providers are short", |repository| docs::too_long(&repository.files)),
    ("every package takes the workspace's lints", source::lints),
    ("nothing is left half done", source::stubs),
    ("nothing names a place on one machine", source::machine_paths),
    ("the book's Rust code is compiled", source::chapters),
    ("lock files name no registry host", source::lock_files),
    ("the README names every library and example", readme::packages),
    ("feature tables equal the manifests", readme::features),
    ("every requirement has a test", |repository| ledger::problems(&repository.files)),
    ("every deliberate breakage has its place", |repository| mutate::problems(&repository.files)),
    ("crate counts are true", |repository| or_problem(readme::crate_counts(repository))),
    (
        "the declared Rust version is no older than any dependency's (declarations compared, nothing compiled with it)",
        |repository| or_problem(versions::rust_version(repository)),
    ),
];

/// Checks every rule; prints one line for each, and under it what breaks it.
pub(crate) fn run() -> Result<()> {
    let repository = Repository { metadata: Metadata::workspace()?, files: source::read_all()? };
    let mut broken = 0;
    for (name, rule) in RULES {
        let problems = rule(&repository);
        println!("{} {name}", if problems.is_empty() { "ok  " } else { "FAIL" });
        for problem in &problems {
            println!("       {problem}");
        }
        broken += usize::from(!problems.is_empty());
    }
    if broken > 0 {
        bail!("{broken} of {} rules are broken", RULES.len());
    }
    Ok(())
}

/// A rule that cannot be checked is not held.
fn or_problem(problems: Result<Vec<String>>) -> Vec<String> {
    problems.unwrap_or_else(|error| vec![format!("cannot be checked: {error:#}")])
}

impl Repository {
    fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Complete, but the page and the fixtures are missing.
    const LISTS: &str = "static KNOWN: &[&str] = &[\"acme\"];\nstatic ENABLED: &[&dyn Provider] =\n    &[#[cfg(feature = \"acme\")] &acme::ACME];";

    /// A workspace of one library in `crates/`, with one feature, that depends on another of its crates.
    fn repository(library: &str, dependency: &str, path: &str, text: &str) -> Repository {
        let root = crate::cmd::root().display().to_string();
        let metadata = serde_json::json!({ "packages": [{
            "name": library,
            "version": "0.1.0",
            "manifest_path": format!("{root}/crates/{library}/Cargo.toml"),
            "rust_version": null,
            "features": { "default": ["acme"], "acme": [] },
            "dependencies": [{ "name": dependency, "kind": null, "path": format!("{root}/crates/{dependency}") }],
        }] });
        Repository {
            metadata: serde_json::from_value(metadata).unwrap(),
            files: vec![File { path: path.into(), text: text.into() }],
        }
    }

    fn rule_of(name: &str) -> Rule {
        RULES.iter().find(|(rule, _)| rule.contains(name)).unwrap().1
    }

    #[test]
    fn each_rule_sees_what_breaks_it() {
        let ignored = ["#[ign", "ore]"].concat();
        let here = ["/ho", "me/someone/project"].concat();
        for (rule, path, text) in [
            ("engine names", "crates/oauth-core/src/client.rs", "if spec.name() == \"github\" {}"),
            ("engine names", "crates/oauth-login/src/login.rs", "const GITHUB_QUIRK: u8 = 1;"),
            ("half done", "tests/tests/x.rs", ignored.as_str()),
            ("one machine", "docs/src/x.md", here.as_str()),
            ("is compiled", "docs/src/x.md", "```rust,ignore\n```"),
            ("is compiled", "README.md", "{{#include x.rs}}"),
            ("lock files", "tests/browser/package-lock.json", "\"resolved\": \"x\""),
            ("README names", "README.md", "nothing"),
            ("feature tables", "README.md", "nothing"),
            (
                "feature tables",
                "README.md",
                "<!-- features:begin oauth-providers -->\n| `other` | |\n<!-- features:end -->",
            ),
            ("feature tables", "docs/src/x.md", "<!-- features:begin oauth-providers -->\n| `acme` | |"),
            ("crate counts", "README.md", "nothing"),
            ("lists of providers", "crates/oauth-providers/src/lib.rs", "static KNOWN: &[&str] = &[\"acme\"];"),
            ("lists of providers", "crates/oauth-providers/src/lib.rs", LISTS),
            ("lints", "crates/oauth-providers/Cargo.toml", "[package]\n"),
        ] {
            let problems = rule_of(rule)(&repository("oauth-providers", "oauth-core", path, text));
            assert!(!problems.is_empty(), "{rule}: {text}");
        }
    }

    #[test]
    fn a_provider_in_every_list_passes() {
        let mut repository = repository("oauth-providers", "oauth-core", "crates/oauth-providers/src/lib.rs", LISTS);
        for path in ["docs/src/providers/acme.md", "fixtures/acme/full/user.json"] {
            repository.files.push(File { path: path.into(), text: String::new() });
        }
        assert_eq!(providers::lists(&repository), Vec::<String>::new());
    }

    #[test]
    fn each_rule_lets_pass_what_keeps_it() {
        let code = "/// As GitHub does.\nfn f() {}\n\n#[cfg(test)]\nmod tests {\n    const N: &str = \"github\";\n}\n";
        let url = ["https://acme.example/ro", "ot/{name}"].concat();
        let table = "oauth-providers <!-- features:begin oauth-providers -->\n\n| `acme` | |\n\n<!-- features:end -->";
        for (rule, path, text) in [
            ("engine names", "crates/oauth-core/src/client.rs", code),
            ("engine names", "crates/oauth-bitbucket/src/lib.rs", "const NAME: &str = \"bitbucket\";"),
            ("one machine", "docs/src/x.md", url.as_str()),
            ("is compiled", "docs/src/x.md", "```rust,no_run\n```"),
            ("README names", "README.md", table),
            ("feature tables", "README.md", table),
            ("lints", "crates/oauth-providers/Cargo.toml", "[lints]\nworkspace = true\n"),
        ] {
            let problems = rule_of(rule)(&repository("oauth-providers", "oauth-core", path, text));
            assert!(problems.is_empty(), "{rule}: {problems:?}");
        }
    }

    #[test]
    fn an_arrow_that_is_not_drawn_is_refused() {
        let broken = |library, dependency| {
            let problems = arrows::between_crates(&repository(library, dependency, "x", ""));
            problems.iter().any(|problem| problem.contains("no arrow"))
        };
        assert!(!broken("oauth-login", "oauth-core"));
        assert!(broken("oauth-core", "oauth-login"));
        assert!(broken("oauth-axum", "oauth-providers"));
        assert!(broken("oauth-reqwest", "xtask"));
        assert!(engine::default_features(&repository("oauth-providers", "oauth-core", "x", "")).len() == 1);
    }
}
