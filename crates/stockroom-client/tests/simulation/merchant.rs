//! The merchant and his machine: tabs opened, closed, killed and put to sleep, buttons pressed, the
//! clock set.

use stockroom_client::bytes::{Reader, Writer};
use stockroom_client::item::{read_items, write_items};
use stockroom_client::run::{End, Entry, Event, Halt, Phase, Run};

use crate::Safeguard;
use crate::scene::{Clock, DAY, HOUR, MINUTE, Merchant, SECOND};
use crate::tab::Tab;
use crate::world::{Happening, World};

impl World {
    /// Returns how long nothing happens: from the blink of an eye to days.
    pub(crate) fn gap(&mut self) -> u64 {
        let most =
            self.random.pick(&[50, SECOND, 10 * SECOND, MINUTE, 15 * MINUTE, 6 * HOUR, 2 * DAY]);
        self.random.between(most / 10, most)
    }

    /// Lets the tab die, where its hour has come.
    pub(crate) fn dies(&mut self, tab: usize) -> bool {
        let may = self.deaths_left > 0 && !self.is_over;
        if !may || !self.random.happens(self.scene.deaths.0) {
            return false;
        }
        self.deaths_left -= 1;
        self.kill(tab);
        true
    }

    /// Lets the machine sleep between two steps, where its hour has come.
    pub(crate) fn falls_asleep(&mut self) -> bool {
        let may = self.deaths_left > 0 && !self.is_over;
        if !may || !self.random.happens(self.scene.deaths.0 / 2) {
            return false;
        }
        self.deaths_left -= 1;
        let gap = self.gap();
        self.sleep(gap);
        true
    }

    fn sleep(&mut self, gap: u64) {
        self.story.tell(self.now, || format!("the machine sleeps for {} s", gap / 1000));
        for tab in &mut self.tabs {
            tab.asleep_until = self.now + gap;
        }
    }

    fn kill(&mut self, tab: usize) {
        self.story.tell(self.now, || format!("tab {tab}: dies"));
        let kept = self.tabs[tab].saving.take().filter(|_| self.random.happens(500));
        self.journal.extend(kept);
        self.tabs[tab].is_alive = false;
        if self.lock == Some(tab) {
            self.lock = None;
            if let Some(next) = self.tabs.iter().position(|tab| tab.is_alive) {
                self.drive(next);
            }
        }
        let gap = self.random.pick(&[
            SECOND,
            MINUTE,
            15 * MINUTE,
            3 * HOUR,
            21 * HOUR,
            25 * HOUR,
            3 * DAY,
        ]);
        self.soon(gap, Happening::Open);
    }

    /// Opens a tab; the first starts the run, a later one shows what is known of it.
    pub(crate) fn open(&mut self) {
        if self.is_over {
            return;
        }
        let none_alive = !self.tabs.iter().any(|tab| tab.is_alive);
        if self.scene.clock == Clock::BackAtReopening
            && self.clock_off == 0
            && none_alive
            && !self.tabs.is_empty()
        {
            let back = self.now - self.scene.began + self.random.between(100 * DAY, 9000 * DAY);
            self.clock_off = -i64::try_from(back).unwrap_or(0);
            self.story.tell(self.now, || format!("the clock goes back by {} h", back / HOUR));
        }
        if self.scene.clock == Clock::SetWhileClosed && none_alive && !self.tabs.is_empty() {
            // It shows a time of the first hours: whatever has gone by, a key seems young.
            let shown = self.scene.began + self.random.between(HOUR, 20 * HOUR);
            self.clock_off =
                i64::try_from(shown).unwrap_or(0) - i64::try_from(self.now).unwrap_or(0);
            let off = self.clock_off;
            self.story.tell(self.now, || format!("the clock is {off} ms off"));
        }
        let tab = self.tabs.len();
        self.story.tell(self.now, || format!("tab {tab}: is opened"));
        self.tabs.push(Tab::new());
        if self.lock.is_none() || self.removed == Some(Safeguard::Lock) {
            self.drive(tab);
        }
    }

    /// Gives a tab the lock and the run as the journal tells it.
    fn drive(&mut self, tab: usize) {
        self.lock = Some(tab);
        let is_read_back = self.random.happens(50);
        let shown = self.shown();
        let (mut base, mut entries) = (self.base.clone(), self.journal.clone());
        if is_read_back {
            match read_back(&base, &entries) {
                Some(kept) => (base, entries) = kept,
                None => self.violation = Some("what was kept cannot be read".into()),
            }
        }
        if self.removed == Some(Safeguard::Expiry) {
            forget_ages(&mut entries, shown);
        }
        let mut run = Run::restore(base, entries);
        if self.scene.rules.tells_date {
            // The page has read the stock before, and nobody has noted when.
            run.hear_date(self.now / 1000 * 1000, 0);
        }
        self.story.tell(self.now, || format!("tab {tab}: drives, {:?}", run.phase()));
        self.tabs[tab].run = Some(run);
        if tab == 0 {
            if self.scene.clock == Clock::Wild {
                self.set_clock();
            }
            self.tell(tab, Event::Started);
        }
    }

