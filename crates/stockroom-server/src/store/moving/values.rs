//! Rows as both databases mean them.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// A value of a column. Keys are ordered as both databases order them: numbers by size, texts and bytes by
/// their bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::store) enum Value {
    /// None.
    Null,
    /// A number; times are such.
    Number(i64),
    /// Yes or no.
    Flag(bool),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// The values of a row, in the order of its table's columns.
pub(in crate::store) type Row = Vec<Value>;

/// Drivers may log what they are given: no more than its kind.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "null",
            Self::Number(_) => "a number",
            Self::Flag(_) => "a flag",
            Self::Text(_) => "a text",
            Self::Bytes(_) => "bytes",
        })
    }
}

/// As people are told which row it is. Bytes are hashes of secrets: their beginning is enough.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("none"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Text(text) => f.write_str(text),
            Self::Bytes(bytes) => {
                bytes.iter().take(4).try_for_each(|byte| write!(f, "{byte:02x}"))?;
                f.write_str("…")
            }
        }
    }
}

/// Adds a value to a digest, so that no two lists of values add the same bytes.
pub(super) fn digest(value: &Value, to: &mut Sha256) {
    let (kind, bytes): (u8, &[u8]) = match value {
        Value::Null => (0, &[]),
        Value::Number(number) => (1, &number.to_be_bytes()),
        Value::Flag(flag) => (2, &[u8::from(*flag)]),
        Value::Text(text) => (3, text.as_bytes()),
        Value::Bytes(bytes) => (4, bytes),
    };
    to.update([kind]);
    to.update((bytes.len() as u64).to_be_bytes());
    to.update(bytes);
}
