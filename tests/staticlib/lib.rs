//! What a C program sees of the registry.
//!
//! A linker takes from a static library only what is referred to, which may drop providers that register themselves;
//! those of the catalogue stay.

use std::io::{self, Write};

/// Writes the names of the providers in the registry to standard output, one a line. Returns 0, or 1 on a failure.
// SAFETY: no other symbol of the program has this name.
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
pub extern "C" fn oauth_print_providers() -> i32 {
    let Ok(registry) = oauth_providers::registry().build() else { return 1 };
    let mut out = io::stdout().lock();
    let written = registry.compiled().iter().try_for_each(|name| writeln!(out, "{name}"));
    i32::from(written.and_then(|()| out.flush()).is_err())
}
