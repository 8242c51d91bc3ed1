//! The one transaction type that writes.
//!
//! What all writers of a store change, its tallies and the row of a run, is kept back and written at the end
//! ([`PostgresTx::commit`]): whoever has locked it then waits for nothing but the disk.

use std::time::Duration;

use jiff::Timestamp;
use stockroom_api::product::Product;
use stockroom_api::webhook::{Delivery, DisabledReason};
use tokio::time::timeout;

use super::connections::{Connection, Lent};
use super::runs::{self, RunWrite};
use super::tallies::{self, Tally};
use super::{adding, changing, deliveries, endpoints, events, levels, outbox, products, sessions};
use crate::store::data::{
    KeptAnswer, LevelWrites, Number, ProductRow, Scope, StockRow, VariantRow, WriteRecord,
};
use crate::store::products::{ProductFields, ProductRecord, VariantRecord};
use crate::store::webhooks::{
    AttemptRow, ClaimBounds, Claimed, EndpointNumber, EndpointRow, Fate, Health, PlainEvent,
    Retried, RetriedAll, WebhookTransaction,
};
use crate::store::{StoreError, Stored, Transaction};

/// Begins, and tells the transaction's id, by which it can be asked what became of it, and the timeline that the
/// id is of. That it has one is no news to the database: nearly all who begin here write.
const BEGIN: &str = "begin; select pg_current_xact_id()::text || ' ' ||
    left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)";

/// How long the server may take to keep what was done: its disk, or a standby that it waits for, may be stuck, and
/// no timeout of its own ends that.
const COMMITTING: Duration = Duration::from_secs(15);

/// A transaction on a connection of its own.
#[derive(Debug)]
pub struct PostgresTx {
    connection: Lent,
    id: Option<String>,
    /// By how much each scope's tallies change, and when.
    changes: Vec<(Scope, Tally, Timestamp)>,
    runs: Vec<RunWrite>,
    failed: Option<StoreError>,
}

/// How a commit ended.
#[derive(Clone, Debug)]
pub(super) enum Committed {
    /// It lasts.
    Yes,
    /// Nothing of it was kept.
    No(StoreError),
    /// The server did not tell, or the connection broke before. The transaction has this id.
    Unsure(Option<String>),
}

impl PostgresTx {
    pub(super) async fn begin(mut connection: Lent) -> Stored<Self> {
        let id = connection.begin_told(BEGIN).await?;
        Ok(Self { connection, id, changes: Vec::new(), runs: Vec::new(), failed: None })
    }

    /// The connection itself, for what needs no rule to decide.
    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Tells why the transaction cannot be kept: a statement failed, and the database keeps all or nothing.
    pub(super) fn failure(&self) -> Option<&StoreError> {
        self.failed.as_ref()
    }

    /// Undoes everything. Where that cannot be told to the server, the connection is closed, which does the
    /// same.
    pub(super) async fn roll_back(mut self) {
        if let Err(error) = self.connection.end("rollback").await {
            tracing::debug!(%error, "a transaction was not rolled back");
        }
    }

    /// Makes what was done last.
    pub(super) async fn commit(mut self) -> Committed {
        match self.send_commit().await {
            Ok(committed) => committed,
            Err(error) => {
                self.roll_back().await;
                Committed::No(error)
            }
        }
    }

    /// Sends the last statement and the commit together, so that what it locks is not held while answers
    /// travel.
    async fn send_commit(&mut self) -> Stored<Committed> {
        self.connection.prepare(tallies::ADD).await?;
        for run in &self.runs {
            runs::add(&self.connection, run).await?;
        }
        let connection = &self.connection;
        let mut changes = self.changes.iter();
        let last = changes.next_back();
        for (scope, tally, at) in changes {
            tallies::add(connection, *scope, *tally, *at).await?;
        }
        let add = async {
            match last {
                Some((scope, tally, at)) => tallies::add(connection, *scope, *tally, *at).await,
                None => Ok(()),
            }
        };
        let both = futures_util::future::join(add, connection.run("commit"));
        let Ok((added, committed)) = timeout(COMMITTING, both).await else {
            return Ok(Committed::Unsure(self.id.take()));
        };
        let is_lost =
            matches!(&committed, Err(StoreError::Unavailable(_))) && connection.is_closed();
        Ok(match (added, committed) {
            (_, Err(_)) if is_lost => Committed::Unsure(self.id.take()),
            (Err(error), committed) => {
                // A commit after a failure undoes everything, and says so by succeeding.
                if committed.is_ok() {
                    self.connection.has_ended();
                }
                Committed::No(error)
            }
            (Ok(()), Err(error)) => Committed::No(error),
            (Ok(()), Ok(())) => {
                self.connection.has_ended();
                Committed::Yes
            }
        })
    }

