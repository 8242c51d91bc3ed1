//! Every level that was set or adjusted, as the server keeps it: by pages, newest first.

use leptos::prelude::*;
use leptos::task::spawn_local;
use stockroom_api::history::{Ended, HistoryEntry, HistoryQuery, Source};
use stockroom_api::reason::Reason;

use crate::browser::clock;
use crate::connection::failure::tell as tell_failure;
use crate::connection::{Connection, Failure, use_connection};
use crate::pages::update::tell;
use crate::route::{HistoryView, Navigator, Route, use_navigator};
use crate::ui::{ChangeView, Delta, EmptyState, Icon, Notice, Sign, Skeleton, Tone};
use crate::words::{Key, Words, use_words};

/// How many entries a product's panel shows at first.
const FEW: u64 = 10;

/// Which list it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// Everything, with filters.
    Store,
    /// One product, in its panel.
    Product,
    /// One run, on its page.
    Run,
}

impl Of {
    fn title(self) -> Key {
        match self {
            Self::Store => Key::HistoryLevels,
            Self::Product => Key::HistoryLevelsHere,
            Self::Run => Key::HistoryLevelsOfRun,
        }
    }

    fn none(self, view: &HistoryView) -> Key {
        match self {
            Self::Store if *view == HistoryView::default() => Key::HistoryNoneYet,
            Self::Store => Key::HistoryNone,
            Self::Product => Key::HistoryNoneHere,
            Self::Run => Key::HistoryNoneOfRun,
        }
    }
}

/// The entries so far; copy it into closures.
#[derive(Clone, Copy, Debug)]
struct Reading {
    entries: RwSignal<Vec<HistoryEntry>>,
    /// Where to go on, where there is more.
    next: RwSignal<Option<String>>,
    is_busy: RwSignal<bool>,
    failure: RwSignal<Option<Failure>>,
    /// Counts the requests: an answer to one of before is dropped.
    round: StoredValue<u32>,
    /// Counts the views, so that no row is taken for one of another.
    view: StoredValue<u32>,
}

impl Reading {
    fn start() -> Self {
        Self {
            entries: RwSignal::new(Vec::new()),
            next: RwSignal::new(None),
            is_busy: RwSignal::new(true),
            failure: RwSignal::new(None),
            round: StoredValue::new(0),
            view: StoredValue::new(0),
        }
    }

    /// Begins with other entries than those that are there.
    fn begin(self) {
        self.view.update_value(|count| *count = count.wrapping_add(1) & 0x0fff_ffff);
        self.entries.set(Vec::new());
        self.next.set(None);
    }

    fn read(self, connection: Connection, query: HistoryQuery) {
        let round = self.round.get_value().wrapping_add(1);
        self.round.set_value(round);
        self.is_busy.set(true);
        self.failure.set(None);
        spawn_local(async move {
            let page = connection.history(&query).await;
            if self.round.try_get_value() != Some(round) {
                return;
            }
            match page {
                Ok(page) => {
                    self.entries.try_update(|entries| entries.extend(page.items));
                    self.next.try_set(page.next_cursor.filter(|_| page.has_more));
                }
                Err(failure) => {
                    self.failure.try_set(Some(failure));
                }
            }
            self.is_busy.try_set(false);
        });
    }
}

