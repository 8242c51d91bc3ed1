//! `GET /dev/store/inventory/history` and `GET /dev/store/inventory/runs`.

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use stockroom_api::history::{HistoryPage, MAX_FINGERPRINT_CHARACTERS, RunPage};
use stockroom_api::limits::MAX_PAGE_SIZE;
use stockroom_api::read::Refusal;

use super::paging::{from_one, parameters};
use super::{Answered, success};
use crate::app::App;
use crate::auth::Allowed;
use crate::error::ApiError;
use crate::store::Store;
use crate::store::history::{HistoryFilter, HistoryPlace, Part, Place, RunPlace};

/// The parameters of the history.
#[derive(Clone, Debug)]
pub struct HistoryListing {
    filter: HistoryFilter,
    part: Part<HistoryPlace>,
}

/// The parameters of the list of runs.
#[derive(Clone, Debug)]
pub struct RunListing {
    fingerprint: Option<String>,
    part: Part<RunPlace>,
}

/// Lists the levels that were set or adjusted, the newest first.
pub async fn list_history<S: Store>(
    State(app): State<App<S>>,
    Allowed(authority): Allowed,
    HistoryListing { filter, part }: HistoryListing,
) -> Answered<HistoryPage> {
    let reference = filter.product.clone().unwrap_or_default();
    let found = app.store.history(authority.scope, filter, part).await?;
    found.map(success).ok_or_else(|| ApiError::product_not_found(&reference))
}

/// Lists the runs, the one begun last first.
pub async fn list_runs<S: Store>(
    State(app): State<App<S>>,
    Allowed(authority): Allowed,
    RunListing { fingerprint, part }: RunListing,
) -> Answered<RunPage> {
    Ok(success(app.store.runs(authority.scope, fingerprint, part).await?))
}

impl<S: Store> FromRequestParts<App<S>> for HistoryListing {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &App<S>) -> Result<Self, ApiError> {
        Ok(read_history(&parameters(&parts.uri)?)?)
    }
}

impl<S: Store> FromRequestParts<App<S>> for RunListing {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &App<S>) -> Result<Self, ApiError> {
        Ok(read_runs(&parameters(&parts.uri)?)?)
    }
}

fn read_history(pairs: &[(String, String)]) -> Result<HistoryListing, Refusal> {
    let mut filter = HistoryFilter::default();
    let mut part = Part { after: None, limit: MAX_PAGE_SIZE };
    for (name, value) in pairs {
        match name.as_str() {
            "productId" => filter.product = Some(text(name, value)?),
            "runId" => filter.run_id = Some(text(name, value)?),
            "reason" => filter.reason = Some(text(name, value)?),
            "keyId" | "userId" => {
                let id = text(name, value)?;
                // Nothing was changed by two at once, and nobody's id is empty.
                let is_another = filter.author_id.as_ref().is_some_and(|other| *other != id);
                filter.author_id = Some(if is_another { String::new() } else { id });
            }
            "from" => filter.from = Some(time(name, value, Date::clone)?),
            "to" => filter.until = Some(time(name, value, |date| date.saturating_add(1.day()))?),
            _ => read_part(&mut part, name, value)?,
        }
    }
    Ok(HistoryListing { filter, part })
}

fn read_runs(pairs: &[(String, String)]) -> Result<RunListing, Refusal> {
    let mut fingerprint = None;
    let mut part = Part { after: None, limit: MAX_PAGE_SIZE };
    for (name, value) in pairs {
        match name.as_str() {
            "fingerprint" => fingerprint = Some(read_fingerprint(name, value)?),
            _ => read_part(&mut part, name, value)?,
        }
    }
    Ok(RunListing { fingerprint, part })
}

pub(super) fn read_part<P: Place>(
    part: &mut Part<P>,
    name: &str,
    value: &str,
) -> Result<(), Refusal> {
    match name {
        "limit" => part.limit = from_one(name, value)?.min(MAX_PAGE_SIZE),
        "cursor" => {
            let place = P::parse(value).ok_or_else(|| {
                let message = "`cursor` is none that this list gave: send `nextCursor` as it came.";
                Refusal::at(name, message)
            })?;
            part.after = Some(place);
        }
        _ => {}
    }
    Ok(())
}

pub(super) fn text(name: &str, value: &str) -> Result<String, Refusal> {
    if value.is_empty() {
        let message = format!("`{name}` is empty. Name what to list, or leave it out for all.");
        return Err(Refusal::at(name, message));
    }
    Ok(value.to_owned())
}

fn read_fingerprint(name: &str, value: &str) -> Result<String, Refusal> {
    if value.chars().count() > MAX_FINGERPRINT_CHARACTERS {
        let message =
            format!("`{name}` is longer than the {MAX_FINGERPRINT_CHARACTERS} characters of one.");
        return Err(Refusal::at(name, message));
    }
    text(name, value)
}

/// Returns the time that `value` says; a date is the midnight in UTC of the day that `day` makes of
/// it.
fn time(name: &str, value: &str, day: impl Fn(&Date) -> Date) -> Result<Timestamp, Refusal> {
    let is_date = value.len() == "2026-11-23".len();
    let date = || value.parse().ok().filter(|_| is_date);
    let midnight = |date| day(&date).to_zoned(TimeZone::UTC).ok().map(|at| at.timestamp());
    let found = value.parse().ok().or_else(|| date().and_then(midnight));
    found.ok_or_else(|| {
        let message = format!(
            "`{name}` is \"{value}\": it must be a time such as 2026-11-23T08:00:00Z or a date \
             such as 2026-11-23. In an address a + is written as %2B."
        );
        Refusal::at(name, message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_moments_or_days() {
        let read = |name: &str, value: &str| {
            let listing = read_history(&[(name.to_owned(), value.to_owned())]);
            listing.map(|listing| (listing.filter.from, listing.filter.until))
        };
        let at = |text: &str| Some(text.parse::<Timestamp>().unwrap());
        let from = read("from", "2026-11-23T08:00:00+01:00");
        assert_eq!(from, Ok((at("2026-11-23T07:00:00Z"), None)));
        assert_eq!(read("from", "2026-11-23"), Ok((at("2026-11-23T00:00:00Z"), None)));
        assert_eq!(read("to", "2026-12-31"), Ok((None, at("2027-01-01T00:00:00Z"))));
        assert_eq!(read("to", "2026-12-31T00:00:00Z"), Ok((None, at("2026-12-31T00:00:00Z"))));
        for wrong in
            ["", "yesterday", "2026-11-31", "2026-11-23T08:00:00", "20261123", "1795000000"]
        {
            assert_eq!(read("to", wrong).unwrap_err().path.as_deref(), Some("to"), "{wrong}");
        }
    }
}
