//! Joins what rows ask with the stock: targets, merging, verdicts; all of it, or a few rows anew.

use hashbrown::HashMap;

use super::facts::{Fact, Facts};
use super::issues;
use super::merge::Merged;
use super::{Limits, Plan, place};
use crate::code::Code;
use crate::number::Style;
use crate::order::sort_places;
use crate::quantity::{Change, Level};
use crate::rows::{Outcome, PlainRow, Reader, RowAsk};
use crate::sheet::{Sheet, Touched};
use crate::stock::Stock;

pub(super) const NONE: u32 = u32::MAX;

/// How many rows are read between two words about how far the plan is.
const REPORT_EVERY: usize = 50_000;
/// How many rows are read before their products are looked up.
const AT_A_TIME: usize = 64;

impl Plan {
    /// Returns what `sheet` would do to `stock`, telling how many rows have been read.
    pub fn new_telling(
        sheet: &Sheet,
        style: Option<Style>,
        stock: &Stock,
        limits: Limits,
        told: &mut dyn FnMut(usize),
    ) -> Self {
        let mut plan = Self {
            facts: Facts::with_capacity(sheet.rows()),
            targets: Vec::new(),
            first_of: vec![NONE; stock.products().len()],
            own_of: vec![NONE; stock.products().len()],
            left: HashMap::new(),
            guards: Vec::new(),
            totals: super::Totals::default(),
            style,
            limits,
        };
        plan.read_all(sheet, stock, told);
        plan.merge_all(sheet);
        for product in 0..plan.first_of.len() {
            plan.judge_product(product, stock);
        }
        plan.count();
        plan
    }

    /// Plans again after rows were edited: only they, and what shares a product with them.
    ///
    /// Gives what [`Plan::new`] with the same style and stock would; many rows are better planned
    /// from the start.
    pub fn replan(&mut self, touched: &Touched, sheet: &Sheet, stock: &Stock) {
        let rows = || touched.rows.iter().map(|row| *row as usize);
        // Of rows that are gone as well: their products are asked for less now.
        let mut products: Vec<u32> = Vec::new();
        for row in rows() {
            products.extend(self.product_of_row(row));
            self.left.remove(&place(row));
        }
        self.facts.resize(sheet.rows());
        let mut reader = Reader::new(sheet, self.style);
        for row in rows().filter(|row| *row < sheet.rows()) {
            let ask = reader.read(row);
            let fact = self.fact(sheet, stock, row, &ask, stock.find(&ask.external_id));
            self.facts.put(row, &ask, fact);
            products.extend(self.product_of_row(row));
        }
        sort_places(&mut products, &|a, b| a.cmp(&b));
        products.dedup();
        self.merge_products(&products, sheet);
        for product in products {
            self.judge_product(product as usize, stock);
        }
        self.count();
    }

    fn read_all(&mut self, sheet: &Sheet, stock: &Stock, told: &mut dyn FnMut(usize)) {
        let mut reader = Reader::new(sheet, self.style);
        let mut marked: Vec<u32> = Vec::new();
        let mut batch = Vec::with_capacity(AT_A_TIME);
        for start in (0..sheet.rows()).step_by(AT_A_TIME) {
            let rows = start..sheet.rows().min(start + AT_A_TIME);
            batch.clear();
            batch.extend(rows.clone().map(|row| match reader.read_plain(row) {
                Some(plain) => Asked::Plainly(plain),
                None => Asked::Otherwise(Box::new(reader.read(row))),
            }));
            // Look-ups of a batch wait for memory together, not one after the other.
            let mut found = [None; AT_A_TIME];
            for (product, asked) in found.iter_mut().zip(&batch) {
                *product = stock.find_utf8(asked.external_id());
            }
            for ((row, asked), product) in rows.clone().zip(&batch).zip(found) {
                match asked {
                    Asked::Plainly(plain) => self.take_plain(plain, product),
                    Asked::Otherwise(ask) => {
                        if ask.has_marks {
                            marked.push(place(row));
                        }
                        let fact = self.fact(sheet, stock, row, ask, product);
                        self.facts.push(ask, fact);
                    }
                }
            }
            if rows.end % REPORT_EVERY < AT_A_TIME {
                told(rows.end);
            }
        }
        let settled = self.style.is_none().then(|| reader.evidence().style()).flatten();
        if settled.is_none() {
            return;
        }
        self.style = settled;
        reader.set_style(settled);
        for row in marked.into_iter().map(|row| row as usize) {
            let ask = reader.read(row);
            self.left.remove(&place(row));
            let fact = self.fact(sheet, stock, row, &ask, stock.find(&ask.external_id));
            self.facts.put(row, &ask, fact);
        }
    }

