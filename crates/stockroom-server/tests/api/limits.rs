//! How many requests are taken: each limit, what the headers say of it, and who is counted as whom.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use jiff::SignedDuration;
use serde_json::{Value, json};
use stockroom_api::key::{Access, Environment};
use stockroom_api::path::IMPORT;
use stockroom_api::scope::KeyScopes;
use stockroom_server::app::Settings;
use stockroom_server::client_address::parse_network;
use stockroom_server::clock::Clock as _;
use stockroom_server::limits::{Budget, Limits};
use stockroom_server::store::keys::Grant;

use crate::app::{
    Answer, BULK, INVENTORY, PRODUCTS, TestApp, limited, spawn_demo, spawn_limited, spawn_real,
};
use crate::endpoints::{address, body, rules};

const PLUS_ONE: &str = r#"{"items":[{"externalId":"SIM-TEL","quantityDelta":1}]}"#;

/// Two requests of each class a minute and three a day.
const FEW: Limits = {
    let budget = Budget { per_minute: 2, per_day: 3 };
    Limits {
        read: budget,
        single_stock: budget,
        bulk_inventory: budget,
        product_write: budget,
        ..Limits::HOSTED
    }
};

fn number(answer: &Answer, name: &str) -> Option<i64> {
    answer.header(name).map(|value| value.parse().unwrap())
}

/// Returns limit, remaining and reset of the tighter window, then limit and remaining of the day.
fn standing(answer: &Answer) -> [Option<i64>; 5] {
    [
        "x-ratelimit-limit",
        "x-ratelimit-remaining",
        "x-ratelimit-reset",
        "x-ratelimit-day-limit",
        "x-ratelimit-day-remaining",
    ]
    .map(|name| number(answer, name))
}

fn check_refused(answer: &Answer, retry_after: &str) {
    assert_eq!((answer.status, answer.code()), (429, "RATE_LIMIT_EXCEEDED".into()), "{answer:?}");
    assert_eq!(answer.header("retry-after"), Some(retry_after));
    assert_eq!(number(answer, "x-ratelimit-remaining"), Some(0));
}

#[test]
fn without_limits_nothing_is_counted_or_told() {
    let app = spawn_demo();
    for _ in 0..70 {
        assert_eq!(standing(&app.get(&format!("{PRODUCTS}/SIM-TEL"))), [None; 5]);
    }
    let told = app.get("/api/v1/capabilities").json()["data"]["limits"].clone();
    assert_eq!((&told["bulkItems"], &told["bulkPerMinute"]), (&200.into(), &Value::Null));
    assert!(told.as_object().unwrap().contains_key("readPerDay"));
}

#[test]
fn the_hosted_limits_are_told_and_kept() {
    let app = spawn_limited(Limits::HOSTED);
    let told = app.get("/api/v1/capabilities").json()["data"]["limits"].clone();
    assert_eq!(
        told,
        json!({"bulkItems": 200, "pageSize": 100, "bodyBytes": 2 * 1024 * 1024,
            "readPerMinute": 60, "readPerDay": 2000, "singlePerMinute": 120,
            "singlePerDay": 5000, "bulkPerMinute": 30, "bulkPerDay": 500,
            "productWritePerMinute": 30, "productWritePerDay": 500, "importPerHour": 5,
            "importPerDay": 50, "webhookReadPerMinute": 30, "webhookReadPerDay": 500,
            "webhookWritePerMinute": 10, "webhookWritePerDay": 100, "webhookTestPerMinute": 5,
            "webhookTestPerDay": 50, "minuteSeconds": 60, "hourSeconds": 3600,
            "daySeconds": 86400})
    );
    app.clock.advance(SignedDuration::from_millis(15_250));
    let minute_ends = app.clock.now().as_second() + 45;
    for left in (0..30).rev() {
        let answer = app.bulk(PLUS_ONE);
        let expected = [30, left, minute_ends, 500, 470 + left].map(Some);
        assert_eq!((answer.status, standing(&answer)), (200, expected));
    }
    let refused = app.bulk(PLUS_ONE);
    check_refused(&refused, "45");
    // What is refused uses nothing up.
    assert_eq!(number(&refused, "x-ratelimit-day-remaining"), Some(470));
    assert_eq!(app.level("SIM-TEL"), 270);
    app.clock.advance(SignedDuration::from_secs(45));
    assert_eq!(app.bulk(PLUS_ONE).status, 200);
}

