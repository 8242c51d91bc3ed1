//! Keys: what they open, and what is said where they do not. Each error is asked of every endpoint.

use jiff::SignedDuration;
use stockroom_api::key::{Access, Environment};
use stockroom_api::scope::KeyScopes;
use stockroom_server::app::Settings;
use stockroom_server::client_address::parse_network;
use stockroom_server::clock::Clock as _;
use stockroom_server::limits::Class;
use stockroom_server::routes::{Rule, Verb};
use stockroom_server::store::keys::{Grant, KeyChange, StoreAccess, Switch};

use crate::app::{Answer, BULK, INVENTORY, STRAY, TestApp, spawn_demo, spawn_real};
use crate::endpoints::{address, body, rules};

/// Calls an endpoint with these headers.
fn call(app: &TestApp, rule: &Rule, headers: &[(&str, &str)]) -> Answer {
    let body = body(rule, "T-1");
    app.send(rule.verb.as_str(), &address(rule, "T-1"), headers, body.as_deref())
}

/// Calls an endpoint with a key.
fn call_with(app: &TestApp, rule: &Rule, key: &str) -> Answer {
    call(app, rule, &[("authorization", &format!("Bearer {key}"))])
}

/// Expects every endpoint to refuse these headers.
fn check_all(app: &TestApp, headers: &[(&str, &str)], status: u16, code: &str) {
    for rule in &rules() {
        let answer = call(app, rule, headers);
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{rule:?}");
    }
}

fn check_all_with(app: &TestApp, key: &str, status: u16, code: &str) {
    check_all(app, &[("authorization", &format!("Bearer {key}"))], status, code);
}

#[test]
fn every_rule_is_one_that_an_endpoint_can_have() {
    let rules = rules();
    for (index, rule) in rules.iter().enumerate() {
        let is_get = rule.verb == Verb::Get;
        assert_eq!(rule.terms.scope().unwrap().is_write(), !is_get, "{rule:?}");
        let reads = matches!(rule.terms.class().unwrap(), Class::Read | Class::WebhookRead);
        assert_eq!(reads, is_get, "{rule:?}");
        let twice = |other: &&Rule| other.verb == rule.verb && other.path == rule.path;
        assert!(!rules[..index].iter().any(|other| twice(&other)), "{rule:?}");
    }
}

#[test]
fn an_endpoint_without_a_rule_answers_nobody() {
    let app = spawn_demo();
    let refused = app.get(STRAY);
    assert_eq!((refused.status, refused.code()), (500, "INTERNAL_ERROR".into()));
    assert_eq!(app.send("GET", STRAY, &[], None).code(), "MISSING_CREDENTIALS");
}

