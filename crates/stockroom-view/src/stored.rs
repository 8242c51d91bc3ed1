//! Values that nobody follows.

use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use crate::parts::prelude as whole;
use crate::parts::prelude::{Dispose, LocalStorage, ReadValue, SyncStorage, WriteValue};
use send_wrapper::SendWrapper;

use crate::signal::{Held, gone};

/// A value that lives as long as its owner; copy it into closures. `S` is where it may be used: in
/// every thread, or, as [`LocalStorage`], only where it was made.
pub struct StoredValue<T, S = SyncStorage>(whole::StoredValue<Held>, PhantomData<fn() -> (T, S)>);

/// Where values may be used.
pub trait Storage<T>: 'static {
    /// Puts a value away.
    #[doc(hidden)]
    fn hold(value: T) -> Held;

    /// Finds it.
    fn find(held: &Held) -> Option<&T>;

    /// Finds it, to be changed.
    fn find_mut(held: &mut Held) -> Option<&mut T>;
}

impl<T: Send + Sync + 'static> Storage<T> for SyncStorage {
    fn hold(value: T) -> Held {
        Box::new(value)
    }

    fn find(held: &Held) -> Option<&T> {
        held.downcast_ref()
    }

    fn find_mut(held: &mut Held) -> Option<&mut T> {
        held.downcast_mut()
    }
}

impl<T: 'static> Storage<T> for LocalStorage {
    fn hold(value: T) -> Held {
        Box::new(SendWrapper::new(value))
    }

    fn find(held: &Held) -> Option<&T> {
        held.downcast_ref::<SendWrapper<T>>().map(Deref::deref)
    }

    fn find_mut(held: &mut Held) -> Option<&mut T> {
        held.downcast_mut::<SendWrapper<T>>().map(DerefMut::deref_mut)
    }
}

fn store(held: Held) -> whole::StoredValue<Held> {
    whole::StoredValue::new(held)
}

fn read(value: &whole::StoredValue<Held>) -> Option<impl Deref<Target = Held>> {
    value.try_read_value()
}

fn write(value: &whole::StoredValue<Held>) -> Option<impl DerefMut<Target = Held>> {
    value.try_write_value()
}

impl<T: Send + Sync + 'static> StoredValue<T> {
    /// Stores a value.
    pub fn new(value: T) -> Self {
        Self(store(SyncStorage::hold(value)), PhantomData)
    }
}

impl<T: 'static> StoredValue<T, LocalStorage> {
    /// Stores a value for this thread.
    pub fn new_local(value: T) -> Self {
        Self(store(LocalStorage::hold(value)), PhantomData)
    }
}

impl<T: 'static, S: Storage<T>> StoredValue<T, S> {
    /// Calls `with` with the value, where the owner has not ended.
    pub fn try_with_value<U>(self, with: impl FnOnce(&T) -> U) -> Option<U> {
        S::find(&*read(&self.0)?).map(with)
    }

    /// Calls `with` with the value.
    pub fn with_value<U>(self, with: impl FnOnce(&T) -> U) -> U {
        self.try_with_value(with).unwrap_or_else(|| gone())
    }

    /// Returns the value, where the owner has not ended.
    pub fn try_get_value(self) -> Option<T>
    where
        T: Clone,
    {
        self.try_with_value(T::clone)
    }

    /// Returns the value.
    pub fn get_value(self) -> T
    where
        T: Clone,
    {
        self.with_value(T::clone)
    }

    /// Changes the value, where the owner has not ended.
    pub fn try_update_value<U>(self, change: impl FnOnce(&mut T) -> U) -> Option<U> {
        S::find_mut(&mut *write(&self.0)?).map(change)
    }

    /// Changes the value.
    pub fn update_value(self, change: impl FnOnce(&mut T)) {
        self.try_update_value(change);
    }

    /// Sets the value, or gives it back where the owner has ended.
    pub fn try_set_value(self, value: T) -> Option<T> {
        let mut value = Some(value);
        self.update_value(|old| {
            if let Some(value) = value.take() {
                *old = value;
            }
        });
        value
    }

    /// Sets the value.
    pub fn set_value(self, value: T) {
        self.update_value(|old| *old = value);
    }

    /// Drops the value before its owner ends.
    pub fn dispose(self) {
        self.0.dispose();
    }
}

impl<T, S> Clone for StoredValue<T, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, S> Copy for StoredValue<T, S> {}

impl<T, S> std::fmt::Debug for StoredValue<T, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StoredValue")
    }
}
