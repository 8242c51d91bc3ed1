//! `cargo xtask serve`: from a checkout to a running Stockroom.

use std::path::PathBuf;
use std::process::Command;

use crate::app::{Profile, build_app, build_server};
use crate::step::{Outcome, Steps, root};

struct Options {
    listen: String,
    data: PathBuf,
    demo: bool,
}

pub(crate) fn run(words: &[&str]) -> Outcome {
    let options = parse(words)?;
    let mut steps = Steps::default();
    build_app(&mut steps)?;
    let server = build_server(&mut steps, Profile::Release)?;
    steps.print();

    let mut command = Command::new(server);
    command.arg("serve").arg("--data").arg(&options.data).args(["--listen", &options.listen]);
    // A store that is a demo stays one; only a new one has to be told.
    if options.demo || !options.data.join("stockroom.db").exists() {
        command.arg("--demo");
    }
    println!(
        "\nStarting Stockroom with the store in {}; end it with Ctrl+C\n",
        options.data.display()
    );
    replace(command)
}

fn parse(words: &[&str]) -> Outcome<Options> {
    let mut options =
        Options { listen: "127.0.0.1:8080".to_owned(), data: root().join("data"), demo: false };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("{word} needs a value"));
        match *word {
            "--listen" => options.listen = String::from(*value()?),
            "--data" => options.data = PathBuf::from(value()?),
            "--demo" => options.demo = true,
            _ => return Err(format!("serve does not know {word}")),
        }
    }
    Ok(options)
}

/// Becomes the server, so that whoever ends this command ends the server.
#[cfg(unix)]
fn replace(mut command: Command) -> Outcome {
    use std::os::unix::process::CommandExt;
    let error = command.exec();
    Err(format!("{}: {error}", command.get_program().display()))
}

#[cfg(not(unix))]
fn replace(mut command: Command) -> Outcome {
    crate::step::execute(&mut command)
}
