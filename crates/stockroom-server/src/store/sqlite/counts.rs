//! Counting requests against limits.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::store::Stored;
use crate::store::data::{Admission, Counter};

/// How many counts are forgotten at once, so that writes never wait long for it.
pub(super) const FORGOTTEN_AT_ONCE: usize = 2_000;

/// Tells how it stands with the counters, as if a request were made now.
pub(super) fn look(connection: &Connection, counters: &[Counter]) -> Stored<Admission> {
    let mut statement = connection.prepare_cached(
        "select requests from request_counts
         where subject = ?1 and class = ?2 and starts_at = ?3 and ends_at = ?4",
    )?;
    let mut requests = Vec::with_capacity(counters.len());
    for counter in counters {
        let key = params![counter.subject, counter.class, counter.starts_at, counter.ends_at];
        let found: Option<u64> = statement.query_row(key, |row| row.get(0)).optional()?;
        requests.push(found.unwrap_or(0));
    }
    let is_admitted =
        requests.iter().zip(counters).all(|(requests, counter)| *requests < counter.limit);
    Ok(Admission { is_admitted, requests })
}

/// Counts a request on all counters, or on none where one is full.
pub(super) fn admit(connection: &Connection, counters: &[Counter]) -> Stored<Admission> {
    let mut admission = look(connection, counters)?;
    if !admission.is_admitted {
        return Ok(admission);
    }
    let mut statement = connection.prepare_cached(
        "insert into request_counts (subject, class, starts_at, ends_at, requests)
         values (?1, ?2, ?3, ?4, 1)
         on conflict do update set requests = requests + 1",
    )?;
    for (counter, requests) in counters.iter().zip(&mut admission.requests) {
        statement.execute(params![
            counter.subject,
            counter.class,
            counter.starts_at,
            counter.ends_at
        ])?;
        *requests += 1;
    }
    Ok(admission)
}

/// Forgets windows that are over, at most [`FORGOTTEN_AT_ONCE`]; returns how many.
pub(super) fn forget(connection: &Connection, now: Timestamp) -> Stored<usize> {
    Ok(connection.execute(
        "delete from request_counts where (subject, class, starts_at, ends_at) in (
             select subject, class, starts_at, ends_at
             from request_counts indexed by request_counts_by_end
             where ends_at <= ?1 limit ?2)",
        params![now.as_second(), FORGOTTEN_AT_ONCE],
    )?)
}
