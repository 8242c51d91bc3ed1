//! Reading: from bytes, from other choices, from products; and what it looks like then.

use stockroom_domain::code::Code;
use stockroom_domain::columns::{Field, Locations, Mapping, key};
use stockroom_domain::layout::Layout;
use stockroom_domain::own_layout::{OwnFile, OwnRow};
use stockroom_domain::quantity::{Level, Mode};
use stockroom_domain::sheet::Sheet;
use stockroom_domain::stock::Product;
use stockroom_domain::table::{Arriving, Extent, Header, ReadOptions, Table};

use super::{Engine, Outside, index};
use crate::message::{News, Reply, Shape};

/// Why the bytes of a file arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It was chosen.
    Open,
    /// It shall be read in another encoding; what was said about its amounts stays.
    Reread,
}

/// How many rows the page is shown before it has said what the columns mean.
const FIRST_ROWS: usize = 50;

impl Engine {
    /// Returns what a file looks like by its first bytes alone.
    pub fn head(bytes: Vec<u8>, options: ReadOptions) -> Shape {
        let table = Table::read_telling(bytes, options, Extent::Beginning, &mut |_| {});
        let mapping = Mapping::guess(&table.names());
        shape(&Sheet::new(table, mapping), options)
    }

    pub(super) fn open(
        &mut self,
        bytes: Vec<u8>,
        options: ReadOptions,
        outside: &mut dyn Outside,
    ) -> Reply {
        self.style = None;
        self.sheet = None;
        self.read(bytes, options, None, outside)
    }

    /// Reads the text in another way.
    pub(super) fn reread(&mut self, options: ReadOptions, outside: &mut dyn Outside) -> Reply {
        let Some(sheet) = self.sheet.take() else { return Reply::Shape(Box::default()) };
        let mode = sheet.mapping().default_mode;
        let total = 0;
        let mut told = |done| outside.tell(News::Read { done: done as u64, total });
        let table = sheet.into_table().reread(options, &mut told);
        self.put(table, options, mode)
    }

    /// Forgets the file at hand, before another arrives: there need not be room for both.
    pub fn close(&mut self) {
        self.sheet = None;
        self.forget_plan();
    }

    /// Takes the file whose bytes have arrived: in place of an
    /// [`Ask::OpenAs`](crate::Ask::OpenAs), or of an [`Ask::Reread`](crate::Ask::Reread) that needs
    /// them.
    pub fn open_arrived(
        &mut self,
        file: Arriving,
        options: ReadOptions,
        why: Why,
        outside: &mut dyn Outside,
    ) -> Reply {
        let before = self.sheet.take();
        let mode = match why {
            Why::Open => {
                self.style = None;
                None
            }
            Why::Reread => before.as_ref().and_then(|sheet| sheet.mapping().default_mode),
        };
        drop(before);
        let total = file.len() as u64;
        let mut told = |done| outside.tell(News::Read { done: done as u64, total });
        let table = file.finish(&mut told);
        self.put(table, options, mode)
    }

    fn read(
        &mut self,
        bytes: Vec<u8>,
        options: ReadOptions,
        mode: Option<Mode>,
        outside: &mut dyn Outside,
    ) -> Reply {
        let total = bytes.len() as u64;
        let mut told = |done| outside.tell(News::Read { done: done as u64, total });
        let table = Table::read_telling(bytes, options, Extent::Whole, &mut told);
        self.put(table, options, mode)
    }

    fn put(&mut self, table: Table, options: ReadOptions, mode: Option<Mode>) -> Reply {
        self.options = options;
        let mut mapping = Mapping::guess(&table.names());
        mapping.default_mode = mode;
        self.sheet = Some(Sheet::new(table, mapping));
        self.forget_plan();
        self.shape()
    }

    /// Begins with a row for each level of the products, which asks for nothing yet.
    pub(super) fn open_products(
        &mut self,
        external_ids: &[String],
        outside: &mut dyn Outside,
    ) -> Reply {
        self.take_stock();
        let mut file = OwnFile::default();
        for external_id in external_ids {
            if let Some(at) = self.stock.find(external_id) {
                write_product(&mut file, self.stock.product(at));
            }
        }
        self.open(file.into_text().into_bytes(), ReadOptions::default(), outside)
    }

    pub(super) fn map(
        &mut self,
        fields: Vec<Field>,
        mode: Option<Mode>,
        locations: Locations,
    ) -> Reply {
        if let Some(sheet) = &mut self.sheet {
            let mut mapping = Mapping::new(fields, mode);
            mapping.locations = locations;
            sheet.map(mapping);
        }
        self.forget_plan();
        self.shape()
    }

    fn shape(&self) -> Reply {
        let shape = self.sheet.as_ref().map(|sheet| shape(sheet, self.options));
        Reply::Shape(Box::new(shape.unwrap_or_default()))
    }
}

fn shape(sheet: &Sheet, options: ReadOptions) -> Shape {
    let (table, mapping) = (sheet.table(), sheet.mapping());
    let first_row = |row: usize| {
        let cells = 0..table.width(row).min(table.columns());
        (table.line(row), cells.map(|column| table.cell(row, column).into_owned()).collect())
    };
    let refusal = table.refusal().cloned();
    // A refused file may have thousands of columns: nothing of it needs showing.
    let is_refused = refusal.is_some();
    let names = if is_refused { Vec::new() } else { table.names() };
    let rows = if is_refused { 0 } else { table.rows() };
    let mut fields = mapping.fields().to_vec();
    fields.resize(if is_refused { 0 } else { table.columns() }, Field::Ignored);
    let keys: Vec<String> = names.iter().map(|name| key(name)).collect();
    let location_names = sheet.location_names();
    let must_choose = location_names.len() > 1 && mapping.locations == Locations::Unchosen;
    let unusable = mapping.check().err().map(|(code, _)| code);
    Shape {
        rows: index(rows),
        delimiter: table.delimiter(),
        encoding: table.encoding(),
        layout: Layout::detect(&keys).map(|(layout, _)| layout),
        location_names,
        locations: mapping.locations.clone(),
        has_header: options.header == Header::First,
        names,
        first_rows: (0..rows.min(FIRST_ROWS)).map(first_row).collect(),
        fields,
        default_mode: mapping.default_mode,
        unusable: unusable.or(must_choose.then_some(Code::LocationUnchosen)),
        refusal,
        remarks: table.remarks().iter().take(FIRST_ROWS).cloned().collect(),
        unclosed_quote: table.unclosed_quote(),
        blank_lines: table.blank_lines(),
    }
}

/// Writes a row for each level of a product.
fn write_product(file: &mut OwnFile, product: &Product) {
    let external_id = product.external_id.as_deref().unwrap_or_default();
    let mut push = |variant: &str, level: Option<Level>| {
        let level = level.map(Level::get);
        file.push(&OwnRow { external_id, name: &product.name, variant, level, threshold: None });
    };
    push("", product.level);
    for variant in &product.variants {
        push(&variant.label, variant.level);
    }
}
