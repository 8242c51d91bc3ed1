//! What happens where no route matches, and when a handler panics.

use std::any::Any;

use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use stockroom_api::code::ErrorCode;

use super::assets::serve_app;
use crate::app::App;
use crate::error::ApiError;
use crate::store::Store;

/// Answers unknown addresses: 404 below `/api`, else the app.
pub async fn answer_unknown<S: Store>(State(app): State<App<S>>, request: Request) -> Response {
    let path = request.uri().path();
    if path == "/api" || path.starts_with("/api/") {
        return not_found(path).into_response();
    }
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return refuse_method(request).await.into_response();
    }
    serve_app(&app, path, request.headers()).await
}

/// Answers a method that an address does not have.
pub async fn refuse_method(request: Request) -> ApiError {
    let message = format!("{} does not go with {}.", request.method(), request.uri().path());
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, ErrorCode::MethodNotAllowed, message)
}

/// Returns the refusal of an unknown address.
pub fn not_found(path: &str) -> ApiError {
    let message = format!("There is nothing at {path}.");
    ApiError::new(StatusCode::NOT_FOUND, ErrorCode::NotFound, message)
}

/// Answers for a handler that panicked.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the panic layer hands the payload over by value"
)]
pub fn answer_panic(panic: Box<dyn Any + Send + 'static>) -> Response {
    let reason = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no words");
    tracing::error!(%reason, "a handler panicked");
    ApiError::internal().into_response()
}
