//! The one transaction type that writes.
//!
//! Sets of rows are written by one prepared statement run once for each row: on the thread that
//! owns the connection that costs no more than the same rows inside a JSON text
//! (`docs/decisions/0005-one-thread-writes.md`).

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};
use stockroom_api::product::Product;
use stockroom_api::webhook::{Delivery, DisabledReason};

use super::{deliveries, endpoints, levels, lookup, outbox, products, rows};
use crate::secret::Hash;
use crate::store::data::{
    KeptAnswer, LevelWrites, Number, ProductRow, Scope, StockRow, VariantRow, WriteRecord,
};
use crate::store::products::{ProductFields, ProductRecord, VariantRecord};
use crate::store::webhooks::{
    AttemptRow, ClaimBounds, Claimed, EndpointNumber, EndpointRow, Fate, Health, PlainEvent,
    Retried, RetriedAll, WebhookTransaction,
};
use crate::store::{StoreError, Stored, Transaction};

/// A transaction on the one connection that writes; the writer's thread begins and ends it.
#[derive(Debug)]
pub struct SqliteTx {
    connection: Connection,
}

impl SqliteTx {
    pub(super) fn new(connection: Connection) -> Self {
        Self { connection }
    }

    /// The connection itself, for what only this kind of store has.
    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    pub(super) fn begin(&mut self) -> Stored<()> {
        self.run("begin immediate")
    }

    /// Makes what is kept last; a failure leaves nothing of it.
    pub(super) fn commit(&mut self) -> Stored<()> {
        if !self.is_open() {
            return Err(StoreError::Failed("the transaction had failed before".to_owned()));
        }
        let committed = self.run("commit");
        if committed.is_err() {
            self.abandon();
        }
        committed
    }

    /// Tells whether a transaction is running: SQLite ends it by itself where the disk fails.
    pub(super) fn is_open(&self) -> bool {
        !self.connection.is_autocommit()
    }

    pub(super) fn save(&mut self) -> Stored<()> {
        self.run("savepoint job")
    }

    pub(super) fn keep(&mut self) -> Stored<()> {
        self.run("release job")
    }

    pub(super) fn undo(&mut self) -> Stored<()> {
        self.run("rollback to job")?;
        self.run("release job")
    }

    /// Undoes the whole transaction, where there is one.
    pub(super) fn abandon(&mut self) {
        if self.is_open()
            && let Err(error) = self.run("rollback")
        {
            tracing::error!(%error, "a transaction was not rolled back");
        }
    }

    /// Adds many products with their levels, which have no history.
    pub(super) fn fill(&mut self, scope: Scope, rows: &[ProductRow], now: Timestamp) -> Stored<()> {
        for row in rows {
            products::insert(&self.connection, scope, row, products::Levels::AsGiven, now)?;
        }
        self.note_change(scope, now)
    }

    /// Moves the scope's version on, so that readers see that something changed.
    fn note_change(&mut self, scope: Scope, now: Timestamp) -> Stored<()> {
        self.connection
            .prepare_cached(
                "update tallies set version = max(version + 1, ?3)
                 where store_id = ?1 and environment = ?2",
            )?
            .execute(params![scope.store_id, scope.environment.as_str(), now.as_millisecond()])?;
        Ok(())
    }

    fn run(&mut self, sql: &'static str) -> Stored<()> {
        self.connection.prepare_cached(sql)?.execute([])?;
        Ok(())
    }
}

impl Transaction for SqliteTx {
    async fn find_answer(
        &mut self,
        scope: Scope,
        key: &str,
        kept_since: Timestamp,
    ) -> Stored<Option<KeptAnswer>> {
        let mut statement = self.connection.prepare_cached(
            "select fingerprint, status, body, preference_applied from idempotency
             where store_id = ?1 and environment = ?2 and key = ?3 and at >= ?4",
        )?;
        let environment = scope.environment.as_str();
        let found = statement.query_row(
            params![scope.store_id, environment, key, kept_since.as_millisecond()],
            |row| {
                Ok(KeptAnswer {
                    fingerprint: row.get::<_, Hash>(0)?,
                    status: row.get(1)?,
                    body: row.get(2)?,
                    preference_applied: row.get(3)?,
                })
            },
        );
        Ok(found.optional()?)
    }