    fn take_plain(&mut self, plain: &PlainRow<'_>, product: Option<usize>) {
        let (target, fault) = match product {
            Some(product) => (self.find_or_add_target(place(product), NONE), None),
            None => (NONE, Some(Code::UnknownProduct)),
        };
        self.facts.push_plain(plain.change, Fact { target, fault, expects_other: false });
    }

    /// Returns what is known of a row, with a new target where no row named it before.
    fn fact(
        &mut self,
        sheet: &Sheet,
        stock: &Stock,
        row: usize,
        ask: &RowAsk<'_>,
        product: Option<usize>,
    ) -> Fact {
        let fault = match &ask.outcome {
            Outcome::Blank => {
                if sheet.adds_locations()
                    && let Ok((product, variant)) =
                        issues::find_variant(sheet, stock, &ask.variant, product)
                {
                    let target = self.find_or_add_target(product, variant);
                    self.left.insert(place(row), target);
                }
                return Fact { target: NONE, fault: None, expects_other: false };
            }
            Outcome::Change(_) => None,
            Outcome::Fault(fault) => Some(fault.code),
        };
        match issues::find_variant(sheet, stock, &ask.variant, product) {
            Ok((product, variant)) => {
                let expects_other = ask.expects_no_level
                    || (ask.expected.is_some() && ask.expected != level(stock, product, variant));
                Fact { target: self.find_or_add_target(product, variant), fault, expects_other }
            }
            Err(unfound) => {
                let fault = fault.or(Some(unfound.code()));
                Fact { target: NONE, fault, expects_other: false }
            }
        }
    }

    fn find_or_add_target(&mut self, product: u32, variant: u32) -> u32 {
        let own = self.own_of[product as usize];
        if variant == NONE && own != NONE {
            return own;
        }
        let mut at = if variant == NONE { NONE } else { self.first_of[product as usize] };
        while at != NONE {
            let merged = &self.targets[at as usize];
            if merged.variant == variant {
                return at;
            }
            at = merged.next;
        }
        let at = place(self.targets.len());
        if variant == NONE {
            self.own_of[product as usize] = at;
        }
        self.targets.push(Merged::new(product, variant, self.first_of[product as usize]));
        self.first_of[product as usize] = at;
        at
    }

    fn product_of(&self, target: u32) -> Option<u32> {
        self.targets.get(target as usize).map(|merged| merged.product)
    }

    /// Returns the product that a row names, with or without asking for something.
    fn product_of_row(&self, row: usize) -> Option<u32> {
        let target = *self.facts.targets.get(row)?;
        self.product_of(target).or_else(|| self.product_of(*self.left.get(&place(row))?))
    }

    fn merge_all(&mut self, sheet: &Sheet) {
        let mut adding = Adding::of(sheet, self.style);
        for row in 0..self.facts.len() {
            self.merge_row(row, adding.as_mut());
        }
        self.add_left(adding, |_| true);
    }

    /// Adds the levels of locations that rows leave as they are.
    fn add_left(&mut self, adding: Option<Adding<'_>>, is_anew: impl Fn(u32) -> bool) {
        let Some(mut adding) = adding else { return };
        for (row, target) in self.rows_left().into_iter().filter(|(_, target)| is_anew(*target)) {
            adding.leave(&mut self.targets[target as usize], target, row);
        }
    }

    /// Merges the rows of these products again; `products` is sorted.
    fn merge_products(&mut self, products: &[u32], sheet: &Sheet) {
        let mut adding = Adding::of(sheet, self.style);
        let mut is_anew = vec![false; self.targets.len()];
        for product in products {
            let mut at = self.first_of[*product as usize];
            while at != NONE {
                is_anew[at as usize] = true;
                self.targets[at as usize].clear();
                at = self.targets[at as usize].next;
            }
        }
        for row in 0..self.facts.len() {
            if is_anew.get(self.facts.targets[row] as usize) == Some(&true) {
                self.merge_row(row, adding.as_mut());
            }
        }
        self.add_left(adding, |target| is_anew[target as usize]);
    }

