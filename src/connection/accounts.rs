//! The calls about people who sign in by name, which only our own server has.

use serde::Serialize;
use stockroom_api::account::{
    EndedSessions, NewUser, Password, PasswordChange, PasswordReset, Role, User, UserChanges,
    UserList, UserSession, UserSessions,
};
use stockroom_api::path;
use stockroom_api::session::Session;
use stockroom_client::wire::Wire;

use super::failure::data;
use super::{Connection, Failure, Method};

impl Connection {
    /// Returns the id of whoever signed in by name, and follows it.
    pub fn person_id(self) -> Option<String> {
        self.who().and_then(|who| who.user).map(|user| user.id)
    }

    /// Tells whether whoever is signed in decides who else may, and follows it.
    pub fn is_owner(self) -> bool {
        self.who().and_then(|who| who.user).is_some_and(|user| user.role == Role::Owner)
    }

    /// Returns all people, by name.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn people(self) -> Result<Vec<User>, Failure> {
        self.get::<UserList>(path::USERS).await.map(|list| list.items)
    }

    /// Adds a person.
    ///
    /// # Errors
    /// [`Failure`]; [`Failure::Refused`] names the field at fault.
    pub async fn add_person(self, new: &NewUser) -> Result<User, Failure> {
        self.ask(Method::Post, path::USERS, Some(new)).await
    }

    /// Changes a person.
    ///
    /// # Errors
    /// [`Failure`]; [`Failure::Refused`] names the field at fault.
    pub async fn change_person(self, id: &str, changes: &UserChanges) -> Result<User, Failure> {
        self.ask(Method::Patch, &path::user(id), Some(changes)).await
    }

    /// Removes a person.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn remove_person(self, id: &str) -> Result<(), Failure> {
        let answer = self.send(Method::Delete, &path::user(id), &[], None).await?;
        if answer.status >= 400 { Err(Failure::of_answer(&answer)) } else { Ok(()) }
    }

    /// Gives somebody another password; they are signed out.
    ///
    /// # Errors
    /// [`Failure`]; [`Failure::Refused`] names the field at fault.
    pub async fn reset_password(self, id: &str, password: Password) -> Result<User, Failure> {
        let body = PasswordReset { password };
        self.ask(Method::Put, &path::user_password(id), Some(&body)).await
    }

    /// Gives oneself another password; all other sessions end.
    ///
    /// # Errors
    /// [`Failure`]; [`Failure::Refused`] names the field at fault.
    pub async fn change_password(self, change: &PasswordChange) -> Result<(), Failure> {
        let changed = self.ask::<Session, _>(Method::Put, path::OWN_PASSWORD, Some(change)).await;
        changed.map(|_| ())
    }

    /// Returns the sessions of a person, or one's own.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn sessions(self, user: Option<&str>) -> Result<Vec<UserSession>, Failure> {
        let list: UserSessions = self.get(&sessions_of(user)).await?;
        Ok(list.items)
    }

    /// Ends one session of a person, or of oneself.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn end_session(self, user: Option<&str>, id: &str) -> Result<u64, Failure> {
        let path = match user {
            Some(user) => path::user_session(user, id),
            None => path::own_session(id),
        };
        self.end(&path).await
    }

    /// Ends all sessions of a person, or all of one's own but this one.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn end_sessions(self, user: Option<&str>) -> Result<u64, Failure> {
        self.end(&sessions_of(user)).await
    }

    async fn end(self, path: &str) -> Result<u64, Failure> {
        let ended: EndedSessions = self.ask::<_, ()>(Method::Delete, path, None).await?;
        Ok(ended.ended)
    }

    async fn ask<T: Wire, B: Serialize>(
        self,
        method: Method,
        path: &str,
        body: Option<&B>,
    ) -> Result<T, Failure> {
        let body = body.map(|body| serde_json::to_string(body).unwrap_or_default());
        data(&self.send(method, path, &[], body.as_deref()).await?)
    }
}

fn sessions_of(user: Option<&str>) -> String {
    user.map_or_else(|| path::OWN_SESSIONS.to_owned(), path::user_sessions)
}
