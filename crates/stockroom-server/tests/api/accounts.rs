//! Signing in by name and password, one's own sessions and password.

use std::time::{Duration, Instant};

use jiff::SignedDuration;
use serde_json::{Value, json};
use stockroom_api::account::Role;
use stockroom_api::{code::ErrorCode, path};
use stockroom_server::app::Settings;
use stockroom_server::client_address::parse_network;
use stockroom_server::store::keys::{StoreAccess, Switch};

use crate::app::{TestApp, spawn_real};
use crate::people::{PASSWORD, add, cookie, sign_in, try_from, try_to};

/// A server that believes what this machine says of addresses.
fn behind_proxy() -> Settings {
    let proxies = vec![parse_network("127.0.0.1").unwrap()];
    Settings { trusted_proxies: proxies, ..Settings::default() }
}

fn spawn() -> TestApp {
    spawn_real(behind_proxy())
}

#[test]
fn a_name_and_a_password_open_the_data_that_is_chosen() {
    let app = spawn();
    let tells_people =
        || app.send("GET", path::CAPABILITIES, &[], None).json()["data"]["people"].clone();
    assert_eq!(tells_people(), false);
    let id = add(&app, "Aïcha", Role::Editor);
    assert_eq!(tells_people(), true);
    let answer = try_to(&app, " AÏCHA ", PASSWORD);
    let told = answer.json()["data"].clone();
    assert_eq!((&told["environment"], &told["readOnly"]), (&json!("test"), &json!(false)));
    assert_eq!(told["user"], json!({"id": id, "name": "Aïcha", "role": "editor"}));
    assert_eq!(sign_in(&app, "aïcha").get(path::SESSION).json()["data"], told);
    let body = json!({"name": "Aïcha", "password": PASSWORD}).to_string();
    let live = app.send("POST", path::SESSION, &[], Some(&body));
    assert_eq!(live.json()["data"]["environment"], "live");
    assert!(!answer.text.contains(PASSWORD));
    // Another site cannot sign somebody in.
    let foreign = [("origin", "https://evil.example")];
    assert_eq!(app.send("POST", path::SESSION, &foreign, Some(&body)).code(), "CROSS_SITE");
    // Signing in anew ends the session that the browser had.
    let before = sign_in(&app, "Aïcha");
    let again = app.send("POST", path::SESSION, &[("cookie", &before.cookie)], Some(&body));
    assert_eq!((again.status, before.status()), (200, 401));
}

