//! Everything that happens, in its order: tabs, network, merchant, clock. One number decides it all.

use std::collections::{BTreeMap, HashSet};

use stockroom_client::answer::Answer;
use stockroom_client::item::Item;
use stockroom_client::run::{Command, Entry, Event, Run, Stage};

use crate::Safeguard;
use crate::random::Random;
use crate::scene::{DAY, MINUTE, Scene};
use crate::service::Service;
use crate::story::Story;
use crate::tab::{Flight, Tab};
use crate::verdict;

/// More than any run of these sizes takes.
const MOST_HAPPENINGS: u32 = 200_000;

pub(crate) struct World {
    pub(crate) scene: Scene,
    pub(crate) service: Service,
    pub(crate) random: Random,
    pub(crate) story: Story,
    pub(crate) now: u64,
    /// What the clock of the merchant's machine shows beside the true time.
    pub(crate) clock_off: i64,
    pub(crate) tabs: Vec<Tab>,
    pub(crate) flights: Vec<Flight>,
    pub(crate) lock: Option<usize>,
    /// The run as it was kept before its start, and what was kept since.
    pub(crate) base: Run,
    pub(crate) journal: Vec<Entry>,
    pub(crate) removed: Option<Safeguard>,
    pub(crate) sent_keys: HashSet<String>,
    /// Keys of requests that were refused as a whole.
    pub(crate) refused_keys: HashSet<String>,
    pub(crate) faults_left: u32,
    pub(crate) deaths_left: u32,
    pub(crate) acts_left: u32,
    /// How often the merchant had to do something about a run that had stopped.
    pub(crate) helped: u32,
    /// Whether the merchant has gone, and only what is on its way still arrives.
    pub(crate) is_over: bool,
    pub(crate) violation: Option<String>,
    queue: BTreeMap<(u64, u64), Happening>,
    happened: u64,
}

/// What happens at some time.
pub(crate) enum Happening {
    /// A tab carries out its next command.
    Step(usize),
    /// What a tab has written is kept for good.
    Kept(usize),
    /// A tab hears the time that it asked for, or that there will be no answer.
    HearDate(usize, Option<u64>),
    /// A timer of a tab, by its number, goes off.
    Wake(usize, u32),
    /// A request reaches the service.
    Arrive(usize),
    /// The service is through with a request.
    Worked(usize),
    /// A tab hears of its request: an answer, or that there will be none.
    Hear(usize, Option<Answer>),
    /// A tab has waited long enough for an answer.
    TimeOut(usize),
    /// The merchant does something of his own accord.
    Act,
    /// The merchant looks how far it is.
    Look,
    /// The merchant opens a tab.
    Open,
}

impl World {
    pub(crate) fn new(seed: u64, removed: Option<Safeguard>, told: bool) -> Result<Self, String> {
        let mut random = Random::of(seed);
        let mut scene = Scene::draw(&mut random);
        if removed == Some(Safeguard::Lock) {
            scene.acts = scene.acts.max(3);
        }
        if removed == Some(Safeguard::ServerClock) {
            scene.rules.tells_date = false;
        }
        let items = scene.items.iter().cloned().map(Item::new).collect();
        let base = Run::new("run", items, scene.settings).map_err(|twice| format!("{twice:?}"))?;
        let mut world = Self {
            service: Service::new(scene.rules, std::mem::take(&mut scene.products)),
            random,
            story: Story::new(told, scene.began),
            now: scene.began,
            clock_off: 0,
            tabs: Vec::new(),
            flights: Vec::new(),
            lock: None,
            base,
            journal: Vec::new(),
            removed,
            sent_keys: HashSet::new(),
            refused_keys: HashSet::new(),
            faults_left: scene.faults.1,
            deaths_left: scene.deaths.1,
            acts_left: scene.acts,
            helped: 0,
            is_over: false,
            violation: None,
            queue: BTreeMap::new(),
            happened: 0,
            scene,
        };
        world.story.tell(world.now, || world.scene.to_string());
        world.soon(0, Happening::Open);
        world.soon(1000, Happening::Look);
        if world.acts_left > 0 {
            let gap = world.gap();
            world.soon(gap, Happening::Act);
        }
        Ok(world)
    }

    /// Lets it all happen; returns what must not have been.
    pub(crate) fn play(&mut self) -> Result<(), String> {
        let mut count = 0;
        while let Some(((at, _), happening)) = self.queue.pop_first() {
            self.now = at;
            self.happen(happening);
            if let Some(violation) = self.violation.take().or(self.service.violation.take()) {
                return Err(violation);
            }
            count += 1;
            if count > MOST_HAPPENINGS {
                return Err("it does not end".into());
            }
        }
        verdict::at_the_end(self)
    }

