//! What must hold: the run's claims against the service's ledger.

use stockroom_client::run::{Batch, End, Outcome, Parked, Phase, Run, Stage};

use crate::scene::{HOUR, MINUTE, Merchant};
use crate::service::Done;
use crate::world::World;

/// Holds what the run in a tab says of each item against what was done to it.
pub(crate) fn claims(world: &World, tab: usize) -> Result<(), String> {
    let Some(run) = &world.tabs[tab].run else { return Ok(()) };
    let tells_levels = world.scene.settings.representation && world.scene.rules.has_extras;
    for (item, outcome) in run.items().iter().zip(run.outcomes()) {
        let sku = item.external_id();
        let done = world.service.done(sku);
        let holds = match (outcome, done) {
            (Outcome::Applied(Some(levels)), Some(Done::Applied(result))) => {
                (&levels.quantity, &levels.variants) == (&result.quantity, &result.variants)
            }
            (Outcome::Applied(None), Some(Done::Applied(_))) => !tells_levels,
            (Outcome::Refused(told), Some(Done::Refused(error))) => **told == *error,
            // As a whole request, or as the item that its refusal named.
            (Outcome::Refused(_), None) => !world.refused_keys.is_empty(),
            (Outcome::NotSent, None) | (Outcome::Unknown, _) => true,
            _ => false,
        };
        if !holds {
            return Err(format!("{sku} is said to be {outcome:?} and is {done:?}"));
        }
    }
    figures(run)
}

/// The totals are those of the items.
fn figures(run: &Run) -> Result<(), String> {
    let count = |is: fn(&Outcome) -> bool| run.outcomes().iter().filter(|o| is(o)).count();
    let applied = count(|o| matches!(o, Outcome::Applied(_)));
    let refused = count(|o| matches!(o, Outcome::Refused(_)));
    let unknown = count(|o| *o == Outcome::Unknown);
    let not_sent = count(|o| *o == Outcome::NotSent);
    let said = run.summary();
    let is_same = (said.applied, said.refused, said.unknown, said.not_sent)
        == (applied, refused, unknown, not_sent);
    let progress = run.progress(0);
    let is_told = progress.items_done == applied + refused
        && progress.items == run.items().len()
        && (said.end != Some(End::Complete) || not_sent == 0)
        && (unknown + not_sent > 0 || progress.requests_done == progress.requests);
    if is_same && is_told {
        return Ok(());
    }
    Err(format!("the figures are {said:?} and {progress:?}"))
}

/// Judges how it has ended, when nothing is on its way any more.
pub(crate) fn at_the_end(world: &mut World) -> Result<(), String> {
    for tab in 0..world.tabs.len() {
        if world.tabs[tab].drives() {
            claims(world, tab)?;
        }
    }
    let run = world.lock.and_then(|tab| world.tabs[tab].run.as_ref());
    for (run, batch) in run.iter().flat_map(|run| run.open_batches().map(move |b| (run, b))) {
        if let Stage::Parked(why) = batch.stage {
            let said = format!("{} stays unknown: {why:?}", run.key(batch.number));
            world.story.tell(world.now, || said);
        }
    }
    let world = &*world;
    let Some(run) = world.lock.and_then(|tab| world.tabs[tab].run.as_ref()) else {
        return Err("nobody drives the run".into());
    };
    let kept = Run::restore(world.base.clone(), world.journal.clone());
    let is_same = kept.outcomes() == run.outcomes() && kept.phase() == run.phase();
    if !is_same && world.removed.is_none() {
        return Err("the journal tells another story than the run".into());
    }
    let Phase::Ended(end) = run.phase() else {
        return Err(format!("the run is {:?} at the end", run.phase()));
    };
    for batch in run.open_batches().filter(|batch| batch.unclear) {
        may_stay_unknown(world, batch, &run.key(batch.number))?;
    }
    let unknown = run.summary().unknown;
    let open = run.open_batches().filter(|b| b.unclear).map(|b| b.positions.len()).sum::<usize>();
    if open != unknown {
        return Err(format!("{unknown} items are unknown, {open} in requests that are"));
    }
    if world.scene.merchant == Merchant::Patient && *end != End::Complete {
        return Err(format!("a patient merchant is left with {end:?}"));
    }
    if world.scene.is_undisturbed() && world.scene.acts == 0 && world.scene.deaths.1 == 0 {
        undisturbed(world, run)?;
    }
    Ok(())
}

/// An item is unknown only where there is a reason that nobody can do anything about.
fn may_stay_unknown(world: &World, batch: &Batch, key: &str) -> Result<(), String> {
    let age = match batch.first_sent_there {
        // A `Date` leaves out what is less than a second.
        Some(there) => (world.now + 1000).checked_sub(there),
        None => world.shown().checked_sub(batch.first_sent.unwrap_or_default()),
    };
    let is_old = |least: u64| age.is_none_or(|age| age >= least);
    let is_off = !world.scene.is_clock_steady();
    let told = world.scene.rules.tells_date.then_some(world.now + 1000);
    let gave_up = world.scene.merchant == Merchant::GivesUp;
    let has_reason = match batch.stage {
        Stage::Flying => false,
        Stage::Waiting => gave_up,
        Stage::Parked(Parked::TriesUsedUp) => {
            gave_up || batch.forbids_replay(world.shown(), told).is_some()
        }
        Stage::Parked(Parked::KeyExpired) => is_off || is_old(20 * HOUR),
        Stage::Parked(Parked::WouldOverwrite) => {
            batch.overwrites && (is_off || is_old(10 * MINUTE))
        }
        Stage::Parked(Parked::KeyReused) => world.service.taken.contains(key),
        Stage::Parked(Parked::Contradicted) => world.refused_keys.contains(key),
    };
    let was_sent = world.sent_keys.contains(key) || world.scene.deaths.1 + world.scene.acts > 0;
    if has_reason && was_sent {
        return Ok(());
    }
    Err(format!("{key} is unknown without a reason: {:?}", batch.stage))
}

/// Where nothing goes wrong everything is known, and a run that is told the limits meets none.
fn undisturbed(world: &World, run: &Run) -> Result<(), String> {
    let said = run.summary();
    if said.unknown + said.not_sent > 0 {
        return Err(format!("nothing went wrong, and yet it is {said:?}"));
    }
    if world.helped > 0 {
        return Err("nothing went wrong, and yet the run needed help".into());
    }
    let is_paced = world.scene.rules.tells_limits && world.scene.settings.in_flight == 1;
    if is_paced && world.service.limited > 0 {
        return Err(format!("{} requests too early", world.service.limited));
    }
    Ok(())
}
