//! What is kept in this browser: settings, and what was said about columns; never a key.

use web_sys::Storage;

use super::window;

const SETTINGS: &str = "stockroom.settings";
const COLUMNS: &str = "stockroom.columns";

/// Returns the kept settings as they were written.
pub fn settings() -> Option<String> {
    storage()?.get_item(SETTINGS).ok().flatten()
}

/// Keeps the settings; tells whether the browser let it.
pub fn keep_settings(text: &str) -> bool {
    storage().is_some_and(|storage| storage.set_item(SETTINGS, text).is_ok())
}

/// Returns what is remembered about the columns of files, as it was written.
pub fn columns() -> Option<String> {
    storage()?.get_item(COLUMNS).ok().flatten()
}

/// Keeps what is to be remembered about the columns of files, where the browser lets it.
pub fn keep_columns(text: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(COLUMNS, text);
    }
}

/// Removes everything that the app kept.
pub fn clear() {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(SETTINGS);
        let _ = storage.remove_item(COLUMNS);
    }
}

fn storage() -> Option<Storage> {
    window()?.local_storage().ok().flatten()
}
