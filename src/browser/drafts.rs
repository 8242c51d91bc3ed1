//! Worksheets as this browser keeps them: one for each place, in `IndexedDB`.
//!
//! Knows bytes and a [`Blob`], not what they mean. Whoever writes is the draft's owner, by a mark
//! of its own: a tab that another has taken the draft from is told so and writes no more.
//! Every write is one transaction, and awaited to its end. Never a key. Read [`Change`] first.

use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, DomException, Event, IdbDatabase, IdbKeyRange, IdbRequest, IdbTransaction,
    IdbTransactionMode,
};

use super::window;

const DATABASE: &str = "stockroom-drafts";
const VERSION: u32 = 1;
/// `[owner, bytes]` by place.
const HEADS: &str = "heads";
/// A blob by place.
const SOURCES: &str = "sources";
/// Bytes by `[place, number]`.
const STEPS: &str = "steps";
const STORES: [&str; 3] = [HEADS, SOURCES, STEPS];

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

/// Why nothing is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The browser does not let the page keep anything.
    Blocked,
    /// There is no more room.
    Full,
    /// Another tab has the draft.
    Elsewhere,
}

/// Writes.
///
/// # Errors
/// [`Fault`]; nothing of the change is kept then.
pub async fn write(change: &Change) -> Result<(), Fault> {
    let database = open().await?;
    let written = write_into(&database, change).await;
    database.close();
    written
}

/// Takes the draft of a place over, so that `owner` writes to it from now on.
///
/// # Errors
/// [`Fault`].
pub async fn take(place: &str, owner: &str) -> Result<Option<Found>, Fault> {
    let database = open().await?;
    let found = take_from(&database, place, owner).await;
    database.close();
    found
}

/// Returns the head of the draft of a place.
///
/// # Errors
/// [`Fault`].
pub async fn head(place: &str) -> Result<Option<Vec<u8>>, Fault> {
    let database = open().await?;
    let transaction = begin(&database, IdbTransactionMode::Readonly)?;
    let record = get(&transaction, HEADS, place).await;
    database.close();
    Ok(read_head(&record?).map(|(_, head)| head))
}

/// Drops the draft of a place: anybody's, or only what this owner has.
///
/// # Errors
/// [`Fault`].
pub async fn drop_draft(place: &str, owner: Option<&str>) -> Result<(), Fault> {
    let database = open().await?;
    let transaction = begin(&database, IdbTransactionMode::Readwrite)?;
    let end = end_of(&transaction);
    let now = read_head(&get(&transaction, HEADS, place).await?);
    if owner.is_none() || now.as_ref().map(|(owner, _)| owner.as_str()) == owner {
        transaction.object_store(HEADS)?.delete(&place.into())?;
        transaction.object_store(SOURCES)?.delete(&place.into())?;
        transaction.object_store(STEPS)?.delete(&steps_of(place)?.into())?;
    }
    let ended = finish(&transaction, end).await;
    database.close();
    ended
}

/// Drops all drafts.
///
/// # Errors
/// [`Fault`].
pub async fn clear() -> Result<(), Fault> {
    let database = open().await?;
    let transaction = begin(&database, IdbTransactionMode::Readwrite)?;
    let end = end_of(&transaction);
    for store in STORES {
        transaction.object_store(store)?.clear()?;
    }
    let ended = finish(&transaction, end).await;
    database.close();
    ended
}

async fn write_into(database: &IdbDatabase, change: &Change) -> Result<(), Fault> {
    let transaction = begin(database, IdbTransactionMode::Readwrite)?;
    let end = end_of(&transaction);
    let place = JsValue::from_str(&change.place);
    if let Some(source) = &change.source {
        transaction.object_store(SOURCES)?.put_with_key(source, &place)?;
    } else {
        let now = read_head(&get(&transaction, HEADS, &change.place).await?);
        if now.is_none_or(|(owner, _)| owner != change.owner) {
            return Err(Fault::Elsewhere);
        }
    }
    let steps = transaction.object_store(STEPS)?;
    if change.clears_steps || change.source.is_some() {
        steps.delete(&steps_of(&change.place)?.into())?;
    }
    for (number, step) in &change.steps {
        let key = Array::of2(&place, &JsValue::from(*number));
        steps.put_with_key(&Uint8Array::from(step.as_slice()), &key)?;
    }
    if let Some(head) = &change.head {
        put_head(&transaction, &change.place, &change.owner, head)?;
    }
    finish(&transaction, end).await
}

