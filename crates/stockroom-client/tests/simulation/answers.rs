//! Answers in the contract's words, and in those of whatever stands between.

use serde_json::json;
use stockroom_client::answer::Answer;
use stockroom_client::headers::Headers;

/// What the headers of an answer say beside the body.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Extras {
    /// What remains, the limit, and the Unix second at which the window starts anew.
    pub(crate) window: Option<(u64, u64, u64)>,
    /// The server's clock in Unix seconds.
    pub(crate) date: Option<u64>,
    /// Seconds to wait.
    pub(crate) retry_after: Option<u64>,
    /// Whether the limit is used up.
    pub(crate) is_over: bool,
}

impl Extras {
    pub(crate) fn headers(&self) -> Headers {
        let mut pairs = Vec::new();
        if let Some((remaining, limit, reset)) = self.window {
            pairs.push(("X-RateLimit-Remaining", remaining.to_string()));
            pairs.push(("X-RateLimit-Limit", limit.to_string()));
            pairs.push(("X-RateLimit-Reset", reset.to_string()));
        }
        if let Some(date) = self.date {
            pairs.push(("Date", http_date(date)));
        }
        if let Some(seconds) = self.retry_after {
            pairs.push(("Retry-After", seconds.to_string()));
        }
        Headers::new(pairs)
    }
}

/// Returns a refusal of a whole request in the API's envelope.
pub(crate) fn refusal(status: u16, code: &str, path: Option<&str>, extras: &Extras) -> Answer {
    let mut error = json!({"code": code, "message": "no", "statusCode": status});
    if let Some(path) = path {
        error["path"] = path.into();
    }
    let body = json!({"success": false, "error": error}).to_string();
    Answer { status, headers: extras.headers(), body }
}

/// What stands in a body that is not the API's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Text {
    Empty,
    Html,
    Garbage,
    /// A success that does not speak of all items.
    Short,
    Sentence,
    Envelope,
}

impl Text {
    pub(crate) const ALL: [Self; 6] =
        [Self::Empty, Self::Html, Self::Garbage, Self::Short, Self::Sentence, Self::Envelope];

    pub(crate) fn answer(self, status: u16, retry_after: Option<u64>) -> Answer {
        let extras = Extras { retry_after, ..Extras::default() };
        let body = match self {
            Self::Empty => "",
            Self::Html => "<!doctype html><html><body><h1>Something went wrong</h1></body></html>",
            Self::Garbage => r#"{"success":true,"data":{"updated":,"failed":0}"#,
            Self::Short => r#"{"success":true,"data":{"updated":0,"failed":0,"errors":[]}}"#,
            Self::Sentence => r#"{"error":"Something went wrong"}"#,
            Self::Envelope => return refusal(status, "INTERNAL_ERROR", None, &extras),
        };
        Answer { status, headers: extras.headers(), body: body.to_owned() }
    }
}

/// Writes `Mon, 23 Nov 2026 14:36:33 GMT`.
fn http_date(unix_seconds: u64) -> String {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    let is_leap =
        |year: u64| year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    let (mut days, second) = (unix_seconds / 86_400, unix_seconds % 86_400);
    let weekday = DAYS[usize::try_from(days % 7).unwrap_or(0)];
    let mut year = 1970;
    while days >= 365 + u64::from(is_leap(year)) {
        days -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let lengths = [31, 28 + u64::from(is_leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 0;
    while days >= lengths[month] {
        days -= lengths[month];
        month += 1;
    }
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let month = MONTHS[month];
    format!("{weekday}, {:02} {month} {year} {hour:02}:{minute:02}:{second:02} GMT", days + 1)
}

#[test]
fn dates_are_those_that_the_run_reads() {
    for (seconds, date) in [
        (1_795_444_593, "Mon, 23 Nov 2026 14:36:33 GMT"),
        (951_825_600, "Tue, 29 Feb 2000 12:00:00 GMT"),
    ] {
        assert_eq!(http_date(seconds), date);
        assert_eq!(Headers::new([("Date", date)]).date(), Some(seconds));
    }
}
