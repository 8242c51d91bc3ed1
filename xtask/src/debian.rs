//! Packages of Debian, where installing them is ours to do.

use std::path::Path;

use crate::step::{Outcome, Steps, command, execute, output};

/// Installs packages with apt where this is Debian and we are root; `None` elsewhere.
pub(crate) fn install(steps: &mut Steps, what: &str, packages: &[&str]) -> Option<Outcome> {
    let is_debian = Path::new("/etc/debian_version").exists();
    let is_root = output("id", &["-u"]).as_deref() == Some("0");
    if !(is_debian && is_root) {
        return None;
    }
    let work = |_: &mut Steps| {
        let apt = |arguments: &[&str]| {
            let mut apt = command("apt-get");
            execute(apt.env("DEBIAN_FRONTEND", "noninteractive").args(arguments))
        };
        apt(&["update", "-q"])?;
        apt(&[&["install", "-y", "-q", "--no-install-recommends"], packages].concat())
    };
    Some(steps.step(&format!("install {what}"), work))
}
