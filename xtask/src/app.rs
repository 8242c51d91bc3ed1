//! Building the app and the server, and doing neither twice.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::step::{Outcome, Steps, cargo, command, execute, root, target};
use crate::{split, tools};

/// What the app is made of.
const INPUTS: [&str; 15] = [
    "src",
    "crates",
    "style",
    "locales",
    "public",
    "index.html",
    "build.rs",
    "Trunk.toml",
    "Cargo.toml",
    "Cargo.lock",
    ".cargo/config.toml",
    "rust-toolchain.toml",
    "package-lock.json",
    "xtask/precompress.mjs",
    "xtask/src/split.rs",
];

/// Builds the app into `dist`, ready to be served, unless nothing changed since the last time.
pub(crate) fn build_app(steps: &mut Steps) -> Outcome {
    tools::ensure_app(steps)?;
    let dist = root().join("dist");
    let stamp = target().join("xtask-app-stamp");
    let is_fresh = fs::read_to_string(&stamp).is_ok_and(|known| known == state(&dist));
    if is_fresh && dist.join("index.html").exists() {
        return steps.step("build the app: nothing changed", |_| Ok(()));
    }
    steps.step("build the app", |_| {
        execute(
            command("trunk")
                .args(["build", "--release", "--features", "split", "--color", "never"])
                .env_remove("NO_COLOR"),
        )
    })?;
    steps.step("split the app", |_| split::split(&dist))?;
    steps.step("compress the app", |_| {
        execute(command("node").arg("xtask/precompress.mjs").arg(&dist))
    })?;
    fs::write(&stamp, state(&dist)).map_err(|error| format!("{}: {error}", stamp.display()))
}

/// How the server is built.
#[derive(Clone, Copy)]
pub(crate) enum Profile {
    /// As tests are: quickly; it reads the app from `dist`.
    Dev,
    /// As it is installed: the app is part of the binary.
    Release,
}

/// Builds the server and returns its binary.
pub(crate) fn build_server(steps: &mut Steps, profile: Profile) -> Outcome<PathBuf> {
    let mut arguments = vec!["build", "--package", "stockroom-server", "--bin", "stockroom"];
    let folder = match profile {
        Profile::Dev => "debug",
        Profile::Release => {
            arguments.push("--release");
            "release"
        }
    };
    steps.step("build the server", |_| execute(&mut cargo(&arguments)))?;
    let binary = format!("stockroom{}", std::env::consts::EXE_SUFFIX);
    Ok(target().join(folder).join(binary))
}

/// Returns a text that changes when the app's inputs or what was built from them change.
fn state(dist: &Path) -> String {
    let mut hasher = DefaultHasher::new();
    for input in INPUTS {
        add(&root().join(input), &mut hasher);
    }
    add(dist, &mut hasher);
    format!("{:016x}", hasher.finish())
}

fn add(path: &Path, hasher: &mut DefaultHasher) {
    // App and server never meet.
    if path.ends_with("crates/stockroom-server") {
        return;
    }
    path.hash(hasher);
    if let Ok(entries) = fs::read_dir(path) {
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            add(&path, hasher);
        }
    } else if let Ok(metadata) = fs::metadata(path) {
        metadata.len().hash(hasher);
        let modified = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
        modified.hash(hasher);
    }
}
