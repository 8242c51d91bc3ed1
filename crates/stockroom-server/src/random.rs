//! Ids and secrets, from an injected source so that tests can repeat them.

use jiff::Timestamp;
use uuid::Builder;

/// Where randomness comes from.
pub trait Random: Send + Sync {
    /// Fills `bytes` with bits that nobody can guess.
    fn fill(&self, bytes: &mut [u8]);
}

/// The operating system's source.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        #[expect(
            clippy::expect_used,
            reason = "without randomness no key may be made; a panic costs one request"
        )]
        getrandom::fill(bytes).expect("the operating system gives random bytes");
    }
}

/// Returns a new id (UUID v7), so that rows made together lie together.
pub fn new_id(random: &dyn Random, now: Timestamp) -> String {
    let mut bytes = [0; 10];
    random.fill(&mut bytes);
    let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
    Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid().to_string()
}