#[test]
fn each_fault_of_credentials_has_its_code() {
    let app = spawn_demo();
    check_all(&app, &[], 401, "MISSING_CREDENTIALS");
    check_all(&app, &[("cookie", "stockroom_session=nobody")], 401, "MISSING_CREDENTIALS");
    for header in ["sk_test_demo", "Basic abc", "Bearer ", "Bearer", "Bearer a b"] {
        check_all(&app, &[("authorization", header)], 401, "INVALID_AUTH_HEADER");
    }
    for header in ["Bearer sk_test_other", "bearer demo", "Bearer sk_test_"] {
        check_all(&app, &[("authorization", header)], 401, "INVALID_API_KEY");
    }
    // A key that is wrong is not helped by a session that is right.
    let signed_in = app.send("POST", "/api/session", &[], Some(r#"{"demo":true}"#));
    let cookie = signed_in.header("set-cookie").unwrap().split(';').next().unwrap();
    let headers = [("authorization", "Bearer sk_test_other"), ("cookie", cookie)];
    check_all(&app, &headers, 401, "INVALID_API_KEY");
}

#[test]
fn access_that_is_switched_off_refuses_keys_and_sessions() {
    let app = spawn_real(Settings::default());
    let live = app.key(Environment::Live, Access::Write);
    let test = app.key(Environment::Test, Access::Write);
    let sign_in =
        |key: &str| app.send("POST", "/api/session", &[], Some(&format!(r#"{{"key":"{key}"}}"#)));
    let cookie_of = |answer: &Answer| {
        answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned()
    };
    let (live_session, test_session) = (cookie_of(&sign_in(&live)), cookie_of(&sign_in(&test)));
    let session =
        |cookie: &str| app.send("GET", "/api/session", &[("cookie", cookie)], None).status;
    let reads = |key: &str| {
        let headers = [("authorization", format!("Bearer {key}"))];
        app.send("GET", INVENTORY, &[(headers[0].0, &headers[0].1)], None).status
    };

    app.set_access(StoreAccess { api: Switch::On, live: Switch::Off });
    check_all_with(&app, &live, 403, "LIVE_ACCESS_NOT_APPROVED");
    assert_eq!(sign_in(&live).code(), "LIVE_ACCESS_NOT_APPROVED");
    assert_eq!((session(&live_session), session(&test_session)), (403, 200));
    assert_eq!((reads(&live), reads(&test)), (403, 200));

    app.set_access(StoreAccess { api: Switch::Off, live: Switch::On });
    check_all_with(&app, &live, 403, "API_ACCESS_NOT_ACTIVE");
    check_all_with(&app, &test, 403, "API_ACCESS_NOT_ACTIVE");
    assert_eq!(sign_in(&test).code(), "API_ACCESS_NOT_ACTIVE");
    assert_eq!((session(&live_session), session(&test_session)), (403, 403));
    // Who is not known learns nothing of it.
    check_all_with(&app, "sk_live_other", 401, "INVALID_API_KEY");

    app.set_access(StoreAccess::FULL);
    assert_eq!((session(&live_session), reads(&live), reads(&test)), (200, 200, 200));
}

#[test]
fn a_read_only_key_reads_and_writes_take_a_secret_key() {
    let app = spawn_demo();
    let before = app.get(&format!("{INVENTORY}?limit=100")).text;
    for rule in &rules() {
        let answer = call_with(&app, rule, "pk_test_demo");
        if KeyScopes::unless_said(Access::Read).contains(rule.terms.scope().unwrap()) {
            assert!(matches!(answer.status, 200 | 404), "{rule:?}: {answer:?}");
        } else if rule.verb == Verb::Get {
            // A key that others may see has to be told that it may read this.
            assert_eq!((answer.status, answer.code()), (403, "SCOPE_REQUIRED".into()), "{rule:?}");
        } else {
            let found = (answer.status, answer.code());
            assert_eq!(found, (403, "SECRET_KEY_REQUIRED".into()), "{rule:?}");
        }
    }
    assert_eq!(app.get(&format!("{INVENTORY}?limit=100")).text, before);
}

#[test]
fn every_endpoint_takes_its_own_scope_and_no_other() {
    let app = spawn_real(Settings::default());
    let all = KeyScopes::of(Access::Write);
    for rule in &rules() {
        let scope = rule.terms.scope().unwrap();
        let key = |scopes: KeyScopes| {
            app.key_with(Environment::Test, Access::Write, |row| row.grant = Grant::Only(scopes))
        };
        let others = key(all.iter().filter(|other| *other != scope).collect());
        let refused = call_with(&app, rule, &others);
        assert_eq!((refused.status, refused.code()), (403, "SCOPE_REQUIRED".into()), "{rule:?}");
        let message = refused.json()["error"]["message"].as_str().unwrap().to_owned();
        assert!(message.contains(scope.as_str()), "{message}");
        let taken = call_with(&app, rule, &key(KeyScopes::from_iter([scope])));
        assert!(!matches!(taken.status, 401 | 403 | 405 | 500), "{rule:?}: {taken:?}");
    }
}

#[test]
fn a_key_works_from_its_own_addresses_only() {
    let proxies = vec![parse_network("127.0.0.1").unwrap()];
    let app = spawn_real(Settings { trusted_proxies: proxies, ..Settings::default() });
    let key = app.key_with(Environment::Live, Access::Write, |row| {
        let networks = ["203.0.113.7", "10.0.0.0/8", "2001:db8::/32"];
        row.networks = networks.map(|text| parse_network(text).unwrap()).to_vec();
    });
    let bearer = format!("Bearer {key}");
    let from = |address: &'static str| {
        [("authorization", bearer.clone()), ("x-forwarded-for", address.to_owned())]
    };
    let headers =
        |pairs: &[(&'static str, String); 2]| pairs.clone().map(|(name, value)| (name, value));
    let read = |address: &'static str| {
        let pairs = headers(&from(address));
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(n, v)| (*n, v.as_str())).collect();
        app.send("GET", INVENTORY, &pairs, None)
    };
    for address in ["203.0.113.7", "10.20.30.40", "::ffff:10.1.1.1", "2001:db8:1::9"] {
        assert_eq!(read(address).status, 200, "{address}");
    }
    for address in ["203.0.113.8", "11.0.0.1", "2001:db9::1"] {
        let refused = read(address);
        assert_eq!((refused.status, refused.code()), (403, "IP_NOT_ALLOWED".into()));
        assert!(refused.text.contains(address), "{refused:?}");
    }
    // What the client says before its proxy counts for nothing.
    assert_eq!(read("203.0.113.7, 11.0.0.1").status, 403);
    check_all_with(&app, &key, 403, "IP_NOT_ALLOWED");

    // A session has the addresses of its key, those that it got later too.
    let sign_in = |address: &str| {
        let body = format!(r#"{{"key":"{key}"}}"#);
        app.send("POST", "/api/session", &[("x-forwarded-for", address)], Some(&body))
    };
    assert_eq!(sign_in("11.0.0.1").code(), "IP_NOT_ALLOWED");
    let signed_in = sign_in("10.0.0.1");
    let cookie = signed_in.header("set-cookie").unwrap().split(';').next().unwrap();
    let session = |address: &str| {
        let headers = [("cookie", cookie), ("x-forwarded-for", address)];
        app.send("GET", "/api/session", &headers, None).status
    };
    assert_eq!((session("10.0.0.2"), session("11.0.0.1")), (200, 403));
    let networks = Some(vec![parse_network("11.0.0.0/24").unwrap()]);
    app.change_key(&key, KeyChange { networks, ..KeyChange::default() });
    assert_eq!((session("10.0.0.2"), session("11.0.0.1")), (403, 200));
    let networks = Some(Vec::new());
    app.change_key(&key, KeyChange { networks, ..KeyChange::default() });
    assert_eq!((session("10.0.0.2"), session("192.0.2.1")), (200, 200));
}

#[test]
fn nobody_but_a_trusted_proxy_says_from_where_a_key_is_used() {
    let app = spawn_real(Settings::default());
    let key = app.key_with(Environment::Test, Access::Read, |row| {
        row.networks = vec![parse_network("203.0.113.7").unwrap()];
    });
    let bearer = format!("Bearer {key}");
    let headers = [("authorization", bearer.as_str()), ("x-forwarded-for", "203.0.113.7")];
    let refused = app.send("GET", INVENTORY, &headers, None);
    assert_eq!(refused.code(), "IP_NOT_ALLOWED");
    assert!(refused.text.contains("127.0.0.1"), "{refused:?}");
}

#[test]
fn faults_are_told_in_the_order_in_which_they_are_mended() {
    let app = spawn_real(Settings::default());
    // Live, read only, without the scope and from elsewhere.
    let key = app.key_with(Environment::Live, Access::Read, |row| {
        row.grant = Grant::Only(KeyScopes::default());
        row.networks = vec![parse_network("203.0.113.7").unwrap()];
    });
    let bearer = format!("Bearer {key}");
    let code = |method: &str, path: &str| {
        app.send(method, path, &[("authorization", &bearer)], None).code()
    };
    let write = || code("PATCH", BULK);
    app.set_access(StoreAccess { api: Switch::Off, live: Switch::Off });
    assert_eq!(write(), "API_ACCESS_NOT_ACTIVE");
    app.set_access(StoreAccess { api: Switch::On, live: Switch::Off });
    assert_eq!(write(), "LIVE_ACCESS_NOT_APPROVED");
    app.set_access(StoreAccess::FULL);
    assert_eq!(write(), "IP_NOT_ALLOWED");
    app.change_key(&key, KeyChange { networks: Some(Vec::new()), ..KeyChange::default() });
    assert_eq!(
        (write(), code("GET", INVENTORY)),
        ("SECRET_KEY_REQUIRED".into(), "SCOPE_REQUIRED".into())
    );
}

#[test]
fn demo_keys_work_in_demo_stores_only() {
    let app = spawn_real(Settings::default());
    check_all_with(&app, "sk_test_demo", 401, "INVALID_API_KEY");
}

#[test]
fn a_revoked_key_opens_nothing() {
    let app = spawn_real(Settings::default());
    let key = app.key(Environment::Live, Access::Write);
    assert_eq!(call_with(&app, &rules()[1], &key).status, 200);
    app.revoke(&key);
    check_all_with(&app, &key, 401, "INVALID_API_KEY");
}

#[test]
fn after_a_rotation_the_old_secret_works_as_long_as_was_said() {
    let app = spawn_real(Settings::default());
    let reads = |key: &str| {
        let bearer = format!("Bearer {key}");
        app.send("GET", INVENTORY, &[("authorization", &bearer)], None).status
    };
    let sign_in = |key: &str| {
        let body = format!(r#"{{"key":"{key}"}}"#);
        let answer = app.send("POST", "/api/session", &[], Some(&body));
        answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned()
    };
    let session =
        |cookie: &str| app.send("GET", "/api/session", &[("cookie", cookie)], None).status;
    let old = app.key(Environment::Live, Access::Write);
    let new = format!("sk_live_{}", "1".repeat(64));
    let newest = format!("sk_live_{}", "2".repeat(64));
    let before = sign_in(&old);
    app.rotate(&old, &new, Some(app.clock.now() + SignedDuration::from_hours(1)));
    let meanwhile = sign_in(&old);
    let after = sign_in(&new);
    assert_eq!((reads(&old), reads(&new)), (200, 200));
    assert_eq!([&before, &meanwhile, &after].map(|cookie| session(cookie)), [200; 3]);
    app.clock.advance(SignedDuration::from_hours(1));
    assert_eq!((reads(&old), reads(&new)), (401, 200));
    assert_eq!([&before, &meanwhile, &after].map(|cookie| session(cookie)), [401, 401, 200]);
    app.rotate(&new, &newest, None);
    assert_eq!((reads(&new), reads(&newest), session(&after)), (401, 200, 401));
}
