//! A server that is told to stop finishes what it has accepted.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use rusqlite::Connection;

use crate::process::{Running, send, status};

const BODY: &str = r#"{"items":[{"externalId":"SIM-TEL","quantityDelta":-40}]}"#;

/// A bulk request of which the last byte is missing.
struct Begun(TcpStream);

impl Begun {
    fn send(url: &str) -> Self {
        let mut stream = TcpStream::connect(url.trim_start_matches("http://")).unwrap();
        let length = BODY.len();
        let head = format!(
            "PATCH /api/v1/dev/store/inventory/bulk HTTP/1.1\r\nhost: a\r\n\
             authorization: Bearer sk_test_demo\r\nexpect: 100-continue\r\n\
             content-length: {length}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        // The server asks for the body once it reads the request: by then it has accepted it.
        let mut told = [0; 25];
        stream.read_exact(&mut told).unwrap();
        assert_eq!(&told, b"HTTP/1.1 100 Continue\r\n\r\n");
        stream.write_all(&BODY.as_bytes()[..length - 1]).unwrap();
        Self(stream)
    }

    fn finish(mut self) -> String {
        self.0.write_all(&BODY.as_bytes()[BODY.len() - 1..]).unwrap();
        let mut answer = String::new();
        self.0.read_to_string(&mut answer).unwrap();
        answer
    }
}

fn is_refused(url: &str) -> bool {
    TcpStream::connect(url.trim_start_matches("http://")).is_err()
}

#[test]
fn a_request_that_was_accepted_is_done_and_the_database_is_closed() {
    let dir = tempfile::tempdir().unwrap();
    let server = Running::start(&["--demo"], dir.path());
    let begun = Begun::send(&server.url);
    server.signal("TERM");
    while !is_refused(&server.url) {
        std::thread::yield_now();
    }
    let answer = begun.finish();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\"updated\":1"), "{answer}");
    assert!(server.wait());
    assert!(!dir.path().join("stockroom.db-wal").exists(), "the journal is folded into the file");
    let database = Connection::open(dir.path().join("stockroom.db")).unwrap();
    let level = "select quantity from products join levels on product = number where external_id = 'SIM-TEL'";
    let level: i64 = database.query_row(level, [], |row| row.get(0)).unwrap();
    assert_eq!(level, 200);
}

#[test]
fn it_says_first_that_it_is_not_ready_and_a_second_signal_ends_the_waiting() {
    let dir = tempfile::tempdir().unwrap();
    let server = Running::start(&["--demo", "--shutdown-delay", "600"], dir.path());
    let ready = || send("GET", &format!("{}/readyz", server.url), &[], None);
    assert_eq!(ready(), (200, "ready\n".to_owned()));
    server.signal("INT");
    while ready().0 == 200 {
        std::thread::yield_now();
    }
    assert_eq!(ready(), (503, "stopping\n".to_owned()));
    assert_eq!(status(&server.url, "sk_test_demo"), 200, "it goes on meanwhile");
    server.signal("TERM");
    assert!(server.wait());
}

#[test]
fn a_request_that_does_not_end_holds_nothing_up_past_the_deadline() {
    let dir = tempfile::tempdir().unwrap();
    let server = Running::start(&["--demo", "--shutdown-timeout", "1"], dir.path());
    let begun = Begun::send(&server.url);
    server.signal("TERM");
    assert!(server.wait());
    drop(begun);
    assert!(!dir.path().join("stockroom.db-wal").exists());
}
