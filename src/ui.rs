//! Building blocks of every screen; they know neither router nor API.
//!
//! Buttons and links are plain elements with classes: `button`, with `primary`, `quiet`, `danger`
//! or `small` beside it. Texts come in ready made, so that nothing here knows a language; what
//! may change is a `Signal`.

pub mod change;
pub mod chip;
pub mod dialog;
pub mod empty;
pub mod field;
pub mod file_drop;
pub mod icon;
pub mod long_list;
pub mod long_scroll;
pub mod meter;
pub mod notice;
pub mod pager;
pub mod tag;
pub mod toast;
pub mod virtual_rows;

pub use change::{ChangeView, Delta};
pub use chip::Chip;
pub use dialog::{Confirm, Dialog, Placement};
pub use empty::{EmptyState, Skeleton};
pub use field::Field;
pub use file_drop::{ChooseFile, DropArea};
pub use icon::{Icon, Sign};
pub use long_list::{LongList, LongRows};
pub use meter::Meter;
pub use notice::{Notice, Tone};
pub use pager::Pager;
pub use tag::Tag;
pub use toast::{ToastRegion, Toasts, use_toasts};
pub use virtual_rows::{VirtualRows, Window, window_of};
