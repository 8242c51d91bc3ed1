//! The one queue in which requests to the hosted service wait: fair, bounded, and never in vain.
//!
//! Everybody has their turn after all others who wait, however much they have waiting; of their own
//! requests the oldest that may be sent is. A class of requests whose limit is used up waits until it is
//! not, and keeps no other class waiting. What was refused here was not sent.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::budget::{Budget, Told};
use crate::limits::Class;

/// How much waits, how long, and how much is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// The most requests on their way at once.
    pub under_way: usize,
    /// The most requests that wait.
    pub waiting: usize,
    /// The most requests of one person or key that wait.
    pub waiting_of_one: usize,
    /// How long a request waits.
    pub wait: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        let wait = Duration::from_secs(20);
        Self { under_way: 8, waiting: 512, waiting_of_one: 128, wait }
    }
}

/// A queue; a clone is the same.
#[derive(Clone, Debug)]
pub(super) struct Queue {
    bounds: Bounds,
    state: Arc<Mutex<State>>,
}

/// The right to send one request. Dropped, it makes room for the next.
#[derive(Debug)]
pub(super) struct Turn {
    queue: Queue,
    class: Class,
    told: Option<Told>,
}

/// Why a request was not sent, and in how many seconds to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// Too many wait.
    Full,
    /// It waited as long as requests do.
    Late,
    /// The limit of its class is used up for longer than requests wait.
    Limited {
        /// The seconds until it is not.
        seconds: u64,
        /// The limit, where it is known.
        limit: Option<u64>,
    },
}

/// How it stands with a queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The requests that wait.
    pub waiting: usize,
    /// The requests on their way.
    pub under_way: usize,
}

#[derive(Debug, Default)]
struct State {
    /// Those who have requests waiting; the first is next.
    ring: VecDeque<String>,
    /// Their requests, the oldest first.
    waiting: HashMap<String, VecDeque<Waiting>>,
    budgets: HashMap<&'static str, Budget>,
    length: usize,
    under_way: usize,
    next_number: u64,
}

#[derive(Debug)]
struct Waiting {
    number: u64,
    class: Class,
    until: Instant,
    tell: oneshot::Sender<Result<Turn, Refused>>,
}

/// A place in the queue; dropped, it is given up.
struct Place<'a> {
    queue: &'a Queue,
    who: &'a str,
    number: u64,
}

impl Queue {
    pub(super) fn new(bounds: Bounds) -> Self {
        Self { bounds, state: Arc::default() }
    }

    /// Waits until a request of this class by `who` may be sent.
    ///
    /// # Errors
    /// [`Refused`]: it was not sent.
    pub(super) async fn enter(&self, who: &str, class: Class) -> Result<Turn, Refused> {
        let (tell, mut told) = oneshot::channel();
        let until = Instant::now() + self.bounds.wait;
        let number = self.line_up(who, Waiting { number: 0, class, until, tell })?;
        let _place = Place { queue: self, who, number };
        self.go_on();
        match tokio::time::timeout_at(until.into(), &mut told).await {
            Ok(Ok(turn)) => turn,
            // Its turn may have come in this very moment.
            _ => told.try_recv().unwrap_or(Err(Refused::Late)),
        }
    }

    pub(super) fn standing(&self) -> Standing {
        let state = self.lock();
        Standing { waiting: state.length, under_way: state.under_way }
    }

    fn line_up(&self, who: &str, mut waiting: Waiting) -> Result<u64, Refused> {
        let mut state = self.lock();
        if let Some(refused) = state.refusal(&waiting, Instant::now()) {
            return Err(refused);
        }
        let of_one = state.waiting.get(who).map_or(0, VecDeque::len);
        if state.length >= self.bounds.waiting || of_one >= self.bounds.waiting_of_one {
            return Err(Refused::Full);
        }
        let number = state.next_number;
        state.next_number += 1;
        state.length += 1;
        waiting.number = number;
        if of_one == 0 {
            state.ring.push_back(who.to_owned());
        }
        state.waiting.entry(who.to_owned()).or_default().push_back(waiting);
        Ok(number)
    }

    /// Gives turns to those who may send.
    fn go_on(&self) {
        let mut unwanted = Vec::new();
        {
            let mut state = self.lock();
            while state.under_way < self.bounds.under_way
                && let Some(next) = state.next(Instant::now())
            {
                let turn = Turn { queue: self.clone(), class: next.class, told: None };
                // Who waited may be gone; then their turn is over once the lock is.
                unwanted.extend(next.tell.send(Ok(turn)).err());
            }
        }
        drop(unwanted);
    }

