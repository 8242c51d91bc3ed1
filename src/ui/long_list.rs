//! A list of any length in a view that scrolls: a few rows are drawn and used again and again.
//!
//! [`LongList`] is the state, [`LongRows`] draws. Rows are told which index they show; they are
//! never made anew while scrolling. What scrolls is the element that holds both, given to
//! [`LongList::node`].

use leptos::html;
use leptos::prelude::*;

use super::long_scroll::LongScroll;

/// Rows drawn beyond both edges.
const SPARE: usize = 4;
/// A step of the bar longer than so many views is a jump, not a turn of the wheel.
const JUMP: f64 = 3.0;
/// After so long without scrolling the bar takes its true place.
const SETTLE_MS: u64 = 160;

/// A long list; copy it into closures.
#[derive(Clone, Copy, Debug)]
pub struct LongList {
    /// The element that scrolls.
    pub node: NodeRef<html::Div>,
    total: Signal<usize>,
    height: Signal<u32>,
    /// The height of what stays at the top while rows scroll.
    head: f64,
    /// How far the list is scrolled.
    top: RwSignal<f64>,
    /// Where the bar stands.
    bar: RwSignal<f64>,
    view: RwSignal<f64>,
    is_dragging: StoredValue<bool>,
    settles: StoredValue<u32>,
}

impl LongList {
    /// Returns a list of `total` rows of `height` pixels under a head of `head` pixels.
    pub fn new(total: Signal<usize>, height: Signal<u32>, head: f64) -> Self {
        let list = Self {
            node: NodeRef::new(),
            total,
            height,
            head,
            top: RwSignal::new(0.0),
            bar: RwSignal::new(0.0),
            view: RwSignal::new(600.0),
            is_dragging: StoredValue::new(false),
            settles: StoredValue::new(0),
        };
        list.node.on_load(move |_| list.measure());
        // A shorter list may end above where it is scrolled to, and the view grows with its rows.
        Effect::new(move |_| {
            let furthest = list.scroll().furthest();
            request_animation_frame(move || list.measure());
            if list.top.get_untracked() > furthest {
                list.go_to(furthest);
            }
        });
        list
    }

    /// Takes in that the element was scrolled.
    pub fn scrolled(self) {
        let Some(element) = self.node.try_get_untracked().flatten() else { return };
        self.measure();
        let bar = f64::from(element.scroll_top());
        let before = self.bar.get_untracked();
        if (bar - before).abs() < 0.5 {
            return;
        }
        let scroll = untrack(|| self.scroll());
        let step = bar - before;
        let is_jump =
            self.is_dragging.get_value() || step.abs() > JUMP * scroll.view || scroll.is_exact();
        let top = if is_jump {
            scroll.top_of(bar)
        } else {
            (self.top.get_untracked() + step).clamp(0.0, scroll.furthest())
        };
        self.bar.set(bar);
        self.top.set(top);
        let is_stuck =
            (bar <= 0.0 && top > 0.0) || (bar >= scroll.furthest_bar() && top < scroll.furthest());
        if is_stuck && !self.is_dragging.get_value() {
            self.put_bar(scroll.bar_of(top));
        } else if !scroll.is_exact() {
            self.settle_later();
        }
    }

    /// Takes in that a pointer was pressed: beside the content it is on the bar.
    pub fn pressed(self, event: &leptos::ev::MouseEvent) {
        let Some(element) = self.node.try_get_untracked().flatten() else { return };
        let rect = element.get_bounding_client_rect();
        let (x, width) =
            (f64::from(event.client_x()) - rect.left(), f64::from(element.client_width()));
        // In right-to-left pages the bar stands at the left.
        let left = f64::from(element.client_left());
        self.is_dragging.set_value(x < left || x > left + width);
    }

    /// Takes in that the pointer was let go.
    pub fn released(self) {
        if self.is_dragging.try_get_value() == Some(true) {
            self.is_dragging.set_value(false);
            self.settle_later();
        }
    }

    /// Scrolls just so far that a row is in view.
    pub fn reveal(self, index: usize) {
        self.measure();
        let scroll = untrack(|| self.scroll());
        let height = f64::from(self.height.get_untracked());
        let top = self.top.get_untracked();
        let row = pixels(index, height);
        if row < top {
            self.go_to(row);
        } else if row + height > top + scroll.view {
            self.go_to(row + height - scroll.view);
        }
    }

    /// Scrolls to the first row.
    pub fn go_to_top(self) {
        self.go_to(0.0);
    }

    /// Tells whether a row is drawn, in view or just beyond its edges, and follows it.
    pub fn draws(self, index: usize) -> bool {
        let first = self.first();
        (first..first + self.slots()).contains(&index)
    }

