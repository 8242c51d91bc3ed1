//! The list of endpoints: where, what, whether it is on, how the last delivery ended.

use leptos::prelude::*;
use leptos::task::spawn_local;
use stockroom_api::scope::KeyScope;
use stockroom_api::webhook::{Delivery, Endpoint, MAX_ENDPOINTS};

use super::Unread;
use super::form::EndpointForm;
use super::secret::SecretDialog;
use super::telling::{self, documentation, events, outcome, standing};
use crate::app::frame::PageHead;
use crate::connection::{Connection, Failure, use_connection};
use crate::route::{Route, use_navigator};
use crate::ui::{EmptyState, Icon, Sign, Skeleton};
use crate::words::{Key, use_words};

/// An endpoint, and its last delivery where the key may see it.
type Row = (Endpoint, Option<Option<Delivery>>);

/// What somebody is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Doing {
    /// Typing in a new endpoint.
    Adding,
    /// Copying its secret.
    Copying(Box<Endpoint>),
}

/// The list with its head.
#[component]
pub fn Endpoints() -> impl IntoView {
    let words = use_words();
    let connection = use_connection();
    let navigator = use_navigator();
    let rows = RwSignal::new(None::<Result<Vec<Row>, Failure>>);
    let doing = RwSignal::new(None::<Doing>);
    let read = move || {
        rows.set(None);
        spawn_local(async move {
            let found = read_all(connection).await;
            rows.try_set(Some(found));
        });
    };
    // What a key may see is another key's to see.
    Effect::new(move |_| {
        let _ = connection.sign_ins();
        read();
    });
    let count = Memo::new(move |_| {
        rows.with(|rows| rows.as_ref().and_then(|rows| rows.as_ref().ok()).map(Vec::len))
    });
    let can_add = move || connection.may(KeyScope::EndpointsManage);
    let has_button =
        move || can_add() && count.get().is_some_and(|count| (1..MAX_ENDPOINTS).contains(&count));
    let figures = move |count: usize| {
        let figure = |n: usize| words.number(i64::try_from(n).unwrap_or(i64::MAX));
        let is_full = count >= MAX_ENDPOINTS && can_add();
        let key = if is_full { Key::WebhooksFull } else { Key::WebhooksUsed };
        words.fill(key, &[("count", &figure(count)), ("most", &figure(MAX_ENDPOINTS))])
    };
    let done = move |endpoint: Option<Endpoint>| {
        if endpoint.is_some() {
            read();
        }
        doing.set(endpoint.map(|endpoint| Doing::Copying(Box::new(endpoint))));
    };
    let copied = move |()| {
        if let Some(Doing::Copying(endpoint)) = doing.get_untracked() {
            doing.set(None);
            navigator.go(&Route::Webhook { id: endpoint.id.clone(), delivery: None });
        }
    };
    view! {
        <PageHead title=words.label(Key::WebhooksTitle)>
            <Show when=has_button>
                <button
                    type="button"
                    class="button primary"
                    on:click=move |_| doing.set(Some(Doing::Adding))
                >
                    <Icon sign=Sign::Plus />
                    <span>{words.t(Key::WebhooksAdd)}</span>
                </button>
            </Show>
        </PageHead>
        <section class="card hooks" aria-label=words.t(Key::WebhooksTitle)>
            {move || match rows.get() {
                None => view! { <Skeleton rows=3 label=words.label(Key::AppLoading) /> }.into_any(),
                Some(Err(failure)) => {
                    view! { <Unread failure=failure again=move |()| read() /> }.into_any()
                }
                Some(Ok(rows)) if rows.is_empty() => view! {
                    <EmptyState
                        title=words.label(Key::WebhooksNone)
                        about=words.label(Key::WebhooksAbout)
                    >
                        <Show when=can_add>
                            <button
                                type="button"
                                class="button primary"
                                on:click=move |_| doing.set(Some(Doing::Adding))
                            >
                                {words.t(Key::WebhooksAdd)}
                            </button>
                        </Show>
                        <Documentation is_button=true />
                    </EmptyState>
                }
                .into_any(),
                Some(Ok(rows)) => {
                    let count = rows.len();
                    view! {
                        <ul class="hooks-list">
                            {rows.into_iter().map(|row| view! { <EndpointRow row=row /> }).collect_view()}
                        </ul>
                        <p class="hooks-foot">
                            <span>{move || figures(count)}</span>
                            <Documentation is_button=false />
                        </p>
                    }
                    .into_any()
                }
            }}
        </section>
        {move || match doing.get() {
            Some(Doing::Adding) => view! { <EndpointForm on_done=done /> }.into_any(),
            Some(Doing::Copying(endpoint)) => {
                view! { <SecretDialog endpoint=*endpoint on_done=copied /> }.into_any()
            }
            None => ().into_any(),
        }}
    }
}

