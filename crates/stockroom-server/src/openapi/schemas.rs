//! The schemas of the wire types, as their own definitions and comments make them.

use serde_json::{Map, Value, json};
use stockroom_api::code::ErrorCode;
use stockroom_api::limits::{
    MAX_BULK_ITEMS, MAX_DESCRIPTION_CHARACTERS, MAX_EXTERNAL_ID_CHARACTERS, MAX_LABEL_CHARACTERS,
    MAX_NAME_CHARACTERS, MAX_PRICE, MAX_UNITS, MAX_URL_CHARACTERS, MAX_VARIANTS,
};
use stockroom_api::{
    bulk, capabilities, envelope, history, import, inventory, product, stock, webhook,
};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// Returns the reference to a schema by its name.
pub(super) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// Returns every schema by its name.
pub(super) fn all() -> Map<String, Value> {
    let mut found = Vec::new();
    add::<bulk::BulkRequest>(&mut found);
    add::<bulk::BulkOutcome>(&mut found);
    add::<stock::StockUpdate>(&mut found);
    add::<inventory::InventoryPage>(&mut found);
    add::<product::NewProduct>(&mut found);
    add::<product::ProductPage>(&mut found);
    add::<product::ProductUpdate>(&mut found);
    add::<product::DeletedProduct>(&mut found);
    add::<stock::VariantStockUpdate>(&mut found);
    add::<import::ImportTemplate>(&mut found);
    add::<import::ImportRequest>(&mut found);
    add::<import::ImportResult>(&mut found);
    add::<history::HistoryPage>(&mut found);
    add::<history::RunPage>(&mut found);
    add::<webhook::NewEndpoint>(&mut found);
    add::<webhook::EndpointChanges>(&mut found);
    add::<webhook::Rotation>(&mut found);
    add::<webhook::EndpointPage>(&mut found);
    add::<webhook::DeletedEndpoint>(&mut found);
    add::<webhook::DeliveryPage>(&mut found);
    add::<webhook::RetriedDeliveries>(&mut found);
    add::<webhook::StockData>(&mut found);
    add::<webhook::TestData>(&mut found);
    add::<capabilities::Capabilities>(&mut found);
    add::<envelope::ErrorBody>(&mut found);
    let to_json = |(name, schema): (String, RefOr<Schema>)| {
        let mut schema = serde_json::to_value(schema).unwrap_or_default();
        tidy(&mut schema);
        require(&name, &mut schema);
        bound(&name, &mut schema);
        (name, schema)
    };
    found.into_iter().map(to_json).collect()
}

fn add<T: ToSchema>(found: &mut Vec<(String, RefOr<Schema>)>) {
    T::schemas(found);
    found.push((T::name().into_owned(), <T as PartialSchema>::schema()));
}

/// Makes the links of comments plain, and leaves out what every JSON number here is.
fn tidy(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            fields.remove("format");
            if let Some(Value::String(text)) = fields.get_mut("description") {
                *text = plain(text);
            }
            fields.values_mut().for_each(tidy);
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        _ => {}
    }
}

/// Returns a comment with the names that its links show.
fn plain(comment: &str) -> String {
    let mut text = String::new();
    let mut rest = comment;
    while let Some((before, link)) = rest.split_once("[`") {
        let Some((target, after)) = link.split_once("`]") else { break };
        let name = target.rsplit("::").next().unwrap_or(target);
        text.push_str(before);
        text.push('`');
        text.push_str(name);
        text.push('`');
        rest = after;
    }
    text + rest
}

/// The characters that are trimmed, for a pattern; what `\s` is depends on who reads it.
const WHITE: &str = r"\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000";

/// Returns the pattern of an address of the web, or of a blank text, which is none.
fn web_address() -> String {
    let visible = |more: &str| format!(r"[^{WHITE}{more}\x00-\x1f\x7f-\x9f]");
    let (first, rest) = (visible("/?#"), visible(""));
    format!("^[{WHITE}]*([Hh][Tt][Tt][Pp][Ss]?://{first}{rest}*)?[{WHITE}]*$")
}

/// The requests' schemas: what is optional there may be left out.
const REQUESTS: [&str; 14] = [
    "BulkRequest",
    "BulkItem",
    "BulkVariant",
    "StockUpdate",
    "StockVariant",
    "VariantStockUpdate",
    "NewProduct",
    "NewVariant",
    "ProductUpdate",
    "VariantUpdate",
    "ImportRequest",
    "NewEndpoint",
    "EndpointChanges",
    "Rotation",
];

/// The fields of answers that are left out where they say nothing.
const SOMETIMES: [(&str, &str); 24] = [
    ("Product", "imageUrl"),
    ("HistoryEntry", "ended"),
    ("ImportResult", "refusal"),
    ("ImportRowShown", "changes"),
    ("ImportRowShown", "errors"),
    ("ImportRowShown", "warnings"),
    ("ImportNote", "field"),
    ("ImportNote", "text"),
    ("BulkOutcome", "results"),
    ("ItemError", "code"),
    ("ItemError", "path"),
    ("ItemError", "currentQuantity"),
    ("ItemResult", "quantity"),
    ("HistoryPage", "nextCursor"),
    ("HistoryEntry", "quantity"),
    ("HistoryEntry", "quantityDelta"),
    ("RunPage", "nextCursor"),
    ("Endpoint", "secret"),
    ("Endpoint", "signingSecret"),
    ("Delivery", "product"),
    ("Delivery", "payload"),
    ("Delivery", "attemptLog"),
    ("ErrorDetail", "path"),
    ("ErrorDetail", "currentQuantity"),
];

