//! A run that a journal tells of: whether it goes on, and with what.

use stockroom_api::bulk::{BulkItem, Mode};
use stockroom_client::item::Item;
use stockroom_client::run::{End, Event, Outcome, Phase, Run};

use super::opening::{Head, Opening};
use super::place::Place;
use crate::commands::Ended;
use crate::file_plan::store_client::StoreClient;
use crate::file_plan::unusable;

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Items are left, or unknown ones can be sent again under their keys.
    Unfinished,
    /// Everything is settled; or what is unknown only sets levels, which a new plan settles.
    Finished,
    /// Adjusts are unknown whose keys have expired: only a person can tell whether they were done.
    Stuck,
}

/// Returns how `run` stands at `now_ms`.
pub(super) fn standing(run: &Run, now_ms: u64) -> Standing {
    let is_complete = matches!(run.phase(), Phase::Ended(End::Complete));
    let is_left = !is_complete && run.summary().not_sent > 0;
    if is_left || run.retryable(now_ms) > 0 {
        return Standing::Unfinished;
    }
    let mut unknown = run.items().iter().zip(run.outcomes());
    let is_stuck = unknown.any(|(item, known)| *known == Outcome::Unknown && adjusts(item));
    if is_stuck { Standing::Stuck } else { Standing::Finished }
}

/// Returns the event by which a run goes on.
pub(super) fn going_on(run: &Run) -> Event {
    match run.phase() {
        Phase::Ready => Event::Started,
        Phase::Ended(End::Complete) => Event::RetryUnknownAsked,
        _ => Event::ResumeAsked,
    }
}

/// Tells whether an item of a finished run that was applied is an adjust: once more would count
/// twice.
pub(super) fn applied_adjusts(run: &Run) -> usize {
    let items = run.items().iter().zip(run.outcomes());
    items.filter(|(item, known)| matches!(known, Outcome::Applied(_)) && adjusts(item)).count()
}

fn adjusts(item: &Item) -> bool {
    let BulkItem { mode, quantity_delta, variants, .. } = item.asked();
    let is_adjust = |mode: Option<Mode>| mode != Some(Mode::Set);
    let of_product = quantity_delta.is_some() && is_adjust(*mode);
    of_product || variants.iter().any(|v| v.quantity_delta.is_some() && is_adjust(v.mode.or(*mode)))
}

/// Expects the run to be of this store and of what the file asks.
///
/// # Errors
/// [`CommandError`](crate::commands::CommandError) with status 2 where it is another one's.
pub(super) fn check(opening: &Opening, asked: &str, place: &Place, journal: &str) -> Ended {
    let Head { confirmed_at, file, .. } = &opening.head;
    let what_to_do = format!(
        "Go on with it first, or name another journal with --journal. To give it up, remove {journal}."
    );
    if opening.head.place != *place {
        return Err(unusable(format!(
            "{journal} is of a run that is not finished and goes to {}, begun {confirmed_at}. \
             {what_to_do}",
            opening.head.place.named("")
        )));
    }
    if opening.head.asked != asked {
        return Err(unusable(format!(
            "{journal} is of a run that is not finished and asks for other changes: {file} as it \
             was on {confirmed_at}. {what_to_do}"
        )));
    }
    Ok(())
}

/// Expects the store at the run's address to be the one that the run began with.
///
/// # Errors
/// [`CommandError`](crate::commands::CommandError) with status 2 where it is not, or cannot be read.
pub(super) fn check_store(opening: &Opening, client: &StoreClient, journal: &str) -> Ended {
    if opening.head.witnesses.is_empty() {
        return Ok(());
    }
    let skus: Vec<String> =
        opening.head.witnesses.iter().map(|witness| witness.external_id.clone()).collect();
    let known = client.look_up(&skus)?;
    let is_known = |id: &str| known.iter().any(|product| product.id == id);
    if opening.head.witnesses.iter().any(|witness| is_known(&witness.product_id)) {
        return Ok(());
    }
    Err(unusable(format!(
        "{journal} is of another store: {} has another id, or is not there. Use the key that the \
         run began with, or name another journal with --journal.",
        skus.join(", ")
    )))
}

#[cfg(test)]
mod tests {
    use stockroom_client::answer::Answer;
    use stockroom_client::run::Settings;

    use super::*;

    fn item(mode: Mode) -> Item {
        let (quantity, quantity_delta) = match mode {
            Mode::Set => (Some(5), None),
            Mode::Adjust => (None, Some(5)),
        };
        Item::new(BulkItem {
            external_id: "RIZ-25".into(),
            mode: Some(mode),
            quantity,
            quantity_delta,
            ..BulkItem::default()
        })
    }

    /// Returns a run of one item whose only try had this answer, or none.
    fn tried(mode: Mode, answer: Option<&str>) -> Run {
        let settings = Settings { tries: 1, ..Settings::default() };
        let mut run = Run::new("run", vec![item(mode)], settings).unwrap();
        run.handle(Event::Started, 0, &mut || 0.5);
        let event = match answer {
            Some(body) => {
                let answer = Answer { status: 200, body: body.into(), ..Answer::default() };
                Event::Answered { batch: 0, answer }
            }
            None => Event::Failed { batch: 0 },
        };
        run.handle(event, 0, &mut || 0.5);
        run
    }

    const APPLIED: &str = r#"{"data":{"updated":1,"failed":0,"errors":[]}}"#;
    const HOUR: u64 = 3_600_000;

    #[test]
    fn what_is_settled_is_finished() {
        let run = tried(Mode::Adjust, Some(APPLIED));
        assert_eq!(standing(&run, HOUR), Standing::Finished);
        assert_eq!((applied_adjusts(&run), applied_adjusts(&tried(Mode::Set, None))), (1, 0));
        assert_eq!(applied_adjusts(&tried(Mode::Set, Some(APPLIED))), 0);
    }

    #[test]
    fn what_is_unknown_is_sent_again_while_that_is_safe() {
        let run = tried(Mode::Adjust, None);
        assert_eq!(standing(&run, HOUR), Standing::Unfinished);
        assert_eq!(standing(&run, 30 * HOUR), Standing::Stuck);
        let run = tried(Mode::Set, None);
        assert_eq!(standing(&run, 60_000), Standing::Unfinished);
        // Later it is planned anew, on the stock as it is then.
        assert_eq!(standing(&run, HOUR), Standing::Finished);
    }

    #[test]
    fn a_run_goes_on_from_where_it_stands() {
        let fresh = Run::new("run", vec![item(Mode::Set)], Settings::default()).unwrap();
        assert_eq!((going_on(&fresh), standing(&fresh, 0)), (Event::Started, Standing::Unfinished));
        assert_eq!(going_on(&tried(Mode::Set, None)), Event::ResumeAsked);
    }
}
