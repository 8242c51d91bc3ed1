//! Values that a view hands to the views within it, by their type.
//!
//! All of them are one list, so that Leptos' own context is of one type.

use std::any::{Any, TypeId};
use std::sync::Arc;

use reactive_graph::owner;

/// A value, and what was provided before it.
struct Provided {
    kind: TypeId,
    value: Box<dyn Any + Send + Sync>,
    before: Option<Context>,
}

/// The values that are provided where the owner at hand stands.
#[derive(Clone)]
struct Context(Arc<Provided>);

/// Provides a value to the views within the one at hand.
pub fn provide_context<T: Send + Sync + 'static>(value: T) {
    provide(TypeId::of::<T>(), Box::new(value));
}

fn provide(kind: TypeId, value: Box<dyn Any + Send + Sync>) {
    let before = owner::use_context();
    owner::provide_context(Context(Arc::new(Provided { kind, value, before })));
}

/// Returns the value of this type that was provided last.
pub fn use_context<T: Clone + 'static>() -> Option<T> {
    find(TypeId::of::<T>())?.0.value.downcast_ref().cloned()
}

fn find(kind: TypeId) -> Option<Context> {
    let mut next: Option<Context> = owner::use_context();
    while next.as_ref().is_some_and(|context| context.0.kind != kind) {
        next = next.and_then(|context| context.0.before.clone());
    }
    next
}

/// Returns the value of this type that was provided last; without one the program is at fault.
pub fn expect_context<T: Clone + 'static>() -> T {
    use_context().unwrap_or_else(|| missing(std::any::type_name::<T>()))
}

fn missing(name: &str) -> ! {
    panic!("nobody provided {name}")
}
