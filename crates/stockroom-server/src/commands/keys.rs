//! `stockroom keys`: keys are shown once, when they are made.

use clap::{Args, Subcommand};
use stockroom_api::key::{Access, Environment};

use super::{CommandError, DataArgs, Ended, make_key, open, scope};
use crate::clock::{Clock as _, SystemClock};
use crate::store::Store as _;
use crate::store::data::{KeyRow, Revoked, StoreInfo, StoreKind};
use crate::store::sqlite::SqliteStore;

/// What to do with keys.
#[derive(Clone, Debug, Subcommand)]
pub enum KeysCommand {
    /// Make a key and show it, once
    Create(CreateArgs),
    /// List the keys, without their secret part
    List(DataArgs),
    /// Revoke a key; its sessions end
    Revoke(RevokeArgs),
}

/// Make a key and show it, once.
#[derive(Clone, Debug, Args)]
pub struct CreateArgs {
    #[command(flatten)]
    data: DataArgs,
    /// What people call the key
    #[arg(long, value_name = "NAME", default_value = "unnamed")]
    name: String,
    /// For live data instead of test data
    #[arg(long)]
    live: bool,
    /// A key that may only read (`pk_…`)
    #[arg(long)]
    read_only: bool,
    /// The store's name, where this makes the store
    #[arg(long, value_name = "NAME", default_value = "My shop")]
    store_name: String,
}

/// Revoke a key.
#[derive(Clone, Debug, Args)]
pub struct RevokeArgs {
    #[command(flatten)]
    data: DataArgs,
    /// The key's id, from `stockroom keys list`
    id: String,
}

pub(super) async fn run(command: KeysCommand) -> Ended {
    match command {
        KeysCommand::Create(args) => create(args).await,
        KeysCommand::List(args) => list(args).await,
        KeysCommand::Revoke(args) => revoke(args).await,
    }
}

async fn create(args: CreateArgs) -> Ended {
    let store = open(&args.data.data).await?;
    let info = if let Some(info) = store.info().await? {
        info
    } else {
        let now = SystemClock.now();
        store.create(&args.store_name, StoreKind::Real, now).await?
    };
    let environment = if args.live { Environment::Live } else { Environment::Test };
    let access = if args.read_only { Access::Read } else { Access::Write };
    let (key, row) = make_key(scope(info.store_id, environment), access, &args.name);
    let id = row.id.clone();
    store.create_key(row).await?;
    store.close().await;
    println!("{key}");
    eprintln!("This is the only time the key is shown. Its id, to revoke it: {id}");
    Ok(())
}

async fn list(args: DataArgs) -> Ended {
    let store = open(&args.data).await?;
    let info = needed(&store).await?;
    let keys = store.keys(info.store_id).await?;
    store.close().await;
    println!(
        "{:<36}  {:<13}  {:<20}  {:<20}  {:<20}  name",
        "id", "key", "created", "last used", "revoked"
    );
    for key in keys {
        println!("{}", line(&key));
    }
    Ok(())
}

fn line(key: &KeyRow) -> String {
    let time =
        |at: Option<jiff::Timestamp>| at.map_or_else(|| "-".to_owned(), |at| format!("{at:.0}"));
    format!(
        "{:<36}  {:<13}  {:<20}  {:<20}  {:<20}  {}",
        key.id,
        format!("{}…{}", key.prefix, key.last_four),
        time(Some(key.created_at)),
        time(key.last_used_at),
        time(key.revoked_at),
        key.name
    )
}

async fn revoke(args: RevokeArgs) -> Ended {
    let store = open(&args.data.data).await?;
    let info = needed(&store).await?;
    let now = SystemClock.now();
    let revoked = store.revoke_key(info.store_id, &args.id, now).await?;
    store.close().await;
    match revoked {
        Revoked::Now => println!("revoked {}", args.id),
        Revoked::Before => println!("{} was revoked before", args.id),
        Revoked::Unknown => {
            return Err(CommandError::new(format!(
                "no key has the id {}. `stockroom keys list` shows the ids.",
                args.id
            )));
        }
    }
    Ok(())
}

async fn needed(store: &SqliteStore) -> Ended<StoreInfo> {
    store.info().await?.ok_or_else(|| {
        CommandError::new("there is no store here yet. `stockroom keys create` makes one.")
    })
}
