//! Randomness from the browser's own source, which needs no secure context.

use std::fmt::Write as _;

use super::window;

/// Returns a new idempotency key: 128 random bits in hexadecimal.
pub fn idempotency_key() -> String {
    let mut bytes = [0; 16];
    fill(&mut bytes);
    let mut key = String::with_capacity(35);
    key.push_str("sr-");
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(key, "{byte:02x}");
    }
    key
}

/// Fills `bytes` with random ones that nobody can guess; tells whether the browser could.
pub fn fill_secret(bytes: &mut [u8]) -> bool {
    let crypto = window().and_then(|window| window.crypto().ok());
    crypto.is_some_and(|crypto| crypto.get_random_values_with_u8_array(bytes).is_ok())
}

/// Fills `bytes` with random ones.
pub fn fill(bytes: &mut [u8]) {
    if !fill_secret(bytes) {
        // Every supported browser has crypto; this keeps keys apart all the same.
        for byte in bytes {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 255")]
            let random = (js_sys::Math::random() * 256.0) as u8;
            *byte = random;
        }
    }
}
