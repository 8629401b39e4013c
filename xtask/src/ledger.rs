//! Which test proves which requirement.
//!
//! A comment above a test's attributes, `// Proves: QB4, QE2`, names what the test would fail for. From these the last
//! column of the tables in `docs/src/requirements.md` is written.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::{Context, Result, bail};

use crate::cmd;
use crate::metadata::Metadata;
use crate::tidy::source::File;

const PAGE: &str = "docs/src/requirements.md";
const MARK: &str = "// Proves:";
const ATTRIBUTES: &[&str] = &["#[test]", "#[tokio::test"];

/// A test with what it proves.
#[derive(Debug, PartialEq, Eq)]
struct Proof<'a> {
    path: &'a str,
    test: &'a str,
    requirements: Vec<&'a str>,
}

/// A row of a table: `| QA1 | must | … | tests |`.
struct Requirement<'a> {
    id: &'a str,
    level: &'a str,
    text: &'a str,
}

/// The page has to be what the comments say, and every *must* has to be proven.
pub(crate) fn problems(files: &[File]) -> Vec<String> {
    let Some(page) = files.iter().find(|file| file.path == PAGE) else { return Vec::new() };
    let mut problems = Vec::new();
    let proofs = proofs(files, &mut problems);
    let requirements: Vec<_> = page.text.lines().filter_map(requirement).collect();
    let known: BTreeSet<_> = requirements.iter().map(|requirement| requirement.id).collect();
    let proven: BTreeSet<_> = proofs.iter().flat_map(|proof| &proof.requirements).copied().collect();
    for proof in &proofs {
        for id in proof.requirements.iter().filter(|id| !known.contains(*id)) {
            problems.push(format!("{}: `{}` proves {id}, which {PAGE} does not have", proof.path, proof.test));
        }
    }
    for requirement in requirements.iter().filter(|requirement| requirement.level == "must") {
        if !proven.contains(requirement.id) {
            problems.push(format!("{PAGE}: no test proves {}", requirement.id));
        }
    }
    if problems.is_empty() && written(&page.text, &proofs) != page.text {
        problems.push(format!("{PAGE} is stale: run `cargo xtask docs`"));
    }
    problems
}

/// Writes the tests into the page.
pub(crate) fn write(files: &[File]) -> Result<()> {
    let page = files.iter().find(|file| file.path == PAGE).with_context(|| format!("{PAGE} is missing"))?;
    let mut problems = Vec::new();
    let text = written(&page.text, &proofs(files, &mut problems));
    if let Some(problem) = problems.first() {
        bail!("{problem}");
    }
    if text != page.text {
        fs::write(cmd::root().join(PAGE), text).with_context(|| format!("cannot write {PAGE}"))?;
    }
    Ok(())
}

/// The tests of the page that are not in `passed`, where each is `package test`.
pub(crate) fn not_run(files: &[File], metadata: &Metadata, passed: &BTreeSet<String>) -> Vec<String> {
    let proofs = proofs(files, &mut Vec::new());
    let missing = proofs.iter().filter_map(|proof| {
        let packages = metadata.packages.iter().filter(|package| {
            let dir = package.dir().to_string_lossy();
            proof.path.strip_prefix(dir.as_ref()).is_some_and(|rest| rest.starts_with('/'))
        });
        let package = packages.max_by_key(|package| package.dir().as_os_str().len())?;
        let name = format!("{} {}", package.name, proof.test);
        (!passed.contains(&name))
            .then(|| format!("{}: `{}` proves {:?} and did not pass", proof.path, proof.test, proof.requirements))
    });
    missing.collect()
}

/// What `not_run` looks for, out of a line of the test runner: `PASS [ 0.01s] (1/9) oauth-login::flow module::test`.
pub(crate) fn passed(line: &str) -> Option<String> {
    let rest = line.trim_start().strip_prefix("PASS [")?.split_once(']')?.1;
    let mut words = rest.split_whitespace().rev();
    let (test, binary) = (words.next()?, words.next()?);
    Some(format!("{} {}", binary.split("::").next()?, test.rsplit("::").next()?))
}

fn proofs<'a>(files: &'a [File], problems: &mut Vec<String>) -> Vec<Proof<'a>> {
    let mut proofs = Vec::new();
    for file in files.iter().filter(|file| file.is_rust() && !file.path.starts_with("xtask/")) {
        let mut lines = (1..).zip(file.text.lines());
        while let Some((number, line)) = lines.next() {
            let Some(ids) = line.trim_start().strip_prefix(MARK) else { continue };
            let mut requirements: Vec<_> = ids.split(',').map(str::trim).collect();
            let mut is_test = false;
            let test = lines.by_ref().map(|(_, line)| line.trim_start()).find(|line| {
                requirements.extend(line.strip_prefix(MARK).into_iter().flat_map(|ids| ids.split(',').map(str::trim)));
                is_test |= ATTRIBUTES.iter().any(|attribute| line.starts_with(attribute));
                !(line.starts_with("#[") || line.starts_with("//"))
            });
            match test.and_then(function).filter(|_| is_test) {
                Some(test) => proofs.push(Proof { path: &file.path, test, requirements }),
                None => problems.push(format!("{}:{number}: `{MARK}` stands above no test", file.path)),
            }
        }
    }
    proofs
}

