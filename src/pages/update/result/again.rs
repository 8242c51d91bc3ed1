//! What can be made of a run that has ended: the rest again, moved levels, all of it taken back.

use leptos::prelude::*;
use leptos::task::spawn_local;
use stockroom_client::run::Outcome;

use super::acting::Acting;
use crate::pages::update::desk::{Desk, now_ms, use_desk};
use crate::pages::update::state::Model;
use crate::pages::update::state::again::{Again, Made};
use crate::ui::{Confirm, Notice, Toasts, Tone, use_toasts};
use crate::words::{Key, Plural, Words, use_words};

/// How many names are said.
const NAMES: usize = 5;

/// How many products `again` is about, followed; none where nothing may be written.
fn count(acting: Acting, desk: Desk, again: Again) -> Memo<usize> {
    Memo::new(move |_| {
        let count = desk.with(|model| model.apply.as_ref().map_or(0, |apply| apply.again(again)));
        if acting.can_act() { count } else { 0 }
    })
}

/// What was made of the run since.
#[component]
pub fn FollowedNotice() -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let by = Memo::new(move |_| {
        let by = |model: &Model| model.apply.as_ref().map(|apply| apply.followed_by.clone());
        desk.with(by).unwrap_or_default()
    });
    let told = move || {
        let mut keys = Vec::new();
        for again in by.get() {
            let key = match again {
                Again::Rest => Key::UpdateFollowedRest,
                Again::KeepCount | Again::KeepDifference => Key::UpdateFollowedKeep,
                Again::Unsettled => Key::UpdateFollowedUnsettled,
                Again::Undo | Again::UndoDifference => Key::UpdateFollowedUndo,
            };
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        let notice = |key| view! { <Notice tone=Tone::Info title=words.label(key) /> };
        keys.into_iter().map(notice).collect_view()
    };
    view! { {told} }
}

/// Levels that had moved since the preview: what is to become of them.
#[component]
pub fn StaleNotice() -> impl IntoView {
    let words = use_words();
    let maker = Maker::start();
    let stale = count(maker.acting, maker.desk, Again::KeepCount);
    let title = move || words.count(Plural::UpdateStaleTitle, signed(stale.get()), &[]);
    view! {
        <Show when=move || stale.get() != 0>
            <Notice
                tone=Tone::Warning
                title=Signal::derive(title)
                about=words.label(Key::UpdateStaleAbout)
            >
                <button type="button" class="button" on:click=move |_| maker.make(Again::KeepCount)>
                    {words.t(Key::UpdateKeepCount)}
                </button>
                <button type="button" class="button" on:click=move |_| maker.make(Again::KeepDifference)>
                    {words.t(Key::UpdateKeepDifference)}
                </button>
            </Notice>
        </Show>
    }
}

/// The rest again, and the way back.
#[component]
pub fn AgainButtons() -> impl IntoView {
    let words = use_words();
    let maker = Maker::start();
    let count = |again| count(maker.acting, maker.desk, again);
    let (rest, applied) = (count(Again::Rest), count(Again::Undo));
    // What can still be sent again under its key is settled that way.
    let unsettled = Memo::new(move |_| {
        let now = now_ms();
        maker.desk.with(|model| {
            let apply = model.apply.as_ref().filter(|apply| apply.run.retryable(now) == 0);
            let count = apply.map_or(0, |apply| apply.again(Again::Unsettled));
            if maker.acting.can_act() { count } else { 0 }
        })
    });
    let is_from_preview = Memo::new(move |_| {
        maker.desk.with(|model| {
            let outcomes = model.apply.as_ref().map(|apply| apply.run.outcomes());
            outcomes.is_some_and(|all| all.contains(&Outcome::Applied(None)))
        })
    });
    let moved_about = move || {
        let moved = maker.moved.with(|made| made.as_ref().map(|made| made.moved.clone()));
        let names = names(words, &moved.unwrap_or_default());
        words.fill(Key::UpdateMovedAbout, &[("names", &names)])
    };
    let moved_title = move || {
        let moved = maker.moved.with(|made| made.as_ref().map_or(0, |made| made.moved.len()));
        words.count(Plural::UpdateMovedTitle, signed(moved), &[])
    };
    view! {
        <Show when=move || is_from_preview.get()>
            <p class="foot-about">{words.t(Key::UpdateFromPreview)}</p>
        </Show>
        <Show when=move || applied.get() != 0>
            <button
                type="button"
                class="button"
                aria-disabled=move || maker.is_busy.get().then_some("true")
                on:click=move |_| maker.make(Again::Undo)
            >
                {words.t(Key::UpdateUndoRun)}
            </button>
        </Show>
        <Show when=move || unsettled.get() != 0>
            <button type="button" class="button" on:click=move |_| maker.make(Again::Unsettled)>
                {words.t(Key::UpdateAgainUnsettled)}
            </button>
        </Show>
        <Show when=move || rest.get() != 0>
            <button type="button" class="button" on:click=move |_| maker.make(Again::Rest)>
                {words.t(Key::UpdateAgainRest)}
            </button>
        </Show>
        <Show when=move || maker.moved.with(Option::is_some)>
            <Confirm
                title=Signal::derive(moved_title)
                about=Signal::derive(moved_about)
                yes=words.label(Key::UpdateMovedDifference)
                no=words.label(Key::UpdateMovedLeave)
                on_answer=move |yes| maker.answer(yes)
            />
        </Show>
        <Replaces acting=maker.acting />
    }
}

