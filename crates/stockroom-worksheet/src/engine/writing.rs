//! What leaves the worksheet: the confirmed items, and files of rows that did not go.

use hashbrown::HashMap;
use stockroom_domain::code::Code;
use stockroom_domain::export::rows_with_errors;
use stockroom_domain::order::by_key;
use stockroom_domain::plan::{Issue, Item, Plan};

use super::{Engine, index};
use crate::message::{Reply, SendItem, Sentences};

/// The rows that ask for each target, in the file's order; behind them those that ask for nothing and
/// count with the level that their location has: without them, the same rows would be another sum.
struct Asking {
    /// Where the rows of each target begin in `rows`, and where those of the last end.
    starts: Vec<u32>,
    rows: Vec<u32>,
}

impl Asking {
    fn of(plan: &Plan) -> Self {
        let left = plan.rows_left();
        let named = (0..plan.rows()).filter_map(|row| Some((index(row), plan.target_number(row)?)));
        let all = named.chain(left);
        let mut starts = vec![0; plan.targets() + 1];
        let mut count = 0;
        for (_, target) in all.clone() {
            starts[target as usize + 1] += 1;
            count += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let (mut next, mut rows) = (starts.clone(), vec![0; count]);
        for (row, target) in all {
            let place = &mut next[target as usize];
            rows[*place as usize] = row;
            *place += 1;
        }
        Self { starts, rows }
    }

    fn rows(&self, target: u32) -> &[u32] {
        let target = target as usize;
        &self.rows[self.starts[target] as usize..self.starts[target + 1] as usize]
    }
}

impl Engine {
    pub(super) fn confirm(&self, leave_out_errors: bool, typed: Option<u32>) -> Reply {
        let Some(plan) = &self.plan else { return Reply::Unconfirmed };
        let clean =
            if leave_out_errors { Some(plan.leave_out_errors()) } else { plan.without_errors() };
        let typed = typed.map(|number| number as usize);
        let Some(Ok(confirmed)) = clean.map(|clean| clean.confirm(&self.stock, typed)) else {
            return Reply::Unconfirmed;
        };
        let asking = Asking::of(plan);
        let item = |item: Item| SendItem {
            name: item.targets.first().map_or_else(String::new, |at| {
                self.stock.product(plan.target_at(*at).product as usize).name.clone()
            }),
            rows: item.targets.iter().flat_map(|at| asking.rows(*at)).copied().collect(),
            external_id: item.external_id,
            product: item.product,
            variants: item.variants,
        };
        Reply::Confirmed(confirmed.into_items().into_iter().map(item).collect())
    }

    pub(super) fn write_errors(&self, sentences: &Sentences, others: Vec<(u32, String)>) -> Reply {
        let (Some(sheet), Some(plan)) = (&self.sheet, &self.plan) else {
            return Reply::File(Vec::new());
        };
        let issues = plan.issues(sheet, &self.stock);
        let mut wrong: Vec<(usize, String)> =
            issues.map(|issue| (issue.row as usize, sentences.of(&issue))).collect();
        add_left(&mut wrong, plan);
        let others = others.into_iter().map(|(row, why)| (row as usize, why));
        let mut rows: Vec<(usize, String)> =
            wrong.into_iter().chain(others).filter(|(row, _)| *row < sheet.rows()).collect();
        let keys: Vec<u32> = rows.iter().map(|(row, _)| index(*row)).collect();
        let places: Vec<u32> = (0..).take(rows.len()).collect();
        let order = by_key(&places, &keys);
        let rows: Vec<_> =
            order.into_iter().map(|at| std::mem::take(&mut rows[at as usize])).collect();
        Reply::File(rows_with_errors(sheet, &rows))
    }
}

/// Adds the rows of locations that are left as they are to those of the same level.
fn add_left(wrong: &mut Vec<(usize, String)>, plan: &Plan) {
    let left = plan.rows_left();
    if left.is_empty() {
        return;
    }
    let why = |(row, why): &(usize, String)| Some((plan.target_number(*row)?, why.clone()));
    let why: HashMap<u32, String> = wrong.iter().filter_map(why).collect();
    for (row, target) in left {
        wrong.extend(why.get(&target).map(|why| (row as usize, why.clone())));
    }
}

impl Sentences {
    /// Returns the sentence for an issue, with its text filled in.
    fn of(&self, issue: &Issue) -> String {
        let known = self.of_codes.iter().find(|(code, _)| *code == issue.code);
        let sentence = known.map_or(issue.code.as_str(), |(_, sentence)| sentence);
        let other = issue.other_line.map(|line| line.to_string()).unwrap_or_default();
        let mut filled = sentence.replace("{text}", &issue.text).replace("{other}", &other);
        // Only labels are offered: a number is the merchant's to type.
        let is_offered = issue.code == Code::UnknownVariant;
        if let Some(suggestion) = issue.suggestion.as_deref().filter(|_| is_offered) {
            filled.push(' ');
            filled.push_str(&self.did_you_mean.replace("{suggestion}", suggestion));
        }
        filled
    }
}
