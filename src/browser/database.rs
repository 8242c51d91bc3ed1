//! What this browser keeps in `IndexedDB`: a database of named stores, and transactions on all of
//! them, awaited to their end.

use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DomException, Event, IdbDatabase, IdbKeyRange, IdbRequest, IdbTransaction};

use super::window;

/// Why nothing is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The browser does not let the page keep anything.
    Blocked,
    /// There is no more room.
    Full,
    /// Another tab has it.
    Elsewhere,
}

/// A database; closed when it is dropped.
#[derive(Debug)]
pub(super) struct Database {
    whole: IdbDatabase,
    stores: &'static [&'static str],
}

/// One transaction on all stores of a database.
#[derive(Debug)]
pub(super) struct Transaction {
    whole: IdbTransaction,
    /// Made before anything is asked, so that it cannot be missed.
    end: Promise,
}

/// What a transaction may do, and what its end means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Read only.
    Read,
    /// Write; at the end the system has it.
    Write,
    /// Write; at the end the disk has it.
    Strict,
}

impl Drop for Database {
    fn drop(&mut self) {
        self.whole.close();
    }
}

impl Database {
    /// Opens a database, and makes it where it is not there.
    ///
    /// # Errors
    /// [`Fault`].
    pub(super) async fn open(
        name: &str,
        version: u32,
        stores: &'static [&'static str],
    ) -> Result<Self, Fault> {
        let factory = window().and_then(|window| window.indexed_db().ok().flatten());
        let request = factory.ok_or(Fault::Blocked)?.open_with_u32(name, version)?;
        let opening = request.clone();
        let upgrade = Closure::<dyn FnMut(Event)>::new(move |_| {
            let database = opening.result().ok().and_then(|result| result.dyn_into().ok());
            let Some(database): Option<IdbDatabase> = database else { return };
            for store in stores {
                // It fails only where the store is there.
                let _ = database.create_object_store(store);
            }
        });
        request.set_onupgradeneeded(Some(upgrade.as_ref().unchecked_ref()));
        let database = answer_of(&request).await?;
        Ok(Self { whole: database.dyn_into().map_err(|_| Fault::Blocked)?, stores })
    }

    /// Begins a transaction on all stores.
    ///
    /// # Errors
    /// [`Fault`].
    pub(super) fn begin(&self, kind: Kind) -> Result<Transaction, Fault> {
        let stores: Array = self.stores.iter().map(|store| JsValue::from_str(store)).collect();
        let mode = if kind == Kind::Read { "readonly" } else { "readwrite" };
        let options = Object::new();
        if kind == Kind::Strict {
            Reflect::set(&options, &"durability".into(), &"strict".into())?;
        }
        let begin: Function = Reflect::get(&self.whole, &"transaction".into())?.unchecked_into();
        let whole: IdbTransaction =
            begin.call3(&self.whole, &stores, &mode.into(), &options)?.unchecked_into();
        let end = Promise::new(&mut |resolve, _| {
            whole.set_oncomplete(Some(&resolve));
            whole.set_onabort(Some(&resolve));
        });
        Ok(Transaction { whole, end })
    }
}

/// Drops everything that a database keeps.
///
/// # Errors
/// [`Fault`].
pub(super) async fn clear(database: Database) -> Result<(), Fault> {
    let transaction = database.begin(Kind::Write)?;
    for store in database.stores {
        transaction.whole.object_store(store)?.clear()?;
    }
    transaction.finish().await
}

/// Returns a record that says who writes to it.
pub(super) fn owned(owner: &str, bytes: &[u8]) -> JsValue {
    Array::of2(&owner.into(), &kept(bytes)).into()
}

/// Reads such a record: its owner and its bytes; `None` where there is none.
pub(super) fn read_owned(record: &JsValue) -> Option<(String, Vec<u8>)> {
    let record: &Array = record.dyn_ref()?;
    Some((record.get(0).as_string()?, bytes_of(&record.get(1))))
}

impl Transaction {
    /// Returns what is kept under a key; undefined where nothing is.
    pub(super) async fn get(&self, store: &str, key: &JsValue) -> Result<JsValue, Fault> {
        answer_of(&self.whole.object_store(store)?.get(key)?).await
    }

    /// Returns all that is kept under keys of a range, in their order.
    pub(super) async fn all(
        &self,
        store: &str,
        range: &IdbKeyRange,
    ) -> Result<Vec<JsValue>, Fault> {
        let request = self.whole.object_store(store)?.get_all_with_key(range)?;
        let all: Array = answer_of(&request).await?.unchecked_into();
        Ok(all.iter().collect())
    }

    /// Returns the keys of a range that something is kept under, in their order.
    pub(super) async fn keys(
        &self,
        store: &str,
        range: &IdbKeyRange,
    ) -> Result<Vec<JsValue>, Fault> {
        let request = self.whole.object_store(store)?.get_all_keys_with_key(range)?;
        let all: Array = answer_of(&request).await?.unchecked_into();
        Ok(all.iter().collect())
    }

    /// Keeps a value under a key.
    pub(super) fn put(&self, store: &str, key: &JsValue, value: &JsValue) -> Result<(), Fault> {
        self.whole.object_store(store)?.put_with_key(value, key)?;
        Ok(())
    }

    /// Drops what is kept under a key, or under the keys of a range.
    pub(super) fn delete(&self, store: &str, key: &JsValue) -> Result<(), Fault> {
        self.whole.object_store(store)?.delete(key)?;
        Ok(())
    }

    /// Waits until everything that was asked is done.
    pub(super) async fn finish(self) -> Result<(), Fault> {
        let event: Event = JsFuture::from(self.end).await?.unchecked_into();
        if event.type_() == "complete" {
            return Ok(());
        }
        Err(self.whole.error().as_ref().map_or(Fault::Blocked, fault_of))
    }
}

/// Returns all keys that begin with these parts: an array comes after every number and text.
pub(super) fn keys_behind(parts: &[&str]) -> Result<IdbKeyRange, Fault> {
    let first: Array = parts.iter().map(|part| JsValue::from_str(part)).collect();
    let last = first.slice(0, first.length());
    last.push(&Array::new());
    Ok(IdbKeyRange::bound(&first, &last)?)
}

/// Returns bytes as they are kept.
pub(super) fn kept(bytes: &[u8]) -> JsValue {
    Uint8Array::from(bytes).into()
}

/// Returns the bytes of a value that was kept.
pub(super) fn bytes_of(value: &JsValue) -> Vec<u8> {
    value.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec).unwrap_or_default()
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

fn fault_of(error: &DomException) -> Fault {
    if error.name() == "QuotaExceededError" { Fault::Full } else { Fault::Blocked }
}

impl From<JsValue> for Fault {
    fn from(error: JsValue) -> Self {
        error.dyn_ref::<DomException>().map_or(Self::Blocked, fault_of)
    }
}
