//! What handlers need of a request, by parameter.

use std::future::poll_fn;
use std::pin::Pin;

use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use percent_encoding::percent_decode_str;
use sha2::{Digest, Sha256};
use stockroom_api::code::ErrorCode;
use stockroom_api::header::{IDEMPOTENCY_KEY, PREFER, RUN_FINGERPRINT, RUN_ID, RUN_REASON};
use stockroom_api::history::MAX_FINGERPRINT_CHARACTERS;
use stockroom_api::limits::{MAX_BODY_BYTES, MAX_IDEMPOTENCY_KEY_CHARACTERS, MAX_IMPORT_BYTES};
use stockroom_api::path;

use crate::app::{App, Idempotency};
use crate::auth::Allowed;
use crate::error::ApiError;
use crate::idempotency::Preference;
use crate::observing::request_id;
use crate::random::new_id;
use crate::secret::Hash;
use crate::store::Store;
use crate::store::data::{Authority, Source, WriteRecord};

/// The longest text of a run header that is kept.
const MAX_RUN_CHARACTERS: usize = 500;

/// How much of a body that is too large is read before the connection is cut.
const MAX_DRAINED_BYTES: usize = 8 * MAX_BODY_BYTES;

/// A write by somebody who may.
#[derive(Clone, Debug)]
pub struct WriteRequest {
    /// Who asks.
    pub authority: Authority,
    /// The body as it came.
    pub body: Bytes,
    /// The idempotency key and the fingerprint of the request.
    pub idempotency: Option<(String, Hash)>,
    /// What `Prefer` asks for.
    pub preference: Preference,
    record: WriteRecord,
}

/// The product that an address names, by id or SKU.
#[derive(Clone, Debug)]
pub struct Reference(pub String);

/// The variant that an address names by its id, of a product by id or SKU.
#[derive(Clone, Debug)]
pub struct VariantReference {
    /// The product's id or SKU.
    pub product: String,
    /// The variant's id.
    pub variant: String,
}

impl WriteRequest {
    /// Returns the record of a write by `source`.
    pub fn record(&self, source: Source) -> WriteRecord {
        WriteRecord { source, ..self.record.clone() }
    }
}

impl<S: Store> FromRequest<App<S>> for WriteRequest {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App<S>) -> Result<Self, ApiError> {
        let (mut parts, body) = request.into_parts();
        let Allowed(authority) = Allowed::from_request_parts(&mut parts, app).await?;
        let key = idempotency_key(&parts.headers, app.settings.idempotency)?;
        let body = read_body(body).await?;
        let idempotency = key.map(|key| {
            let fingerprint = fingerprint(&parts, &body);
            (key, fingerprint)
        });
        let now = app.now();
        Ok(Self {
            record: WriteRecord {
                at: now,
                source: Source::Bulk,
                author_id: authority.who.id().to_owned(),
                credential: authority.credential,
                request_id: request_id(&parts)
                    .map_or_else(|| new_id(&*app.random, now), str::to_owned),
                run_id: run_text(&parts.headers, RUN_ID),
                run_reason: run_reason(&parts.headers),
                run_fingerprint: run_fingerprint(&parts.headers)?,
            },
            preference: preference(&parts.headers),
            authority,
            body,
            idempotency,
        })
    }
}

impl<S: Store> FromRequestParts<App<S>> for Reference {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App<S>) -> Result<Self, ApiError> {
        let path: Result<Path<String>, _> = Path::from_request_parts(parts, app).await;
        path.map(|Path(reference)| Self(reference)).map_err(|_| bad_address("The product's id"))
    }
}

impl<S: Store> FromRequestParts<App<S>> for VariantReference {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App<S>) -> Result<Self, ApiError> {
        let path: Result<Path<(String, String)>, _> = Path::from_request_parts(parts, app).await;
        path.map(|Path((product, variant))| Self { product, variant })
            .map_err(|_| bad_address("An id"))
    }
}

fn bad_address(what: &str) -> ApiError {
    let message = format!("{what} in the address is not percent-encoded UTF-8.");
    ApiError::new(StatusCode::BAD_REQUEST, ErrorCode::ValidationError, message)
}

/// Receives the whole body before anything is decided about the request.
///
/// An answer to a request whose body is still on its way closes the connection, and a client that
/// is cut off while it sends never sees the answer; so even what will be refused is read, up to a
/// bound.
pub async fn receive_body(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    match receive(body, most_bytes(&parts)).await {
        Ok(bytes) => next.run(Request::from_parts(parts, Body::from(bytes))).await,
        Err(error) => error.into_response(),
    }
}

/// Returns a body that was received before, by [`receive_body`], which keeps it within its bounds.
///
/// # Errors
/// 413 where it is larger than any may be.
pub async fn read_body(body: Body) -> Result<Bytes, ApiError> {
    let most = MAX_IMPORT_BYTES.max(MAX_BODY_BYTES);
    axum::body::to_bytes(body, most).await.map_err(|_| too_large(most))
}

