//! `cargo xtask mutate`: takes one check out at a time and runs the tests. Each breakage has to be caught.
//!
//! It works on a copy of the tree in `target/mutate`, so that what you are editing stays as it is.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::tidy::source::File;
use crate::{cmd, tools};

mod breakages;

use breakages::BREAKAGES;

/// A check that is taken out.
struct Breakage {
    /// The requirement that the check is for.
    requirement: &'static str,
    /// What is no longer done.
    what: &'static str,
    file: &'static str,
    /// A text that the file has once,
    from: &'static str,
    /// and what it becomes.
    to: &'static str,
}

/// What the tests made of a breakage.
enum Outcome {
    Caught(usize),
    Survived,
    DoesNotBuild,
}

/// Breaks what `filter` names (a part of a requirement's id, a file or a description), or everything.
pub(crate) fn run(filter: Option<&str>) -> Result<()> {
    tools::ensure(&[tools::NEXTEST])?;
    let chosen: Vec<_> = BREAKAGES.iter().filter(|breakage| breakage.is_named(filter.unwrap_or_default())).collect();
    let tree = copy_tree()?;
    let packages: std::collections::BTreeSet<_> = chosen.iter().map(|breakage| breakage.package()).collect();
    for package in packages {
        if let Outcome::Survived = test(&tree, package)? {
            continue;
        }
        bail!("the tests of {package} fail without any breakage");
    }
    let mut missed = 0;
    for breakage in &chosen {
        let outcome = breakage.with_applied(&tree, |package| test(&tree, package))?;
        let verdict = match outcome {
            Outcome::Caught(failed) => format!("caught by {failed}"),
            Outcome::Survived => "SURVIVED".into(),
            Outcome::DoesNotBuild => "DOES NOT BUILD".into(),
        };
        missed += usize::from(!matches!(outcome, Outcome::Caught(_)));
        println!("{:<5} {verdict:<14} {}: {}", breakage.requirement, breakage.file, breakage.what);
    }
    println!("\n{} breakages, {missed} not caught", chosen.len());
    if missed > 0 {
        bail!("a check can be taken out and no test fails");
    }
    Ok(())
}

/// The places must still be there: else a breakage breaks nothing.
pub(crate) fn problems(files: &[File]) -> Vec<String> {
    let text = |path: &str| files.iter().find(|file| file.path == path).map(|file| file.text.as_str());
    let misplaced = BREAKAGES.iter().filter(|breakage| {
        let places = text(breakage.file).map_or(0, |text| text.matches(breakage.from).count());
        places != 1
    });
    misplaced.map(Breakage::misplaced).collect()
}

impl Breakage {
    fn is_named(&self, filter: &str) -> bool {
        [self.requirement, self.file, self.what].iter().any(|text| text.contains(filter))
    }

    fn misplaced(&self) -> String {
        format!("{}: the breakage \"{}\" has no place any more, or several", self.file, self.what)
    }

    fn package(&self) -> &str {
        self.file.split('/').nth(1).unwrap_or_default()
    }

    fn with_applied(&self, tree: &Path, test: impl Fn(&str) -> Result<Outcome>) -> Result<Outcome> {
        let path = tree.join(self.file);
        let sound = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        if sound.matches(self.from).count() != 1 {
            bail!("{}", self.misplaced());
        }
        fs::write(&path, sound.replace(self.from, self.to))?;
        let outcome = test(self.package());
        fs::write(&path, sound)?;
        outcome
    }
}

/// The files of the working tree, without what git ignores.
fn copy_tree() -> Result<PathBuf> {
    let tree = cmd::root().join("target/mutate/tree");
    let listed = cmd::output(cmd::new("git").args(["ls-files", "--cached", "--others", "--exclude-standard"]))?;
    for file in listed.lines() {
        let (from, to) = (cmd::root().join(file), tree.join(file));
        let Ok(new) = fs::read(&from) else { continue };
        // What is the same stays as old as it is, so that it is not built again.
        if fs::read(&to).is_ok_and(|old| old == new) {
            continue;
        }
        fs::create_dir_all(to.parent().unwrap_or(&tree))?;
        fs::write(&to, new).with_context(|| format!("cannot write {}", to.display()))?;
    }
    Ok(tree)
}

fn test(tree: &Path, package: &str) -> Result<Outcome> {
    let mut command = cmd::cargo(&["nextest", "run", "--all-features", "--no-fail-fast", "--package", package]);
    command
        .args(["--cargo-quiet", "--status-level", "none", "--final-status-level", "fail", "--failure-output", "never"])
        .current_dir(tree)
        .env("CARGO_TARGET_DIR", cmd::root().join("target/mutate/target"))
        .env("RUSTFLAGS", "--allow warnings");
    let output = command.output().context("cannot start cargo nextest")?;
    let said = String::from_utf8_lossy(&output.stderr);
    let failed =
        said.lines().filter(|line| ["FAIL [", "TIMEOUT [", "SIGABRT ["].iter().any(|word| line.contains(word)));
    // The exit codes of cargo-nextest: tests failed, and the build did.
    match output.status.code() {
        Some(0) => Ok(Outcome::Survived),
        Some(100) => Ok(Outcome::Caught(failed.count())),
        Some(101) => Ok(Outcome::DoesNotBuild),
        _ => bail!("{} ended with {}:\n{said}", cmd::shown(&command), output.status),
    }
}