#[test]
fn of_an_import_the_preview_is_counted_and_confirming_it_is_a_change_of_products() {
    let app = spawn_limited(Limits {
        product_write: Budget { per_minute: 2, per_day: 3 },
        ..Limits::HOSTED
    });
    let csv = "name,price,sku\nThé,1,THE-1\n";
    let import = |body: Value| app.demo("POST", IMPORT, Some(&body.to_string()));
    for left in (0..5).rev() {
        let preview = import(json!({ "csv": csv }));
        assert_eq!((preview.status, number(&preview, "x-ratelimit-remaining")), (200, Some(left)));
    }
    let refused = import(json!({ "csv": csv }));
    assert_eq!(refused.code(), "RATE_LIMIT_EXCEEDED");
    app.clock.advance(SignedDuration::from_hours(1));
    let token = import(json!({ "csv": csv })).json()["data"]["token"].clone();
    let done = import(json!({ "csv": csv, "mode": "confirm", "token": token }));
    assert_eq!((done.status, number(&done, "x-ratelimit-remaining")), (200, Some(1)));
    // One that is refused is counted too.
    let confirm = json!({ "csv": csv, "mode": "confirm", "token": "another" });
    assert_eq!(import(confirm.clone()).code(), "IMPORT_CHANGED");
    check_refused(&import(confirm), "60");
    let preview = import(json!({ "csv": csv }));
    assert_eq!((preview.status, number(&preview, "x-ratelimit-remaining")), (200, Some(3)));
}

