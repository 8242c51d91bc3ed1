//! The one transaction type that writes.

use jiff::Timestamp;
use sqlx::{Sqlite, Transaction as Native};
use stockroom_api::product::{Product, Status};

use super::{history, rows};
use crate::secret::Hash;
use crate::store::data::{
    KeptAnswer, LevelWrites, ProductRow, Scope, StockRow, VariantRow, WriteRecord,
};
use crate::store::{StoreError, Stored, Transaction};

/// Id, SKU, level and threshold of a product.
type StockJson = (String, Option<String>, Option<i64>, Option<i64>);

// The sets to write are materialized with their scope in each row: a plan can then only go from
// the set to the table, where the optimizer would rather search the table once for each of its
// rows as soon as it knows nothing about their number.

const UPDATE_FLAGS: &str = "
with j (s, e, id, is_low) as materialized (
    select ?1, ?2, value ->> 'product_id', value ->> 'is_low' from json_each(?3))
update products set is_tracked = 1, is_low = j.is_low from j
where products.store_id = j.s and products.environment = j.e and products.id = j.id
    and ?4 is not null";

const UPDATE_VARIANTS: &str = "
with j (s, e, product_id, id, quantity) as materialized (
    select ?1, ?2, value ->> 'product_id', value ->> 'variant_id', value ->> 'quantity'
    from json_each(?3))
update variants set quantity = j.quantity from j
where variants.store_id = j.s and variants.environment = j.e
    and variants.product_id = j.product_id and variants.id = j.id and ?4 is not null";

const TOUCH_PRODUCTS: &str = "
update products set updated_at = ?4
where store_id = ?1 and environment = ?2
    and id in (select value ->> 'product_id' from json_each(?3))";

/// A transaction on the one connection that writes.
#[derive(Debug)]
pub struct SqliteTx {
    tx: Native<'static, Sqlite>,
}

impl SqliteTx {
    pub(super) fn new(tx: Native<'static, Sqlite>) -> Self {
        Self { tx }
    }

    /// Adds many products with two statements.
    pub(super) async fn insert_products(
        &mut self,
        scope: Scope,
        products: &[ProductRow],
        now: Timestamp,
    ) -> Stored<()> {
        self.run(
            "insert into products
                 (store_id, environment, id, external_id, name, description, price, category_id,
                  status, quantity, low_stock_threshold, is_tracked, is_low, created_at,
                  updated_at)
             select ?1, ?2, j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3,
                 j.value ->> 4, j.value ->> 5, j.value ->> 6, j.value ->> 7, j.value ->> 8,
                 j.value ->> 7 is not null, coalesce(j.value ->> 7 < j.value ->> 8, 0), ?4, ?4
             from json_each(?3) as j",
            scope,
            &serde_json::to_string(&products.iter().map(product_json).collect::<Vec<_>>())?,
            now,
        )
        .await?;
        self.run(
            "insert into variants
                 (store_id, environment, product_id, id, position, type, label, value,
                  price_adjustment, quantity)
             select ?1, ?2, j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3,
                 j.value ->> 4, j.value ->> 5, j.value ->> 6, j.value ->> 7
             from json_each(?3) as j where ?4 is not null",
            scope,
            &variants_json(products)?,
            now,
        )
        .await
    }

    async fn run(
        &mut self,
        sql: &'static str,
        scope: Scope,
        json: &str,
        now: Timestamp,
    ) -> Stored<()> {
        sqlx::query(sql)
            .bind(scope.store_id)
            .bind(scope.environment.as_str())
            .bind(json)
            .bind(now.as_millisecond())
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    async fn read_json(&mut self, sql: &'static str, scope: Scope, json: &str) -> Stored<String> {
        Ok(sqlx::query_scalar(sql)
            .bind(scope.store_id)
            .bind(scope.environment.as_str())
            .bind(json)
            .fetch_one(&mut *self.tx)
            .await?)
    }
}

impl Transaction for SqliteTx {
    async fn find_answer(
        &mut self,
        scope: Scope,
        key: &str,
        kept_since: Timestamp,
    ) -> Stored<Option<KeptAnswer>> {
        let row: Option<(Vec<u8>, u16, Vec<u8>, bool)> = sqlx::query_as(
            "select fingerprint, status, body, preference_applied from idempotency
             where store_id = ?1 and environment = ?2 and key = ?3 and at >= ?4",
        )
        .bind(scope.store_id)
        .bind(scope.environment.as_str())
        .bind(key)
        .bind(kept_since.as_millisecond())
        .fetch_optional(&mut *self.tx)
        .await?;
        row.map(|(fingerprint, status, body, preference_applied)| {
            let fingerprint = Hash::try_from(fingerprint.as_slice())
                .map_err(|error| StoreError::Failed(error.to_string()))?;
            Ok(KeptAnswer { fingerprint, status, body, preference_applied })
        })
        .transpose()
    }

