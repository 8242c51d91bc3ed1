//! The page around the app: title, language, theme, focus, visibility.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    CustomEvent, DomParser, Element, Event, FocusEvent, HtmlElement, KeyboardEvent,
    MediaQueryListEvent, Node, SupportedType, VisibilityState,
};

use super::{document, listen, window};

/// Says a panic to the boot script, which shows a message with a reload button.
pub fn report_panics() {
    std::panic::set_hook(Box::new(|info| {
        let text = info.to_string();
        web_sys::console::error_1(&text.as_str().into());
        let Some(window) = window() else { return };
        let options = web_sys::CustomEventInit::new();
        options.set_detail(&JsValue::from_str(&text));
        if let Ok(event) = CustomEvent::new_with_event_init_dict("stockroom:stopped", &options) {
            let _ = window.dispatch_event(&event);
        }
    }));
}

/// Removes what the page showed before the app was there.
pub fn remove_boot_skeleton() {
    if let Some(boot) = document().and_then(|document| document.get_element_by_id("boot")) {
        boot.remove();
    }
}

/// Sets the document's title.
pub fn set_title(title: &str) {
    if let Some(document) = document() {
        document.set_title(title);
    }
}

/// Returns the language that the page came with: the kept one, else one that the browser prefers.
pub fn language() -> Option<String> {
    root()?.get_attribute("lang")
}

/// Sets language and direction of the document.
pub fn set_language(code: &str, direction: &str) {
    if let Some(root) = root() {
        let _ = root.set_attribute("lang", code);
        let _ = root.set_attribute("dir", direction);
    }
}

/// Sets the theme; `None` follows the system.
pub fn set_theme(theme: Option<&str>) {
    let Some(root) = root() else { return };
    let _ = match theme {
        Some(theme) => root.set_attribute("data-theme", theme),
        None => root.remove_attribute("data-theme"),
    };
}

/// Returns the languages that the browser prefers, best first.
pub fn preferred_languages() -> Vec<String> {
    let languages = window().map(|window| window.navigator().languages());
    languages.iter().flat_map(|all| all.iter()).filter_map(|code| code.as_string()).collect()
}

/// Moves the focus to the element with this id; tells whether it is there.
pub fn focus(id: &str) -> bool {
    let element = document().and_then(|document| document.get_element_by_id(id));
    let element = element.and_then(|element| element.dyn_into::<HtmlElement>().ok());
    element.is_some_and(|element| element.focus().is_ok())
}

/// Does something, and gives the focus back to the element of the same id where that took it away.
pub fn keep_focus(change: impl FnOnce()) {
    let focused = || document().and_then(|document| document.active_element());
    let id = focused().map(|element| element.id()).filter(|id| !id.is_empty());
    change();
    if let Some(id) = id {
        leptos::prelude::request_animation_frame(move || {
            if has_no_focus() {
                focus(&id);
            }
        });
    }
}

/// Scrolls just so far that the element with this id begins at the top.
pub fn reveal(id: &str) {
    if let Some(element) = document().and_then(|document| document.get_element_by_id(id)) {
        element.scroll_into_view();
    }
}

/// Scrolls to the top of the page.
pub fn scroll_to_top() {
    if let Some(window) = window() {
        window.scroll_to_with_x_and_y(0.0, 0.0);
    }
}

/// Closes the `<details>` of this id, and gives the focus back to its summary.
pub fn close_details(id: &str) {
    let details = document().and_then(|document| document.get_element_by_id(id));
    let Some(details) = details else { return };
    if details.remove_attribute("open").is_ok()
        && let Ok(Some(summary)) = details.query_selector("summary")
        && let Ok(summary) = summary.dyn_into::<HtmlElement>()
    {
        let _ = summary.focus();
    }
}

/// Closes the `<details>` of this id where the focus went out of it.
pub fn close_details_left(id: &str, event: &FocusEvent) {
    let Some(details) = document().and_then(|document| document.get_element_by_id(id)) else {
        return;
    };
    let to = event.related_target().and_then(|target| target.dyn_into::<Node>().ok());
    if !details.contains(to.as_ref()) {
        let _ = details.remove_attribute("open");
    }
}

/// Tells whether nothing in the page has the focus.
pub fn has_no_focus() -> bool {
    let active = document().and_then(|document| document.active_element());
    active.is_none_or(|element| element.tag_name() == "BODY")
}

/// Tells whether the element with this id has the focus itself.
pub fn has_focus(id: &str) -> bool {
    let active = document().and_then(|document| document.active_element());
    active.is_some_and(|element| element.id() == id)
}

/// Calls `pressed` on every key pressed anywhere in the page.
pub fn on_key(pressed: impl Fn(KeyboardEvent) + 'static) {
    if let Some(window) = window() {
        listen(&window, "keydown", pressed);
    }
}

