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
use crate::store::{Store, Transaction as _, Working};

/// The idempotency keys whose first request is running in this process.
#[derive(Clone, Debug, Default)]
pub struct InFlight(Arc<Mutex<HashSet<(Scope, String)>>>);

/// A key that is taken until this is dropped.
#[derive(Debug)]
struct Taken {
    in_flight: InFlight,
    entry: (Scope, String),
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

    fn kept(&self, fingerprint: Hash) -> KeptAnswer {
        KeptAnswer {
            fingerprint,
            status: self.status.as_u16(),
            body: self.body.clone(),
            preference_applied: self.preference == Preference::Applied,
        }
    }
}

/// What a write ended with.
enum Ended {
    /// It was done now.
    Done(Answer),
    /// It was done before: this was the answer.
    Replayed(KeptAnswer),
}

/// Does `work` in a transaction together with keeping its answer, unless it was done before.
///
/// # Errors
/// 409 where the key is taken or was used for something else; [`ApiError`] of the work or where the
/// store failed. Then nothing was done.
pub async fn once<S, W>(app: &App<S>, request: &WriteRequest, work: W) -> Result<Response, ApiError>
where
    S: Store,
    W: for<'a> FnOnce(&'a mut S::Tx) -> Working<'a, Result<Answer, ApiError>> + Send + 'static,
{
    let scope = request.authority.scope;
    let key = request.idempotency.as_ref();
    let key = key.map(|(key, fingerprint)| {
        app.in_flight.take(scope, key).map(|taken| (taken, *fingerprint)).ok_or_else(in_progress)
    });
    let key = key.transpose()?;
    let (now, kept_since) = (app.now(), app.kept_since());
    let write = app.store.write(move |tx| {
        Box::pin(async move {
            let Some((taken, fingerprint)) = key else {
                return Ok((Ended::Done(work(tx).await?), None));
            };
            let name = taken.entry.1.as_str();
            let ended = match tx.find_answer(scope, name, kept_since).await? {
                Some(kept) if kept.fingerprint == fingerprint => Ended::Replayed(kept),
                Some(_) => return Err(reused()),
                None => {
                    let answer = work(tx).await?;
                    tx.keep_answer(scope, name, &answer.kept(fingerprint), now).await?;
                    Ended::Done(answer)
                }
            };
            // The key stays taken until the answer lasts, even if nobody waits for it any more.
            Ok((ended, Some(taken)))
        })
    });
    match write.await? {
        (Ended::Done(answer), _) => respond(answer),
        (Ended::Replayed(kept), _) => replay(kept),
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
