//! The server in front is killed in the middle of writes.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use rusqlite::Connection;

use super::pair::{BULK, Pair};
use crate::crash::{body, skus};

#[test]
fn what_was_answered_is_done_and_nothing_is_done_twice() {
    let mut pair = Pair::new();
    let before = levels(&pair);
    let editor = pair.sign_in("Sow");
    let next = AtomicUsize::new(0);
    let sent = Mutex::new(Vec::new());
    let answered = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    let key = format!("crash {number}");
                    let body = body(number);
                    let headers = [("x-idempotency-key", &*key)];
                    let answer = editor.try_call("PATCH", BULK, &headers, Some(&body));
                    let is_done = answer.as_ref().is_some_and(|answer| answer.status == 200);
                    sent.lock().unwrap().push((number, is_done));
                    if !is_done {
                        return;
                    }
                    if answered.fetch_add(1, Ordering::SeqCst) == 25 {
                        pair.gateway.signal("KILL");
                    }
                }
            });
        }
    });
    let sent = sent.into_inner().unwrap();
    let lost: Vec<usize> =
        sent.iter().filter(|(_, done)| !done).map(|(number, _)| *number).collect();
    assert!(!lost.is_empty() && sent.len() - lost.len() >= 25);
    let address = pair.upstream.url.clone();
    pair.start_again(&address);

    // Whatever the service did was noted before it was sent.
    let noted = noted(&pair);
    for key in done_behind(&pair) {
        assert!(noted.contains_key(&key), "{key} was done and is not in the log");
    }
    let open = noted.values().filter(|outcome| *outcome == "sent").count();
    println!("{} sent, {} not answered, {open} open in the log", sent.len(), lost.len());
    for (number, is_done) in &sent {
        if *is_done {
            assert!(["done", "sent"].contains(&&*noted[&format!("crash {number}")]));
        }
    }
    let editor = editor.at(&pair.gateway.url);
    for number in &lost {
        let key = format!("crash {number}");
        let again =
            editor.call("PATCH", BULK, &[("x-idempotency-key", &key)], Some(&body(*number)));
        assert_eq!(again.status, 200, "{again:?}");
    }
    let mut expected = before;
    for (number, _) in &sent {
        for sku in skus(*number) {
            *expected.get_mut(&sku).unwrap() += 1;
        }
    }
    assert!(levels(&pair) == expected, "levels differ from what was asked");
}

fn database(pair: &Pair, name: &str) -> Connection {
    Connection::open(pair.path(name).join("stockroom.db")).unwrap()
}

fn levels(pair: &Pair) -> HashMap<String, i64> {
    let database = database(pair, "behind");
    let mut statement = database
        .prepare(
            "select external_id, quantity from products join levels on product = number
             where external_id like 'GEN-%' and quantity is not null",
        )
        .unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

/// Returns the idempotency keys of what the server behind has done.
fn done_behind(pair: &Pair) -> HashSet<String> {
    let database = database(pair, "behind");
    let mut statement = database.prepare("select key from idempotency").unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

/// Returns what the server in front noted, by idempotency key.
fn noted(pair: &Pair) -> HashMap<String, String> {
    let database = database(pair, "front");
    let mut statement = database.prepare("select idempotency_key, outcome from audit").unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.map(Result::unwrap).collect()
}