    fn merge_row(&mut self, row: usize, adding: Option<&mut Adding<'_>>) {
        let target = self.facts.targets[row];
        let Some(merged) = self.targets.get_mut(target as usize) else { return };
        if self.facts.has_fault(row) {
            return merged.poison(place(row));
        }
        let Some(change) = self.facts.change(row) else { return };
        match adding {
            Some(adding) => adding.merge(merged, target, place(row), change),
            None => merged.merge(place(row), change, self.facts.expects_other(row)),
        }
    }

    fn judge_product(&mut self, product: usize, stock: &Stock) {
        let known = stock.product(product);
        let mut at = self.first_of[product];
        let (mut own, mut variants) = (0, 0);
        while at != NONE {
            let merged = &mut self.targets[at as usize];
            let level = level(stock, merged.product, merged.variant);
            merged.judge(level, known);
            let delta = merged.applied().map_or(0, |applied| applied.delta);
            if merged.variant == NONE {
                own += delta;
            } else {
                variants += delta;
            }
            at = merged.next;
        }
        let sum: i64 = known.variants.iter().filter_map(|v| v.level).map(Level::get).sum();
        let was_equal = !known.variants.is_empty() && known.level.map(Level::get) == Some(sum);
        if was_equal && own != variants {
            let mut at = self.first_of[product];
            while at != NONE {
                self.targets[at as usize].warn_of_total();
                at = self.targets[at as usize].next;
            }
        }
    }
}

/// What a row of a batch asks for.
enum Asked<'a> {
    Plainly(PlainRow<'a>),
    /// Boxed, so that a batch of plain rows stays small.
    Otherwise(Box<RowAsk<'a>>),
}

impl Asked<'_> {
    fn external_id(&self) -> &[u8] {
        match self {
            Self::Plainly(plain) => plain.external_id,
            Self::Otherwise(ask) => ask.external_id.as_bytes(),
        }
    }
}

/// Adds up the rows of several locations: each location once, and their baselines as well.
struct Adding<'a> {
    sheet: &'a Sheet,
    reader: Reader<'a>,
    /// What each location set a target to.
    seen: HashMap<(u32, String), i64>,
}

impl<'a> Adding<'a> {
    /// Returns it where the merchant chose to add up locations.
    fn of(sheet: &'a Sheet, style: Option<Style>) -> Option<Self> {
        sheet.adds_locations().then(|| Self {
            sheet,
            reader: Reader::new(sheet, style),
            seen: HashMap::new(),
        })
    }

    fn merge(&mut self, merged: &mut Merged, target: u32, row: u32, change: Change) {
        let location = self.location(row);
        let units = change.value();
        let before = match change {
            Change::Set(_) => self.seen.insert((target, location), units),
            Change::Adjust(_) => None,
        };
        match before {
            Some(same) if same == units => merged.note_equal(),
            Some(_) => merged.conflict(row),
            None => {
                let expected = self.reader.read(row as usize).expected;
                merged.add(row, change, expected);
            }
        }
    }

    /// Takes in a row that asks for nothing: what other locations are set to is no sum without
    /// the level that its own location has.
    fn leave(&mut self, merged: &mut Merged, target: u32, row: u32) {
        let is_known = self.seen.contains_key(&(target, self.location(row)));
        if is_known || !merged.is_set() {
            return;
        }
        let ask = self.reader.read(row as usize);
        match ask.expected {
            Some(level) => self.merge(merged, target, row, Change::Set(level)),
            None if ask.notes.has(Code::NotStocked) => {}
            None => merged.miss_location(row),
        }
    }

    fn location(&self, row: u32) -> String {
        self.sheet.location(row as usize).trim().to_owned()
    }
}

pub(super) fn level(stock: &Stock, product: u32, variant: u32) -> Option<Level> {
    let product = stock.product(product as usize);
    product.variants.get(variant as usize).map_or(product.level, |variant| variant.level)
}