    fn end(&self, class: Class, told: Option<Told>) {
        let now = Instant::now();
        let (opens_at, refused) = {
            let mut state = self.lock();
            state.under_way = state.under_way.saturating_sub(1);
            let budget = state.budgets.entry(class.as_str()).or_default();
            let before = budget.opens_at(now);
            budget.give_back(told, now);
            let opens_at = budget.opens_at(now);
            let opens_at = opens_at.filter(|at| Some(*at) != before);
            (opens_at, if opens_at.is_some() { state.take_hopeless(now) } else { Vec::new() })
        };
        for (waiting, why) in refused {
            let _ = waiting.tell.send(Err(why));
        }
        // Without a runtime the process is about to end.
        if let (Some(opens_at), Ok(runtime)) = (opens_at, tokio::runtime::Handle::try_current()) {
            let queue = self.clone();
            runtime.spawn(async move {
                tokio::time::sleep_until(opens_at.into()).await;
                queue.go_on();
            });
        }
        self.go_on();
    }

    /// Every change of the state is whole, so that a panic elsewhere does not end the queue.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Takes the request out whose turn it is.
    fn next(&mut self, now: Instant) -> Option<Waiting> {
        let budgets = &self.budgets;
        let is_open = |waiting: &Waiting| {
            let budget = budgets.get(waiting.class.as_str());
            budget.is_none_or(|budget| budget.opens_at(now).is_none())
        };
        let waiting = &self.waiting;
        let (at, place) = self.ring.iter().enumerate().find_map(|(at, who)| {
            let place = waiting.get(who)?.iter().position(is_open)?;
            Some((at, place))
        })?;
        let who = self.ring.remove(at)?;
        let own = self.waiting.get_mut(&who)?;
        let next = own.remove(place)?;
        if own.is_empty() {
            self.waiting.remove(&who);
        } else {
            self.ring.push_back(who);
        }
        self.length -= 1;
        self.under_way += 1;
        self.budgets.entry(next.class.as_str()).or_default().take(now);
        Some(next)
    }

    /// Takes a request out that is not wanted any more.
    fn give_up(&mut self, who: &str, number: u64) {
        let Some(own) = self.waiting.get_mut(who) else { return };
        let before = own.len();
        own.retain(|waiting| waiting.number != number);
        self.length -= before - own.len();
        if own.is_empty() {
            self.waiting.remove(who);
            self.ring.retain(|other| other != who);
        }
    }

    /// Takes the requests out that would wait in vain.
    fn take_hopeless(&mut self, now: Instant) -> Vec<(Waiting, Refused)> {
        let mut hopeless = Vec::new();
        let who: Vec<String> = self.ring.iter().cloned().collect();
        for who in who {
            let Some(mut own) = self.waiting.remove(&who) else { continue };
            let mut kept = VecDeque::new();
            while let Some(waiting) = own.pop_front() {
                match self.refusal(&waiting, now) {
                    Some(refused) => hopeless.push((waiting, refused)),
                    None => kept.push_back(waiting),
                }
            }
            if kept.is_empty() {
                self.ring.retain(|other| *other != who);
            } else {
                self.waiting.insert(who, kept);
            }
        }
        self.length -= hopeless.len();
        hopeless
    }

    fn refusal(&self, waiting: &Waiting, now: Instant) -> Option<Refused> {
        let budget = self.budgets.get(waiting.class.as_str())?;
        let opens_at = budget.opens_at(now).filter(|at| *at > waiting.until)?;
        let seconds = opens_at.duration_since(now).as_secs() + 1;
        Some(Refused::Limited { seconds, limit: budget.limit() })
    }
}

impl Turn {
    /// Notes what the answer said of limits.
    pub(super) fn learn(&mut self, told: Told) {
        self.told = Some(told);
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.queue.end(self.class, self.told);
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.queue.lock().give_up(self.who, self.number);
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, StatusCode};

    use super::*;

    const BULK: Class = Class::BulkInventory;

    fn queue(under_way: usize, wait: u64) -> Queue {
        let wait = Duration::from_millis(wait);
        Queue::new(Bounds { under_way, waiting: 6, waiting_of_one: 4, wait })
    }

