//! Where products, levels, keys and answers are kept: a trait over plain data.
//!
//! No rule of stock is decided here: [`crate::applying`] decides, between reading and writing
//! inside one [`Transaction`]. SQL lives below this module alone.

pub mod accounts;
pub mod audit;
mod columns;
pub mod data;
pub mod history;
pub mod keys;
pub mod moving;
mod orders;
pub mod postgres;
pub mod products;
pub mod sqlite;
pub mod webhooks;

use std::future::Future;
use std::pin::Pin;

use jiff::Timestamp;
use stockroom_api::history::{HistoryPage, RunPage};
use stockroom_api::inventory::{InventoryPage, Which};
use stockroom_api::product::{Product, ProductPage};

use self::accounts::Accounts;
use self::audit::Audit;
use self::data::{
    Admission, Authority, Counter, Filled, KeptAnswer, LevelWrites, NewSession, Number, Page,
    ProductRow, Scope, Snapshot, StockRow, StoreFigures, StoreInfo, Version, WriteRecord,
};
use self::history::{HistoryFilter, HistoryPlace, Part, RunPlace};
use self::keys::{Changed, KeyChange, KeyRow, NewKey, NewSecret, Revoked, StoreAccess};
use self::products::{ProductFields, ProductFilter, ProductRecord, VariantRecord};
use self::webhooks::{WebhookReads, WebhookTransaction};
use crate::secret::Hash;

/// Why a store could not do what was asked.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// A product with this SKU exists already.
    #[error("a product with the SKU {0} exists already")]
    ExternalIdTaken(String),
    /// The database is busy with other writes.
    #[error("the database is busy")]
    Busy,
    /// Others changed the same at the same time, again and again; nothing was done.
    #[error("others were in the way: {0}")]
    Conflict(String),
    /// Another process is doing the first request with this idempotency key.
    #[error("the first request with this idempotency key is still running")]
    InProgress,
    /// The database cannot be reached, or does not take writes; nothing was done.
    #[error("the database cannot be reached: {0}")]
    Unavailable(String),
    /// The database went away while it was told to keep what was done: it may be done or not.
    #[error("the database went away before it told whether the change was kept")]
    Unsure,
    /// A text holds U+0000, which this database cannot keep.
    #[error("a text holds the character U+0000, which cannot be kept")]
    Unkeepable,
    /// The database is to become a copy of a store, and is not yet.
    #[error("a copy into it is not finished")]
    Unfinished,
    /// The database failed.
    #[error("the database failed: {0}")]
    Failed(String),
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

/// What a store answers.
pub type Stored<T> = Result<T, StoreError>;

