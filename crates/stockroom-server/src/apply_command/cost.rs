//! What a run costs against the server's limits, said before the question.

use stockroom_api::capabilities::Capabilities;
use stockroom_client::budget::Budget;

use super::opening::Manner;
use super::progress::spoken;

/// Returns what a summary says of `requests`: how long they take, and what is left of the day.
pub(super) fn cost(requests: u64, manner: &Manner) -> String {
    let (budget, is_told) = budget(manner);
    let limits = [(budget.per_minute, "a minute"), (budget.per_day, "a day")];
    let limits: Vec<String> =
        limits.iter().filter_map(|(most, window)| Some(format!("{} {window}", (*most)?))).collect();
    if limits.is_empty() {
        // Half a second each is the hosted service's: nothing was measured here.
        return format!("{requests} requests; the server names no limit");
    }
    // What others sent today is not known here, so what is left is the most that can be.
    let forecast = budget.forecast(requests, 0);
    let assumed = if is_told { "" } else { " where the limits are those of the hosted service" };
    let known = format!("{requests} requests, at most {}{assumed}", limits.join(" and "));
    let time = spoken(forecast.takes_ms);
    match forecast.left {
        Some(left) if requests > left => format!(
            "{known}: more than a day takes, so about {time} over {} days. The run waits for each; \
             it can be stopped at any time, and goes on with the same command",
            forecast.days
        ),
        Some(left) => format!("{known}: about {time}; at most {left} are left of the day"),
        None => format!("{known}: about {time}"),
    }
}

/// Returns the limits of bulk requests, and whether the server tells them itself. One that shows
/// limits without telling them is taken for one like the hosted service.
pub(super) fn budget(manner: &Manner) -> (Budget, bool) {
    let limits = manner.capabilities.limits;
    let is_told = limits.bulk_per_minute.is_some() || limits.bulk_per_day.is_some();
    let is_hosted = manner.is_limited && !is_told;
    let hosted = Capabilities::default();
    (Budget::of(if is_hosted { &hosted } else { &manner.capabilities }), is_told)
}

#[cfg(test)]
mod tests {
    use stockroom_api::capabilities::Limits;

    use super::*;

    fn ours(limits: Limits, is_limited: bool) -> Manner {
        let server = "stockroom 0.1.0".to_owned();
        let capabilities = Capabilities { server, limits, ..Capabilities::default() };
        Manner { capabilities, is_limited }
    }

    #[test]
    fn where_nothing_is_limited_requests_are_only_counted() {
        let said = cost(62, &ours(Limits::default(), false));
        assert_eq!(said, "62 requests; the server names no limit");
    }

    #[test]
    fn what_says_nothing_of_itself_is_taken_for_the_hosted_service() {
        let plain = Manner { capabilities: Capabilities::default(), is_limited: false };
        let said = "62 requests, at most 30 a minute and 500 a day where the limits are those of \
                    the hosted service: about 2 min 1 s; at most 500 are left of the day";
        assert_eq!(cost(62, &plain), said);
        assert_eq!(cost(62, &ours(Limits::default(), true)), said);
    }

    #[test]
    fn a_server_tells_its_own_limits() {
        let minute = Limits { bulk_per_minute: Some(10), ..Limits::default() };
        let said = cost(20, &ours(minute, true));
        assert_eq!(said, "20 requests, at most 10 a minute: about 1 min 5 s");
        let day = Limits { bulk_per_day: Some(100), ..minute };
        let said = cost(20, &ours(day, true));
        assert!(said.ends_with("about 1 min 5 s; at most 100 are left of the day"), "{said}");
    }

    #[test]
    fn a_run_of_more_than_a_day_says_so() {
        let plain = Manner { capabilities: Capabilities::default(), is_limited: true };
        let said = cost(501, &plain);
        assert!(said.contains("about 24 h 0 min over 2 days. The run waits for each"), "{said}");
        assert!(!cost(500, &plain).contains("days"));
    }
}
