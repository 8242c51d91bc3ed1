//! The store's stock as this tab has read it; shared by Inventory, the product panel and Update.
//!
//! [`Stock`] reads the inventory through the API page by page: the first page shows at once, the
//! rest follows in the background. Lives at the app's root, for as long as the tab.

use leptos::prelude::*;
use leptos::task::spawn_local;
use stockroom_api::inventory::{InventoryItem, Which};
use stockroom_api::path;
use stockroom_api::product::Product;
use stockroom_client::answer::Unread;
use stockroom_client::pages::Reading;
use stockroom_client::snapshot::SnapshotReading;

pub mod health;
pub mod list;

use crate::browser::{clock, text};
use crate::connection::{Connection, Failure, Method, Streamed, Who};
use list::StockList;

/// How long between two steps of a list that is being read.
const SHOW_EVERY_MS: f64 = 400.0;
/// How often a page is asked for again before the reading stops.
const TRIES: u32 = 4;

/// The stock; copy it into closures.
#[derive(Clone, Copy, Debug)]
pub struct Stock {
    connection: Connection,
    list: RwSignal<StockList>,
    progress: RwSignal<Progress>,
    read_at: RwSignal<Option<f64>>,
    failure: RwSignal<Option<Failure>>,
    /// Counts the readings: an older one that is still under way stops at its next page.
    round: StoredValue<u32>,
    /// The tag of the stream that the list was read from: the same tag, the same stock.
    tag: StoredValue<Option<String>>,
    /// When the list was last shown while it is read.
    shown_at: StoredValue<f64>,
}

/// How far a reading is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Whether products are being read now.
    pub is_reading: bool,
    /// The products of this reading so far.
    pub read: usize,
    /// How many there are, once the API said so.
    pub total: Option<u64>,
}

/// Returns the stock that the app provides.
pub fn use_stock() -> Stock {
    expect_context::<Stock>()
}

impl Stock {
    /// Starts empty; reads whenever somebody signs in, forgets when they leave.
    ///
    /// Call it once, at the app's root.
    pub fn start(connection: Connection) -> Self {
        let stock = Self {
            connection,
            list: RwSignal::new(StockList::new(text::fold)),
            progress: RwSignal::new(Progress::default()),
            read_at: RwSignal::new(None),
            failure: RwSignal::new(None),
            round: StoredValue::new(0),
            tag: StoredValue::new(None),
            shown_at: StoredValue::new(0.0),
        };
        Effect::new(move |before: Option<(Option<Who>, u32)>| {
            let now = (connection.who(), connection.sign_ins());
            let is_other = before.as_ref().is_none_or(|before| before.0 != now.0);
            if is_other {
                stock.forget();
            }
            if now.0.is_some() && before.as_ref() != Some(&now) {
                stock.refresh();
            }
            now
        });
        stock
    }

    /// Reads everything anew; what is shown stays until it is replaced.
    pub fn refresh(self) {
        let round = self.next_round();
        self.failure.set(None);
        self.progress.set(Progress { is_reading: true, ..Progress::default() });
        spawn_local(async move {
            self.read_all(Reading::new(Which::All), round).await;
        });
        spawn_local(async move {
            if let Ok(page) = self.connection.inventory_page(Which::Low, 1, 1).await
                && self.is_current(round)
            {
                self.list.try_update(|list| list.set_low_total(page.total));
            }
        });
    }

    /// Reads everything anew and waits for it; tells whether all of it was read.
    pub async fn read_anew(self) -> bool {
        const STEP_MS: i32 = 50;
        self.refresh();
        let round = self.round.try_get_value();
        while self.progress.try_get_untracked().is_some_and(|progress| progress.is_reading) {
            clock::sleep(STEP_MS).await;
        }
        self.round.try_get_value() == round
            && self.failure.try_with_untracked(Option::is_none) == Some(true)
    }

    /// Calls `with` with the list and follows it.
    pub fn with<T>(self, with: impl FnOnce(&StockList) -> T) -> T {
        self.list.with(with)
    }

    /// Calls `with` with the list without following it.
    pub fn with_untracked<T>(self, with: impl FnOnce(&StockList) -> T) -> T {
        self.list.with_untracked(with)
    }

    /// Returns a copy of all products read, without following them.
    pub fn items(self) -> Vec<InventoryItem> {
        self.list.with_untracked(|list| list.rows().iter().map(|row| row.item.clone()).collect())
    }

    /// Returns how far the reading is and follows it.
    pub fn progress(self) -> Progress {
        self.progress.get()
    }

    /// Returns how far the reading is without following it.
    pub fn progress_untracked(self) -> Progress {
        self.progress.get_untracked()
    }

    /// Returns when the stock was read, in milliseconds since 1970, and follows it.
    pub fn read_at(self) -> Option<f64> {
        self.read_at.get()
    }

    /// Returns why the reading stopped and follows it.
    pub fn failure(self) -> Option<Failure> {
        self.failure.get()
    }

