//! Importing products: what the rows of a file would do to the products of a store, and doing it.
//!
//! The rules are [`stockroom_domain::product_import`]'s. A preview is told with a token made of all that it
//! says; a confirmation plans anew inside the transaction, and does what it finds only where the token is
//! still that.

mod words;

use std::collections::HashMap;

use axum::http::StatusCode;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use stockroom_api::code::ErrorCode;
use stockroom_api::import::{
    IfErrors, ImportAction, ImportChange, ImportColumnShown, ImportMode, ImportNote, ImportRemark,
    ImportResult, ImportRowShown, ImportTotals,
};
use stockroom_api::product::NewProduct;
use stockroom_api::read::import::ImportAsk;
use stockroom_domain::product_import::{
    Action, AskedProduct, ImportColumn, ImportFile, ImportPlan, ImportRow, KnownProduct, Note,
    PlannedRow,
};
use stockroom_domain::quantity::Level;
use stockroom_domain::table::Table;

use self::words::message;
use crate::applying::{Aim, LevelSets};
use crate::error::ApiError;
use crate::store::Transaction;
use crate::store::data::{ProductRow, Scope, WriteRecord};
use crate::store::products::{ProductFields, ProductRecord};

/// A file of products as it was read.
#[derive(Clone, Debug)]
pub struct Import {
    file: ImportFile,
    columns: Vec<ImportColumnShown>,
    remarks: Vec<ImportRemark>,
    encoding: &'static str,
    delimiter: String,
}

/// What the rows of a file would do to these products.
struct Planned<'a> {
    plan: ImportPlan,
    known: HashMap<&'a str, &'a ProductRecord>,
    rows: Vec<ImportRowShown>,
    token: String,
}

impl Import {
    /// Reads the file that was sent.
    pub fn read(ask: ImportAsk) -> Self {
        let table = Table::read(ask.bytes, ask.table);
        let file = ImportFile::read(&table, &ask.options);
        let fields = file.columns.iter().copied().chain(std::iter::repeat(None));
        Self {
            columns: table
                .names()
                .into_iter()
                .zip(fields)
                .map(|(name, field)| ImportColumnShown { name, field: field.map(word) })
                .collect(),
            remarks: table
                .remarks()
                .iter()
                .map(|remark| ImportRemark {
                    line: remark.line,
                    column: remark.column,
                    code: remark.code.as_str().to_owned(),
                    text: remark.text.clone(),
                })
                .collect(),
            encoding: table.encoding().as_str(),
            delimiter: char::from(table.delimiter().byte()).to_string(),
            file,
        }
    }

    /// Returns the SKUs that the file names.
    pub fn skus(&self) -> Vec<String> {
        let asked = self.file.rows.iter().filter_map(|row| row.asked.as_ref().ok());
        asked.filter_map(|asked| asked.sku.clone()).collect()
    }

    /// Returns what the file would do, given the products that have its SKUs.
    pub fn preview(&self, scope: Scope, known: &[ProductRecord]) -> ImportResult {
        let planned = self.plan(scope, known);
        let totals = planned.plan.totals;
        let token = (totals.create + totals.update > 0).then(|| planned.token.clone());
        self.result(ImportMode::Preview, planned, token)
    }

