//! The lists, read page by page; how long they are is known from the tallies.

use stockroom_api::inventory::{InventoryItem, InventoryPage, InventoryVariant, Which};
use stockroom_api::product::{ProductPage, Status};
use tokio_postgres::Row;

use super::connections::Connection;
use super::orders;
use super::products::{read_shown, shown_columns, shown_tables};
use super::rows::{can_be_kept, count, is_live, number};
use super::tallies;
use crate::store::Stored;
use crate::store::data::{Page, Scope};
use crate::store::orders::{List, Orders};
use crate::store::products::ProductFilter;

/// A variant in a row of the inventory list.
type VariantJson = (String, String, Option<i64>);

/// The columns of the inventory list, of `p` and `l`.
macro_rules! item_columns {
    () => {
        "p.id, p.external_id, p.name, l.quantity, l.low_stock_threshold, p.is_low,
             (select json_agg(json_build_array(v.id, v.label, v.quantity) order by v.position)::text
              from variants v where v.store_id = p.store_id and v.product = p.number)"
    };
}
pub(super) use item_columns;

/// The products of a page as `listed`: those with these numbers.
macro_rules! known {
    () => {
        " from (select unnest($2::bigint[]) as number) listed
         join products p on p.store_id = $1 and p.number = listed.number "
    };
}

/// The products of a page as `listed`: those that are walked to along the index of a condition.
macro_rules! walked {
    ($condition:literal) => {
        concat!(
            " from (select number from products where store_id = $1 and live = $2 ",
            $condition,
            " order by external_id, id limit $3 offset $4) listed
             join products p on p.store_id = $1 and p.number = listed.number "
        )
    };
}

macro_rules! items {
    ($listed:expr) => {
        concat!(
            "select ",
            item_columns!(),
            $listed,
            "join levels l on l.store_id = p.store_id and l.product = p.number
             order by p.external_id, p.id"
        )
    };
}

macro_rules! products {
    ($listed:expr) => {
        concat!(
            "select ",
            shown_columns!(),
            $listed,
            shown_tables!(),
            "order by p.external_id, p.id"
        )
    };
}

/// What a filter takes; a whole store is looked through, row by row.
macro_rules! filtered {
    () => {
        r"and ($5::text is null or external_id ilike $5 || '%' or name ilike '%' || $5 || '%')
          and ($6::text is null or status = $6)"
    };
}

/// Returns a page of the tracked products, all or those that are low.
pub(super) async fn inventory(
    connection: &Connection,
    kept: &Orders,
    scope: Scope,
    which: Which,
    page: Page,
) -> Stored<InventoryPage> {
    let tallies = tallies::read(connection, scope).await?;
    let (total, list) = match which {
        Which::All => (tallies.tracked, Some(List::Tracked)),
        Which::Low => (tallies.low, None),
    };
    let known = match list {
        Some(list) => {
            orders::page(connection, kept, scope, list, tallies.order_version, page).await?
        }
        None => None,
    };
    let rows = match (known, which) {
        (Some(numbers), _) => {
            connection.rows(items!(known!()), &[&scope.store_id, &numbers]).await?
        }
        (None, Which::All) => {
            walk(connection, items!(walked!("and is_tracked")), scope, page).await?
        }
        (None, Which::Low) => walk(connection, items!(walked!("and is_low")), scope, page).await?,
    };
    Ok(InventoryPage {
        items: rows.iter().map(item).collect::<Stored<_>>()?,
        total,
        page: page.number,
        limit: Some(page.limit),
        has_more: page.number.saturating_mul(page.limit) < total,
    })
}

/// Returns a page of the products that the filter takes.
pub(super) async fn products(
    connection: &Connection,
    kept: &Orders,
    scope: Scope,
    filter: &ProductFilter,
    page: Page,
) -> Stored<ProductPage> {
    let (total, rows) = if *filter == ProductFilter::default() {
        let tallies = tallies::read(connection, scope).await?;
        let known =
            orders::page(connection, kept, scope, List::All, tallies.order_version, page).await?;
        let rows = match known {
            Some(numbers) => {
                connection.rows(products!(known!()), &[&scope.store_id, &numbers]).await?
            }
            None => walk(connection, products!(walked!("")), scope, page).await?,
        };
        (tallies.products, rows)
    } else {
        some(connection, scope, filter, page).await?
    };
    Ok(ProductPage {
        items: rows.iter().map(read_shown).collect::<Stored<_>>()?,
        total,
        page: page.number,
        limit: Some(page.limit),
        has_more: page.number.saturating_mul(page.limit) < total,
    })
}

/// Returns how many products a filter takes, and the rows of a page of them.
async fn some(
    connection: &Connection,
    scope: Scope,
    filter: &ProductFilter,
    page: Page,
) -> Stored<(u64, Vec<Row>)> {
    if !filter.search.as_deref().is_none_or(can_be_kept) {
        return Ok((0, Vec::new()));
    }
    let search = filter.search.as_deref().map(|text| {
        let escaped = |c: char| if matches!(c, '%' | '_' | '\\') { vec!['\\', c] } else { vec![c] };
        text.chars().flat_map(escaped).collect::<String>()
    });
    let status = filter.status.map(Status::as_str);
    let (live, limit, offset) = (is_live(scope), number(page.limit), number(page.offset()));
    let counted = connection
        .row(
            concat!(
                "select count(*) from products
                 where store_id = $1 and live = $2 and $3::bigint >= 0 and $4::bigint >= 0 ",
                filtered!()
            ),
            &[&scope.store_id, &live, &limit, &offset, &search, &status],
        )
        .await?;
    let rows = connection
        .rows(
            products!(concat!(
                " from (select number from products where store_id = $1 and live = $2 ",
                filtered!(),
                " order by external_id, id limit $3 offset $4) listed
                 join products p on p.store_id = $1 and p.number = listed.number "
            )),
            &[&scope.store_id, &live, &limit, &offset, &search, &status],
        )
        .await?;
    Ok((count(&counted, 0)?, rows))
}

async fn walk(
    connection: &Connection,
    sql: &'static str,
    scope: Scope,
    page: Page,
) -> Stored<Vec<Row>> {
    let (limit, offset) = (number(page.limit), number(page.offset()));
    connection.rows(sql, &[&scope.store_id, &is_live(scope), &limit, &offset]).await
}

/// Returns the item that a row of `item_columns!` holds.
pub(super) fn item(row: &Row) -> Stored<InventoryItem> {
    let variants: Option<&str> = row.try_get(6)?;
    let variants: Vec<VariantJson> = serde_json::from_str(variants.unwrap_or("[]"))?;
    Ok(InventoryItem {
        product_id: row.try_get(0)?,
        external_id: row.try_get(1)?,
        name: row.try_get(2)?,
        quantity: row.try_get(3)?,
        low_stock_threshold: row.try_get(4)?,
        is_low_stock: row.try_get(5)?,
        variants: variants
            .into_iter()
            .map(|(variant_id, label, quantity)| InventoryVariant { variant_id, label, quantity })
            .collect(),
    })
}
