//! The embedded database: SQLite in WAL mode with one writer and pooled readers.
//!
//! Sets of rows go in and out as one JSON text (`json_each`, `json_group_array`): the number of
//! statements of a request does not depend on its items, and a row read through the driver costs
//! more than the same row inside a text.

mod history;
mod keys;
mod lists;
mod rows;
mod sessions;
mod transaction;

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use sqlx::sqlite::SqliteSynchronous;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions};
use stockroom_api::inventory::{InventoryPage, Which};
use stockroom_api::product::{Product, ProductPage};

pub use self::transaction::SqliteTx;
use super::data::{
    Authority, Filled, KeyRow, NewKey, NewSession, Page, ProductRow, Revoked, Scope, StoreInfo,
    StoreKind,
};
use super::{Store, StoreError, Stored, Transaction as _};
use crate::secret::Hash;

/// The oldest SQLite without the fault of WAL mode that may lose commits.
const OLDEST_VERSION: (u32, u32, u32) = (3, 51, 3);

/// A store in one SQLite file.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    writer: SqlitePool,
    readers: SqlitePool,
}

impl SqliteStore {
    /// Opens the database file, making it and bringing its tables up to date where needed.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be opened or is no database of ours.
    pub async fn open(file: &Path) -> Stored<Self> {
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(Duration::from_secs(30))
            .connect_with(options(file).create_if_missing(true))
            .await?;
        check_version(&writer).await?;
        sqlx::migrate!("migrations/sqlite")
            .run(&writer)
            .await
            .map_err(|error| StoreError::Failed(error.to_string()))?;
        let readers = SqlitePoolOptions::new()
            .max_connections(4)
            .connect_with(options(file).read_only(true))
            .await?;
        Ok(Self { writer, readers })
    }

    /// Closes the database, so that its journal is folded into the file.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

fn options(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(10))
        .pragma("cache_size", "-65536")
        .pragma("mmap_size", "268435456")
        .pragma("temp_store", "memory")
        // Pages written again and again between two checkpoints go to the file once.
        .pragma("wal_autocheckpoint", "8000")
}

async fn check_version(pool: &SqlitePool) -> Stored<()> {
    let version: String = sqlx::query_scalar("select sqlite_version()").fetch_one(pool).await?;
    if parse_version(&version) < Some(OLDEST_VERSION) {
        return Err(StoreError::Failed(format!("SQLite {version} is too old: 3.51.3 is needed")));
    }
    Ok(())
}

fn parse_version(text: &str) -> Option<(u32, u32, u32)> {
    let mut parts = text.split('.').map(str::parse);
    match (parts.next(), parts.next(), parts.next()) {
        (Some(Ok(major)), Some(Ok(minor)), Some(Ok(patch))) => Some((major, minor, patch)),
        _ => None,
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let is_busy = match &error {
            sqlx::Error::PoolTimedOut => true,
            // SQLITE_BUSY and its extended codes.
            sqlx::Error::Database(fault) => fault
                .code()
                .and_then(|code| code.parse::<u32>().ok())
                .is_some_and(|code| code & 0xff == 5),
            _ => false,
        };
        if is_busy { Self::Busy } else { Self::Failed(error.to_string()) }
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

impl Store for SqliteStore {
    type Tx = SqliteTx;

    async fn begin(&self) -> Stored<SqliteTx> {
        Ok(SqliteTx::new(self.writer.begin_with("BEGIN IMMEDIATE").await?))
    }

    async fn info(&self) -> Stored<Option<StoreInfo>> {
        keys::store_info(&self.readers).await
    }

    async fn create(&self, name: &str, kind: StoreKind, now: Timestamp) -> Stored<StoreInfo> {
        keys::create_store(&self.writer, name, kind, now).await
    }

    async fn fill(
        &self,
        scope: Scope,
        products: Vec<ProductRow>,
        now: Timestamp,
    ) -> Stored<Filled> {
        let mut tx = self.begin().await?;
        let filled = Filled { products: products.len() };
        for part in products.chunks(1_000) {
            tx.insert_products(scope, part, now).await?;
        }
        tx.commit().await?;
        Ok(filled)
    }

    async fn inventory(&self, scope: Scope, which: Which, page: Page) -> Stored<InventoryPage> {
        lists::inventory(&self.readers, scope, which, page).await
    }

    async fn products(&self, scope: Scope, page: Page) -> Stored<ProductPage> {
        lists::products(&self.readers, scope, page).await
    }

    async fn product(&self, scope: Scope, reference: &str) -> Stored<Option<Product>> {
        rows::product(&mut *self.readers.acquire().await?, scope, reference).await
    }

    async fn find_key(&self, hash: Hash) -> Stored<Option<Authority>> {
        keys::find(&self.readers, hash).await
    }

    async fn create_key(&self, key: NewKey) -> Stored<()> {
        keys::create(&self.writer, key).await
    }

    async fn keys(&self, store_id: i64) -> Stored<Vec<KeyRow>> {
        keys::list(&self.readers, store_id).await
    }

    async fn revoke_key(&self, store_id: i64, id: &str, now: Timestamp) -> Stored<Revoked> {
        keys::revoke(&self.writer, store_id, id, now).await
    }

    async fn touch_key(&self, scope: Scope, id: &str, now: Timestamp) -> Stored<()> {
        keys::touch(&self.writer, scope, id, now).await
    }

    async fn create_session(&self, session: NewSession) -> Stored<()> {
        sessions::create(&self.writer, session).await
    }

    async fn find_session(
        &self,
        hash: Hash,
        now: Timestamp,
    ) -> Stored<Option<(Authority, Timestamp)>> {
        sessions::find(&self.readers, hash, now).await
    }

    async fn extend_session(&self, hash: Hash, expires_at: Timestamp) -> Stored<()> {
        sessions::extend(&self.writer, hash, expires_at).await
    }

    async fn end_session(&self, hash: Hash) -> Stored<()> {
        sessions::end(&self.writer, hash).await
    }

    async fn forget_expired(&self, kept_since: Timestamp, now: Timestamp) -> Stored<()> {
        sessions::forget_expired(&self.writer, kept_since, now).await
    }
}
