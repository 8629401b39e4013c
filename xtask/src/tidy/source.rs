//! Rules about the text of the repository's files.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::Repository;
use crate::cmd;

/// A text file of the repository.
pub(crate) struct File {
    /// Relative to the root, with `/` between its parts.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Folders that hold no source: what tools write.
const NOT_SOURCE: &[&str] = &[".git", "target", "node_modules", "docs/book"];

/// Every text file of the repository, by path.
pub(crate) fn read_all() -> Result<Vec<File>> {
    let mut files = Vec::new();
    read_folder(cmd::root(), &mut files)?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn read_folder(folder: &Path, files: &mut Vec<File>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let entry = entry?;
        let path = entry.path();
        let relative = path.strip_prefix(cmd::root()).unwrap_or(&path);
        if NOT_SOURCE.iter().any(|folder| relative.ends_with(folder)) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            read_folder(&path, files)?;
        } else if let Ok(text) = fs::read_to_string(&path) {
            files.push(File { path: relative.to_string_lossy().replace('\\', "/"), text });
        }
    }
    Ok(())
}

impl File {
    pub(crate) fn is_rust(&self) -> bool {
        self.extension() == Some("rs")
    }

    pub(super) fn is_markdown(&self) -> bool {
        self.extension() == Some("md")
    }

    fn extension(&self) -> Option<&str> {
        Path::new(&self.path).extension()?.to_str()
    }

    /// Whether this is a Rust file that ends up in `library`, other than a test module's.
    pub(crate) fn is_source_of(&self, library: &str) -> bool {
        self.is_rust()
            && self.path.strip_prefix("crates/").and_then(|path| path.strip_prefix(library)).is_some_and(|path| {
                path.starts_with("/src/") && !path.split('/').any(|part| matches!(part, "tests.rs" | "tests"))
            })
    }

    /// The numbered lines of a Rust file that are code, comments aside.
    pub(super) fn code_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.text.lines()).filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    /// The code lines before the file's test module, which is its last item.
    pub(crate) fn product_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let tests = self.text.find("\n#[cfg(test)]\nmod ").or_else(|| self.text.find("\n#[cfg(test)]\n#[allow("));
        let end = tests.map_or(usize::MAX, |at| self.text.get(..at).unwrap_or_default().lines().count());
        self.code_lines().take_while(move |(number, _)| *number <= end)
    }
}

// Each in two pieces, so that this file keeps its own rules.
const STUBS: &[&str] =
    &[concat!("todo", "!("), concat!("unimplemented", "!("), concat!("dbg", "!("), concat!("#[ign", "ore")];

pub(super) fn stubs(repository: &Repository) -> Vec<String> {
    let rust = repository.files.iter().filter(|file| file.is_rust());
    found(rust, |line| STUBS.iter().find(|stub| line.contains(**stub)).copied())
        .map(|(at, stub)| format!("{at} has `{stub}`: finish it or take it out"))
        .collect()
}

const MACHINE_PATHS: &[&str] =
    &[concat!("/ho", "me/"), concat!("/Us", "ers/"), concat!("/ro", "ot/"), concat!("/t", "mp/")];

pub(super) fn machine_paths(repository: &Repository) -> Vec<String> {
    let here = format!("{}/", cmd::root().display());
    let paths: Vec<&str> = MACHINE_PATHS.iter().copied().chain([here.as_str()]).collect();
    found(repository.files.iter(), |line| paths.iter().find(|path| has_absolute(line, path)).copied())
        .map(|(at, path)| format!("{at} names {path}: say it relative to the root, or ask the system"))
        .collect()
}

/// Whether `path` begins a path in `line`, rather than continuing one or a URL.
fn has_absolute(line: &str, path: &str) -> bool {
    let continues = |before: &str| before.ends_with(|c: char| c.is_alphanumeric() || "._-}".contains(c));
    line.match_indices(path).any(|(at, _)| line.get(..at).is_some_and(|before| !continues(before)))
}

/// What `find` finds in the files' lines, each with its place.
fn found<'a, T>(
    files: impl Iterator<Item = &'a File>,
    find: impl Fn(&str) -> Option<T>,
) -> impl Iterator<Item = (String, T)> {
    files.flat_map(move |file| {
        let lines = (1..).zip(file.text.lines());
        lines.filter_map(|(number, line)| Some((format!("{}:{number}", file.path), find(line)?))).collect::<Vec<_>>()
    })
}

pub(super) fn lints(repository: &Repository) -> Vec<String> {
    let mut problems = Vec::new();
    // What other languages link needs `no_mangle`, which is unsafe code, and what is forbidden cannot be allowed again.
    let linked = ["oauth-staticlib", "oauth-wasm"];
    let packages = repository.metadata.packages.iter().filter(|package| !linked.contains(&package.name.as_str()));
    for package in packages {
        let manifest = format!("{}/Cargo.toml", package.dir().display());
        if !repository.file(&manifest).is_some_and(|file| file.text.contains("[lints]\nworkspace = true\n")) {
            problems.push(format!("{manifest} lacks `[lints]` with `workspace = true`"));
        }
    }
    problems
}

/// The book's chapters run as documentation tests of the package in `tests/`; what is marked to be skipped would not.
pub(super) fn chapters(repository: &Repository) -> Vec<String> {
    let mut problems = Vec::new();
    for file in repository.files.iter().filter(|file| file.path == "README.md" || file.path.starts_with("docs/src/")) {
        if !file.is_markdown() {
            continue;
        }
        for (number, line) in (1..).zip(file.text.lines()) {
            let Some(info) = line.trim_start().strip_prefix("```rust") else { continue };
            if info.split(',').any(|word| word.trim().starts_with("ignore")) {
                problems.push(format!("{}:{number} skips its code: `no_run` compiles what must not run", file.path));
            }
        }
        if file.text.contains("{{#") {
            problems
                .push(format!("{}: documentation tests do not expand mdBook's `{{{{#…}}}}`: write it out", file.path));
        }
    }
    problems
}

/// npm writes the address of the registry it was set to; another one would then not be used by those who set another.
pub(super) fn lock_files(repository: &Repository) -> Vec<String> {
    let npm = repository.files.iter().filter(|file| file.path.ends_with("package-lock.json"));
    npm.filter(|file| file.text.contains("\"resolved\""))
        .map(|file| format!("{}: write it with `npm install --omit-lockfile-registry-resolved`", file.path))
        .collect()
}
