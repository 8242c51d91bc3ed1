//! Where a run goes: a server, and which of its data a key reaches.

use serde::{Deserialize, Serialize};
use stockroom_api::key::{Access, Environment, KeyPrefix};

use crate::commands::Ended;
use crate::file_plan::unusable;

/// A store, as far as it can be told without its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    /// The server's address.
    pub(super) server: String,
    /// Which data the key reaches; `None` where its prefix does not say.
    pub(super) environment: Option<Environment>,
}

impl Place {
    /// Returns where a key leads.
    ///
    /// # Errors
    /// [`CommandError`] with status 2 where the key may only read, or the address holds a secret.
    pub(super) fn new(server: &str, key: &str) -> Ended<Self> {
        let prefix = KeyPrefix::parse(key);
        if prefix.is_some_and(|prefix| prefix.access == Access::Read) {
            return Err(unusable(
                "a key that only reads (pk_…) applies nothing. Use one with sk_….",
            ));
        }
        if server.contains('@') {
            // It would stand in the journal.
            return Err(unusable("the address of --server must not hold a name or a password."));
        }
        let environment = prefix.map(|prefix| prefix.environment);
        Ok(Self { server: server.to_owned(), environment })
    }

    /// Returns the store as people name it, with what is known beyond the key.
    pub(super) fn named(&self, kind: &str) -> String {
        let environment = self.environment.map_or("", Environment::as_str);
        let words = ["the", kind, environment, "store at", &self.server];
        words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    }
}
