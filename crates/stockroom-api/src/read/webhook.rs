//! Reading endpoints of webhooks: their shape; what an address may be is the server's to say.

use serde::Deserialize;

use super::integer::Integer;
use super::{Refusal, read_json};
use crate::webhook::{
    EndpointChanges, EventKind, GRACE_HOURS, MAX_GRACE_HOURS, MAX_URL_CHARACTERS, NewEndpoint,
};

#[derive(Deserialize)]
struct Request {
    url: Option<String>,
    events: Option<Vec<String>>,
    active: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RotationRequest {
    grace_hours: Option<Integer>,
}

/// Reads the body that makes an endpoint.
///
/// # Errors
/// [`Refusal`] that names the field.
pub fn read_new_endpoint(body: &[u8]) -> Result<NewEndpoint, Refusal> {
    let sent: Request = read_json(body)?;
    let missing = |field: &str| Refusal::at(field, format!("`{field}` is missing."));
    Ok(NewEndpoint {
        url: read_url(&sent.url.ok_or_else(|| missing("url"))?)?,
        events: read_events(&sent.events.ok_or_else(|| missing("events"))?)?,
    })
}

/// Reads the body that changes an endpoint.
///
/// # Errors
/// [`Refusal`] that names the field, or says that there is nothing to change.
pub fn read_endpoint_changes(body: &[u8]) -> Result<EndpointChanges, Refusal> {
    let sent: Request = read_json(body)?;
    let changes = EndpointChanges {
        url: sent.url.map(|url| read_url(&url)).transpose()?,
        events: sent.events.map(|events| read_events(&events)).transpose()?,
        active: sent.active,
    };
    if changes == EndpointChanges::default() {
        let message = "There is nothing to change: send `url`, `events` or `active`.".to_owned();
        return Err(Refusal { path: None, ..Refusal::at("", message) });
    }
    Ok(changes)
}

/// Reads for how many hours the old secret goes on signing; an empty body says nothing of it.
///
/// # Errors
/// [`Refusal`] that names the field.
pub fn read_rotation(body: &[u8]) -> Result<i64, Refusal> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(GRACE_HOURS);
    }
    let sent: RotationRequest = read_json(body)?;
    match sent.grace_hours {
        None => Ok(GRACE_HOURS),
        Some(Integer::Fits(hours)) if (0..=MAX_GRACE_HOURS).contains(&hours) => Ok(hours),
        Some(_) => Err(Refusal::at(
            "graceHours",
            format!(
                "`graceHours` is out of range: send a whole number from 0 to {MAX_GRACE_HOURS}."
            ),
        )),
    }
}

fn read_url(sent: &str) -> Result<String, Refusal> {
    let url = sent.trim();
    let characters = url.chars().count();
    if characters == 0 {
        return Err(Refusal::at("url", "`url` is empty."));
    }
    if characters > MAX_URL_CHARACTERS {
        let message =
            format!("`url` has {characters} characters, at most {MAX_URL_CHARACTERS} are allowed.");
        return Err(Refusal::at("url", message));
    }
    Ok(url.to_owned())
}

/// Returns the kinds in their own order, each once.
fn read_events(sent: &[String]) -> Result<Vec<EventKind>, Refusal> {
    let known = || EventKind::STOCK.map(EventKind::as_str).join(", ");
    for (index, word) in sent.iter().enumerate() {
        if !EventKind::STOCK.contains(&EventKind::from_api(word)) {
            let message = format!("The event \"{word}\" is unknown. There are: {}.", known());
            return Err(Refusal::at(format!("events[{index}]"), message));
        }
    }
    if sent.is_empty() {
        let message = format!("`events` is empty. Name at least one of: {}.", known());
        return Err(Refusal::at("events", message));
    }
    let is_sent = |kind: &EventKind| sent.iter().any(|word| word == kind.as_str());
    Ok(EventKind::STOCK.into_iter().filter(is_sent).collect())
}
