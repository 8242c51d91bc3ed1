//! The stock history, read newest first.
//!
//! Entries are found by the writes that they belong to, along the index that fits the filter. Those of
//! one product are found along its chain: its level names the write that changed it last, and each line
//! the write before.

use jiff::Timestamp;
use stockroom_api::bulk::Mode;
use stockroom_api::history::{HistoryEntry, HistoryPage, KeyShown, UserShown};
use tokio_postgres::Row;

use super::connections::Connection;
use super::rows::{can_be_kept, is_live, number};
use crate::store::Stored;
use crate::store::columns::{ended, iso, source};
use crate::store::data::Scope;
use crate::store::history::{HistoryFilter, HistoryPlace, Part};

/// How many links of a chain are followed by one statement.
const LINKS: usize = 200;

/// An entry, and where it stands.
type Found = (HistoryPlace, HistoryEntry);

/// What is shown of entries, once the lines with their writes are `h`.
macro_rules! entries {
    ($lines:expr) => {
        concat!(
            "select h.at, h.write, h.line, coalesce(p.id, d.id),
                 case when p.number is null then d.external_id else p.external_id end,
                 coalesce(p.name, d.name), h.variant_id, coalesce(v.label, g.label), h.is_set,
                 h.asked, h.level_before, h.level_after, h.delta, h.source, h.key_id, k.name,
                 k.prefix, k.last_four, h.by_session, h.request_id, h.run_id, h.run_reason, e.how,
                 u.name
             from (
                 select w.at, w.live, w.source, w.key_id, w.by_session, w.request_id, w.run_id,
                     w.run_reason, h.*
                 from writes w join history h on h.store_id = w.store_id and h.write = w.number
                 where w.store_id = $1 ",
            $lines,
            "    limit $2
             ) h
             left join products p on p.store_id = $1 and p.number = h.product
             left join variants v
                 on v.store_id = $1 and v.product = h.product and v.id = h.variant_id
             left join deleted_products d
                 on p.number is null and d.store_id = $1 and d.number = h.product
             left join deleted_variants g on v.id is null and g.store_id = $1
                 and g.product = h.product and g.id = h.variant_id
             left join ended_levels e
                 on e.store_id = $1 and e.write = h.write and e.line = h.line
             left join api_keys k on k.store_id = $1 and k.live = h.live and k.id = h.key_id
             left join users u on u.store_id = $1 and u.id = h.key_id
             order by h.at desc, h.write desc, h.line desc"
        )
    };
}

