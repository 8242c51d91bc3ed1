//! Makes the folder of the built app, so that tests and clippy need no app.

use std::{env, fs, io};

const APP: &str = "../../dist";

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=migrations");
    // A release holds the files themselves: a new build of the app needs a new server.
    if env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo::rerun-if-changed={APP}");
    }
    fs::create_dir_all(APP)
}
