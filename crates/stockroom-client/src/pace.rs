//! How fast to send: rate-limit headers, waiting after failures, and how long it all takes.

use serde::{Deserialize, Serialize};
use stockroom_api::header;

use crate::budget::{Budget, Day};
use crate::bytes::{Reader, Writer};
use crate::headers::Headers;

/// The window of the tighter rate limit, in milliseconds.
pub const MINUTE_MS: u64 = 60_000;
/// The longest that a server can make a run wait, in milliseconds.
pub(crate) const DAY_MS: u64 = 24 * 60 * MINUTE_MS;
/// What a request takes until one has been measured.
const FIRST_GUESS_MS: u64 = 500;

/// What the answers so far tell about the limits, on this side's clock. A journal keeps it, so that a
/// run which comes back knows what it waits for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Pace {
    limit: Option<u64>,
    remaining: Option<u64>,
    resets_at: u64,
    held_until: u64,
    /// How many answers in a row were limits.
    limits: u32,
    request_ms: Option<u64>,
    /// What the clock showed last.
    seen: u64,
    /// What was last said of the day.
    day: Option<Day>,
    /// The day that was sent on last, by its number since 1970, and how often.
    sent: (u64, u64),
}

impl Pace {
    /// Takes note of the time. Where the clock was set back, what was to be waited for stays as far
    /// ahead as it was. Returns by how much it was set back.
    pub fn tick(&mut self, now_ms: u64) -> u64 {
        let back = self.seen.saturating_sub(now_ms);
        self.held_until = self.held_until.saturating_sub(back);
        self.resets_at = self.resets_at.saturating_sub(back);
        self.seen = now_ms;
        back
    }

    /// Takes note of the headers of an answer that arrived at `now_ms`, while `flying` others are
    /// under way that it may not have counted.
    ///
    /// The reset is a time on the server's clock: `Date`, where it can be read, tells how far that
    /// is from ours. A reset that makes no sense counts as a minute.
    pub fn observe(&mut self, headers: &Headers, flying: u64, now_ms: u64) {
        if let Some((limit, remaining)) = headers.day() {
            let remaining = remaining.saturating_sub(flying);
            self.day = Some(Day { limit, remaining, at_ms: now_ms });
        }
        let Some(remaining) = headers.number(header::RATE_REMAINING) else {
            return;
        };
        self.remaining = Some(remaining.saturating_sub(flying));
        self.limit = headers.number(header::RATE_LIMIT).or(self.limit);
        let server_now = headers.date().unwrap_or(now_ms / 1000);
        let wait = headers
            .number(header::RATE_RESET)
            .and_then(|reset| reset.checked_sub(server_now))
            .map(|seconds| seconds.saturating_mul(1000).max(1000))
            .filter(|wait| *wait <= DAY_MS)
            .unwrap_or(MINUTE_MS);
        self.resets_at = now_ms.saturating_add(wait);
    }

    /// Takes note of a request that leaves at `now_ms`, on the day of this number.
    pub fn leaves(&mut self, now_ms: u64, day: u64) {
        self.sent = (day, if self.sent.0 == day { self.sent.1 + 1 } else { 1 });
        if let Some(day) = &mut self.day {
            day.remaining = day.remaining.saturating_sub(1);
        }
        if now_ms < self.resets_at {
            self.remaining = self.remaining.map(|remaining| remaining.saturating_sub(1));
        }
    }

    /// Sends nothing for a while after an answer that was a limit: as long as it says, else longer
    /// with every one. `unit` is a random number from 0 to 1.
    pub fn limited(&mut self, wait_ms: Option<u64>, now_ms: u64, unit: f64) {
        const LEAST_MS: u64 = 1000;
        self.limits = self.limits.saturating_add(1);
        let wait = wait_ms.map(|wait| wait.max(LEAST_MS));
        let wait = wait.unwrap_or_else(|| backoff_ms(self.limits, unit));
        self.held_until = self.held_until.max(now_ms.saturating_add(wait));
    }

    /// Takes note of an answer that was no limit.
    pub fn passed(&mut self) {
        self.limits = 0;
    }

    /// Takes note of how long a request took.
    pub fn took(&mut self, request_ms: u64) {
        self.request_ms = Some(match self.request_ms {
            Some(mean) => (mean * 3 + request_ms) / 4,
            None => request_ms,
        });
    }

    /// Tells whether answers come so quickly that most of a request's time is spent on this side.
    pub fn is_quick(&self) -> bool {
        const QUICK_MS: u64 = 250;
        self.request_ms.is_some_and(|mean| mean < QUICK_MS)
    }

