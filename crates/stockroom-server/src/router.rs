//! Every address of the server, what each asks of who calls it, and what goes around all answers.

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post};
use stockroom_api::account::Role;
use stockroom_api::scope::KeyScope::{
    DeliveriesRead, DeliveriesRetry, EndpointsManage, EndpointsRead, ImportWrite, InventoryRead,
    InventoryWrite, ProductsRead, ProductsWrite,
};
use stockroom_api::{header as api, path};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::app::App;
use crate::gateway::passing::pass_on;
use crate::handlers::{
    account, audit, bulk, deliveries, documentation, fallback, history, imports, inventory,
    products, service, session, snapshot, stock, users, webhooks,
};
use crate::limiting::tell_limits;
use crate::limits::Class;
use crate::observing::observe;
use crate::request::receive_body;
use crate::routes::Verb::{Delete, Get, Patch, Post, Put};
use crate::routes::{Routes, Rule, know_terms};
use crate::store::Store;

/// What browsers may do with the app: nothing but run it and talk to servers of the contract.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; \
script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
connect-src 'self' https: http://127.0.0.1:* http://localhost:*; worker-src 'self'; \
manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
object-src 'none'";

/// Returns the endpoints that ask who calls them.
pub fn routes<S: Store>() -> Routes<S> {
    store_routes().merge(webhook_routes()).merge(people_routes())
}

/// Returns the endpoints that ask who calls them, of a server that passes those of the Store API on.
pub fn gateway_routes<S: Store>() -> Routes<S> {
    let mut routes = people_routes();
    for rule in store_routes::<S>().merge(webhook_routes()).rules() {
        routes = routes.add(rule.clone(), pass_on::<S>);
    }
    routes
}

fn store_routes<S: Store>() -> Routes<S> {
    let product = format!("{}/{{id}}", path::PRODUCTS);
    let stock = format!("{product}/stock");
    let variant_stock = format!("{product}/variants/{{variantId}}/stock");
    let read = |path: &str, scope| Rule::new(Get, path, scope, Class::Read);
    let bulk = Rule::new(Patch, path::BULK, InventoryWrite, Class::BulkInventory);
    let product_write =
        |verb, path: &str| Rule::new(verb, path, ProductsWrite, Class::ProductWrite);
    let import = Rule::new(Post, path::IMPORT, ImportWrite, Class::CsvImport);
    let single = |path: &str| Rule::new(Patch, path, InventoryWrite, Class::SingleStock);
    Routes::new()
        .add(bulk, bulk::update_bulk::<S>)
        .add(read(path::INVENTORY, InventoryRead), inventory::list_inventory::<S>)
        .add(read(path::HISTORY, InventoryRead), history::list_history::<S>)
        .add(read(path::RUNS, InventoryRead), history::list_runs::<S>)
        .add(read(path::SNAPSHOT, InventoryRead), snapshot::get_snapshot::<S>)
        .add(read(path::PRODUCTS, ProductsRead), products::list_products::<S>)
        .add(product_write(Post, path::PRODUCTS), products::create_product::<S>)
        .add(read(&product, ProductsRead), products::get_product::<S>)
        .add(product_write(Put, &product), products::update_product::<S>)
        .add(product_write(Delete, &product), products::delete_product::<S>)
        .add(import, imports::import_products::<S>)
        .add(read(path::IMPORT_TEMPLATE, ProductsRead), imports::get_import_template)
        .add(single(&variant_stock), products::update_variant_stock::<S>)
        .add(single(&stock), stock::update_stock::<S>)
}

/// Returns the endpoints for people alone: the app's, outside the contract.
fn people_routes<S: Store>() -> Routes<S> {
    let own_session = format!("{}/{{id}}", path::OWN_SESSIONS);
    let user = format!("{}/{{id}}", path::USERS);
    let (password, sessions) = (format!("{user}/password"), format!("{user}/sessions"));
    let session = format!("{sessions}/{{sessionId}}");
    let anybody = |verb, path: &str| Rule::for_people(verb, path, Role::Viewer);
    let owner = |verb, path: &str| Rule::for_people(verb, path, Role::Owner);
    Routes::new()
        .add(anybody(Get, path::OWN_SESSIONS), account::list_sessions::<S>)
        .add(anybody(Delete, path::OWN_SESSIONS), account::end_other_sessions::<S>)
        .add(anybody(Delete, &own_session), account::end_session::<S>)
        .add(anybody(Put, path::OWN_PASSWORD), account::change_password::<S>)
        .add(owner(Get, path::AUDIT), audit::list_audit::<S>)
        .add(owner(Get, path::USERS), users::list_users::<S>)
        .add(owner(Post, path::USERS), users::add_user::<S>)
        .add(owner(Patch, &user), users::change_user::<S>)
        .add(owner(Delete, &user), users::remove_user::<S>)
        .add(owner(Put, &password), users::reset_password::<S>)
        .add(owner(Get, &sessions), users::list_sessions::<S>)
        .add(owner(Delete, &sessions), users::end_sessions::<S>)
        .add(owner(Delete, &session), users::end_session::<S>)
}

