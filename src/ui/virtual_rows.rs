//! A big list of rows of one height, of which only the visible ones are in the page.

use std::ops::Range;

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

/// Rows drawn beyond the edges, so that scrolling shows no gaps.
const SPARE: usize = 8;

/// Which rows are drawn, and how tall the gaps before and after them are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// The rows to draw.
    pub rows: Range<usize>,
    /// Pixels of the rows before.
    pub before: u32,
    /// Pixels of the rows after.
    pub after: u32,
}

/// Returns the window for a list of `total` rows of `height` pixels, scrolled by `top` pixels in
/// a view of `view` pixels.
pub fn window_of(total: usize, height: u32, top: f64, view: f64) -> Window {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to 0 first"
    )]
    let row_at = |pixels: f64| (pixels.max(0.0) / f64::from(height.max(1))) as usize;
    let first = row_at(top).saturating_sub(SPARE).min(total);
    let last = (row_at(top + view) + 1 + SPARE).min(total);
    let pixels = |rows: usize| u32::try_from(rows).unwrap_or(u32::MAX).saturating_mul(height);
    Window { rows: first..last, before: pixels(first), after: pixels(total - last) }
}

/// Rows that scroll with the page; `row` is called for each visible one, which is kept while its
/// `key` stays.
///
/// The rows stand between two spacers inside an element of the class `virtual-rows`, which is the
/// `rowgroup` of a grid. Each row gets its index from 0.
#[component]
pub fn VirtualRows<K, R, V>(
    /// The number of rows.
    #[prop(into)]
    total: Signal<usize>,
    /// The height of a row in pixels.
    #[prop(into)]
    height: Signal<u32>,
    /// What keeps a row the same row: it must change with whatever the row shows.
    key: K,
    /// Draws a row.
    row: R,
    /// Set to a row's index to have it scrolled into view.
    #[prop(optional)]
    reveal: Option<RwSignal<Option<usize>>>,
    /// Pixels at the top that a sticky header covers.
    #[prop(default = 0)]
    covered: u32,
) -> impl IntoView
where
    K: Fn(usize) -> u64 + Clone + Send + Sync + 'static,
    R: Fn(usize) -> V + Clone + Send + Sync + 'static,
    V: IntoView + 'static,
{
    let node = NodeRef::<html::Div>::new();
    let seen = RwSignal::new((0.0, 900.0));
    let measure = move || {
        let Some(element) = node.try_get_untracked().flatten() else { return };
        let rect = element.get_bounding_client_rect();
        let view = leptos::prelude::window().inner_height().ok().and_then(|height| height.as_f64());
        let next = (-rect.top(), view.unwrap_or(900.0));
        if seen.try_get_untracked().is_some_and(|now| now != next) {
            seen.try_set(next);
        }
    };
    node.on_load(move |_| measure());
    follow_scroll(measure);
    if let Some(reveal) = reveal {
        Effect::new(move |_| {
            let (Some(index), Some(element)) = (reveal.get(), node.get()) else { return };
            scroll_to(&element, index, height.get_untracked(), covered);
        });
    }
    let drawn = Memo::new(move |_| {
        let (top, view) = seen.get();
        window_of(total.get(), height.get(), top, view)
    });
    let key = move |index: &usize| (*index, key(*index));
    view! {
        <div class="virtual-rows" role="rowgroup" node_ref=node>
            <div class="spacer" style:height=move || format!("{}px", drawn.with(|drawn| drawn.before))></div>
            <For each=move || drawn.with(|drawn| drawn.rows.clone()) key=key children=row />
            <div class="spacer" style:height=move || format!("{}px", drawn.with(|drawn| drawn.after))></div>
        </div>
    }
}

/// Calls `moved` after every scroll and change of size, at most once a frame, until cleanup.
fn follow_scroll(moved: impl Fn() + Copy + Send + Sync + 'static) {
    let is_due = StoredValue::new(false);
    let scrolled = move || {
        if is_due.try_get_value() == Some(false) {
            is_due.set_value(true);
            request_animation_frame(move || {
                is_due.try_set_value(false);
                moved();
            });
        }
    };
    let scroll = Closure::<dyn Fn()>::new(scrolled);
    let function: js_sys::Function = scroll.as_ref().unchecked_ref::<js_sys::Function>().clone();
    for name in ["scroll", "resize"] {
        let _ = window().add_event_listener_with_callback(name, &function);
    }
    let kept = StoredValue::new_local(scroll);
    let function = StoredValue::new_local(function);
    on_cleanup(move || {
        function.try_with_value(|function| {
            for name in ["scroll", "resize"] {
                let _ = window().remove_event_listener_with_callback(name, function);
            }
        });
        let _ = kept;
    });
}

fn scroll_to(element: &web_sys::HtmlElement, index: usize, height: u32, covered: u32) {
    let rect = element.get_bounding_client_rect();
    let window = window();
    let view = window.inner_height().ok().and_then(|height| height.as_f64()).unwrap_or(900.0);
    #[expect(clippy::cast_precision_loss, reason = "row numbers stay far below 2^53")]
    let top = rect.top() + index as f64 * f64::from(height);
    let bottom = top + f64::from(height);
    let covered = f64::from(covered);
    let by = if top < covered {
        top - covered
    } else if bottom > view {
        bottom - view
    } else {
        return;
    };
    window.scroll_by_with_x_and_y(0.0, by);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_what_is_visible_and_a_little_more() {
        let window = window_of(10_000, 40, 4_000.0, 800.0);
        assert_eq!(window, Window { rows: 92..129, before: 3_680, after: 394_840 });
    }

    #[test]
    fn stays_within_the_list() {
        assert_eq!(window_of(3, 40, -200.0, 800.0), Window { rows: 0..3, before: 0, after: 0 });
        assert_eq!(window_of(3, 40, 9_000.0, 800.0), Window { rows: 3..3, before: 120, after: 0 });
        assert_eq!(window_of(0, 40, 0.0, 800.0), Window { rows: 0..0, before: 0, after: 0 });
    }
}
