//! The stock history, read newest first.
//!
//! Entries are found by the writes that they belong to, along the index that fits the filter. Those of
//! one product are found along its chain: the product names the write that changed it last, and each
//! line the write before.

use jiff::Timestamp;
use rusqlite::{CachedStatement, Connection, OptionalExtension as _, Row, ToSql, params};
use stockroom_api::bulk::Mode;
use stockroom_api::history::{HistoryEntry, HistoryPage, KeyShown, UserShown};

use crate::store::Stored;
use crate::store::columns::{ended, iso, source};
use crate::store::data::Scope;
use crate::store::history::{HistoryFilter, HistoryPlace, Part};

/// An entry, and where it stands.
type Found = (HistoryPlace, HistoryEntry);

/// The columns of an entry, whatever it is found by.
const ENTRY: &str = "
select w.at, w.number, h.line, coalesce(p.id, d.id), iif(p.number is null, d.external_id, p.external_id),
    coalesce(p.name, d.name), h.variant_id, coalesce(v.label, g.label), h.mode, h.asked,
    h.level_before, h.level_after, h.delta, w.source, w.key_id, k.name, k.prefix, k.last_four,
    w.by_session, w.request_id, w.run_id, w.run_reason, e.how, u.name
from writes w %index%
cross join history h on h.write = w.number
left join products p on p.number = h.product
left join variants v on v.product = h.product and v.id = h.variant_id
left join deleted_products d on p.number is null and d.number = h.product
left join deleted_variants g on v.id is null and g.product = h.product and g.id = h.variant_id
left join ended_levels e on e.write = h.write and e.line = h.line
left join api_keys k on k.store_id = w.store_id and k.environment = w.environment
    and k.id = w.key_id
left join users u on u.store_id = w.store_id and u.id = w.key_id
where ";

/// Returns the statement that reads the whole history, along the index of what is named first here.
fn select_all(filter: &HistoryFilter) -> String {
    let by_run = filter.run_id.as_ref().map(|_| ("writes_by_run", " and w.run_id = :run"));
    let by_reason =
        filter.reason.as_ref().map(|_| ("writes_by_reason", " and w.run_reason = :reason"));
    let by_key = filter.author_id.as_ref().map(|_| ("writes_by_key", " and w.key_id = :key"));
    let named = [by_run, by_reason, by_key];
    let index = named.iter().flatten().next().map_or("writes_by_time", |(index, _)| *index);
    let conditions: String = named.iter().flatten().map(|(_, condition)| *condition).collect();
    format!(
        "{}w.store_id = :store and w.environment = :environment{conditions}
             and w.at between :from and :to
             and (w.at < :after_at or w.number < :after_write
                 or (w.number = :after_write and h.line < :after_line))
         order by w.at desc, w.number desc, h.line desc
         limit :limit",
        ENTRY.replace("%index%", &format!("indexed by {index}"))
    )
}

/// Returns the statement that reads what one write did to one product.
fn select_link() -> String {
    format!(
        "{}w.number = ?1 and h.product = ?2 and h.line < ?3 order by h.line desc limit ?4",
        ENTRY.replace("%index%", "not indexed")
    )
}

