//! People, their sessions and the sign-ins that failed, as they are kept.

use std::future::Future;

use jiff::{SignedDuration, Timestamp};
use stockroom_api::account::Role;
use stockroom_api::key::Environment;

use super::Stored;
use super::data::{Authority, Scope};
use crate::secret::Hash;

/// How long it is remembered from where somebody signed in.
pub const PLACES_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// After how long without another failure the failed sign-ins of a subject are forgotten.
pub const FAILURES_KEPT: SignedDuration = SignedDuration::from_hours(1);

/// A person who is being added.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// The store.
    pub store_id: i64,
    /// The person's id.
    pub id: String,
    /// The name to sign in by.
    pub name: UserName,
    /// What they may do.
    pub role: Role,
    /// What is kept of the password.
    pub password: String,
    /// When they were added.
    pub created_at: Timestamp,
}

/// A name, and the form in which two of them are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserName {
    /// As it is shown.
    pub shown: String,
    /// As it is compared.
    pub key: String,
}

/// Whether a person may sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// They may.
    Enabled,
    /// They may not, for now.
    Disabled,
}

/// A person as they are listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserRow {
    /// The person's id.
    pub id: String,
    /// The name to sign in by.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Whether they may sign in.
    pub standing: Standing,
    /// When they were added.
    pub created_at: Timestamp,
    /// When they last signed in.
    pub signed_in_at: Option<Timestamp>,
    /// The sessions that are not over.
    pub sessions: u64,
}

/// What a sign-in is held against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptUser {
    /// The person's id.
    pub id: String,
    /// The name to sign in by.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Whether they may sign in.
    pub standing: Standing,
    /// What is kept of the password.
    pub password: String,
    /// Whether they have signed in from this address within [`PLACES_KEPT`].
    pub is_known_there: bool,
}

/// What is changed of a person; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserChange {
    /// The name to sign in by.
    pub name: Option<UserName>,
    /// What they may do.
    pub role: Option<Role>,
    /// Whether they may sign in; sessions of who may not end.
    pub standing: Option<Standing>,
    /// What is kept of another password; all sessions end.
    pub password: Option<String>,
}

/// What a store must still have after a person was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// An owner who may sign in, if there was one.
    AnOwner,
    /// Nothing: whoever asks can add owners by other means.
    Nobody,
}

/// What became of a person who was to be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserAdded {
    /// They were added.
    Done,
    /// Another has this name.
    NameTaken,
    /// There are as many as there may be.
    TooMany,
}

/// What became of a change of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserChanged {
    /// It was made.
    Done,
    /// There is no such person.
    Unknown,
    /// Another has this name.
    NameTaken,
    /// It would leave no owner who may sign in.
    LastOwner,
}

/// A session of a person that is being begun.
#[derive(Clone, Debug)]
pub struct NewUserSession {
    /// The data it reaches.
    pub scope: Scope,
    /// The session's id.
    pub id: String,
    /// What is kept of its token.
    pub hash: Hash,
    /// Whose it is.
    pub user_id: String,
    /// The browser and system that it was begun with.
    pub device: Option<String>,
    /// From where it was begun.
    pub address: String,
    /// When.
    pub began_at: Timestamp,
    /// When it ends unless it is used.
    pub expires_at: Timestamp,
    /// When it ends though it is used.
    pub ends_by: Timestamp,
}

/// A session of a person as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserSessionRow {
    /// The session's id.
    pub id: String,
    /// The browser and system that it was begun with.
    pub device: Option<String>,
    /// Which data it reaches.
    pub environment: Environment,
    /// When it was begun.
    pub began_at: Timestamp,
    /// When it was last used, to five minutes.
    pub last_used_at: Timestamp,
}

/// Which sessions of a person are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhichSessions {
    /// All of them.
    All,
    /// The one with this id.
    One(String),
    /// All but the one with this id.
    AllBut(String),
}

/// Whose failed sign-ins are counted, and how patient the server is with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Whose.
    pub subject: String,
    /// How patient.
    pub patience: Patience,
}

/// How many failures are taken as they come, and how long the waits after them grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// The failures after which there is no wait.
    pub free: u32,
    /// The longest wait, in seconds.
    pub longest: i64,
}

/// The failures of a subject as they are kept; times are Unix milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failures {
    /// How many.
    pub count: u32,
    /// When the last was.
    pub last_at: i64,
    /// When the next attempt is taken.
    pub free_at: i64,
}

/// Whether an attempt is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is, and was counted as a failure until it turns out to be none.
    Yes,
    /// It is not, until then; it was not counted.
    NotBefore(Timestamp),
}