/// The way to what receivers need to know.
#[component]
fn Documentation(is_button: bool) -> impl IntoView {
    let words = use_words();
    let connection = use_connection();
    view! {
        <a
            class=is_button.then_some("button")
            href=move || documentation(connection)
            target="_blank"
            rel="noreferrer"
        >
            {words.t(Key::WebhooksDocs)}
        </a>
    }
}

#[component]
fn EndpointRow(row: Row) -> impl IntoView {
    let words = use_words();
    let (endpoint, last) = row;
    let (class, word) = standing(&endpoint);
    let href = Route::Webhook { id: endpoint.id.clone(), delivery: None }.href();
    let url = endpoint.url.clone();
    view! {
        <li class="hook">
            <a class="hook-address" href=href dir="ltr">{url}</a>
            <span class=class>{words.t(word)}</span>
            <span class="hook-events-told">{move || events(words, &endpoint)}</span>
            {last.map(|last| view! { <span class="hook-last"><Last last=last /></span> })}
        </li>
    }
}

/// How the last delivery ended, and when.
#[component]
fn Last(last: Option<Delivery>) -> impl IntoView {
    let words = use_words();
    let Some(delivery) = last else {
        return view! { <span class="muted">{words.t(Key::WebhooksLastNone)}</span> }.into_any();
    };
    let (_, word) = outcome(&delivery);
    let sign = match word {
        Key::WebhooksDelivered => Some(("hook-sign good", Sign::Check)),
        Key::WebhooksFailed => Some(("hook-sign bad", Sign::Error)),
        Key::WebhooksRetrying => Some(("hook-sign warn", Sign::Warning)),
        _ => None,
    };
    let at = delivery.last_attempt.as_ref().map_or(&delivery.created_at, |attempt| &attempt.at);
    let at = at.clone();
    let told = delivery.clone();
    let answer = move || match told.last_attempt {
        Some(_) => format!(" · {}", telling::answered(words, &told)),
        None => String::new(),
    };
    let datetime = at.clone();
    view! {
        <span class="visually-hidden">{words.t(Key::WebhooksLast)}": "</span>
        {sign.map(|(class, sign)| view! { <span class=class><Icon sign=sign /></span> })}
        <span>{words.t(word)}{answer}</span>
        <time class="muted" datetime=datetime>{move || words.moment(&at)}</time>
    }
    .into_any()
}

async fn read_all(connection: Connection) -> Result<Vec<Row>, Failure> {
    let endpoints = connection.webhooks().await?;
    let may_look = untrack(|| connection.may(KeyScope::DeliveriesRead));
    let mut rows = Vec::with_capacity(endpoints.len());
    for endpoint in endpoints {
        let last = if may_look {
            // The list is of use without it.
            let page = connection.deliveries(&endpoint.id, None, 1, 1).await;
            page.ok().map(|page| page.items.into_iter().next())
        } else {
            None
        };
        rows.push((endpoint, last));
    }
    Ok(rows)
}
