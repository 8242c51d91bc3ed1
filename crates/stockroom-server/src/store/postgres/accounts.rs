//! People, their sessions and the sign-ins that failed: which connection does what.

use jiff::Timestamp;

use super::{PostgresStore, failures, user_sessions, users};
use crate::secret::Hash;
use crate::store::accounts::{
    Accounts, Attempt, KeptUser, Needs, NewUser, NewUserSession, Taken, UserAdded, UserChange,
    UserChanged, UserRow, UserSessionRow, WhichSessions,
};
use crate::store::data::Authority;
use crate::store::{Store as _, Stored};

impl Accounts for PostgresStore {
    async fn add_user(&self, user: NewUser, most: u64) -> Stored<UserAdded> {
        let add = self.write(move |tx| {
            Box::pin(async move { users::add(tx.connection(), &user, most).await })
        });
        add.await
    }

    async fn users(&self, store_id: i64, now: Timestamp) -> Stored<Vec<UserRow>> {
        let connection = self.readers.lend().await?;
        users::list(&connection, store_id, now).await
    }

    async fn find_user(
        &self,
        store_id: i64,
        name_key: &str,
        address: &str,
        now: Timestamp,
    ) -> Stored<Option<KeptUser>> {
        let connection = self.readers.lend().await?;
        users::find(&connection, store_id, name_key, address, now).await
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
        let work = self.write(move |tx| {
            Box::pin(async move {
                users::change(tx.connection(), store_id, &id, &change, needs, now).await
            })
        });
        work.await
    }

    async fn remove_user(
        &self,
        store_id: i64,
        id: &str,
        needs: Needs,
        now: Timestamp,
    ) -> Stored<UserChanged> {
        let id = id.to_owned();
        let remove = self.write(move |tx| {
            Box::pin(async move { users::remove(tx.connection(), store_id, &id, needs, now).await })
        });
        remove.await
    }

    async fn begin_session(&self, session: NewUserSession, password: &str) -> Stored<bool> {
        let password = password.to_owned();
        let begin = self.write(move |tx| {
            Box::pin(
                async move { user_sessions::begin(tx.connection(), &session, &password).await },
            )
        });
        begin.await
    }

    async fn find_user_session(
        &self,
        hash: Hash,
        now: Timestamp,
    ) -> Stored<Option<(Authority, Timestamp)>> {
        let connection = self.readers.lend().await?;
        user_sessions::find(&connection, &hash, now).await
    }

    async fn use_user_session(
        &self,
        hash: Hash,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Stored<()> {
        user_sessions::note_use(&*self.writer().await?, &hash, now, expires_at).await
    }

    async fn user_sessions(
        &self,
        store_id: i64,
        user_id: &str,
        now: Timestamp,
    ) -> Stored<Vec<UserSessionRow>> {
        let connection = self.readers.lend().await?;
        user_sessions::list(&connection, store_id, user_id, now).await
    }

    async fn end_user_sessions(
        &self,
        store_id: i64,
        user_id: &str,
        which: WhichSessions,
    ) -> Stored<u64> {
        user_sessions::end_some(&*self.writer().await?, store_id, user_id, &which).await
    }

    async fn count_attempt(
        &self,
        store_id: i64,
        attempts: Vec<Attempt>,
        now: Timestamp,
    ) -> Stored<Taken> {
        // Whoever has to wait and goes on writes nothing.
        let taken = {
            let connection = self.readers.lend().await?;
            failures::look(&connection, store_id, &attempts, now).await?
        };
        if taken != Taken::Yes {
            return Ok(taken);
        }
        let count = self.write(move |tx| {
            Box::pin(
                async move { failures::count(tx.connection(), store_id, &attempts, now).await },
            )
        });
        count.await
    }

    async fn forgive_attempt(
        &self,
        store_id: i64,
        forgotten: Vec<String>,
        forgiven: Vec<String>,
    ) -> Stored<()> {
        let forgive = self.write(move |tx| {
            Box::pin(async move {
                failures::forgive(tx.connection(), store_id, &forgotten, &forgiven).await
            })
        });
        forgive.await
    }
}
