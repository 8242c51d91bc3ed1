//! `cargo xtask dev`: the server, and the app rebuilt at each change.

use std::process::Child;
use std::time::Duration;

use crate::app::{Profile, build_server};
use crate::step::{Outcome, Steps, command, root, target};
use crate::tools;

pub(crate) fn run() -> Outcome {
    let mut steps = Steps::default();
    tools::ensure_app(&mut steps)?;
    let server = build_server(&mut steps, Profile::Dev)?;
    // Trunk refuses to start where a folder that it is told to ignore does not exist.
    for folder in ["data", "dist"] {
        let folder = root().join(folder);
        std::fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    }
    let mut serve = command(&server.to_string_lossy());
    serve.args(["serve", "--listen", "127.0.0.1:8080", "--demo", "--data"]);
    serve.arg(target().join("dev-data"));
    let mut trunk = command("trunk");
    // A folder of its own: `dist` is what releases are made of.
    trunk.arg("serve").arg("--dist").arg(target().join("dev-dist"));

    let spawn = |command: &mut std::process::Command| {
        let child = command.spawn();
        child.map_err(|error| format!("{}: {error}", command.get_program().display()))
    };
    let mut server = Ended("the server", spawn(&mut serve)?);
    let mut trunk = Ended("trunk", spawn(&mut trunk)?);
    loop {
        for Ended(name, child) in [&mut server, &mut trunk] {
            if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
                return Err(format!("{name} ended with {status}"));
            }
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// A process that does not outlive this one's interest in it.
struct Ended(&'static str, Child);

impl Drop for Ended {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.1.kill();
        let _ = self.1.wait();
    }
}