/// Levels that changed.
#[component]
pub fn Levels(
    /// Which of them.
    view: Memo<HistoryView>,
    /// Which list it is.
    of: Of,
) -> impl IntoView {
    let words = use_words();
    let connection = use_connection();
    let is_alone = of == Of::Product;
    let reading = Reading::start();
    let read = move |view: HistoryView, cursor: Option<String>| {
        reading.read(connection, query(&view, cursor, is_alone));
    };
    Effect::new(move |_| {
        let view = view.get();
        reading.begin();
        read(view, None);
    });
    let more = move |_| read(view.get_untracked(), reading.next.get_untracked());
    let again = move |_| read(view.get_untracked(), reading.next.get_untracked());
    let is_empty = Memo::new(move |_| reading.entries.with(Vec::is_empty));
    let has_none =
        move || is_empty.get() && !reading.is_busy.get() && reading.failure.with(Option::is_none);
    // Older entries come behind those that stand there, which are not made again.
    let places = move || {
        let count = reading.entries.with(Vec::len);
        let view = u64::from(reading.view.get_value()) << 32 | (words.language() as u64) << 60;
        (0..count).map(move |at| (at, view))
    };
    let entry = move |(at, _): (usize, u64)| {
        reading.entries.with_untracked(|all| all.get(at).map(|entry| row(words, entry, of)))
    };
    let failed = move || {
        reading.failure.get().map(|failure| {
            let told = tell_failure(words, connection, &failure);
            view! {
                <Notice tone=Tone::Error title=told.title about=told.about>
                    <button type="button" class="button" on:click=again>
                        {words.t(Key::AppRetry)}
                    </button>
                </Notice>
            }
        })
    };
    let title = of.title();
    view! {
        <section class="card history" class:is-alone=is_alone aria-label=words.t(title)>
            <h2 class="history-title">{words.t(title)}</h2>
            {(of == Of::Store).then(|| view! { <Filters view=view /> })}
            <Show when=has_none>
                <EmptyState title=Signal::derive(move || words.text(view.with(|view| of.none(view))).to_owned()) />
            </Show>
            <Show when=move || !is_empty.get()>
                <ul class="history-list">
                    <For each=places key=|place| *place children=entry />
                </ul>
            </Show>
            {failed}
            <Show when=move || reading.is_busy.get() && is_empty.get()>
                <Skeleton rows=4 label=words.label(Key::AppLoading) />
            </Show>
            <Show when=move || reading.next.with(Option::is_some)>
                <div class="history-more">
                    <button
                        type="button"
                        class="button"
                        aria-disabled=move || reading.is_busy.get().then_some("true")
                        on:click=more
                    >
                        {words.t(Key::HistoryMore)}
                    </button>
                </div>
            </Show>
        </section>
    }
}

fn query(view: &HistoryView, cursor: Option<String>, is_alone: bool) -> HistoryQuery {
    let some = |text: &String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    HistoryQuery {
        product_id: some(&view.product),
        run_id: some(&view.run),
        reason: some(&view.reason),
        from: some(&view.from).and_then(|day| clock::beginning_of(&day, 0)),
        to: some(&view.to).and_then(|day| clock::beginning_of(&day, 1)),
        cursor,
        limit: is_alone.then_some(FEW),
        ..HistoryQuery::default()
    }
}

fn row(words: Words, entry: &HistoryEntry, of: Of) -> impl IntoView + use<> {
    let at = words.moment(&entry.at);
    let before = entry.before.map(|before| words.number(before)).unwrap_or_default();
    // A level that ended is none, not one of 0.
    let after = match entry.ended {
        None => words.number(entry.after),
        Some(Ended::Deleted) => words.text(Key::HistoryEndedDeleted).to_owned(),
        Some(Ended::Untracked) => words.text(Key::HistoryEndedUntracked).to_owned(),
    };
    let spoken = words.fill(Key::ChangeGoes, &[("before", &before), ("after", &after)]);
    let floored = entry.quantity_delta.map_or(0, |asked| (entry.delta - asked).max(0));
    let reason = entry.reason.as_deref().map(|word| {
        let known = Reason::of(word).map(|reason| words.text(tell::reason(reason)).to_owned());
        view! { <span class="tag"><bdi>{known.unwrap_or_else(|| word.to_owned())}</bdi></span> }
    });
    let source = match (entry.source, entry.ended) {
        (Source::Product, None) => Some(Key::HistorySourceProduct),
        (Source::Variant, _) => Some(Key::HistorySourceVariant),
        (Source::Import, _) => Some(Key::HistorySourceImport),
        _ => None,
    };
    let source = source.map(|key| view! { <span class="tag">{words.text(key)}</span> });
    let who = author(entry);
    let product = (of != Of::Product).then(|| product(words, entry));
    let variant = entry.label.clone().map(|label| view! { <bdi class="variant">{label}</bdi> });
    view! {
        <li class="history-level">
            <div class="history-what">{product}{variant}{reason}{source}</div>
            <div class="history-change">
                <ChangeView
                    before=before
                    after=after
                    pill=words.signed(entry.delta)
                    delta=Delta::of(entry.delta, floored)
                    spoken=spoken
                />
            </div>
            <div class="history-who"><bdi>{who}</bdi></div>
            <time class="history-at" datetime=entry.at.clone()>{at}</time>
        </li>
    }
}

