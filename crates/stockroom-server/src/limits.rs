//! How many requests the server takes, by class: from one address in a minute, for one store in a day.
//!
//! Windows begin at whole multiples of their length since 1970, so that all processes on one database
//! have the same. Their lengths can be set, so that a test need not wait for a day.

use axum::http::Method;
use jiff::Timestamp;
use serde::Deserialize;
use stockroom_api::capabilities::Limits as Told;
use stockroom_api::path;

/// The limits of every class, and the lengths of the windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Limits {
    /// The length of the window for an address, in seconds.
    pub minute_seconds: u32,
    /// The length of the window for a store, in seconds.
    pub day_seconds: u32,
    /// Reading.
    pub read: Budget,
    /// The stock of one product.
    pub single_stock: Budget,
    /// The bulk update.
    pub bulk_inventory: Budget,
    /// Creating and changing products.
    pub product_write: Budget,
}

/// How many requests of one class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Budget {
    /// From one address in a minute.
    pub per_minute: u32,
    /// For one store in a day.
    pub per_day: u32,
}

/// Requests that are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Reading.
    Read,
    /// The stock of one product.
    SingleStock,
    /// The bulk update.
    BulkInventory,
    /// Creating and changing products.
    ProductWrite,
}

/// A window of time, in Unix seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Its first second.
    pub starts_at: i64,
    /// The first second after it.
    pub ends_at: i64,
}

impl Limits {
    /// The hosted service's limits.
    pub const HOSTED: Self = Self {
        minute_seconds: 60,
        day_seconds: 86_400,
        read: Budget { per_minute: 60, per_day: 2_000 },
        single_stock: Budget { per_minute: 120, per_day: 5_000 },
        bulk_inventory: Budget { per_minute: 30, per_day: 500 },
        product_write: Budget { per_minute: 30, per_day: 500 },
    };

    /// Reads limits from JSON; what is left out is the hosted service's.
    ///
    /// # Errors
    /// What is wrong with the text, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let limits: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let numbers = [
            ("minuteSeconds", limits.minute_seconds),
            ("daySeconds", limits.day_seconds),
            ("read.perMinute", limits.read.per_minute),
            ("read.perDay", limits.read.per_day),
            ("singleStock.perMinute", limits.single_stock.per_minute),
            ("singleStock.perDay", limits.single_stock.per_day),
            ("bulkInventory.perMinute", limits.bulk_inventory.per_minute),
            ("bulkInventory.perDay", limits.bulk_inventory.per_day),
            ("productWrite.perMinute", limits.product_write.per_minute),
            ("productWrite.perDay", limits.product_write.per_day),
        ];
        match numbers.iter().find(|(_, number)| *number == 0) {
            Some((name, _)) => Err(format!("`{name}` must be a whole number from 1")),
            None => Ok(limits),
        }
    }

    /// Returns the limits of a class.
    pub fn budget(&self, class: Class) -> Budget {
        match class {
            Class::Read => self.read,
            Class::SingleStock => self.single_stock,
            Class::BulkInventory => self.bulk_inventory,
            Class::ProductWrite => self.product_write,
        }
    }

    /// Returns the window for an address that `now` is in.
    pub fn minute(&self, now: Timestamp) -> Window {
        Window::around(now, self.minute_seconds)
    }

    /// Returns the window for a store that `now` is in.
    pub fn day(&self, now: Timestamp) -> Window {
        Window::around(now, self.day_seconds)
    }

    /// Adds these limits to what clients are told.
    pub fn tell(&self, told: &mut Told) {
        let number = |number: u32| Some(u64::from(number));
        told.minute_seconds = number(self.minute_seconds);
        told.day_seconds = number(self.day_seconds);
        told.read_per_minute = number(self.read.per_minute);
        told.read_per_day = number(self.read.per_day);
        told.single_per_minute = number(self.single_stock.per_minute);
        told.single_per_day = number(self.single_stock.per_day);
        told.bulk_per_minute = number(self.bulk_inventory.per_minute);
        told.bulk_per_day = number(self.bulk_inventory.per_day);
        told.product_write_per_minute = number(self.product_write.per_minute);
        told.product_write_per_day = number(self.product_write.per_day);
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::HOSTED
    }
}

