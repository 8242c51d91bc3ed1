//! What every store must do.

use jiff::{SignedDuration, Timestamp};
use stockroom_api::inventory::Which;
use stockroom_api::key::Environment;
use stockroom_api::product::{NewProduct, NewVariant};
use stockroom_domain::quantity::Mode;
use stockroom_server::store::data::{
    Counter, Credential, Flip, HistoryLine, KeptAnswer, LevelWrites, Page, ProductRow, Scope,
    Snapshot, Source, StockRow, StoreKind, VariantLevel, WriteRecord,
};
use stockroom_server::store::history::{HistoryFilter, Part};
use stockroom_server::store::products::{ProductFilter, VariantRecord};
use stockroom_server::store::{Store, StoreError, Stored, Transaction};

use crate::{accounts, audit, deliveries, keys, lists};

/// One thing that a store must do.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Case {
    WritesLast,
    FailuresLeaveNoTrace,
    NeighboursDoNotNotice,
    ChangesHaveVersions,
    TestAndLiveAreApart,
    SkusAreTakenOnce,
    SkusAreFound,
    ProductsChange,
    ProductsAreFoundBySku,
    DeletedProductsAreRemembered,
    AnswersAreKeptUntilTheyExpire,
    AllThatExpiredIsForgotten,
    SessionsEndWithTheirKey,
    KeysAreKeptToWhatTheyMay,
    OldSecretsWorkForAWhile,
    AccessIsSwitched,
    RequestsAreCounted,
    PassedWritesAreNoted,
    DeepPagesFollowTheProducts,
    DeliveriesHaveLeases,
    ClaimsAreBounded,
    FailuresAddUp,
    PeopleAreKept,
    SessionsOfPeopleEnd,
    FailuresMakeWait,
    PlacesAreRemembered,
    TheHistoryNamesPeople,
}

pub(crate) const CASES: &[Case] = &[
    Case::WritesLast,
    Case::FailuresLeaveNoTrace,
    Case::NeighboursDoNotNotice,
    Case::ChangesHaveVersions,
    Case::TestAndLiveAreApart,
    Case::SkusAreTakenOnce,
    Case::SkusAreFound,
    Case::ProductsChange,
    Case::ProductsAreFoundBySku,
    Case::DeletedProductsAreRemembered,
    Case::AnswersAreKeptUntilTheyExpire,
    Case::AllThatExpiredIsForgotten,
    Case::SessionsEndWithTheirKey,
    Case::KeysAreKeptToWhatTheyMay,
    Case::OldSecretsWorkForAWhile,
    Case::AccessIsSwitched,
    Case::RequestsAreCounted,
    Case::PassedWritesAreNoted,
    Case::DeepPagesFollowTheProducts,
    Case::DeliveriesHaveLeases,
    Case::ClaimsAreBounded,
    Case::FailuresAddUp,
    Case::PeopleAreKept,
    Case::SessionsOfPeopleEnd,
    Case::FailuresMakeWait,
    Case::PlacesAreRemembered,
    Case::TheHistoryNamesPeople,
];

pub(crate) const TEST: Scope = Scope { store_id: 1, environment: Environment::Test };
pub(crate) const LIVE: Scope = Scope { store_id: 1, environment: Environment::Live };
pub(crate) const FIRST: Page = Page { number: 1, limit: 100 };

