//! How many requests the server takes, by class: from one address in a minute, for one store in a day.
//! Imports are the one class whose address has an hour instead.
//!
//! Windows begin at whole multiples of their length since 1970, so that all processes on one database
//! have the same. Their lengths can be set, so that a test need not wait for a day.

use jiff::Timestamp;
use serde::Deserialize;
use stockroom_api::capabilities::Limits as Told;

/// The limits of every class, and the lengths of the windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Limits {
    /// The length of the window for an address, in seconds.
    pub minute_seconds: u32,
    /// The length of the window for an address that imports, in seconds.
    pub hour_seconds: u32,
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
    /// Importing products.
    pub csv_import: HourlyBudget,
    /// Reading webhook endpoints and deliveries.
    pub webhook_read: Budget,
    /// Changing webhook endpoints, and delivering again.
    pub webhook_write: Budget,
    /// Sending test events.
    pub webhook_test: Budget,
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

/// How many requests of a class of which there are few.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HourlyBudget {
    /// From one address in an hour.
    pub per_hour: u32,
    /// For one store in a day.
    pub per_day: u32,
}

/// How many requests of a class somebody may make in the window that is running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// The window.
    pub window: Window,
    /// The requests.
    pub requests: u32,
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
    /// Importing products.
    CsvImport,
    /// Reading webhook endpoints and deliveries.
    WebhookRead,
    /// Changing webhook endpoints, and delivering again.
    WebhookWrite,
    /// Sending test events.
    WebhookTest,
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
        hour_seconds: 3_600,
        day_seconds: 86_400,
        read: Budget { per_minute: 60, per_day: 2_000 },
        single_stock: Budget { per_minute: 120, per_day: 5_000 },
        bulk_inventory: Budget { per_minute: 30, per_day: 500 },
        product_write: Budget { per_minute: 30, per_day: 500 },
        csv_import: HourlyBudget { per_hour: 5, per_day: 50 },
        webhook_read: Budget { per_minute: 30, per_day: 500 },
        webhook_write: Budget { per_minute: 10, per_day: 100 },
        webhook_test: Budget { per_minute: 5, per_day: 50 },
    };

    /// Reads limits from JSON; what is left out is the hosted service's.
    ///
    /// # Errors
    /// What is wrong with the text, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let limits: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let lengths = [
            ("minuteSeconds".to_owned(), limits.minute_seconds),
            ("hourSeconds".to_owned(), limits.hour_seconds),
            ("daySeconds".to_owned(), limits.day_seconds),
            ("csvImport.perHour".to_owned(), limits.csv_import.per_hour),
            ("csvImport.perDay".to_owned(), limits.csv_import.per_day),
        ];
        let budgets = [
            ("read", limits.read),
            ("singleStock", limits.single_stock),
            ("bulkInventory", limits.bulk_inventory),
            ("productWrite", limits.product_write),
            ("webhookRead", limits.webhook_read),
            ("webhookWrite", limits.webhook_write),
            ("webhookTest", limits.webhook_test),
        ];
        let budgets = budgets.into_iter().flat_map(|(name, budget)| {
            [
                (format!("{name}.perMinute"), budget.per_minute),
                (format!("{name}.perDay"), budget.per_day),
            ]
        });
        let mut numbers = lengths.into_iter().chain(budgets);
        match numbers.find(|(_, number)| *number == 0) {
            Some((name, _)) => Err(format!("`{name}` must be a whole number from 1")),
            None => Ok(limits),
        }
    }

    /// Returns how many requests of a class one address may make in the window that `now` is in.
    pub fn of_address(&self, class: Class, now: Timestamp) -> Allowance {
        let minute = |budget: Budget| Allowance {
            window: Window::around(now, self.minute_seconds),
            requests: budget.per_minute,
        };
        match class {
            Class::Read => minute(self.read),
            Class::SingleStock => minute(self.single_stock),
            Class::BulkInventory => minute(self.bulk_inventory),
            Class::ProductWrite => minute(self.product_write),
            Class::CsvImport => Allowance {
                window: Window::around(now, self.hour_seconds),
                requests: self.csv_import.per_hour,
            },
            Class::WebhookRead => minute(self.webhook_read),
            Class::WebhookWrite => minute(self.webhook_write),
            Class::WebhookTest => minute(self.webhook_test),
        }
    }

    /// Returns how many requests of a class may be made for one store in the window that `now` is in.
    pub fn of_store(&self, class: Class, now: Timestamp) -> Allowance {
        let requests = match class {
            Class::Read => self.read.per_day,
            Class::SingleStock => self.single_stock.per_day,
            Class::BulkInventory => self.bulk_inventory.per_day,
            Class::ProductWrite => self.product_write.per_day,
            Class::CsvImport => self.csv_import.per_day,
            Class::WebhookRead => self.webhook_read.per_day,
            Class::WebhookWrite => self.webhook_write.per_day,
            Class::WebhookTest => self.webhook_test.per_day,
        };
        Allowance { window: Window::around(now, self.day_seconds), requests }
    }

    /// Adds these limits to what clients are told.
    pub fn tell(&self, told: &mut Told) {
        let number = |number: u32| Some(u64::from(number));
        told.minute_seconds = number(self.minute_seconds);
        told.hour_seconds = number(self.hour_seconds);
        told.day_seconds = number(self.day_seconds);
        told.read_per_minute = number(self.read.per_minute);
        told.read_per_day = number(self.read.per_day);
        told.single_per_minute = number(self.single_stock.per_minute);
        told.single_per_day = number(self.single_stock.per_day);
        told.bulk_per_minute = number(self.bulk_inventory.per_minute);
        told.bulk_per_day = number(self.bulk_inventory.per_day);
        told.product_write_per_minute = number(self.product_write.per_minute);
        told.product_write_per_day = number(self.product_write.per_day);
        told.import_per_hour = number(self.csv_import.per_hour);
        told.import_per_day = number(self.csv_import.per_day);
        told.webhook_read_per_minute = number(self.webhook_read.per_minute);
        told.webhook_read_per_day = number(self.webhook_read.per_day);
        told.webhook_write_per_minute = number(self.webhook_write.per_minute);
        told.webhook_write_per_day = number(self.webhook_write.per_day);
        told.webhook_test_per_minute = number(self.webhook_test.per_minute);
        told.webhook_test_per_day = number(self.webhook_test.per_day);
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
    /// Returns the word by which requests of this class are counted.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::SingleStock => "single_stock",
            Self::BulkInventory => "bulk_inventory",
            Self::ProductWrite => "product_write",
            Self::CsvImport => "csv_import",
            Self::WebhookRead => "webhook_read",
            Self::WebhookWrite => "webhook_write",
            Self::WebhookTest => "webhook_test",
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
        let now = Timestamp::UNIX_EPOCH;
        assert_eq!(limits.of_address(Class::BulkInventory, now).requests, 2);
        assert_eq!(limits.of_store(Class::BulkInventory, now).requests, 9);
        assert_eq!(limits.read, Limits::HOSTED.read);
        for (text, word) in [
            (r#"{"minuteSeconds":0}"#, "minuteSeconds"),
            (r#"{"read":{"perMinute":1,"perDay":0}}"#, "read.perDay"),
            (r#"{"read":{"perMinute":1}}"#, "perDay"),
            (r#"{"csvImport":{"perHour":0,"perDay":1}}"#, "csvImport.perHour"),
            (r#"{"csvImport":{"perMinute":1,"perDay":1}}"#, "perMinute"),
            (r#"{"webhookTest":{"perMinute":0,"perDay":1}}"#, "webhookTest.perMinute"),
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
        let minute = Limits::HOSTED.of_address(Class::Read, now).window;
        assert_eq!(minute.ends_at - minute.starts_at, 60);
        assert_eq!(minute.ends_at, now.as_second() + 1);
        let hour = Limits::HOSTED.of_address(Class::CsvImport, now).window;
        assert_eq!((hour.ends_at - hour.starts_at, hour.ends_at - minute.ends_at), (3600, 3540));
        let day = Limits::HOSTED.of_store(Class::Read, now).window;
        let midnight: Timestamp = "2026-11-24T00:00:00Z".parse().unwrap();
        assert_eq!(day.ends_at, midnight.as_second());
        let before = Window::around(Timestamp::from_second(-1).unwrap(), 60);
        assert_eq!(before, Window { starts_at: -60, ends_at: 0 });
    }
}
