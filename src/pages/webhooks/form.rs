//! Adding an endpoint, and changing its address and events.

use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use stockroom_api::webhook::{
    Endpoint, EndpointChanges, EventKind, MAX_URL_CHARACTERS, NewEndpoint,
};

use super::telling::{event, tell};
use crate::browser::{page, random};
use crate::connection::{Connection, Failure, use_connection};
use crate::ui::{Dialog, Field, Notice, Tone};
use crate::words::{Key, Words, use_words};

/// What is wrong with an address, before the server says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum UrlFault {
    Missing,
    Long,
    Shape,
    Fragment,
    User,
}

/// Returns what is certainly wrong with an address; the rest is the server's to say.
fn fault_of(url: &str) -> Option<UrlFault> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next());
    match host {
        _ if url.is_empty() => Some(UrlFault::Missing),
        _ if url.chars().count() > MAX_URL_CHARACTERS => Some(UrlFault::Long),
        None | Some("") => Some(UrlFault::Shape),
        _ if url.contains(char::is_whitespace) => Some(UrlFault::Shape),
        Some(host) if host.contains('@') => Some(UrlFault::User),
        _ if url.contains('#') => Some(UrlFault::Fragment),
        Some(_) => None,
    }
}

impl UrlFault {
    fn tell(self, words: Words) -> String {
        let most = words.number(i64::try_from(MAX_URL_CHARACTERS).unwrap_or(i64::MAX));
        match self {
            Self::Missing => words.text(Key::WebhooksUrlMissing).to_owned(),
            Self::Long => words.fill(Key::WebhooksUrlLong, &[("most", &most)]),
            Self::Shape => words.text(Key::WebhooksUrlShape).to_owned(),
            Self::Fragment => words.text(Key::WebhooksUrlFragment).to_owned(),
            Self::User => words.text(Key::WebhooksUrlUser).to_owned(),
        }
    }
}

/// Returns why the server refused an address: in the merchant's language where it is plain, else in
/// the server's own words.
fn refused(words: Words, url: &str, message: Option<String>) -> String {
    if url.starts_with("http://") {
        return words.text(Key::WebhooksUrlHttps).to_owned();
    }
    let message = message.unwrap_or_default().replace('`', "");
    words.fill(Key::FailureSaid, &[("message", &message)])
}

/// What is typed, what is wrong with it, and the way to save it; copy it into closures.
#[derive(Clone, Copy, Debug)]
struct Typed {
    words: Words,
    connection: Connection,
    /// The endpoint that is changed.
    id: StoredValue<Option<String>>,
    url: RwSignal<String>,
    events: RwSignal<Vec<EventKind>>,
    url_error: RwSignal<String>,
    events_error: RwSignal<String>,
    failure: RwSignal<Option<Failure>>,
    is_saving: RwSignal<bool>,
    /// What got no answer is sent again under its key, so that it is not made twice.
    open: StoredValue<Option<(String, Vec<EventKind>, String)>>,
    on_done: Callback<Option<Endpoint>>,
}

impl Typed {
    /// Saves what is typed, where nothing is wrong with it.
    fn save(self) {
        if self.is_saving.get_untracked() {
            return;
        }
        let address = self.url.get_untracked().trim().to_owned();
        let kinds = self.events.get_untracked();
        if !self.check(&address, &kinds) {
            return;
        }
        let kept = self.open.get_value().filter(|(at, of, _)| (at, of) == (&address, &kinds));
        let key = kept.map_or_else(random::idempotency_key, |(_, _, key)| key);
        self.open.set_value(Some((address.clone(), kinds.clone(), key.clone())));
        self.is_saving.set(true);
        spawn_local(async move {
            let saved = match self.id.try_get_value().flatten() {
                None => {
                    let new = NewEndpoint { url: address.clone(), events: kinds };
                    self.connection.add_webhook(&new, &key).await
                }
                Some(id) => {
                    let changes = EndpointChanges {
                        url: Some(address.clone()),
                        events: Some(kinds),
                        active: None,
                    };
                    self.connection.change_webhook(&id, &changes, &key).await
                }
            };
            if self.is_saving.try_set(false).is_some() {
                return;
            }
            match saved {
                Ok(endpoint) => self.on_done.run(Some(endpoint)),
                Err(fault) => self.say(fault, &address),
            }
        });
    }

    /// Says what is wrong with what is typed; tells whether nothing is.
    fn check(self, address: &str, kinds: &[EventKind]) -> bool {
        let words = self.words;
        let fault = fault_of(address).map(|fault| untrack(|| fault.tell(words)));
        let no_events =
            kinds.is_empty().then(|| untrack(|| words.text(Key::WebhooksEventsMissing)));
        let is_right = fault.is_none() && no_events.is_none();
        if fault.is_some() {
            page::focus("webhook-url");
        } else if no_events.is_some() {
            page::focus("webhook-stock-low");
        }
        self.url_error.set(fault.unwrap_or_default());
        self.events_error.set(no_events.unwrap_or_default().to_owned());
        self.failure.set(None);
        is_right
    }

    /// Says why it was not saved, at its field where it is one's.
    fn say(self, fault: Failure, address: &str) {
        let words = self.words;
        if !fault.is_passing() {
            self.open.set_value(None);
        }
        match fault {
            Failure::Refused(fault) if fault.path.as_deref() == Some("url") => {
                self.url_error.set(untrack(|| refused(words, address, fault.message)));
                page::focus("webhook-url");
            }
            Failure::Refused(fault)
                if fault.path.as_deref().is_some_and(|path| path.starts_with("events")) =>
            {
                let message = fault.message.unwrap_or_default().replace('`', "");
                let said = || words.fill(Key::FailureSaid, &[("message", &message)]);
                self.events_error.set(untrack(said));
            }
            other => self.failure.set(Some(other)),
        }
    }
}

