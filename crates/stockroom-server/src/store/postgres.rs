//! A database of PostgreSQL, which any number of processes may share.
//!
//! Writers work side by side, each in a transaction at `read committed`, and meet where they lock rows: in an
//! order that keeps two from waiting for each other (`docs/decisions/0024-postgresql-is-a-second-store.md`).

mod accounts;
mod adding;
mod audit;
mod changing;
mod connections;
mod counts;
mod deliveries;
mod endpoints;
mod errors;
mod events;
mod failures;
mod figures;
mod history;
mod keys;
mod levels;
mod lists;
mod migrations;
pub(super) mod moving;
mod orders;
mod outbox;
mod products;
mod replica;
mod rows;
mod runs;
mod sessions;
mod snapshots;
mod tallies;
pub mod target;
mod transaction;
mod user_sessions;
mod users;
mod writing;

use std::sync::Arc;

use jiff::Timestamp;
use stockroom_api::history::{HistoryPage, RunPage};
use stockroom_api::inventory::{InventoryPage, Which};
use stockroom_api::product::{Product, ProductPage};
use stockroom_api::webhook::{Delivery, DeliveryPage, DeliveryState};

use self::connections::{Connections, Lent, Use};
use self::replica::Replica;
use self::snapshots::Snapshots;
use self::target::Target;
pub use self::transaction::PostgresTx;
use self::writing::Writing;
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

/// How many write at once, and how many connections read.
const WRITERS: usize = 8;
const READERS: usize = 6;

/// How many may wait to write, and to read; the next are told at once that the server is busy.
const MOST_WAITING: usize = 256;

/// How many products are added by one statement.
const FILLED_AT_ONCE: usize = 10_000;

/// A store in a database of PostgreSQL.
#[derive(Clone, Debug)]
pub struct PostgresStore {
    writing: Arc<Writing>,
    readers: Arc<Connections>,
    snapshots: Arc<Snapshots>,
    replica: Option<Arc<Replica>>,
    orders: Arc<Orders>,
}

/// Reads a list, from the replica where that has all that is wanted.
macro_rules! read_list {
    ($store:expr, $connection:ident => $read:expr) => {{
        if let Some(replica) = &$store.replica
            && let Some($connection) = replica.lend(&$store.readers).await
            && let Some(list) = replica.taken($read.await)
        {
            return Ok(list);
        }
        let $connection = $store.readers.lend().await?;
        $read.await
    }};
}

impl PostgresStore {
    /// Opens a database, bringing its tables up to date where needed.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be reached or is no database of ours.
    pub async fn open(target: Target) -> Stored<Self> {
        let target = Arc::new(target);
        let connections = |wanted_for, most| {
            Connections::new(Arc::clone(&target), wanted_for, most, MOST_WAITING)
        };
        let store = Self {
            writing: Arc::new(Writing::new(connections(Use::Writing, WRITERS))),
            readers: Arc::new(connections(Use::Reading, READERS)),
            snapshots: Arc::new(Snapshots::new(Arc::clone(&target))),
            replica: None,
            orders: Arc::default(),
        };
        let mut connection = store.writing.connections.lend().await?;
        if migrations::is_unfinished(&connection).await? {
            return Err(StoreError::Unfinished);
        }
        migrations::migrate(&mut connection).await?;
        Ok(store)
    }

    /// Reads lists from a standby of the database, wherever that has all that the database has.
    #[must_use]
    pub fn with_replica(self, target: Target) -> Self {
        Self { replica: Some(Arc::new(Replica::new(target))), ..self }
    }

    /// Lends a connection for one statement that writes, which is a transaction of its own.
    async fn writer(&self) -> Stored<Lent> {
        self.writing.connections.lend().await
    }
}

impl Store for PostgresStore {
    type Tx = PostgresTx;

