//! People, their sessions and the sign-ins that failed: which thread does what.

use jiff::Timestamp;

use super::{SqliteStore, failures, user_sessions, users};
use crate::secret::Hash;
use crate::store::Stored;
use crate::store::accounts::{
    Accounts, Attempt, KeptUser, Needs, NewUser, NewUserSession, Taken, UserAdded, UserChange,
    UserChanged, UserRow, UserSessionRow, WhichSessions,
};
use crate::store::data::Authority;

impl Accounts for SqliteStore {
    async fn add_user(&self, user: NewUser, most: u64) -> Stored<UserAdded> {
        self.change(move |connection| users::add(connection, &user, most)).await
    }

    async fn users(&self, store_id: i64, now: Timestamp) -> Stored<Vec<UserRow>> {
        self.readers.read(move |connection| users::list(connection, store_id, now)).await
    }

    async fn find_user(
        &self,
        store_id: i64,
        name_key: &str,
        address: &str,
        now: Timestamp,
    ) -> Stored<Option<KeptUser>> {
        let find = |connection: &_| users::find(connection, store_id, name_key, address, now);
        self.readers.look_up(find).await
    }

    async fn change_user(
        &self,
        store_id: i64,
        id: &str,
        change: UserChange,
        needs: Needs,
        now: Timestamp,
    ) -> Stored<UserChanged> {
        let id = id.to_owned();
        let work =
            move |connection: &_| users::change(connection, store_id, &id, &change, needs, now);
        self.change(work).await
    }

    async fn remove_user(
        &self,
        store_id: i64,
        id: &str,
        needs: Needs,
        now: Timestamp,
    ) -> Stored<UserChanged> {
        let id = id.to_owned();
        self.change(move |connection| users::remove(connection, store_id, &id, needs, now)).await
    }

    async fn begin_session(&self, session: NewUserSession, password: &str) -> Stored<bool> {
        let password = password.to_owned();
        self.change(move |connection| user_sessions::begin(connection, &session, &password)).await
    }

    async fn find_user_session(
        &self,
        hash: Hash,
        now: Timestamp,
    ) -> Stored<Option<(Authority, Timestamp)>> {
        self.readers.look_up(|connection| user_sessions::find(connection, &hash, now)).await
    }

    async fn use_user_session(
        &self,
        hash: Hash,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Stored<()> {
        let work =
            move |connection: &_| user_sessions::note_use(connection, &hash, now, expires_at);
        self.change(work).await
    }

    async fn user_sessions(
        &self,
        store_id: i64,
        user_id: &str,
        now: Timestamp,
    ) -> Stored<Vec<UserSessionRow>> {
        let user_id = user_id.to_owned();
        let read = move |connection: &_| user_sessions::list(connection, store_id, &user_id, now);
        self.readers.read(read).await
    }

    async fn end_user_sessions(
        &self,
        store_id: i64,
        user_id: &str,
        which: WhichSessions,
    ) -> Stored<u64> {
        let user_id = user_id.to_owned();
        let work =
            move |connection: &_| user_sessions::end_some(connection, store_id, &user_id, &which);
        self.change(work).await
    }

    async fn count_attempt(
        &self,
        store_id: i64,
        attempts: Vec<Attempt>,
        now: Timestamp,
    ) -> Stored<Taken> {
        // Whoever has to wait and goes on costs the writer nothing.
        let look = |connection: &_| failures::would_count(connection, store_id, &attempts, now);
        let taken = self.readers.look_up(look).await?;
        if taken != Taken::Yes {
            return Ok(taken);
        }
        self.change(move |connection| failures::count(connection, store_id, &attempts, now)).await
    }

    async fn forgive_attempt(
        &self,
        store_id: i64,
        forgotten: Vec<String>,
        forgiven: Vec<String>,
    ) -> Stored<()> {
        let work =
            move |connection: &_| failures::forgive(connection, store_id, &forgotten, &forgiven);
        self.change(work).await
    }
}
