//! What is known of each row, in columns of small integers: ten bytes a row.

use super::place;
use super::planner::NONE;
use crate::code::{Code, Codes};
use crate::quantity::{Change, Mode};
use crate::rows::{Outcome, RowAsk};

/// The rows of a plan.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    /// The target that a row names, or [`NONE`].
    pub(super) targets: Vec<u32>,
    /// The row's own value, or [`NO_VALUE`].
    values: Vec<i32>,
    /// How it was read, in bits.
    states: Vec<u8>,
    /// The code of what is wrong with the row itself, or [`NO_FAULT`].
    faults: Vec<u8>,
}

/// No value lies so low.
const NO_VALUE: i32 = i32::MIN;
const NO_FAULT: u8 = u8::MAX;

const ASKS: u8 = 1;
const SETS: u8 = 1 << 1;
const ADJUSTS: u8 = 1 << 2;
const EXPECTS_OTHER: u8 = 1 << 3;
/// The notes of rows, each a bit.
const NOTES: [(Code, u8); 3] =
    [(Code::TooFewFields, 1 << 4), (Code::NotStocked, 1 << 5), (Code::OtherLocation, 1 << 6)];

/// What is known of one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fact {
    pub(super) target: u32,
    pub(super) fault: Option<Code>,
    pub(super) expects_other: bool,
}

impl Facts {
    pub(super) fn with_capacity(rows: usize) -> Self {
        Self {
            targets: Vec::with_capacity(rows),
            values: Vec::with_capacity(rows),
            states: Vec::with_capacity(rows),
            faults: Vec::with_capacity(rows),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.targets.len()
    }

    /// Has so many rows; new ones ask for nothing.
    pub(super) fn resize(&mut self, rows: usize) {
        self.targets.resize(rows, NONE);
        self.values.resize(rows, NO_VALUE);
        self.states.resize(rows, 0);
        self.faults.resize(rows, NO_FAULT);
    }

    /// Adds a row behind the last.
    pub(super) fn push(&mut self, ask: &RowAsk<'_>, fact: Fact) {
        self.targets.push(fact.target);
        self.values.push(value(ask));
        self.states.push(state(ask, fact));
        self.faults.push(fault(fact));
    }

    /// Adds a row behind the last that asks for a change and nothing else.
    pub(super) fn push_plain(&mut self, change: Change, fact: Fact) {
        let mode = if change.mode() == Mode::Set { SETS } else { ADJUSTS };
        self.targets.push(fact.target);
        self.values.push(i32::try_from(change.value()).unwrap_or(NO_VALUE));
        self.states.push(mode | ASKS);
        self.faults.push(fault(fact));
    }

    /// Writes what is known of a row.
    pub(super) fn put(&mut self, row: usize, ask: &RowAsk<'_>, fact: Fact) {
        self.targets[row] = fact.target;
        self.values[row] = value(ask);
        self.states[row] = state(ask, fact);
        self.faults[row] = fault(fact);
    }

    pub(super) fn mode(&self, row: usize) -> Option<Mode> {
        match self.states[row] & (SETS | ADJUSTS) {
            SETS => Some(Mode::Set),
            ADJUSTS => Some(Mode::Adjust),
            _ => None,
        }
    }

    pub(super) fn value(&self, row: usize) -> Option<i64> {
        Some(self.values[row]).filter(|value| *value != NO_VALUE).map(i64::from)
    }

    /// Returns what the row asks, where it could be read.
    pub(super) fn change(&self, row: usize) -> Option<Change> {
        if self.states[row] & ASKS == 0 {
            return None;
        }
        self.mode(row)?.change(self.value(row)?).ok()
    }

    pub(super) fn expects_other(&self, row: usize) -> bool {
        self.states[row] & EXPECTS_OTHER != 0
    }

    pub(super) fn fault(&self, row: usize) -> Option<Code> {
        Code::ALL.get(usize::from(self.faults[row])).copied()
    }

    pub(super) fn has_fault(&self, row: usize) -> bool {
        self.faults[row] != NO_FAULT
    }

    pub(super) fn notes(&self, row: usize) -> Codes {
        let state = self.states[row];
        if state < NOTES[0].1 {
            return Codes::none();
        }
        let found = NOTES.iter().filter(|(_, bit)| state & bit != 0);
        found.fold(Codes::none(), |codes, (code, _)| codes.with(*code))
    }

    /// Returns the rows that name a target, in order.
    pub(super) fn rows_of(&self, target: u32) -> impl Iterator<Item = u32> {
        let named = self.targets.iter().enumerate().filter(move |(_, at)| **at == target);
        named.map(|(row, _)| place(row))
    }

    /// Returns the rows that are faulty in this way, in order.
    pub(super) fn rows_with(&self, code: Code) -> impl Iterator<Item = u32> {
        let same = self.faults.iter().enumerate().filter(move |(_, fault)| **fault == code as u8);
        same.map(|(row, _)| place(row))
    }
}

fn value(ask: &RowAsk<'_>) -> i32 {
    ask.value.and_then(|value| i32::try_from(value).ok()).unwrap_or(NO_VALUE)
}

fn fault(fact: Fact) -> u8 {
    fact.fault.map_or(NO_FAULT, |code| code as u8)
}

fn state(ask: &RowAsk<'_>, fact: Fact) -> u8 {
    let mut state = match ask.mode {
        Some(Mode::Set) => SETS,
        Some(Mode::Adjust) => ADJUSTS,
        None => 0,
    };
    if matches!(ask.outcome, Outcome::Change(_)) {
        state |= ASKS;
    }
    if fact.expects_other {
        state |= EXPECTS_OTHER;
    }
    if !ask.notes.is_empty() {
        for (code, bit) in NOTES {
            state |= if ask.notes.has(code) { bit } else { 0 };
        }
    }
    state
}
