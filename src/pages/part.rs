//! The parts of the app that come later than its first pages, each fetched before it is wanted.
//!
//! What is reached through the trait of a part alone stands in a WebAssembly file of its own in a
//! release build (decision 17). Whoever calls one of its pages from elsewhere brings what they call
//! back into the file that every page waits for. Read [`Part`] first.

pub mod more;
pub mod products;
pub mod update;

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
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

/// A part, there or not; copy it into closures.
///
/// What does not depend on which part it is stands in `Core`, so that it is in the app once.
pub struct Part<T: ?Sized + 'static> {
    core: Core,
    of: PhantomData<fn() -> T>,
}

/// The `Rc` of a part, whose type nobody knows here.
type Made = Rc<dyn Any>;

/// A part that nobody knows the type of.
#[derive(Clone, Copy)]
struct Core {
    /// The app's root: what the part begins outlives every page.
    root: StoredValue<Owner>,
    made: RwSignal<Option<SendWrapper<Made>>>,
    way: Way,
}

/// The way into a part.
#[derive(Clone, Copy)]
struct Way {
    /// Waits until its file is there.
    fetch: fn() -> Answer<Result<(), Unfetched>>,
    /// Begins it, at the app's root.
    begin: fn(Owner) -> Answer<Result<Made, Unfetched>>,
}

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
    fn start(way: Way) -> Self {
        let root = Owner::current().unwrap_or_default();
        let core = Core { root: StoredValue::new(root), made: RwSignal::new(None), way };
        Self { core, of: PhantomData }
    }

    /// Returns the part where it is there, and follows it.
    pub fn at_hand(self) -> Option<Rc<T>> {
        let made = self.core.made.get()?.take();
        made.downcast::<Rc<T>>().ok().map(|part| Rc::clone(&*part))
    }

    /// Returns the part, fetched where it is not there yet.
    ///
    /// # Errors
    /// It could not be fetched; another call tries again.
    pub async fn get(self) -> Result<Rc<T>, Unfetched> {
        self.core.get().await?;
        untrack(|| self.at_hand()).ok_or(Unfetched)
    }

    /// Returns what the part shows, or what stands there until it is fetched: so many grey bars, and
    /// for a page its name as the heading.
    pub fn show(self, show: fn(&T) -> AnyView, rows: usize, title: Option<Key>) -> AnyView {
        let shown = move || self.at_hand().map(|part| show(&part));
        from_part(self.core, Box::new(shown), rows, title)
    }
}

impl Core {
    /// Sees to it that the part is there.
    fn get(self) -> Answer<Result<(), Unfetched>> {
        Box::pin(async move {
            (self.way.fetch)().await?;
            if self.made.with_untracked(Option::is_none) {
                let made = (self.way.begin)(self.root.get_value()).await?;
                self.made.set(Some(SendWrapper::new(made)));
            }
            Ok(())
        })
    }
}

/// Sets all parts up; call it once, at the app's root.
pub fn provide_parts() {
    provide_context(update::start());
    provide_context(products::start());
    provide_context(more::start());
}

/// Fetches all parts, the likeliest first; what does not come is tried again when it is wanted.
pub fn fetch_parts() {
    let parts = [use_update().core, use_products().core, use_more().core];
    spawn_local(async move {
        for part in parts {
            let _ = part.get().await;
        }
    });
}

fn from_part(
    part: Core,
    shown: Box<dyn Fn() -> Option<AnyView>>,
    rows: usize,
    title: Option<Key>,
) -> AnyView {
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
    let shown = SendWrapper::new(shown);
    let instead = move || {
        if has_failed.get() {
            let about = words.label(Key::AppPartFailedAbout);
            return view! {
                <EmptyState title=words.label(Key::AppPartFailed) about=about>
                    <button type="button" class="button primary" on:click=move |_| fetch()>
                        {words.t(Key::AppRetry)}
                    </button>
                </EmptyState>
            }
            .into_any();
        }
        view! { <Skeleton rows=rows label=words.label(Key::AppLoading) /> }.into_any()
    };
    let heading = move || {
        title.map(|title| {
            view! {
                <h1 id="page-title" class="visually-hidden" tabindex="-1">{words.t(title)}</h1>
            }
        })
    };
    let all = move || match shown() {
        Some(shown) => shown,
        None => view! { {heading()}{instead} }.into_any(),
    };
    all.into_any()
}

/// Names the way into a part: in a release build a file of its own, else a part of the app's.
macro_rules! way_in {
    ($module:ident) => {
        #[cfg(feature = "split")]
        mod apart {
            use std::any::Any;
            use std::rc::Rc;

            use leptos::prelude::Owner;
            use wasm_split_helpers::wasm_split;

            use super::super::Unfetched;

            /// The way into the file.
            #[wasm_split($module, fallible, preload(fetch))]
            pub(super) fn begin(root: Owner) -> Result<Rc<dyn Any>, Unfetched> {
                Ok(Rc::new(root.with(super::make)))
            }
        }

        const WAY: super::Way = {
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
                    begin: |root| {
                        Box::pin(async move { Ok(Rc::new(root.with(make)) as super::Made) })
                    },
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
