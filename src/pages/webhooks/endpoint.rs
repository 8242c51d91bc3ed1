//! One endpoint at an address of its own: how it stands, what can be done, what was sent there.

pub mod dialogs;
pub mod facts;
pub mod standing;

use leptos::prelude::*;
use leptos::task::spawn_local;
use stockroom_api::scope::KeyScope;
use stockroom_api::webhook::{Delivery, Endpoint};

use super::Guarded;
use super::deliveries::Deliveries;
use super::delivery::DeliveryPanel;
use super::telling::is_missing;
use crate::app::frame::PageHead;
use crate::browser::{clock, random};
use crate::connection::failure::tell as tell_failure;
use crate::connection::{Connection, Failure, use_connection};
use crate::route::{Route, use_navigator};
use crate::ui::{EmptyState, Notice, Skeleton, Tone};
use crate::words::{Key, use_words};
use dialogs::Dialogs;
use facts::Facts;
use standing::State;

/// How often a test is looked at until an answer came, and how long between.
const LOOKS: u32 = 24;
const LOOK_MS: i32 = 500;

/// What somebody is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doing {
    /// Changing address and events.
    Editing(Endpoint),
    /// Asked whether it is to go.
    Deleting(Endpoint),
    /// Asked about a new secret.
    Rotating,
    /// Copying the secret that the answer carried.
    Copying(Endpoint),
}

/// What became of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tested {
    /// It is being sent.
    Sending,
    /// An answer came, or none did.
    Answered(Box<Delivery>),
    /// Nobody can say yet.
    Waits,
    /// It could not be asked for.
    Failed(Failure),
}

/// The endpoint of the page; copy it into closures.
#[derive(Clone, Copy, Debug)]
pub struct Shown {
    connection: Connection,
    /// Its id, as the address says it; what was asked of another is dropped.
    id: RwSignal<String>,
    endpoint: RwSignal<Option<Endpoint>>,
    failure: RwSignal<Option<Failure>>,
    doing: RwSignal<Option<Doing>>,
    tested: RwSignal<Option<Tested>>,
    is_busy: RwSignal<bool>,
    /// Counts what changes the list of deliveries.
    sent: RwSignal<u32>,
}

impl Shown {
    fn read(self) {
        let id = self.id.get_untracked();
        self.failure.set(None);
        spawn_local(async move {
            let found = self.connection.webhook(&id).await;
            if self.id.try_get_untracked() != Some(id) {
                return;
            }
            match found {
                Ok(endpoint) => {
                    self.endpoint.try_set(Some(endpoint));
                }
                Err(failure) => {
                    self.failure.try_set(Some(failure));
                }
            }
        });
    }

    fn test(self) {
        if self.is_busy.get_untracked() {
            return;
        }
        self.is_busy.set(true);
        self.tested.set(Some(Tested::Sending));
        let id = self.id.get_untracked();
        spawn_local(async move {
            let tested = self.tested_at(&id).await;
            self.is_busy.try_set(false);
            if self.id.try_get_untracked() == Some(id) {
                self.tested.try_set(Some(tested));
                self.sent.try_update(|count| *count = count.wrapping_add(1));
                // A test that fails or arrives changes how the endpoint stands.
                self.read();
            }
        });
    }

    async fn tested_at(self, id: &str) -> Tested {
        let key = random::idempotency_key();
        let mut delivery = match self.connection.test_webhook(id, &key).await {
            Ok(delivery) => delivery,
            Err(failure) => return Tested::Failed(failure),
        };
        let may_look = untrack(|| self.connection.may(KeyScope::DeliveriesRead));
        for _ in 0..LOOKS {
            if delivery.last_attempt.is_some() {
                return Tested::Answered(Box::new(delivery));
            }
            if !may_look || self.id.try_get_untracked().is_none() {
                break;
            }
            clock::sleep(LOOK_MS).await;
            if let Ok(now) = self.connection.delivery(&delivery.id).await {
                delivery = now;
            }
        }
        Tested::Waits
    }
}

/// The screen.
#[component]
pub fn EndpointPage() -> impl IntoView {
    let words = use_words();
    view! {
        <Guarded fallback=move || view! { <PageHead title=words.label(Key::WebhooksOne) /> }.into_any()>
            <Screen />
        </Guarded>
    }
}

#[component]
fn Screen() -> impl IntoView {
    let words = use_words();
    let connection = use_connection();
    let navigator = use_navigator();
    let route = Memo::new(move |_| match navigator.route() {
        Route::Webhook { id, delivery } => (id, delivery),
        _ => (String::new(), None),
    });
    let id = Memo::new(move |_| route.with(|(id, _)| id.clone()));
    let open = Memo::new(move |_| route.with(|(_, delivery)| delivery.clone()));
    let shown = Shown {
        connection,
        id: RwSignal::new(id.get_untracked()),
        endpoint: RwSignal::new(None),
        failure: RwSignal::new(None),
        doing: RwSignal::new(None),
        tested: RwSignal::new(None),
        is_busy: RwSignal::new(false),
        sent: RwSignal::new(0),
    };
    Effect::new(move |_| {
        let _ = connection.sign_ins();
        let id = id.get();
        if id.is_empty() {
            return;
        }
        shown.id.set(id);
        shown.endpoint.set(None);
        shown.tested.set(None);
        shown.read();
    });
    let is_read = Memo::new(move |_| shown.endpoint.with(Option::is_some));
    let may_look = Memo::new(move |_| connection.may(KeyScope::DeliveriesRead));
    view! {
        <PageHead title=words.label(Key::WebhooksOne)>
            <a class="button" href=Route::Webhooks.href()>
                {words.t(Key::WebhooksBack)}
            </a>
        </PageHead>
        {move || match (is_read.get(), shown.failure.get()) {
            (true, _) => view! {
                <State shown=shown />
                <Facts shown=shown />
                <Show when=move || may_look.get()>
                    <Deliveries endpoint=id sent=shown.sent />
                </Show>
                <Dialogs shown=shown />
            }
            .into_any(),
            (false, Some(failure)) if is_missing(&failure) => view! {
                <section class="card">
                    <EmptyState
                        title=words.label(Key::WebhooksMissing)
                        about=words.label(Key::WebhooksMissingAbout)
                    >
                        <a class="button primary" href=Route::Webhooks.href()>
                            {words.t(Key::WebhooksBack)}
                        </a>
                    </EmptyState>
                </section>
            }
            .into_any(),
            (false, Some(failure)) => {
                let told = tell_failure(words, connection, &failure);
                view! {
                    <Notice tone=Tone::Error title=told.title about=told.about>
                        <button type="button" class="button" on:click=move |_| shown.read()>
                            {words.t(Key::AppRetry)}
                        </button>
                    </Notice>
                }
                .into_any()
            }
            (false, None) => view! {
                <section class="card"><Skeleton rows=4 label=words.label(Key::AppLoading) /></section>
            }
            .into_any(),
        }}
        {move || open.get().filter(|_| may_look.get()).map(|delivery| view! {
            <DeliveryPanel id=delivery endpoint=id sent=shown.sent />
        })}
    }
}
