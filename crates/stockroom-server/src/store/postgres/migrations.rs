//! Bringing the tables up to date, by one process at a time.

use super::connections::{Connection, Lent};
use crate::store::{StoreError, Stored};

/// What brings the tables up to date, in order; `stockroom_migrations` has a row for each that was done.
pub(super) const MIGRATIONS: [&str; 6] = [
    include_str!("../../../migrations/postgres/0001_store.sql"),
    include_str!("../../../migrations/postgres/0002_service.sql"),
    include_str!("../../../migrations/postgres/0003_webhooks.sql"),
    include_str!("../../../migrations/postgres/0004_users.sql"),
    include_str!("../../../migrations/postgres/0005_stores_apart.sql"),
    include_str!("../../../migrations/postgres/0006_audit.sql"),
];

/// Whoever holds this advisory lock changes the tables.
const LOCK: i64 = 0x5374_6f63_6b72_6f6f;

/// The oldest server that has all that is used here.
const OLDEST_SERVER: i32 = 140_000;

/// Does what is missing, all of it or nothing; whoever comes meanwhile waits.
pub(super) async fn migrate(connection: &mut Lent) -> Stored<()> {
    let version: i32 = connection
        .row("select current_setting('server_version_num')::integer", &[])
        .await?
        .try_get(0)?;
    if version < OLDEST_SERVER {
        return Err(StoreError::Failed("PostgreSQL 14 or later is needed".to_owned()));
    }
    // A server that starts beside others that run need not wait for anybody.
    if migrations_done(connection).await? == MIGRATIONS.len() {
        return Ok(());
    }
    let begin = "begin; set local lock_timeout = 0; set local statement_timeout = 0";
    connection.begin(begin).await?;
    connection.row("select pg_advisory_xact_lock($1)", &[&LOCK]).await?;
    connection
        .run(
            "create table if not exists stockroom_migrations (
                 number  integer     not null primary key,
                 done_at timestamptz not null default now()
             )",
        )
        .await?;
    let done = migrations_done(connection).await?;
    let Some(missing) = MIGRATIONS.get(done..) else {
        let known = MIGRATIONS.len();
        return Err(StoreError::Failed(format!(
            "it was made by a newer version of this program: it has {done} migrations, {known} are \
             known"
        )));
    };
    for (number, migration) in (done + 1..).zip(missing) {
        connection.run(migration).await?;
        let number = i32::try_from(number).unwrap_or(i32::MAX);
        connection
            .execute("insert into stockroom_migrations (number) values ($1)", &[&number])
            .await?;
    }
    connection.end("commit").await
}

/// Tells whether a copy into the database is not finished.
pub(super) async fn is_unfinished(connection: &Connection) -> Stored<bool> {
    let found = "select to_regclass('unfinished_copy') is not null";
    Ok(connection.row(found, &[]).await?.try_get(0)?)
}

pub(super) async fn migrations_done(connection: &Connection) -> Stored<usize> {
    let there: bool = connection
        .row("select to_regclass('stockroom_migrations') is not null", &[])
        .await?
        .try_get(0)?;
    if !there {
        return Ok(0);
    }
    let done: i64 =
        connection.row("select count(*) from stockroom_migrations", &[]).await?.try_get(0)?;
    Ok(usize::try_from(done).unwrap_or(0))
}
