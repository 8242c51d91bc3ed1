//! Reading the stock from a server of the Store API, page by page.

use std::path::Path;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;
use stockroom_api::header::RETRY_AFTER;
use stockroom_api::inventory::{InventoryItem, InventoryPage, InventoryQuery};
use stockroom_api::path;
use stockroom_api::product::Product;
use ureq::http::Response;
use ureq::{Agent, Body};

use super::unusable;
use crate::commands::{CommandError, Ended};

/// The most SKUs that are looked up one by one.
const MAX_LOOK_UPS: usize = 200;

/// How often a request is sent again because of a rate limit, and the longest wait each time.
const MAX_WAITS: usize = 5;
const LONGEST_WAIT: u64 = 120;

/// Where the key is when it is in no file.
const KEY_VARIABLE: &str = "STOCKROOM_KEY";

/// A server that is read from.
pub(super) struct StoreClient {
    agent: Agent,
    base: String,
    authorization: String,
}

/// Returns the key from `file`, else from the environment.
pub(super) fn key(file: Option<&Path>) -> Ended<String> {
    let key = match file {
        Some(file) => std::fs::read_to_string(file)
            .map_err(|error| unusable(format!("cannot read {}: {error}.", file.display())))?,
        None => std::env::var(KEY_VARIABLE).map_err(|_| {
            unusable(format!("there is no key. Set {KEY_VARIABLE}, or name a file: --key-file."))
        })?,
    };
    Ok(key.trim().to_owned())
}

impl StoreClient {
    pub(super) fn new(url: &str, key: &str) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(30)))
            .build();
        let base = url.trim_end_matches('/');
        Self {
            agent: config.into(),
            base: base.strip_suffix(path::BASE).unwrap_or(base).to_owned(),
            authorization: format!("Bearer {key}"),
        }
    }

    /// Reads the whole inventory list.
    pub(super) fn inventory(&self) -> Ended<Vec<InventoryItem>> {
        let mut items = Vec::new();
        for page in 1.. {
            let query = InventoryQuery { page: Some(page), ..InventoryQuery::default() };
            let path = path::inventory(query);
            let missing = || self.failed(&path, "404: there is no Store API at this address");
            let page: InventoryPage = self.get(&path)?.ok_or_else(missing)?;
            items.extend(page.items);
            if !page.has_more {
                break;
            }
        }
        Ok(items)
    }

    /// Looks SKUs up one by one that the list does not have: untracked, or unknown.
    pub(super) fn look_up(&self, external_ids: &[String]) -> Ended<Vec<Product>> {
        if external_ids.len() > MAX_LOOK_UPS {
            eprintln!(
                "{} SKUs are not in the inventory list; the first {MAX_LOOK_UPS} are looked up \
                 one by one, the others count as unknown",
                external_ids.len()
            );
        }
        let mut found = Vec::new();
        for external_id in external_ids.iter().take(MAX_LOOK_UPS) {
            let product: Option<Product> = self.get(&path::product(external_id))?;
            // The address takes ids too, a file names SKUs only.
            found.extend(product.filter(|p| p.external_id.as_ref() == Some(external_id)));
        }
        Ok(found)
    }

    /// Returns the data at `path`, or `None` where there is nothing.
    fn get<T: DeserializeOwned>(&self, path: &str) -> Ended<Option<T>> {
        let mut answer = self.call(path)?;
        for _ in 0..MAX_WAITS {
            if answer.status() != 429 {
                break;
            }
            let wait = retry_after(&answer);
            eprintln!("the server's rate limit is reached; going on in {wait} s");
            std::thread::sleep(Duration::from_secs(wait));
            answer = self.call(path)?;
        }
        let status = answer.status().as_u16();
        if status == 404 {
            return Ok(None);
        }
        let text = answer
            .body_mut()
            .with_config()
            .limit(256 * 1024 * 1024)
            .read_to_string()
            .map_err(|error| self.failed(path, &error.to_string()))?;
        let json: Option<Value> = serde_json::from_str(&text).ok();
        if status != 200 {
            return Err(self.failed(path, &refusal(status, json.as_ref())));
        }
        let json = json.ok_or_else(|| self.failed(path, "the answer is not JSON"))?;
        // Some answers of the contract's examples have no envelope.
        let data = match json {
            Value::Object(mut object) => object.remove("data").unwrap_or(Value::Object(object)),
            other => other,
        };
        serde_json::from_value(data)
            .map(Some)
            .map_err(|error| self.failed(path, &format!("the answer is not understood: {error}")))
    }

    fn call(&self, path: &str) -> Ended<Response<Body>> {
        let url = format!("{}{path}", self.base);
        self.agent
            .get(&url)
            .header("authorization", &self.authorization)
            .call()
            .map_err(|error| self.failed(path, &error.to_string()))
    }

    fn failed(&self, path: &str, reason: &str) -> CommandError {
        unusable(format!(
            "cannot read the stock from {}{path}: {reason}. Nothing was changed.",
            self.base
        ))
    }
}

fn refusal(status: u16, json: Option<&Value>) -> String {
    let error = json.and_then(|json| json.get("error"));
    let message = error.and_then(|error| error.get("message").unwrap_or(error).as_str());
    match (status, message) {
        (_, Some(message)) => format!("{status}: {}", message.trim_end_matches('.')),
        (429, None) => "429: the rate limit is reached, try again later".to_owned(),
        (_, None) => format!("the server answered with status {status}"),
    }
}

fn retry_after(answer: &Response<Body>) -> u64 {
    let seconds = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    seconds.and_then(|text| text.parse().ok()).unwrap_or(5).clamp(1, LONGEST_WAIT)
}
