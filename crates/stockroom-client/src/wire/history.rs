//! The stock history and its runs.

use serde_json::Value;
use stockroom_api::bulk::Mode;
use stockroom_api::history::{
    Ended, HistoryEntry, HistoryPage, KeyShown, RunPage, RunShown, Source, UserShown,
};

use super::{Wire, maybe, needed, or_default};

impl Wire for HistoryPage {
    fn of(value: &Value) -> Option<Self> {
        Some(Self {
            items: needed(value, "items")?,
            limit: or_default(value, "limit")?,
            has_more: needed(value, "hasMore")?,
            next_cursor: maybe(value, "nextCursor")?,
        })
    }
}

impl Wire for HistoryEntry {
    fn of(value: &Value) -> Option<Self> {
        Some(Self {
            at: needed(value, "at")?,
            product_id: maybe(value, "productId")?,
            external_id: maybe(value, "externalId")?,
            name: maybe(value, "name")?,
            variant_id: maybe(value, "variantId")?,
            label: maybe(value, "label")?,
            mode: needed(value, "mode")?,
            quantity: maybe(value, "quantity")?,
            quantity_delta: maybe(value, "quantityDelta")?,
            before: maybe(value, "before")?,
            after: needed(value, "after")?,
            delta: needed(value, "delta")?,
            ended: maybe(value, "ended")?,
            source: needed(value, "source")?,
            key: maybe(value, "key")?,
            user: maybe(value, "user")?,
            by_session: maybe(value, "bySession")?,
            request_id: or_default(value, "requestId")?,
            run_id: maybe(value, "runId")?,
            reason: maybe(value, "reason")?,
        })
    }
}

impl Wire for Mode {
    fn of(value: &Value) -> Option<Self> {
        match value.as_str()? {
            "set" => Some(Self::Set),
            "adjust" => Some(Self::Adjust),
            _ => None,
        }
    }
}

impl Wire for Source {
    fn of(value: &Value) -> Option<Self> {
        match value.as_str()? {
            "bulk" => Some(Self::Bulk),
            "single" => Some(Self::Single),
            "variant" => Some(Self::Variant),
            "product" => Some(Self::Product),
            "import" => Some(Self::Import),
            _ => None,
        }
    }
}

impl Wire for Ended {
    fn of(value: &Value) -> Option<Self> {
        match value.as_str()? {
            "untracked" => Some(Self::Untracked),
            "deleted" => Some(Self::Deleted),
            _ => None,
        }
    }
}

impl Wire for KeyShown {
    fn of(value: &Value) -> Option<Self> {
        Some(Self {
            id: needed(value, "id")?,
            name: maybe(value, "name")?,
            hint: maybe(value, "hint")?,
        })
    }
}

impl Wire for UserShown {
    fn of(value: &Value) -> Option<Self> {
        Some(Self { id: needed(value, "id")?, name: needed(value, "name")? })
    }
}

impl Wire for RunPage {
    fn of(value: &Value) -> Option<Self> {
        Some(Self {
            items: needed(value, "items")?,
            limit: or_default(value, "limit")?,
            has_more: needed(value, "hasMore")?,
            next_cursor: maybe(value, "nextCursor")?,
        })
    }
}

impl Wire for RunShown {
    fn of(value: &Value) -> Option<Self> {
        Some(Self {
            run_id: needed(value, "runId")?,
            reason: maybe(value, "reason")?,
            fingerprint: maybe(value, "fingerprint")?,
            started_at: needed(value, "startedAt")?,
            ended_at: needed(value, "endedAt")?,
            key: maybe(value, "key")?,
            user: maybe(value, "user")?,
            by_session: maybe(value, "bySession")?,
            requests: needed(value, "requests")?,
            products: needed(value, "products")?,
            levels: needed(value, "levels")?,
            units_added: needed(value, "unitsAdded")?,
            units_removed: needed(value, "unitsRemoved")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the server writes is what is read, field by field.
    #[test]
    fn it_reads_what_serde_writes() {
        let key = KeyShown { id: "k1".into(), name: Some("Till".into()), hint: None };
        let entry = HistoryEntry {
            at: "2026-11-24T10:00:00Z".into(),
            product_id: Some("p1".into()),
            external_id: Some("THIEB-001".into()),
            name: Some("Thiéboudienne".into()),
            variant_id: Some("v1".into()),
            label: Some("Grand".into()),
            mode: Mode::Adjust,
            quantity: None,
            quantity_delta: Some(-9),
            before: Some(2),
            after: 0,
            delta: -2,
            ended: None,
            source: Source::Single,
            key: Some(key.clone()),
            user: None,
            by_session: Some(true),
            request_id: "r1".into(),
            run_id: Some("run-1".into()),
            reason: Some("damaged".into()),
        };
        let set = HistoryEntry {
            mode: Mode::Set,
            quantity: Some(0),
            source: Source::Bulk,
            ..entry.clone()
        };
        let mut items = vec![entry.clone(), set];
        for (source, ended) in [
            (Source::Variant, None),
            (Source::Product, Some(Ended::Untracked)),
            (Source::Import, Some(Ended::Deleted)),
        ] {
            items.push(HistoryEntry { source, ended, ..entry.clone() });
        }
        let user = Some(UserShown { id: "u1".into(), name: "Aïcha".into() });
        items.push(HistoryEntry { key: None, user: user.clone(), ..entry });
        let page = HistoryPage { items, limit: 100, has_more: true, next_cursor: Some("c".into()) };
        let written = serde_json::to_value(&page).unwrap();
        assert_eq!(HistoryPage::of(&written), Some(page));

        let run = RunShown {
            run_id: "run-1".into(),
            reason: None,
            fingerprint: Some("f".into()),
            started_at: "2026-11-24T10:00:00Z".into(),
            ended_at: "2026-11-24T10:01:00Z".into(),
            key: Some(key),
            user: None,
            by_session: None,
            requests: 3,
            products: 410,
            levels: 412,
            units_added: 5,
            units_removed: 9,
        };
        let by_person = RunShown { key: None, user, ..run.clone() };
        let page =
            RunPage { items: vec![run, by_person], limit: 1, has_more: false, next_cursor: None };
        let written = serde_json::to_value(&page).unwrap();
        assert_eq!(RunPage::of(&written), Some(page));
    }
}