fn webhook_routes<S: Store>() -> Routes<S> {
    let endpoint = format!("{}/{{id}}", path::WEBHOOK_ENDPOINTS);
    let delivery = format!("{}/{{id}}", path::WEBHOOK_DELIVERIES);
    let (test, secret) = (format!("{endpoint}/test"), format!("{endpoint}/secret"));
    let sent = format!("{endpoint}/deliveries");
    let (one_again, all_again) = (format!("{delivery}/retry"), format!("{endpoint}/retry"));
    let read = |path: &str, scope| Rule::new(Get, path, scope, Class::WebhookRead);
    let manage = |verb, path: &str| Rule::new(verb, path, EndpointsManage, Class::WebhookWrite);
    let test = Rule::new(Post, &test, EndpointsManage, Class::WebhookTest);
    let retry = |path: &str| Rule::new(Post, path, DeliveriesRetry, Class::WebhookWrite);
    Routes::new()
        .add(read(path::WEBHOOK_ENDPOINTS, EndpointsRead), webhooks::list_endpoints::<S>)
        .add(manage(Post, path::WEBHOOK_ENDPOINTS), webhooks::create_endpoint::<S>)
        .add(read(&endpoint, EndpointsRead), webhooks::get_endpoint::<S>)
        .add(manage(Put, &endpoint), webhooks::update_endpoint::<S>)
        .add(manage(Delete, &endpoint), webhooks::delete_endpoint::<S>)
        .add(manage(Post, &secret), webhooks::rotate_secret::<S>)
        .add(test, webhooks::test_endpoint::<S>)
        .add(read(&sent, DeliveriesRead), deliveries::list_deliveries::<S>)
        .add(read(&delivery, DeliveriesRead), deliveries::get_delivery::<S>)
        .add(retry(&one_again), deliveries::retry_delivery::<S>)
        .add(retry(&all_again), deliveries::retry_failed::<S>)
}

/// Returns the whole server as one service.
pub fn router<S: Store>(app: App<S>) -> Router {
    let cors = cors(&app.settings.allowed_origins);
    let (router, rules) = match app.gateway {
        Some(_) => gateway_routes::<S>().into_parts(),
        None => routes::<S>().into_parts(),
    };
    let router = router
        .route(path::CAPABILITIES, get(service::get_capabilities::<S>))
        .route(
            path::SESSION,
            post(session::sign_in::<S>)
                .get(session::get_session::<S>)
                .delete(session::sign_out::<S>),
        )
        .route("/openapi.json", get(documentation::get_openapi))
        .route("/docs", get(documentation::get_documentation))
        .route("/docs/{name}", get(documentation::get_page))
        .route("/healthz", get(service::get_health::<S>))
        .route("/readyz", get(service::get_readiness::<S>))
        .method_not_allowed_fallback(fallback::refuse_method)
        .fallback(fallback::answer_unknown::<S>)
        .layer(middleware::from_fn(receive_body))
        .layer(CatchPanicLayer::custom(fallback::answer_panic))
        .layer(middleware::from_fn_with_state(app.clone(), tell_limits::<S>))
        .layer(middleware::from_fn_with_state(rules, know_terms));
    let router = match cors {
        Some(cors) => router.layer(cors),
        None => router,
    };
    router
        .layer(middleware::from_fn(add_headers))
        .layer(middleware::from_fn_with_state(app.clone(), observe::<S>))
        // What goes around all answers may fail as well.
        .layer(CatchPanicLayer::custom(fallback::answer_panic))
        .with_state(app)
}

/// Returns what is served at the address for metrics: who may reach it may read them.
pub fn metrics_router<S: Store>(app: App<S>) -> Router {
    Router::new().route("/metrics", get(service::get_metrics::<S>)).with_state(app)
}

fn cors(origins: &[String]) -> Option<CorsLayer> {
    if origins.is_empty() {
        return None;
    }
    let origins = origins.to_vec();
    let is_allowed = move |origin: &HeaderValue, request: &axum::http::request::Parts| {
        request.uri.path().starts_with(path::BASE)
            && origins.iter().any(|allowed| allowed.as_bytes() == origin.as_bytes())
    };
    Some(
        CorsLayer::new()
            .allow_origin(AllowOrigin::predicate(is_allowed))
            .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
            .allow_headers(
                [
                    "authorization",
                    "content-type",
                    "if-none-match",
                    api::IDEMPOTENCY_KEY,
                    api::PREFER,
                    api::RUN_ID,
                    api::RUN_REASON,
                    api::RUN_FINGERPRINT,
                ]
                .map(HeaderName::from_static),
            )
            .expose_headers(
                [
                    api::RATE_LIMIT,
                    api::RATE_REMAINING,
                    api::RATE_RESET,
                    api::RATE_DAY_LIMIT,
                    api::RATE_DAY_REMAINING,
                    api::RETRY_AFTER,
                    "date",
                    "etag",
                    api::IDEMPOTENT_REPLAYED,
                    api::PREFERENCE_APPLIED,
                    api::REQUEST_ID,
                ]
                .map(HeaderName::from_static),
            )
            .max_age(std::time::Duration::from_mins(10)),
    )
}

/// Adds the headers that every answer has, whatever made it.
async fn add_headers(request: Request, next: Next) -> Response {
    let is_api = {
        let path = request.uri().path();
        path.starts_with("/api") || matches!(path, "/healthz" | "/readyz")
    };
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut add = |name: HeaderName, value: &'static str| {
        // What a handler says about its own answer stands.
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    add(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    if is_api {
        add(header::CACHE_CONTROL, "no-store");
        return response;
    }
    add(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
    add(header::REFERRER_POLICY, "no-referrer");
    add(header::X_FRAME_OPTIONS, "DENY");
    add(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    response
}
