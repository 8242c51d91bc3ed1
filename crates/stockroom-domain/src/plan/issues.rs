//! What is wrong with a row, told in full when somebody asks: the plan keeps only codes.

use super::planner::{NONE, level};
use super::{Plan, place};
use crate::code::Code;
use crate::columns::Field;
use crate::quantity::{Level, Mode};
use crate::rows::{Fault, Outcome, Reader, RowAsk, quote};
use crate::sheet::Sheet;
use crate::stock::{Stock, VariantFault};

/// Something that is wrong with a row, at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// The row, from 0.
    pub row: u32,
    /// The physical line, from 1.
    pub line: u32,
    /// The column, from 0, where it is one's.
    pub column: Option<u32>,
    /// What is wrong.
    pub code: Code,
    /// The text that is wrong.
    pub text: String,
    /// The line that it is in conflict with.
    pub other_line: Option<u32>,
    /// What may have been meant: a label, a number.
    pub suggestion: Option<String>,
}

/// Why a row names no target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unfound {
    Product,
    Variant { nearest: Option<(u32, u32)> },
    Ambiguous,
}

impl Unfound {
    pub(super) fn code(self) -> Code {
        match self {
            Self::Product => Code::UnknownProduct,
            Self::Variant { .. } => Code::UnknownVariant,
            Self::Ambiguous => Code::AmbiguousVariant,
        }
    }

    fn field(self) -> Field {
        match self {
            Self::Product => Field::ExternalId,
            Self::Variant { .. } | Self::Ambiguous => Field::Variant,
        }
    }
}

/// Returns the product and the variant that a row names, by their places in the stock.
pub(super) fn find(sheet: &Sheet, stock: &Stock, ask: &RowAsk<'_>) -> Result<(u32, u32), Unfound> {
    find_variant(sheet, stock, &ask.variant, stock.find(&ask.external_id))
}

/// Returns the product, which was looked up, and the variant that a row names.
pub(super) fn find_variant(
    sheet: &Sheet,
    stock: &Stock,
    label: &str,
    product: Option<usize>,
) -> Result<(u32, u32), Unfound> {
    let product = product.ok_or(Unfound::Product)?;
    let is_own = label.is_empty()
        || (sheet.mapping().names_variants_by_option()
            && stock.product(product).variants.is_empty());
    if is_own {
        return Ok((place(product), NONE));
    }
    match stock.find_variant(product, label) {
        Ok(variant) => Ok((place(product), place(variant))),
        Err(VariantFault::Ambiguous) => Err(Unfound::Ambiguous),
        Err(VariantFault::Unknown { nearest }) => {
            let nearest = nearest.map(|variant| (place(product), place(variant)));
            Err(Unfound::Variant { nearest })
        }
    }
}

/// Returns the level that a row names, whether it asks for anything or not; `None` where it names
/// none, or one that is not tracked.
pub fn level_named(sheet: &Sheet, stock: &Stock, row: usize) -> Option<Level> {
    let product = stock.find(sheet.external_id(row).trim());
    let (product, variant) = find_variant(sheet, stock, sheet.variant(row).trim(), product).ok()?;
    level(stock, product, variant)
}

impl Plan {
    /// Returns what is wrong, in the file's order, by rows.
    ///
    /// `sheet` and `stock` are those that the plan was made of.
    pub fn issues<'p>(
        &'p self,
        sheet: &'p Sheet,
        stock: &'p Stock,
    ) -> impl Iterator<Item = Issue> + 'p {
        (0..self.rows()).filter_map(|row| self.issue_of(row, sheet, stock))
    }

    /// Returns what is wrong with a row; `None` where nothing is.
    pub fn issue_of(&self, row: usize, sheet: &Sheet, stock: &Stock) -> Option<Issue> {
        if self.facts.has_fault(row) {
            let ask = Reader::new(sheet, self.style).read(row);
            let issue = match &ask.outcome {
                Outcome::Fault(fault) => Issue::from(fault),
                _ => unfound(sheet, stock, &ask, find(sheet, stock, &ask).err()?),
            };
            return Some(Issue { row: place(row), line: sheet.line(row), ..issue });
        }
        let merged = self.targets.get(self.facts.targets[row] as usize)?;
        let code = merged.fault?;
        let (column, mut text) = value_cell(sheet, row, self.facts.mode(row));
        if code == Code::NumberTooLarge {
            text = merged.sum().to_string();
        }
        let other =
            if merged.fault_row == place(row) { merged.first_row } else { merged.fault_row };
        let other_line = Some(other).filter(|other| *other != NONE && *other != place(row));
        Some(Issue {
            row: place(row),
            line: sheet.line(row),
            other_line: other_line.map(|other| sheet.line(other as usize)),
            ..Issue::new(code, column, &text)
        })
    }
}

fn unfound(sheet: &Sheet, stock: &Stock, ask: &RowAsk<'_>, unfound: Unfound) -> Issue {
    let field = unfound.field();
    let text = if field == Field::ExternalId { &ask.external_id } else { &ask.variant };
    let mapping = sheet.mapping();
    let column = mapping.column(field).or_else(|| mapping.column(Field::Option)).map(place);
    let mut issue = Issue::new(unfound.code(), column, text);
    if let Unfound::Variant { nearest: Some((product, variant)) } = unfound {
        let variants = &stock.product(product as usize).variants;
        issue.suggestion = variants.get(variant as usize).map(|variant| variant.label.clone());
    }
    issue
}

/// Returns the column and the text of the value that a row asks for.
fn value_cell(sheet: &Sheet, row: usize, mode: Option<Mode>) -> (Option<u32>, String) {
    let mapping = sheet.mapping();
    if let Some(typed) = sheet.typed_value(row) {
        let column = mapping.fields().iter().position(|field| field.is_value());
        return (column.map(place), typed.to_owned());
    }
    let cells = sheet
        .value_fields(mode)
        .map(|field| (mapping.column(field).map(place), sheet.file_text(row, field).into_owned()));
    let filled = cells.into_iter().find(|(_, text)| !text.trim().is_empty());
    filled.unwrap_or((None, String::new()))
}

impl Issue {
    fn new(code: Code, column: Option<u32>, text: &str) -> Self {
        let text = quote(text);
        Self { row: 0, line: 0, column, code, text, other_line: None, suggestion: None }
    }
}

impl From<&Fault> for Issue {
    fn from(fault: &Fault) -> Self {
        let issue = Self::new(fault.code, fault.column.map(place), &fault.text);
        Self { suggestion: fault.hint.map(|units| units.to_string()), ..issue }
    }
}
