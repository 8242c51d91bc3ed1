//! Writes that were passed on to a hosted service.

use stockroom_api::audit::{AuditEntry, AuditPage};
use tokio_postgres::Row;

use super::PostgresStore;
use super::connections::Connection;
use super::history::author;
use super::rows::{can_be_kept, is_live, number};
use crate::store::audit::{Audit, AuditPlace, EntryNumber, Passed, Settled, page_of};
use crate::store::columns::{iso, outcome};
use crate::store::data::Scope;
use crate::store::history::Part;
use crate::store::{StoreError, Stored};

impl Audit for PostgresStore {
    async fn note_passed(&self, passed: Passed) -> Stored<EntryNumber> {
        note(&*self.writer().await?, &passed).await
    }

    async fn settle_passed(&self, entry: EntryNumber, settled: Settled) -> Stored<()> {
        settle(&*self.writer().await?, entry, &settled).await
    }

    async fn audit(
        &self,
        scope: Scope,
        author_id: Option<String>,
        part: Part<AuditPlace>,
    ) -> Stored<AuditPage> {
        let connection = self.readers.lend().await?;
        page(&connection, scope, author_id.as_deref(), part).await
    }
}

async fn note(connection: &Connection, passed: &Passed) -> Stored<EntryNumber> {
    let products = serde_json::to_string(&passed.products)?;
    let texts = [passed.idempotency_key.as_deref(), passed.run_id.as_deref()];
    if !texts.into_iter().flatten().all(can_be_kept) {
        return Err(StoreError::Unkeepable);
    }
    let row = connection
        .row(
            "insert into audit (store_id, live, at, author_id, method, path, products,
                 idempotency_key, run_id, request_id)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
             returning number",
            &[
                &passed.scope.store_id,
                &is_live(passed.scope),
                &passed.at.as_millisecond(),
                &passed.author_id,
                &passed.method,
                &passed.path,
                &products,
                &passed.idempotency_key,
                &passed.run_id,
                &passed.request_id,
            ],
        )
        .await?;
    Ok(EntryNumber { store_id: passed.scope.store_id, number: row.try_get(0)? })
}

async fn settle(connection: &Connection, entry: EntryNumber, settled: &Settled) -> Stored<()> {
    connection
        .execute(
            "update audit set outcome = $3, status = $4, settled_at = $5, upstream_id = $6
             where store_id = $1 and number = $2",
            &[
                &entry.store_id,
                &entry.number,
                &settled.outcome.as_str(),
                &settled.status.map(i32::from),
                &settled.at.as_millisecond(),
                &settled.upstream_id,
            ],
        )
        .await?;
    Ok(())
}

async fn page(
    connection: &Connection,
    scope: Scope,
    author_id: Option<&str>,
    part: Part<AuditPlace>,
) -> Stored<AuditPage> {
    let after = part.after.map_or(i64::MAX, |AuditPlace(number)| number);
    // One more than a page tells whether another follows.
    let limit = number(part.limit.saturating_add(1));
    let rows = connection
        .rows(
            "select a.number, a.at, a.author_id, k.name, k.prefix, k.last_four, u.name, a.method,
                 a.path, a.products, a.outcome, a.status, a.settled_at, a.idempotency_key,
                 a.run_id, a.request_id, a.upstream_id
             from audit a
             left join api_keys k on k.store_id = a.store_id and k.live = a.live
                 and k.id = a.author_id
             left join users u on u.store_id = a.store_id and u.id = a.author_id
             where a.store_id = $1 and a.live = $2 and a.number < $3
                 and ($5::text is null or a.author_id = $5)
             order by a.number desc limit $4",
            &[&scope.store_id, &is_live(scope), &after, &limit, &author_id],
        )
        .await?;
    let found = rows.iter().map(entry).collect::<Stored<_>>()?;
    let (items, next_cursor) = page_of(found, part.limit);
    let has_more = next_cursor.is_some();
    Ok(AuditPage { items, limit: part.limit, has_more, next_cursor })
}

fn entry(row: &Row) -> Stored<(i64, AuditEntry)> {
    let (key, user) = author(row, 2, 6)?;
    let status: Option<i32> = row.try_get(11)?;
    let entry = AuditEntry {
        at: iso(row.try_get(1)?).unwrap_or_default(),
        user,
        key,
        method: row.try_get(7)?,
        path: row.try_get(8)?,
        products: serde_json::from_str(row.try_get(9)?)?,
        outcome: outcome(row.try_get(10)?),
        status: status.and_then(|status| status.try_into().ok()),
        settled_at: row.try_get::<_, Option<i64>>(12)?.and_then(iso),
        idempotency_key: row.try_get(13)?,
        run_id: row.try_get(14)?,
        request_id: row.try_get(15)?,
        upstream_request_id: row.try_get(16)?,
    };
    Ok((row.try_get(0)?, entry))
}
