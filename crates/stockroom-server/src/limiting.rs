//! Requests are counted, and refused past the limits: [`crate::limits`] says how many may be made.
//!
//! Who asks is known only once the key was looked up, so a request is admitted there, once; what was
//! found goes into the headers of whatever answer leaves. A request that is refused before uses up the
//! minute of its address, so that guessing keys is limited too, and no store's day.

use std::cmp::Reverse;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use stockroom_api::code::ErrorCode;
use stockroom_api::header::{
    RATE_DAY_LIMIT, RATE_DAY_REMAINING, RATE_LIMIT, RATE_REMAINING, RATE_RESET,
};
use stockroom_api::path;

use crate::app::App;
use crate::client_address::{client_address, counted_as};
use crate::error::ApiError;
use crate::limits::{Allowance, Class, Limits};
use crate::routes::Terms;
use crate::store::Store;
use crate::store::data::{Admission, Counter};

/// What is known of a limited request before anybody knows who asks.
#[derive(Clone, Debug)]
struct Gate {
    class: Class,
    address: IpAddr,
    standing: Arc<OnceLock<Standing>>,
}

/// How much of the limits is used up, this request with it.
#[derive(Clone, Copy, Debug)]
struct Standing {
    minute: Used,
    day: Option<Used>,
}

/// How much of one limit is used up.
#[derive(Clone, Copy, Debug)]
struct Used {
    limit: u64,
    remaining: u64,
    resets_at: i64,
}

/// Tells in every answer to a limited request how much of the limits is left.
pub async fn tell_limits<S: Store>(
    State(app): State<App<S>>,
    request: Request,
    next: Next,
) -> Response {
    let Some(limits) = app.settings.limits else {
        return next.run(request).await;
    };
    let Some(class) = class_of(&request) else {
        return next.run(request).await;
    };
    let (mut parts, body) = request.into_parts();
    let address = client_address(&parts, &app.settings.trusted_proxies);
    let gate = Gate { class, address, standing: Arc::default() };
    parts.extensions.insert(gate.clone());
    let mut response = next.run(Request::from_parts(parts, body)).await;
    // What was refused before anybody asked who it is was a request all the same.
    if gate.standing.get().is_none()
        && let Err(refused) = gate.admit(&app, &limits, None).await
    {
        response = refused.into_response();
    }
    if let Some(standing) = gate.standing.get() {
        standing.write(response.headers_mut());
    }
    response
}

/// Returns as what a request is counted, or `None` for one that is not limited: the app, its sessions,
/// and what the server tells of itself.
fn class_of(request: &Request) -> Option<Class> {
    let address = request.uri().path();
    // What no endpoint takes reads nothing, but it is a request all the same.
    let is_lost = || {
        address
            .strip_prefix(path::BASE)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    match request.extensions().get::<Terms>() {
        Some(terms) => terms.class(),
        None if address != path::CAPABILITIES && is_lost() => Some(Class::Read),
        None => None,
    }
}

/// Has a request counted as another than its endpoint's rule says, before it is counted.
pub fn count_as(parts: &mut Parts, class: Class) {
    if let Some(gate) = parts.extensions.get_mut::<Gate>() {
        gate.class = class;
    }
}

/// Counts a request of a store, or of somebody who is not known, where limits are on.
///
/// # Errors
/// 429 past a limit; then it is not counted.
pub async fn admit<S: Store>(
    app: &App<S>,
    parts: &Parts,
    store_id: Option<i64>,
) -> Result<(), ApiError> {
    match (app.settings.limits, parts.extensions.get::<Gate>()) {
        (Some(limits), Some(gate)) => gate.admit(app, &limits, store_id).await,
        _ => Ok(()),
    }
}

impl Gate {
    async fn admit<S: Store>(
        &self,
        app: &App<S>,
        limits: &Limits,
        store_id: Option<i64>,
    ) -> Result<(), ApiError> {
        let now = app.now();
        let counter = |subject: String, allowance: Allowance| Counter {
            subject,
            class: self.class.as_str(),
            starts_at: allowance.window.starts_at,
            ends_at: allowance.window.ends_at,
            limit: u64::from(allowance.requests),
        };
        let address = format!("address {}", counted_as(self.address));
        let mut counters = vec![counter(address, limits.of_address(self.class, now))];
        if let Some(store_id) = store_id {
            let store = format!("store {store_id}");
            counters.push(counter(store, limits.of_store(self.class, now)));
        }
        let admission = match app.store.admit(counters.clone()).await {
            Ok(admission) => admission,
            Err(error) => {
                // It is not counted, yet its answer tells how it stands.
                if let Ok(counted) = app.store.counted(&counters).await {
                    let _ = self.standing.set(Standing::of(&counters, &counted));
                }
                return Err(error.into());
            }
        };
        let standing = Standing::of(&counters, &admission);
        // A request is admitted once; a second standing would be another's.
        let _ = self.standing.set(standing);
        if admission.is_admitted {
            return Ok(());
        }
        app.metrics.count_limited(self.class.as_str());
        Err(standing.refusal(self.class, now))
    }
}

impl Standing {
    fn of(counters: &[Counter], admission: &Admission) -> Self {
        let mut used = counters.iter().zip(&admission.requests).map(|(counter, requests)| Used {
            limit: counter.limit,
            remaining: counter.limit.saturating_sub(*requests),
            resets_at: counter.ends_at,
        });
        let nothing = Used { limit: 0, remaining: 0, resets_at: 0 };
        Self { minute: used.next().unwrap_or(nothing), day: used.next() }
    }

    /// Returns the window that ends the sending first, of two alike the one that lasts longer.
    fn tighter(&self) -> Used {
        let tightness = |used: &Used| (used.remaining, Reverse(used.resets_at));
        match self.day {
            Some(day) if tightness(&day) < tightness(&self.minute) => day,
            _ => self.minute,
        }
    }

    fn write(&self, headers: &mut HeaderMap) {
        let tighter = self.tighter();
        let mut write = |name: &'static str, value: HeaderValue| {
            headers.insert(HeaderName::from_static(name), value);
        };
        write(RATE_LIMIT, tighter.limit.into());
        write(RATE_REMAINING, tighter.remaining.into());
        write(RATE_RESET, tighter.resets_at.into());
        if let Some(day) = self.day {
            write(RATE_DAY_LIMIT, day.limit.into());
            write(RATE_DAY_REMAINING, day.remaining.into());
        }
    }

    fn refusal(&self, class: Class, now: Timestamp) -> ApiError {
        let tighter = self.tighter();
        let is_day = self.day.is_some_and(|day| day.remaining == 0);
        // Not a second too early, where the clock stands inside of one.
        let seconds = (tighter.resets_at - now.as_millisecond().div_euclid(1000)).max(1);
        let limit = tighter.limit;
        let whose = match class {
            _ if is_day => "for this store in a day",
            Class::CsvImport => "from your address in an hour",
            _ => "from your address in a minute",
        };
        ApiError::new(
            StatusCode::TOO_MANY_REQUESTS,
            ErrorCode::RateLimitExceeded,
            format!(
                "Too many requests: {limit} of this kind are taken {whose}. Nothing was changed; \
                 go on in {seconds} seconds."
            ),
        )
        .with_retry_after(u32::try_from(seconds).unwrap_or(u32::MAX))
    }
}
