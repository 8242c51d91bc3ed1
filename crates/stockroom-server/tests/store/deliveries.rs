//! Deliveries of webhooks as the workers of several processes take them: each by one, and again where
//! it is gone.

use jiff::{SignedDuration, Timestamp};
use stockroom_api::webhook::EventKind;
use stockroom_server::store::webhooks::{
    AttemptRow, ClaimBounds, Claimed, EndpointRow, Fate, Health, PlainEvent, Secret,
    WebhookTransaction as _,
};
use stockroom_server::store::{Store, StoreError};

use crate::suite::{TEST, now};

const LEASE: SignedDuration = SignedDuration::from_secs(30);

/// Makes an endpoint, and sends it so many events.
async fn prepare<S: Store>(store: &S, id: &'static str, events: usize) {
    let endpoint = EndpointRow {
        number: None,
        id: id.to_owned(),
        url: "https://shop.example/".to_owned(),
        events: vec![EventKind::StockLow],
        secret: Secret([7; 32]),
        old_secret: None,
        active: true,
        disabled: None,
        failing_since: None,
        given_up: 0,
        created_at: now(),
        updated_at: now(),
    };
    let work = store.write(move |tx| {
        Box::pin(async move {
            tx.save_endpoint(TEST, &endpoint).await?;
            for number in 0..events {
                let event = PlainEvent {
                    id: format!("evt_{id}_{number}"),
                    kind: EventKind::Test,
                    at: now(),
                    body: "{}".to_owned(),
                };
                assert!(tx.send_to(TEST, id, &event).await?.is_some());
            }
            Ok::<_, StoreError>(())
        })
    });
    work.await.unwrap();
}

async fn claim<S: Store>(store: &S, now: Timestamp, in_all: usize) -> Vec<Claimed> {
    let bounds = ClaimBounds { for_endpoint: 4, in_all };
    let work = store.write(move |tx| {
        Box::pin(async move { tx.claim_deliveries(now, now + LEASE, bounds).await })
    });
    work.await.unwrap()
}

async fn finish<S: Store>(
    store: &S,
    claimed: &Claimed,
    at: Timestamp,
    fate: Fate,
) -> Option<Health> {
    let (claimed, error) = (claimed.clone(), (fate != Fate::Delivered).then(|| "no".to_owned()));
    let attempt = AttemptRow { at, duration_ms: 1, status: Some(200), error, response: None };
    let work = store.write(move |tx| {
        Box::pin(async move { tx.finish_attempt(&claimed, &attempt, fate).await })
    });
    work.await.unwrap()
}

pub(crate) async fn a_delivery_is_ones_own_until_its_lease_ends<S: Store>(store: &S) {
    prepare(store, "a", 1).await;
    let first = claim(store, now(), 9).await;
    assert_eq!(first.len(), 1);
    assert!(claim(store, now(), 9).await.is_empty());
    assert!(!store.has_due_deliveries(now()).await.unwrap());

    let later = now() + LEASE;
    assert!(store.has_due_deliveries(later).await.unwrap());
    let second = claim(store, later, 9).await;
    assert_eq!(second[0].event_id, first[0].event_id);
    assert_eq!(second[0].tries, 0, "what was broken off is no try");
    // Whoever had it first comes too late, and changes nothing.
    assert_eq!(finish(store, &first[0], later, Fate::GivenUp).await, None);
    let health = Health { failing_since: None, given_up: 0 };
    assert_eq!(finish(store, &second[0], later, Fate::Delivered).await, Some(health));
    assert_eq!(finish(store, &second[0], later, Fate::GivenUp).await, None);
    assert!(claim(store, later + LEASE, 9).await.is_empty());
}

pub(crate) async fn claims_are_bounded_for_each_endpoint_and_in_all<S: Store>(store: &S) {
    prepare(store, "a", 6).await;
    prepare(store, "b", 6).await;
    let ids = |claimed: &[Claimed]| -> Vec<String> {
        claimed.iter().map(|claimed| claimed.event_id.clone()).collect()
    };
    let first = claim(store, now(), 5).await;
    assert_eq!(ids(&first), ["evt_a_0", "evt_a_1", "evt_a_2", "evt_a_3", "evt_b_0"]);
    let next = claim(store, now(), 9).await;
    assert_eq!(ids(&next), ["evt_b_1", "evt_b_2", "evt_b_3"]);
    finish(store, &first[2], now(), Fate::Again(now() + LEASE)).await;
    assert_eq!(ids(&claim(store, now(), 9).await), ["evt_a_4"]);
}

pub(crate) async fn failures_add_up_until_something_arrives<S: Store>(store: &S) {
    prepare(store, "a", 4).await;
    let claimed = claim(store, now(), 9).await;
    let second = SignedDuration::from_secs(1);
    let failing = |given_up| Some(Health { failing_since: Some(now()), given_up });
    let again = Fate::Again(now() + LEASE);
    assert_eq!(finish(store, &claimed[0], now(), again).await, failing(0));
    assert_eq!(finish(store, &claimed[1], now() + second, Fate::GivenUp).await, failing(1));
    assert_eq!(finish(store, &claimed[2], now() + second, Fate::GivenUp).await, failing(2));
    // What arrives tells how it stood before.
    assert_eq!(finish(store, &claimed[3], now() + second, Fate::Delivered).await, failing(2));
    let endpoints = store.endpoints(TEST).await.unwrap();
    assert_eq!((endpoints[0].failing_since, endpoints[0].given_up), (None, 0));
}
