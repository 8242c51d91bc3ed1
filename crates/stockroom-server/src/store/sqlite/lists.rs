//! The lists, read page by page.

use std::sync::LazyLock;

use rusqlite::{Connection, ToSql};
use serde::Deserialize;
use stockroom_api::inventory::{InventoryItem, InventoryPage, InventoryVariant, Which};
use stockroom_api::product::{ProductPage, Status};

use super::orders;
use super::rows::{ProductJson, updated_at};
use crate::store::Stored;
use crate::store::data::{Page, Scope};
use crate::store::orders::{List, Orders};
use crate::store::products::ProductFilter;

#[derive(Deserialize)]
struct ItemJson(
    String,
    Option<String>,
    String,
    Option<i64>,
    Option<i64>,
    i64,
    Vec<(String, String, Option<i64>)>,
);

/// The columns of a page of the inventory list.
const ITEMS: &str = "
select
    coalesce((select %tally% from tallies where store_id = ?1 and environment = ?2), 0),
    (select json_group_array(json_array(
         p.id, p.external_id, p.name, l.quantity, l.low_stock_threshold, p.is_low,
         (select json_group_array(json_array(v.id, v.label, v.quantity) order by v.position)
          from variants v
          where v.product = p.number))
         order by p.external_id is null, p.external_id, p.id)
     from (%listed%) as listed
     join products p on p.number = listed.number
     join levels l on l.product = p.number)";

/// The columns of a page of products, whichever they are.
const PRODUCTS: &str = concat!(
    "
select
    %total%,
    (select json_group_array(json_object(
         'id', p.id, 'external_id', p.external_id, 'name', p.name,
         'description', p.description, 'price', p.price, 'status', p.status,
         'quantity', l.quantity, 'low_stock_threshold', l.low_stock_threshold,
         'image_url', p.image_url, 'created_at', p.created_at, 'updated_at', ",
    updated_at!(),
    ",
         'variants', (
             select json_group_array(json_object(
                 'id', v.id, 'kind', v.type, 'label', v.label, 'value', v.value,
                 'price_adjustment', v.price_adjustment, 'quantity', v.quantity)
                 order by v.position)
             from variants v
             where v.product = p.number))
         order by p.external_id is null, p.external_id, p.id)
     from (%listed%) as listed
     join products p on p.number = listed.number
     join levels l on l.product = p.number)"
);

/// The products of a page whose numbers are known.
const KNOWN: &str = "select value as number from json_each(?3)";

/// The products of a page that is walked to.
fn walked(index: &str, condition: &str) -> String {
    format!(
        "select number from products indexed by {index}
         where store_id = ?1 and environment = ?2 {condition}
         order by external_id is null, external_id, id
         limit ?3 offset ?4"
    )
}

fn items(tally: &str, listed: &str) -> String {
    ITEMS.replace("%tally%", tally).replace("%listed%", listed)
}

/// A list's statements: for a page that is walked to, and for one whose products are known.
struct Statements {
    walked: String,
    known: String,
}

static TRACKED: LazyLock<Statements> = LazyLock::new(|| Statements {
    walked: items("tracked", &walked("products_tracked", "and is_tracked = 1")),
    known: items("tracked", KNOWN),
});

static LOW: LazyLock<String> =
    LazyLock::new(|| items("low", &walked("products_low", "and is_low = 1")));

/// What a filter takes; a whole store is looked through, row by row.
const FILTERED: &str = r"
and (?5 is null or external_id like ?5 || '%' escape '\' or name like '%' || ?5 || '%' escape '\')
and (?6 is null or status = ?6)";

static ALL: LazyLock<Statements> = LazyLock::new(|| {
    let total = "coalesce((select products from tallies
         where store_id = ?1 and environment = ?2), 0)";
    let of = |listed: &str| PRODUCTS.replace("%total%", total).replace("%listed%", listed);
    Statements { walked: of(&walked("products_listed", "")), known: of(KNOWN) }
});

static SOME: LazyLock<String> = LazyLock::new(|| {
    let total = format!(
        "(select count(*) from products not indexed
          where store_id = ?1 and environment = ?2 {FILTERED})"
    );
    let listed = walked("products_listed", FILTERED);
    PRODUCTS.replace("%total%", &total).replace("%listed%", &listed)
});

