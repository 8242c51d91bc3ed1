//! `stockroom users`: who may sign in to the app. A password is typed or piped, never an argument: others on
//! the machine can see those.

mod shown;
mod typed;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use stockroom_api::account::{MAX_USERS, Password, Role};
use stockroom_api::read::account::read_name;

use self::shown::{UserView, print_list, print_one};
use self::typed::read_password;
use super::output::{print_json, say};
use super::{CommandError, DataArgs, Ended, store_or_new};
use crate::accounts::names::{name_key, user_name};
use crate::accounts::passwords::{Hashing, check_new};
use crate::clock::{Clock as _, SystemClock};
use crate::random::{SystemRandom, new_id};
use crate::store::Store;
use crate::store::accounts::{
    Needs, NewUser, Standing, UserAdded, UserChange, UserChanged, UserRow, WhichSessions,
};
use crate::store::data::StoreInfo;

/// What the roles may do, for `--help`.
const ROLES: &str = "\
Roles:
  viewer    read levels, their history and products
  editor    also change levels and products, and import products
  owner     also webhooks, and who may sign in

The password is asked for on the terminal, or read from stdin:
  stockroom users add Aïcha --role owner
  printf '%s' \"$PASSWORD\" | stockroom users add Aïcha --role editor";

/// People who sign in by name.
#[derive(Clone, Debug, Subcommand)]
pub enum UsersCommand {
    /// Add a person and give them a password
    #[command(after_help = ROLES)]
    Add(AddArgs),
    /// List the people
    List(ListArgs),
    /// Show one person and their sessions
    Show(ShowArgs),
    /// Change what a person may do; their sessions follow at once
    #[command(after_help = ROLES)]
    Role(RoleArgs),
    /// Give a person another password; their sessions end
    Password(NameArgs),
    /// Keep a person from signing in; their sessions end
    Disable(NameArgs),
    /// Let a person sign in again
    Enable(NameArgs),
    /// Remove a person; what they changed still names them
    Remove(NameArgs),
    /// End all sessions of a person
    SignOut(NameArgs),
}

/// Add a person and give them a password.
#[derive(Clone, Debug, Args)]
pub struct AddArgs {
    #[command(flatten)]
    data: DataArgs,
    /// The name to sign in by; case does not matter
    name: String,
    /// What they may do: viewer, editor or owner
    #[arg(long, value_parser = parse_role)]
    role: Role,
    /// The store's name, where this makes the store
    #[arg(long, value_name = "NAME", default_value = "My shop")]
    store_name: String,
    /// Print the person as JSON
    #[arg(long)]
    json: bool,
}

/// List the people.
#[derive(Clone, Debug, Args)]
pub struct ListArgs {
    #[command(flatten)]
    data: DataArgs,
    /// Print an array of JSON objects
    #[arg(long)]
    json: bool,
}

/// Show one person and their sessions.
#[derive(Clone, Debug, Args)]
pub struct ShowArgs {
    #[command(flatten)]
    data: DataArgs,
    /// The person's name
    name: String,
    /// Print a JSON object
    #[arg(long)]
    json: bool,
}

/// Change what a person may do.
#[derive(Clone, Debug, Args)]
pub struct RoleArgs {
    #[command(flatten)]
    data: DataArgs,
    /// The person's name
    name: String,
    /// What they may do: viewer, editor or owner
    #[arg(value_parser = parse_role)]
    role: Role,
}

/// Name one person.
#[derive(Clone, Debug, Args)]
pub struct NameArgs {
    #[command(flatten)]
    data: DataArgs,
    /// The person's name
    name: String,
}

impl UsersCommand {
    /// Returns where the people are.
    pub(super) fn data(&self) -> &DataArgs {
        match self {
            Self::Add(args) => &args.data,
            Self::List(args) => &args.data,
            Self::Show(args) => &args.data,
            Self::Role(args) => &args.data,
            Self::Password(args)
            | Self::Disable(args)
            | Self::Enable(args)
            | Self::Remove(args)
            | Self::SignOut(args) => &args.data,
        }
    }
}

pub(super) async fn run<S: Store>(store: &S, command: UsersCommand) -> Ended {
    match command {
        UsersCommand::Add(args) => add(store, args).await,
        UsersCommand::List(args) => list(store, args).await,
        UsersCommand::Show(args) => show(store, args).await,
        UsersCommand::Role(args) => {
            let role = Some(args.role);
            change(store, &args.name, UserChange { role, ..UserChange::default() }).await
        }
        UsersCommand::Password(args) => set_password(store, args).await,
        UsersCommand::Disable(args) => set_standing(store, args, Standing::Disabled).await,
        UsersCommand::Enable(args) => set_standing(store, args, Standing::Enabled).await,
        UsersCommand::Remove(args) => remove(store, args).await,
        UsersCommand::SignOut(args) => sign_out(store, args).await,
    }
}

