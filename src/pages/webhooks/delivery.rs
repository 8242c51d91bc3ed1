//! One delivery, as a panel over its endpoint: what was sent, what came back, and sending it again.

use leptos::prelude::*;
use leptos::task::spawn_local;
use stockroom_api::scope::KeyScope;
use stockroom_api::webhook::{Attempt, Delivery, DeliveryState};
use stockroom_client::wire::Wire as _;

use super::telling::{event, is_missing, outcome, status, tell, took};
use crate::browser::{clock, random, text};
use crate::connection::failure::tell as tell_failure;
use crate::connection::{Connection, Failure, use_connection};
use crate::route::{Route, use_navigator};
use crate::ui::{Dialog, EmptyState, Notice, Placement, Skeleton, Tone};
use crate::words::{Key, use_words};

/// How often what is being sent is looked at again, and how many times at most.
const LOOK_MS: i32 = 1_000;
const LOOKS: u32 = 30;

/// The panel's state; copy it into closures.
#[derive(Clone, Copy, Debug)]
struct Panel {
    connection: Connection,
    delivery: RwSignal<Option<Delivery>>,
    /// Why it could not be read.
    failure: RwSignal<Option<Failure>>,
    /// Why it could not be sent again.
    refused: RwSignal<Option<Failure>>,
    is_busy: RwSignal<bool>,
    sent: RwSignal<u32>,
}

impl Panel {
    fn read(self, id: String) {
        self.failure.set(None);
        spawn_local(async move {
            match self.connection.delivery(&id).await {
                Ok(delivery) => {
                    self.delivery.try_set(Some(delivery));
                    self.follow(&id).await;
                }
                Err(failure) => {
                    self.failure.try_set(Some(failure));
                }
            }
        });
    }

    /// Looks at what is being sent until that try is over.
    async fn follow(self, id: &str) {
        let is_under_way = |delivery: &Option<Delivery>| {
            delivery.as_ref().is_some_and(|delivery| {
                let next = delivery.next_attempt_at.as_deref().and_then(clock::time_of);
                #[expect(clippy::cast_precision_loss, reason = "a time")]
                let is_due = next.is_none_or(|at| at as f64 <= clock::now_ms() + 1_000.0);
                delivery.state == DeliveryState::Pending && is_due
            })
        };
        for _ in 0..LOOKS {
            if self.delivery.try_with_untracked(is_under_way) != Some(true) {
                return;
            }
            clock::sleep(LOOK_MS).await;
            let Ok(now) = self.connection.delivery(id).await else { return };
            let before = self.delivery.try_get_untracked().flatten();
            if before.is_some_and(|before| before != now) {
                self.delivery.try_set(Some(now));
                self.sent.try_update(|count| *count = count.wrapping_add(1));
            }
        }
    }

    fn retry(self, id: String) {
        if self.is_busy.get_untracked() {
            return;
        }
        self.is_busy.set(true);
        self.refused.set(None);
        spawn_local(async move {
            let asked = self.connection.retry_delivery(&id, &random::idempotency_key()).await;
            self.is_busy.try_set(false);
            match asked {
                Ok(_) => {
                    if let Ok(now) = self.connection.delivery(&id).await {
                        self.delivery.try_set(Some(now));
                    }
                    self.sent.try_update(|count| *count = count.wrapping_add(1));
                    self.follow(&id).await;
                }
                Err(failure) => {
                    self.refused.try_set(Some(failure));
                }
            }
        });
    }
}

