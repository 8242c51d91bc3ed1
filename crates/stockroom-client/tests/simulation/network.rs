//! From the tab to the service and back: commands carried out, and what becomes of requests.

use stockroom_api::header;
use stockroom_client::answer::Answer;
use stockroom_client::run::{Command, Event, Request};

use crate::Safeguard;
use crate::fault::{Fault, Heard, Reach};
use crate::scene::{MINUTE, SECOND};
use crate::service::Arrival;
use crate::tab::{Flight, Hearing};
use crate::world::{Happening, World};

/// How long a tab waits for an answer.
const PATIENCE: u64 = 30 * SECOND;

impl World {
    /// Carries out the next command of a tab, unless the tab dies first.
    pub(crate) fn step(&mut self, tab: usize) {
        if self.dies(tab) {
            return;
        }
        if self.falls_asleep() {
            self.soon(0, Happening::Step(tab));
            return;
        }
        let Some(command) = self.tabs[tab].queue.pop_front() else {
            self.tabs[tab].is_busy = false;
            return;
        };
        match command {
            Command::Save(entry) => {
                self.story.tell(self.now, || format!("tab {tab}: saves"));
                self.tabs[tab].saving = Some(entry);
                let after = self.random.between(1, 20);
                self.soon(after, Happening::Kept(tab));
                return;
            }
            Command::Send(request) => self.send(tab, request),
            Command::AskDate => self.ask_date(tab),
            Command::WaitUntil(at) => {
                self.tabs[tab].timers += 1;
                let timer = self.tabs[tab].timers;
                self.soon(at.saturating_sub(self.shown()), Happening::Wake(tab, timer));
            }
            Command::Finished(_) => {}
        }
        self.go_on(tab);
    }

    /// What was being saved is kept for good.
    pub(crate) fn kept(&mut self, tab: usize) {
        if self.dies(tab) {
            return;
        }
        self.journal.extend(self.tabs[tab].saving.take());
        self.go_on(tab);
    }

    fn go_on(&mut self, tab: usize) {
        self.tabs[tab].is_busy = !self.tabs[tab].queue.is_empty();
        if self.tabs[tab].is_busy {
            let after = self.random.below(3);
            self.soon(after, Happening::Step(tab));
        }
    }

    /// Asks the service for its time; sometimes nobody answers.
    fn ask_date(&mut self, tab: usize) {
        self.story.tell(self.now, || format!("tab {tab}: asks for the time"));
        let is_lost = self.faults_left > 0 && self.random.happens(self.scene.faults.0 / 2);
        self.faults_left -= u32::from(is_lost);
        let told = self.scene.rules.tells_date && !is_lost;
        let server_ms = told.then_some(self.now / 1000 * 1000);
        let way = self.random.between(5, if is_lost { PATIENCE } else { 2000 });
        self.soon(way, Happening::HearDate(tab, server_ms));
    }

    pub(crate) fn hear_date(&mut self, tab: usize, server_ms: Option<u64>) {
        let heard = if server_ms.is_some() { "the time" } else { "no time" };
        self.story.tell(self.now, || format!("tab {tab}: hears {heard}"));
        self.tell(tab, Event::DateTold { server_ms });
    }

    fn send(&mut self, tab: usize, mut request: Request) {
        let batch = request.batch;
        let key = key_of(&request).to_owned();
        if request.is_too_late(self.shown()) && self.removed != Some(Safeguard::InTime) {
            self.story.tell(self.now, || format!("tab {tab}: is too late for {key}"));
            self.tell(tab, Event::Failed { batch });
            return;
        }
        if !self.sent_keys.insert(key.clone()) {
            self.spoil(&mut request);
        }
        if self.removed.is_none() {
            self.check_age(&key, &request);
        }
        let count = request.body.matches("externalId").count();
        let fault = if self.faults_left > 0 && self.random.happens(self.scene.faults.0) {
            self.faults_left -= 1;
            Fault::draw(&mut self.random, count, self.scene.is_outage)
        } else {
            Fault::NONE
        };
        self.story.tell(self.now, || format!("tab {tab}: sends {key} of {count}, {fault:?}"));
        let flight = self.flights.len();
        self.tabs[tab].latest.insert(batch, flight);
        let way = self.random.between(5, 200);
        match (&fault.reach, &fault.heard) {
            (Reach::Never, heard) => {
                let heard = match heard {
                    Heard::Instead(answer) => Some(Some(answer.clone())),
                    Heard::Silence => None,
                    _ => Some(None),
                };
                if let Some(heard) = heard {
                    self.soon(2 * way, Happening::Hear(flight, heard));
                }
            }
            (Reach::Late(ms), _) => self.soon(*ms, Happening::Arrive(flight)),
            (Reach::KeyTaken, _) => {
                self.service.take_key(&key);
                self.soon(way, Happening::Arrive(flight));
            }
            (Reach::SignedOut(status), _) => {
                self.service.denies = Some(*status);
                self.soon(way, Happening::Arrive(flight));
            }
            (Reach::Done | Reach::Abandoned | Reach::Twice, _) => {
                self.soon(way, Happening::Arrive(flight));
            }
        }
        self.soon(PATIENCE, Happening::TimeOut(flight));
        self.flights.push(Flight { tab, request, fault, heard: Hearing::Waits });
    }

    /// Takes away what makes a replay a replay, where that is to be shown.
    fn spoil(&self, request: &mut Request) {
        match self.removed {
            Some(Safeguard::SameKey) => {
                for (name, value) in &mut request.headers {
                    if *name == header::IDEMPOTENCY_KEY {
                        value.push_str("-again");
                    }
                }
            }
            // The same items, written anew with other spaces.
            Some(Safeguard::SameBody) => request.body = request.body.replace("},{", "}, {"),
            _ => {}
        }
    }