    async fn keep_answer(
        &mut self,
        scope: Scope,
        key: &str,
        answer: &KeptAnswer,
        now: Timestamp,
    ) -> Stored<()> {
        sqlx::query(
            "insert or replace into idempotency
                 (store_id, environment, key, fingerprint, status, body, preference_applied, at)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )
        .bind(scope.store_id)
        .bind(scope.environment.as_str())
        .bind(key)
        .bind(answer.fingerprint.as_slice())
        .bind(answer.status)
        .bind(answer.body.as_slice())
        .bind(answer.preference_applied)
        .bind(now.as_millisecond())
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    async fn stock_by_external_id(
        &mut self,
        scope: Scope,
        external_ids: &[&str],
    ) -> Stored<Vec<StockRow>> {
        let json = self
            .read_json(
                "select json_group_array(json_array(
                     p.id, p.external_id, p.quantity, p.low_stock_threshold))
                 from json_each(?3) as asked
                 cross join products p indexed by products_by_external_id
                 where p.store_id = ?1 and p.environment = ?2 and p.external_id = asked.value",
                scope,
                &serde_json::to_string(external_ids)?,
            )
            .await?;
        let rows: Vec<StockJson> = serde_json::from_str(&json)?;
        Ok(rows
            .into_iter()
            .map(|(product_id, external_id, quantity, low_stock_threshold)| StockRow {
                product_id,
                external_id,
                quantity,
                low_stock_threshold,
                variants: Vec::new(),
            })
            .collect())
    }

    async fn variants_of(
        &mut self,
        scope: Scope,
        product_ids: &[&str],
    ) -> Stored<Vec<(String, VariantRow)>> {
        let json = self
            .read_json(
                "select json_group_array(
                     json_array(v.product_id, v.id, v.label, v.quantity)
                     order by v.product_id, v.position)
                 from json_each(?3) as asked
                 cross join variants v
                 where v.store_id = ?1 and v.environment = ?2 and v.product_id = asked.value",
                scope,
                &serde_json::to_string(product_ids)?,
            )
            .await?;
        let rows: Vec<(String, String, String, Option<i64>)> = serde_json::from_str(&json)?;
        Ok(rows
            .into_iter()
            .map(|(product_id, id, label, quantity)| {
                let variant = VariantRow { id, label, quantity };
                (product_id, variant)
            })
            .collect())
    }

    async fn product(&mut self, scope: Scope, reference: &str) -> Stored<Option<Product>> {
        rows::product(&mut self.tx, scope, reference).await
    }

    async fn write_levels(
        &mut self,
        scope: Scope,
        record: &WriteRecord,
        writes: &LevelWrites,
    ) -> Stored<()> {
        if !writes.flips.is_empty() {
            let json = serde_json::to_string(&writes.flips)?;
            self.run(UPDATE_FLAGS, scope, &json, record.at).await?;
        }
        if !writes.variants.is_empty() {
            let json = serde_json::to_string(&writes.variants)?;
            self.run(UPDATE_VARIANTS, scope, &json, record.at).await?;
            self.run(TOUCH_PRODUCTS, scope, &json, record.at).await?;
        }
        history::write(&mut self.tx, scope, record, writes).await
    }

    async fn insert_product(
        &mut self,
        scope: Scope,
        product: &ProductRow,
        now: Timestamp,
    ) -> Stored<()> {
        if let Some(external_id) = &product.new.external_id {
            let taken: Option<i64> = sqlx::query_scalar(
                "select 1 from products
                 where store_id = ?1 and environment = ?2 and external_id = ?3",
            )
            .bind(scope.store_id)
            .bind(scope.environment.as_str())
            .bind(external_id)
            .fetch_optional(&mut *self.tx)
            .await?;
            if taken.is_some() {
                return Err(StoreError::ExternalIdTaken(external_id.clone()));
            }
        }
        self.insert_products(scope, std::slice::from_ref(product), now).await
    }

    async fn commit(self) -> Stored<()> {
        Ok(self.tx.commit().await?)
    }
}

fn product_json(row: &ProductRow) -> impl serde::Serialize + '_ {
    let new = &row.new;
    let status = match new.status {
        Some(Status::Active) => "ACTIVE",
        _ => "DISABLED",
    };
    (
        &row.id,
        &new.external_id,
        &new.name,
        &new.description,
        new.price,
        &new.category_id,
        status,
        new.quantity,
        new.low_stock_threshold,
    )
}

fn variants_json(products: &[ProductRow]) -> Stored<String> {
    let rows: Vec<_> = products
        .iter()
        .flat_map(|row| {
            let variants = row.variant_ids.iter().zip(&row.new.variants).enumerate();
            variants.map(move |(position, (id, new))| {
                (
                    &row.id,
                    id,
                    position,
                    &new.kind,
                    &new.label,
                    &new.value,
                    new.price_adjustment,
                    new.quantity,
                )
            })
        })
        .collect();
    Ok(serde_json::to_string(&rows)?)
}