/// Returns the entries behind a place, or `None` where the filter's product is not there.
pub(super) fn page(
    connection: &Connection,
    scope: Scope,
    filter: &HistoryFilter,
    part: Part<HistoryPlace>,
) -> Stored<Option<HistoryPage>> {
    // One more than a page tells whether another follows.
    let wanted = Part { limit: part.limit.saturating_add(1), ..part };
    let mut found = match &filter.product {
        None => of_all(connection, scope, filter, wanted)?,
        Some(reference) => {
            let Some((product, last_write)) = product(connection, scope, reference)? else {
                return Ok(None);
            };
            of_product(connection, filter, wanted, product, last_write)?
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

fn of_all(
    connection: &Connection,
    scope: Scope,
    filter: &HistoryFilter,
    part: Part<HistoryPlace>,
) -> Stored<Vec<Found>> {
    let end = HistoryPlace { at: i64::MAX, write: i64::MAX, line: i64::MAX };
    let after = part.after.unwrap_or(end);
    let environment = scope.environment.as_str();
    let (from, to) = (first_moment(filter), last_moment(filter).min(after.at));
    let limit = i64::try_from(part.limit).unwrap_or(i64::MAX);
    let mut parameters: Vec<(&str, &dyn ToSql)> = vec![
        (":store", &scope.store_id),
        (":environment", &environment),
        (":from", &from),
        (":to", &to),
        (":after_at", &after.at),
        (":after_write", &after.write),
        (":after_line", &after.line),
        (":limit", &limit),
    ];
    for (name, value) in
        [(":run", &filter.run_id), (":reason", &filter.reason), (":key", &filter.author_id)]
    {
        parameters.extend(value.as_ref().map(|value| (name, value as &dyn ToSql)));
    }
    let mut statement = connection.prepare_cached(&select_all(filter))?;
    let rows = statement.query_map(&*parameters, entry)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Walks the chain of a product, which is in the order of writes.
fn of_product(
    connection: &Connection,
    filter: &HistoryFilter,
    part: Part<HistoryPlace>,
    product: i64,
    last_write: Option<i64>,
) -> Stored<Vec<Found>> {
    let limit = usize::try_from(part.limit).unwrap_or(usize::MAX);
    let mut chain = Chain::new(connection, filter, product)?;
    let mut statement = connection.prepare_cached(&select_link())?;
    let mut found = Vec::new();
    // Times do not count here: they follow the clock, which may have been set back.
    let (after_write, after_line) =
        part.after.map_or((i64::MAX, i64::MAX), |after| (after.write, after.line));
    // A cursor of this list names a link of the chain, and the walk goes on there.
    let is_link = part.after.is_some() && chain.link(after_write)?.is_some();
    let mut next = if is_link { Some(after_write) } else { last_write };
    while let Some(write) = next
        && found.len() < limit
    {
        let Some(link) = chain.link(write)? else {
            break;
        };
        if link.fits && write <= after_write {
            let below = if write == after_write { after_line } else { i64::MAX };
            let left = i64::try_from(limit - found.len()).unwrap_or(i64::MAX);
            for row in statement.query_map(params![write, product, below, left], entry)? {
                found.push(row?);
            }
        }
        next = link.previous_write;
    }
    Ok(found)
}

/// The writes that changed one product, each found from the one after it.
struct Chain<'a>(CachedStatement<'a>);

/// One write of a chain.
struct Link {
    previous_write: Option<i64>,
    /// Whether the filter takes the write.
    fits: bool,
}

impl<'a> Chain<'a> {
    fn new(connection: &'a Connection, filter: &HistoryFilter, product: i64) -> Stored<Self> {
        let mut statement = connection.prepare_cached(
            "select h.previous_write,
                 w.at between ?3 and ?4
                     and (?5 is null or w.run_id is ?5)
                     and (?6 is null or w.run_reason is ?6)
                     and (?7 is null or w.key_id is ?7)
             from writes w cross join history h on h.write = w.number
             where w.number = ?1 and h.product = ?2 limit 1",
        )?;
        statement.raw_bind_parameter(2, product)?;
        statement.raw_bind_parameter(3, first_moment(filter))?;
        statement.raw_bind_parameter(4, last_moment(filter))?;
        statement.raw_bind_parameter(5, &filter.run_id)?;
        statement.raw_bind_parameter(6, &filter.reason)?;
        statement.raw_bind_parameter(7, &filter.author_id)?;
        Ok(Self(statement))
    }

    /// Returns what a write says of the chain, or `None` where it did not change the product.
    fn link(&mut self, write: i64) -> Stored<Option<Link>> {
        self.0.raw_bind_parameter(1, write)?;
        let mut rows = self.0.raw_query();
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        Ok(Some(Link { previous_write: row.get(0)?, fits: row.get(1)? }))
    }
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
fn product(
    connection: &Connection,
    scope: Scope,
    reference: &str,
) -> Stored<Option<(i64, Option<i64>)>> {
    let key = params![scope.store_id, scope.environment.as_str(), reference, reference.trim()];
    for sql in [
        "select number, last_write from products join levels on product = number
         where number = coalesce(
             (select number from products where store_id = ?1 and environment = ?2 and id = ?3),
             (select number from products indexed by products_by_external_id
              where store_id = ?1 and environment = ?2 and external_id = ?4))",
        "select number, last_write from deleted_products
         where number = coalesce(
             (select max(number) from deleted_products
              where store_id = ?1 and environment = ?2 and id = ?3),
             (select max(number) from deleted_products
              where store_id = ?1 and environment = ?2 and external_id = ?4))",
    ] {
        let mut statement = connection.prepare_cached(sql)?;
        let found = statement.query_row(key, |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Found> {
    let place = HistoryPlace { at: row.get(0)?, write: row.get(1)?, line: row.get(2)? };
    let (mode, asked) = (row.get_ref(8)?, row.get(9)?);
    let (key, user) = author(row, 14, 23)?;
    // The table's checks allow no third word.
    let (mode, quantity, quantity_delta) = match mode.as_str()? {
        "set" => (Mode::Set, Some(asked), None),
        _ => (Mode::Adjust, None, Some(asked)),
    };
    let entry = HistoryEntry {
        at: iso(place.at).unwrap_or_default(),
        product_id: row.get(3)?,
        external_id: row.get(4)?,
        name: row.get(5)?,
        variant_id: row.get(6)?,
        label: row.get(7)?,
        mode,
        quantity,
        quantity_delta,
        before: row.get(10)?,
        after: row.get(11)?,
        delta: row.get(12)?,
        ended: row.get_ref(22)?.as_str_or_null()?.map(ended),
        source: source(row.get_ref(13)?.as_str()?),
        key,
        user,
        by_session: row.get(18)?,
        request_id: row.get(19)?,
        run_id: row.get(20)?,
        reason: row.get(21)?,
    };
    Ok((place, entry))
}

/// Returns the key or the person that columns tell of: four from `first` on say the id of either, and a
/// key's name, prefix and last characters; the one at `name` a person's name.
pub(super) fn author(
    row: &Row<'_>,
    first: usize,
    name: usize,
) -> rusqlite::Result<(Option<KeyShown>, Option<UserShown>)> {
    let id = row.get(first)?;
    if let Some(name) = row.get(name)? {
        return Ok((None, Some(UserShown { id, name })));
    }
    let prefix: Option<String> = row.get(first + 2)?;
    let last_four: Option<String> = row.get(first + 3)?;
    let hint = prefix.zip(last_four).map(|(prefix, last_four)| format!("{prefix}…{last_four}"));
    Ok((Some(KeyShown { id, name: row.get(first + 1)?, hint }), None))
}
