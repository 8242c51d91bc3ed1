//! Changes that were applied before: told by the journal's finished run, or by the server.
//!
//! Only adjusts matter: once more they would count twice, a set would not. Read [`formers`] first,
//! then [`Formers::before`].

use std::collections::BTreeSet;

use jiff::Timestamp;
use stockroom_api::history::RunShown;
use stockroom_client::fingerprint;
use stockroom_client::repeated::{self, Adjust, COMPARED_MS, Line};
use stockroom_domain::plan::Target;
use stockroom_domain::quantity::Change;
use stockroom_domain::stock::Stock;

use super::drive::now_ms;
use super::opening::Opening;
use super::place::Place;
use super::resume::applied_adjusts;
use crate::commands::Ended;
use crate::file_plan::Planned;
use crate::file_plan::store_client::StoreClient;

/// What names the changes at hand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named<'a> {
    /// What names the file's text and how it was read.
    pub(super) asked: &'a str,
    /// What names the changes, whatever file they came in.
    pub(super) fingerprint: Option<&'a str>,
}

/// A finished run, as far as it matters to the next one.
#[derive(Clone, Debug)]
pub(super) struct Former {
    run_id: String,
    confirmed_at: String,
    file: String,
    place: Place,
    asked: String,
    fingerprint: Option<String>,
    /// Its applied items that adjust a level.
    adjusts: usize,
    /// The levels that it adjusted.
    lines: BTreeSet<Line>,
}

/// What was applied before of the changes at hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Before {
    /// What was, when, and by which run.
    pub(super) sentence: String,
    /// The adjusts that were.
    pub(super) lines: BTreeSet<Line>,
    /// Whether they are all that are at hand.
    pub(super) is_whole: bool,
}

/// The runs of before that matter to the changes at hand.
#[derive(Clone, Debug, Default)]
pub(super) struct Formers {
    /// What is said of one that applied all of them.
    whole: Option<String>,
    /// The others: who, when, and the levels that they adjusted.
    parts: Vec<(String, BTreeSet<Line>)>,
}

impl Former {
    pub(super) fn of(opening: &Opening) -> Self {
        Self {
            run_id: opening.run.id().to_owned(),
            confirmed_at: opening.head.confirmed_at.clone(),
            file: opening.head.file.clone(),
            place: opening.head.place.clone(),
            asked: opening.head.asked.clone(),
            fingerprint: opening.run.labels().fingerprint.clone(),
            adjusts: applied_adjusts(&opening.run),
            lines: opening.run.lines_applied(),
        }
    }

    fn is_of(&self, named: Named<'_>) -> bool {
        self.asked == named.asked || self.fingerprint.as_deref() == named.fingerprint
    }
}

impl Formers {
    /// Tells whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.whole.is_none() && self.parts.is_empty()
    }

    /// Returns what was applied before of these adjusts, where it is too much to be chance: by the run
    /// that applied most of them.
    pub(super) fn before(&self, asked: &BTreeSet<Line>) -> Option<Before> {
        if asked.is_empty() {
            return None;
        }
        if let Some(sentence) = &self.whole {
            let (sentence, lines) = (sentence.clone(), asked.clone());
            return Some(Before { sentence, lines, is_whole: true });
        }
        let parts = self.parts.iter().map(|(who, former)| (who, repeated::repeated(asked, former)));
        let (who, lines) = parts.max_by_key(|(_, lines)| lines.len())?;
        let sentence = format!(
            "{} of {} adjusts were applied before, by {who}; they would count twice",
            lines.len(),
            asked.len()
        );
        let is_whole = lines.len() == asked.len();
        (!lines.is_empty()).then_some(Before { sentence, lines, is_whole })
    }
}

/// Returns the adjusts of what a plan sends.
pub(super) fn lines_of(planned: &Planned) -> BTreeSet<Line> {
    adjusts(planned).map(Line::from).collect()
}

/// Returns the fingerprint of what a plan sends; `None` where it adjusts nothing.
pub(super) fn fingerprint_of(planned: &Planned) -> Option<String> {
    fingerprint::fingerprint_of(adjusts(planned))
}

fn adjusts(planned: &Planned) -> impl Iterator<Item = Adjust<'_>> {
    let Planned { stock, plan, .. } = planned;
    let all = (0..plan.targets()).filter_map(|at| u32::try_from(at).ok());
    let sent = all.map(|at| plan.target_at(at)).filter(|target| target.verdict.is_sent());
    sent.filter_map(|target| adjust(target, stock))
}

