//! What an answer to a bulk request says about each of its items.

mod plain;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use stockroom_api::ErrorCode;
use stockroom_api::bulk::{ItemError, ItemResult};

use crate::answer::{Answer, Fault, Origin, data, fault};
use crate::run::Levels;
use crate::wire::Wire;

/// What an answer to a bulk request means for what comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Every item is settled, in the order of the request.
    Settled(Vec<Settled>),
    /// Nobody knows whether it was done: send the same again.
    Unclear(Unclear),
    /// The first try is still running: wait, then send the same again.
    InProgress,
    /// Not done, because of a rate limit: wait, then send the same again.
    Limited,
    /// The key was used with another body: nothing more can be learned by sending.
    KeyReused,
    /// Not done: key, session or rights.
    Denied(Fault),
    /// Not done: the request as a whole is at fault, at the item with this index where known.
    Invalid(Option<usize>, Fault),
    /// Not done: too large.
    TooLarge(Fault),
    /// Not done, and another try would end the same.
    Rejected(Fault),
}

/// Why nobody knows whether a request was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unclear {
    /// No answer, or a gateway's word that it got none.
    NoAnswer,
    /// An answer that says nothing about the items.
    NoMeaning,
}

/// What happened to one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It was applied; with the levels, where the server told them.
    Applied(Option<Levels>),
    /// It was refused, and nothing of it applied.
    Refused(ItemError),
}

/// Returns what `answer` means for a bulk request of the products `sent`.
pub fn meaning(answer: &Answer, sent: &[&str]) -> Meaning {
    if let 200..300 = answer.status {
        return match settled(answer, sent) {
            Some(settled) => Meaning::Settled(settled),
            None => Meaning::Unclear(Unclear::NoMeaning),
        };
    }
    let fault = fault(answer);
    match answer.status {
        // 520 and above are those of a network between, as 502 to 504.
        502..=504 | 520..600 => Meaning::Unclear(Unclear::NoAnswer),
        409 if fault.is(&ErrorCode::IdempotencyInProgress) => Meaning::InProgress,
        409 if fault.is(&ErrorCode::IdempotencyKeyReused) => Meaning::KeyReused,
        // A conflict is of a key that was there before; what became of it is not said.
        408 | 409 | 500..600 => Meaning::Unclear(Unclear::NoMeaning),
        429 => Meaning::Limited,
        401 | 403 => Meaning::Denied(fault),
        413 => Meaning::TooLarge(fault),
        400 if fault.is(&ErrorCode::IdempotencyKeyRequired) => Meaning::Rejected(fault),
        400 if fault.from == Origin::Api => {
            let index = fault.item_index().filter(|index| *index < sent.len());
            Meaning::Invalid(index, fault)
        }
        _ => Meaning::Rejected(fault),
    }
}

/// Reads a success; `None` where it does not account for every item exactly once.
fn settled(answer: &Answer, sent: &[&str]) -> Option<Vec<Settled>> {
    plain::settled(&answer.body, sent).or_else(|| any(answer, sent))
}

/// Reads a success, however it is written.
fn any(answer: &Answer, sent: &[&str]) -> Option<Vec<Settled>> {
    let data = data(answer).ok()?;
    let list = |name: &str| data.get(name).and_then(Value::as_array);
    let errors: Vec<ItemError> =
        list("errors").map(|errors| errors.iter().map(item_error).collect()).unwrap_or_default();
    let count = |name: &str| data.get(name).and_then(Value::as_u64);
    let (updated, failed) = (count("updated")?, count("failed").unwrap_or(0));
    if failed != errors.len() as u64 || updated + failed != sent.len() as u64 {
        return None;
    }
    let places: HashMap<&str, usize> = sent.iter().enumerate().map(|(i, id)| (*id, i)).collect();
    let mut settled = vec![Settled::Applied(None); sent.len()];
    for error in errors {
        let by_path = || Fault::at(error.path.clone()).item_index();
        let place = places.get(error.external_id.trim()).copied();
        let place = place.or_else(by_path).filter(|place| *place < sent.len())?;
        if matches!(settled[place], Settled::Refused(_)) {
            return None;
        }
        settled[place] = Settled::Refused(error);
    }
    for result in list("results").into_iter().flatten() {
        let Some(result) = ItemResult::of(result) else { continue };
        let place = places.get(result.external_id.trim());
        if let Some(Settled::Applied(levels)) = place.map(|place| &mut settled[*place]) {
            let ItemResult { quantity, variants, .. } = result;
            *levels = Some(Levels { quantity, variants });
        }
    }
    Some(settled)
}

/// Reads one entry of `errors`, which may be a bare sentence or miss fields.
fn item_error(entry: &Value) -> ItemError {
    let text = |name: &str| entry.get(name).and_then(Value::as_str).map(str::to_owned);
    let sentence = entry.as_str().map(str::to_owned);
    ItemError {
        external_id: text("externalId").unwrap_or_default(),
        error: sentence.or_else(|| text("error")).or_else(|| text("message")).unwrap_or_default(),
        code: text("code").map(|word| ErrorCode::from_api(&word)),
        path: text("path"),
        current_quantity: entry.get("currentQuantity").and_then(Value::as_i64),
    }
}

