//! Levels: locked when they are read to be changed, and written with who changed them and every line of the
//! history. No request needs more statements for more products.

use stockroom_domain::quantity::Mode;
use tokio_postgres::Row;

use super::connections::Connection;
use super::rows::{can_be_kept, is_live, stock};
use super::tallies::Tally;
use crate::store::Stored;
use crate::store::columns::{ended_word, source_word};
use crate::store::data::{
    Credential, HistoryLine, LevelWrites, Number, Scope, StockRow, VariantRow, WriteNumber,
    WriteRecord,
};

/// Returns the levels of the products with these SKUs, without variants, each locked until the transaction
/// ends. All who lock several do so in the order of their numbers.
pub(super) async fn by_external_id(
    connection: &Connection,
    scope: Scope,
    external_ids: &[&str],
) -> Stored<Vec<StockRow>> {
    let mut asked: Vec<&str> =
        external_ids.iter().copied().filter(|text| can_be_kept(text)).collect();
    asked.sort_unstable();
    asked.dedup();
    let rows = connection
        .rows(
            "select l.product, l.quantity, l.low_stock_threshold, l.last_write, p.external_id
             from unnest($3::text[]) as asked (external_id)
             join products p on p.store_id = $1 and p.live = $2
                 and p.external_id = asked.external_id
             join levels l on l.store_id = $1 and l.product = p.number
             order by l.product
             for no key update of l",
            &[&scope.store_id, &is_live(scope), &asked],
        )
        .await?;
    rows.iter().map(stock).collect()
}

/// Returns the levels of the product with this id, else with this SKU, with its variants, locked.
pub(super) async fn by_reference(
    connection: &Connection,
    scope: Scope,
    reference: &str,
) -> Stored<Option<StockRow>> {
    if !can_be_kept(reference) {
        return Ok(None);
    }
    let found = connection
        .row_or_none(
            "select l.product, l.quantity, l.low_stock_threshold, l.last_write, p.external_id
             from levels l join products p on p.store_id = l.store_id and p.number = l.product
             where l.store_id = $1 and l.product = coalesce(
                 (select number from products where store_id = $1 and live = $2 and id = $3),
                 (select number from products
                  where store_id = $1 and live = $2 and external_id = $4))
             for no key update of l",
            &[&scope.store_id, &is_live(scope), &reference, &reference.trim()],
        )
        .await?;
    let Some(mut row) = found.as_ref().map(stock).transpose()? else {
        return Ok(None);
    };
    let variants = variants(connection, scope, &[row.number]).await?;
    row.variants = variants.into_iter().map(|(_, variant)| variant).collect();
    Ok(Some(row))
}

/// Returns the variants of these products, each with its product; those of a product in their order.
pub(super) async fn variants(
    connection: &Connection,
    scope: Scope,
    products: &[Number],
) -> Stored<Vec<(Number, VariantRow)>> {
    let products: Vec<i64> = products.iter().map(|product| product.0).collect();
    let rows = connection
        .rows(
            "select product, id, label, quantity from variants
             where store_id = $1 and product = any($2) order by product, position",
            &[&scope.store_id, &products],
        )
        .await?;
    let read = |row: &Row| {
        let variant =
            VariantRow { id: row.try_get(1)?, label: row.try_get(2)?, quantity: row.try_get(3)? };
        Ok((Number(row.try_get(0)?), variant))
    };
    rows.iter().map(read).collect()
}

/// Writes levels together with their history, and returns the write's number and what changed of the lists.
pub(super) async fn write(
    connection: &Connection,
    scope: Scope,
    record: &WriteRecord,
    writes: &LevelWrites,
) -> Stored<(WriteNumber, Tally)> {
    let write = write_history(connection, scope, record, writes).await?;
    write_variants(connection, scope, write, writes).await?;
    end_levels(connection, scope, write, writes).await?;
    let tally = flip(connection, scope, writes).await?;
    Ok((write, tally))
}

/// Writes who changed levels, each level that was asked for, and the products' levels.
async fn write_history(
    connection: &Connection,
    scope: Scope,
    record: &WriteRecord,
    writes: &LevelWrites,
) -> Stored<WriteNumber> {
    let lines = &writes.history;
    let column = |value: fn(&HistoryLine) -> i64| lines.iter().map(value).collect::<Vec<i64>>();
    let variants: Vec<Option<&str>> = lines.iter().map(|line| line.variant_id.as_deref()).collect();
    let sets: Vec<bool> = lines.iter().map(|line| line.mode == Mode::Set).collect();
    let befores: Vec<Option<i64>> = lines.iter().map(|line| line.before).collect();
    let previous: Vec<Option<i64>> =
        lines.iter().map(|line| line.previous_write.map(|write| write.0)).collect();
    let (products, quantities): (Vec<i64>, Vec<i64>) =
        writes.products.iter().map(|(product, quantity)| (product.0, *quantity)).unzip();
    let row = connection
        .row(
            "with write as (
                 insert into writes
                     (store_id, live, at, source, key_id, by_session, request_id, run_id,
                      run_reason, run_fingerprint)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
                 returning number
             ), lines as (
                 insert into history
                     (store_id, write, line, product, variant_id, is_set, asked, level_before,
                      level_after, delta, previous_write)
                 select $1, write.number, l.line - 1, l.product, l.variant, l.is_set, l.asked,
                     l.before, l.after, l.delta, l.previous
                 from write, unnest($11::bigint[], $12::text[], $13::boolean[], $14::bigint[],
                     $15::bigint[], $16::bigint[], $17::bigint[], $18::bigint[]) with ordinality
                     as l (product, variant, is_set, asked, before, after, delta, previous, line)
             ), changed as (
                 update levels l set quantity = c.quantity, last_write = write.number
                 from write, unnest($19::bigint[], $20::bigint[]) as c (product, quantity)
                 where l.store_id = $1 and l.product = c.product
             )
             select number from write",
            &[
                &scope.store_id,
                &is_live(scope),
                &record.at.as_millisecond(),
                &source_word(record.source),
                &record.author_id,
                &(record.credential == Credential::Session),
                &record.request_id,
                &record.run_id,
                &record.run_reason,
                &record.run_fingerprint,
                &column(|line| line.product.0),
                &variants,
                &sets,
                &column(|line| line.asked),
                &befores,
                &column(|line| line.after),
                &column(|line| line.delta),
                &previous,
                &products,
                &quantities,
            ],
        )
        .await?;
    Ok(WriteNumber(row.try_get(0)?))
}

