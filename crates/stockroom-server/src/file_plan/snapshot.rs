//! Reading a snapshot of the stock from a file.

use std::path::Path;

use serde_json::Value;
use stockroom_api::inventory::InventoryItem;
use stockroom_domain::stock::Product;

use super::unusable;
use crate::commands::Ended;

/// Reads the inventory list's items, alone or in their envelope.
pub(crate) fn read(file: &Path) -> Ended<Vec<Product>> {
    let shown = file.display();
    let bytes =
        std::fs::read(file).map_err(|error| unusable(format!("cannot read {shown}: {error}.")))?;
    let json: Value = serde_json::from_slice(&bytes)
        .map_err(|error| unusable(format!("{shown} is not JSON: {error}.")))?;
    let items =
        items(json).map_err(|error| unusable(format!("{shown} is no snapshot: {error}")))?;
    Ok(items.into_iter().map(Into::into).collect())
}

/// Returns the items of a list, alone, in a page, or in a page in its envelope.
fn items(json: Value) -> Result<Vec<InventoryItem>, String> {
    let array = match json {
        Value::Array(array) => Value::Array(array),
        Value::Object(mut object) => {
            let mut page = object.remove("data").unwrap_or(Value::Object(object));
            page.get_mut("items")
                .map(Value::take)
                .ok_or("it has no `items`. Save the answer of GET /api/v1/dev/store/inventory.")?
        }
        _ => return Err("it is neither a list nor an object.".to_owned()),
    };
    serde_path_to_error::deserialize(array)
        .map_err(|error| format!("items{}: {}.", error.path(), error.inner()))
}
