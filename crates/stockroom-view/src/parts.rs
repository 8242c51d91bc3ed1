//! The parts of Leptos that stay as they are, under the names by which Leptos hands them on.

pub use reactive_graph as reactive;
pub use tachys::html::{element as html, event as ev};

pub(crate) mod prelude {
    //! What a file with views needs of them.
    pub use leptos_dom::helpers::*;
    pub use leptos_macro::*;
    pub use reactive_graph::callback::*;
    pub use reactive_graph::computed::*;
    pub use reactive_graph::effect::*;
    pub use reactive_graph::graph::untrack;
    pub use reactive_graph::owner::*;
    pub use reactive_graph::prelude::*;
    pub use reactive_graph::signal::*;
    pub use reactive_graph::wrappers::read::*;
    pub use tachys::reactive_graph::node_ref::*;
}
