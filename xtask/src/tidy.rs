//! `cargo xtask tidy`: what the compiler does not check about the source.

use std::fs;
use std::path::{Path, PathBuf};

use crate::step::{Outcome, root};

/// More lines than this, without the tests at the end, are a reason to split a file …
const MANY_LINES: usize = 400;
/// … and more than this are a fault.
const MOST_LINES: usize = 500;

/// Words that only some places may use.
struct Rule {
    /// Which files it is about, by path from the root.
    about: fn(&str) -> bool,
    /// What they must not say.
    words: &'static [&'static str],
    why: &'static str,
}

const RULES: [Rule; 8] = [
    Rule {
        about: |path| path.starts_with("src/pages/") && path.ends_with("/state.rs"),
        words: &["leptos", "web_sys", "js_sys", "wasm_bindgen"],
        why: "a page's state is tested natively: client, api and domain only",
    },
    Rule {
        about: |path| path.starts_with("src/ui"),
        words: &["crate::connection", "crate::route", "stockroom_api", "stockroom_client"],
        why: "building blocks know neither router nor API",
    },
    Rule {
        about: |path| path.starts_with("src/") && !path.starts_with("src/connection"),
        words: &["gloo_net"],
        why: "HTTP lives in src/connection alone",
    },
    Rule {
        about: |path| {
            path.starts_with("crates/stockroom-server/src/")
                && !path.starts_with("crates/stockroom-server/src/store")
        },
        words: &["sqlx::query", "rusqlite"],
        why: "SQL lives under crates/stockroom-server/src/store",
    },
    Rule {
        about: |path| {
            ["domain", "client", "workbook"]
                .iter()
                .any(|name| path.starts_with(&format!("crates/stockroom-{name}/src")))
        },
        words: &["std::fs", "std::net", "std::env", "SystemTime", "Instant::now", "thread_rng"],
        why: "no I/O, no clock and no randomness here",
    },
    Rule {
        about: |path| path.starts_with("crates/stockroom-server/src"),
        words: &["inner_html", "leptos"],
        why: "app and server never meet",
    },
    Rule {
        about: |path| path.starts_with("src/"),
        words: &["inner_html", "set_inner_html", "insert_adjacent_html"],
        why: "text is never read as HTML",
    },
    Rule {
        about: |path| !path.starts_with("xtask/"),
        words: &["#[ignore", "dbg!("],
        why: "every test runs, and nothing is left over from looking for a fault",
    },
];

pub(crate) fn run() -> Outcome {
    let mut faults = Vec::new();
    let mut files = Vec::new();
    for folder in ["src", "tests", "benches", "crates", "xtask"] {
        rust_files(&root().join(folder), &mut files);
    }
    for file in &files {
        let text =
            fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let path = file.strip_prefix(root()).unwrap_or(file).to_string_lossy();
        check(&path.replace('\\', "/"), &text, &mut faults);
    }
    for fault in &faults {
        println!("   {fault}");
    }
    println!("   {} files looked at", files.len());
    if faults.is_empty() {
        return Ok(());
    }
    Err(format!("{} faults in the source", faults.len()))
}

fn check(path: &str, text: &str, faults: &mut Vec<String>) {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_test = path.starts_with("tests/") || path.contains("/tests");
    if name == "mod.rs" {
        faults.push(format!("{path}: a module is `foo.rs` beside `foo/`"));
    }
    let needs_purpose = !is_test && !matches!(name, "main.rs" | "build.rs");
    if needs_purpose && !text.trim_start().starts_with("//!") {
        faults.push(format!("{path}: begin with `//!` and the purpose of the module"));
    }
    let lines = text.lines().take_while(|line| *line != "#[cfg(test)]").count();
    if lines > MOST_LINES && !is_test {
        faults.push(format!("{path}: {lines} lines: split it"));
    } else if lines > MANY_LINES && !is_test {
        println!("   {path}: {lines} lines are a reason to split it");
    }
    for rule in RULES.iter().filter(|rule| (rule.about)(path)) {
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            for word in rule.words.iter().filter(|word| code.contains(*word)) {
                faults.push(format!("{path}:{}: `{word}`: {}", number + 1, rule.why));
            }
        }
    }
}

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            let skipped = ["target", "node_modules"];
            if !skipped.iter().any(|name| path.ends_with(name)) {
                rust_files(&path, files);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(path: &str, text: &str) -> usize {
        let mut faults = Vec::new();
        check(path, text, &mut faults);
        faults.len()
    }

    #[test]
    fn finds_what_does_not_belong() {
        assert_eq!(faults("src/pages/update/state.rs", "//! State.\nuse leptos::prelude::*;"), 1);
        assert_eq!(faults("src/pages/update.rs", "//! Page.\nuse leptos::prelude::*;"), 0);
        assert_eq!(faults("src/ui/mod.rs", "//! Parts."), 1);
        assert_eq!(faults("src/ui/chip.rs", "use std::fmt;"), 1);
        assert_eq!(faults("src/main.rs", "fn main() {}"), 0);
        assert_eq!(faults("src/words.rs", "//! W.\n// not inner_html, ever"), 0);
    }

    #[test]
    fn long_files_are_faults() {
        let long = format!("//! Long.\n{}", "\n".repeat(MOST_LINES));
        assert_eq!(faults("src/long.rs", &long), 1);
        assert_eq!(faults("tests/web.rs", &long), 0);
    }
}
