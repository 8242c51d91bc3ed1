//! One request to the hosted service: no redirect is followed, and nothing is sent twice.

use std::path::Path;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::response::Parts;
use axum::http::{HeaderMap, Method, Uri};
use futures_util::stream;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout, timeout_at};

use super::connecting::{Connector, RootsError};

/// How long a connection that nobody uses is kept.
const IDLE: Duration = Duration::from_secs(20);

/// The longest answer to a write.
const WRITE_BYTES: usize = 16 * 1024 * 1024;

/// An answer to a read that is longer is passed on while it comes.
const READ_BYTES: usize = 1024 * 1024;

/// How long a piece of an answer may take, from the hosted service or to the client.
const PIECE: Duration = Duration::from_secs(30);

/// What sends requests; a clone shares its connections.
#[derive(Clone)]
pub(super) struct Sender {
    client: Client<Connector, Full<Bytes>>,
    time: Duration,
}

/// A request as it leaves.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub(super) method: Method,
    pub(super) address: Uri,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// An answer.
pub(super) struct Answered {
    pub(super) head: Parts,
    pub(super) body: Content,
}

/// The body of an answer.
pub(super) enum Content {
    /// All of it.
    Whole(Bytes),
    /// Its beginning, and what comes after it.
    Begun(Vec<Bytes>, Incoming),
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// There was no connection, so nothing was sent.
    NotSent,
    /// None came in time.
    Late,
    /// The connection ended before all of it was there.
    BrokeOff,
    /// It is longer than any answer may be.
    TooLarge,
}

impl Sender {
    /// Returns a sender whose requests may take so long; the file has the certificates that vouch for the
    /// service, where those that browsers know do not.
    pub(super) fn new(roots: Option<&Path>, time: Duration) -> Result<Self, RootsError> {
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            // Only what never left is tried again: on a new connection, where the old one had ended.
            .retry_canceled_requests(true)
            .build(Connector::new(roots)?);
        Ok(Self { client, time })
    }

    /// Sends a request and returns its answer: all of it, unless it is a long one to a read.
    pub(super) async fn send(&self, outgoing: Outgoing) -> Result<Answered, Failure> {
        let is_read = matches!(outgoing.method, Method::GET | Method::HEAD);
        let mut request = axum::http::Request::new(Full::new(outgoing.body));
        *request.method_mut() = outgoing.method;
        *request.uri_mut() = outgoing.address;
        *request.headers_mut() = outgoing.headers;
        let until = Instant::now() + self.time;
        let answer = timeout_at(until, self.client.request(request)).await;
        let answer = answer.map_err(|_| Failure::Late)?.map_err(|error| {
            tracing::warn!(error = %in_words(&error), "the hosted service did not answer");
            if error.is_connect() { Failure::NotSent } else { Failure::BrokeOff }
        })?;
        let (head, mut body) = answer.into_parts();
        let most = if is_read { READ_BYTES } else { WRITE_BYTES };
        let mut pieces = Vec::new();
        let mut length = 0;
        while length <= most {
            let frame = timeout_at(until, body.frame()).await.map_err(|_| Failure::Late)?;
            let Some(frame) = frame else {
                let whole =
                    if pieces.len() == 1 { pieces.remove(0) } else { Bytes::from(pieces.concat()) };
                return Ok(Answered { head, body: Content::Whole(whole) });
            };
            if let Ok(piece) = frame.map_err(|_| Failure::BrokeOff)?.into_data() {
                length += piece.len();
                pieces.push(piece);
            }
        }
        if is_read {
            Ok(Answered { head, body: Content::Begun(pieces, body) })
        } else {
            Err(Failure::TooLarge)
        }
    }
}

/// Returns the whole chain of reasons; none of them holds an address, a header or a body.
fn in_words(error: &(dyn std::error::Error + 'static)) -> String {
    let reasons = std::iter::successors(Some(error), |error| error.source());
    reasons.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Returns a body that is passed on while it comes, until either side stands still. `held` is kept until
/// it has ended.
pub(super) fn pass_along(begun: Vec<Bytes>, mut rest: Incoming, held: impl Send + 'static) -> Body {
    let (pieces, taken) = mpsc::channel::<Result<Bytes, std::io::Error>>(4);
    tokio::spawn(async move {
        let _held = held;
        for piece in begun {
            if !is_taken(&pieces, Ok(piece)).await {
                return;
            }
        }
        loop {
            let piece = match timeout(PIECE, rest.frame()).await {
                Ok(None) => return,
                Ok(Some(Ok(frame))) => match frame.into_data() {
                    Ok(piece) => Ok(piece),
                    Err(_) => continue,
                },
                // The client must not take what it has for the whole.
                Ok(Some(Err(_))) | Err(_) => Err(std::io::Error::other("the answer broke off")),
            };
            let is_last = piece.is_err();
            if !is_taken(&pieces, piece).await || is_last {
                return;
            }
        }
    });
    Body::from_stream(stream::unfold(taken, |mut taken| async {
        taken.recv().await.map(|piece| (piece, taken))
    }))
}

async fn is_taken(
    pieces: &mpsc::Sender<Result<Bytes, std::io::Error>>,
    piece: Result<Bytes, std::io::Error>,
) -> bool {
    matches!(timeout(PIECE, pieces.send(piece)).await, Ok(Ok(())))
}
