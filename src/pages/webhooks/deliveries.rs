//! What was sent to an endpoint: by pages, the newest first.

use std::hash::{DefaultHasher, Hash, Hasher};

use leptos::prelude::*;
use leptos::task::spawn_local;
use stockroom_api::scope::KeyScope;
use stockroom_api::webhook::{DeliveredProduct, Delivery, DeliveryState, RetriedDeliveries};

use super::Unread;
use super::telling::{answered, event, is_missing, outcome, tell, tries};
use crate::browser::{clock, page, random};
use crate::connection::{Connection, Failure, use_connection};
use crate::route::Route;
use crate::ui::{EmptyState, Icon, Sign, Skeleton, Tone, use_toasts};
use crate::words::{Key, Plural, use_words};

/// How many are read at a time.
const SOME: u64 = 25;
/// How often what is on its way is looked at again, and how many times at most: a delivery may wait
/// for days.
const LOOK_MS: i32 = 3_000;
const LOOKS: u32 = 40;

/// The deliveries so far; copy it into closures.
#[derive(Clone, Copy, Debug)]
struct Reading {
    connection: Connection,
    endpoint: Memo<String>,
    state: RwSignal<Option<DeliveryState>>,
    items: RwSignal<Vec<Delivery>>,
    /// The next page, where there is one.
    next: RwSignal<Option<u64>>,
    is_busy: RwSignal<bool>,
    failure: RwSignal<Option<Failure>>,
    /// Counts the requests: an answer to one of before is dropped.
    round: StoredValue<u32>,
    /// How often it may still look by itself.
    looks: StoredValue<u32>,
}

impl Reading {
    /// Reads the newest, and takes them into what is there, or in its place.
    fn read_newest(self, is_other: bool) {
        if is_other {
            self.items.set(Vec::new());
            self.next.set(None);
        }
        self.read(1);
    }

    fn read(self, number: u64) {
        let round = self.round.get_value().wrapping_add(1);
        self.round.set_value(round);
        self.is_busy.set(true);
        self.failure.set(None);
        let (id, state) = (self.endpoint.get_untracked(), self.state.get_untracked());
        spawn_local(async move {
            let found = self.connection.deliveries(&id, state, number, SOME).await;
            if self.round.try_get_value() != Some(round) {
                return;
            }
            match found {
                Ok(found) => {
                    let more = found.has_more.then_some(number + 1);
                    let is_alone = self.items.with_untracked(Vec::len) <= found.items.len();
                    // Older pages that are shown stay; where to go on is theirs to say.
                    if number > 1 || is_alone {
                        self.next.try_set(more);
                    }
                    self.items.try_update(|items| take(items, found.items, number, state));
                }
                // The page says so by itself.
                Err(failure) if is_missing(&failure) => {}
                Err(failure) => {
                    self.failure.try_set(Some(failure));
                }
            }
            self.is_busy.try_set(false);
        });
    }

    /// Looks again where something shown is being sent or is due.
    fn look(self) {
        let is_due = |delivery: &Delivery| {
            let next = delivery.next_attempt_at.as_deref().and_then(clock::time_of);
            #[expect(clippy::cast_precision_loss, reason = "a time")]
            let is_due = next.is_none_or(|at| at as f64 <= clock::now_ms() + 1_000.0);
            delivery.state == DeliveryState::Pending && is_due
        };
        let looks = self.looks.try_get_value().unwrap_or_default();
        let is_idle = self.is_busy.try_get_untracked() == Some(false);
        if looks > 0
            && is_idle
            && page::is_visible()
            && self.items.try_with_untracked(|items| items.iter().take(25).any(is_due))
                == Some(true)
        {
            self.looks.set_value(looks - 1);
            self.read(1);
        }
    }
}

/// Takes a page in: what is new is put where it belongs, what is there is replaced.
fn take(items: &mut Vec<Delivery>, page: Vec<Delivery>, number: u64, state: Option<DeliveryState>) {
    if number == 1 && items.len() <= page.len() {
        *items = page;
        return;
    }
    let is_first = number == 1;
    let mut fresh = Vec::new();
    for delivery in page {
        match items.iter_mut().find(|item| item.id == delivery.id) {
            Some(item) => *item = delivery,
            None => fresh.push(delivery),
        }
    }
    if is_first {
        items.splice(0..0, fresh);
    } else {
        items.extend(fresh);
    }
    if let Some(state) = state {
        items.retain(|item| item.state == state);
    }
}

impl Reading {
    /// Reads the newest once more, and looks again for a while for what changes.
    fn read_again(self) {
        self.looks.set_value(LOOKS);
        self.read_newest(false);
    }
}

