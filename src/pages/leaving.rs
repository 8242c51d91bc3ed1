//! One question before what somebody typed is lost.

use std::sync::Arc;

use leptos::prelude::*;

use crate::route::{Route, use_navigator};
use crate::ui::Confirm;
use crate::words::{Key, use_words};

/// Has whoever leaves the page asked first, while something would be lost; it ends with the page.
#[component]
pub fn AskToLeave(
    /// Whether going there would lose something; it does not follow what it reads.
    would_lose: Arc<dyn Fn(&Route) -> bool + Send + Sync>,
    /// Called before leaving all the same.
    #[prop(into, optional)]
    on_leave: Option<Callback<()>>,
) -> impl IntoView {
    let words = use_words();
    let navigator = use_navigator();
    let leaving = RwSignal::new(None::<Route>);
    navigator.set_guard(move |to| {
        let stays = would_lose(to);
        if stays {
            leaving.try_set(Some(to.clone()));
        }
        !stays
    });
    on_cleanup(move || navigator.clear_guard());
    move || {
        leaving.get().map(|to| {
            let answer = move |yes: bool| {
                leaving.set(None);
                if yes {
                    navigator.clear_guard();
                    if let Some(on_leave) = on_leave {
                        on_leave.run(());
                    }
                    navigator.go(&to);
                }
            };
            view! {
                <Confirm
                    title=words.label(Key::ProductUnsavedTitle)
                    about=words.label(Key::ProductUnsavedAbout)
                    yes=words.label(Key::ProductLeave)
                    no=words.label(Key::ProductStay)
                    on_answer=answer
                />
            }
        })
    }
}