    /// Writes a level that is known to be so now.
    pub fn set_level(self, product_id: &str, variant_id: Option<&str>, level: i64) {
        self.list.try_update(|list| list.set_level(product_id, variant_id, level));
    }

    /// Writes the levels of a product that was read or saved on its own.
    pub fn put(self, product: &Product) {
        self.list.try_update(|list| list.put(product));
    }

    fn forget(self) {
        self.next_round();
        self.list.set(StockList::new(text::fold));
        self.progress.set(Progress::default());
        self.read_at.set(None);
        self.failure.set(None);
        self.tag.set_value(None);
    }

    fn next_round(self) -> u32 {
        self.round.update_value(|round| *round = round.wrapping_add(1));
        self.round.get_value()
    }

    fn is_current(self, round: u32) -> bool {
        self.round.try_get_value() == Some(round)
    }

    async fn read_all(self, mut reading: Reading, round: u32) {
        let mut tries = 0;
        let mut may_stream = true;
        while let Some(path) = reading.next_path() {
            if !self.is_current(round) {
                return;
            }
            // Behind the first page, a server that has it sends the rest in one.
            let is_begun = !reading.items().is_empty();
            if is_begun && std::mem::take(&mut may_stream) && self.read_snapshot(round).await {
                return;
            }
            match self.read_page(&mut reading, &path).await {
                _ if !self.is_current(round) => return,
                Ok(()) => {
                    tries = 0;
                    self.failure.try_set(None);
                    self.show(&reading);
                }
                Err(failure) => {
                    let goes_on = failure.is_passing() && tries < TRIES;
                    tries += 1;
                    let wait = wait_ms(&failure, tries);
                    // Said at once, though it may pass: nobody waits without knowing why.
                    self.failure.try_set(Some(failure));
                    if !goes_on {
                        self.progress.try_update(|progress| progress.is_reading = false);
                        return;
                    }
                    clock::sleep(wait).await;
                }
            }
        }
        self.progress.try_update(|progress| progress.is_reading = false);
        self.list.try_update(|list| list.replace(reading.into_items()));
    }

    /// Reads everything as one stream, where the server has it; tells whether that is done.
    async fn read_snapshot(self, round: u32) -> bool {
        if !self.connection.capabilities_untracked().snapshot {
            return false;
        }
        let is_kept = self.list.with_untracked(StockList::is_whole);
        let tag = self.tag.try_get_value().flatten().filter(|_| is_kept);
        let mut reading = SnapshotReading::default();
        let took = |bytes: &[u8]| {
            let is_right = self.is_current(round) && reading.feed(bytes).is_ok();
            if is_right {
                self.show_some(reading.items(), reading.total());
            }
            is_right
        };
        let streamed = self.connection.stream(path::SNAPSHOT, tag.as_deref(), took).await;
        if !self.is_current(round) {
            return true;
        }
        match streamed {
            Ok(Streamed::Unchanged) => {}
            Ok(Streamed::Whole { tag }) if reading.is_whole() => {
                self.tag.try_set_value(tag);
                self.list.try_update(|list| list.replace(reading.into_items()));
            }
            // What is wrong with a stream, the pages will tell.
            _ => return false,
        }
        self.progress.try_update(|progress| progress.is_reading = false);
        self.read_at.try_set(Some(clock::now_ms()));
        true
    }

    async fn read_page(self, reading: &mut Reading, path: &str) -> Result<(), Failure> {
        let answer = self.connection.send(Method::Get, path, &[], None).await?;
        match reading.read(&answer) {
            Ok(_) => Ok(()),
            Err(Unread::Refused(_)) => Err(Failure::of_answer(&answer)),
            Err(Unread::NotUnderstood { .. }) => Err(Failure::NotTheApi),
        }
    }

    /// Shows what has been read so far.
    fn show(self, reading: &Reading) {
        self.show_some(reading.items(), reading.total());
    }

    /// Shows products that were read: the first at once, then more as often as eyes follow.
    fn show_some(self, items: &[InventoryItem], total: Option<u64>) {
        let shown = self.progress.try_get_untracked().map_or(0, |progress| progress.read);
        let now = clock::now_ms();
        let is_due = now - self.shown_at.try_get_value().unwrap_or(0.0) >= SHOW_EVERY_MS;
        let Some(new) = items.get(shown..).filter(|_| shown == 0 || is_due) else { return };
        self.shown_at.try_set_value(now);
        // A list that is whole stays as it is until it is replaced.
        if !self.list.with_untracked(StockList::is_whole) {
            self.list.try_update(|list| list.take(new, total));
        }
        self.progress.try_set(Progress { is_reading: true, read: items.len(), total });
        self.read_at.try_set(Some(now));
    }
}

fn wait_ms(failure: &Failure, tries: u32) -> i32 {
    match failure {
        Failure::TooFast { seconds: Some(seconds) } => {
            i32::try_from(seconds.saturating_mul(1000)).unwrap_or(i32::MAX)
        }
        _ => 500 << tries.min(5),
    }
}
