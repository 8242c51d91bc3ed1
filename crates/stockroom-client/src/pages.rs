//! Reading the inventory page by page, though pages shift while they are read.

use std::collections::HashMap;

use serde_json::Value;
use stockroom_api::inventory::{InventoryItem, InventoryQuery, Which};
use stockroom_api::path;

use crate::answer::{Answer, Unread, data};
use crate::wire::Wire;

/// The reading of a whole list: which page is next, and what has been read.
///
/// ```
/// use stockroom_client::{answer::Answer, pages::Reading};
/// use stockroom_api::inventory::Which;
/// let mut reading = Reading::new(Which::All);
/// let body = r#"{"data":{"items":[{"productId":"p1","externalId":"RIZ-25"}],"total":1,"hasMore":false}}"#;
/// reading.read(&Answer { status: 200, body: body.into(), ..Answer::default() }).unwrap();
/// assert_eq!((reading.items().len(), reading.next_path()), (1, None));
/// ```
#[derive(Clone, Debug)]
pub struct Reading {
    which: Which,
    page: u64,
    has_more: bool,
    total: Option<u64>,
    unread: usize,
    items: Vec<InventoryItem>,
    places: HashMap<String, usize>,
}

impl Reading {
    /// Returns a reading that has yet to begin.
    pub fn new(which: Which) -> Self {
        Self {
            which,
            page: 0,
            has_more: true,
            total: None,
            unread: 0,
            items: Vec::new(),
            places: HashMap::new(),
        }
    }

    /// Returns the address of the next page, or `None` at the end.
    pub fn next_path(&self) -> Option<String> {
        self.has_more.then(|| {
            path::inventory(InventoryQuery {
                which: self.which,
                page: Some(self.page + 1),
                limit: None,
            })
        })
    }

    /// Takes in the answer for [`Reading::next_path`] and returns how many products were new.
    ///
    /// A product that turns up again, because others were created meanwhile, replaces its earlier
    /// reading. An item that cannot be read is counted in [`Reading::unread`] and left out.
    ///
    /// # Errors
    /// [`Unread`]: the page was refused or is no list; the reading stays where it was.
    pub fn read(&mut self, answer: &Answer) -> Result<usize, Unread> {
        let data = data(answer)?;
        let Some(items) = data.get("items").or(Some(&data)).and_then(Value::as_array) else {
            let status = answer.status;
            return Err(Unread::NotUnderstood { status });
        };
        // `total` and `hasMore` may stand beside `data` instead of in it.
        let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        let field = |name: &str| data.get(name).or_else(|| body.get(name));
        let total = field("total").and_then(Value::as_u64);
        let has_more = field("hasMore").and_then(Value::as_bool);
        let before = self.items.len();
        for item in items {
            match InventoryItem::of(item) {
                Some(item) => self.take(item),
                None => self.unread += 1,
            }
        }
        self.page += 1;
        self.total = total.or(self.total);
        let read = (self.items.len() + self.unread) as u64;
        let more = has_more.unwrap_or_else(|| self.total.is_some_and(|total| read < total));
        // A page without a single item ends every list, whatever it says of more.
        self.has_more = more && !items.is_empty();
        Ok(self.items.len() - before)
    }

    fn take(&mut self, item: InventoryItem) {
        if let Some(place) = self.places.get(&item.product_id) {
            self.items[*place] = item;
        } else {
            self.places.insert(item.product_id.clone(), self.items.len());
            self.items.push(item);
        }
    }

    /// Returns the products read so far, in the order of the list.
    pub fn items(&self) -> &[InventoryItem] {
        &self.items
    }

    /// Returns the products read, leaving the rest of the reading.
    pub fn into_items(self) -> Vec<InventoryItem> {
        self.items
    }

    /// Returns how many products the list has, as its latest page says.
    pub fn total(&self) -> Option<u64> {
        self.total
    }

    /// Returns how many entries could not be read.
    pub fn unread(&self) -> usize {
        self.unread
    }

    /// Returns how many products are missing at the end, because pages shifted while they were
    /// read; above 0 the list is worth reading again.
    pub fn missing(&self) -> u64 {
        let read = (self.items.len() + self.unread) as u64;
        self.total.map_or(0, |total| total.saturating_sub(read))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(body: &str) -> Answer {
        Answer { status: 200, body: body.to_owned(), ..Answer::default() }
    }

    fn item(id: &str, quantity: i64) -> String {
        format!(r#"{{"productId":"{id}","externalId":"{id}","quantity":{quantity}}}"#)
    }

    #[test]
    fn reads_on_until_the_end() {
        let mut reading = Reading::new(Which::Low);
        assert_eq!(
            reading.next_path().as_deref(),
            Some("/api/v1/dev/store/inventory?lowStock=true&page=1")
        );
        let first = format!(
            r#"{{"success":true,"data":{{"items":[{}],"total":2,"page":1,"hasMore":true}}}}"#,
            item("A", 1)
        );
        assert_eq!(reading.read(&answer(&first)), Ok(1));
        assert!(reading.next_path().is_some_and(|p| p.ends_with("page=2")));
        let second =
            format!(r#"{{"items":[{}],"total":2,"page":2,"hasMore":false}}"#, item("B", 2));
        assert_eq!(reading.read(&answer(&second)), Ok(1));
        assert_eq!((reading.next_path(), reading.missing()), (None, 0));
    }

    #[test]
    fn a_product_seen_twice_is_kept_once_as_it_is_now() {
        let mut reading = Reading::new(Which::All);
        let page = |items: &[String], more: bool| {
            let items = items.join(",");
            answer(&format!(r#"{{"data":{{"items":[{items}],"total":3,"hasMore":{more}}}}}"#))
        };
        assert_eq!(reading.read(&page(&[item("A", 1), item("B", 2)], true)), Ok(2));
        assert_eq!(reading.read(&page(&[item("B", 7), item("C", 3)], false)), Ok(1));
        let levels: Vec<_> = reading.items().iter().map(|i| i.quantity).collect();
        assert_eq!(levels, [Some(1), Some(7), Some(3)]);
    }

    #[test]
    fn a_bad_page_leaves_the_reading_where_it_was() {
        let mut reading = Reading::new(Which::All);
        let next = reading.next_path();
        for body in ["<html>", "", r#"{"data":{"items":3}}"#] {
            assert_eq!(reading.read(&answer(body)), Err(Unread::NotUnderstood { status: 200 }));
        }
        assert_eq!(reading.next_path(), next);
    }

    #[test]
    fn lists_without_figures_end_too() {
        let mut reading = Reading::new(Which::All);
        let body = format!(r#"[{},{{"productId":7}}]"#, item("A", 1));
        assert_eq!(reading.read(&answer(&body)), Ok(1));
        assert_eq!((reading.unread(), reading.next_path()), (1, None));
        let mut endless = Reading::new(Which::All);
        let empty = r#"{"data":{"items":[],"total":9,"hasMore":true}}"#;
        assert_eq!(endless.read(&answer(empty)), Ok(0));
        assert_eq!((endless.next_path(), endless.missing()), (None, 9));
    }
}