    /// Adds many products with their levels, which have no history.
    pub(super) async fn fill(
        &mut self,
        scope: Scope,
        rows: &[ProductRow],
        now: Timestamp,
    ) -> Stored<()> {
        let levels = adding::Levels::AsGiven;
        let added = adding::insert(&self.connection, scope, rows, levels, now).await;
        let (_, tally) = self.noted(added)?;
        self.change(scope, tally, now);
        Ok(())
    }

    /// Notes a change of a scope's products or levels.
    fn change(&mut self, scope: Scope, tally: Tally, at: Timestamp) {
        match self.changes.iter_mut().find(|(changed, ..)| *changed == scope) {
            Some((_, sum, latest)) => {
                *sum += tally;
                *latest = at.max(*latest);
            }
            None => self.changes.push((scope, tally, at)),
        }
    }

    /// Notes a failure of the database: after it the transaction can only be undone.
    fn noted<T>(&mut self, done: Stored<T>) -> Stored<T> {
        if let Err(error) = &done
            && !matches!(error, StoreError::ExternalIdTaken(_) | StoreError::InProgress)
        {
            self.failed.get_or_insert_with(|| error.clone());
        }
        done
    }
}

impl Transaction for PostgresTx {
    async fn find_answer(
        &mut self,
        scope: Scope,
        key: &str,
        kept_since: Timestamp,
    ) -> Stored<Option<KeptAnswer>> {
        let found = sessions::find_answer(&self.connection, scope, key, kept_since).await;
        self.noted(found)
    }

    async fn keep_answer(
        &mut self,
        scope: Scope,
        key: &str,
        answer: &KeptAnswer,
        now: Timestamp,
    ) -> Stored<()> {
        let kept = sessions::keep_answer(&self.connection, scope, key, answer, now).await;
        self.noted(kept)
    }

    async fn stock_by_external_id(
        &mut self,
        scope: Scope,
        external_ids: &[&str],
    ) -> Stored<Vec<StockRow>> {
        let found = levels::by_external_id(&self.connection, scope, external_ids).await;
        self.noted(found)
    }

    async fn variants_of(
        &mut self,
        scope: Scope,
        products: &[Number],
    ) -> Stored<Vec<(Number, VariantRow)>> {
        let found = levels::variants(&self.connection, scope, products).await;
        self.noted(found)
    }

    async fn stock(&mut self, scope: Scope, reference: &str) -> Stored<Option<StockRow>> {
        let found = levels::by_reference(&self.connection, scope, reference).await;
        self.noted(found)
    }

    async fn product(&mut self, scope: Scope, reference: &str) -> Stored<Option<Product>> {
        let found = products::shown(&self.connection, scope, reference).await;
        self.noted(found)
    }

    async fn write_levels(
        &mut self,
        scope: Scope,
        record: &WriteRecord,
        writes: &LevelWrites,
    ) -> Stored<()> {
        let written = levels::write(&self.connection, scope, record, writes).await;
        let (write, tally) = self.noted(written)?;
        let crossings = &writes.crossings;
        let noted = events::note_crossings(&self.connection, scope, record, crossings).await;
        self.noted(noted)?;
        let lines = &writes.history;
        let run = runs::count_write(&self.connection, scope, write, record, lines).await;
        let run = self.noted(run)?;
        self.runs.extend(run);
        self.change(scope, tally, record.at);
        Ok(())
    }

    async fn insert_products(
        &mut self,
        scope: Scope,
        products: &[ProductRow],
        now: Timestamp,
    ) -> Stored<Vec<StockRow>> {
        let external_ids =
            products.iter().map(|product| (None, product.new.external_id.as_deref()));
        let checked = changing::check_external_ids(&self.connection, scope, external_ids).await;
        self.noted(checked)?;
        let levels = adding::Levels::Untracked;
        let added = adding::insert(&self.connection, scope, products, levels, now).await;
        let (numbers, tally) = self.noted(added)?;
        self.change(scope, tally, now);
        Ok(products
            .iter()
            .zip(numbers)
            .map(|(product, number)| product.untracked(number))
            .collect())
    }

    async fn product_record(
        &mut self,
        scope: Scope,
        reference: &str,
    ) -> Stored<Option<ProductRecord>> {
        let found = products::record(&self.connection, scope, reference).await;
        self.noted(found)
    }