impl Window {
    fn around(now: Timestamp, seconds: u32) -> Self {
        let length = i64::from(seconds);
        let starts_at = now.as_second().div_euclid(length) * length;
        Self { starts_at, ends_at: starts_at + length }
    }
}

impl Class {
    /// Returns the class of a request, or `None` for one that is not limited: the app, its sessions,
    /// and what the server tells of itself.
    pub fn of(method: &Method, address: &str) -> Option<Self> {
        let is_below = |path: &str| {
            address.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        if !is_below(path::INVENTORY) && !is_below(path::PRODUCTS) {
            return None;
        }
        match *method {
            Method::GET | Method::HEAD => Some(Self::Read),
            Method::PATCH if address == path::BULK => Some(Self::BulkInventory),
            Method::PATCH if address.ends_with("/stock") => Some(Self::SingleStock),
            Method::POST | Method::PUT | Method::DELETE if is_below(path::PRODUCTS) => {
                Some(Self::ProductWrite)
            }
            _ => None,
        }
    }

    /// Returns the word by which requests of this class are counted.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::SingleStock => "single_stock",
            Self::BulkInventory => "bulk_inventory",
            Self::ProductWrite => "product_write",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_may_name_what_differs_and_nothing_unknown() {
        assert_eq!(Limits::parse("{}"), Ok(Limits::HOSTED));
        let text =
            r#"{"minuteSeconds":1,"daySeconds":30,"bulkInventory":{"perMinute":2,"perDay":9}}"#;
        let limits = Limits::parse(text).unwrap();
        assert_eq!((limits.minute_seconds, limits.day_seconds), (1, 30));
        let budget = Budget { per_minute: 2, per_day: 9 };
        assert_eq!(limits.budget(Class::BulkInventory), budget);
        assert_eq!(limits.budget(Class::Read), Limits::HOSTED.read);
        for (text, word) in [
            (r#"{"minuteSeconds":0}"#, "minuteSeconds"),
            (r#"{"read":{"perMinute":1,"perDay":0}}"#, "read.perDay"),
            (r#"{"read":{"perMinute":1}}"#, "perDay"),
            (r#"{"bulk":{"perMinute":1,"perDay":1}}"#, "bulk"),
            (r#"{"read":{"perMinute":-1,"perDay":1}}"#, "-1"),
            ("hosted", "expected"),
        ] {
            let error = Limits::parse(text).unwrap_err();
            assert!(error.contains(word), "{text}: {error}");
        }
    }

    #[test]
    fn windows_are_whole_multiples_of_their_length() {
        let now: Timestamp = "2026-11-23T08:00:59.999Z".parse().unwrap();
        let minute = Limits::HOSTED.minute(now);
        assert_eq!(minute.ends_at - minute.starts_at, 60);
        assert_eq!(minute.ends_at, now.as_second() + 1);
        let day = Limits::HOSTED.day(now);
        let midnight: Timestamp = "2026-11-24T00:00:00Z".parse().unwrap();
        assert_eq!(day.ends_at, midnight.as_second());
        let before = Window::around(Timestamp::from_second(-1).unwrap(), 60);
        assert_eq!(before, Window { starts_at: -60, ends_at: 0 });
    }

    #[test]
    fn every_address_of_the_contract_has_its_class() {
        let class = |method: Method, address: &str| Class::of(&method, address).map(Class::as_str);
        assert_eq!(class(Method::PATCH, path::BULK), Some("bulk_inventory"));
        assert_eq!(class(Method::PATCH, &path::stock("A/1")), Some("single_stock"));
        assert_eq!(class(Method::POST, path::PRODUCTS), Some("product_write"));
        assert_eq!(class(Method::PUT, &path::product("A-1")), Some("product_write"));
        for address in [path::INVENTORY, path::PRODUCTS, path::HISTORY, path::RUNS, path::SNAPSHOT]
        {
            assert_eq!(class(Method::GET, address), Some("read"), "{address}");
        }
        for address in ["/", "/inventory", path::SESSION, path::CAPABILITIES, "/healthz"] {
            assert_eq!(class(Method::GET, address), None, "{address}");
        }
    }
}
