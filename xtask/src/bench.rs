//! `cargo xtask bench`: sizes and times of the release build.

use crate::app::{Profile, build_app, build_server};
use crate::browser::{self, Browser};
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
    let load = ["build", "--release", "--package", "stockroom-server", "--example", "bulk_load"];
    steps.step("build the load", |_| execute(&mut cargo(&load)))?;
    let load = format!("release/examples/bulk_load{}", std::env::consts::EXE_SUFFIX);
    steps.step("measure", |_| {
        let mut node = command("node");
        node.arg("tests/e2e/bench.mjs");
        if let Figures::Write = figures {
            node.arg("--write");
        }
        node.env("STOCKROOM_SERVER", server).env("CHROME", chromium);
        node.env("STOCKROOM_BULK_LOAD", target().join(load));
        execute(&mut node)
    })
}
