//! The part of Update stock: the worksheet, its runs, and what this browser keeps of both.

use std::rc::Rc;

use leptos::prelude::*;

use super::{Answer, Part};
use crate::connection::use_connection;
use crate::pages::history::run::RunPage;
use crate::pages::history::runs::Runs;
use crate::pages::update::UpdatePage;
use crate::pages::update::desk::{Desk, ToClear, headers_kept};
use crate::pages::update::draft::source_name;
use crate::pages::update::state::{Model, Msg};
use crate::stock::use_stock;
use crate::words::use_words;

/// What the part does for the rest of the app.
pub trait UpdatePart {
    /// Returns the page of the worksheet.
    fn page(&self) -> AnyView;
    /// Returns the page of the run that the address names.
    fn run(&self) -> AnyView;
    /// Returns the list of the runs of this browser.
    fn runs(&self) -> AnyView;
    /// Tells whether changes are on their way to the server.
    fn is_running(&self) -> bool;
    /// Returns the name of the worksheet that new rows would replace: one on which somebody worked,
    /// here, or kept by this browser.
    fn replaced(&self) -> Answer<Option<String>>;
    /// Opens a worksheet of these products.
    fn open_products(&self, skus: Vec<String>);
    /// Returns of how many headers what was said about their columns is kept.
    fn headers_kept(&self) -> i64;
    /// Returns how many runs [`clear`](Self::clear) would drop.
    fn runs_to_clear(&self) -> Answer<ToClear>;
    /// Drops all drafts of this browser, and all runs but those that are under way.
    fn clear(&self) -> Answer<()>;
}

super::way_in!(update);

/// Sets the part up; call it once, at the app's root.
pub(super) fn start() -> Part<dyn UpdatePart> {
    Part::start(WAY)
}

/// Returns the part as the app provides it.
pub fn use_update() -> Part<dyn UpdatePart> {
    expect_context::<Part<dyn UpdatePart>>()
}

fn make() -> Rc<dyn UpdatePart> {
    Rc::new(Desk::start(use_connection(), use_stock(), use_words()))
}

impl UpdatePart for Desk {
    fn page(&self) -> AnyView {
        provide_context(*self);
        view! { <UpdatePage /> }.into_any()
    }

    fn run(&self) -> AnyView {
        provide_context(*self);
        view! { <RunPage /> }.into_any()
    }

    fn runs(&self) -> AnyView {
        provide_context(*self);
        view! { <Runs /> }.into_any()
    }

    fn is_running(&self) -> bool {
        self.with_untracked(Model::is_running)
    }

    fn replaced(&self) -> Answer<Option<String>> {
        let desk = *self;
        Box::pin(async move {
            let at_hand = desk.with_untracked(|model| {
                model.is_kept().then(|| (model.has_edits(), model.name.clone(), model.origin))
            });
            let (name, origin) = if let Some((has_edits, name, origin)) = at_hand {
                has_edits.then_some((name, origin))?
            } else {
                let head = desk.kept_head().await?;
                (head.name, head.origin)
            };
            Some(untrack(|| source_name(desk.words(), &name, origin)))
        })
    }

    fn open_products(&self, skus: Vec<String>) {
        self.tell(Msg::ProductsChosen(skus));
    }

    fn headers_kept(&self) -> i64 {
        headers_kept()
    }

    fn runs_to_clear(&self) -> Answer<ToClear> {
        Box::pin(Self::runs_to_clear(*self))
    }

    fn clear(&self) -> Answer<()> {
        Box::pin(Self::clear_kept(*self))
    }
}
