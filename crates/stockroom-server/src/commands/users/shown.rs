//! People as the terminal shows them, for people and as JSON.

use serde::Serialize;
use stockroom_api::account::Role;
use stockroom_api::key::Environment;

use super::time;
use crate::commands::Ended;
use crate::commands::output::{print_table, say};
use crate::store::accounts::{Standing, UserRow, UserSessionRow};

/// A person as JSON; times are RFC 3339.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UserView {
    id: String,
    name: String,
    role: Role,
    disabled: bool,
    created_at: String,
    signed_in_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sessions: Option<Vec<SessionView>>,
}

/// A session as JSON.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionView {
    id: String,
    device: Option<String>,
    environment: Environment,
    began_at: String,
    last_used_at: String,
}

impl UserView {
    /// Returns the view of a person, with their sessions where those were read.
    pub(super) fn of(row: &UserRow, sessions: Option<&[UserSessionRow]>) -> Self {
        let session = |row: &UserSessionRow| SessionView {
            id: row.id.clone(),
            device: row.device.clone(),
            environment: row.environment,
            began_at: time(row.began_at),
            last_used_at: time(row.last_used_at),
        };
        Self {
            id: row.id.clone(),
            name: row.name.clone(),
            role: row.role,
            disabled: row.standing == Standing::Disabled,
            created_at: time(row.created_at),
            signed_in_at: row.signed_in_at.map(time),
            sessions: sessions.map(|rows| rows.iter().map(session).collect()),
        }
    }
}

/// Prints a table with a line for each person.
pub(super) fn print_list(rows: &[UserRow]) -> Ended {
    let lines = rows.iter().map(|row| {
        [
            row.name.clone(),
            row.role.as_str().to_owned(),
            if row.standing == Standing::Disabled { "disabled" } else { "-" }.to_owned(),
            row.signed_in_at.map_or_else(|| "-".to_owned(), time),
            row.sessions.to_string(),
        ]
    });
    print_table(["name", "role", "disabled", "signed in", "sessions"], lines)
}

/// Prints all that is known of one person.
pub(super) fn print_one(row: &UserRow, sessions: &[UserSessionRow]) -> Ended {
    let disabled = row.standing == Standing::Disabled;
    for (name, text) in [
        ("name", row.name.clone()),
        ("id", row.id.clone()),
        ("role", row.role.as_str().to_owned()),
        ("disabled", if disabled { "yes" } else { "no" }.to_owned()),
        ("added", time(row.created_at)),
        ("signed in", row.signed_in_at.map_or_else(|| "never".to_owned(), time)),
    ] {
        say(format_args!("{name:<9}  {text}"))?;
    }
    for session in sessions {
        let device = session.device.as_deref().unwrap_or("unknown device");
        let (data, used) = (session.environment.as_str(), time(session.last_used_at));
        say(format_args!("session    {device}, {data} data, last used {used}"))?;
    }
    Ok(())
}