/// Returns who changed a level: a person by name, a key by what is known of it.
fn author(entry: &HistoryEntry) -> String {
    let person = entry.user.as_ref().map(|user| user.name.clone());
    let key = || {
        let key = entry.key.clone().unwrap_or_default();
        key.name.or(key.hint).unwrap_or(key.id)
    };
    person.unwrap_or_else(key)
}

/// The product, with a way to its panel.
fn product(words: Words, entry: &HistoryEntry) -> AnyView {
    let Some(id) = entry.product_id.clone() else {
        return view! { <span class="history-gone">{words.t(Key::HistoryGone)}</span> }.into_any();
    };
    let sku = entry.external_id.clone();
    let id = sku.clone().unwrap_or(id);
    let href = Route::product(id).href();
    let name = entry.name.clone().unwrap_or_default();
    if entry.ended == Some(Ended::Deleted) && entry.variant_id.is_none() {
        return view! { <bdi class="name">{name}</bdi><bdi class="sku">{sku}</bdi> }.into_any();
    }
    view! {
        <a class="history-product" href=href><bdi class="name">{name}</bdi></a>
        <bdi class="sku">{sku}</bdi>
    }
    .into_any()
}

/// By product, reason and day; each is in the address.
#[component]
fn Filters(view: Memo<HistoryView>) -> impl IntoView {
    let words = use_words();
    let navigator = use_navigator();
    let change = move |change: &dyn Fn(&mut HistoryView)| choose(navigator, view, change);
    let reason = move |reason: Reason| {
        let is_on = move || view.with(|view| view.reason == reason.as_str());
        view! {
            <option value=reason.as_str() selected=is_on>{words.t(tell::reason(reason))}</option>
        }
    };
    view! {
        <div class="history-filters">
            <label class="search">
                <Icon sign=Sign::Search />
                <input
                    type="search"
                    class="input"
                    placeholder=words.t(Key::HistoryProduct)
                    aria-label=words.t(Key::HistoryProduct)
                    prop:value=move || view.with(|view| view.product.clone())
                    on:change:target=move |event| {
                        let text = event.target().value();
                        change(&|view| text.trim().clone_into(&mut view.product));
                    }
                />
            </label>
            <select
                class="select"
                aria-label=words.t(Key::UpdateReason)
                on:change:target=move |event| {
                    let word = event.target().value();
                    change(&|view| view.reason.clone_from(&word));
                }
            >
                <option value="" selected=move || view.with(|view| view.reason.is_empty())>
                    {words.t(Key::HistoryAnyReason)}
                </option>
                {Reason::ALL.map(reason)}
            </select>
            <label class="inline-field">
                <span>{words.t(Key::HistoryFrom)}</span>
                <input
                    type="date"
                    class="input"
                    prop:value=move || view.with(|view| view.from.clone())
                    on:change:target=move |event| {
                        let day = event.target().value();
                        change(&|view| view.from.clone_from(&day));
                    }
                />
            </label>
            <label class="inline-field">
                <span>{words.t(Key::HistoryTo)}</span>
                <input
                    type="date"
                    class="input"
                    prop:value=move || view.with(|view| view.to.clone())
                    on:change:target=move |event| {
                        let day = event.target().value();
                        change(&|view| view.to.clone_from(&day));
                    }
                />
            </label>
            <Show when=move || view.get() != HistoryView::default()>
                <a class="button" href=Route::History(HistoryView::default()).href()>
                    <Icon sign=Sign::Close />
                    <span>{words.t(Key::HistoryAll)}</span>
                </a>
            </Show>
        </div>
    }
}

fn choose(navigator: Navigator, view: Memo<HistoryView>, change: &dyn Fn(&mut HistoryView)) {
    let mut next = view.get_untracked();
    change(&mut next);
    navigator.replace(&Route::History(next));
}
