//! The programs of PostgreSQL, which tests start clusters of their own with.

use std::path::Path;

use crate::debian;
use crate::step::{Outcome, Steps, output};

/// Finds the programs, installing them with apt where this is Debian and we are root.
pub(crate) fn ensure(steps: &mut Steps) -> Outcome {
    if are_there() {
        return Ok(());
    }
    debian::install(steps, "PostgreSQL", &["postgresql"]).unwrap_or_else(|| {
        Err("PostgreSQL is missing: install it (Debian: sudo apt install postgresql; macOS: brew \
             install postgresql), so that pg_config is on PATH"
            .to_owned())
    })?;
    if are_there() {
        Ok(())
    } else {
        Err("apt installed PostgreSQL, but not its server".to_owned())
    }
}

fn are_there() -> bool {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let has_server = |bin: &Path| bin.join("initdb").exists();
    versions.into_iter().any(|version| has_server(&version.path().join("bin")))
        || output("pg_config", &["--bindir"]).is_some_and(|bin| has_server(Path::new(&bin)))
}
