//! A file as one end of a copy: nobody else has it open meanwhile.

mod lines;
mod statements;

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, OptionalExtension as _, params_from_iter};

use self::statements::{bound, insert, last, row, select};
use super::connection::{MIGRATIONS, is_unfinished, open_alone, open_new};
use super::lock::Lock;
use crate::store::StoreError;
use crate::store::moving::Task;
use crate::store::moving::errors::EndError;
use crate::store::moving::sides::{Answer, Holds, Mark, Numbers, Side, TargetSide};
use crate::store::moving::table::{Kind, Part, Table, Whose};
use crate::store::moving::tables::{HISTORY, NUMBERED, TALLIES, table_named, tables_and_tallies};
use crate::store::moving::values::{Row, Value};

/// What only a database that is an unfinished copy has.
const BEGIN: &str = "
    create table unfinished_copy (source text not null, state text not null) strict;
    create table unfinished_copy_rows (name text not null primary key, added integer not null) strict;";

const FINISH: &str = "drop table unfinished_copy_rows; drop table unfinished_copy;";

/// How a file of SQLite begins.
const FORMAT: &[u8] = b"SQLite format 3\0";

/// Tables of ours that are no part of a store, or hold one of the parts in another way.
const OTHERS: [&str; 5] =
    ["sqlite_sequence", "sqlite_stat1", "history_lines", "unfinished_copy", "unfinished_copy_rows"];

/// A file.
pub(in crate::store) struct SqliteSide {
    connection: Arc<Mutex<Connection>>,
    store_id: i64,
    _lock: Lock,
}

impl SqliteSide {
    /// Opens a file to be read.
    pub(in crate::store) async fn source(file: &Path) -> Answer<Self> {
        Self::open(file, |file, lock| {
            let connection = existing(file)?;
            if is_unfinished(&connection)? {
                return Err(EndError::Unfinished);
            }
            // Until the end nobody writes to it, with or without our lock.
            connection.execute_batch("begin immediate")?;
            Ok((connection, lock))
        })
        .await
    }

    /// Opens a file that a copy is made in, or compared with.
    pub(in crate::store) async fn target(file: &Path, task: Task) -> Answer<Self> {
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        if let (Some(folder), Task::Copy) = (folder, task) {
            std::fs::create_dir_all(folder)
                .map_err(|error| StoreError::Failed(error.to_string()))?;
        }
        Self::open(file, move |file, lock| {
            if task == Task::Compare || file.exists() {
                // A file that is something else is not to be touched.
                drop(existing(file).or_else(|error| allow_empty(file, error))?);
            }
            if task == Task::Compare {
                return Ok((existing(file)?, lock));
            }
            let connection = open_new(file)?;
            check_tables(&connection)?;
            Ok((connection, lock))
        })
        .await
    }

    async fn open(
        file: &Path,
        open: impl FnOnce(&Path, Lock) -> Answer<(Connection, Lock)> + Send + 'static,
    ) -> Answer<Self> {
        let file: PathBuf = file.to_owned();
        let opened = super::blocking(move || {
            let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
            if folder.is_some_and(|folder| !folder.exists()) {
                return Err(EndError::Missing);
            }
            let lock = Lock::alone(&file).map_err(in_use)?;
            open(&file, lock)
        });
        let (connection, lock) = opened.await??;
        Ok(Self { connection: Arc::new(Mutex::new(connection)), store_id: 0, _lock: lock })
    }

    /// Does work on the connection, on a thread that may block.
    async fn on<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Answer<T> + Send + 'static,
    ) -> Answer<T> {
        let connection = Arc::clone(&self.connection);
        super::blocking(move || {
            work(&mut connection.lock().unwrap_or_else(PoisonError::into_inner))
        })
        .await?
    }
}

impl Side for SqliteSide {
    fn belongs_to(&mut self, store_id: i64) {
        self.store_id = store_id;
    }

    async fn rows(
        &mut self,
        table: &'static Table,
        part: Part,
        after: Option<Vec<Value>>,
    ) -> Answer<Vec<Row>> {
        let store_id = self.store_id;
        self.on(move |connection| {
            if table.name == HISTORY {
                return lines::read(connection, table, after.as_deref());
            }
            let mut statement = connection.prepare_cached(&select(table, part, after.is_some()))?;
            let values = bound(table, store_id, part, after.unwrap_or_default());
            let mut found = statement.query(params_from_iter(values))?;
            let mut rows = Vec::new();
            while let Some(one) = found.next()? {
                rows.push(row(table, one)?);
            }
            Ok(rows)
        })
        .await
    }

