//! Adding, changing and deleting products, all but their levels.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use stockroom_api::product::Status;

use crate::store::columns::kept_status;
use crate::store::data::{Number, ProductRow, Scope, WriteNumber};
use crate::store::products::{ProductFields, ProductRecord, VariantFields, VariantRecord};
use crate::store::{StoreError, Stored};

/// The columns of a product that is read to be changed.
macro_rules! record_columns {
    () => {
        "select number, id, quantity, last_write, external_id, name, description, price, category_id,
             status, low_stock_threshold, image_url
         from products join levels on product = number"
    };
}

/// Whether a product is added with the levels that were given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Levels {
    /// As they were given, without a history.
    AsGiven,
    /// None: they are written afterwards, with their history.
    Untracked,
}

/// Adds a product with its variants.
pub(super) fn insert(
    connection: &Connection,
    scope: Scope,
    row: &ProductRow,
    levels: Levels,
    now: Timestamp,
) -> Stored<Number> {
    let new = &row.new;
    let given = |quantity: Option<i64>| quantity.filter(|_| levels == Levels::AsGiven);
    let quantity = given(new.quantity);
    // A number that was a deleted product's stays the name of that one in the history.
    let number = connection
        .prepare_cached(
            "insert into products
                 (number, store_id, environment, id, external_id, name, description, price,
                  category_id, status, image_url, is_tracked, is_low, created_at, updated_at)
             values (
                 max(coalesce((select max(number) from products), 0),
                     coalesce((select max(number) from deleted_products), 0)) + 1,
                 ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?13)",
        )?
        .insert(params![
            scope.store_id,
            scope.environment.as_str(),
            row.id,
            new.external_id,
            new.name,
            new.description,
            new.price,
            new.category_id,
            kept_status(new.status.unwrap_or_default()),
            new.image_url,
            quantity.is_some(),
            quantity.zip(new.low_stock_threshold).is_some_and(|(level, low)| level < low),
            now.as_millisecond(),
        ])?;
    connection
        .prepare_cached(
            "insert into levels (product, quantity, low_stock_threshold) values (?1, ?2, ?3)",
        )?
        .execute(params![number, quantity, new.low_stock_threshold])?;
    let number = Number(number);
    for (position, (id, variant)) in row.variant_ids.iter().zip(&new.variants).enumerate() {
        insert_variant(connection, number, position, id, &variant.into(), given(variant.quantity))?;
    }
    Ok(number)
}

/// Refuses a SKU that another product has.
pub(super) fn check_external_id(
    connection: &Connection,
    scope: Scope,
    external_id: Option<&str>,
    own: Option<Number>,
) -> Stored<()> {
    let Some(external_id) = external_id else {
        return Ok(());
    };
    let mut statement = connection.prepare_cached(
        "select number from products indexed by products_by_external_id
         where store_id = ?1 and environment = ?2 and external_id = ?3",
    )?;
    let key = params![scope.store_id, scope.environment.as_str(), external_id];
    let taken: Option<i64> = statement.query_row(key, |row| row.get(0)).optional()?;
    match taken.map(Number) {
        Some(number) if Some(number) != own => {
            Err(StoreError::ExternalIdTaken(external_id.to_owned()))
        }
        _ => Ok(()),
    }
}

/// Returns the product with this id, else with this SKU, to be changed.
pub(super) fn record(
    connection: &Connection,
    scope: Scope,
    reference: &str,
) -> Stored<Option<ProductRecord>> {
    let mut statement = connection.prepare_cached(concat!(
        record_columns!(),
        " where number = coalesce(
             (select number from products where store_id = ?1 and environment = ?2 and id = ?3),
             (select number from products indexed by products_by_external_id
              where store_id = ?1 and environment = ?2 and external_id = ?4))"
    ))?;
    let key = params![scope.store_id, scope.environment.as_str(), reference, reference.trim()];
    let Some(mut record) = statement.query_row(key, read_record).optional()? else {
        return Ok(None);
    };
    record.variants = variants(connection, record.number)?;
    Ok(Some(record))
}

/// Returns the products with these SKUs, each once, without variants.
pub(super) fn by_external_id(
    connection: &Connection,
    scope: Scope,
    external_ids: &[String],
) -> Stored<Vec<ProductRecord>> {
    let mut asked: Vec<&str> = external_ids.iter().map(String::as_str).collect();
    asked.sort_unstable();
    asked.dedup();
    let mut statement = connection.prepare_cached(concat!(
        record_columns!(),
        " where number = (
             select number from products indexed by products_by_external_id
             where store_id = ?1 and environment = ?2 and external_id = ?3)"
    ))?;
    let mut found = Vec::new();
    for external_id in asked {
        let key = params![scope.store_id, scope.environment.as_str(), external_id];
        found.extend(statement.query_row(key, read_record).optional()?);
    }
    Ok(found)
}

