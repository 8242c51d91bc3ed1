//! Who we talk to: this server by its session, or an API directly with a key in memory.
//!
//! The only place with HTTP. A direct key lives in [`Connection`] until the tab closes: never in
//! storage, in an address or in a log. Answers are read by `stockroom_client::answer`; what goes
//! wrong is one [`Failure`], which [`failure::tell`] turns into a merchant's sentence.
//!
//! ```text
//! let connection = use_connection();
//! let page = connection.inventory_page(Which::All, 1).await?;
//! let answer = connection.send(Method::Patch, path::BULK, &headers, Some(&body)).await?;
//! ```

use leptos::prelude::*;
use stockroom_api::capabilities::Capabilities;
use stockroom_api::key::{Access, Environment, KeyPrefix};
use stockroom_api::scope::{KeyScope, KeyScopes};
use stockroom_api::session::{Session, SessionUser};

mod accounts;
pub mod calls;
pub mod failure;
mod http;
pub mod sign_in;
mod webhooks;

pub use failure::Failure;
pub use http::{Method, Streamed, Unreachable};

use crate::browser::address;

/// The connection; copy it into closures.
#[derive(Clone, Copy, Debug)]
pub struct Connection {
    standing: RwSignal<Standing>,
    capabilities: RwSignal<Capabilities>,
    /// Whether the server was asked what it can do, whatever came of it.
    is_told: RwSignal<bool>,
    /// Whether the session ended while somebody was at work.
    has_ended: RwSignal<bool>,
    /// Counts the sign-ins of this tab.
    sign_ins: RwSignal<u32>,
    direct: StoredValue<Option<Direct>>,
    /// The server's time in an answer, in milliseconds since 1970.
    latest_date: StoredValue<Option<u64>>,
}

/// Where the sign-in stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The server is being asked who we are.
    Asking,
    /// Nobody is signed in.
    SignedOut,
    /// Somebody is.
    SignedIn(Who),
}

/// Who is signed in, where, and what they may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// The store's name, where the server says it.
    pub store: Option<String>,
    /// Test or live data.
    pub environment: Environment,
    /// Whether stock can only be read.
    pub is_read_only: bool,
    /// What they may do, as far as it is known.
    pub scopes: KeyScopes,
    /// Who it is, where they signed in by name.
    pub user: Option<SessionUser>,
    /// How we are connected.
    pub way: Way,
    /// The server's address.
    pub server: String,
    /// Tells stores apart whose names nobody says: 32 bits, from which no key can be had.
    mark: u32,
}

/// How we are connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// By a session with the server that the app came from.
    Session,
    /// With a key in this tab's memory.
    Direct,
}

/// An API and the key for it; the key shows nowhere.
#[derive(Clone)]
struct Direct {
    root: String,
    key: String,
}

/// Returns the connection that the app provides.
pub fn use_connection() -> Connection {
    expect_context::<Connection>()
}

impl Connection {
    /// Returns a connection that has not asked yet.
    pub fn new() -> Self {
        Self {
            standing: RwSignal::new(Standing::Asking),
            capabilities: RwSignal::new(Capabilities::default()),
            is_told: RwSignal::new(false),
            has_ended: RwSignal::new(false),
            sign_ins: RwSignal::new(0),
            direct: StoredValue::new(None),
            latest_date: StoredValue::new(None),
        }
    }

    /// Returns where the sign-in stands and follows it.
    pub fn standing(self) -> Standing {
        self.standing.get()
    }

    /// Returns who is signed in and follows it.
    pub fn who(self) -> Option<Who> {
        match self.standing.get() {
            Standing::SignedIn(who) => Some(who),
            _ => None,
        }
    }

    /// Tells whether stock can be changed, and follows it.
    pub fn can_write(self) -> bool {
        self.who().is_some_and(|who| !who.is_read_only)
    }

    /// Tells whether whoever is signed in may do this, and follows it.
    pub fn may(self, scope: KeyScope) -> bool {
        self.who().is_some_and(|who| who.scopes.contains(scope))
    }

    /// Tells whether products can be created, changed and deleted here, and follows it.
    pub fn can_edit_products(self) -> bool {
        self.capabilities().product_import && self.may(KeyScope::ProductsWrite)
    }

    /// Tells whether products can be imported here, and follows it.
    pub fn can_import_products(self) -> bool {
        self.capabilities().product_import && self.may(KeyScope::ImportWrite)
    }

