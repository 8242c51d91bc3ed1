//! From a plan to what may be sent, by way of the merchant's word.

use super::planner::NONE;
use super::{Guard, Merged, Plan};
use crate::order::sort_places;
use crate::quantity::{Change, Level};
use crate::stock::Stock;

/// A plan from which the errors have been left out.
#[derive(Clone, Copy, Debug)]
pub struct CleanPlan<'a> {
    plan: &'a Plan,
}

/// A plan that the merchant has confirmed: the only thing that can be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfirmedPlan {
    items: Vec<Item>,
}

/// What is sent for one product: one item of the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The product's SKU.
    pub external_id: String,
    /// The change of the product's own level.
    pub product: Option<ItemChange>,
    /// The changes of variants' levels, by label.
    pub variants: Vec<(String, ItemChange)>,
    /// The targets in the plan that this item settles.
    pub targets: Vec<u32>,
}

/// A change, and the level that the preview was made on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ItemChange {
    /// What is asked.
    pub change: Change,
    /// The level in the preview; `None` where it was not tracked.
    pub before: Option<Level>,
}

/// Guards are past their limit, and the number typed is not the button's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuardsUnconfirmed {
    /// The guards in question.
    pub guards: Vec<Guard>,
    /// The number to be typed: the levels that will be sent.
    pub number: usize,
}

impl Plan {
    /// Returns the plan without its errors, by the merchant's choice to send the good rows alone.
    pub fn leave_out_errors(&self) -> CleanPlan<'_> {
        CleanPlan { plan: self }
    }

    /// Returns the plan where it has no errors.
    pub fn without_errors(&self) -> Option<CleanPlan<'_>> {
        (self.totals.errors == 0).then_some(CleanPlan { plan: self })
    }
}

impl CleanPlan<'_> {
    /// Returns the number of levels that will be sent: the button's.
    pub fn number(&self) -> usize {
        self.plan.totals.targets
    }

    /// Confirms the plan; past the limit of a guard, `typed` must be [`number`](Self::number).
    ///
    /// # Errors
    /// [`GuardsUnconfirmed`] where guards are past their limit and the number does not match.
    pub fn confirm(
        self,
        stock: &Stock,
        typed: Option<usize>,
    ) -> Result<ConfirmedPlan, GuardsUnconfirmed> {
        let number = self.number();
        if !self.plan.guards.is_empty() && typed != Some(number) {
            return Err(GuardsUnconfirmed { guards: self.plan.guards.clone(), number });
        }
        Ok(ConfirmedPlan { items: items(&self.plan.targets, stock) })
    }
}

impl ConfirmedPlan {
    /// Returns the items to send, sorted by SKU: the server's index is in that order.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// Returns the items to send, in the same order.
    pub fn into_items(self) -> Vec<Item> {
        self.items
    }
}

fn items(targets: &[Merged], stock: &Stock) -> Vec<Item> {
    let mut sent: Vec<u32> = (0..u32::try_from(targets.len()).unwrap_or(u32::MAX))
        .filter(|at| targets[*at as usize].verdict.is_sent())
        .collect();
    let sku = |at: u32| {
        stock.product(targets[at as usize].product as usize).external_id.as_deref().unwrap_or("")
    };
    sort_places(&mut sent, &|a, b| {
        // The product's own level first.
        let variant = |at: u32| targets[at as usize].variant.wrapping_add(1);
        sku(a).cmp(sku(b)).then_with(|| variant(a).cmp(&variant(b)))
    });
    sent.chunk_by(|a, b| targets[*a as usize].product == targets[*b as usize].product)
        .map(|chunk| item(chunk, targets, stock))
        .collect()
}

fn item(chunk: &[u32], targets: &[Merged], stock: &Stock) -> Item {
    let known = stock.product(targets[chunk[0] as usize].product as usize);
    let mut item = Item {
        external_id: known.external_id.clone().unwrap_or_default(),
        product: None,
        variants: Vec::new(),
        targets: chunk.to_vec(),
    };
    for target in chunk.iter().map(|at| &targets[*at as usize]) {
        let Some(change) = target.change() else {
            continue;
        };
        let asked = ItemChange { change, before: target.before };
        if target.variant == NONE {
            item.product = Some(asked);
        } else {
            item.variants.push((known.variants[target.variant as usize].label.clone(), asked));
        }
    }
    item
}
