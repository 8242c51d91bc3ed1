//! Futures that run beside the views.

use std::pin::Pin;

use any_spawner::Executor;

/// Waits until everything that is due now was done.
pub async fn tick() {
    Executor::tick().await;
}

/// Runs a future in this thread.
pub fn spawn_local(future: impl Future<Output = ()> + 'static) {
    spawn(Box::pin(future));
}

fn spawn(future: Pin<Box<dyn Future<Output = ()>>>) {
    Executor::spawn_local(future);
}
