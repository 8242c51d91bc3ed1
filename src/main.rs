//! The app's entry: mounts it over the skeleton that the page came with.

use stockroom::{app, browser};

fn main() {
    browser::page::report_panics();
    browser::page::remove_boot_skeleton();
    leptos::mount::mount_to_body(app::App);
}