    /// Tells whether endpoints of webhooks can be seen here, and follows it.
    pub fn can_see_webhooks(self) -> bool {
        self.capabilities().webhooks && self.may(KeyScope::EndpointsRead)
    }

    /// Tells whether the session ended while somebody was at work, and follows it.
    pub fn has_ended(self) -> bool {
        self.has_ended.get()
    }

    /// Returns how often somebody signed in and follows it: what failed may be tried again.
    pub fn sign_ins(self) -> u32 {
        self.sign_ins.get()
    }

    /// Leaves the page as it is, signed out: the next refused request asks again.
    pub fn stay_ended(self) {
        self.has_ended.set(false);
    }

    /// Returns the time in milliseconds since 1970 that the server told last, in whatever answer.
    pub fn latest_date(self) -> Option<u64> {
        self.latest_date.try_get_value().flatten()
    }

    /// Returns what the server can do beyond the contract, and follows it.
    pub fn capabilities(self) -> Capabilities {
        self.capabilities.get()
    }

    /// Tells whether it is known what the server can do, as far as it says, and follows it.
    pub fn is_told(self) -> bool {
        self.is_told.get()
    }

    /// Returns what the server can do beyond the contract, without following it.
    pub fn capabilities_untracked(self) -> Capabilities {
        self.capabilities.get_untracked()
    }

    /// Returns the server's address for people, such as `api.example.com`.
    pub fn host(self) -> String {
        host_of(&self.root()).to_owned()
    }

    fn root(self) -> String {
        self.direct
            .with_value(|direct| direct.as_ref().map(|direct| direct.root.clone()))
            .unwrap_or_else(address::origin)
    }
}

/// Returns a server's address for people, such as `api.example.com`.
pub fn host_of(root: &str) -> &str {
    root.split_once("://").map_or(root, |(_, host)| host)
}

impl Default for Connection {
    fn default() -> Self {
        Self::new()
    }
}

impl Who {
    fn of_session(session: Session) -> Self {
        let access = if session.read_only { Access::Read } else { Access::Write };
        Self {
            store: Some(session.store_name),
            environment: session.environment,
            is_read_only: session.read_only,
            // A server of before says nothing of scopes and refuses by itself.
            scopes: session.scopes.unwrap_or_else(|| KeyScopes::of(access)),
            user: session.user,
            way: Way::Session,
            server: address::origin(),
            mark: 0,
        }
    }

    /// Returns the name under which this browser keeps what is this store's.
    pub fn place(&self) -> String {
        let Self { store, environment, server, mark, .. } = self;
        let store = store.as_deref().unwrap_or_default();
        format!("{server} {} {mark:08x} {store}", environment.as_str())
    }

    /// Tells whether a place is that of another key of the same server and environment, of which
    /// nobody says whose store it is.
    pub fn is_beside(&self, place: &str) -> bool {
        let start = format!("{} {} ", self.server, self.environment.as_str());
        let is_mark = |rest: &str| rest.len() == 9 && rest.ends_with(' ');
        self.way == Way::Direct
            && place != self.place()
            && place.strip_prefix(&*start).is_some_and(is_mark)
    }

    fn of_key(prefix: KeyPrefix, server: &str, key: &str) -> Self {
        Self {
            store: None,
            environment: prefix.environment,
            is_read_only: prefix.access == Access::Read,
            scopes: KeyScopes::of(prefix.access),
            user: None,
            way: Way::Direct,
            server: server.to_owned(),
            mark: mark_of(key),
        }
    }
}

/// FNV-1a: stores need telling apart, nothing is to be proved.
fn mark_of(key: &str) -> u32 {
    key.bytes().fold(0x811c_9dc5, |mark, byte| (mark ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

impl std::fmt::Debug for Direct {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Direct").field("root", &self.root).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn direct(key: &str, server: &str) -> Who {
        Who::of_key(KeyPrefix::parse(key).unwrap(), server, key)
    }

    #[test]
    fn another_key_of_the_same_server_and_environment_is_beside() {
        let (first, second) = ("sk_test_first", "sk_test_second");
        let who = direct(first, "https://a.example");
        assert!(who.is_beside(&direct(second, "https://a.example").place()));
        assert!(!who.is_beside(&who.place()));
        assert!(!who.is_beside(&direct(second, "https://a.example.org").place()));
        assert!(!who.is_beside(&direct("sk_live_second", "https://a.example").place()));
        let named = Who { store: Some("Dakar".to_owned()), ..direct(second, "https://a.example") };
        assert!(!who.is_beside(&named.place()), "that store has a name of its own");
    }
}
