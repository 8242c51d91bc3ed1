//! A model of the service as the contract describes it: levels, kept answers, limits. What it has
//! done to each item stands in its ledger, which the run's claims are held against.

use std::collections::{HashMap, HashSet};

use stockroom_api::bulk::{
    BulkItem, BulkOutcome, BulkRequest, BulkVariant, ItemError, ItemResult, LevelChange, Mode,
    VariantChange,
};
use stockroom_api::{Envelope, ErrorCode, header};
use stockroom_client::answer::Answer;
use stockroom_client::run::Request;

use crate::answers::{Extras, refusal};
use crate::network::key_of;
use crate::random::Random;
use crate::scene::{DAY, MINUTE};

/// The levels of a product and of its one variant; `None` where they are not tracked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Product {
    pub(crate) level: Option<i64>,
    pub(crate) grand: Option<i64>,
}

/// How this service differs from others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    /// Bulk requests a minute and a day.
    pub(crate) limits: Option<(u64, u64)>,
    pub(crate) tells_limits: bool,
    pub(crate) tells_date: bool,
    /// How often in a thousand a 429 says how long to wait.
    pub(crate) tells_wait: u64,
    /// Whether it tells levels where it is asked to, and compares the expected ones.
    pub(crate) has_extras: bool,
}

impl Rules {
    pub(crate) fn draw(random: &mut Random) -> Self {
        Self {
            limits: random.pick(&[None, None, Some((30, 500)), Some((30, 500)), Some((3, 12))]),
            tells_limits: random.happens(700),
            tells_date: random.happens(700),
            tells_wait: random.pick(&[0, 500, 1000]),
            has_extras: random.happens(600),
        }
    }
}

/// What was done to an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Done {
    Applied(ItemResult),
    Refused(ItemError),
}

/// What comes of a request that has arrived.
pub(crate) enum Arrival {
    /// It is being worked on; [`Service::commit`] or [`Service::abandon`] ends that.
    Accepted,
    /// It is answered without any work.
    Answered(Answer),
}

enum Kept {
    Running,
    Answered { at: u64, answer: String },
}

pub(crate) struct Service {
    rules: Rules,
    products: HashMap<String, Product>,
    ledger: HashMap<String, Done>,
    /// Bodies and answers by key.
    kept: HashMap<String, (String, Kept)>,
    /// Keys that somebody else has used.
    pub(crate) taken: HashSet<String>,
    used: [(u64, u64); 2],
    /// Whether it takes nobody in until the merchant signs in again, and the status it says so with.
    pub(crate) denies: Option<u16>,
    /// How many requests it has limited.
    pub(crate) limited: usize,
    /// What must never happen, in words.
    pub(crate) violation: Option<String>,
}

impl Service {
    pub(crate) fn new(rules: Rules, products: Vec<(String, Product)>) -> Self {
        Self {
            rules,
            products: products.into_iter().collect(),
            ledger: HashMap::new(),
            kept: HashMap::new(),
            taken: HashSet::new(),
            used: [(0, 0); 2],
            denies: None,
            limited: 0,
            violation: None,
        }
    }

    /// Returns what was done to the item of this product.
    pub(crate) fn done(&self, sku: &str) -> Option<&Done> {
        self.ledger.get(sku)
    }

    /// Lets somebody else use this key, where nobody has.
    pub(crate) fn take_key(&mut self, key: &str) {
        if !self.kept.contains_key(key) {
            self.taken.insert(key.to_owned());
        }
    }

    /// Returns how long ago the request of this key was done.
    pub(crate) fn age(&self, key: &str, now: u64) -> Option<u64> {
        match self.kept.get(key)? {
            (_, Kept::Answered { at, .. }) => Some(now - at),
            (_, Kept::Running) => None,
        }
    }

    /// Somebody else sells some of a product.
    pub(crate) fn sell(&mut self, sku: &str, units: i64) {
        if let Some(product) = self.products.get_mut(sku) {
            product.level = product.level.map(|level| (level - units).max(0));
            product.grand = product.grand.map(|level| (level - units).max(0));
        }
    }

