//! The server is killed, or told to stop, in the middle of writes: what it answered is kept, what it
//! did not answer can be sent again, and nothing is done twice; every event has its change, and every
//! change its event.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::Duration;

use rusqlite::Connection;

use crate::process::Running;

pub(crate) const PRODUCTS: &str = "2120";
/// SKUs that a demo store of that size has, in batches of 200.
const BATCHES: usize = 10;
pub(crate) const BULK: &str = "/api/v1/dev/store/inventory/bulk";

/// One bulk request: its key, and whether it was answered.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) number: usize,
    pub(crate) is_answered: bool,
}

pub(crate) fn skus(number: usize) -> impl Iterator<Item = String> {
    let first = 121 + number % BATCHES * 200;
    (first..first + 200).map(|sku| format!("GEN-{sku:06}"))
}

pub(crate) fn body(number: usize) -> String {
    let mut body = String::from("{\"items\":[");
    for (index, sku) in skus(number).enumerate() {
        let comma = if index == 0 { "" } else { "," };
        write!(body, r#"{comma}{{"externalId":"{sku}","quantityDelta":1}}"#).unwrap();
    }
    body + "]}"
}

/// Sends request `number` and returns whether it was answered, and whether by what was kept.
fn send(url: &str, number: usize) -> Option<bool> {
    let config = ureq::Agent::config_builder().http_status_as_error(false).build();
    let agent: ureq::Agent = config.into();
    let answer = agent
        .patch(format!("{url}{BULK}"))
        .header("authorization", "Bearer sk_test_demo")
        .header("x-idempotency-key", format!("crash-{number}"))
        .send(body(number));
    let mut answer = answer.ok()?;
    let text = answer.body_mut().read_to_string().ok()?;
    assert_eq!(answer.status(), 200, "{text}");
    assert!(text.contains("\"updated\":200,"), "{text}");
    Some(answer.headers().contains_key("idempotent-replayed"))
}

/// Sends requests on 4 connections until none is answered any more; `after` is told of each answer.
pub(crate) fn send_until_refused(
    url: &str,
    first: usize,
    after: impl Fn(usize) + Sync,
) -> Vec<Sent> {
    let (next, answered) = (AtomicUsize::new(first), AtomicUsize::new(0));
    let sent = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    let is_answered = send(url, number).is_some();
                    sent.lock().unwrap().push(Sent { number, is_answered });
                    if !is_answered {
                        return;
                    }
                    after(answered.fetch_add(1, Ordering::SeqCst) + 1);
                }
            });
        }
    });
    sent.into_inner().unwrap()
}

