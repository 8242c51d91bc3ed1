//! What a run is, as the first record of its journal tells it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use stockroom_api::capabilities::Capabilities;
use stockroom_client::asked::{Expectation, bulk_item};
use stockroom_client::fingerprint::fingerprint;
use stockroom_client::item::Item;
use stockroom_client::repeated::Line;
use stockroom_client::run::{Labels, Outcome, Run, Settings};
use stockroom_domain::plan::{ConfirmedPlan, ItemChange};
use stockroom_domain::quantity::{Change, Level};

use super::asked_levels::{AskedLevel, AskedLevels};
use super::cost::budget;
use super::drift::Preview;
use super::place::Place;
use crate::commands::Ended;
use crate::file_plan::{Planned, unusable};

/// How many products tell a store from another.
const WITNESSES: usize = 3;

/// A run, and what is to be known of it that it does not know itself.
#[derive(Debug)]
pub(super) struct Opening {
    /// What tells it from others.
    pub(super) head: Head,
    /// The levels of each item, the product's own before its variants'.
    pub(super) levels: AskedLevels,
    /// The run.
    pub(super) run: Run,
}

/// What tells a run from others: short, however many items it has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Head {
    /// When it was confirmed.
    pub(super) confirmed_at: String,
    /// Where it goes.
    pub(super) place: Place,
    /// The file's name, for people.
    pub(super) file: String,
    /// What names the file's text and how it was read.
    pub(super) asked: String,
    /// Rows that were left out because they have errors.
    pub(super) left_out: usize,
    /// Products that tell this store from another at the same address.
    pub(super) witnesses: Vec<Witness>,
}

/// A product by its SKU and its id, which no other store has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Witness {
    pub(super) external_id: String,
    pub(super) product_id: String,
}

/// How the server is talked to.
#[derive(Clone, Debug)]
pub(super) struct Manner {
    pub(super) capabilities: Capabilities,
    pub(super) is_limited: bool,
}

impl Manner {
    fn expectation(&self) -> Expectation {
        if self.capabilities.expected_quantity { Expectation::Named } else { Expectation::Unnamed }
    }

    fn settings(&self) -> Settings {
        let is_ours = !self.capabilities.server.is_empty();
        Settings {
            in_flight: if is_ours && !self.is_limited { Settings::MOST_IN_FLIGHT } else { 1 },
            representation: self.capabilities.representation,
            budget: Some(budget(self).0),
            ..Settings::default()
        }
    }
}

/// A run that is about to begin, but for what sends it.
pub(super) struct About {
    pub(super) id: String,
    pub(super) confirmed_at: Timestamp,
    pub(super) place: Place,
    pub(super) file: String,
    pub(super) asked: String,
    /// What its requests say of it.
    pub(super) labels: Labels,
}

impl Opening {
    /// Returns the run of a confirmed plan, without the adjusts that are left out.
    ///
    /// # Errors
    /// [`CommandError`](crate::commands::CommandError) where two products have one SKU.
    pub(super) fn new(
        about: About,
        preview: &Preview,
        confirmed: &ConfirmedPlan,
        left_out: &BTreeSet<Line>,
        manner: &Manner,
    ) -> Ended<Self> {
        let planned = &preview.planned;
        let first_lines = first_lines(planned);
        let expectation = manner.expectation();
        let mut items = Vec::with_capacity(confirmed.items().len());
        let mut levels = AskedLevels::with_capacity(confirmed.items().len());
        let mut asked_levels = Vec::new();
        let leaves_out = !left_out.is_empty();
        for item in confirmed.items() {
            let mut targets = item.targets.iter();
            let mut ask = |label: &str, asked: &ItemChange| {
                let target = targets.next()?;
                if leaves_out
                    && let Change::Adjust(delta) = asked.change
                    && left_out.contains(&Line::new(&item.external_id, label, delta.get()))
                {
                    return None;
                }
                let asked = preview.asked(*target, *asked);
                let before = asked.before.map(Level::get);
                asked_levels.push(AskedLevel(first_lines[*target as usize], before));
                Some(asked)
            };
            let product = item.product.as_ref().and_then(|asked| ask("", asked));
            let variants = item.variants.iter();
            let variants: Vec<_> = variants
                .filter_map(|(label, asked)| Some((label.clone(), ask(label, asked)?)))
                .collect();
            if product.is_none() && variants.is_empty() {
                continue;
            }
            let asked = bulk_item(&item.external_id, product.as_ref(), &variants, expectation);
            items.push(Item::new(asked));
            levels.push(asked_levels.drain(..));
        }
        let mut labels = about.labels;
        if !left_out.is_empty() {
            labels.fingerprint = fingerprint(items.iter().map(Item::asked));
        }
        let run = Run::new(about.id, items, manner.settings()).map_err(|twice| {
            unusable(format!(
                "two products of the store have the SKU {}. Give one of them another.",
                twice.external_id
            ))
        })?;
        let head = Head {
            confirmed_at: format!("{:.0}", about.confirmed_at),
            place: about.place,
            file: about.file,
            asked: about.asked,
            left_out: planned.plan.totals().errors,
            witnesses: witnesses(planned, confirmed),
        };
        Ok(Self { head, levels, run: run.labelled(labels) })
    }

    /// Returns what each item asks, with its levels and what is known of it.
    pub(super) fn items(&self) -> impl Iterator<Item = (&Item, &[AskedLevel], &Outcome)> {
        let run = &self.run;
        let items = run.items().iter().zip(self.levels.iter()).zip(run.outcomes());
        items.map(|((item, levels), outcome)| (item, levels, outcome))
    }
}

/// Returns the first line that names each target.
pub(super) fn first_lines(planned: &Planned) -> Vec<u32> {
    let mut lines = vec![0; planned.plan.targets()];
    for row in (0..planned.plan.rows()).rev() {
        if let Some(target) = planned.plan.target_number(row) {
            lines[target as usize] = planned.sheet.line(row);
        }
    }
    lines
}

fn witnesses(planned: &Planned, confirmed: &ConfirmedPlan) -> Vec<Witness> {
    let witness = |item: &stockroom_domain::plan::Item| {
        let product = planned.stock.product(planned.stock.find(&item.external_id)?);
        let (external_id, product_id) = (item.external_id.clone(), product.id.clone());
        Some(Witness { external_id, product_id }).filter(|known| !known.product_id.is_empty())
    };
    confirmed.items().iter().filter_map(witness).take(WITNESSES).collect()
}