/// The form of an endpoint, in a dialog.
#[component]
pub fn EndpointForm(
    /// The endpoint to change; a new one where there is none.
    #[prop(optional)]
    of: Option<Endpoint>,
    /// Called with what was saved, or with nothing where somebody left.
    #[prop(into)]
    on_done: Callback<Option<Endpoint>>,
) -> impl IntoView {
    let words = use_words();
    let connection = use_connection();
    let (url_of, events_of) = match &of {
        Some(endpoint) => (endpoint.url.clone(), endpoint.events.clone()),
        None => (String::new(), EventKind::STOCK.to_vec()),
    };
    let is_new = of.is_none();
    let id = StoredValue::new(of.map(|endpoint| endpoint.id));
    let url = RwSignal::new(url_of);
    let events = RwSignal::new(events_of);
    let url_error = RwSignal::new(String::new());
    let events_error = RwSignal::new(String::new());
    let failure = RwSignal::new(None::<Failure>);
    let is_saving = RwSignal::new(false);
    let typed = Typed {
        words,
        connection,
        id,
        url,
        events,
        url_error,
        events_error,
        failure,
        is_saving,
        open: StoredValue::new(None),
        on_done,
    };
    let title = if is_new { Key::WebhooksAdd } else { Key::WebhooksEditTitle };
    let go = move || {
        words.text(match (is_saving.get(), is_new) {
            (true, _) => Key::WebhooksSaving,
            (false, true) => Key::WebhooksAdd,
            (false, false) => Key::WebhooksSave,
        })
    };
    view! {
        <Dialog
            title=words.label(title)
            close=words.label(Key::AppClose)
            on_close=move |()| on_done.run(None)
        >
            <form
                class="panel"
                novalidate
                on:submit=move |event: ev::SubmitEvent| {
                    event.prevent_default();
                    typed.save();
                }
            >
                <div class="dialog-body">
                    {move || failure.get().map(|failure| {
                        let told = tell(words, connection, &failure);
                        view! { <Notice tone=Tone::Error title=told.title about=told.about /> }
                    })}
                    <Field
                        id="webhook-url"
                        kind="url"
                        label=words.label(Key::WebhooksUrl)
                        value=url
                        hint=words.label(Key::WebhooksUrlHint)
                        error=url_error
                        is_code=true
                    />
                    <Events chosen=events error=events_error />
                </div>
                <footer class="dialog-foot">
                    <button type="button" class="button" on:click=move |_| on_done.run(None)>
                        {words.t(Key::AppCancel)}
                    </button>
                    <button
                        type="submit"
                        class="button primary"
                        aria-disabled=move || is_saving.get().then_some("true")
                    >
                        {go}
                    </button>
                </footer>
            </form>
        </Dialog>
    }
}

/// Which events, each with what it means.
#[component]
fn Events(chosen: RwSignal<Vec<EventKind>>, error: RwSignal<String>) -> impl IntoView {
    let words = use_words();
    let kinds = [
        (EventKind::StockLow, Key::WebhooksStockLowAbout, "webhook-stock-low"),
        (EventKind::StockOut, Key::WebhooksStockOutAbout, "webhook-stock-out"),
    ];
    let choose = move |kind: EventKind, is_on: bool| {
        chosen.update(|chosen| {
            let is_it = |one: &EventKind| if *one == kind { is_on } else { chosen.contains(one) };
            *chosen = EventKind::STOCK.into_iter().filter(is_it).collect();
        });
    };
    view! {
        <fieldset class="hook-events" aria-describedby="webhook-events-error">
            <legend>{words.t(Key::WebhooksEvents)}</legend>
            {kinds.map(|(kind, about, id)| {
                let about_id = format!("{id}-about");
                view! {
                    <label class="choice">
                        <input
                            id=id
                            type="checkbox"
                            aria-labelledby=format!("{id}-label")
                            aria-describedby=about_id.clone()
                            aria-invalid=move || (!error.get().is_empty()).then_some("true")
                            prop:checked=move || chosen.with(|chosen| chosen.contains(&kind))
                            on:change:target=move |event| choose(kind, event.target().checked())
                        />
                        <span>
                            <span id=format!("{id}-label")>{words.t(event(kind))}</span>
                            <span id=about_id class="field-hint">{words.t(about)}</span>
                        </span>
                    </label>
                }
            }).collect_view()}
            <p id="webhook-events-error" class="field-error">{move || error.get()}</p>
        </fieldset>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_certainly_wrong_is_refused_before_the_server() {
        for right in ["https://a.example/h?x=1", "http://127.0.0.1:3000/"] {
            assert_eq!(fault_of(right), None, "{right}");
        }
        assert_eq!(fault_of(""), Some(UrlFault::Missing));
        for shape in ["shop.example", "https://", "https:///path", "ftp://a.example", "https://a b"]
        {
            assert_eq!(fault_of(shape), Some(UrlFault::Shape), "{shape}");
        }
        assert_eq!(fault_of("https://me@a.example/"), Some(UrlFault::User));
        assert_eq!(fault_of("https://a.example/@me"), None);
        assert_eq!(fault_of("https://a.example/#top"), Some(UrlFault::Fragment));
        let long = format!("https://a.example/{}", "x".repeat(MAX_URL_CHARACTERS));
        assert_eq!(fault_of(&long), Some(UrlFault::Long));
    }
}
