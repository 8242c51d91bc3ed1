//! The connections to the database, lent one at a time, each with the statements that it has prepared.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Row, SimpleQueryMessage, Statement};

use super::target::Target;
use crate::store::{StoreError, Stored};

/// How long whoever asks waits for a connection before being told that the server is busy.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long one statement may take, and how long it may wait for what another holds; a snapshot is read by
/// many short ones. Where the network to us is cut, the database finds out by itself that we are gone, so that
/// what was locked for us can be had again.
const SETTINGS: &str = "
    set application_name = 'stockroom';
    set statement_timeout = '60s';
    set lock_timeout = '10s';
    set idle_in_transaction_session_timeout = '60s';
    set tcp_keepalives_idle = 3;
    set tcp_keepalives_interval = 1;
    set tcp_keepalives_count = 3;
    set tcp_user_timeout = '6s';
    set jit = off;
    set synchronous_commit = on;
    set time zone 'UTC'";

/// What connections are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// To read: how much of a list is asked for decides how it is best found, so plans may look at it.
    Reading,
    /// To write: rows are found by their keys, however many there are, so each statement is planned once.
    Writing,
}

/// So many connections to one database at most, and so many who wait for one.
#[derive(Debug)]
pub(super) struct Connections {
    target: Arc<Target>,
    wanted_for: Use,
    permits: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<Connection>>>,
    most_waiting: usize,
    waiting: AtomicUsize,
    opened: AtomicUsize,
}

/// A connection, and what it has prepared.
#[derive(Debug)]
pub(super) struct Connection {
    client: Client,
    statements: Mutex<HashMap<&'static str, Statement>>,
    /// How many were opened before it.
    pub(super) number: usize,
}

/// A connection that goes back when dropped, unless it is in the middle of something.
#[derive(Debug)]
pub(super) struct Lent {
    connection: Option<Connection>,
    /// Whether it is in the middle of something, such as a transaction; then it does not go back.
    is_inside: bool,
    home: Arc<Mutex<Vec<Connection>>>,
    permit: OwnedSemaphorePermit,
}

