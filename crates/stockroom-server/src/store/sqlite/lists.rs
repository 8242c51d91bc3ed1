//! The lists, read page by page.

use rusqlite::{Connection, params};
use serde::Deserialize;
use stockroom_api::inventory::{InventoryItem, InventoryPage, InventoryVariant, Which};
use stockroom_api::product::ProductPage;

use super::rows::ProductJson;
use crate::store::Stored;
use crate::store::data::{Page, Scope};

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

const TRACKED: &str = "
select
    coalesce((select tracked from tallies where store_id = ?1 and environment = ?2), 0),
    (select json_group_array(json_array(
         p.id, p.external_id, p.name, p.quantity, p.low_stock_threshold, p.is_low,
         (select json_group_array(json_array(v.id, v.label, v.quantity) order by v.position)
          from variants v
          where v.product = p.number))
         order by p.external_id is null, p.external_id, p.id)
     from (select number from products indexed by products_tracked
           where store_id = ?1 and environment = ?2 and is_tracked = 1
           order by external_id is null, external_id, id
           limit ?3 offset ?4) as listed
     join products p on p.number = listed.number)";

const LOW: &str = "
select
    coalesce((select low from tallies where store_id = ?1 and environment = ?2), 0),
    (select json_group_array(json_array(
         p.id, p.external_id, p.name, p.quantity, p.low_stock_threshold, p.is_low,
         (select json_group_array(json_array(v.id, v.label, v.quantity) order by v.position)
          from variants v
          where v.product = p.number))
         order by p.external_id is null, p.external_id, p.id)
     from (select number from products indexed by products_low
           where store_id = ?1 and environment = ?2 and is_low = 1
           order by external_id is null, external_id, id
           limit ?3 offset ?4) as listed
     join products p on p.number = listed.number)";

const ALL: &str = "
select
    coalesce((select products from tallies where store_id = ?1 and environment = ?2), 0),
    (select json_group_array(json_object(
         'id', p.id, 'external_id', p.external_id, 'name', p.name,
         'description', p.description, 'price', p.price, 'status', p.status,
         'quantity', p.quantity, 'low_stock_threshold', p.low_stock_threshold,
         'created_at', p.created_at, 'updated_at', p.updated_at,
         'variants', (
             select json_group_array(json_object(
                 'id', v.id, 'kind', v.type, 'label', v.label, 'value', v.value,
                 'price_adjustment', v.price_adjustment, 'quantity', v.quantity)
                 order by v.position)
             from variants v
             where v.product = p.number))
         order by p.external_id is null, p.external_id, p.id)
     from (select number from products indexed by products_listed
           where store_id = ?1 and environment = ?2
           order by external_id is null, external_id, id
           limit ?3 offset ?4) as listed
     join products p on p.number = listed.number)";

/// Returns a page of the tracked products.
pub(super) fn inventory(
    connection: &Connection,
    scope: Scope,
    which: Which,
    page: Page,
) -> Stored<InventoryPage> {
    let sql = match which {
        Which::All => TRACKED,
        Which::Low => LOW,
    };
    let (total, json) = read(connection, sql, scope, page)?;
    let rows: Vec<ItemJson> = serde_json::from_str(&json)?;
    Ok(InventoryPage {
        items: rows.into_iter().map(Into::into).collect(),
        total,
        page: page.number,
        limit: Some(page.limit),
        has_more: page.number.saturating_mul(page.limit) < total,
    })
}

/// Returns a page of all products.
pub(super) fn products(connection: &Connection, scope: Scope, page: Page) -> Stored<ProductPage> {
    let (total, json) = read(connection, ALL, scope, page)?;
    let rows: Vec<ProductJson> = serde_json::from_str(&json)?;
    Ok(ProductPage {
        items: rows.into_iter().map(Into::into).collect(),
        total,
        page: page.number,
        limit: Some(page.limit),
        has_more: page.number.saturating_mul(page.limit) < total,
    })
}

fn read(
    connection: &Connection,
    sql: &'static str,
    scope: Scope,
    page: Page,
) -> Stored<(u64, String)> {
    let offset = (page.number - 1).saturating_mul(page.limit);
    let mut statement = connection.prepare_cached(sql)?;
    let page = params![
        scope.store_id,
        scope.environment.as_str(),
        i64::try_from(page.limit).unwrap_or(i64::MAX),
        i64::try_from(offset).unwrap_or(i64::MAX),
    ];
    let (total, json): (i64, String) =
        statement.query_row(page, |row| Ok((row.get(0)?, row.get(1)?)))?;
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
