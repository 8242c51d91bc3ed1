//! What is left of the hosted service's limits for one class of requests, as its answers tell it.
//!
//! An answer tells one window, the tighter one; so several are kept, each until it is over. What is on
//! its way counts as used, so that no request is sent only to be refused.

use std::time::{Duration, Instant};

use axum::http::{HeaderMap, StatusCode, header};
use stockroom_api::header::{RATE_LIMIT, RATE_REMAINING, RATE_RESET, RETRY_AFTER};

/// How far two times of the same end may lie apart: they are told in whole seconds.
const SAME: Duration = Duration::from_millis(1_500);

/// The longest that a class is closed by what one answer says.
const LONGEST: Duration = Duration::from_hours(24);

/// The longest that a service which is busy is left alone.
const BUSY: Duration = Duration::from_secs(10);

/// The most windows that are kept.
const WINDOWS: usize = 4;

/// What is left of the limits of one class.
#[derive(Debug, Default)]
pub(super) struct Budget {
    windows: Vec<Window>,
    closed_until: Option<Instant>,
    /// The requests that are on their way.
    under_way: u64,
    /// The limit that was told last.
    limit: Option<u64>,
}

/// One window of time.
#[derive(Debug)]
struct Window {
    ends_at: Instant,
    left: u64,
}

/// What an answer says of limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    limit: Option<u64>,
    remaining: Option<u64>,
    /// Until the window ends.
    resets_in: Option<Duration>,
    /// How long to send nothing.
    pause: Option<Duration>,
}

impl Told {
    /// Reads what an answer says; `now` is the time here in Unix seconds, for one that tells none.
    pub(super) fn read(status: StatusCode, headers: &HeaderMap, now: i64) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let number = |name: &str| text(name).and_then(|text| text.trim().parse::<u64>().ok());
        // Its own time, since clocks differ.
        let now = text(header::DATE.as_str()).and_then(unix_seconds).unwrap_or(now);
        let until = |at: u64| at.saturating_sub(u64::try_from(now).unwrap_or(0));
        let seconds = |seconds: u64| Duration::from_secs(seconds).min(LONGEST);
        let after = number(RETRY_AFTER).map(seconds);
        let pause = match status {
            StatusCode::TOO_MANY_REQUESTS => Some(after.unwrap_or(Duration::from_secs(1))),
            StatusCode::SERVICE_UNAVAILABLE => after.map(|after| after.min(BUSY)),
            _ => None,
        };
        Self {
            limit: number(RATE_LIMIT),
            remaining: number(RATE_REMAINING),
            resets_in: number(RATE_RESET).map(until).map(seconds),
            pause,
        }
    }
}

fn unix_seconds(date: &str) -> Option<i64> {
    let time = jiff::fmt::rfc2822::parse(date).ok()?;
    Some(time.timestamp().as_second())
}

impl Budget {
    /// Returns when the next request may be sent; `None` is at once.
    pub(super) fn opens_at(&self, now: Instant) -> Option<Instant> {
        let full = self.windows.iter().filter(|window| window.left == 0);
        let ends = full.map(|window| window.ends_at).chain(self.closed_until);
        ends.filter(|end| *end > now).max()
    }

    /// Returns the limit that was told last.
    pub(super) fn limit(&self) -> Option<u64> {
        self.limit
    }

    /// Notes that a request is sent.
    pub(super) fn take(&mut self, now: Instant) {
        self.windows.retain(|window| window.ends_at > now);
        for window in &mut self.windows {
            window.left = window.left.saturating_sub(1);
        }
        self.under_way += 1;
    }

    /// Notes that a request ended, and what its answer said, where there was one.
    pub(super) fn give_back(&mut self, told: Option<Told>, now: Instant) {
        self.under_way = self.under_way.saturating_sub(1);
        let Some(told) = told else { return };
        self.limit = told.limit.or(self.limit);
        if let Some(pause) = told.pause {
            let until = now + pause;
            self.closed_until = Some(self.closed_until.map_or(until, |before| before.max(until)));
        }
        if let (Some(remaining), Some(resets_in)) = (told.remaining, told.resets_in) {
            self.learn(remaining, now + resets_in);
        }
    }

