//! The API as an `OpenAPI` 3.1 document, for machines: schemas from the wire types themselves, and a
//! table of the operations.

mod operations;
mod schemas;
mod webhooks;

use serde_json::{Map, Value, json};
use stockroom_api::header;

use self::operations::{Answer, OPERATIONS, Operation, Parameter, Place};

/// The schemas of bodies that may be left out.
const OPTIONAL_BODIES: [&str; 1] = ["Rotation"];

/// Returns the document.
pub fn document() -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Stockroom Store API",
            "version": "1",
            "summary": "Stock levels and products of a shop",
            "description": "Decide by `error.code`, show `error.message`. Give every write an \
                `X-Idempotency-Key` and send it again with the same key when no answer came.",
            "license": { "name": "MIT", "identifier": "MIT" },
        },
        "servers": [{ "url": "/" }],
        "externalDocs": { "url": "/docs", "description": "The same to read, with examples" },
        "tags": operations::TAGS.map(|(name, description)| {
            json!({ "name": name, "description": description })
        }),
        "security": [{ "key": [] }],
        "paths": paths(),
        "webhooks": webhooks::events(),
        "components": {
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "`pk_` keys read, `sk_` keys read and write; `_test_` and \
                        `_live_` data are apart.",
                },
            },
            "schemas": schemas::all(),
            "headers": answer_headers(),
        },
    })
}

fn paths() -> Map<String, Value> {
    let mut paths = Map::new();
    for operation in OPERATIONS.iter().chain(webhooks::OPERATIONS) {
        let entry = paths.entry(operation.path).or_insert_with(|| json!({}));
        entry[operation.method] = describe(operation);
    }
    paths
}

fn describe(operation: &Operation) -> Value {
    let is_write = operation.method != "get";
    let mut parameters: Vec<Value> = operation.parameters.iter().map(parameter).collect();
    if is_write {
        parameters.extend(operations::WRITE_HEADERS.iter().map(parameter));
    }
    let mut described = json!({
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": description(operation),
        "parameters": parameters,
        "responses": responses(operation),
    });
    if let Some(body) = operation.body {
        described["requestBody"] = json!({
            "required": !OPTIONAL_BODIES.contains(&body),
            "content": { "application/json": { "schema": schemas::reference(body) } },
        });
    }
    if operation.scope.is_none() {
        described["security"] = json!([]);
    }
    described
}

fn description(operation: &Operation) -> String {
    match operation.scope {
        Some(scope) => format!("{}\n\nScope: `{scope}`.", operation.description),
        None => operation.description.to_owned(),
    }
}

fn parameter(parameter: &Parameter) -> Value {
    let place = match parameter.place {
        Place::Path => "path",
        Place::Query => "query",
        Place::Header => "header",
    };
    json!({
        "name": parameter.name,
        "in": place,
        "required": parameter.place == Place::Path,
        "description": parameter.description,
        "schema": parameter.schema.to_json(),
    })
}

fn responses(operation: &Operation) -> Map<String, Value> {
    let mut responses = Map::new();
    let headers: Map<String, Value> = answer_headers()
        .keys()
        .map(|name| {
            let reference = json!({ "$ref": format!("#/components/headers/{name}") });
            (name.clone(), reference)
        })
        .collect();
    let content = match operation.answer {
        Answer::Data(schema) => json!({ "application/json": { "schema": {
            "type": "object",
            "required": ["success", "data"],
            "properties": { "success": { "const": true }, "data": schemas::reference(schema) },
        } } }),
        Answer::Text(content_type) => json!({ content_type: { "schema": { "type": "string" } } }),
    };
    responses.insert(
        operation.status.to_string(),
        json!({ "description": operation.answered, "headers": headers, "content": content }),
    );
    if matches!(operation.answer, Answer::Text(_)) {
        let unchanged =
            json!({ "description": "As `If-None-Match` knows it.", "headers": headers });
        responses.insert("304".to_owned(), unchanged);
    }
    for (status, description) in operation.refusals() {
        let answer = json!({
            "description": description,
            "headers": headers,
            "content": { "application/json": { "schema": schemas::reference("ErrorBody") } },
        });
        responses.insert(status.to_string(), answer);
    }
    responses
}

fn answer_headers() -> Map<String, Value> {
    let integer = |description: &str| json!({ "description": description, "schema": { "type": "integer", "minimum": 0 } });
    let mut headers = Map::new();
    let mut add = |name: &str, value: Value| headers.insert(name.to_owned(), value);
    add(header::RATE_LIMIT, integer("The requests of the tighter window, where limits are on"));
    add(header::RATE_REMAINING, integer("What is left of the tighter window"));
    add(header::RATE_RESET, integer("When the tighter window starts anew, in Unix seconds"));
    add(header::RATE_DAY_LIMIT, integer("The requests of the store's day"));
    add(header::RATE_DAY_REMAINING, integer("What is left of the store's day"));
    add(header::RETRY_AFTER, integer("Seconds to wait before trying again"));
    add(
        header::IDEMPOTENT_REPLAYED,
        json!({
            "description": "It is the kept answer of the first request with this key",
            "schema": { "const": "true" },
        }),
    );
    headers
}