    async fn numbers(&mut self) -> Answer<Numbers> {
        self.on(|connection| {
            let mut numbers = Numbers::default();
            for (name, number) in NUMBERED.iter().zip(&mut numbers) {
                *number = last_number(connection, name)?;
            }
            Ok(numbers)
        })
        .await
    }

    fn migrations(&self) -> usize {
        MIGRATIONS.len()
    }
}

impl TargetSide for SqliteSide {
    async fn holds(&mut self) -> Answer<Holds> {
        self.on(|connection| {
            if is_unfinished(connection)? {
                let mark = "select source, state from unfinished_copy";
                let mark = connection.query_row(mark, [], |row| {
                    Ok(Mark { source: row.get(0)?, state: row.get(1)? })
                })?;
                return Ok(Holds::Unfinished(mark));
            }
            for table in tables_and_tallies() {
                let any = format!("select exists (select 1 from {})", table.name);
                if connection.query_row(&any, [], |row| row.get(0))? {
                    return Ok(Holds::Data);
                }
            }
            Ok(Holds::Nothing)
        })
        .await
    }

    async fn begin(&mut self, mark: &Mark) -> Answer<()> {
        let mark = mark.clone();
        self.on(move |connection| {
            let tx = connection.transaction()?;
            tx.execute_batch(BEGIN)?;
            let insert = "insert into unfinished_copy (source, state) values (?1, ?2)";
            tx.execute(insert, [&mark.source, &mark.state])?;
            Ok(tx.commit()?)
        })
        .await
    }

    async fn last(&mut self, table: &'static Table, part: Part) -> Answer<Option<Vec<Value>>> {
        let store_id = self.store_id;
        self.on(move |connection| {
            if table.name == HISTORY {
                return lines::last(connection);
            }
            let mut statement = connection.prepare_cached(&last(table, part))?;
            let values = bound(table, store_id, part, Vec::new());
            let found = statement.query_row(params_from_iter(values), |one| row(table, one));
            Ok(found.optional()?.map(|row| table.place(&row).to_vec()))
        })
        .await
    }

    async fn add(&mut self, table: &'static Table, rows: Vec<Row>) -> Answer<()> {
        let store_id = self.store_id;
        self.on(move |connection| {
            let tx = connection.transaction()?;
            add(&tx, table, store_id, &rows)?;
            tx.execute(
                "insert into unfinished_copy_rows (name, added) values (?1, ?2)
                 on conflict do update set added = added + excluded.added",
                (table.name, rows.len()),
            )?;
            Ok(tx.commit()?)
        })
        .await
    }

    async fn set_tallies(&mut self, rows: Vec<Row>) -> Answer<()> {
        let store_id = self.store_id;
        self.on(move |connection| {
            let tx = connection.transaction()?;
            // The triggers have counted what was added; the versions are the source's.
            tx.execute("delete from tallies", [])?;
            add(&tx, &TALLIES, store_id, &rows)?;
            Ok(tx.commit()?)
        })
        .await
    }

    async fn set_numbers(&mut self, numbers: Numbers) -> Answer<()> {
        self.on(move |connection| {
            let tx = connection.transaction()?;
            for (which, number) in numbers.iter().enumerate().filter(|(which, _)| is_kept(*which)) {
                let name = NUMBERED[which];
                tx.execute("delete from sqlite_sequence where name = ?1", [name])?;
                let insert = "insert into sqlite_sequence (name, seq) values (?1, ?2)";
                tx.execute(insert, (name, number))?;
            }
            Ok(tx.commit()?)
        })
        .await
    }

    fn keeps_number(&self, which: usize) -> bool {
        is_kept(which)
    }

    async fn added(&mut self, table: &'static Table) -> Answer<u64> {
        self.on(|connection| {
            let added = "select coalesce(sum(added), 0) from unfinished_copy_rows where name = ?1";
            Ok(connection.query_row(added, [table.name], |row| row.get(0))?)
        })
        .await
    }

    async fn finish(&mut self) -> Answer<()> {
        self.on(|connection| {
            // All that was written before reaches the disk no later than this.
            connection.pragma_update(None, "synchronous", "full")?;
            let tx = connection.transaction()?;
            tx.execute_batch(FINISH)?;
            Ok(tx.commit()?)
        })
        .await
    }
}

