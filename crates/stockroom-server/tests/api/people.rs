//! People as a test signs them in.

use serde_json::json;
use stockroom_api::account::{Password, Role};
use stockroom_api::path;
use stockroom_server::accounts::names::user_name;
use stockroom_server::accounts::passwords::Hashing;
use stockroom_server::clock::Clock as _;
use stockroom_server::random::{SystemRandom, new_id};
use stockroom_server::store::accounts::{Accounts as _, NewUser, UserAdded};

use crate::app::{Answer, TestApp};

/// The password of everybody, until it is changed.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// Somebody who is signed in.
pub(crate) struct SignedIn<'a> {
    pub(crate) app: &'a TestApp,
    pub(crate) cookie: String,
}

/// Adds a person, and returns their id.
pub(crate) fn add(app: &TestApp, name: &str, role: Role) -> String {
    let created_at = app.clock.now();
    let id = new_id(&SystemRandom, created_at);
    let user_id = id.clone();
    let added = app.with_store(async |store| {
        let hashed = Hashing::default().hash(&Password::new(PASSWORD), &SystemRandom).await;
        let user = NewUser {
            store_id: 1,
            id: user_id,
            name: user_name(name),
            role,
            password: hashed.unwrap(),
            created_at,
        };
        store.add_user(user, 100).await.unwrap()
    });
    assert_eq!(added, UserAdded::Done);
    id
}

/// Tries to sign in for test data, from this address where the server trusts this one as a proxy.
pub(crate) fn try_from(app: &TestApp, address: &str, name: &str, password: &str) -> Answer {
    let body = json!({"name": name, "password": password, "environment": "test"}).to_string();
    let headers = [("x-forwarded-for", address), ("user-agent", "Firefox/140.0 (Windows)")];
    app.send("POST", path::SESSION, &headers, Some(&body))
}

pub(crate) fn try_to(app: &TestApp, name: &str, password: &str) -> Answer {
    try_from(app, "203.0.113.7", name, password)
}

/// Signs in for test data.
pub(crate) fn sign_in<'a>(app: &'a TestApp, name: &str) -> SignedIn<'a> {
    SignedIn { app, cookie: cookie(&try_to(app, name, PASSWORD)) }
}

/// Returns the cookie that an answer gives, as the browser sends it.
pub(crate) fn cookie(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{answer:?}");
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.contains("; HttpOnly") && cookie.contains("; SameSite=Strict"), "{cookie}");
    cookie.split(';').next().unwrap().to_owned()
}

impl SignedIn<'_> {
    pub(crate) fn call(&self, method: &str, path: &str, body: Option<&str>) -> Answer {
        let headers = [
            ("cookie", self.cookie.as_str()),
            ("x-stockroom", "1"),
            ("origin", self.app.url.as_str()),
        ];
        self.app.send(method, path, &headers, body)
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.call("GET", path, None)
    }

    /// Returns the status of asking who is signed in.
    pub(crate) fn status(&self) -> u16 {
        self.get(path::SESSION).status
    }
}
