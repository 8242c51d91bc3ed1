//! Keys as the terminal shows them, for people and as JSON.

use jiff::Timestamp;
use serde::Serialize;
use stockroom_api::key::Environment;
use stockroom_api::scope::{KeyScope, KeyScopes};

use super::time;
use crate::commands::Ended;
use crate::commands::output::{print_table, say};
use crate::store::keys::{Grant, KeyRow};

/// A key as JSON; times are RFC 3339.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct KeyView {
    /// The whole key, where it was made just now.
    #[serde(rename = "key", skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    id: String,
    hint: String,
    name: String,
    environment: Environment,
    scopes: KeyScopes,
    all_scopes: bool,
    allowed_ips: Option<Vec<String>>,
    created_at: String,
    last_used_at: Option<String>,
    old_secret_until: Option<String>,
    revoked_at: Option<String>,
}

impl KeyView {
    pub(super) fn of(row: &KeyRow) -> Self {
        let networks: Vec<String> = row.networks.iter().map(ToString::to_string).collect();
        Self {
            secret: None,
            id: row.id.clone(),
            hint: hint(row),
            name: row.name.clone(),
            environment: row.scope.environment,
            scopes: row.grant.scopes(row.access),
            all_scopes: row.grant == Grant::All,
            allowed_ips: (!networks.is_empty()).then_some(networks),
            created_at: time(row.created_at),
            last_used_at: row.last_used_at.map(time),
            old_secret_until: row.old_secret_until.map(time),
            revoked_at: row.revoked_at.map(time),
        }
    }

    /// Returns the view of a key whose secret was made just now.
    pub(super) fn with_secret(row: &KeyRow, key: &str) -> Self {
        Self { secret: Some(key.to_owned()), ..Self::of(row) }
    }
}

/// Prints a table with a line for each key.
pub(super) fn print_list(keys: &[KeyRow]) -> Ended {
    let head = ["id", "key", "created", "last used", "revoked", "scopes", "addresses", "name"];
    let rows = keys.iter().map(|key| {
        [
            key.id.clone(),
            hint(key),
            time(key.created_at),
            time_or_dash(key.last_used_at),
            time_or_dash(key.revoked_at),
            scopes(key, ","),
            addresses(key, ","),
            key.name.clone(),
        ]
    });
    print_table(head, rows)
}

/// Prints all that is known of one key.
pub(super) fn print_one(key: &KeyRow, now: Timestamp) -> Ended {
    let mut lines = vec![
        ("id", key.id.clone()),
        ("key", hint(key)),
        ("name", key.name.clone()),
        ("data", key.scope.environment.as_str().to_owned()),
        ("scopes", scopes(key, "\n            ")),
        ("addresses", addresses(key, "\n            ")),
        ("created", time(key.created_at)),
        ("last used", time_or_dash(key.last_used_at)),
    ];
    if let Some(until) = key.old_secret_until.filter(|until| *until > now) {
        lines.push(("old secret", format!("works until {}", time(until))));
    }
    if let Some(at) = key.revoked_at {
        lines.push(("revoked", time(at)));
    }
    for (name, text) in lines {
        say(format_args!("{name:<10}  {text}"))?;
    }
    Ok(())
}

/// Returns what may be seen of a key.
fn hint(key: &KeyRow) -> String {
    format!("{}…{}", key.prefix, key.last_four)
}

fn scopes(key: &KeyRow, between: &str) -> String {
    match key.grant {
        Grant::All => "all".to_owned(),
        Grant::Only(scopes) => {
            let words: Vec<&str> = scopes.iter().map(KeyScope::as_str).collect();
            words.join(between)
        }
    }
}

fn addresses(key: &KeyRow, between: &str) -> String {
    let networks: Vec<String> = key.networks.iter().map(ToString::to_string).collect();
    if networks.is_empty() { "any".to_owned() } else { networks.join(between) }
}

fn time_or_dash(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "-".to_owned(), time)
}
