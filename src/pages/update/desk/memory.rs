//! What was said about columns, in this browser's storage; where that is blocked, nothing is kept.

use super::super::state::Msg;
use super::super::state::remembered::{Memory, Remembered};
use super::Desk;
use crate::browser::storage;
use stockroom_worksheet::Reply;

/// Returns how many headers are kept.
pub fn headers_kept() -> i64 {
    i64::try_from(kept().len()).unwrap_or(i64::MAX)
}

fn kept() -> Memory {
    storage::columns().as_deref().map(Memory::from_text).unwrap_or_default()
}

pub(super) fn keep(said: Remembered) {
    let mut memory = kept();
    memory.keep(said);
    storage::keep_columns(&memory.to_text());
}

impl Desk {
    /// Tells the model what was said about files like one that has just been read.
    pub(super) fn recall(self, reply: &Reply) {
        let Reply::Shape(shape) = reply else { return };
        let is_first = self.model.try_with_untracked(super::Model::awaits_first_shape);
        if is_first == Some(true)
            && let Some(found) = kept().find(shape)
        {
            self.tell(Msg::Recalled(found.clone()));
        }
    }
}