/// The parameters of a statement.
pub(super) type Parameters<'a> = &'a [&'a (dyn ToSql + Sync)];

impl Connections {
    pub(super) fn new(
        target: Arc<Target>,
        wanted_for: Use,
        most: usize,
        most_waiting: usize,
    ) -> Self {
        Self {
            target,
            wanted_for,
            permits: Arc::new(Semaphore::new(most)),
            idle: Arc::default(),
            most_waiting,
            waiting: AtomicUsize::new(0),
            opened: AtomicUsize::new(0),
        }
    }

    /// Returns how many wait for a connection.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Lends a connection, opening one where none is idle.
    pub(super) async fn lend(&self) -> Stored<Lent> {
        let permit = self.permit().await?;
        let idle = {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            // Where the server went away, all that were open are closed.
            idle.retain(|connection| !connection.client.is_closed());
            idle.pop()
        };
        let connection = match idle {
            Some(connection) => connection,
            None => self.open().await?,
        };
        let home = Arc::clone(&self.idle);
        Ok(Lent { connection: Some(connection), is_inside: false, home, permit })
    }

    /// Closes the connections that nobody uses, and lends no more.
    pub(super) fn close(&self) {
        self.permits.close();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    async fn permit(&self) -> Stored<OwnedSemaphorePermit> {
        if let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() {
            return Ok(permit);
        }
        let _counted = Waiting::count(&self.waiting, self.most_waiting)?;
        let permit = timeout(PATIENCE, Arc::clone(&self.permits).acquire_owned()).await;
        permit.map_err(|_| StoreError::Busy)?.map_err(|_| StoreError::Busy)
    }

    async fn open(&self) -> Stored<Connection> {
        let client = self.target.connect().await?;
        client.batch_execute(SETTINGS).await?;
        if self.wanted_for == Use::Writing {
            client.batch_execute("set plan_cache_mode = force_generic_plan").await?;
        }
        let number = self.opened.fetch_add(1, Ordering::Relaxed);
        Ok(Connection { client, statements: Mutex::default(), number })
    }
}

impl Connection {
    /// Prepares a statement, so that running it sends it at once.
    pub(super) async fn prepare(&self, sql: &'static str) -> Stored<()> {
        self.prepared(sql).await.map(drop)
    }

    /// Runs statements without parameters; their rows are left.
    pub(super) async fn run(&self, sql: &str) -> Stored<()> {
        Ok(self.client.batch_execute(sql).await?)
    }

    /// Runs statements without parameters and returns the first column of the last row, as text.
    async fn told(&self, sql: &str) -> Stored<Option<String>> {
        let messages = self.client.simple_query(sql).await?;
        let rows = messages.iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0),
            _ => None,
        });
        Ok(rows.last().map(str::to_owned))
    }

    pub(super) async fn rows(
        &self,
        sql: &'static str,
        parameters: Parameters<'_>,
    ) -> Stored<Vec<Row>> {
        let statement = self.prepared(sql).await?;
        Ok(self.client.query(&statement, parameters).await?)
    }

    pub(super) async fn row(&self, sql: &'static str, parameters: Parameters<'_>) -> Stored<Row> {
        let statement = self.prepared(sql).await?;
        Ok(self.client.query_one(&statement, parameters).await?)
    }

    pub(super) async fn row_or_none(
        &self,
        sql: &'static str,
        parameters: Parameters<'_>,
    ) -> Stored<Option<Row>> {
        let statement = self.prepared(sql).await?;
        Ok(self.client.query_opt(&statement, parameters).await?)
    }

    /// Runs a statement and returns how many rows it changed.
    pub(super) async fn execute(
        &self,
        sql: &'static str,
        parameters: Parameters<'_>,
    ) -> Stored<u64> {
        let statement = self.prepared(sql).await?;
        Ok(self.client.execute(&statement, parameters).await?)
    }

    /// Tells whether the server is known to be gone.
    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    async fn prepared(&self, sql: &'static str) -> Stored<Statement> {
        let known = self.lock().get(sql).cloned();
        if let Some(statement) = known {
            return Ok(statement);
        }
        let statement = self.client.prepare(sql).await?;
        self.lock().insert(sql, statement.clone());
        Ok(statement)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<&'static str, Statement>> {
        self.statements.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lent {
    /// Begins a transaction. Where whoever uses it is gone before its end, the connection is closed.
    pub(super) async fn begin(&mut self, sql: &str) -> Stored<()> {
        self.is_inside = true;
        self.run(sql).await
    }

    /// Begins a transaction as [`begin`](Self::begin) does, and returns what its last statement tells.
    pub(super) async fn begin_told(&mut self, sql: &str) -> Stored<Option<String>> {
        self.is_inside = true;
        self.told(sql).await
    }

    /// Ends the transaction, by committing it or rolling it back.
    pub(super) async fn end(&mut self, sql: &str) -> Stored<()> {
        self.run(sql).await?;
        self.has_ended();
        Ok(())
    }

    /// Keeps the connection from going back, until [`has_ended`](Self::has_ended): for whoever may stop waiting
    /// for an answer.
    pub(super) fn keep_from_others(&mut self) {
        self.is_inside = true;
    }

    /// Notes that the transaction has ended.
    pub(super) fn has_ended(&mut self) {
        self.is_inside = false;
    }
}

impl Deref for Lent {
    type Target = Connection;

    #[expect(clippy::expect_used, reason = "it is there until this is dropped")]
    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("a connection that was given back")
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        // A server that stops lends no more, and its connections are to be closed.
        let is_usable = !self.is_inside && !connection.is_closed();
        if is_usable && !self.permit.semaphore().is_closed() {
            self.home.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        }
    }
}

/// Somebody who waits, counted until this is dropped.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn count(waiting: &'a AtomicUsize, most: usize) -> Stored<Self> {
        let before = waiting.fetch_add(1, Ordering::Relaxed);
        let counted = Self(waiting);
        if before < most { Ok(counted) } else { Err(StoreError::Busy) }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