    fn learn(&mut self, remaining: u64, ends_at: Instant) {
        let is_same = |window: &&mut Window| {
            let (a, b) = (window.ends_at, ends_at);
            a.max(b).duration_since(a.min(b)) <= SAME
        };
        if let Some(window) = self.windows.iter_mut().find(is_same) {
            window.left = window.left.min(remaining);
            window.ends_at = window.ends_at.max(ends_at);
            return;
        }
        if self.windows.len() == WINDOWS {
            self.windows.remove(0);
        }
        // Those on their way may not be counted there yet.
        let left = remaining.saturating_sub(self.under_way);
        self.windows.push(Window { ends_at, left });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_000_000;

    fn told(status: u16, headers: &[(&'static str, &str)]) -> Told {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        Told::read(StatusCode::from_u16(status).unwrap(), &map, NOW)
    }

    fn window(remaining: u64, resets_in: u64) -> Told {
        let (remaining, resets_in) = (Some(remaining), Some(Duration::from_secs(resets_in)));
        Told { limit: Some(30), remaining, resets_in, pause: None }
    }

    #[test]
    fn an_answer_is_read_by_its_own_clock() {
        let reset = (NOW + 25).to_string();
        let headers = [
            ("x-ratelimit-limit", "30"),
            ("x-ratelimit-remaining", "4"),
            ("x-ratelimit-reset", &*reset),
        ];
        assert_eq!(told(200, &headers), window(4, 25));
        let there = jiff::Timestamp::from_second(NOW + 20).unwrap();
        let there = jiff::fmt::rfc2822::to_string(&there.to_zoned(jiff::tz::TimeZone::UTC));
        let date = there.unwrap().replace("+0000", "GMT");
        let with_date = [&headers[..], &[("date", &*date)]].concat();
        assert_eq!(told(200, &with_date), window(4, 5));
        assert_eq!(told(200, &[("x-ratelimit-remaining", "many")]), Told::default());
        let pause =
            |status, headers: &[_]| told(status, headers).pause.map(|pause| pause.as_secs());
        assert_eq!(pause(429, &[]), Some(1));
        assert_eq!(pause(429, &[("retry-after", "70")]), Some(70));
        assert_eq!(pause(429, &[("retry-after", "9999999")]), Some(24 * 3600));
        assert_eq!(pause(503, &[("retry-after", "70")]), Some(10));
        assert_eq!(pause(503, &[]), None);
        assert_eq!(pause(200, &[("retry-after", "70")]), None);
    }

    #[test]
    fn what_is_on_its_way_is_used() {
        let now = Instant::now();
        let mut budget = Budget::default();
        for _ in 0..3 {
            assert_eq!(budget.opens_at(now), None);
            budget.take(now);
        }
        // Two of them are not counted there yet.
        budget.give_back(Some(window(3, 60)), now);
        budget.take(now);
        let end = now + Duration::from_mins(1);
        assert_eq!(budget.opens_at(now), Some(end));
        // An answer that was given earlier opens nothing.
        budget.give_back(Some(window(2, 60)), now);
        assert_eq!(budget.opens_at(now), Some(end));
        assert_eq!(budget.opens_at(end), None);
        budget.take(end);
        assert_eq!(budget.opens_at(end), None);
    }

    #[test]
    fn the_day_and_the_minute_are_both_kept() {
        let now = Instant::now();
        let mut budget = Budget::default();
        budget.take(now);
        budget.give_back(Some(window(1, 40_000)), now);
        budget.take(now);
        budget.give_back(Some(window(5, 30)), now);
        assert_eq!(budget.opens_at(now), Some(now + Duration::from_secs(40_000)));
        assert_eq!(budget.limit(), Some(30));
    }

    #[test]
    fn a_refusal_closes_until_it_says() {
        let now = Instant::now();
        let mut budget = Budget::default();
        budget.take(now);
        let pause = Some(Duration::from_secs(7));
        budget.give_back(Some(Told { pause, ..Told::default() }), now);
        assert_eq!(budget.opens_at(now), Some(now + Duration::from_secs(7)));
        budget.take(now);
        budget.give_back(None, now);
        assert_eq!(budget.opens_at(now + Duration::from_secs(7)), None);
    }
}
