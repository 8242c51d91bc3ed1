//! A server of a test's own, on a port of its own, with a clock that the test moves.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use stockroom_api::key::{Access, Environment};
use stockroom_server::accounts::passwords::Hashing;
use stockroom_server::app::{App, Demo, Settings};
use stockroom_server::auth::Allowed;
use stockroom_server::clock::Clock;
use stockroom_server::commands::demo::create_demo;
use stockroom_server::commands::{make_key, new_secret};
use stockroom_server::idempotency::InFlight;
use stockroom_server::limits::Limits;
use stockroom_server::random::{Random, SystemRandom};
use stockroom_server::readiness::Readiness;
use stockroom_server::router::{metrics_router, router};
use stockroom_server::store::data::{Scope, StoreKind};
use stockroom_server::store::keys::{KeyChange, NewKey, StoreAccess};
use stockroom_server::store::{Store as _, StoreError};
use stockroom_server::webhooks::courier::Courier;
use tokio::runtime::Runtime;
use tokio::sync::watch;
use ureq::http::{HeaderMap, Request};

use crate::HAS_GATEWAY;
use crate::front::{add_gateway_keys, serve_before};
use crate::place::{Line, Place, TestStore, WRITERS};

pub(crate) const BULK: &str = "/api/v1/dev/store/inventory/bulk";
pub(crate) const INVENTORY: &str = "/api/v1/dev/store/inventory";
pub(crate) const PRODUCTS: &str = "/api/v1/dev/store/products";
/// An endpoint that somebody added without a rule.
pub(crate) const STRAY: &str = "/stray";

/// A clock that stands still until it is moved.
#[derive(Clone, Debug)]
pub(crate) struct FakeClock(Arc<Mutex<Timestamp>>);

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

impl FakeClock {
    pub(crate) fn advance(&self, by: SignedDuration) {
        *self.0.lock().unwrap() += by;
    }
}

/// The operating system's randomness, that panics once when it is told to.
#[derive(Clone, Debug, Default)]
pub(crate) struct FlakyRandom(Arc<AtomicUsize>);

impl FlakyRandom {
    /// Makes the draw after so many others panic.
    pub(crate) fn panic_after(&self, draws: usize) {
        self.0.store(draws + 1, Ordering::SeqCst);
    }
}

impl Random for FlakyRandom {
    fn fill(&self, bytes: &mut [u8]) {
        let count = |left: usize| left.checked_sub(1);
        let left = self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, count);
        assert_ne!(left, Ok(1), "a draw that was told to panic");
        SystemRandom.fill(bytes);
    }
}

/// A running server.
pub(crate) struct TestApp {
    pub(crate) url: String,
    pub(crate) clock: FakeClock,
    pub(crate) random: FlakyRandom,
    pub(crate) readiness: Arc<Readiness>,
    /// Where the metrics are, at an address of their own.
    pub(crate) metrics_url: String,
    store: TestStore,
    app: App<TestStore>,
    runtime: Runtime,
    agent: ureq::Agent,
    place: Arc<Place>,
}

/// An answer as a test looks at it.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

/// A server with the demo store.
pub(crate) fn spawn_demo() -> TestApp {
    spawn(StoreKind::Demo, Settings { demo: Demo::On, ..Settings::default() })
}

/// A server with a demo store of so many products.
pub(crate) fn spawn_large_demo(products: usize) -> TestApp {
    spawn_with(StoreKind::Demo, Some(products), Settings { demo: Demo::On, ..Settings::default() })
}

/// A server with the demo store and these limits.
pub(crate) fn spawn_limited(limits: Limits) -> TestApp {
    spawn(StoreKind::Demo, limited(limits))
}

/// The settings of a server with the demo store and these limits.
pub(crate) fn limited(limits: Limits) -> Settings {
    Settings { demo: Demo::On, limits: Some(limits), ..Settings::default() }
}

/// A server with an empty store of a shop's own.
pub(crate) fn spawn_real(settings: Settings) -> TestApp {
    spawn(StoreKind::Real, settings)
}

fn spawn(kind: StoreKind, settings: Settings) -> TestApp {
    spawn_with(kind, None, settings)
}

fn spawn_with(kind: StoreKind, products: Option<usize>, settings: Settings) -> TestApp {
    let clock = FakeClock(Arc::new(Mutex::new("2026-11-23T08:00:00Z".parse().unwrap())));
    let app = serve(Arc::new(Place::new()), clock, settings);
    app.runtime.block_on(async {
        match kind {
            StoreKind::Demo => {
                create_demo(&app.store, products).await.unwrap();
            }
            StoreKind::Real => {
                app.store.create("Test", kind, app.clock.now()).await.unwrap();
            }
        }
        if HAS_GATEWAY {
            add_gateway_keys(&app.store).await;
        }
    });
    app
}