async fn add<S: Store>(store: &S, args: AddArgs) -> Ended {
    let name = read_name(&args.name).map_err(|refusal| CommandError::new(refusal.message))?;
    let password = hashed(&read_password()?, &name).await?;
    let info = store_or_new(store, &args.store_name).await?;
    let now = SystemClock.now();
    let user = NewUser {
        store_id: info.store_id,
        id: new_id(&SystemRandom, now),
        name: user_name(&name),
        role: args.role,
        password,
        created_at: now,
    };
    match store.add_user(user, MAX_USERS as u64).await? {
        UserAdded::Done => {}
        UserAdded::NameTaken => return Err(taken(&name)),
        UserAdded::TooMany => {
            return Err(CommandError::new(format!(
                "there are {MAX_USERS} people, the most there may be. Remove one first."
            )));
        }
    }
    let row = find(store, &info, &name).await?;
    if args.json {
        return print_json(&UserView::of(&row, None));
    }
    say(format_args!("added {}, {}", row.name, row.role))
}

async fn list<S: Store>(store: &S, args: ListArgs) -> Ended {
    let info = needed(store).await?;
    let rows = store.users(info.store_id, SystemClock.now()).await?;
    if args.json {
        let views: Vec<UserView> = rows.iter().map(|row| UserView::of(row, None)).collect();
        return print_json(&views);
    }
    print_list(&rows)
}

async fn show<S: Store>(store: &S, args: ShowArgs) -> Ended {
    let info = needed(store).await?;
    let row = find(store, &info, &args.name).await?;
    let sessions = store.user_sessions(info.store_id, &row.id, SystemClock.now()).await?;
    if args.json {
        return print_json(&UserView::of(&row, Some(&sessions)));
    }
    print_one(&row, &sessions)
}

async fn set_password<S: Store>(store: &S, args: NameArgs) -> Ended {
    let info = needed(store).await?;
    let row = find(store, &info, &args.name).await?;
    let password = Some(hashed(&read_password()?, &row.name).await?);
    change(store, &args.name, UserChange { password, ..UserChange::default() }).await?;
    eprintln!("The sessions of {} have ended.", row.name);
    Ok(())
}

async fn set_standing<S: Store>(store: &S, args: NameArgs, standing: Standing) -> Ended {
    let standing = Some(standing);
    change(store, &args.name, UserChange { standing, ..UserChange::default() }).await
}

async fn change<S: Store>(store: &S, name: &str, change: UserChange) -> Ended {
    let info = needed(store).await?;
    let row = find(store, &info, name).await?;
    // Whoever is at the terminal can make another owner.
    let (id, now) = (row.id.as_str(), SystemClock.now());
    check(store.change_user(info.store_id, id, change, Needs::Nobody, now).await?, name)?;
    let row = find(store, &info, name).await?;
    print_one(&row, &store.user_sessions(info.store_id, &row.id, now).await?)
}

async fn remove<S: Store>(store: &S, args: NameArgs) -> Ended {
    let info = needed(store).await?;
    let row = find(store, &info, &args.name).await?;
    let now = SystemClock.now();
    check(store.remove_user(info.store_id, &row.id, Needs::Nobody, now).await?, &args.name)?;
    say(format_args!("removed {}", row.name))
}

async fn sign_out<S: Store>(store: &S, args: NameArgs) -> Ended {
    let info = needed(store).await?;
    let row = find(store, &info, &args.name).await?;
    let ended = store.end_user_sessions(info.store_id, &row.id, WhichSessions::All).await?;
    say(format_args!("ended {ended} sessions of {}", row.name))
}

async fn hashed(password: &Password, name: &str) -> Ended<String> {
    check_new(password, name).map_err(|refusal| CommandError::new(refusal.message))?;
    let hash = Hashing::default().hash(password, &SystemRandom).await;
    hash.map_err(|error| CommandError::new(error.to_string()))
}

fn check(changed: UserChanged, name: &str) -> Ended {
    match changed {
        UserChanged::Done => Ok(()),
        UserChanged::Unknown | UserChanged::LastOwner => Err(unknown(name)),
        UserChanged::NameTaken => Err(taken(name)),
    }
}

async fn find<S: Store>(store: &S, info: &StoreInfo, name: &str) -> Ended<UserRow> {
    let key = name_key(name);
    let mut rows = store.users(info.store_id, SystemClock.now()).await?.into_iter();
    rows.find(|row| name_key(&row.name) == key).ok_or_else(|| unknown(name))
}

async fn needed<S: Store>(store: &S) -> Ended<StoreInfo> {
    store.info().await?.ok_or_else(|| {
        CommandError::new("there is no store here yet. `stockroom users add` makes one.")
    })
}

fn unknown(name: &str) -> CommandError {
    CommandError::new(format!("nobody is called {name}. `stockroom users list` shows the names."))
}

fn taken(name: &str) -> CommandError {
    CommandError::new(format!("somebody is called {name} already."))
}

fn parse_role(word: &str) -> Result<Role, String> {
    let known = || Role::ALL.map(Role::as_str).join(", ");
    Role::parse(word).ok_or_else(|| format!("the roles are {}", known()))
}

/// Returns a time as people and scripts read it, to the second.
fn time(at: Timestamp) -> String {
    format!("{at:.0}")
}
