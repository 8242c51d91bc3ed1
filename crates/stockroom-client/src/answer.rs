//! Reading what came back, whatever it is.
//!
//! The contract's envelope is one possibility among several: one of its own examples reads lists
//! from the top level, `error` may be a plain string, a body may be missing, and a proxy answers
//! in HTML. Nothing here fails on that; it says what was understood. Start at [`read`].

use serde::{Deserialize, Serialize};
use serde_json::Value;
use stockroom_api::ErrorCode;

use crate::headers::Headers;
use crate::wire::Wire;

/// An answer as it arrived.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers that could be read.
    pub headers: Headers,
    /// The body; empty where there was none.
    pub body: String,
}

/// Why an answer holds no data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unread {
    /// The other side said no.
    Refused(Fault),
    /// A success whose body is not what was asked for.
    NotUnderstood {
        /// The HTTP status.
        status: u16,
    },
}

/// A refusal, with what it says about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The HTTP status.
    pub status: u16,
    /// The API's error code; decide by this.
    pub code: Option<ErrorCode>,
    /// The API's own sentence.
    pub message: Option<String>,
    /// The path of the field at fault, such as `items[3].variants[0].quantity`.
    pub path: Option<String>,
    /// The level that the product has, where the refusal names it.
    pub current_quantity: Option<i64>,
    /// Who answered.
    pub from: Origin,
}

/// Who a refusal comes from, as far as its body tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// The API: the body is its error envelope.
    Api,
    /// Anything else: a proxy, another program, or nothing that can be read.
    #[default]
    Elsewhere,
}

/// Returns the data of an answer, from `data` or from the top level.
///
/// # Errors
/// [`Unread`]: a refusal, or a success that is not a `T`.
///
/// ```
/// use stockroom_client::answer::{Answer, read};
/// use stockroom_api::product::Product;
/// let answer = |body: &str| Answer { status: 200, body: body.into(), ..Answer::default() };
/// let wrapped: Product = read(&answer(r#"{"success":true,"data":{"id":"p1"}}"#)).unwrap();
/// let plain: Product = read(&answer(r#"{"id":"p1"}"#)).unwrap();
/// assert_eq!(wrapped, plain);
/// ```
pub fn read<T: Wire>(answer: &Answer) -> Result<T, Unread> {
    let status = answer.status;
    T::of(&data(answer)?).ok_or(Unread::NotUnderstood { status })
}

/// Returns what a success holds, whatever it is; a large one is neither read twice nor copied.
pub(crate) fn data(answer: &Answer) -> Result<Value, Unread> {
    let status = answer.status;
    if !(200..300).contains(&status) {
        return Err(Unread::Refused(fault(answer)));
    }
    let body: Value =
        serde_json::from_str(&answer.body).map_err(|_| Unread::NotUnderstood { status })?;
    if body.get("success") == Some(&Value::Bool(false)) {
        return Err(Unread::Refused(fault(answer)));
    }
    Ok(unwrapped(body))
}

/// Returns what a refusal says about itself.
pub fn fault(answer: &Answer) -> Fault {
    let mut fault = Fault { status: answer.status, ..Fault::default() };
    let Ok(body) = serde_json::from_str::<Value>(&answer.body) else {
        return fault;
    };
    let says_no = body.get("success") == Some(&Value::Bool(false));
    match body.get("error") {
        Some(Value::Object(error)) => {
            let text = |name: &str| error.get(name).and_then(Value::as_str).map(str::to_owned);
            fault.code = text("code").map(|word| ErrorCode::from_api(&word));
            fault.message = text("message");
            fault.path = text("path").or_else(|| text("field"));
            fault.current_quantity = error.get("currentQuantity").and_then(Value::as_i64);
            if says_no || fault.code.is_some() {
                fault.from = Origin::Api;
            }
        }
        Some(Value::String(message)) => {
            fault.message = Some(message.clone());
            if says_no {
                fault.from = Origin::Api;
            }
        }
        _ => {}
    }
    fault
}

/// Returns what `data` holds, or the whole body where there is no `data`.
pub(crate) fn unwrapped(mut body: Value) -> Value {
    match body.get_mut("data") {
        Some(data) if !data.is_null() => data.take(),
        _ => body,
    }
}

impl Fault {
    /// Tells whether the API's code is `code`.
    pub fn is(&self, code: &ErrorCode) -> bool {
        self.code.as_ref() == Some(code)
    }

    /// Returns the index of the item at fault, from the path or else from the sentence.
    pub fn item_index(&self) -> Option<usize> {
        let within = |text: &Option<String>| item_index(text.as_deref()?);
        within(&self.path).or_else(|| within(&self.message))
    }
}

fn item_index(text: &str) -> Option<usize> {
    let (_, rest) = text.split_once("items[")?;
    let (digits, _) = rest.split_once(']')?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer { status, body: body.to_owned(), ..Answer::default() }
    }

    fn check(status: u16, body: &str, code: Option<&str>, message: Option<&str>, from: Origin) {
        let fault = fault(&answer(status, body));
        assert_eq!(
            (
                fault.status,
                fault.code.as_ref().map(ErrorCode::as_str),
                fault.message.as_deref(),
                fault.from
            ),
            (status, code, message, from),
            "{body}"
        );
    }

    #[test]
    fn reads_refusals_of_every_shape() {
        check(
            401,
            r#"{"success":false,"error":{"code":"INVALID_API_KEY","message":"No such key","statusCode":401}}"#,
            Some("INVALID_API_KEY"),
            Some("No such key"),
            Origin::Api,
        );
        check(
            400,
            r#"{"success":false,"error":"items is empty"}"#,
            None,
            Some("items is empty"),
            Origin::Api,
        );
        check(400, r#"{"error":"Bad Request"}"#, None, Some("Bad Request"), Origin::Elsewhere);
        check(502, "<html>Bad gateway</html>", None, None, Origin::Elsewhere);
        check(503, "", None, None, Origin::Elsewhere);
    }

    #[test]
    fn tells_an_unreadable_success_from_a_refusal() {
        let read = |status, body| read::<Vec<u32>>(&answer(status, body));
        assert_eq!(read(200, "[1]"), Ok(vec![1]));
        assert_eq!(read(200, r#"{"data":[1]}"#), Ok(vec![1]));
        for body in ["", "<html>", r#"{"data":{}}"#, r#"{"success":true,"da"#] {
            assert_eq!(read(200, body), Err(Unread::NotUnderstood { status: 200 }));
        }
        assert!(matches!(read(200, r#"{"success":false}"#), Err(Unread::Refused(_))));
    }

    #[test]
    fn finds_the_item_in_path_or_sentence() {
        let at = |path: Option<&str>, message: Option<&str>| {
            Fault {
                path: path.map(str::to_owned),
                message: message.map(str::to_owned),
                ..Fault::default()
            }
            .item_index()
        };
        assert_eq!(at(Some("items[3].variants[0].quantity"), None), Some(3));
        assert_eq!(at(None, Some("items[12] must be an object")), Some(12));
        assert_eq!(at(Some("items"), Some("items is empty")), None);
        assert_eq!(at(Some("items[x]"), None), None);
    }
}
