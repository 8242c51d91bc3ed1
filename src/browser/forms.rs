//! What is typed into forms, kept for this tab until it is saved or given up: a reload loses none.
//! Never a key.

use web_sys::Storage;

use super::window;

const PREFIX: &str = "stockroom.form ";

/// Keeps what is typed in at a place, where the browser lets it.
pub fn keep(place: &str, text: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(&format!("{PREFIX}{place}"), text);
    }
}

/// Returns what was typed in at a place.
pub fn kept(place: &str) -> Option<String> {
    storage()?.get_item(&format!("{PREFIX}{place}")).ok().flatten()
}

/// Drops what was typed in at a place.
pub fn forget(place: &str) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(&format!("{PREFIX}{place}"));
    }
}

/// Drops what was typed into all forms.
pub fn clear() {
    let Some(storage) = storage() else { return };
    let count = storage.length().unwrap_or_default();
    let names: Vec<String> = (0..count).filter_map(|at| storage.key(at).ok().flatten()).collect();
    for name in names.iter().filter(|name| name.starts_with(PREFIX)) {
        let _ = storage.remove_item(name);
    }
}

fn storage() -> Option<Storage> {
    window()?.session_storage().ok().flatten()
}
