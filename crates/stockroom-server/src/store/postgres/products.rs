//! Reading products: to show them, and to change them.

use stockroom_api::product::{Product, Status, Variant};
use tokio_postgres::Row;

use super::connections::Connection;
use super::rows::{can_be_kept, is_live};
use crate::store::Stored;
use crate::store::columns::iso;
use crate::store::data::{Number, Scope, WriteNumber};
use crate::store::products::{ProductFields, ProductRecord, VariantFields, VariantRecord};

/// A variant in a row of its product: id, type, label, value, price adjustment and level.
type VariantJson = (String, String, String, Option<String>, Option<i64>, Option<i64>);

/// The columns of a product as it is shown, of `p`, `l` and `w` in [`shown_tables`].
macro_rules! shown_columns {
    () => {
        "p.id, p.external_id, p.name, p.description, p.price, p.status, l.quantity,
             l.low_stock_threshold, p.image_url, p.created_at, greatest(p.updated_at, w.at),
             (select json_agg(json_build_array(v.id, v.type, v.label, v.value, v.price_adjustment,
                  v.quantity) order by v.position)::text
              from variants v where v.store_id = p.store_id and v.product = p.number)"
    };
}
pub(super) use shown_columns;

/// Where the columns of a product as it is shown come from, once `p` is known.
macro_rules! shown_tables {
    () => {
        " join levels l on l.store_id = p.store_id and l.product = p.number
          left join writes w on w.store_id = p.store_id and w.number = l.last_write "
    };
}
pub(super) use shown_tables;

/// The columns of a product that is read to be changed.
macro_rules! record_columns {
    () => {
        "select p.number, p.id, l.quantity, l.last_write, p.external_id, p.name, p.description,
             p.price, p.category_id, p.status, l.low_stock_threshold, p.image_url
         from products p join levels l on l.store_id = p.store_id and l.product = p.number "
    };
}

/// Returns the product with this id, else with this SKU.
pub(super) async fn shown(
    connection: &Connection,
    scope: Scope,
    reference: &str,
) -> Stored<Option<Product>> {
    if !can_be_kept(reference) {
        return Ok(None);
    }
    let found = connection
        .row_or_none(
            concat!(
                "select ",
                shown_columns!(),
                " from products p ",
                shown_tables!(),
                "where p.store_id = $1 and p.number = coalesce(
                     (select number from products where store_id = $1 and live = $2 and id = $3),
                     (select number from products
                      where store_id = $1 and live = $2 and external_id = $4))"
            ),
            &[&scope.store_id, &is_live(scope), &reference, &reference.trim()],
        )
        .await?;
    found.as_ref().map(read_shown).transpose()
}

/// Returns the product that a row of `shown_columns!` holds.
pub(super) fn read_shown(row: &Row) -> Stored<Product> {
    let status: &str = row.try_get(5)?;
    let variants: Option<&str> = row.try_get(11)?;
    let variants: Vec<VariantJson> = serde_json::from_str(variants.unwrap_or("[]"))?;
    Ok(Product {
        id: row.try_get(0)?,
        external_id: row.try_get(1)?,
        name: row.try_get(2)?,
        description: row.try_get(3)?,
        price: row.try_get(4)?,
        status: Status::from_api(status).unwrap_or_default(),
        quantity: row.try_get(6)?,
        low_stock_threshold: row.try_get(7)?,
        image_url: row.try_get(8)?,
        created_at: iso(row.try_get(9)?),
        updated_at: iso(row.try_get(10)?),
        variants: variants
            .into_iter()
            .map(|(id, kind, label, value, price_adjustment, quantity)| Variant {
                id,
                kind,
                label,
                value,
                price_adjustment,
                quantity,
            })
            .collect(),
    })
}