/// Returns the size of the largest body that an address takes.
fn most_bytes(parts: &Parts) -> usize {
    if parts.uri.path() == path::IMPORT { MAX_IMPORT_BYTES } else { MAX_BODY_BYTES }
}

async fn receive(mut body: Body, most: usize) -> Result<Vec<u8>, ApiError> {
    let declared = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    let mut bytes = Vec::with_capacity(declared.min(most));
    let mut length = 0;
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let Ok(data) = frame.map_err(|_| broken_off())?.into_data() else {
            continue;
        };
        length += data.len();
        if length <= most {
            bytes.extend_from_slice(&data);
        } else if length > MAX_DRAINED_BYTES {
            break;
        }
    }
    if length > most { Err(too_large(most)) } else { Ok(bytes) }
}

fn broken_off() -> ApiError {
    ApiError::new(
        StatusCode::BAD_REQUEST,
        ErrorCode::ValidationError,
        "The body broke off. Nothing was changed; send the request again.",
    )
}

fn too_large(most: usize) -> ApiError {
    ApiError::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        ErrorCode::PayloadTooLarge,
        format!("The body is larger than {most} bytes. Send fewer items at once."),
    )
}

/// Returns the idempotency key of a write, where it has one.
///
/// # Errors
/// 400 where it must have one, or has one that cannot be kept.
pub fn idempotency_key(
    headers: &HeaderMap,
    setting: Idempotency,
) -> Result<Option<String>, ApiError> {
    let refuse = |code, message: &str| Err(ApiError::new(StatusCode::BAD_REQUEST, code, message));
    match (headers.get(IDEMPOTENCY_KEY), setting) {
        (None, Idempotency::Optional) => Ok(None),
        (None, Idempotency::Required) => refuse(
            ErrorCode::IdempotencyKeyRequired,
            "Send an `X-Idempotency-Key` with every write: any text of up to 255 characters.",
        ),
        (Some(value), _) => match std::str::from_utf8(value.as_bytes()) {
            Ok(key) if !key.is_empty() && key.chars().count() <= MAX_IDEMPOTENCY_KEY_CHARACTERS => {
                Ok(Some(key.to_owned()))
            }
            _ => refuse(
                ErrorCode::ValidationError,
                "The `X-Idempotency-Key` must be a text of 1 to 255 characters.",
            ),
        },
    }
}

fn fingerprint(parts: &Parts, body: &Bytes) -> Hash {
    let mut hash = Sha256::new();
    hash.update(parts.method.as_str());
    hash.update(b"\n");
    // Parameters decide what is done as much as the path does.
    hash.update(parts.uri.path_and_query().map_or("", |address| address.as_str()));
    hash.update(b"\n");
    hash.update(body);
    hash.finalize().into()
}

fn preference(headers: &HeaderMap) -> Preference {
    let is_asked = headers
        .get_all(PREFER)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|word| word.split(';').next().unwrap_or_default().replace(' ', ""))
        .any(|word| {
            word.eq_ignore_ascii_case("return=representation")
                || word.eq_ignore_ascii_case("return=\"representation\"")
        });
    if is_asked { Preference::Applied } else { Preference::None }
}

/// Returns the fingerprint of a run; cut off it would be another's, so a long one is refused.
fn run_fingerprint(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let Some(value) = headers.get(RUN_FINGERPRINT) else {
        return Ok(None);
    };
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) if !text.is_empty() && text.chars().count() <= MAX_FINGERPRINT_CHARACTERS => {
            Ok(Some(text.to_owned()))
        }
        _ => Err(ApiError::new(
            StatusCode::BAD_REQUEST,
            ErrorCode::ValidationError,
            format!(
                "The `X-Run-Fingerprint` must be a text of 1 to {MAX_FINGERPRINT_CHARACTERS} \
                 characters."
            ),
        )),
    }
}

/// Returns what is said of a run; nothing where it is empty.
fn run_text(headers: &HeaderMap, name: &str) -> Option<String> {
    let text = std::str::from_utf8(headers.get(name)?.as_bytes()).ok()?;
    cut(text)
}

/// Returns the reason of a run; one that is not percent-encoded UTF-8 is taken as it stands.
fn run_reason(headers: &HeaderMap) -> Option<String> {
    let text = std::str::from_utf8(headers.get(RUN_REASON)?.as_bytes()).ok()?;
    cut(&percent_decode_str(text).decode_utf8().unwrap_or(text.into()))
}

fn cut(text: &str) -> Option<String> {
    let text: String = text.trim().chars().take(MAX_RUN_CHARACTERS).collect();
    (!text.is_empty()).then_some(text)
}
