//! The `page` and `limit` of a list, and which products it holds.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use axum::http::{StatusCode, Uri};
use stockroom_api::code::ErrorCode;
use stockroom_api::inventory::Which;
use stockroom_api::limits::{MAX_EXTERNAL_ID_CHARACTERS, MAX_PAGE_SIZE};
use stockroom_api::product::Status;
use stockroom_api::read::Refusal;

use crate::app::App;
use crate::error::ApiError;
use crate::store::Store;
use crate::store::data::Page;
use crate::store::products::ProductFilter;

/// The page that is read where none is asked for.
const FIRST_PAGE: Page = Page { number: 1, limit: MAX_PAGE_SIZE };

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

/// The parameters of the list of products.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductListing {
    /// Which products.
    pub filter: ProductFilter,
    /// Which part of them.
    pub page: Page,
}

impl<S: Store> FromRequestParts<App<S>> for ProductListing {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &App<S>) -> Result<Self, ApiError> {
        Ok(read_products(&parameters(&parts.uri)?)?)
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
    let mut listing = Listing { which: Which::All, page: FIRST_PAGE };
    for (name, value) in pairs {
        match name.as_str() {
            "lowStock" => listing.which = read_which(value)?,
            _ => read_page(&mut listing.page, name, value)?,
        }
    }
    Ok(listing)
}

fn read_products(pairs: &[(String, String)]) -> Result<ProductListing, Refusal> {
    let mut listing = ProductListing { filter: ProductFilter::default(), page: FIRST_PAGE };
    for (name, value) in pairs {
        match name.as_str() {
            "q" => listing.filter.search = read_search(value)?,
            "status" => listing.filter.status = read_status(value)?,
            _ => read_page(&mut listing.page, name, value)?,
        }
    }
    Ok(listing)
}

fn read_page(page: &mut Page, name: &str, value: &str) -> Result<(), Refusal> {
    match name {
        "page" => page.number = from_one(name, value)?,
        "limit" => page.limit = from_one(name, value)?.min(MAX_PAGE_SIZE),
        _ => {}
    }
    Ok(())
}

/// Returns what is looked for; nothing where it is blank.
fn read_search(value: &str) -> Result<Option<String>, Refusal> {
    let text = value.trim();
    if text.chars().count() > MAX_EXTERNAL_ID_CHARACTERS {
        let message = format!("`q` is longer than {MAX_EXTERNAL_ID_CHARACTERS} characters.");
        return Err(Refusal::at("q", message));
    }
    Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
}

fn read_status(value: &str) -> Result<Option<Status>, Refusal> {
    if value.is_empty() {
        return Ok(None);
    }
    let status = Status::from_api(value).ok_or_else(|| {
        let message = format!("`status` is \"{value}\": it must be ACTIVE or DISABLED.");
        Refusal::at("status", message)
    });
    status.map(Some)
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
