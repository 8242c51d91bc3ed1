//! Webhooks of the binary: what a kill between sending and noting leaves, and what it may speak to.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::process::Running;

const ENDPOINTS: &str = "/api/v1/dev/webhooks/endpoints";

/// Sends a request with the demo key and returns the status and the answer.
fn send(server: &Running, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let config = ureq::Agent::config_builder().http_status_as_error(false).build();
    let request = ureq::http::Request::builder()
        .method(method)
        .uri(format!("{}{path}", server.url))
        .header("authorization", "Bearer sk_test_demo")
        .body(body.to_string())
        .unwrap();
    let mut answer = ureq::Agent::from(config).run(request).unwrap();
    let text = answer.body_mut().read_to_string().unwrap();
    (answer.status().as_u16(), serde_json::from_str(&text).unwrap())
}

/// Takes one request and returns its connection, still without an answer, its id and its body.
fn take(listener: &TcpListener) -> (TcpStream, String, String) {
    let (mut stream, _) = listener.accept().unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut text = String::new();
    let mut buffer = [0; 4096];
    loop {
        let read = stream.read(&mut buffer).unwrap();
        assert_ne!(read, 0, "broke off: {text}");
        text.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let header = |name: &str| {
                let line = head.lines().find_map(|line| line.strip_prefix(name));
                line.and_then(|line| line.strip_prefix(": ")).unwrap().to_owned()
            };
            if body.len() == header("content-length").parse::<usize>().unwrap() {
                return (stream, header("webhook-id"), body.to_owned());
            }
        }
    }
}

#[test]
fn what_was_sent_but_not_noted_is_sent_again_under_its_id() {
    let dir = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let args = ["--demo", "--webhooks-allow-private"];
    let server = Running::start(&args, dir.path());
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let new = json!({"url": url, "events": ["product.stock_out"]});
    assert_eq!(send(&server, "POST", ENDPOINTS, &new).0, 201);
    let stock = "/api/v1/dev/store/products/SIM-TEL/stock";
    assert_eq!(send(&server, "PATCH", stock, &json!({"quantity": 0})).0, 200);
    let (connection, id, body) = take(&listener);
    server.kill();
    drop(connection);

    // The lease of the process that is gone ends: moved here, so that nobody waits for it.
    let database = Connection::open(dir.path().join("stockroom.db")).unwrap();
    let ended = "update webhook_deliveries set due_at = 0, claimed_until = 0
                 where state = 'pending' and claimed_until is not null";
    assert_eq!(database.execute(ended, []).unwrap(), 1);
    let server = Running::start(&args, dir.path());
    let (mut connection, again, same) = take(&listener);
    assert_eq!((again, same), (id, body));
    connection.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap();
    let started = Instant::now();
    let state = "select state from webhook_deliveries";
    while database.query_row(state, [], |row| row.get::<_, String>(0)).unwrap() != "delivered" {
        assert!(started.elapsed() < Duration::from_secs(20), "it was not noted");
        std::thread::sleep(Duration::from_millis(10));
    }
    let noted: (i64, i64) = database
        .query_row("select count(*), max(status) from webhook_attempts", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    assert_eq!(noted, (1, 204));
    drop(server);
}

#[test]
fn a_server_speaks_to_public_addresses_alone_unless_told() {
    let dir = tempfile::tempdir().unwrap();
    let server = Running::start(&["--demo"], dir.path());
    let new = json!({"url": "https://127.0.0.1:9/", "events": ["product.stock_out"]});
    let (status, refused) = send(&server, "POST", ENDPOINTS, &new);
    assert_eq!((status, &refused["error"]["path"]), (400, &json!("url")));
    let message = refused["error"]["message"].as_str().unwrap();
    assert!(message.contains("--webhooks-allow-private"), "{message}");
}
