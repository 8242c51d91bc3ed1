//! When a delivery is sent again, and when an endpoint is given up. Pure: time and chance are given.

use jiff::{SignedDuration, Timestamp};

use crate::random::Random;
use crate::store::webhooks::{Fate, Health};

/// How often a delivery is sent at most.
pub const TRIES: u32 = 8;

/// The longest wait after the first try; each further one is [`GROWTH`] times as long.
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(30);
const GROWTH: i32 = 4;
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(24);

/// An endpoint is turned off once nothing has arrived for so long …
const LASTING: SignedDuration = SignedDuration::from_hours(3 * 24);
/// … and so many deliveries in a row were given up.
const LASTING_GIVEN_UP: u32 = 3;

/// What waits for an endpoint is sent at once where something arrives after nothing has for so long. It
/// is long enough that one which takes some and not others is not sent all its failures again.
const OUTAGE: SignedDuration = SignedDuration::from_hours(1);

/// Returns what becomes of a delivery that was sent now and did not arrive, after `tries` before it.
pub fn after_failure(tries: u32, random: &dyn Random, now: Timestamp) -> Fate {
    let tries = tries + 1;
    if tries >= TRIES {
        return Fate::GivenUp;
    }
    let wait = jittered(longest_wait(tries), random);
    Fate::Again(now.checked_add(wait).unwrap_or(now))
}

/// Returns the longest wait after so many tries.
fn longest_wait(tries: u32) -> SignedDuration {
    let grown = GROWTH.checked_pow(tries.saturating_sub(1));
    let wait = grown.and_then(|factor| FIRST_WAIT.checked_mul(factor));
    wait.unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT)
}

/// Returns a wait of any length up to `longest`, so that what failed together does not come back
/// together.
fn jittered(longest: SignedDuration, random: &dyn Random) -> SignedDuration {
    let mut bytes = [0; 8];
    random.fill(&mut bytes);
    let millis = longest.as_millis().unsigned_abs();
    let part = (u128::from(u64::from_le_bytes(bytes)) * (millis + 1)) >> 64;
    SignedDuration::from_millis(i64::try_from(part).unwrap_or(i64::MAX))
}

/// Tells whether an endpoint has failed for so long that nothing more is sent there.
pub fn is_lasting(health: Health, now: Timestamp) -> bool {
    let is_long = |since: Timestamp| now.duration_since(since) >= LASTING;
    health.given_up >= LASTING_GIVEN_UP && health.failing_since.is_some_and(is_long)
}

/// Tells whether an endpoint, of which something has arrived now, was down before.
pub fn is_recovered(before: Health, now: Timestamp) -> bool {
    before.failing_since.is_some_and(|since| now.duration_since(since) >= OUTAGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Chance that always gives the same.
    struct Always(u8);

    impl Random for Always {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    fn now() -> Timestamp {
        "2026-11-23T08:00:00Z".parse().unwrap()
    }

    #[test]
    fn waits_grow_fourfold_up_to_a_day_and_end_after_eight_tries() {
        let waits: Vec<Option<i64>> = (0..8)
            .map(|tries| match after_failure(tries, &Always(255), now()) {
                Fate::Again(at) => Some(at.duration_since(now()).as_secs()),
                Fate::GivenUp => None,
                Fate::Delivered => panic!("it failed"),
            })
            .collect();
        let longest = [30, 120, 480, 1_920, 7_680, 30_720, 86_400];
        let expected: Vec<Option<i64>> = longest.into_iter().map(Some).chain([None]).collect();
        assert_eq!(waits, expected);
        // All waits together end well before an endpoint is given up.
        assert!(longest.iter().sum::<i64>() < LASTING.as_secs());
    }

    #[test]
    fn any_wait_up_to_the_longest_may_come() {
        assert_eq!(after_failure(3, &Always(0), now()), Fate::Again(now()));
        let Fate::Again(at) = after_failure(0, &Always(0x80), now()) else { panic!() };
        let millis = at.duration_since(now()).as_millis();
        assert!((15_000..15_200).contains(&millis), "{millis}");
    }

    #[test]
    fn an_endpoint_is_given_up_after_days_and_several_deliveries() {
        let since = |hours| Some(now() - SignedDuration::from_hours(hours));
        let lasting =
            |failing_since, given_up| is_lasting(Health { failing_since, given_up }, now());
        assert!(lasting(since(72), 3));
        assert!(!lasting(since(71), 30));
        assert!(!lasting(since(720), 2));
        assert!(!lasting(None, 3));
        let recovered = |minutes| {
            let failing_since = Some(now() - SignedDuration::from_mins(minutes));
            is_recovered(Health { failing_since, given_up: 0 }, now())
        };
        assert!(recovered(60) && !recovered(59));
    }
}
