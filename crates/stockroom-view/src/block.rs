//! A part of a view that follows signals.

use std::cell::RefCell;
use std::rc::Rc;

use crate::parts::prelude::on_cleanup;
use crate::parts::reactive::effect::RenderEffect;
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast;
use web_sys::Node;

use crate::element::document;
use crate::signal::Work;
use crate::view::{IntoView, Part, View};

/// A closure's view, and the mark in the page that it stands before.
pub(crate) struct Block {
    mark: Option<Node>,
    shown: RefCell<View>,
}

/// A closure that gives a view, whatever the closure and whatever the view.
pub(crate) trait Produce {
    fn produce(&mut self) -> View;
}

impl<F, V> Produce for F
where
    F: FnMut() -> V,
    V: IntoView,
{
    fn produce(&mut self) -> View {
        self().into_view()
    }
}

impl Block {
    /// Runs `closure` now, and again whenever a signal that it read changes.
    pub(crate) fn new(mut closure: Box<dyn Produce>) -> Rc<Self> {
        let block = Self::empty();
        let shown = Rc::clone(&block);
        follow(Box::new(move || shown.show(closure.produce())));
        block
    }

    /// Returns a block that shows nothing.
    pub(crate) fn empty() -> Rc<Self> {
        let mark = document().map(|document| document.create_comment("").unchecked_into());
        Rc::new(Self { mark, shown: RefCell::default() })
    }

    /// Returns the place in the page before which the block's nodes stand, if it is in the page.
    pub(crate) fn place(&self) -> Option<(Node, &Node)> {
        let mark = self.mark.as_ref()?;
        Some((mark.parent_node()?, mark))
    }

    pub(crate) fn mount(&self, parent: &Node, next: Option<&Node>) {
        self.shown.borrow_mut().mount(parent, next);
        if let Some(mark) = &self.mark {
            let _ = parent.insert_before(mark, next);
        }
    }

    pub(crate) fn each_node(&self, with: &mut dyn FnMut(&Node)) {
        self.shown.borrow().each_node(with);
        if let Some(mark) = &self.mark {
            with(mark);
        }
    }

    /// Shows `view` in place of what was shown.
    fn show(&self, view: View) {
        let mut shown = self.shown.borrow_mut();
        if let (Part::Node(node), Part::Text(text)) = (&shown.0, &view.0)
            && node.node_type() == Node::TEXT_NODE
        {
            node.set_node_value(Some(text));
            return;
        }
        shown.unmount();
        *shown = view;
        if let Some((parent, mark)) = self.place() {
            shown.mount(&parent, Some(mark));
        }
    }

    /// Sets what is shown where the nodes are in the page already.
    pub(crate) fn set(&self, view: View) {
        *self.shown.borrow_mut() = view;
    }
}

/// Runs `work` now, and again whenever a signal that it read changes, until the owner's end.
pub(crate) fn follow(mut closure: Box<dyn Work>) {
    let effect = SendWrapper::new(RenderEffect::new(move |_: Option<()>| closure.work()));
    on_cleanup(move || drop(effect));
}
