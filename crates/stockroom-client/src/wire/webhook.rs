//! Endpoints of webhooks, and what was delivered to them.

use serde_json::Value;
use stockroom_api::webhook::{
    Attempt, DeletedEndpoint, DeliveredProduct, Delivery, DeliveryPage, DeliveryState,
    DisabledReason, Endpoint, EndpointPage, EventKind, RetriedDeliveries,
};

use super::{Wire, maybe, needed};

impl Wire for u16 {
    fn of(value: &Value) -> Option<Self> {
        value.as_u64()?.try_into().ok()
    }
}

impl Wire for EndpointPage {
    fn of(value: &Value) -> Option<Self> {
        Some(Self {
            items: needed(value, "items")?,
            page: needed(value, "page")?,
            limit: needed(value, "limit")?,
            total: needed(value, "total")?,
            has_more: needed(value, "hasMore")?,
        })
    }
}

impl Wire for Endpoint {
    fn of(value: &Value) -> Option<Self> {
        Some(Self {
            id: needed(value, "id")?,
            url: needed(value, "url")?,
            events: needed(value, "events")?,
            active: needed(value, "active")?,
            secret: maybe(value, "secret")?,
            signing_secret: maybe(value, "signingSecret")?,
            disabled_reason: maybe(value, "disabledReason")?,
            disabled_at: maybe(value, "disabledAt")?,
            failing_since: maybe(value, "failingSince")?,
            old_secret_until: maybe(value, "oldSecretUntil")?,
            created_at: needed(value, "createdAt")?,
            updated_at: needed(value, "updatedAt")?,
        })
    }
}

impl Wire for EventKind {
    fn of(value: &Value) -> Option<Self> {
        value.as_str().map(Self::from_api)
    }
}

impl Wire for DisabledReason {
    fn of(value: &Value) -> Option<Self> {
        Some(match value.as_str()? {
            "gone" => Self::Gone,
            "failing" => Self::Failing,
            _ => Self::Unknown,
        })
    }
}

impl Wire for DeletedEndpoint {
    fn of(value: &Value) -> Option<Self> {
        Some(Self { id: needed(value, "id")?, deleted: needed(value, "deleted")? })
    }
}

impl Wire for DeliveryPage {
    fn of(value: &Value) -> Option<Self> {
        Some(Self {
            items: needed(value, "items")?,
            page: needed(value, "page")?,
            limit: needed(value, "limit")?,
            total: needed(value, "total")?,
            has_more: needed(value, "hasMore")?,
        })
    }
}

impl Wire for Delivery {
    fn of(value: &Value) -> Option<Self> {
        Some(Self {
            id: needed(value, "id")?,
            endpoint_id: needed(value, "endpointId")?,
            event_id: needed(value, "eventId")?,
            event: needed(value, "event")?,
            product: maybe(value, "product")?,
            state: needed(value, "state")?,
            attempts: needed(value, "attempts")?,
            created_at: needed(value, "createdAt")?,
            next_attempt_at: maybe(value, "nextAttemptAt")?,
            last_attempt: maybe(value, "lastAttempt")?,
            payload: maybe(value, "payload")?,
            attempt_log: maybe(value, "attemptLog")?,
        })
    }
}

impl Wire for DeliveredProduct {
    fn of(value: &Value) -> Option<Self> {
        Some(Self {
            id: needed(value, "id")?,
            external_id: maybe(value, "externalId")?,
            name: needed(value, "name")?,
        })
    }
}

impl Wire for RetriedDeliveries {
    fn of(value: &Value) -> Option<Self> {
        Some(Self { retried: needed(value, "retried")?, left: needed(value, "left")? })
    }
}

impl Wire for DeliveryState {
    fn of(value: &Value) -> Option<Self> {
        value.as_str().map(Self::from_api)
    }
}

impl Wire for Attempt {
    fn of(value: &Value) -> Option<Self> {
        Some(Self {
            at: needed(value, "at")?,
            duration_ms: needed(value, "durationMs")?,
            status: maybe(value, "status")?,
            error: maybe(value, "error")?,
            response: maybe(value, "response")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint() -> Endpoint {
        Endpoint {
            id: "we_1".into(),
            url: "https://shop.example/hooks".into(),
            events: vec![EventKind::StockLow, EventKind::StockOut],
            active: true,
            secret: Some("00ff".into()),
            signing_secret: Some("whsec_AP8=".into()),
            disabled_reason: None,
            disabled_at: None,
            failing_since: None,
            old_secret_until: None,
            created_at: "2026-11-24T10:00:00.000Z".into(),
            updated_at: "2026-11-24T10:00:00.000Z".into(),
        }
    }

    /// What the server writes is what is read, field by field.
    #[test]
    fn it_reads_what_serde_writes() {
        let at = || "2026-11-24T10:00:00.000Z".to_owned();
        let mut items = vec![endpoint()];
        for reason in [DisabledReason::Gone, DisabledReason::Failing] {
            items.push(Endpoint {
                active: false,
                secret: None,
                signing_secret: None,
                disabled_reason: Some(reason),
                disabled_at: Some(at()),
                failing_since: Some(at()),
                old_secret_until: Some(at()),
                ..endpoint()
            });
        }
        let page = EndpointPage { items, page: 1, limit: 100, total: 3, has_more: false };
        let written = serde_json::to_value(&page).unwrap();
        assert_eq!(EndpointPage::of(&written), Some(page));

        let refused = Attempt {
            at: at(),
            duration_ms: 84,
            status: Some(503),
            error: Some("The endpoint answered 503.".into()),
            response: Some("down".into()),
        };
        let silent = Attempt { status: None, response: None, ..refused.clone() };
        let first = Delivery {
            id: "dlv_1".into(),
            endpoint_id: "we_1".into(),
            event_id: "evt_1".into(),
            event: EventKind::Test,
            product: None,
            state: DeliveryState::Pending,
            attempts: 0,
            created_at: at(),
            next_attempt_at: Some(at()),
            last_attempt: None,
            payload: None,
            attempt_log: None,
        };
        let whole = Delivery {
            event: EventKind::StockOut,
            product: Some(DeliveredProduct {
                id: "p1".into(),
                external_id: None,
                name: "Riz".into(),
            }),
            state: DeliveryState::Failed,
            attempts: 8,
            next_attempt_at: None,
            last_attempt: Some(refused.clone()),
            payload: Some("{\"id\":\"evt_1\"}".into()),
            attempt_log: Some(vec![refused, silent]),
            ..first.clone()
        };
        let items = vec![whole, first];
        let page = DeliveryPage { items, page: 1, limit: 25, total: 2, has_more: false };
        let written = serde_json::to_value(&page).unwrap();
        assert_eq!(DeliveryPage::of(&written), Some(page));

        let gone = DeletedEndpoint { id: "we_1".into(), deleted: true };
        assert_eq!(DeletedEndpoint::of(&serde_json::to_value(&gone).unwrap()), Some(gone));
    }

    #[test]
    fn what_later_servers_add_is_read_as_unknown() {
        let mut written = serde_json::to_value(endpoint()).unwrap();
        written["events"] = serde_json::json!(["product.returned"]);
        written["disabledReason"] = "tired".into();
        let read = Endpoint::of(&written).unwrap();
        assert_eq!(read.events, [EventKind::Unknown]);
        assert_eq!(read.disabled_reason, Some(DisabledReason::Unknown));
        written["active"] = "yes".into();
        assert_eq!(Endpoint::of(&written), None);
    }
}