async fn take_from(
    database: &IdbDatabase,
    place: &str,
    owner: &str,
) -> Result<Option<Found>, Fault> {
    let transaction = begin(database, IdbTransactionMode::Readwrite)?;
    let end = end_of(&transaction);
    let Some((_, head)) = read_head(&get(&transaction, HEADS, place).await?) else {
        return Ok(None);
    };
    let source = get(&transaction, SOURCES, place).await?.dyn_into::<Blob>().ok();
    let range = steps_of(place)?;
    let steps = transaction.object_store(STEPS)?.get_all_with_key(&range)?;
    let steps: Array = answer_of(&steps).await?.unchecked_into();
    let steps = steps.iter().map(|step| bytes_of(&step)).collect();
    put_head(&transaction, place, owner, &head)?;
    finish(&transaction, end).await?;
    Ok(Some(Found { head, source, steps }))
}

async fn open() -> Result<IdbDatabase, Fault> {
    let factory = window().and_then(|window| window.indexed_db().ok().flatten());
    let request = factory.ok_or(Fault::Blocked)?.open_with_u32(DATABASE, VERSION)?;
    let opening = request.clone();
    let upgrade = Closure::<dyn FnMut(Event)>::new(move |_| {
        let database = opening.result().ok().and_then(|result| result.dyn_into().ok());
        let Some(database): Option<IdbDatabase> = database else { return };
        for store in STORES {
            // It fails only where the store is there.
            let _ = database.create_object_store(store);
        }
    });
    request.set_onupgradeneeded(Some(upgrade.as_ref().unchecked_ref()));
    let database = answer_of(&request).await?;
    database.dyn_into().map_err(|_| Fault::Blocked)
}

fn begin(database: &IdbDatabase, mode: IdbTransactionMode) -> Result<IdbTransaction, Fault> {
    let stores: Array = STORES.iter().map(|store| JsValue::from_str(store)).collect();
    Ok(database.transaction_with_str_sequence_and_mode(&stores, mode)?)
}

async fn get(transaction: &IdbTransaction, store: &str, place: &str) -> Result<JsValue, Fault> {
    answer_of(&transaction.object_store(store)?.get(&place.into())?).await
}

fn put_head(
    transaction: &IdbTransaction,
    place: &str,
    owner: &str,
    head: &[u8],
) -> Result<(), Fault> {
    let record = Array::of2(&owner.into(), &Uint8Array::from(head));
    transaction.object_store(HEADS)?.put_with_key(&record, &place.into())?;
    Ok(())
}

fn read_head(record: &JsValue) -> Option<(String, Vec<u8>)> {
    let record: &Array = record.dyn_ref()?;
    Some((record.get(0).as_string()?, bytes_of(&record.get(1))))
}

fn bytes_of(value: &JsValue) -> Vec<u8> {
    value.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec).unwrap_or_default()
}

/// Returns all numbers behind a place: an array comes after every number.
fn steps_of(place: &str) -> Result<IdbKeyRange, Fault> {
    let place = JsValue::from_str(place);
    Ok(IdbKeyRange::bound(&Array::of1(&place), &Array::of2(&place, &Array::new()))?)
}

async fn answer_of(request: &IdbRequest) -> Result<JsValue, Fault> {
    let promise = Promise::new(&mut |resolve, _| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&resolve));
    });
    // Both events resolve it: a promise that is dropped must not be a rejected one.
    JsFuture::from(promise).await?;
    match request.error()? {
        Some(error) => Err(fault_of(&error)),
        None => Ok(request.result()?),
    }
}

/// Returns the end of a transaction; made before anything is asked, so that it cannot be missed.
fn end_of(transaction: &IdbTransaction) -> Promise {
    Promise::new(&mut |resolve, _| {
        transaction.set_oncomplete(Some(&resolve));
        transaction.set_onabort(Some(&resolve));
    })
}

async fn finish(transaction: &IdbTransaction, end: Promise) -> Result<(), Fault> {
    let event: Event = JsFuture::from(end).await?.unchecked_into();
    if event.type_() == "complete" {
        return Ok(());
    }
    Err(transaction.error().as_ref().map_or(Fault::Blocked, fault_of))
}

fn fault_of(error: &DomException) -> Fault {
    if error.name() == "QuotaExceededError" { Fault::Full } else { Fault::Blocked }
}

impl From<JsValue> for Fault {
    fn from(error: JsValue) -> Self {
        error.dyn_ref::<DomException>().map_or(Self::Blocked, fault_of)
    }
}
