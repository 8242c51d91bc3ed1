//! Servers on one database behind the load balancers of `deploy/`: clients do not notice that one is killed, or
//! stopped, and are known by their own address.

use std::sync::Mutex;

use crate::balancer::{Balancer, Kind, trusting_anybody};
use crate::cluster::Cluster;
use crate::postgres_faults::{Shop, all, send_all};
use crate::process::Running;

const REQUESTS: usize = 120;

/// Sends writes through a balancer and ends one of its servers in the middle; all are to be done once, and
/// nobody is to be left without an answer.
fn end_one_of_two(kind: Kind, args: &[&str], end: fn(Running)) {
    let shop = Shop::on(Cluster::own_database());
    let args = [args, &["--trusted-proxy", "127.0.0.1"]].concat();
    let (first, second) = (shop.server(&args), shop.server(&args));
    let Some(balancer) = Balancer::start(kind, [&first.url, &second.url]) else { return };
    let first = Mutex::new(Some(first));
    let began = std::time::Instant::now();
    let seen = send_all(std::slice::from_ref(&balancer.url), REQUESTS, |done| {
        if done == 40 {
            end(first.lock().unwrap().take().unwrap());
        }
    });
    eprintln!("{kind:?}: {REQUESTS} requests of 200 items in {:?}: {seen:?}", began.elapsed());
    assert_eq!(seen.nothing, 0, "{seen:?}");
    shop.check_applied_once(&all(REQUESTS));
    drop(second);
}

#[test]
fn behind_haproxy_nobody_notices_that_a_server_is_killed() {
    end_one_of_two(Kind::Haproxy, &[], Running::kill);
}

#[test]
fn behind_nginx_nobody_notices_that_a_server_is_killed() {
    end_one_of_two(Kind::Nginx, &[], Running::kill);
}

#[test]
fn behind_haproxy_a_server_is_stopped_without_a_request_that_fails() {
    end_one_of_two(Kind::Haproxy, &["--shutdown-delay", "3"], |server| assert!(server.stop().0));
}

#[test]
fn behind_nginx_a_server_is_stopped_without_a_request_that_fails() {
    end_one_of_two(Kind::Nginx, &[], |server| assert!(server.stop().0));
}

#[test]
fn a_client_is_known_by_its_address_and_a_large_import_comes_through() {
    for kind in [Kind::Haproxy, Kind::Nginx] {
        let (database, folder) = (Cluster::shared().database(), tempfile::tempdir().unwrap());
        let log = folder.path().join("log");
        let args = ["--demo", "--database", &database.url(), "--trusted-proxy", "127.0.0.1"];
        let server = Running::start_logged(&args, folder.path(), &log);
        let Some(balancer) = Balancer::start(kind, [&server.url, &server.url]) else { continue };
        let agent = trusting_anybody();
        let list = format!("{}/api/v1/dev/store/inventory", balancer.url);
        let answer = agent
            .get(list)
            .header("authorization", "Bearer sk_test_demo")
            .header("x-forwarded-for", "203.0.113.7")
            .call()
            .unwrap();
        assert_eq!(answer.status(), 200);
        let id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
        // The app's own requests are told from those of other sites by the host that they were sent to.
        let signed_in = agent
            .post(format!("{}/api/session", balancer.url))
            .header("origin", &balancer.url)
            .send(r#"{"demo":true}"#)
            .unwrap();
        assert_eq!(signed_in.status(), 200);
        let mut refused = agent
            .post(format!("{}/api/v1/dev/store/products/import-csv", balancer.url))
            .header("authorization", "Bearer sk_test_demo")
            .header("content-type", "text/csv")
            .send("x,".repeat(3 * 1024 * 1024))
            .unwrap();
        let said = refused.body_mut().read_to_string().unwrap();
        assert!(refused.status() == 400 && said.starts_with("{\"success\":false"), "{said:.300}");
        drop(server);
        let log = std::fs::read_to_string(&log).unwrap();
        let line = log.lines().find(|line| line.contains(&id) && line.contains("inventory"));
        assert!(line.is_some_and(|line| line.contains("203.0.113.7")), "{kind:?}: {line:?}");
    }
}