    /// Lines up a request and returns what tells how it ends.
    async fn line_up(queue: &Queue, who: &'static str, class: Class) -> Ended {
        let (entering, before) = (queue.clone(), queue.standing());
        let task = tokio::spawn(async move { entering.enter(who, class).await });
        while queue.standing() == before && !task.is_finished() {
            tokio::task::yield_now().await;
        }
        task
    }

    type Ended = tokio::task::JoinHandle<Result<Turn, Refused>>;

    /// Lets those who wait go one after the other, and returns their names in that order.
    async fn order(mut turn: Turn, mut waiting: Vec<(&'static str, Ended)>) -> String {
        let mut names = String::new();
        loop {
            drop(turn);
            if waiting.is_empty() {
                return names;
            }
            let at = loop {
                tokio::task::yield_now().await;
                if let Some(at) = waiting.iter().position(|(_, task)| task.is_finished()) {
                    break at;
                }
            };
            let (name, task) = waiting.remove(at);
            names += name;
            turn = task.await.unwrap().unwrap();
        }
    }

    #[tokio::test]
    async fn everybody_has_their_turn_however_much_others_have() {
        let queue = queue(1, 5_000);
        let turn = queue.enter("a", BULK).await.unwrap();
        let mut waiting = Vec::new();
        for who in ["a", "a", "a", "b", "c", "b"] {
            waiting.push((who, line_up(&queue, who, BULK).await));
        }
        assert_eq!(queue.standing(), Standing { waiting: 6, under_way: 1 });
        assert_eq!(order(turn, waiting).await, "abcaba");
        assert_eq!(queue.standing(), Standing::default());
    }

    #[tokio::test]
    async fn a_queue_is_bounded_for_all_and_for_each() {
        let queue = queue(1, 5_000);
        let _turn = queue.enter("a", BULK).await.unwrap();
        let mut waiting = Vec::new();
        for _ in 0..4 {
            waiting.push(line_up(&queue, "a", BULK).await);
        }
        assert_eq!(queue.enter("a", BULK).await.unwrap_err(), Refused::Full);
        waiting.push(line_up(&queue, "b", BULK).await);
        waiting.push(line_up(&queue, "c", BULK).await);
        assert_eq!(queue.enter("d", BULK).await.unwrap_err(), Refused::Full);
        // Who goes away makes room.
        for task in waiting {
            task.abort();
            assert!(task.await.unwrap_err().is_cancelled());
        }
        assert_eq!(queue.standing(), Standing { waiting: 0, under_way: 1 });
    }

    #[tokio::test]
    async fn nobody_waits_longer_than_the_bound() {
        let queue = queue(1, 30);
        let turn = queue.enter("a", BULK).await.unwrap();
        assert_eq!(queue.enter("b", BULK).await.unwrap_err(), Refused::Late);
        assert_eq!(queue.standing(), Standing { waiting: 0, under_way: 1 });
        drop(turn);
        assert!(queue.enter("b", BULK).await.is_ok());
    }

    fn limited(seconds: u32) -> Told {
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", seconds.into());
        headers.insert("x-ratelimit-limit", 30.into());
        Told::read(StatusCode::TOO_MANY_REQUESTS, &headers, 0)
    }

    #[tokio::test]
    async fn a_limit_that_is_used_up_is_waited_for_or_told_at_once() {
        let queue = queue(1, 3_000);
        let mut turn = queue.enter("a", BULK).await.unwrap();
        turn.learn(limited(1));
        let same = line_up(&queue, "a", BULK).await;
        let other = line_up(&queue, "a", Class::Read).await;
        let begun = Instant::now();
        drop(turn);
        // Another class goes on.
        drop(other.await.unwrap().unwrap());
        assert!(begun.elapsed() < Duration::from_millis(500));
        let mut turn = same.await.unwrap().unwrap();
        assert!(begun.elapsed() >= Duration::from_secs(1));
        turn.learn(limited(60));
        let waits = line_up(&queue, "b", BULK).await;
        drop(turn);
        let refused =
            [waits.await.unwrap().unwrap_err(), queue.enter("a", BULK).await.unwrap_err()];
        for refused in refused {
            let Refused::Limited { seconds: 59..=61, limit: Some(30) } = refused else {
                panic!("{refused:?}")
            };
        }
        assert!(begun.elapsed() < Duration::from_millis(2_900));
        assert_eq!(queue.standing(), Standing::default());
    }
}