    async fn write<T, E, W>(&self, work: W) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        W: for<'a> FnOnce(&'a mut PostgresTx) -> Working<'a, Result<T, E>> + Clone + Send + 'static,
    {
        let writing = Arc::clone(&self.writing);
        // What was begun is done, even if nobody waits for it any more.
        let done = tokio::spawn(async move { writing.run(work).await }).await;
        done.map_err(|error| StoreError::Failed(error.to_string()))?
    }

    async fn close(&self) {
        self.writing.connections.close();
        self.readers.close();
        self.snapshots.close();
        if let Some(replica) = &self.replica {
            replica.close();
        }
    }

    async fn info(&self) -> Stored<Option<StoreInfo>> {
        let connection = self.readers.lend().await?;
        keys::store_info(&connection).await
    }

    async fn create(&self, name: &str, kind: StoreKind, now: Timestamp) -> Stored<StoreInfo> {
        keys::create_store(&*self.writer().await?, name, kind, now).await
    }

    async fn set_access(&self, store_id: i64, access: StoreAccess) -> Stored<()> {
        keys::set_access(&*self.writer().await?, store_id, access).await
    }

    async fn fill(
        &self,
        scope: Scope,
        products: Vec<ProductRow>,
        now: Timestamp,
    ) -> Stored<Filled> {
        let filled = Filled { products: products.len() };
        let products = Arc::new(products);
        let fill = self.write(move |tx| {
            Box::pin(async move {
                tx.connection().run("set local statement_timeout = 0").await?;
                for some in products.chunks(FILLED_AT_ONCE) {
                    tx.fill(scope, some, now).await?;
                }
                Ok::<_, StoreError>(())
            })
        });
        fill.await?;
        // Plans are made by what was counted, and there was nothing before.
        self.writer().await?.run("analyze products, levels, variants").await?;
        Ok(filled)
    }

    async fn inventory(&self, scope: Scope, which: Which, page: Page) -> Stored<InventoryPage> {
        read_list!(self, connection => lists::inventory(&connection, &self.orders, scope, which, page))
    }

    async fn version(&self, scope: Scope) -> Stored<Version> {
        let connection = self.readers.lend().await?;
        Ok(tallies::read(&connection, scope).await?.version)
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
        read_list!(self, connection => lists::products(&connection, &self.orders, scope, &filter, page))
    }

    async fn product(&self, scope: Scope, reference: &str) -> Stored<Option<Product>> {
        let connection = self.readers.lend().await?;
        products::shown(&connection, scope, reference).await
    }

    async fn products_by_external_id(
        &self,
        scope: Scope,
        external_ids: Vec<String>,
    ) -> Stored<Vec<ProductRecord>> {
        let connection = self.readers.lend().await?;
        products::by_external_id(&connection, scope, &external_ids).await
    }

    async fn history(
        &self,
        scope: Scope,
        filter: HistoryFilter,
        part: Part<HistoryPlace>,
    ) -> Stored<Option<HistoryPage>> {
        read_list!(self, connection => history::page(&connection, scope, &filter, part))
    }

    async fn runs(
        &self,
        scope: Scope,
        fingerprint: Option<String>,
        part: Part<RunPlace>,
    ) -> Stored<RunPage> {
        read_list!(self, connection => runs::page(&connection, scope, fingerprint.as_deref(), part))
    }

    async fn find_key(&self, hash: Hash, now: Timestamp) -> Stored<Option<Authority>> {
        let connection = self.readers.lend().await?;
        keys::find(&connection, &hash, now).await
    }

    async fn create_key(&self, key: NewKey) -> Stored<()> {
        keys::create(&*self.writer().await?, &key).await
    }

    async fn keys(&self, store_id: i64) -> Stored<Vec<KeyRow>> {
        let connection = self.readers.lend().await?;
        keys::list(&connection, store_id).await
    }

    async fn update_key(&self, store_id: i64, id: &str, change: KeyChange) -> Stored<Changed> {
        keys::update(&*self.writer().await?, store_id, id, &change).await
    }

    async fn rotate_key(
        &self,
        store_id: i64,
        id: &str,
        secret: NewSecret,
        old_until: Option<Timestamp>,
    ) -> Stored<Changed> {
        let id = id.to_owned();
        let rotate = self.write(move |tx| {
            Box::pin(async move {
                keys::rotate(tx.connection(), store_id, &id, &secret, old_until).await
            })
        });
        rotate.await
    }

    async fn revoke_key(&self, store_id: i64, id: &str, now: Timestamp) -> Stored<Revoked> {
        let id = id.to_owned();
        let revoke = self.write(move |tx| {
            Box::pin(async move { keys::revoke(tx.connection(), store_id, &id, now).await })
        });
        revoke.await
    }

    async fn touch_key(&self, scope: Scope, id: &str, now: Timestamp) -> Stored<()> {
        keys::touch(&*self.writer().await?, scope, id, now).await
    }

    async fn create_session(&self, session: NewSession) -> Stored<()> {
        sessions::create(&*self.writer().await?, &session).await
    }

    async fn find_session(
        &self,
        hash: Hash,
        now: Timestamp,
    ) -> Stored<Option<(Authority, Timestamp)>> {
        let connection = self.readers.lend().await?;
        sessions::find(&connection, &hash, now).await
    }

    async fn extend_session(&self, hash: Hash, expires_at: Timestamp) -> Stored<()> {
        sessions::extend(&*self.writer().await?, &hash, expires_at).await
    }

    async fn end_session(&self, hash: Hash) -> Stored<()> {
        let connection = self.writer().await?;
        sessions::end(&connection, &hash).await?;
        user_sessions::end(&connection, &hash).await
    }

    async fn admit(&self, counters: Vec<Counter>) -> Stored<Admission> {
        // Whoever is past a limit and goes on writes nothing.
        let standing = self.counted(&counters).await?;
        if !standing.is_admitted {
            return Ok(standing);
        }
        counts::admit(self.writer().await?, &counters).await
    }

    async fn counted(&self, counters: &[Counter]) -> Stored<Admission> {
        let connection = self.readers.lend().await?;
        counts::look(&connection, counters).await
    }

    async fn forget_expired(&self, kept_since: Timestamp, now: Timestamp) -> Stored<()> {
        sessions::forget_sessions(&*self.writer().await?, now).await?;
        keys::forget_secrets(&*self.writer().await?, now).await?;
        user_sessions::forget(&*self.writer().await?, now).await?;
        users::forget_places(&*self.writer().await?, now).await?;
        failures::forget(&*self.writer().await?, now).await?;
        while sessions::forget_answers(&*self.writer().await?, kept_since).await?
            == sessions::FORGOTTEN_AT_ONCE
        {}
        while counts::forget(&*self.writer().await?, now).await? == counts::FORGOTTEN_AT_ONCE {}
        loop {
            let forget = self.write(move |tx| {
                Box::pin(async move { deliveries::forget(tx.connection(), now).await })
            });
            if forget.await? == deliveries::Left::Nothing {
                return Ok(());
            }
        }
    }

    async fn check_writable(&self) -> Stored<()> {
        figures::write_again(&*self.writer().await?).await
    }

    async fn figures(&self, now: Timestamp) -> Stored<StoreFigures> {
        let connection = self.readers.lend().await?;
        Ok(StoreFigures {
            queued: u64::try_from(self.writing.connections.waiting()).unwrap_or(u64::MAX),
            group_sizes: self.writing.group_sizes.counted(),
            commit_times: self.writing.commit_times.counted(),
            database_bytes: figures::size(&connection).await?,
            journal_bytes: figures::journal(&connection).await?,
            sessions: figures::sessions(&connection, now).await?,
            replica: self.replica.as_ref().map(|replica| replica.reads()),
        })
    }
}

impl WebhookReads for PostgresStore {
    async fn endpoints(&self, scope: Scope) -> Stored<Vec<EndpointRow>> {
        let connection = self.readers.lend().await?;
        endpoints::list(&connection, scope).await
    }

    async fn deliveries(
        &self,
        scope: Scope,
        endpoint: &str,
        state: Option<DeliveryState>,
        page: Page,
    ) -> Stored<Option<DeliveryPage>> {
        let connection = self.readers.lend().await?;
        deliveries::page(&connection, scope, endpoint, state, page).await
    }

    async fn delivery(&self, scope: Scope, id: &str) -> Stored<Option<Delivery>> {
        let connection = self.readers.lend().await?;
        deliveries::one(&connection, scope, id).await
    }

    async fn has_due_deliveries(&self, now: Timestamp) -> Stored<bool> {
        let connection = self.readers.lend().await?;
        outbox::is_any_due(&connection, now).await
    }
}
