//! Signals, memos and effects that keep their values in one kind of cell.
//!
//! The names and methods are Leptos'. Its own signals bring their locks, guards and bookkeeping
//! anew for every type of value, its memos and effects for every closure.

use std::any::Any;
use std::marker::PhantomData;
use std::ops::DerefMut;
use std::sync::Arc;

use crate::parts::prelude as whole;
use crate::parts::prelude::{GetValue, Read, ReadUntracked, Write, untrack};
use crate::parts::reactive::signal::guards::{Plain, ReadGuard};

/// A value of any type.
pub(crate) type Held = Box<dyn Any + Send + Sync>;

/// A value that is written here and followed there; copy it into closures.
pub struct RwSignal<T>(whole::RwSignal<Held>, PhantomData<fn() -> T>);

/// A value that is computed from others and followed only when it changes.
pub struct Memo<T>(whole::Memo<Computed>, PhantomData<fn() -> T>);

/// Any source of a value: a closure, a signal, a value that stays.
pub struct Signal<T>(whole::StoredValue<Arc<dyn Any + Send + Sync>>, PhantomData<fn() -> T>);

/// Work that is done again whenever a signal that it read changes.
#[derive(Debug)]
pub struct Effect;

/// A computed value, with the way to tell whether another is the same.
struct Computed {
    value: Held,
    is_same: fn(&(dyn Any + Send + Sync), &(dyn Any + Send + Sync)) -> bool,
}

impl PartialEq for Computed {
    fn eq(&self, other: &Self) -> bool {
        (self.is_same)(&*self.value, &*other.value)
    }
}

/// A closure that computes, whatever the closure and whatever the value.
trait Compute: Send + Sync {
    fn compute(&self) -> Computed;
}

/// Such a closure, which says what it gives.
struct Computing<F, T>(F, PhantomData<fn() -> T>);

impl<F, T> Compute for Computing<F, T>
where
    F: Fn(Option<&T>) -> T + Send + Sync,
    T: PartialEq + Send + Sync + 'static,
{
    fn compute(&self) -> Computed {
        Computed { value: Box::new(self.0(None)), is_same: is_same::<T> }
    }
}

fn is_same<T: PartialEq + 'static>(
    one: &(dyn Any + Send + Sync),
    other: &(dyn Any + Send + Sync),
) -> bool {
    one.downcast_ref::<T>() == other.downcast_ref::<T>()
}

/// A closure that gives a value, whatever the closure.
trait Give<T>: Send + Sync {
    fn give(&self) -> T;
}

impl<F, T> Give<T> for F
where
    F: Fn() -> T + Send + Sync,
{
    fn give(&self) -> T {
        self()
    }
}

/// A closure that does something, whatever the closure.
pub(crate) trait Work {
    fn work(&mut self);
}

impl<F: FnMut()> Work for F {
    fn work(&mut self) {
        self();
    }
}

/// A use after the owner's end is a fault of the program, as it is with Leptos' own.
pub(crate) fn gone() -> ! {
    panic!("a signal was used after its owner's end")
}

fn read(signal: whole::RwSignal<Held>) -> Option<ReadGuard<Held, Plain<Held>>> {
    signal.try_read()
}

fn look(signal: whole::RwSignal<Held>) -> Option<ReadGuard<Held, Plain<Held>>> {
    signal.try_read_untracked()
}

fn write(signal: &whole::RwSignal<Held>) -> Option<impl DerefMut<Target = Held>> {
    signal.try_write()
}

impl<T: Send + Sync + 'static> RwSignal<T> {
    /// Returns a signal of this value.
    pub fn new(value: T) -> Self {
        let held: Held = Box::new(value);
        Self(whole::RwSignal::new(held), PhantomData)
    }

    /// Calls `with` with the value and follows it.
    pub fn with<U>(self, with: impl FnOnce(&T) -> U) -> U {
        read(self.0).as_ref().and_then(|held| held.downcast_ref()).map_or_else(|| gone(), with)
    }

    /// Calls `with` with the value without following it.
    pub fn with_untracked<U>(self, with: impl FnOnce(&T) -> U) -> U {
        self.try_with_untracked(with).unwrap_or_else(|| gone())
    }

    /// Calls `with` with the value, where the owner has not ended, without following it.
    pub fn try_with_untracked<U>(self, with: impl FnOnce(&T) -> U) -> Option<U> {
        look(self.0).as_ref().and_then(|held| held.downcast_ref()).map(with)
    }

    /// Changes the value.
    pub fn update(self, change: impl FnOnce(&mut T)) {
        self.try_update(change);
    }

    /// Changes the value where the owner has not ended.
    pub fn try_update<U>(self, change: impl FnOnce(&mut T) -> U) -> Option<U> {
        write(&self.0)?.downcast_mut().map(change)
    }

    /// Sets the value.
    pub fn set(self, value: T) {
        self.try_update(|old| *old = value);
    }

    /// Sets the value, or gives it back where the owner has ended.
    pub fn try_set(self, value: T) -> Option<T> {
        let mut value = Some(value);
        self.try_update(|old| {
            if let Some(value) = value.take() {
                *old = value;
            }
        });
        value
    }
}