    /// The merchant does something of his own accord.
    pub(crate) fn act(&mut self) {
        self.acts_left -= 1;
        if self.acts_left > 0 {
            let gap = self.gap();
            self.soon(gap, Happening::Act);
        }
        self.set_clock();
        let alive: Vec<usize> = (0..self.tabs.len()).filter(|t| self.tabs[*t].is_alive).collect();
        if alive.is_empty() {
            return;
        }
        let tab = self.random.pick(&alive);
        match self.random.below(10) {
            0 | 1 => self.press(tab, Event::PauseAsked),
            2 | 3 => self.press(tab, Event::ResumeAsked),
            4 => self.press(tab, Event::StopAsked),
            5 => self.press(tab, Event::RetryUnknownAsked),
            6 => self.kill(tab),
            7 | 8 if alive.len() < 3 => self.open(),
            _ => {
                let gap = self.gap();
                self.sleep(gap);
            }
        }
    }

    fn press(&mut self, tab: usize, event: Event) {
        if self.tabs[tab].drives() && self.tabs[tab].asleep_until <= self.now {
            self.story.tell(self.now, || format!("tab {tab}: {event:?}"));
            self.tell(tab, event);
        }
    }

    fn set_clock(&mut self) {
        let off = match self.scene.clock {
            Clock::Nudged => 2000 - i64::try_from(self.random.below(4000)).unwrap_or(0),
            Clock::BackALittle if self.clock_off == 0 => {
                -i64::try_from(self.random.between(1, 3 * HOUR)).unwrap_or(0)
            }
            // Set back in its sleep by just as much as it sleeps, to the minute, nobody could notice.
            Clock::Wild if self.tabs.iter().all(|tab| tab.asleep_until <= self.now) => {
                i64::try_from(self.random.below(40 * DAY)).unwrap_or(0) - 20 * 86_400_000
            }
            Clock::Ahead if self.clock_off == 0 => {
                i64::try_from(self.random.between(1, 3 * DAY)).unwrap_or(0)
            }
            _ => return,
        };
        self.clock_off = off;
        self.story.tell(self.now, || format!("the clock is {off} ms off"));
    }

    /// The merchant looks how far it is, and does what the page proposes.
    pub(crate) fn look(&mut self) {
        let driving: Vec<usize> = (0..self.tabs.len()).filter(|t| self.tabs[*t].drives()).collect();
        let mut is_settled = !driving.is_empty();
        for tab in driving {
            is_settled &= self.settle(tab);
        }
        if is_settled && self.acts_left == 0 {
            self.story.tell(self.now, || "the merchant goes".into());
            self.is_over = true;
            return;
        }
        let often = if self.scene.is_outage { 6 * HOUR } else { SECOND };
        let most = self.random.pick(&[SECOND, MINUTE, HOUR, 6 * HOUR]).max(often);
        let after = self.random.between(most / 4, most);
        self.soon(after, Happening::Look);
    }

    /// Presses what there is to press; tells whether there is nothing more.
    fn settle(&mut self, tab: usize) -> bool {
        let Tab { run: Some(run), queue, is_busy, asleep_until, .. } = &self.tabs[tab] else {
            return true;
        };
        if *is_busy || !queue.is_empty() || *asleep_until > self.now {
            return false;
        }
        let is_patient = self.scene.merchant == Merchant::Patient;
        let event = match run.phase() {
            Phase::Ready => Event::Started,
            Phase::Running | Phase::Ending(_) => return false,
            Phase::Paused if is_patient => Event::ResumeAsked,
            Phase::Paused => Event::StopAsked,
            Phase::Ended(_) if !is_patient => return true,
            Phase::Ended(End::Complete) if run.retryable(self.shown()) == 0 => return true,
            Phase::Ended(End::Complete) => Event::RetryUnknownAsked,
            Phase::Ended(end) => {
                if matches!(end, End::Halted(Halt::Denied(_))) {
                    self.service.denies = None;
                }
                Event::ResumeAsked
            }
        };
        self.helped += 1;
        self.press(tab, event);
        false
    }
}

/// Writes a journal and reads it; what it says is the same.
fn read_back(base: &Run, entries: &[Entry]) -> Option<(Run, Vec<Entry>)> {
    let mut writer = Writer::default();
    write_items(base.items(), &mut writer);
    base.write(&mut writer);
    for entry in entries {
        entry.write(&mut writer);
    }
    let bytes = writer.into_bytes();
    let mut reader = Reader::new(&bytes);
    let items = read_items(&mut reader)?;
    let base = Run::read(&mut reader, items)?;
    let read = entries.iter().map(|_| Entry::read(&mut reader)).collect::<Option<Vec<_>>>()?;
    (reader.is_done() && read == entries).then_some((base, read))
}

/// Takes away what tells how old a request is, where that is to be shown.
fn forget_ages(entries: &mut [Entry], shown: u64) {
    for batch in entries.iter_mut().flat_map(|entry| entry.batches.values_mut()) {
        batch.first_sent = batch.first_sent.map(|_| shown);
        batch.first_sent_there = None;
        batch.last_sent = batch.last_sent.min(shown);
    }
}
