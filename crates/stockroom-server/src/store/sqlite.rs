//! The embedded database: SQLite in WAL mode with one thread that writes and pooled readers.

mod accounts;
mod audit;
mod checkpoints;
mod connection;
pub mod copies;
mod counts;
mod deliveries;
mod endpoints;
mod failures;
mod figures;
mod history;
mod keys;
mod levels;
mod lists;
mod lock;
mod lookup;
pub(super) mod moving;
mod orders;
mod outbox;
mod products;
mod readers;
mod rows;
mod runs;
mod sessions;
mod snapshots;
mod transaction;
mod user_sessions;
mod users;
mod writer;

use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use jiff::Timestamp;
use stockroom_api::history::{HistoryPage, RunPage};
use stockroom_api::inventory::{InventoryPage, Which};
use stockroom_api::product::{Product, ProductPage};
use stockroom_api::webhook::{Delivery, DeliveryPage, DeliveryState};

use self::lock::Lock;
use self::readers::Readers;
use self::snapshots::Snapshots;
pub use self::transaction::SqliteTx;
use self::writer::Writer;
use super::data::{
    Admission, Authority, Counter, Filled, NewSession, Page, ProductRow, Scope, Snapshot,
    StoreFigures, StoreInfo, StoreKind, Version,
};
use super::history::{HistoryFilter, HistoryPlace, Part, RunPlace};
use super::keys::{Changed, KeyChange, KeyRow, NewKey, NewSecret, Revoked, StoreAccess};
use super::orders::Orders;
use super::products::{ProductFilter, ProductRecord};
use super::webhooks::{EndpointRow, WebhookReads};
use super::{Store, StoreError, Stored, Working};
use crate::secret::Hash;

/// A store in one SQLite file.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    writer: Arc<Writer>,
    readers: Arc<Readers>,
    snapshots: Arc<Snapshots>,
    orders: Arc<Orders>,
    _lock: Arc<Lock>,
}

impl SqliteStore {
    /// Opens the database file, making it and bringing its tables up to date where needed.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be opened or is no database of ours.
    pub async fn open(file: &Path) -> Stored<Self> {
        let path = file.to_owned();
        let start = move || {
            let lock = Lock::shared(&path)?;
            Ok::<_, StoreError>((lock, Writer::start(connection::open_writer(&path)?, path)?))
        };
        let (lock, writer) = blocking(start).await??;
        let readers = Readers::new(file.to_owned());
        let snapshots = Snapshots::new(file.to_owned());
        Ok(Self {
            writer: Arc::new(writer),
            readers: Arc::new(readers),
            snapshots: Arc::new(snapshots),
            orders: Arc::default(),
            _lock: Arc::new(lock),
        })
    }

    /// Does `work`, which needs no rule to decide, in a transaction of its own.
    async fn change<T: Send + 'static>(
        &self,
        work: impl FnOnce(&rusqlite::Connection) -> Stored<T> + Send + 'static,
    ) -> Stored<T> {
        self.writer.run(move |tx| work(tx.connection())).await
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Stored<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| StoreError::Failed(error.to_string()))
}

/// Returns the outcome of work on SQLite: nothing in it waits for anything but SQLite itself.
fn at_once<T>(work: impl Future<Output = T>) -> Stored<T> {
    match pin!(work).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => Ok(done),
        Poll::Pending => Err(StoreError::Failed("the work waited inside a transaction".to_owned())),
    }
}

impl Store for SqliteStore {
    type Tx = SqliteTx;

