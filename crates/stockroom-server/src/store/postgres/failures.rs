//! Sign-ins that failed, counted for all processes on the database together, so that the next has to wait.

use jiff::Timestamp;
use tokio_postgres::Row;

use super::connections::Connection;
use crate::store::Stored;
use crate::store::accounts::{Attempt, FAILURES_KEPT, Failures, Taken};
use crate::store::columns::taken;

/// Counts an attempt on all subjects, or on none where one has to wait. Belongs into a transaction.
pub(super) async fn count(
    connection: &Connection,
    store_id: i64,
    attempts: &[Attempt],
    now: Timestamp,
) -> Stored<Taken> {
    // All take their subjects in the same order, so that none waits for one who waits for it.
    let mut attempts: Vec<&Attempt> = attempts.iter().collect();
    attempts.sort_by(|one, other| one.subject.cmp(&other.subject));
    let mut counted = Vec::with_capacity(attempts.len());
    let mut not_before = None;
    for attempt in attempts {
        let before = lock(connection, store_id, &attempt.subject).await?;
        match attempt.patience.count(before, now) {
            Ok(failures) => counted.push((&attempt.subject, failures)),
            Err(free_at) => not_before = not_before.max(Some(free_at)),
        }
    }
    if not_before.is_some() {
        return taken(not_before);
    }
    for (subject, failures) in counted {
        connection
            .execute(
                "update failed_sign_ins set failures = $3, last_at = $4, free_at = $5
                 where store_id = $1 and subject = $2",
                &[
                    &store_id,
                    &subject,
                    &i64::from(failures.count),
                    &failures.last_at,
                    &failures.free_at,
                ],
            )
            .await?;
    }
    Ok(Taken::Yes)
}

/// Takes an attempt back. Belongs into a transaction.
pub(super) async fn forgive(
    connection: &Connection,
    store_id: i64,
    forgotten: &[String],
    forgiven: &[String],
) -> Stored<()> {
    let forget = "delete from failed_sign_ins where store_id = $1 and subject = $2";
    let forgive =
        "update failed_sign_ins set failures = greatest(failures - 1, 0), free_at = last_at
         where store_id = $1 and subject = $2";
    let forgotten = forgotten.iter().map(|subject| (subject, forget));
    let mut all: Vec<_> =
        forgotten.chain(forgiven.iter().map(|subject| (subject, forgive))).collect();
    all.sort_unstable();
    for (subject, sql) in all {
        connection.execute(sql, &[&store_id, &subject]).await?;
    }
    Ok(())
}

/// Forgets failures that no longer count.
pub(super) async fn forget(connection: &Connection, now: Timestamp) -> Stored<()> {
    let since = (now - FAILURES_KEPT).as_millisecond();
    connection.execute("delete from failed_sign_ins where last_at <= $1", &[&since]).await?;
    Ok(())
}

/// Tells whether an attempt would have to wait, and counts nothing.
pub(super) async fn look(
    connection: &Connection,
    store_id: i64,
    attempts: &[Attempt],
    now: Timestamp,
) -> Stored<Taken> {
    let mut not_before = None;
    for attempt in attempts {
        let found = connection
            .row_or_none(
                "select failures, last_at, free_at from failed_sign_ins
                 where store_id = $1 and subject = $2",
                &[&store_id, &attempt.subject],
            )
            .await?;
        let before = found.map(|row| failures(&row)).transpose()?;
        not_before = not_before.max(attempt.patience.count(before, now).err());
    }
    taken(not_before)
}

/// Returns the failures of a subject, which are this transaction's until it ends; a subject without any
/// gets a row, so that two who come at once do not both come first.
async fn lock(connection: &Connection, store_id: i64, subject: &str) -> Stored<Option<Failures>> {
    let row = connection
        .row(
            "insert into failed_sign_ins (store_id, subject, failures, last_at, free_at)
             values ($1, $2, 0, 0, 0)
             on conflict (store_id, subject) do update set failures = failed_sign_ins.failures
             returning failures, last_at, free_at",
            &[&store_id, &subject],
        )
        .await?;
    Ok(Some(failures(&row)?).filter(|failures| failures.count > 0))
}

fn failures(row: &Row) -> Stored<Failures> {
    let count: i64 = row.try_get(0)?;
    Ok(Failures {
        count: u32::try_from(count).unwrap_or(u32::MAX),
        last_at: row.try_get(1)?,
        free_at: row.try_get(2)?,
    })
}
