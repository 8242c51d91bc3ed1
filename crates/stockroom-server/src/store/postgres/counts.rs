//! Counting requests against limits, for all processes on the database together.

use jiff::Timestamp;

use super::connections::{Connection, Lent};
use crate::store::Stored;
use crate::store::data::{Admission, Counter};

/// How many counts are forgotten at once, so that nobody waits long for it.
pub(super) const FORGOTTEN_AT_ONCE: u64 = 2_000;

/// Counters as the database takes them.
struct Columns<'a> {
    subjects: Vec<&'a str>,
    classes: Vec<&'a str>,
    starts_at: Vec<i64>,
    ends_at: Vec<i64>,
}

/// Tells how it stands with the counters, as if a request were made now.
pub(super) async fn look(connection: &Connection, counters: &[Counter]) -> Stored<Admission> {
    let Columns { subjects, classes, starts_at, ends_at } = columns(counters);
    let rows = connection
        .rows(
            "select coalesce(r.requests, 0)
             from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) with ordinality
                 as c (subject, class, starts_at, ends_at, place)
             left join request_counts r on r.subject = c.subject and r.class = c.class
                 and r.starts_at = c.starts_at and r.ends_at = c.ends_at
             order by c.place",
            &[&subjects, &classes, &starts_at, &ends_at],
        )
        .await?;
    let requests: Vec<u64> =
        rows.iter().map(|row| super::rows::count(row, 0)).collect::<Stored<_>>()?;
    let is_admitted =
        requests.iter().zip(counters).all(|(requests, counter)| *requests < counter.limit);
    Ok(Admission { is_admitted, requests })
}

/// Counts a request on all counters, or on none where one is full.
///
/// The counts of a store are one row for all its requests, so whoever has it does not wait for the disk: what
/// was counted in the last moment before the database itself breaks down may be forgotten.
pub(super) async fn admit(mut connection: Lent, counters: &[Counter]) -> Stored<Admission> {
    let counted = count_all(&mut connection, counters).await;
    let end = match &counted {
        Ok(admission) if admission.is_admitted => "commit",
        _ => "rollback",
    };
    let ended = connection.end(end).await;
    counted.and_then(|admission| ended.map(|()| admission))
}

async fn count_all(connection: &mut Lent, counters: &[Counter]) -> Stored<Admission> {
    connection.begin("begin; set local synchronous_commit = off").await?;
    // All take their counters in the same order, so that none waits for one who waits for it.
    let mut order: Vec<usize> = (0..counters.len()).collect();
    order.sort_by_key(|at| key(&counters[*at]));
    let sorted: Vec<Counter> = order.iter().map(|at| counters[*at].clone()).collect();
    let Columns { subjects, classes, starts_at, ends_at } = columns(&sorted);
    let rows = connection
        .rows(
            "insert into request_counts (subject, class, starts_at, ends_at, requests)
             select subject, class, starts_at, ends_at, 1
             from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) with ordinality
                 as c (subject, class, starts_at, ends_at, place)
             order by place
             on conflict (subject, class, starts_at, ends_at)
                 do update set requests = request_counts.requests + 1
             returning requests",
            &[&subjects, &classes, &starts_at, &ends_at],
        )
        .await?;
    let mut requests = vec![0; counters.len()];
    for (at, row) in order.iter().zip(&rows) {
        requests[*at] = super::rows::count::<u64>(row, 0)?;
    }
    let is_admitted =
        requests.iter().zip(counters).all(|(requests, counter)| *requests <= counter.limit);
    if !is_admitted {
        // It is undone.
        for requests in &mut requests {
            *requests = requests.saturating_sub(1);
        }
    }
    Ok(Admission { is_admitted, requests })
}

/// Forgets windows that are over, at most [`FORGOTTEN_AT_ONCE`]; returns how many.
pub(super) async fn forget(connection: &Connection, now: Timestamp) -> Stored<u64> {
    connection
        .execute(
            "delete from request_counts where ctid = any (array(
                 select ctid from request_counts where ends_at <= $1
                 limit 2000 for update skip locked))
                 and ends_at <= $1",
            &[&now.as_second()],
        )
        .await
}

fn key(counter: &Counter) -> (&str, &str, i64, i64) {
    (&counter.subject, counter.class, counter.starts_at, counter.ends_at)
}

fn columns(counters: &[Counter]) -> Columns<'_> {
    Columns {
        subjects: counters.iter().map(|counter| counter.subject.as_str()).collect(),
        classes: counters.iter().map(|counter| counter.class).collect(),
        starts_at: counters.iter().map(|counter| counter.starts_at).collect(),
        ends_at: counters.iter().map(|counter| counter.ends_at).collect(),
    }
}
