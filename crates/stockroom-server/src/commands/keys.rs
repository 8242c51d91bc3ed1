//! `stockroom keys`: keys are shown once, when they get a secret.

mod shown;

use clap::{ArgGroup, Args, Subcommand};
use ipnet::IpNet;
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};
use stockroom_api::key::{Access, Environment, KeyPrefix};
use stockroom_api::scope::{KeyScope, KeyScopes};

use self::shown::{KeyView, print_list, print_one};
use super::output::{print_json, say};
use super::{CommandError, DataArgs, Ended, make_key, new_secret, scope, store_or_new};
use crate::client_address::parse_network;
use crate::clock::{Clock as _, SystemClock};
use crate::random::SystemRandom;
use crate::secret;
use crate::store::Store;
use crate::store::data::StoreInfo;
use crate::store::keys::{Changed, Grant, KeyChange, KeyRow, Revoked};

/// The longest time for which an old secret may still work.
const LONGEST_GRACE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What scopes there are, for `--help`.
const SCOPES: &str = "\
Scopes:
  store.inventory:read       levels, their history, runs
  store.inventory:write      change levels
  store.products:read        products
  store.products:write       create, change and delete products
  store.import:write         import products from CSV
  webhooks.endpoints:read    webhook endpoints
  webhooks.endpoints:manage  create, change, test and delete them
  webhooks.deliveries:read   what was delivered
  webhooks.deliveries:retry  deliver again
A read-only key (`pk_…`) can have those that end in `:read`.";

/// What to do with keys.
#[derive(Clone, Debug, Subcommand)]
pub enum KeysCommand {
    /// Make a key and show it, once
    ///
    /// The key goes to stdout, so that a script can keep it; everything else goes to stderr. What is
    /// kept of it is a hash: a key that is lost cannot be shown again, only rotated.
    Create(CreateArgs),
    /// List the keys, without their secret part
    List(ListArgs),
    /// Show one key, without its secret part
    Show(ShowArgs),
    /// Change a key's name, scopes or addresses
    ///
    /// What is not named stays. It counts from the next request on, for the key's sessions too, also
    /// while a server runs.
    Update(UpdateArgs),
    /// Give a key a new secret and show it, once
    ///
    /// Id, name, scopes and addresses stay, and so does what was kept under idempotency keys. The old
    /// secret and the sessions that were begun with it end at once, or with the grace.
    Rotate(RotateArgs),
    /// Revoke a key; its sessions end
    ///
    /// It is refused from the next request on, also while a server runs, and cannot be taken back.
    Revoke(RevokeArgs),
}

/// Make a key and show it, once.
#[derive(Clone, Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line, independent of the others but where clap says so"
)]
#[command(after_help = format!("{SCOPES}\n
Examples:
  stockroom keys create --name till --live
  stockroom keys create --name stocktake --scope store.inventory:read --scope store.inventory:write
  stockroom keys create --name erp --live --allow-ip 203.0.113.7 --allow-ip 10.0.0.0/8"))]
pub struct CreateArgs {
    #[command(flatten)]
    data: DataArgs,
    /// What people call the key
    #[arg(long, value_name = "NAME", default_value = "unnamed")]
    name: String,
    /// For test data, which is kept apart from live data (the default)
    #[arg(long, conflicts_with = "live")]
    test: bool,
    /// For live data instead of test data
    #[arg(long)]
    live: bool,
    /// A key that may only read (`pk_…`), and so may be seen by others
    #[arg(long)]
    read_only: bool,
    /// A scope of the key, once for each; without it the key has all that its kind can have
    #[arg(long = "scope", value_name = "SCOPE", value_parser = parse_scope)]
    scopes: Vec<KeyScope>,
    /// An address or a network from which alone the key works, once for each
    #[arg(long = "allow-ip", value_name = "ADDRESS|CIDR", value_parser = parse_network)]
    allow_ip: Vec<IpNet>,
    /// The store's name, where this makes the store
    #[arg(long, value_name = "NAME", default_value = "My shop")]
    store_name: String,
    /// Print the key and what is known of it as JSON
    #[arg(long)]
    json: bool,
}

/// List the keys, without their secret part.
#[derive(Clone, Debug, Args)]
pub struct ListArgs {
    #[command(flatten)]
    data: DataArgs,
    /// Print an array of JSON objects
    #[arg(long)]
    json: bool,
}

/// Show one key, without its secret part.
#[derive(Clone, Debug, Args)]
pub struct ShowArgs {
    #[command(flatten)]
    data: DataArgs,
    /// The key's id, from `stockroom keys list`
    id: String,
    /// Print a JSON object
    #[arg(long)]
    json: bool,
}

