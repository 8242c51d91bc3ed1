//! Runs: what their writes did together, kept with every write so that nothing is counted later.

use rusqlite::{Connection, OptionalExtension as _, Row, ToSql, named_params, params};
use stockroom_api::history::{RunPage, RunShown};

use super::history::author;
use crate::store::Stored;
use crate::store::columns::iso;
use crate::store::data::{Credential, HistoryLine, Scope, WriteNumber, WriteRecord};
use crate::store::history::{Part, RunPlace};

/// Adds a write to its run, where it belongs to one.
pub(super) fn note_write(
    connection: &Connection,
    scope: Scope,
    number: WriteNumber,
    record: &WriteRecord,
    lines: &[HistoryLine],
) -> Stored<()> {
    let Some(run_id) = &record.run_id else {
        return Ok(());
    };
    let products = new_products(connection, scope, run_id, lines)?;
    let units = |line: &HistoryLine| line.delta.unsigned_abs().cast_signed();
    let added: i64 = lines.iter().filter(|line| line.delta > 0).map(units).sum();
    let removed: i64 = lines.iter().filter(|line| line.delta < 0).map(units).sum();
    let mut statement = connection.prepare_cached(
        "insert into runs
             (store_id, environment, run_id, reason, fingerprint, started_at, ended_at,
              first_write, key_id, by_session, requests, products, levels, units_added,
              units_removed)
         values (:store, :environment, :run, :reason, :fingerprint, :at, :at, :write, :key,
             :by_session, 1, :products, :levels, :added, :removed)
         on conflict (store_id, environment, run_id) do update set
             reason = coalesce(reason, excluded.reason),
             fingerprint = coalesce(fingerprint, excluded.fingerprint),
             ended_at = max(ended_at, excluded.ended_at),
             requests = requests + 1,
             products = products + excluded.products,
             levels = levels + excluded.levels,
             units_added = units_added + excluded.units_added,
             units_removed = units_removed + excluded.units_removed",
    )?;
    statement.execute(named_params! {
        ":store": scope.store_id,
        ":environment": scope.environment.as_str(),
        ":run": run_id,
        ":reason": record.run_reason,
        ":fingerprint": record.run_fingerprint,
        ":at": record.at.as_millisecond(),
        ":write": number.0,
        ":key": record.author_id,
        ":by_session": record.credential == Credential::Session,
        ":products": products,
        ":levels": lines.len(),
        ":added": added,
        ":removed": removed,
    })?;
    Ok(())
}

/// Returns how many products the run changes for the first time.
fn new_products(
    connection: &Connection,
    scope: Scope,
    run_id: &str,
    lines: &[HistoryLine],
) -> Stored<usize> {
    let mut products: Vec<_> =
        lines.iter().map(|line| (line.product.0, line.previous_write)).collect();
    products.sort_unstable();
    products.dedup();
    let mut statement = connection.prepare_cached(
        "select first_write from runs where store_id = ?1 and environment = ?2 and run_id = ?3",
    )?;
    let key = params![scope.store_id, scope.environment.as_str(), run_id];
    let first: Option<i64> = statement.query_row(key, |row| row.get(0)).optional()?;
    let Some(first) = first.map(WriteNumber) else {
        return Ok(products.len());
    };
    let mut new = 0;
    for (product, previous) in products {
        // Most were changed last before the run began, and need no look at the history.
        let since = previous.filter(|write| *write >= first);
        let Some(since) = since else {
            new += 1;
            continue;
        };
        if !was_changed_by(connection, run_id, product, since, first)? {
            new += 1;
        }
    }
    Ok(new)
}

/// Tells whether a run that began with `first` has changed a product, by the product's chain.
fn was_changed_by(
    connection: &Connection,
    run_id: &str,
    product: i64,
    since: WriteNumber,
    first: WriteNumber,
) -> Stored<bool> {
    let mut link = connection.prepare_cached(
        "select h.previous_write, w.run_id is ?3
         from writes w cross join history h on h.write = w.number
         where w.number = ?1 and h.product = ?2 limit 1",
    )?;
    let mut next = Some(since);
    while let Some(write) = next.filter(|write| *write >= first) {
        let key = params![write.0, product, run_id];
        let found: (Option<i64>, bool) =
            link.query_row(key, |row| Ok((row.get(0)?, row.get(1)?)))?;
        if found.1 {
            return Ok(true);
        }
        next = found.0.map(WriteNumber);
    }
    Ok(false)
}

/// Returns the runs behind a place, all or those with this fingerprint.
pub(super) fn page(
    connection: &Connection,
    scope: Scope,
    fingerprint: Option<&str>,
    part: Part<RunPlace>,
) -> Stored<RunPage> {
    let (index, condition) = match fingerprint {
        Some(_) => ("runs_by_fingerprint", "and r.fingerprint = :fingerprint"),
        None => ("runs_listed", ""),
    };
    let mut statement = connection.prepare_cached(&format!(
        "select r.number, r.run_id, r.reason, r.fingerprint, r.started_at, r.ended_at, r.key_id,
             k.name, k.prefix, k.last_four, r.by_session, r.requests, r.products, r.levels,
             r.units_added, r.units_removed, u.name
         from runs r indexed by {index}
         left join api_keys k on k.store_id = r.store_id and k.environment = r.environment
             and k.id = r.key_id
         left join users u on u.store_id = r.store_id and u.id = r.key_id
         where r.store_id = :store and r.environment = :environment {condition}
             and r.number < :after
         order by r.number desc limit :limit"
    ))?;
    let environment = scope.environment.as_str();
    let after = part.after.map_or(i64::MAX, |place| place.0);
    // One more than a page tells whether another follows.
    let limit = i64::try_from(part.limit).unwrap_or(i64::MAX).saturating_add(1);
    let mut parameters: Vec<(&str, &dyn ToSql)> = vec![
        (":store", &scope.store_id),
        (":environment", &environment),
        (":after", &after),
        (":limit", &limit),
    ];
    parameters.extend(fingerprint.as_ref().map(|text| (":fingerprint", text as &dyn ToSql)));
    let rows = statement.query_map(&*parameters, run)?;
    let mut found: Vec<(RunPlace, RunShown)> = rows.collect::<Result<_, _>>()?;
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

fn run(row: &Row<'_>) -> rusqlite::Result<(RunPlace, RunShown)> {
    let (key, user) = author(row, 6, 16)?;
    let run = RunShown {
        run_id: row.get(1)?,
        reason: row.get(2)?,
        fingerprint: row.get(3)?,
        started_at: iso(row.get(4)?).unwrap_or_default(),
        ended_at: iso(row.get(5)?).unwrap_or_default(),
        key,
        user,
        by_session: row.get(10)?,
        requests: row.get(11)?,
        products: row.get(12)?,
        levels: row.get(13)?,
        units_added: row.get(14)?,
        units_removed: row.get(15)?,
    };
    Ok((RunPlace(row.get(0)?), run))
}
