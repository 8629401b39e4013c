//! `cargo xtask docs`: the book, with what it says about providers taken from their specs and the tests of each
//! requirement, and how long the providers' files are.

use anyhow::Result;

use crate::tidy::source::{self, File};
use crate::{cmd, ledger, tools};

/// Prints how long the providers are, writes what is generated in the book, and builds it.
pub(crate) fn run() -> Result<()> {
    let files = source::read_all()?;
    print_lengths(&files);
    ledger::write(&files)?;
    write_pages(cmd::cargo(&[]))?;
    tools::ensure(&[tools::MDBOOK])?;
    cmd::run(cmd::new("mdbook").args(["build", "docs"]))
}

/// Lets the test that compares the pages with the specs write them instead. It has the providers; this program does not.
pub(crate) fn write_pages(mut cargo: std::process::Command) -> Result<()> {
    cargo.args(["test", "--quiet", "--package", "oauth-providers", "--all-features", "--test", "pages"]);
    cmd::run(cargo.env("WRITE_PAGES", "1"))
}

/// What the median of the providers' files may be, so that a provider stays something that is read at one sitting.
const MEDIAN: usize = 40;

/// That the providers' files have become too long.
pub(crate) fn too_long(files: &[File]) -> Vec<String> {
    let median = median(&lengths(files));
    let problem = || {
        format!(
            "the median is {median} lines of code, above {MEDIAN}: `cargo xtask docs` lists them; shorten what is new"
        )
    };
    (median > MEDIAN).then(problem).into_iter().collect()
}

/// The files that describe providers with their lengths, the shortest first.
fn lengths(files: &[File]) -> Vec<(&str, usize)> {
    let mut lengths: Vec<(&str, usize)> =
        files.iter().filter_map(|file| Some((provider(file)?, length(file)))).collect();
    lengths.sort_by_key(|(_, lines)| *lines);
    lengths
}

fn print_lengths(files: &[File]) {
    let lengths = lengths(files);
    println!("{:<48} lines of code", "provider file");
    for (path, lines) in &lengths {
        println!("{path:<48} {lines:>13}");
    }
    println!("{:<48} {:>13}\n", "median", median(&lengths));
}

/// The path of a file that describes a provider.
fn provider(file: &File) -> Option<&str> {
    let in_source = ["oauth-providers", "oauth-bitbucket"].iter().any(|library| file.is_source_of(library));
    let describes = file.product_lines().any(|(_, line)| {
        ["ProviderSpec::oauth2", "ProviderSpec::openid"].iter().any(|constructor| line.contains(constructor))
    });
    (in_source && describes).then_some(file.path.as_str())
}

/// Lines that are neither blank nor comment nor test.
fn length(file: &File) -> usize {
    file.product_lines().filter(|(_, line)| !line.trim().is_empty()).count()
}

/// The middle one; of two in the middle the greater.
fn median(sorted: &[(&str, usize)]) -> usize {
    sorted.get(sorted.len() / 2).map_or(0, |(_, lines)| *lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_code_of_providers_counts() {
        let spec = "//! Acme.\n\n/// Acme.\npub static ACME: ProviderSpec =\n    ProviderSpec::oauth2(\n);\n\n#[cfg(test)]\nmod tests {}\n";
        let file = |path: &str, text: &str| File { path: path.into(), text: text.into() };
        let acme = file("crates/oauth-providers/src/acme.rs", spec);
        assert_eq!((provider(&acme), length(&acme)), (Some("crates/oauth-providers/src/acme.rs"), 3));
        assert_eq!(provider(&file("crates/oauth-providers/src/lib.rs", "pub mod acme;\n")), None);
        assert_eq!(provider(&file("crates/oauth-core/src/x.rs", spec)), None);
        assert_eq!(median(&[("a", 1), ("b", 2), ("c", 9)]), 2);
    }

    #[test]
    fn providers_that_grow_too_long_are_told() {
        let provider = |lines: usize| File {
            path: "crates/oauth-providers/src/acme.rs".into(),
            text: "ProviderSpec::oauth2(\n".to_owned() + &".x()\n".repeat(lines - 1),
        };
        assert_eq!(too_long(&[provider(MEDIAN), provider(10), provider(1_000)]), Vec::<String>::new());
        assert_eq!(too_long(&[provider(MEDIAN + 1), provider(10), provider(1_000)]).len(), 1);
    }
}