async fn write_variants(
    connection: &Connection,
    scope: Scope,
    WriteNumber(write): WriteNumber,
    writes: &LevelWrites,
) -> Stored<()> {
    if writes.variants.is_empty() {
        return Ok(());
    }
    let products: Vec<i64> = writes.variants.iter().map(|level| level.product.0).collect();
    let ids: Vec<&str> = writes.variants.iter().map(|level| level.variant_id.as_str()).collect();
    let quantities: Vec<i64> = writes.variants.iter().map(|level| level.quantity).collect();
    connection
        .execute(
            "with changed as (
                 update variants v set quantity = c.quantity
                 from unnest($3::bigint[], $4::text[], $5::bigint[]) as c (product, id, quantity)
                 where v.store_id = $1 and v.product = c.product and v.id = c.id
             )
             update levels set last_write = $2
             where store_id = $1 and product = any($3) and last_write is distinct from $2",
            &[&scope.store_id, &write, &products, &ids, &quantities],
        )
        .await?;
    Ok(())
}

/// Takes away the levels that are not tracked any more, and notes with their lines why.
async fn end_levels(
    connection: &Connection,
    scope: Scope,
    WriteNumber(write): WriteNumber,
    writes: &LevelWrites,
) -> Stored<()> {
    if writes.ended.is_empty() {
        return Ok(());
    }
    let ended =
        || writes.ended.iter().filter_map(|ended| Some((ended, writes.history.get(ended.line)?)));
    let lines: Vec<i32> =
        ended().map(|(ended, _)| i32::try_from(ended.line).unwrap_or(i32::MAX)).collect();
    let words: Vec<&str> = ended().map(|(ended, _)| ended_word(ended.how)).collect();
    let products: Vec<i64> = ended().map(|(_, line)| line.product.0).collect();
    let variants: Vec<Option<&str>> = ended().map(|(_, line)| line.variant_id.as_deref()).collect();
    connection
        .execute(
            "with gone as (
                 select * from unnest($3::integer[], $4::text[], $5::bigint[], $6::text[])
                     as g (line, how, product, variant)
             ), noted as (
                 insert into ended_levels (store_id, write, line, how)
                 select $1, $2, line, how from gone
             ), variants_ended as (
                 update variants v set quantity = null from gone g
                 where v.store_id = $1 and v.product = g.product and v.id = g.variant
             )
             update levels l set last_write = $2, quantity = case
                 when exists (
                     select from gone g where g.product = l.product and g.variant is null)
                 then null else quantity end
             where store_id = $1 and product = any($5)",
            &[&scope.store_id, &write, &lines, &words, &products, &variants],
        )
        .await?;
    Ok(())
}

/// Notes what the lists select products by, where it changes; returns by how much their lengths do.
async fn flip(connection: &Connection, scope: Scope, writes: &LevelWrites) -> Stored<Tally> {
    let begun = writes.flips.iter().map(|flip| (flip.product.0, true, flip.is_low));
    let ended = writes.ended.iter().filter_map(|ended| {
        let line = writes.history.get(ended.line)?;
        line.variant_id.is_none().then_some((line.product.0, false, false))
    });
    let mut products = Vec::new();
    let (mut tracked, mut low) = (Vec::new(), Vec::new());
    for (product, is_tracked, is_low) in begun.chain(ended) {
        products.push(product);
        tracked.push(is_tracked);
        low.push(is_low);
    }
    if products.is_empty() {
        return Ok(Tally::default());
    }
    let row = connection
        .row(
            "with before as (
                 select number, is_tracked, is_low from products
                 where store_id = $1 and number = any($2)
             ), flipped as (
                 update products p set is_tracked = f.is_tracked, is_low = f.is_low
                 from unnest($2::bigint[], $3::boolean[], $4::boolean[])
                     as f (number, is_tracked, is_low)
                 where p.store_id = $1 and p.number = f.number
                 returning p.number, p.is_tracked, p.is_low
             )
             select coalesce(sum(f.is_tracked::integer - b.is_tracked::integer), 0)::bigint,
                 coalesce(sum(f.is_low::integer - b.is_low::integer), 0)::bigint,
                 count(*) filter (where f.is_tracked <> b.is_tracked)
             from flipped f join before b using (number)",
            &[&scope.store_id, &products, &tracked, &low],
        )
        .await?;
    Ok(Tally {
        tracked: row.try_get(0)?,
        low: row.try_get(1)?,
        order: row.try_get(2)?,
        ..Tally::default()
    })
}
