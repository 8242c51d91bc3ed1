//! Items that the server refused because their level was not the one in the preview any more, with
//! what to do about each.

use std::fmt::Write as _;

use stockroom_api::ErrorCode;
use stockroom_api::bulk::{ItemError, Mode};
use stockroom_client::run::Outcome;

use super::asked_levels::AskedLevel;
use super::drift::Keep;
use super::opening::Opening;
use super::outcomes::{Asked, asked};
use super::resume::applied_adjusts;

/// Returns the levels of refused stale items with what keeps the count or the difference; empty
/// where there are none.
pub(super) fn table(opening: &Opening, keep: Keep) -> String {
    let mut rows = Vec::new();
    for (item, levels, outcome) in opening.items() {
        let Outcome::Refused(error) = outcome else { continue };
        if error.code != Some(ErrorCode::StaleQuantity) {
            continue;
        }
        let all = asked(item.asked());
        let stale = stale(error, &all);
        for (at, (asked, AskedLevel(line, before))) in all.iter().zip(levels).enumerate() {
            let now = error.current_quantity.filter(|_| stale == Some(at));
            rows.push((*line, row(item.external_id(), *line, asked, *before, now, keep)));
        }
    }
    if rows.is_empty() {
        return String::new();
    }
    rows.sort_by_key(|(line, _)| *line);
    let mut text =
        "Refused because a level moved since the preview; nothing of these items was applied:\n"
            .to_owned();
    text.push_str(&head("what to do"));
    text.extend(rows.into_iter().map(|(_, row)| row));
    text.push_str(match (keep, applied_adjusts(&opening.run)) {
        (Keep::Count, 0) => {
            "The same command plans them anew, on the levels that are there now. What keeps the \
             difference instead is listed with --keep difference.\n"
        }
        _ => {
            "Apply these rows from a file of their own: it is planned on the levels that are there \
              now.\n"
        }
    });
    text
}

/// Returns which of the levels that an item asks for was another, where that is told.
fn stale(error: &ItemError, asked: &[Asked]) -> Option<usize> {
    if asked.len() == 1 {
        return Some(0);
    }
    let path = error.path.as_deref()?;
    let has_own = asked.first().is_some_and(|asked| asked.variant.is_none());
    match path.split_once("variants[") {
        None => has_own.then_some(0),
        Some((_, rest)) => {
            let variant: usize = rest.split_once(']')?.0.parse().ok()?;
            variant.checked_add(usize::from(has_own))
        }
    }
}

/// Returns the head of a table of levels that moved; `last` names its last column.
pub(super) fn head(last: &str) -> String {
    format!(
        "{:>6}  {:<20}  {:<12}  {:>10}  {:>10}  {:>10}  {last}\n",
        "line", "sku", "variant", "preview", "now", "wanted"
    )
}

/// Returns a row of that table: a level with its three figures, and what is sent for it.
pub(super) fn row(
    sku: &str,
    line: u32,
    asked: &Asked,
    before: Option<i64>,
    now: Option<i64>,
    keep: Keep,
) -> String {
    let shown = |units: Option<i64>| units.map_or_else(|| "-".to_owned(), |n| n.to_string());
    let Asked { variant, mode, value } = asked;
    let difference = before.zip(now).map(|(before, _)| value - before);
    let (wanted, what) = match (mode, keep, difference) {
        (Some(Mode::Set), Keep::Difference, Some(units)) => {
            (Some(*value), format!("adjust {units:+}"))
        }
        (Some(Mode::Set), ..) => (Some(*value), format!("set {value}")),
        _ => (before.map(|before| (before + value).max(0)), format!("adjust {value:+}")),
    };
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{line:>6}  {sku:<20}  {:<12}  {:>10}  {:>10}  {:>10}  {what}",
        variant.as_deref().unwrap_or("-"),
        shown(before),
        shown(now),
        shown(wanted),
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(variant: Option<&str>, value: i64) -> Asked {
        Asked { variant: variant.map(str::to_owned), mode: Some(Mode::Set), value }
    }

    #[test]
    fn the_path_tells_which_level_moved() {
        let at = |path: &str, all: &[Asked]| {
            stale(&ItemError { path: Some(path.to_owned()), ..ItemError::default() }, all)
        };
        let all = [asked(None, 1), asked(Some("Petit"), 2), asked(Some("Grand"), 3)];
        assert_eq!(at("items[7].expectedQuantity", &all), Some(0));
        assert_eq!(at("items[7].variants[1].expectedQuantity", &all), Some(2));
        assert_eq!(at("items[7].variants[1].expectedQuantity", &all[1..]), Some(1));
        assert_eq!(stale(&ItemError::default(), &all), None);
        assert_eq!(stale(&ItemError::default(), &all[..1]), Some(0));
    }

    #[test]
    fn a_count_is_set_again_and_a_difference_adjusted() {
        let words = |now, keep| {
            let row = row("A", 2, &asked(None, 40), Some(39), now, keep);
            row.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        assert_eq!(words(Some(35), Keep::Count), "2 A - 39 35 40 set 40");
        assert_eq!(words(Some(35), Keep::Difference), "2 A - 39 35 40 adjust +1");
        // A level of the same item that did not move is asked as it was.
        assert_eq!(words(None, Keep::Difference), "2 A - 39 - 40 set 40");
    }
}
