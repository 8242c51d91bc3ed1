//! The app's session with the server that serves it; outside the contract.

use serde::{Deserialize, Serialize};

use crate::account::{Password, Role};
use crate::key::Environment;
use crate::scope::KeyScopes;

/// The body of a sign-in: a name with a password, a key, or the demo store.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SignIn {
    /// By name and password.
    Name {
        /// The person's name; case does not matter.
        name: String,
        /// The password as it was typed.
        password: Password,
        /// Which data the session is for, as long as it lasts; live data where it is left out.
        #[serde(default = "live")]
        environment: Environment,
    },
    /// With a key, which the app then forgets.
    Key {
        /// The key as it was typed.
        key: String,
    },
    /// The demo store of a demo server.
    Demo {
        /// Always true.
        demo: bool,
    },
}

/// Who is signed in where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// The store's name.
    pub store_name: String,
    /// Test or live data.
    pub environment: Environment,
    /// Whether nothing may be changed.
    pub read_only: bool,
    /// Whether this is a demo store.
    pub demo: bool,
    /// What the session may do, so that the app need not offer the rest; `None` where the server does
    /// not say, as one of an earlier version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scopes: Option<KeyScopes>,
    /// Who signed in by name; `None` where a key was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<SessionUser>,
}

/// A person who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionUser {
    /// The person's id.
    pub id: String,
    /// The person's name.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

fn live() -> Environment {
    Environment::Live
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Name { .. } => "Name(hidden)",
            Self::Key { .. } => "Key(hidden)",
            Self::Demo { .. } => "Demo",
        })
    }
}
