//! The headers of an answer that matter here: rate limits, waiting times and the server's clock.

use stockroom_api::header;

/// Header names and values, found without case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// Returns the headers with these names and values.
    pub fn new<N: Into<String>, V: Into<String>>(pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        let pairs = pairs.into_iter();
        Self(pairs.map(|(n, v)| (n.into(), v.into())).collect())
    }

    /// Returns the first value of `name`.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim())
    }

    /// Returns the value of `name` as a whole number.
    pub fn number(&self, name: &str) -> Option<u64> {
        self.get(name)?.parse().ok()
    }

    /// Returns how long `Retry-After` asks to wait, in milliseconds; only its form in seconds.
    pub fn retry_after_ms(&self) -> Option<u64> {
        self.number(header::RETRY_AFTER).map(|seconds| seconds.saturating_mul(1000))
    }

    /// Returns the requests of the store's day and what is left of them, where the server tells.
    pub fn day(&self) -> Option<(u64, u64)> {
        self.number(header::RATE_DAY_LIMIT).zip(self.number(header::RATE_DAY_REMAINING))
    }

    /// Returns the server's clock from `Date`, in Unix seconds.
    pub fn date(&self) -> Option<u64> {
        unix_seconds(self.get("Date")?)
    }
}

/// Reads `Mon, 23 Nov 2026 14:36:33 GMT`.
fn unix_seconds(date: &str) -> Option<u64> {
    let mut words = date.split_once(", ")?.1.split(' ');
    let day: u64 = words.next()?.parse().ok()?;
    let month = words.next()?;
    let months =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = months.iter().position(|name| *name == month)? as u64;
    let year: u64 = words.next()?.parse().ok()?;
    let mut clock = words.next()?.splitn(3, ':').map(str::parse::<u64>);
    let mut part = || clock.next()?.ok();
    let (hour, minute, second) = (part()?, part()?, part()?);
    if !(1970..10_000).contains(&year) || !(1..=31).contains(&day) {
        return None;
    }
    // Days since 1 March of year 0, with the year beginning in March so that leap days come last.
    let (y, m) = if month < 2 { (year - 1, month + 10) } else { (year, month - 2) };
    let days = y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1;
    Some((days - 719_468) * 86_400 + hour * 3600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_names_without_case() {
        let headers = Headers::new([("x-ratelimit-remaining", " 12 "), ("retry-after", "soon")]);
        assert_eq!(headers.number("X-RateLimit-Remaining"), Some(12));
        assert_eq!(headers.retry_after_ms(), None);
        assert_eq!(headers.get("Date"), None);
    }

    #[test]
    fn the_day_is_told_by_limit_and_rest_together() {
        let limit = ("X-RateLimit-Day-Limit", "500");
        assert_eq!(Headers::new([limit]).day(), None);
        let told = Headers::new([limit, ("x-ratelimit-day-remaining", "438")]);
        assert_eq!(told.day(), Some((500, 438)));
    }

    #[test]
    fn reads_the_clock() {
        let date = |text| Headers::new([("Date", text)]).date();
        assert_eq!(date("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        assert_eq!(date("Tue, 29 Feb 2000 12:00:00 GMT"), Some(951_825_600));
        assert_eq!(date("Mon, 23 Nov 2026 14:36:33 GMT"), Some(1_795_444_593));
        assert_eq!(date("Mon, 23 Nov 1800 14:36:33 GMT"), None);
        assert_eq!(date("23.11.2026"), None);
    }
}
