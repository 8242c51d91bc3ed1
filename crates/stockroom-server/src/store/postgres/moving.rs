//! A database of PostgreSQL as one end of a copy: no server uses it meanwhile.

mod opening;
mod statements;
mod values;

use std::collections::HashMap;

use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Statement};

use self::statements::{bound, copy, last, select, shown_place};
use self::values::unkeepable;
use super::migrations::MIGRATIONS;
use super::target::Target;
use crate::store::moving::Task;
use crate::store::moving::sides::{Answer, Holds, Mark, Numbers, Side, TargetSide};
use crate::store::moving::table::{Part, Table, Whose};
use crate::store::moving::tables::{NUMBERED, tables_and_tallies};
use crate::store::moving::values::{Row, Value};

/// What only a database that is an unfinished copy has.
const BEGIN: &str = "
    create table unfinished_copy (source text not null, state text not null);
    create table unfinished_copy_rows (name text not null primary key, added bigint not null);";

/// All that was committed before reaches the disk no later than this.
const FINISH: &str = "
    begin;
    set local synchronous_commit = on;
    drop table unfinished_copy_rows, unfinished_copy;
    commit";

/// A database of PostgreSQL.
pub(in crate::store) struct PostgresSide {
    client: Client,
    prepared: HashMap<String, Statement>,
    store_id: i64,
}

impl PostgresSide {
    /// Opens a database to be read, as it is at this moment; until the end nobody writes to it.
    pub(in crate::store) async fn source(target: Target) -> Answer<Self> {
        let client = opening::source(&target).await?;
        Ok(Self::new(client))
    }

    /// Opens a database that a copy is made in, or compared with.
    pub(in crate::store) async fn target(target: Target, task: Task) -> Answer<Self> {
        let client = match task {
            Task::Copy => opening::target(target).await?,
            Task::Compare => opening::source(&target).await?,
        };
        Ok(Self::new(client))
    }

    fn new(client: Client) -> Self {
        Self { client, prepared: HashMap::new(), store_id: 0 }
    }

    async fn prepared(&mut self, sql: String) -> Answer<Statement> {
        if let Some(statement) = self.prepared.get(&sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(&sql).await?;
        self.prepared.insert(sql, statement.clone());
        Ok(statement)
    }

    async fn read(
        &mut self,
        sql: String,
        table: &'static Table,
        parameters: Vec<Value>,
    ) -> Answer<Vec<Row>> {
        let statement = self.prepared(sql).await?;
        let parameters: Vec<&(dyn ToSql + Sync)> =
            parameters.iter().map(|value| value as &(dyn ToSql + Sync)).collect();
        let found = self.client.query(&statement, &parameters).await?;
        let mut rows = Vec::with_capacity(found.len());
        for row in found {
            let columns = 0..table.columns.len();
            rows.push(columns.map(|at| row.try_get(at)).collect::<Result<Row, _>>()?);
        }
        Ok(rows)
    }

    /// Does work in a transaction, which a failure leaves to be rolled back.
    async fn in_transaction<T>(
        &mut self,
        work: impl AsyncFnOnce(&mut Self) -> Answer<T>,
    ) -> Answer<T> {
        self.client.batch_execute("begin").await?;
        let done = work(self).await?;
        self.client.batch_execute("commit").await?;
        Ok(done)
    }

    async fn copy_in(&mut self, table: &'static Table, rows: &[Row]) -> Answer<()> {
        // What the columns take is asked of the database, once.
        let shape = self.prepared(statements::shape(table)).await?;
        let types: Vec<Type> =
            shape.columns().iter().map(|column| column.type_().clone()).collect();
        if let Some(error) = rows.iter().find_map(|row| unkeepable(table, row, &types)) {
            return Err(error);
        }
        let store_id = Value::Number(self.store_id);
        let store = (table.whose != Whose::Nobody).then_some(&store_id);
        let sink = self.client.copy_in(&copy(table)).await?;
        let mut writer = std::pin::pin!(BinaryCopyInWriter::new(sink, &types));
        for row in rows {
            let values = store.into_iter().chain(row);
            let values: Vec<&(dyn ToSql + Sync)> =
                values.map(|value| value as &(dyn ToSql + Sync)).collect();
            writer.as_mut().write(&values).await?;
        }
        let refused = |error: tokio_postgres::Error| shown_place(table, rows, error);
        writer.finish().await.map_err(refused)?;
        Ok(())
    }
}

impl Side for PostgresSide {
    fn belongs_to(&mut self, store_id: i64) {
        self.store_id = store_id;
    }