    /// Returns the time before which nothing may be sent; 0 where nothing holds it.
    pub fn opens_at(&self) -> u64 {
        match self.remaining {
            Some(0) => self.held_until.max(self.resets_at),
            _ => self.held_until,
        }
    }

    /// Returns what was last said of the day, without what has left since.
    pub fn day(&self) -> Option<Day> {
        self.day
    }

    /// Tells whether nothing may leave for longer than a minute's window explains, as seen last: the
    /// day is used up.
    pub fn waits_for_day(&self, minute_ms: u64) -> bool {
        self.opens_at().saturating_sub(self.seen) > 2 * minute_ms
            || self.opens_at() > self.seen && self.day.is_some_and(|day| day.remaining == 0)
    }

    /// Returns how long `requests` more take from `now_ms` on within a budget: what is more than the
    /// day has left goes on the next ones.
    pub fn left_within(&self, requests: u64, budget: &Budget, now_ms: u64) -> u64 {
        let by_minutes = self.left_ms(requests, now_ms);
        let (day, sent) = self.sent;
        let used = if day == budget.day_of(now_ms) { sent } else { 0 };
        let left = budget.left(self.day, used, now_ms);
        let Some((left, limit)) = left.zip(budget.day_limit(self.day)) else { return by_minutes };
        if requests <= left.requests() {
            return by_minutes;
        }
        budget.takes_from(requests, left.requests(), limit, now_ms).max(by_minutes)
    }

    /// Returns how long `requests` more take from `now_ms` on, one after the other.
    pub fn left_ms(&self, requests: u64, now_ms: u64) -> u64 {
        let request_ms = self.request_ms.unwrap_or(FIRST_GUESS_MS);
        let held = self.opens_at().saturating_sub(now_ms);
        let (Some(limit), Some(remaining)) = (self.limit, self.remaining) else {
            return held + requests * request_ms;
        };
        let now_free = if held > 0 || self.resets_at <= now_ms { 0 } else { remaining };
        if requests <= now_free {
            return requests * request_ms;
        }
        let until_reset = self.resets_at.saturating_sub(now_ms).max(held);
        until_reset + duration_ms(requests - now_free, limit, request_ms)
    }
}

/// As it stands in each entry of a journal: numbers alone.
impl Pace {
    pub(crate) fn write(&self, writer: &mut Writer) {
        let Self { limit, remaining, request_ms, day, .. } = self;
        for number in [*limit, *remaining, *request_ms] {
            writer.maybe_number(number);
        }
        let (sent_day, sent) = self.sent;
        for number in [
            self.resets_at,
            self.held_until,
            self.limits.into(),
            self.seen,
            sent_day,
            sent,
            day.is_some().into(),
        ] {
            writer.number(number);
        }
        if let Some(Day { limit, remaining, at_ms }) = day {
            for number in [*limit, *remaining, *at_ms] {
                writer.number(number);
            }
        }
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            limit: reader.maybe_number()?,
            remaining: reader.maybe_number()?,
            request_ms: reader.maybe_number()?,
            resets_at: reader.number()?,
            held_until: reader.number()?,
            limits: reader.short()?,
            seen: reader.number()?,
            sent: (reader.number()?, reader.number()?),
            day: match reader.number()? {
                0 => None,
                _ => Some(Day {
                    limit: reader.number()?,
                    remaining: reader.number()?,
                    at_ms: reader.number()?,
                }),
            },
        })
    }
}

/// Returns how long `requests` take, one after the other, where `per_minute` of them may start in
/// a minute and the first minute is untouched.
///
/// ```
/// // 12,400 changes are 62 requests: two full minutes, then two requests of 2 s.
/// assert_eq!(stockroom_client::pace::duration_ms(62, 30, 2_000), 124_000);
/// ```
pub fn duration_ms(requests: u64, per_minute: u64, request_ms: u64) -> u64 {
    let Some(last) = requests.checked_sub(1) else {
        return 0;
    };
    let per_minute = per_minute.max(1);
    // A minute that its requests overfill is as long as they take.
    let window = MINUTE_MS.max(per_minute.saturating_mul(request_ms));
    (last / per_minute) * window + (last % per_minute + 1) * request_ms
}

