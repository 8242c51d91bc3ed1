//! Products by SKU, close together in memory: a file of a million rows asks a million times.

use hashbrown::HashTable;

/// Places of products by SKU.
#[derive(Clone, Debug, Default)]
pub(super) struct SkuIndex {
    table: HashTable<Entry>,
    /// All SKUs, one behind the other, in UTF-8.
    text: Vec<u8>,
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
    /// Makes room for so many more.
    pub(super) fn reserve(&mut self, products: usize) {
        /// What a SKU takes, more or less.
        const SKU_BYTES: usize = 12;
        let text = &self.text;
        self.table.reserve(products, |entry| hash_of(entry.of(text)));
        self.text.reserve(products.saturating_mul(SKU_BYTES));
    }

    /// Adds the product at the place `product`; its SKU is not there yet.
    pub(super) fn add(&mut self, sku: &str, product: usize) {
        let sku = sku.as_bytes();
        let hash = hash_of(sku);
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let (start, len) = (place(self.text.len()), place(sku.len()));
        let entry = Entry { hash: short(hash), start, len, product: place(product) };
        self.text.extend_from_slice(sku);
        let text = &self.text;
        self.table.insert_unique(hash, entry, |entry| hash_of(entry.of(text)));
    }

    /// Returns the place of the product with this SKU.
    pub(super) fn find(&self, sku: &[u8]) -> Option<usize> {
        let hash = hash_of(sku);
        let is_it = |entry: &Entry| entry.hash == short(hash) && is_same(entry.of(&self.text), sku);
        self.table.find(hash, is_it).map(|entry| entry.product as usize)
    }
}

impl Entry {
    fn of(self, text: &[u8]) -> &[u8] {
        let start = self.start as usize;
        text.get(start..start + self.len as usize).unwrap_or_default()
    }
}

/// Compares eight bytes at a time: SKUs are too short for a call.
fn is_same(mut a: &[u8], mut b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    while let (Some((x, after_x)), Some((y, after_y))) =
        (a.split_first_chunk::<8>(), b.split_first_chunk::<8>())
    {
        if x != y {
            return false;
        }
        (a, b) = (after_x, after_y);
    }
    a.iter().zip(b).all(|(x, y)| x == y)
}

/// Returns a hash of a SKU: eight bytes at a time, by multiplications that WebAssembly has.
///
/// Whoever chooses SKUs so that they collide slows nobody's browser but their own.
fn hash_of(sku: &[u8]) -> u64 {
    const MIX: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut hash = sku.len() as u64;
    let mut rest = sku;
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
