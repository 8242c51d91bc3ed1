//! Servers on one database of PostgreSQL are killed, and the database itself breaks down, in the middle of
//! writes: what was answered is kept, what was not can be sent again, and nothing is done twice.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use crate::balancer::trusting_anybody;
use crate::cluster::{Cluster, Database};
use crate::crash::{
    BULK, Moments, PRODUCTS, Sent, add_endpoint, body, number_in, run_out_until_refused,
    send_again, send_until_refused, skus,
};
use crate::process::Running;

/// What a request came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Came {
    /// It was done, now or before.
    Done,
    /// The server said to come again.
    Later,
    /// No answer came.
    Nothing,
}

/// What those who sent requests saw.
#[derive(Debug)]
pub(crate) struct Seen {
    /// How many times one was told to come later.
    pub(crate) later: usize,
    /// How many times no answer came.
    pub(crate) nothing: usize,
    /// The longest that one waited for an answer.
    pub(crate) longest: Duration,
}

/// A shop whose servers share a database.
pub(crate) struct Shop {
    pub(crate) database: Database,
    folder: tempfile::TempDir,
    before: HashMap<String, i64>,
}

impl Shop {
    /// Makes a demo store.
    fn open() -> Self {
        Self::on(Cluster::own_database())
    }

    /// Makes a demo store in this database.
    pub(crate) fn on(database: Database) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut shop = Self { database, folder, before: HashMap::new() };
        drop(shop.server(&["--demo", "--products", PRODUCTS]));
        shop.before = shop.levels();
        shop
    }

    pub(crate) fn server(&self, args: &[&str]) -> Running {
        let url = self.database.url();
        Running::start(&[args, &["--database", &url]].concat(), self.folder.path())
    }

    fn levels(&self) -> HashMap<String, i64> {
        let rows = self.database.rows(
            "select p.external_id, l.quantity from products p
             join levels l on l.store_id = p.store_id and l.product = p.number
             where p.external_id like 'GEN-%'",
        );
        rows.into_iter().map(|row| (row[0].clone(), row[1].parse().unwrap())).collect()
    }

    /// Expects every request of `sent` in the levels and in the history, exactly once.
    pub(crate) fn check_applied_once(&self, sent: &[Sent]) {
        let mut expected = self.before.clone();
        for sku in sent.iter().flat_map(|sent| skus(sent.number)) {
            *expected.get_mut(&sku).unwrap() += 1;
        }
        assert!(self.levels() == expected, "levels differ from what was sent");
        let lines = i64::try_from(200 * sent.len()).unwrap();
        let of_batches = "history where product in
             (select number from products where external_id like 'GEN-%')";
        for what in ["count(*)", "sum(delta)"] {
            assert_eq!(self.database.number(&format!("select {what} from {of_batches}")), lines);
        }
        for table in ["writes where source = 'bulk'", "idempotency"] {
            let count = self.database.number(&format!("select count(*) from {table}"));
            assert_eq!(count, i64::try_from(sent.len()).unwrap(), "{table}");
        }
    }

    /// Expects an event and a delivery for each time that the product ran out, and for nothing else.
    fn check_events(&self) {
        let ran_out = self.database.number(
            "select count(*) from history h join products p on p.number = h.product
             where p.external_id = 'SIM-TEL' and h.level_before > 0 and h.level_after = 0",
        );
        assert!(ran_out > 0);
        for what in [
            "count(*) from webhook_events",
            "count(distinct event) from webhook_deliveries",
            "count(distinct body::json -> 'data' ->> 'sequence') from webhook_events",
        ] {
            assert_eq!(self.database.number(&format!("select {what}")), ran_out, "{what}");
        }
    }
}

/// Sends request `number`, and expects a refusal to be one that says when to come again.
fn send(url: &str, number: usize) -> Came {
    let answer = trusting_anybody()
        .patch(format!("{url}{BULK}"))
        .header("authorization", "Bearer sk_test_demo")
        .header("x-idempotency-key", format!("crash-{number}"))
        .send(body(number));
    let Ok(mut answer) = answer else { return Came::Nothing };
    let has_wait = answer.headers().contains_key("retry-after");
    let Ok(text) = answer.body_mut().read_to_string() else { return Came::Nothing };
    match answer.status().as_u16() {
        200 if text.contains("\"updated\":200,") => Came::Done,
        503 if has_wait => Came::Later,
        // Its first request is with the other server, or is still being done.
        409 if text.contains("IDEMPOTENCY_IN_PROGRESS") && has_wait => Came::Later,
        other => panic!("{other}: {text}"),
    }
}

/// Sends so many requests on 4 connections to servers in turn, each until it is done; `after` is told how
/// many are.
pub(crate) fn send_all(urls: &[String], requests: usize, after: impl Fn(usize) + Sync) -> Seen {
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let seen = Mutex::new(Seen { later: 0, nothing: 0, longest: Duration::ZERO });
    thread::scope(|scope| {
        for connection in 0..4 {
            let (next, done, seen, after) = (&next, &done, &seen, &after);
            scope.spawn(move || {
                let mut turn = connection;
                loop {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    if number >= requests {
                        return;
                    }
                    loop {
                        turn += 1;
                        let began = Instant::now();
                        let came = send(&urls[turn % urls.len()], number);
                        {
                            let mut seen = seen.lock().unwrap();
                            seen.longest = seen.longest.max(began.elapsed());
                            seen.later += usize::from(came == Came::Later);
                            seen.nothing += usize::from(came == Came::Nothing);
                        }
                        if came == Came::Done {
                            break;
                        }
                        thread::sleep(Duration::from_millis(20));
                    }
                    after(done.fetch_add(1, Ordering::SeqCst) + 1);
                }
            });
        }
    });
    seen.into_inner().unwrap()
}

