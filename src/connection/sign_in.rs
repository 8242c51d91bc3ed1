//! Signing in and out, both ways.

use stockroom_api::capabilities::Capabilities;
use stockroom_api::inventory::{InventoryPage, InventoryQuery, Which};
use stockroom_api::key::KeyPrefix;
use stockroom_api::path;
use stockroom_api::session::{Session, SignIn};

use super::failure::data;
use super::{Connection, Direct, Failure, Method, Standing, Who};

impl Connection {
    /// Asks the server that the app came from who we are.
    pub async fn ask_session(self) {
        let session: Result<Session, Failure> = self.get(path::SESSION).await;
        self.standing.try_set(match session {
            Ok(session) => Standing::SignedIn(Who::of_session(session)),
            Err(_) => Standing::SignedOut,
        });
    }

    /// Asks the server what it can do; one that does not say so has the plain contract.
    pub async fn ask_capabilities(self) {
        let answer = self.send(Method::Get, path::CAPABILITIES, &[], None).await;
        let capabilities = answer.ok().and_then(|answer| data::<Capabilities>(&answer).ok());
        self.capabilities.try_set(capabilities.unwrap_or_default());
        self.is_told.try_set(true);
    }

    /// Asks who we are now: an owner may have changed name or role. What is not answered changes nothing.
    pub async fn ask_session_again(self) {
        let session: Result<Session, Failure> = self.get(path::SESSION).await;
        if let Ok(session) = session {
            self.standing.try_set(Standing::SignedIn(Who::of_session(session)));
        }
    }

    /// Signs in at the server that the app came from; it keeps the session, the app forgets
    /// key and password.
    ///
    /// # Errors
    /// [`Failure`]; nobody is signed in then, or whoever was before.
    pub async fn sign_in(self, with: &SignIn) -> Result<(), Failure> {
        self.direct.try_set_value(None);
        let body = serde_json::to_string(with).unwrap_or_default();
        let answer = self.send(Method::Post, path::SESSION, &[], Some(&body)).await?;
        let session: Session = data(&answer)?;
        self.take(Who::of_session(session));
        Ok(())
    }

    /// Connects to an API with a key that stays in this tab's memory.
    ///
    /// # Errors
    /// [`Failure`]: the API did not let us read its inventory.
    pub async fn connect(self, root: &str, key: &str, prefix: KeyPrefix) -> Result<(), Failure> {
        let first = InventoryQuery { which: Which::All, page: None, limit: Some(1) };
        let answer = Self::send_to(root, Some(key), &path::inventory(first)).await?;
        let _: InventoryPage = data(&answer)?;
        let answer = Self::send_to(root, None, path::CAPABILITIES).await;
        let capabilities = answer.ok().and_then(|answer| data::<Capabilities>(&answer).ok());
        self.capabilities.try_set(capabilities.unwrap_or_default());
        let direct = Direct { root: root.to_owned(), key: key.to_owned() };
        self.direct.try_set_value(Some(direct));
        self.take(Who::of_key(prefix, root, key));
        Ok(())
    }

    fn take(self, who: Who) {
        if self.standing.try_with_untracked(|now| matches!(now, Standing::SignedIn(_)))
            == Some(true)
        {
            // Another server has a clock of its own.
            self.latest_date.try_set_value(None);
        }
        self.has_ended.try_set(false);
        self.standing.try_set(Standing::SignedIn(who));
        self.sign_ins.try_update(|times| *times += 1);
    }

    /// Signs out: the server ends the session, a direct key is forgotten.
    ///
    /// # Errors
    /// [`Failure`]: the server still holds the session.
    pub async fn sign_out(self) -> Result<(), Failure> {
        let is_direct = self.direct.try_with_value(Option::is_some) == Some(true);
        if is_direct {
            self.direct.try_set_value(None);
        } else {
            let answer = self.send(Method::Delete, path::SESSION, &[], None).await?;
            if answer.status >= 400 && answer.status != 401 {
                return Err(Failure::of_answer(&answer));
            }
        }
        self.has_ended.try_set(false);
        self.standing.try_set(Standing::SignedOut);
        if is_direct {
            self.ask_capabilities().await;
        }
        Ok(())
    }
}

/// Returns the root of an API whose address somebody typed, with or without `/api/v1`.
pub fn root_of(address: &str) -> Option<String> {
    let address = address.trim().trim_end_matches('/');
    let root = address.strip_suffix(path::BASE).unwrap_or(address);
    let host = root.strip_prefix("https://").or_else(|| root.strip_prefix("http://"))?;
    let is_host =
        !host.is_empty() && !host.contains(|c: char| c.is_whitespace() || "?#@".contains(c));
    is_host.then(|| root.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_addresses_as_people_type_them() {
        let root = Some("https://api.elebne.ai".to_owned());
        assert_eq!(root_of(" https://api.elebne.ai/api/v1/ "), root);
        assert_eq!(root_of("https://api.elebne.ai"), root);
        assert_eq!(root_of("api.elebne.ai"), None);
        assert_eq!(root_of("https://"), None);
        assert_eq!(root_of("https://key@host"), None);
    }
}
