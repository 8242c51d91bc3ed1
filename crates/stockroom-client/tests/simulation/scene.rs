//! What a seed sets up: the store, the plan, the service's ways, what goes wrong, and the merchant.

use std::fmt;

use stockroom_api::bulk::{BulkItem, BulkVariant, Mode};
use stockroom_client::run::Settings;

use crate::random::Random;
use crate::service::{Product, Rules};

pub(crate) const SECOND: u64 = 1000;
pub(crate) const MINUTE: u64 = 60 * SECOND;
pub(crate) const HOUR: u64 = 60 * MINUTE;
pub(crate) const DAY: u64 = 24 * HOUR;

pub(crate) struct Scene {
    pub(crate) began: u64,
    pub(crate) products: Vec<(String, Product)>,
    pub(crate) items: Vec<BulkItem>,
    pub(crate) settings: Settings,
    pub(crate) rules: Rules,
    /// How many requests in a thousand something happens to, and to how many at most.
    pub(crate) faults: (u64, u32),
    /// Whether answers are lost for days on end, and nothing else goes wrong with requests.
    pub(crate) is_outage: bool,
    /// How often in a thousand steps the tab dies, and how often at most.
    pub(crate) deaths: (u64, u32),
    /// How often the merchant does something of his own accord.
    pub(crate) acts: u32,
    pub(crate) merchant: Merchant,
    pub(crate) clock: Clock,
}

/// What a merchant does about a run that has stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Merchant {
    /// Goes on until nothing more can be done.
    Patient,
    /// Leaves it at that.
    GivesUp,
}

/// What the clock of the merchant's machine does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clock {
    Steady,
    /// It is set by a second or two, either way, now and then.
    Nudged,
    /// It goes back once, by less than what a key's life is taken shorter for.
    BackALittle,
    /// It has forgotten the date when the machine starts again.
    BackAtReopening,
    /// It jumps ahead once.
    Ahead,
    /// It is wrong by days from the beginning, and set by days now and then.
    Wild,
    /// It is set while no tab is open, so that no time seems to have gone by.
    SetWhileClosed,
}

impl Scene {
    pub(crate) fn draw(random: &mut Random) -> Self {
        let is_undisturbed = random.happens(60);
        let count = match random.below(20) {
            10..20 if is_undisturbed => random.between(450, 1000),
            0..12 => random.between(1, 6),
            12..17 => random.between(7, 60),
            17 | 18 => random.between(150, 450),
            _ => random.between(450, 900),
        };
        let sets = random.pick(&[0, 0, 0, 300, 1000]);
        let expects = random.happens(400);
        let mut products = Vec::new();
        let mut items = Vec::new();
        for n in 0..count {
            let sku = format!("SKU-{n:04}");
            let product = product(random);
            items.push(item(random, &sku, product, sets, expects));
            if !random.happens(30) {
                products.push((sku, product));
            }
        }
        // A file is in no order.
        for n in (1..items.len()).rev() {
            items.swap(n, random.index(n + 1));
        }
        let mut rules = Rules::draw(random);
        if is_undisturbed && random.happens(500) {
            rules.limits = Some((3, 12));
        }
        let is_outage = !is_undisturbed && random.happens(60);
        let or_none = |drawn: (u64, u32)| if is_undisturbed { (0, 0) } else { drawn };
        let faults = if is_outage {
            (950, 60)
        } else {
            (random.pick(&[50, 200, 500, 800]), random.pick(&[1, 3, 10, 40]))
        };
        let deaths = (random.pick(&[0, 10, 50, 200]), random.pick(&[1, 1, 3]));
        let acts = random.pick(&[0, 0, 1, 3, 10]);
        Self {
            began: 1_795_444_593_000 + random.below(DAY),
            products,
            items,
            settings: Settings {
                in_flight: random.pick(&[1, 1, 2, 4, 16, 32]),
                representation: random.happens(600),
                ..Settings::default()
            },
            rules,
            faults: or_none(faults),
            is_outage,
            deaths: or_none(deaths),
            acts: if is_undisturbed { 0 } else { acts },
            merchant: random.pick(&[Merchant::Patient, Merchant::Patient, Merchant::GivesUp]),
            clock: match random.below(14) {
                _ if is_undisturbed => Clock::Steady,
                0 => Clock::Nudged,
                1 => Clock::BackALittle,
                2 => Clock::BackAtReopening,
                3 => Clock::Ahead,
                // Where nobody tells the time there is nothing to go by.
                4 if rules.tells_date => Clock::Wild,
                5 if rules.tells_date => Clock::SetWhileClosed,
                _ => Clock::Steady,
            },
        }
    }

    /// Tells whether the service and the network do nothing wrong.
    pub(crate) fn is_undisturbed(&self) -> bool {
        self.faults.1 == 0 && self.is_clock_steady()
    }

    pub(crate) fn is_clock_steady(&self) -> bool {
        self.clock == Clock::Steady
    }
}

impl fmt::Display for Scene {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { items, settings, rules, merchant, clock, .. } = self;
        write!(f, "{} items, {settings:?}, {rules:?}, {merchant:?}, {clock:?} clock", items.len())
    }
}

fn product(random: &mut Random) -> Product {
    let level = |random: &mut Random| i64::try_from(random.below(20)).ok();
    Product {
        level: if random.happens(50) { None } else { level(random) },
        grand: if random.happens(50) { None } else { level(random) },
    }
}

/// `sets` of a thousand items set a level; those of a store that can compare say which they expect.
fn item(random: &mut Random, sku: &str, product: Product, sets: u64, expects: bool) -> BulkItem {
    let is_set = random.happens(sets);
    let expected = |level: Option<i64>| level.filter(|_| is_set && expects);
    let quantity = is_set.then(|| i64::try_from(random.below(30)).unwrap_or(0));
    let delta = random.pick(&[-7, -3, -1, 1, 2, 10]);
    let mode = Some(if is_set { Mode::Set } else { Mode::Adjust });
    let mut item = BulkItem {
        external_id: sku.to_owned(),
        mode,
        quantity,
        quantity_delta: (!is_set).then_some(delta),
        expected_quantity: expected(product.level),
        ..BulkItem::default()
    };
    if random.happens(150) {
        item.variants.push(BulkVariant {
            label: "Grand".into(),
            mode,
            quantity,
            quantity_delta: item.quantity_delta,
            expected_quantity: expected(product.grand),
        });
    }
    item
}