/// Starts a server on a place that may hold a store already.
fn serve(place: Arc<Place>, clock: FakeClock, settings: Settings) -> TestApp {
    let runtime = Runtime::new().unwrap();
    let random = FlakyRandom::default();
    let (store, listener, metrics) = runtime.block_on(async {
        let store = place.open().await;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let metrics = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        (store, listener, metrics)
    });
    let metrics_url = format!("http://{}/metrics", metrics.local_addr().unwrap());
    let url = format!("http://{}", listener.local_addr().unwrap());
    let readiness = Arc::<Readiness>::default();
    let app = App {
        store: store.clone(),
        clock: Arc::new(clock.clone()),
        random: Arc::new(random.clone()),
        settings: Arc::new(settings),
        in_flight: InFlight::default(),
        hashing: Hashing::default(),
        metrics: Arc::default(),
        readiness: Arc::clone(&readiness),
        gateway: None,
    };
    let scraped = metrics_router(app.clone());
    runtime.spawn(async move { axum::serve(metrics, scraped).await });
    let stray = Router::new().route(STRAY, get(|_: Allowed| async { "open" }));
    let service = router(app.clone()).merge(stray.with_state(app.clone()));
    let service = service.into_make_service_with_connect_info::<SocketAddr>();
    runtime.spawn(async move { axum::serve(listener, service).await });
    let url = if HAS_GATEWAY { runtime.block_on(serve_before(&app, &url)) } else { url };
    let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build();
    TestApp {
        url,
        clock,
        random,
        readiness,
        metrics_url,
        store,
        app,
        runtime,
        agent: config.into(),
        place,
    }
}

impl TestApp {
    /// Starts another server on the same database, with the same clock.
    pub(crate) fn twin(&self, settings: Settings) -> Self {
        serve(Arc::clone(&self.place), self.clock.clone(), settings)
    }

    /// Delivers webhooks until the sender is dropped, with short waits; a request may take 300 ms.
    pub(crate) fn deliver(&self) -> watch::Sender<()> {
        let (stop, stopping) = watch::channel(());
        let times = (Duration::from_millis(10), Duration::from_millis(300));
        let courier = Courier::new(self.app.clone()).with_times(times.0, times.1);
        self.runtime.spawn(courier.run(stopping));
        stop
    }

    /// Does `work` with the store itself.
    pub(crate) fn with_store<T>(&self, work: impl AsyncFnOnce(&TestStore) -> T) -> T {
        self.runtime.block_on(work(&self.store))
    }

    /// Makes a key of the store.
    pub(crate) fn key(&self, environment: Environment, access: Access) -> String {
        self.key_with(environment, access, |_| {})
    }

    /// Makes a key of the store that is not as keys are otherwise.
    pub(crate) fn key_with(
        &self,
        environment: Environment,
        access: Access,
        change: impl FnOnce(&mut NewKey),
    ) -> String {
        let scope = Scope { store_id: 1, environment };
        let (key, mut row) = make_key(scope, access, "test");
        change(&mut row);
        self.runtime.block_on(self.store.create_key(row)).unwrap();
        key
    }

    /// Changes the only key with these last characters.
    pub(crate) fn change_key(&self, key: &str, change: KeyChange) {
        let id = self.id_of(key);
        self.runtime.block_on(self.store.update_key(1, &id, change)).unwrap();
    }

    /// Gives the only key with these last characters the secret of `new`.
    pub(crate) fn rotate(&self, key: &str, new: &str, old_until: Option<Timestamp>) {
        let id = self.id_of(key);
        let rotate = self.store.rotate_key(1, &id, new_secret(new), old_until);
        self.runtime.block_on(rotate).unwrap();
    }

    /// Switches the store's access.
    pub(crate) fn set_access(&self, access: StoreAccess) {
        self.runtime.block_on(self.store.set_access(1, access)).unwrap();
    }

    /// Returns the id of the only key with these last characters.
    pub(crate) fn id_of(&self, key: &str) -> String {
        let keys = self.runtime.block_on(self.store.keys(1)).unwrap();
        keys.into_iter().find(|row| key.ends_with(&row.last_four)).unwrap().id
    }