pub(crate) fn all(requests: usize) -> Vec<Sent> {
    (0..requests).map(|number| Sent { number, is_answered: true }).collect()
}

#[test]
fn a_killed_server_has_done_what_it_answered_and_does_the_rest_once() {
    let shop = Shop::open();
    let private = ["--webhooks-allow-private"];
    add_endpoint(&shop.server(&private).url);
    let mut all = Vec::new();
    let mut moments = Moments(number_in("STOCKROOM_SEED", 1));
    for _ in 0..number_in("STOCKROOM_KILLS", 5) {
        let moment = moments.next();
        let server = shop.server(&private);
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
        let server = shop.server(&[]);
        // What the killed one was in the middle of ends when the database notices that it is gone.
        for request in sent.iter().filter(|sent| !sent.is_answered) {
            while send(&server.url, request.number) != Came::Done {
                thread::sleep(Duration::from_millis(20));
            }
        }
        send_again(&server.url, &sent);
        all.extend(sent);
    }
    shop.check_applied_once(&all);
    shop.check_events();
}

#[test]
fn of_two_servers_on_one_database_one_is_killed_and_the_other_carries_on() {
    let shop = Shop::open();
    let (first, second) = (shop.server(&[]), shop.server(&[]));
    let urls = [first.url.clone(), second.url.clone()];
    let first = Mutex::new(Some(first));
    let seen = send_all(&urls, 120, |done| {
        if done == 40 {
            first.lock().unwrap().take().unwrap().kill();
        }
    });
    assert!(seen.nothing > 0, "nobody noticed that a server was killed");
    shop.check_applied_once(&all(120));
    drop(second);
}

#[test]
fn a_database_that_breaks_down_under_load_is_waited_for_and_loses_nothing() {
    let shop = Arc::new(Shop::open());
    let (first, second) = (shop.server(&[]), shop.server(&[]));
    let urls = [first.url.clone(), second.url.clone()];
    let (breaking, broken) = mpsc::channel::<()>();
    let breaker = {
        let shop = Arc::clone(&shop);
        thread::spawn(move || {
            while broken.recv().is_ok() {
                shop.database.break_down(Duration::from_millis(500));
            }
        })
    };
    let breaking = Mutex::new(Some(breaking));
    let seen = send_all(&urls, 160, |done| {
        let breaking = breaking.lock().unwrap();
        if done == 40 || done == 100 {
            breaking.as_ref().unwrap().send(()).unwrap();
        }
    });
    breaking.lock().unwrap().take();
    breaker.join().unwrap();
    assert!(seen.later > 0, "the database was not missed");
    assert_eq!(seen.nothing, 0, "a server left somebody without an answer");
    shop.check_applied_once(&all(160));
}

#[test]
fn a_standby_that_takes_over_under_load_is_found_and_has_all_that_was_answered() {
    let mut shop = Shop::open();
    let standby = shop.database.standby();
    // What is answered is at the standby, too.
    shop.database.rows("alter system set synchronous_standby_names = '*'");
    shop.database.rows("select pg_reload_conf()");
    // The one of the two that may be written to.
    let url = shop.database.url();
    let (start, name) = url.rsplit_once('/').unwrap();
    let there = standby.url();
    let there = there.split_once('@').unwrap().1.split_once('/').unwrap().0;
    let both = format!("{start},{there}/{name}?target_session_attrs=read-write");
    let server = Running::start(&["--database", &both], shop.folder.path());
    let urls = [server.url.clone()];
    let seen = send_all(&urls, 80, |done| {
        if done == 40 {
            shop.database.stop();
            standby.rows("select pg_promote()");
        }
    });
    eprintln!("a standby took over: {seen:?}");
    assert!(seen.later > 0 && seen.nothing == 0, "{seen:?}");
    shop.database = standby;
    shop.check_applied_once(&all(80));
}

#[test]
fn limits_hold_for_two_servers_together() {
    let (database, folder) = (Cluster::shared().database(), tempfile::tempdir().unwrap());
    let file = folder.path().join("limits.json");
    // Windows that end long after this test.
    let limits = r#"{"minuteSeconds": 4000000000, "daySeconds": 4000000000,
        "read": {"perMinute": 25, "perDay": 1000}}"#;
    std::fs::write(&file, limits).unwrap();
    let url = database.url();
    let args = ["--demo", "--database", &url, "--limits", file.to_str().unwrap()];
    let servers = [(); 2].map(|()| Running::start(&args, folder.path()));
    let statuses = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for connection in 0..4 {
            let (server, statuses) = (&servers[connection % 2], &statuses);
            scope.spawn(move || {
                for _ in 0..15 {
                    let status = crate::process::status(&server.url, "sk_test_demo");
                    statuses.lock().unwrap().push(status);
                }
            });
        }
    });
    let statuses = statuses.into_inner().unwrap();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 25);
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 35);
}