pub(crate) async fn run<S: Store>(case: Case, store: &S) {
    store.create("Test", StoreKind::Real, now()).await.unwrap();
    match case {
        Case::WritesLast => writes_last(store).await,
        Case::FailuresLeaveNoTrace => failures_leave_no_trace(store).await,
        Case::NeighboursDoNotNotice => neighbours_do_not_notice(store).await,
        Case::ChangesHaveVersions => changes_have_versions_of_their_own(store).await,
        Case::TestAndLiveAreApart => test_and_live_are_apart(store).await,
        Case::SkusAreTakenOnce => skus_are_taken_once(store).await,
        Case::SkusAreFound => skus_are_found(store).await,
        Case::ProductsChange => products_change(store).await,
        Case::ProductsAreFoundBySku => products_are_found_by_sku(store).await,
        Case::DeletedProductsAreRemembered => deleted_products_are_remembered(store).await,
        Case::AnswersAreKeptUntilTheyExpire => answers_are_kept_until_they_expire(store).await,
        Case::AllThatExpiredIsForgotten => all_that_expired_is_forgotten(store).await,
        Case::SessionsEndWithTheirKey => keys::sessions_end_with_their_key(store).await,
        Case::KeysAreKeptToWhatTheyMay => keys::keys_are_kept_to_what_they_may(store).await,
        Case::OldSecretsWorkForAWhile => keys::old_secrets_work_for_a_while(store).await,
        Case::AccessIsSwitched => keys::access_is_switched(store).await,
        Case::RequestsAreCounted => requests_are_counted(store).await,
        Case::PassedWritesAreNoted => audit::passed_writes_are_noted_and_settled(store).await,
        Case::DeepPagesFollowTheProducts => lists::deep_pages_follow_the_products(store).await,
        Case::DeliveriesHaveLeases => {
            deliveries::a_delivery_is_ones_own_until_its_lease_ends(store).await;
        }
        Case::ClaimsAreBounded => {
            deliveries::claims_are_bounded_for_each_endpoint_and_in_all(store).await;
        }
        Case::FailuresAddUp => deliveries::failures_add_up_until_something_arrives(store).await,
        Case::PeopleAreKept => accounts::people_are_kept(store).await,
        Case::SessionsOfPeopleEnd => accounts::sessions_of_people_end(store).await,
        Case::FailuresMakeWait => accounts::failures_make_wait(store).await,
        Case::PlacesAreRemembered => accounts::places_are_remembered(store).await,
        Case::TheHistoryNamesPeople => accounts::the_history_names_people(store).await,
    }
}

pub(crate) fn now() -> Timestamp {
    "2026-11-23T08:00:00Z".parse().unwrap()
}

