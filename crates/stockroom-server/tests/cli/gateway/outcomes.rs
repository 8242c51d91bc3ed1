//! What is said and noted where the service behind fails, and that nothing is done twice.

use serde_json::Value;

use super::pair::{BULK, INVENTORY, Pair, Person, With};
use crate::process::{run, text};
use crate::proxy::{Fault, HTML, LIMITED, Proxy, UNAVAILABLE};

/// Returns the entries of the log, the newest first.
fn log(owner: &Person, query: &str) -> Vec<Value> {
    let mut page = owner.get(&format!("/api/audit{query}")).json();
    serde_json::from_value(page["data"]["items"].take()).unwrap()
}

#[test]
fn what_nobody_knows_is_said_to_be_so_and_settled_by_sending_it_again() {
    let faults = [
        (Fault::LostBefore, 502, "BAD_GATEWAY", "done"),
        (Fault::LostAfter, 502, "BAD_GATEWAY", "replayed"),
        (Fault::Truncated, 502, "BAD_GATEWAY", "replayed"),
        (Fault::HeldBefore, 504, "GATEWAY_TIMEOUT", "done"),
        (Fault::HeldAfter, 504, "GATEWAY_TIMEOUT", "replayed"),
    ];
    let mut proxy = None;
    let with = With { options: &["--upstream-timeout", "2"], ..With::default() };
    let pair = Pair::between(&with, |url| proxy.insert(Proxy::start(url, &[])).url.clone());
    let proxy = proxy.unwrap();
    let (owner, editor) = (pair.sign_in("Aïcha"), pair.sign_in("Sow"));
    let before = pair.level("SIM-TEL").as_i64().unwrap();
    for (number, (fault, status, code, settled)) in faults.into_iter().enumerate() {
        proxy.script(&[fault]);
        let key = format!("fault {number}");
        let failed = editor.adjust("SIM-TEL", 1, &key);
        assert_eq!((failed.status, &*failed.code()), (status, code), "{fault:?}");
        assert!(failed.text.contains("not known"), "{failed:?}");
        let again = editor.adjust("SIM-TEL", 1, &key);
        assert_eq!(again.status, 200, "{fault:?} {again:?}");
        assert_eq!(pair.level("SIM-TEL"), before + 1 + i64::try_from(number).unwrap());
        let entries = log(&owner, "?limit=2");
        let outcomes = [&entries[0]["outcome"], &entries[1]["outcome"]];
        assert_eq!(outcomes, [settled, "unknown"], "{fault:?}");
        assert_eq!(entries[1]["status"], Value::Null);
        // The gateway itself sends nothing again.
        assert_eq!(proxy.keys().iter().filter(|sent| **sent == key).count(), 2);
    }
    for (fault, status, outcome) in [
        (Fault::Refused(LIMITED), 429, "refused"),
        (Fault::Refused(UNAVAILABLE), 503, "unknown"),
        (Fault::InsteadOfAnswer(HTML), 200, "unknown"),
    ] {
        // What the service said of waiting is over by then.
        std::thread::sleep(std::time::Duration::from_millis(1_100));
        proxy.script(&[fault]);
        let passed = editor.adjust("SIM-TEL", 0, &format!("{fault:?}"));
        assert_eq!(passed.status, status, "{passed:?}");
        assert_eq!(log(&owner, "?limit=1")[0]["outcome"], outcome, "{fault:?}");
    }
}

#[test]
fn a_service_that_is_away_is_said_to_be_so_and_nothing_was_sent() {
    let mut pair = Pair::new();
    let (owner, editor) = (pair.sign_in("Aïcha"), pair.sign_in("Sow"));
    assert_eq!(editor.get(INVENTORY).status, 200);
    pair.upstream.stop_now();
    let failed = editor.adjust("SIM-TEL", 1, "k");
    assert_eq!((failed.status, &*failed.code()), (502, "BAD_GATEWAY"));
    assert!(failed.text.contains("Nothing was sent") && failed.header("retry-after").is_some());
    assert_eq!(log(&owner, "")[0]["outcome"], "notSent");
    assert_eq!(editor.get(INVENTORY).status, 502);
    // People can sign in; what the service can do nobody had asked.
    let told = editor.get("/api/v1/capabilities").json()["data"].clone();
    assert_eq!((&told["people"], &told["snapshot"]), (&true.into(), &false.into()));
    // Whoever is signed in stays so, and this server is well.
    assert_eq!(editor.get("/api/session").status, 200);
    assert_eq!(editor.get("/readyz").status, 200);
}

#[test]
fn owners_and_the_terminal_see_who_changed_what() {
    let pair = Pair::new();
    let (owner, editor) = (pair.sign_in("Aïcha"), pair.sign_in("Sow"));
    let body = r#"{"items":[{"externalId":"SIM-TEL","quantityDelta":1},{"externalId":"NOPE","quantityDelta":1}]}"#;
    let headers = [("x-idempotency-key", "one"), ("x-run-id", "run 1")];
    let bulk = editor.call("PATCH", BULK, &headers, Some(body));
    let path = "/api/v1/dev/store/products/SIM-TEL/stock";
    owner.call("PATCH", path, &[], Some(r#"{"quantity":7}"#));
    assert_eq!(owner.call("PATCH", path, &[], Some(r#"{"quantity":-7}"#)).status, 400);
    // Neither what was only read nor what may not be done is in it.
    owner.get(INVENTORY);
    assert_eq!(pair.sign_in("Fatou").adjust("SIM-TEL", 1, "no").status, 403);
    let entries = log(&owner, "");
    let shown: Vec<_> = entries
        .iter()
        .map(|entry| {
            let text = |name: &str| entry[name].as_str().unwrap_or_default();
            let (who, products) = (&entry["user"]["name"], &entry["products"]);
            format!("{} {who} {products} {} {}", text("method"), text("outcome"), entry["status"])
        })
        .collect();
    assert_eq!(
        shown,
        [
            "PATCH \"Aïcha\" [\"SIM-TEL\"] refused 400",
            "PATCH \"Aïcha\" [\"SIM-TEL\"] done 200",
            "PATCH \"Sow\" [\"SIM-TEL\",\"NOPE\"] done 200",
        ]
    );
    let first = &entries[2];
    assert_eq!((&first["idempotencyKey"], &first["runId"]), (&"one".into(), &"run 1".into()));
    assert_eq!(first["requestId"], bulk.header("x-request-id").unwrap());
    assert_eq!(first["upstreamRequestId"], bulk.header("x-upstream-request-id").unwrap());
    let id = first["user"]["id"].as_str().unwrap();
    assert_eq!(log(&owner, &format!("?userId={id}")).len(), 1);
    for person in [&editor, &pair.sign_in("Fatou")] {
        assert_eq!(person.get("/api/audit").code(), "ROLE_REQUIRED");
    }
    let front = pair.path("front");
    let table = text(&run(&["audit", "--test"], &front).stdout);
    assert_eq!(table.lines().count(), 4, "{table}");
    assert!(table.contains("Sow") && table.contains("SIM-TEL NOPE"), "{table}");
    let of_sow = text(&run(&["audit", "--test", "--user", "sow", "--json"], &front).stdout);
    let line: Value = serde_json::from_str(&of_sow).unwrap();
    assert_eq!(line["path"], BULK);
    assert_eq!(text(&run(&["audit"], &front).stdout).lines().count(), 1);
    let nobody = run(&["audit", "--user", "Nobody"], &front);
    assert!(!nobody.status.success() && text(&nobody.stderr).contains("Nobody"));
}
