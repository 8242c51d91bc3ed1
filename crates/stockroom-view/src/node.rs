//! References to elements that a view has made.

use std::marker::PhantomData;

use reactive_graph::graph::untrack;
use send_wrapper::SendWrapper;
use tachys::html::element::ElementType;
use wasm_bindgen::JsCast;
use web_sys::Element;

use crate::signal::{Effect, RwSignal};

/// A reference to an element; copy it into closures.
pub struct NodeRef<E>(RwSignal<Option<SendWrapper<Element>>>, PhantomData<fn() -> E>);

impl<E> NodeRef<E>
where
    E: ElementType + 'static,
    E::Output: JsCast + Clone + 'static,
{
    /// Returns a reference to no element yet.
    pub fn new() -> Self {
        Self(RwSignal::new(None), PhantomData)
    }

    /// Returns the element, once it is made, and follows it.
    pub fn get(self) -> Option<E::Output> {
        self.0.get().map(typed)
    }

    /// Returns the element, once it is made, without following it.
    pub fn get_untracked(self) -> Option<E::Output> {
        self.0.get_untracked().map(typed)
    }

    /// Returns the element where the owner has not ended, without following it.
    pub fn try_get_untracked(self) -> Option<Option<E::Output>> {
        self.0.try_get_untracked().map(|element| element.map(typed))
    }

    /// Calls `loaded` with the element once it is in the page.
    pub fn on_load(self, loaded: impl FnOnce(E::Output) + 'static) {
        let mut loaded = Some(loaded);
        Effect::new(move |_| {
            if let Some(element) = self.get()
                && let Some(loaded) = loaded.take()
            {
                untrack(|| loaded(element));
            }
        });
    }

    pub(crate) fn load(self, element: &Element) {
        self.0.set(Some(SendWrapper::new(element.clone())));
    }
}

fn typed<T: JsCast>(element: SendWrapper<Element>) -> T {
    element.take().unchecked_into()
}

impl<E> Default for NodeRef<E>
where
    E: ElementType + 'static,
    E::Output: JsCast + Clone + 'static,
{
    fn default() -> Self {
        Self::new()
    }
}

impl<E> Clone for NodeRef<E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for NodeRef<E> {}

impl<E> std::fmt::Debug for NodeRef<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NodeRef")
    }
}
