//! Lists the README and the book's chapters as documentation of empty modules, so that their Rust code is compiled and
//! run as documentation tests. The list is made here and not by hand: a chapter cannot be forgotten.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("..").canonicalize()?;
    let (readme, book) = (root.join("README.md"), root.join("docs/src"));
    println!("cargo::rerun-if-changed={}", readme.display());
    println!("cargo::rerun-if-changed={}", book.display());

    let mut chapters = Vec::new();
    if readme.exists() {
        chapters.push(readme);
    }
    if book.exists() {
        find_chapters(&book, &mut chapters)?;
    }
    chapters.sort();

    let mut modules = String::new();
    for chapter in &chapters {
        let name = chapter.strip_prefix(&book).or_else(|_| chapter.strip_prefix(&root)).unwrap_or(chapter);
        let name = name.with_extension("").to_string_lossy().replace(|c: char| !c.is_ascii_alphanumeric(), "_");
        let (path, name) = (chapter.to_string_lossy(), name.to_lowercase());
        writeln!(modules, "#[doc = include_str!({path:?})]\nmod chapter_{name} {{}}").map_err(io::Error::other)?;
    }
    fs::write(Path::new(&env::var_os("OUT_DIR").unwrap_or_default()).join("chapters.rs"), modules)
}

fn find_chapters(folder: &Path, chapters: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            find_chapters(&path, chapters)?;
        } else if path.extension().is_some_and(|extension| extension == "md") {
            chapters.push(path);
        }
    }
    Ok(())
}