pub(crate) fn product(id: &str, external_id: Option<&str>) -> ProductRow {
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

fn writes(row: &StockRow) -> (WriteRecord, LevelWrites) {
    let product = row.number;
    let record = WriteRecord {
        at: now(),
        source: Source::Bulk,
        author_id: "key".to_owned(),
        credential: Credential::Key,
        request_id: "request".to_owned(),
        run_id: None,
        run_reason: Some("comptage".to_owned()),
        run_fingerprint: None,
    };
    let line = HistoryLine {
        product,
        previous_write: row.last_write,
        variant_id: None,
        mode: Mode::Adjust,
        asked: -5,
        before: Some(9),
        after: 4,
        delta: -5,
    };
    let writes = LevelWrites {
        products: vec![(product, 4)],
        flips: vec![Flip { product, is_low: true }],
        crossings: Vec::new(),
        variants: vec![VariantLevel { product, variant_id: "a-v".to_owned(), quantity: 2 }],
        history: vec![line],
        ..LevelWrites::default()
    };
    (record, writes)
}

/// Writes levels of product `a`, with so many lines of history, in a transaction of their own.
pub(crate) async fn write<S: Store>(store: &S, scope: Scope, lines: usize) -> Stored<()> {
    let work =
        store.write(move |tx| Box::pin(async move { write_to(tx, scope, "a", lines).await }));
    work.await
}

async fn write_to<T: Transaction>(tx: &mut T, scope: Scope, id: &str, lines: usize) -> Stored<()> {
    let found = tx.stock(scope, id).await?.unwrap();
    assert_eq!(found.variants.len(), 1);
    let (record, mut writes) = writes(&found);
    writes.history = vec![writes.history[0].clone(); lines];
    tx.write_levels(scope, &record, &writes).await
}

async fn writes_last<S: Store>(store: &S) {
    let rows = vec![product("a", Some("B-1")), product("b", None)];
    store.fill(TEST, rows, now()).await.unwrap();
    let found = store.write(|tx| {
        Box::pin(async move {
            let found = tx.stock_by_external_id(TEST, &["B-1", "NOPE"]).await?;
            let variants = tx.variants_of(TEST, &[found[0].number]).await?;
            assert_eq!(variants[0].0, found[0].number);
            Ok::<_, StoreError>((found, variants))
        })
    });
    let (found, variants) = found.await.unwrap();
    assert_eq!((found.len(), found[0].quantity), (1, Some(9)));
    assert_eq!((variants[0].1.id.as_str(), variants[0].1.quantity), ("a-v", None));
    write(store, TEST, 1).await.unwrap();
    write(store, TEST, 1).await.unwrap();
    check_written(store).await;
}

/// Writes a history of so many lines.
pub(crate) async fn write_history<S: Store>(store: &S, lines: usize) {
    write(store, TEST, lines).await.unwrap();
}

/// Adds a product, and writes a line of its history in a run, by this key or person.
pub(crate) async fn write_history_by<S: Store>(store: &S, author: &str) {
    store.fill(TEST, vec![product("a", Some("B-1"))], now()).await.unwrap();
    let author = author.to_owned();
    let work = store.write(move |tx| {
        Box::pin(async move {
            let found = tx.stock(TEST, "a").await?.unwrap();
            let (mut record, writes) = writes(&found);
            record.author_id = author;
            record.credential = Credential::Session;
            record.run_id = Some("run".to_owned());
            tx.write_levels(TEST, &record, &writes).await
        })
    });
    work.await.unwrap();
}

/// Adds so many products, with the one that [`write_history`] changes.
pub(crate) async fn fill_many<S: Store>(store: &S, products: usize) {
    fill(store).await;
    let rows = (1..products).map(|number| product(&format!("p{number:04}"), None)).collect();
    store.fill(TEST, rows, now()).await.unwrap();
}

pub(crate) async fn snapshot<S: Store>(store: &S) -> Stored<Snapshot> {
    store.snapshot(TEST).await
}

/// Adds the product that [`write_history`] changes.
pub(crate) async fn fill<S: Store>(store: &S) {
    store.create("Test", StoreKind::Real, now()).await.unwrap();
    store.fill(TEST, vec![product("a", Some("B-1"))], now()).await.unwrap();
}

pub(crate) async fn check_written<S: Store>(store: &S) {
    let product = store.product(TEST, "B-1").await.unwrap().unwrap();
    assert_eq!((product.quantity, product.variants[0].quantity), (Some(4), Some(2)));
    let low = store.inventory(TEST, Which::Low, FIRST).await.unwrap();
    assert_eq!((low.total, low.items[0].product_id.as_str()), (1, "a"));
    let all = store.inventory(TEST, Which::All, FIRST).await.unwrap();
    let ids: Vec<&str> = all.items.iter().map(|item| item.product_id.as_str()).collect();
    assert_eq!(ids, ["a", "b"]);
    assert_eq!(store.products(TEST, ProductFilter::default(), FIRST).await.unwrap().total, 2);
}

async fn failures_leave_no_trace<S: Store>(store: &S) {
    let rows = vec![product("a", Some("B-1"))];
    store.fill(TEST, rows, now()).await.unwrap();
    let failed = store.write(|tx| {
        Box::pin(async move {
            write_to(tx, TEST, "a", 1).await?;
            Err::<(), _>(StoreError::Failed("on purpose".to_owned()))
        })
    });
    assert!(matches!(failed.await, Err(StoreError::Failed(reason)) if reason == "on purpose"));
    let panicked = store.write(|tx| {
        Box::pin(async move {
            write_to(tx, TEST, "a", 1).await?;
            panic_on_purpose()
        })
    });
    assert!(matches!(panicked.await, Err(StoreError::Failed(_))));
    let product = store.product(TEST, "a").await.unwrap().unwrap();
    assert_eq!(product.quantity, Some(9));
}

fn panic_on_purpose() -> Stored<()> {
    panic!("on purpose")
}

/// Of writes that wait together each second one fails or panics; the others are done.
async fn neighbours_do_not_notice<S: Store>(store: &S) {
    let ids: Vec<String> = (0..40).map(|number| format!("p{number:02}")).collect();
    let rows = ids.iter().map(|id| product(id, Some(id))).collect();
    store.fill(TEST, rows, now()).await.unwrap();
    let waiting = ids.iter().enumerate().map(|(number, id)| {
        let id = id.clone();
        store.write(move |tx| {
            Box::pin(async move {
                write_to(tx, TEST, &id, 1).await?;
                match number % 4 {
                    1 => Err(StoreError::Failed("on purpose".to_owned())),
                    3 => panic_on_purpose(),
                    _ => Ok(()),
                }
            })
        })
    });
    let results = futures_util::future::join_all(waiting).await;
    for (number, (id, result)) in ids.iter().zip(results).enumerate() {
        let product = store.product(TEST, id).await.unwrap().unwrap();
        let level = if number % 2 == 0 { 4 } else { 9 };
        assert_eq!((result.is_ok(), product.quantity), (number % 2 == 0, Some(level)), "{id}");
    }
}

async fn changes_have_versions_of_their_own<S: Store>(store: &S) {
    let mut seen = vec![store.version(TEST).await.unwrap()];
    store.fill(TEST, vec![product("a", Some("B-1"))], now()).await.unwrap();
    seen.push(store.version(TEST).await.unwrap());
    for _ in 0..2 {
        write(store, TEST, 1).await.unwrap();
        seen.push(store.version(TEST).await.unwrap());
    }
    let add = store.write(|tx| {
        Box::pin(async move { tx.insert_products(TEST, &[product("b", None)], now()).await })
    });
    add.await.unwrap();
    seen.push(store.version(TEST).await.unwrap());
    assert!(seen.windows(2).all(|pair| pair[0] < pair[1]), "{seen:?}");
    store.fill(LIVE, vec![product("a", Some("B-1"))], now()).await.unwrap();
    assert_eq!(store.version(TEST).await.unwrap(), seen[4], "another environment's change");
}

async fn test_and_live_are_apart<S: Store>(store: &S) {
    for scope in [TEST, LIVE] {
        let rows = vec![product("a", Some("B-1"))];
        store.fill(scope, rows, now()).await.unwrap();
    }
    write(store, LIVE, 1).await.unwrap();
    let level = async |scope| store.product(scope, "B-1").await.unwrap().unwrap().quantity;
    assert_eq!((level(TEST).await, level(LIVE).await), (Some(9), Some(4)));
    let low = store.inventory(TEST, Which::Low, FIRST).await.unwrap();
    assert_eq!(low.total, 0);
}

async fn skus_are_taken_once<S: Store>(store: &S) {
    let add = async |scope, id: &'static str, sku: Option<&'static str>| {
        let work = store.write(move |tx| {
            Box::pin(async move { tx.insert_products(scope, &[product(id, sku)], now()).await })
        });
        work.await
    };
    add(TEST, "a", Some("B-1")).await.unwrap();
    let taken = add(TEST, "b", Some("B-1")).await;
    assert!(matches!(taken, Err(StoreError::ExternalIdTaken(id)) if id == "B-1"));
    add(LIVE, "a", Some("B-1")).await.unwrap();
    // A product without a SKU is no other's namesake.
    for id in ["c", "d"] {
        add(TEST, id, None).await.unwrap();
    }
}

/// Whatever share of the SKUs is asked for, in whatever order, with or without unknown ones.
async fn skus_are_found<S: Store>(store: &S) {
    let skus: Vec<String> = (0..600).map(|number| format!("É-{number:03}")).collect();
    let rows = skus.iter().map(|sku| product(&format!("p{sku}"), Some(sku))).collect();
    store.fill(TEST, rows, now()).await.unwrap();
    store.fill(LIVE, vec![product("x", Some("É-000x"))], now()).await.unwrap();
    for step in [1, 2, 3, 50, 599] {
        for unknown in [&[][..], &["A", "É-000x", "É-300x", "Z"]] {
            let known = skus.iter().step_by(step).rev().cloned();
            let known: Vec<String> = known.collect();
            let mut asked = known.clone();
            asked.extend(unknown.iter().map(|sku| (*sku).to_owned()));
            asked.push(known[0].clone());
            let found = store.write(move |tx| {
                Box::pin(async move {
                    let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
                    tx.stock_by_external_id(TEST, &asked).await
                })
            });
            let found = found.await.unwrap().into_iter();
            let mut found: Vec<String> = found.filter_map(|row| row.external_id).collect();
            found.sort_unstable_by(|a, b| b.cmp(a));
            assert_eq!(found, known, "each {step}. of all, {} unknown", unknown.len());
        }
    }
}

/// Fields and variants change, levels stay.
async fn products_change<S: Store>(store: &S) {
    let rows = vec![product("a", Some("B-1")), product("b", Some("B-2"))];
    store.fill(TEST, rows, now()).await.unwrap();
    write(store, TEST, 1).await.unwrap();
    let seen = store.version(TEST).await.unwrap();
    let work = store.write(|tx| {
        Box::pin(async move {
            let record = tx.product_record(TEST, "B-1").await?.unwrap();
            assert_eq!((record.quantity, record.variants[0].quantity), (Some(4), Some(2)));
            let mut fields = record.fields.clone();
            fields.external_id = Some("B-2".to_owned());
            let taken = tx.update_products(TEST, &[(record.number, fields.clone())], now()).await;
            assert!(matches!(taken, Err(StoreError::ExternalIdTaken(id)) if id == "B-2"));
            fields.external_id = Some("B-3".to_owned());
            fields.low_stock_threshold = Some(4);
            tx.update_products(TEST, &[(record.number, fields.clone())], now()).await?;
            let mut variants = record.variants.clone();
            variants[0].fields.label = String::from("Petit");
            variants.insert(0, VariantRecord { id: "new".to_owned(), ..variants[0].clone() });
            tx.replace_variants(TEST, record.number, &variants).await
        })
    });
    work.await.unwrap();
    assert!(store.version(TEST).await.unwrap() > seen);
    assert!(store.product(TEST, "B-1").await.unwrap().is_none());
    let product = store.product(TEST, "B-3").await.unwrap().unwrap();
    assert_eq!((product.id.as_str(), product.quantity), ("a", Some(4)));
    let variants: Vec<_> =
        product.variants.iter().map(|v| (v.id.as_str(), v.label.as_str(), v.quantity)).collect();
    assert_eq!(variants, [("new", "Petit", None), ("a-v", "Petit", Some(2))]);
    // Four are not less than four.
    assert_eq!(store.inventory(TEST, Which::Low, FIRST).await.unwrap().total, 0);
}

/// Each product once, whatever is asked for.
async fn products_are_found_by_sku<S: Store>(store: &S) {
    let rows = ["B-1", "B-2", "B-3"].map(|sku| product(sku, Some(sku)));
    store.fill(TEST, rows.to_vec(), now()).await.unwrap();
    store.fill(LIVE, vec![product("x", Some("B-4"))], now()).await.unwrap();
    let asked: Vec<String> = ["B-3", "B-1", "B-4", "b-2", "B-3"].map(str::to_owned).to_vec();
    let read = store.products_by_external_id(TEST, asked.clone()).await.unwrap();
    let skus: Vec<_> = read.iter().map(|found| found.fields.external_id.as_deref()).collect();
    assert_eq!(skus, [Some("B-1"), Some("B-3")]);
    assert_eq!((read[0].quantity, read[0].fields.low_stock_threshold), (Some(9), Some(5)));
    let inside =
        store.write(|tx| Box::pin(async move { tx.products_by_external_id(TEST, &asked).await }));
    assert_eq!(inside.await.unwrap(), read);
}

/// The product that was added last is deleted: whatever comes next is another.
async fn deleted_products_are_remembered<S: Store>(store: &S) {
    let delete = async |id: &'static str| {
        let work = store.write(move |tx| {
            Box::pin(async move {
                let record = tx.product_record(TEST, id).await?.unwrap();
                tx.delete_product(TEST, record.number, now()).await?;
                Ok::<_, StoreError>(record.number)
            })
        });
        work.await.unwrap()
    };
    let part = Part { after: None, limit: 100 };
    let history = async |product: &str| {
        let filter =
            HistoryFilter { product: Some(product.to_owned()), ..HistoryFilter::default() };
        let page = store.history(TEST, filter, part).await.unwrap();
        page.map(|page| page.items)
    };
    store.fill(TEST, vec![product("a", Some("B-1"))], now()).await.unwrap();
    store.fill(LIVE, vec![product("a", Some("B-1"))], now()).await.unwrap();
    write(store, TEST, 1).await.unwrap();
    write(store, LIVE, 2).await.unwrap();
    let mut numbers = vec![delete("a").await];
    for _ in 0..3 {
        store.fill(TEST, vec![product("b", Some("B-1"))], now()).await.unwrap();
        assert_eq!(history("B-1").await.unwrap().len(), 0);
        numbers.push(delete("B-1").await);
        let add = store.write(|tx| {
            Box::pin(async move {
                let row = product("c", Some("C-1"));
                let stock = tx.insert_products(TEST, &[row], now()).await?.remove(0);
                assert_eq!((stock.quantity, stock.variants[0].quantity), (None, None));
                Ok::<_, StoreError>(stock.number)
            })
        });
        numbers.push(add.await.unwrap());
        assert_eq!(numbers.last(), Some(&delete("c").await));
        store.fill(TEST, Vec::new(), now()).await.unwrap();
    }
    let mut distinct = numbers.clone();
    distinct.sort_unstable_by_key(|number| number.0);
    distinct.dedup();
    assert_eq!(distinct.len(), numbers.len(), "{numbers:?}");
    let [entry] = &history("a").await.unwrap()[..] else { panic!("one entry") };
    assert_eq!(
        (entry.product_id.as_deref(), entry.external_id.as_deref()),
        (Some("a"), Some("B-1"))
    );
    assert_eq!(entry.name.as_deref(), Some("Riz brisé"));
    assert!(history("nope").await.is_none());
    assert_eq!(store.products(TEST, ProductFilter::default(), FIRST).await.unwrap().total, 0);
    let live = store.product(LIVE, "B-1").await.unwrap().unwrap();
    assert_eq!((live.quantity, live.variants.len()), (Some(4), 1));
}

