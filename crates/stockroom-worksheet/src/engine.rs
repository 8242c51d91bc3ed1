//! Keeps the worksheet and answers what the page asks of it.

mod edits;
mod found;
mod reading;
mod rows;
mod writing;

use stockroom_domain::code::Code;
use stockroom_domain::label::Nfc;
use stockroom_domain::number::Style;
use stockroom_domain::plan::{Limits, Plan};
use stockroom_domain::sheet::Sheet;
use stockroom_domain::stock::Stock;
use stockroom_domain::table::ReadOptions;

pub use reading::Why;

use crate::message::{Ask, Logged, News, Reply, Summary, View};
use crate::view::Ranks;

/// The worksheet.
#[derive(Debug)]
pub struct Engine {
    nfc: Nfc,
    options: ReadOptions,
    sheet: Option<Sheet>,
    style: Option<Style>,
    stock: Stock,
    /// Stock that the plan at hand was not made on, and is not disturbed by.
    arrived: Arrived,
    plan: Option<Plan>,
    order: Option<Order>,
    ranks: Ranks,
}

/// Stock for the next plan.
#[derive(Debug)]
struct Arrived {
    /// Whether it is the whole stock, or products that the stock lacked.
    is_new: bool,
    stock: Stock,
}

/// Which rows are shown where.
#[derive(Debug)]
struct Order {
    view: View,
    rows: Vec<u32>,
    /// Whether the plan is another since: to be made again when rows are shown next, and not
    /// before, so that hands work on what eyes see.
    is_stale: bool,
}

/// Hears how far a long work is.
pub trait Outside {
    /// Hears how far the work is.
    fn tell(&mut self, news: News);
}

/// Hears nothing.
impl Outside for () {
    fn tell(&mut self, _: News) {}
}

impl Engine {
    /// Returns a worksheet with nothing on it; `nfc` is the normalization for labels.
    pub fn new(nfc: Nfc) -> Self {
        Self {
            nfc,
            options: ReadOptions::default(),
            sheet: None,
            style: None,
            stock: Stock::new(nfc),
            arrived: Arrived { is_new: false, stock: Stock::new(nfc) },
            plan: None,
            order: None,
            ranks: Ranks::default(),
        }
    }

    /// Tells whether an ask needs the bytes of the file once more, where the rows are from a file:
    /// [`Engine::open_arrived`] takes its place then.
    pub fn needs_bytes(&self, ask: &Ask) -> bool {
        matches!(ask, Ask::Reread(options) if options.encoding != self.options.encoding)
    }

    /// Does what is asked.
    pub fn answer(&mut self, ask: Ask, outside: &mut dyn Outside) -> Reply {
        match ask {
            Ask::Open(bytes) => self.open(bytes, ReadOptions::default(), outside),
            Ask::OpenAs(bytes, options) => self.open(bytes, options, outside),
            Ask::Reread(options) => self.reread(options, outside),
            Ask::OpenProducts(external_ids) => self.open_products(&external_ids, outside),
            Ask::Source => {
                let text = self.sheet.as_ref().map(|sheet| sheet.table().text().to_vec());
                Reply::File(text.unwrap_or_default())
            }
            Ask::Map { fields, default_mode, locations } => {
                self.map(fields, default_mode, locations)
            }
            Ask::NewStock => {
                self.arrived = Arrived { is_new: true, stock: Stock::new(self.nfc) };
                Reply::Done
            }
            Ask::AddStock(products) => {
                for product in products {
                    self.arrived.stock.put(product);
                }
                Reply::Done
            }
            Ask::Plan(style) => {
                self.style = style;
                self.replan(outside)
            }
            Ask::Rows { view, start, count } => self.rows(view, start, count),
            Ask::PlaceOfLine { view, line } => self.place_of_line(view, line),
            Ask::Copy { view, start, count, first, last } => {
                Reply::Text(self.copy(view, start, count, (first, last)))
            }
            Ask::Unknown { most } => self.unknown(most as usize),
            Ask::Repairs => self.repairs(),
            Ask::Missing { search } => self.missing(&search),
            Ask::Confirm { leave_out_errors, typed } => self.confirm(leave_out_errors, typed),
            Ask::WriteErrors { sentences, others } => self.write_errors(&sentences, others),
            ask => self.answer_edit(ask, outside),
        }
    }

    fn forget_plan(&mut self) {
        self.plan = None;
        self.order = None;
    }

    fn replan(&mut self, outside: &mut dyn Outside) -> Reply {
        self.take_stock();
        self.plan = None;
        if let Some(order) = &mut self.order {
            order.is_stale = true;
        }
        Reply::Summary(self.summary(outside))
    }

    /// Takes the stock that arrived for the stock at hand.
    fn take_stock(&mut self) {
        let empty = Arrived { is_new: false, stock: Stock::new(self.nfc) };
        let Arrived { is_new, stock } = std::mem::replace(&mut self.arrived, empty);
        if is_new {
            self.stock = stock;
        } else {
            for product in stock.into_products() {
                self.stock.put(product);
            }
        }
        self.ranks = Ranks::default();
    }

    /// Makes the plan where there is none.
    fn make_plan(&mut self, outside: &mut dyn Outside) {
        let Some(sheet) = self.sheet.as_ref().filter(|_| self.plan.is_none()) else { return };
        let total = index(sheet.rows());
        let mut told = |rows| outside.tell(News::Planned { done: index(rows), total });
        let limits = Limits::default();
        self.plan = Some(Plan::new_telling(sheet, self.style, &self.stock, limits, &mut told));
    }

    /// Returns what the plan comes to.
    fn summary(&mut self, outside: &mut dyn Outside) -> Summary {
        self.make_plan(outside);
        let (Some(sheet), Some(plan)) = (&self.sheet, &self.plan) else {
            return Summary::default();
        };
        let (done, undone) = sheet.steps();
        Summary {
            totals: *plan.totals(),
            guards: plan.guards().to_vec(),
            style: plan.style(),
            ambiguous: index(plan.rows_with(Code::NumberAmbiguous).count()),
            unknown: index(plan.rows_with(Code::UnknownProduct).count()),
            steps: (index(done), index(undone)),
            products: index(self.stock.products().len()),
            touched: None,
            place: None,
            logged: None::<Logged>,
        }
    }
}

/// Rows and counts fit: a file is at most 256 MB.
fn index(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
