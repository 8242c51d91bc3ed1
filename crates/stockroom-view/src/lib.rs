//! What the app calls `leptos`: Leptos' signals, components and `view!`, over a renderer of one type.
//!
//! Leptos gives every element, closure and list in a view a type of its own, and each type brings
//! its own code, half of the app's size. Here all views are one [`View`], all reactive
//! blocks one kind of effect, all attributes one [`Setting`]. `view!` and `#[component]` are
//! Leptos' own; what they expand to, `::leptos::tachys::html::element::div().class(…)`, is found
//! in the modules of the same names. Nothing here knows Stockroom. Read [`View`] first.
//!
//! What is different from Leptos: a block that runs again replaces its nodes (a text alone is
//! changed in place), so a block must not read more than it shows. There is no server rendering.

// `#[component]` and `view!` write `::leptos`, here too.
extern crate self as leptos;

mod block;
pub mod children;
pub mod component;
mod context;
pub mod control_flow;
mod element;
mod later;
pub mod mount;
mod node;
mod parts;
mod setting;
mod signal;
mod stored;
pub mod task;
mod view;

pub use parts::{ev, html, reactive};
pub use setting::Setting;
pub use view::View;
pub use {leptos_dom, typed_builder, typed_builder_macro};

/// Everything that a file with views needs.
pub mod prelude {
    pub use crate::component::*;
    pub use crate::parts::prelude::*;

    pub use crate::children::{Children, ChildrenFn, ToChildren, ViewFn};
    pub use crate::context::{expect_context, provide_context, use_context};
    pub use crate::control_flow::{For, ForProps, RowKey, Show, ShowProps};
    pub use crate::later::{request_animation_frame, set_timeout};
    pub use crate::mount::{mount_to, mount_to_body};
    pub use crate::node::NodeRef;
    pub use crate::setting::{IntoAttributeValue, IntoSetting};
    pub use crate::signal::{Effect, Memo, RwSignal, Signal};
    pub use crate::stored::StoredValue;
    pub use crate::task::spawn_local;
    pub use crate::view::{
        AnyView, CollectView, IntoAny, IntoMaybeErased, IntoRender, IntoView, View,
    };
}

/// The places at which `view!` looks for elements, events and lists of children.
pub mod tachys {
    pub mod html {
        //! HTML.
        pub use crate::element::InertElement;
        pub use ::tachys::html::event;

        pub mod element {
            //! One function for each element.
            pub use crate::element::tags::*;
        }
    }

    pub mod svg {
        //! SVG.
        pub use crate::element::shapes::*;
    }

    pub mod view {
        //! Lists of children.
        pub mod iterators {
            //! Lists of children.
            pub use crate::view::StaticVec;
        }
    }
}

/// What `view!` wraps a closure in, which needs nothing here.
#[doc(hidden)]
pub fn __as_shared_reactive_fn<F>(f: F) -> F {
    f
}