    fn happen(&mut self, happening: Happening) {
        if let Some(tab) = self.tab_of(&happening) {
            if !self.tabs[tab].is_alive {
                return;
            }
            let wakes_at = self.tabs[tab].asleep_until;
            if wakes_at > self.now {
                self.soon(wakes_at - self.now, happening);
                return;
            }
        }
        match happening {
            Happening::Step(tab) => self.step(tab),
            Happening::Kept(tab) => self.kept(tab),
            Happening::HearDate(tab, server_ms) => self.hear_date(tab, server_ms),
            Happening::Wake(tab, timer) => {
                if self.tabs[tab].timers == timer {
                    self.tell(tab, Event::TimePassed);
                }
            }
            Happening::Arrive(flight) => self.arrive(flight),
            Happening::Worked(flight) => self.worked(flight),
            Happening::Hear(flight, answer) => self.hear(flight, answer),
            Happening::TimeOut(flight) => self.time_out(flight),
            Happening::Act => self.act(),
            Happening::Look => self.look(),
            Happening::Open => self.open(),
        }
    }

    /// Returns the tab that has to be there, and awake, for something to happen.
    fn tab_of(&self, happening: &Happening) -> Option<usize> {
        match happening {
            Happening::Step(tab)
            | Happening::Kept(tab)
            | Happening::HearDate(tab, _)
            | Happening::Wake(tab, _) => Some(*tab),
            Happening::Hear(flight, _) | Happening::TimeOut(flight) => {
                Some(self.flights[*flight].tab)
            }
            _ => None,
        }
    }

    pub(crate) fn soon(&mut self, after: u64, happening: Happening) {
        self.happened += 1;
        self.queue.insert((self.now + after, self.happened), happening);
    }

    /// Returns the time that the merchant's machine shows.
    pub(crate) fn shown(&self) -> u64 {
        self.now.saturating_add_signed(self.clock_off)
    }

    /// Tells the run of a tab what happened, and puts what it asks for in line.
    pub(crate) fn tell(&mut self, tab: usize, event: Event) {
        let shown = self.shown();
        let Some(run) = &mut self.tabs[tab].run else { return };
        let is_asked = !matches!(
            event,
            Event::Answered { .. }
                | Event::Failed { .. }
                | Event::DateTold { .. }
                | Event::TimePassed
        );
        let random = &mut self.random;
        let mut commands = run.handle(event, shown, &mut || random.unit());
        if is_asked {
            self.tabs[tab].is_done = false;
        }
        let sends = commands.iter().any(|command| matches!(command, Command::Send(_)));
        if sends && self.tabs[tab].is_done {
            self.violation = Some("something leaves after the run has ended".into());
        }
        let too_long = |command: &Command| matches!(command, Command::WaitUntil(at) if *at > shown + DAY + MINUTE);
        if commands.iter().any(too_long) {
            self.violation = Some("the run waits for more than a day".into());
        }
        if sends {
            self.check_flying(tab);
        }
        if let Some(Command::Finished(summary)) = commands.last() {
            let said = format!("tab {tab}: the run ends: {summary:?}");
            self.story.tell(self.now, || said);
            self.tabs[tab].is_done = true;
            if let Err(violation) = verdict::claims(self, tab) {
                self.violation = Some(violation);
            }
        }
        if self.removed == Some(Safeguard::SavedBeforeSent) {
            commands.sort_by_key(|command| matches!(command, Command::Save(_)));
        }
        let tab_index = tab;
        let tab = &mut self.tabs[tab];
        tab.queue.extend(commands);
        if !tab.is_busy && !tab.queue.is_empty() {
            tab.is_busy = true;
            let after = self.random.below(3);
            self.soon(after, Happening::Step(tab_index));
        }
    }

    /// Never more requests at once than allowed, and never one product in two of them.
    fn check_flying(&mut self, tab: usize) {
        let Some(run) = &self.tabs[tab].run else { return };
        let flying: Vec<_> = run.open_batches().filter(|b| b.stage == Stage::Flying).collect();
        if flying.len() > usize::from(self.scene.settings.in_flight) {
            self.violation = Some(format!("{} requests at once", flying.len()));
        }
        if flying.len() > 1 {
            let mut seen = vec![false; run.items().len()];
            for position in flying.iter().flat_map(|batch| batch.positions.iter()) {
                if std::mem::replace(&mut seen[*position], true) {
                    let sku = run.items()[*position].external_id();
                    self.violation = Some(format!("{sku} is in two requests at once"));
                }
            }
        }
    }
}
