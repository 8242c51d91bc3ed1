//! The browser of the tests and its driver: found, or installed where that is ours to do.

use std::path::PathBuf;

use crate::debian;
use crate::step::{Outcome, Steps};

/// A browser for tests.
pub(crate) struct Browser {
    /// Chromium or Chrome.
    pub(crate) chromium: PathBuf,
    /// Its driver, of the same version.
    pub(crate) driver: PathBuf,
}

const CHROMIUM: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/// Finds the browser, installing it with apt where this is Debian and we are root.
pub(crate) fn ensure(steps: &mut Steps) -> Outcome<Browser> {
    if let Some(browser) = find() {
        return Ok(browser);
    }
    let packages = ["chromium", "chromium-driver", "fonts-noto-core"];
    debian::install(steps, "Chromium and its driver", &packages).unwrap_or_else(|| {
        Err("Chromium and its driver are missing: install them (Debian: sudo apt install \
             chromium chromium-driver; macOS: brew install --cask chromium chromedriver; \
             elsewhere set CHROME and CHROMEDRIVER to the two programs)"
            .to_owned())
    })?;
    find().ok_or_else(|| "apt installed Chromium, but it is not on PATH".to_owned())
}

fn find() -> Option<Browser> {
    let from = |variable: &str| std::env::var_os(variable).map(PathBuf::from);
    Some(Browser {
        chromium: from("CHROME").or_else(|| CHROMIUM.iter().find_map(|name| on_path(name)))?,
        driver: from("CHROMEDRIVER").or_else(|| on_path("chromedriver"))?,
    })
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let mut programs = std::env::split_paths(&path).map(|folder| folder.join(name));
    programs.find(|program| program.is_file())
}
