//! Writes that were passed on to a hosted service.

use rusqlite::{Connection, Row, params};
use stockroom_api::audit::{AuditEntry, AuditPage};

use super::SqliteStore;
use super::history::author;
use crate::store::Stored;
use crate::store::audit::{Audit, AuditPlace, EntryNumber, Passed, Settled, page_of};
use crate::store::columns::{iso, outcome};
use crate::store::data::Scope;
use crate::store::history::Part;

impl Audit for SqliteStore {
    async fn note_passed(&self, passed: Passed) -> Stored<EntryNumber> {
        self.change(move |connection| note(connection, &passed)).await
    }

    async fn settle_passed(&self, entry: EntryNumber, settled: Settled) -> Stored<()> {
        self.change(move |connection| settle(connection, entry, &settled)).await
    }

    async fn audit(
        &self,
        scope: Scope,
        author_id: Option<String>,
        part: Part<AuditPlace>,
    ) -> Stored<AuditPage> {
        let read = move |connection: &_| page(connection, scope, author_id.as_deref(), part);
        self.readers.read(read).await
    }
}

fn note(connection: &Connection, passed: &Passed) -> Stored<EntryNumber> {
    let mut statement = connection.prepare_cached(
        "insert into audit (store_id, environment, at, author_id, method, path, products,
             idempotency_key, run_id, request_id)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?;
    let number = statement.insert(params![
        passed.scope.store_id,
        passed.scope.environment.as_str(),
        passed.at.as_millisecond(),
        passed.author_id,
        passed.method,
        passed.path,
        serde_json::to_string(&passed.products)?,
        passed.idempotency_key,
        passed.run_id,
        passed.request_id,
    ])?;
    Ok(EntryNumber { store_id: passed.scope.store_id, number })
}

fn settle(connection: &Connection, entry: EntryNumber, settled: &Settled) -> Stored<()> {
    let mut statement = connection.prepare_cached(
        "update audit set outcome = ?3, status = ?4, settled_at = ?5, upstream_id = ?6
         where number = ?2 and store_id = ?1",
    )?;
    statement.execute(params![
        entry.store_id,
        entry.number,
        settled.outcome.as_str(),
        settled.status,
        settled.at.as_millisecond(),
        settled.upstream_id,
    ])?;
    Ok(())
}

fn page(
    connection: &Connection,
    scope: Scope,
    author_id: Option<&str>,
    part: Part<AuditPlace>,
) -> Stored<AuditPage> {
    let (index, condition) = match author_id {
        Some(_) => ("audit_by_author", "a.author_id = ?5"),
        None => ("audit_by_store", "?5 is null"),
    };
    let mut statement = connection.prepare_cached(&format!(
        "select a.number, a.at, a.author_id, k.name, k.prefix, k.last_four, u.name, a.method, a.path,
             a.products, a.outcome, a.status, a.settled_at, a.idempotency_key, a.run_id,
             a.request_id, a.upstream_id
         from audit a indexed by {index}
         left join api_keys k on k.store_id = a.store_id and k.environment = a.environment
             and k.id = a.author_id
         left join users u on u.store_id = a.store_id and u.id = a.author_id
         where a.store_id = ?1 and a.environment = ?2 and a.number < ?3 and {condition}
         order by a.number desc limit ?4"
    ))?;
    let after = part.after.map_or(i64::MAX, |AuditPlace(number)| number);
    // One more than a page tells whether another follows.
    let limit = i64::try_from(part.limit.saturating_add(1)).unwrap_or(i64::MAX);
    let (store_id, environment) = (scope.store_id, scope.environment.as_str());
    let rows =
        statement.query_map(params![store_id, environment, after, limit, author_id], entry)?;
    let (items, next_cursor) = page_of(rows.collect::<Result<_, _>>()?, part.limit);
    let has_more = next_cursor.is_some();
    Ok(AuditPage { items, limit: part.limit, has_more, next_cursor })
}

fn entry(row: &Row<'_>) -> rusqlite::Result<(i64, AuditEntry)> {
    let (key, user) = author(row, 2, 6)?;
    let entry = AuditEntry {
        at: iso(row.get(1)?).unwrap_or_default(),
        user,
        key,
        method: row.get(7)?,
        path: row.get(8)?,
        // The column is written above alone.
        products: serde_json::from_str(row.get_ref(9)?.as_str()?).unwrap_or_default(),
        outcome: outcome(row.get_ref(10)?.as_str()?),
        status: row.get(11)?,
        settled_at: row.get::<_, Option<i64>>(12)?.and_then(iso),
        idempotency_key: row.get(13)?,
        run_id: row.get(14)?,
        request_id: row.get(15)?,
        upstream_request_id: row.get(16)?,
    };
    Ok((row.get(0)?, entry))
}
