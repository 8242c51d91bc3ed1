//! `cargo xtask test`: everything that must hold, the quickest first.

use crate::app::{Profile, build_app, build_server};
use crate::browser::Browser;
use crate::step::{Outcome, Steps, cargo, command, execute, root, target};
use crate::{browser, neighbours, openapi, postgres, tidy, tools};

const WASM: &str = "wasm32-unknown-unknown";

type Work = fn(&mut Steps) -> Outcome;

/// Every step by name; the later ones use what the earlier ones have built.
const STEPS: [(&str, Work); 8] = [
    ("tidy", |_| tidy::run()),
    ("format", |_| execute(&mut cargo(&["fmt", "--all", "--check"]))),
    ("clippy", clippy),
    ("native", native),
    ("openapi", |steps| openapi::run(steps, "40", "1")),
    ("docs", docs),
    ("browser", in_browser),
    ("e2e", end_to_end),
];

pub(crate) fn run(chosen: &[&str]) -> Outcome {
    let known = |name: &&str| STEPS.iter().any(|(step, _)| step == name);
    if let Some(unknown) = chosen.iter().find(|name| !known(name)) {
        let names: Vec<&str> = STEPS.iter().map(|(name, _)| *name).collect();
        return Err(format!("no step {unknown}; there are {}", names.join(", ")));
    }
    let mut steps = Steps::default();
    for (name, work) in STEPS {
        if chosen.is_empty() || chosen.contains(&name) {
            steps.step(name, work)?;
        }
    }
    steps.print();
    println!("\n✓ everything passed");
    Ok(())
}

fn clippy(_: &mut Steps) -> Outcome {
    let deny = ["--", "-D", "warnings"];
    let workspace = ["clippy", "--workspace", "--all-targets"];
    execute(cargo(&workspace).args(deny))?;
    let wasm =
        ["clippy", "-p", "stockroom", "--target", WASM, "--all-targets", "--features", "split"];
    execute(cargo(&wasm).args(deny))
}

fn native(steps: &mut Steps) -> Outcome {
    postgres::ensure(steps)?;
    neighbours::offer(steps)?;
    steps.tests(&mut cargo(&["test", "--workspace"]))
}

fn docs(_: &mut Steps) -> Outcome {
    let mut doc = cargo(&["doc", "--workspace", "--lib", "--no-deps"]);
    execute(doc.env("RUSTDOCFLAGS", "-D warnings"))
}

/// The component tests: each a page of its own in headless Chromium.
fn in_browser(steps: &mut Steps) -> Outcome {
    tools::ensure_wasm(steps)?;
    let Browser { driver, .. } = browser::ensure(steps)?;
    let mut test = cargo(&["test", "-p", "stockroom", "--target", WASM, "--test", "web"]);
    steps.tests(test.env("CHROMEDRIVER", driver))
}

/// The whole thing: the built app in a browser, on a server of its own for each file of tests.
fn end_to_end(steps: &mut Steps) -> Outcome {
    let Browser { chromium, .. } = browser::ensure(steps)?;
    build_app(steps)?;
    let server = build_server(steps, Profile::Dev)?;
    let messages = ["build", "--package", "stockroom-worksheet", "--example", "messages"];
    steps.step("build what the worker is compared with", |_| execute(&mut cargo(&messages)))?;
    let files = e2e_files()?;
    let mut node = command("node");
    node.args(["--test", "--test-concurrency=2", "--test-reporter=spec"]);
    node.args(files);
    node.env("STOCKROOM_SERVER", server).env("STOCKROOM_APP", root().join("dist"));
    let messages = format!("debug/examples/messages{}", std::env::consts::EXE_SUFFIX);
    node.env("CHROME", chromium).env("STOCKROOM_MESSAGES", target().join(messages));
    steps.tests(&mut node)
}

/// Many more made files and runs than the tests have time for; a failure prints its seed.
pub(crate) fn soak(cases: &str, seed: &str) -> Outcome {
    let mut steps = Steps::default();
    for (what, package, test) in [
        ("simulated runs", "stockroom-client", "simulation"),
        ("made files", "stockroom-worksheet", "any_bytes"),
    ] {
        steps.step(&format!("{cases} {what}, seed {seed}"), |steps| {
            let mut test = cargo(&["test", "--release", "-p", package, "--test", test]);
            steps.tests(test.env("STOCKROOM_CASES", cases).env("STOCKROOM_SEED", seed))
        })?;
    }
    postgres::ensure(&mut steps)?;
    steps.step("200 kills of the server under load", |steps| {
        let mut test =
            cargo(&["test", "--release", "-p", "stockroom-server", "--test", "cli", "killed"]);
        steps.tests(test.env("STOCKROOM_KILLS", "200").env("STOCKROOM_SEED", seed))
    })?;
    steps.step("20,000 made requests", |steps| openapi::run(steps, "1000", seed))?;
    steps.print();
    Ok(())
}

fn e2e_files() -> Outcome<Vec<std::path::PathBuf>> {
    let folder = root().join("tests/e2e");
    let entries = std::fs::read_dir(&folder);
    let entries = entries.map_err(|error| format!("{}: {error}", folder.display()))?;
    let paths = entries.flatten().map(|entry| entry.path());
    let is_test = |path: &std::path::PathBuf| path.to_string_lossy().ends_with(".test.mjs");
    let mut files: Vec<_> = paths.filter(is_test).collect();
    files.sort();
    Ok(files)
}
