//! Keys as they are kept, and what can be done with them.

use ipnet::IpNet;
use jiff::Timestamp;
use stockroom_api::key::Access;
use stockroom_api::scope::KeyScopes;

use super::data::Scope;
use crate::secret::Hash;

/// A key that is being made.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// The data it reaches.
    pub scope: Scope,
    /// The key's id.
    pub id: String,
    /// What is kept of its secret.
    pub secret: NewSecret,
    /// Its prefix, such as `sk_test_`.
    pub prefix: &'static str,
    /// What people call it.
    pub name: String,
    /// Read, or read and write.
    pub access: Access,
    /// Which scopes it has.
    pub grant: Grant,
    /// Where it may be used; empty is anywhere.
    pub networks: Vec<IpNet>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What is kept of a new secret.
#[derive(Clone, Debug)]
pub struct NewSecret {
    /// By which the secret is found again.
    pub hash: Hash,
    /// The last four characters of the key, for people.
    pub last_four: String,
}

/// Which scopes a key has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant {
    /// All that its access allows, those of later versions too.
    All,
    /// These and no others.
    Only(KeyScopes),
}

/// A key as it is listed.
#[derive(Clone, Debug)]
pub struct KeyRow {
    /// The data it reaches.
    pub scope: Scope,
    /// The key's id.
    pub id: String,
    /// Its prefix, such as `sk_test_`.
    pub prefix: String,
    /// Its last four characters.
    pub last_four: String,
    /// What people call it.
    pub name: String,
    /// Read, or read and write.
    pub access: Access,
    /// Which scopes it has.
    pub grant: Grant,
    /// Where it may be used; empty is anywhere.
    pub networks: Vec<IpNet>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to five minutes.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// Until when a secret from before the last rotation works.
    pub old_secret_until: Option<Timestamp>,
}

/// What is changed of a key; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyChange {
    /// What people call it.
    pub name: Option<String>,
    /// Which scopes it has.
    pub grant: Option<Grant>,
    /// Where it may be used; empty is anywhere.
    pub networks: Option<Vec<IpNet>>,
}

/// Whether a key was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// It was.
    Done,
    /// There is no such key, or it was revoked.
    Unknown,
}

/// What revoking found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revoked {
    /// The key was revoked.
    Now,
    /// The key had been revoked before.
    Before,
    /// There is no such key.
    Unknown,
}

/// Whether a store's keys are taken at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreAccess {
    /// Any key.
    pub api: Switch,
    /// The keys of live data.
    pub live: Switch,
}

/// Whether something is switched on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// It is.
    On,
    /// It is not.
    Off,
}

impl Grant {
    /// Returns the scopes that a key with this grant and access has.
    pub fn scopes(self, access: Access) -> KeyScopes {
        match self {
            Self::All => KeyScopes::unless_said(access),
            // A key that may only read has no scope to write, whatever was written down.
            Self::Only(scopes) => scopes.and(KeyScopes::of(access)),
        }
    }
}

impl StoreAccess {
    /// What a store has unless somebody switches it off.
    pub const FULL: Self = Self { api: Switch::On, live: Switch::On };
}