/// The list with its filter.
#[component]
pub fn Deliveries(
    /// The endpoint's id.
    endpoint: Memo<String>,
    /// Counts what changes the list.
    sent: RwSignal<u32>,
) -> impl IntoView {
    let words = use_words();
    let connection = use_connection();
    let reading = Reading {
        connection,
        endpoint,
        state: RwSignal::new(None),
        items: RwSignal::new(Vec::new()),
        next: RwSignal::new(None),
        is_busy: RwSignal::new(true),
        failure: RwSignal::new(None),
        round: StoredValue::new(0),
        looks: StoredValue::new(LOOKS),
    };
    Effect::new(move |before: Option<(String, Option<DeliveryState>)>| {
        let _ = sent.get();
        let of = (endpoint.get(), reading.state.get());
        reading.looks.set_value(LOOKS);
        reading.read_newest(before.is_none_or(|before| before != of));
        of
    });
    let timer = StoredValue::new_local(clock::every(LOOK_MS, move || reading.look()));
    on_cleanup(move || {
        timer.dispose();
    });
    let is_empty = Memo::new(move |_| reading.items.with(Vec::is_empty));
    let has_none =
        move || is_empty.get() && !reading.is_busy.get() && reading.failure.with(Option::is_none);
    let is_any = Memo::new(move |_| reading.state.get().is_none());
    let none = Signal::derive(move || {
        let key = if is_any.get() {
            Key::WebhooksDeliveriesNone
        } else {
            Key::WebhooksDeliveriesNoneState
        };
        words.text(key).to_owned()
    });
    let none_about = Signal::derive(move || {
        let about = if is_any.get() { words.text(Key::WebhooksDeliveriesNoneAbout) } else { "" };
        about.to_owned()
    });
    let failed = move || {
        reading.failure.get().map(|failure| {
            view! { <Unread failure=failure again=move |()| reading.read_newest(false) /> }
        })
    };
    let older = move |_| {
        if let Some(next) =
            reading.next.get_untracked().filter(|_| !reading.is_busy.get_untracked())
        {
            reading.read(next);
        }
    };
    view! {
        <section class="card hooks" aria-label=words.t(Key::WebhooksDeliveries)>
            <div class="hooks-bar">
                <h2>{words.t(Key::WebhooksDeliveries)}</h2>
                <RetryFailed reading=reading sent=sent />
                <StateFilter state=reading.state />
                <button
                    type="button"
                    class="button icon-only"
                    aria-label=words.t(Key::WebhooksRefresh)
                    title=words.t(Key::WebhooksRefresh)
                    on:click=move |_| reading.read_again()
                >
                    <Icon sign=Sign::Refresh />
                </button>
            </div>
            <Show when=has_none>
                <EmptyState title=none about=none_about />
            </Show>
            <Show when=move || !is_empty.get()>
                <ul class="hooks-list">
                    <For
                        each=move || reading.items.get()
                        key=move |delivery| (words.language() as usize, mark(delivery))
                        children=move |delivery| view! { <DeliveryRow delivery=delivery /> }
                    />
                </ul>
            </Show>
            {failed}
            <Show when=move || is_empty.get() && reading.is_busy.get()>
                <Skeleton rows=3 label=words.label(Key::AppLoading) />
            </Show>
            <Show when=move || reading.next.with(Option::is_some)>
                <div class="hooks-more">
                    <button
                        type="button"
                        class="button"
                        aria-disabled=move || reading.is_busy.get().then_some("true")
                        on:click=older
                    >
                        {words.t(Key::WebhooksOlder)}
                    </button>
                </div>
            </Show>
        </section>
    }
}

/// Sends all again that failed, where one of them is shown.
#[component]
fn RetryFailed(reading: Reading, sent: RwSignal<u32>) -> impl IntoView {
    let words = use_words();
    let toasts = use_toasts();
    let connection = reading.connection;
    let is_busy = RwSignal::new(false);
    let is_offered = Memo::new(move |_| {
        let has_failed = |item: &Delivery| item.state == DeliveryState::Failed;
        connection.may(KeyScope::DeliveriesRetry)
            && reading.items.with(|items| items.iter().any(has_failed))
    });
    let retry = move |_| {
        if is_busy.get_untracked() {
            return;
        }
        is_busy.set(true);
        let id = reading.endpoint.get_untracked();
        spawn_local(async move {
            let asked = connection.retry_failed(&id, &random::idempotency_key()).await;
            is_busy.try_set(false);
            match asked {
                Ok(RetriedDeliveries { retried, .. }) => {
                    let count = i64::try_from(retried).unwrap_or(i64::MAX);
                    let text = untrack(|| words.count(Plural::WebhooksRetriedAll, count, &[]));
                    toasts.show(Tone::Good, text);
                    sent.try_update(|count| *count = count.wrapping_add(1));
                    reading.state.try_set(None);
                }
                Err(failure) => {
                    let told = untrack(|| tell(words, connection, &failure));
                    toasts.show(Tone::Error, format!("{}. {}", told.title, told.about));
                }
            }
        });
    };
    view! {
        <Show when=move || is_offered.get()>
            <button
                type="button"
                class="button"
                aria-disabled=move || is_busy.get().then_some("true")
                on:click=retry
            >
                {words.t(Key::WebhooksRetryAll)}
            </button>
        </Show>
    }
}

