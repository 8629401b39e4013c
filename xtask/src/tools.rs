//! The programs that `test` and `bench` use: how to see that one is there, and how to get it.

use std::process::Command;

use anyhow::{Result, bail};

use crate::cmd;

/// A program the project's checks use.
#[derive(Clone, Copy)]
pub(crate) struct Tool {
    name: &'static str,
    present: fn() -> bool,
    /// One command, as typed in a shell at the repository's root.
    install: &'static str,
}

pub(crate) const NEXTEST: Tool = Tool {
    name: "cargo-nextest",
    present: || answers("nextest"),
    install: "cargo install --locked cargo-nextest@0.9.143",
};
pub(crate) const HACK: Tool =
    Tool { name: "cargo-hack", present: || answers("hack"), install: "cargo install --locked cargo-hack@0.6.46" };
pub(crate) const DENY: Tool =
    Tool { name: "cargo-deny", present: || answers("deny"), install: "cargo install --locked cargo-deny@0.20.2" };
pub(crate) const MDBOOK: Tool = Tool {
    name: "mdbook",
    present: || cmd::succeeds(cmd::new("mdbook").arg("--version")),
    install: "cargo install --locked mdbook@0.5.4",
};
const NODE: Tool = Tool {
    name: "node",
    present: || ["node", "npm"].iter().all(|program| cmd::succeeds(cmd::new(program).arg("--version"))),
    install: "apt-get install --yes --no-install-recommends nodejs npm",
};
const CHROMIUM: Tool = Tool {
    name: "chromium",
    present: chromium_is_there,
    install: "apt-get install --yes --no-install-recommends chromium",
};
const PLAYWRIGHT: Tool = Tool {
    name: "playwright-core",
    present: || packages_are_current("tests/browser"),
    install: "npm --prefix tests/browser ci --ignore-scripts --no-audit --no-fund",
};
const OIDC_PROVIDER: Tool = Tool {
    name: "oidc-provider",
    present: || packages_are_current("tests/oidc-provider"),
    install: "npm --prefix tests/oidc-provider ci --ignore-scripts --no-audit --no-fund",
};
const EMULATE: Tool = Tool {
    name: "emulate",
    present: || packages_are_current("tests/emulate"),
    install: "npm --prefix tests/emulate ci --ignore-scripts --no-audit --no-fund",
};
pub(crate) const REDIS: Tool = Tool {
    name: "redis-server",
    present: || ["redis-server", "redis-cli"].iter().all(|program| cmd::succeeds(cmd::new(program).arg("--version"))),
    install: "apt-get install --yes --no-install-recommends redis-server",
};
pub(crate) const VALGRIND: Tool = Tool {
    name: "valgrind",
    present: || cmd::succeeds(cmd::new("valgrind").arg("--version")),
    install: "apt-get install --yes --no-install-recommends valgrind",
};

pub(crate) const WASM32: Tool = Tool {
    name: "wasm32-unknown-unknown",
    present: || {
        let installed = cmd::output(cmd::new("rustup").args(["target", "list", "--installed"]));
        installed.is_ok_and(|targets| targets.lines().any(|target| target == "wasm32-unknown-unknown"))
    },
    install: "rustup target add wasm32-unknown-unknown",
};
pub(crate) const NIGHTLY: Tool = Tool {
    name: "nightly Rust",
    present: || cmd::succeeds(cmd::new("rustup").args(["run", "nightly", "cargo", "--version"])),
    install: "rustup toolchain install nightly --profile minimal",
};
pub(crate) const FUZZ: Tool =
    Tool { name: "cargo-fuzz", present: || answers("fuzz"), install: "cargo install --locked cargo-fuzz@0.13.2" };

/// What a whole `cargo xtask test` needs, in the order in which it can be installed.
pub(crate) const FOR_TESTS: &[Tool] =
    &[NEXTEST, HACK, DENY, MDBOOK, NODE, CHROMIUM, PLAYWRIGHT, OIDC_PROVIDER, EMULATE, REDIS];

pub(crate) fn ensure_all() -> Result<()> {
    ensure(FOR_TESTS)?;
    ensure(&[VALGRIND])
}

/// Installs those of `tools` that are missing. Where that is not possible, the error names the command that does it.
pub(crate) fn ensure(tools: &[Tool]) -> Result<()> {
    for tool in tools {
        if (tool.present)() {
            continue;
        }
        println!("{} is missing: {}", tool.name, tool.install);
        if !install(tool) || !(tool.present)() {
            bail!(
                "{} is missing and could not be installed from here (no rights, or no network?)\n  to install it: {}{}",
                tool.name,
                if tool.install.starts_with("apt-get") { "sudo " } else { "" },
                tool.install
            );
        }
    }
    Ok(())
}

fn install(tool: &Tool) -> bool {
    let mut words = tool.install.split(' ');
    let mut command = cmd::new(words.next().unwrap_or_default());
    command.args(words);
    if command.get_program() == "apt-get" {
        command.env("DEBIAN_FRONTEND", "noninteractive");
        // A new machine has no package list, an old one has names that are gone from the mirror.
        if let Err(error) = cmd::run(cmd::new("apt-get").args(["update", "--quiet"])) {
            println!("{error:#}");
        }
    } else if command.get_program() == "cargo" {
        // The tools share most of their dependencies with one another, so they share their build folder, and a build
        // that takes a third of the time is worth more here than one that runs faster.
        command.args(["--debug", "--target-dir", "target/tools"]).env("CARGO_PROFILE_DEV_DEBUG", "false");
    }
    match cmd::run(&mut command) {
        Ok(()) => true,
        Err(error) => {
            println!("{error:#}");
            false
        }
    }
}

fn answers(subcommand: &str) -> bool {
    cmd::succeeds(&mut cmd::cargo(&[subcommand, "--version"]))
}

/// The browser test takes the same steps to find its browser.
fn chromium_is_there() -> bool {
    if let Some(chosen) = std::env::var_os("CHROMIUM") {
        return cmd::succeeds(Command::new(chosen).arg("--version"));
    }
    cmd::succeeds(cmd::new("chromium").arg("--version"))
}

/// npm writes this hidden list last, so one older than the lock file stems from another lock file or a broken install.
fn packages_are_current(folder: &str) -> bool {
    let modified = |file: &str| cmd::root().join(folder).join(file).metadata().and_then(|data| data.modified());
    let (Ok(locked), Ok(installed)) = (modified("package-lock.json"), modified("node_modules/.package-lock.json"))
    else {
        return false;
    };
    installed >= locked
}
