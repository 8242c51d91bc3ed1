//! Which of the runs that this browser keeps may go, and which the merchant still needs.

use super::again::Again;
use super::record::Record;

/// How many runs are kept of a store: the oldest go first.
pub const MOST_RUNS: usize = 50;

impl Record {
    /// Tells whether items of it are unknown or were not sent, and nothing was made of them since.
    ///
    /// `all` are the runs that are kept of the same store.
    pub fn is_unsettled(&self, all: &[Self]) -> bool {
        let is_made = |again: Again| {
            let made = |other: &Self| {
                other.has_effect()
                    && other
                        .follows
                        .as_ref()
                        .is_some_and(|f| f.run == self.id && again.is_settled_by(f.again))
            };
            all.iter().any(made)
        };
        (self.unknown > 0 && !is_made(Again::Unsettled))
            || (self.not_sent > 0 && !is_made(Again::Rest))
    }
}

/// Returns the ids of runs that are more than are kept: never one that can go on, or of which
/// something is unknown or was not sent.
///
/// `newest_first` are the runs of one store.
pub fn to_drop(newest_first: &[Record]) -> Vec<String> {
    let old = newest_first.iter().skip(MOST_RUNS);
    let may_go = old.filter(|run| !run.is_open() && !run.is_unsettled(newest_first));
    may_go.map(|run| run.id.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::again::Follows;
    use super::*;

    fn run(n: usize) -> Record {
        Record { id: n.to_string(), applied: 1, ended_ms: Some(1), ..Record::default() }
    }

    fn check(change: impl Fn(&mut Vec<Record>), expected: &[&str]) {
        let mut runs: Vec<Record> = (0..MOST_RUNS + 3).map(run).collect();
        change(&mut runs);
        assert_eq!(to_drop(&runs), expected);
    }

    #[test]
    fn the_oldest_go_but_none_that_is_still_needed() {
        check(|_| (), &["50", "51", "52"]);
        check(|runs| runs.truncate(MOST_RUNS), &[]);
        check(|runs| runs[51].unknown = 2, &["50", "52"]);
        check(|runs| runs[52].not_sent = 1, &["50", "51"]);
        check(|runs| runs[50].ended_ms = None, &["51", "52"]);
        check(|runs| runs[50].refused = 9, &["50", "51", "52"]);
    }

    #[test]
    fn what_was_made_of_a_run_since_settles_it() {
        let follow = |runs: &mut Vec<Record>, again| {
            runs[51].not_sent = 1;
            runs[3].follows = Some(Follows { run: "51".to_owned(), again });
        };
        check(|runs| follow(runs, Again::Rest), &["50", "51", "52"]);
        check(|runs| follow(runs, Again::Undo), &["50", "52"]);
        check(
            |runs| {
                follow(runs, Again::Rest);
                runs[3].applied = 0;
            },
            &["50", "52"],
        );
    }
}
