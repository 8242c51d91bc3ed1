//! The outside tools and their versions: all of them stand here.
//!
//! What is on PATH in the right version is used; else `cargo binstall` where present; else
//! `cargo install`. Another version on PATH is left as it is: ours goes below `target/tools`.

use std::fs;
use std::path::PathBuf;

use crate::step::{Outcome, Steps, cargo, command, execute, output, root, target};

/// Must be the version of `wasm-bindgen` in the workspace.
const WASM_BINDGEN: Tool =
    Tool { package: "wasm-bindgen-cli", program: "wasm-bindgen", version: "0.2.129" };
/// 0.22 needs a newer Rust.
const TRUNK: Tool = Tool { package: "trunk", program: "trunk", version: "0.21.14" };
const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// A program that cargo installs.
struct Tool {
    package: &'static str,
    program: &'static str,
    version: &'static str,
}

/// Makes sure that what compiles the app to WebAssembly is there.
pub(crate) fn ensure_wasm(steps: &mut Steps) -> Outcome {
    let library = PathBuf::from(output("rustc", &["--print", "sysroot"]).unwrap_or_default())
        .join("lib/rustlib")
        .join(WASM_TARGET);
    if !library.is_dir() {
        steps.step("add the wasm target", |_| {
            execute(command("rustup").args(["target", "add", WASM_TARGET]))
                .map_err(|why| format!("{why}; install rustup from https://rustup.rs"))
        })?;
    }
    WASM_BINDGEN.ensure(steps)
}

/// Makes sure that everything that builds the app is there.
pub(crate) fn ensure_app(steps: &mut Steps) -> Outcome {
    ensure_wasm(steps)?;
    TRUNK.ensure(steps)?;
    ensure_packages(steps)
}

/// Makes sure that `node_modules` is what the lock file says.
pub(crate) fn ensure_packages(steps: &mut Steps) -> Outcome {
    let missing = "Node.js 20.10 or newer is missing: install it (Debian: apt install nodejs npm; \
                   macOS: brew install node; else https://nodejs.org)";
    let version = output("node", &["--version"]).ok_or(missing)?;
    let mut numbers = version.trim_start_matches('v').split('.').map(str::parse);
    let mut number = || numbers.next().and_then(Result::ok).unwrap_or(0_u32);
    if (number(), number()) < (20, 10) {
        return Err(format!("Node.js is {version}. {missing}"));
    }
    let lock = fs::read_to_string(root().join("package-lock.json"))
        .map_err(|error| format!("package-lock.json: {error}"))?;
    let stamp = root().join("node_modules/.stockroom-lock");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    steps.step("install npm packages", |_| {
        execute(command("npm").args(["ci", "--no-audit", "--no-fund"]))?;
        fs::write(&stamp, &lock).map_err(|error| format!("{}: {error}", stamp.display()))
    })
}

impl Tool {
    fn ensure(&self, steps: &mut Steps) -> Outcome {
        let Self { package, program, version } = self;
        let found = output(program, &["--version"]);
        if found.as_deref().is_some_and(|text| self.is_named_by(text)) {
            return Ok(());
        }
        steps.step(&format!("install {package} {version}"), |_| {
            let mut root = Vec::new();
            if let Some(other) = &found {
                println!("   {other} is on PATH and stays; {version} goes to target/tools");
                root = vec!["--root".into(), target().join("tools").into_os_string()];
            }
            if output("cargo", &["binstall", "-V"]).is_some() {
                let wanted = format!("{package}@{version}");
                let mut binstall = cargo(&["binstall", "--no-confirm", &wanted]);
                if execute(binstall.args(&root)).is_ok() {
                    return Ok(());
                }
            }
            let arguments = ["install", package, "--version", version, "--locked"];
            execute(cargo(&arguments).args(&root))
        })?;
        let found = output(program, &["--version"]);
        match found {
            Some(text) if self.is_named_by(&text) => Ok(()),
            _ => Err(format!(
                "{program} {version} was installed but is not found: put cargo's bin folder on PATH"
            )),
        }
    }

    fn is_named_by(&self, text: &str) -> bool {
        text.split_whitespace().any(|word| word == self.version)
    }
}