/// Opens a file whose tables are of this version.
fn existing(file: &Path) -> Answer<Connection> {
    if !file.is_file() {
        return Err(EndError::Missing);
    }
    check_format(file)?;
    let connection = open_alone(file)?;
    let is_ours = "select count(*) = 2 from sqlite_schema
        where type = 'table' and name in ('stores', 'products')";
    if !connection.query_row(is_ours, [], |row| row.get(0))? {
        return Err(EndError::NotOurs);
    }
    let done: usize = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    match done.cmp(&MIGRATIONS.len()) {
        std::cmp::Ordering::Less => Err(EndError::Older),
        std::cmp::Ordering::Equal => Ok(connection),
        std::cmp::Ordering::Greater => Err(EndError::Newer),
    }
}

/// Checks that a file is SQLite's, or empty.
fn check_format(file: &Path) -> Answer<()> {
    let failed = |error: std::io::Error| StoreError::Failed(error.to_string());
    let mut head = Vec::new();
    let opened = File::open(file).map_err(failed)?;
    opened.take(FORMAT.len() as u64).read_to_end(&mut head).map_err(failed)?;
    if head.is_empty() || head == FORMAT { Ok(()) } else { Err(EndError::NotOurs) }
}

/// Lets a file without any table pass, as a copy can be made in it.
fn allow_empty(file: &Path, error: EndError) -> Answer<Connection> {
    let EndError::NotOurs = error else { return Err(error) };
    check_format(file)?;
    let connection = open_alone(file)?;
    let is_empty =
        connection
            .query_row("select not exists (select 1 from sqlite_schema)", [], |row| row.get(0));
    if is_empty.unwrap_or(false) { Ok(connection) } else { Err(EndError::NotOurs) }
}

/// Checks that the tables are those that are copied.
fn check_tables(connection: &Connection) -> Answer<()> {
    let mut statement = connection.prepare(
        "select t.name, c.name from sqlite_schema t, pragma_table_info(t.name) c
         where t.type = 'table'",
    )?;
    let found = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for pair in found {
        let (table, column): (String, String) = pair?;
        let known = table_named(&table);
        let is_known = match known {
            None => OTHERS.contains(&table.as_str()),
            Some(known) => statements::columns(known).any(|known| known == column),
        };
        if !is_known {
            return Err(EndError::Unknown(format!("{table}.{column}")));
        }
    }
    Ok(())
}

fn add(connection: &Connection, table: &'static Table, store_id: i64, rows: &[Row]) -> Answer<()> {
    if table.name == HISTORY {
        return lines::add(connection, table, rows);
    }
    let mut statement = connection.prepare_cached(&insert(table))?;
    for row in rows {
        let store = (table.whose == Whose::Store).then_some(Value::Number(store_id));
        let values = store.iter().chain(row).zip(statements::kinds(table));
        let values = values.map(|(value, kind)| statements::Bound { value, kind });
        statement.execute(params_from_iter(values))?;
    }
    Ok(())
}

/// Tells whether SQLite keeps the last number of a table that may have lost its last rows.
fn is_kept(which: usize) -> bool {
    NUMBERED[which] == "audit" || NUMBERED[which].starts_with("webhook_")
}

fn last_number(connection: &Connection, name: &str) -> Answer<i64> {
    let sql = match name {
        "products" => "select max(coalesce((select max(number) from products), 0),
                 coalesce((select max(number) from deleted_products), 0)) where ?1 <> ''"
            .to_owned(),
        "writes" | "runs" => format!("select coalesce(max(number), 0) from {name} where ?1 <> ''"),
        _ => "select coalesce(max(seq), 0) from sqlite_sequence where name = ?1".to_owned(),
    };
    Ok(connection.query_row(&sql, [name], |row| row.get(0))?)
}

fn in_use(error: StoreError) -> EndError {
    match error {
        StoreError::Busy => EndError::InUse,
        error => error.into(),
    }
}

impl Kind {
    /// Returns the name in SQLite of a column that holds such and has this name in PostgreSQL.
    fn name(self, name: &'static str) -> &'static str {
        match self {
            Self::Live => "environment",
            Self::IsSet => "mode",
            _ => name,
        }
    }
}