    async fn products_by_external_id(
        &mut self,
        scope: Scope,
        external_ids: &[String],
    ) -> Stored<Vec<ProductRecord>> {
        let locked = products::lock_by_external_id(&self.connection, scope, external_ids).await;
        self.noted(locked)?;
        let found = products::by_external_id(&self.connection, scope, external_ids).await;
        self.noted(found)
    }

    async fn update_products(
        &mut self,
        scope: Scope,
        products: &[(Number, ProductFields)],
        now: Timestamp,
    ) -> Stored<()> {
        let external_ids = products
            .iter()
            .map(|(product, fields)| (Some(*product), fields.external_id.as_deref()));
        let checked = changing::check_external_ids(&self.connection, scope, external_ids).await;
        self.noted(checked)?;
        let updated = changing::update(&self.connection, scope, products, now).await;
        let tally = self.noted(updated)?;
        self.change(scope, tally, now);
        Ok(())
    }

    async fn replace_variants(
        &mut self,
        scope: Scope,
        product: Number,
        variants: &[VariantRecord],
    ) -> Stored<()> {
        let replaced = changing::replace_variants(&self.connection, scope, product, variants).await;
        self.noted(replaced)
    }

    async fn delete_product(
        &mut self,
        scope: Scope,
        product: Number,
        now: Timestamp,
    ) -> Stored<()> {
        let deleted = changing::delete(&self.connection, scope, product, now).await;
        let tally = self.noted(deleted)?;
        self.change(scope, tally, now);
        Ok(())
    }
}

impl WebhookTransaction for PostgresTx {
    async fn endpoints(&mut self, scope: Scope) -> Stored<Vec<EndpointRow>> {
        let locked = endpoints::lock(&self.connection, scope).await;
        self.noted(locked)?;
        let found = endpoints::list(&self.connection, scope).await;
        self.noted(found)
    }

    async fn save_endpoint(&mut self, scope: Scope, endpoint: &EndpointRow) -> Stored<()> {
        let saved = endpoints::save(&self.connection, scope, endpoint).await;
        self.noted(saved)
    }

    async fn delete_endpoint(&mut self, scope: Scope, id: &str) -> Stored<bool> {
        let deleted = endpoints::delete(&self.connection, scope, id).await;
        self.noted(deleted)
    }

    async fn send_to(
        &mut self,
        scope: Scope,
        endpoint: &str,
        event: &PlainEvent,
    ) -> Stored<Option<String>> {
        let sent = events::send_to(&self.connection, scope, endpoint, event).await;
        self.noted(sent)
    }

    async fn delivery(&mut self, scope: Scope, id: &str) -> Stored<Option<Delivery>> {
        let found = deliveries::one(&self.connection, scope, id).await;
        self.noted(found)
    }

    async fn retry_delivery(&mut self, scope: Scope, id: &str, now: Timestamp) -> Stored<Retried> {
        let retried = deliveries::retry(&self.connection, scope, id, now).await;
        self.noted(retried)
    }

    async fn retry_failed(
        &mut self,
        scope: Scope,
        endpoint: &str,
        now: Timestamp,
    ) -> Stored<RetriedAll> {
        let retried = deliveries::retry_failed(&self.connection, scope, endpoint, now).await;
        self.noted(retried)
    }

    async fn claim_deliveries(
        &mut self,
        now: Timestamp,
        until: Timestamp,
        bounds: ClaimBounds,
    ) -> Stored<Vec<Claimed>> {
        let claimed = outbox::claim(&self.connection, now, until, bounds).await;
        self.noted(claimed)
    }

    async fn finish_attempt(
        &mut self,
        claimed: &Claimed,
        attempt: &AttemptRow,
        fate: Fate,
    ) -> Stored<Option<Health>> {
        let finished = outbox::finish(&self.connection, claimed, attempt, fate).await;
        self.noted(finished)
    }

    async fn hasten_deliveries(
        &mut self,
        scope: Scope,
        endpoint: EndpointNumber,
        now: Timestamp,
    ) -> Stored<()> {
        let hastened = outbox::hasten(&self.connection, scope, endpoint, now).await;
        self.noted(hastened)
    }

    async fn disable_endpoint(
        &mut self,
        scope: Scope,
        endpoint: EndpointNumber,
        reason: DisabledReason,
        now: Timestamp,
    ) -> Stored<()> {
        let disabled = endpoints::disable(&self.connection, scope, endpoint, reason, now).await;
        self.noted(disabled)
    }
}
