//! Keys that work everywhere, and the sheet that names them.

use std::cell::Cell;

use leptos::prelude::*;

use crate::browser::{clock, page};
use crate::route::{HistoryView, ListQuery, ProductsView, Route, use_navigator};
use crate::ui::Dialog;
use crate::words::{Key, use_words};

/// How long the second key of a pair may take.
const PAIR_MS: f64 = 1_500.0;

/// Listens for the keys and shows the sheet on `?`.
#[component]
pub fn Shortcuts() -> impl IntoView {
    let words = use_words();
    let is_open = RwSignal::new(false);
    listen(is_open);
    view! {
        {move || is_open.get().then(|| view! {
            <Dialog
                title=words.label(Key::AppShortcuts)
                close=words.label(Key::AppClose)
                on_close=move |()| is_open.set(false)
            >
                <dl class="shortcuts">
                    {rows().into_iter().map(|(keys, about)| view! {
                        <div>
                            <dt>{keys.iter().map(|key| view! { <kbd>{*key}</kbd> }).collect_view()}</dt>
                            <dd>{words.text(about)}</dd>
                        </div>
                    }).collect_view()}
                </dl>
            </Dialog>
        })}
    }
}

fn rows() -> [(&'static [&'static str], Key); 12] {
    [
        (&["/"], Key::ShortcutSearch),
        (&["g", "i"], Key::ShortcutInventory),
        (&["g", "u"], Key::ShortcutUpdate),
        (&["g", "h"], Key::ShortcutHistory),
        (&["g", "p"], Key::ShortcutProducts),
        (&["g", "w"], Key::ShortcutWebhooks),
        (&["g", "s"], Key::ShortcutSettings),
        (&["↑", "↓"], Key::ShortcutMove),
        (&["Enter"], Key::ShortcutEdit),
        (&["→", "←"], Key::ShortcutExpand),
        (&["Esc"], Key::ShortcutLeave),
        (&["?"], Key::ShortcutSheet),
    ]
}

fn listen(is_open: RwSignal<bool>) {
    let navigator = use_navigator();
    let went = Cell::new(0.0);
    page::on_key(move |event| {
        let has_modifier = event.ctrl_key() || event.meta_key() || event.alt_key();
        if has_modifier || event.default_prevented() || page::is_typing() {
            return;
        }
        let is_second = clock::now_ms() - went.replace(0.0) < PAIR_MS;
        match event.key().as_str() {
            "?" => is_open.set(true),
            "/" if page::focus("search") => event.prevent_default(),
            "g" => went.set(clock::now_ms()),
            "i" if is_second => navigator.go(&Route::Inventory(ListQuery::default())),
            "u" if is_second => navigator.go(&Route::Update),
            "h" if is_second => navigator.go(&Route::History(HistoryView::default())),
            "p" if is_second => navigator.go(&Route::Products(ProductsView::default())),
            "w" if is_second => navigator.go(&Route::Webhooks),
            "s" if is_second => navigator.go(&Route::Settings),
            _ => {}
        }
    });
}
