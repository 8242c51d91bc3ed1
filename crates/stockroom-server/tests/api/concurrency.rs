//! Many writers at once: nothing is lost, nothing goes below 0.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::app::{TestApp, spawn_demo};

fn together(app: &TestApp, tasks: usize, work: impl Fn(usize) + Sync) {
    thread::scope(|scope| {
        for task in 0..tasks {
            let work = &work;
            scope.spawn(move || work(task));
        }
    });
    // The server still answers.
    assert_eq!(app.send("GET", "/healthz", &[], None).status, 200);
}

#[test]
fn no_adjust_is_lost() {
    let app = spawn_demo();
    let body = r#"{"items":[{"externalId":"SIM-TEL","quantityDelta":1},
        {"externalId":"THIEB-001","variants":[{"label":"Grand","quantityDelta":2}]}]}"#;
    together(&app, 8, |_| {
        for _ in 0..10 {
            assert_eq!(app.bulk(body).status, 200);
        }
    });
    assert_eq!(app.level("SIM-TEL"), 240 + 80);
    assert_eq!(app.variant_levels("THIEB-001"), [2, 161]);
}

#[test]
fn what_is_taken_was_there() {
    let app = spawn_demo();
    let headers = [("prefer", "return=representation")];
    let taken = std::sync::atomic::AtomicI64::new(0);
    together(&app, 8, |_| {
        for _ in 0..10 {
            let body = r#"{"items":[{"externalId":"SIM-TEL","quantityDelta":-7}]}"#;
            let json = app.bulk_with(&headers, body).json();
            let change = &json["data"]["results"][0]["quantity"];
            assert!(change["after"].as_i64().unwrap() >= 0);
            let delta = change["delta"].as_i64().unwrap();
            taken.fetch_sub(delta, std::sync::atomic::Ordering::Relaxed);
        }
    });
    assert_eq!(app.level("SIM-TEL"), 0);
    assert_eq!(taken.into_inner(), 240);
}

#[test]
fn of_many_with_one_expected_level_one_wins() {
    let app = spawn_demo();
    let won = std::sync::atomic::AtomicUsize::new(0);
    together(&app, 8, |task| {
        let body = format!(r#"{{"quantity":{},"expectedQuantity":240}}"#, 1_000 + task);
        let status = app.stock("SIM-TEL", &body).status;
        assert!(status == 200 || status == 409);
        won.fetch_add(usize::from(status == 200), std::sync::atomic::Ordering::Relaxed);
    });
    assert_eq!(won.into_inner(), 1);
}

#[test]
fn one_idempotency_key_from_many_does_the_work_once() {
    let app = spawn_demo();
    let body = r#"{"items":[{"externalId":"SIM-TEL","quantityDelta":1}]}"#;
    together(&app, 8, |_| {
        let answer = app.bulk_with(&[("x-idempotency-key", "once")], body);
        if answer.status == 409 {
            assert_eq!(answer.code(), "IDEMPOTENCY_IN_PROGRESS");
            assert_eq!(answer.header("retry-after"), Some("1"));
        } else {
            assert_eq!(answer.status, 200);
        }
    });
    assert_eq!(app.level("SIM-TEL"), 241);
}

const HOT: [&str; 10] = [
    "SIM-TEL",
    "RIZ-25KG",
    "RIZ-5KG",
    "RIZ-50KG",
    "LAIT-400",
    "LAIT-900",
    "LAIT-CONC",
    "EAU-1L5",
    "SUCRE-1KG",
    "HUILE-1L",
];

/// Numbers that look random, the same for the same seed.
struct Draws(u64);

impl Draws {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    /// Returns what an item or a single update asks, without its end.
    fn set(&mut self) -> String {
        let mut fields = format!("\"quantity\":{}", self.below(40));
        if self.below(3) == 0 {
            write!(fields, ",\"expectedQuantity\":{}", self.below(40)).unwrap();
        }
        fields
    }

    fn item(&mut self) -> String {
        let sku = HOT[usize::try_from(self.below(10)).unwrap()];
        let asked = match self.below(2) {
            0 => format!("\"mode\":\"set\",{}", self.set()),
            _ => format!("\"quantityDelta\":{}", i64::try_from(self.below(61)).unwrap() - 30),
        };
        format!("{{\"externalId\":\"{sku}\",{asked}}}")
    }
}

/// Sends so many operations, one or up to 40 in a request, and returns how many were applied.
fn write_for_a_while(app: &TestApp, seed: usize, operations: u64) -> usize {
    let mut draws = Draws(seed as u64 + 1);
    let (mut left, mut applied) = (operations, 0);
    while left > 0 {
        if draws.below(8) == 0 {
            let sku = HOT[usize::try_from(draws.below(10)).unwrap()];
            let status = app.stock(sku, &format!("{{{}}}", draws.set())).status;
            assert!(status == 200 || status == 409, "{status}");
            applied += usize::from(status == 200);
            left -= 1;
            continue;
        }
        let items = (1 + draws.below(40)).min(left);
        let list: Vec<String> = (0..items).map(|_| draws.item()).collect();
        let answer = app.bulk(&format!("{{\"items\":[{}]}}", list.join(",")));
        assert_eq!(answer.status, 200, "{answer:?}");
        let data = answer.json()["data"].clone();
        applied += usize::try_from(data["updated"].as_u64().unwrap()).unwrap();
        assert_eq!(data["updated"].as_u64().unwrap() + data["failed"].as_u64().unwrap(), items);
        left -= items;
    }
    applied
}

#[test]
fn every_level_of_many_writers_is_the_sum_of_its_history() {
    let app = spawn_demo();
    let first: Vec<i64> = HOT.iter().map(|sku| app.level(sku).as_i64().unwrap()).collect();
    let applied = AtomicUsize::new(0);
    together(&app, 32, |writer| {
        applied.fetch_add(write_for_a_while(&app, writer, 2_000), Ordering::Relaxed);
    });
    let mut all = 0;
    for (sku, first) in HOT.iter().zip(first) {
        let mut level = first;
        for (mode, asked, before, after, delta) in app.history(sku) {
            assert_eq!(before, level, "{sku}: a line does not follow the one before");
            let wanted = if mode == "set" { asked } else { (before + asked).max(0) };
            assert_eq!((after, delta), (wanted, wanted - before), "{sku}");
            level = after;
            all += 1;
        }
        assert_eq!(app.level(sku), level, "{sku}: the level is not its history's");
    }
    assert_eq!(all, applied.into_inner(), "an answer promised more or less than was done");
}
