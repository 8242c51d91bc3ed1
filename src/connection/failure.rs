//! What can go wrong between us and a server, and the sentence for it.

use stockroom_api::ErrorCode;
use stockroom_client::answer::{self, Answer, Fault, Unread};
use stockroom_client::wire::Wire;

use super::{Connection, Unreachable};
use crate::browser::address;
use crate::words::{Key, Plural, Words};

/// Why a request gave nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No answer: no connection, or a refused origin.
    NoAnswer,
    /// No answer in time.
    TimedOut,
    /// Nobody is signed in any more.
    SignedOut,
    /// The key is not accepted.
    WrongKey,
    /// The name or the password of a sign-in is not right.
    WrongSignIn,
    /// It is not the present password.
    WrongPassword,
    /// Too many sign-ins failed; the next is taken later.
    TooManyAttempts {
        /// In so many seconds.
        seconds: u64,
    },
    /// The role of whoever signed in by name does not allow this.
    RoleTooLow,
    /// The key may only read.
    ReadOnly,
    /// The key may not do this; the server's own words.
    Forbidden(String),
    /// Too many requests.
    TooFast {
        /// The seconds to wait, where the server says them.
        seconds: Option<u64>,
    },
    /// The server has too much to do.
    Busy,
    /// The server failed.
    Broken,
    /// Something else than the API answered.
    NotTheApi,
    /// No such product.
    NotFound,
    /// The API refused it, with its reasons.
    Refused(Fault),
}

/// A failure in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What happened.
    pub title: String,
    /// What was and was not changed, what to do.
    pub about: String,
}

impl From<Unreachable> for Failure {
    fn from(unreachable: Unreachable) -> Self {
        match unreachable {
            Unreachable::NoAnswer => Self::NoAnswer,
            Unreachable::TimedOut => Self::TimedOut,
        }
    }
}

impl Failure {
    /// Returns the failure that an answer is, by its code, else by its status.
    pub fn of_answer(answer: &Answer) -> Self {
        Self::of_fault(answer::fault(answer), answer.headers.retry_after_ms())
    }

    fn of_fault(fault: Fault, wait_ms: Option<u64>) -> Self {
        match (&fault.code, fault.status) {
            (Some(ErrorCode::MissingCredentials), _) => Self::SignedOut,
            (Some(ErrorCode::SignInRefused), _) => Self::WrongSignIn,
            (Some(ErrorCode::WrongPassword), _) => Self::WrongPassword,
            (Some(ErrorCode::RoleRequired), _) => Self::RoleTooLow,
            (Some(ErrorCode::TooManyAttempts), _) => {
                Self::TooManyAttempts { seconds: wait_ms.unwrap_or(1000).div_ceil(1000) }
            }
            (Some(ErrorCode::InvalidApiKey | ErrorCode::InvalidAuthHeader), _) | (_, 401) => {
                Self::WrongKey
            }
            (Some(ErrorCode::SecretKeyRequired), _) => Self::ReadOnly,
            (Some(ErrorCode::ProductNotFound), _) => Self::NotFound,
            (_, 403) => Self::Forbidden(fault.message.unwrap_or_default()),
            (_, 429) => Self::TooFast { seconds: wait_ms.map(|ms| ms.div_ceil(1000)) },
            (_, 503) => Self::Busy,
            (_, 408 | 504) => Self::TimedOut,
            (_, 500..) => Self::Broken,
            _ if fault.code.is_none() && fault.message.is_none() => Self::NotTheApi,
            _ => Self::Refused(fault),
        }
    }

    /// Tells whether trying the same again may help.
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::NoAnswer | Self::TimedOut | Self::TooFast { .. } | Self::Busy | Self::Broken
        )
    }
}

/// Returns the data of an answer, or the failure that it is.
///
/// # Errors
/// [`Failure`], for everything but the data.
pub fn data<T: Wire>(answer: &Answer) -> Result<T, Failure> {
    answer::read(answer).map_err(|unread| match unread {
        Unread::Refused(fault) => Failure::of_fault(fault, answer.headers.retry_after_ms()),
        Unread::NotUnderstood { .. } => Failure::NotTheApi,
    })
}

/// Returns the failure of a reading in the merchant's words.
pub fn tell(words: Words, connection: Connection, failure: &Failure) -> Told {
    tell_of(words, &connection.host(), failure)
}

