//! `cargo xtask bench`: sizes and times of the release build.

use crate::app::{Profile, build_app, build_server};
use crate::browser::{self, Browser};
use crate::postgres;
use crate::step::{Outcome, Steps, cargo, command, execute, target};

/// What becomes of the figures.
#[derive(Clone, Copy)]
pub(crate) enum Figures {
    /// They are printed.
    Print,
    /// They are printed and kept in `docs/performance.md`.
    Write,
}

pub(crate) fn run(figures: Figures) -> Outcome {
    let mut steps = Steps::default();
    let Browser { chromium, .. } = browser::ensure(&mut steps)?;
    build_app(&mut steps)?;
    let server = build_server(&mut steps, Profile::Release)?;
    let load = example(&mut steps, "stockroom-server", "load")?;
    steps.step("measure", |_| {
        let mut node = command("node");
        node.arg("tests/e2e/bench.mjs");
        if let Figures::Write = figures {
            node.arg("--write");
        }
        node.env("STOCKROOM_SERVER", server).env("CHROME", chromium);
        node.env("STOCKROOM_LOAD", &load);
        execute(&mut node)
    })
}

/// Bytes to plan natively, from a thousand rows to a million, beside the csv crate's bare pass.
pub(crate) fn native() -> Outcome {
    let mut steps = Steps::default();
    let speed = example(&mut steps, "stockroom-domain", "plan_speed")?;
    steps.step("measure", |_| {
        for rows in ["1000", "10000", "100000", "1000000"] {
            execute(command(&speed).args([rows, "5"]))?;
        }
        Ok(())
    })
}

/// Bytes to plan in Chromium, beside what JavaScript does with the same bytes.
pub(crate) fn browser(figures: Figures) -> Outcome {
    let mut steps = Steps::default();
    let Browser { chromium, .. } = browser::ensure(&mut steps)?;
    build_app(&mut steps)?;
    let speed = example(&mut steps, "stockroom-domain", "plan_speed")?;
    let messages = example(&mut steps, "stockroom-worksheet", "messages")?;
    steps.step("measure", |_| {
        let mut node = command("node");
        node.arg("benches/browser.mjs");
        if let Figures::Write = figures {
            node.arg("--write");
        }
        node.env("STOCKROOM_MESSAGES", &messages).env("STOCKROOM_PLAN_SPEED", &speed);
        execute(node.env("CHROME", chromium))
    })
}

/// What the server keeps its data in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Store {
    Sqlite,
    Postgres,
}

/// The server under load from a second process, beside the simplest thing in Python.
pub(crate) fn server(store: Store, figures: Figures) -> Outcome {
    let mut steps = Steps::default();
    if store == Store::Postgres {
        postgres::ensure(&mut steps)?;
    }
    let server = build_server(&mut steps, Profile::Release)?;
    let load = example(&mut steps, "stockroom-server", "load")?;
    steps.step("measure", |_| {
        let mut node = command("node");
        node.arg("benches/server.mjs");
        if store == Store::Postgres {
            node.arg("--postgres");
        }
        if let Figures::Write = figures {
            node.arg("--write");
        }
        execute(node.env("STOCKROOM_SERVER", &server).env("STOCKROOM_LOAD", &load))
    })
}

/// A run of a million rows to its end, by the terminal's command and by the app in Chromium.
pub(crate) fn whole_run(figures: Figures) -> Outcome {
    let mut steps = Steps::default();
    let Browser { chromium, .. } = browser::ensure(&mut steps)?;
    build_app(&mut steps)?;
    let server = build_server(&mut steps, Profile::Release)?;
    steps.step("measure", |_| {
        let mut node = command("node");
        node.arg("benches/run.mjs");
        if let Figures::Write = figures {
            node.arg("--write");
        }
        execute(node.env("STOCKROOM_SERVER", &server).env("CHROME", chromium))
    })
}

fn example(steps: &mut Steps, package: &str, name: &str) -> Outcome<String> {
    let build = ["build", "--release", "--package", package, "--example", name];
    steps.step(&format!("build {name}"), |_| execute(&mut cargo(&build)))?;
    let program = format!("release/examples/{name}{}", std::env::consts::EXE_SUFFIX);
    Ok(target().join(program).to_string_lossy().into_owned())
}
