//! Runs: what their writes did together, kept with every write so that nothing is counted later.

use stockroom_api::history::{RunPage, RunShown};
use tokio_postgres::Row;

use super::connections::Connection;
use super::history::author;
use super::rows::{can_be_kept, count, is_live, number};
use crate::store::Stored;
use crate::store::columns::iso;
use crate::store::data::{Credential, HistoryLine, Scope, WriteNumber, WriteRecord};
use crate::store::history::{Part, RunPlace};

/// A write of a run that is to be added to it. The run is one row for all its requests, so that is done last.
#[derive(Debug)]
pub(super) struct RunWrite {
    scope: Scope,
    write: WriteNumber,
    record: WriteRecord,
    run_id: String,
    products: i64,
    levels: i64,
    added: i64,
    removed: i64,
}

/// Returns what a write adds to its run, where it belongs to one.
pub(super) async fn count_write(
    connection: &Connection,
    scope: Scope,
    write: WriteNumber,
    record: &WriteRecord,
    lines: &[HistoryLine],
) -> Stored<Option<RunWrite>> {
    let Some(run_id) = &record.run_id else {
        return Ok(None);
    };
    let units = |line: &HistoryLine| line.delta.unsigned_abs().cast_signed();
    Ok(Some(RunWrite {
        scope,
        write,
        record: record.clone(),
        run_id: run_id.clone(),
        products: new_products(connection, scope, run_id, lines).await?,
        levels: number(lines.len()),
        added: lines.iter().filter(|line| line.delta > 0).map(units).sum(),
        removed: lines.iter().filter(|line| line.delta < 0).map(units).sum(),
    }))
}

/// Adds a write to its run.
pub(super) async fn add(connection: &Connection, run: &RunWrite) -> Stored<()> {
    let RunWrite { scope, write, record, run_id, products, levels, added, removed } = run;
    connection
        .execute(
            "insert into runs
                 (store_id, live, run_id, reason, fingerprint, started_at, ended_at, first_write,
                  key_id, by_session, requests, products, levels, units_added, units_removed)
             values ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9, 1, $10, $11, $12, $13)
             on conflict (store_id, live, run_id) do update set
                 reason = coalesce(runs.reason, excluded.reason),
                 fingerprint = coalesce(runs.fingerprint, excluded.fingerprint),
                 started_at = least(runs.started_at, excluded.started_at),
                 ended_at = greatest(runs.ended_at, excluded.ended_at),
                 first_write = least(runs.first_write, excluded.first_write),
                 requests = runs.requests + 1,
                 products = runs.products + excluded.products,
                 levels = runs.levels + excluded.levels,
                 units_added = runs.units_added + excluded.units_added,
                 units_removed = runs.units_removed + excluded.units_removed",
            &[
                &scope.store_id,
                &is_live(*scope),
                run_id,
                &record.run_reason,
                &record.run_fingerprint,
                &record.at.as_millisecond(),
                &write.0,
                &record.author_id,
                &(record.credential == Credential::Session),
                products,
                levels,
                added,
                removed,
            ],
        )
        .await?;
    Ok(())
}

/// Returns how many products the run changes for the first time, by the products' chains. Whoever changed one
/// of them before is done, since these are locked.
async fn new_products(
    connection: &Connection,
    scope: Scope,
    run_id: &str,
    lines: &[HistoryLine],
) -> Stored<i64> {
    let mut changed: Vec<_> =
        lines.iter().map(|line| (line.product.0, line.previous_write)).collect();
    changed.sort_unstable();
    changed.dedup();
    let all = number(changed.len());
    let before: (Vec<i64>, Vec<i64>) =
        changed.into_iter().filter_map(|(product, previous)| Some((product, previous?.0))).unzip();
    if before.0.is_empty() {
        return Ok(all);
    }
    let row = connection
        .row(
            "with recursive run as (
                 select first_write from runs where store_id = $1 and live = $2 and run_id = $3
             ), chain as (
                 select c.product, c.write
                 from unnest($4::bigint[], $5::bigint[]) as c (product, write), run
                 where c.write >= run.first_write
                 union
                 select h.product, h.previous_write
                 from run, chain c
                 join writes w on w.store_id = $1 and w.number = c.write
                     and w.run_id is distinct from $3
                 join history h on h.store_id = $1 and h.write = c.write and h.product = c.product
                 where h.previous_write >= run.first_write
             )
             select count(distinct c.product) from chain c
             join writes w on w.store_id = $1 and w.number = c.write and w.run_id = $3",
            &[&scope.store_id, &is_live(scope), &run_id, &before.0, &before.1],
        )
        .await?;
    Ok(all - row.try_get::<_, i64>(0)?)
}

/// The columns of a run, by a condition.
macro_rules! listed {
    ($condition:literal) => {
        concat!(
            "select r.number, r.run_id, r.reason, r.fingerprint, r.started_at, r.ended_at, r.key_id,
                 k.name, k.prefix, k.last_four, r.by_session, r.requests, r.products, r.levels,
                 r.units_added, r.units_removed, u.name
             from runs r
             left join api_keys k on k.store_id = r.store_id and k.live = r.live and k.id = r.key_id
             left join users u on u.store_id = r.store_id and u.id = r.key_id
             where r.store_id = $1 and r.live = $2 and r.number < $3 and ",
            $condition,
            " order by r.number desc limit $5"
        )
    };
}

/// Returns the runs behind a place, all or those with this fingerprint.
pub(super) async fn page(
    connection: &Connection,
    scope: Scope,
    fingerprint: Option<&str>,
    part: Part<RunPlace>,
) -> Stored<RunPage> {
    let sql = match fingerprint {
        Some(_) => listed!("r.fingerprint = $4"),
        None => listed!("$4::text is null"),
    };
    let after = part.after.map_or(i64::MAX, |place| place.0);
    // One more than a page tells whether another follows.
    let limit = number(part.limit).saturating_add(1);
    let rows = if fingerprint.is_none_or(can_be_kept) {
        let live = is_live(scope);
        connection.rows(sql, &[&scope.store_id, &live, &after, &fingerprint, &limit]).await?
    } else {
        Vec::new()
    };
    let mut found = rows.iter().map(run).collect::<Stored<Vec<_>>>()?;
    let limit = usize::try_from(part.limit).unwrap_or(usize::MAX);
    let has_more = found.len() > limit;
    found.truncate(limit);
    let last = found.last().map(|(place, _)| place.to_string());
    Ok(RunPage {
        items: found.into_iter().map(|(_, run)| run).collect(),
        limit: part.limit,
        has_more,
        next_cursor: last.filter(|_| has_more),
    })
}

fn run(row: &Row) -> Stored<(RunPlace, RunShown)> {
    let (key, user) = author(row, 6, 16)?;
    let run = RunShown {
        run_id: row.try_get(1)?,
        reason: row.try_get(2)?,
        fingerprint: row.try_get(3)?,
        started_at: iso(row.try_get(4)?).unwrap_or_default(),
        ended_at: iso(row.try_get(5)?).unwrap_or_default(),
        key,
        user,
        by_session: row.try_get(10)?,
        requests: count(row, 11)?,
        products: count(row, 12)?,
        levels: count(row, 13)?,
        units_added: count(row, 14)?,
        units_removed: count(row, 15)?,
    };
    Ok((RunPlace(row.try_get(0)?), run))
}
