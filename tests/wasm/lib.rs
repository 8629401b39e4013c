//! What a host of WebAssembly sees of the registry.
//!
//! A host need not call what runs before `main`, and without it no provider has registered itself; those of the catalogue
//! are there.

use std::sync::LazyLock;

/// The names of the providers in the registry, one a line; nothing if there is no registry.
static NAMES: LazyLock<String> = LazyLock::new(|| {
    let registry = oauth_providers::registry().build();
    registry.map(|registry| registry.compiled().join("\n")).unwrap_or_default()
});

/// Where the names begin.
// SAFETY: no other symbol of the module has this name.
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
pub extern "C" fn oauth_names_start() -> *const u8 {
    NAMES.as_ptr()
}

/// How many bytes they have.
// SAFETY: no other symbol of the module has this name.
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
pub extern "C" fn oauth_names_length() -> usize {
    NAMES.len()
}