#[test]
fn each_class_has_a_minute_and_a_day_of_its_own() {
    let app = spawn_limited(FEW);
    let new = Some(r#"{"name":"Thé","price":1}"#);
    let classes: [&dyn Fn() -> Answer; 4] = [
        &|| app.get(INVENTORY),
        &|| app.stock("SIM-TEL", r#"{"quantity":7}"#),
        &|| app.bulk(PLUS_ONE),
        &|| app.demo("POST", PRODUCTS, new),
    ];
    let minute = SignedDuration::from_mins(1);
    for send in classes {
        assert!(send().status < 300 && send().status < 300);
        check_refused(&send(), "60");
    }
    app.clock.advance(minute);
    // 2026-11-23T08:01:00Z: the day ends at midnight in UTC.
    let midnight = app.clock.now().as_second() + 16 * 3600 - 60;
    for send in classes {
        let last = send();
        assert!(last.status < 300, "{last:?}");
        // The day is the tighter one by now.
        assert_eq!(standing(&last), [3, 0, midnight, 3, 0].map(Some));
        check_refused(&send(), "57540");
    }
    app.clock.advance(minute);
    check_refused(&classes[0](), "57480");
    app.clock.advance(SignedDuration::from_hours(16));
    for send in classes {
        assert!(send().status < 300);
    }
}

#[test]
fn a_minute_and_a_day_can_be_short() {
    let app = spawn_limited(Limits { minute_seconds: 1, day_seconds: 30, ..FEW });
    assert_eq!((app.bulk(PLUS_ONE).status, app.bulk(PLUS_ONE).status), (200, 200));
    check_refused(&app.bulk(PLUS_ONE), "1");
    app.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(app.bulk(PLUS_ONE).status, 200);
    check_refused(&app.bulk(PLUS_ONE), "29");
    app.clock.advance(SignedDuration::from_secs(29));
    assert_eq!(app.bulk(PLUS_ONE).status, 200);
    let told = app.get("/api/v1/capabilities").json()["data"]["limits"].clone();
    assert_eq!((&told["minuteSeconds"], &told["daySeconds"]), (&1.into(), &30.into()));
}

#[test]
fn of_two_windows_that_are_used_up_the_longer_counts() {
    let budget = Budget { per_minute: 2, per_day: 2 };
    let app = spawn_limited(Limits { bulk_inventory: budget, ..Limits::HOSTED });
    let midnight = app.clock.now().as_second() + 16 * 3600;
    app.bulk(PLUS_ONE);
    assert_eq!(standing(&app.bulk(PLUS_ONE)), [2, 0, midnight, 2, 0].map(Some));
    check_refused(&app.bulk(PLUS_ONE), "57600");
}

#[test]
fn processes_on_one_database_agree_and_a_restart_forgets_nothing() {
    let app = spawn_limited(FEW);
    let other = app.twin(limited(FEW));
    assert_eq!((app.bulk(PLUS_ONE).status, other.bulk(PLUS_ONE).status), (200, 200));
    check_refused(&app.bulk(PLUS_ONE), "60");
    check_refused(&other.bulk(PLUS_ONE), "60");
    app.clock.advance(SignedDuration::from_mins(1));
    assert_eq!(other.bulk(PLUS_ONE).status, 200);
    drop(other);
    let again = app.twin(limited(FEW));
    assert_eq!(number(&again.bulk(PLUS_ONE), "x-ratelimit-day-remaining"), Some(0));
}

#[test]
fn many_at_once_get_no_more_than_there_is() {
    let budget = Budget { per_minute: 10, per_day: 500 };
    let limits = Limits { bulk_inventory: budget, ..Limits::HOSTED };
    let app = spawn_limited(limits);
    let other = app.twin(limited(limits));
    let done: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|number| {
                let app = if number % 2 == 0 { &app } else { &other };
                scope.spawn(move || (0..5).filter(|_| app.bulk(PLUS_ONE).status == 200).count())
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!((done, app.level("SIM-TEL")), (10, 250.into()));
}

#[test]
fn who_is_refused_uses_up_a_minute_and_no_store_s_day() {
    let app = spawn_limited(FEW);
    let wrong = [("authorization", "Bearer sk_test_wrong")];
    let minute_ends = app.clock.now().as_second() + 60;
    for left in [1, 0] {
        let refused = app.send("GET", INVENTORY, &wrong, None);
        assert_eq!(refused.code(), "INVALID_API_KEY");
        let expected = [Some(2), Some(left), Some(minute_ends), None, None];
        assert_eq!(standing(&refused), expected);
    }
    // Even with the right key: else guessing would go on.
    check_refused(&app.send("GET", INVENTORY, &wrong, None), "60");
    check_refused(&app.get(INVENTORY), "60");
    app.clock.advance(SignedDuration::from_mins(1));
    assert_eq!(number(&app.get(INVENTORY), "x-ratelimit-day-remaining"), Some(2));
}

#[test]
fn answers_of_every_kind_tell_how_it_stands() {
    let budget = Budget { per_minute: 50, per_day: 50 };
    let limits = Limits { bulk_inventory: budget, read: budget, ..Limits::HOSTED };
    let app = spawn_limited(limits);
    let reader = [("authorization", "Bearer pk_test_demo")];
    let huge = "x".repeat(2 * 1024 * 1024 + 1);
    let answers = [
        (200, app.bulk(PLUS_ONE)),
        (400, app.bulk("{}")),
        (403, app.send("PATCH", BULK, &reader, Some(PLUS_ONE))),
        (401, app.send("PATCH", BULK, &[], Some(PLUS_ONE))),
        (413, app.bulk(&huge)),
    ];
    for (place, (status, answer)) in (1..).zip(&answers) {
        assert_eq!(
            (answer.status, number(answer, "x-ratelimit-remaining")),
            (*status, Some(50 - place))
        );
    }
    let missing = app.get(&format!("{PRODUCTS}/NOPE"));
    assert_eq!((missing.status, number(&missing, "x-ratelimit-remaining")), (404, Some(49)));
    let key = [("x-idempotency-key", "k")];
    app.bulk_with(&key, PLUS_ONE);
    let replayed = app.bulk_with(&key, PLUS_ONE);
    assert_eq!(replayed.header("idempotent-replayed"), Some("true"));
    assert_eq!(number(&replayed, "x-ratelimit-remaining"), Some(43));
}

#[test]
fn what_no_endpoint_takes_is_counted_as_reading() {
    let app = spawn_limited(Limits::HOSTED);
    let mut left = 60;
    let mut check = |answer: &Answer, status: u16| {
        left -= 1;
        let remaining = number(answer, "x-ratelimit-remaining");
        assert_eq!((answer.status, remaining), (status, Some(left)), "{answer:?}");
        // Nobody asked who it is, so no store's day is used up.
        assert_eq!(number(answer, "x-ratelimit-day-remaining"), None);
    };
    check(&app.get("/api/v1/nothing"), 404);
    check(&app.get("/api/v1/dev/store/nothing/at/all"), 404);
    check(&app.get("/api/v1"), 404);
    check(&app.demo("DELETE", INVENTORY, None), 405);
    check(&app.demo("PUT", BULK, Some(PLUS_ONE)), 405);
    check(&app.get(BULK), 405);
    check(&app.send("GET", INVENTORY, &[], None), 401);
    check(&app.send("HEAD", INVENTORY, &[("authorization", "Basic x")], None), 401);
    let elsewhere = [app.get("/api/v2/nothing"), app.get("/api/v1x"), app.get("/api")];
    assert!(elsewhere.iter().all(|answer| standing(answer) == [None; 5]));
}

#[test]
fn every_endpoint_is_counted_by_its_class_with_or_without_a_key() {
    let app = spawn_limited(Limits::HOSTED);
    for rule in &rules() {
        let limits = Limits::HOSTED;
        let class = rule.terms.class().unwrap();
        let now = app.clock.now();
        let expected = i64::from(limits.of_address(class, now).requests);
        let address = address(rule, "SIM-TEL");
        let body = body(rule, "SIM-TEL");
        for headers in [&[("authorization", "Bearer sk_test_demo")][..], &[]] {
            let answer = app.send(rule.verb.as_str(), &address, headers, body.as_deref());
            assert_eq!(number(&answer, "x-ratelimit-limit"), Some(expected), "{rule:?}");
            let day = i64::from(limits.of_store(class, now).requests);
            let day = (!headers.is_empty()).then_some(day);
            assert_eq!(number(&answer, "x-ratelimit-day-limit"), day, "{rule:?}");
        }
    }
}

#[test]
fn who_may_not_is_counted_as_whoever_they_are() {
    let app = spawn_real(Settings { limits: Some(FEW), ..Settings::default() });
    let nothing = Grant::Only(KeyScopes::default());
    let key = app.key_with(Environment::Test, Access::Write, |row| row.grant = nothing);
    let elsewhere = app.key_with(Environment::Test, Access::Write, |row| {
        row.networks = vec![parse_network("203.0.113.7").unwrap()];
    });
    let get = |key: &str| {
        let bearer = format!("Bearer {key}");
        app.send("GET", INVENTORY, &[("authorization", &bearer)], None)
    };
    let refused = get(&key);
    assert_eq!(refused.code(), "SCOPE_REQUIRED");
    assert_eq!(number(&refused, "x-ratelimit-day-remaining"), Some(2));
    // A key that may not be used from there uses up nobody's day.
    let refused = get(&elsewhere);
    assert_eq!(refused.code(), "IP_NOT_ALLOWED");
    assert_eq!(standing(&refused)[3..], [None, None]);
    check_refused(&get(&key), "60");
}

#[test]
fn the_app_and_its_sessions_are_not_limited() {
    let app = spawn_limited(FEW);
    let sign_in = || app.send("POST", "/api/session", &[], Some(r#"{"demo":true}"#));
    let cookie = sign_in().header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let headers = [("cookie", cookie.as_str())];
    for _ in 0..5 {
        for answer in [
            sign_in(),
            app.send("GET", "/api/session", &headers, None),
            app.send("GET", "/api/v1/capabilities", &[], None),
            app.send("GET", "/healthz", &[], None),
        ] {
            assert_eq!((answer.status, standing(&answer)), (200, [None; 5]));
        }
        let page = app.send("GET", "/inventory", &[], None);
        assert_eq!((page.status == 429, standing(&page)), (false, [None; 5]));
    }
    // What the app asks of the API is.
    let read = || app.send("GET", INVENTORY, &headers, None);
    assert_eq!((read().status, read().status), (200, 200));
    check_refused(&read(), "60");
}

#[test]
fn the_day_is_the_whole_store_s_and_the_minute_an_address_s() {
    let proxies = vec![parse_network("127.0.0.1").unwrap()];
    let app =
        spawn_real(Settings { limits: Some(FEW), trusted_proxies: proxies, ..Settings::default() });
    let bearer = |environment| format!("Bearer {}", app.key(environment, Access::Read));
    let (live, test) = (bearer(Environment::Live), bearer(Environment::Test));
    let get = |key: &str, from: &str| {
        app.send("GET", INVENTORY, &[("authorization", key), ("x-forwarded-for", from)], None)
    };
    assert_eq!(get(&live, "203.0.113.1").status, 200);
    assert_eq!(get(&live, "203.0.113.1").status, 200);
    check_refused(&get(&live, "203.0.113.1"), "60");
    // What the client itself says before the proxy does not make it another.
    check_refused(&get(&live, "198.51.100.9, 203.0.113.1"), "60");
    let last = get(&test, "203.0.113.2");
    assert_eq!((last.status, number(&last, "x-ratelimit-day-remaining")), (200, Some(0)));
    assert_eq!(get(&test, "203.0.113.3").status, 429);
}

#[test]
fn nobody_but_a_trusted_proxy_says_who_asks() {
    let app = spawn_limited(FEW);
    let get = |from: &str| {
        let headers = [("authorization", "Bearer sk_test_demo"), ("x-forwarded-for", from)];
        app.send("GET", INVENTORY, &headers, None).status
    };
    let statuses = [get("203.0.113.1"), get("203.0.113.2"), get("203.0.113.3")];
    assert_eq!(statuses, [200, 200, 429]);
}

#[test]
fn a_refused_body_is_read_so_that_the_answer_arrives() {
    let app: TestApp = spawn_limited(FEW);
    assert_eq!((app.bulk(PLUS_ONE).status, app.bulk(PLUS_ONE).status), (200, 200));
    let host = app.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).unwrap();
    let body = "x".repeat(1_000_000);
    let length = body.len();
    let head = format!(
        "PATCH {BULK} HTTP/1.0\r\nauthorization: Bearer sk_test_demo\r\n\
         content-length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.0 429"), "{answer}");
}

#[test]
fn pages_of_other_origins_may_read_how_it_stands() {
    let origin = "https://stock.example.com";
    let mut settings = limited(FEW);
    settings.allowed_origins = vec![origin.to_owned()];
    let app = spawn_demo().twin(settings);
    let headers = [("authorization", "Bearer sk_test_demo"), ("origin", origin)];
    let get = || app.send("GET", INVENTORY, &headers, None);
    assert_eq!((get().status, get().status), (200, 200));
    let refused = get();
    check_refused(&refused, "60");
    assert_eq!(refused.header("access-control-allow-origin"), Some(origin));
    let exposed = refused.header("access-control-expose-headers").unwrap();
    assert!(exposed.contains("retry-after") && exposed.contains("x-ratelimit-day-remaining"));
}
