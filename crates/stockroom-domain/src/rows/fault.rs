//! What is wrong with a row, quoted and placed.

use crate::code::Code;
use crate::number::NumberFault;

/// How many characters of a cell a fault quotes.
const QUOTED: usize = 120;

/// What is wrong with a row, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub code: Code,
    /// The column, from 0, where it is one's.
    pub column: Option<usize>,
    /// The text that is wrong, cut short where it is very long.
    pub text: String,
    /// What the number may have meant instead, where that can be told.
    pub hint: Option<i64>,
}

/// The column that a number stands in.
#[derive(Clone, Copy)]
pub(super) struct Column(pub(super) Option<usize>);

impl Column {
    pub(super) fn fault(self, fault: NumberFault, text: &str) -> Fault {
        let hint = match fault {
            NumberFault::Ambiguous { grouped } => Some(grouped),
            NumberFault::Signed { units } | NumberFault::Parentheses { units } => Some(units),
            NumberFault::Fraction | NumberFault::TooLarge | NumberFault::Invalid => None,
        };
        Fault { hint, ..Fault::new(fault.code(), self.0, text) }
    }
}

impl Fault {
    pub(super) fn new(code: Code, column: Option<usize>, text: &str) -> Self {
        Self { code, column, text: quote(text), hint: None }
    }
}

/// Returns the text as a fault quotes it: cut short where it is very long.
pub(crate) fn quote(text: &str) -> String {
    match text.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
