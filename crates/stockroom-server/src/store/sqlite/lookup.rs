//! Finding the products of a bulk request by their SKUs.
//!
//! A run sends its items in the order of SKUs, and a count of the whole shop names nearly all of them:
//! then one walk along the index costs a quarter of a search for each. Where most of what the walk
//! meets was not asked for, it is given up, and the rest is searched one by one.

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::store::Stored;
use crate::store::data::{Number, Scope, StockRow, WriteNumber};

/// How many more rows than it finds a walk may meet in vain.
const IN_VAIN: usize = 16;

/// Returns the levels of the products with these SKUs, without variants.
pub(super) fn by_external_id(
    connection: &Connection,
    scope: Scope,
    external_ids: &[&str],
) -> Stored<Vec<StockRow>> {
    let mut asked = external_ids.to_vec();
    asked.sort_unstable();
    asked.dedup();
    let mut found = Vec::with_capacity(asked.len());
    let left = walk(connection, scope, &asked, &mut found)?;
    search_each(connection, scope, left, &mut found)?;
    Ok(found)
}

/// Finds sorted SKUs along the index and returns those that it did not come to.
fn walk<'a>(
    connection: &Connection,
    scope: Scope,
    mut asked: &'a [&'a str],
    found: &mut Vec<StockRow>,
) -> Stored<&'a [&'a str]> {
    let (Some(first), Some(last)) = (asked.first(), asked.last()) else {
        return Ok(asked);
    };
    let mut statement = connection.prepare_cached(
        "select number, quantity, low_stock_threshold, last_write, external_id
         from products indexed by products_by_external_id
         cross join levels on product = number
         where store_id = ?1 and environment = ?2 and external_id between ?3 and ?4
         order by external_id",
    )?;
    let range = params![scope.store_id, scope.environment.as_str(), first, last];
    let mut rows = statement.query(range)?;
    let mut in_vain = 0;
    while let Some(row) = rows.next()? {
        let met = row.get_ref(4)?.as_str().map_err(rusqlite::Error::from)?;
        // What sorts before this row would have been met before it.
        while let [absent, rest @ ..] = asked
            && *absent < met
        {
            asked = rest;
        }
        match asked {
            [wanted, rest @ ..] if *wanted == met => {
                found.push(stock_row(row, wanted)?);
                asked = rest;
            }
            _ => in_vain += 1,
        }
        if in_vain > found.len() + IN_VAIN {
            return Ok(asked);
        }
    }
    Ok(&[])
}

fn search_each(
    connection: &Connection,
    scope: Scope,
    asked: &[&str],
    found: &mut Vec<StockRow>,
) -> Stored<()> {
    let mut statement = connection.prepare_cached(
        "select number, quantity, low_stock_threshold, last_write
         from products indexed by products_by_external_id
         cross join levels on product = number
         where store_id = ?1 and environment = ?2 and external_id = ?3",
    )?;
    for external_id in asked {
        let key = params![scope.store_id, scope.environment.as_str(), external_id];
        let row = statement.query_row(key, |row| stock_row(row, external_id));
        found.extend(row.optional()?);
    }
    Ok(())
}

fn stock_row(row: &Row<'_>, external_id: &str) -> rusqlite::Result<StockRow> {
    Ok(StockRow {
        number: Number(row.get(0)?),
        external_id: Some(external_id.to_owned()),
        quantity: row.get(1)?,
        low_stock_threshold: row.get(2)?,
        last_write: row.get::<_, Option<i64>>(3)?.map(WriteNumber),
        variants: Vec::new(),
    })
}