/// Says of an answer's fields that they are there, also where a client must do without.
fn require(name: &str, schema: &mut Value) {
    if REQUESTS.contains(&name) {
        return;
    }
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
    let is_always = |field: &&String| !SOMETIMES.contains(&(name, field.as_str()));
    schema["required"] = properties.keys().filter(is_always).cloned().collect();
}

/// Adds the bounds that the server holds a request to, and those that every level keeps.
fn bound(name: &str, schema: &mut Value) {
    // Words that clients make do with are no words of the API.
    match name {
        "Status" => schema["enum"] = json!(["ACTIVE", "DISABLED"]),
        "EventKind" | "DisabledReason" | "DeliveryState" => {
            if let Some(Value::Array(words)) = schema.get_mut("enum") {
                words.retain(|word| word != "unknown");
            }
        }
        _ => {}
    }
    let Some(Value::Object(properties)) = schema.get_mut("properties") else { return };
    // A value of a bulk item that is out of bounds is refused for that item alone, so it is not
    // against the schema of the request.
    let is_item = matches!(name, "BulkItem" | "BulkVariant");
    for (field, property) in properties {
        let (lowest, highest) = match field.as_str() {
            _ if is_item => continue,
            "quantity" | "expectedQuantity" | "lowStockThreshold" | "currentQuantity"
            | "before" | "after"
                if property["type"] != json!("object") =>
            {
                (0, MAX_UNITS)
            }
            "quantityDelta" | "delta" => (-MAX_UNITS, MAX_UNITS),
            "price" => (0, MAX_PRICE),
            "priceAdjustment" => (-MAX_PRICE, MAX_PRICE),
            _ => continue,
        };
        if property.get("type").is_some() {
            property["minimum"] = json!(lowest);
            property["maximum"] = json!(highest);
        }
    }
    match name {
        "BulkRequest" => {
            schema["properties"]["items"]["minItems"] = json!(1);
            schema["properties"]["items"]["maxItems"] = json!(MAX_BULK_ITEMS);
        }
        "StockUpdate" => {
            schema["anyOf"] = json!([
                { "properties": { "quantity": { "type": "integer" } }, "required": ["quantity"] },
                { "properties": { "variants": { "minItems": 1 } }, "required": ["variants"] },
            ]);
        }
        "BulkItem" | "BulkVariant" => {
            // A word that is no mode is refused for its item alone too.
            let mode = &mut schema["properties"]["mode"];
            if let Some(Value::Array(mut kinds)) =
                mode.as_object_mut().and_then(|mode| mode.remove("oneOf"))
            {
                kinds.push(json!({ "type": "string" }));
                mode["anyOf"] = json!(kinds);
            }
        }
        "StockVariant" => text(schema, "label", 1, MAX_NAME_CHARACTERS),
        "NewProduct" | "ProductUpdate" => {
            text(schema, "name", 1, MAX_NAME_CHARACTERS);
            text(schema, "externalId", 1, MAX_EXTERNAL_ID_CHARACTERS);
            text(schema, "categoryId", 0, MAX_NAME_CHARACTERS);
            text(schema, "description", 0, MAX_DESCRIPTION_CHARACTERS);
            text(schema, "imageUrl", 0, MAX_URL_CHARACTERS);
            schema["properties"]["imageUrl"]["pattern"] = json!(web_address());
            schema["properties"]["variants"]["maxItems"] = json!(MAX_VARIANTS);
        }
        "NewVariant" | "VariantUpdate" => {
            text(schema, "type", 1, MAX_LABEL_CHARACTERS);
            text(schema, "label", 1, MAX_LABEL_CHARACTERS);
            text(schema, "value", 0, MAX_LABEL_CHARACTERS);
        }
        "NewEndpoint" | "EndpointChanges" => {
            text(schema, "url", 1, webhook::MAX_URL_CHARACTERS);
            schema["properties"]["url"]["pattern"] = json!("^https?://");
            schema["properties"]["events"]["minItems"] = json!(1);
            schema["properties"]["events"]["items"] = json!({ "type": "string", "enum": webhook::EventKind::STOCK.map(webhook::EventKind::as_str) });
            if name == "EndpointChanges" {
                let field = |name: &str, kind: &str| json!({ "properties": { name: { "type": kind } }, "required": [name] });
                schema["anyOf"] = json!([
                    field("url", "string"),
                    field("events", "array"),
                    field("active", "boolean")
                ]);
            }
        }
        "Rotation" => {
            schema["properties"]["graceHours"]["minimum"] = json!(0);
            schema["properties"]["graceHours"]["maximum"] = json!(webhook::MAX_GRACE_HOURS);
        }
        "ErrorDetail" | "ItemError" => {
            let codes: Vec<&str> = ErrorCode::ALL.iter().map(ErrorCode::as_str).collect();
            schema["properties"]["code"]["examples"] = json!(codes);
        }
        _ => {}
    }
}

fn text(schema: &mut Value, field: &str, shortest: usize, longest: usize) {
    let property = &mut schema["properties"][field];
    property["minLength"] = json!(shortest);
    property["maxLength"] = json!(longest);
    if shortest > 0 {
        // Texts are trimmed, and must not be empty then.
        property["pattern"] = json!(format!("[^{WHITE}]"));
    }
}
