//! The import of products, and the answer to a deletion.

use serde_json::Value;
use stockroom_api::import::{
    ImportAction, ImportChange, ImportColumnShown, ImportMode, ImportNote, ImportRemark,
    ImportResult, ImportRowShown, ImportTemplate, ImportTotals,
};
use stockroom_api::product::DeletedProduct;

use super::{Wire, maybe, needed, or_default};

impl Wire for DeletedProduct {
    fn of(value: &Value) -> Option<Self> {
        Some(Self {
            id: needed(value, "id")?,
            external_id: maybe(value, "externalId")?,
            deleted: needed(value, "deleted")?,
        })
    }
}

impl Wire for ImportTemplate {
    fn of(value: &Value) -> Option<Self> {
        Some(Self { csv: needed(value, "csv")?, filename: needed(value, "filename")? })
    }
}

impl Wire for ImportResult {
    fn of(value: &Value) -> Option<Self> {
        Some(Self {
            mode: needed(value, "mode")?,
            token: maybe(value, "token")?,
            totals: needed(value, "totals")?,
            rows: needed(value, "rows")?,
            refusal: maybe(value, "refusal")?,
            remarks: or_default(value, "remarks")?,
            columns: needed(value, "columns")?,
            encoding: needed(value, "encoding")?,
            delimiter: needed(value, "delimiter")?,
            number_style: maybe(value, "numberStyle")?,
        })
    }
}

impl Wire for ImportMode {
    fn of(value: &Value) -> Option<Self> {
        match value.as_str()? {
            "preview" => Some(Self::Preview),
            "confirm" => Some(Self::Confirm),
            _ => None,
        }
    }
}

impl Wire for ImportTotals {
    fn of(value: &Value) -> Option<Self> {
        let count = |name| needed::<u32>(value, name).map(|count| count as usize);
        Some(Self {
            rows: count("rows")?,
            create: count("create")?,
            update: count("update")?,
            unchanged: count("unchanged")?,
            error: count("error")?,
        })
    }
}

impl Wire for ImportRowShown {
    fn of(value: &Value) -> Option<Self> {
        Some(Self {
            line: needed(value, "line")?,
            action: needed(value, "action")?,
            sku: maybe(value, "sku")?,
            name: needed(value, "name")?,
            product_id: maybe(value, "productId")?,
            changes: or_default(value, "changes")?,
            errors: or_default(value, "errors")?,
            warnings: or_default(value, "warnings")?,
        })
    }
}

impl Wire for ImportAction {
    fn of(value: &Value) -> Option<Self> {
        match value.as_str()? {
            "create" => Some(Self::Create),
            "update" => Some(Self::Update),
            "unchanged" => Some(Self::Unchanged),
            "error" => Some(Self::Error),
            _ => None,
        }
    }
}

impl Wire for ImportChange {
    fn of(value: &Value) -> Option<Self> {
        Some(Self {
            field: needed(value, "field")?,
            before: or_default(value, "before")?,
            after: or_default(value, "after")?,
        })
    }
}

impl Wire for ImportNote {
    fn of(value: &Value) -> Option<Self> {
        Some(Self {
            field: maybe(value, "field")?,
            code: needed(value, "code")?,
            text: or_default(value, "text")?,
            message: needed(value, "message")?,
        })
    }
}

impl Wire for ImportRemark {
    fn of(value: &Value) -> Option<Self> {
        Some(Self {
            line: needed(value, "line")?,
            column: maybe(value, "column")?,
            code: needed(value, "code")?,
            text: or_default(value, "text")?,
        })
    }
}

impl Wire for ImportColumnShown {
    fn of(value: &Value) -> Option<Self> {
        Some(Self { name: needed(value, "name")?, field: maybe(value, "field")? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(code: &str) -> ImportNote {
        ImportNote { field: Some("price".into()), code: code.into(), ..ImportNote::default() }
    }

    /// What the server writes is what is read, field by field.
    #[test]
    fn it_reads_what_serde_writes() {
        let row = |action| ImportRowShown {
            line: 2,
            action,
            sku: Some("THE-1".into()),
            name: "Thé vert".into(),
            product_id: None,
            changes: vec![ImportChange {
                field: "price".into(),
                before: Value::Null,
                after: 50_000.into(),
            }],
            errors: vec![note("number_invalid")],
            warnings: vec![ImportNote { field: None, ..note("row_repeated") }],
        };
        let actions = [
            ImportAction::Create,
            ImportAction::Update,
            ImportAction::Unchanged,
            ImportAction::Error,
        ];
        let column = |field: Option<&str>| ImportColumnShown {
            name: "Prix".into(),
            field: field.map(str::to_owned),
        };
        let result = ImportResult {
            mode: ImportMode::Confirm,
            token: Some("t".into()),
            totals: ImportTotals { rows: 4, create: 1, update: 1, unchanged: 1, error: 1 },
            rows: actions.map(row).into(),
            refusal: Some(note("no_rows")),
            remarks: vec![ImportRemark {
                line: 3,
                column: Some(1),
                code: "blank_header".into(),
                text: "2".into(),
            }],
            columns: vec![column(Some("price")), column(None)],
            encoding: "utf-8".into(),
            delimiter: ";".into(),
            number_style: Some("dot".into()),
        };
        let written = serde_json::to_value(&result).unwrap();
        assert_eq!(ImportResult::of(&written), Some(result));

        let deleted = DeletedProduct { id: "p".into(), external_id: None, deleted: true };
        let written = serde_json::to_value(&deleted).unwrap();
        assert_eq!(DeletedProduct::of(&written), Some(deleted));
        let template = ImportTemplate { csv: "name\r\n".into(), filename: "t.csv".into() };
        let written = serde_json::to_value(&template).unwrap();
        assert_eq!(ImportTemplate::of(&written), Some(template));
    }
}
