//! `cargo xtask …`: one command to serve Stockroom, one to test it.
//!
//! Only the standard library, so that it is compiled in seconds on a fresh machine. Every step is
//! printed with its time; the first that fails ends the command and is named.

use std::process::ExitCode;

mod app;
mod bench;
mod browser;
mod debian;
mod dev;
mod neighbours;
mod openapi;
mod postgres;
mod serve;
mod split;
mod step;
mod test;
mod tidy;
mod tools;

const HELP: &str = "\
cargo xtask serve [--listen ADDR] [--data DIR] [--demo]
                           install what is missing, build, and serve on 127.0.0.1:8080
cargo xtask dev            the server and `trunk serve` side by side, with reload
cargo xtask test [STEP …]  all tests, or only these steps
cargo xtask ci             the same as test
cargo xtask tidy           what the compiler does not check about the source
cargo xtask bench [--write]
                           sizes and times, kept in docs/performance.md with --write
cargo xtask bench browser [--write]
                           a million rows in Chromium, beside PapaParse and uDSV
cargo xtask bench server [--write]
                           the server under load over a million products, beside Python's sqlite3
cargo xtask bench server --database postgres [--write]
                           the same in PostgreSQL, and with two servers
cargo xtask bench run [--write]
                           a run of a million rows to its end, in the terminal and in Chromium
cargo xtask bench native   the same natively, beside the csv crate's bare pass
cargo xtask soak [CASES [SEED]]
                           a million made files through all that a worksheet does, as many
                           simulated runs, 200 kills of the server under load and
                           20,000 made requests";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["serve", options @ ..] => serve::run(options),
        ["dev"] => dev::run(),
        ["test" | "ci", steps @ ..] => test::run(steps),
        ["tidy"] => tidy::run(),
        ["soak"] => test::soak("1000000", "1"),
        ["soak", cases] => test::soak(cases, "1"),
        ["soak", cases, seed] => test::soak(cases, seed),
        ["bench", "native"] => bench::native(),
        ["bench", "browser"] => bench::browser(bench::Figures::Print),
        ["bench", "browser", "--write"] => bench::browser(bench::Figures::Write),
        ["bench", "server", options @ ..] => {
            let (store, rest) = match options {
                ["--database", "postgres", rest @ ..] => (bench::Store::Postgres, rest),
                rest => (bench::Store::Sqlite, rest),
            };
            match rest {
                [] => bench::server(store, bench::Figures::Print),
                ["--write"] => bench::server(store, bench::Figures::Write),
                _ => Err(format!("unknown: {}\n\n{HELP}", words.join(" "))),
            }
        }
        ["bench", "run"] => bench::whole_run(bench::Figures::Print),
        ["bench", "run", "--write"] => bench::whole_run(bench::Figures::Write),
        ["bench"] => bench::run(bench::Figures::Print),
        ["bench", "--write"] => bench::run(bench::Figures::Write),
        ["help" | "--help" | "-h"] | [] => {
            println!("{HELP}");
            Ok(())
        }
        _ => Err(format!("unknown: {}\n\n{HELP}", words.join(" "))),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("\n✗ {message}");
            ExitCode::FAILURE
        }
    }
}
