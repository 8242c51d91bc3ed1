//! One file or folder per screen.

pub mod copied;
pub mod history;
pub mod inventory;
pub mod later;
pub mod leaving;
pub mod level;
pub mod pages_of;
pub mod part;
pub mod people;
pub mod product;
pub mod product_form;
pub mod product_import;
pub mod product_menu;
pub mod products;
pub mod settings;
pub mod sign_in;
pub mod update;
pub mod webhooks;

pub use inventory::InventoryPage;
pub use sign_in::{SignInDialog, SignInPage};
