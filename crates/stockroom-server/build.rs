//! Makes the folder of the built app, so that tests and clippy need no app.

fn main() -> std::io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=migrations");
    std::fs::create_dir_all("../../dist")
}
