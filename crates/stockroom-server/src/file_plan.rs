//! `stockroom plan`: what a file would do to the stock, as the browser would show it.
//!
//! No rules here: the domain reads, merges and judges, this module fetches and prints. Nothing is
//! sent. Start reading at [`show_plan`].

mod report;
mod snapshot;
mod source;
mod store_client;

use std::io::Write as _;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use stockroom_domain::code::Code;
use stockroom_domain::columns::{Field, Locations, Mapping, key};
use stockroom_domain::number::Style;
use stockroom_domain::plan::{Limits, Plan};
use stockroom_domain::quantity::Mode;
use stockroom_domain::sheet::Sheet;
use stockroom_domain::stock::Stock;
use stockroom_domain::table::{
    Delimiter, Encoding, Header, MAX_BYTES, MAX_COLUMNS, ReadOptions, Table,
};

use crate::applying::nfc;
use crate::commands::{CommandError, Ended};

/// The status of a file that cannot be used at all.
const UNUSABLE: u8 = 2;

/// Show what a file would do to the stock, without sending anything.
#[derive(Clone, Debug, Args)]
pub struct PlanArgs {
    /// The file: text with a header, its columns separated by `,` `;` tab or `|`, or a workbook:
    /// .xlsx .xlsb .xls .ods
    file: PathBuf,
    /// The workbook's sheet, by its name or its number from 1; without it the first visible one
    /// that has cells
    #[arg(long, value_name = "NAME|NUMBER")]
    sheet: Option<String>,
    #[command(flatten)]
    source: Source,
    /// A file with the key for --server; without it `STOCKROOM_KEY` is taken
    #[arg(long, value_name = "FILE", requires = "server")]
    key_file: Option<PathBuf>,
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
    /// Print the plan as JSON
    #[arg(long)]
    json: bool,
}

/// Where the stock is read from.
#[derive(Clone, Debug, Args)]
#[group(required = true, multiple = false)]
struct Source {
    /// A file with the inventory list's items as JSON
    #[arg(long, value_name = "SNAPSHOT")]
    stock: Option<PathBuf>,
    /// A server of the Store API, such as `http://127.0.0.1:8080`
    #[arg(long, value_name = "URL")]
    server: Option<String>,
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

/// Prints what the file would do; returns 1 where rows have errors, else 0.
///
/// # Errors
/// [`CommandError`] with status 2 where the file or the stock cannot be used at all.
pub fn show_plan(args: &PlanArgs) -> Ended<u8> {
    let sheet = read_sheet(args)?;
    let style = args.number_style.style();
    let (stock, plan) = match (&args.source.stock, &args.source.server) {
        (Some(file), _) => {
            let stock = stock_of(snapshot::read(file)?);
            let plan = Plan::new(&sheet, style, &stock, Limits::default());
            (stock, plan)
        }
        (None, Some(url)) => plan_with_server(args, url, &sheet, style)?,
        (None, None) => return Err(unusable("name the stock with --stock or --server.")),
    };
    let text = if args.json {
        report::json(&sheet, &stock, &plan)
            .map_err(|error| unusable(format!("the plan cannot be written as JSON: {error}")))?
    } else {
        report::table(&sheet, &stock, &plan)
    };
    // A reader that has seen enough (`| head`) is no failure.
    let _ = std::io::stdout().write_all(text.as_bytes());
    Ok(u8::from(plan.totals().errors > 0))
}

fn plan_with_server(
    args: &PlanArgs,
    url: &str,
    sheet: &Sheet,
    style: Option<Style>,
) -> Ended<(Stock, Plan)> {
    let client = store_client::StoreClient::new(url, &store_client::key(args.key_file.as_deref())?);
    let mut stock = stock_of(client.inventory()?.into_iter().map(Into::into));
    let plan = Plan::new(sheet, style, &stock, Limits::default());
    let mut unknown: Vec<String> = plan
        .rows_with(Code::UnknownProduct)
        .map(|row| sheet.external_id(row as usize).trim().to_owned())
        .collect();
    unknown.sort_unstable();
    unknown.dedup();
    let found = client.look_up(&unknown)?;
    if found.is_empty() {
        return Ok((stock, plan));
    }
    for product in found {
        stock.put(product.into());
    }
    let plan = Plan::new(sheet, style, &stock, Limits::default());
    Ok((stock, plan))
}

fn stock_of(products: impl IntoIterator<Item = stockroom_domain::stock::Product>) -> Stock {
    let mut stock = Stock::new(nfc);
    for product in products {
        stock.put(product);
    }
    stock
}

fn read_sheet(args: &PlanArgs) -> Ended<Sheet> {
    let shown = args.file.display();
    let options = ReadOptions {
        delimiter: args.delimiter.0,
        header: if args.no_header { Header::None } else { Header::First },
        encoding: args.encoding.0,
    };
    let text = source::read(&args.file, args.sheet.as_deref(), options)?;
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
    Ok(sheet)
}

fn mapping(args: &PlanArgs, table: &Table) -> Ended<Mapping> {
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

fn unusable(message: impl Into<String>) -> CommandError {
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
