//! The programs that servers stand beside: load balancers before them, and a network that can be cut. Tests that
//! need one say so and are skipped where it is missing.

use std::path::Path;

use crate::debian;
use crate::step::{Outcome, Steps};

/// Each program with the package that has it.
const PROGRAMS: [(&str, &str); 3] =
    [("haproxy", "haproxy"), ("nginx", "nginx"), ("ip", "iproute2")];

/// Installs what is missing with apt where this is Debian and we are root; elsewhere it says what is.
pub(crate) fn offer(steps: &mut Steps) -> Outcome {
    let missing = PROGRAMS.iter().filter(|(program, _)| !is_there(program));
    let missing: Vec<&str> = missing.map(|(_, package)| *package).collect();
    if missing.is_empty() {
        return Ok(());
    }
    debian::install(steps, &missing.join(", "), &missing).unwrap_or_else(|| {
        println!("   without {} some tests are skipped", missing.join(", "));
        Ok(())
    })
}

fn is_there(program: &str) -> bool {
    let path = std::env::var("PATH").unwrap_or_default();
    let folders = path.split(':').chain(["/usr/sbin", "/sbin", "/usr/local/sbin"]);
    folders.into_iter().any(|folder| Path::new(folder).join(program).exists())
}
