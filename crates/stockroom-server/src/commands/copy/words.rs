//! What a copy says at its end.

use super::super::output::say;
use super::super::{CommandError, Ended};
use crate::store::moving::errors::{End, EndError, MoveError};
use crate::store::moving::{Moved, Task};

/// Prints a line for each table.
pub(super) fn print_moved(moved: &[Moved]) -> Ended {
    say(format_args!("{:<20}{:>14}{:>14}", "TABLE", "COPIED", "CHECKED"))?;
    for Moved { table, copied, compared } in moved {
        let copied = copied.map_or_else(|| "-".to_owned(), grouped);
        say(format_args!("{table:<20}{copied:>14}{:>14}", grouped(*compared)))?;
    }
    Ok(())
}

/// Returns a count as people read it.
pub(super) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Returns why a store was not copied, and what to do.
pub(super) fn cannot(task: Task, from: &str, to: &str, error: &MoveError) -> CommandError {
    let what = match task {
        Task::Copy => format!("cannot copy {from} to {to}"),
        Task::Compare => format!("cannot compare {from} with {to}"),
    };
    CommandError::new(match error {
        MoveError::End(end, error) => {
            let (side, option) = match end {
                End::Source => (from, "--from"),
                End::Target => (to, "--to"),
            };
            format!("cannot use {side}: {error}. {}", advice(error, option, side))
        }
        MoveError::NoStore => format!("{what}: {from} holds no store. Nothing was changed."),
        MoveError::ManyStores(_) => format!("{what}: {error}. Nothing was changed."),
        MoveError::Holds => format!(
            "{what}: {to} holds data already, and is left as it is. Name an empty one; to see whether it \
             holds the same, add --check."
        ),
        MoveError::OfAnother => format!(
            "{what}: {to} holds an unfinished copy of another store, and is left as it is. Name the store \
             that the copy is of, or an empty database."
        ),
        MoveError::Changed => format!(
            "{what}: {from} has changed since the copy was begun. Begin anew: empty {to}, or name another."
        ),
        MoveError::Different(difference) => match task {
            Task::Copy => format!(
                "{from} and {to} are not the same: {difference}. One of them was changed since the copy was \
                 begun. Nothing serves {to} now; begin anew: empty it, or name another."
            ),
            Task::Compare => format!("{from} and {to} are not the same: {difference}."),
        },
    })
}

fn advice(error: &EndError, option: &str, side: &str) -> String {
    match error {
        EndError::Missing | EndError::NotOurs => format!("Name another with {option}."),
        EndError::InUse => {
            "Stop the servers and whatever else uses it, then run this again.".to_owned()
        }
        EndError::Unfinished => {
            "Finish that one first, or begin anew from where it came.".to_owned()
        }
        EndError::Older => format!(
            "Take a backup, bring it up to date with `stockroom migrate --database {side}`, then run this \
             again."
        ),
        EndError::Newer => "Use the newer version.".to_owned(),
        EndError::Foreign(_) => {
            "Name a database of its own, or a user whose schema is empty.".to_owned()
        }
        EndError::Unknown(_) => "Use the version of this program that made it.".to_owned(),
        EndError::Unkeepable { .. } => {
            "Change that row by a server on the source, empty the target, and begin anew."
                .to_owned()
        }
        EndError::Store(_) => "Run this again: it goes on where it was.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped_by_thousands() {
        let cases = [(0, "0"), (999, "999"), (1_000, "1,000"), (12_345_678, "12,345,678")];
        for (count, expected) in cases {
            assert_eq!(grouped(count), expected);
        }
    }
}
