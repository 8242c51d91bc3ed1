//! The one type of all views.

use std::borrow::Cow;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::Node;

use crate::block::Block;
use crate::element::document;

/// Nodes that are, or will be, in the page.
#[derive(Default)]
pub struct View(pub(crate) Part);

/// What a view is made of.
#[derive(Default)]
pub(crate) enum Part {
    #[default]
    Nothing,
    /// A text that is no node yet.
    Text(Cow<'static, str>),
    Node(Node),
    Many(Vec<View>),
    Block(Rc<Block>),
}

/// Leptos' name for a view whose type is forgotten: every view is.
pub type AnyView = View;

/// What can stand in a view.
pub trait IntoView: Sized {
    /// Returns it as a view.
    fn into_view(self) -> View;
}

/// Iterators over views.
pub trait CollectView {
    /// Returns all of them as one view.
    fn collect_view(self) -> View;
}

/// [`IntoView`] by the name that forgets types.
pub trait IntoAny {
    /// Returns it as a view.
    fn into_any(self) -> View;
}

/// [`IntoView`] by the name under which `view!` asks for a child among others.
pub trait IntoMaybeErased {
    /// Returns it as a view.
    fn into_maybe_erased(self) -> View;
}

/// [`IntoView`] by the name under which `view!` asks for what stands in braces.
pub trait IntoRender {
    /// Returns it as a view.
    fn into_render(self) -> View;
}

/// The children of an element, as `view!` collects them.
#[derive(Default)]
pub struct StaticVec(Vec<View>);

impl View {
    /// Returns anything as a view.
    pub fn new(view: impl IntoView) -> Self {
        view.into_view()
    }

    /// Leptos marks its views for reloading in place, in builds for debugging; these need no mark.
    #[doc(hidden)]
    #[must_use]
    pub fn with_view_marker(self, _: &'static str) -> Self {
        self
    }

    /// Puts the nodes into `parent`, before `next` or at the end.
    pub(crate) fn mount(&mut self, parent: &Node, next: Option<&Node>) {
        match &mut self.0 {
            Part::Nothing => {}
            Part::Text(text) => {
                let Some(document) = document() else { return };
                let node: Node = document.create_text_node(text).unchecked_into();
                insert(parent, &node, next);
                self.0 = Part::Node(node);
            }
            Part::Node(node) => insert(parent, node, next),
            Part::Many(views) => {
                for view in views {
                    view.mount(parent, next);
                }
            }
            Part::Block(block) => block.mount(parent, next),
        }
    }

    /// Takes the nodes out of the page.
    pub(crate) fn unmount(&self) {
        self.each_node(&mut |node| {
            if let Some(parent) = node.parent_node() {
                // It is a child of its parent.
                let _ = parent.remove_child(node);
            }
        });
    }

    /// Calls `with` with each node in its order.
    pub(crate) fn each_node(&self, with: &mut dyn FnMut(&Node)) {
        match &self.0 {
            Part::Nothing | Part::Text(_) => {}
            Part::Node(node) => with(node),
            Part::Many(views) => views.iter().for_each(|view| view.each_node(with)),
            Part::Block(block) => block.each_node(with),
        }
    }
}

fn insert(parent: &Node, node: &Node, next: Option<&Node>) {
    // It fails only where `next` stands elsewhere, which nobody asks for.
    let _ = parent.insert_before(node, next);
}

impl<V: IntoView> IntoAny for V {
    fn into_any(self) -> View {
        self.into_view()
    }
}

impl<V: IntoView> IntoMaybeErased for V {
    fn into_maybe_erased(self) -> View {
        self.into_view()
    }
}

impl<V: IntoView> IntoRender for V {
    fn into_render(self) -> View {
        self.into_view()
    }
}

impl<I> CollectView for I
where
    I: IntoIterator,
    I::Item: IntoView,
{
    fn collect_view(self) -> View {
        let mut views = Vec::new();
        for view in self {
            views.push(view.into_view());
        }
        View(Part::Many(views))
    }
}

impl From<Vec<View>> for StaticVec {
    fn from(views: Vec<View>) -> Self {
        Self(views)
    }
}

impl IntoView for StaticVec {
    fn into_view(self) -> View {
        View(Part::Many(self.0))
    }
}

impl IntoView for View {
    fn into_view(self) -> View {
        self
    }
}

impl IntoView for () {
    fn into_view(self) -> View {
        View::default()
    }
}

impl IntoView for String {
    fn into_view(self) -> View {
        View(Part::Text(self.into()))
    }
}

impl IntoView for &'static str {
    fn into_view(self) -> View {
        View(Part::Text(self.into()))
    }
}

impl IntoView for usize {
    fn into_view(self) -> View {
        self.to_string().into_view()
    }
}

impl<V: IntoView> IntoView for Option<V> {
    fn into_view(self) -> View {
        self.map(IntoView::into_view).unwrap_or_default()
    }
}

impl<V: IntoView> IntoView for Vec<V> {
    fn into_view(self) -> View {
        self.collect_view()
    }
}

impl<V: IntoView, const N: usize> IntoView for [V; N] {
    fn into_view(self) -> View {
        self.collect_view()
    }
}

impl<F, V> IntoView for F
where
    F: FnMut() -> V + 'static,
    V: IntoView,
{
    fn into_view(self) -> View {
        View(Part::Block(Block::new(Box::new(self))))
    }
}

/// Children as `view!` collects them where types are not forgotten, as in a native build.
macro_rules! tuples {
    ($($name:ident)+) => {
        impl<$($name: IntoView),+> IntoView for ($($name,)+) {
            fn into_view(self) -> View {
                #[expect(non_snake_case, reason = "a value is named after its type")]
                let ($($name,)+) = self;
                View(Part::Many(vec![$($name.into_view()),+]))
            }
        }
    };
}

tuples!(A B);
tuples!(A B C);
tuples!(A B C D);
tuples!(A B C D E);
tuples!(A B C D E F);
tuples!(A B C D E F G);
tuples!(A B C D E F G H);
tuples!(A B C D E F G H I);
tuples!(A B C D E F G H I J);
tuples!(A B C D E F G H I J K);
tuples!(A B C D E F G H I J K L);
tuples!(A B C D E F G H I J K L M);
tuples!(A B C D E F G H I J K L M N);
tuples!(A B C D E F G H I J K L M N O);
tuples!(A B C D E F G H I J K L M N O P);

impl std::fmt::Debug for View {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("View")
    }
}

impl std::fmt::Debug for StaticVec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StaticVec")
    }
}
