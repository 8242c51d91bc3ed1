//! From JSON to the contract's types, field by field.
//!
//! What serde derives for each type is several times as much code, and the app is loaded over
//! slow lines. Absent and `null` are the same; a value of another kind than the contract's is
//! never taken for an absent one. Start at [`Wire`].

mod account;
mod history;
mod import;
mod webhook;

use serde_json::Value;
use stockroom_api::ErrorCode;
use stockroom_api::bulk::{BulkOutcome, ItemError, ItemResult, LevelChange, VariantChange};
use stockroom_api::capabilities::{Capabilities, Limits};
use stockroom_api::inventory::{InventoryItem, InventoryPage, InventoryVariant};
use stockroom_api::key::Environment;
use stockroom_api::product::{Product, ProductPage, Status, Variant};
use stockroom_api::scope::{KeyScope, KeyScopes};

/// What an answer can hold.
pub trait Wire: Sized {
    /// Returns what `value` is, or `None` where it is not such a thing.
    fn of(value: &Value) -> Option<Self>;
}

/// Returns a field where it is there; `None` where it is another kind of value.
#[expect(
    clippy::option_option,
    reason = "there, not there, or of another kind, and no words for it"
)]
fn maybe<T: Wire>(object: &Value, name: &str) -> Option<Option<T>> {
    match field(object, name) {
        None => Some(None),
        Some(value) => T::of(value).map(Some),
    }
}

/// Returns a field, or what it is where it is not there.
fn or_default<T: Wire + Default>(object: &Value, name: &str) -> Option<T> {
    maybe(object, name).map(Option::unwrap_or_default)
}

/// Returns a field that must be there.
fn needed<T: Wire>(object: &Value, name: &str) -> Option<T> {
    T::of(field(object, name)?)
}

fn field<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    object.as_object()?.get(name).filter(|value| !value.is_null())
}

impl Wire for Value {
    fn of(value: &Value) -> Option<Self> {
        Some(value.clone())
    }
}

impl Wire for String {
    fn of(value: &Value) -> Option<Self> {
        value.as_str().map(str::to_owned)
    }
}

impl Wire for bool {
    fn of(value: &Value) -> Option<Self> {
        value.as_bool()
    }
}

impl Wire for i64 {
    fn of(value: &Value) -> Option<Self> {
        value.as_i64()
    }
}

impl Wire for u64 {
    fn of(value: &Value) -> Option<Self> {
        value.as_u64()
    }
}

impl Wire for u32 {
    fn of(value: &Value) -> Option<Self> {
        value.as_u64()?.try_into().ok()
    }
}

impl<T: Wire> Wire for Vec<T> {
    fn of(value: &Value) -> Option<Self> {
        value.as_array()?.iter().map(T::of).collect()
    }
}

impl Wire for InventoryPage {
    fn of(value: &Value) -> Option<Self> {
        Some(Self {
            items: needed(value, "items")?,
            total: needed(value, "total")?,
            page: needed(value, "page")?,
            limit: maybe(value, "limit")?,
            has_more: needed(value, "hasMore")?,
        })
    }
}

impl Wire for InventoryItem {
    fn of(value: &Value) -> Option<Self> {
        value.as_object()?;
        Some(Self {
            product_id: or_default(value, "productId")?,
            external_id: maybe(value, "externalId")?,
            name: or_default(value, "name")?,
            quantity: maybe(value, "quantity")?,
            low_stock_threshold: maybe(value, "lowStockThreshold")?,
            is_low_stock: or_default(value, "isLowStock")?,
            variants: or_default(value, "variants")?,
        })
    }
}

impl Wire for InventoryVariant {
    fn of(value: &Value) -> Option<Self> {
        Some(Self {
            variant_id: or_default(value, "variantId")?,
            label: needed(value, "label")?,
            quantity: maybe(value, "quantity")?,
        })
    }
}

impl Wire for ProductPage {
    fn of(value: &Value) -> Option<Self> {
        Some(Self {
            items: needed(value, "items")?,
            total: needed(value, "total")?,
            page: needed(value, "page")?,
            limit: maybe(value, "limit")?,
            has_more: needed(value, "hasMore")?,
        })
    }
}

