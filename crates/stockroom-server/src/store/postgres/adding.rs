//! Adding products, one or many, each with its variants.

use jiff::Timestamp;
use tokio_postgres::Row;

use super::connections::Connection;
use super::rows::is_live;
use super::tallies::Tally;
use crate::store::Stored;
use crate::store::columns::kept_status;
use crate::store::data::{Number, ProductRow, Scope};

/// Whether a product is added with the levels that were given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Levels {
    /// As they were given, without a history.
    AsGiven,
    /// None: they are written afterwards, with their history.
    Untracked,
}

/// Adds products with their variants; returns their numbers, and what changed of the lists.
pub(super) async fn insert(
    connection: &Connection,
    scope: Scope,
    products: &[ProductRow],
    levels: Levels,
    now: Timestamp,
) -> Stored<(Vec<Number>, Tally)> {
    let text = |value: fn(&ProductRow) -> &str| products.iter().map(value).collect::<Vec<_>>();
    let text_or_none =
        |value: fn(&ProductRow) -> Option<&str>| products.iter().map(value).collect::<Vec<_>>();
    let given = |quantity: Option<i64>| quantity.filter(|_| levels == Levels::AsGiven);
    let prices: Vec<i64> = products.iter().map(|product| product.new.price).collect();
    let quantities: Vec<Option<i64>> =
        products.iter().map(|product| given(product.new.quantity)).collect();
    let thresholds: Vec<Option<i64>> =
        products.iter().map(|product| product.new.low_stock_threshold).collect();
    let rows = connection
        .rows(
            "with given as (
                 select nextval('product_numbers') as number, g.*
                 from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[],
                     $8::text[], $9::text[], $10::bigint[], $11::bigint[], $12::text[])
                     with ordinality as g (id, external_id, name, description, price, category_id,
                         status, quantity, threshold, image_url, place)
             ), added as (
                 insert into products
                     (store_id, number, live, id, external_id, name, description, price,
                      category_id, status, image_url, is_tracked, is_low, created_at, updated_at)
                 select $1, number, $2, id, external_id, name, description, price, category_id,
                     status, image_url, quantity is not null,
                     coalesce(quantity < threshold, false), $13, $13
                 from given order by place
                 returning is_tracked, is_low
             ), leveled as (
                 insert into levels (store_id, product, quantity, low_stock_threshold)
                 select $1, number, quantity, threshold from given order by place
             )
             select number from given order by place",
            &[
                &scope.store_id,
                &is_live(scope),
                &text(|product| &product.id),
                &text_or_none(|product| product.new.external_id.as_deref()),
                &text(|product| &product.new.name),
                &text_or_none(|product| product.new.description.as_deref()),
                &prices,
                &text_or_none(|product| product.new.category_id.as_deref()),
                &text(|product| kept_status(product.new.status.unwrap_or_default())),
                &quantities,
                &thresholds,
                &text_or_none(|product| product.new.image_url.as_deref()),
                &now.as_millisecond(),
            ],
        )
        .await?;
    let read = |row: &Row| Ok(Number(row.try_get(0)?));
    let numbers = rows.iter().map(read).collect::<Stored<Vec<Number>>>()?;
    insert_variants(connection, scope, products, &numbers, levels).await?;
    let count = |found: usize| i64::try_from(found).unwrap_or(i64::MAX);
    let is_low = |(quantity, threshold): (&Option<i64>, &Option<i64>)| {
        quantity.zip(*threshold).is_some_and(|(quantity, threshold)| quantity < threshold)
    };
    let tally = Tally {
        products: count(products.len()),
        tracked: count(quantities.iter().flatten().count()),
        low: count(quantities.iter().zip(&thresholds).filter(|both| is_low(*both)).count()),
        order: 1,
    };
    Ok((numbers, tally))
}

/// Adds the variants of products that were just added.
async fn insert_variants(
    connection: &Connection,
    scope: Scope,
    products: &[ProductRow],
    numbers: &[Number],
    levels: Levels,
) -> Stored<()> {
    let variants = || {
        numbers.iter().zip(products).flat_map(|(number, product)| {
            let ids = product.variant_ids.iter().zip(&product.new.variants);
            ids.enumerate().map(move |(position, (id, new))| (number.0, position, id, new))
        })
    };
    let owners: Vec<i64> = variants().map(|(product, ..)| product).collect();
    if owners.is_empty() {
        return Ok(());
    }
    let ids: Vec<&str> = variants().map(|(_, _, id, _)| id.as_str()).collect();
    let positions: Vec<i32> =
        variants().map(|(_, position, ..)| i32::try_from(position).unwrap_or(i32::MAX)).collect();
    let kinds: Vec<&str> = variants().map(|(.., new)| new.kind.as_str()).collect();
    let labels: Vec<&str> = variants().map(|(.., new)| new.label.as_str()).collect();
    let values: Vec<Option<&str>> = variants().map(|(.., new)| new.value.as_deref()).collect();
    let prices: Vec<Option<i64>> = variants().map(|(.., new)| new.price_adjustment).collect();
    let quantities: Vec<Option<i64>> =
        variants().map(|(.., new)| new.quantity.filter(|_| levels == Levels::AsGiven)).collect();
    connection
        .execute(
            "insert into variants
                 (store_id, product, id, position, type, label, value, price_adjustment, quantity)
             select $1, v.* from unnest($2::bigint[], $3::text[], $4::integer[], $5::text[],
                 $6::text[], $7::text[], $8::bigint[], $9::bigint[]) as v",
            &[
                &scope.store_id,
                &owners,
                &ids,
                &positions,
                &kinds,
                &labels,
                &values,
                &prices,
                &quantities,
            ],
        )
        .await?;
    Ok(())
}