    async fn rows(
        &mut self,
        table: &'static Table,
        part: Part,
        after: Option<Vec<Value>>,
    ) -> Answer<Vec<Row>> {
        let sql = select(table, part, after.is_some());
        let parameters = bound(table, self.store_id, part, after.unwrap_or_default());
        self.read(sql, table, parameters).await
    }

    async fn numbers(&mut self) -> Answer<Numbers> {
        let mut numbers = Numbers::default();
        for (name, number) in NUMBERED.iter().zip(&mut numbers) {
            let last = "select coalesce(pg_sequence_last_value($1::text::regclass), 0)";
            let row = self.client.query_one(last, &[&statements::sequence(name)]).await?;
            *number = row.try_get(0)?;
        }
        Ok(numbers)
    }

    fn migrations(&self) -> usize {
        MIGRATIONS.len()
    }
}

impl TargetSide for PostgresSide {
    async fn holds(&mut self) -> Answer<Holds> {
        let is_unfinished = "select to_regclass('unfinished_copy') is not null";
        if self.client.query_one(is_unfinished, &[]).await?.try_get(0)? {
            let mark = "select source, state from unfinished_copy";
            let row = self.client.query_one(mark, &[]).await?;
            let mark = Mark { source: row.try_get(0)?, state: row.try_get(1)? };
            return Ok(Holds::Unfinished(mark));
        }
        for table in tables_and_tallies() {
            let any = format!("select exists (select from {})", table.name);
            if self.client.query_one(&any, &[]).await?.try_get(0)? {
                return Ok(Holds::Data);
            }
        }
        Ok(Holds::Nothing)
    }

    async fn begin(&mut self, mark: &Mark) -> Answer<()> {
        self.in_transaction(async |side| {
            side.client.batch_execute(BEGIN).await?;
            let insert = "insert into unfinished_copy (source, state) values ($1, $2)";
            side.client.execute(insert, &[&mark.source, &mark.state]).await?;
            Ok(())
        })
        .await
    }

    async fn last(&mut self, table: &'static Table, part: Part) -> Answer<Option<Vec<Value>>> {
        let parameters = bound(table, self.store_id, part, Vec::new());
        let rows = self.read(last(table, part), table, parameters).await?;
        Ok(rows.first().map(|row| table.place(row).to_vec()))
    }

    async fn add(&mut self, table: &'static Table, rows: Vec<Row>) -> Answer<()> {
        let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        self.in_transaction(async |side| {
            side.copy_in(table, &rows).await?;
            side.client
                .execute(
                    "insert into unfinished_copy_rows (name, added) values ($1, $2)
                     on conflict (name) do update
                     set added = unfinished_copy_rows.added + excluded.added",
                    &[&table.name, &count],
                )
                .await?;
            Ok(())
        })
        .await
    }

    async fn set_tallies(&mut self, rows: Vec<Row>) -> Answer<()> {
        self.in_transaction(async |side| {
            side.client.batch_execute("delete from tallies").await?;
            let statement = side.prepared(statements::insert_tallies()).await?;
            for row in &rows {
                let values: Vec<&(dyn ToSql + Sync)> =
                    row.iter().map(|value| value as &(dyn ToSql + Sync)).collect();
                let store_id: [&(dyn ToSql + Sync); 1] = [&side.store_id];
                side.client.execute(&statement, &[&store_id[..], &values].concat()).await?;
            }
            Ok(())
        })
        .await
    }

    async fn set_numbers(&mut self, numbers: Numbers) -> Answer<()> {
        for (name, number) in NUMBERED.iter().zip(numbers) {
            // Where none was given yet, the first is.
            let set = "select setval($1::text::regclass, greatest($2::bigint, 1), $2 > 0)";
            self.client.execute(set, &[&statements::sequence(name), &number]).await?;
        }
        Ok(())
    }

    fn keeps_number(&self, _which: usize) -> bool {
        true
    }

    async fn added(&mut self, table: &'static Table) -> Answer<u64> {
        let added =
            "select coalesce(sum(added), 0)::bigint from unfinished_copy_rows where name = $1";
        let added: i64 = self.client.query_one(added, &[&table.name]).await?.try_get(0)?;
        Ok(u64::try_from(added).unwrap_or(0))
    }

    async fn finish(&mut self) -> Answer<()> {
        // Plans are made by what was counted, and there was nothing before.
        for table in tables_and_tallies() {
            self.client.batch_execute(&format!("analyze {}", table.name)).await?;
        }
        Ok(self.client.batch_execute(FINISH).await?)
    }
}
