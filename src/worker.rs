//! The worker; nothing yet but its build id.

fn main() {
    web_sys::console::debug_1(&stockroom::BUILD_ID.into());
}
