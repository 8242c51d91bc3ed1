//! Creating, changing and deleting products: what becomes of fields, variants and levels.
//!
//! Levels are written as all levels are, by [`crate::applying`], after the product is as it will be: so
//! whether it is low goes by its new threshold.

mod variants;

use stockroom_api::code::ErrorCode;
use stockroom_api::history::Ended;
use stockroom_api::product::{DeletedProduct, Patch, Product, ProductUpdate};
use stockroom_api::read::product::VariantLevel;
use stockroom_domain::quantity::Level;

use self::variants::plan_variants;
use crate::applying::{Aim, Fault, LevelSets, expect_level};
use crate::error::ApiError;
use crate::store::Transaction;
use crate::store::data::{ProductRow, Scope, WriteRecord};
use crate::store::products::{ProductFields, ProductRecord};

/// Creates a product, with a line of history for each level that it begins with.
///
/// # Errors
/// 409 where the SKU is another product's; [`ApiError`] where the store failed.
pub async fn create<T: Transaction>(
    tx: &mut T,
    scope: Scope,
    record: &WriteRecord,
    row: &ProductRow,
) -> Result<Product, ApiError> {
    let mut levels = LevelSets::default();
    for stock in tx.insert_products(scope, std::slice::from_ref(row), record.at).await? {
        let variants = row.new.variants.iter();
        let aims: Vec<Aim> = variants.map(|variant| begin(variant.quantity)).collect();
        levels.add(stock, begin(row.new.quantity), &aims)?;
    }
    levels.write(tx, scope, record).await?;
    tx.product(scope, &row.id).await?.ok_or_else(ApiError::internal)
}

/// Changes a product: what is absent stays.
///
/// # Errors
/// 404 for an unknown product, 400 or 409 for what cannot be done; then nothing is.
pub async fn change<T: Transaction>(
    tx: &mut T,
    scope: Scope,
    record: &WriteRecord,
    reference: &str,
    update: ProductUpdate,
    new_id: impl FnMut() -> String,
) -> Result<Product, ApiError> {
    let unknown = || ApiError::product_not_found(reference);
    let before = tx.product_record(scope, reference).await?.ok_or_else(unknown)?;
    expect_level(before.quantity, level(update.expected_quantity), "")?;
    let aim = aim(&update.quantity, before.quantity);
    let variants =
        update.variants.clone().map(|sent| plan_variants(&before.variants, sent, new_id));
    let variants = variants.transpose()?;
    let fields = patch(before.fields.clone(), update);
    let changed = [(before.number, fields)];
    tx.update_products(scope, &changed, record.at).await?;
    let [(_, fields)] = changed;
    let mut after = ProductRecord { fields, ..before };
    let mut aims = Vec::new();
    if let Some(planned) = variants {
        tx.replace_variants(scope, after.number, &planned.kept).await?;
        after.variants = planned.kept;
        // Levels of what is gone end with a line of their own.
        after.variants.extend(planned.removed);
        aims = planned.aims;
        aims.resize(after.variants.len(), Aim::End(Ended::Deleted));
    }
    let mut levels = LevelSets::default();
    levels.add(after.stock(), aim, &aims)?;
    levels.write(tx, scope, record).await?;
    tx.product(scope, &after.id).await?.ok_or_else(ApiError::internal)
}

/// Deletes a product, with a line of history for each level that ends with it.
///
/// # Errors
/// 404 for an unknown product; [`ApiError`] where the store failed.
pub async fn delete<T: Transaction>(
    tx: &mut T,
    scope: Scope,
    record: &WriteRecord,
    reference: &str,
) -> Result<DeletedProduct, ApiError> {
    let unknown = || ApiError::product_not_found(reference);
    let product = tx.product_record(scope, reference).await?.ok_or_else(unknown)?;
    let mut levels = LevelSets::default();
    let end = Aim::End(Ended::Deleted);
    levels.add(product.stock(), end, &vec![end; product.variants.len()])?;
    levels.write(tx, scope, record).await?;
    tx.delete_product(scope, product.number, record.at).await?;
    Ok(DeletedProduct { id: product.id, external_id: product.fields.external_id, deleted: true })
}

/// Sets the level of one variant.
///
/// # Errors
/// 404 for an unknown product or variant, 409 where the level is not the expected one.
pub async fn set_variant<T: Transaction>(
    tx: &mut T,
    scope: Scope,
    record: &WriteRecord,
    reference: &str,
    variant_id: &str,
    wanted: VariantLevel,
) -> Result<Product, ApiError> {
    let unknown = || ApiError::product_not_found(reference);
    let product = tx.product_record(scope, reference).await?.ok_or_else(unknown)?;
    let at = product.variants.iter().position(|variant| variant.id == variant_id);
    let at = at.ok_or_else(|| ApiError::variant_not_found(variant_id))?;
    expect_level(product.variants[at].quantity, wanted.expected, "")?;
    let mut aims = vec![Aim::Keep; product.variants.len()];
    aims[at] = Aim::Set(wanted.quantity);
    let mut levels = LevelSets::default();
    levels.add(product.stock(), Aim::Keep, &aims)?;
    levels.write(tx, scope, record).await?;
    tx.product(scope, &product.id).await?.ok_or_else(ApiError::internal)
}

fn patch(before: ProductFields, update: ProductUpdate) -> ProductFields {
    ProductFields {
        external_id: update.external_id.apply(before.external_id),
        name: update.name.unwrap_or(before.name),
        description: update.description.apply(before.description),
        price: update.price.unwrap_or(before.price),
        category_id: update.category_id.apply(before.category_id),
        status: update.status.unwrap_or(before.status),
        low_stock_threshold: update.low_stock_threshold.apply(before.low_stock_threshold),
        image_url: update.image_url.apply(before.image_url),
    }
}

/// Returns the level of a number that was read as one.
fn level(quantity: Option<i64>) -> Option<Level> {
    quantity.and_then(|units| Level::new(units).ok())
}

fn begin(quantity: Option<i64>) -> Aim {
    level(quantity).map_or(Aim::Keep, Aim::Set)
}

/// Returns what becomes of a level: whoever sends a whole product back asks nothing of the levels that
/// are what they were.
fn aim(sent: &Patch<i64>, before: Option<i64>) -> Aim {
    match sent {
        Patch::Set(units) if Some(*units) == before => Aim::Keep,
        Patch::Set(units) => begin(Some(*units)),
        Patch::Clear => Aim::End(Ended::Untracked),
        Patch::Keep => Aim::Keep,
    }
}

/// Returns the refusal of a field of a variant.
fn variant_fault(code: ErrorCode, index: usize, field: &str, message: String) -> Fault {
    Fault { code, message, place: format!("variants[{index}].{field}"), current_quantity: None }
}
