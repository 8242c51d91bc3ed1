//! What every store must do with keys, their secrets and their sessions.

use jiff::{SignedDuration, Timestamp};
use stockroom_api::key::Access;
use stockroom_api::scope::{KeyScope, KeyScopes};
use stockroom_server::store::Store;
use stockroom_server::store::data::NewSession;
use stockroom_server::store::keys::{
    Changed, Grant, KeyChange, NewKey, NewSecret, Revoked, StoreAccess, Switch,
};

use crate::suite::{LIVE, TEST, now};

fn secret(byte: u8) -> NewSecret {
    NewSecret { hash: [byte; 32], last_four: format!("{byte:04}") }
}

fn key(id: &str, byte: u8) -> NewKey {
    NewKey {
        scope: LIVE,
        id: id.to_owned(),
        secret: secret(byte),
        prefix: "sk_live_",
        name: "ERP".to_owned(),
        access: Access::Write,
        grant: Grant::All,
        networks: Vec::new(),
        created_at: now(),
    }
}

fn session(key_id: &str, byte: u8, ends_by: Option<Timestamp>) -> NewSession {
    NewSession {
        scope: LIVE,
        hash: [byte; 32],
        key_id: key_id.to_owned(),
        created_at: now(),
        expires_at: now() + SignedDuration::from_hours(12),
        ends_by,
    }
}

pub(crate) async fn sessions_end_with_their_key<S: Store>(store: &S) {
    store.create_key(key("key", 1)).await.unwrap();
    let session = session("key", 2, None);
    let expires_at = session.expires_at;
    store.create_session(session).await.unwrap();
    let (authority, ends) = store.find_session([2; 32], now()).await.unwrap().unwrap();
    assert_eq!((authority.scope, ends), (LIVE, expires_at));
    assert!(store.find_session([2; 32], expires_at).await.unwrap().is_none());
    assert_eq!(store.find_key([1; 32], now()).await.unwrap().unwrap().who.id(), "key");
    assert_eq!(store.revoke_key(1, "key", now()).await.unwrap(), Revoked::Now);
    assert_eq!(store.revoke_key(1, "key", now()).await.unwrap(), Revoked::Before);
    assert_eq!(store.revoke_key(1, "no", now()).await.unwrap(), Revoked::Unknown);
    assert!(store.find_key([1; 32], now()).await.unwrap().is_none());
    assert!(store.find_session([2; 32], now()).await.unwrap().is_none());
    assert_eq!(store.keys(1).await.unwrap()[0].revoked_at, Some(now()));
    // What is revoked stays as it was.
    let change = KeyChange { name: Some("till".to_owned()), ..KeyChange::default() };
    assert_eq!(store.update_key(1, "key", change).await.unwrap(), Changed::Unknown);
    assert_eq!(store.rotate_key(1, "key", secret(9), None).await.unwrap(), Changed::Unknown);
    assert!(store.find_key([9; 32], now()).await.unwrap().is_none());
}

pub(crate) async fn keys_are_kept_to_what_they_may<S: Store>(store: &S) {
    let only = |scopes: &[KeyScope]| Grant::Only(scopes.iter().copied().collect());
    let network = |text: &str| text.parse().unwrap();
    store.create_key(key("all", 1)).await.unwrap();
    let some = NewKey {
        grant: only(&[KeyScope::InventoryRead, KeyScope::InventoryWrite]),
        networks: vec![network("10.0.0.0/8"), network("2001:db8::/32")],
        ..key("some", 2)
    };
    store.create_key(some).await.unwrap();
    let reading = NewKey {
        scope: TEST,
        prefix: "pk_test_",
        access: Access::Read,
        grant: only(&[KeyScope::ProductsRead, KeyScope::ProductsWrite]),
        ..key("reading", 3)
    };
    store.create_key(reading).await.unwrap();
    let found = async |byte: u8| store.find_key([byte; 32], now()).await.unwrap().unwrap();
    let all = found(1).await;
    assert_eq!((all.scopes, all.networks), (KeyScopes::of(Access::Write), Vec::new()));
    let some = found(2).await;
    assert_eq!(some.scopes.to_string(), "store.inventory:read store.inventory:write");
    assert_eq!(some.networks, [network("10.0.0.0/8"), network("2001:db8::/32")]);
    // A key that may only read has no scope to write, whatever was said.
    assert_eq!(found(3).await.scopes.to_string(), "store.products:read");

    // Sessions have what their key has, also what it got later.
    store.create_session(session("some", 4, None)).await.unwrap();
    let change = KeyChange {
        grant: Some(only(&[KeyScope::ImportWrite])),
        networks: Some(vec![network("192.0.2.1/32")]),
        name: None,
    };
    assert_eq!(store.update_key(1, "some", change).await.unwrap(), Changed::Done);
    let (by_session, _) = store.find_session([4; 32], now()).await.unwrap().unwrap();
    assert_eq!(by_session.scopes.to_string(), "store.import:write");
    assert_eq!(by_session.networks, [network("192.0.2.1/32")]);
    let change = KeyChange {
        name: Some("till".to_owned()),
        grant: Some(Grant::All),
        networks: Some(Vec::new()),
    };
    assert_eq!(store.update_key(1, "some", change).await.unwrap(), Changed::Done);
    assert_eq!(store.update_key(1, "no", KeyChange::default()).await.unwrap(), Changed::Unknown);
    let rows = store.keys(1).await.unwrap();
    let row = rows.iter().find(|row| row.id == "some").unwrap();
    assert_eq!((row.name.as_str(), row.grant, row.networks.len()), ("till", Grant::All, 0));
    let row = rows.iter().find(|row| row.id == "reading").unwrap();
    assert_eq!((row.scope, row.access, row.name.as_str()), (TEST, Access::Read, "ERP"));
}