    /// Does what a preview said, row by row, and returns what was done.
    ///
    /// # Errors
    /// 409 where the products changed since, so that it would do something else; 400 where it was to stop
    /// at errors. Then nothing was done.
    pub async fn confirm<T: Transaction>(
        &self,
        tx: &mut T,
        scope: Scope,
        record: &WriteRecord,
        confirmed: &Confirmed,
        mut new_id: impl FnMut() -> String,
    ) -> Result<ImportResult, ApiError> {
        if let Some(refusal) = &self.file.refusal {
            return Err(unusable(refusal));
        }
        let known = tx.products_by_external_id(scope, &self.skus()).await?;
        let mut planned = self.plan(scope, &known);
        if planned.token != confirmed.token {
            return Err(changed());
        }
        let errors = planned.plan.totals.error;
        if errors > 0 && confirmed.if_errors == IfErrors::Stop {
            return Err(has_errors(errors));
        }
        let (mut created, mut changed, mut aims) = (Vec::new(), Vec::new(), Vec::new());
        for (at, row) in self.file.rows.iter().enumerate() {
            let Ok(asked) = &row.asked else { continue };
            match &planned.plan.rows[at].action {
                Action::Create => {
                    let id = new_id();
                    planned.rows[at].product_id = Some(id.clone());
                    created.push(new_row(id, asked));
                    aims.push((None, asked.quantity.map_or(Aim::Keep, Aim::Set)));
                }
                Action::Update(columns) => {
                    let before = asked.sku.as_deref().and_then(|sku| planned.known.get(sku));
                    let before = before.ok_or_else(ApiError::internal)?;
                    if columns.iter().any(|column| *column != ImportColumn::Quantity) {
                        changed.push((before.number, fields_after(before, asked)));
                    }
                    if columns.contains(&ImportColumn::Quantity)
                        && let Some(level) = asked.quantity
                    {
                        aims.push((Some(before.stock()), Aim::Set(level)));
                    }
                }
                Action::Unchanged | Action::Error => {}
            }
        }
        tx.update_products(scope, &changed, record.at).await?;
        let mut added = tx.insert_products(scope, &created, record.at).await?.into_iter();
        let mut levels = LevelSets::default();
        for (stock, aim) in aims {
            let stock = stock.or_else(|| added.next()).ok_or_else(ApiError::internal)?;
            levels.add(stock, aim, &[])?;
        }
        levels.write(tx, scope, record).await?;
        Ok(self.result(ImportMode::Confirm, planned, None))
    }

    fn plan<'a>(&self, scope: Scope, known: &'a [ProductRecord]) -> Planned<'a> {
        let known: HashMap<&str, &ProductRecord> = known
            .iter()
            .filter_map(|product| Some((product.fields.external_id.as_deref()?, product)))
            .collect();
        let plan = ImportPlan::new(&self.file, |sku| known.get(sku).map(|product| seen(product)));
        let rows: Vec<ImportRowShown> = self
            .file
            .rows
            .iter()
            .zip(&plan.rows)
            .map(|(row, planned)| {
                let product = row.asked.as_ref().ok().and_then(|asked| asked.sku.as_deref());
                shown(row, planned, product.and_then(|sku| known.get(sku).copied()))
            })
            .collect();
        let token = token(scope, &rows);
        Planned { plan, known, rows, token }
    }

    fn result(
        &self,
        mode: ImportMode,
        planned: Planned<'_>,
        token: Option<String>,
    ) -> ImportResult {
        let totals = planned.plan.totals;
        ImportResult {
            mode,
            token,
            totals: ImportTotals {
                rows: planned.rows.len(),
                create: totals.create,
                update: totals.update,
                unchanged: totals.unchanged,
                error: totals.error,
            },
            rows: planned.rows,
            refusal: self.file.refusal.as_ref().map(note),
            remarks: self.remarks.clone(),
            columns: self.columns.clone(),
            encoding: self.encoding.to_owned(),
            delimiter: self.delimiter.clone(),
            number_style: self.file.style.map(|style| style.as_str().to_owned()),
        }
    }
}

/// A preview that is confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmed {
    /// What the preview said.
    pub token: String,
    /// What becomes of the good rows where others have errors.
    pub if_errors: IfErrors,
}

/// Returns what a product is once a row of the file is applied, but for its level.
fn fields_after(before: &ProductRecord, asked: &AskedProduct) -> ProductFields {
    let mut fields = before.fields.clone();
    fields.name.clone_from(&asked.name);
    fields.price = asked.price;
    fields.description = asked.description.clone().or(fields.description);
    fields.image_url = asked.image_url.clone().or(fields.image_url);
    fields
}

fn new_row(id: String, asked: &AskedProduct) -> ProductRow {
    ProductRow {
        id,
        variant_ids: Vec::new(),
        new: NewProduct {
            name: asked.name.clone(),
            price: asked.price,
            description: asked.description.clone(),
            external_id: asked.sku.clone(),
            quantity: asked.quantity.map(Level::get),
            image_url: asked.image_url.clone(),
            ..NewProduct::default()
        },
    }
}

