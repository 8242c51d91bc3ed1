//! The one way from a file to a plan, for the commands that make one.
//!
//! No rules here: the domain reads, merges and judges, this module reads the file and the stock.
//! Nothing is sent. Start reading at `read_sheet` and `plan_on_server`.

pub(crate) mod report;
pub(crate) mod snapshot;
mod source;
pub(crate) mod store_client;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use sha2::{Digest as _, Sha256};
use stockroom_domain::code::Code;
use stockroom_domain::columns::{Field, Locations, Mapping, key};
use stockroom_domain::number::Style;
use stockroom_domain::plan::{Limits, Plan};
use stockroom_domain::quantity::Mode;
use stockroom_domain::sheet::Sheet;
use stockroom_domain::stock::{Product, Stock};
use stockroom_domain::table::{
    Delimiter, Encoding, Header, MAX_BYTES, MAX_COLUMNS, ReadOptions, Table,
};

use crate::applying::nfc;
use crate::commands::{CommandError, Ended};
use crate::secret::hex;
use store_client::StoreClient;

/// The status of a file that cannot be used at all.
const UNUSABLE: u8 = 2;

/// A file, and how it is to be read.
#[derive(Clone, Debug, Args)]
pub struct FileArgs {
    /// The file: text with a header, its columns separated by `,` `;` tab or `|`, or a workbook:
    /// .xlsx .xlsb .xls .ods
    pub(crate) file: PathBuf,
    /// The workbook's sheet, by its name or its number from 1; without it the first visible one
    /// that has cells
    #[arg(long, value_name = "NAME|NUMBER")]
    sheet: Option<String>,
    /// How amounts are meant where no mode column says it
    #[arg(long, value_name = "MODE")]
    default_mode: Option<ModeName>,
    /// How the file groups thousands
    #[arg(long, value_name = "STYLE", default_value = "auto")]
    number_style: StyleName,
    /// The character between columns: auto , ; tab or |
    #[arg(long, value_name = "CHARACTER", default_value = "auto", value_parser = delimiter)]
    delimiter: DelimiterChoice,
    /// How the file's bytes are read: auto, utf-8, windows-1252, windows-1256 (Arabic), macintosh,
    /// utf-16le and others
    #[arg(long, value_name = "ENCODING", default_value = "auto", value_parser = encoding)]
    encoding: EncodingChoice,
    /// Which of the file's locations counts, by its name; `--all-locations` adds them up
    #[arg(long, value_name = "NAME", conflicts_with = "all_locations")]
    location: Option<String>,
    /// Add up the rows of all locations
    #[arg(long)]
    all_locations: bool,
    /// The first line is a row, not a header
    #[arg(long)]
    no_header: bool,
    /// What a column is, by its header or its number from 1: externalId variant mode quantity
    /// quantityDelta amount expected name option location ignored
    #[arg(long, value_name = "COLUMN=FIELD", value_parser = assignment)]
    map: Vec<Assignment>,
}

/// A file as it is read.
#[derive(Debug)]
pub(crate) struct FileSheet {
    pub(crate) sheet: Sheet,
    style: Option<Style>,
    /// What names the file's text and how it is read: the same asks for the same.
    pub(crate) asked: String,
}