/// Returns the refusal of one item for which the whole request was refused.
pub(crate) fn refused_by(fault: &Fault, external_id: &str) -> ItemError {
    ItemError {
        external_id: external_id.to_owned(),
        error: fault.message.clone().unwrap_or_default(),
        code: fault.code.clone(),
        path: fault.path.clone(),
        current_quantity: fault.current_quantity,
    }
}

impl Fault {
    fn at(path: Option<String>) -> Self {
        Self { path, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENT: [&str; 3] = ["LAIT-400", "RIZ-25", "THE-VERT"];

    fn check(status: u16, body: &str, expected: &Meaning) {
        let answer = Answer { status, body: body.to_owned(), ..Answer::default() };
        assert_eq!(&meaning(&answer, &SENT), expected, "{status} {body}");
    }

    fn refused(external_id: &str, error: &str) -> Settled {
        Settled::Refused(ItemError {
            external_id: external_id.into(),
            error: error.into(),
            ..ItemError::default()
        })
    }

    #[test]
    fn refusals_find_their_items() {
        let expected = Meaning::Settled(vec![
            Settled::Applied(None),
            refused("RIZ-25", "Product not found"),
            Settled::Applied(None),
        ]);
        let data = r#"{"updated":2,"failed":1,"errors":[{"externalId":"RIZ-25","error":"Product not found"}]}"#;
        check(200, &format!(r#"{{"success":true,"data":{data}}}"#), &expected);
        check(200, data, &expected);
        let by_message = data.replace(r#""error":"#, r#""message":"#);
        check(200, &by_message, &expected);
    }

    #[test]
    fn a_refusal_without_a_sku_is_found_by_its_path() {
        let body =
            r#"{"updated":2,"failed":1,"errors":[{"error":"no","path":"items[2].quantity"}]}"#;
        let error = ItemError {
            error: "no".into(),
            path: Some("items[2].quantity".into()),
            ..ItemError::default()
        };
        let settled = vec![Settled::Applied(None), Settled::Applied(None), Settled::Refused(error)];
        check(200, body, &Meaning::Settled(settled));
    }

    #[test]
    fn levels_are_kept_where_told() {
        let body = r#"{"data":{"updated":3,"failed":0,"errors":[],"results":[
            {"externalId":"RIZ-25","quantity":{"before":5,"after":0,"delta":-5},"variants":[]}]}}"#;
        let answer = Answer { status: 200, body: body.to_owned(), ..Answer::default() };
        let Meaning::Settled(settled) = meaning(&answer, &SENT) else { panic!("not settled") };
        let Settled::Applied(Some(result)) = &settled[1] else { panic!("no levels") };
        assert_eq!(result.quantity.map(|q| q.delta), Some(-5));
        assert_eq!(settled[0], Settled::Applied(None));
    }

    #[test]
    fn an_answer_that_leaves_items_open_means_nothing() {
        let nothing = Meaning::Unclear(Unclear::NoMeaning);
        for body in [
            "",
            "<html>",
            r#"{"success":true}"#,
            r#"{"success":false,"error":"later"}"#,
            r#"{"updated":2,"failed":0,"errors":[]}"#,
            r#"{"updated":2,"failed":1,"errors":[]}"#,
            r#"{"updated":2,"failed":1,"errors":[{"externalId":"OTHER","error":"?"}]}"#,
            r#"{"updated":1,"failed":2,"errors":[{"externalId":"RIZ-25"},{"externalId":"RIZ-25"}]}"#,
        ] {
            check(200, body, &nothing);
        }
        check(500, "", &nothing);
        check(408, "", &nothing);
        check(507, "", &nothing);
        check(409, "<html>", &nothing);
        check(504, "<html>", &Meaning::Unclear(Unclear::NoAnswer));
        check(524, "<html>", &Meaning::Unclear(Unclear::NoAnswer));
    }

    #[test]
    fn refused_requests_say_what_comes_next() {
        let error = |code: &str, path: &str| {
            format!(
                r#"{{"success":false,"error":{{"code":"{code}","message":"m","path":"{path}"}}}}"#
            )
        };
        check(409, &error("IDEMPOTENCY_IN_PROGRESS", ""), &Meaning::InProgress);
        check(409, &error("IDEMPOTENCY_KEY_REUSED", ""), &Meaning::KeyReused);
        check(429, "", &Meaning::Limited);
        let index = |path| {
            let answer =
                Answer { status: 400, body: error("VALIDATION_ERROR", path), ..Answer::default() };
            match meaning(&answer, &SENT) {
                Meaning::Invalid(index, _) => index,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(index("items[1].quantity"), Some(1));
        assert_eq!(index("items[7].quantity"), None);
        assert_eq!(index(""), None);
        let elsewhere = |status| Fault { status, ..Fault::default() };
        check(400, "<html>", &Meaning::Rejected(elsewhere(400)));
        check(404, "", &Meaning::Rejected(elsewhere(404)));
        check(413, "", &Meaning::TooLarge(elsewhere(413)));
        check(403, "", &Meaning::Denied(elsewhere(403)));
    }
}
