//! Every refusal that leaves the server, in the API's envelope.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use stockroom_api::code::ErrorCode;
use stockroom_api::envelope::{ErrorBody, ErrorDetail};
use stockroom_api::read::Refusal;

use crate::applying::Fault;
use crate::idempotency::{Answer, Preference, in_progress};
use crate::store::StoreError;

/// A refusal with its HTTP status.
#[derive(Clone, Debug)]
pub struct ApiError {
    status: StatusCode,
    detail: Box<ErrorDetail>,
    retry_after: Option<u32>,
}

impl ApiError {
    /// Returns a refusal without a path.
    pub fn new(status: StatusCode, code: ErrorCode, message: impl Into<String>) -> Self {
        let detail = ErrorDetail {
            code,
            message: message.into(),
            status_code: status.as_u16(),
            path: None,
            current_quantity: None,
        };
        Self { status, detail: Box::new(detail), retry_after: None }
    }

    /// Returns the same refusal with seconds to wait before trying again.
    #[must_use]
    pub fn with_retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Returns the same refusal with the field at fault.
    #[must_use]
    pub fn at(mut self, path: &str) -> Self {
        self.detail.path = Some(path.to_owned());
        self
    }

    /// Returns a 401.
    pub fn unauthorized(code: ErrorCode, message: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code, message)
    }

    /// Tells whether this is an answer about what was asked (4xx), and no failure of the server.
    pub fn is_refusal(&self) -> bool {
        self.status.is_client_error()
    }

    /// Returns the answer that says this, as one that can be kept.
    ///
    /// # Errors
    /// [`ApiError`] where it cannot be written as JSON.
    pub fn answer(&self) -> Result<Answer, Self> {
        let body = ErrorBody { success: false, error: (*self.detail).clone() };
        let body = serde_json::to_vec(&body).map_err(|_| Self::internal())?;
        Ok(Answer { status: self.status, body, preference: Preference::None })
    }

    /// Returns the refusal of an unknown product.
    pub fn product_not_found(reference: &str) -> Self {
        let message = format!("Product not found: no product has the id or SKU \"{reference}\".");
        Self::new(StatusCode::NOT_FOUND, ErrorCode::ProductNotFound, message)
    }

    /// Returns the refusal of an address that names an unknown variant.
    pub fn variant_not_found(variant_id: &str) -> Self {
        let message = format!("This product has no variant with the id \"{variant_id}\".");
        Self::new(StatusCode::NOT_FOUND, ErrorCode::VariantNotFound, message)
    }

    /// Returns a 503 that may be over in a second.
    pub fn unavailable(message: &str) -> Self {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        Self::new(status, ErrorCode::ServiceUnavailable, message).with_retry_after(1)
    }

    /// Returns a failure of the server itself; what failed is logged, not sent.
    pub fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            ErrorCode::InternalError,
            "The server failed; nothing was changed. Try again, and tell the shop's administrator \
             if it goes on.",
        )
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = ErrorBody { success: false, error: *self.detail };
        let mut response = (self.status, Json(body)).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            detail: Box::new(refusal.body().error),
            retry_after: None,
        }
    }
}

impl From<Fault> for ApiError {
    fn from(fault: Fault) -> Self {
        let status = match fault.code {
            ErrorCode::StaleQuantity => StatusCode::CONFLICT,
            _ => StatusCode::BAD_REQUEST,
        };
        let mut error = Self::new(status, fault.code, fault.message);
        error.detail.path = Some(fault.place);
        error.detail.current_quantity = fault.current_quantity;
        error
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::ExternalIdTaken(external_id) => {
                let message = format!("A product with the externalId \"{external_id}\" exists.");
                let code = ErrorCode::ExternalIdTaken;
                let mut error = Self::new(StatusCode::CONFLICT, code, message);
                error.detail.path = Some("externalId".to_owned());
                error
            }
            StoreError::Busy | StoreError::Conflict(_) => {
                Self::unavailable("The server is busy; nothing was changed. Try again in a moment.")
            }
            StoreError::InProgress => in_progress(),
            StoreError::Unavailable(reason) => {
                tracing::warn!(%reason, "the database cannot be reached");
                Self::unavailable(
                    "The database cannot be reached now; nothing was changed. Try again in a moment.",
                )
            }
            StoreError::Unsure => {
                tracing::error!("the database went away while a change was being kept");
                Self::unavailable(
                    "The database went away; whether this was done is not known. Send it again with \
                     the same X-Idempotency-Key: it is not done twice. Without a key, look first.",
                )
            }
            StoreError::Unkeepable => Self::new(
                StatusCode::BAD_REQUEST,
                ErrorCode::ValidationError,
                "A text holds the character U+0000, which cannot be kept. Nothing was changed.",
            ),
            StoreError::Unfinished => {
                tracing::error!("the database is an unfinished copy");
                Self::internal()
            }
            StoreError::Failed(reason) => {
                tracing::error!(%reason, "a request failed");
                Self::internal()
            }
        }
    }
}
