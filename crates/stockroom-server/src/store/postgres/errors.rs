//! What an error of the database means to whoever asked.

use std::error::Error as _;

use tokio_postgres::error::SqlState;

use crate::store::StoreError;

/// What the server says when it is not there for us: it stops, starts, is full, or only reads.
const UNAVAILABLE: [SqlState; 8] = [
    SqlState::ADMIN_SHUTDOWN,
    SqlState::CRASH_SHUTDOWN,
    SqlState::CANNOT_CONNECT_NOW,
    SqlState::TOO_MANY_CONNECTIONS,
    SqlState::OUT_OF_MEMORY,
    SqlState::DISK_FULL,
    SqlState::READ_ONLY_SQL_TRANSACTION,
    SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
];

/// What is worth trying again: others were in the way, and nothing of this was done.
const CONFLICTS: [SqlState; 3] = [
    SqlState::T_R_SERIALIZATION_FAILURE,
    SqlState::T_R_DEADLOCK_DETECTED,
    // Whether it is taken was looked for before: somebody took it meanwhile.
    SqlState::UNIQUE_VIOLATION,
];

/// What waited too long.
const BUSY: [SqlState; 2] = [SqlState::LOCK_NOT_AVAILABLE, SqlState::QUERY_CANCELED];

/// What leaves open whether a commit was kept. PostgreSQL itself says so by breaking off; what stands before it,
/// or speaks its language, may say it.
const UNSURE: [SqlState; 2] =
    [SqlState::TRANSACTION_RESOLUTION_UNKNOWN, SqlState::T_R_STATEMENT_COMPLETION_UNKNOWN];

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        let Some(state) = error.code() else {
            let is_io = error.source().is_some_and(<dyn std::error::Error>::is::<std::io::Error>);
            let said = said(&error);
            return if error.is_closed() || is_io {
                Self::Unavailable(said)
            } else {
                Self::Failed(said)
            };
        };
        let said = || said(&error);
        if UNSURE.contains(state) {
            Self::Unsure
        } else if UNAVAILABLE.contains(state) || state.code().starts_with("08") {
            Self::Unavailable(said())
        } else if CONFLICTS.contains(state) {
            Self::Conflict(said())
        } else if BUSY.contains(state) {
            Self::Busy
        } else if *state == SqlState::CHARACTER_NOT_IN_REPERTOIRE
            || *state == SqlState::UNTRANSLATABLE_CHARACTER
        {
            Self::Unkeepable
        } else {
            Self::Failed(said())
        }
    }
}

/// Returns what an error and its cause say; no more than the server's first line, since its details may
/// quote what was written.
fn said(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(said) => format!("{} ({})", said.message(), said.code().code()),
        None => match error.source() {
            Some(cause) => format!("{error}: {cause}"),
            None => error.to_string(),
        },
    }
}