impl Wire for Product {
    fn of(value: &Value) -> Option<Self> {
        Some(Self {
            id: needed(value, "id")?,
            external_id: maybe(value, "externalId")?,
            name: or_default(value, "name")?,
            description: maybe(value, "description")?,
            price: or_default(value, "price")?,
            status: or_default(value, "status")?,
            quantity: maybe(value, "quantity")?,
            low_stock_threshold: maybe(value, "lowStockThreshold")?,
            image_url: maybe(value, "imageUrl")?,
            variants: or_default(value, "variants")?,
            created_at: maybe(value, "createdAt")?,
            updated_at: maybe(value, "updatedAt")?,
        })
    }
}

impl Wire for Variant {
    fn of(value: &Value) -> Option<Self> {
        Some(Self {
            id: needed(value, "id")?,
            kind: or_default(value, "type")?,
            label: needed(value, "label")?,
            value: maybe(value, "value")?,
            price_adjustment: maybe(value, "priceAdjustment")?,
            quantity: maybe(value, "quantity")?,
        })
    }
}

impl Wire for Status {
    fn of(value: &Value) -> Option<Self> {
        Some(match value.as_str()? {
            "ACTIVE" => Self::Active,
            "DISABLED" => Self::Disabled,
            _ => Self::Unknown,
        })
    }
}

impl Wire for KeyScopes {
    fn of(value: &Value) -> Option<Self> {
        let words = value.as_array()?.iter().map(Value::as_str);
        let words: Vec<&str> = words.collect::<Option<_>>()?;
        Some(words.into_iter().filter_map(KeyScope::parse).collect())
    }
}

impl Wire for Environment {
    fn of(value: &Value) -> Option<Self> {
        match value.as_str()? {
            "test" => Some(Self::Test),
            "live" => Some(Self::Live),
            _ => None,
        }
    }
}

impl Wire for Capabilities {
    fn of(value: &Value) -> Option<Self> {
        value.as_object()?;
        Some(Self {
            server: or_default(value, "server")?,
            demo: or_default(value, "demo")?,
            sessions: or_default(value, "sessions")?,
            people: or_default(value, "people")?,
            expected_quantity: or_default(value, "expectedQuantity")?,
            representation: or_default(value, "representation")?,
            snapshot: or_default(value, "snapshot")?,
            webhooks: or_default(value, "webhooks")?,
            history: or_default(value, "history")?,
            fingerprints: or_default(value, "fingerprints")?,
            product_import: or_default(value, "productImport")?,
            idempotency_key_required: or_default(value, "idempotencyKeyRequired")?,
            limits: or_default(value, "limits")?,
        })
    }
}

impl Wire for Limits {
    fn of(value: &Value) -> Option<Self> {
        value.as_object()?;
        let usual = Self::default();
        Some(Self {
            bulk_items: maybe(value, "bulkItems")?.unwrap_or(usual.bulk_items),
            page_size: maybe(value, "pageSize")?.unwrap_or(usual.page_size),
            body_bytes: maybe(value, "bodyBytes")?.unwrap_or(usual.body_bytes),
            read_per_minute: maybe(value, "readPerMinute")?,
            read_per_day: maybe(value, "readPerDay")?,
            single_per_minute: maybe(value, "singlePerMinute")?,
            single_per_day: maybe(value, "singlePerDay")?,
            bulk_per_minute: maybe(value, "bulkPerMinute")?,
            bulk_per_day: maybe(value, "bulkPerDay")?,
            product_write_per_minute: maybe(value, "productWritePerMinute")?,
            product_write_per_day: maybe(value, "productWritePerDay")?,
            import_per_hour: maybe(value, "importPerHour")?,
            import_per_day: maybe(value, "importPerDay")?,
            webhook_read_per_minute: maybe(value, "webhookReadPerMinute")?,
            webhook_read_per_day: maybe(value, "webhookReadPerDay")?,
            webhook_write_per_minute: maybe(value, "webhookWritePerMinute")?,
            webhook_write_per_day: maybe(value, "webhookWritePerDay")?,
            webhook_test_per_minute: maybe(value, "webhookTestPerMinute")?,
            webhook_test_per_day: maybe(value, "webhookTestPerDay")?,
            minute_seconds: maybe(value, "minuteSeconds")?,
            hour_seconds: maybe(value, "hourSeconds")?,
            day_seconds: maybe(value, "daySeconds")?,
        })
    }
}

impl Wire for BulkOutcome {
    fn of(value: &Value) -> Option<Self> {
        Some(Self {
            updated: needed(value, "updated")?,
            failed: needed(value, "failed")?,
            errors: or_default(value, "errors")?,
            results: maybe(value, "results")?,
        })
    }
}

