//! Products by SKU, close together in memory: a file of a million rows asks a million times.

use hashbrown::HashTable;

/// Places of products by SKU.
#[derive(Clone, Debug, Default)]
pub(super) struct SkuIndex {
    table: HashTable<Entry>,
    /// All SKUs, one behind the other.
    text: String,
}

/// A SKU's place in the text, and its product's in the stock. Comparing the hash first keeps a
/// miss from looking at the text.
#[derive(Clone, Copy, Debug)]
struct Entry {
    hash: u32,
    start: u32,
    len: u32,
    product: u32,
}

impl SkuIndex {
    /// Adds the product at the place `product`; its SKU is not there yet.
    pub(super) fn add(&mut self, sku: &str, product: usize) {
        let hash = hash_of(sku);
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let (start, len) = (place(self.text.len()), place(sku.len()));
        let entry = Entry { hash: short(hash), start, len, product: place(product) };
        self.text.push_str(sku);
        let text = &self.text;
        self.table.insert_unique(hash, entry, |entry| hash_of(entry.of(text)));
    }

    /// Returns the place of the product with this SKU.
    pub(super) fn find(&self, sku: &str) -> Option<usize> {
        let hash = hash_of(sku);
        let is_it = |entry: &Entry| entry.hash == short(hash) && entry.of(&self.text) == sku;
        self.table.find(hash, is_it).map(|entry| entry.product as usize)
    }
}

impl Entry {
    fn of(self, text: &str) -> &str {
        let start = self.start as usize;
        text.get(start..start + self.len as usize).unwrap_or("")
    }
}

/// Returns a hash of a SKU: eight bytes at a time, by multiplications that WebAssembly has.
///
/// Whoever chooses SKUs so that they collide slows nobody's browser but their own.
fn hash_of(sku: &str) -> u64 {
    const MIX: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut hash = sku.len() as u64;
    let mut rest = sku.as_bytes();
    while let Some((chunk, after)) = rest.split_first_chunk::<8>() {
        hash = (hash ^ u64::from_le_bytes(*chunk)).wrapping_mul(MIX);
        hash ^= hash >> 32;
        rest = after;
    }
    let tail = rest.iter().fold(0, |tail, byte| (tail << 8) | u64::from(*byte));
    hash = (hash ^ tail).wrapping_mul(MIX);
    hash ^ (hash >> 29)
}

#[expect(clippy::cast_possible_truncation, reason = "half of the hash is enough to tell apart")]
fn short(hash: u64) -> u32 {
    hash as u32
}