/// Returns the product with this id, else with this SKU, to be changed: locked until the transaction ends.
pub(super) async fn record(
    connection: &Connection,
    scope: Scope,
    reference: &str,
) -> Stored<Option<ProductRecord>> {
    if !can_be_kept(reference) {
        return Ok(None);
    }
    // What the product is, is read once nobody else can change it.
    let locked = connection
        .row_or_none(
            "select product from levels where store_id = $1 and product = coalesce(
                 (select number from products where store_id = $1 and live = $2 and id = $3),
                 (select number from products
                  where store_id = $1 and live = $2 and external_id = $4))
             for no key update",
            &[&scope.store_id, &is_live(scope), &reference, &reference.trim()],
        )
        .await?;
    let Some(locked) = locked else { return Ok(None) };
    let number: i64 = locked.try_get(0)?;
    let row = connection
        .row_or_none(
            concat!(record_columns!(), "where p.store_id = $1 and p.number = $2"),
            &[&scope.store_id, &number],
        )
        .await?;
    let Some(mut record) = row.as_ref().map(read_record).transpose()? else {
        return Ok(None);
    };
    record.variants = variants(connection, scope, record.number).await?;
    Ok(Some(record))
}

/// Returns the products with these SKUs, each once, without variants, by their SKUs' order.
pub(super) async fn by_external_id(
    connection: &Connection,
    scope: Scope,
    external_ids: &[String],
) -> Stored<Vec<ProductRecord>> {
    let asked = asked(external_ids);
    let rows = connection
        .rows(
            concat!(
                record_columns!(),
                "where p.store_id = $1 and p.live = $2 and p.external_id = any($3)
                 order by p.external_id"
            ),
            &[&scope.store_id, &is_live(scope), &asked],
        )
        .await?;
    rows.iter().map(read_record).collect()
}

/// Locks the products with these SKUs until the transaction ends.
pub(super) async fn lock_by_external_id(
    connection: &Connection,
    scope: Scope,
    external_ids: &[String],
) -> Stored<()> {
    let asked = asked(external_ids);
    connection
        .rows(
            "select from levels l join products p on p.store_id = l.store_id and p.number = l.product
             where p.store_id = $1 and p.live = $2 and p.external_id = any($3)
             order by l.product for no key update of l",
            &[&scope.store_id, &is_live(scope), &asked],
        )
        .await?;
    Ok(())
}

fn asked(external_ids: &[String]) -> Vec<&str> {
    external_ids.iter().map(String::as_str).filter(|text| can_be_kept(text)).collect()
}

fn read_record(row: &Row) -> Stored<ProductRecord> {
    let status: &str = row.try_get(9)?;
    Ok(ProductRecord {
        number: Number(row.try_get(0)?),
        id: row.try_get(1)?,
        quantity: row.try_get(2)?,
        last_write: row.try_get::<_, Option<i64>>(3)?.map(WriteNumber),
        fields: ProductFields {
            external_id: row.try_get(4)?,
            name: row.try_get(5)?,
            description: row.try_get(6)?,
            price: row.try_get(7)?,
            category_id: row.try_get(8)?,
            status: Status::from_api(status).unwrap_or_default(),
            low_stock_threshold: row.try_get(10)?,
            image_url: row.try_get(11)?,
        },
        variants: Vec::new(),
    })
}

async fn variants(
    connection: &Connection,
    scope: Scope,
    product: Number,
) -> Stored<Vec<VariantRecord>> {
    let rows = connection
        .rows(
            "select id, type, label, value, price_adjustment, quantity
             from variants where store_id = $1 and product = $2 order by position",
            &[&scope.store_id, &product.0],
        )
        .await?;
    let read = |row: &Row| {
        Ok(VariantRecord {
            id: row.try_get(0)?,
            fields: VariantFields {
                kind: row.try_get(1)?,
                label: row.try_get(2)?,
                value: row.try_get(3)?,
                price_adjustment: row.try_get(4)?,
            },
            quantity: row.try_get(5)?,
        })
    };
    rows.iter().map(read).collect()
}
