//! Who may sign in, and what each role opens. Each rule is asked of every endpoint.

use serde_json::json;
use stockroom_api::account::Role;
use stockroom_api::key::{Access, Environment};
use stockroom_api::path;
use stockroom_server::app::Settings;
use stockroom_server::routes::Terms;

use crate::app::{BULK, spawn_real};
use crate::endpoints::{address, body, people_rules, rules};
use crate::people::{PASSWORD, add, sign_in, try_to};

#[test]
fn every_endpoint_opens_to_the_roles_that_have_its_scope() {
    let app = spawn_real(Settings::default());
    for role in Role::ALL {
        add(&app, role.as_str(), role);
        let session = sign_in(&app, role.as_str());
        for rule in &rules() {
            let body = body(rule, "T-1");
            let answer = session.call(rule.verb.as_str(), &address(rule, "T-1"), body.as_deref());
            if role.scopes().contains(rule.terms.scope().unwrap()) {
                let is_open = !matches!(answer.status, 401 | 403 | 405 | 500);
                assert!(is_open, "{role} {rule:?}: {answer:?}");
            } else {
                assert_eq!(
                    (answer.status, answer.code()),
                    (403, "ROLE_REQUIRED".into()),
                    "{role} {rule:?}"
                );
            }
        }
    }
}

#[test]
fn every_endpoint_for_people_takes_its_role_and_no_key() {
    let app = spawn_real(Settings::default());
    let key = app.key(Environment::Test, Access::Write);
    let bearer = format!("Bearer {key}");
    for rule in &people_rules() {
        let Terms::Person(least) = rule.terms else { panic!("{rule:?}") };
        let (method, address) = (rule.verb.as_str(), address(rule, "nobody"));
        let body = body(rule, "T-1");
        let nobody = app.send(method, &address, &[], body.as_deref());
        assert_eq!((nobody.status, nobody.code()), (401, "MISSING_CREDENTIALS".into()));
        let by_key = app.send(method, &address, &[("authorization", &bearer)], body.as_deref());
        assert_eq!((by_key.status, by_key.code()), (403, "PERSON_REQUIRED".into()), "{rule:?}");
        for role in Role::ALL {
            let name = format!("{role} {method} {address}");
            add(&app, &name, role);
            let session = sign_in(&app, &name);
            let headers = [("cookie", session.cookie.as_str())];
            let foreign = app.send(method, &address, &headers, body.as_deref());
            let answer = session.call(method, &address, body.as_deref());
            if role < least {
                assert_eq!((answer.status, answer.code()), (403, "ROLE_REQUIRED".into()), "{name}");
            } else {
                let is_open = !matches!(answer.status, 401 | 405 | 500);
                let code = if answer.status >= 400 { answer.code() } else { String::new() };
                assert!(is_open && code != "ROLE_REQUIRED", "{name}: {answer:?}");
            }
            if method != "GET" {
                assert_eq!(foreign.code(), "CROSS_SITE", "{name}");
            }
        }
    }
}

