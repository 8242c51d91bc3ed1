//! What every store must do with people, their sessions and the sign-ins that failed.

use jiff::SignedDuration;
use stockroom_api::account::Role;
use stockroom_api::history::UserShown;
use stockroom_server::accounts::names::user_name;
use stockroom_server::store::Store;
use stockroom_server::store::accounts::{
    Attempt, FAILURES_KEPT, Needs, NewUser, NewUserSession, PLACES_KEPT, Patience, Standing, Taken,
    UserAdded, UserChange, UserChanged, WhichSessions,
};
use stockroom_server::store::data::{Credential, Scope, Who};

use crate::suite::{LIVE, TEST, now, write_history_by};

const MOST: u64 = 3;

fn user(id: &str, name: &str, role: Role) -> NewUser {
    NewUser {
        store_id: 1,
        id: id.to_owned(),
        name: user_name(name),
        role,
        password: format!("hash of {id}"),
        created_at: now(),
    }
}

fn session(scope: Scope, id: &str, user_id: &str, byte: u8) -> NewUserSession {
    NewUserSession {
        scope,
        id: id.to_owned(),
        hash: [byte; 32],
        user_id: user_id.to_owned(),
        device: Some("Firefox, Linux".to_owned()),
        address: "203.0.113.7".to_owned(),
        began_at: now(),
        expires_at: now() + SignedDuration::from_hours(12),
        ends_by: now() + SignedDuration::from_hours(24),
    }
}

async fn begin<S: Store>(store: &S, scope: Scope, id: &str, user_id: &str, byte: u8) -> bool {
    let password = format!("hash of {user_id}");
    store.begin_session(session(scope, id, user_id, byte), &password).await.unwrap()
}

async fn is_signed_in<S: Store>(store: &S, byte: u8) -> bool {
    store.find_user_session([byte; 32], now()).await.unwrap().is_some()
}

async fn change<S: Store>(store: &S, id: &str, change: UserChange) -> UserChanged {
    store.change_user(1, id, change, Needs::AnOwner, now()).await.unwrap()
}

fn role(role: Role) -> UserChange {
    UserChange { role: Some(role), ..UserChange::default() }
}

fn standing(standing: Standing) -> UserChange {
    UserChange { standing: Some(standing), ..UserChange::default() }
}

pub(crate) async fn people_are_kept<S: Store>(store: &S) {
    let add = async |id, name, role| store.add_user(user(id, name, role), MOST).await.unwrap();
    assert_eq!(add("u1", "Mint", Role::Owner).await, UserAdded::Done);
    assert_eq!(add("u2", "Aïcha", Role::Editor).await, UserAdded::Done);
    assert_eq!(add("u3", "AÏCHA", Role::Viewer).await, UserAdded::NameTaken);
    assert_eq!(add("u3", "Sow", Role::Viewer).await, UserAdded::Done);
    assert_eq!(add("u4", "Ba", Role::Viewer).await, UserAdded::TooMany);
    let names = async || -> Vec<String> {
        store.users(1, now()).await.unwrap().into_iter().map(|row| row.name).collect()
    };
    assert_eq!(names().await, ["Aïcha", "Mint", "Sow"]);
    let find = async |key: &str| store.find_user(1, key, "203.0.113.7", now()).await.unwrap();
    let found = find("aïcha").await.unwrap();
    assert_eq!(
        (found.id.as_str(), found.role, found.password.as_str()),
        ("u2", Role::Editor, "hash of u2")
    );
    assert!(find("aicha").await.is_none() && find("a\0").await.is_none());

    let renamed = UserChange { name: Some(user_name("Mint")), ..UserChange::default() };
    assert_eq!(change(store, "u2", renamed).await, UserChanged::NameTaken);
    let renamed = UserChange { name: Some(user_name("aïcha")), ..UserChange::default() };
    assert_eq!(change(store, "u2", renamed).await, UserChanged::Done);
    assert_eq!(change(store, "no", role(Role::Owner)).await, UserChanged::Unknown);

    // There is always an owner who may sign in, unless somebody can make another.
    for lesser in [role(Role::Editor), standing(Standing::Disabled)] {
        assert_eq!(change(store, "u1", lesser).await, UserChanged::LastOwner);
    }
    let remove = async |needs| store.remove_user(1, "u1", needs, now()).await.unwrap();
    assert_eq!(remove(Needs::AnOwner).await, UserChanged::LastOwner);
    assert_eq!(change(store, "u2", role(Role::Owner)).await, UserChanged::Done);
    assert_eq!(change(store, "u2", standing(Standing::Disabled)).await, UserChanged::Done);
    assert_eq!(remove(Needs::AnOwner).await, UserChanged::LastOwner, "the other is disabled");
    assert_eq!(change(store, "u2", standing(Standing::Enabled)).await, UserChanged::Done);
    assert_eq!(remove(Needs::AnOwner).await, UserChanged::Done);
    assert_eq!(remove(Needs::AnOwner).await, UserChanged::Unknown);
    assert!(find("mint").await.is_none());
    // The name is free again.
    assert_eq!(add("u5", "MINT", Role::Viewer).await, UserAdded::Done);
    assert_eq!(names().await, ["aïcha", "MINT", "Sow"]);
    let gone = store.remove_user(1, "u2", Needs::Nobody, now()).await.unwrap();
    assert_eq!(gone, UserChanged::Done);
}

