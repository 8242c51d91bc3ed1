//! The operations of the API: one entry each, in the order in which they are read.

use serde_json::{Value, json};
use stockroom_api::history::MAX_FINGERPRINT_CHARACTERS;
use stockroom_api::limits::MAX_IDEMPOTENCY_KEY_CHARACTERS;
use stockroom_api::{header, path};

/// One method of one address.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) id: &'static str,
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) tag: &'static str,
    pub(super) summary: &'static str,
    pub(super) description: &'static str,
    /// The scope that a key needs; `None` where no key is needed.
    pub(super) scope: Option<&'static str>,
    pub(super) parameters: &'static [Parameter],
    /// The schema of the body.
    pub(super) body: Option<&'static str>,
    pub(super) status: u16,
    pub(super) answered: &'static str,
    pub(super) answer: Answer,
    /// What it may be refused with beside what every operation may.
    pub(super) refused: &'static [(u16, &'static str)],
}

/// What an operation answers when it is done.
#[derive(Clone, Copy, Debug)]
pub(super) enum Answer {
    /// The envelope around `data` of this schema.
    Data(&'static str),
    /// A text of this content type.
    Text(&'static str),
}

/// A part of the address or a header.
#[derive(Debug)]
pub(super) struct Parameter {
    pub(super) name: &'static str,
    pub(super) place: Place,
    pub(super) description: &'static str,
    pub(super) schema: Shape,
}

/// Where a parameter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Path,
    Query,
    Header,
}

/// What a parameter may be.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    /// A whole number from 1.
    FromOne,
    /// A text of one to so many characters.
    Text(usize),
    /// Any text.
    Any,
    /// Any text but none.
    NotEmpty,
    /// A text that fits this pattern.
    Pattern(&'static str),
    /// One of these words.
    Word(&'static [&'static str]),
    /// A time or a date.
    Time,
}

impl Shape {
    pub(super) fn to_json(self) -> Value {
        match self {
            Self::FromOne => json!({ "type": "integer", "minimum": 1 }),
            Self::Text(longest) => {
                json!({ "type": "string", "minLength": 1, "maxLength": longest })
            }
            Self::NotEmpty => json!({ "type": "string", "minLength": 1 }),
            Self::Any => json!({ "type": "string" }),
            Self::Pattern(pattern) => json!({ "type": "string", "pattern": pattern }),
            Self::Word(words) => json!({ "type": "string", "enum": words }),
            Self::Time => json!({ "anyOf": [
                { "type": "string", "format": "date-time" },
                { "type": "string", "format": "date" },
            ] }),
        }
    }
}

impl Operation {
    /// Returns every refusal by its status, in order.
    pub(super) fn refusals(&self) -> Vec<(u16, String)> {
        let mut all: Vec<(u16, &str)> = self.refused.to_vec();
        if self.scope.is_some() {
            all.extend(REFUSED_ALWAYS);
        }
        if self.method != "get" {
            all.extend(WRITES_REFUSED);
        }
        all.push((500, "`INTERNAL_ERROR`; nothing was changed"));
        all.push((503, "`SERVICE_UNAVAILABLE`: busy; nothing was changed, try again"));
        all.sort_by_key(|(status, _)| *status);
        let mut joined: Vec<(u16, String)> = Vec::new();
        for (status, why) in all {
            match joined.last_mut() {
                Some((last, text)) if *last == status => {
                    text.push_str("; ");
                    text.push_str(why);
                }
                _ => joined.push((status, why.to_owned())),
            }
        }
        joined
    }
}

const REFUSED_ALWAYS: [(u16, &str); 4] = [
    (400, "`VALIDATION_ERROR`: a field or parameter is wrong, `path` names it"),
    (401, "`MISSING_CREDENTIALS`, `INVALID_AUTH_HEADER` or `INVALID_API_KEY`"),
    (
        403,
        "`SCOPE_REQUIRED`, `IP_NOT_ALLOWED`, `API_ACCESS_NOT_ACTIVE` or `LIVE_ACCESS_NOT_APPROVED`",
    ),
    (429, "`RATE_LIMIT_EXCEEDED`, where limits are on"),
];

