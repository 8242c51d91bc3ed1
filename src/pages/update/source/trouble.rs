//! Why the source cannot be used, in words.

use leptos::prelude::*;
use stockroom_domain::table::MAX_BYTES;
use stockroom_workbook::{Measure, WorkbookFault};

use super::super::desk::use_desk;
use super::super::state::{Model, Trouble as Cause};
use super::super::tell;
use crate::browser::address;
use crate::ui::{Notice, Tone};
use crate::words::{Key, Words, use_words};

/// Why the source cannot be used: what happened, what was not changed, what to do.
#[component]
pub fn Trouble() -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let told = Memo::new(move |_| desk.with(|model| told(words, model)));
    let must_reload = move || desk.with(|model| model.trouble == Some(Cause::OtherBuild));
    move || {
        told.get().map(|(title, about)| {
            view! {
                <Notice tone=Tone::Error title=title about=about>
                    <Show when=must_reload>
                        <button type="button" class="button" on:click=move |_| address::reload()>
                            {words.t(Key::UpdateReload)}
                        </button>
                    </Show>
                </Notice>
            }
        })
    }
}

fn told(words: Words, model: &Model) -> Option<(String, String)> {
    if let Some(trouble) = model.trouble {
        return Some(trouble_in_words(words, trouble));
    }
    let fault = model.workbook.as_ref().and_then(|workbook| workbook.fault.as_ref());
    let (title, about) = if let Some(fault) = fault {
        fault_in_words(words, fault)
    } else {
        let remark = model.shape.refusal.as_ref()?;
        let why = tell::remark(words, remark.code, remark.line, &remark.text);
        let nothing = words.text(Key::UpdateNothingSent);
        (words.text(Key::UpdateRefused).to_owned(), format!("{why} {nothing}"))
    };
    let title = match model.source_name() {
        name if name.is_empty() => title,
        name => format!("{name}: {title}"),
    };
    Some((title, about))
}

fn trouble_in_words(words: Words, trouble: Cause) -> (String, String) {
    let said = |title, about| (words.text(title).to_owned(), words.text(about).to_owned());
    match trouble {
        Cause::TooLarge { bytes } => (
            words.fill(Key::UpdateTooLarge, &[("size", &megabytes(words, bytes))]),
            words.fill(Key::UpdateTooLargeAbout, &[("max", &megabytes(words, MAX_BYTES))]),
        ),
        Cause::Unreadable => said(Key::SourceUnreadable, Key::SourceUnreadableAbout),
        Cause::WorkerEnded => said(Key::UpdateWorkerEnded, Key::UpdateWorkerEndedAbout),
        Cause::WorkbookEnded => said(Key::SourceWorkbookEnded, Key::SourceWorkbookEndedAbout),
        Cause::OtherBuild => said(Key::UpdateOtherBuild, Key::UpdateOtherBuildAbout),
    }
}

/// Returns why a workbook cannot be read, and what to do about it.
fn fault_in_words(words: Words, fault: &WorkbookFault) -> (String, String) {
    let said = |title, about| (words.text(title).to_owned(), words.text(about).to_owned());
    match fault {
        // What is no workbook is read as text, and the worksheet says what it is.
        WorkbookFault::Unknown | WorkbookFault::Damaged { .. } => {
            said(Key::SourceDamaged, Key::SourceDamagedAbout)
        }
        WorkbookFault::Encrypted => said(Key::SourceEncrypted, Key::SourceEncryptedAbout),
        WorkbookFault::NoSheets => said(Key::SourceNoSheets, Key::SourceNoSheetsAbout),
        WorkbookFault::UnknownSheet { .. } => {
            said(Key::SourceUnknownSheet, Key::SourceUnknownSheetAbout)
        }
        WorkbookFault::Bomb { unpacked, .. } => (
            words.text(Key::SourceBomb).to_owned(),
            words.fill(Key::SourceBombAbout, &[("unpacked", &megabytes(words, *unpacked))]),
        ),
        WorkbookFault::TooLarge { measure, found, limit } => {
            let (key, is_bytes) = match measure {
                Measure::File => (Key::SourceTooLargeFile, true),
                Measure::Entries => (Key::SourceTooLargeEntries, false),
                Measure::Unpacked => (Key::SourceTooLargeUnpacked, true),
                Measure::Cells => (Key::SourceTooLargeCells, false),
                Measure::Text => (Key::SourceTooLargeText, true),
            };
            let number = |n: &u64| {
                if is_bytes {
                    return megabytes(words, *n);
                }
                words.number(i64::try_from(*n).unwrap_or(i64::MAX))
            };
            let what = words.fill(key, &[("found", &number(found)), ("limit", &number(limit))]);
            let about = words.text(Key::SourceTooLargeAbout);
            (words.text(Key::SourceTooLarge).to_owned(), format!("{what} {about}"))
        }
    }
}

fn megabytes(words: Words, bytes: u64) -> String {
    words.number(i64::try_from(bytes >> 20).unwrap_or(i64::MAX))
}
