//! Passwords: which may be one, and how they are kept.
//!
//! Hashing is made to be slow, so it is done on threads that may block, by few at once: whoever signs in,
//! however many there are, leaves the server the other half of the machine.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use stockroom_api::account::Password;
use stockroom_api::read::Refusal;
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization as _;

use super::names::name_key;
use crate::random::Random;

/// The memory of one hash, in KiB.
const MEMORY: u32 = 19 * 1024;
/// How often it is gone through.
const PASSES: u32 = 2;
/// How many threads do it.
const LANES: u32 = 1;
/// The length of a salt, in bytes.
const SALT: usize = 16;

/// How many may wait until it is their turn; the next are told that the server is busy.
const MOST_WAITING: usize = 32;

/// Beginnings of passwords that everybody tries; one that is no more than these and digits is not taken.
const COMMON: [&str; 16] = [
    "password",
    "passw0rd",
    "p@ssw0rd",
    "motdepasse",
    "qwerty",
    "qwertyuiop",
    "azerty",
    "azertyuiop",
    "iloveyou",
    "welcome",
    "bienvenue",
    "letmein",
    "admin",
    "administrator",
    "abcdefghij",
    "stockroom",
];

/// Who hashes, and how many wait for it.
#[derive(Clone, Debug)]
pub struct Hashing {
    turns: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
}

/// Why nothing was hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HashingError {
    /// Too many wait.
    #[error("too many wait to be signed in")]
    Busy,
    /// It failed, as where there is no memory.
    #[error("a password could not be hashed")]
    Failed,
}

impl Default for Hashing {
    fn default() -> Self {
        let half = std::thread::available_parallelism().map_or(1, |cores| cores.get().div_ceil(2));
        Self { turns: Arc::new(Semaphore::new(half)), waiting: Arc::default() }
    }
}

impl Hashing {
    /// Returns what is kept of a password: Argon2id with its parameters and a salt, as a PHC string.
    ///
    /// # Errors
    /// [`HashingError`].
    pub async fn hash(
        &self,
        password: &Password,
        random: &dyn Random,
    ) -> Result<String, HashingError> {
        let mut salt = [0; SALT];
        random.fill(&mut salt);
        let password = password.clone();
        self.run(move || hash(&password, &salt)).await?
    }

    /// Tells whether `password` is the one that was kept. Where nothing was kept, as nobody has the name,
    /// the same work is done.
    ///
    /// # Errors
    /// [`HashingError`].
    pub async fn verify(
        &self,
        password: &Password,
        kept: Option<&str>,
    ) -> Result<bool, HashingError> {
        let (password, kept) = (password.clone(), kept.map(str::to_owned));
        let verify = move || match kept {
            Some(kept) => {
                let argon2 = argon2()?;
                Ok(argon2.verify_password(plain(&password).as_bytes(), kept.as_str()).is_ok())
            }
            None => hash(&password, &[0; SALT]).map(|_| false),
        };
        self.run(verify).await?
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, HashingError> {
        let _counted = Waiting::count(&self.waiting)?;
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        let turn = turn.map_err(|_| HashingError::Failed)?;
        let done = tokio::task::spawn_blocking(move || {
            // Whoever asked may be gone; the turn ends when the work does.
            let _turn = turn;
            work()
        });
        done.await.map_err(|_| HashingError::Failed)
    }
}

/// Checks that a new password is not one that would be guessed first; its length was looked at before.
///
/// # Errors
/// [`Refusal`] at `password`.
pub fn check_new(password: &Password, name: &str) -> Result<(), Refusal> {
    let key = name_key(password.reveal());
    let is_added = |c: char| c.is_ascii_digit() || c.is_ascii_punctuation() || c == ' ';
    let without_digits = key.trim_matches(is_added);
    let name = name_key(name);
    let is_name = without_digits == name || key == name;
    let is_common = COMMON.contains(&without_digits) || without_digits.is_empty();
    let mut characters = key.chars();
    let first = characters.next();
    let is_one_letter = characters.all(|character| Some(character) == first);
    if is_name || is_common || is_one_letter {
        let message = "This password is among the first that anybody would try. Choose another: a few \
                       words that do not belong together are easy to remember and hard to guess.";
        return Err(Refusal::at("password", message));
    }
    Ok(())
}

fn hash(password: &Password, salt: &[u8; SALT]) -> Result<String, HashingError> {
    let kept = argon2()?.hash_password_with_salt(plain(password).as_bytes(), salt);
    kept.map(|kept| kept.to_string()).map_err(|_| HashingError::Failed)
}

fn argon2() -> Result<Argon2<'static>, HashingError> {
    let params = Params::new(MEMORY, PASSES, LANES, None).map_err(|_| HashingError::Failed)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Returns the password in one form of each letter: keyboards send different ones for the same key.
fn plain(password: &Password) -> String {
    password.reveal().nfkc().collect()
}

/// Somebody who waits, counted until this is dropped.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn count(waiting: &'a AtomicUsize) -> Result<Self, HashingError> {
        let counted = Self(waiting);
        let before = waiting.fetch_add(1, Ordering::Relaxed);
        if before < MOST_WAITING { Ok(counted) } else { Err(HashingError::Busy) }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Waker};

    use super::*;
    use crate::random::SystemRandom;

    #[tokio::test]
    async fn a_password_is_known_again_and_kept_as_argon2id() {
        let hashing = Hashing::default();
        let password = Password::new("été à Nouakchott");
        let kept = hashing.hash(&password, &SystemRandom).await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(hashing.verify(&password, Some(&kept)).await.unwrap());
        // The same text from a keyboard that sends letters and accents apart.
        let apart = Password::new("e\u{301}te\u{301} a\u{300} Nouakchott");
        assert!(hashing.verify(&apart, Some(&kept)).await.unwrap());
        let other = Password::new("ete a Nouakchott");
        assert!(!hashing.verify(&other, Some(&kept)).await.unwrap());
        assert!(!hashing.verify(&password, None).await.unwrap());
        assert_ne!(hashing.hash(&password, &SystemRandom).await.unwrap(), kept);
    }

    #[tokio::test]
    async fn only_so_many_wait() {
        let hashing = Hashing { turns: Arc::new(Semaphore::new(0)), waiting: Arc::default() };
        let password = Password::new("correct horse battery");
        let waits = (0..MOST_WAITING).map(|_| Box::pin(hashing.verify(&password, None)));
        let mut waits: Vec<_> = waits.collect();
        let mut context = Context::from_waker(Waker::noop());
        for wait in &mut waits {
            assert!(wait.as_mut().poll(&mut context).is_pending());
        }
        let refused = hashing.verify(&password, None).await;
        assert_eq!(refused, Err(HashingError::Busy));
        drop(waits);
        hashing.turns.add_permits(1);
        assert_eq!(hashing.verify(&password, None).await, Ok(false));
    }

    #[track_caller]
    fn check(password: &str, is_taken: bool) {
        let checked = check_new(&Password::new(password), "Mariem Sow");
        assert_eq!(checked.is_ok(), is_taken, "{password}");
    }

    #[test]
    fn what_would_be_guessed_first_is_not_taken() {
        check("correct horse battery", true);
        check("Password2026!", false);
        check("azertyuiop1", false);
        check("1234567890", false);
        check("mariem sow", false);
        check("MariemSow-2026", true);
        check("Mariem Sow 1", false);
        check("aaaaaaaaaaaa", false);
        check("12/11/1987 Nktt", true);
    }
}
