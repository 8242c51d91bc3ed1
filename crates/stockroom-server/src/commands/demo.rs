//! `stockroom demo`, and the making of a demo store.

use clap::Args;
use stockroom_api::key::{Environment, KeyPrefix};

use super::output::say;
use super::{CommandError, DataArgs, Ended, key_row, scope};
use crate::clock::{Clock as _, SystemClock};
use crate::demo::{STORE_NAME, products};
use crate::random::SystemRandom;
use crate::secret::DEMO_KEYS;
use crate::store::Store;
use crate::store::data::{StoreInfo, StoreKind};

/// Fill a demo store and exit.
#[derive(Clone, Debug, Args)]
pub struct DemoArgs {
    #[command(flatten)]
    pub(super) data: DataArgs,
    /// How many products; the first 120 are always the same
    #[arg(long, value_name = "N")]
    products: Option<usize>,
}

pub(super) async fn fill_demo<S: Store>(store: &S, args: &DemoArgs) -> Ended {
    if let Some(info) = store.info().await? {
        return Err(holds_a_store(&args.data, &info));
    }
    let filled = create_demo(store, args.products).await?;
    let (shown, option) = (args.data.shown(), args.data.option());
    say(format_args!(
        "{filled} products in {shown}. Start it with: stockroom serve {option} --demo"
    ))?;
    say(format_args!("keys: {}", DEMO_KEYS.join(" ")))
}

/// Makes a demo store with its products and keys; returns the number of products.
///
/// # Errors
/// [`CommandError`] where the database fails.
pub async fn create_demo<S: Store>(store: &S, count: Option<usize>) -> Ended<usize> {
    let rows = products(count).map_err(|error| CommandError::new(error.to_string()))?;
    let now = SystemClock.now();
    let info = store.create(STORE_NAME, StoreKind::Demo, now).await?;
    let scope = scope(info.store_id, Environment::Test);
    for key in DEMO_KEYS {
        if let Some(prefix) = KeyPrefix::parse(key) {
            let row = key_row(scope, prefix.access, "demo", key, &SystemRandom, now);
            store.create_key(row).await?;
        }
    }
    Ok(store.fill(scope, rows, now).await?.products)
}

fn holds_a_store(data: &DataArgs, info: &StoreInfo) -> CommandError {
    let data = data.shown();
    let what = match info.kind {
        StoreKind::Demo => "a demo store already",
        StoreKind::Real => "a real store",
    };
    CommandError::new(format!(
        "{data} holds {what} ({}). Choose another folder with --data, or remove this one.",
        info.name
    ))
}
