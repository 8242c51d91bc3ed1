//! From a plan to a confirmed one: errors, guards and the question, in that order.

use std::io::BufRead;

use clap::ValueEnum;
use stockroom_domain::plan::{CleanPlan, ConfirmedPlan, GuardCode};

use super::console::Console;
use super::twin::Before;
use crate::commands::{CommandError, Ended, tell};
use crate::file_plan::Planned;

/// The status of a plan that is not applied as it is.
const REFUSED: u8 = 1;

/// A check that a run may pass because its caller says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(super) enum AllowedGuard {
    /// Many levels go to 0
    ProductsToZero,
    /// A large part of the units is lost
    UnitsLost,
    /// Many changes are large
    LargeChanges,
    /// A large part of the rows are errors
    ErrorsShare,
    /// The same changes were applied before: adjusts would count twice
    AppliedBefore,
    /// A large part of the changes was applied before: its adjusts would count twice
    PartlyAppliedBefore,
}

/// What the command line says in advance.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said<'a> {
    /// The question is answered with yes.
    pub(super) yes: bool,
    /// Rows with errors are left out.
    pub(super) leave_out_errors: bool,
    /// These guards are passed.
    pub(super) allowed: &'a [AllowedGuard],
}

/// What is known beside the plan.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known<'a> {
    /// What was applied before of it, and is not left out.
    pub(super) before: Option<&'a Before>,
    /// How many changes are left out because they were.
    pub(super) left_out: usize,
    /// What names the store.
    pub(super) place: &'a str,
}

/// Returns the plan confirmed.
///
/// # Errors
/// [`CommandError`] with status 1 where it must not be applied, or nobody says that it shall.
pub(super) fn confirm<R: BufRead>(
    planned: &Planned,
    said: Said<'_>,
    known: Known<'_>,
    console: &mut Console<R>,
) -> Ended<ConfirmedPlan> {
    let plan = clean(planned, said)?;
    let Known { before, left_out, place } = known;
    let number = plan.number().saturating_sub(left_out);
    let guards = guards_left(planned, said, before);
    if guards.is_empty() {
        let question = format!("Apply {number} changes to {place}?");
        if !said.yes && !console.agrees(&question) {
            return Err(refused("not applied."));
        }
    } else {
        pass(&guards, number, place, console)?;
    }
    let number = plan.number();
    plan.confirm(&planned.stock, Some(number))
        .map_err(|unconfirmed| refused(format!("{} guards are left.", unconfirmed.guards.len())))
}

/// Passes the guard of a run that goes on, though another one applied the same changes meanwhile.
///
/// # Errors
/// [`CommandError`] with status 1 where nobody says that it shall go on.
pub(super) fn pass_applied_meanwhile<R: BufRead>(
    before: &Before,
    said: Said<'_>,
    number: usize,
    place: &str,
    console: &mut Console<R>,
) -> Ended {
    let guard = Left::applied_before(before);
    if said.passes(guard.allowed_by) {
        return Ok(());
    }
    pass(&[guard], number, place, console)
}

fn clean<'a>(planned: &'a Planned, said: Said<'_>) -> Ended<CleanPlan<'a>> {
    if said.leave_out_errors {
        return Ok(planned.plan.leave_out_errors());
    }
    planned.plan.without_errors().ok_or_else(|| {
        let errors = planned.plan.totals().errors;
        refused(format!(
            "{errors} rows have errors. Mend them, or apply the others with --leave-out-errors."
        ))
    })
}

/// A guard that is neither within its limit nor allowed, and its sentence.
struct Left {
    allowed_by: AllowedGuard,
    sentence: String,
}

impl Left {
    fn can_be_left_out(&self) -> bool {
        matches!(self.allowed_by, AllowedGuard::AppliedBefore | AllowedGuard::PartlyAppliedBefore)
    }

    fn applied_before(before: &Before) -> Self {
        Self { allowed_by: before.guard(), sentence: before.sentence.clone() }
    }
}

