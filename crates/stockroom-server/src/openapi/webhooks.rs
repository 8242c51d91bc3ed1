//! The operations of webhooks.

use serde_json::{Map, Value, json};
use stockroom_api::webhook::EventKind;
use stockroom_api::{header, path};

use super::operations::{Answer, LIMIT, Operation, PAGE, Parameter, Place, Shape, query};
use super::schemas;

const ENDPOINT_ID: Parameter = Parameter {
    name: "id",
    place: Place::Path,
    description: "The endpoint's id",
    schema: Shape::Text(256),
};
const DELIVERY_ID: Parameter = Parameter {
    name: "id",
    place: Place::Path,
    description: "The delivery's id",
    schema: Shape::Text(256),
};

const ENDPOINT_NOT_FOUND: (u16, &str) = (404, "`WEBHOOK_ENDPOINT_NOT_FOUND`");
const DELIVERY_NOT_FOUND: (u16, &str) = (404, "`WEBHOOK_DELIVERY_NOT_FOUND`");
const INACTIVE: (u16, &str) = (409, "`WEBHOOK_ENDPOINT_INACTIVE`: it is turned off");

const READ: Option<&str> = Some("webhooks.endpoints:read");
const MANAGE: Option<&str> = Some("webhooks.endpoints:manage");
const READ_DELIVERIES: Option<&str> = Some("webhooks.deliveries:read");
const RETRY: Option<&str> = Some("webhooks.deliveries:retry");

/// Returns what the server sends to endpoints, by the kind of event.
pub(super) fn events() -> Map<String, Value> {
    let mut events = Map::new();
    for (kind, summary, data) in [
        (EventKind::StockLow, "A product's level went below its threshold", "StockData"),
        (EventKind::StockOut, "A product's level reached 0", "StockData"),
        (EventKind::Test, "Somebody asked for it", "TestData"),
    ] {
        events.insert(kind.to_string(), event(kind, summary, data));
    }
    events
}

fn event(kind: EventKind, summary: &str, data: &str) -> Value {
    let headers = [
        (header::WEBHOOK_ID, "The event's id, the same in every try"),
        (header::WEBHOOK_TIMESTAMP, "When it is sent, in Unix seconds"),
        (
            header::WEBHOOK_SIGNATURE,
            "`v1,` and HMAC-SHA256 in base64; two of them after a rotation",
        ),
    ];
    let header = |(name, description)| {
        json!({ "name": name, "in": "header", "required": true, "description": description,
            "schema": { "type": "string" } })
    };
    let time = json!({ "type": "string", "format": "date-time" });
    let schema = json!({
        "type": "object",
        "required": ["id", "event", "timestamp", "created_at", "sandbox", "data"],
        "properties": {
            "id": { "type": "string", "description": "The event's id, as in the header" },
            "event": { "const": kind.as_str() },
            "timestamp": time,
            "created_at": time,
            "sandbox": { "type": "boolean", "description": "Whether it is about test data" },
            "data": schemas::reference(data),
        },
    });
    json!({ "post": {
        "tags": ["Webhooks"],
        "summary": summary,
        "parameters": headers.map(header),
        "requestBody": {
            "required": true,
            "content": { "application/json": { "schema": schema } },
        },
        "responses": { "2XX": { "description": "It was taken; anything else is sent again" } },
    } })
}

