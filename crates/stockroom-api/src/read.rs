//! Strict reading of requests: what the contract takes, and where exactly a body leaves it.
//!
//! Pure, so that every rule is tested without a server. Wrong JSON types and shapes refuse the
//! whole request ([`Refusal`]); well-typed but bad values refuse one bulk item
//! ([`crate::bulk::ItemError`]). Start reading at [`bulk::read_bulk`] and [`ask::LevelAsk`].

pub mod account;
pub mod ask;
pub mod bulk;
pub mod import;
pub mod integer;
mod place;
pub mod product;
pub mod stock;
pub mod webhook;

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, MapAccess, Visitor};
use serde_json::error::Category;

use crate::code::ErrorCode;
use crate::envelope::{ErrorBody, ErrorDetail};

/// Why a whole request is refused with status 400.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The kind of refusal.
    pub code: ErrorCode,
    /// What is wrong and what to do, in words.
    pub message: String,
    /// The field at fault, such as `items[3].variants[0].quantity`.
    pub path: Option<String>,
}

impl Refusal {
    /// Returns a `VALIDATION_ERROR` at `path`.
    pub fn at(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: ErrorCode::ValidationError, message: message.into(), path: Some(path.into()) }
    }

    /// Returns the body of the answer.
    pub fn body(self) -> ErrorBody {
        ErrorBody {
            success: false,
            error: ErrorDetail {
                code: self.code,
                message: self.message,
                status_code: 400,
                path: self.path,
                current_quantity: None,
            },
        }
    }
}

/// Reads `body` as JSON of the shape `T`, whose first level is an object.
fn read_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    // The path costs an allocation per field, so it is only looked for once something is wrong.
    match serde_json::from_slice::<Object<T>>(body) {
        Ok(object) => Ok(object.0),
        Err(error) => Err(locate::<T>(body, &error)),
    }
}

fn locate<T: DeserializeOwned>(body: &[u8], error: &serde_json::Error) -> Refusal {
    if matches!(error.classify(), Category::Syntax | Category::Eof) {
        return malformed(body, error);
    }
    let mut json = serde_json::Deserializer::from_slice(body);
    let path = serde_path_to_error::deserialize::<_, Object<T>>(&mut json)
        .err()
        .map(|located| located.path().to_string())
        .filter(|path| path != ".");
    let place = path.as_deref().map_or_else(|| "The body".to_owned(), |path| format!("`{path}`"));
    Refusal {
        code: ErrorCode::ValidationError,
        message: format!("{place} is not as it must be: {}.", reason(error)),
        path,
    }
}

fn malformed(body: &[u8], error: &serde_json::Error) -> Refusal {
    let message = if body.iter().all(u8::is_ascii_whitespace) {
        "The request has no body. Send a JSON object.".to_owned()
    } else {
        format!(
            "The body is not JSON: {} at line {}, column {}.",
            reason(error),
            error.line(),
            error.column(),
        )
    };
    Refusal { code: ErrorCode::ValidationError, message, path: None }
}

/// Returns what serde says is wrong, without its place: the path says that better.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(at) => text[..at].to_owned(),
        None => text,
    }
}

/// A `T` that is written as a JSON object; serde alone would take an array for a struct as well.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }
}
