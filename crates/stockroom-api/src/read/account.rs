//! Reading what is sent about people: names, roles and passwords within their bounds.

use serde::Deserialize;

use super::{Refusal, read_json};
use crate::account::{
    MAX_NAME_CHARACTERS, MAX_PASSWORD_CHARACTERS, MIN_PASSWORD_CHARACTERS, NewUser, Password,
    PasswordChange, Role, UserChanges,
};

#[derive(Deserialize)]
struct UserRequest {
    name: Option<String>,
    role: Option<String>,
    password: Option<Password>,
    disabled: Option<bool>,
}

#[derive(Deserialize)]
struct PasswordRequest {
    current: Option<Password>,
    password: Option<Password>,
}

/// Reads the body that adds a person.
///
/// # Errors
/// [`Refusal`] that names the field.
pub fn read_new_user(body: &[u8]) -> Result<NewUser, Refusal> {
    let sent: UserRequest = read_json(body)?;
    Ok(NewUser {
        name: read_name(&sent.name.ok_or_else(|| missing("name"))?)?,
        role: read_role(&sent.role.ok_or_else(|| missing("role"))?)?,
        password: read_password(sent.password)?,
    })
}

/// Reads the body that changes a person.
///
/// # Errors
/// [`Refusal`] that names the field, or says that there is nothing to change.
pub fn read_user_changes(body: &[u8]) -> Result<UserChanges, Refusal> {
    let sent: UserRequest = read_json(body)?;
    let changes = UserChanges {
        name: sent.name.map(|name| read_name(&name)).transpose()?,
        role: sent.role.map(|role| read_role(&role)).transpose()?,
        disabled: sent.disabled,
    };
    if changes == UserChanges::default() {
        let message = "There is nothing to change: send `name`, `role` or `disabled`.".to_owned();
        return Err(Refusal { path: None, ..Refusal::at("", message) });
    }
    Ok(changes)
}

/// Reads the body that gives somebody else another password.
///
/// # Errors
/// [`Refusal`] that names the field.
pub fn read_password_reset(body: &[u8]) -> Result<Password, Refusal> {
    let sent: PasswordRequest = read_json(body)?;
    read_password(sent.password)
}

/// Reads the body that gives oneself another password. The current one has no bounds: it is right or wrong.
///
/// # Errors
/// [`Refusal`] that names the field.
pub fn read_password_change(body: &[u8]) -> Result<PasswordChange, Refusal> {
    let sent: PasswordRequest = read_json(body)?;
    Ok(PasswordChange {
        current: sent.current.ok_or_else(|| missing("current"))?,
        password: read_password(sent.password)?,
    })
}

/// Returns a name without space around it.
///
/// # Errors
/// [`Refusal`] at `name`, where it is empty, too long or holds what cannot be seen.
pub fn read_name(sent: &str) -> Result<String, Refusal> {
    let name = sent.trim();
    let characters = name.chars().count();
    if characters == 0 {
        return Err(Refusal::at("name", "`name` is empty."));
    }
    if characters > MAX_NAME_CHARACTERS {
        let message = format!(
            "`name` has {characters} characters, at most {MAX_NAME_CHARACTERS} are allowed."
        );
        return Err(Refusal::at("name", message));
    }
    if name.chars().any(is_unseen) {
        return Err(Refusal::at("name", "`name` holds a character that cannot be seen."));
    }
    Ok(name.to_owned())
}

/// Tells whether a character makes two names look the same, or turns the text around it. The joiners that
/// Arabic and Indic names are written with are none of these.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn read_role(word: &str) -> Result<Role, Refusal> {
    Role::parse(word).ok_or_else(|| {
        let known = Role::ALL.map(Role::as_str).join(", ");
        Refusal::at("role", format!("The role \"{word}\" is unknown. There are: {known}."))
    })
}

fn read_password(sent: Option<Password>) -> Result<Password, Refusal> {
    let password = sent.ok_or_else(|| missing("password"))?;
    check_password(&password)?;
    Ok(password)
}

/// Checks the bounds of a new password.
///
/// # Errors
/// [`Refusal`] at `password`.
pub fn check_password(password: &Password) -> Result<(), Refusal> {
    let characters = password.reveal().chars().count();
    if characters < MIN_PASSWORD_CHARACTERS {
        let message =
            format!("The password is too short: at least {MIN_PASSWORD_CHARACTERS} characters.");
        return Err(Refusal::at("password", message));
    }
    if characters > MAX_PASSWORD_CHARACTERS {
        let message =
            format!("The password is too long: at most {MAX_PASSWORD_CHARACTERS} characters.");
        return Err(Refusal::at("password", message));
    }
    Ok(())
}

fn missing(field: &str) -> Refusal {
    Refusal::at(field, format!("`{field}` is missing."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(body: &str, path: &str) {
        let refusal = read_new_user(body.as_bytes()).unwrap_err();
        assert_eq!(refusal.path.as_deref(), Some(path), "{body}: {}", refusal.message);
        assert!(!refusal.message.contains("hunter"), "{}", refusal.message);
    }

    #[test]
    fn a_new_person_has_a_name_a_role_and_a_password() {
        let body = r#"{"name":" Aïcha ","role":"editor","password":"hunter-and-gatherer"}"#;
        let new = read_new_user(body.as_bytes()).unwrap();
        assert_eq!((new.name.as_str(), new.role), ("Aïcha", Role::Editor));
        assert_eq!(new.password.reveal(), "hunter-and-gatherer");
        check(r#"{"role":"editor","password":"hunter-and-gatherer"}"#, "name");
        check(r#"{"name":"  ","role":"editor","password":"hunter-and-gatherer"}"#, "name");
        check(r#"{"name":"a\u0000b","role":"editor","password":"hunter-and-gatherer"}"#, "name");
        check(r#"{"name":"A\u200bicha","role":"editor","password":"hunter-and-gatherer"}"#, "name");
        check(r#"{"name":"\u202eAicha","role":"editor","password":"hunter-and-gatherer"}"#, "name");
        check(r#"{"name":"A","role":"king","password":"hunter-and-gatherer"}"#, "role");
        check(r#"{"name":"A","role":"editor"}"#, "password");
        check(r#"{"name":"A","role":"editor","password":"hunter"}"#, "password");
        let long = format!(r#"{{"name":"A","role":"editor","password":"{}"}}"#, "é".repeat(257));
        check(&long, "password");
        let long = format!(r#"{{"name":"{}","role":"editor","password":"x"}}"#, "é".repeat(65));
        check(&long, "name");
    }

    #[test]
    fn a_change_changes_something() {
        assert_eq!(read_user_changes(b"{}").unwrap_err().path, None);
        let changes = read_user_changes(br#"{"disabled":true}"#).unwrap();
        assert_eq!(changes, UserChanges { disabled: Some(true), ..UserChanges::default() });
    }
}