/// Every operation of webhooks.
pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "listWebhookEndpoints",
        method: "get",
        path: path::WEBHOOK_ENDPOINTS,
        tag: "Webhooks",
        summary: "List the endpoints",
        description: "All of them, without their secrets.",
        scope: READ,
        parameters: &[],
        body: None,
        status: 200,
        answered: "The endpoints",
        answer: Answer::Data("EndpointPage"),
        refused: &[],
    },
    Operation {
        id: "createWebhookEndpoint",
        method: "post",
        path: path::WEBHOOK_ENDPOINTS,
        tag: "Webhooks",
        summary: "Make an endpoint",
        description: "This answer alone tells `secret` and `signingSecret`. The address must be \
            public and `https`, unless the operator allows others.",
        scope: MANAGE,
        parameters: &[],
        body: Some("NewEndpoint"),
        status: 201,
        answered: "The endpoint with its secret",
        answer: Answer::Data("Endpoint"),
        refused: &[(409, "`WEBHOOK_ENDPOINT_LIMIT`: there are 5 already")],
    },
    Operation {
        id: "getWebhookEndpoint",
        method: "get",
        path: "/api/v1/dev/webhooks/endpoints/{id}",
        tag: "Webhooks",
        summary: "Read an endpoint",
        description: "Without its secret.",
        scope: READ,
        parameters: &[ENDPOINT_ID],
        body: None,
        status: 200,
        answered: "The endpoint",
        answer: Answer::Data("Endpoint"),
        refused: &[ENDPOINT_NOT_FOUND],
    },
    Operation {
        id: "updateWebhookEndpoint",
        method: "put",
        path: "/api/v1/dev/webhooks/endpoints/{id}",
        tag: "Webhooks",
        summary: "Change an endpoint",
        description: "What is left out stays. `\"active\": true` also turns on what the server had \
            turned off.",
        scope: MANAGE,
        parameters: &[ENDPOINT_ID],
        body: Some("EndpointChanges"),
        status: 200,
        answered: "The endpoint",
        answer: Answer::Data("Endpoint"),
        refused: &[ENDPOINT_NOT_FOUND],
    },
    Operation {
        id: "deleteWebhookEndpoint",
        method: "delete",
        path: "/api/v1/dev/webhooks/endpoints/{id}",
        tag: "Webhooks",
        summary: "Delete an endpoint",
        description: "With what is on its way there.",
        scope: MANAGE,
        parameters: &[ENDPOINT_ID],
        body: None,
        status: 200,
        answered: "Its id",
        answer: Answer::Data("DeletedEndpoint"),
        refused: &[ENDPOINT_NOT_FOUND],
    },
    Operation {
        id: "rotateWebhookSecret",
        method: "post",
        path: "/api/v1/dev/webhooks/endpoints/{id}/secret",
        tag: "Webhooks",
        summary: "Make a new secret",
        description: "This answer alone tells it. The old one goes on signing beside it for \
            `graceHours`.",
        scope: MANAGE,
        parameters: &[ENDPOINT_ID],
        body: Some("Rotation"),
        status: 200,
        answered: "The endpoint with its new secret",
        answer: Answer::Data("Endpoint"),
        refused: &[ENDPOINT_NOT_FOUND],
    },
    Operation {
        id: "testWebhookEndpoint",
        method: "post",
        path: "/api/v1/dev/webhooks/endpoints/{id}/test",
        tag: "Webhooks",
        summary: "Send a test event",
        description: "It goes the way of every event; read the delivery to see what came of it.",
        scope: MANAGE,
        parameters: &[ENDPOINT_ID],
        body: None,
        status: 202,
        answered: "The delivery",
        answer: Answer::Data("Delivery"),
        refused: &[ENDPOINT_NOT_FOUND, INACTIVE],
    },
    Operation {
        id: "listWebhookDeliveries",
        method: "get",
        path: "/api/v1/dev/webhooks/endpoints/{id}/deliveries",
        tag: "Webhooks",
        summary: "What was sent to an endpoint",
        description: "The newest first, of the last 30 days.",
        scope: READ_DELIVERIES,
        parameters: &[
            ENDPOINT_ID,
            query(
                "state",
                Shape::Word(&["pending", "delivered", "failed"]),
                "Only deliveries in this state",
            ),
            PAGE,
            LIMIT,
        ],
        body: None,
        status: 200,
        answered: "A page",
        answer: Answer::Data("DeliveryPage"),
        refused: &[ENDPOINT_NOT_FOUND],
    },
    Operation {
        id: "getWebhookDelivery",
        method: "get",
        path: "/api/v1/dev/webhooks/deliveries/{id}",
        tag: "Webhooks",
        summary: "Read a delivery",
        description: "With its body and every attempt.",
        scope: READ_DELIVERIES,
        parameters: &[DELIVERY_ID],
        body: None,
        status: 200,
        answered: "The delivery",
        answer: Answer::Data("Delivery"),
        refused: &[DELIVERY_NOT_FOUND],
    },
    Operation {
        id: "retryFailedWebhookDeliveries",
        method: "post",
        path: "/api/v1/dev/webhooks/endpoints/{id}/retry",
        tag: "Webhooks",
        summary: "Send all failed events again",
        description: "The oldest first, up to 1,000 at once, with all their tries before them; \
            `left` tells how many more there are.",
        scope: RETRY,
        parameters: &[ENDPOINT_ID],
        body: None,
        status: 202,
        answered: "How many",
        answer: Answer::Data("RetriedDeliveries"),
        refused: &[ENDPOINT_NOT_FOUND, INACTIVE],
    },
    Operation {
        id: "retryWebhookDelivery",
        method: "post",
        path: "/api/v1/dev/webhooks/deliveries/{id}/retry",
        tag: "Webhooks",
        summary: "Send an event again",
        description: "At once, whatever became of it, with all its tries before it.",
        scope: RETRY,
        parameters: &[DELIVERY_ID],
        body: None,
        status: 202,
        answered: "The delivery",
        answer: Answer::Data("Delivery"),
        refused: &[
            DELIVERY_NOT_FOUND,
            INACTIVE,
            (409, "`WEBHOOK_DELIVERY_IN_PROGRESS`: it is being sent at this moment"),
        ],
    },
];