    /// Nothing leaves again whose answer is kept no longer, and no blind set late.
    fn check_age(&mut self, key: &str, request: &Request) {
        let Some(age) = self.service.age(key, self.now) else { return };
        if age >= crate::scene::DAY {
            self.violation = Some(format!("{key} is sent again after its answer was forgotten"));
        }
        let is_blind = request.body.contains(r#""set""#) && !request.body.contains("expected");
        if is_blind && age >= 10 * MINUTE && self.scene.is_clock_steady() {
            self.violation = Some(format!("{key} overwrites what was sold meanwhile"));
        }
    }

    /// A request reaches the service.
    pub(crate) fn arrive(&mut self, flight: usize) {
        if self.random.happens(200) {
            let sold = self.random.index(self.scene.items.len());
            let units = i64::from(self.random.happens(500)) + 1;
            self.service.sell(&self.scene.items[sold].external_id, units);
        }
        let fault = self.flights[flight].fault.clone();
        let request = &self.flights[flight].request;
        match self.service.arrive(request, self.now, &mut self.random) {
            Arrival::Answered(answer) => self.answer(flight, answer),
            Arrival::Accepted => {
                let work = self.random.pick(&[20, 300, 4000]);
                let mut work = self.random.between(1, work);
                if let Heard::Early(answer) = fault.heard {
                    work += self.random.between(1, 60) * SECOND;
                    let way = self.random.between(5, 200);
                    self.soon(way, Happening::Hear(flight, answer));
                }
                if fault.reach == Reach::Twice {
                    let after = self.random.below(2 * work);
                    self.flights[flight].fault.reach = Reach::Done;
                    let copy = Flight {
                        tab: self.flights[flight].tab,
                        request: self.flights[flight].request.clone(),
                        fault: Fault { reach: Reach::Done, heard: Heard::Silence },
                        heard: Hearing::TimedOut,
                    };
                    self.flights.push(copy);
                    self.soon(after, Happening::Arrive(self.flights.len() - 1));
                }
                self.soon(work, Happening::Worked(flight));
            }
        }
    }

    /// The service is through with an accepted request.
    pub(crate) fn worked(&mut self, flight: usize) {
        let Flight { request, fault, .. } = &self.flights[flight];
        if fault.reach == Reach::Abandoned {
            self.service.abandon(request);
            self.story.tell(self.now, || format!("service: gives up {}", key_of(request)));
            self.answer(flight, Answer::default());
        } else {
            let answer = self.service.commit(request, self.now);
            self.story.tell(self.now, || format!("service: has done {}", key_of(request)));
            self.answer(flight, answer);
        }
    }

    /// Sends an answer back, or what becomes of it.
    fn answer(&mut self, flight: usize, answer: Answer) {
        let way = self.random.between(5, 200);
        let heard = match self.flights[flight].fault.heard.clone() {
            Heard::Answer => Some(answer),
            Heard::Again(ms) => {
                self.soon(way + ms, Happening::Hear(flight, Some(answer.clone())));
                Some(answer)
            }
            Heard::Cut(share) => {
                let body = answer.body[..answer.body.len() * share / 1000].to_owned();
                Some(Answer { body, ..answer })
            }
            Heard::Late(ms) => {
                self.soon(ms, Happening::Hear(flight, Some(answer)));
                return;
            }
            Heard::Reset => None,
            Heard::Silence | Heard::Early(_) => return,
            Heard::Instead(other) => Some(other),
        };
        self.soon(way, Happening::Hear(flight, heard));
    }

    /// A tab hears of its request.
    pub(crate) fn hear(&mut self, flight: usize, answer: Option<Answer>) {
        let Flight { tab, request, heard, .. } = &mut self.flights[flight];
        let (tab, batch) = (*tab, request.batch);
        let is_latest = self.tabs[tab].latest.get(&batch) == Some(&flight);
        // A second answer goes through too, as long as it cannot be taken for that of a later try.
        if *heard == Hearing::TimedOut || !is_latest {
            return;
        }
        *heard = Hearing::Answered;
        let key = key_of(request).to_owned();
        if self.dies(tab) {
            return;
        }
        let said = answer.as_ref().map(|a| format!("{} {}", a.status, shortened(&a.body)));
        self.story.tell(self.now, || {
            format!("tab {tab}: hears of {key}: {}", said.unwrap_or("a reset".into()))
        });
        match answer {
            Some(answer) => {
                if matches!(answer.status, 400 | 413) {
                    self.refused_keys.insert(key);
                }
                self.tell(tab, Event::Answered { batch, answer });
            }
            None => self.tell(tab, Event::Failed { batch }),
        }
    }

    pub(crate) fn time_out(&mut self, flight: usize) {
        let Flight { tab, request, heard, .. } = &mut self.flights[flight];
        if *heard == Hearing::Waits {
            *heard = Hearing::TimedOut;
            let (tab, batch) = (*tab, request.batch);
            self.story.tell(self.now, || format!("tab {tab}: waits no longer for {batch}"));
            self.tell(tab, Event::Failed { batch });
        }
    }
}

fn shortened(body: &str) -> String {
    let end = body.char_indices().nth(240).map_or(body.len(), |(at, _)| at);
    body[..end].replace('\n', " ")
}

pub(crate) fn key_of(request: &Request) -> &str {
    let mut headers = request.headers.iter();
    let key = headers.find(|(name, _)| *name == header::IDEMPOTENCY_KEY);
    key.map_or("", |(_, key)| key)
}
