//! A file's bytes, piece by piece.
//!
//! Pieces come through one small buffer that is filled again and again: slices of a file would each
//! be memory that the browser frees when it likes. Where a browser has no such streams, slices it is.

use js_sys::{Reflect, Uint8Array};
use stockroom_domain::table::{Arriving, ReadOptions};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, ReadableStreamByobReader};

/// How much is read at a time: pieces of 256 KB and of 4 MB take the same time.
const PIECE_BYTES: u32 = 1 << 20;
/// How much is read at a time where each piece is memory of its own.
const SLICE_BYTES: f64 = 8_388_608.0;

/// Reads a file from its first byte to its last; `told` hears what is read so far, and how many
/// bytes there are. `None` where the browser cannot read it: moved, changed, locked.
pub(crate) async fn read_all(
    file: &Blob,
    options: ReadOptions,
    mut told: impl FnMut(&Arriving, u64),
) -> Option<Arriving> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a file's size is a whole number from 0, and at most 256 MB are read"
    )]
    let size = file.size() as usize;
    let mut arriving = Arriving::new(options, size);
    if let Ok(reader) = ReadableStreamByobReader::new(&file.stream()) {
        let mut buffer = Uint8Array::new_with_length(PIECE_BYTES);
        while arriving.len() < size {
            let read = JsFuture::from(reader.read_with_array_buffer_view(&buffer)).await.ok()?;
            let piece: Uint8Array = Reflect::get(&read, &"value".into()).ok()?.dyn_into().ok()?;
            if piece.length() == 0 {
                return None;
            }
            take(&mut arriving, &piece);
            told(&arriving, size as u64);
            buffer = Uint8Array::new(&piece.buffer());
        }
    } else {
        let mut at = 0.0;
        while at < file.size() {
            let end = (at + SLICE_BYTES).min(file.size());
            let slice = file.slice_with_f64_and_f64(at, end).ok()?;
            let piece = JsFuture::from(slice.array_buffer()).await.ok()?;
            take(&mut arriving, &Uint8Array::new(&piece));
            told(&arriving, size as u64);
            at = end;
        }
    }
    (arriving.len() == size).then_some(arriving)
}

fn take(arriving: &mut Arriving, piece: &Uint8Array) {
    arriving.take(piece.length() as usize, |slot| piece.copy_to(slot));
}
