//! Runs as this browser keeps them: a journal each, in `IndexedDB`.
//!
//! A journal is a head that lists show, the run as it was made, and an entry for each change
//! since. Knows bytes, not what they mean. Whoever takes a run writes to it under a mark of their
//! own; a tab that another has taken it from is told so before it sends anything more. Every
//! write is one transaction, awaited until the disk has it. Never a key.

use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};

pub use super::database::Fault;
use super::database::{
    Database, Kind, Transaction, bytes_of, kept, keys_behind, owned, read_owned,
};

const DATABASE: &str = "stockroom-runs";
const VERSION: u32 = 1;
/// `[owner, bytes]` by `[place, run]`.
const HEADS: &str = "heads";
/// Bytes by `[place, run]`.
const BASES: &str = "bases";
/// Bytes by `[place, run, number]`.
const ENTRIES: &str = "entries";
const STORES: &[&str] = &[HEADS, BASES, ENTRIES];

/// Which run, and who writes to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Journal {
    /// The store that it changes.
    pub place: String,
    /// The run's id.
    pub run: String,
    /// The mark of whoever writes.
    pub owner: String,
}

/// A run that was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// The run as it was made.
    pub base: Vec<u8>,
    /// What changed since, in order.
    pub entries: Vec<Vec<u8>>,
}

/// A run that is kept, of whatever place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The store that it changed.
    pub place: String,
    /// The run's id.
    pub run: String,
    /// Its head.
    pub head: Vec<u8>,
}

/// Begins a journal; with `base` again it takes the place of all its entries.
///
/// # Errors
/// [`Fault`]; nothing is kept then.
pub async fn begin(journal: &Journal, head: &[u8], base: &[u8]) -> Result<(), Fault> {
    let database = open().await?;
    let transaction = database.begin(Kind::Strict)?;
    let owner = owner_in(&transaction, journal).await?;
    if owner.is_some_and(|owner| owner != journal.owner) {
        return Err(Fault::Elsewhere);
    }
    transaction.put(HEADS, &journal.key(), &journal.head(head))?;
    transaction.put(BASES, &journal.key(), &kept(base))?;
    transaction.delete(ENTRIES, &keys_behind(&[&journal.place, &journal.run])?.into())?;
    transaction.finish().await
}

/// The database, held open by who writes many entries.
#[derive(Clone, Debug)]
pub struct Opened(Rc<Database>);

/// Opens the database for [`append`].
///
/// # Errors
/// [`Fault`].
pub async fn hold_open() -> Result<Opened, Fault> {
    Ok(Opened(Rc::new(open().await?)))
}

/// Writes entries behind the last, and the head as it is now.
///
/// # Errors
/// [`Fault`]; nothing of them is kept then.
pub async fn append(
    opened: &Opened,
    journal: &Journal,
    number: u32,
    entries: &[u8],
    head: &[u8],
) -> Result<(), Fault> {
    let transaction = opened.0.begin(Kind::Strict)?;
    if owner_in(&transaction, journal).await?.as_ref() != Some(&journal.owner) {
        return Err(Fault::Elsewhere);
    }
    let key = Array::of3(&(&*journal.place).into(), &(&*journal.run).into(), &number.into());
    transaction.put(ENTRIES, &key, &kept(entries))?;
    transaction.put(HEADS, &journal.key(), &journal.head(head))?;
    transaction.finish().await
}

/// Puts a head in the place of the one that is there.
///
/// # Errors
/// [`Fault`].
pub async fn put_head(journal: &Journal, head: &[u8]) -> Result<(), Fault> {
    let database = open().await?;
    let transaction = database.begin(Kind::Write)?;
    if owner_in(&transaction, journal).await?.as_ref() != Some(&journal.owner) {
        return Err(Fault::Elsewhere);
    }
    transaction.put(HEADS, &journal.key(), &journal.head(head))?;
    transaction.finish().await
}

/// Takes a run over, so that `journal.owner` alone writes to it from now on.
///
/// # Errors
/// [`Fault`].
pub async fn take(journal: &Journal) -> Result<Option<Found>, Fault> {
    let database = open().await?;
    let transaction = database.begin(Kind::Strict)?;
    let record = read_owned(&transaction.get(HEADS, &journal.key()).await?);
    let Some((_, head)) = record else { return Ok(None) };
    let found = found_in(&transaction, &journal.place, &journal.run).await?;
    transaction.put(HEADS, &journal.key(), &journal.head(&head))?;
    transaction.finish().await?;
    Ok(Some(found))
}

/// Reads a run, which stays with whoever writes to it.
///
/// # Errors
/// [`Fault`].
pub async fn read(place: &str, run: &str) -> Result<Found, Fault> {
    let database = open().await?;
    let transaction = database.begin(Kind::Read)?;
    found_in(&transaction, place, run).await
}

/// Returns the heads of all runs of a place.
///
/// # Errors
/// [`Fault`].
pub async fn heads(place: &str) -> Result<Vec<Vec<u8>>, Fault> {
    let database = open().await?;
    let transaction = database.begin(Kind::Read)?;
    let records = transaction.all(HEADS, &keys_behind(&[place])?).await?;
    Ok(records.iter().filter_map(read_owned).map(|(_, head)| head).collect())
}

/// Returns the runs of all places.
///
/// # Errors
/// [`Fault`].
pub async fn everywhere() -> Result<Vec<Kept>, Fault> {
    let database = open().await?;
    let transaction = database.begin(Kind::Read)?;
    let all = keys_behind(&[])?;
    let keys = transaction.keys(HEADS, &all).await?;
    let records = transaction.all(HEADS, &all).await?;
    let kept = keys.iter().zip(&records).filter_map(|(key, record)| {
        let key: &Array = key.dyn_ref()?;
        let (place, run) = (key.get(0).as_string()?, key.get(1).as_string()?);
        Some(Kept { place, run, head: read_owned(record)?.1 })
    });
    Ok(kept.collect())
}

/// Drops runs of a place.
///
/// # Errors
/// [`Fault`].
pub async fn drop_runs(place: &str, runs: &[String]) -> Result<(), Fault> {
    let database = open().await?;
    let transaction = database.begin(Kind::Write)?;
    for run in runs {
        let key = Array::of2(&place.into(), &run.as_str().into());
        transaction.delete(HEADS, &key)?;
        transaction.delete(BASES, &key)?;
        transaction.delete(ENTRIES, &keys_behind(&[place, run])?.into())?;
    }
    transaction.finish().await
}

impl Journal {
    fn key(&self) -> JsValue {
        Array::of2(&(&*self.place).into(), &(&*self.run).into()).into()
    }

    fn head(&self, head: &[u8]) -> JsValue {
        owned(&self.owner, head)
    }
}

async fn open() -> Result<Database, Fault> {
    Database::open(DATABASE, VERSION, STORES).await
}

async fn found_in(transaction: &Transaction, place: &str, run: &str) -> Result<Found, Fault> {
    let key = Array::of2(&place.into(), &run.into());
    let base = bytes_of(&transaction.get(BASES, &key).await?);
    let behind = keys_behind(&[place, run])?;
    let entries = transaction.all(ENTRIES, &behind).await?.iter().map(bytes_of).collect();
    Ok(Found { base, entries })
}

async fn owner_in(transaction: &Transaction, journal: &Journal) -> Result<Option<String>, Fault> {
    let record = read_owned(&transaction.get(HEADS, &journal.key()).await?);
    Ok(record.map(|(owner, _)| owner))
}