fn levels(file: &Path) -> HashMap<String, i64> {
    let database = Connection::open(file).unwrap();
    let mut statement = database
        .prepare(
            "select external_id, quantity from products join levels on product = number
             where external_id like 'GEN-%'",
        )
        .unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

/// Expects every request of `sent` in the levels and in the history, exactly once.
fn check_applied_once(file: &Path, before: &HashMap<String, i64>, sent: &[Sent]) {
    let mut expected = before.clone();
    for sku in sent.iter().flat_map(|sent| skus(sent.number)) {
        *expected.get_mut(&sku).unwrap() += 1;
    }
    assert!(levels(file) == expected, "levels differ from what was sent");
    let database = Connection::open(file).unwrap();
    let count = |sql: &str| -> usize { database.query_row(sql, [], |row| row.get(0)).unwrap() };
    let of_batches = "history where product in
         (select number from products where external_id like 'GEN-%')";
    assert_eq!(count(&format!("select count(*) from {of_batches}")), 200 * sent.len());
    assert_eq!(count(&format!("select sum(delta) from {of_batches}")), 200 * sent.len());
    assert_eq!(count("select count(*) from writes where source = 'bulk'"), sent.len());
    assert_eq!(count("select count(*) from idempotency"), sent.len());
    let state: String = database.query_row("pragma integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(state, "ok");
}

/// Has a server tell an address where nobody listens of every product that runs out.
pub(crate) fn add_endpoint(url: &str) {
    let answer = ureq::post(format!("{url}/api/v1/dev/webhooks/endpoints"))
        .header("authorization", "Bearer sk_test_demo")
        .send(r#"{"url":"http://127.0.0.1:9/","events":["product.stock_out"]}"#);
    assert_eq!(answer.unwrap().status(), 201);
}

/// Lets one product run out and come again until the server is gone.
pub(crate) fn run_out_until_refused(url: &str) {
    for number in 0.. {
        let quantity = if number % 2 == 0 { 0 } else { 240 };
        let sent = ureq::patch(format!("{url}/api/v1/dev/store/products/SIM-TEL/stock"))
            .header("authorization", "Bearer sk_test_demo")
            .send(format!(r#"{{"quantity":{quantity}}}"#));
        if sent.is_err() {
            return;
        }
    }
}

/// Expects an event and a delivery for each time that the product ran out, and for nothing else.
fn check_events(file: &Path) {
    let database = Connection::open(file).unwrap();
    let count = |sql: &str| -> usize { database.query_row(sql, [], |row| row.get(0)).unwrap() };
    let ran_out = count(
        "select count(*) from history h join products p on p.number = h.product
         where p.external_id = 'SIM-TEL' and h.level_before > 0 and h.level_after = 0",
    );
    assert!(ran_out > 0);
    assert_eq!(count("select count(*) from webhook_events"), ran_out);
    assert_eq!(count("select count(distinct event) from webhook_deliveries"), ran_out);
    let sequences =
        "select count(distinct json_extract(body, '$.data.sequence')) from webhook_events";
    assert_eq!(count(sequences), ran_out);
}

/// Sends everything again with the same keys and bodies; what was answered is only replayed.
pub(crate) fn send_again(url: &str, sent: &[Sent]) {
    for request in sent {
        let is_replayed = send(url, request.number).unwrap();
        assert!(is_replayed || !request.is_answered, "{request:?} was answered, and lost");
    }
}

/// After how many answers the server is killed: 1 to 60, the same for the same seed.
pub(crate) struct Moments(pub(crate) u64);

impl Moments {
    pub(crate) fn next(&mut self) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        1 + usize::try_from((self.0 >> 33) % 60).unwrap()
    }
}

/// Returns the number that the environment asks for.
pub(crate) fn number_in(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).map_or(otherwise, |value| value.parse().unwrap())
}

#[test]
fn a_killed_server_has_done_what_it_answered_and_does_the_rest_once() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("stockroom.db");
    drop(Running::start(&["--demo", "--products", PRODUCTS], dir.path()));
    let before = levels(&file);
    let private = ["--webhooks-allow-private"];
    add_endpoint(&Running::start(&private, dir.path()).url);
    let mut all = Vec::new();
    let mut moments = Moments(number_in("STOCKROOM_SEED", 1));
    for _ in 0..number_in("STOCKROOM_KILLS", 10) {
        let moment = moments.next();
        let server = Running::start(&private, dir.path());
        let url = server.url.clone();
        // Killed from a thread of its own, so that requests are on their way at that moment.
        let (kill, killed) = mpsc::channel();
        let killing = thread::spawn(move || {
            killed.recv().unwrap();
            server.kill();
        });
        let running_out = {
            let url = url.clone();
            thread::spawn(move || run_out_until_refused(&url))
        };
        let sent = send_until_refused(&url, all.len(), |answered| {
            if answered == moment {
                kill.send(()).unwrap();
            }
        });
        killing.join().unwrap();
        running_out.join().unwrap();
        assert!(sent.iter().any(|sent| !sent.is_answered));
        let server = Running::start(&[], dir.path());
        send_again(&server.url, &sent);
        all.extend(sent);
    }
    check_applied_once(&file, &before, &all);
    check_events(&file);
}

#[cfg(unix)]
#[test]
fn a_server_that_is_told_to_stop_under_load_loses_nothing_and_does_nothing_twice() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("stockroom.db");
    let server = Running::start(&["--demo", "--products", PRODUCTS], dir.path());
    let before = levels(&file);
    let url = server.url.clone();
    let (stop, stopping) = mpsc::channel();
    let stopped = thread::spawn(move || {
        stopping.recv().unwrap();
        server.stop()
    });
    let sent = send_until_refused(&url, 0, |answered| {
        if answered == 20 {
            stop.send(()).unwrap();
        }
    });
    assert_eq!(stopped.join().unwrap(), (true, String::new()));
    let server = Running::start(&[], dir.path());
    send_again(&server.url, &sent);
    assert!(server.stop().0);
    check_applied_once(&file, &before, &sent);
}

#[cfg(unix)]
#[test]
fn a_request_that_has_begun_is_answered_by_a_server_that_is_told_to_stop() {
    let dir = tempfile::tempdir().unwrap();
    let server = Running::start(&["--demo"], dir.path());
    let mut stream = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
    let body = r#"{"items":[{"externalId":"SIM-TEL","quantityDelta":1}]}"#;
    let head = format!(
        "PATCH {BULK} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer sk_test_demo\r\n\
         content-length: {}\r\nexpect: 100-continue\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    // The server asks for the body: from now on it has the request.
    let mut asked = [0; 25];
    stream.read_exact(&mut asked).unwrap();
    assert!(asked.starts_with(b"HTTP/1.1 100 Continue"), "{asked:?}");
    stream.write_all(&body.as_bytes()[..20]).unwrap();
    let url = server.url.clone();
    let stopping = thread::spawn(move || server.stop());
    while TcpStream::connect(url.trim_start_matches("http://")).is_ok() {
        thread::sleep(Duration::from_millis(5));
    }
    stream.write_all(&body.as_bytes()[20..]).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.contains("\"updated\":1,"), "{answer}");
    assert_eq!(stopping.join().unwrap(), (true, String::new()));
}
