//! What every store must do.

use jiff::{SignedDuration, Timestamp};
use stockroom_api::inventory::Which;
use stockroom_api::key::{Access, Environment};
use stockroom_api::product::{NewProduct, NewVariant};
use stockroom_domain::quantity::Mode;
use stockroom_server::store::data::{
    Flip, HistoryLine, KeptAnswer, LevelWrites, NewKey, NewSession, Page, ProductRow, Revoked,
    Scope, Source, StoreKind, VariantLevel, WriteRecord,
};
use stockroom_server::store::{Store, StoreError, Transaction as _};

/// One thing that a store must do.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Case {
    WritesLast,
    DroppedWritesLeaveNoTrace,
    TestAndLiveAreApart,
    SkusAreTakenOnce,
    AnswersAreKeptUntilTheyExpire,
    SessionsEndWithTheirKey,
}

pub(crate) const CASES: &[Case] = &[
    Case::WritesLast,
    Case::DroppedWritesLeaveNoTrace,
    Case::TestAndLiveAreApart,
    Case::SkusAreTakenOnce,
    Case::AnswersAreKeptUntilTheyExpire,
    Case::SessionsEndWithTheirKey,
];

const TEST: Scope = Scope { store_id: 1, environment: Environment::Test };
const LIVE: Scope = Scope { store_id: 1, environment: Environment::Live };
const FIRST: Page = Page { number: 1, limit: 100 };

pub(crate) async fn run<S: Store>(case: Case, store: &S) {
    store.create("Test", StoreKind::Real, now()).await.unwrap();
    match case {
        Case::WritesLast => writes_last(store).await,
        Case::DroppedWritesLeaveNoTrace => dropped_writes_leave_no_trace(store).await,
        Case::TestAndLiveAreApart => test_and_live_are_apart(store).await,
        Case::SkusAreTakenOnce => skus_are_taken_once(store).await,
        Case::AnswersAreKeptUntilTheyExpire => answers_are_kept_until_they_expire(store).await,
        Case::SessionsEndWithTheirKey => sessions_end_with_their_key(store).await,
    }
}

fn now() -> Timestamp {
    "2026-11-23T08:00:00Z".parse().unwrap()
}

fn product(id: &str, external_id: Option<&str>) -> ProductRow {
    ProductRow {
        id: id.to_owned(),
        variant_ids: vec![format!("{id}-v")],
        new: NewProduct {
            name: "Riz brisé".to_owned(),
            price: 1,
            external_id: external_id.map(str::to_owned),
            quantity: Some(9),
            low_stock_threshold: Some(5),
            variants: vec![NewVariant {
                kind: "SIZE".to_owned(),
                label: "Grand".to_owned(),
                ..NewVariant::default()
            }],
            ..NewProduct::default()
        },
    }
}

fn writes(id: &str) -> (WriteRecord, LevelWrites) {
    let record = WriteRecord {
        at: now(),
        source: Source::Bulk,
        key_id: "key".to_owned(),
        request_id: "request".to_owned(),
        run_id: None,
        run_reason: Some("comptage".to_owned()),
    };
    let line = HistoryLine {
        product_id: id.to_owned(),
        variant_id: None,
        mode: Mode::Adjust,
        asked: -5,
        before: Some(9),
        after: 4,
        delta: -5,
    };
    let writes = LevelWrites {
        products: vec![(id.to_owned(), 4)],
        flips: vec![Flip { product_id: id.to_owned(), is_low: true }],
        variants: vec![VariantLevel {
            product_id: id.to_owned(),
            variant_id: format!("{id}-v"),
            quantity: 2,
        }],
        history: vec![line],
    };
    (record, writes)
}

async fn writes_last<S: Store>(store: &S) {
    let rows = vec![product("a", Some("B-1")), product("b", None)];
    store.fill(TEST, rows, now()).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    let found = tx.stock_by_external_id(TEST, &["B-1", "NOPE"]).await.unwrap();
    assert_eq!((found.len(), found[0].quantity), (1, Some(9)));
    let variants = tx.variants_of(TEST, &["a"]).await.unwrap();
    assert_eq!((variants[0].0.as_str(), variants[0].1.quantity), ("a", None));
    let (record, writes) = writes("a");
    tx.write_levels(TEST, &record, &writes).await.unwrap();
    tx.write_levels(TEST, &record, &writes).await.unwrap();
    tx.commit().await.unwrap();
    check_written(store).await;
}

/// Writes a history of so many lines.
pub(crate) async fn write_history<S: Store>(store: &S, lines: usize) {
    let (record, mut writes) = writes("a");
    writes.history = vec![writes.history[0].clone(); lines];
    let mut tx = store.begin().await.unwrap();
    tx.write_levels(TEST, &record, &writes).await.unwrap();
    tx.commit().await.unwrap();
}

