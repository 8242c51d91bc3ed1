//! The bytes that end cells and records, several at a time.
//!
//! In WebAssembly 64 by its vector instructions, elsewhere eight in a word; both tell the same places.

/// Where marks stand in a chunk of the text.
#[derive(Debug)]
pub(super) struct Marks(u64);

impl Marks {
    /// Returns the places of the delimiter and of line ends in the [`WIDTH`] bytes from `at` on;
    /// `None` where fewer are left.
    #[inline]
    pub(super) fn of(bytes: &[u8], at: usize, delimiter: u8) -> Option<Self> {
        let chunk = bytes.get(at..)?.first_chunk::<WIDTH>()?;
        Some(Self(imp::equal_to(chunk, [delimiter, b'\n', b'\r'])))
    }

    /// Returns them, and those of quotes; behind the text's end there are none.
    #[inline]
    pub(super) fn with_quotes(bytes: &[u8], at: usize, delimiter: u8) -> Self {
        let wanted = [delimiter, b'\n', b'\r', b'"'];
        let rest = bytes.get(at..).unwrap_or_default();
        if let Some(chunk) = rest.first_chunk::<WIDTH>() {
            return Self(imp::equal_to(chunk, wanted));
        }
        let mut chunk = [0; WIDTH];
        chunk[..rest.len()].copy_from_slice(rest);
        Self(imp::equal_to(&chunk, wanted))
    }
}

/// Each place once, counted from the chunk's beginning.
impl Iterator for Marks {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        if self.0 == 0 {
            return None;
        }
        let first = self.0.trailing_zeros() >> imp::SHIFT;
        self.0 &= self.0 - 1;
        Some(first as usize)
    }
}

/// How many bytes are looked at together.
pub(super) const WIDTH: usize = imp::WIDTH;

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod imp {
    use core::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_splat, u64x2, v128, v128_or};

    /// Most records are no longer: their marks are one loop.
    pub(super) const WIDTH: usize = 64;
    /// A bit for each byte.
    pub(super) const SHIFT: u32 = 0;

    #[inline]
    pub(super) fn equal_to<const N: usize>(chunk: &[u8; WIDTH], wanted: [u8; N]) -> u64 {
        let (parts, _) = chunk.as_chunks::<16>();
        let wanted = wanted.map(|byte| u8x16_splat(byte));
        let mut found = 0;
        for (at, part) in parts.iter().enumerate() {
            let whole = u128::from_le_bytes(*part);
            #[expect(clippy::cast_possible_truncation, reason = "one half and the other")]
            let text = u64x2(whole as u64, (whole >> 64) as u64);
            let either = |found: v128, byte| v128_or(found, u8x16_eq(text, byte));
            let marks = u8x16_bitmask(wanted.into_iter().fold(u64x2(0, 0), either));
            found |= u64::from(marks) << (16 * at);
        }
        found
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
use word as imp;

/// Eight bytes in a word, where there are no vectors.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod word {
    pub(super) const WIDTH: usize = 8;
    /// The high bit of each byte.
    pub(super) const SHIFT: u32 = 3;

    const HIGH: u64 = 0x8080_8080_8080_8080;

    #[inline]
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the chunk is larger elsewhere")]
    pub(super) fn equal_to<const N: usize>(chunk: &[u8; 8], wanted: [u8; N]) -> u64 {
        let word = u64::from_le_bytes(*chunk);
        !wanted.into_iter().fold(HIGH, |unlike, byte| unlike & other_than(word, byte)) & HIGH
    }

    /// Returns the high bit of each byte of `word` that is not `byte`; exact, no carry crosses a
    /// byte.
    #[inline]
    fn other_than(word: u64, byte: u8) -> u64 {
        let unlike = word ^ u64::from_le_bytes([byte; 8]);
        ((unlike & !HIGH) + !HIGH) | unlike
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn marks_stand_where_their_bytes_do(text in "[a;\"\n\r,é]{10,90}", start in 0_usize..8) {
            let bytes = text.as_bytes();
            let places = |wanted: &[u8], width: usize| -> Vec<usize> {
                let chunk = bytes[start..].iter().take(width).enumerate();
                chunk.filter(|(_, byte)| wanted.contains(byte)).map(|(at, _)| at).collect()
            };
            let marks = Marks::of(bytes, start, b';');
            prop_assert_eq!(
                marks.map(Iterator::collect::<Vec<_>>),
                (bytes.len() - start >= WIDTH).then(|| places(b";\n\r", WIDTH))
            );
            let quotes: Vec<_> = Marks::with_quotes(bytes, start, b';').collect();
            prop_assert_eq!(quotes, places(b";\n\r\"", WIDTH));
        }
    }
}
