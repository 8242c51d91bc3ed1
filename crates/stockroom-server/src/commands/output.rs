//! Tables and JSON on stdout.

use serde::Serialize;

use super::{CommandError, Ended};

/// Prints rows below their head, each column as wide as its widest cell.
pub(super) fn print_table<const COLUMNS: usize>(
    head: [&str; COLUMNS],
    rows: impl IntoIterator<Item = [String; COLUMNS]>,
) {
    let mut all = vec![head.map(str::to_owned)];
    all.extend(rows);
    let width = |column: usize| all.iter().map(|row| row[column].chars().count()).max();
    let widths: Vec<usize> = (0..COLUMNS).map(|column| width(column).unwrap_or(0)).collect();
    for row in &all {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        println!("{}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
}

/// Prints JSON on one line.
pub(super) fn print_json(value: &impl Serialize) -> Ended {
    let text = serde_json::to_string(value)
        .map_err(|error| CommandError::new(format!("cannot write JSON: {error}")))?;
    println!("{text}");
    Ok(())
}
