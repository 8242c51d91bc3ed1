//! Keys and session tokens: how they are made and how they are kept.

use sha2::{Digest, Sha256};
use stockroom_api::key::KeyPrefix;

use crate::random::Random;

/// The keys that every demo store has, and no other.
pub const DEMO_KEYS: [&str; 2] = ["sk_test_demo", "pk_test_demo"];

/// What is kept of a secret.
pub type Hash = [u8; 32];

/// Returns a new key with 256 random bits after its prefix.
pub fn new_key(prefix: KeyPrefix, random: &dyn Random) -> String {
    format!("{}{}", prefix.as_str(), new_token(random))
}

/// Returns 256 random bits as 64 hexadecimal digits.
pub fn new_token(random: &dyn Random) -> String {
    let mut bytes = [0; 32];
    random.fill(&mut bytes);
    hex(&bytes)
}

/// Returns what is kept of `secret`: it has 256 random bits, so a plain hash is enough.
pub fn hash(secret: &str) -> Hash {
    Sha256::digest(secret.as_bytes()).into()
}

/// Returns `bytes` as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|half| char::from(DIGITS[usize::from(half)]))
        .collect()
}
