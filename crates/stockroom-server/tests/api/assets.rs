//! How the app's files are served.

use std::fs;

use stockroom_server::app::Settings;

use crate::app::{TestApp, spawn_real};

fn spawn_with_app() -> (TestApp, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
    write("index.html", "<!doctype html>app");
    write("worker.js", "plain");
    write("worker.js.br", "brotli");
    write("app-0123456789abcdef_bg.wasm", "wasm");
    let app = spawn_real(Settings { app_dir: Some(dir.path().to_owned()), ..Settings::default() });
    (app, dir)
}

#[test]
fn views_are_answered_with_the_app() {
    let (app, _dir) = spawn_with_app();
    for path in ["/", "/update", "/products/TEE.9", "/index.html"] {
        let answer = app.send("GET", path, &[], None);
        assert_eq!((answer.status, answer.text.as_str()), (200, "<!doctype html>app"), "{path}");
        assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self' 'wasm-unsafe-eval';"));
        assert_eq!(answer.header("x-frame-options"), Some("DENY"));
        assert_eq!(answer.header("cross-origin-opener-policy"), Some("same-origin"));
    }
    for path in ["/missing.js", "/../Cargo.toml", "/%2e%2e/x.txt", "/.hidden.txt"] {
        assert_eq!(app.send("GET", path, &[], None).status, 404, "{path}");
    }
}

#[test]
fn compressed_files_go_to_those_who_take_them() {
    let (app, _dir) = spawn_with_app();
    let text = |accept: &str| {
        let answer = app.send("GET", "/worker.js", &[("accept-encoding", accept)], None);
        (answer.text.clone(), answer.header("content-encoding").map(str::to_owned))
    };
    assert_eq!(text("gzip;q=0, identity"), ("plain".into(), None));
    assert_eq!(text("br;q=0"), ("plain".into(), None));
    let (_, encoding) = text("gzip, deflate, br");
    assert_eq!(encoding.as_deref(), Some("br"));
}

#[test]
fn hashed_names_are_kept_and_others_asked_for_again() {
    let (app, _dir) = spawn_with_app();
    let wasm = app.send("GET", "/app-0123456789abcdef_bg.wasm", &[], None);
    assert!(wasm.header("cache-control").unwrap().contains("immutable"));
    assert_eq!(wasm.header("content-type"), Some("application/wasm"));
    let page = app.send("GET", "/", &[], None);
    assert!(page.header("cache-control").unwrap().starts_with("no-cache"));
    let etag = page.header("etag").unwrap().to_owned();
    let again = app.send("GET", "/", &[("if-none-match", &etag)], None);
    assert_eq!((again.status, again.text.as_str()), (304, ""));
}

#[test]
fn a_server_without_the_app_says_how_to_build_it() {
    let dir = tempfile::tempdir().unwrap();
    let app = spawn_real(Settings { app_dir: Some(dir.path().to_owned()), ..Settings::default() });
    let answer = app.send("GET", "/", &[], None);
    assert!(answer.text.contains("cargo xtask serve"));
}