/// Tells whether keys pressed now are text for a field, or belong to an open dialog.
pub fn is_typing() -> bool {
    let Some(document) = document() else { return false };
    let active = document.active_element();
    let in_field = active.is_some_and(|element| {
        matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
            || element.has_attribute("contenteditable")
    });
    in_field || matches!(document.query_selector("dialog[open]"), Ok(Some(_)))
}

/// Tells whether the page is in front.
pub fn is_visible() -> bool {
    document().is_none_or(|document| document.visibility_state() == VisibilityState::Visible)
}

/// Calls `shown` whenever the page comes to the front.
pub fn on_visible(shown: impl Fn() + 'static) {
    if let Some(document) = document() {
        listen(&document, "visibilitychange", move |_: Event| {
            if is_visible() {
                shown();
            }
        });
    }
}

/// Calls `hidden` whenever the page goes out of sight: closed, or behind another.
pub fn on_hiding(hidden: impl Fn() + 'static) {
    if let Some(document) = document() {
        listen(&document, "visibilitychange", move |_: Event| {
            if !is_visible() {
                hidden();
            }
        });
    }
}

/// Tells whether a media query holds, and calls `changed` whenever that changes.
pub fn on_media(query: &str, changed: impl Fn(bool) + 'static) -> bool {
    let list = window().and_then(|window| window.match_media(query).ok().flatten());
    let Some(list) = list else { return false };
    listen(&list, "change", move |event: MediaQueryListEvent| changed(event.matches()));
    list.matches()
}

fn root() -> Option<Element> {
    document()?.document_element()
}

/// Asks the merchant before the page is left while `must_ask` says so.
pub fn on_leaving(must_ask: impl Fn() -> bool + 'static) {
    if let Some(window) = window() {
        listen(&window, "beforeunload", move |event: Event| {
            if must_ask() {
                event.prevent_default();
            }
        });
    }
}

/// Tells whether an element of this id is drawn.
pub fn has(id: &str) -> bool {
    document().is_some_and(|document| document.get_element_by_id(id).is_some())
}

/// Tells whether the page is read from right to left.
pub fn is_rtl() -> bool {
    root().is_some_and(|root| root.get_attribute("dir").as_deref() == Some("rtl"))
}

/// Tells whether fingers, not a mouse, point at things.
pub fn is_touch() -> bool {
    let list = window().and_then(|window| window.match_media("(pointer: coarse)").ok().flatten());
    list.is_some_and(|list| list.matches())
}

/// Returns the cells of the first table in a piece of HTML, as spreadsheets put it on the
/// clipboard; empty where there is none. A cell that spans others stands first among blank ones.
pub fn table_cells(html: &str) -> Vec<Vec<String>> {
    let html = html.replace("<br", "\u{2028}<br");
    let parsed = DomParser::new()
        .and_then(|parser| parser.parse_from_string(&html, SupportedType::TextHtml));
    let Ok(document) = parsed else { return Vec::new() };
    let Ok(Some(table)) = document.query_selector("table") else { return Vec::new() };
    let mut cells: Vec<Vec<String>> = Vec::new();
    // For each column, how many of the next rows a cell from above reaches into.
    let mut reaching: Vec<u32> = Vec::new();
    for row in children(&table, ":scope > tr, :scope > * > tr") {
        let mut texts = Vec::new();
        for cell in children(&row, ":scope > td, :scope > th") {
            skip_reached(&mut texts, &mut reaching);
            let (across, down) = (span(&cell, "colspan"), span(&cell, "rowspan"));
            for at in 0..across {
                texts.push(if at == 0 { cell_text(&cell) } else { String::new() });
                if reaching.len() < texts.len() {
                    reaching.push(0);
                }
                reaching[texts.len() - 1] = down - 1;
            }
        }
        skip_reached(&mut texts, &mut reaching);
        for rows in reaching.iter_mut().skip(texts.len()) {
            *rows = rows.saturating_sub(1);
        }
        if !texts.is_empty() {
            cells.push(texts);
        }
    }
    cells
}

fn skip_reached(texts: &mut Vec<String>, reaching: &mut [u32]) {
    while let Some(rows) = reaching.get_mut(texts.len()).filter(|rows| **rows > 0) {
        *rows -= 1;
        texts.push(String::new());
    }
}

fn children(of: &Element, selector: &str) -> Vec<Element> {
    let Ok(found) = of.query_selector_all(selector) else { return Vec::new() };
    (0..found.length()).filter_map(|at| found.get(at)?.dyn_into::<Element>().ok()).collect()
}

/// Returns how far a cell reaches; what no spreadsheet writes counts as one.
fn span(cell: &Element, name: &str) -> u32 {
    let said = cell.get_attribute(name).and_then(|text| text.trim().parse().ok());
    said.filter(|span| (1..=1_000).contains(span)).unwrap_or(1)
}

fn cell_text(cell: &Element) -> String {
    // Line breaks of the source are spaces; those of the cell were marked.
    let text = cell.text_content().unwrap_or_default();
    let lines = text.split('\u{2028}');
    let lines = lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.collect::<Vec<_>>().join("\n")
}