pub(crate) async fn check_written<S: Store>(store: &S) {
    let product = store.product(TEST, "B-1").await.unwrap().unwrap();
    assert_eq!((product.quantity, product.variants[0].quantity), (Some(4), Some(2)));
    let low = store.inventory(TEST, Which::Low, FIRST).await.unwrap();
    assert_eq!((low.total, low.items[0].product_id.as_str()), (1, "a"));
    let all = store.inventory(TEST, Which::All, FIRST).await.unwrap();
    let ids: Vec<&str> = all.items.iter().map(|item| item.product_id.as_str()).collect();
    assert_eq!(ids, ["a", "b"]);
    assert_eq!(store.products(TEST, FIRST).await.unwrap().total, 2);
}

async fn dropped_writes_leave_no_trace<S: Store>(store: &S) {
    let rows = vec![product("a", Some("B-1"))];
    store.fill(TEST, rows, now()).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    let (record, writes) = writes("a");
    tx.write_levels(TEST, &record, &writes).await.unwrap();
    drop(tx);
    let product = store.product(TEST, "a").await.unwrap().unwrap();
    assert_eq!(product.quantity, Some(9));
}

async fn test_and_live_are_apart<S: Store>(store: &S) {
    for scope in [TEST, LIVE] {
        let rows = vec![product("a", Some("B-1"))];
        store.fill(scope, rows, now()).await.unwrap();
    }
    let mut tx = store.begin().await.unwrap();
    let (record, writes) = writes("a");
    tx.write_levels(LIVE, &record, &writes).await.unwrap();
    tx.commit().await.unwrap();
    let level = async |scope| store.product(scope, "B-1").await.unwrap().unwrap().quantity;
    assert_eq!((level(TEST).await, level(LIVE).await), (Some(9), Some(4)));
    let low = store.inventory(TEST, Which::Low, FIRST).await.unwrap();
    assert_eq!(low.total, 0);
}

async fn skus_are_taken_once<S: Store>(store: &S) {
    let mut tx = store.begin().await.unwrap();
    let add = product("a", Some("B-1"));
    tx.insert_product(TEST, &add, now()).await.unwrap();
    let taken = tx.insert_product(TEST, &product("b", Some("B-1")), now()).await;
    assert!(matches!(taken, Err(StoreError::ExternalIdTaken(id)) if id == "B-1"));
    tx.insert_product(LIVE, &add, now()).await.unwrap();
    // A product without a SKU is no other's namesake.
    for id in ["c", "d"] {
        tx.insert_product(TEST, &product(id, None), now()).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn answers_are_kept_until_they_expire<S: Store>(store: &S) {
    let answer = KeptAnswer {
        fingerprint: [7; 32],
        status: 200,
        body: b"{}".to_vec(),
        preference_applied: true,
    };
    let mut tx = store.begin().await.unwrap();
    tx.keep_answer(TEST, "k", &answer, now()).await.unwrap();
    tx.commit().await.unwrap();
    let later = now() + SignedDuration::from_secs(1);
    let mut tx = store.begin().await.unwrap();
    let found = tx.find_answer(TEST, "k", now()).await.unwrap();
    assert_eq!(found, Some(answer.clone()));
    assert_eq!(tx.find_answer(LIVE, "k", now()).await.unwrap(), None);
    assert_eq!(tx.find_answer(TEST, "k", later).await.unwrap(), None);
    // An expired key can be used again.
    tx.keep_answer(TEST, "k", &answer, later).await.unwrap();
    tx.commit().await.unwrap();
    store.forget_expired(later, later).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    assert_eq!(tx.find_answer(TEST, "k", now()).await.unwrap(), Some(answer));
    drop(tx);
    let much_later = later + SignedDuration::from_secs(1);
    store.forget_expired(much_later, much_later).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    assert_eq!(tx.find_answer(TEST, "k", now()).await.unwrap(), None);
}

async fn sessions_end_with_their_key<S: Store>(store: &S) {
    let key = NewKey {
        scope: LIVE,
        id: "key".to_owned(),
        hash: [1; 32],
        prefix: "sk_live_",
        last_four: "abcd".to_owned(),
        name: "ERP".to_owned(),
        access: Access::Write,
        created_at: now(),
    };
    store.create_key(key).await.unwrap();
    let expires_at = now() + SignedDuration::from_hours(12);
    let session = NewSession {
        scope: LIVE,
        hash: [2; 32],
        key_id: "key".to_owned(),
        created_at: now(),
        expires_at,
    };
    store.create_session(session).await.unwrap();
    let (authority, ends) = store.find_session([2; 32], now()).await.unwrap().unwrap();
    assert_eq!((authority.scope, ends), (LIVE, expires_at));
    assert!(store.find_session([2; 32], expires_at).await.unwrap().is_none());
    assert_eq!(store.find_key([1; 32]).await.unwrap().unwrap().key_id, "key");
    assert_eq!(store.revoke_key(1, "key", now()).await.unwrap(), Revoked::Now);
    assert_eq!(store.revoke_key(1, "key", now()).await.unwrap(), Revoked::Before);
    assert_eq!(store.revoke_key(1, "no", now()).await.unwrap(), Revoked::Unknown);
    assert!(store.find_key([1; 32]).await.unwrap().is_none());
    assert!(store.find_session([2; 32], now()).await.unwrap().is_none());
    assert_eq!(store.keys(1).await.unwrap()[0].revoked_at, Some(now()));
}