impl Before {
    /// Returns the guard that it is.
    pub(super) fn guard(&self) -> AllowedGuard {
        if self.is_whole { AllowedGuard::AppliedBefore } else { AllowedGuard::PartlyAppliedBefore }
    }
}

impl Said<'_> {
    /// Tells whether a guard is passed; who passes the whole passes a part.
    pub(super) fn passes(&self, guard: AllowedGuard) -> bool {
        let is_part = guard == AllowedGuard::PartlyAppliedBefore;
        self.allowed.contains(&guard)
            || is_part && self.allowed.contains(&AllowedGuard::AppliedBefore)
    }
}

fn guards_left(planned: &Planned, said: Said<'_>, before: Option<&Before>) -> Vec<Left> {
    let guards = planned.plan.guards().iter().map(|guard| Left {
        allowed_by: guard.code.into(),
        sentence: format!(
            "{} is {}, without asking up to {}",
            guard.code.as_str(),
            guard.value,
            guard.limit
        ),
    });
    let before = before.map(Left::applied_before);
    before.into_iter().chain(guards).filter(|g| !said.passes(g.allowed_by)).collect()
}

fn pass<R: BufRead>(
    guards: &[Left],
    number: usize,
    place: &str,
    console: &mut Console<R>,
) -> Ended {
    let sentences: Vec<&str> = guards.iter().map(|guard| guard.sentence.as_str()).collect();
    let sentences = sentences.join("; ");
    if !console.is_terminal() {
        let names = guards.iter().filter_map(|guard| guard.allowed_by.to_possible_value());
        let options: Vec<String> =
            names.map(|value| format!("--allow-guard {}", value.get_name())).collect();
        let is_before = guards.iter().any(Left::can_be_left_out);
        let other = if is_before { " Or leave those out with --leave-out-applied." } else { "" };
        return Err(refused(format!(
            "to be confirmed: {sentences}. If that is meant, add {}.{other}",
            options.join(" ")
        )));
    }
    tell(&format!("To be confirmed: {sentences}.\n"));
    let question = format!("To apply {number} changes to {place}, type that number:");
    if console.number(&question) == Some(number) {
        return Ok(());
    }
    Err(refused("the number is another."))
}

fn refused(why: impl std::fmt::Display) -> CommandError {
    CommandError::with_status(format!("{why} Nothing was sent."), REFUSED)
}

impl From<GuardCode> for AllowedGuard {
    fn from(code: GuardCode) -> Self {
        match code {
            GuardCode::ProductsToZero => Self::ProductsToZero,
            GuardCode::UnitsLost => Self::UnitsLost,
            GuardCode::LargeChanges => Self::LargeChanges,
            GuardCode::ErrorsShare => Self::ErrorsShare,
        }
    }
}

#[cfg(test)]
mod tests {
    use stockroom_client::repeated::Line;
    use stockroom_domain::columns::Mapping;
    use stockroom_domain::plan::{Limits, Plan};
    use stockroom_domain::quantity::Level;
    use stockroom_domain::sheet::Sheet;
    use stockroom_domain::stock::{Product, Stock};
    use stockroom_domain::table::{ReadOptions, Table};

    use super::*;

    const SAID: Said<'static> = Said { yes: false, leave_out_errors: false, allowed: &[] };

    /// Plans on a stock of A and B with 100 units each.
    fn planned(text: &str) -> Planned {
        let mut stock = Stock::new(str::to_owned);
        for sku in ["A", "B"] {
            let (external_id, level) = (Some(sku.to_owned()), Level::new(100).ok());
            stock.put(Product { external_id, level, ..Product::default() });
        }
        let table = Table::read(text.as_bytes().to_vec(), ReadOptions::default());
        let mapping = Mapping::guess(&table.names());
        let sheet = Sheet::new(table, mapping);
        let plan = Plan::new(&sheet, None, &stock, Limits::default());
        Planned { sheet, stock, plan }
    }

