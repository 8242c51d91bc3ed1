//! Changing and deleting products, all but their levels.

use jiff::Timestamp;

use super::connections::Connection;
use super::rows::{can_be_kept, is_live};
use super::tallies::Tally;
use crate::store::columns::kept_status;
use crate::store::data::{Number, Scope};
use crate::store::products::{ProductFields, VariantRecord};
use crate::store::{StoreError, Stored};

/// Refuses SKUs that other products have, each with the product that is to have it where that is there.
pub(super) async fn check_external_ids<'a>(
    connection: &Connection,
    scope: Scope,
    wanted: impl Iterator<Item = (Option<Number>, Option<&'a str>)>,
) -> Stored<()> {
    let (owners, external_ids): (Vec<Option<i64>>, Vec<&str>) = wanted
        .filter_map(|(owner, external_id)| Some((owner.map(|owner| owner.0), external_id?)))
        .filter(|(_, external_id)| can_be_kept(external_id))
        .unzip();
    if external_ids.is_empty() {
        return Ok(());
    }
    let taken = connection
        .row_or_none(
            "select p.external_id from unnest($3::bigint[], $4::text[]) as w (owner, external_id)
             join products p on p.store_id = $1 and p.live = $2 and p.external_id = w.external_id
             where p.number is distinct from w.owner limit 1",
            &[&scope.store_id, &is_live(scope), &owners, &external_ids],
        )
        .await?;
    match taken {
        None => Ok(()),
        Some(row) => Err(StoreError::ExternalIdTaken(row.try_get(0)?)),
    }
}

/// Replaces all of products but their levels and variants; whether one is low follows its threshold. Returns
/// what changed of the lists.
pub(super) async fn update(
    connection: &Connection,
    scope: Scope,
    products: &[(Number, ProductFields)],
    now: Timestamp,
) -> Stored<Tally> {
    let fields = || products.iter().map(|(_, fields)| fields);
    let text = |value: fn(&ProductFields) -> &str| fields().map(value).collect::<Vec<_>>();
    let text_or_none =
        |value: fn(&ProductFields) -> Option<&str>| fields().map(value).collect::<Vec<_>>();
    let numbers: Vec<i64> = products.iter().map(|(product, _)| product.0).collect();
    let prices: Vec<i64> = fields().map(|fields| fields.price).collect();
    let thresholds: Vec<Option<i64>> = fields().map(|fields| fields.low_stock_threshold).collect();
    let row = connection
        .row(
            "with wanted as (
                 select * from unnest($2::bigint[], $3::text[], $4::text[], $5::text[],
                     $6::bigint[], $7::text[], $8::text[], $9::bigint[], $10::text[])
                     as w (number, external_id, name, description, price, category_id, status,
                         threshold, image_url)
             ), before as (
                 select number, external_id, is_low from products
                 where store_id = $1 and number = any($2)
             ), leveled as (
                 update levels l set low_stock_threshold = w.threshold from wanted w
                 where l.store_id = $1 and l.product = w.number
                 returning l.product, l.quantity
             ), changed as (
                 update products p set
                     external_id = w.external_id, name = w.name, description = w.description,
                     price = w.price, category_id = w.category_id, status = w.status,
                     image_url = w.image_url, updated_at = $11,
                     is_low = coalesce(l.quantity < w.threshold, false)
                 from wanted w join leveled l on l.product = w.number
                 where p.store_id = $1 and p.number = w.number
                 returning p.number, p.external_id, p.is_low
             )
             select coalesce(sum(c.is_low::integer - b.is_low::integer), 0)::bigint,
                 count(*) filter (where c.external_id is distinct from b.external_id)
             from changed c join before b using (number)",
            &[
                &scope.store_id,
                &numbers,
                &text_or_none(|fields| fields.external_id.as_deref()),
                &text(|fields| &fields.name),
                &text_or_none(|fields| fields.description.as_deref()),
                &prices,
                &text_or_none(|fields| fields.category_id.as_deref()),
                &text(|fields| kept_status(fields.status)),
                &thresholds,
                &text_or_none(|fields| fields.image_url.as_deref()),
                &now.as_millisecond(),
            ],
        )
        .await?;
    Ok(Tally { low: row.try_get(0)?, order: row.try_get(1)?, ..Tally::default() })
}

/// Makes these the variants of a product, in this order: those that it has keep their levels, new ones
/// have none, and the others are deleted.
pub(super) async fn replace_variants(
    connection: &Connection,
    scope: Scope,
    product: Number,
    wanted: &[VariantRecord],
) -> Stored<()> {
    let text = |value: fn(&VariantRecord) -> &str| wanted.iter().map(value).collect::<Vec<_>>();
    let ids = text(|variant| &variant.id);
    connection
        .execute(
            "with gone as (
                 delete from variants where store_id = $1 and product = $2 and id <> all($3)
                 returning id, label
             )
             insert into deleted_variants (store_id, product, id, label)
             select $1, $2, id, label from gone",
            &[&scope.store_id, &product.0, &ids],
        )
        .await?;
    let positions: Vec<i32> =
        (0..wanted.len()).map(|position| i32::try_from(position).unwrap_or(i32::MAX)).collect();
    let values: Vec<Option<&str>> =
        wanted.iter().map(|variant| variant.fields.value.as_deref()).collect();
    let prices: Vec<Option<i64>> =
        wanted.iter().map(|variant| variant.fields.price_adjustment).collect();
    connection
        .execute(
            "insert into variants
                 (store_id, product, id, position, type, label, value, price_adjustment)
             select $1, $2, v.* from unnest($3::text[], $4::integer[], $5::text[], $6::text[],
                 $7::text[], $8::bigint[]) as v
             on conflict (store_id, product, id) do update set
                 position = excluded.position, type = excluded.type, label = excluded.label,
                 value = excluded.value, price_adjustment = excluded.price_adjustment",
            &[
                &scope.store_id,
                &product.0,
                &ids,
                &positions,
                &text(|variant| &variant.fields.kind),
                &text(|variant| &variant.fields.label),
                &values,
                &prices,
            ],
        )
        .await?;
    Ok(())
}

/// Deletes a product with its variants; what its history names of them is kept. Returns what changed of
/// the lists.
pub(super) async fn delete(
    connection: &Connection,
    scope: Scope,
    product: Number,
    now: Timestamp,
) -> Stored<Tally> {
    let key: [&(dyn tokio_postgres::types::ToSql + Sync); 2] = [&scope.store_id, &product.0];
    connection
        .execute(
            "insert into deleted_variants (store_id, product, id, label)
             select store_id, product, id, label from variants
             where store_id = $1 and product = $2",
            &key,
        )
        .await?;
    let gone = connection
        .row_or_none(
            "with level as (
                 delete from levels where store_id = $1 and product = $2 returning last_write
             ), gone as (
                 delete from products where store_id = $1 and number = $2 returning *
             ), kept as (
                 insert into deleted_products
                     (store_id, number, live, id, external_id, name, last_write, deleted_at)
                 select store_id, number, live, id, external_id, name, last_write, $3
                 from gone, level
             )
             select is_tracked, is_low from gone",
            &[&scope.store_id, &product.0, &now.as_millisecond()],
        )
        .await?;
    let Some(gone) = gone else { return Ok(Tally::default()) };
    let (is_tracked, is_low): (bool, bool) = (gone.try_get(0)?, gone.try_get(1)?);
    let tracked = -i64::from(is_tracked);
    Ok(Tally { products: -1, tracked, low: -i64::from(is_low), order: 1 })
}