/// Returns a page of the tracked products.
pub(super) fn inventory(
    connection: &Connection,
    orders: &Orders,
    scope: Scope,
    which: Which,
    page: Page,
) -> Stored<InventoryPage> {
    let (total, json) = match which {
        Which::All => read_long(connection, orders, List::Tracked, scope, page)?,
        Which::Low => read(connection, &LOW, scope, page, &[])?,
    };
    let rows: Vec<ItemJson> = serde_json::from_str(&json)?;
    Ok(InventoryPage {
        items: rows.into_iter().map(Into::into).collect(),
        total,
        page: page.number,
        limit: Some(page.limit),
        has_more: page.number.saturating_mul(page.limit) < total,
    })
}

/// Returns a page of the products that the filter takes.
pub(super) fn products(
    connection: &Connection,
    orders: &Orders,
    scope: Scope,
    filter: &ProductFilter,
    page: Page,
) -> Stored<ProductPage> {
    let search = filter.search.as_deref().map(|text| {
        let escaped = |c: char| if matches!(c, '%' | '_' | '\\') { vec!['\\', c] } else { vec![c] };
        text.chars().flat_map(escaped).collect::<String>()
    });
    let (total, json) = if *filter == ProductFilter::default() {
        read_long(connection, orders, List::All, scope, page)?
    } else {
        let status = filter.status.map(Status::as_str);
        read(connection, &SOME, scope, page, &[&search, &status])?
    };
    let rows: Vec<ProductJson> = serde_json::from_str(&json)?;
    Ok(ProductPage {
        items: rows.into_iter().map(Into::into).collect(),
        total,
        page: page.number,
        limit: Some(page.limit),
        has_more: page.number.saturating_mul(page.limit) < total,
    })
}

/// Returns a total and the rows of a page of a list that may be long, as JSON.
fn read_long(
    connection: &Connection,
    kept: &Orders,
    list: List,
    scope: Scope,
    page: Page,
) -> Stored<(u64, String)> {
    let statements = match list {
        List::Tracked => &*TRACKED,
        List::All => &*ALL,
    };
    // The order and the rows are of one moment.
    let moment = connection.unchecked_transaction()?;
    let Some(numbers) = orders::page(&moment, kept, scope, list, page)? else {
        return read(&moment, &statements.walked, scope, page, &[]);
    };
    let environment = scope.environment.as_str();
    query(&moment, &statements.known, &[&scope.store_id, &environment, &numbers])
}

/// Returns a total and the rows of a page as JSON; `more` are the parameters after the page's.
fn read(
    connection: &Connection,
    sql: &str,
    scope: Scope,
    page: Page,
    more: &[&dyn ToSql],
) -> Stored<(u64, String)> {
    let environment = scope.environment.as_str();
    let limit = i64::try_from(page.limit).unwrap_or(i64::MAX);
    let offset = i64::try_from(page.offset()).unwrap_or(i64::MAX);
    let mut parameters: Vec<&dyn ToSql> = vec![&scope.store_id, &environment, &limit, &offset];
    parameters.extend(more);
    query(connection, sql, &parameters)
}

fn query(connection: &Connection, sql: &str, parameters: &[&dyn ToSql]) -> Stored<(u64, String)> {
    let mut statement = connection.prepare_cached(sql)?;
    let (total, json): (i64, String) =
        statement.query_row(parameters, |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok((u64::try_from(total).unwrap_or(0), json))
}

impl From<ItemJson> for InventoryItem {
    fn from(row: ItemJson) -> Self {
        let ItemJson(product_id, external_id, name, quantity, threshold, is_low, variants) = row;
        Self {
            product_id,
            external_id,
            name,
            quantity,
            low_stock_threshold: threshold,
            is_low_stock: is_low == 1,
            variants: variants
                .into_iter()
                .map(|(variant_id, label, quantity)| InventoryVariant {
                    variant_id,
                    label,
                    quantity,
                })
                .collect(),
        }
    }
}
