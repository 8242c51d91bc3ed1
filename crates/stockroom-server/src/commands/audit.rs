//! `stockroom audit`: what was passed on to a hosted service, and by whom.

use clap::Args;
use stockroom_api::audit::AuditEntry;
use stockroom_api::key::Environment;
use stockroom_api::limits::MAX_PAGE_SIZE;

use super::output::{print_json, print_table};
use super::{CommandError, DataArgs, Ended, scope};
use crate::accounts::names::name_key;
use crate::clock::{Clock as _, SystemClock};
use crate::store::Store;
use crate::store::audit::AuditPlace;
use crate::store::history::{Part, Place as _};

/// How many products of a write are named in the table.
const NAMED: usize = 3;

/// List the writes that were passed on.
#[derive(Clone, Debug, Args)]
pub struct AuditArgs {
    #[command(flatten)]
    pub(super) data: DataArgs,
    /// List writes of test data, instead of live data
    #[arg(long)]
    test: bool,
    /// Only those of the person with this name
    #[arg(long, value_name = "NAME", conflicts_with = "key")]
    user: Option<String>,
    /// Only those of the key with this id
    #[arg(long, value_name = "ID")]
    key: Option<String>,
    /// The most writes to list, the newest first
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: u64,
    /// Print one JSON object on each line
    #[arg(long)]
    json: bool,
}

/// Prints the log.
pub(super) async fn run<S: Store>(store: &S, args: &AuditArgs) -> Ended {
    let info = store.info().await?.ok_or_else(|| CommandError::new("there is no store here"))?;
    let environment = if args.test { Environment::Test } else { Environment::Live };
    let scope = scope(info.store_id, environment);
    let author_id = match &args.user {
        Some(name) => Some(person(store, info.store_id, name).await?),
        None => args.key.clone(),
    };
    let mut entries: Vec<AuditEntry> = Vec::new();
    let mut after = None;
    while let left @ 1.. = args.limit.saturating_sub(entries.len() as u64) {
        let part = Part { after, limit: left.min(MAX_PAGE_SIZE) };
        let page = store.audit(scope, author_id.clone(), part).await?;
        entries.extend(page.items);
        after = page.next_cursor.as_deref().and_then(AuditPlace::parse);
        if after.is_none() {
            break;
        }
    }
    if args.json {
        return entries.iter().try_for_each(print_json);
    }
    print_table(
        ["AT", "WHO", "WHAT", "PRODUCTS", "OUTCOME", "STATUS", "REQUEST"],
        entries.into_iter().map(row),
    )
}

async fn person<S: Store>(store: &S, store_id: i64, name: &str) -> Ended<String> {
    let key = name_key(name);
    let people = store.users(store_id, SystemClock.now()).await?;
    let person = people.into_iter().find(|person| name_key(&person.name) == key);
    person.map(|person| person.id).ok_or_else(|| {
        CommandError::new(format!("nobody here has the name {name}. Look at: stockroom users list"))
    })
}

fn row(entry: AuditEntry) -> [String; 7] {
    let who = match (entry.user, entry.key) {
        (Some(user), _) => user.name,
        (None, Some(key)) => key.name.unwrap_or(key.id),
        (None, None) => String::new(),
    };
    let named = entry.products.iter().take(NAMED).cloned().collect::<Vec<_>>().join(" ");
    let products = match entry.products.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    };
    let place = entry.path.strip_prefix(stockroom_api::path::BASE).unwrap_or(&entry.path);
    [
        entry.at,
        who,
        format!("{} {place}", entry.method),
        products,
        entry.outcome.as_str().to_owned(),
        entry.status.map_or(String::new(), |status| status.to_string()),
        entry.request_id,
    ]
}