const WRITES_REFUSED: [(u16, &str); 4] = [
    (400, "`IDEMPOTENCY_KEY_REQUIRED`, where the operator asks for one"),
    (403, "`SECRET_KEY_REQUIRED`: the key only reads"),
    (409, "`IDEMPOTENCY_KEY_REUSED` or `IDEMPOTENCY_IN_PROGRESS`"),
    (413, "`PAYLOAD_TOO_LARGE`: more than 2 MiB"),
];

pub(super) const TAGS: [(&str, &str); 5] = [
    ("Stock", "Levels: read, set, adjust"),
    ("History", "What changed, when, by whom and why (additions of this server)"),
    ("Products", "Products and their variants"),
    ("Webhooks", "Being told of events, signed, and again until they are taken"),
    ("Service", "What this server can do"),
];

pub(super) const fn query(
    name: &'static str,
    schema: Shape,
    description: &'static str,
) -> Parameter {
    Parameter { name, place: Place::Query, description, schema }
}

const fn in_header(name: &'static str, schema: Shape, description: &'static str) -> Parameter {
    Parameter { name, place: Place::Header, description, schema }
}

const ID: Parameter = Parameter {
    name: "id",
    place: Place::Path,
    description: "The product's id or its SKU (`externalId`); where one is the other, the id wins",
    schema: Shape::Text(256),
};
pub(super) const PAGE: Parameter = query("page", Shape::FromOne, "The page, from 1");
pub(super) const LIMIT: Parameter =
    query("limit", Shape::FromOne, "Results per page; above 100 it is cut to 100");
const NEXT: &str = "Where to go on: `nextCursor` of the page before, as it came";

/// The headers of every write.
pub(super) const WRITE_HEADERS: [Parameter; 4] = [
    in_header(
        "X-Idempotency-Key",
        Shape::Text(MAX_IDEMPOTENCY_KEY_CHARACTERS),
        "A text of your own: the same request with the same key is not done again within 24 hours, \
         and has the same answer",
    ),
    in_header("X-Run-Id", Shape::Any, "The run that the request belongs to, for the history"),
    in_header("X-Run-Reason", Shape::Any, "Why, as percent-encoded UTF-8, for the history"),
    in_header(
        "X-Run-Fingerprint",
        Shape::Text(MAX_FINGERPRINT_CHARACTERS),
        "The fingerprint of what the run asks for",
    ),
];

const VARIANT_ID: Parameter = Parameter {
    name: "variantId",
    place: Place::Path,
    description: "The variant's id",
    schema: Shape::NotEmpty,
};

const PRODUCT_NOT_FOUND: (u16, &str) = (404, "`PRODUCT_NOT_FOUND`");