    pub(crate) fn arrive(&mut self, request: &Request, now: u64, random: &mut Random) -> Arrival {
        if let Some(status) = self.denies {
            let code = if status == 401 { "INVALID_API_KEY" } else { "SCOPE_REQUIRED" };
            return Arrival::Answered(refusal(status, code, None, &Extras::default()));
        }
        let mut extras = self.count(now);
        if extras.is_over {
            self.limited += 1;
            extras.retry_after =
                extras.retry_after.filter(|_| random.happens(self.rules.tells_wait));
            return Arrival::Answered(refusal(429, "RATE_LIMIT_EXCEEDED", None, &extras));
        }
        let key = key_of(request);
        if self.taken.contains(key) {
            return Arrival::Answered(refusal(409, "IDEMPOTENCY_KEY_REUSED", None, &extras));
        }
        if let Some((_, Kept::Answered { at, .. })) = self.kept.get(key)
            && now - at >= DAY
        {
            self.kept.remove(key);
        }
        match self.kept.get(key) {
            None => {
                self.kept.insert(key.to_owned(), (request.body.clone(), Kept::Running));
                Arrival::Accepted
            }
            Some((body, _)) if *body != request.body => {
                Arrival::Answered(refusal(409, "IDEMPOTENCY_KEY_REUSED", None, &extras))
            }
            Some((_, Kept::Running)) => {
                extras.retry_after = Some(random.between(1, 3));
                Arrival::Answered(refusal(409, "IDEMPOTENCY_IN_PROGRESS", None, &extras))
            }
            Some((_, Kept::Answered { answer, .. })) => Arrival::Answered(Answer {
                status: 200,
                headers: extras.headers(),
                body: answer.clone(),
            }),
        }
    }

    /// Gives up an accepted request, as a crash of the service does.
    pub(crate) fn abandon(&mut self, request: &Request) {
        let key = key_of(request);
        if let Some((_, Kept::Running)) = self.kept.get(key) {
            self.kept.remove(key);
        }
    }

    /// Does an accepted request and keeps the answer.
    pub(crate) fn commit(&mut self, request: &Request, now: u64) -> Answer {
        let Ok(asked) = serde_json::from_str::<BulkRequest>(&request.body) else {
            self.violation = Some(format!("this is no request: {}", request.body));
            return Answer::default();
        };
        if !(1..=200).contains(&asked.items.len()) {
            self.violation = Some(format!("a request of {} items", asked.items.len()));
        }
        let wants = request.headers.iter().any(|(name, _)| *name == header::PREFER);
        let mut outcome = BulkOutcome::default();
        let mut results = Vec::new();
        for item in asked.items {
            let done = self.execute(&item);
            match &done {
                Done::Applied(result) => {
                    outcome.updated += 1;
                    results.push(result.clone());
                }
                Done::Refused(error) => {
                    outcome.failed += 1;
                    outcome.errors.push(error.clone());
                }
            }
            if let Some(before) = self.ledger.insert(item.external_id.clone(), done) {
                let sku = item.external_id;
                self.violation = Some(format!("{sku} was done a second time, after {before:?}"));
            }
        }
        outcome.results = Some(results).filter(|_| wants && self.rules.has_extras);
        let body = serde_json::to_string(&Envelope::of(&outcome)).unwrap_or_default();
        let kept = Kept::Answered { at: now, answer: body.clone() };
        self.kept.insert(key_of(request).to_owned(), (request.body.clone(), kept));
        Answer { status: 200, headers: self.told(now).headers(), body }
    }

