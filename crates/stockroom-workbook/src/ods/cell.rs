//! A cell of an open document spreadsheet: what it is worth, and what it shows.

use std::io::BufRead;

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::{attribute, value};
use crate::WorkbookFault;

/// More spaces than this in one go are not text.
const MOST_SPACES: usize = 1_000;

/// A cell as far as it is read.
#[derive(Debug, Default)]
pub(super) struct Cell {
    worth: Worth,
    shown: String,
}

/// What a cell is worth, besides what it shows.
#[derive(Debug, Default)]
enum Worth {
    /// What it shows.
    #[default]
    Shown,
    Number(f64),
    /// A date, a time or a truth, in the words of the format.
    Text(String),
}

impl Cell {
    /// Reads a cell's attributes.
    pub(super) fn read(e: &BytesStart<'_>) -> Result<Self, WorkbookFault> {
        let kind = attribute(e, "office:value-type")?.unwrap_or_default();
        let worth = match kind.as_str() {
            "float" | "percentage" | "currency" => attribute(e, "office:value")?
                .map_or(Ok(Worth::Shown), |text| {
                    text.trim().parse().map(Worth::Number).map_err(WorkbookFault::damaged)
                })?,
            "date" => text_of(e, "office:date-value")?,
            "time" => text_of(e, "office:time-value")?,
            "boolean" => {
                let text = attribute(e, "office:boolean-value")?.unwrap_or_default();
                Worth::Text(text.to_uppercase())
            }
            _ => Worth::Shown,
        };
        let shown = attribute(e, "office:string-value")?.unwrap_or_default();
        Ok(Self { worth, shown })
    }

    /// Reads what a cell shows, up to its end. Comments are not shown.
    pub(super) fn read_content<R: BufRead>(
        &mut self,
        xml: &mut Reader<R>,
    ) -> Result<(), WorkbookFault> {
        let mut buffer = Vec::new();
        let mut shown = String::new();
        let mut comments = 0_u32;
        loop {
            buffer.clear();
            match xml.read_event_into(&mut buffer).map_err(WorkbookFault::damaged)? {
                Event::Start(e) if e.name().as_ref() == "office:annotation" => comments += 1,
                Event::End(e) if e.name().as_ref() == "office:annotation" => {
                    comments = comments.saturating_sub(1);
                }
                Event::End(e)
                    if matches!(
                        e.name().as_ref(),
                        "table:table-cell" | "table:covered-table-cell"
                    ) =>
                {
                    break;
                }
                Event::Eof => return Err(WorkbookFault::damaged("a cell does not end")),
                _ if comments > 0 => {}
                Event::Start(e) | Event::Empty(e) => push_element(&e, &mut shown)?,
                Event::Text(text) => shown.push_str(&text.xml10_content()),
                Event::CData(text) => shown.push_str(&text.xml10_content()),
                Event::GeneralRef(reference) => push_reference(&reference, &mut shown)?,
                _ => {}
            }
        }
        if !shown.is_empty() {
            self.shown = shown;
        }
        Ok(())
    }

    /// Returns the cell's text: its worth, and what it shows where that is the same number with
    /// leading zeros.
    pub(super) fn into_text(self) -> String {
        match self.worth {
            Worth::Shown => self.shown,
            Worth::Text(text) => text,
            Worth::Number(number) => {
                let plain = value::number(number, 0);
                let is_padded = self.shown.len() > plain.len()
                    && self.shown.bytes().all(|byte| byte.is_ascii_digit())
                    && self.shown.trim_start_matches('0') == plain.trim_start_matches('0');
                if is_padded { self.shown } else { plain }
            }
        }
    }
}

fn text_of(e: &BytesStart<'_>, name: &str) -> Result<Worth, WorkbookFault> {
    Ok(attribute(e, name)?.map_or(Worth::Shown, |text| Worth::Text(plain_time(text))))
}

/// Turns `PT14H30M00S` into `14:30:00`; what is written otherwise stays.
fn plain_time(text: String) -> String {
    let parts = text.strip_prefix("PT").and_then(|rest| {
        let (hours, rest) = rest.split_once('H')?;
        let (minutes, rest) = rest.split_once('M')?;
        let seconds = rest.strip_suffix('S')?;
        let seconds = seconds.split(['.', ',']).next()?;
        let number = |text: &str| text.parse::<u64>().ok();
        Some((number(hours)?, number(minutes)?, number(seconds)?))
    });
    parts.map_or(text, |(hours, minutes, seconds)| format!("{hours:02}:{minutes:02}:{seconds:02}"))
}

fn push_element(e: &BytesStart<'_>, shown: &mut String) -> Result<(), WorkbookFault> {
    match e.name().as_ref() {
        "text:p" if !shown.is_empty() => shown.push('\n'),
        "text:line-break" => shown.push('\n'),
        "text:tab" => shown.push('\t'),
        "text:s" => {
            let times = attribute(e, "text:c")?.map_or(Ok(1), |times| times.trim().parse());
            let times: usize = times.map_err(WorkbookFault::damaged)?;
            shown.extend(std::iter::repeat_n(' ', times.min(MOST_SPACES)));
        }
        _ => {}
    }
    Ok(())
}

fn push_reference(reference: &BytesRef<'_>, shown: &mut String) -> Result<(), WorkbookFault> {
    let named = match reference.as_ref() {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => reference.resolve_char_ref().map_err(WorkbookFault::damaged)?,
    };
    shown.push(named.ok_or_else(|| WorkbookFault::damaged("an unknown entity"))?);
    Ok(())
}
