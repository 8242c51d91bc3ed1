//! What requests cost against the service's limits, before the first of them leaves.

use serde::{Deserialize, Serialize};
use stockroom_api::capabilities::{Capabilities, Limits};

use crate::pace::{DAY_MS, MINUTE_MS};

/// What a request takes until one has been measured, in milliseconds.
const REQUEST_MS: u64 = 500;
/// The bulk requests that the hosted service takes in a minute and in a day.
const HOSTED: (u64, u64) = (30, 500);
/// The requests that read, which it takes in a minute and in a day.
const HOSTED_READS: (u64, u64) = (60, 2000);

/// The limits of requests of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    /// From one address in a minute.
    pub per_minute: Option<u64>,
    /// For one store in a day.
    pub per_day: Option<u64>,
    /// The length of a minute in milliseconds.
    pub minute_ms: u64,
    /// The length of a day in milliseconds.
    pub day_ms: u64,
}

/// What a run costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Forecast {
    /// How long it takes, in milliseconds.
    pub takes_ms: u64,
    /// The most requests that are left of the day; `None` where the day has no limit.
    pub left: Option<u64>,
    /// On how many days it sends.
    pub days: u64,
}

/// What is left of the day's requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// The server said so.
    Told(u64),
    /// No more than this: what is known here was sent, others may have sent more.
    AtMost(u64),
}

/// What a server last said of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    /// The requests of the day.
    pub limit: u64,
    /// What was left of them.
    pub remaining: u64,
    /// When it said so, in milliseconds since 1970.
    pub at_ms: u64,
}

impl Left {
    /// Returns the requests.
    pub fn requests(self) -> u64 {
        match self {
            Self::Told(left) | Self::AtMost(left) => left,
        }
    }
}

impl Budget {
    /// Returns the limits of bulk requests that a server tells; one that tells nothing of itself has
    /// those of the hosted service.
    ///
    /// ```
    /// use stockroom_client::budget::Budget;
    /// assert_eq!(Budget::of(&Default::default()).per_day, Some(500));
    /// ```
    pub fn of(capabilities: &Capabilities) -> Self {
        let Limits { bulk_per_minute, bulk_per_day, .. } = capabilities.limits;
        Self::told(capabilities, (bulk_per_minute, bulk_per_day), HOSTED)
    }

    /// Returns the limits of requests that read, told or not as in [`Budget::of`].
    ///
    /// ```
    /// use stockroom_client::budget::Budget;
    /// assert_eq!(Budget::of_reads(&Default::default()).per_day, Some(2000));
    /// ```
    pub fn of_reads(capabilities: &Capabilities) -> Self {
        let Limits { read_per_minute, read_per_day, .. } = capabilities.limits;
        Self::told(capabilities, (read_per_minute, read_per_day), HOSTED_READS)
    }

    fn told(
        capabilities: &Capabilities,
        (per_minute, per_day): (Option<u64>, Option<u64>),
        hosted: (u64, u64),
    ) -> Self {
        let Limits { minute_seconds, day_seconds, .. } = capabilities.limits;
        let is_plain = capabilities.server.is_empty();
        Self {
            per_minute: per_minute.or(is_plain.then_some(hosted.0)),
            per_day: per_day.or(is_plain.then_some(hosted.1)),
            minute_ms: minute_seconds.map_or(MINUTE_MS, |seconds| seconds.saturating_mul(1000)),
            day_ms: day_seconds.map_or(DAY_MS, |seconds| seconds.saturating_mul(1000)),
        }
    }

    /// Returns what is left of the day at `now_ms`: what the server said on this day, else what this
    /// side's own count of the day leaves; `None` where the day has no limit.
    ///
    /// ```
    /// use stockroom_client::budget::{Budget, Day, Left};
    /// let (budget, noon) = (Budget::of(&Default::default()), 43_200_000);
    /// let told = Day { limit: 500, remaining: 12, at_ms: noon };
    /// assert_eq!(budget.left(Some(told), 62, noon + 1), Some(Left::Told(12)));
    /// assert_eq!(budget.left(Some(told), 62, noon + budget.day_ms), Some(Left::AtMost(438)));
    /// ```
    pub fn left(&self, told: Option<Day>, used: u64, now_ms: u64) -> Option<Left> {
        match told {
            Some(day) if self.day_of(day.at_ms) == self.day_of(now_ms) => {
                Some(Left::Told(day.remaining))
            }
            _ => self.day_limit(told).map(|most| Left::AtMost(most.saturating_sub(used))),
        }
    }

    /// Returns the requests of a day, as a server last said or as it said in advance.
    pub fn day_limit(&self, told: Option<Day>) -> Option<u64> {
        told.map(|day| day.limit).or(self.per_day)
    }

    /// Returns the number of the day since 1970; it begins at midnight in UTC.
    pub fn day_of(&self, at_ms: u64) -> u64 {
        at_ms / self.day_ms.max(1)
    }

