//! Worksheets as this browser keeps them: one for each place, in `IndexedDB`.
//!
//! Knows bytes and a [`Blob`], not what they mean. Whoever writes is the draft's owner, by a mark
//! of its own: a tab that another has taken the draft from is told so and writes no more.
//! Every write is one transaction, and awaited to its end. Never a key. Read [`Change`] first.

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Blob;

pub use super::database::Fault;
use super::database::{
    self, Database, Kind, Transaction, bytes_of, kept, keys_behind, owned, read_owned,
};

const DATABASE: &str = "stockroom-drafts";
const VERSION: u32 = 1;
/// `[owner, bytes]` by place.
const HEADS: &str = "heads";
/// A blob by place.
const SOURCES: &str = "sources";
/// Bytes by `[place, number]`.
const STEPS: &str = "steps";
const STORES: &[&str] = &[HEADS, SOURCES, STEPS];

/// What is written at once.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Whose draft it is.
    pub place: String,
    /// Who writes.
    pub owner: String,
    /// The source of a new draft, which replaces the one before.
    pub source: Option<Blob>,
    /// Whether the steps so far count no more.
    pub clears_steps: bool,
    /// Steps behind the last, with their numbers.
    pub steps: Vec<(u32, Vec<u8>)>,
    /// The head, where it is another; a new draft needs one.
    pub head: Option<Vec<u8>>,
}

/// A draft that was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its head.
    pub head: Vec<u8>,
    /// Its source, where it is still there.
    pub source: Option<Blob>,
    /// Its steps in their order.
    pub steps: Vec<Vec<u8>>,
}

/// Writes.
///
/// # Errors
/// [`Fault`]; nothing of the change is kept then.
pub async fn write(change: &Change) -> Result<(), Fault> {
    let database = open().await?;
    let transaction = database.begin(Kind::Write)?;
    let place = JsValue::from_str(&change.place);
    if let Some(source) = &change.source {
        transaction.put(SOURCES, &place, source)?;
    } else {
        let now = head_in(&transaction, &change.place).await?;
        if now.is_none_or(|(owner, _)| owner != change.owner) {
            return Err(Fault::Elsewhere);
        }
    }
    if change.clears_steps || change.source.is_some() {
        transaction.delete(STEPS, &keys_behind(&[&change.place])?.into())?;
    }
    for (number, step) in &change.steps {
        let key = Array::of2(&place, &JsValue::from(*number));
        transaction.put(STEPS, &key, &kept(step))?;
    }
    if let Some(head) = &change.head {
        put_head(&transaction, &change.place, &change.owner, head)?;
    }
    transaction.finish().await
}

/// Takes the draft of a place over, so that `owner` writes to it from now on.
///
/// # Errors
/// [`Fault`].
pub async fn take(place: &str, owner: &str) -> Result<Option<Found>, Fault> {
    let database = open().await?;
    let transaction = database.begin(Kind::Write)?;
    let Some((_, head)) = head_in(&transaction, place).await? else {
        return Ok(None);
    };
    let source = transaction.get(SOURCES, &place.into()).await?.dyn_into::<Blob>().ok();
    let steps = transaction.all(STEPS, &keys_behind(&[place])?).await?;
    let steps = steps.iter().map(bytes_of).collect();
    put_head(&transaction, place, owner, &head)?;
    transaction.finish().await?;
    Ok(Some(Found { head, source, steps }))
}

/// Returns the head of the draft of a place.
///
/// # Errors
/// [`Fault`].
pub async fn head(place: &str) -> Result<Option<Vec<u8>>, Fault> {
    let database = open().await?;
    let transaction = database.begin(Kind::Read)?;
    Ok(head_in(&transaction, place).await?.map(|(_, head)| head))
}

/// Drops the draft of a place: anybody's, or only what this owner has.
///
/// # Errors
/// [`Fault`].
pub async fn drop_draft(place: &str, owner: Option<&str>) -> Result<(), Fault> {
    let database = open().await?;
    let transaction = database.begin(Kind::Write)?;
    let now = head_in(&transaction, place).await?;
    if owner.is_none() || now.as_ref().map(|(owner, _)| owner.as_str()) == owner {
        transaction.delete(HEADS, &place.into())?;
        transaction.delete(SOURCES, &place.into())?;
        transaction.delete(STEPS, &keys_behind(&[place])?.into())?;
    }
    transaction.finish().await
}

/// Drops all drafts.
///
/// # Errors
/// [`Fault`].
pub async fn clear() -> Result<(), Fault> {
    database::clear(open().await?).await
}

async fn open() -> Result<Database, Fault> {
    Database::open(DATABASE, VERSION, STORES).await
}

async fn head_in(
    transaction: &Transaction,
    place: &str,
) -> Result<Option<(String, Vec<u8>)>, Fault> {
    Ok(read_owned(&transaction.get(HEADS, &place.into()).await?))
}

fn put_head(transaction: &Transaction, place: &str, owner: &str, head: &[u8]) -> Result<(), Fault> {
    transaction.put(HEADS, &place.into(), &owned(owner, head))
}
