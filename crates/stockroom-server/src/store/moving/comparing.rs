//! Comparing two stores row by row, value by value.

use std::cmp::Ordering;

use super::copying::{of_source, of_target};
use super::errors::{Difference, MoveError, What};
use super::sides::{Side, TargetSide};
use super::table::{Part, Table};
use super::tables::{NUMBERED, tables_and_tallies};
use super::values::{Row, Value};
use super::{Moving, Watch};

/// Compares all rows of both ends; returns how many there are in each table, in the order of [`tables`] and
/// with the tallies last.
pub(super) async fn compare<S: Side, T: TargetSide>(
    source: &mut S,
    target: &mut T,
    watch: Watch<'_>,
) -> Result<Vec<u64>, MoveError> {
    let mut compared = Vec::new();
    for table in tables_and_tallies() {
        let mut rows = 0;
        for part in table.parts() {
            rows += compare_part(source, target, (table, *part), watch).await?;
        }
        watch(Moving::Compared { table: table.name, rows });
        compared.push(rows);
    }
    compare_numbers(source, target).await?;
    Ok(compared)
}

async fn compare_part<S: Side, T: TargetSide>(
    source: &mut S,
    target: &mut T,
    (table, part): (&'static Table, Part),
    watch: Watch<'_>,
) -> Result<u64, MoveError> {
    let (mut compared, mut after) = (0, None);
    loop {
        let ours = async { source.rows(table, part, after.clone()).await.map_err(of_source) };
        let theirs = async { target.rows(table, part, after.clone()).await.map_err(of_target) };
        let (ours, theirs) = tokio::try_join!(ours, theirs)?;
        if let Some(difference) = difference(table, &ours, &theirs) {
            return Err(MoveError::Different(difference));
        }
        let Some(last) = ours.last() else { return Ok(compared) };
        compared += ours.len() as u64;
        after = Some(table.place(last).to_vec());
        watch(Moving::Rows { table: table.name, rows: ours.len() });
    }
}

/// Returns the first difference between rows that begin after the same place.
fn difference(table: &Table, source: &[Row], target: &[Row]) -> Option<Difference> {
    let named =
        |row: &Row, what| Some(Difference { table: table.name, row: table.words(row), what });
    for (ours, theirs) in source.iter().zip(target) {
        match table.place(ours).cmp(table.place(theirs)) {
            Ordering::Less => return named(ours, What::Missing),
            Ordering::Greater => return named(theirs, What::Added),
            Ordering::Equal => {
                let mut values = table.columns.iter().zip(ours.iter().zip(theirs));
                let other = values.find(|(_, (ours, theirs))| ours != theirs);
                if let Some((column, _)) = other {
                    return named(ours, What::Column(column.name));
                }
            }
        }
    }
    match source.len().cmp(&target.len()) {
        Ordering::Equal => None,
        Ordering::Greater => named(&source[target.len()], What::Missing),
        Ordering::Less => named(&target[source.len()], What::Added),
    }
}

/// Checks that no number which the source gave will be given again.
async fn compare_numbers<S: Side, T: TargetSide>(
    source: &mut S,
    target: &mut T,
) -> Result<(), MoveError> {
    let ours = source.numbers().await.map_err(of_source)?;
    let theirs = target.numbers().await.map_err(of_target)?;
    let lower = (0..NUMBERED.len())
        .find(|which| target.keeps_number(*which) && theirs[*which] < ours[*which]);
    match lower {
        None => Ok(()),
        Some(which) => Err(MoveError::Different(Difference {
            table: NUMBERED[which],
            row: format!("after {}", Value::Number(ours[which])),
            what: What::Column("the number that comes next"),
        })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::moving::tables::table_named;

    fn rows(levels: &[(i64, i64)]) -> Vec<Row> {
        let row = |(product, quantity): &(i64, i64)| {
            vec![Value::Number(*product), Value::Number(*quantity), Value::Null, Value::Null]
        };
        levels.iter().map(row).collect()
    }

    fn check(source: &[(i64, i64)], target: &[(i64, i64)], expected: Option<(&str, What)>) {
        let levels = table_named("levels").unwrap();
        let found = difference(levels, &rows(source), &rows(target));
        let expected =
            expected.map(|(row, what)| Difference { table: "levels", row: row.to_owned(), what });
        assert_eq!(found, expected);
    }

    #[test]
    fn the_first_row_that_is_another_is_named() {
        let rows = [(1, 5), (3, 6), (4, 7)];
        check(&rows, &rows, None);
        check(&rows, &[(1, 5), (3, 0), (4, 0)], Some(("product 3", What::Column("quantity"))));
        check(&rows, &[(1, 5), (4, 7)], Some(("product 3", What::Missing)));
        check(&rows, &rows[..2], Some(("product 4", What::Missing)));
        check(&rows, &[(1, 5), (2, 6), (3, 6)], Some(("product 2", What::Added)));
        check(&rows[..2], &rows, Some(("product 4", What::Added)));
    }
}