    async fn write<T, E, W>(&self, work: W) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        W: for<'a> FnOnce(&'a mut SqliteTx) -> Working<'a, Result<T, E>> + Clone + Send + 'static,
    {
        self.writer.run(move |tx| at_once(work(tx))?).await
    }

    /// Does what is queued and closes the database, so that its journal is folded into the file.
    async fn close(&self) {
        self.readers.close();
        let writer = Arc::clone(&self.writer);
        if let Err(error) = blocking(move || writer.stop()).await {
            tracing::error!(%error, "the database was not closed");
        }
    }

    async fn info(&self) -> Stored<Option<StoreInfo>> {
        self.readers.look_up(keys::store_info).await
    }

    async fn create(&self, name: &str, kind: StoreKind, now: Timestamp) -> Stored<StoreInfo> {
        let name = name.to_owned();
        self.change(move |connection| keys::create_store(connection, name, kind, now)).await
    }

    async fn set_access(&self, store_id: i64, access: StoreAccess) -> Stored<()> {
        self.change(move |connection| keys::set_access(connection, store_id, access)).await
    }

    async fn fill(
        &self,
        scope: Scope,
        products: Vec<ProductRow>,
        now: Timestamp,
    ) -> Stored<Filled> {
        let filled = Filled { products: products.len() };
        self.writer.run(move |tx| tx.fill(scope, &products, now)).await?;
        Ok(filled)
    }

    async fn inventory(&self, scope: Scope, which: Which, page: Page) -> Stored<InventoryPage> {
        let orders = Arc::clone(&self.orders);
        let read = move |connection: &_| lists::inventory(connection, &orders, scope, which, page);
        self.readers.read(read).await
    }

    async fn version(&self, scope: Scope) -> Stored<Version> {
        self.readers.look_up(|connection| snapshots::version(connection, scope)).await
    }

    async fn snapshot(&self, scope: Scope) -> Stored<Snapshot> {
        self.snapshots.start(scope).await
    }

    async fn products(
        &self,
        scope: Scope,
        filter: ProductFilter,
        page: Page,
    ) -> Stored<ProductPage> {
        let orders = Arc::clone(&self.orders);
        let read = move |connection: &_| lists::products(connection, &orders, scope, &filter, page);
        self.readers.read(read).await
    }

    async fn product(&self, scope: Scope, reference: &str) -> Stored<Option<Product>> {
        self.readers.look_up(|connection| rows::product(connection, scope, reference)).await
    }

    async fn products_by_external_id(
        &self,
        scope: Scope,
        external_ids: Vec<String>,
    ) -> Stored<Vec<ProductRecord>> {
        let read = move |connection: &_| products::by_external_id(connection, scope, &external_ids);
        self.readers.read(read).await
    }

    async fn history(
        &self,
        scope: Scope,
        filter: HistoryFilter,
        part: Part<HistoryPlace>,
    ) -> Stored<Option<HistoryPage>> {
        self.readers.read(move |connection| history::page(connection, scope, &filter, part)).await
    }

    async fn runs(
        &self,
        scope: Scope,
        fingerprint: Option<String>,
        part: Part<RunPlace>,
    ) -> Stored<RunPage> {
        let read =
            move |connection: &_| runs::page(connection, scope, fingerprint.as_deref(), part);
        self.readers.read(read).await
    }

    async fn find_key(&self, hash: Hash, now: Timestamp) -> Stored<Option<Authority>> {
        self.readers.look_up(|connection| keys::find(connection, &hash, now)).await
    }

    async fn create_key(&self, key: NewKey) -> Stored<()> {
        self.change(move |connection| keys::create(connection, &key)).await
    }

    async fn keys(&self, store_id: i64) -> Stored<Vec<KeyRow>> {
        self.readers.read(move |connection| keys::list(connection, store_id)).await
    }

    async fn update_key(&self, store_id: i64, id: &str, change: KeyChange) -> Stored<Changed> {
        let id = id.to_owned();
        self.change(move |connection| keys::update(connection, store_id, &id, &change)).await
    }

    async fn rotate_key(
        &self,
        store_id: i64,
        id: &str,
        secret: NewSecret,
        old_until: Option<Timestamp>,
    ) -> Stored<Changed> {
        let id = id.to_owned();
        let rotate =
            move |connection: &_| keys::rotate(connection, store_id, &id, &secret, old_until);
        self.change(rotate).await
    }

    async fn revoke_key(&self, store_id: i64, id: &str, now: Timestamp) -> Stored<Revoked> {
        let id = id.to_owned();
        self.change(move |connection| keys::revoke(connection, store_id, &id, now)).await
    }

    async fn touch_key(&self, scope: Scope, id: &str, now: Timestamp) -> Stored<()> {
        let id = id.to_owned();
        self.change(move |connection| keys::touch(connection, scope, &id, now)).await
    }

    async fn create_session(&self, session: NewSession) -> Stored<()> {
        self.change(move |connection| sessions::create(connection, &session)).await
    }

    async fn find_session(
        &self,
        hash: Hash,
        now: Timestamp,
    ) -> Stored<Option<(Authority, Timestamp)>> {
        self.readers.look_up(|connection| sessions::find(connection, &hash, now)).await
    }

    async fn extend_session(&self, hash: Hash, expires_at: Timestamp) -> Stored<()> {
        self.change(move |connection| sessions::extend(connection, &hash, expires_at)).await
    }

    async fn end_session(&self, hash: Hash) -> Stored<()> {
        let end = move |connection: &_| {
            sessions::end(connection, &hash)?;
            user_sessions::end(connection, &hash)
        };
        self.change(end).await
    }

    async fn admit(&self, counters: Vec<Counter>) -> Stored<Admission> {
        // Whoever is past a limit and goes on costs the writer nothing.
        let standing = self.counted(&counters).await?;
        if !standing.is_admitted {
            return Ok(standing);
        }
        self.change(move |connection| counts::admit(connection, &counters)).await
    }

    async fn counted(&self, counters: &[Counter]) -> Stored<Admission> {
        self.readers.look_up(|connection| counts::look(connection, counters)).await
    }

    async fn forget_expired(&self, kept_since: Timestamp, now: Timestamp) -> Stored<()> {
        self.change(move |connection| sessions::forget_sessions(connection, now)).await?;
        self.change(move |connection| keys::forget_secrets(connection, now)).await?;
        self.change(move |connection| user_sessions::forget(connection, now)).await?;
        self.change(move |connection| users::forget_places(connection, now)).await?;
        self.change(move |connection| failures::forget(connection, now)).await?;
        let forget = move |connection: &_| sessions::forget_answers(connection, kept_since);
        while self.change(forget).await? == sessions::FORGOTTEN_AT_ONCE {}
        let forget = move |connection: &_| counts::forget(connection, now);
        while self.change(forget).await? == counts::FORGOTTEN_AT_ONCE {}
        let forget = move |connection: &_| deliveries::forget(connection, now);
        while self.change(forget).await? == deliveries::FORGOTTEN_AT_ONCE {}
        Ok(())
    }

    async fn check_writable(&self) -> Stored<()> {
        self.change(figures::write_again).await
    }

    async fn figures(&self, now: Timestamp) -> Stored<StoreFigures> {
        let sessions = move |connection: &_| figures::sessions(connection, now);
        let sessions = self.readers.read(sessions).await?;
        let (database_bytes, journal_bytes) = figures::sizes(self.readers.file());
        let writer = self.writer.figures();
        Ok(StoreFigures {
            queued: writer.queued(),
            group_sizes: writer.group_sizes.counted(),
            commit_times: writer.commit_times.counted(),
            database_bytes,
            journal_bytes,
            sessions,
            replica: None,
        })
    }
}

impl WebhookReads for SqliteStore {
    async fn endpoints(&self, scope: Scope) -> Stored<Vec<EndpointRow>> {
        self.readers.look_up(|connection| endpoints::list(connection, scope)).await
    }

    async fn deliveries(
        &self,
        scope: Scope,
        endpoint: &str,
        state: Option<DeliveryState>,
        page: Page,
    ) -> Stored<Option<DeliveryPage>> {
        let endpoint = endpoint.to_owned();
        let read =
            move |connection: &_| deliveries::page(connection, scope, &endpoint, state, page);
        self.readers.read(read).await
    }

    async fn delivery(&self, scope: Scope, id: &str) -> Stored<Option<Delivery>> {
        self.readers.look_up(|connection| deliveries::one(connection, scope, id)).await
    }

    async fn has_due_deliveries(&self, now: Timestamp) -> Stored<bool> {
        self.readers.look_up(|connection| outbox::is_any_due(connection, now)).await
    }
}