    /// Returns the first row that is drawn.
    fn first(self) -> usize {
        let height = f64::from(self.height.get()).max(1.0);
        whole(self.top.get() / height).saturating_sub(SPARE)
    }

    /// Returns how many rows are drawn.
    fn slots(self) -> usize {
        let height = f64::from(self.height.get()).max(1.0);
        (whole(self.view.get() / height) + 2 + 2 * SPARE).min(self.total.get().max(1))
    }

    /// Returns how many rows fit into the view.
    pub fn rows_in_view(self) -> usize {
        let height = f64::from(self.height.get_untracked()).max(1.0);
        whole(untrack(|| self.scroll()).view / height).max(1)
    }

    fn scroll(self) -> LongScroll {
        let list = pixels(self.total.get(), f64::from(self.height.get()));
        LongScroll { list, view: (self.view.get() - self.head).max(1.0) }
    }

    fn go_to(self, top: f64) {
        let scroll = untrack(|| self.scroll());
        self.top.set(top.clamp(0.0, scroll.furthest()));
        self.put_bar(scroll.bar_of(top));
    }

    fn put_bar(self, bar: f64) {
        let Some(element) = self.node.try_get_untracked().flatten() else { return };
        #[expect(clippy::cast_possible_truncation, reason = "the bar goes to 8,000,000")]
        element.set_scroll_top(bar.round() as i32);
        let stands = f64::from(element.scroll_top());
        self.bar.set(stands);
        if (stands - bar).abs() > 1.0 {
            // The view was not as tall as it seemed: rows are where the bar is.
            self.top.set(untrack(|| self.scroll()).top_of(stands));
        }
    }

    /// Puts the bar where it belongs once the hand rests: moving it meanwhile would stop the hand.
    fn settle_later(self) {
        let number = self.settles.get_value().wrapping_add(1);
        self.settles.set_value(number);
        let settle = move || {
            let is_last = self.settles.try_get_value() == Some(number);
            if is_last && self.is_dragging.try_get_value() == Some(false) {
                let scroll = untrack(|| self.scroll());
                let bar = scroll.bar_of(self.top.get_untracked());
                if (bar - self.bar.get_untracked()).abs() > 1.0 {
                    self.put_bar(bar);
                }
            }
        };
        set_timeout(settle, std::time::Duration::from_millis(SETTLE_MS));
    }

    fn measure(self) {
        let Some(element) = self.node.try_get_untracked().flatten() else { return };
        let view = f64::from(element.client_height());
        if view > 0.0 && (self.view.get_untracked() - view).abs() > 0.5 {
            self.view.set(view);
        }
    }
}

/// The rows of a list; `row` is given the index that it shows and draws a `role="row"`.
#[component]
pub fn LongRows(
    /// The list.
    list: LongList,
    /// Draws a row at an index, moved down by so many pixels; an index beyond the list is hidden.
    row: fn(Memo<usize>, Signal<String>) -> AnyView,
) -> impl IntoView {
    let first = Memo::new(move |_| list.first());
    let slots = Memo::new(move |_| list.slots());
    let place = move || format!("{}px", list.scroll().place());
    let slot = move |slot: usize| {
        let index = Memo::new(move |_| index_of(slot, slots.get(), first.get()));
        let moved = Signal::derive(move || {
            // Where the bar is finer than the list, rows are drawn where the bar stands.
            let shift = list.bar.get() - list.top.get();
            let top = pixels(index.get(), f64::from(list.height.get())) + shift;
            format!("translateY({}px)", top.round())
        });
        row(index, moved)
    };
    view! {
        <div class="long-rows" role="rowgroup" style:height=place>
            <For each=move || 0..slots.get() key=|slot| *slot children=slot />
        </div>
    }
}

/// Returns which row a slot shows: the one of those from `first` on whose turn it is.
fn index_of(slot: usize, slots: usize, first: usize) -> usize {
    let slots = slots.max(1);
    first + (slot + slots - first % slots) % slots
}

#[expect(clippy::cast_precision_loss, reason = "rows stay far below 2^53")]
fn pixels(rows: usize, height: f64) -> f64 {
    rows as f64 * height
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0 first")]
fn whole(value: f64) -> usize {
    value.max(0.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_show_each_row_of_the_window_once_and_keep_theirs() {
        for first in [0, 1, 7, 999_980] {
            let mut shown: Vec<usize> = (0..20).map(|slot| index_of(slot, 20, first)).collect();
            let slot_of = shown.iter().position(|index| *index == first + 5);
            shown.sort_unstable();
            assert_eq!(shown, (first..first + 20).collect::<Vec<_>>());
            // A row that stays in the window stays in its slot.
            let after: Vec<usize> = (0..20).map(|slot| index_of(slot, 20, first + 1)).collect();
            assert_eq!(after.iter().position(|index| *index == first + 5), slot_of);
        }
    }
}
