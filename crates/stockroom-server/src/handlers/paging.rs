//! The `page` and `limit` of a list, and which products it holds.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use axum::http::{StatusCode, Uri};
use stockroom_api::code::ErrorCode;
use stockroom_api::inventory::Which;
use stockroom_api::limits::MAX_PAGE_SIZE;
use stockroom_api::read::Refusal;

use crate::app::App;
use crate::error::ApiError;
use crate::store::Store;
use crate::store::data::Page;

/// The parameters of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listing {
    /// Which products.
    pub which: Which,
    /// Which part of them.
    pub page: Page,
}

impl<S: Store> FromRequestParts<App<S>> for Listing {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &App<S>) -> Result<Self, ApiError> {
        Ok(read(&parameters(&parts.uri)?)?)
    }
}

/// Returns the parameters of an address, in order.
///
/// # Errors
/// 400 where they are not percent-encoded UTF-8.
pub(super) fn parameters(uri: &Uri) -> Result<Vec<(String, String)>, ApiError> {
    let pairs = Query::try_from_uri(uri).map_err(|_| {
        let message = "The address's parameters are not percent-encoded UTF-8.";
        ApiError::new(StatusCode::BAD_REQUEST, ErrorCode::ValidationError, message)
    })?;
    Ok(pairs.0)
}

fn read(pairs: &[(String, String)]) -> Result<Listing, Refusal> {
    let mut listing = Listing { which: Which::All, page: Page { number: 1, limit: MAX_PAGE_SIZE } };
    for (name, value) in pairs {
        match name.as_str() {
            "page" => listing.page.number = from_one(name, value)?,
            "limit" => listing.page.limit = from_one(name, value)?.min(MAX_PAGE_SIZE),
            "lowStock" => listing.which = read_which(value)?,
            _ => {}
        }
    }
    Ok(listing)
}

/// Returns a whole number from 1.
pub(super) fn from_one(name: &str, value: &str) -> Result<u64, Refusal> {
    let is_digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    // A page beyond all numbers is as empty as the last that has one.
    let number = if is_digits { value.parse().unwrap_or(u64::MAX) } else { 0 };
    if number >= 1 {
        return Ok(number);
    }
    let message = format!("`{name}` is \"{value}\": it must be a whole number from 1.");
    Err(Refusal::at(name, message))
}

fn read_which(value: &str) -> Result<Which, Refusal> {
    match value {
        "true" => Ok(Which::Low),
        "false" | "" => Ok(Which::All),
        _ => {
            let message = format!("`lowStock` is \"{value}\": it must be true or false.");
            Err(Refusal::at("lowStock", message))
        }
    }
}
