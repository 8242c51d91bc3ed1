//! What is done later: with the next frame, after a while.

use std::time::Duration;

/// Does the work with the next frame.
pub fn request_animation_frame(work: impl FnOnce() + 'static) {
    frame(Box::new(work));
}

fn frame(work: Box<dyn FnOnce()>) {
    leptos_dom::helpers::request_animation_frame(work);
}

/// Does the work after a while.
pub fn set_timeout(work: impl FnOnce() + 'static, wait: Duration) {
    timeout(Box::new(work), wait);
}

fn timeout(work: Box<dyn FnOnce()>, wait: Duration) {
    leptos_dom::helpers::set_timeout(work, wait);
}