/// Work inside a transaction, as an async block in a box.
pub type Working<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A place that keeps a store's data.
pub trait Store: Accounts + Audit + WebhookReads + Clone + Send + Sync + 'static {
    /// What work that writes is given.
    type Tx: Transaction;

    /// Does `work` in a transaction and returns once it lasts; where it returns an `Err` or
    /// panics it leaves no trace.
    ///
    /// A store may do the work on a thread of its own, and commit it together with others; or again,
    /// where others were in its way and nothing of it was kept.
    fn write<T, E, W>(&self, work: W) -> impl Future<Output = Result<T, E>> + Send
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        W: for<'a> FnOnce(&'a mut Self::Tx) -> Working<'a, Result<T, E>> + Clone + Send + 'static;

    /// Does what is queued and closes the database.
    fn close(&self) -> impl Future<Output = ()> + Send;

    /// Returns the store, or `None` in a database without one.
    fn info(&self) -> impl Future<Output = Stored<Option<StoreInfo>>> + Send;

    /// Makes the store.
    fn create(
        &self,
        name: &str,
        kind: data::StoreKind,
        now: Timestamp,
    ) -> impl Future<Output = Stored<StoreInfo>> + Send;

    /// Switches a store's access to the API on or off.
    fn set_access(
        &self,
        store_id: i64,
        access: StoreAccess,
    ) -> impl Future<Output = Stored<()>> + Send;

    /// Adds many products at once; meant for a demo store.
    fn fill(
        &self,
        scope: Scope,
        products: Vec<ProductRow>,
        now: Timestamp,
    ) -> impl Future<Output = Stored<Filled>> + Send;

    /// Returns a page of the inventory list.
    fn inventory(
        &self,
        scope: Scope,
        which: Which,
        page: Page,
    ) -> impl Future<Output = Stored<InventoryPage>> + Send;

    /// Returns the version of a scope's products and levels.
    fn version(&self, scope: Scope) -> impl Future<Output = Stored<Version>> + Send;

    /// Begins to read all tracked products as they are at one moment. The reading is given up where
    /// nobody takes what was read for a while.
    fn snapshot(&self, scope: Scope) -> impl Future<Output = Stored<Snapshot>> + Send;

    /// Returns a page of the products, all or those that the filter takes.
    fn products(
        &self,
        scope: Scope,
        filter: ProductFilter,
        page: Page,
    ) -> impl Future<Output = Stored<ProductPage>> + Send;

    /// Returns the product with this id, else with this SKU.
    fn product(
        &self,
        scope: Scope,
        reference: &str,
    ) -> impl Future<Output = Stored<Option<Product>>> + Send;

    /// Returns the products with these SKUs, in any order, without variants.
    fn products_by_external_id(
        &self,
        scope: Scope,
        external_ids: Vec<String>,
    ) -> impl Future<Output = Stored<Vec<ProductRecord>>> + Send;

    /// Returns a part of the stock history, or `None` where the filter names no product of the scope.
    fn history(
        &self,
        scope: Scope,
        filter: HistoryFilter,
        part: Part<HistoryPlace>,
    ) -> impl Future<Output = Stored<Option<HistoryPage>>> + Send;

    /// Returns a part of the runs, all or those with this fingerprint.
    fn runs(
        &self,
        scope: Scope,
        fingerprint: Option<String>,
        part: Part<RunPlace>,
    ) -> impl Future<Output = Stored<RunPage>> + Send;

    /// Returns what the key with this hash may do, or with this hash of an old secret that still
    /// works; not for a revoked key.
    fn find_key(
        &self,
        hash: Hash,
        now: Timestamp,
    ) -> impl Future<Output = Stored<Option<Authority>>> + Send;

    /// Adds a key.
    fn create_key(&self, key: NewKey) -> impl Future<Output = Stored<()>> + Send;

    /// Returns all keys of a store, the oldest first.
    fn keys(&self, store_id: i64) -> impl Future<Output = Stored<Vec<KeyRow>>> + Send;

    /// Changes the key with this id, unless it was revoked.
    fn update_key(
        &self,
        store_id: i64,
        id: &str,
        change: KeyChange,
    ) -> impl Future<Output = Stored<Changed>> + Send;

    /// Gives the key with this id a new secret, unless it was revoked. The old one, and sessions that
    /// were begun with it, end at `old_until`, or at once; so do all from before it where it is `None`.
    fn rotate_key(
        &self,
        store_id: i64,
        id: &str,
        secret: NewSecret,
        old_until: Option<Timestamp>,
    ) -> impl Future<Output = Stored<Changed>> + Send;

    /// Revokes the key with this id and ends its sessions; tells whether there was one.
    fn revoke_key(
        &self,
        store_id: i64,
        id: &str,
        now: Timestamp,
    ) -> impl Future<Output = Stored<Revoked>> + Send;

    /// Notes that a key was used.
    fn touch_key(
        &self,
        scope: Scope,
        id: &str,
        now: Timestamp,
    ) -> impl Future<Output = Stored<()>> + Send;

    /// Adds a session that was begun with a key.
    fn create_session(&self, session: NewSession) -> impl Future<Output = Stored<()>> + Send;

    /// Returns what the session of a key with this hash may do and when it ends; not for one that is
    /// over or whose key was revoked.
    fn find_session(
        &self,
        hash: Hash,
        now: Timestamp,
    ) -> impl Future<Output = Stored<Option<(Authority, Timestamp)>>> + Send;

    /// Moves the end of the session of a key.
    fn extend_session(
        &self,
        hash: Hash,
        expires_at: Timestamp,
    ) -> impl Future<Output = Stored<()>> + Send;

    /// Ends a session, whosever it is.
    fn end_session(&self, hash: Hash) -> impl Future<Output = Stored<()>> + Send;

    /// Counts a request on all counters, or on none where one of them is full.
    fn admit(&self, counters: Vec<Counter>) -> impl Future<Output = Stored<Admission>> + Send;

    /// Tells how it stands with the counters, and counts nothing.
    fn counted(&self, counters: &[Counter]) -> impl Future<Output = Stored<Admission>> + Send;

    /// Forgets answers kept since before `kept_since`, sessions, old secrets and windows that are
    /// over, deliveries of webhooks older than [`webhooks::KEPT`], failed sign-ins and from where people
    /// signed in once that no longer counts.
    fn forget_expired(
        &self,
        kept_since: Timestamp,
        now: Timestamp,
    ) -> impl Future<Output = Stored<()>> + Send;

    /// Writes what is there already, to see whether the store can be written to.
    fn check_writable(&self) -> impl Future<Output = Stored<()>> + Send;

    /// Returns how the store is doing.
    fn figures(&self, now: Timestamp) -> impl Future<Output = Stored<StoreFigures>> + Send;
}

