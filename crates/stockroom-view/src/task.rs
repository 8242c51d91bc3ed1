//! Futures that run beside the views.

use std::pin::Pin;

pub use leptos_whole::task::tick;

/// Runs a future in this thread.
pub fn spawn_local(future: impl Future<Output = ()> + 'static) {
    spawn(Box::pin(future));
}

fn spawn(future: Pin<Box<dyn Future<Output = ()>>>) {
    leptos_whole::task::spawn_local(future);
}