pub(crate) async fn sessions_of_people_end<S: Store>(store: &S) {
    store.add_user(user("u1", "Aïcha", Role::Editor), MOST).await.unwrap();
    store.add_user(user("u2", "Sow", Role::Viewer), MOST).await.unwrap();
    assert!(begin(store, LIVE, "s1", "u1", 1).await && begin(store, TEST, "s2", "u1", 2).await);
    assert!(begin(store, LIVE, "s3", "u2", 3).await);
    let (authority, expires_at) = store.find_user_session([1; 32], now()).await.unwrap().unwrap();
    assert_eq!((authority.scope, authority.scopes), (LIVE, Role::Editor.scopes()));
    assert_eq!(authority.credential, Credential::Session);
    let Who::Person(person) = &authority.who else { panic!("{authority:?}") };
    assert_eq!((person.name.as_str(), person.session_id.as_str()), ("Aïcha", "s1"));
    assert_eq!(expires_at, now() + SignedDuration::from_hours(12));
    // A role that is lowered is lower at once.
    change(store, "u1", role(Role::Viewer)).await;
    let (authority, _) = store.find_user_session([1; 32], now()).await.unwrap().unwrap();
    assert_eq!(authority.scopes, Role::Viewer.scopes());

    // Its end moves with its use, up to a bound.
    let later = now() + SignedDuration::from_hours(6);
    let moved = now() + SignedDuration::from_hours(48);
    store.use_user_session([1; 32], later, moved).await.unwrap();
    let rows = store.user_sessions(1, "u1", later).await.unwrap();
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    assert_eq!((ids, rows[0].last_used_at), (vec!["s1", "s2"], later));
    let at = now() + SignedDuration::from_hours(13);
    let there =
        async |byte: u8, at| store.find_user_session([byte; 32], at).await.unwrap().is_some();
    assert!(there(1, at).await && !there(2, at).await);
    assert!(!there(1, now() + SignedDuration::from_hours(24)).await);
    assert_eq!(store.users(1, at).await.unwrap()[0].sessions, 1);

    // Nobody ends another's.
    let end = async |user: &str, which| store.end_user_sessions(1, user, which).await.unwrap();
    assert_eq!(end("u2", WhichSessions::One("s1".to_owned())).await, 0);
    assert_eq!(end("u1", WhichSessions::AllBut("s1".to_owned())).await, 1);
    assert!(is_signed_in(store, 1).await && !is_signed_in(store, 2).await);
    assert_eq!(end("u1", WhichSessions::One("s1".to_owned())).await, 1);
    assert!(!is_signed_in(store, 1).await && is_signed_in(store, 3).await);
    store.end_session([3; 32]).await.unwrap();
    assert!(!is_signed_in(store, 3).await);

    // Another password, and being turned off or removed, end all.
    let password = UserChange { password: Some("new".to_owned()), ..UserChange::default() };
    assert!(begin(store, LIVE, "s4", "u1", 4).await);
    change(store, "u1", password).await;
    assert!(!is_signed_in(store, 4).await);
    assert!(!begin(store, LIVE, "s5", "u1", 5).await, "the password was changed meanwhile");
    assert!(begin(store, LIVE, "s6", "u2", 6).await);
    change(store, "u2", standing(Standing::Disabled)).await;
    assert!(!is_signed_in(store, 6).await && !begin(store, LIVE, "s7", "u2", 7).await);
    change(store, "u2", standing(Standing::Enabled)).await;
    assert!(begin(store, LIVE, "s8", "u2", 8).await);
    store.remove_user(1, "u2", Needs::Nobody, now()).await.unwrap();
    assert!(!is_signed_in(store, 8).await && !begin(store, LIVE, "s9", "u2", 9).await);
}

