//! Steps: commands that are named, timed, and end everything when they fail.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What a step returns: nothing, or why it failed in words for a person.
pub(crate) type Outcome<T = ()> = Result<T, String>;

struct Done {
    name: String,
    took: Duration,
    depth: usize,
}

/// The steps done so far, with their times.
#[derive(Default)]
pub(crate) struct Steps {
    done: Vec<Done>,
    depth: usize,
    results: Vec<String>,
}

impl Steps {
    /// Does a step, printing its name before and its time after.
    pub(crate) fn step<T>(
        &mut self,
        name: &str,
        work: impl FnOnce(&mut Self) -> Outcome<T>,
    ) -> Outcome<T> {
        println!("\n── {name}");
        let start = Instant::now();
        self.depth += 1;
        let result = work(self);
        self.depth -= 1;
        let took = start.elapsed();
        match result {
            Ok(value) => {
                println!("✓  {name} ({})", seconds(took));
                let (name, depth) = (name.to_owned(), self.depth);
                self.done.push(Done { name, took, depth });
                Ok(value)
            }
            Err(why) => {
                self.print();
                Err(format!("{name} failed after {}: {why}", seconds(took)))
            }
        }
    }

    /// Runs a command, keeping the lines that sum up its tests for [`Steps::print`].
    pub(crate) fn tests(&mut self, command: &mut Command) -> Outcome {
        let described = describe(command);
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{described}: {error}"))?;
        for line in BufReader::new(child.stdout.take().ok_or("no output")?).lines() {
            let line = line.map_err(|error| error.to_string())?;
            // A closed pipe downstream must not end the tests.
            let _ = writeln!(std::io::stdout(), "{line}");
            let plain = line.trim_start_matches("ℹ ").trim_start_matches("# ");
            let of_node = ["pass ", "fail "].iter().any(|word| plain.starts_with(word));
            if line.starts_with("test result:") || (of_node && plain != line) {
                self.results.push(line);
            }
        }
        let status = child.wait().map_err(|error| error.to_string())?;
        status.success().then_some(()).ok_or_else(|| format!("{described} ended with {status}"))
    }

    /// Prints every step with its time, and the results of all tests.
    pub(crate) fn print(&self) {
        let outer = self.done.iter().filter(|done| done.depth == 0);
        let total: Duration = outer.map(|done| done.took).sum();
        println!();
        for line in &self.results {
            println!("{line}");
        }
        for Done { name, took, depth } in &self.done {
            let within = if *depth == 0 { "" } else { "  of which: " };
            println!("{:>12}  {within}{name}", seconds(*took));
        }
        println!("{:>12}  in all", seconds(total));
    }
}

/// Runs a command with its output passed on.
pub(crate) fn execute(command: &mut Command) -> Outcome {
    let described = describe(command);
    let status = command.status().map_err(|error| format!("{described}: {error}"))?;
    status.success().then_some(()).ok_or_else(|| format!("{described} ended with {status}"))
}

/// Returns what a command prints, or `None` where it cannot be run or fails.
pub(crate) fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output = command(program).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

/// Returns a command that runs in the repository's root and finds our tools first.
pub(crate) fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    if let Some(path) = search_path() {
        command.env("PATH", path);
    }
    command
}

/// Returns a cargo command.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = command("cargo");
    command.args(arguments);
    command
}

/// Returns the repository's root: of the checkout it is run in, which may share its build with another.
pub(crate) fn root() -> PathBuf {
    let here = std::env::var_os("CARGO_MANIFEST_DIR");
    let here = here.map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    here.parent().map(Path::to_path_buf).unwrap_or(here)
}

/// Returns where things are built.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

fn search_path() -> Option<OsString> {
    let ours = [target().join("tools/bin"), root().join("node_modules/.bin")];
    let theirs = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(ours.into_iter().chain(std::env::split_paths(&theirs))).ok()
}

fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    words.join(" ")
}

/// Returns a time as people read it.
pub(crate) fn seconds(took: Duration) -> String {
    let seconds = took.as_secs_f64();
    if seconds < 60.0 {
        format!("{seconds:.1} s")
    } else {
        format!("{} min {:02} s", took.as_secs() / 60, took.as_secs() % 60)
    }
}
