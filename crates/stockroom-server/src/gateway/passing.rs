//! A request on its way to the hosted service and its answer on the way back.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, Method, StatusCode, response};
use axum::response::{IntoResponse as _, Response};
use percent_encoding::percent_decode_str;
use stockroom_api::audit::Outcome;
use stockroom_api::code::ErrorCode;
use stockroom_api::header::{RATE_LIMIT, RATE_REMAINING, RATE_RESET};
use stockroom_api::key::Environment;

use super::budget::Told;
use super::headers::{UPSTREAM_REQUEST_ID, to_client, to_upstream};
use super::queue::{Refused, Turn};
use super::sending::{Answered, Content, Failure, Outgoing, pass_along};
use super::{Gateway, noting};
use crate::app::App;
use crate::auth::Allowed;
use crate::error::ApiError;
use crate::limits::Class;
use crate::observing::request_id;
use crate::request::{idempotency_key, read_body};
use crate::routes::Terms;
use crate::store::Store;
use crate::store::audit::{Passed, Settled};

/// Passes a request on for whoever may make it, and its answer back.
///
/// # Errors
/// What this server refuses by itself, and [`ErrorCode::BadGateway`] or [`ErrorCode::GatewayTimeout`] where
/// no answer came.
pub async fn pass_on<S: Store>(
    State(app): State<App<S>>,
    request: Request,
) -> Result<Response, ApiError> {
    let (mut parts, body) = request.into_parts();
    let Allowed(authority) = Allowed::from_request_parts(&mut parts, &app).await?;
    let (Some(gateway), Some(class)) = (app.gateway.clone(), class(&parts)) else {
        tracing::error!("a request was to be passed on where there is nobody to pass it to");
        return Err(ApiError::internal());
    };
    check_place(&parts)?;
    let is_read = matches!(parts.method, Method::GET | Method::HEAD);
    let idempotency_key =
        if is_read { None } else { idempotency_key(&parts.headers, app.settings.idempotency)? };
    let body = read_body(body).await?;
    let outgoing = gateway.outgoing(&parts, authority.scope.environment, body)?;
    let queue = gateway.queue(authority.scope.environment);
    let turn = match queue.enter(authority.who.id(), class).await {
        Ok(turn) => turn,
        Err(why) => {
            app.metrics.count_limited(class.as_str());
            return Ok(refusal(why, app.now().as_second()));
        }
    };
    if is_read {
        return gateway.exchange(&app, turn, outgoing).await.map_err(|failed| failed.error);
    }
    let passed = Passed {
        scope: authority.scope,
        at: app.now(),
        author_id: authority.who.id().to_owned(),
        method: parts.method.to_string(),
        path: noting::place(&parts),
        products: noting::products(&parts, &outgoing.body),
        idempotency_key,
        run_id: noting::run_id(&parts.headers),
        request_id: request_id(&parts).unwrap_or_default().to_owned(),
    };
    // What has left is waited for, though the client may go away.
    let exchange =
        tokio::spawn(async move { gateway.exchange_noted(&app, turn, outgoing, passed).await });
    exchange.await.unwrap_or_else(|_| Err(no_answer(Failure::BrokeOff, &parts.method)))
}

/// An exchange that ended without an answer to pass back.
struct Failed {
    error: ApiError,
    /// What is known of the write all the same.
    outcome: Outcome,
    status: Option<StatusCode>,
}

impl Gateway {
    fn outgoing(
        &self,
        parts: &Parts,
        environment: Environment,
        body: Bytes,
    ) -> Result<Outgoing, ApiError> {
        let key = self.keys.header(environment).ok_or_else(|| no_key(environment))?;
        let place = parts.uri.path_and_query().map_or("", |place| place.as_str());
        Ok(Outgoing {
            method: parts.method.clone(),
            address: self.address.of(place).map_err(|_| no_address())?,
            headers: to_upstream(&parts.headers, key, request_id(parts)),
            body,
        })
    }

