//! A write that is sent again does no work twice.
//!
//! The answer is kept in the same transaction as the work, so there is one without the other in
//! no case.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use jiff::Timestamp;
use serde::Serialize;
use stockroom_api::code::ErrorCode;
use stockroom_api::envelope::Envelope;
use stockroom_api::header::{IDEMPOTENT_REPLAYED, PREFERENCE_APPLIED, RETURN_REPRESENTATION};

use crate::app::App;
use crate::error::ApiError;
use crate::request::WriteRequest;
use crate::secret::Hash;
use crate::store::data::{KeptAnswer, Scope};
use crate::store::{Store, StoreError, Transaction, Working};

/// The idempotency keys whose first request is running in this process.
#[derive(Clone, Debug, Default)]
pub struct InFlight(Arc<Mutex<HashSet<(Scope, String)>>>);

/// A key that is taken until the last of this is dropped.
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

/// Why a write was not done.
enum Undone {
    /// The work itself refused, which is an answer like any other; the key is still taken.
    Refused(ApiError, Key),
    /// The work was not begun, or the server failed.
    Failed(ApiError),
}

/// The idempotency key of a request that is running.
#[derive(Clone)]
struct Key {
    taken: Arc<Taken>,
    fingerprint: Hash,
    kept_since: Timestamp,
    now: Timestamp,
}

/// Does `work` in a transaction together with keeping its answer, unless it was done before.
///
/// Every endpoint that writes is one call of this, with a [`WriteRequest`] as its last parameter; what
/// the body says is read before, so that a body which is wrong uses no key up:
///
/// ```text
/// pub async fn rename<S: Store>(
///     State(app): State<App<S>>,
///     request: WriteRequest,
/// ) -> Result<Response, ApiError> {
///     let ask = read_rename(&request.body)?;
///     let scope = request.authority.scope;
///     let work = idempotency::once(&app, &request, move |tx| {
///         Box::pin(async move {
///             let renamed = tx.rename(scope, &ask).await?;
///             Answer::json(StatusCode::OK, renamed, Preference::None)
///         })
///     });
///     work.await
/// }
/// ```
///
/// A key belongs to the store and environment, not to the API key: a client that was cut off finds its
/// answer though it signed in anew meanwhile, or its key was rotated. Whoever replays has passed the
/// endpoint's rule by then. A refusal by the work (4xx) is kept as its successes are; a failure of the
/// server (5xx) is not, and the same request may be sent again.
///
/// # Errors
/// 409 where the key is taken or was used for something else; [`ApiError`] of the work or where the
/// store failed. Then nothing was done.
pub async fn once<S, W>(app: &App<S>, request: &WriteRequest, work: W) -> Result<Response, ApiError>
where
    S: Store,
    W: for<'a> FnOnce(&'a mut S::Tx) -> Working<'a, Result<Answer, ApiError>>
        + Clone
        + Send
        + 'static,
{
    let scope = request.authority.scope;
    let key = request.idempotency.as_ref();
    let key = key.map(|(key, fingerprint)| {
        let taken = Arc::new(app.in_flight.take(scope, key).ok_or_else(in_progress)?);
        let (now, kept_since) = (app.now(), app.kept_since());
        Ok::<_, ApiError>(Key { taken, fingerprint: *fingerprint, kept_since, now })
    });
    let key = key.transpose()?;
    let write = app.store.write(move |tx| {
        Box::pin(async move {
            let Some(key) = key else {
                return Ok((Ended::Done(work(tx).await?), None));
            };
            let ended = match key.find(tx, scope).await? {
                Some(kept) => Ended::Replayed(kept),
                None => match work(tx).await {
                    Ok(answer) => Ended::Done(key.keep(tx, scope, answer).await?),
                    Err(error) if error.is_refusal() => return Err(Undone::Refused(error, key)),
                    Err(error) => return Err(error.into()),
                },
            };
            // The key stays taken until the answer lasts, even if nobody waits for it any more.
            Ok((ended, Some(key)))
        })
    });
    match write.await {
        Ok((ended, _)) => ended.respond(),
        Err(Undone::Refused(error, key)) => refuse(app, scope, error, key).await,
        Err(Undone::Failed(error)) => Err(error),
    }
}

/// Keeps a refusal: what the work had written is undone by now, so it goes into a transaction of its own.
async fn refuse<S: Store>(
    app: &App<S>,
    scope: Scope,
    error: ApiError,
    key: Key,
) -> Result<Response, ApiError> {
    let answer = error.answer()?;
    let write = app.store.write(move |tx| {
        Box::pin(async move {
            // Another process may have been asked the same meanwhile, and have done it.
            let ended = match key.find(tx, scope).await? {
                Some(kept) => Ended::Replayed(kept),
                None => Ended::Done(key.keep(tx, scope, answer).await?),
            };
            Ok::<_, Undone>((ended, key))
        })
    });
    match write.await {
        Ok((ended, _)) => ended.respond(),
        // Nothing was done, so that asking again does no harm.
        Err(Undone::Refused(..)) => Err(error),
        Err(Undone::Failed(failed)) => Err(if failed.is_refusal() { failed } else { error }),
    }
}

impl Key {
    /// Returns the answer kept under the key.
    async fn find<T: Transaction>(
        &self,
        tx: &mut T,
        scope: Scope,
    ) -> Result<Option<KeptAnswer>, ApiError> {
        let kept = tx.find_answer(scope, self.name(), self.kept_since).await?;
        if kept.as_ref().is_some_and(|kept| kept.fingerprint != self.fingerprint) {
            return Err(reused());
        }
        Ok(kept)
    }

    /// Keeps `answer` under the key.
    async fn keep<T: Transaction>(
        &self,
        tx: &mut T,
        scope: Scope,
        answer: Answer,
    ) -> Result<Answer, ApiError> {
        let kept = answer.kept(self.fingerprint);
        tx.keep_answer(scope, self.name(), &kept, self.now).await?;
        Ok(answer)
    }

    fn name(&self) -> &str {
        &self.taken.entry.1
    }
}

impl Ended {
    fn respond(self) -> Result<Response, ApiError> {
        match self {
            Self::Done(answer) => respond(answer),
            Self::Replayed(kept) => replay(kept),
        }
    }
}

impl From<ApiError> for Undone {
    fn from(error: ApiError) -> Self {
        Self::Failed(error)
    }
}

impl From<StoreError> for Undone {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
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

/// Returns the refusal of a key whose first request has not ended.
pub(crate) fn in_progress() -> ApiError {
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
