//! Opening a database for a copy, with nobody else at it.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};
use tokio_postgres::Client;

use crate::store::StoreError;
use crate::store::moving::errors::EndError;
use crate::store::moving::sides::Answer;
use crate::store::moving::tables::{TALLIES, table_named, tables_and_tallies};
use crate::store::postgres::connections::{Connections, Use};
use crate::store::postgres::migrations::{MIGRATIONS, migrate};
use crate::store::postgres::target::Target;

/// A copy takes as long as it takes. Rows are read by their keys, in the order of an index, however many a
/// table is thought to have.
const SETTINGS: &str = "
    set application_name = 'stockroom copy';
    set statement_timeout = 0;
    set lock_timeout = '10s';
    set idle_in_transaction_session_timeout = 0;
    set jit = off;
    set synchronous_commit = off;
    set enable_seqscan = off;
    set enable_bitmapscan = off;
    set enable_sort = off;
    set time zone 'UTC'";

/// Whoever holds this advisory lock copies into the database.
const LOCK: i64 = 0x5374_6f63_6b63_6f70;

/// How long a copy that was killed may take to be gone.
const GONE_WITHIN: Duration = Duration::from_secs(15);

/// Tables of ours that are no part of a store.
const OTHERS: [&str; 4] =
    ["stockroom_migrations", "writability", "unfinished_copy", "unfinished_copy_rows"];

/// Opens a database to be read: all at one moment, and nobody writes to it until the end.
pub(super) async fn source(target: &Target) -> Answer<Client> {
    let client = connect(target).await?;
    let sql = "select to_regclass('stores') is not null
        and to_regclass('stockroom_migrations') is not null";
    if !client.query_one(sql, &[]).await?.try_get::<_, bool>(0)? {
        return Err(EndError::NotOurs);
    }
    let done: i64 =
        client.query_one("select count(*) from stockroom_migrations", &[]).await?.try_get(0)?;
    match usize::try_from(done).unwrap_or(0).cmp(&MIGRATIONS.len()) {
        std::cmp::Ordering::Less => return Err(EndError::Older),
        std::cmp::Ordering::Equal => {}
        std::cmp::Ordering::Greater => return Err(EndError::Newer),
    }
    let unfinished = "select to_regclass('unfinished_copy') is not null";
    if client.query_one(unfinished, &[]).await?.try_get(0)? {
        return Err(EndError::Unfinished);
    }
    check_unused(&client).await?;
    let names: Vec<&str> = tables_and_tallies().map(|table| table.name).collect();
    let lock = format!("lock table {} in share mode", names.join(", "));
    client.batch_execute("begin isolation level repeatable read").await?;
    client.batch_execute(&lock).await.map_err(in_use)?;
    Ok(client)
}

/// Opens a database that a copy is made in, and makes its tables where they are missing.
pub(super) async fn target(target: Target) -> Answer<Client> {
    let client = connect(&target).await?;
    take_lock(&client).await?;
    check_foreign(&client).await?;
    check_unused(&client).await?;
    let connections = Connections::new(Arc::new(target), Use::Writing, 1, 1);
    migrate(&mut connections.lend().await?).await?;
    connections.close();
    check_columns(&client).await?;
    Ok(client)
}

async fn connect(target: &Target) -> Answer<Client> {
    let client = target.connect().await?;
    client.batch_execute(SETTINGS).await?;
    Ok(client)
}

/// Sees to it that one copy at a time is made. The connection of one that was killed may still be there.
async fn take_lock(client: &Client) -> Answer<()> {
    let until = Instant::now() + GONE_WITHIN;
    loop {
        let row = client.query_one("select pg_try_advisory_lock($1)", &[&LOCK]).await?;
        if row.try_get(0)? {
            return Ok(());
        }
        if Instant::now() > until {
            return Err(EndError::InUse);
        }
        sleep(Duration::from_millis(100)).await;
    }
}

/// Checks that no server has a connection to the database, as far as we are told of others.
async fn check_unused(client: &Client) -> Answer<()> {
    let servers = "select exists (select from pg_stat_activity
        where datname = current_database() and application_name = 'stockroom')";
    let until = Instant::now() + Duration::from_secs(1);
    // One that was just stopped may still be there.
    while client.query_one(servers, &[]).await?.try_get(0)? {
        if Instant::now() > until {
            return Err(EndError::InUse);
        }
        sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

/// Checks that all tables are ours.
async fn check_foreign(client: &Client) -> Answer<()> {
    let tables = "select table_name::text from information_schema.tables
        where table_schema = current_schema() and table_type = 'BASE TABLE' order by 1";
    let mut foreign = Vec::new();
    for row in client.query(tables, &[]).await? {
        let name: String = row.try_get(0)?;
        let mut ours = tables_and_tallies().map(|table| table.name).chain(OTHERS);
        if !ours.any(|ours| ours == name) {
            foreign.push(name);
        }
    }
    if foreign.is_empty() {
        return Ok(());
    }
    let more = if foreign.len() > 3 { ", …" } else { "" };
    foreign.truncate(3);
    Err(EndError::Foreign(foreign.join(", ") + more))
}

/// Checks that the tables are those that are copied, now that they are of this version.
async fn check_columns(client: &Client) -> Answer<()> {
    check_foreign(client).await?;
    let columns = "select table_name::text, column_name::text from information_schema.columns
        where table_schema = current_schema()";
    for row in client.query(columns, &[]).await? {
        let (table, column): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        let Some(known) = table_named(&table) else {
            continue;
        };
        let is_known = known.columns.iter().any(|known| known.name == column)
            || column == "store_id"
            || (table == TALLIES.name && column == "shard");
        if !is_known {
            return Err(EndError::Unknown(format!("{table}.{column}")));
        }
    }
    Ok(())
}

fn in_use(error: tokio_postgres::Error) -> EndError {
    match StoreError::from(error) {
        StoreError::Busy => EndError::InUse,
        error => error.into(),
    }
}