/// The lines of the whole history behind a place, by what they must have.
macro_rules! all {
    ($run:literal, $reason:literal, $key:literal) => {
        entries!(concat!(
            "and w.live = $3 and w.at between $4 and $5
             and (w.at < $6 or w.number < $7 or (w.number = $7 and h.line < $8))
             and (",
            $run,
            "w.run_id = $9) and (",
            $reason,
            "w.run_reason = $10) and (",
            $key,
            "w.key_id = $11)
             order by w.at desc, w.number desc, h.line desc "
        ))
    };
}

/// Returns the entries behind a place, or `None` where the filter's product is not there.
pub(super) async fn page(
    connection: &Connection,
    scope: Scope,
    filter: &HistoryFilter,
    part: Part<HistoryPlace>,
) -> Stored<Option<HistoryPage>> {
    let named = [&filter.run_id, &filter.reason, &filter.author_id, &filter.product];
    let is_in_vain = named.into_iter().flatten().any(|text| !can_be_kept(text));
    // One more than a page tells whether another follows.
    let wanted = Part { limit: part.limit.saturating_add(1), ..part };
    let mut found = match &filter.product {
        None if is_in_vain => Vec::new(),
        None => of_all(connection, scope, filter, wanted).await?,
        Some(_) if is_in_vain => return Ok(None),
        Some(reference) => {
            let Some((product, last_write)) = product(connection, scope, reference).await? else {
                return Ok(None);
            };
            of_product(connection, scope, filter, wanted, product, last_write).await?
        }
    };
    let limit = usize::try_from(part.limit).unwrap_or(usize::MAX);
    let has_more = found.len() > limit;
    found.truncate(limit);
    let last = found.last().map(|(place, _)| place.to_string());
    Ok(Some(HistoryPage {
        items: found.into_iter().map(|(_, entry)| entry).collect(),
        limit: part.limit,
        has_more,
        next_cursor: last.filter(|_| has_more),
    }))
}

async fn of_all(
    connection: &Connection,
    scope: Scope,
    filter: &HistoryFilter,
    part: Part<HistoryPlace>,
) -> Stored<Vec<Found>> {
    let end = HistoryPlace { at: i64::MAX, write: i64::MAX, line: i64::MAX };
    let after = part.after.unwrap_or(end);
    // What is named is what the index is chosen by, the first of these that is.
    let sql = match (&filter.run_id, &filter.reason, &filter.author_id) {
        (Some(_), ..) => all!("", "$10::text is null or ", "$11::text is null or "),
        (None, Some(_), _) => all!("$9::text is null or ", "", "$11::text is null or "),
        (None, None, Some(_)) => all!("$9::text is null or ", "$10::text is null or ", ""),
        (None, None, None) => {
            all!("$9::text is null or ", "$10::text is null or ", "$11::text is null or ")
        }
    };
    let line = i32::try_from(after.line).unwrap_or(i32::MAX);
    let rows = connection
        .rows(
            sql,
            &[
                &scope.store_id,
                &number(part.limit),
                &is_live(scope),
                &first_moment(filter),
                &last_moment(filter).min(after.at),
                &after.at,
                &after.write,
                &line,
                &filter.run_id,
                &filter.reason,
                &filter.author_id,
            ],
        )
        .await?;
    rows.iter().map(entry).collect()
}

/// Walks the chain of a product, which is in the order of writes.
async fn of_product(
    connection: &Connection,
    scope: Scope,
    filter: &HistoryFilter,
    part: Part<HistoryPlace>,
    product: i64,
    last_write: Option<i64>,
) -> Stored<Vec<Found>> {
    let limit = usize::try_from(part.limit).unwrap_or(usize::MAX);
    // Times do not count here: they follow the clock, which may have been set back.
    let (after_write, after_line) =
        part.after.map_or((i64::MAX, i64::MAX), |after| (after.write, after.line));
    // A cursor of this list names a link of the chain, and the walk goes on there.
    let mut links = match part.after {
        Some(_) => follow(connection, scope, filter, product, Some(after_write)).await?,
        None => Vec::new(),
    };
    if links.is_empty() {
        links = follow(connection, scope, filter, product, last_write).await?;
    }
    let mut found = Vec::new();
    while found.len() < limit && !links.is_empty() {
        let fitting: Vec<i64> = links
            .iter()
            .filter(|link| link.fits && link.write <= after_write)
            .map(|link| link.write)
            .collect();
        let rows = connection
            .rows(
                entries!(
                    "and h.product = $3 and w.number = any($4) and (w.number < $5 or h.line < $6)
                     order by w.number desc, h.line desc "
                ),
                &[
                    &scope.store_id,
                    &number(limit - found.len()),
                    &product,
                    &fitting,
                    &after_write,
                    &i32::try_from(after_line).unwrap_or(i32::MAX),
                ],
            )
            .await?;
        let mut read = rows.iter().map(entry).collect::<Stored<Vec<Found>>>()?;
        read.sort_by_key(|(place, _)| std::cmp::Reverse((place.write, place.line)));
        found.append(&mut read);
        let next = links.last().and_then(|link| link.previous_write);
        links = follow(connection, scope, filter, product, next).await?;
    }
    Ok(found)
}

/// One write of a chain.
struct Link {
    write: i64,
    previous_write: Option<i64>,
    /// Whether the filter takes the write.
    fits: bool,
}

/// Returns the next links of a product's chain from a write on, newest first; none where that write did not
/// change the product.
async fn follow(
    connection: &Connection,
    scope: Scope,
    filter: &HistoryFilter,
    product: i64,
    from: Option<i64>,
) -> Stored<Vec<Link>> {
    let Some(from) = from else { return Ok(Vec::new()) };
    let rows = connection
        .rows(
            "with recursive chain as (
                 (select write, previous_write, 1::bigint as depth from history
                  where store_id = $1 and write = $3 and product = $2 limit 1)
                 union all
                 select h.write, h.previous_write, c.depth + 1
                 from chain c cross join lateral (
                     select write, previous_write from history
                     where store_id = $1 and write = c.previous_write and product = $2 limit 1) h
                 where c.depth < $4
             )
             select c.write, c.previous_write, coalesce(
                 w.at between $5 and $6 and ($7::text is null or w.run_id = $7)
                 and ($8::text is null or w.run_reason = $8)
                 and ($9::text is null or w.key_id = $9), false)
             from chain c join writes w on w.store_id = $1 and w.number = c.write
             order by c.depth",
            &[
                &scope.store_id,
                &product,
                &from,
                &number(LINKS),
                &first_moment(filter),
                &last_moment(filter),
                &filter.run_id,
                &filter.reason,
                &filter.author_id,
            ],
        )
        .await?;
    let read = |row: &Row| {
        Ok(Link { write: row.try_get(0)?, previous_write: row.try_get(1)?, fits: row.try_get(2)? })
    };
    rows.iter().map(read).collect()
}