/// The panel of the delivery that the address names.
#[component]
pub fn DeliveryPanel(
    /// The delivery's id.
    id: String,
    /// The endpoint's id.
    endpoint: Memo<String>,
    /// Counts what changes the list of deliveries.
    sent: RwSignal<u32>,
) -> impl IntoView {
    let words = use_words();
    let connection = use_connection();
    let navigator = use_navigator();
    let panel = Panel {
        connection,
        delivery: RwSignal::new(None),
        failure: RwSignal::new(None),
        refused: RwSignal::new(None),
        is_busy: RwSignal::new(false),
        sent,
    };
    panel.read(id.clone());
    let title = Signal::derive(move || {
        let kind = panel.delivery.with(|delivery| delivery.as_ref().map(|one| one.event));
        words.text(kind.map_or(Key::WebhooksDeliveries, event)).to_owned()
    });
    let close = move |()| {
        navigator.go(&Route::Webhook { id: endpoint.get_untracked(), delivery: None });
    };
    let is_read = Memo::new(move |_| panel.delivery.with(Option::is_some));
    let may_retry = Memo::new(move |_| connection.may(KeyScope::DeliveriesRetry));
    let id = StoredValue::new(id);
    view! {
        <Dialog
            title=title
            close=words.label(Key::AppClose)
            placement=Placement::Side
            on_close=close
        >
            {move || match (is_read.get(), panel.failure.get()) {
                (true, _) => view! {
                    <div class="dialog-body">
                        {move || panel.refused.get().map(|failure| {
                            let told = tell(words, connection, &failure);
                            view! { <Notice tone=Tone::Error title=told.title about=told.about /> }
                        })}
                        {move || panel.delivery.get().map(|delivery| view! { <Told delivery=delivery /> })}
                    </div>
                    <Show when=move || may_retry.get()>
                        <footer class="dialog-foot">
                            <button
                                type="button"
                                class="button primary"
                                aria-disabled=move || panel.is_busy.get().then_some("true")
                                on:click=move |_| panel.retry(id.get_value())
                            >
                                {words.t(Key::WebhooksRetry)}
                            </button>
                        </footer>
                    </Show>
                }
                .into_any(),
                (false, Some(failure)) if is_missing(&failure) => view! {
                    <EmptyState
                        title=words.label(Key::WebhooksMissingDelivery)
                        about=words.label(Key::WebhooksMissingDeliveryAbout)
                    />
                }
                .into_any(),
                (false, Some(failure)) => {
                    let told = tell_failure(words, connection, &failure);
                    view! {
                        <div class="dialog-body">
                            <Notice tone=Tone::Error title=told.title about=told.about>
                                <button
                                    type="button"
                                    class="button"
                                    on:click=move |_| panel.read(id.get_value())
                                >
                                    {words.t(Key::AppRetry)}
                                </button>
                            </Notice>
                        </div>
                    }
                    .into_any()
                }
                (false, None) => {
                    view! { <Skeleton rows=4 label=words.label(Key::AppLoading) /> }.into_any()
                }
            }}
        </Dialog>
    }
}

/// How it stands, what was sent, every try.
#[component]
fn Told(delivery: Delivery) -> impl IntoView {
    let words = use_words();
    let (class, word) = outcome(&delivery);
    let fact = |label: Key, value: AnyView| {
        view! { <div><dt>{words.text(label)}</dt><dd>{value}</dd></div> }
    };
    let payload = delivery.payload.clone().unwrap_or_default();
    let product = product(&payload).map(|(link, name, sku)| {
        let view = view! {
            <a href=link><bdi>{name}</bdi></a>
            " "
            <bdi class="sku" dir="ltr">{sku}</bdi>
        };
        fact(Key::WebhooksProduct, view.into_any())
    });
    let next = delivery.next_attempt_at.as_deref().map(|at| words.moment(at));
    let attempts = delivery.attempt_log.clone().unwrap_or_default();
    let has_attempts = !attempts.is_empty();
    let body = text::pretty_json(&payload).unwrap_or(payload);
    view! {
        <dl class="facts-list">
            {fact(Key::WebhooksState, view! { <span class=class>{words.text(word)}</span> }.into_any())}
            {product}
            {fact(Key::WebhooksHappened, words.moment(&delivery.created_at).into_any())}
            {next.map(|next| fact(Key::WebhooksNextLabel, next.into_any()))}
            {fact(
                Key::WebhooksEventId,
                view! { <bdi class="sku" dir="ltr">{delivery.event_id.clone()}</bdi> }.into_any(),
            )}
        </dl>
        {has_attempts.then(|| view! {
            <section class="hook-part" aria-label=words.text(Key::WebhooksTries)>
                <h3>{words.text(Key::WebhooksTries)}</h3>
                <ol class="hook-attempts">
                    {attempts.into_iter().map(|attempt| view! { <AttemptRow attempt=attempt /> }).collect_view()}
                </ol>
            </section>
        })}
        {(!body.is_empty()).then(|| view! {
            <section class="hook-part">
                <h3 id="hook-body">{words.text(Key::WebhooksBody)}</h3>
                <pre class="hook-code" dir="ltr" tabindex="0" role="region" aria-labelledby="hook-body">{body}</pre>
            </section>
        })}
    }
}