/// A file, the stock, and what the one would do to the other.
#[derive(Debug)]
pub(crate) struct Planned {
    pub(crate) sheet: Sheet,
    pub(crate) stock: Stock,
    pub(crate) plan: Plan,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ModeName {
    Set,
    Adjust,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum StyleName {
    Auto,
    Plain,
    Comma,
    Dot,
    Space,
}

/// A delimiter, or none: it is then found.
#[derive(Clone, Copy, Debug)]
struct DelimiterChoice(Option<Delimiter>);

/// An encoding, or none: it is then found.
#[derive(Clone, Copy, Debug)]
struct EncodingChoice(Option<Encoding>);

/// A column, and what it is said to be.
#[derive(Clone, Debug)]
struct Assignment {
    column: String,
    field: Field,
}

/// Returns what the file would do to the stock of `products`.
pub(crate) fn plan_on_snapshot(file: FileSheet, products: Vec<Product>) -> Planned {
    plan_on_stock(file.sheet, file.style, stock_of(products))
}

/// Returns what a sheet would do to a stock; without a style its own cells settle it.
pub(crate) fn plan_on_stock(sheet: Sheet, style: Option<Style>, stock: Stock) -> Planned {
    let plan = Plan::new(&sheet, style, &stock, Limits::default());
    Planned { sheet, stock, plan }
}

/// Returns what the file would do to the stock of a server. SKUs that its list does not have are
/// looked up one by one: they may be untracked.
///
/// # Errors
/// [`CommandError`] with status 2 where the stock cannot be read.
pub(crate) fn plan_on_server(file: FileSheet, client: &StoreClient) -> Ended<Planned> {
    let stock = client.stock()?;
    let style = file.style;
    let mut planned = plan_on_stock(file.sheet, style, stock);
    let mut unknown: Vec<String> = planned
        .plan
        .rows_with(Code::UnknownProduct)
        .map(|row| planned.sheet.external_id(row as usize).trim().to_owned())
        .collect();
    unknown.sort_unstable();
    unknown.dedup();
    let found = client.look_up(&unknown)?;
    if !found.is_empty() {
        for product in found {
            planned.stock.put(product.into());
        }
        planned.plan = Plan::new(&planned.sheet, style, &planned.stock, Limits::default());
    }
    Ok(planned)
}

/// Returns a stock of these products.
pub(crate) fn stock_of(products: impl IntoIterator<Item = Product>) -> Stock {
    let mut stock = Stock::new(nfc);
    for product in products {
        stock.put(product);
    }
    stock
}

/// Reads the file as its arguments say.
///
/// # Errors
/// [`CommandError`] with status 2 where the file cannot be used at all.
pub(crate) fn read_sheet(args: &FileArgs) -> Ended<FileSheet> {
    let shown = args.file.display();
    let options = ReadOptions {
        delimiter: args.delimiter.0,
        header: if args.no_header { Header::None } else { Header::First },
        encoding: args.encoding.0,
    };
    let text = source::read(&args.file, args.sheet.as_deref(), options)?;
    let text_hash = Sha256::digest(&text.bytes);
    let table = Table::read(text.bytes, text.options);
    if let Some(remark) = table.refusal() {
        let reason = refusal(remark.code, &remark.text);
        return Err(unusable(format!("{shown}: {reason}")));
    }
    let mapping = mapping(args, &table)?;
    mapping.check().map_err(|(code, column)| {
        let names = table.names();
        let column = column.map(|at| report::column_name(&names, at));
        unusable(format!("{shown}: {}", unmapped(code, column.as_deref())))
    })?;
    let has_locations = mapping.column(Field::Location).is_some();
    let sheet = Sheet::new(table, mapping);
    let locations = sheet.location_names();
    if has_locations && locations.len() > 1 && sheet.mapping().locations == Locations::Unchosen {
        let names = locations.join(", ");
        return Err(unusable(format!(
            "{shown}: the file has several locations: {names}. Choose one with --location NAME, or \
             add them up with --all-locations."
        )));
    }
    let style = args.number_style.style();
    let asked = asked(&text_hash, &format!("{options:?} {:?} {style:?}", sheet.mapping()));
    Ok(FileSheet { sheet, style, asked })
}

/// Returns what names a text and everything that decides what its rows ask.
fn asked(text_hash: &[u8], reading: &str) -> String {
    let hash = Sha256::new_with_prefix(text_hash).chain_update(reading);
    hex(&hash.finalize())
}

fn mapping(args: &FileArgs, table: &Table) -> Ended<Mapping> {
    let names = table.names();
    let guessed = Mapping::guess(&names);
    let mut fields = guessed.fields().to_vec();
    let mut said = Vec::new();
    for assignment in &args.map {
        let column = find_column(&names, &assignment.column)?;
        // What is said by hand takes the place of what was told by a name.
        for (at, field) in fields.iter_mut().enumerate() {
            if *field == assignment.field && !said.contains(&at) {
                *field = Field::Ignored;
            }
        }
        fields[column] = assignment.field;
        said.push(column);
    }
    let default_mode = args.default_mode.map(|mode| match mode {
        ModeName::Set => Mode::Set,
        ModeName::Adjust => Mode::Adjust,
    });
    let mut mapping = Mapping::new(fields, default_mode);
    mapping.locations = match &args.location {
        Some(name) => Locations::Only(name.trim().to_owned()),
        None if args.all_locations => Locations::Sum,
        None => Locations::Unchosen,
    };
    Ok(mapping)
}

fn find_column(names: &[String], wanted: &str) -> Ended<usize> {
    let by_name = names
        .iter()
        .position(|name| name == wanted.trim())
        .or_else(|| names.iter().position(|name| !name.is_empty() && key(name) == key(wanted)));
    let by_number = || {
        let number: usize = wanted.trim().parse().ok()?;
        (1..=names.len()).contains(&number).then(|| number - 1)
    };
    by_name.or_else(by_number).ok_or_else(|| {
        let columns: Vec<String> =
            (0..names.len().min(30)).map(|at| report::column_name(names, at)).collect();
        unusable(format!(
            "--map names the column \"{wanted}\", which the file does not have. It has: {}.",
            columns.join(", ")
        ))
    })
}

fn refusal(code: Code, text: &str) -> String {
    match code {
        Code::EmptyFile => "the file is empty: not even a header.".to_owned(),
        Code::Binary => {
            "this is a picture, a program or the like, not a text file. Export the stock as CSV."
                .to_owned()
        }
        Code::Workbook => {
            "this looks like a workbook or an archive, but there is no table in it. Save the table \
             as .xlsx or CSV."
                .to_owned()
        }
        Code::TooLarge => format!(
            "the file has {text} bytes, at most {MAX_BYTES} are read. Split it, or leave out \
             columns that are not needed."
        ),
        Code::TooManyColumns => format!(
            "the header has {text} columns, at most {MAX_COLUMNS} are read. Is it the right file?"
        ),
        other => format!("the file cannot be used: {other} {text}"),
    }
}

fn unmapped(code: Code, column: Option<&str>) -> String {
    let column = column.unwrap_or_default();
    match code {
        Code::NoSkuColumn => {
            "no column holds SKUs. Name it, such as --map COLUMN=externalId.".to_owned()
        }
        Code::NoValueColumn => "no column holds a quantity or a change. Name it, such as --map \
                                COLUMN=quantity or --map COLUMN=quantityDelta."
            .to_owned(),
        Code::NoDefaultMode => format!(
            "the column \"{column}\" holds amounts, and neither a mode column nor --default-mode \
             says how they are meant. Add --default-mode set or --default-mode adjust."
        ),
        Code::FieldTwice => {
            format!("the column \"{column}\" is a second one for the same field.")
        }
        other => format!("the columns cannot be used: {other} {column}"),
    }
}

/// Returns the error of a file or a stock that cannot be used at all.
pub(crate) fn unusable(message: impl Into<String>) -> CommandError {
    CommandError::with_status(message, UNUSABLE)
}

fn delimiter(name: &str) -> Result<DelimiterChoice, String> {
    if name == "auto" {
        return Ok(DelimiterChoice(None));
    }
    Delimiter::from_name(name)
        .map(|delimiter| DelimiterChoice(Some(delimiter)))
        .ok_or_else(|| "it must be auto , ; tab or |".to_owned())
}

fn encoding(name: &str) -> Result<EncodingChoice, String> {
    if name == "auto" {
        return Ok(EncodingChoice(None));
    }
    let found = Encoding::from_name(name).map(|encoding| EncodingChoice(Some(encoding)));
    found.ok_or_else(|| {
        let names = Encoding::ALL.map(Encoding::as_str);
        format!("it must be auto or one of {}", names.join(" "))
    })
}

fn assignment(text: &str) -> Result<Assignment, String> {
    let (column, field) = text.rsplit_once('=').ok_or("it must be COLUMN=FIELD")?;
    let field = Field::from_name(field.trim()).ok_or_else(|| {
        let names: Vec<&str> = Field::ALL.iter().map(|field| field.as_str()).collect();
        format!("the field must be one of {}", names.join(" "))
    })?;
    Ok(Assignment { column: column.to_owned(), field })
}

impl StyleName {
    fn style(self) -> Option<Style> {
        match self {
            Self::Auto => None,
            Self::Plain => Some(Style::Plain),
            Self::Comma => Some(Style::Comma),
            Self::Dot => Some(Style::Dot),
            Self::Space => Some(Style::Space),
        }
    }
}
