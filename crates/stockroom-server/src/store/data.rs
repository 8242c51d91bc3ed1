//! The plain data that goes into a store and comes out of it.

use ipnet::IpNet;
use jiff::Timestamp;
use stockroom_api::account::Role;
use stockroom_api::history::Ended;
use stockroom_api::inventory::InventoryItem;
use stockroom_api::key::{Access, Environment};
use stockroom_api::product::NewProduct;
use stockroom_api::scope::KeyScopes;
use stockroom_domain::quantity::Mode;
use tokio::sync::mpsc;

use super::Stored;
use super::keys::StoreAccess;
use super::webhooks::Crossing;
use crate::metrics::histogram::Counted;
use crate::secret::Hash;

/// Whose data: every read and write is inside one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Scope {
    /// The store.
    pub store_id: i64,
    /// Test or live.
    pub environment: Environment,
}

/// A store as such.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreInfo {
    /// The store's id.
    pub store_id: i64,
    /// The store's name.
    pub name: String,
    /// A demo or a shop's own.
    pub kind: StoreKind,
    /// Whether its keys are taken.
    pub access: StoreAccess,
}

/// A demo or a shop's own store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreKind {
    /// Made to try things on, with keys that everybody knows.
    Demo,
    /// A shop's own.
    Real,
}

/// What a key or session may do, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    /// The data it reaches.
    pub scope: Scope,
    /// Who it is.
    pub who: Who,
    /// Read, or read and write.
    pub access: Access,
    /// What it may do in single.
    pub scopes: KeyScopes,
    /// Where it may be used; empty is anywhere.
    pub networks: Vec<IpNet>,
    /// What was shown to prove it.
    pub credential: Credential,
    /// When what was shown ends for good, where it was a secret from before a rotation.
    pub ends_by: Option<Timestamp>,
    /// The store's name.
    pub store_name: String,
    /// The store's kind.
    pub kind: StoreKind,
    /// Whether the store's keys are taken.
    pub store_access: StoreAccess,
    /// When the key, or the session of a person, was last noted as used.
    pub last_used_at: Option<Timestamp>,
}

/// Who asks: a program by its key, or a person who signed in by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// The key with this id.
    Key(String),
    /// A person.
    Person(Person),
}

/// A person who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The person's id.
    pub id: String,
    /// The person's name.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The id of the session that asks.
    pub session_id: String,
}

impl Who {
    /// Returns the id of the key or of the person; none is the same.
    pub fn id(&self) -> &str {
        match self {
            Self::Key(id) => id,
            Self::Person(person) => &person.id,
        }
    }
}

/// What somebody showed to prove who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential {
    /// The key itself.
    Key,
    /// The cookie of a session that was begun with a key, or by name and password.
    Session,
}

/// A session that is being begun with a key.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// The data it reaches.
    pub scope: Scope,
    /// What is kept of its token.
    pub hash: Hash,
    /// The key it was made with.
    pub key_id: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends unless it is used.
    pub expires_at: Timestamp,
    /// When it ends though it is used, where there is such a time.
    pub ends_by: Option<Timestamp>,
}

/// An answer kept under an idempotency key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAnswer {
    /// SHA-256 of the request's method, path with its parameters, and body.
    pub fingerprint: Hash,
    /// The answer's HTTP status.
    pub status: u16,
    /// The answer's body.
    pub body: Vec<u8>,
    /// Whether `Preference-Applied` was said.
    pub preference_applied: bool,
}

/// The part of a list that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// The page, from 1.
    pub number: u64,
    /// The rows per page.
    pub limit: u64,
}

impl Page {
    /// Returns how many rows stand before it.
    pub fn offset(self) -> u64 {
        (self.number - 1).saturating_mul(self.limit)
    }
}

/// Which state of a scope's products and levels was read; it grows with every change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub i64);

/// All tracked products as they are at one moment, while they are being read.
#[derive(Debug)]
pub struct Snapshot {
    /// The state that is read.
    pub version: Version,
    /// The number of products.
    pub total: u64,
    /// The products in the order of the inventory list; they end early where reading failed.
    pub parts: mpsc::Receiver<Stored<Vec<InventoryItem>>>,
}

/// A product that is being added, its ids chosen.
#[derive(Clone, Debug)]
pub struct ProductRow {
    /// The product's id.
    pub id: String,
    /// The variants' ids, in order.
    pub variant_ids: Vec<String>,
    /// All the rest.
    pub new: NewProduct,
}

impl ProductRow {
    /// Returns the levels of the product that was added under this number: none of them is tracked yet.
    pub(super) fn untracked(&self, number: Number) -> StockRow {
        let variants = self.variant_ids.iter().zip(&self.new.variants);
        StockRow {
            number,
            external_id: self.new.external_id.clone(),
            quantity: None,
            low_stock_threshold: self.new.low_stock_threshold,
            last_write: None,
            variants: variants
                .map(|(id, new)| VariantRow {
                    id: id.clone(),
                    label: new.label.clone(),
                    quantity: None,
                })
                .collect(),
        }
    }
}

