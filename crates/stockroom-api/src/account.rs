//! People who sign in to the app by name and password, and their sessions; outside the contract.
//!
//! A key is for a program and carries scopes; a person has a [`Role`], which says what they may do with
//! test and with live data alike.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::key::Environment;
use crate::scope::{KeyScope, KeyScopes};

/// The longest name of a person, in characters.
pub const MAX_NAME_CHARACTERS: usize = 64;
/// The shortest password, in characters.
pub const MIN_PASSWORD_CHARACTERS: usize = 10;
/// The longest password, in characters.
pub const MAX_PASSWORD_CHARACTERS: usize = 256;
/// The most people of a store.
pub const MAX_USERS: usize = 200;

/// What a person may do; each role may do what those before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Read levels, their history and products.
    Viewer,
    /// Change levels and products, and import products.
    Editor,
    /// All else: webhooks, and who may sign in.
    Owner,
}

/// A password as it was typed: it is never shown, not even to whoever looks for a fault.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Password(String);

/// A person who may sign in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// The person's id, the same for good.
    pub id: String,
    /// The name to sign in by.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Whether they may not sign in for now.
    pub disabled: bool,
    /// When they were added, as RFC 3339 in UTC.
    pub created_at: String,
    /// When they last signed in; null where they never did.
    #[serde(default)]
    pub signed_in_at: Option<String>,
    /// How many of their sessions are not over.
    pub sessions: u64,
}

/// All people of a store, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserList {
    /// The people.
    pub items: Vec<User>,
}

/// A person who is being added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NewUser {
    /// The name to sign in by.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The password to sign in with.
    pub password: Password,
}

/// What is changed of a person; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct UserChanges {
    /// The name to sign in by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What they may do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Whether they may not sign in for now; their sessions end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
}

/// Another password for somebody else, by an owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordReset {
    /// The new password.
    pub password: Password,
}

/// Another password of one's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordChange {
    /// The password as it is.
    pub current: Password,
    /// The new password.
    pub password: Password,
}

/// A session that is not over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserSession {
    /// The session's id; no secret.
    pub id: String,
    /// The browser and system, such as `Firefox, Windows`; null where they are not known.
    #[serde(default)]
    pub device: Option<String>,
    /// Test or live data.
    pub environment: Environment,
    /// When it was begun, as RFC 3339 in UTC.
    pub began_at: String,
    /// When it was last used, to five minutes.
    pub last_used_at: String,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// The sessions of one person that are not over, the one used last first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserSessions {
    /// The sessions.
    pub items: Vec<UserSession>,
}

/// Which sessions were ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndedSessions {
    /// How many.
    pub ended: u64,
}

impl Role {
    /// Every role, from the one that may do least.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Editor, Self::Owner];

    /// Returns the word for this role.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Editor => "editor",
            Self::Owner => "owner",
        }
    }

    /// Returns the role that a word names.
    ///
    /// ```
    /// use stockroom_api::account::Role;
    /// assert_eq!(Role::parse("editor"), Some(Role::Editor));
    /// assert_eq!(Role::parse("Editor"), None);
    /// ```
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }

    /// Returns what a person with this role may do.
    ///
    /// ```
    /// use stockroom_api::account::Role;
    /// use stockroom_api::scope::KeyScope;
    /// assert!(Role::Viewer.scopes().only_read());
    /// assert!(Role::Editor.scopes().contains(KeyScope::ProductsWrite));
    /// assert!(!Role::Editor.scopes().contains(KeyScope::EndpointsRead));
    /// ```
    pub fn scopes(self) -> KeyScopes {
        let least = |scope: KeyScope| match scope {
            KeyScope::InventoryRead | KeyScope::ProductsRead => Self::Viewer,
            KeyScope::InventoryWrite | KeyScope::ProductsWrite | KeyScope::ImportWrite => {
                Self::Editor
            }
            // An endpoint's address may be a secret.
            KeyScope::EndpointsRead
            | KeyScope::EndpointsManage
            | KeyScope::DeliveriesRead
            | KeyScope::DeliveriesRetry => Self::Owner,
        };
        KeyScope::ALL.into_iter().filter(|scope| least(*scope) <= self).collect()
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Password {
    /// Returns the password that was typed; whether it may be one is not looked at.
    pub fn new(typed: impl Into<String>) -> Self {
        Self(typed.into())
    }

    /// Returns the password itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Access;

    #[test]
    fn each_role_may_do_what_those_before_it_may() {
        let [viewer, editor, owner] = Role::ALL.map(Role::scopes);
        assert_eq!(viewer.and(editor), viewer);
        assert_eq!(editor.and(owner), editor);
        assert_eq!(owner, KeyScopes::of(Access::Write));
        assert_eq!(viewer.to_string(), "store.inventory:read store.products:read");
    }

    #[test]
    fn roles_read_back() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
            assert_eq!(serde_json::to_value(role).unwrap(), role.as_str());
        }
    }

    #[test]
    fn a_password_is_not_shown() {
        let change = PasswordChange {
            current: Password::new("correct horse"),
            password: Password::new("battery staple"),
        };
        let shown = format!("{change:?}");
        assert!(!shown.contains("horse") && !shown.contains("staple"), "{shown}");
    }
}