/// Returns the failure of a reading from `host`, in the merchant's words.
pub fn tell_of(words: Words, host: &str, failure: &Failure) -> Told {
    let origin = address::origin();
    // The server that the page came from does not refuse the page's own address.
    let is_own = origin.ends_with(&format!("://{host}"));
    let text = |key| words.text(key).to_owned();
    let nothing = || text(Key::FailureNothingChanged);
    let (title, about) = match failure {
        Failure::NoAnswer if is_own => {
            (Key::FailureUnreachable, words.fill(Key::FailureUnreachableOwn, &[("host", host)]))
        }
        Failure::NoAnswer => (
            Key::FailureUnreachable,
            words.fill(Key::FailureUnreachableAbout, &[("host", host), ("origin", &origin)]),
        ),
        Failure::TimedOut => (Key::FailureTimeout, nothing()),
        Failure::SignedOut => (Key::FailureSignedOut, text(Key::SigninAgain)),
        Failure::WrongKey => (Key::FailureWrongKey, text(Key::FailureWrongKeyAbout)),
        Failure::WrongSignIn => (Key::FailureWrongSignIn, text(Key::FailureWrongSignInAbout)),
        Failure::WrongPassword => (Key::FailureWrongPassword, nothing()),
        Failure::TooManyAttempts { seconds } => {
            // Waits double; nobody counts 256 seconds.
            let (plural, count) = match seconds {
                0..=90 => (Plural::FailureTooManyAttemptsAbout, *seconds),
                _ => (Plural::FailureTooManyAttemptsMinutes, seconds.div_ceil(60)),
            };
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            (Key::FailureTooManyAttempts, words.count(plural, count, &[]))
        }
        Failure::RoleTooLow => (Key::FailureRole, text(Key::FailureRoleAbout)),
        Failure::ReadOnly => (Key::FailureReadOnly, text(Key::FailureReadOnlyAbout)),
        Failure::Forbidden(message) => (Key::FailureForbidden, said(words, message)),
        Failure::TooFast { seconds: Some(seconds) } => {
            let seconds = i64::try_from(*seconds).unwrap_or(i64::MAX);
            (Key::FailureTooFast, words.count(Plural::FailureTooFastAbout, seconds, &[]))
        }
        Failure::TooFast { seconds: None } => (Key::FailureTooFast, nothing()),
        Failure::Busy => (Key::FailureBusy, nothing()),
        Failure::Broken => (Key::FailureBroken, text(Key::FailureBrokenAbout)),
        Failure::NotTheApi => {
            (Key::FailureNotTheApi, words.fill(Key::FailureNotTheApiAbout, &[("host", host)]))
        }
        Failure::NotFound => (Key::FailureNotFound, text(Key::ProductMissingAbout)),
        Failure::Refused(fault) => {
            (Key::FailureRefused, said(words, fault.message.as_deref().unwrap_or_default()))
        }
    };
    Told { title: text(title), about }
}

/// Returns the failure of a write: without an answer, nobody knows whether it was made.
pub fn tell_write(words: Words, connection: Connection, failure: &Failure) -> Told {
    let mut told = tell(words, connection, failure);
    if matches!(failure, Failure::NoAnswer | Failure::TimedOut | Failure::Broken) {
        let host = connection.host();
        told.about = words.fill(Key::FailureUnreachableWrite, &[("host", &host)]);
    }
    told
}

fn said(words: Words, message: &str) -> String {
    let nothing = words.text(Key::FailureNothingChanged);
    if message.is_empty() {
        return nothing.to_owned();
    }
    format!("{nothing} {}", words.fill(Key::FailureSaid, &[("message", message)]))
}

#[cfg(test)]
mod tests {
    use stockroom_client::headers::Headers;

    use super::*;

    fn check(status: u16, body: &str, expected: &Failure) {
        let headers = Headers::new([("retry-after", "7")]);
        let answer = Answer { status, headers, body: body.into() };
        assert_eq!(&Failure::of_answer(&answer), expected);
    }

    #[test]
    fn codes_decide_before_the_status() {
        let body = |code: &str| {
            format!(r#"{{"success":false,"error":{{"code":"{code}","message":"m"}}}}"#)
        };
        check(401, &body("MISSING_CREDENTIALS"), &Failure::SignedOut);
        check(401, &body("INVALID_API_KEY"), &Failure::WrongKey);
        check(403, &body("SECRET_KEY_REQUIRED"), &Failure::ReadOnly);
        check(401, &body("SIGN_IN_REFUSED"), &Failure::WrongSignIn);
        check(403, &body("WRONG_PASSWORD"), &Failure::WrongPassword);
        check(403, &body("ROLE_REQUIRED"), &Failure::RoleTooLow);
        check(429, &body("TOO_MANY_ATTEMPTS"), &Failure::TooManyAttempts { seconds: 7 });
        check(403, &body("SCOPE_REQUIRED"), &Failure::Forbidden("m".into()));
        check(404, &body("PRODUCT_NOT_FOUND"), &Failure::NotFound);
    }

    #[test]
    fn answers_of_others_are_told_by_their_status() {
        check(429, "", &Failure::TooFast { seconds: Some(7) });
        check(500, "<html>", &Failure::Broken);
        check(503, "", &Failure::Busy);
        check(404, "<html>", &Failure::NotTheApi);
        let html = Answer { status: 200, body: "<html>".into(), ..Answer::default() };
        assert_eq!(data::<Vec<u32>>(&html), Err(Failure::NotTheApi));
    }
}
