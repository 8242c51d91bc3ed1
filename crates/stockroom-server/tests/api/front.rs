//! A gateway in front of a test's server, where [`crate::place`] says that there is one.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use stockroom_api::key::{Access, Environment};
use stockroom_server::app::{App, Settings};
use stockroom_server::commands::{make_key, new_secret};
use stockroom_server::gateway::address::{Address, Keys, Plain};
use stockroom_server::gateway::queue::Bounds;
use stockroom_server::gateway::{Gateway, Upstream};
use stockroom_server::router::router;
use stockroom_server::store::Store as _;
use stockroom_server::store::data::Scope;
use stockroom_server::store::keys::NewKey;

use crate::place::TestStore;

/// The keys by which a gateway is known, for live and test data.
const GATEWAY_KEYS: [&str; 2] = ["sk_live_of_the_gateway", "sk_test_of_the_gateway"];

/// Starts a server that passes requests on to the one at `url`, and returns its address. It knows the
/// same keys and people.
pub(crate) async fn serve_before(app: &App<TestStore>, url: &str) -> String {
    let gateway = Gateway::new(Upstream {
        address: Address::parse(url, Plain::Loopback).unwrap(),
        keys: Keys::parse(&GATEWAY_KEYS.join(",")).unwrap(),
        roots: None,
        time: Duration::from_mins(1),
        bounds: Bounds::default(),
    });
    let settings = Settings { limits: None, ..Settings::clone(&app.settings) };
    let front = App {
        settings: Arc::new(settings),
        gateway: Some(Arc::new(gateway.unwrap())),
        ..app.clone()
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let service = router(front).into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    url
}

/// Makes the keys by which a gateway is known.
pub(crate) async fn add_gateway_keys(store: &TestStore) {
    for (key, environment) in GATEWAY_KEYS.into_iter().zip([Environment::Live, Environment::Test]) {
        let (_, row) = make_key(Scope { store_id: 1, environment }, Access::Write, "gateway");
        store.create_key(NewKey { secret: new_secret(key), ..row }).await.unwrap();
    }
}