async fn answers_are_kept_until_they_expire<S: Store>(store: &S) {
    let answer = KeptAnswer {
        fingerprint: [7; 32],
        status: 200,
        body: b"{}".to_vec(),
        preference_applied: true,
    };
    let keep = async |at| {
        let answer = answer.clone();
        let work = store
            .write(move |tx| Box::pin(async move { tx.keep_answer(TEST, "k", &answer, at).await }));
        work.await.unwrap();
    };
    let find = async |scope, since| {
        let work =
            store.write(move |tx| Box::pin(async move { tx.find_answer(scope, "k", since).await }));
        work.await.unwrap()
    };
    keep(now()).await;
    let later = now() + SignedDuration::from_secs(1);
    assert_eq!(find(TEST, now()).await, Some(answer.clone()));
    assert_eq!(find(LIVE, now()).await, None);
    assert_eq!(find(TEST, later).await, None);
    // An expired key can be used again.
    keep(later).await;
    store.forget_expired(later, later).await.unwrap();
    assert_eq!(find(TEST, now()).await, Some(answer.clone()));
    let much_later = later + SignedDuration::from_secs(1);
    store.forget_expired(much_later, much_later).await.unwrap();
    assert_eq!(find(TEST, now()).await, None);
}

/// More than a store may care to forget at once.
async fn all_that_expired_is_forgotten<S: Store>(store: &S) {
    let keep = store.write(|tx| {
        Box::pin(async move {
            let answer = KeptAnswer {
                fingerprint: [7; 32],
                status: 200,
                body: Vec::new(),
                preference_applied: false,
            };
            for number in 0..4_100 {
                tx.keep_answer(TEST, &number.to_string(), &answer, now()).await?;
            }
            Ok::<_, StoreError>(())
        })
    });
    keep.await.unwrap();
    let later = now() + SignedDuration::from_secs(1);
    store.forget_expired(later, later).await.unwrap();
    let left = store.write(|tx| {
        Box::pin(async move {
            let mut left = 0;
            for number in 0..4_100 {
                let found = tx.find_answer(TEST, &number.to_string(), now()).await?;
                left += usize::from(found.is_some());
            }
            Ok::<_, StoreError>(left)
        })
    });
    assert_eq!(left.await.unwrap(), 0);
}