    /// Keeps the store from writing until the sender is dropped.
    pub(crate) fn hold_writer(&self) -> mpsc::Sender<()> {
        let (release, released) = mpsc::channel::<()>();
        let released = Arc::new(Mutex::new(released));
        let (started, has_started) = mpsc::channel();
        for _ in 0..WRITERS {
            let (store, released, started) =
                (self.store.clone(), Arc::clone(&released), started.clone());
            self.runtime.spawn(async move {
                let work = store.write(move |_| {
                    let _ = started.send(());
                    // One waits for the sender's end, the others for that one.
                    let wait = || released.lock().map(|released| released.recv());
                    let _ = tokio::task::block_in_place(wait);
                    Box::pin(async { Ok::<_, StoreError>(()) })
                });
                work.await
            });
        }
        for _ in 0..WRITERS {
            has_started.recv().unwrap();
        }
        release
    }

    /// Keeps the store from writing until the sender is dropped, with as many writes waiting as it
    /// takes.
    pub(crate) fn hold_up(&self) -> mpsc::Sender<()> {
        let release = self.hold_writer();
        let (ended, has_ended) = mpsc::channel();
        for _ in 0..1_000 {
            let (store, ended) = (self.store.clone(), ended.clone());
            self.runtime.spawn(async move {
                let _ = ended.send(store.extend_session([0; 32], Timestamp::UNIX_EPOCH).await);
            });
        }
        // None that waits can end, so the first that ends was refused.
        assert!(matches!(has_ended.recv().unwrap(), Err(StoreError::Busy)));
        release
    }

    /// Returns the whole history of a product as the database has it.
    pub(crate) fn history(&self, sku: &str) -> Vec<Line> {
        self.place.history(sku)
    }

    /// Revokes the only key with these last characters.
    pub(crate) fn revoke(&self, key: &str) {
        let id = self.id_of(key);
        self.runtime.block_on(self.store.revoke_key(1, &id, self.clock.now())).unwrap();
    }

    /// Sends a request with the headers given and no others.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&str>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = match body {
            Some(body) => self.agent.run(request.body(body.to_owned()).unwrap()),
            None => self.agent.run(request.body(()).unwrap()),
        };
        let mut answer = answer.unwrap();
        Answer {
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            text: answer.body_mut().read_to_string().unwrap(),
        }
    }

    /// Sends a request with the demo store's secret key.
    pub(crate) fn demo(&self, method: &str, path: &str, body: Option<&str>) -> Answer {
        let headers = [("authorization", "Bearer sk_test_demo")];
        self.send(method, path, &headers, body)
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.demo("GET", path, None)
    }

    pub(crate) fn bulk(&self, body: &str) -> Answer {
        self.demo("PATCH", BULK, Some(body))
    }

    pub(crate) fn bulk_with(&self, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut all = vec![("authorization", "Bearer sk_test_demo")];
        all.extend_from_slice(headers);
        self.send("PATCH", BULK, &all, Some(body))
    }

    pub(crate) fn stock(&self, id: &str, body: &str) -> Answer {
        self.demo("PATCH", &format!("{PRODUCTS}/{id}/stock"), Some(body))
    }

    /// Returns a product's own level.
    pub(crate) fn level(&self, id: &str) -> Value {
        self.get(&format!("{PRODUCTS}/{id}")).json()["data"]["quantity"].clone()
    }

    /// Returns the levels of a product's variants, in order.
    pub(crate) fn variant_levels(&self, id: &str) -> Vec<Value> {
        let product = self.get(&format!("{PRODUCTS}/{id}")).json();
        let variants = product["data"]["variants"].as_array().unwrap();
        variants.iter().map(|v| v["quantity"].clone()).collect()
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// Reads the body as a client does.
    pub(crate) fn read<T: serde::de::DeserializeOwned>(&self) -> T {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Returns the error's code.
    pub(crate) fn code(&self) -> String {
        let json = self.json();
        assert_eq!(json["success"], false, "{self:?}");
        assert_eq!(json["error"]["statusCode"], self.status, "{self:?}");
        assert!(!json["error"]["message"].as_str().unwrap().is_empty());
        json["error"]["code"].as_str().unwrap().to_owned()
    }

    pub(crate) fn path(&self) -> Value {
        self.json()["error"]["path"].clone()
    }

    /// Returns the first item error of a bulk answer.
    pub(crate) fn item_error(&self) -> Value {
        assert_eq!(self.status, 200, "{self:?}");
        self.json()["data"]["errors"][0].clone()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}
