//! `stockroom access`: whether the store's keys are taken at all.

use clap::{Args, ValueEnum};

use super::output::say;
use super::{CommandError, DataArgs, Ended};
use crate::store::Store;
use crate::store::keys::{StoreAccess, Switch};

/// Show whether the store's keys are taken, or switch that.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  stockroom access                 show what is on
  stockroom access --api off       take no key and no session (403 API_ACCESS_NOT_ACTIVE)
  stockroom access --live off      take test keys only (403 LIVE_ACCESS_NOT_APPROVED)")]
pub struct AccessArgs {
    #[command(flatten)]
    pub(super) data: DataArgs,
    /// Any key, and any session
    #[arg(long, value_name = "on|off")]
    api: Option<OnOff>,
    /// The keys of live data, and their sessions
    #[arg(long, value_name = "on|off")]
    live: Option<OnOff>,
}

/// A switch as people say it.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum OnOff {
    On,
    Off,
}

pub(super) async fn run<S: Store>(store: &S, args: &AccessArgs) -> Ended {
    let info = store.info().await?.ok_or_else(|| {
        CommandError::new("there is no store here yet. `stockroom keys create` makes one.")
    })?;
    let access = StoreAccess {
        api: args.api.map_or(info.access.api, OnOff::switch),
        live: args.live.map_or(info.access.live, OnOff::switch),
    };
    if access != info.access {
        store.set_access(info.store_id, access).await?;
    }
    say(format_args!("api   {}", word(access.api)))?;
    say(format_args!("live  {}", word(access.live)))
}

impl OnOff {
    fn switch(self) -> Switch {
        match self {
            Self::On => Switch::On,
            Self::Off => Switch::Off,
        }
    }
}

fn word(switch: Switch) -> &'static str {
    match switch {
        Switch::On => "on",
        Switch::Off => "off",
    }
}