#[test]
fn owners_add_change_and_remove_people() {
    let app = spawn_real(Settings::default());
    let own_id = add(&app, "Mint", Role::Owner);
    let owner = sign_in(&app, "Mint");
    let create = |body: &str| owner.call("POST", path::USERS, Some(body));
    let body = json!({"name": "Aïcha", "role": "editor", "password": PASSWORD}).to_string();
    let added = create(&body);
    assert_eq!(added.status, 201, "{added:?}");
    let user = added.json()["data"].clone();
    assert_eq!(
        (&user["name"], &user["role"], &user["disabled"], &user["sessions"]),
        (&json!("Aïcha"), &json!("editor"), &json!(false), &json!(0))
    );
    assert!(!added.text.contains(PASSWORD) && !added.text.contains("argon2"));
    let again = create(&body.replace("Aïcha", "aÏcha"));
    assert_eq!(
        (again.status, again.code(), again.path()),
        (409, "USER_NAME_TAKEN".into(), json!("name"))
    );
    for (body, path) in [
        (json!({"name": "", "role": "editor", "password": PASSWORD}), "name"),
        (json!({"name": "B", "role": "king", "password": PASSWORD}), "role"),
        (json!({"name": "B", "role": "editor", "password": "short"}), "password"),
        (json!({"name": "B", "role": "editor", "password": "password123"}), "password"),
    ] {
        assert_eq!(create(&body.to_string()).path(), path, "{body}");
    }
    let id = user["id"].as_str().unwrap();
    let aicha = sign_in(&app, "Aïcha");
    let listed = owner.get(path::USERS).json()["data"]["items"].clone();
    let names: Vec<&str> =
        listed.as_array().unwrap().iter().map(|user| user["name"].as_str().unwrap()).collect();
    assert_eq!((names, &listed[0]["sessions"]), (vec!["Aïcha", "Mint"], &json!(1)));

    let change = |id: &str, body: &str| owner.call("PATCH", &path::user(id), Some(body));
    assert_eq!(change(id, "{}").status, 400);
    assert_eq!(change(id, r#"{"name":"Mint"}"#).code(), "USER_NAME_TAKEN");
    assert_eq!(change("nobody", r#"{"role":"viewer"}"#).code(), "USER_NOT_FOUND");
    // What a role loses is lost at once.
    let write =
        || aicha.call("PATCH", BULK, Some(r#"{"items":[{"externalId":"A","quantityDelta":1}]}"#));
    assert_eq!(write().status, 200);
    assert_eq!(change(id, r#"{"role":"viewer"}"#).json()["data"]["role"], "viewer");
    assert_eq!(write().code(), "ROLE_REQUIRED");
    assert_eq!(change(id, r#"{"disabled":true}"#).status, 200);
    assert_eq!((aicha.status(), try_to(&app, "Aïcha", PASSWORD).status), (401, 401));
    assert_eq!(change(id, r#"{"disabled":false,"name":"Aïcha Sow"}"#).status, 200);
    let aicha = sign_in(&app, "aïcha sow");

    let reset = |password: &str| {
        let body = json!({"password": password}).to_string();
        owner.call("PUT", &path::user_password(id), Some(&body))
    };
    assert_eq!(reset("aïcha sow 1").path(), "password");
    assert_eq!(reset("battery horse correct").status, 200);
    assert_eq!((aicha.status(), try_to(&app, "Aïcha Sow", PASSWORD).status), (401, 401));
    assert_eq!(try_to(&app, "Aïcha Sow", "battery horse correct").status, 200);

    // The last owner stays one.
    for body in [r#"{"role":"editor"}"#, r#"{"disabled":true}"#] {
        assert_eq!(
            (change(&own_id, body).status, change(&own_id, body).code()),
            (409, "LAST_OWNER".into())
        );
    }
    assert_eq!(owner.call("DELETE", &path::user(&own_id), None).code(), "LAST_OWNER");
    assert_eq!(owner.call("DELETE", &path::user(id), None).status, 200);
    assert_eq!(owner.call("DELETE", &path::user(id), None).code(), "USER_NOT_FOUND");
    assert_eq!(owner.get(path::USERS).json()["data"]["items"].as_array().unwrap().len(), 1);
}

#[test]
fn owners_end_the_sessions_of_others() {
    let app = spawn_real(Settings::default());
    add(&app, "Mint", Role::Owner);
    let id = add(&app, "Sow", Role::Viewer);
    let owner = sign_in(&app, "Mint");
    let (one, two) = (sign_in(&app, "Sow"), sign_in(&app, "Sow"));
    let listed = owner.get(&path::user_sessions(&id)).json()["data"]["items"].clone();
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["current"]), (2, &json!(false)));
    let session = listed[0]["id"].as_str().unwrap();
    let end = |path: &str| owner.call("DELETE", path, None);
    assert_eq!(end(&path::user_session("nobody", session)).code(), "USER_NOT_FOUND");
    assert_eq!(end(&path::user_session(&id, "nothing")).code(), "SESSION_NOT_FOUND");
    assert_eq!(end(&path::user_session(&id, session)).json()["data"]["ended"], 1);
    assert_eq!(one.status().min(two.status()), 200);
    assert_eq!(one.status().max(two.status()), 401);
    assert_eq!(end(&path::user_sessions(&id)).json()["data"]["ended"], 1);
    assert_eq!((one.status(), two.status(), owner.status()), (401, 401, 200));
    assert_eq!(end(&path::user_sessions("nobody")).code(), "USER_NOT_FOUND");
    assert_eq!(owner.get(&path::user_sessions("nobody")).code(), "USER_NOT_FOUND");
}

#[test]
fn the_history_names_the_person() {
    let app = spawn_real(Settings::default());
    let id = add(&app, "Aïcha", Role::Editor);
    let session = sign_in(&app, "Aïcha");
    let product = r#"{"name":"Thé","price":1,"externalId":"A","quantity":1}"#;
    assert_eq!(session.call("POST", path::PRODUCTS, Some(product)).status, 201);
    let key = app.key(Environment::Test, Access::Write);
    let bearer = format!("Bearer {key}");
    let by_key = |path: &str, method: &str, body: Option<&str>| {
        app.send(method, path, &[("authorization", &bearer)], body)
    };
    let plus = r#"{"items":[{"externalId":"A","quantityDelta":1}]}"#;
    assert_eq!(by_key(BULK, "PATCH", Some(plus)).status, 200);
    let items = |query: &str| {
        let page = by_key(&format!("{}{query}", path::HISTORY), "GET", None);
        page.json()["data"]["items"].as_array().unwrap().clone()
    };
    let all = items("");
    assert_eq!((&all[0]["user"], &all[0]["key"]["name"]), (&json!(null), &json!("test")));
    assert_eq!(
        (&all[1]["user"], &all[1]["key"]),
        (&json!({"id": id, "name": "Aïcha"}), &json!(null))
    );
    assert_eq!(all[1]["bySession"], true);
    assert_eq!(items(&format!("?userId={id}")), all[1..]);
    assert_eq!(items(&format!("?keyId={}", app.id_of(&key))), all[..1]);
    assert_eq!(items("?productId=A&userId=nobody"), [json!(null); 0]);
    // Nothing was changed by two at once.
    assert_eq!(items(&format!("?keyId=a&userId={id}")), [json!(null); 0]);
}
