//! Roles, faults and refusals in words.

use leptos::prelude::*;
use stockroom_api::ErrorCode;
use stockroom_api::account::{MAX_NAME_CHARACTERS, MAX_USERS, Role};

use crate::connection::failure::{Told, tell_write};
use crate::connection::{Connection, Failure};
use crate::words::{Key, Words};

/// Returns the word for a role.
pub(in crate::pages) fn role_word(role: Role) -> Key {
    match role {
        Role::Viewer => Key::PeopleRoleViewer,
        Role::Editor => Key::PeopleRoleEditor,
        Role::Owner => Key::PeopleRoleOwner,
    }
}

/// Returns what a role may do.
pub(super) fn role_about(role: Role) -> Key {
    match role {
        Role::Viewer => Key::PeopleRoleViewerAbout,
        Role::Editor => Key::PeopleRoleEditorAbout,
        Role::Owner => Key::PeopleRoleOwnerAbout,
    }
}

/// Returns what is certainly wrong with a name; the rest is the server's to say.
pub(super) fn fault_of_name(name: &str) -> Option<Key> {
    match name.chars().count() {
        0 => Some(Key::SigninNameMissing),
        1..=MAX_NAME_CHARACTERS => None,
        _ => Some(Key::PeopleNameBad),
    }
}

/// Returns what was wrong with a field, where that is why something was refused.
pub(super) fn refused_at(failure: &Failure, field: &str) -> Option<Key> {
    let Failure::Refused(fault) = failure else { return None };
    match (&fault.code, fault.path.as_deref()) {
        (_, Some(path)) if path != field => None,
        (Some(ErrorCode::UserNameTaken), _) if field == "name" => Some(Key::PeopleNameTaken),
        (_, Some("password")) => Some(Key::PeoplePasswordWeak),
        (_, Some("name")) => Some(Key::PeopleNameBad),
        _ => None,
    }
}

/// Tells whether the person or the session is no more.
pub(super) fn is_missing(failure: &Failure) -> bool {
    matches!(code(failure), Some(ErrorCode::UserNotFound | ErrorCode::SessionNotFound))
}

fn code(failure: &Failure) -> Option<&ErrorCode> {
    match failure {
        Failure::Refused(fault) => fault.code.as_ref(),
        _ => None,
    }
}

/// Returns the failure of a write in the owner's words.
pub(super) fn tell(words: Words, connection: Connection, failure: &Failure) -> Told {
    let text = |title: Key, about: String| Told { title: words.text(title).to_owned(), about };
    match (code(failure), failure) {
        (Some(ErrorCode::LastOwner), _) => {
            text(Key::PeopleLastOwner, words.text(Key::PeopleLastOwnerAbout).to_owned())
        }
        (Some(ErrorCode::UserLimit), _) => {
            let most = words.number(i64::try_from(MAX_USERS).unwrap_or(i64::MAX));
            text(Key::FailureRefused, words.fill(Key::PeopleLimit, &[("most", &most)]))
        }
        (Some(ErrorCode::UserNotFound), _) => {
            text(Key::PeopleMissing, words.text(Key::PeopleMissingAbout).to_owned())
        }
        (_, Failure::NoAnswer | Failure::TimedOut | Failure::Broken) => Told {
            about: words.fill(Key::PeopleWriteUnknown, &[("host", &connection.host())]),
            ..tell_write(words, connection, failure)
        },
        _ => tell_write(words, connection, failure),
    }
}

/// Returns the failure of a write as one line, for a toast.
pub(super) fn tell_briefly(words: Words, connection: Connection, failure: &Failure) -> String {
    let told = untrack(|| tell(words, connection, failure));
    format!("{}. {}", told.title, told.about)
}

/// Returns the words for what is wrong with a field.
pub(super) fn error_text(words: Words, fault: RwSignal<Option<Key>>) -> Signal<String> {
    Signal::derive(move || fault.get().map(|key| words.text(key).to_owned()).unwrap_or_default())
}