/// Change a key's name, scopes or addresses.
#[derive(Clone, Debug, Args)]
#[command(
    group = ArgGroup::new("change").required(true).multiple(true),
    after_help = SCOPES
)]
pub struct UpdateArgs {
    #[command(flatten)]
    data: DataArgs,
    /// The key's id, from `stockroom keys list`
    id: String,
    /// What people call the key
    #[arg(long, value_name = "NAME", group = "change")]
    name: Option<String>,
    /// A scope of the key, once for each; these replace those it had
    #[arg(long = "scope", value_name = "SCOPE", value_parser = parse_scope, group = "change")]
    scopes: Vec<KeyScope>,
    /// All scopes that a key of its kind can have
    #[arg(long, conflicts_with = "scopes", group = "change")]
    all_scopes: bool,
    /// An address or a network from which alone the key works, once for each; these replace those it had
    #[arg(
        long = "allow-ip",
        value_name = "ADDRESS|CIDR",
        value_parser = parse_network,
        group = "change"
    )]
    allow_ip: Vec<IpNet>,
    /// Let the key work from any address
    #[arg(long, conflicts_with = "allow_ip", group = "change")]
    any_ip: bool,
}

/// Give a key a new secret and show it, once.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  stockroom keys rotate ID --grace 24h     both work for a day, then the new one alone
  stockroom keys rotate ID                 somebody else may know the old one: it ends now")]
pub struct RotateArgs {
    #[command(flatten)]
    data: DataArgs,
    /// The key's id, from `stockroom keys list`
    id: String,
    /// How long the old secret still works, such as `30m`, `24h` or `7d`; at most 30 days
    #[arg(long, value_name = "TIME", value_parser = parse_grace)]
    grace: Option<SignedDuration>,
    /// Print the key and what is known of it as JSON
    #[arg(long)]
    json: bool,
}

/// Revoke a key; its sessions end.
#[derive(Clone, Debug, Args)]
pub struct RevokeArgs {
    #[command(flatten)]
    data: DataArgs,
    /// The key's id, from `stockroom keys list`
    id: String,
}

impl KeysCommand {
    /// Returns where the keys are.
    pub(super) fn data(&self) -> &DataArgs {
        match self {
            Self::Create(args) => &args.data,
            Self::List(args) => &args.data,
            Self::Show(args) => &args.data,
            Self::Update(args) => &args.data,
            Self::Rotate(args) => &args.data,
            Self::Revoke(args) => &args.data,
        }
    }
}

pub(super) async fn run<S: Store>(store: &S, command: KeysCommand) -> Ended {
    match command {
        KeysCommand::Create(args) => create(store, args).await,
        KeysCommand::List(args) => list(store, args).await,
        KeysCommand::Show(args) => show(store, args).await,
        KeysCommand::Update(args) => update(store, args).await,
        KeysCommand::Rotate(args) => rotate(store, args).await,
        KeysCommand::Revoke(args) => revoke(store, args).await,
    }
}

async fn create<S: Store>(store: &S, args: CreateArgs) -> Ended {
    let access = if args.read_only { Access::Read } else { Access::Write };
    let grant = grant(&args.scopes, access)?.unwrap_or(Grant::All);
    let info = store_or_new(store, &args.store_name).await?;
    let environment = if args.live { Environment::Live } else { Environment::Test };
    let (key, mut row) = make_key(scope(info.store_id, environment), access, &args.name);
    row.grant = grant;
    row.networks = args.allow_ip;
    let id = row.id.clone();
    store.create_key(row).await?;
    let row = find(store, &info, &id).await?;
    show_secret(&key, &row, args.json)
}

async fn list<S: Store>(store: &S, args: ListArgs) -> Ended {
    let info = needed(store).await?;
    let keys = store.keys(info.store_id).await?;
    if args.json {
        let keys: Vec<KeyView> = keys.iter().map(KeyView::of).collect();
        return print_json(&keys);
    }
    print_list(&keys)
}

async fn show<S: Store>(store: &S, args: ShowArgs) -> Ended {
    let info = needed(store).await?;
    let row = find(store, &info, &args.id).await?;
    if args.json {
        return print_json(&KeyView::of(&row));
    }
    print_one(&row, SystemClock.now())
}

async fn update<S: Store>(store: &S, args: UpdateArgs) -> Ended {
    let info = needed(store).await?;
    let row = find(store, &info, &args.id).await?;
    let all = args.all_scopes.then_some(Grant::All);
    let any = args.any_ip.then(Vec::new);
    let change = KeyChange {
        name: args.name,
        grant: grant(&args.scopes, row.access)?.or(all),
        networks: (!args.allow_ip.is_empty()).then_some(args.allow_ip).or(any),
    };
    if store.update_key(info.store_id, &args.id, change).await? == Changed::Unknown {
        return Err(revoked(&args.id));
    }
    let row = find(store, &info, &args.id).await?;
    print_one(&row, SystemClock.now())
}