/// One transaction that can write, as work in [`Store::write`] sees it.
pub trait Transaction: WebhookTransaction + Send {
    /// Returns the answer kept under an idempotency key since `kept_since`. Until this transaction ends
    /// the key is its own: [`StoreError::InProgress`] where it is another's.
    fn find_answer(
        &mut self,
        scope: Scope,
        key: &str,
        kept_since: Timestamp,
    ) -> impl Future<Output = Stored<Option<KeptAnswer>>> + Send;

    /// Keeps an answer under an idempotency key.
    fn keep_answer(
        &mut self,
        scope: Scope,
        key: &str,
        answer: &KeptAnswer,
        now: Timestamp,
    ) -> impl Future<Output = Stored<()>> + Send;

    /// Returns the levels of the products with these SKUs, in any order, without variants.
    fn stock_by_external_id(
        &mut self,
        scope: Scope,
        external_ids: &[&str],
    ) -> impl Future<Output = Stored<Vec<StockRow>>> + Send;

    /// Returns the variants of these products, each with its product.
    fn variants_of(
        &mut self,
        scope: Scope,
        products: &[Number],
    ) -> impl Future<Output = Stored<Vec<(Number, data::VariantRow)>>> + Send;

    /// Returns the levels of the product with this id, else with this SKU, with its variants.
    fn stock(
        &mut self,
        scope: Scope,
        reference: &str,
    ) -> impl Future<Output = Stored<Option<StockRow>>> + Send;

    /// Returns the product with this id, else with this SKU.
    fn product(
        &mut self,
        scope: Scope,
        reference: &str,
    ) -> impl Future<Output = Stored<Option<Product>>> + Send;

    /// Writes levels and their history, and an event for every crossing that an endpoint listens to.
    fn write_levels(
        &mut self,
        scope: Scope,
        record: &WriteRecord,
        writes: &LevelWrites,
    ) -> impl Future<Output = Stored<()>> + Send;

    /// Adds products whose levels are not tracked yet, and returns those in the same order: what they
    /// are to have is written like any other level, with its history.
    fn insert_products(
        &mut self,
        scope: Scope,
        products: &[ProductRow],
        now: Timestamp,
    ) -> impl Future<Output = Stored<Vec<StockRow>>> + Send;

    /// Returns the product with this id, else with this SKU, to be changed.
    fn product_record(
        &mut self,
        scope: Scope,
        reference: &str,
    ) -> impl Future<Output = Stored<Option<ProductRecord>>> + Send;

    /// Returns the products with these SKUs, in any order, without variants.
    fn products_by_external_id(
        &mut self,
        scope: Scope,
        external_ids: &[String],
    ) -> impl Future<Output = Stored<Vec<ProductRecord>>> + Send;

    /// Replaces all of products but their levels and variants; whether one is low follows its threshold.
    fn update_products(
        &mut self,
        scope: Scope,
        products: &[(Number, ProductFields)],
        now: Timestamp,
    ) -> impl Future<Output = Stored<()>> + Send;

    /// Makes these the variants of a product, in this order: those that it has keep their levels, new
    /// ones are not tracked yet, and the others are deleted.
    fn replace_variants(
        &mut self,
        scope: Scope,
        product: Number,
        variants: &[VariantRecord],
    ) -> impl Future<Output = Stored<()>> + Send;

    /// Deletes a product; its history stays, and its number is never another's.
    fn delete_product(
        &mut self,
        scope: Scope,
        product: Number,
        now: Timestamp,
    ) -> impl Future<Output = Stored<()>> + Send;
}