impl Patience {
    /// Counts an attempt that is made now after these failures, or tells when the next is taken.
    ///
    /// An attempt is counted before it is known how it ends, so that many at once gain nothing. The wait
    /// after it doubles from 2 seconds on.
    ///
    /// # Errors
    /// The time from which the next attempt is taken, in Unix milliseconds.
    pub fn count(self, before: Option<Failures>, now: Timestamp) -> Result<Failures, i64> {
        let now = now.as_millisecond();
        let kept = i64::try_from(FAILURES_KEPT.as_millis()).unwrap_or(i64::MAX);
        let before = before.filter(|failures| now < failures.last_at.saturating_add(kept));
        if let Some(failures) = before
            && now < failures.free_at
        {
            return Err(failures.free_at);
        }
        let count = before.map_or(0, |failures| failures.count).saturating_add(1);
        let beyond = count.saturating_sub(self.free).min(32);
        let wait = if beyond == 0 { 0 } else { (1_i64 << beyond).min(self.longest) };
        Ok(Failures { count, last_at: now, free_at: now + wait * 1000 })
    }
}

/// People, their sessions and the sign-ins that failed. Each call is a transaction of its own.
pub trait Accounts {
    /// Adds a person, unless there are `most` already.
    fn add_user(&self, user: NewUser, most: u64) -> impl Future<Output = Stored<UserAdded>> + Send;

    /// Returns all people of a store, by name.
    fn users(
        &self,
        store_id: i64,
        now: Timestamp,
    ) -> impl Future<Output = Stored<Vec<UserRow>>> + Send;

    /// Returns the person with this name, as it is compared, who signs in from this address.
    fn find_user(
        &self,
        store_id: i64,
        name_key: &str,
        address: &str,
        now: Timestamp,
    ) -> impl Future<Output = Stored<Option<KeptUser>>> + Send;

    /// Changes a person, and ends the sessions that they may not have any more.
    fn change_user(
        &self,
        store_id: i64,
        id: &str,
        change: UserChange,
        needs: Needs,
        now: Timestamp,
    ) -> impl Future<Output = Stored<UserChanged>> + Send;

    /// Removes a person and their sessions; what they changed still names them.
    fn remove_user(
        &self,
        store_id: i64,
        id: &str,
        needs: Needs,
        now: Timestamp,
    ) -> impl Future<Output = Stored<UserChanged>> + Send;

    /// Begins a session of a person, if they still have this password and may sign in; tells whether it
    /// was begun.
    fn begin_session(
        &self,
        session: NewUserSession,
        password: &str,
    ) -> impl Future<Output = Stored<bool>> + Send;

    /// Returns what the session of a person with this hash may do and when it ends unless it is used; not
    /// for one that is over.
    fn find_user_session(
        &self,
        hash: Hash,
        now: Timestamp,
    ) -> impl Future<Output = Stored<Option<(Authority, Timestamp)>>> + Send;

    /// Notes that the session of a person was used, and moves its end.
    fn use_user_session(
        &self,
        hash: Hash,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> impl Future<Output = Stored<()>> + Send;

    /// Returns the sessions of a person that are not over, the one used last first.
    fn user_sessions(
        &self,
        store_id: i64,
        user_id: &str,
        now: Timestamp,
    ) -> impl Future<Output = Stored<Vec<UserSessionRow>>> + Send;

    /// Ends sessions of a person, and returns how many.
    fn end_user_sessions(
        &self,
        store_id: i64,
        user_id: &str,
        which: WhichSessions,
    ) -> impl Future<Output = Stored<u64>> + Send;

    /// Counts an attempt to sign in on all its subjects, or on none where one of them has to wait.
    fn count_attempt(
        &self,
        store_id: i64,
        attempts: Vec<Attempt>,
        now: Timestamp,
    ) -> impl Future<Output = Stored<Taken>> + Send;

    /// Takes an attempt back that turned out to be none that failed: the subjects of `forgotten` have no
    /// failures any more, those of `forgiven` one less.
    fn forgive_attempt(
        &self,
        store_id: i64,
        forgotten: Vec<String>,
        forgiven: Vec<String>,
    ) -> impl Future<Output = Stored<()>> + Send;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest_and_failures_are_forgotten() {
        let patience = Patience { free: 3, longest: 60 };
        let mut now: Timestamp = "2026-11-23T08:00:00Z".parse().unwrap();
        let mut kept = None;
        let mut waits = Vec::new();
        for _ in 0..10 {
            let failures = patience.count(kept, now).unwrap();
            let wait = failures.free_at - now.as_millisecond();
            waits.push(wait / 1000);
            if wait > 0 {
                let early = now + SignedDuration::from_millis(wait - 1);
                assert_eq!(patience.count(Some(failures), early), Err(failures.free_at));
            }
            now = Timestamp::from_millisecond(failures.free_at).unwrap();
            kept = Some(failures);
        }
        assert_eq!(waits, [0, 0, 0, 2, 4, 8, 16, 32, 60, 60]);
        let last_at = Timestamp::from_millisecond(kept.unwrap().last_at).unwrap();
        assert_eq!(patience.count(kept, last_at + FAILURES_KEPT).unwrap().count, 1);
        let many = Failures { count: u32::MAX, last_at: 0, free_at: 0 };
        let soon = Timestamp::from_second(1).unwrap();
        assert_eq!(patience.count(Some(many), soon).unwrap().free_at, 61_000);
    }
}
