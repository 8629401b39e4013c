//! A static library that C links holds every provider that is compiled in.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::{collections::BTreeSet, path::Path, process::Command};

use oauth_providers::CATALOGUE;

/// What Rust's standard library needs of the system (`rustc --print native-static-libs`).
const SYSTEM: &[&str] = if cfg!(target_os = "linux") {
    &["-lgcc_s", "-lutil", "-lrt", "-lpthread", "-lm", "-ldl", "-lc"]
} else {
    &["-liconv", "-lSystem", "-lc", "-lm"]
};

#[test]
#[cfg(unix)]
fn a_c_program_finds_every_provider_in_the_registry() {
    let library = oauth_tests::build(&["--lib"], "liboauth_staticlib.a");
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("providers");
    let linked = Command::new("cc")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("staticlib/main.c"))
        .arg(&library)
        .args(SYSTEM)
        .arg("-o")
        .arg(&program)
        .output()
        .unwrap_or_else(|error| panic!("cc does not start ({error}); to install it: sudo apt-get install gcc"));
    assert!(linked.status.success(), "{}", String::from_utf8_lossy(&linked.stderr));

    let run = Command::new(&program).output().unwrap();
    assert!(run.status.success(), "{:?}: {}", run.status, String::from_utf8_lossy(&run.stderr));
    let said = String::from_utf8(run.stdout).unwrap();
    let expected: BTreeSet<&str> = CATALOGUE.providers.iter().map(|provider| provider.spec().name()).collect();
    assert!(expected.contains("bitbucket"));
    assert_eq!(said.lines().collect::<BTreeSet<_>>(), expected);
}
