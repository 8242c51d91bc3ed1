//! What commands say on stdout: lines, tables and JSON.

use std::fmt;
use std::io::{self, ErrorKind, Write as _};

use serde::Serialize;

use super::{CommandError, Ended};

/// Writes a line. Whoever reads it may have gone, as `head` does: what the command does goes on.
///
/// # Errors
/// [`CommandError`] where it cannot be written for another reason, a full disk for one.
pub(super) fn say(line: fmt::Arguments<'_>) -> Ended {
    match writeln!(io::stdout(), "{line}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(CommandError::new(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Prints rows below their head, each column as wide as its widest cell.
pub(super) fn print_table<const COLUMNS: usize>(
    head: [&str; COLUMNS],
    rows: impl IntoIterator<Item = [String; COLUMNS]>,
) -> Ended {
    let mut all = vec![head.map(str::to_owned)];
    all.extend(rows);
    let width = |column: usize| all.iter().map(|row| row[column].chars().count()).max();
    let widths: Vec<usize> = (0..COLUMNS).map(|column| width(column).unwrap_or(0)).collect();
    for row in &all {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        say(format_args!("{}", cells.collect::<Vec<_>>().join("  ").trim_end()))?;
    }
    Ok(())
}

/// Prints JSON on one line.
pub(super) fn print_json(value: &impl Serialize) -> Ended {
    let text = serde_json::to_string(value)
        .map_err(|error| CommandError::new(format!("cannot write JSON: {error}")))?;
    say(format_args!("{text}"))
}