fn seen(product: &ProductRecord) -> KnownProduct<'_> {
    KnownProduct {
        name: &product.fields.name,
        price: product.fields.price,
        description: product.fields.description.as_deref(),
        quantity: product.quantity,
        image_url: product.fields.image_url.as_deref(),
    }
}

fn shown(row: &ImportRow, planned: &PlannedRow, product: Option<&ProductRecord>) -> ImportRowShown {
    let (action, columns) = match &planned.action {
        Action::Create => (ImportAction::Create, &ImportColumn::ALL[..]),
        Action::Update(columns) => (ImportAction::Update, &columns[..]),
        Action::Unchanged => (ImportAction::Unchanged, &[][..]),
        Action::Error => (ImportAction::Error, &[][..]),
    };
    let changes = row.asked.as_ref().into_iter().flat_map(|asked| {
        columns.iter().map(|column| ImportChange {
            field: word(*column),
            before: product.map_or(Value::Null, |product| value_of(&seen(product), *column)),
            after: value_asked(asked, *column),
        })
    });
    ImportRowShown {
        line: row.line,
        action,
        sku: Some(row.sku.clone()).filter(|sku| !sku.is_empty()),
        name: row.name.clone(),
        product_id: product.map(|product| product.id.clone()),
        changes: changes.filter(|change| change.before != change.after).collect(),
        errors: planned.faults.iter().map(note).collect(),
        warnings: planned.warnings.iter().map(note).collect(),
    }
}

fn value_asked(asked: &AskedProduct, column: ImportColumn) -> Value {
    match column {
        ImportColumn::Name => asked.name.clone().into(),
        ImportColumn::Price => asked.price.into(),
        ImportColumn::Description => asked.description.clone().into(),
        ImportColumn::Sku => asked.sku.clone().into(),
        ImportColumn::Quantity => asked.quantity.map(Level::get).into(),
        ImportColumn::ImageUrl => asked.image_url.clone().into(),
    }
}

fn value_of(product: &KnownProduct<'_>, column: ImportColumn) -> Value {
    match column {
        ImportColumn::Name => product.name.into(),
        ImportColumn::Price => product.price.into(),
        ImportColumn::Description => product.description.into(),
        // A product that is changed keeps its SKU.
        ImportColumn::Sku => Value::Null,
        ImportColumn::Quantity => product.quantity.into(),
        ImportColumn::ImageUrl => product.image_url.into(),
    }
}

/// Returns what stands for all that a preview says: what each row does to which product, from what to
/// what.
fn token(scope: Scope, rows: &[ImportRowShown]) -> String {
    let mut hash = Sha256::new();
    hash.update(format!("{}\n{}\n", scope.store_id, scope.environment.as_str()));
    for row in rows {
        // Writing what has been made of plain values cannot fail.
        hash.update(serde_json::to_vec(row).unwrap_or_default());
        hash.update(b"\n");
    }
    format!("{:x}", hash.finalize())
}

fn word(column: ImportColumn) -> String {
    column.as_str().to_owned()
}

fn note(note: &Note) -> ImportNote {
    ImportNote {
        field: note.column.map(word),
        code: note.code.as_str().to_owned(),
        text: note.text.clone(),
        message: message(note),
    }
}

fn unusable(refusal: &Note) -> ApiError {
    let code = ErrorCode::ImportUnusable;
    ApiError::new(StatusCode::BAD_REQUEST, code, message(refusal))
}

fn changed() -> ApiError {
    ApiError::new(
        StatusCode::CONFLICT,
        ErrorCode::ImportChanged,
        "The file or products that it is about have changed since this preview. Nothing was imported: \
         ask for a preview again.",
    )
}

fn has_errors(errors: usize) -> ApiError {
    ApiError::new(
        StatusCode::BAD_REQUEST,
        ErrorCode::ImportHasErrors,
        format!("{errors} rows have errors. Nothing was imported: mend them, or leave them out."),
    )
}