async fn requests_are_counted<S: Store>(store: &S) {
    let starts_at = now().as_second();
    let counter = |subject: &str, limit| Counter {
        subject: subject.to_owned(),
        class: "read",
        starts_at,
        ends_at: starts_at + 60,
        limit,
    };
    let both = vec![counter("a", 2), counter("b", 1)];
    let admit = async |counters: &[Counter]| {
        let admission = store.admit(counters.to_vec()).await.unwrap();
        (admission.is_admitted, admission.requests)
    };
    assert_eq!(admit(&both).await, (true, vec![1, 1]));
    // One that is full keeps the other from being used up.
    assert_eq!(admit(&both).await, (false, vec![1, 1]));
    assert_eq!(admit(&both[..1]).await, (true, vec![2]));
    assert_eq!(admit(&both[..1]).await, (false, vec![2]));
    let told = store.counted(&both).await.unwrap();
    assert_eq!((told.is_admitted, told.requests), (false, vec![2, 1]));
    let other = Counter { class: "write", ..both[0].clone() };
    let next = Counter { starts_at: starts_at + 60, ends_at: starts_at + 120, ..both[0].clone() };
    assert_eq!(admit(&[other, next.clone()]).await, (true, vec![1, 1]));
    // Many, more than are forgotten at once; windows that are not over stay.
    let many: Vec<Counter> = (0..2_100).map(|number| counter(&number.to_string(), 1)).collect();
    assert!(admit(&many).await.0);
    let later = now() + SignedDuration::from_secs(60);
    store.forget_expired(now(), later).await.unwrap();
    assert_eq!(admit(&[counter("2099", 1), counter("a", 2), next]).await, (true, vec![1, 1, 2]));
}
