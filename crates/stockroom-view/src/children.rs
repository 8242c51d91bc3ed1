//! Children of components, and views given to them as a property.

use std::rc::Rc;

use crate::view::{IntoView, View};

/// Children that are shown once.
pub type Children = Box<dyn FnOnce() -> View>;

/// Children that can be shown again.
pub type ChildrenFn = Rc<dyn Fn() -> View>;

/// The name under which `view!` asks for children.
pub trait ToChildren<F> {
    /// Returns the closure as children.
    fn to_children(f: F) -> Self;
}

/// Children that `view!` found to be a value.
#[derive(Debug)]
pub struct ChildrenOptContainer<T>(
    /// The value.
    pub T,
);

impl<F, V> ToChildren<F> for Children
where
    F: FnOnce() -> V + 'static,
    V: IntoView,
{
    fn to_children(f: F) -> Self {
        Box::new(move || f().into_view())
    }
}

impl<V: IntoView + 'static> ToChildren<ChildrenOptContainer<V>> for Children {
    fn to_children(value: ChildrenOptContainer<V>) -> Self {
        Box::new(move || value.0.into_view())
    }
}

impl<F, V> ToChildren<F> for ChildrenFn
where
    F: Fn() -> V + 'static,
    V: IntoView,
{
    fn to_children(f: F) -> Self {
        Rc::new(move || f().into_view())
    }
}

impl<V: IntoView + Clone + 'static> ToChildren<ChildrenOptContainer<V>> for ChildrenFn {
    fn to_children(value: ChildrenOptContainer<V>) -> Self {
        Rc::new(move || value.0.clone().into_view())
    }
}

/// A property that is a view, made anew each time.
#[derive(Clone)]
pub struct ViewFn(Rc<dyn Fn() -> View>);

impl ViewFn {
    /// Makes the view.
    pub fn run(&self) -> View {
        (self.0)()
    }
}

impl Default for ViewFn {
    fn default() -> Self {
        Self(Rc::new(View::default))
    }
}

impl<F, V> From<F> for ViewFn
where
    F: Fn() -> V + 'static,
    V: IntoView,
{
    fn from(f: F) -> Self {
        Self(Rc::new(move || f().into_view()))
    }
}

impl std::fmt::Debug for ViewFn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ViewFn")
    }
}
