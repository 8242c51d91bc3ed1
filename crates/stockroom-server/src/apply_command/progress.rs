//! How far a run is, on stderr: one line that is written over at a terminal, now and then a line of
//! its own elsewhere.

use stockroom_client::run::{Progress, Run};

use crate::commands::tell;

/// How often a line is written over, and how often one is written where nobody watches.
const AT_A_TERMINAL_MS: u64 = 500;
const ELSEWHERE_MS: u64 = 30_000;

/// The width of the bar, in characters.
const WIDTH: usize = 24;

/// What tells how far a run is.
#[derive(Debug)]
pub(super) struct Meter {
    is_terminal: bool,
    shown_at: u64,
}

impl Meter {
    /// Returns a meter that tells nothing before its first interval is over.
    pub(super) fn new(is_terminal: bool, now_ms: u64) -> Self {
        Self { is_terminal, shown_at: if is_terminal { 0 } else { now_ms } }
    }

    /// Returns when it tells something next.
    pub(super) fn due_at(&self) -> u64 {
        self.shown_at + if self.is_terminal { AT_A_TERMINAL_MS } else { ELSEWHERE_MS }
    }

    /// Tells how far the run is, where it is time to.
    pub(super) fn tell(&mut self, run: &Run, now_ms: u64) {
        if now_ms < self.due_at() {
            return;
        }
        self.shown_at = now_ms;
        let progress = run.progress(now_ms);
        let line = line(&progress, now_ms);
        if self.is_terminal {
            tell(&format!("\r{} {line}\x1b[K", bar(&progress)));
        } else {
            tell(&format!("{line}\n"));
        }
    }

    /// Takes the bar away, so that other lines have their place.
    pub(super) fn clear(&mut self) {
        if self.is_terminal {
            tell("\r\x1b[K");
            self.shown_at = 0;
        }
    }
}

fn bar(progress: &Progress) -> String {
    let done = (progress.items_done * WIDTH).checked_div(progress.items).unwrap_or(WIDTH);
    format!("[{}{}]", "#".repeat(done), ".".repeat(WIDTH.saturating_sub(done)))
}

fn line(progress: &Progress, now_ms: u64) -> String {
    let Progress { items_done, items, requests_done, requests, held_until, left_ms } = progress;
    let line = format!(
        "{items_done} of {items} items, {requests_done} of {requests} requests, about {} left",
        spoken(*left_ms)
    );
    match held_until {
        Some(until) => format!("{line}; waiting {}", spoken(until.saturating_sub(now_ms))),
        None => line,
    }
}

/// Returns a time as people say it, rounded up to seconds.
pub(super) fn spoken(ms: u64) -> String {
    let seconds = ms.div_ceil(1000);
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_items_requests_time_and_what_it_waits_for() {
        let progress = Progress {
            items_done: 3_400,
            items: 12_400,
            requests_done: 17,
            requests: 62,
            held_until: None,
            left_ms: 90_400,
        };
        let told = "3400 of 12400 items, 17 of 62 requests, about 1 min 31 s left";
        assert_eq!(line(&progress, 1_000), told);
        let held = Progress { held_until: Some(13_000), ..progress };
        assert_eq!(line(&held, 1_000), format!("{told}; waiting 12 s"));
        assert_eq!(bar(&progress), "[######..................]");
        assert_eq!(bar(&Progress::default()), "[########################]");
    }

    #[test]
    fn times_are_said_in_their_two_largest_units() {
        let told = [0, 1, 59_001, 3_600_000, 90_000_000].map(spoken);
        assert_eq!(told, ["0 s", "1 s", "1 min 0 s", "1 h 0 min", "25 h 0 min"]);
    }
}
