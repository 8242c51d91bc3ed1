//! A write that is sent again does no work twice.
//!
//! The answer is kept in the same transaction as the work, so there is one without the other in
//! no case.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::Serialize;
use stockroom_api::code::ErrorCode;
use stockroom_api::envelope::Envelope;
use stockroom_api::header::{IDEMPOTENT_REPLAYED, PREFERENCE_APPLIED, RETURN_REPRESENTATION};

use crate::app::App;
use crate::error::ApiError;
use crate::request::WriteRequest;
use crate::secret::Hash;
use crate::store::data::{KeptAnswer, Scope};
use crate::store::{Store, Transaction as _};

/// The idempotency keys whose first request is running in this process.
#[derive(Clone, Debug, Default)]
pub struct InFlight(Arc<Mutex<HashSet<(Scope, String)>>>);

/// A key that is taken until this is dropped.
#[derive(Debug)]
struct Taken {
    in_flight: InFlight,
    entry: (Scope, String),
}

/// How a write goes on.
#[derive(Debug)]
pub enum Start<T> {
    /// It was done before: this was the answer.
    Replayed(Response),
    /// It is to be done now, inside this transaction.
    First(Claim<T>),
}

/// A write that is being done.
#[derive(Debug)]
pub struct Claim<T> {
    /// The transaction in which the work is done.
    pub tx: T,
    kept: Option<(Taken, Hash)>,
    scope: Scope,
}

/// The answer of a write, once the work is done.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: StatusCode,
    /// The body.
    pub body: Vec<u8>,
    /// What was asked for with `Prefer`, and done.
    pub preference: Preference,
}

/// Whether `Prefer: return=representation` was asked for and done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preference {
    /// It was.
    Applied,
    /// It was not.
    None,
}

impl Answer {
    /// Returns the successful answer that carries `data`.
    ///
    /// # Errors
    /// [`ApiError`] where `data` cannot be written as JSON.
    pub fn json<T: Serialize>(
        status: StatusCode,
        data: T,
        preference: Preference,
    ) -> Result<Self, ApiError> {
        let body = serde_json::to_vec(&Envelope::of(data)).map_err(|_| ApiError::internal())?;
        Ok(Self { status, body, preference })
    }
}

/// Starts a write: takes its idempotency key, and the transaction it is done in.
///
/// # Errors
/// 409 where the key is in use or was used with another request; 503 where the store is busy.
pub async fn start<S: Store>(
    app: &App<S>,
    request: &WriteRequest,
) -> Result<Start<S::Tx>, ApiError> {
    let scope = request.authority.scope;
    let Some((key, fingerprint)) = &request.idempotency else {
        let tx = app.store.begin().await?;
        return Ok(Start::First(Claim { tx, kept: None, scope }));
    };
    let taken = app.in_flight.take(scope, key).ok_or_else(in_progress)?;
    let mut tx = app.store.begin().await?;
    match tx.find_answer(scope, key, app.kept_since()).await? {
        None => Ok(Start::First(Claim { tx, kept: Some((taken, *fingerprint)), scope })),
        Some(kept) if kept.fingerprint == *fingerprint => Ok(Start::Replayed(replay(kept)?)),
        Some(_) => Err(reused()),
    }
}

impl<T: crate::store::Transaction> Claim<T> {
    /// Makes the work last, together with its answer.
    ///
    /// # Errors
    /// [`ApiError`] where the store failed; then nothing was done.
    pub async fn finish<S: Store>(
        mut self,
        app: &App<S>,
        answer: Answer,
    ) -> Result<Response, ApiError> {
        if let Some((taken, fingerprint)) = &self.kept {
            let kept = KeptAnswer {
                fingerprint: *fingerprint,
                status: answer.status.as_u16(),
                body: answer.body.clone(),
                preference_applied: answer.preference == Preference::Applied,
            };
            self.tx.keep_answer(self.scope, &taken.entry.1, &kept, app.now()).await?;
        }
        self.tx.commit().await?;
        respond(answer)
    }
}

fn respond(answer: Answer) -> Result<Response, ApiError> {
    let mut response =
        Response::builder().status(answer.status).header(header::CONTENT_TYPE, "application/json");
    if answer.preference == Preference::Applied {
        response = response.header(PREFERENCE_APPLIED, RETURN_REPRESENTATION);
    }
    response.body(Body::from(answer.body)).map_err(|_| ApiError::internal())
}

fn replay(kept: KeptAnswer) -> Result<Response, ApiError> {
    let preference = if kept.preference_applied { Preference::Applied } else { Preference::None };
    let mut response = respond(Answer {
        status: StatusCode::from_u16(kept.status).map_err(|_| ApiError::internal())?,
        body: kept.body,
        preference,
    })?;
    response.headers_mut().insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}

fn in_progress() -> ApiError {
    ApiError::new(
        StatusCode::CONFLICT,
        ErrorCode::IdempotencyInProgress,
        "The first request with this idempotency key is still running. Send it again in a moment.",
    )
    .with_retry_after(1)
}

fn reused() -> ApiError {
    ApiError::new(
        StatusCode::CONFLICT,
        ErrorCode::IdempotencyKeyReused,
        "This idempotency key was used before with another request. Take a new key.",
    )
}

impl InFlight {
    fn take(&self, scope: Scope, key: &str) -> Option<Taken> {
        let entry = (scope, key.to_owned());
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        running.insert(entry.clone()).then(|| Taken { in_flight: self.clone(), entry })
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        let mut running = self.in_flight.0.lock().unwrap_or_else(PoisonError::into_inner);
        running.remove(&self.entry);
    }
}
