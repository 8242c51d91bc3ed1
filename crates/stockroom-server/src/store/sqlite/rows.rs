//! One product in full, and how texts of the database become values.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde::Deserialize;
use stockroom_api::product::{Product, Status, Variant};

use crate::store::Stored;
use crate::store::columns::iso;
use crate::store::data::{Number, Scope, StockRow, VariantRow, WriteNumber};

/// When a product `p` with its levels `l` was last changed.
macro_rules! updated_at {
    () => {
        "max(p.updated_at, coalesce((select at from writes where number = l.last_write), 0))"
    };
}
pub(super) use updated_at;

/// What one product's row is made of, as one JSON object.
#[derive(Deserialize)]
pub(super) struct ProductJson {
    id: String,
    external_id: Option<String>,
    name: String,
    description: Option<String>,
    price: i64,
    status: String,
    quantity: Option<i64>,
    low_stock_threshold: Option<i64>,
    image_url: Option<String>,
    created_at: i64,
    updated_at: i64,
    variants: Vec<VariantJson>,
}

#[derive(Deserialize)]
struct VariantJson {
    id: String,
    kind: String,
    label: String,
    value: Option<String>,
    price_adjustment: Option<i64>,
    quantity: Option<i64>,
}

/// Returns the product with this id, else with this SKU.
pub(super) fn product(
    connection: &Connection,
    scope: Scope,
    reference: &str,
) -> Stored<Option<Product>> {
    let mut statement = connection.prepare_cached(concat!(
        "select json_object(
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
         from products p join levels l on l.product = p.number
         where p.number = coalesce(
             (select number from products where store_id = ?1 and environment = ?2 and id = ?3),
             (select number from products indexed by products_by_external_id
              where store_id = ?1 and environment = ?2 and external_id = ?4))",
    ))?;
    let environment = scope.environment.as_str();
    let key = params![scope.store_id, environment, reference, reference.trim()];
    let json: Option<String> = statement.query_row(key, |row| row.get(0)).optional()?;
    json.map(|json| Ok(serde_json::from_str::<ProductJson>(&json)?.into())).transpose()
}

/// Returns the levels of the product with this id, else with this SKU, with its variants.
pub(super) fn stock(
    connection: &Connection,
    scope: Scope,
    reference: &str,
) -> Stored<Option<StockRow>> {
    let mut statement = connection.prepare_cached(
        "select number, external_id, quantity, low_stock_threshold, last_write
         from products join levels on product = number
         where number = coalesce(
             (select number from products where store_id = ?1 and environment = ?2 and id = ?3),
             (select number from products indexed by products_by_external_id
              where store_id = ?1 and environment = ?2 and external_id = ?4))",
    )?;
    let key = params![scope.store_id, scope.environment.as_str(), reference, reference.trim()];
    let found = statement.query_row(key, |row| {
        Ok(StockRow {
            number: Number(row.get(0)?),
            external_id: row.get(1)?,
            quantity: row.get(2)?,
            low_stock_threshold: row.get(3)?,
            last_write: row.get::<_, Option<i64>>(4)?.map(WriteNumber),
            variants: Vec::new(),
        })
    });
    let Some(mut row) = found.optional()? else {
        return Ok(None);
    };
    row.variants = variants(connection, row.number)?;
    Ok(Some(row))
}

/// Returns the variants of a product, in their order.
pub(super) fn variants(connection: &Connection, product: Number) -> Stored<Vec<VariantRow>> {
    let mut statement = connection.prepare_cached(
        "select id, label, quantity from variants where product = ?1 order by position",
    )?;
    let variants = statement.query_map(params![product.0], |row| {
        Ok(VariantRow { id: row.get(0)?, label: row.get(1)?, quantity: row.get(2)? })
    })?;
    Ok(variants.collect::<Result<_, _>>()?)
}

impl From<ProductJson> for Product {
    fn from(row: ProductJson) -> Self {
        Self {
            id: row.id,
            external_id: row.external_id,
            name: row.name,
            description: row.description,
            price: row.price,
            status: Status::from_api(&row.status).unwrap_or_default(),
            quantity: row.quantity,
            low_stock_threshold: row.low_stock_threshold,
            image_url: row.image_url,
            variants: row.variants.into_iter().map(Into::into).collect(),
            created_at: iso(row.created_at),
            updated_at: iso(row.updated_at),
        }
    }
}

impl From<VariantJson> for Variant {
    fn from(row: VariantJson) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            label: row.label,
            value: row.value,
            price_adjustment: row.price_adjustment,
            quantity: row.quantity,
        }
    }
}

/// Returns the time that a column holds.
pub(super) fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    in_time(row.get(column)?, column)
}

/// Returns the time that a column holds, if any.
pub(super) fn time_or_none(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Timestamp>> {
    let millis: Option<i64> = row.get(column)?;
    millis.map(|millis| in_time(millis, column)).transpose()
}

fn in_time(millis: i64, column: usize) -> rusqlite::Result<Timestamp> {
    Timestamp::from_millisecond(millis)
        .map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, millis))
}
