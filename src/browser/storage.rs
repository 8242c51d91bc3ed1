//! What is kept in this browser: settings, never a key.

use web_sys::Storage;

use super::window;

const SETTINGS: &str = "stockroom.settings";

/// Returns the kept settings as they were written.
pub fn settings() -> Option<String> {
    storage()?.get_item(SETTINGS).ok().flatten()
}

/// Keeps the settings; tells whether the browser let it.
pub fn keep_settings(text: &str) -> bool {
    storage().is_some_and(|storage| storage.set_item(SETTINGS, text).is_ok())
}

/// Removes everything that the app kept.
pub fn clear() {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(SETTINGS);
    }
}

fn storage() -> Option<Storage> {
    window()?.local_storage().ok().flatten()
}
