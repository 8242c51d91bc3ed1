//! The running server held against its own `OpenAPI` document by schemathesis.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::app::{Profile, build_server};
use crate::debian;
use crate::step::{Outcome, Steps, command, execute, output, root, target};

const FOLDER: &str = "tests/openapi";

/// Sends made requests to every operation, right and wrong ones; `examples` for each at most.
pub(crate) fn run(steps: &mut Steps, examples: &str, seed: &str) -> Outcome {
    let schemathesis = ensure(steps)?;
    let server = Server::start(build_server(steps, Profile::Dev)?)?;
    let config = root().join(FOLDER).join("schemathesis.toml");
    let mut check = command(&schemathesis.to_string_lossy());
    check.arg("--config-file").arg(config).arg("run").arg(format!("{}/openapi.json", server.url));
    check.args(["--header", "Authorization: Bearer sk_test_demo", "--checks", "all"]);
    check.args(["--max-examples", examples, "--seed", seed, "--no-color"]);
    // What it keeps of a run belongs to the build.
    execute(check.current_dir(&server.data))
}

/// Makes sure that schemathesis and what it needs are there, in the versions that are written down.
fn ensure(steps: &mut Steps) -> Outcome<PathBuf> {
    let folder = target().join("tools/schemathesis");
    let wanted = root().join(FOLDER).join("requirements.txt");
    let versions =
        fs::read_to_string(&wanted).map_err(|error| format!("{}: {error}", wanted.display()))?;
    let stamp = folder.join("installed.txt");
    let program = folder.join("bin/schemathesis");
    if program.is_file() && fs::read_to_string(&stamp).is_ok_and(|installed| installed == versions)
    {
        return Ok(program);
    }
    if output("python3", &["-c", "import ensurepip, venv"]).is_none() {
        debian::install(steps, "Python", &["python3", "python3-venv"]).unwrap_or_else(|| {
            Err("Python 3.9 or newer with venv is missing: install it (Debian: sudo apt install \
                 python3-venv)"
                .to_owned())
        })?;
    }
    steps.step("install schemathesis", |_| {
        execute(command("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
        let pip = folder.join("bin/pip");
        let mut install = command(&pip.to_string_lossy());
        install.args(["install", "--quiet", "--disable-pip-version-check", "--requirement"]);
        execute(install.arg(&wanted))?;
        fs::write(&stamp, &versions).map_err(|error| format!("{}: {error}", stamp.display()))
    })?;
    Ok(program)
}

/// A server with a demo store of its own; it ends with this.
struct Server {
    child: Child,
    url: String,
    data: PathBuf,
}

impl Server {
    fn start(program: PathBuf) -> Outcome<Self> {
        let data = target().join("openapi");
        // Of a run before, which may have been broken off.
        let _ = fs::remove_dir_all(&data);
        fs::create_dir_all(&data).map_err(|error| format!("{}: {error}", data.display()))?;
        let mut serve = Command::new(program);
        serve.args(["serve", "--demo", "--listen", "127.0.0.1:0", "--data"]).arg(&data);
        let log = fs::File::create(data.join("server.log"))
            .map_err(|error| format!("the server's log: {error}"))?;
        let mut child = serve
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .map_err(|error| format!("the server: {error}"))?;
        let out = child.stdout.take().ok_or("no output")?;
        let mut server = Self { child, url: String::new(), data };
        for line in BufReader::new(out).lines() {
            let line = line.map_err(|error| error.to_string())?;
            if let Some((_, address)) = line.split_once("listening on ") {
                address.trim().trim_end_matches('/').clone_into(&mut server.url);
                return Ok(server);
            }
        }
        Err(format!("the server ended at once: see {}", server.data.join("server.log").display()))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Where it has ended already there is nothing to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
