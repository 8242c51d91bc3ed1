//! Signing by the Standard Webhooks scheme: HMAC-SHA256 over id, time and body.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use crate::random::Random;
use crate::store::webhooks::Secret;

/// Returns a new secret of 256 random bits.
pub fn new_secret(random: &dyn Random) -> Secret {
    let mut secret = [0; 32];
    random.fill(&mut secret);
    Secret(secret)
}

/// Returns a secret as libraries of Standard Webhooks take it.
pub fn standard_form(secret: &Secret) -> String {
    format!("whsec_{}", STANDARD.encode(secret.0))
}

/// Returns the value of `webhook-signature`: a signature for each secret, `timestamp` in Unix
/// seconds.
pub fn signatures(secrets: &[Secret], id: &str, timestamp: i64, body: &str) -> String {
    let each = secrets.iter().map(|secret| sign(&secret.0, id, timestamp, body));
    each.collect::<Vec<_>>().join(" ")
}

fn sign(secret: &[u8], id: &str, timestamp: i64, body: &str) -> String {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("a key of any length");
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body.as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the scheme's own libraries.
    #[test]
    fn signs_as_the_scheme_says() {
        let secret = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
        assert_eq!(
            sign(&secret, id, 1_614_265_330, r#"{"test": 2432232314}"#),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    #[test]
    fn two_secrets_make_two_signatures() {
        let both = signatures(&[Secret([1; 32]), Secret([2; 32])], "evt_1", 5, "{}");
        let parts: Vec<&str> = both.split(' ').collect();
        assert_eq!(parts.len(), 2);
        assert!(parts[0] != parts[1] && parts.iter().all(|part| part.starts_with("v1,")));
        let zeros = "A".repeat(43);
        assert_eq!(standard_form(&Secret([0; 32])), format!("whsec_{zeros}="));
    }
}
