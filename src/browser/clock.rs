//! Time: now, later, again and again.

use js_sys::{Date, Function, Promise};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::JsFuture;

use super::window;

/// Returns milliseconds since 1970.
pub fn now_ms() -> f64 {
    Date::now()
}

/// Returns the milliseconds since 1970 of a time in RFC 3339; `None` where it is none.
pub fn time_of(text: &str) -> Option<u64> {
    let time = Date::parse(text);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a time")]
    let time = (time >= 0.0).then_some(time as u64);
    time
}

/// Waits.
pub async fn sleep(milliseconds: i32) {
    let promise = Promise::new(&mut |resolve: Function, _| {
        if let Some(window) = window() {
            let _ = window
                .set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, milliseconds);
        }
    });
    // A timer's promise is never rejected.
    let _ = JsFuture::from(promise).await;
}

/// A timer that stops when dropped.
#[derive(Debug)]
pub struct Timer {
    id: i32,
    repeats: bool,
    _callback: Closure<dyn FnMut()>,
}

/// Calls `due` once.
pub fn after(milliseconds: i32, due: impl FnMut() + 'static) -> Option<Timer> {
    let callback = Closure::wrap(Box::new(due) as Box<dyn FnMut()>);
    let function = callback.as_ref().unchecked_ref();
    let id =
        window()?.set_timeout_with_callback_and_timeout_and_arguments_0(function, milliseconds);
    Some(Timer { id: id.ok()?, repeats: false, _callback: callback })
}

/// Calls `due` again and again.
pub fn every(milliseconds: i32, due: impl FnMut() + 'static) -> Option<Timer> {
    let callback = Closure::wrap(Box::new(due) as Box<dyn FnMut()>);
    let function = callback.as_ref().unchecked_ref();
    let id =
        window()?.set_interval_with_callback_and_timeout_and_arguments_0(function, milliseconds);
    Some(Timer { id: id.ok()?, repeats: true, _callback: callback })
}

impl Drop for Timer {
    fn drop(&mut self) {
        let Some(window) = window() else { return };
        if self.repeats {
            window.clear_interval_with_handle(self.id);
        } else {
            window.clear_timeout_with_handle(self.id);
        }
    }
}

/// Returns when a day begins where the merchant is, or the day `later` days after it, in RFC 3339;
/// `None` where `day` is no date such as `2026-11-23`.
pub fn beginning_of(day: &str, later: i32) -> Option<String> {
    let mut parts = day.splitn(3, '-').map(str::parse::<i32>);
    let (year, month, day) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
    // A day beyond the month's last is one of the next month.
    let time = Date::new_with_year_month_day(u32::try_from(year).ok()?, month - 1, day + later);
    time.get_time().is_finite().then(|| String::from(time.to_iso_string()))
}

/// Returns today's date where the merchant is, such as `2026-11-23`, for names of files.
pub fn today() -> String {
    let now = Date::new_0();
    format!("{:04}-{:02}-{:02}", now.get_full_year(), now.get_month() + 1, now.get_date())
}