/// Returns how long to wait before try `tries + 1`: full jitter under a bound that doubles.
///
/// `unit` is a random number from 0 to 1.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a bound of 30,000 times a number clamped to 0..=1"
)]
pub fn backoff_ms(tries: u32, unit: f64) -> u64 {
    const FIRST_MS: u64 = 1_000;
    const MOST_MS: u64 = 30_000;
    let bound = FIRST_MS.saturating_mul(1 << tries.saturating_sub(1).min(16)).min(MOST_MS);
    (bound as f64 * unit.clamp(0.0, 1.0)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_795_444_593_000;

    fn headers(remaining: u64, reset: u64) -> Headers {
        let pairs = [
            ("X-RateLimit-Limit", "30".to_owned()),
            ("X-RateLimit-Remaining", remaining.to_string()),
            ("X-RateLimit-Reset", reset.to_string()),
            ("Date", "Mon, 23 Nov 2026 14:36:33 GMT".to_owned()),
        ];
        Headers::new(pairs)
    }

    #[test]
    fn waits_for_the_reset_on_the_servers_clock() {
        let mut pace = Pace::default();
        let behind = NOW - 3_600_000;
        pace.observe(&headers(0, NOW / 1000 + 20), 0, behind);
        assert_eq!(pace.opens_at(), behind + 20_000);
    }

    #[test]
    fn a_reset_without_sense_is_a_minute() {
        for reset in [0, NOW / 1000 - 5, NOW / 1000 + 1_000_000] {
            let mut pace = Pace::default();
            pace.observe(&headers(0, reset), 0, NOW);
            assert_eq!(pace.opens_at(), NOW + MINUTE_MS);
        }
    }

    #[test]
    fn counts_what_has_left_since() {
        let mut pace = Pace::default();
        // Of two that remain, one may be for the request that is under way.
        pace.observe(&headers(2, NOW / 1000 + 20), 1, NOW);
        assert_eq!(pace.opens_at(), 0);
        pace.leaves(NOW, 0);
        assert_eq!(pace.opens_at(), NOW + 20_000);
        // It was counted already: there is room for one more.
        pace.observe(&headers(1, NOW / 1000 + 20), 0, NOW);
        assert_eq!(pace.opens_at(), 0);
    }

    #[test]
    fn a_clock_that_goes_back_does_not_make_the_waiting_longer() {
        let mut pace = Pace::default();
        pace.tick(NOW);
        pace.observe(&headers(0, NOW / 1000 + 20), 0, NOW);
        pace.tick(NOW + 5_000);
        pace.tick(NOW - 86_400_000);
        assert_eq!(pace.opens_at(), NOW - 86_400_000 + 15_000);
    }

    #[test]
    fn limits_that_say_nothing_hold_longer_each_time() {
        let mut pace = Pace::default();
        let mut held = |wait| {
            pace.held_until = 0;
            pace.limited(wait, NOW, 1.0);
            pace.opens_at() - NOW
        };
        assert_eq!([held(None), held(None), held(None)], [1000, 2000, 4000]);
        assert_eq!([held(Some(0)), held(Some(17_000))], [1000, 17_000]);
    }

    #[test]
    fn estimates_what_is_left() {
        let mut pace = Pace::default();
        assert_eq!(pace.left_ms(4, NOW), 2_000);
        pace.took(100);
        pace.observe(&headers(10, NOW / 1000 + 40), 0, NOW);
        assert_eq!(pace.left_ms(10, NOW), 1_000);
        assert_eq!(pace.left_ms(11, NOW), 40_000 + 100);
        assert_eq!(pace.left_ms(41, NOW), 40_000 + MINUTE_MS + 100);
    }

    #[test]
    fn what_is_left_goes_over_days_by_what_was_told_or_counted() {
        let budget = Budget::of(&stockroom_api::capabilities::Capabilities::default());
        let until_midnight = DAY_MS - NOW % DAY_MS;
        let mut pace = Pace::default();
        assert_eq!(pace.left_within(500, &budget, NOW), 250_000);
        let over = pace.left_within(501, &budget, NOW);
        assert_eq!(over, until_midnight + 500);
        for _ in 0..3 {
            pace.leaves(NOW, budget.day_of(NOW));
        }
        assert_eq!(pace.left_within(498, &budget, NOW), until_midnight + 500, "three have left");
        assert_eq!(pace.left_within(498, &budget, NOW + DAY_MS), 249_000, "on another day");
        let told = [("X-RateLimit-Day-Limit", "500"), ("X-RateLimit-Day-Remaining", "40")];
        pace.observe(&Headers::new(told), 0, NOW);
        assert_eq!(pace.left_within(41, &budget, NOW), until_midnight + 500);
        pace.leaves(NOW, budget.day_of(NOW));
        assert_eq!(pace.day().map(|day| day.remaining), Some(39));
    }

    #[test]
    fn backs_off_twice_as_long_each_time() {
        let most = [1, 2, 3, 4, 5, 6, 60].map(|tries| backoff_ms(tries, 1.0));
        assert_eq!(most, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
        assert_eq!(backoff_ms(3, 0.25), 1000);
        assert_eq!(backoff_ms(3, 7.0), 4000);
    }
}
