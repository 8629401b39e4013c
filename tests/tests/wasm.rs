//! A WebAssembly module holds every provider that is compiled in, whatever its host calls first.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::{path::Path, process::Command};

const TARGET: &str = "wasm32-unknown-unknown";

#[test]
fn a_host_of_webassembly_finds_every_provider_in_the_registry() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    // The folder of this build, so that what is built for this machine is not built again.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--quiet", "--package", "oauth-wasm", "--target", TARGET, "--target-dir"])
        .arg(target)
        .current_dir(here)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&built.stderr);
    assert!(built.status.success(), "{said}\nif {TARGET} is missing, to install it: rustup target add {TARGET}");

    let module = target.join(TARGET).join("debug/oauth_wasm.wasm");
    let run = Command::new("node").arg(here.join("wasm/names.mjs")).arg(module).output();
    let run =
        run.unwrap_or_else(|error| panic!("node does not start ({error}); to install it: apt-get install nodejs"));
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    assert_eq!(String::from_utf8(run.stdout).unwrap(), "bitbucket\ngithub\n");
}