/// How many products were added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filled {
    /// The number of products.
    pub products: usize,
}

/// How the store itself names a product: read with its levels, given back when they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Number(pub i64);

/// How the store itself names a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WriteNumber(pub i64);

/// A product's levels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockRow {
    /// The store's own name of the product.
    pub number: Number,
    /// The product's SKU.
    pub external_id: Option<String>,
    /// Its own level.
    pub quantity: Option<i64>,
    /// Its threshold.
    pub low_stock_threshold: Option<i64>,
    /// The write that changed it last, or one of its variants.
    pub last_write: Option<WriteNumber>,
    /// Its variants, where they were read.
    pub variants: Vec<VariantRow>,
}

/// A variant's level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariantRow {
    /// The variant's id.
    pub id: String,
    /// Its label.
    pub label: String,
    /// Its level.
    pub quantity: Option<i64>,
}

/// Who changed levels, when and why.
#[derive(Clone, Debug)]
pub struct WriteRecord {
    /// When.
    pub at: Timestamp,
    /// By which endpoint.
    pub source: Source,
    /// By whom: the id of a key or of a person.
    pub author_id: String,
    /// The key itself, or a session.
    pub credential: Credential,
    /// In which request.
    pub request_id: String,
    /// In which run.
    pub run_id: Option<String>,
    /// Why.
    pub run_reason: Option<String>,
    /// The fingerprint of what the run asks for.
    pub run_fingerprint: Option<String>,
}

/// The endpoint that changed levels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The bulk update.
    Bulk,
    /// The single update.
    Single,
    /// The update of one variant.
    Variant,
    /// A product was created, changed or deleted.
    Product,
    /// The import of products.
    Import,
}

/// The levels to write, and their history.
#[derive(Clone, Debug, Default)]
pub struct LevelWrites {
    /// The products' last levels.
    pub products: Vec<(Number, i64)>,
    /// The products that start to be tracked, become low or are no longer low.
    pub flips: Vec<Flip>,
    /// What endpoints of webhooks are told of.
    pub crossings: Vec<Crossing>,
    /// The variants' last levels.
    pub variants: Vec<VariantLevel>,
    /// Every level that was asked for, in order.
    pub history: Vec<HistoryLine>,
    /// The levels that are not tracked any more.
    pub ended: Vec<EndedLevel>,
}

/// A level that is not tracked any more; its line of the history sets it to 0.
#[derive(Clone, Copy, Debug)]
pub struct EndedLevel {
    /// The place of its line in the history that is written.
    pub line: usize,
    /// Why it ended.
    pub how: Ended,
}

/// What a list selects a product by, once that changes.
#[derive(Clone, Copy, Debug)]
pub struct Flip {
    /// The product.
    pub product: Number,
    /// Whether its level is below its threshold.
    pub is_low: bool,
}

/// A variant's new level.
#[derive(Clone, Debug)]
pub struct VariantLevel {
    /// The product.
    pub product: Number,
    /// The variant's id.
    pub variant_id: String,
    /// The level.
    pub quantity: i64,
}

/// One level that was asked for.
#[derive(Clone, Debug)]
pub struct HistoryLine {
    /// The product.
    pub product: Number,
    /// The write that changed the product before this one.
    pub previous_write: Option<WriteNumber>,
    /// The variant's id, where it is a variant's level.
    pub variant_id: Option<String>,
    /// Set or adjust.
    pub mode: Mode,
    /// The level or delta that was asked for.
    pub asked: i64,
    /// The level before.
    pub before: Option<i64>,
    /// The level after.
    pub after: i64,
    /// The units really added.
    pub delta: i64,
}

/// How many requests somebody may make in a window of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counter {
    /// Whose requests.
    pub subject: String,
    /// Which requests.
    pub class: &'static str,
    /// The window's first second, in Unix seconds.
    pub starts_at: i64,
    /// The first second after the window.
    pub ends_at: i64,
    /// The most requests.
    pub limit: u64,
}

/// Whether a request may be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admission {
    /// Whether it may, and was counted.
    pub is_admitted: bool,
    /// The requests of each counter so far, this one with them where it was counted.
    pub requests: Vec<u64>,
}

/// How a store is doing.
#[derive(Clone, Debug)]
pub struct StoreFigures {
    /// The writes that wait.
    pub queued: u64,
    /// How many writes were committed together.
    pub group_sizes: Counted,
    /// How long commits took, in microseconds.
    pub commit_times: Counted,
    /// The size of the database in bytes.
    pub database_bytes: u64,
    /// The size in bytes of what is not folded into the database yet.
    pub journal_bytes: u64,
    /// The sessions that are not over.
    pub sessions: u64,
    /// Where lists were read, if there is a replica.
    pub replica: Option<ReplicaReads>,
}

/// How many lists were read from where, since the process started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplicaReads {
    /// From the replica.
    pub replica: u64,
    /// From the database itself, because the replica was away or lagged behind.
    pub primary: u64,
}
