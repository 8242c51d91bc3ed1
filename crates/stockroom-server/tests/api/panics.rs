//! A panic costs one request, wherever it happens.

use crate::app::{PRODUCTS, TestApp, spawn_demo};

const PLUS_ONE: &str = r#"{"items":[{"externalId":"SIM-TEL","quantityDelta":1}]}"#;
const KEY: (&str, &str) = ("x-idempotency-key", "k");
const NEW: &str = r#"{"name":"Thé","price":1,"externalId":"T-1"}"#;

fn check_failed(answer: &crate::app::Answer) {
    assert_eq!((answer.status, answer.code()), (500, "INTERNAL_ERROR".into()));
}

fn create(app: &TestApp) -> crate::app::Answer {
    app.send("POST", PRODUCTS, &[("authorization", "Bearer sk_test_demo"), KEY], Some(NEW))
}

#[test]
fn a_handler_that_panics_does_nothing_and_the_server_goes_on() {
    let app = spawn_demo();
    // The first draw is the request's id, before anything is asked of the store, and before a body is
    // read: whoever still sent one might see the connection close before the answer.
    app.random.panic_after(0);
    check_failed(&app.get(PRODUCTS));
    assert_eq!(app.level("SIM-TEL"), 240);
    let again = app.bulk_with(&[KEY], PLUS_ONE);
    assert_eq!((again.status, again.header("idempotent-replayed")), (200, None));
    assert_eq!(app.level("SIM-TEL"), 241);
}

#[test]
fn work_that_panics_inside_its_transaction_does_nothing_and_the_writer_goes_on() {
    let app = spawn_demo();
    // The second draw is the product's id, inside the transaction.
    app.random.panic_after(1);
    check_failed(&create(&app));
    assert_eq!(app.get(&format!("{PRODUCTS}/T-1")).status, 404);
    // Neither the key nor the writer is stuck.
    let again = create(&app);
    assert_eq!((again.status, again.header("idempotent-replayed")), (201, None));
    assert_eq!(app.bulk(PLUS_ONE).status, 200);
}
