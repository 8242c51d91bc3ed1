//! Copying a store's rows, and going on where a copy was ended.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::errors::{End, MoveError};
use super::sides::{Answer, Holds, Mark, Side, TargetSide};
use super::table::{Part, Table};
use super::tables::{KEYS, STORES, TALLIES, tables};
use super::values::{Value, digest};
use super::{Moving, Watch};

/// Copies all rows that the target does not have yet; returns the numbers of rows that were copied since the
/// copy was begun, in the order of [`tables`].
pub(super) async fn copy<S: Side, T: TargetSide>(
    source: &mut S,
    target: &mut T,
    mark: &Mark,
    watch: Watch<'_>,
) -> Result<Vec<u64>, MoveError> {
    match target.holds().await.map_err(of_target)? {
        Holds::Nothing => target.begin(mark).await.map_err(of_target)?,
        Holds::Unfinished(begun) if begun == *mark => watch(Moving::GoesOn),
        Holds::Unfinished(begun) if begun.source == mark.source => return Err(MoveError::Changed),
        Holds::Unfinished(_) => return Err(MoveError::OfAnother),
        Holds::Data => return Err(MoveError::Holds),
    }
    let mut copied = Vec::new();
    for table in tables() {
        for part in table.parts() {
            copy_part(source, target, (table, *part), watch).await?;
        }
        let rows = target.added(table).await.map_err(of_target)?;
        watch(Moving::Copied { table: table.name, rows });
        copied.push(rows);
    }
    copy_tallies(source, target).await?;
    let numbers = source.numbers().await.map_err(of_source)?;
    target.set_numbers(numbers).await.map_err(of_target)?;
    Ok(copied)
}

async fn copy_part<S: Side, T: TargetSide>(
    source: &mut S,
    target: &mut T,
    (table, part): (&'static Table, Part),
    watch: Watch<'_>,
) -> Result<(), MoveError> {
    let after = target.last(table, part).await.map_err(of_target)?;
    let mut rows = source.rows(table, part, after).await.map_err(of_source)?;
    while let Some(last) = rows.last() {
        let (count, place) = (rows.len(), table.place(last).to_vec());
        // The next are read while these are written.
        let next = async { source.rows(table, part, Some(place)).await.map_err(of_source) };
        let added = async { target.add(table, rows).await.map_err(of_target) };
        let (next, ()) = tokio::try_join!(next, added)?;
        watch(Moving::Rows { table: table.name, rows: count });
        rows = next;
    }
    Ok(())
}

async fn copy_tallies<S: Side, T: TargetSide>(
    source: &mut S,
    target: &mut T,
) -> Result<(), MoveError> {
    let tallies = all(source, &TALLIES).await.map_err(of_source)?;
    target.set_tallies(tallies).await.map_err(of_target)
}

/// Returns which store this is, and in which state: what changes with the stock and with the keys.
pub(super) async fn mark<S: Side>(source: &mut S) -> Answer<Mark> {
    let (mut which, mut state) = (Sha256::new(), Sha256::new());
    for row in all(source, &STORES).await? {
        // Its id, its name, and when it was made.
        for value in [&row[0], &row[1], &row[3]] {
            digest(value, &mut which);
        }
    }
    for table in [&STORES, &TALLIES, &KEYS] {
        for row in all(source, table).await? {
            for value in &row {
                digest(value, &mut state);
            }
        }
    }
    for number in source.numbers().await? {
        digest(&Value::Number(number), &mut state);
    }
    digest(&Value::Number(source.migrations().try_into().unwrap_or(0)), &mut state);
    Ok(Mark { source: hex(which), state: hex(state) })
}

/// Returns all rows of a small table.
async fn all<S: Side>(side: &mut S, table: &'static Table) -> Answer<Vec<Vec<Value>>> {
    let mut all = Vec::new();
    for part in table.parts() {
        let mut rows = side.rows(table, *part, None).await?;
        while let Some(last) = rows.last() {
            let place = table.place(last).to_vec();
            all.append(&mut rows);
            rows = side.rows(table, *part, Some(place)).await?;
        }
    }
    Ok(all)
}

fn hex(digest: Sha256) -> String {
    digest.finalize().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

pub(super) fn of_source(error: super::errors::EndError) -> MoveError {
    MoveError::End(End::Source, error)
}

pub(super) fn of_target(error: super::errors::EndError) -> MoveError {
    MoveError::End(End::Target, error)
}