    /// Returns how long `requests` take from `now_ms` on where so many are `left` of this day, of
    /// `limit`: what is more goes on the next ones.
    pub fn takes_from(&self, requests: u64, left: u64, limit: u64, now_ms: u64) -> u64 {
        let over = requests.saturating_sub(left);
        if over == 0 {
            return self.takes_ms(requests);
        }
        let limit = limit.max(1);
        let until_next = (self.day_of(now_ms) + 1).saturating_mul(self.day_ms) - now_ms;
        let more = over.div_ceil(limit) - 1;
        let last = over - more * limit;
        until_next + more.saturating_mul(self.day_ms) + self.takes_ms(last)
    }

    /// Returns what `requests` cost, one after the other, where `used` of the day are gone.
    ///
    /// A day that is used up is waited for to its end.
    ///
    /// ```
    /// use stockroom_client::budget::Budget;
    /// // 12,400 products are 62 requests: two full minutes, then two requests of half a second.
    /// let forecast = Budget::of(&Default::default()).forecast(62, 62);
    /// assert_eq!((forecast.takes_ms, forecast.left, forecast.days), (121_000, Some(438), 1));
    /// ```
    pub fn forecast(&self, requests: u64, used: u64) -> Forecast {
        self.forecast_of(requests, self.per_day.map(|most| most.max(1).saturating_sub(used)))
    }

    /// Returns what `requests` cost, as in [`Budget::forecast`], where so many are left of the day.
    pub fn forecast_of(&self, requests: u64, left: Option<u64>) -> Forecast {
        let Some(left) = left else {
            return Forecast { takes_ms: self.takes_ms(requests), left: None, days: 1 };
        };
        let per_day = self.per_day.unwrap_or(left).max(1);
        let Some(over) = requests.checked_sub(left).filter(|over| *over > 0) else {
            return Forecast { takes_ms: self.takes_ms(requests), left: Some(left), days: 1 };
        };
        let more = over.div_ceil(per_day);
        let last = over - (more - 1) * per_day;
        let takes_ms = (more * self.day_ms).saturating_add(self.takes_ms(last));
        Forecast { takes_ms, left: Some(left), days: more + u64::from(left > 0) }
    }

    fn takes_ms(&self, requests: u64) -> u64 {
        let Some(last) = requests.checked_sub(1) else { return 0 };
        let Some(per_minute) = self.per_minute.map(|most| most.max(1)) else {
            return requests * REQUEST_MS;
        };
        // A minute that its requests overfill is as long as they take.
        let window = self.minute_ms.max(per_minute.saturating_mul(REQUEST_MS));
        (last / per_minute) * window + (last % per_minute + 1) * REQUEST_MS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTED_BUDGET: Budget =
        Budget { per_minute: Some(30), per_day: Some(500), minute_ms: MINUTE_MS, day_ms: DAY_MS };

    #[test]
    fn our_server_without_limits_costs_only_time() {
        let server = Capabilities { server: "stockroom 0.1.0".into(), ..Capabilities::default() };
        let forecast = Budget::of(&server).forecast(1000, 9999);
        assert_eq!(forecast, Forecast { takes_ms: 500_000, left: None, days: 1 });
    }

    #[test]
    fn what_is_more_than_the_day_goes_on_the_next_ones() {
        let days = |requests, used| {
            let forecast = HOSTED_BUDGET.forecast(requests, used);
            (forecast.days, forecast.left, forecast.takes_ms / DAY_MS)
        };
        assert_eq!(days(500, 0), (1, Some(500), 0));
        assert_eq!(days(501, 0), (2, Some(500), 1));
        assert_eq!(days(1500, 0), (3, Some(500), 2));
        assert_eq!(days(1501, 0), (4, Some(500), 3));
        assert_eq!(days(62, 500), (1, Some(0), 1), "it waits a day, and sends on one");
        assert_eq!(days(62, 490), (2, Some(10), 1));
        assert_eq!(days(0, 500), (1, Some(0), 0));
    }

    #[test]
    fn what_is_over_waits_for_midnight_and_not_for_a_whole_day() {
        let noon = 20_000 * DAY_MS + DAY_MS / 2;
        let takes = |requests, left| HOSTED_BUDGET.takes_from(requests, left, 500, noon);
        assert_eq!(takes(62, 62), 121_000);
        assert_eq!(takes(62, 60), DAY_MS / 2 + 1000);
        assert_eq!(takes(500, 0) / MINUTE_MS, 720 + 16);
        assert_eq!(takes(561, 60), DAY_MS / 2 + DAY_MS + 500);
    }

    #[test]
    fn a_server_tells_its_own_limits_and_how_long_its_minute_is() {
        let limits = Limits {
            bulk_per_minute: Some(10),
            bulk_per_day: None,
            minute_seconds: Some(2),
            ..Limits::default()
        };
        let server = Capabilities { server: "x".into(), limits, ..Capabilities::default() };
        // Ten requests of half a second overfill a minute of two seconds.
        assert_eq!(Budget::of(&server).forecast(11, 0).takes_ms, 5_500);
    }
}
