//! The stock history, and the runs in it (our server only).
//!
//! Both lists are read newest first and on by cursors, so that a page stays what it was while others
//! write. They show the data of the key's own environment alone.

use serde::{Deserialize, Serialize};

use crate::bulk::Mode;

/// The longest fingerprint of a run, in characters.
pub const MAX_FINGERPRINT_CHARACTERS: usize = 128;

/// A part of the stock history, the newest entry first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct HistoryPage {
    /// The entries of this page.
    pub items: Vec<HistoryEntry>,
    /// The most entries of a page.
    pub limit: u64,
    /// Whether older entries follow.
    pub has_more: bool,
    /// What [`HistoryQuery::cursor`] must be for the entries that follow; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// One level that was set or adjusted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct HistoryEntry {
    /// When the request came, as RFC 3339 in UTC.
    pub at: String,
    /// The product's id.
    #[serde(default)]
    pub product_id: Option<String>,
    /// The product's SKU as it is now, or was when it was deleted; null where it has none.
    #[serde(default)]
    pub external_id: Option<String>,
    /// The product's name as it is now, or was when it was deleted.
    #[serde(default)]
    pub name: Option<String>,
    /// The variant's id; null where it is the product's own level.
    #[serde(default)]
    pub variant_id: Option<String>,
    /// The variant's label as it is now, or was when it was deleted; null where it is the product's own
    /// level.
    #[serde(default)]
    pub label: Option<String>,
    /// Whether the level was set or adjusted.
    pub mode: Mode,
    /// The level that was asked for; only with `set`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<i64>,
    /// The change that was asked for; only with `adjust`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity_delta: Option<i64>,
    /// The level before; null where it was not tracked.
    #[serde(default)]
    pub before: Option<i64>,
    /// The level after; 0 where it ended.
    pub after: i64,
    /// The units really added: an adjust that would go below 0 stops there.
    pub delta: i64,
    /// Why there is no level any more; absent where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ended>,
    /// The endpoint that was used.
    pub source: Source,
    /// The key that was used; null where a person changed it, who signed in by name.
    #[serde(default)]
    pub key: Option<KeyShown>,
    /// The person who changed it; null where a key was used.
    #[serde(default)]
    pub user: Option<UserShown>,
    /// Whether somebody was signed in to the app; null where that was not noted.
    #[serde(default)]
    pub by_session: Option<bool>,
    /// The request, which may have changed more levels.
    pub request_id: String,
    /// The run that the request belonged to.
    #[serde(default)]
    pub run_id: Option<String>,
    /// Why, in words or as one of the app's reasons.
    #[serde(default)]
    pub reason: Option<String>,
}

/// The endpoint by which levels were changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// The bulk update.
    Bulk,
    /// The update of one product's stock.
    Single,
    /// The update of one variant's stock, by its id.
    Variant,
    /// A product was created, changed or deleted.
    Product,
    /// The import of products.
    Import,
}

/// Why a level ended: its stock is not counted any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Ended {
    /// It is not tracked any more.
    Untracked,
    /// Its product or variant was deleted.
    Deleted,
}

/// What may be shown of a key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct KeyShown {
    /// The key's id, no secret.
    pub id: String,
    /// What people call it; null where it is not known any more.
    #[serde(default)]
    pub name: Option<String>,
    /// Its beginning and end, such as `sk_live_…9f3c`; null where it is not known any more.
    #[serde(default)]
    pub hint: Option<String>,
}

/// What is shown of a person who changed levels.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserShown {
    /// The person's id.
    pub id: String,
    /// The person's name as it is now, or was when they were removed.
    pub name: String,
}

/// Which entries of the history are asked for; the default is the newest hundred.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryQuery {
    /// Only of this product, by id or SKU, with its variants.
    pub product_id: Option<String>,
    /// Only of this run.
    pub run_id: Option<String>,
    /// Only with this reason.
    pub reason: Option<String>,
    /// Only with the key of this id.
    pub key_id: Option<String>,
    /// Only by the person with this id.
    pub user_id: Option<String>,
    /// Only from this time on: RFC 3339, or a date for its beginning in UTC.
    pub from: Option<String>,
    /// Only before this time: RFC 3339, or a date for its end in UTC.
    pub to: Option<String>,
    /// Where to go on: [`HistoryPage::next_cursor`].
    pub cursor: Option<String>,
    /// The most entries of a page; `None` is 100.
    pub limit: Option<u64>,
}

/// A part of the runs, the one begun last first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct RunPage {
    /// The runs of this page.
    pub items: Vec<RunShown>,
    /// The most runs of a page.
    pub limit: u64,
    /// Whether older runs follow.
    pub has_more: bool,
    /// What [`RunQuery::cursor`] must be for the runs that follow; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// What all requests with one run id did together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct RunShown {
    /// The id that the requests carried.
    pub run_id: String,
    /// Why, in words or as one of the app's reasons.
    #[serde(default)]
    pub reason: Option<String>,
    /// The fingerprint of the changes that were asked for.
    #[serde(default)]
    pub fingerprint: Option<String>,
    /// When its first request came that changed anything, as RFC 3339 in UTC.
    pub started_at: String,
    /// When its last request came that changed anything, as RFC 3339 in UTC.
    pub ended_at: String,
    /// The key of its first request; null where a person sent it, who signed in by name.
    #[serde(default)]
    pub key: Option<KeyShown>,
    /// The person who sent its first request; null where a key was used.
    #[serde(default)]
    pub user: Option<UserShown>,
    /// Whether somebody was signed in to the app; null where that was not noted.
    #[serde(default)]
    pub by_session: Option<bool>,
    /// The requests that changed anything.
    pub requests: u64,
    /// The products whose own level, or that of a variant, was set or adjusted.
    pub products: u64,
    /// The levels that were set or adjusted, one as often as it was.
    pub levels: u64,
    /// The units really added, all upward changes together.
    pub units_added: u64,
    /// The units really taken away, all downward changes together.
    pub units_removed: u64,
}

/// Which runs are asked for; the default is the newest hundred.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunQuery {
    /// Only those with this fingerprint.
    pub fingerprint: Option<String>,
    /// Where to go on: [`RunPage::next_cursor`].
    pub cursor: Option<String>,
    /// The most runs of a page; `None` is 100.
    pub limit: Option<u64>,
}
