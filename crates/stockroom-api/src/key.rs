//! What the prefix of a key says: what it may do, and on which data.

use serde::{Deserialize, Serialize};

/// Which data a key reaches; test and live never meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// Data to try things on.
    Test,
    /// The shop's own data.
    Live,
}

/// What a key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// `pk_`: read only, may be public.
    Read,
    /// `sk_`: read and write, belongs on a server.
    Write,
}

/// The part of a key that is no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeyPrefix {
    /// What the key may do.
    pub access: Access,
    /// Which data it reaches.
    pub environment: Environment,
}

impl KeyPrefix {
    /// Returns what the prefix of `key` says, or `None` where it is no key at all.
    ///
    /// ```
    /// use stockroom_api::key::{Access, Environment, KeyPrefix};
    /// let prefix = KeyPrefix::parse("sk_live_8f2c").unwrap();
    /// assert_eq!((prefix.access, prefix.environment), (Access::Write, Environment::Live));
    /// assert!(KeyPrefix::parse("sk_live_").is_none() && KeyPrefix::parse("abc").is_none());
    /// ```
    pub fn parse(key: &str) -> Option<Self> {
        let all = [Access::Read, Access::Write].into_iter().flat_map(|access| {
            [Environment::Test, Environment::Live].map(|environment| Self { access, environment })
        });
        all.into_iter().find(|prefix| key.len() > 8 && key.starts_with(prefix.as_str()))
    }

    /// Returns the prefix as keys begin with it.
    pub fn as_str(self) -> &'static str {
        match (self.access, self.environment) {
            (Access::Read, Environment::Test) => "pk_test_",
            (Access::Read, Environment::Live) => "pk_live_",
            (Access::Write, Environment::Test) => "sk_test_",
            (Access::Write, Environment::Live) => "sk_live_",
        }
    }
}

impl Environment {
    /// Returns `test` or `live`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Live => "live",
        }
    }
}