/// One try: when, how long, what came back.
#[component]
fn AttemptRow(attempt: Attempt) -> impl IntoView {
    let words = use_words();
    let Attempt { at, duration_ms, status: answered, error, response } = attempt;
    let class = if error.is_some() { "tag bad" } else { "tag good" };
    let label = words.text(Key::WebhooksAnswer);
    view! {
        <li>
            <div class="hook-attempt">
                <span class=class>{status(words, answered)}</span>
                <span class="muted">{took(words, duration_ms)}</span>
                <time class="hook-at" datetime=at.clone()>{words.moment(&at)}</time>
            </div>
            {error.filter(|_| answered.is_none()).map(|error| view! { <p class="hook-error" dir="auto">{error}</p> })}
            {response.filter(|text| !text.trim().is_empty()).map(|text| view! {
                <p class="field-hint">{label}</p>
                <pre class="hook-code" dir="auto" tabindex="0" role="region" aria-label=label>{text}</pre>
            })}
        </li>
    }
}

/// Returns the way to the product that an event is about, its name and its SKU.
fn product(payload: &str) -> Option<(String, String, String)> {
    let payload: serde_json::Value = serde_json::from_str(payload).ok()?;
    let data = payload.get("data")?;
    let word = |name: &str| data.get(name).and_then(String::of);
    let id = word("productId")?;
    let sku = word("externalId");
    let route = Route::product(sku.clone().unwrap_or_else(|| id.clone()));
    Some((route.href(), word("name").unwrap_or(id), sku.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use stockroom_api::webhook::{EventKind, StockData, TestData, WebhookEvent};

    use super::*;

    fn body<T: serde::Serialize>(event: EventKind, data: T) -> String {
        let at = "2026-11-24T10:00:00.000Z".to_owned();
        let event = WebhookEvent {
            id: "evt_1".to_owned(),
            event,
            timestamp: at.clone(),
            created_at: at,
            sandbox: true,
            data,
        };
        serde_json::to_string(&event).unwrap()
    }

    #[test]
    fn the_product_of_an_event_is_found_by_its_sku_else_its_id() {
        let mut data = StockData {
            product_id: "p1".to_owned(),
            external_id: Some("CAFÉ/1".to_owned()),
            name: "Café".to_owned(),
            quantity: 0,
            previous_quantity: 2,
            low_stock_threshold: None,
            sequence: 1,
        };
        let (link, name, sku) = product(&body(EventKind::StockOut, &data)).unwrap();
        assert_eq!((&*link, &*name, &*sku), ("/products/CAF%C3%89%2F1", "Café", "CAFÉ/1"));
        data.external_id = None;
        let (link, ..) = product(&body(EventKind::StockOut, &data)).unwrap();
        assert_eq!(link, "/products/p1");
        let test = TestData { endpoint_id: "we_1".to_owned(), message: "m".to_owned() };
        assert_eq!(product(&body(EventKind::Test, test)), None);
    }
}
