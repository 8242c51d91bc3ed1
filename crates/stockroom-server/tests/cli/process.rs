//! The binary as a process.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

/// Runs the binary to its end.
pub(crate) fn run(args: &[&str], data: &Path) -> Output {
    command(args, data).output().unwrap()
}

/// A server that is running, and told to stop when dropped.
pub(crate) struct Running {
    pub(crate) url: String,
    child: Child,
}

impl Running {
    /// Starts a server at a free port and waits for its one line.
    pub(crate) fn start(args: &[&str], data: &Path) -> Self {
        let mut all = vec!["serve", "--listen", "127.0.0.1:0"];
        all.extend_from_slice(args);
        let mut child =
            command(&all, data).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim_end().strip_prefix("listening on ").unwrap();
        Self { url: url.to_owned(), child }
    }

    /// Asks the server to stop and returns whether it ended well, and what it still printed.
    #[cfg(unix)]
    pub(crate) fn stop(mut self) -> (bool, String) {
        let id = self.child.id().to_string();
        let told = Command::new("kill").arg(&id).status().unwrap();
        assert!(told.success());
        let mut rest = String::new();
        let stdout = self.child.stdout.as_mut().unwrap();
        stdout.read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap().success(), rest)
    }
}

impl Running {
    /// Ends the server at once, as a failure of the machine would.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn status(url: &str, key: &str) -> u16 {
    let config = ureq::Agent::config_builder().http_status_as_error(false).build();
    let agent: ureq::Agent = config.into();
    agent
        .get(format!("{url}/api/v1/dev/store/inventory"))
        .header("authorization", format!("Bearer {key}"))
        .call()
        .unwrap()
        .status()
        .as_u16()
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn command(args: &[&str], data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stockroom"));
    command.args(args).arg("--data").arg(data);
    command
}