async fn rotate<S: Store>(store: &S, args: RotateArgs) -> Ended {
    let info = needed(store).await?;
    let row = find(store, &info, &args.id).await?;
    let prefix = KeyPrefix { access: row.access, environment: row.scope.environment };
    let key = secret::new_key(prefix, &SystemRandom);
    let old_until = args.grace.map(|grace| SystemClock.now() + grace);
    let secret = new_secret(&key);
    let rotated = store.rotate_key(info.store_id, &args.id, secret, old_until).await?;
    if rotated == Changed::Unknown {
        return Err(revoked(&args.id));
    }
    let row = find(store, &info, &args.id).await?;
    show_secret(&key, &row, args.json)?;
    match old_until {
        Some(until) => eprintln!("The old secret works until {}.", time(until)),
        None => eprintln!("The old secret and its sessions have ended."),
    }
    Ok(())
}

async fn revoke<S: Store>(store: &S, args: RevokeArgs) -> Ended {
    let info = needed(store).await?;
    let now = SystemClock.now();
    let revoked = store.revoke_key(info.store_id, &args.id, now).await?;
    match revoked {
        Revoked::Now => say(format_args!("revoked {}", args.id))?,
        Revoked::Before => say(format_args!("{} was revoked before", args.id))?,
        Revoked::Unknown => return Err(unknown(&args.id)),
    }
    Ok(())
}

/// Prints a new secret, and on stderr what to know of it.
fn show_secret(key: &str, row: &KeyRow, as_json: bool) -> Ended {
    if as_json {
        print_json(&KeyView::with_secret(row, key))?;
    } else {
        say(format_args!("{key}"))?;
    }
    eprintln!("This is the only time the key is shown. Its id, to revoke it: {}", row.id);
    Ok(())
}

/// Returns what these scopes grant, or `None` where none is named.
fn grant(scopes: &[KeyScope], access: Access) -> Ended<Option<Grant>> {
    let possible = KeyScopes::of(access);
    if let Some(scope) = scopes.iter().find(|scope| !possible.contains(**scope)) {
        return Err(CommandError::new(format!(
            "a read-only key cannot have the scope {scope}. Leave it out, or make a secret key."
        )));
    }
    Ok((!scopes.is_empty()).then(|| Grant::Only(scopes.iter().copied().collect())))
}

async fn find<S: Store>(store: &S, info: &StoreInfo, id: &str) -> Ended<KeyRow> {
    let mut keys = store.keys(info.store_id).await?.into_iter();
    keys.find(|key| key.id == id).ok_or_else(|| unknown(id))
}

async fn needed<S: Store>(store: &S) -> Ended<StoreInfo> {
    store.info().await?.ok_or_else(|| {
        CommandError::new("there is no store here yet. `stockroom keys create` makes one.")
    })
}

fn unknown(id: &str) -> CommandError {
    CommandError::new(format!("no key has the id {id}. `stockroom keys list` shows the ids."))
}

fn revoked(id: &str) -> CommandError {
    CommandError::new(format!(
        "the key {id} was revoked and stays so. Make another with `stockroom keys create`."
    ))
}

fn parse_scope(word: &str) -> Result<KeyScope, String> {
    KeyScope::parse(word).ok_or_else(|| {
        let words: Vec<&str> = KeyScope::ALL.into_iter().map(KeyScope::as_str).collect();
        format!("the scopes are {}", words.join(", "))
    })
}

fn parse_grace(text: &str) -> Result<SignedDuration, String> {
    let days = SpanRelativeTo::days_are_24_hours();
    let grace = text.parse::<Span>().ok().and_then(|span| span.to_duration(days).ok());
    grace
        .filter(|grace| grace.is_positive() && *grace <= LONGEST_GRACE)
        .ok_or_else(|| "it must be a time such as 24h or 7d, at most 30 days".to_owned())
}

/// Returns a time as people and scripts read it, to the second.
fn time(at: Timestamp) -> String {
    format!("{at:.0}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grace_is_a_time_of_up_to_30_days() {
        let hours = |text: &str| parse_grace(text).map(|grace| grace.as_hours());
        assert_eq!(hours("24h"), Ok(24));
        assert_eq!(hours("7d"), Ok(168));
        assert_eq!(hours("30 days"), Ok(720));
        for text in ["0h", "-1h", "31d", "soon", "", "24"] {
            assert!(parse_grace(text).is_err(), "{text}");
        }
    }
}
