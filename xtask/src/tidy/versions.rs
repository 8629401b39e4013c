//! The minimum supported Rust version.

use anyhow::{Context, Result};

use super::Repository;
use crate::metadata::Metadata;

/// Compares declarations only: nothing is compiled with the declared version here. That the project's own code stays
/// within it is clippy's part (`incompatible_msrv`).
pub(super) fn rust_version(repository: &Repository) -> Result<Vec<String>> {
    let declared = repository.metadata.package("oauth-core").and_then(|package| package.rust_version.as_deref());
    let declared = declared.context("oauth-core declares no rust-version")?;
    let all = Metadata::with_dependencies()?;
    let newer = all.packages.iter().filter_map(|package| {
        let needed = package.rust_version.as_deref()?;
        (parts(needed) > parts(declared)).then(|| {
            format!("{} {} needs Rust {needed}, the workspace declares {declared}", package.name, package.version)
        })
    });
    Ok(newer.collect())
}

/// `1.85` as `[1, 85]`, with trailing zeros left out, so that `1.85` and `1.85.0` are the same.
fn parts(version: &str) -> Vec<u32> {
    let mut parts: Vec<u32> = version.split('.').map(|part| part.parse().unwrap_or(0)).collect();
    while parts.last() == Some(&0) {
        parts.pop();
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_numbers() {
        assert!(parts("1.9") < parts("1.85"));
        assert!(parts("1.85.1") > parts("1.85"));
        assert_eq!(parts("1.85.0"), parts("1.85"));
    }
}