#[test]
fn all_refusals_say_the_same() {
    let app = spawn();
    add(&app, "Aïcha", Role::Owner);
    let wrong = try_to(&app, "Aïcha", "wrong horse battery");
    assert_eq!((wrong.status, wrong.code()), (401, "SIGN_IN_REFUSED".into()));
    assert_eq!(wrong.header("set-cookie"), None);
    let unknown = try_to(&app, "Nobody", PASSWORD);
    assert_eq!((unknown.status, &unknown.text), (401, &wrong.text));
    let owner = sign_in(&app, "Aïcha");
    let id = add(&app, "Sow", Role::Viewer);
    let off = owner.call("PATCH", &path::user(&id), Some(r#"{"disabled":true}"#));
    assert_eq!(off.json()["data"]["disabled"], true);
    assert_eq!(try_to(&app, "Sow", PASSWORD).text, wrong.text);
    assert_eq!(owner.call("DELETE", &path::user(&id), None).status, 200);
    assert_eq!(try_to(&app, "Sow", PASSWORD).text, wrong.text);
}

#[test]
fn a_book_in_place_of_a_name_or_a_password_is_refused_like_the_rest() {
    let app = spawn();
    add(&app, "Aïcha", Role::Owner);
    let book = "\u{fdfa}".repeat(500_000);
    for (name, password) in [
        (book.as_str(), PASSWORD),
        ("Aïcha", &format!("{PASSWORD}{}", "y".repeat(1_000_000))),
        (&format!("Aïcha{}", "y".repeat(200)), PASSWORD),
    ] {
        let answer = try_to(&app, name, password);
        assert_eq!((answer.status, answer.code()), (401, "SIGN_IN_REFUSED".into()));
    }
}

#[test]
fn whether_somebody_has_a_name_cannot_be_told_by_the_time_that_it_takes() {
    let app = spawn();
    let took = |name: &str, address: usize| {
        let began = Instant::now();
        let address = format!("198.51.100.{address}");
        assert_eq!(try_from(&app, &address, name, "wrong horse battery").status, 401);
        began.elapsed()
    };
    let (mut known, mut unknown): (Vec<Duration>, Vec<Duration>) = (Vec::new(), Vec::new());
    for round in 0..15 {
        // A name of its own each time, so that nobody has to wait.
        add(&app, &format!("known {round}"), Role::Viewer);
        known.push(took(&format!("known {round}"), round));
        unknown.push(took(&format!("other {round}"), round));
    }
    known.sort();
    unknown.sort();
    let (known, unknown) = (known[7].as_secs_f64(), unknown[7].as_secs_f64());
    // A look at a name alone would take a hundredth of a hash.
    assert!(known < 2.0 * unknown && unknown < 2.0 * known, "{known} {unknown}");
}

#[test]
fn failures_make_wait_longer_and_longer_whichever_process_is_asked() {
    let app = spawn();
    let twin = app.twin(behind_proxy());
    add(&app, "Aïcha", Role::Owner);
    for failure in 0..6 {
        let one = if failure % 2 == 0 { &app } else { &twin };
        let address = format!("198.51.100.{failure}");
        assert_eq!(try_from(one, &address, "Aïcha", "wrong horse battery").status, 401);
    }
    for one in [&app, &twin] {
        let refused = try_from(one, "198.51.100.9", "aïcha", PASSWORD);
        assert_eq!((refused.status, refused.code()), (429, "TOO_MANY_ATTEMPTS".into()));
        assert_eq!(refused.header("retry-after"), Some("2"));
    }
    app.clock.advance(SignedDuration::from_secs(2));
    assert_eq!(try_from(&twin, "198.51.100.9", "Aïcha", "wrong horse battery").status, 401);
    let refused = try_from(&app, "198.51.100.9", "Aïcha", PASSWORD);
    assert_eq!(refused.header("retry-after"), Some("4"));
    // Waits have a bound, and end by themselves.
    for _ in 0..12 {
        app.clock.advance(SignedDuration::from_mins(5));
        assert_eq!(try_from(&app, "198.51.100.9", "Aïcha", "wrong horse battery").status, 401);
    }
    let refused = try_from(&app, "198.51.100.8", "Aïcha", PASSWORD);
    assert_eq!(refused.header("retry-after"), Some("300"));
    app.clock.advance(SignedDuration::from_mins(5));
    assert_eq!(try_from(&app, "198.51.100.8", "Aïcha", PASSWORD).status, 200);
}

#[test]
fn nobody_keeps_somebody_else_out() {
    let app = spawn();
    add(&app, "Aïcha", Role::Owner);
    sign_in(&app, "Aïcha");
    for failure in 0..6 {
        let address = format!("198.51.100.{failure}");
        assert_eq!(try_from(&app, &address, "Aïcha", "wrong horse battery").status, 401);
    }
    assert_eq!(try_from(&app, "198.51.100.9", "Aïcha", PASSWORD).status, 429);
    // From where she has signed in before she still can.
    assert_eq!(try_to(&app, "Aïcha", PASSWORD).status, 200);
}

#[test]
fn an_address_that_tries_many_names_has_to_wait() {
    let app = spawn();
    add(&app, "Aïcha", Role::Owner);
    for failure in 0..21 {
        let answer = try_to(&app, &format!("name {failure}"), "wrong horse battery");
        assert_eq!(answer.status, 401, "{failure}");
    }
    let refused = try_to(&app, "Aïcha", PASSWORD);
    assert_eq!(
        (refused.code(), refused.header("retry-after")),
        ("TOO_MANY_ATTEMPTS".into(), Some("2"))
    );
    assert_eq!(try_from(&app, "203.0.113.8", "Aïcha", PASSWORD).status, 200);
}

#[test]
fn many_attempts_at_once_gain_nothing() {
    let app = spawn();
    add(&app, "Aïcha", Role::Owner);
    let tries = |address: usize| {
        let address = format!("198.51.100.{address}");
        try_from(&app, &address, "Aïcha", "wrong horse battery").status
    };
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..16).map(|n| scope.spawn(move || tries(n))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let taken = statuses.iter().filter(|status| **status == 401).count();
    assert!(
        taken == 6 && statuses.iter().all(|status| matches!(status, 401 | 429)),
        "{statuses:?}"
    );
}

#[test]
fn ones_own_sessions_are_listed_and_ended() {
    let app = spawn();
    add(&app, "Aïcha", Role::Viewer);
    add(&app, "Sow", Role::Viewer);
    let here = sign_in(&app, "Aïcha");
    app.clock.advance(SignedDuration::from_mins(10));
    let (there, elsewhere) = (sign_in(&app, "Aïcha"), sign_in(&app, "Aïcha"));
    let other = sign_in(&app, "Sow");
    let list = || here.get(path::OWN_SESSIONS).json()["data"]["items"].clone();
    let listed = list();
    assert_eq!(listed.as_array().unwrap().len(), 3);
    let current = |row: &&Value| row["current"] == true;
    let mine = listed.as_array().unwrap().iter().find(current).unwrap();
    assert_eq!(
        (&mine["device"], &mine["environment"], &mine["beganAt"], &mine["lastUsedAt"]),
        (
            &json!("Firefox, Windows"),
            &json!("test"),
            &json!("2026-11-23T08:00:00.000Z"),
            &json!("2026-11-23T08:10:00.000Z")
        )
    );
    let strange = other.get(path::OWN_SESSIONS).json()["data"]["items"][0]["id"].clone();
    let end = |id: &Value| here.call("DELETE", &path::own_session(id.as_str().unwrap()), None);
    assert_eq!(end(&strange).code(), "SESSION_NOT_FOUND");
    let first = there.get(path::OWN_SESSIONS).json()["data"]["items"].clone();
    let first = first.as_array().unwrap().iter().find(current).unwrap()["id"].clone();
    assert_eq!(end(&first).json()["data"]["ended"], 1);
    assert_eq!((there.status(), elsewhere.status(), here.status()), (401, 200, 200));
    assert_eq!(here.call("DELETE", path::OWN_SESSIONS, None).json()["data"]["ended"], 1);
    assert_eq!((elsewhere.status(), here.status(), other.status()), (401, 200, 200));
    assert_eq!(list().as_array().unwrap().len(), 1);
    // Only the app itself ends sessions.
    let foreign = [("cookie", here.cookie.as_str()), ("origin", "https://evil.example")];
    assert_eq!(app.send("DELETE", path::OWN_SESSIONS, &foreign, None).code(), "CROSS_SITE");
    assert_eq!(here.call("DELETE", path::SESSION, None).status, 200);
    assert_eq!(here.status(), 401);
}

#[test]
fn a_session_lasts_12_hours_without_use_and_30_days_with_it() {
    let app = spawn();
    add(&app, "Aïcha", Role::Viewer);
    let session = sign_in(&app, "Aïcha");
    app.clock.advance(SignedDuration::from_hours(13));
    assert_eq!(session.status(), 401);
    let session = sign_in(&app, "Aïcha");
    for _ in 0..71 {
        app.clock.advance(SignedDuration::from_hours(10));
        assert_eq!(session.status(), 200);
    }
    app.clock.advance(SignedDuration::from_hours(10));
    assert_eq!(session.status(), 401);
}

#[test]
fn changing_ones_password_takes_the_old_one_and_ends_all_other_sessions() {
    let app = spawn();
    add(&app, "Aïcha", Role::Viewer);
    let (here, there) = (sign_in(&app, "Aïcha"), sign_in(&app, "Aïcha"));
    let change = |current: &str, password: &str| {
        let body = json!({"current": current, "password": password}).to_string();
        here.call("PUT", path::OWN_PASSWORD, Some(&body))
    };
    let new = "battery horse correct";
    assert_eq!(change("wrong horse battery", new).code(), "WRONG_PASSWORD");
    assert_eq!(change(PASSWORD, "short").path(), "password");
    assert_eq!(change(PASSWORD, "Aïcha 12345").path(), "password");
    assert_eq!(there.status(), 200);
    let changed = change(PASSWORD, new);
    let fresh = cookie(&changed);
    assert_eq!((here.status(), there.status()), (401, 401));
    assert_eq!(app.send("GET", path::SESSION, &[("cookie", &fresh)], None).status, 200);
    assert_eq!(try_to(&app, "Aïcha", PASSWORD).status, 401);
    assert_eq!(try_to(&app, "Aïcha", new).status, 200);
}

#[test]
fn guessing_the_password_in_an_open_session_is_slowed_too() {
    let app = spawn();
    add(&app, "Aïcha", Role::Viewer);
    let session = sign_in(&app, "Aïcha");
    let body = json!({"current": "wrong horse battery", "password": "battery horse correct"});
    let guess = || session.call("PUT", path::OWN_PASSWORD, Some(&body.to_string())).status;
    assert_eq!(
        (0..8).map(|_| guess()).collect::<Vec<_>>(),
        [403, 403, 403, 403, 403, 403, 429, 429]
    );
}

#[test]
fn access_that_is_switched_off_is_off_for_people_too() {
    let app = spawn();
    add(&app, "Aïcha", Role::Owner);
    let session = sign_in(&app, "Aïcha");
    app.set_access(StoreAccess { api: Switch::On, live: Switch::Off });
    let body = json!({"name": "Aïcha", "password": PASSWORD, "environment": "live"}).to_string();
    let live = app.send("POST", path::SESSION, &[], Some(&body));
    assert_eq!((live.code(), session.status()), ("LIVE_ACCESS_NOT_APPROVED".into(), 200));
    app.set_access(StoreAccess { api: Switch::Off, live: Switch::On });
    assert_eq!(session.get(path::SESSION).code(), "API_ACCESS_NOT_ACTIVE");
    assert_eq!(try_to(&app, "Aïcha", PASSWORD).code(), "API_ACCESS_NOT_ACTIVE");
    let wrong = try_to(&app, "Aïcha", "wrong horse battery").code();
    assert_eq!(wrong, ErrorCode::SignInRefused.as_str());
}
