//! The binary as a process.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

/// Runs the binary to its end.
pub(crate) fn run(args: &[&str], data: &Path) -> Output {
    command(args, data).output().unwrap()
}

/// A server that is running, and told to stop when dropped.
pub(crate) struct Running {
    pub(crate) url: String,
    child: Child,
    stdout: BufReader<ChildStdout>,
}

impl Running {
    /// Starts a server at a free port and waits for its first line.
    pub(crate) fn start(args: &[&str], data: &Path) -> Self {
        Self::start_as(args, data, |command| command.stderr(Stdio::null()))
    }

    /// Starts a server that writes all its log to a file.
    pub(crate) fn start_logged(args: &[&str], data: &Path, log: &Path) -> Self {
        let log = File::create(log).unwrap();
        Self::start_as(args, data, |command| command.env("STOCKROOM_LOG", "trace").stderr(log))
    }

    pub(crate) fn start_as(
        args: &[&str],
        data: &Path,
        change: impl FnOnce(&mut Command) -> &mut Command,
    ) -> Self {
        let mut all = vec!["serve", "--listen", "127.0.0.1:0"];
        all.extend_from_slice(args);
        let mut command = command(&all, data);
        let mut child = change(&mut command).stdout(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let url = line.trim_end().strip_prefix("listening on ").unwrap();
        Self { url: url.to_owned(), child, stdout }
    }

    /// Returns the next line that the server prints.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        line
    }

    /// Sends the server a signal, such as `TERM`.
    #[cfg(unix)]
    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let told = Command::new("kill").args(["-s", name, &id]).status().unwrap();
        assert!(told.success());
    }

    /// Waits for the end of a server that was told to stop, and returns whether it ended well.
    #[cfg(unix)]
    pub(crate) fn wait(mut self) -> bool {
        self.child.wait().unwrap().success()
    }

    /// Asks the server to stop and returns whether it ended well, and what it still printed.
    #[cfg(unix)]
    pub(crate) fn stop(mut self) -> (bool, String) {
        self.signal("TERM");
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap().success(), rest)
    }
}

impl Running {
    /// Ends the server at once, as a failure of the machine would.
    pub(crate) fn kill(mut self) {
        self.stop_now();
    }

    /// Ends the server at once and keeps its address.
    pub(crate) fn stop_now(&mut self) {
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

pub(crate) fn command(args: &[&str], data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stockroom"));
    command.args(args).arg("--data").arg(data);
    command
}

/// Sends a request and returns the status and the body.
pub(crate) fn send(
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: Option<&str>,
) -> (u16, String) {
    let config = ureq::Agent::config_builder().http_status_as_error(false).build();
    let agent: ureq::Agent = config.into();
    let mut request = ureq::http::Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = match body {
        Some(body) => agent.run(request.body(body.to_owned()).unwrap()),
        None => agent.run(request.body(()).unwrap()),
    };
    let mut answer = answer.unwrap();
    (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap_or_default())
}
