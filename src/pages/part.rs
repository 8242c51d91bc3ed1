//! The parts of the app that come later than its first pages, each fetched before it is wanted.
//!
//! What is reached through the trait of a part alone stands in a WebAssembly file of its own in a
//! release build (decision 17). Whoever calls one of its pages from elsewhere brings what they call
//! back into the file that every page waits for. Read [`Part`] first.

pub mod more;
pub mod products;
pub mod update;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use send_wrapper::SendWrapper;

use crate::ui::{EmptyState, Skeleton};
use crate::words::{Key, use_words};
pub use more::{MorePart, use_more};
pub use products::{ProductsPart, use_products};
pub use update::{UpdatePart, use_update};

/// What a part answers in its own time.
pub type Answer<T> = Pin<Box<dyn Future<Output = T>>>;

/// A part could not be fetched.
#[derive(Clone, Copy, Debug)]
pub struct Unfetched;

/// The way into a part.
#[derive(Debug)]
pub struct Way<T: ?Sized + 'static> {
    /// Waits until its file is there.
    fetch: fn() -> Answer<Result<(), Unfetched>>,
    /// Begins it, at the app's root.
    begin: fn(Owner) -> Answer<Result<Rc<T>, Unfetched>>,
}

/// A part, there or not; copy it into closures.
pub struct Part<T: ?Sized + 'static> {
    /// The app's root: what the part begins outlives every page.
    root: StoredValue<Owner>,
    made: RwSignal<Option<SendWrapper<Rc<T>>>>,
    way: Way<T>,
}

impl<T: ?Sized + 'static> Clone for Way<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ?Sized + 'static> Copy for Way<T> {}

impl<T: ?Sized + 'static> Clone for Part<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ?Sized + 'static> Copy for Part<T> {}

impl<T: ?Sized + 'static> fmt::Debug for Part<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Part")
    }
}

impl<T: ?Sized + 'static> Part<T> {
    /// Sets it up; call it once, at the app's root.
    fn start(way: Way<T>) -> Self {
        let root = Owner::current().unwrap_or_default();
        Self { root: StoredValue::new(root), made: RwSignal::new(None), way }
    }

    /// Returns the part where it is there, and follows it.
    pub fn at_hand(self) -> Option<Rc<T>> {
        self.made.get().map(SendWrapper::take)
    }

    /// Returns the part, fetched where it is not there yet.
    ///
    /// # Errors
    /// It could not be fetched; another call tries again.
    pub async fn get(self) -> Result<Rc<T>, Unfetched> {
        (self.way.fetch)().await?;
        if let Some(part) = untrack(|| self.at_hand()) {
            return Ok(part);
        }
        let part = (self.way.begin)(self.root.get_value()).await?;
        self.made.set(Some(SendWrapper::new(Rc::clone(&part))));
        Ok(part)
    }
}

/// Sets all parts up; call it once, at the app's root.
pub fn provide_parts() {
    provide_context(update::start());
    provide_context(products::start());
    provide_context(more::start());
}

/// Fetches all parts, the likeliest first; what does not come is tried again when it is wanted.
pub async fn fetch_parts(
    update: Part<dyn UpdatePart>,
    products: Part<dyn ProductsPart>,
    more: Part<dyn MorePart>,
) {
    let _ = update.get().await;
    let _ = products.get().await;
    let _ = more.get().await;
}

/// What a part shows, or what stands there until it is fetched.
#[component]
pub fn FromPart<T: ?Sized + 'static>(
    /// The part.
    part: Part<T>,
    /// Shows it.
    show: fn(&T) -> AnyView,
    /// How many grey bars stand for it.
    rows: usize,
) -> impl IntoView {
    let words = use_words();
    let has_failed = RwSignal::new(false);
    let fetch = move || {
        has_failed.set(false);
        spawn_local(async move {
            if part.get().await.is_err() {
                has_failed.try_set(true);
            }
        });
    };
    fetch();
    move || match part.at_hand() {
        Some(part) => show(&part),
        None if has_failed.get() => {
            let about = words.label(Key::AppPartFailedAbout);
            view! {
                <EmptyState title=words.label(Key::AppPartFailed) about=about>
                    <button type="button" class="button primary" on:click=move |_| fetch()>
                        {words.t(Key::AppRetry)}
                    </button>
                </EmptyState>
            }
            .into_any()
        }
        None => view! { <Skeleton rows=rows label=words.label(Key::AppLoading) /> }.into_any(),
    }
}

/// Names the way into a part: in a release build a file of its own, else a part of the app's.
macro_rules! way_in {
    ($module:ident, $of:ident) => {
        #[cfg(feature = "split")]
        mod apart {
            use std::rc::Rc;

            use leptos::prelude::Owner;
            use wasm_split_helpers::wasm_split;

            use super::super::Unfetched;
            use super::$of;

            /// The way into the file.
            #[wasm_split($module, fallible, preload(fetch))]
            pub(super) fn begin(root: Owner) -> Result<Rc<dyn $of>, Unfetched> {
                Ok(root.with(super::make))
            }
        }

        const WAY: super::Way<dyn $of> = {
            #[cfg(feature = "split")]
            {
                super::Way {
                    fetch: || Box::pin(async { Ok(apart::fetch().await?) }),
                    begin: |root| Box::pin(apart::begin(root)),
                }
            }
            #[cfg(not(feature = "split"))]
            {
                super::Way {
                    fetch: || Box::pin(async { Ok(()) }),
                    begin: |root| Box::pin(async move { Ok(root.with(make)) }),
                }
            }
        };
    };
}
use way_in;

#[cfg(feature = "split")]
impl From<wasm_split_helpers::SplitLoaderError> for Unfetched {
    fn from(_: wasm_split_helpers::SplitLoaderError) -> Self {
        Self
    }
}
