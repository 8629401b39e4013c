//! What `cargo metadata` says, as far as it is used here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::cmd;

#[derive(Deserialize)]
pub(crate) struct Metadata {
    pub(crate) packages: Vec<Package>,
}

#[derive(Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) manifest_path: PathBuf,
    pub(crate) rust_version: Option<String>,
    pub(crate) dependencies: Vec<Dependency>,
    pub(crate) features: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) kind: Option<Kind>,
    /// Set for a crate of this workspace.
    pub(crate) path: Option<PathBuf>,
}

/// What else than a normal dependency a dependency is.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Dev,
    Build,
}

impl Metadata {
    /// The workspace's own packages.
    pub(crate) fn workspace() -> Result<Self> {
        Self::read(&["--no-deps"])
    }

    /// The workspace's packages and everything they depend on.
    pub(crate) fn with_dependencies() -> Result<Self> {
        Self::read(&["--all-features"])
    }

    fn read(arguments: &[&str]) -> Result<Self> {
        let text = cmd::output(cmd::cargo(&["metadata", "--format-version=1"]).args(arguments))?;
        serde_json::from_str(&text).context("cannot read the output of `cargo metadata`")
    }

    /// The libraries: the packages under `crates/`.
    pub(crate) fn libraries(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| package.dir().starts_with("crates"))
    }

    pub(crate) fn package(&self, name: &str) -> Option<&Package> {
        self.packages.iter().find(|package| package.name == name)
    }
}

impl Package {
    /// The package's folder, relative to the repository's root when it lies in there.
    pub(crate) fn dir(&self) -> &Path {
        let dir = self.manifest_path.parent().unwrap_or(&self.manifest_path);
        dir.strip_prefix(cmd::root()).unwrap_or(dir)
    }

    /// Features that a user can name, `default` aside.
    pub(crate) fn named_features(&self) -> impl Iterator<Item = &str> {
        self.features.keys().map(String::as_str).filter(|&name| name != "default")
    }
}