impl<T: Clone + Send + Sync + 'static> RwSignal<T> {
    /// Returns the value and follows it.
    pub fn get(self) -> T {
        self.with(T::clone)
    }

    /// Returns the value without following it.
    pub fn get_untracked(self) -> T {
        self.with_untracked(T::clone)
    }

    /// Returns the value where the owner has not ended, without following it.
    pub fn try_get_untracked(self) -> Option<T> {
        self.try_with_untracked(T::clone)
    }
}

impl<T: PartialEq + Send + Sync + 'static> Memo<T> {
    /// Returns a memo of what the closure computes; what it is given is always `None`.
    pub fn new(compute: impl Fn(Option<&T>) -> T + Send + Sync + 'static) -> Self {
        Self(memo(Box::new(Computing(compute, PhantomData))), PhantomData)
    }
}

fn memo(closure: Box<dyn Compute>) -> whole::Memo<Computed> {
    whole::Memo::new(move |_| closure.compute())
}

impl<T: 'static> Memo<T> {
    /// Calls `with` with the value and follows it.
    pub fn with<U>(self, with: impl FnOnce(&T) -> U) -> U {
        let read = self.0.try_read();
        read.as_ref().and_then(|held| held.value.downcast_ref()).map_or_else(|| gone(), with)
    }

    /// Calls `with` with the value without following it.
    pub fn with_untracked<U>(self, with: impl FnOnce(&T) -> U) -> U {
        let read = self.0.try_read_untracked();
        read.as_ref().and_then(|held| held.value.downcast_ref()).map_or_else(|| gone(), with)
    }

    /// Returns the value and follows it.
    pub fn get(self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }

    /// Returns the value without following it.
    pub fn get_untracked(self) -> T
    where
        T: Clone,
    {
        self.with_untracked(T::clone)
    }
}

impl<T: 'static> Signal<T> {
    /// Returns what the closure gives, as a signal.
    pub fn derive(give: impl Fn() -> T + Send + Sync + 'static) -> Self {
        let closure: Box<dyn Give<T>> = Box::new(give);
        Self(whole::StoredValue::new(Arc::new(closure)), PhantomData)
    }

    /// Returns the value and follows it.
    pub fn get(self) -> T {
        let closure = self.0.try_get_value();
        let closure = closure.as_ref().and_then(|held| held.downcast_ref::<Box<dyn Give<T>>>());
        closure.map_or_else(|| gone(), |closure| closure.give())
    }

    /// Returns the value without following it.
    pub fn get_untracked(self) -> T {
        untrack(|| self.get())
    }

    /// Calls `with` with the value and follows it.
    pub fn with<U>(self, with: impl FnOnce(&T) -> U) -> U {
        with(&self.get())
    }
}

impl Effect {
    /// Does the work soon, and again after each change of a signal that it read; it is given what
    /// it returned before.
    #[expect(clippy::new_ret_no_self, reason = "it is named as in Leptos")]
    pub fn new<T: 'static>(mut work: impl FnMut(Option<T>) -> T + 'static) {
        let mut before = None;
        effect(Box::new(move || before = Some(work(before.take()))));
    }
}

fn effect(mut closure: Box<dyn Work>) {
    whole::Effect::new(move |_: Option<()>| closure.work());
}

impl<T: Clone + Send + Sync + 'static> From<RwSignal<T>> for Signal<T> {
    fn from(signal: RwSignal<T>) -> Self {
        Self::derive(move || signal.get())
    }
}

impl<T: Clone + 'static> From<Memo<T>> for Signal<T> {
    fn from(memo: Memo<T>) -> Self {
        Self::derive(move || memo.get())
    }
}

impl<T: Clone + Send + Sync + 'static> From<T> for Signal<T> {
    fn from(value: T) -> Self {
        Self::derive(move || value.clone())
    }
}

impl From<&str> for Signal<String> {
    fn from(value: &str) -> Self {
        value.to_owned().into()
    }
}

impl<T: Default + 'static> Default for Signal<T> {
    fn default() -> Self {
        Self::derive(T::default)
    }
}

/// All of them are handles.
macro_rules! handles {
    ($($name:ident)+) => {
        $(
            impl<T> Clone for $name<T> {
                fn clone(&self) -> Self {
                    *self
                }
            }

            impl<T> Copy for $name<T> {}

            impl<T> std::fmt::Debug for $name<T> {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str(stringify!($name))
                }
            }
        )+
    };
}

handles!(RwSignal Memo Signal);