    /// Confirms with what is typed at a terminal, or without one; returns the items or the refusal.
    fn check(text: &str, said: Said<'_>, before: Option<&Before>, typed: Option<&str>) -> String {
        let input = typed.unwrap_or_default().as_bytes();
        let mut console = Console::new(typed.is_some(), input);
        let known = Known { before, left_out: 0, place: "the test store" };
        match confirm(&planned(text), said, known, &mut console) {
            Ok(confirmed) => confirmed.items().len().to_string(),
            Err(error) => {
                assert_eq!(error.status(), 1);
                error.to_string()
            }
        }
    }

    #[test]
    fn a_plan_is_applied_only_where_somebody_says_so() {
        let text = "sku,quantity\nA,101\nB,102\n";
        assert_eq!(check(text, SAID, None, Some("y\n")), "2");
        assert_eq!(check(text, SAID, None, Some("n\n")), "not applied. Nothing was sent.");
        assert_eq!(check(text, SAID, None, None), "not applied. Nothing was sent.");
        assert_eq!(check(text, Said { yes: true, ..SAID }, None, None), "2");
    }

    #[test]
    fn yes_is_no_answer_to_errors() {
        let text = "sku,quantity\nA,101\nB,102\nB,102\nA,101\nNOPE,1\n";
        let yes = Said { yes: true, ..SAID };
        assert!(check(text, yes, None, None).contains("--leave-out-errors"));
        assert_eq!(check(text, Said { leave_out_errors: true, ..yes }, None, None), "2");
    }

    #[test]
    fn yes_is_no_answer_to_a_guard() {
        let text = "sku,quantity\nA,1\nB,100\n";
        let yes = Said { yes: true, ..SAID };
        assert!(check(text, yes, None, None).contains("add --allow-guard units_lost. "));
        let allowed = &[AllowedGuard::UnitsLost];
        assert_eq!(check(text, Said { allowed, ..yes }, None, None), "1");
        let other = &[AllowedGuard::LargeChanges];
        assert!(check(text, Said { allowed: other, ..yes }, None, None).contains("units_lost"));
        // At a terminal the number is typed, as in the app.
        assert_eq!(check(text, yes, None, Some("1\n")), "1");
        assert!(check(text, yes, None, Some("2\n")).contains("another"));
        assert!(check(text, yes, None, Some("y\n")).contains("another"));
    }

    #[test]
    fn changes_that_were_applied_before_are_a_guard_too() {
        let text = "sku,delta\nA,1\n";
        let yes = Said { yes: true, ..SAID };
        let before = |is_whole| Before {
            sentence: "applied yesterday".to_owned(),
            lines: [Line::new("A", "", 1)].into(),
            is_whole,
        };
        let (whole, part) = (before(true), before(false));
        for (before, code) in [(&whole, "applied_before"), (&part, "partly_applied_before")] {
            let refusal = check(text, yes, Some(before), None);
            assert!(refusal.contains("applied yesterday"), "{refusal}");
            assert!(refusal.contains(&format!("--allow-guard {code}.")), "{refusal}");
            assert!(refusal.contains("--leave-out-applied"), "{refusal}");
        }
        let allowed = &[AllowedGuard::AppliedBefore];
        assert_eq!(check(text, Said { allowed, ..yes }, Some(&whole), None), "1");
        assert_eq!(check(text, Said { allowed, ..yes }, Some(&part), None), "1");
        let allowed = &[AllowedGuard::PartlyAppliedBefore];
        assert_eq!(check(text, Said { allowed, ..yes }, Some(&part), None), "1");
        assert!(check(text, Said { allowed, ..yes }, Some(&whole), None).contains("yesterday"));
    }

    #[test]
    fn every_guard_can_be_named_as_the_documents_name_it() {
        let codes = [
            GuardCode::ProductsToZero,
            GuardCode::UnitsLost,
            GuardCode::LargeChanges,
            GuardCode::ErrorsShare,
        ];
        for code in codes {
            let named = AllowedGuard::from_str(code.as_str(), false);
            assert_eq!(named, Ok(code.into()));
        }
    }
}