/// Returns the first millisecond that the filter takes.
fn first_moment(filter: &HistoryFilter) -> i64 {
    filter.from.map_or(i64::MIN, Timestamp::as_millisecond)
}

/// Returns the last millisecond that the filter takes.
fn last_moment(filter: &HistoryFilter) -> i64 {
    filter.until.map_or(i64::MAX, |until| until.as_millisecond().saturating_sub(1))
}

/// Returns the number and last write of a product, by id or SKU; of those that were deleted, the one
/// that had the SKU last.
async fn product(
    connection: &Connection,
    scope: Scope,
    reference: &str,
) -> Stored<Option<(i64, Option<i64>)>> {
    for sql in [
        "select product, last_write from levels
         where store_id = $1 and product = coalesce(
             (select number from products where store_id = $1 and live = $2 and id = $3),
             (select number from products
              where store_id = $1 and live = $2 and external_id = $4))",
        "select number, last_write from deleted_products
         where store_id = $1 and number = coalesce(
             (select max(number) from deleted_products
              where store_id = $1 and live = $2 and id = $3),
             (select max(number) from deleted_products
              where store_id = $1 and live = $2 and external_id = $4))",
    ] {
        let trimmed = reference.trim();
        let key: [&(dyn tokio_postgres::types::ToSql + Sync); 4] =
            [&scope.store_id, &is_live(scope), &reference, &trimmed];
        if let Some(row) = connection.row_or_none(sql, &key).await? {
            return Ok(Some((row.try_get(0)?, row.try_get(1)?)));
        }
    }
    Ok(None)
}

fn entry(row: &Row) -> Stored<Found> {
    let line: i32 = row.try_get(2)?;
    let place = HistoryPlace { at: row.try_get(0)?, write: row.try_get(1)?, line: line.into() };
    let asked = row.try_get(9)?;
    let (mode, quantity, quantity_delta) = if row.try_get(8)? {
        (Mode::Set, Some(asked), None)
    } else {
        (Mode::Adjust, None, Some(asked))
    };
    let (key, user) = author(row, 14, 23)?;
    let entry = HistoryEntry {
        at: iso(place.at).unwrap_or_default(),
        product_id: row.try_get(3)?,
        external_id: row.try_get(4)?,
        name: row.try_get(5)?,
        variant_id: row.try_get(6)?,
        label: row.try_get(7)?,
        mode,
        quantity,
        quantity_delta,
        before: row.try_get(10)?,
        after: row.try_get(11)?,
        delta: row.try_get(12)?,
        ended: row.try_get::<_, Option<&str>>(22)?.map(ended),
        source: source(row.try_get(13)?),
        key,
        user,
        by_session: row.try_get(18)?,
        request_id: row.try_get(19)?,
        run_id: row.try_get(20)?,
        reason: row.try_get(21)?,
    };
    Ok((place, entry))
}

/// Returns the key or the person that columns tell of: four from `first` on say the id of either, and a
/// key's name, prefix and last characters; the one at `name` a person's name.
pub(super) fn author(
    row: &Row,
    first: usize,
    name: usize,
) -> Stored<(Option<KeyShown>, Option<UserShown>)> {
    let id = row.try_get(first)?;
    if let Some(name) = row.try_get(name)? {
        return Ok((None, Some(UserShown { id, name })));
    }
    let prefix: Option<&str> = row.try_get(first + 2)?;
    let last_four: Option<&str> = row.try_get(first + 3)?;
    let hint = prefix.zip(last_four).map(|(prefix, last_four)| format!("{prefix}…{last_four}"));
    Ok((Some(KeyShown { id, name: row.try_get(first + 1)?, hint }), None))
}