pub(crate) async fn old_secrets_work_for_a_while<S: Store>(store: &S) {
    let hour = SignedDuration::from_hours(1);
    let until = now() + hour;
    let before = until - SignedDuration::from_millis(1);
    store.create_key(key("key", 1)).await.unwrap();
    store.create_session(session("key", 11, None)).await.unwrap();
    let rotated = store.rotate_key(1, "key", secret(2), Some(until)).await.unwrap();
    assert_eq!(rotated, Changed::Done);
    let ends_by = async |byte: u8, at| {
        let found = store.find_key([byte; 32], at).await.unwrap();
        found.map(|authority| (authority.who.id().to_owned(), authority.ends_by))
    };
    let is_signed_in =
        async |byte: u8, at| store.find_session([byte; 32], at).await.unwrap().is_some();
    assert_eq!(ends_by(2, before).await, Some(("key".to_owned(), None)));
    assert_eq!(ends_by(1, before).await, Some(("key".to_owned(), Some(until))));
    assert_eq!(ends_by(1, until).await, None);
    let row = &store.keys(1).await.unwrap()[0];
    assert_eq!((row.last_four.as_str(), row.old_secret_until), ("0002", Some(until)));
    // A session that was begun with the old secret ends with it, however much it is used.
    store.create_session(session("key", 12, Some(until))).await.unwrap();
    store.create_session(session("key", 13, None)).await.unwrap();
    for byte in [11, 12, 13] {
        store.extend_session([byte; 32], until + hour).await.unwrap();
        assert!(is_signed_in(byte, before).await, "{byte}");
    }
    assert!(!is_signed_in(11, until).await && !is_signed_in(12, until).await);
    assert!(is_signed_in(13, until).await);
    // Another rotation leaves the first old secret its time, and no more.
    store.rotate_key(1, "key", secret(3), Some(until + hour)).await.unwrap();
    assert_eq!(ends_by(1, before).await, Some(("key".to_owned(), Some(until))));
    assert_eq!(ends_by(2, until).await, Some(("key".to_owned(), Some(until + hour))));
    assert!(!is_signed_in(11, until).await, "a session does not get longer");
    // What is over is forgotten, and nothing else.
    store.forget_expired(now(), until).await.unwrap();
    assert_eq!(ends_by(1, before).await, None);
    assert!(!is_signed_in(11, before).await && is_signed_in(13, before).await);
    assert!(ends_by(2, until).await.is_some());
    // Without a grace all that was begun so far ends.
    store.rotate_key(1, "key", secret(4), None).await.unwrap();
    for byte in [1, 2, 3] {
        assert_eq!(ends_by(byte, now()).await, None, "{byte}");
    }
    assert!(!is_signed_in(13, now()).await && ends_by(4, now()).await.is_some());
    // Revoking ends an old secret too.
    store.rotate_key(1, "key", secret(5), Some(until)).await.unwrap();
    store.revoke_key(1, "key", now()).await.unwrap();
    assert_eq!((ends_by(4, now()).await, ends_by(5, now()).await), (None, None));
}

pub(crate) async fn access_is_switched<S: Store>(store: &S) {
    store.create_key(key("key", 1)).await.unwrap();
    let found = async || store.find_key([1; 32], now()).await.unwrap().unwrap().store_access;
    assert_eq!(found().await, StoreAccess::FULL);
    for (api, live) in
        [(Switch::On, Switch::Off), (Switch::Off, Switch::On), (Switch::On, Switch::On)]
    {
        let access = StoreAccess { api, live };
        store.set_access(1, access).await.unwrap();
        assert_eq!(found().await, access);
        assert_eq!(store.info().await.unwrap().unwrap().access, access);
    }
}
