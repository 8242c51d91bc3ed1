//! Moving a store from one kind of database to the other.
//!
//! A copy is made of pieces, each in a transaction of its own and each beginning after the last row that the
//! target has, so that it can go on after any end. All that was copied is then compared, value by value. The
//! target is marked until that has been done: nothing else opens it. Begin with [`move_store`].

mod comparing;
mod copying;
pub mod errors;
pub(in crate::store) mod sides;
pub(in crate::store) mod table;
pub(in crate::store) mod tables;
pub(in crate::store) mod values;

use std::path::PathBuf;

use self::errors::{End, EndError, MoveError};
use self::sides::{Side, TargetSide};
use self::table::Part;
use self::tables::{STORES, tables_and_tallies};
use self::values::Value;
use super::postgres::moving::PostgresSide;
use super::postgres::target::Target;
use super::sqlite::moving::SqliteSide;

/// Between which databases a store is moved.
#[derive(Debug)]
pub enum Way {
    /// From a file to PostgreSQL.
    ToPostgres(PathBuf, Target),
    /// From PostgreSQL to a file, which is made where it is missing.
    ToFile(Target, PathBuf),
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// To copy, and then to compare.
    Copy,
    /// To compare, and to change nothing.
    Compare,
}

/// What happens, while it happens.
#[derive(Clone, Copy, Debug)]
pub enum Moving {
    /// The target has a part of this copy already.
    GoesOn,
    /// So many more rows were copied or compared.
    Rows {
        /// The table.
        table: &'static str,
        /// How many.
        rows: usize,
    },
    /// All rows of a table are copied.
    Copied {
        /// The table.
        table: &'static str,
        /// How many, since the copy was begun.
        rows: u64,
    },
    /// All rows of a table are the same at both ends.
    Compared {
        /// The table.
        table: &'static str,
        /// How many.
        rows: u64,
    },
}

/// Who is told of it.
pub type Watch<'a> = &'a dyn Fn(Moving);

/// What was done with a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Its name.
    pub table: &'static str,
    /// The rows that were copied since the copy was begun; `None` where none were to be.
    pub copied: Option<u64>,
    /// The rows that are the same at both ends: all of them.
    pub compared: u64,
}

/// Copies a whole store, or goes on with a copy of it, and compares both ends; while it does, nobody else can
/// write to either.
///
/// # Errors
/// [`MoveError`]. After one that may pass, the same again goes on.
pub async fn move_store(way: Way, task: Task, watch: Watch<'_>) -> Result<Vec<Moved>, MoveError> {
    let of_source = |error| MoveError::End(End::Source, error);
    let of_target = |error| MoveError::End(End::Target, error);
    match way {
        Way::ToPostgres(file, target) => {
            let source = SqliteSide::source(&file).await.map_err(of_source)?;
            let target = PostgresSide::target(target, task).await.map_err(of_target)?;
            run(source, target, task, watch).await
        }
        Way::ToFile(target, file) => {
            let source = PostgresSide::source(target).await.map_err(of_source)?;
            let target = SqliteSide::target(&file, task).await.map_err(of_target)?;
            run(source, target, task, watch).await
        }
    }
}

async fn run<S: Side, T: TargetSide>(
    mut source: S,
    mut target: T,
    task: Task,
    watch: Watch<'_>,
) -> Result<Vec<Moved>, MoveError> {
    let store_id = only_store(&mut source).await?;
    source.belongs_to(store_id);
    target.belongs_to(store_id);
    let mut copied = Vec::new();
    if task == Task::Copy {
        let mark = copying::mark(&mut source).await.map_err(copying::of_source)?;
        copied = copying::copy(&mut source, &mut target, &mark, watch).await?;
    }
    let compared = comparing::compare(&mut source, &mut target, watch).await?;
    if task == Task::Copy {
        target.finish().await.map_err(copying::of_target)?;
        copied.extend(compared.last());
    }
    let tables = tables_and_tallies().zip(compared);
    let moved = tables.enumerate().map(|(at, (table, compared))| Moved {
        table: table.name,
        copied: copied.get(at).copied(),
        compared,
    });
    Ok(moved.collect())
}

/// Returns the only store of a database.
async fn only_store<S: Side>(source: &mut S) -> Result<i64, MoveError> {
    let stores = source.rows(&STORES, Part::All, None).await.map_err(copying::of_source)?;
    match stores.as_slice() {
        [] => Err(MoveError::NoStore),
        [store] => match store.first() {
            Some(Value::Number(store_id)) => Ok(*store_id),
            _ => Err(MoveError::End(End::Source, EndError::NotOurs)),
        },
        many => Err(MoveError::ManyStores(many.len())),
    }
}
