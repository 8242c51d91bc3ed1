//! The part of what is looked at now and then: History, Webhooks, People, Settings.

use std::rc::Rc;

use leptos::prelude::*;

use super::Part;
use crate::pages::history::{HistoryPage, ProductHistory};
use crate::pages::people::PeoplePage;
use crate::pages::settings::SettingsPage;
use crate::pages::webhooks::WebhooksPage;
use crate::pages::webhooks::endpoint::EndpointPage;

/// What the part does for the rest of the app.
pub trait MorePart {
    /// Returns the page of the history.
    fn history(&self) -> AnyView;
    /// Returns what became of a product's levels lately.
    fn product_history(&self, id: String) -> AnyView;
    /// Returns the page of the endpoints of webhooks.
    fn webhooks(&self) -> AnyView;
    /// Returns the page of the endpoint that the address names.
    fn webhook(&self) -> AnyView;
    /// Returns the page of who may sign in.
    fn people(&self) -> AnyView;
    /// Returns the page of the settings.
    fn settings(&self) -> AnyView;
}

/// The pages themselves.
struct Pages;

super::way_in!(more);

/// Sets the part up; call it once, at the app's root.
pub(super) fn start() -> Part<dyn MorePart> {
    Part::start(WAY)
}

/// Returns the part as the app provides it.
pub fn use_more() -> Part<dyn MorePart> {
    expect_context::<Part<dyn MorePart>>()
}

fn make() -> Rc<dyn MorePart> {
    Rc::new(Pages)
}

impl MorePart for Pages {
    fn history(&self) -> AnyView {
        view! { <HistoryPage /> }.into_any()
    }

    fn product_history(&self, id: String) -> AnyView {
        view! { <ProductHistory id=id /> }.into_any()
    }

    fn webhooks(&self) -> AnyView {
        view! { <WebhooksPage /> }.into_any()
    }

    fn webhook(&self) -> AnyView {
        view! { <EndpointPage /> }.into_any()
    }

    fn people(&self) -> AnyView {
        view! { <PeoplePage /> }.into_any()
    }

    fn settings(&self) -> AnyView {
        view! { <SettingsPage /> }.into_any()
    }
}