fn read_record(row: &Row<'_>) -> rusqlite::Result<ProductRecord> {
    Ok(ProductRecord {
        number: Number(row.get(0)?),
        id: row.get(1)?,
        quantity: row.get(2)?,
        last_write: row.get::<_, Option<i64>>(3)?.map(WriteNumber),
        fields: ProductFields {
            external_id: row.get(4)?,
            name: row.get(5)?,
            description: row.get(6)?,
            price: row.get(7)?,
            category_id: row.get(8)?,
            status: Status::from_api(row.get_ref(9)?.as_str()?).unwrap_or_default(),
            low_stock_threshold: row.get(10)?,
            image_url: row.get(11)?,
        },
        variants: Vec::new(),
    })
}

fn variants(connection: &Connection, product: Number) -> Stored<Vec<VariantRecord>> {
    let mut statement = connection.prepare_cached(
        "select id, type, label, value, price_adjustment, quantity
         from variants where product = ?1 order by position",
    )?;
    let variants = statement.query_map(params![product.0], |row| {
        Ok(VariantRecord {
            id: row.get(0)?,
            fields: VariantFields {
                kind: row.get(1)?,
                label: row.get(2)?,
                value: row.get(3)?,
                price_adjustment: row.get(4)?,
            },
            quantity: row.get(5)?,
        })
    })?;
    Ok(variants.collect::<Result<_, _>>()?)
}

/// Replaces all of a product but its levels and variants; whether it is low follows its threshold.
pub(super) fn update(
    connection: &Connection,
    number: Number,
    fields: &ProductFields,
    now: Timestamp,
) -> Stored<()> {
    connection
        .prepare_cached(
            "update products set
                 external_id = ?2, name = ?3, description = ?4, price = ?5, category_id = ?6,
                 status = ?7, image_url = ?9, updated_at = ?10,
                 is_low = coalesce((select quantity from levels where product = ?1) < ?8, 0)
             where number = ?1",
        )?
        .execute(params![
            number.0,
            fields.external_id,
            fields.name,
            fields.description,
            fields.price,
            fields.category_id,
            kept_status(fields.status),
            fields.low_stock_threshold,
            fields.image_url,
            now.as_millisecond(),
        ])?;
    connection
        .prepare_cached("update levels set low_stock_threshold = ?2 where product = ?1")?
        .execute(params![number.0, fields.low_stock_threshold])?;
    Ok(())
}

/// Makes these the variants of a product, in this order: those that it has keep their levels, new ones
/// have none, and the others are deleted.
pub(super) fn replace_variants(
    connection: &Connection,
    product: Number,
    wanted: &[VariantRecord],
) -> Stored<()> {
    let before = variants(connection, product)?;
    let mut delete =
        connection.prepare_cached("delete from variants where product = ?1 and id = ?2")?;
    for gone in before.iter().filter(|old| wanted.iter().all(|new| new.id != old.id)) {
        keep_label(connection, product, gone)?;
        delete.execute(params![product.0, gone.id])?;
    }
    let mut update = connection.prepare_cached(
        "update variants set position = ?3, type = ?4, label = ?5, value = ?6, price_adjustment = ?7
         where product = ?1 and id = ?2",
    )?;
    for (position, variant) in wanted.iter().enumerate() {
        let fields = &variant.fields;
        let updated = update.execute(params![
            product.0,
            variant.id,
            position,
            fields.kind,
            fields.label,
            fields.value,
            fields.price_adjustment,
        ])?;
        if updated == 0 {
            insert_variant(connection, product, position, &variant.id, fields, None)?;
        }
    }
    Ok(())
}

/// Deletes a product with its variants; what its history names of them is kept.
pub(super) fn delete(connection: &Connection, product: Number, now: Timestamp) -> Stored<()> {
    for variant in variants(connection, product)? {
        keep_label(connection, product, &variant)?;
    }
    connection
        .prepare_cached(
            "insert into deleted_products
                 (number, store_id, environment, id, external_id, name, last_write, deleted_at)
             select number, store_id, environment, id, external_id, name, last_write, ?2
             from products join levels on product = number where number = ?1",
        )?
        .execute(params![product.0, now.as_millisecond()])?;
    connection
        .prepare_cached("delete from products where number = ?1")?
        .execute(params![product.0])?;
    Ok(())
}

fn keep_label(connection: &Connection, product: Number, variant: &VariantRecord) -> Stored<()> {
    connection
        .prepare_cached("insert into deleted_variants (product, id, label) values (?1, ?2, ?3)")?
        .execute(params![product.0, variant.id, variant.fields.label])?;
    Ok(())
}

fn insert_variant(
    connection: &Connection,
    product: Number,
    position: usize,
    id: &str,
    fields: &VariantFields,
    quantity: Option<i64>,
) -> Stored<()> {
    connection
        .prepare_cached(
            "insert into variants
                 (product, id, position, type, label, value, price_adjustment, quantity)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            product.0,
            id,
            position,
            fields.kind,
            fields.label,
            fields.value,
            fields.price_adjustment,
            quantity,
        ])?;
    Ok(())
}