impl Wire for ItemError {
    fn of(value: &Value) -> Option<Self> {
        value.as_object()?;
        Some(Self {
            external_id: or_default(value, "externalId")?,
            error: or_default(value, "error")?,
            code: maybe::<String>(value, "code")?.map(|word| ErrorCode::from_api(&word)),
            path: maybe(value, "path")?,
            current_quantity: maybe(value, "currentQuantity")?,
        })
    }
}

impl Wire for ItemResult {
    fn of(value: &Value) -> Option<Self> {
        Some(Self {
            external_id: needed(value, "externalId")?,
            quantity: maybe(value, "quantity")?,
            variants: or_default(value, "variants")?,
        })
    }
}

impl Wire for LevelChange {
    fn of(value: &Value) -> Option<Self> {
        Some(Self {
            before: maybe(value, "before")?,
            after: needed(value, "after")?,
            delta: needed(value, "delta")?,
        })
    }
}

impl Wire for VariantChange {
    fn of(value: &Value) -> Option<Self> {
        Some(Self {
            label: needed(value, "label")?,
            variant_id: needed(value, "variantId")?,
            before: maybe(value, "before")?,
            after: needed(value, "after")?,
            delta: needed(value, "delta")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize;
    use serde::de::DeserializeOwned;
    use serde_json::json;
    use stockroom_api::session::Session;

    use super::*;

    /// Checks that serde, which the server writes and reads with, says the same.
    fn check<T>(value: &Value)
    where
        T: Wire + DeserializeOwned + Serialize + PartialEq + std::fmt::Debug,
    {
        let by_serde = serde_json::from_value::<T>(value.clone()).ok();
        assert_eq!(T::of(value), by_serde, "{value}");
        if let Some(read) = by_serde {
            let written = serde_json::to_value(&read).unwrap();
            assert_eq!(T::of(&written), Some(read), "{written}");
        }
    }

    #[test]
    fn reads_what_serde_reads() {
        let variant = json!({ "variantId": "v", "label": "Grand", "quantity": 2 });
        let item = json!({ "productId": "p", "externalId": "RIZ-25", "name": "Riz", "quantity": 3,
            "lowStockThreshold": 5, "isLowStock": true, "variants": [variant], "more": 1 });
        check::<InventoryItem>(&item);
        check::<InventoryPage>(
            &json!({ "items": [item], "total": 1, "page": 1, "hasMore": false }),
        );
        check::<Product>(&json!({ "id": "p", "status": "ACTIVE", "price": 100, "quantity": null,
            "variants": [{ "id": "v", "type": "size", "label": "Grand", "priceAdjustment": -5 }] }));
        check::<Product>(&json!({ "id": "p", "status": "ARCHIVED" }));
        check::<Session>(
            &json!({ "storeName": "Dakar", "environment": "live", "readOnly": false, "demo": true }),
        );
        check::<Session>(&json!({ "storeName": "Dakar", "environment": "test", "readOnly": false,
            "demo": false, "scopes": ["store.products:read", "store.orders:read"] }));
        check::<Capabilities>(&json!({ "server": "stockroom", "demo": true, "sessions": true,
            "people": true, "expectedQuantity": true, "representation": true, "idempotencyKeyRequired": true,
            "limits": { "bulkItems": 7 } }));
        check::<Capabilities>(&json!({}));
        let change = json!({ "before": null, "after": 3, "delta": 3 });
        let varied =
            json!({ "label": "Grand", "variantId": "v", "before": 1, "after": 0, "delta": -1 });
        check::<BulkOutcome>(&json!({ "updated": 1, "failed": 1,
            "errors": [{ "externalId": "A", "error": "no", "code": "STALE_QUANTITY", "currentQuantity": 4 }],
            "results": [{ "externalId": "B", "quantity": change, "variants": [varied] }] }));
    }

    #[test]
    fn refuses_what_serde_refuses() {
        check::<InventoryItem>(&json!({ "quantity": "12" }));
        check::<InventoryItem>(&json!({ "quantity": 1.5 }));
        check::<InventoryItem>(&json!("RIZ-25"));
        check::<InventoryPage>(&json!({ "items": {}, "total": 1, "page": 1, "hasMore": false }));
        check::<Product>(&json!({ "name": "no id" }));
        check::<Session>(
            &json!({ "storeName": "Dakar", "environment": "other", "readOnly": false, "demo": true }),
        );
        check::<Session>(&json!({ "storeName": "Dakar", "environment": "test", "readOnly": false,
            "demo": false, "scopes": ["store.products:read", 7] }));
        check::<BulkOutcome>(&json!({ "updated": -1, "failed": 0 }));
    }
}