    /// Sends a write that is noted before it leaves, and settled after.
    async fn exchange_noted<S: Store>(
        &self,
        app: &App<S>,
        turn: Turn,
        outgoing: Outgoing,
        passed: Passed,
    ) -> Result<Response, ApiError> {
        let entry = app.store.note_passed(passed).await?;
        let ended = self.exchange(app, turn, outgoing).await;
        let (outcome, status, upstream_id) = match &ended {
            Ok(response) => {
                let (status, headers) = (response.status(), response.headers());
                let id = headers.get(UPSTREAM_REQUEST_ID).and_then(|id| id.to_str().ok());
                (noting::outcome(status, headers), Some(status), id.map(str::to_owned))
            }
            Err(failed) => (failed.outcome, failed.status, None),
        };
        let status = status.map(|status| status.as_u16());
        let settled = Settled { at: app.now(), outcome, status, upstream_id };
        // The answer is what it is: the entry says that its outcome is not known.
        if let Err(error) = app.store.settle_passed(entry, settled).await {
            tracing::error!(%error, "what became of a write was not noted");
        }
        ended.map_err(|failed| failed.error)
    }

    /// Sends a request and returns what is passed back.
    async fn exchange<S: Store>(
        &self,
        app: &App<S>,
        mut turn: Turn,
        outgoing: Outgoing,
    ) -> Result<Response, Failed> {
        let method = outgoing.method.clone();
        let answered = self.sender.send(outgoing).await;
        app.metrics.count_upstream(answered.as_ref().ok().map(|answered| answered.head.status));
        let Answered { head, body } = answered.map_err(|failure| Failed {
            error: no_answer(failure, &method),
            outcome: match failure {
                Failure::NotSent => Outcome::NotSent,
                Failure::Late | Failure::BrokeOff | Failure::TooLarge => Outcome::Unknown,
            },
            status: None,
        })?;
        let instead = |error| Failed {
            error,
            outcome: noting::outcome(head.status, &head.headers),
            status: Some(head.status),
        };
        turn.learn(Told::read(head.status, &head.headers, app.now().as_second()));
        let body = match body {
            Content::Whole(body) => body,
            Content::Begun(begun, rest) => {
                let permit = Arc::clone(&self.streams).try_acquire_owned();
                let permit = permit.map_err(|_| instead(too_many_streams()))?;
                return Ok(passed(&head, pass_along(begun, rest, permit)));
            }
        };
        if head.status.is_redirection() && head.status != StatusCode::NOT_MODIFIED {
            tracing::warn!(status = head.status.as_u16(), "the hosted service answered a redirect");
            return Err(instead(redirected()));
        }
        if head.status == StatusCode::UNAUTHORIZED {
            tracing::error!("the hosted service does not take the key of this server");
            return Err(instead(key_refused()));
        }
        let is_in_headers = head.headers.values().any(|value| self.keys.are_in(value.as_bytes()));
        if is_in_headers || self.keys.are_in(&body) {
            tracing::error!("an answer of the hosted service held its key; it was not passed on");
            return Err(instead(no_answer(Failure::BrokeOff, &method)));
        }
        Ok(passed(&head, Body::from(body)))
    }
}

fn passed(head: &response::Parts, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = head.status;
    *response.headers_mut() = to_client(&head.headers);
    response
}

fn class(parts: &Parts) -> Option<Class> {
    parts.extensions.get::<Terms>()?.class()
}

/// Refuses an address that another server may read as that of another endpoint.
fn check_place(parts: &Parts) -> Result<(), ApiError> {
    let leads_away = |segment: &str| {
        let text = percent_decode_str(segment).decode_utf8_lossy();
        text.split(['/', '\\']).any(|part| matches!(part, "." | ".."))
    };
    if parts.uri.path().split('/').any(leads_away) { Err(no_address()) } else { Ok(()) }
}

