//! SKUs that a spreadsheet damaged, and the products that may have been meant.
//!
//! Only offers: a product is named where exactly one fits, and nothing is changed unasked.

use hashbrown::HashMap;

use crate::columns::key;
use crate::order::sort_places;
use crate::stock::Stock;

/// What was damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Damage {
    /// Zeros in front are gone: `123` for `000123`.
    LeadingZeros,
    /// Only case, spaces, `-` or `_` differ.
    Spelling,
    /// A long number became `9.78E+12`.
    Exponent,
}

/// The products of a stock by what is left of their SKUs after damage.
#[derive(Debug)]
pub struct Repairs<'a> {
    stock: &'a Stock,
    /// Without case and marks.
    spelled: HashMap<String, Found>,
    /// Without zeros in front as well.
    bare: HashMap<String, Found>,
    /// Products whose SKU is a number, in the order of these.
    numbers: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
enum Found {
    One(u32),
    Several,
}

impl<'a> Repairs<'a> {
    /// Returns the repairs that a stock allows.
    pub fn new(stock: &'a Stock) -> Self {
        let mut repairs =
            Self { stock, spelled: HashMap::new(), bare: HashMap::new(), numbers: Vec::new() };
        for (at, product) in stock.products().iter().enumerate() {
            let (Some(sku), Ok(at)) = (product.external_id.as_deref(), u32::try_from(at)) else {
                continue;
            };
            let spelled = key(sku);
            note(&mut repairs.bare, without_zeros(&spelled).to_owned(), at);
            note(&mut repairs.spelled, spelled, at);
            if number(sku).is_some() {
                repairs.numbers.push(at);
            }
        }
        let number_of = |at: u32| number_at(stock, at);
        sort_places(&mut repairs.numbers, &|a, b| number_of(a).cmp(&number_of(b)));
        repairs
    }

    /// Returns what was damaged in a SKU that the stock does not have, and the only product that
    /// it may have been, by its place.
    ///
    /// ```
    /// use stockroom_domain::repair::{Damage, Repairs};
    /// use stockroom_domain::stock::{Product, Stock};
    /// let mut stock = Stock::new(str::to_owned);
    /// let sku = |sku: &str| Product { external_id: Some(sku.to_owned()), ..Product::default() };
    /// stock.put(sku("000123"));
    /// stock.put(sku("9780201379624"));
    /// let repairs = Repairs::new(&stock);
    /// assert_eq!(repairs.of("123"), Some((Damage::LeadingZeros, Some(0))));
    /// assert_eq!(repairs.of("9.78E+12"), Some((Damage::Exponent, Some(1))));
    /// assert_eq!(repairs.of("777"), None);
    /// ```
    pub fn of(&self, sku: &str) -> Option<(Damage, Option<usize>)> {
        if let Some((least, most)) = exponent(sku) {
            return Some((Damage::Exponent, self.between(least, most)));
        }
        let spelled = key(sku);
        if let Some(found) = self.spelled.get(&spelled) {
            return found.one().map(|at| (Damage::Spelling, Some(at)));
        }
        let bare = without_zeros(&spelled);
        let found = self.bare.get(bare).filter(|_| !bare.is_empty())?;
        found.one().map(|at| (Damage::LeadingZeros, Some(at)))
    }

    /// Returns the stock that the repairs are of.
    pub fn stock(&self) -> &'a Stock {
        self.stock
    }

    fn between(&self, least: u64, most: u64) -> Option<usize> {
        let number_of = |at: &u32| number_at(self.stock, *at);
        let start = self.numbers.partition_point(|at| number_of(at) < Some(least));
        let mut found = self.numbers[start..].iter().take_while(|at| number_of(at) <= Some(most));
        match (found.next(), found.next()) {
            (Some(at), None) => Some(*at as usize),
            _ => None,
        }
    }
}

impl Found {
    fn one(self) -> Option<usize> {
        match self {
            Self::One(at) => Some(at as usize),
            Self::Several => None,
        }
    }
}

fn note(map: &mut HashMap<String, Found>, key: String, at: u32) {
    map.entry(key).and_modify(|found| *found = Found::Several).or_insert(Found::One(at));
}

fn without_zeros(text: &str) -> &str {
    text.trim_start_matches('0')
}

fn number_at(stock: &Stock, at: u32) -> Option<u64> {
    number(stock.product(at as usize).external_id.as_deref()?)
}

/// Returns a SKU of digits alone as a number, where it is long enough to be damaged.
fn number(sku: &str) -> Option<u64> {
    let is_number = sku.len() >= 6 && sku.bytes().all(|byte| byte.is_ascii_digit());
    sku.parse().ok().filter(|_| is_number)
}

/// Returns the least and the most that a number in exponent form was before it was rounded.
fn exponent(text: &str) -> Option<(u64, u64)> {
    let (mantissa, power) = text.trim().split_once(['E', 'e'])?;
    let power: usize = power.strip_prefix('+')?.parse().ok().filter(|power| *power <= 18)?;
    let (whole, decimals) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, ""));
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() != 1 || !are_digits(whole) || !are_digits(decimals) || decimals.len() > power {
        return None;
    }
    let digits: u64 = [whole, decimals].concat().parse().ok()?;
    let unit = 10_u64.checked_pow(u32::try_from(power - decimals.len()).ok()?)?;
    let middle = digits.checked_mul(unit)?;
    Some((middle.saturating_sub(unit / 2), middle.saturating_add(unit / 2)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stock::Product;

    fn stock(skus: &[&str]) -> Stock {
        let mut stock = Stock::new(str::to_owned);
        for sku in skus {
            stock.put(Product { external_id: Some((*sku).to_owned()), ..Product::default() });
        }
        stock
    }

    #[test]
    fn one_product_is_offered_and_never_one_of_several() {
        let stock = stock(&["000123", "0456", "00456", "Riz-25 kg", "9780201379624"]);
        let repairs = Repairs::new(&stock);
        assert_eq!(repairs.of("0123"), Some((Damage::LeadingZeros, Some(0))));
        assert_eq!(repairs.of("456"), None, "two products may be meant");
        assert_eq!(repairs.of("RIZ 25KG"), Some((Damage::Spelling, Some(3))));
        assert_eq!(repairs.of("9,780201E+12"), Some((Damage::Exponent, Some(4))));
        assert_eq!(repairs.of("9.79E+12"), Some((Damage::Exponent, None)));
        for text in ["", "0", "1E5", "E+5", "1.2.3E+9", "9.78E+99"] {
            assert_eq!(repairs.of(text), None, "{text}");
        }
    }
}