/// Returns a hash of what a row shows: a row stays while that does.
fn mark(delivery: &Delivery) -> u64 {
    let mut hasher = DefaultHasher::new();
    let at = delivery.last_attempt.as_ref().map(|attempt| &attempt.at);
    let Delivery { id, state, attempts, next_attempt_at, .. } = delivery;
    (id, state, attempts, next_attempt_at, at).hash(&mut hasher);
    hasher.finish()
}

/// Which of them are shown.
#[component]
fn StateFilter(state: RwSignal<Option<DeliveryState>>) -> impl IntoView {
    let words = use_words();
    let option = move |one: Option<DeliveryState>| {
        let word = match one {
            None | Some(DeliveryState::Unknown) => Key::WebhooksAnyState,
            Some(DeliveryState::Pending) => Key::WebhooksPending,
            Some(DeliveryState::Delivered) => Key::WebhooksDelivered,
            Some(DeliveryState::Failed) => Key::WebhooksFailed,
        };
        let value = one.map_or("", DeliveryState::as_str);
        view! {
            <option value=value selected=move || state.get() == one>{words.t(word)}</option>
        }
    };
    let all = [None].into_iter().chain(DeliveryState::ALL.map(Some));
    view! {
        <select
            class="select"
            aria-label=words.t(Key::WebhooksState)
            on:change:target=move |event| {
                let word = event.target().value();
                let chosen = DeliveryState::from_api(&word);
                state.set(Some(chosen).filter(|chosen| *chosen != DeliveryState::Unknown));
            }
        >
            {all.map(option).collect_view()}
        </select>
    }
}

#[component]
fn DeliveryRow(delivery: Delivery) -> impl IntoView {
    let words = use_words();
    let route =
        Route::Webhook { id: delivery.endpoint_id.clone(), delivery: Some(delivery.id.clone()) };
    let (class, word) = outcome(&delivery);
    let next = delivery.next_attempt_at.as_deref().map(|at| {
        let when = words.moment(at);
        view! { <span>{words.fill(Key::WebhooksNext, &[("when", &when)])}</span> }
    });
    let answer = answered(words, &delivery);
    let product = delivery.product.clone().map(|DeliveredProduct { external_id, name, .. }| {
        let sku = external_id.map(|sku| view! { <bdi class="sku" dir="ltr">{sku}</bdi> });
        view! { <span class="hook-product"><bdi class="hook-name">{name}</bdi>{sku}</span> }
    });
    view! {
        <li class="hook-delivery">
            <span class="hook-what">
                <a class="hook-event" href=route.href()>{words.text(event(delivery.event))}</a>
                {product}
            </span>
            <span class="hook-outcome"><span class=class>{words.text(word)}</span></span>
            <span class="hook-tries">
                {(!answer.is_empty()).then(|| view! { <span>{answer}</span> })}
                {(delivery.attempts > 0).then(|| view! { <span>{tries(words, &delivery)}</span> })}
                {next}
            </span>
            <time class="hook-at" datetime=delivery.created_at.clone()>
                {words.moment(&delivery.created_at)}
            </time>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use stockroom_api::webhook::EventKind;

    use super::*;

    fn delivery(id: &str, state: DeliveryState) -> Delivery {
        Delivery {
            id: id.to_owned(),
            endpoint_id: "we_1".to_owned(),
            event_id: format!("evt_{id}"),
            event: EventKind::StockLow,
            product: None,
            state,
            attempts: 1,
            created_at: "2026-11-24T10:00:00.000Z".to_owned(),
            next_attempt_at: None,
            last_attempt: None,
            payload: None,
            attempt_log: None,
        }
    }

    fn ids(items: &[Delivery]) -> Vec<&str> {
        items.iter().map(|item| item.id.as_str()).collect()
    }

    #[test]
    fn pages_that_overlap_list_each_delivery_once() {
        let sent = |ids: &[&str]| {
            ids.iter().map(|id| delivery(id, DeliveryState::Delivered)).collect::<Vec<_>>()
        };
        let mut items = sent(&["4", "3"]);
        // Another came meanwhile, so the next page begins with one that is there.
        take(&mut items, sent(&["3", "2"]), 2, None);
        assert_eq!(ids(&items), ["4", "3", "2"]);
        take(&mut items, sent(&["5", "4"]), 1, None);
        assert_eq!(ids(&items), ["5", "4", "3", "2"]);
        take(&mut items, sent(&[]), 1, None);
        assert_eq!(ids(&items), ["5", "4", "3", "2"]);
    }

    #[test]
    fn what_is_in_another_state_by_now_leaves_a_list_of_one_state() {
        let mut items: Vec<_> =
            ["3", "2", "1"].map(|id| delivery(id, DeliveryState::Pending)).into();
        take(
            &mut items,
            vec![delivery("3", DeliveryState::Failed)],
            1,
            Some(DeliveryState::Pending),
        );
        assert_eq!(ids(&items), ["2", "1"]);
    }
}
