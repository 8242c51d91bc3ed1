//! The app's entry: mounts it over the skeleton that the page came with, once its words are here.

use leptos::task;
use stockroom::words::Language;
use stockroom::{app, browser};

fn main() {
    browser::page::report_panics();
    leptos::mount::start();
    task::spawn_local(async {
        let code = browser::page::language().unwrap_or_default();
        let language = Language::from_code(&code).unwrap_or_default();
        // Where the words do not come, the boot script says so.
        if language.fetch().await.is_ok() {
            browser::page::remove_boot_skeleton();
            leptos::mount::mount_to_body(move || app::App(app::AppProps { language }));
        }
    });
}
