//! Values on their way into the columns of PostgreSQL and out of them.

use std::error::Error;

use bytes::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::store::moving::errors::EndError;
use crate::store::moving::table::{Table, Whose};
use crate::store::moving::values::{Row, Value};

type Failed = Box<dyn Error + Sync + Send>;

impl ToSql for Value {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Failed> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Number(number) if *kind == Type::INT4 => {
                i32::try_from(*number)?.to_sql(kind, out)
            }
            Self::Number(number) => number.to_sql(kind, out),
            Self::Flag(flag) => flag.to_sql(kind, out),
            Self::Text(text) => text.to_sql(kind, out),
            Self::Bytes(bytes) => bytes.to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        is_known(kind)
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> Result<Self, Failed> {
        Ok(match *kind {
            Type::INT4 => Self::Number(i32::from_sql(kind, raw)?.into()),
            Type::INT8 => Self::Number(i64::from_sql(kind, raw)?),
            Type::BOOL => Self::Flag(bool::from_sql(kind, raw)?),
            Type::BYTEA => Self::Bytes(Vec::from_sql(kind, raw)?),
            _ => Self::Text(String::from_sql(kind, raw)?),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Self, Failed> {
        Ok(Self::Null)
    }

    fn accepts(kind: &Type) -> bool {
        is_known(kind)
    }
}

fn is_known(kind: &Type) -> bool {
    [Type::INT4, Type::INT8, Type::BOOL, Type::TEXT, Type::BYTEA].contains(kind)
}

/// Returns why a row cannot be kept in columns of these types, the first of which may be the store's.
pub(super) fn unkeepable(table: &'static Table, row: &Row, types: &[Type]) -> Option<EndError> {
    let types = if table.whose == Whose::Nobody { types } else { types.get(1..)? };
    let why = row.iter().zip(types).find_map(|(value, kind)| match value {
        Value::Text(text) if text.contains('\0') => Some("a text holds the character U+0000"),
        Value::Number(number) if *kind == Type::INT4 && i32::try_from(*number).is_err() => {
            Some("a number is too large")
        }
        _ => None,
    })?;
    Some(EndError::Unkeepable { table: table.name, row: table.words(row), why })
}
