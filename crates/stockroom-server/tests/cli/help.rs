//! What `--help` says: every command and every option, with what it is for.

use crate::process::text;
use std::process::Command;

fn help(args: &[&str]) -> String {
    let said = Command::new(env!("CARGO_BIN_EXE_stockroom")).args(args).output().unwrap();
    assert!(said.status.success(), "{said:?}");
    text(&said.stdout)
}

/// Returns the first words of the lines between `head` and the next empty line.
fn names(help: &str, head: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != head).skip(1);
    let lines = lines.take_while(|line| !line.is_empty());
    lines.filter_map(|line| line.split_whitespace().next()).map(ToOwned::to_owned).collect()
}

#[test]
fn the_commands_are_listed_with_an_example() {
    let help = help(&["--help"]);
    let commands = names(&help, "Commands:");
    for command in ["serve", "keys", "demo", "backup", "restore", "plan", "apply", "help"] {
        assert!(commands.iter().any(|name| name == command), "{command} is not in:\n{help}");
    }
    assert!(help.contains("Examples:\n  stockroom serve --demo "), "{help}");
}

#[test]
fn every_option_says_what_it_is_for() {
    let commands = names(&help(&["--help"]), "Commands:");
    for command in commands.iter().filter(|command| !["help", "keys"].contains(&command.as_str())) {
        let help = help(&[command, "--help"]);
        let options: Vec<&str> = help.lines().collect();
        for (at, line) in options.iter().enumerate() {
            if line.trim_start().starts_with("--") {
                let said = options.get(at + 1).map_or("", |line| line.trim());
                let is_said = line.trim().contains("  ") || said.len() > 10;
                assert!(is_said, "{command}: {line}");
            }
        }
    }
}

#[test]
fn what_a_service_file_sets_has_a_variable() {
    let help = help(&["serve", "--help"]);
    for variable in [
        "DATA",
        "LISTEN",
        "ALLOW_ORIGIN",
        "REQUIRE_IDEMPOTENCY_KEY",
        "SECURE_COOKIES",
        "LIMITS",
        "TRUSTED_PROXY",
        "TLS_CERT",
        "TLS_KEY",
        "METRICS_LISTEN",
        "LOG_FORMAT",
        "SHUTDOWN_DELAY",
        "SHUTDOWN_TIMEOUT",
    ] {
        assert!(help.contains(&format!("[env: STOCKROOM_{variable}=")), "{variable}\n{help}");
    }
    assert!(help.contains("[default: 10]") && help.contains("Seconds"), "{help}");
}