/// Returns what a target adjusts.
fn adjust(target: Target, stock: &Stock) -> Option<Adjust<'_>> {
    let Change::Adjust(delta) = target.change? else { return None };
    let product = stock.product(target.product as usize);
    let label = target.variant.map_or("", |at| &product.variants[at as usize].label);
    Some(Adjust::new(product.external_id.as_deref()?, label, delta.get()))
}

/// Returns the runs that applied adjusts to this store before, as far as the run in the journal or
/// the server tells; none where nothing is adjusted.
///
/// # Errors
/// [`CommandError`](crate::commands::CommandError) with status 2 where the server cannot be asked.
pub(super) fn formers(
    named: Named<'_>,
    journal: Option<&Former>,
    place: &Place,
    client: &StoreClient,
) -> Ended<Formers> {
    let Some(fingerprint) = named.fingerprint else { return Ok(Formers::default()) };
    let whole = |sentence| Ok(Formers { whole: Some(sentence), parts: Vec::new() });
    let former = journal.filter(|former| former.place == *place);
    if let Some(former) = former.filter(|former| former.adjusts > 0 && former.is_of(named)) {
        let Former { confirmed_at, adjusts, .. } = former;
        return whole(format!(
            "the same changes were applied before, on {confirmed_at}: {adjusts} items add to their \
             level or take from it, and would do so twice"
        ));
    }
    // Of its own run the journal knows best.
    let own = former.map(|former| former.run_id.as_str());
    let mut runs = client.runs_with(fingerprint)?.into_iter();
    if let Some(run) = runs.find(|run| Some(run.run_id.as_str()) != own) {
        return whole(sentence(&run));
    }
    let since = now_ms().saturating_sub(COMPARED_MS);
    let mut parts = parts(own, since, client)?;
    let recent = former.filter(|former| is_since(&former.confirmed_at, since));
    let of_journal = recent.map(|former| {
        let Former { file, confirmed_at, lines, .. } = former;
        (format!("the run of {file} on {confirmed_at}"), lines.clone())
    });
    parts.extend(of_journal);
    Ok(Formers { whole: None, parts })
}

/// Returns the runs that applied adjusts since one was confirmed that goes on.
///
/// # Errors
/// [`CommandError`](crate::commands::CommandError) with status 2 where the server cannot be asked.
pub(super) fn formers_meanwhile(opening: &Opening, client: &StoreClient) -> Ended<Formers> {
    let Some(fingerprint) = &opening.run.labels().fingerprint else {
        return Ok(Formers::default());
    };
    let runs = client.runs_with(fingerprint)?;
    if let Some(run) = later(&runs, opening.run.id(), &opening.head.confirmed_at) {
        return Ok(Formers { whole: Some(sentence(run)), parts: Vec::new() });
    }
    let parts = parts(Some(opening.run.id()), milliseconds(&opening.head.confirmed_at), client)?;
    Ok(Formers { whole: None, parts })
}

/// Returns the server's runs but `own` that ended since, as far as they can be read by a few requests.
fn parts(
    own: Option<&str>,
    since_ms: u64,
    client: &StoreClient,
) -> Ended<Vec<(String, BTreeSet<Line>)>> {
    let mut runs = client.latest_runs()?;
    runs.retain(|run| Some(run.run_id.as_str()) != own && is_since(&run.ended_at, since_ms));
    let mut parts = Vec::new();
    for run in repeated::readable(runs) {
        let RunShown { run_id, started_at, .. } = &run;
        let who = format!("the run {run_id} on {started_at}");
        parts.push((who, client.lines_of(&run)?));
    }
    Ok(parts)
}

/// Tells whether a time is not before another; one that cannot be read is no reason to think so.
fn is_since(time: &str, since_ms: u64) -> bool {
    let time = time.parse::<Timestamp>().ok();
    time.and_then(|time| u64::try_from(time.as_millisecond()).ok()).is_none_or(|at| at >= since_ms)
}

fn milliseconds(time: &str) -> u64 {
    let time = time.parse::<Timestamp>().ok();
    time.and_then(|time| u64::try_from(time.as_millisecond()).ok()).unwrap_or(0)
}

/// Returns the newest run that is another than `own` and did not begin before it was confirmed.
fn later<'r>(runs: &'r [RunShown], own: &str, confirmed_at: &str) -> Option<&'r RunShown> {
    let time = |text: &str| text.parse::<Timestamp>().ok();
    // A time that cannot be read is no reason to think that all is well.
    let is_earlier = |run: &RunShown| {
        time(&run.started_at).zip(time(confirmed_at)).is_some_and(|(began, own)| began < own)
    };
    runs.iter().find(|run| run.run_id != own && !is_earlier(run))
}

