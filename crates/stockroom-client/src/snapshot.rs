//! Reading all tracked products as one stream of lines, while it arrives.
//!
//! The format is `stockroom_api::snapshot`'s. Bytes come in pieces that end anywhere; a stream that
//! breaks off is no snapshot, and says so by its count.

use serde_json::Value;
use stockroom_api::inventory::InventoryItem;

use crate::wire::Wire;

/// A snapshot while it arrives.
///
/// ```
/// use stockroom_client::snapshot::SnapshotReading;
/// let mut reading = SnapshotReading::default();
/// reading.feed(b"{\"total\":1}\n{\"productId\":\"p1\",\"external").unwrap();
/// reading.feed(b"Id\":\"RIZ-25\",\"quantity\":112}\n").unwrap();
/// assert_eq!((reading.total(), reading.items().len(), reading.is_whole()), (Some(1), 1, true));
/// ```
#[derive(Clone, Debug, Default)]
pub struct SnapshotReading {
    /// The beginning of a line whose end has not arrived.
    rest: Vec<u8>,
    total: Option<u64>,
    items: Vec<InventoryItem>,
}

/// A line is none of a snapshot: something else answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotASnapshot;

impl SnapshotReading {
    /// Takes in the next bytes.
    ///
    /// # Errors
    /// [`NotASnapshot`] where a line is neither a head nor a product.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), NotASnapshot> {
        let mut rest = bytes;
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let (line, after) = (&rest[..end], &rest[end + 1..]);
            if self.rest.is_empty() {
                self.take(line)?;
            } else {
                let mut whole = std::mem::take(&mut self.rest);
                whole.extend_from_slice(line);
                self.take(&whole)?;
            }
            rest = after;
        }
        self.rest.extend_from_slice(rest);
        Ok(())
    }

    /// Returns how many products there are, once the head has arrived.
    pub fn total(&self) -> Option<u64> {
        self.total
    }

    /// Returns the products so far.
    pub fn items(&self) -> &[InventoryItem] {
        &self.items
    }

    /// Tells whether everything that the head promised has arrived.
    pub fn is_whole(&self) -> bool {
        self.rest.is_empty() && self.total == Some(self.items.len() as u64)
    }

    /// Returns the products.
    pub fn into_items(self) -> Vec<InventoryItem> {
        self.items
    }

    fn take(&mut self, line: &[u8]) -> Result<(), NotASnapshot> {
        let value: Value = serde_json::from_slice(line).map_err(|_| NotASnapshot)?;
        if self.total.is_none() {
            self.total = Some(value.get("total").and_then(Value::as_u64).ok_or(NotASnapshot)?);
            return Ok(());
        }
        self.items.push(InventoryItem::of(&value).ok_or(NotASnapshot)?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "{\"total\":2}\n{\"productId\":\"p1\",\"externalId\":\"THÉ\",\"quantity\":3}\n\
        {\"productId\":\"p2\",\"quantity\":0}\n";

    #[test]
    fn pieces_may_end_anywhere() {
        for size in 1..TEXT.len() {
            let mut reading = SnapshotReading::default();
            for piece in TEXT.as_bytes().chunks(size) {
                reading.feed(piece).unwrap();
            }
            assert!(reading.is_whole(), "pieces of {size}");
            assert_eq!(reading.into_items()[0].external_id.as_deref(), Some("THÉ"));
        }
    }

    #[test]
    fn what_breaks_off_or_is_something_else_is_no_snapshot() {
        let mut reading = SnapshotReading::default();
        reading.feed(&TEXT.as_bytes()[..TEXT.len() - 5]).unwrap();
        assert!(!reading.is_whole());
        assert_eq!(SnapshotReading::default().feed(b"<html>\n"), Err(NotASnapshot));
        assert_eq!(SnapshotReading::default().feed(b"{}\n"), Err(NotASnapshot));
    }
}
