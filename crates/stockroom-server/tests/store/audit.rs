//! Writes that are passed on are noted before they leave, and settled after.

use jiff::SignedDuration;
use stockroom_api::account::Role;
use stockroom_api::audit::Outcome;
use stockroom_server::accounts::names::user_name;
use stockroom_server::store::Store;
use stockroom_server::store::accounts::{Needs, NewUser};
use stockroom_server::store::audit::{AuditPlace, Passed, Settled};
use stockroom_server::store::data::Scope;
use stockroom_server::store::history::{Part, Place as _};

use crate::suite::{LIVE, TEST, now};

fn passed(scope: Scope, author: &str, number: usize) -> Passed {
    Passed {
        scope,
        at: now() + SignedDuration::from_secs(1),
        author_id: author.to_owned(),
        method: "PATCH".to_owned(),
        path: format!("/bulk?{number}"),
        products: vec!["THÉ \"vert\"".to_owned(), number.to_string()],
        idempotency_key: Some(format!("key {number}")),
        run_id: None,
        request_id: format!("request {number}"),
    }
}

pub(crate) async fn passed_writes_are_noted_and_settled<S: Store>(store: &S) {
    let user = NewUser {
        store_id: 1,
        id: "sow".to_owned(),
        name: user_name("Sow"),
        role: Role::Editor,
        password: "hash".to_owned(),
        created_at: now(),
    };
    store.add_user(user, 9).await.unwrap();
    let mut numbers = Vec::new();
    for number in 0..5 {
        let author = if number == 3 { "somebody" } else { "sow" };
        numbers.push(store.note_passed(passed(TEST, author, number)).await.unwrap());
    }
    store.note_passed(passed(LIVE, "sow", 9)).await.unwrap();
    let settled = Settled {
        at: now() + SignedDuration::from_secs(2),
        outcome: Outcome::Refused,
        status: Some(409),
        upstream_id: Some("theirs".to_owned()),
    };
    store.settle_passed(numbers[1], settled).await.unwrap();
    store.remove_user(1, "sow", Needs::Nobody, now()).await.unwrap();

    let paths = async |author: Option<&str>, after: Option<&str>, limit| {
        let part = Part { after: after.and_then(AuditPlace::parse), limit };
        let page = store.audit(TEST, author.map(str::to_owned), part).await.unwrap();
        assert_eq!((page.limit, page.has_more), (limit, page.next_cursor.is_some()));
        let paths: Vec<String> = page.items.iter().map(|item| item.path.clone()).collect();
        (paths, page.next_cursor)
    };
    let (first, cursor) = paths(None, None, 2).await;
    assert_eq!(first, ["/bulk?4", "/bulk?3"]);
    let (second, cursor) = paths(None, cursor.as_deref(), 2).await;
    assert_eq!(second, ["/bulk?2", "/bulk?1"]);
    assert_eq!(paths(None, cursor.as_deref(), 2).await, (vec!["/bulk?0".to_owned()], None));
    assert_eq!(paths(Some("somebody"), None, 9).await.0, ["/bulk?3"]);
    assert_eq!(paths(Some("sow"), None, 9).await.0.len(), 4);

    let page = store.audit(TEST, None, Part { after: None, limit: 9 }).await.unwrap();
    let entry = &page.items[3];
    let user = entry.user.as_ref().unwrap();
    assert_eq!((&*user.id, &*user.name, &entry.key), ("sow", "Sow", &None));
    assert_eq!(entry.products, ["THÉ \"vert\"", "1"]);
    assert_eq!((entry.outcome, entry.status), (Outcome::Refused, Some(409)));
    assert_eq!(entry.upstream_request_id.as_deref(), Some("theirs"));
    assert!(entry.settled_at.as_ref().unwrap() > &entry.at);
    let open = &page.items[0];
    assert_eq!((open.outcome, open.status, &open.settled_at), (Outcome::Sent, None, &None));
    assert_eq!((&*open.request_id, open.idempotency_key.as_deref()), ("request 4", Some("key 4")));
    assert_eq!(page.items[1].key.as_ref().unwrap().id, "somebody");
}