fn sentence(run: &RunShown) -> String {
    let RunShown { run_id, started_at, levels, products, units_added, units_removed, .. } = run;
    format!(
        "the same changes were applied before, on {started_at} by the run {run_id}: {levels} \
         levels of {products} products, {units_added} units added and {units_removed} removed; \
         they would count twice"
    )
}

#[cfg(test)]
mod tests {
    use stockroom_client::asked::{Expectation, bulk_item};
    use stockroom_domain::columns::Mapping;
    use stockroom_domain::quantity::Level;
    use stockroom_domain::sheet::Sheet;
    use stockroom_domain::stock::{Product, Variant};
    use stockroom_domain::table::{ReadOptions, Table};

    use super::*;
    use crate::file_plan::{plan_on_stock, stock_of};

    fn planned(text: &str) -> Planned {
        let level = Level::new(9).ok();
        let variant = Variant { label: "Grand".to_owned(), level, ..Variant::default() };
        let product = |sku: &str, variants: &[Variant]| Product {
            external_id: Some(sku.to_owned()),
            level,
            variants: variants.to_vec(),
            ..Product::default()
        };
        let table = Table::read(text.as_bytes().to_vec(), ReadOptions::default());
        let mapping = Mapping::guess(&table.names());
        let stock = stock_of(vec![product("A", &[variant]), product("B", &[])]);
        plan_on_stock(Sheet::new(table, mapping), None, stock)
    }

    #[test]
    fn a_plan_has_the_fingerprint_of_the_items_that_it_sends() {
        let text = "sku,variant,quantity,delta\nA,,,2\nA,grand,4,\nB,,,-1\nB,,,-1\nNOPE,,,1\n";
        let planned = planned(text);
        let confirmed = planned.plan.leave_out_errors().confirm(&planned.stock, Some(3)).unwrap();
        let items = confirmed.items().iter().map(|item| {
            bulk_item(&item.external_id, item.product.as_ref(), &item.variants, Expectation::Named)
        });
        let of_items = fingerprint::fingerprint(&items.collect::<Vec<_>>());
        assert!(of_items.is_some());
        assert_eq!(fingerprint_of(&planned), of_items);
    }

    #[test]
    fn a_plan_has_the_lines_that_it_adjusts() {
        let text = "sku,variant,quantity,delta\nA,,,2\nA,grand,4,\nB,,,-1\nB,,,-1\nNOPE,,,1\n";
        let lines = [Line::new("A", "", 2), Line::new("B", "", -2)];
        assert_eq!(lines_of(&planned(text)), lines.into());
    }

    #[test]
    fn the_run_that_applied_most_of_it_is_told() {
        let lines = |names: &str| -> BTreeSet<Line> {
            names.chars().map(|sku| Line::new(&sku.to_string(), "", 12)).collect()
        };
        let part = |who: &str, names| (who.to_owned(), lines(names));
        let parts = vec![part("one", "ABCx"), part("two", "ABCD"), part("three", "xyz")];
        let formers = Formers { whole: None, parts };
        let before = formers.before(&lines("ABCDEF")).unwrap();
        assert_eq!((before.lines, before.is_whole), (lines("ABCD"), false));
        let said = "4 of 6 adjusts were applied before, by two; they would count twice";
        assert_eq!(before.sentence, said);
        assert_eq!(formers.before(&lines("EF")), None);
        assert!(formers.before(&lines("ABCD")).unwrap().is_whole);
        let whole = Formers { whole: Some("all".to_owned()), parts: Vec::new() };
        assert!(whole.before(&lines("A")).unwrap().is_whole);
        assert_eq!(whole.before(&lines("")), None, "once they are left out nothing is");
    }

    #[test]
    fn what_only_sets_levels_has_none() {
        assert_eq!(fingerprint_of(&planned("sku,quantity\nA,4\n")), None);
        assert_eq!(fingerprint_of(&planned("sku,delta\nNOPE,4\n")), None);
    }

    #[test]
    fn a_run_that_goes_on_is_not_its_own_twin() {
        let run = |id: &str, at: &str| RunShown {
            run_id: id.to_owned(),
            started_at: at.to_owned(),
            ..RunShown::default()
        };
        let runs = [run("own", "2026-11-24T10:00:01Z"), run("old", "2026-11-23T10:00:00Z")];
        assert_eq!(later(&runs, "own", "2026-11-24T10:00:00Z"), None);
        let twin = run("other", "2026-11-24T11:00:00.5Z");
        let runs = [&runs[..1], std::slice::from_ref(&twin), &runs[1..]].concat();
        assert_eq!(later(&runs, "own", "2026-11-24T10:00:00Z"), Some(&twin));
        assert!(later(&[run("x", "soon")], "own", "2026-11-24T10:00:00Z").is_some());
    }
}
