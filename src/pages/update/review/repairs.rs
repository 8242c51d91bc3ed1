//! SKUs that a spreadsheet damaged: what they may have been, offered and never silent.

use leptos::prelude::*;
use leptos::task::spawn_local;
use stockroom_domain::repair::Damage;

use crate::pages::update::desk::{Desk, use_desk};
use crate::pages::update::state::Msg;
use crate::ui::{Dialog, Notice, Tone};
use crate::words::{Key, Plural, use_words};
use stockroom_worksheet::{Ask, Repair, Reply};

/// Says that SKUs look damaged, and opens the list of them.
#[component]
pub fn RepairsNotice() -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let offers = follow_offers(desk);
    let count = Memo::new(move |_| offers.with(Vec::len));
    let is_open = RwSignal::new(false);
    let title = move || {
        words.count(Plural::RepairTitle, i64::try_from(count.get()).unwrap_or(i64::MAX), &[])
    };
    view! {
        <Show when=move || count.get() != 0>
            <Notice
                tone=Tone::Warning
                title=Signal::derive(title)
                about=words.label(Key::RepairAbout)
            >
                <button type="button" class="button" on:click=move |_| is_open.set(true)>
                    {words.t(Key::RepairShow)}
                </button>
                <Show when=move || is_open.get()>
                    <RepairsDialog
                        offers=offers.get_untracked()
                        on_close=move |()| is_open.set(false)
                    />
                </Show>
            </Notice>
        </Show>
    }
}

/// Follows what the worksheet offers for the SKUs that the stock does not have.
fn follow_offers(desk: Desk) -> RwSignal<Vec<Repair>> {
    let offers = RwSignal::new(Vec::new());
    let round = StoredValue::new(0_u32);
    let key = Memo::new(move |_| {
        desk.with(|model| {
            let summary = model.summary.as_ref().filter(|_| model.is_stock_whole)?;
            Some((summary.unknown, summary.steps, summary.products))
        })
    });
    Effect::new(move |_| {
        round.update_value(|round| *round += 1);
        let asked = round.get_value();
        let is_any = key.get().is_some_and(|(unknown, ..)| unknown > 0);
        if !is_any {
            return offers.set(Vec::new());
        }
        spawn_local(async move {
            let reply = desk.ask(Ask::Repairs).await;
            if let Some(Reply::Repairs(repairs)) = reply
                && round.try_get_value() == Some(asked)
            {
                offers.try_set(repairs);
            }
        });
    });
    offers
}

/// The list, each with a box.
#[component]
fn RepairsDialog(offers: Vec<Repair>, #[prop(into)] on_close: Callback<()>) -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let taken: Vec<bool> = offers.iter().map(|offer| !offer.to.is_empty()).collect();
    let taken = RwSignal::new(taken);
    let rows = offers.iter().cloned().enumerate();
    let rows = rows.map(|(at, offer)| view! { <Offer at=at offer=offer taken=taken /> });
    let rows = rows.collect_view();
    let count = Memo::new(move |_| taken.with(|taken| taken.iter().filter(|is| **is).count()));
    let offers = StoredValue::new(offers);
    let label =
        move || words.count(Plural::RepairUse, i64::try_from(count.get()).unwrap_or(i64::MAX), &[]);
    let mend = move |_| {
        let chosen = offers.with_value(|offers| {
            let taken = taken.get_untracked();
            let chosen = offers.iter().zip(taken).filter(|(_, is_taken)| *is_taken);
            chosen.map(|(offer, _)| offer.clone()).collect()
        });
        on_close.run(());
        desk.tell(Msg::Edited(Ask::Repair(chosen)));
    };
    view! {
        <Dialog
            title=words.label(Key::RepairDialog)
            close=words.label(Key::AppCancel)
            on_close=on_close
        >
            <div class="dialog-body">
                <p class="prose muted">{words.t(Key::RepairDialogAbout)}</p>
                <ul class="offers">{rows}</ul>
            </div>
            <footer class="dialog-foot">
                <button type="button" class="button" on:click=move |_| on_close.run(())>
                    {words.t(Key::AppCancel)}
                </button>
                <button
                    type="button"
                    class="button primary"
                    disabled=move || count.get() == 0
                    on:click=mend
                >
                    {label}
                </button>
            </footer>
        </Dialog>
    }
}

/// One SKU: as it is, as it may have been, of which product.
#[component]
fn Offer(at: usize, offer: Repair, taken: RwSignal<Vec<bool>>) -> impl IntoView {
    let words = use_words();
    let Repair { from, to, name, damage, rows } = offer;
    let is_offered = !to.is_empty();
    let kind = move || {
        words.text(match damage {
            Damage::LeadingZeros => Key::RepairZeros,
            Damage::Spelling => Key::RepairSpelling,
            Damage::Exponent => Key::RepairExponent,
        })
    };
    let about = move || {
        let rest = if is_offered { name.as_str() } else { words.text(Key::RepairNone) };
        format!("{} · {rest}", kind())
    };
    let choose = move |is_on: bool| {
        taken.update(|taken| {
            if let Some(one) = taken.get_mut(at) {
                *one = is_on;
            }
        });
    };
    let arrow = if words.is_rtl() { "←" } else { "→" };
    view! {
        <li>
            <label class="offer" class:is-off=!is_offered>
                <input
                    type="checkbox"
                    disabled=!is_offered
                    prop:checked=move || taken.with(|taken| taken.get(at) == Some(&true))
                    on:change:target=move |event| choose(event.target().checked())
                />
                <span class="offer-skus">
                    <bdi class="from">{from}</bdi>
                    {is_offered.then(|| view! {
                        <span aria-hidden="true">{arrow}</span>
                        <bdi class="to">{to}</bdi>
                    })}
                </span>
                <span class="offer-about" dir="auto">{about}</span>
                <span class="offer-rows">
                    {move || words.count(Plural::UpdateRows, rows.into(), &[])}
                </span>
            </label>
        </li>
    }
}