/// Answers a request that was not sent because of the limits of the hosted service, or of the queue.
fn refusal(why: Refused, now: i64) -> Response {
    let (seconds, limit, message) = match why {
        Refused::Full => (1, None, "Too many requests wait for the hosted service."),
        Refused::Late => (1, None, "The request waited long for the hosted service, in vain."),
        Refused::Limited { seconds, limit } => {
            (seconds, limit, "The hosted service takes no more requests of this kind for now.")
        }
    };
    let message = format!("{message} Nothing was sent; go on in {seconds} seconds.");
    let status = StatusCode::TOO_MANY_REQUESTS;
    let error = ApiError::new(status, ErrorCode::RateLimitExceeded, message);
    let shown = u32::try_from(seconds).unwrap_or(u32::MAX);
    let mut response = error.with_retry_after(shown).into_response();
    if let Some(limit) = limit {
        let headers = response.headers_mut();
        let resets_at = u64::try_from(now).unwrap_or(0).saturating_add(seconds);
        for (name, value) in [(RATE_LIMIT, limit), (RATE_REMAINING, 0), (RATE_RESET, resets_at)] {
            headers.insert(HeaderName::from_static(name), value.into());
        }
    }
    response
}

/// Returns what is said where no answer came to a request of this method.
fn no_answer(failure: Failure, method: &Method) -> ApiError {
    let whether = match *method {
        Method::GET | Method::HEAD => "Try again in a moment.",
        _ => {
            "Whether it did what was asked is not known. Send the request again with the same \
             X-Idempotency-Key: it is not done twice. Without a key, look first."
        }
    };
    let bad = |what: &str| {
        let message = format!("{what} {whether}");
        ApiError::new(StatusCode::BAD_GATEWAY, ErrorCode::BadGateway, message)
    };
    match failure {
        Failure::NotSent => ApiError::new(
            StatusCode::BAD_GATEWAY,
            ErrorCode::BadGateway,
            "The hosted service cannot be reached. Nothing was sent; try again in a moment.",
        )
        .with_retry_after(5),
        Failure::Late => ApiError::new(
            StatusCode::GATEWAY_TIMEOUT,
            ErrorCode::GatewayTimeout,
            format!("The hosted service did not answer in time. {whether}"),
        ),
        Failure::BrokeOff => bad("The hosted service did not answer as a whole."),
        Failure::TooLarge => bad("The hosted service's answer is too large."),
    }
}

fn redirected() -> ApiError {
    ApiError::new(
        StatusCode::BAD_GATEWAY,
        ErrorCode::BadGateway,
        "The hosted service answered that it is elsewhere, which is not followed. Whoever runs this \
         server has to look at its --upstream.",
    )
}

/// Returns what is said where the key of this server is not taken: not 401, which would be about the
/// client's own credentials.
fn key_refused() -> ApiError {
    ApiError::new(
        StatusCode::FORBIDDEN,
        ErrorCode::ApiAccessNotActive,
        "The hosted service does not take the key that this server has for it. Nothing was changed. \
         Whoever runs this server has to give it another.",
    )
}

/// Returns what is said where this server has no key for this data.
pub fn no_key(environment: Environment) -> ApiError {
    let code = match environment {
        Environment::Live => ErrorCode::LiveAccessNotApproved,
        Environment::Test => ErrorCode::ApiAccessNotActive,
    };
    let message = format!(
        "This server has no key of the hosted service for {} data. Whoever runs it can add one.",
        environment.as_str()
    );
    ApiError::new(StatusCode::FORBIDDEN, code, message)
}

fn no_address() -> ApiError {
    ApiError::new(
        StatusCode::BAD_REQUEST,
        ErrorCode::ValidationError,
        "The address cannot be passed on: a part of it is `.` or `..`, or it is none. Nothing was sent.",
    )
}

fn too_many_streams() -> ApiError {
    ApiError::unavailable("Too many long answers are under way. Try again in a moment.")
}