/// Asks whether the worksheet at hand may go.
#[component]
fn Replaces(acting: Acting) -> impl IntoView {
    let words = use_words();
    move || {
        acting.replaces().map(|name| view! {
            <Confirm
                title=words.label(Key::BulkReplaceTitle)
                about=Signal::derive(move || words.fill(Key::BulkReplaceAbout, &[("name", &name)]))
                yes=words.label(Key::BulkReplace)
                no=words.label(Key::AppCancel)
                is_dangerous=true
                on_answer=move |yes| acting.answer(yes)
            />
        })
    }
}

/// Makes rows of the run; copy it into closures.
#[derive(Clone, Copy)]
struct Maker {
    words: Words,
    desk: Desk,
    acting: Acting,
    toasts: Toasts,
    is_busy: RwSignal<bool>,
    /// Rows of which some are left out, while it is asked what is wanted.
    moved: RwSignal<Option<Made>>,
}

impl Maker {
    fn start() -> Self {
        Self {
            words: use_words(),
            desk: use_desk(),
            acting: Acting::start(),
            toasts: use_toasts(),
            is_busy: RwSignal::new(false),
            moved: RwSignal::new(None),
        }
    }

    fn make(self, again: Again) {
        if self.is_busy.get_untracked() {
            return;
        }
        self.is_busy.set(true);
        spawn_local(async move {
            let made = self.desk.rows_again(again).await;
            self.is_busy.try_set(false);
            match made {
                None => self.say(Tone::Error, Key::UpdateUndoUnread),
                Some(made) if again == Again::Undo && !made.moved.is_empty() => {
                    self.moved.try_set(Some(made));
                }
                Some(made) => self.open(again, made),
            }
        });
    }

    fn answer(self, is_difference: bool) {
        let made = self.moved.try_update(Option::take).flatten();
        if is_difference {
            return self.make(Again::UndoDifference);
        }
        if let Some(made) = made {
            self.open(Again::Undo, made);
        }
    }

    fn open(self, again: Again, made: Made) {
        if again == Again::Unsettled && !made.moved.is_empty() {
            let names = untrack(|| names(self.words, &made.moved));
            let text = untrack(|| self.words.fill(Key::UpdateUnclearAbout, &[("names", &names)]));
            self.toasts.show(Tone::Warning, text);
        }
        if !made.untracked.is_empty() {
            let names = untrack(|| names(self.words, &made.untracked));
            let text = untrack(|| self.words.fill(Key::UpdateUntrackedAbout, &[("names", &names)]));
            self.toasts.show(Tone::Warning, text);
        }
        if made.rows == 0 {
            return self.say(Tone::Info, Key::UpdateUndoNothing);
        }
        self.acting.open(again, made);
    }

    fn say(self, tone: Tone, key: Key) {
        let text = untrack(|| self.words.text(key));
        self.toasts.show(tone, text);
    }
}

/// Names some levels, and says how many more there are.
fn names(words: Words, levels: &[(String, String)]) -> String {
    let name = |(sku, variant): &(String, String)| match variant.as_str() {
        "" => sku.clone(),
        variant => format!("{sku} {variant}"),
    };
    let some: Vec<String> = levels.iter().take(NAMES).map(name).collect();
    let some = some.join(", ");
    match levels.len().checked_sub(NAMES) {
        None | Some(0) => some,
        Some(more) => {
            let more = words.number(signed(more));
            words.fill(Key::UpdateAndMore, &[("names", &some), ("count", &more)])
        }
    }
}

fn signed(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