pub(crate) async fn failures_make_wait<S: Store>(store: &S) {
    let patience = Patience { free: 1, longest: 60 };
    let attempt = |subject: &str| Attempt { subject: subject.to_owned(), patience };
    let count = async |subjects: &[&str], at| {
        let attempts = subjects.iter().map(|subject| attempt(subject)).collect();
        store.count_attempt(1, attempts, at).await.unwrap()
    };
    let second = SignedDuration::from_secs(1);
    assert_eq!(count(&["name", "address"], now()).await, Taken::Yes);
    assert_eq!(count(&["name", "other"], now()).await, Taken::Yes);
    let until = now() + second * 2;
    assert_eq!(count(&["address", "name"], now() + second).await, Taken::NotBefore(until));
    // An attempt that is not taken is not counted, for no subject.
    assert_eq!(count(&["address"], now() + second).await, Taken::Yes);
    let until = now() + second * 3;
    assert_eq!(count(&["address"], now() + second * 2).await, Taken::NotBefore(until));
    assert_eq!(count(&["name"], now() + second * 2).await, Taken::Yes);
    let until = now() + second * 6;
    assert_eq!(count(&["name"], now() + second * 5).await, Taken::NotBefore(until));
    // Whoever succeeds has no failures in their name, and one less from their address.
    let (name, address) = (vec!["name".to_owned()], vec!["address".to_owned()]);
    store.forgive_attempt(1, name, address).await.unwrap();
    assert_eq!(count(&["name", "address"], now() + second * 2).await, Taken::Yes);
    let until = now() + second * 4;
    assert_eq!(count(&["address"], now() + second * 2).await, Taken::NotBefore(until));
    // Many at once gain nothing.
    let many = (0..8).map(|_| count(&["many"], now()));
    let taken = futures_util::future::join_all(many).await;
    assert_eq!(taken.iter().filter(|taken| **taken == Taken::Yes).count(), 2, "{taken:?}");
    // What no longer counts is forgotten.
    store.forget_expired(now(), now() + second * 2 + FAILURES_KEPT).await.unwrap();
    assert_eq!(count(&["address"], now() + second * 2).await, Taken::Yes);
}

pub(crate) async fn places_are_remembered<S: Store>(store: &S) {
    store.add_user(user("u1", "Aïcha", Role::Editor), MOST).await.unwrap();
    let is_known = async |address: &str, at| {
        store.find_user(1, "aïcha", address, at).await.unwrap().unwrap().is_known_there
    };
    assert!(!is_known("203.0.113.7", now()).await);
    assert!(begin(store, LIVE, "s1", "u1", 1).await);
    assert!(is_known("203.0.113.7", now()).await && !is_known("203.0.113.8", now()).await);
    assert!(!is_known("203.0.113.7", now() + PLACES_KEPT).await);
    store.forget_expired(now(), now() + PLACES_KEPT).await.unwrap();
    assert!(!is_known("203.0.113.7", now()).await);
}

pub(crate) async fn the_history_names_people<S: Store>(store: &S) {
    store.add_user(user("u1", "Aïcha", Role::Editor), MOST).await.unwrap();
    write_history_by(store, "u1").await;
    let all = stockroom_server::store::history::Part { after: None, limit: 10 };
    let by = |id: &str| stockroom_server::store::history::HistoryFilter {
        author_id: Some(id.to_owned()),
        ..Default::default()
    };
    let page = store.history(TEST, by("u1"), all).await.unwrap().unwrap();
    let aicha = Some(UserShown { id: "u1".into(), name: "Aïcha".into() });
    assert_eq!((&page.items[0].user, &page.items[0].key), (&aicha, &None));
    assert_eq!(store.history(TEST, by("u2"), all).await.unwrap().unwrap().items, []);
    let all_runs = stockroom_server::store::history::Part { after: None, limit: 10 };
    let runs = store.runs(TEST, None, all_runs).await.unwrap();
    assert_eq!((&runs.items[0].user, &runs.items[0].key), (&aicha, &None));
    // Also once they are gone.
    store.remove_user(1, "u1", Needs::Nobody, now()).await.unwrap();
    let page = store.history(TEST, by("u1"), all).await.unwrap().unwrap();
    assert_eq!(page.items[0].user, aicha);
}
