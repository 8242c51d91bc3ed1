//! What a key may do, in single scopes: a key has some of them, each endpoint asks for one.

use std::fmt;

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use crate::key::Access;

/// One thing that a key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyScope {
    /// Read levels, their history and the runs.
    InventoryRead,
    /// Change levels.
    InventoryWrite,
    /// Read products.
    ProductsRead,
    /// Create, change and delete products.
    ProductsWrite,
    /// Import products from CSV.
    ImportWrite,
    /// Read the webhook endpoints.
    EndpointsRead,
    /// Create, change, test and delete webhook endpoints.
    EndpointsManage,
    /// Read what was delivered to webhook endpoints.
    DeliveriesRead,
    /// Deliver again.
    DeliveriesRetry,
}

/// Some of the scopes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct KeyScopes(u16);

impl KeyScope {
    /// Every scope, in the contract's order.
    pub const ALL: [Self; 9] = [
        Self::InventoryRead,
        Self::InventoryWrite,
        Self::ProductsRead,
        Self::ProductsWrite,
        Self::ImportWrite,
        Self::EndpointsRead,
        Self::EndpointsManage,
        Self::DeliveriesRead,
        Self::DeliveriesRetry,
    ];

    /// Returns the API's word for this scope.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InventoryRead => "store.inventory:read",
            Self::InventoryWrite => "store.inventory:write",
            Self::ProductsRead => "store.products:read",
            Self::ProductsWrite => "store.products:write",
            Self::ImportWrite => "store.import:write",
            Self::EndpointsRead => "webhooks.endpoints:read",
            Self::EndpointsManage => "webhooks.endpoints:manage",
            Self::DeliveriesRead => "webhooks.deliveries:read",
            Self::DeliveriesRetry => "webhooks.deliveries:retry",
        }
    }

    /// Returns the scope that the API's word names.
    ///
    /// ```
    /// use stockroom_api::scope::KeyScope;
    /// assert_eq!(KeyScope::parse("store.inventory:read"), Some(KeyScope::InventoryRead));
    /// assert_eq!(KeyScope::parse("inventory"), None);
    /// ```
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == word)
    }

    /// Tells whether this changes something, which takes a secret key (`sk_…`).
    pub fn is_write(self) -> bool {
        !matches!(
            self,
            Self::InventoryRead | Self::ProductsRead | Self::EndpointsRead | Self::DeliveriesRead
        )
    }

    fn bit(self) -> u16 {
        1 << (self as u16)
    }
}

impl KeyScopes {
    /// Returns all scopes that a key with this access can have.
    ///
    /// ```
    /// use stockroom_api::key::Access;
    /// use stockroom_api::scope::{KeyScope, KeyScopes};
    /// assert!(KeyScopes::of(Access::Write).contains(KeyScope::ImportWrite));
    /// assert!(!KeyScopes::of(Access::Read).contains(KeyScope::ImportWrite));
    /// ```
    pub fn of(access: Access) -> Self {
        let may = |scope: &KeyScope| access == Access::Write || !scope.is_write();
        KeyScope::ALL.into_iter().filter(may).collect()
    }

    /// Returns the scopes that a key with this access has where nobody says which: a key that may be
    /// public does not tell where events are sent.
    ///
    /// ```
    /// use stockroom_api::key::Access;
    /// use stockroom_api::scope::{KeyScope, KeyScopes};
    /// assert!(KeyScopes::unless_said(Access::Read).contains(KeyScope::InventoryRead));
    /// assert!(!KeyScopes::unless_said(Access::Read).contains(KeyScope::EndpointsRead));
    /// ```
    pub fn unless_said(access: Access) -> Self {
        let is_private =
            |scope: &KeyScope| matches!(scope, KeyScope::EndpointsRead | KeyScope::DeliveriesRead);
        let may = |scope: &KeyScope| access == Access::Write || !is_private(scope);
        Self::of(access).iter().filter(may).collect()
    }

    /// Tells whether `scope` is one of these.
    pub fn contains(self, scope: KeyScope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// Tells whether none of these changes anything.
    pub fn only_read(self) -> bool {
        !self.iter().any(KeyScope::is_write)
    }

    /// Returns the scopes that are in both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Returns the scopes in the contract's order.
    pub fn iter(self) -> impl Iterator<Item = KeyScope> {
        KeyScope::ALL.into_iter().filter(move |scope| self.contains(*scope))
    }

    /// Returns the scopes that a text of words between spaces names; words that this version does not
    /// know are left out, so that they allow nothing.
    pub fn from_words(text: &str) -> Self {
        text.split_whitespace().filter_map(KeyScope::parse).collect()
    }
}

impl FromIterator<KeyScope> for KeyScopes {
    fn from_iter<I: IntoIterator<Item = KeyScope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | scope.bit()))
    }
}

impl fmt::Display for KeyScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The words of the scopes, between spaces.
impl fmt::Display for KeyScopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, scope) in self.iter().enumerate() {
            let space = if index == 0 { "" } else { " " };
            write!(f, "{space}{scope}")?;
        }
        Ok(())
    }
}

impl Serialize for KeyScopes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(KeyScope::as_str))
    }
}

impl<'de> Deserialize<'de> for KeyScopes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let words = Vec::<String>::deserialize(deserializer)?;
        Ok(words.iter().filter_map(|word| KeyScope::parse(word)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scope_reads_back() {
        for scope in KeyScope::ALL {
            assert_eq!(KeyScope::parse(scope.as_str()), Some(scope));
            assert_eq!(KeyScopes::from_iter([scope]).iter().collect::<Vec<_>>(), [scope]);
        }
        let all = KeyScopes::of(Access::Write);
        assert_eq!(KeyScopes::from_words(&all.to_string()), all);
        assert_eq!(serde_json::to_value(all).unwrap().as_array().unwrap().len(), 9);
    }

    #[test]
    fn words_of_later_versions_allow_nothing() {
        let text = "store.inventory:read store.orders:write";
        let scopes = KeyScopes::from_words(text);
        assert_eq!(scopes.to_string(), "store.inventory:read");
        let json = serde_json::json!(["store.inventory:read", "store.orders:write"]);
        assert_eq!(serde_json::from_value::<KeyScopes>(json).unwrap(), scopes);
        assert!(scopes.only_read() && !KeyScopes::of(Access::Write).only_read());
    }

    #[test]
    fn read_only_keys_have_the_scopes_that_read() {
        let words: Vec<&str> = KeyScopes::of(Access::Read).iter().map(KeyScope::as_str).collect();
        assert!(words.len() == 4 && words.iter().all(|word| word.ends_with(":read")), "{words:?}");
    }
}