    async fn keep_answer(
        &mut self,
        scope: Scope,
        key: &str,
        answer: &KeptAnswer,
        now: Timestamp,
    ) -> Stored<()> {
        self.connection
            .prepare_cached(
                "insert or replace into idempotency
                     (store_id, environment, key, fingerprint, status, body, preference_applied,
                      at)
                 values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                scope.store_id,
                scope.environment.as_str(),
                key,
                answer.fingerprint.as_slice(),
                answer.status,
                answer.body,
                answer.preference_applied,
                now.as_millisecond(),
            ])?;
        Ok(())
    }

    async fn stock_by_external_id(
        &mut self,
        scope: Scope,
        external_ids: &[&str],
    ) -> Stored<Vec<StockRow>> {
        lookup::by_external_id(&self.connection, scope, external_ids)
    }

    async fn variants_of(
        &mut self,
        _: Scope,
        products: &[Number],
    ) -> Stored<Vec<(Number, VariantRow)>> {
        let mut found = Vec::new();
        for product in products {
            let variants = rows::variants(&self.connection, *product)?;
            found.extend(variants.into_iter().map(|variant| (*product, variant)));
        }
        Ok(found)
    }

    async fn stock(&mut self, scope: Scope, reference: &str) -> Stored<Option<StockRow>> {
        rows::stock(&self.connection, scope, reference)
    }

    async fn product(&mut self, scope: Scope, reference: &str) -> Stored<Option<Product>> {
        rows::product(&self.connection, scope, reference)
    }

    async fn write_levels(
        &mut self,
        scope: Scope,
        record: &WriteRecord,
        writes: &LevelWrites,
    ) -> Stored<()> {
        levels::write(&self.connection, scope, record, writes)?;
        self.note_change(scope, record.at)
    }

    async fn insert_products(
        &mut self,
        scope: Scope,
        products: &[ProductRow],
        now: Timestamp,
    ) -> Stored<Vec<StockRow>> {
        let mut added = Vec::with_capacity(products.len());
        for product in products {
            let external_id = product.new.external_id.as_deref();
            products::check_external_id(&self.connection, scope, external_id, None)?;
            let levels = products::Levels::Untracked;
            let number = products::insert(&self.connection, scope, product, levels, now)?;
            added.push(product.untracked(number));
        }
        self.note_change(scope, now)?;
        Ok(added)
    }

    async fn product_record(
        &mut self,
        scope: Scope,
        reference: &str,
    ) -> Stored<Option<ProductRecord>> {
        products::record(&self.connection, scope, reference)
    }

    async fn products_by_external_id(
        &mut self,
        scope: Scope,
        external_ids: &[String],
    ) -> Stored<Vec<ProductRecord>> {
        products::by_external_id(&self.connection, scope, external_ids)
    }

    async fn update_products(
        &mut self,
        scope: Scope,
        products: &[(Number, ProductFields)],
        now: Timestamp,
    ) -> Stored<()> {
        for (product, fields) in products {
            let external_id = fields.external_id.as_deref();
            products::check_external_id(&self.connection, scope, external_id, Some(*product))?;
            products::update(&self.connection, *product, fields, now)?;
        }
        self.note_change(scope, now)
    }

    async fn replace_variants(
        &mut self,
        _: Scope,
        product: Number,
        variants: &[VariantRecord],
    ) -> Stored<()> {
        products::replace_variants(&self.connection, product, variants)
    }

    async fn delete_product(
        &mut self,
        scope: Scope,
        product: Number,
        now: Timestamp,
    ) -> Stored<()> {
        products::delete(&self.connection, product, now)?;
        self.note_change(scope, now)
    }
}

impl WebhookTransaction for SqliteTx {
    async fn endpoints(&mut self, scope: Scope) -> Stored<Vec<EndpointRow>> {
        endpoints::list(&self.connection, scope)
    }

    async fn save_endpoint(&mut self, scope: Scope, endpoint: &EndpointRow) -> Stored<()> {
        endpoints::save(&self.connection, scope, endpoint)
    }

    async fn delete_endpoint(&mut self, scope: Scope, id: &str) -> Stored<bool> {
        endpoints::delete(&self.connection, scope, id)
    }

    async fn send_to(
        &mut self,
        scope: Scope,
        endpoint: &str,
        event: &PlainEvent,
    ) -> Stored<Option<String>> {
        outbox::send_to(&self.connection, scope, endpoint, event)
    }

    async fn delivery(&mut self, scope: Scope, id: &str) -> Stored<Option<Delivery>> {
        deliveries::one(&self.connection, scope, id)
    }

    async fn retry_delivery(&mut self, scope: Scope, id: &str, now: Timestamp) -> Stored<Retried> {
        deliveries::retry(&self.connection, scope, id, now)
    }

    async fn retry_failed(
        &mut self,
        scope: Scope,
        endpoint: &str,
        now: Timestamp,
    ) -> Stored<RetriedAll> {
        deliveries::retry_failed(&self.connection, scope, endpoint, now)
    }

    async fn claim_deliveries(
        &mut self,
        now: Timestamp,
        until: Timestamp,
        bounds: ClaimBounds,
    ) -> Stored<Vec<Claimed>> {
        outbox::claim(&self.connection, now, until, bounds)
    }

    async fn finish_attempt(
        &mut self,
        claimed: &Claimed,
        attempt: &AttemptRow,
        fate: Fate,
    ) -> Stored<Option<Health>> {
        outbox::finish(&self.connection, claimed, attempt, fate)
    }

    async fn hasten_deliveries(
        &mut self,
        _: Scope,
        endpoint: EndpointNumber,
        now: Timestamp,
    ) -> Stored<()> {
        outbox::hasten(&self.connection, endpoint, now)
    }

    async fn disable_endpoint(
        &mut self,
        _: Scope,
        endpoint: EndpointNumber,
        reason: DisabledReason,
        now: Timestamp,
    ) -> Stored<()> {
        endpoints::disable(&self.connection, endpoint, reason, now)
    }
}