fn function(line: &str) -> Option<&str> {
    let line = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ")?;
    line.split('(').next()
}

fn requirement(line: &str) -> Option<Requirement<'_>> {
    let mut cells = line.strip_prefix('|')?.strip_suffix('|')?.split('|').map(str::trim);
    let id = cells.next().filter(|id| id.starts_with('Q') && id.len() > 2)?;
    Some(Requirement { id, level: cells.next()?, text: cells.next()? })
}

fn written(page: &str, proofs: &[Proof<'_>]) -> String {
    let mut tests: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for proof in proofs {
        for id in &proof.requirements {
            tests.entry(id).or_default().insert(format!("{}: `{}`", proof.path, proof.test));
        }
    }
    let line = |line: &str| match requirement(line) {
        Some(Requirement { id, level, text }) => {
            let tests: Vec<_> = tests.get(id).into_iter().flatten().map(String::as_str).collect();
            format!("| {id} | {level} | {text} | {} |\n", tests.join("<br>"))
        }
        None => format!("{line}\n"),
    };
    page.lines().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "| id | level | requirement | tests |\n|---|---|---|---|\n| QA1 | must | random | |\n";

    fn files(rust: &str, page: &str) -> Vec<File> {
        let file = |path: &str, text: &str| File { path: path.into(), text: text.into() };
        vec![file("crates/oauth-login/tests/flow.rs", rust), file(PAGE, page)]
    }

    #[test]
    fn a_must_without_a_test_an_unknown_id_and_a_stray_mark_are_seen() {
        let test = |mark: &str| format!("{mark}\n#[tokio::test(flavor = \"x\")]\nasync fn it_is_random() {{}}\n");
        for (rust, problem) in [
            (test(""), "no test proves QA1"),
            (test("// Proves: QA1, QZ9"), "proves QZ9"),
            (test("// Proves: QA1"), "is stale"),
            ("// Proves: QA1\nfn helper() {}\n".into(), "stands above no test"),
        ] {
            let problems = problems(&files(&rust, TABLE));
            assert!(problems.iter().any(|found| found.contains(problem)), "{rust}: {problems:?}");
        }
    }

    #[test]
    fn the_page_is_written_from_the_marks_and_then_right() {
        let rust = "// Proves: QA1\n#[test]\nfn it_is_random() {}\n";
        let files_before = files(rust, TABLE);
        let page = written(TABLE, &proofs(&files_before, &mut Vec::new()));
        assert!(page.contains("| random | crates/oauth-login/tests/flow.rs: `it_is_random` |\n"), "{page}");
        assert_eq!(problems(&files(rust, &page)), Vec::<String>::new());
    }

    #[test]
    fn marks_may_take_several_lines() {
        let files = files("// Proves: QA1, QA2\n// Proves: QB1\n#[test]\nfn it_is_random() {}\n", TABLE);
        let proofs = proofs(&files, &mut Vec::new());
        assert_eq!(proofs.iter().flat_map(|proof| &proof.requirements).collect::<Vec<_>>(), [&"QA1", &"QA2", &"QB1"]);
    }

    #[test]
    fn a_test_that_did_not_pass_is_missed() {
        let root = cmd::root().display().to_string();
        let metadata = serde_json::json!({ "packages": [{
            "name": "oauth-login", "version": "0.1.0", "rust_version": null, "dependencies": [], "features": {},
            "manifest_path": format!("{root}/crates/oauth-login/Cargo.toml"),
        }] });
        let metadata: Metadata = serde_json::from_value(metadata).unwrap();
        let files = files("// Proves: QA1\n#[test]\nfn it_is_random() {}\n", TABLE);
        let line = "        PASS [   0.004s] (1/93) oauth-login::flow module::it_is_random";
        let ran = passed(line).into_iter().collect();
        assert_eq!(not_run(&files, &metadata, &ran), Vec::<String>::new());
        for other in ["FAIL [ 0.004s] (1/9) oauth-login::flow it_is_random", "PASS [ 0.0s] oauth-core it_is_random"] {
            let ran = passed(other).into_iter().collect();
            assert_eq!(not_run(&files, &metadata, &ran).len(), 1, "{other}");
        }
    }
}