/// Every operation.
pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "updateStock",
        method: "patch",
        path: "/api/v1/dev/store/products/{id}/stock",
        tag: "Stock",
        summary: "Set the levels of one product",
        description: "Sets the product's level, its variants' levels or both, all or none. \
            Variants are named by their label, matched without case. Levels of a product and of \
            its variants are independent.",
        scope: Some("store.inventory:write"),
        parameters: &[ID],
        body: Some("StockUpdate"),
        status: 200,
        answered: "The product in full",
        answer: Answer::Data("Product"),
        refused: &[
            (400, "`VARIANT_NOT_FOUND` or `VARIANT_LABEL_AMBIGUOUS`"),
            PRODUCT_NOT_FOUND,
            (
                409,
                "`STALE_QUANTITY`: the level is not the expected one, `currentQuantity` tells it",
            ),
        ],
    },
    Operation {
        id: "updateInventory",
        method: "patch",
        path: path::BULK,
        tag: "Stock",
        summary: "Set or adjust up to 200 products",
        description: "Each item is applied or refused by itself, in order; the answer is 200 also \
            when items were refused. **The mode is `adjust` where it is left out**: it needs \
            `quantityDelta`, and a level stops at 0. Levels are 0 to 1,000,000,000, deltas \
            ±1,000,000,000; a value out of bounds refuses its item.",
        scope: Some("store.inventory:write"),
        parameters: &[in_header(
            header::PREFER,
            Shape::Any,
            "`return=representation` asks for `results`: levels before and after, and what was \
             really added",
        )],
        body: Some("BulkRequest"),
        status: 200,
        answered: "What was applied and what was refused",
        answer: Answer::Data("BulkOutcome"),
        refused: &[(400, "`TOO_MANY_ITEMS`")],
    },
    Operation {
        id: "listInventory",
        method: "get",
        path: path::INVENTORY,
        tag: "Stock",
        summary: "List all tracked products",
        description: "Ordered by SKU, those without one last. A product is low when its level is \
            strictly below its threshold.",
        scope: Some("store.inventory:read"),
        parameters: &[
            query(
                "lowStock",
                Shape::Word(&["true", "false", ""]),
                "`true`: only low products; empty is `false`",
            ),
            PAGE,
            LIMIT,
        ],
        body: None,
        status: 200,
        answered: "A page",
        answer: Answer::Data("InventoryPage"),
        refused: &[],
    },
    Operation {
        id: "getSnapshot",
        method: "get",
        path: path::SNAPSHOT,
        tag: "Stock",
        summary: "All tracked products as one stream",
        description: "Newline-delimited JSON: the head `{\"total\":n}`, then an `InventoryItem` a \
            line. With an `ETag`; gzip where it is accepted. An addition of this server.",
        scope: Some("store.inventory:read"),
        parameters: &[in_header(
            "If-None-Match",
            Shape::Any,
            "The `ETag` of the answer before: 304 where nothing has changed",
        )],
        body: None,
        status: 200,
        answered: "The stream",
        answer: Answer::Text("application/x-ndjson"),
        refused: &[],
    },
    Operation {
        id: "listHistory",
        method: "get",
        path: path::HISTORY,
        tag: "History",
        summary: "Every level that was set or adjusted",
        description: "The newest first. An addition of this server.",
        scope: Some("store.inventory:read"),
        parameters: &[
            query("productId", Shape::NotEmpty, "Only of this product, by id or SKU"),
            query("runId", Shape::NotEmpty, "Only of this run"),
            query("reason", Shape::NotEmpty, "Only with this reason"),
            query("keyId", Shape::NotEmpty, "Only with the key of this id"),
            query("userId", Shape::NotEmpty, "Only by the person with this id; not beside `keyId`"),
            query("from", Shape::Time, "From this time on; a date is its beginning in UTC"),
            query("to", Shape::Time, "Before this time; a date is its end in UTC"),
            query("cursor", Shape::Pattern("^[0-9a-f]{1,16}(-[0-9a-f]{1,16}){2}$"), NEXT),
            LIMIT,
        ],
        body: None,
        status: 200,
        answered: "A page",
        answer: Answer::Data("HistoryPage"),
        refused: &[PRODUCT_NOT_FOUND],
    },
    Operation {
        id: "listRuns",
        method: "get",
        path: path::RUNS,
        tag: "History",
        summary: "What each run did",
        description: "All writes with one `X-Run-Id` together, the run begun last first. An \
            addition of this server.",
        scope: Some("store.inventory:read"),
        parameters: &[
            query(
                "fingerprint",
                Shape::Text(MAX_FINGERPRINT_CHARACTERS),
                "Only runs with this fingerprint",
            ),
            query("cursor", Shape::Pattern("^[0-9a-f]{1,16}$"), NEXT),
            LIMIT,
        ],
        body: None,
        status: 200,
        answered: "A page",
        answer: Answer::Data("RunPage"),
        refused: &[],
    },
    Operation {
        id: "listProducts",
        method: "get",
        path: path::PRODUCTS,
        tag: "Products",
        summary: "List all products",
        description: "In full, also those that are not tracked.",
        scope: Some("store.products:read"),
        parameters: &[
            query("q", Shape::Any, "Only products whose SKU begins with it, or whose name has it"),
            query(
                "status",
                Shape::Word(&["ACTIVE", "DISABLED", ""]),
                "Only products with this status; empty is any",
            ),
            PAGE,
            LIMIT,
        ],
        body: None,
        status: 200,
        answered: "A page",
        answer: Answer::Data("ProductPage"),
        refused: &[],
    },
    Operation {
        id: "createProduct",
        method: "post",
        path: path::PRODUCTS,
        tag: "Products",
        summary: "Create a product",
        description: "With its variants and first levels; a level that is null or left out is not \
            tracked. Prices are hundredths of MRU.",
        scope: Some("store.products:write"),
        parameters: &[],
        body: Some("NewProduct"),
        status: 201,
        answered: "The product in full",
        answer: Answer::Data("Product"),
        refused: &[(409, "`EXTERNAL_ID_TAKEN`: a product has this SKU")],
    },
    Operation {
        id: "getProduct",
        method: "get",
        path: "/api/v1/dev/store/products/{id}",
        tag: "Products",
        summary: "Read a product",
        description: "In full.",
        scope: Some("store.products:read"),
        parameters: &[ID],
        body: None,
        status: 200,
        answered: "The product in full",
        answer: Answer::Data("Product"),
        refused: &[PRODUCT_NOT_FOUND],
    },
    Operation {
        id: "updateProduct",
        method: "put",
        path: "/api/v1/dev/store/products/{id}",
        tag: "Products",
        summary: "Change a product",
        description: "What is absent stays, null clears what may be none. `variants` is the whole \
            set from now on: each is the one with the `id`, else the one with the `type` and \
            `label`, and keeps its level and history; those that are not named are deleted.",
        scope: Some("store.products:write"),
        parameters: &[ID],
        body: Some("ProductUpdate"),
        status: 200,
        answered: "The product in full",
        answer: Answer::Data("Product"),
        refused: &[
            (400, "`VARIANT_NOT_FOUND` or `VARIANT_LABEL_AMBIGUOUS`"),
            PRODUCT_NOT_FOUND,
            (409, "`EXTERNAL_ID_TAKEN` or `STALE_QUANTITY`"),
        ],
    },
    Operation {
        id: "deleteProduct",
        method: "delete",
        path: "/api/v1/dev/store/products/{id}",
        tag: "Products",
        summary: "Delete a product",
        description: "With its variants; its history stays.",
        scope: Some("store.products:write"),
        parameters: &[ID],
        body: None,
        status: 200,
        answered: "What was deleted",
        answer: Answer::Data("DeletedProduct"),
        refused: &[PRODUCT_NOT_FOUND],
    },
    Operation {
        id: "updateVariantStock",
        method: "patch",
        path: "/api/v1/dev/store/products/{id}/variants/{variantId}/stock",
        tag: "Stock",
        summary: "Set the level of one variant",
        description: "By the variant's id, which is the same whatever its label.",
        scope: Some("store.inventory:write"),
        parameters: &[ID, VARIANT_ID],
        body: Some("VariantStockUpdate"),
        status: 200,
        answered: "The product in full",
        answer: Answer::Data("Product"),
        refused: &[
            (404, "`PRODUCT_NOT_FOUND` or `VARIANT_NOT_FOUND`"),
            (
                409,
                "`STALE_QUANTITY`: the level is not the expected one, `currentQuantity` tells it",
            ),
        ],
    },
    Operation {
        id: "getImportTemplate",
        method: "get",
        path: path::IMPORT_TEMPLATE,
        tag: "Products",
        summary: "The file to fill for an import",
        description: "A CSV with the columns that an import knows.",
        scope: Some("store.products:read"),
        parameters: &[],
        body: None,
        status: 200,
        answered: "The file",
        answer: Answer::Data("ImportTemplate"),
        refused: &[],
    },
    Operation {
        id: "importProducts",
        method: "post",
        path: path::IMPORT,
        tag: "Products",
        summary: "Import products from a CSV",
        description: "First a preview, which changes nothing and tells what each row would do; then \
            the same file again with `mode: confirm` and the preview's `token`, which does just \
            that.",
        scope: Some("store.import:write"),
        parameters: &[],
        body: Some("ImportRequest"),
        status: 200,
        answered: "What each row would do, or has done",
        answer: Answer::Data("ImportResult"),
        refused: &[
            (400, "`IMPORT_HAS_ERRORS` or `IMPORT_UNUSABLE`"),
            (409, "`IMPORT_CHANGED`: a product has changed since the preview"),
        ],
    },
    Operation {
        id: "getCapabilities",
        method: "get",
        path: path::CAPABILITIES,
        tag: "Service",
        summary: "What this server can do",
        description: "Needs no key. A server of the plain contract answers 404.",
        scope: None,
        parameters: &[],
        body: None,
        status: 200,
        answered: "The additions that it has, and its limits",
        answer: Answer::Data("Capabilities"),
        refused: &[],
    },
];