    /// Does one item, all or nothing.
    fn execute(&mut self, item: &BulkItem) -> Done {
        let refused = |code: ErrorCode, current_quantity: Option<i64>| {
            Done::Refused(ItemError {
                external_id: item.external_id.clone(),
                error: code.as_str().to_lowercase(),
                code: Some(code),
                path: None,
                current_quantity,
            })
        };
        let Some(product) = self.products.get_mut(&item.external_id) else {
            return refused(ErrorCode::ProductNotFound, None);
        };
        let compares = self.rules.has_extras;
        let asks = Ask {
            is_set: item.mode == Some(Mode::Set),
            quantity: item.quantity,
            delta: item.quantity_delta,
            expected: item.expected_quantity.filter(|_| compares),
        };
        let mut after = *product;
        let mut result =
            ItemResult { external_id: item.external_id.clone(), ..ItemResult::default() };
        match asks.of(product.level) {
            Ok(change) => {
                after.level = Some(change.after);
                result.quantity = Some(change);
            }
            Err((code, current)) => return refused(code, current),
        }
        for variant in &item.variants {
            match Ask::variant(variant, item.mode, compares).of(product.grand) {
                Ok(change) => {
                    after.grand = Some(change.after);
                    result.variants.push(VariantChange {
                        label: variant.label.clone(),
                        variant_id: "v1".into(),
                        before: change.before,
                        after: change.after,
                        delta: change.delta,
                    });
                }
                Err((code, current)) => return refused(code, current),
            }
        }
        *product = after;
        Done::Applied(result)
    }

    /// Counts a request, where it is inside the limits.
    fn count(&mut self, now: u64) -> Extras {
        for (slot, length) in self.used.iter_mut().zip([MINUTE, DAY]) {
            if slot.0 != now / length {
                *slot = (now / length, 0);
            }
        }
        if let Some((minute, day)) = self.rules.limits {
            let over = [(minute, MINUTE), (day, DAY)].into_iter().zip(self.used);
            let over = over.filter(|((limit, _), (_, used))| used >= limit).map(|((_, l), _)| l);
            if let Some(length) = over.max() {
                let wait = length - now % length;
                return Extras {
                    is_over: true,
                    retry_after: Some(wait.div_ceil(1000)),
                    ..self.told(now)
                };
            }
        }
        self.used.iter_mut().for_each(|(_, used)| *used += 1);
        self.told(now)
    }

    /// Returns what the headers tell: the tighter window.
    fn told(&self, now: u64) -> Extras {
        let mut extras = Extras::default();
        if let Some((minute, day)) = self.rules.limits.filter(|_| self.rules.tells_limits) {
            let window = |limit: u64, length: u64, used: u64| {
                (limit.saturating_sub(used), limit, (now / length + 1) * length / 1000)
            };
            let minute = window(minute, MINUTE, self.used[0].1);
            let day = window(day, DAY, self.used[1].1);
            // Of two that are used up, the one that stays so longer.
            extras.window = Some(if day.0 <= minute.0 { day } else { minute });
        }
        extras.date = self.rules.tells_date.then_some(now / 1000);
        extras
    }
}

/// What is asked of one level.
struct Ask {
    is_set: bool,
    quantity: Option<i64>,
    delta: Option<i64>,
    expected: Option<i64>,
}

impl Ask {
    fn variant(variant: &BulkVariant, mode: Option<Mode>, compares: bool) -> Self {
        Self {
            is_set: variant.mode.or(mode) == Some(Mode::Set),
            quantity: variant.quantity,
            delta: variant.quantity_delta,
            expected: variant.expected_quantity.filter(|_| compares),
        }
    }

    fn of(&self, level: Option<i64>) -> Result<LevelChange, (ErrorCode, Option<i64>)> {
        if self.expected.is_some() && self.expected != level {
            return Err((ErrorCode::StaleQuantity, level));
        }
        let after = match (self.is_set, self.quantity, self.delta) {
            (true, Some(quantity), _) => quantity,
            (false, _, Some(delta)) => match level {
                Some(level) => (level + delta).max(0),
                None => return Err((ErrorCode::NotTracked, None)),
            },
            _ => return Err((ErrorCode::ValidationError, None)),
        };
        Ok(LevelChange { before: level, after, delta: after - level.unwrap_or(0) })
    }
}
