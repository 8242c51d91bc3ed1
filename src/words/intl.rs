//! Numbers, plurals, times and lists by the browser's `Intl`.
//!
//! Formatters are costly to make, so each language keeps its own.

use std::cell::OnceCell;

use js_sys::{Array, Function, Intl, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use super::Language;

/// The formatters of one language: methods bound to their formatter.
struct Formatters {
    number: Function,
    percent: Function,
    plural: Intl::PluralRules,
    relative: Function,
    date_time: Function,
    list: Function,
}

thread_local! {
    static FORMATTERS: [OnceCell<Formatters>; 3] = const { [OnceCell::new(), OnceCell::new(), OnceCell::new()] };
}

fn with<T>(language: Language, use_it: impl FnOnce(&Formatters) -> T) -> T {
    FORMATTERS.with(|all| {
        let slot = &all[language as usize];
        use_it(slot.get_or_init(|| Formatters::new(language)))
    })
}

impl Formatters {
    fn new(language: Language) -> Self {
        let locales = Array::of1(&language.locale().into());
        let plain = Object::new();
        let percent = options(&[("style", "percent")]);
        let relative = options(&[("numeric", "always")]);
        let moment = options(&[("dateStyle", "medium"), ("timeStyle", "short")]);
        Self {
            number: Intl::NumberFormat::new(&locales, &plain).format(),
            percent: Intl::NumberFormat::new(&locales, &percent).format(),
            plural: Intl::PluralRules::new(&locales, &plain),
            relative: method("RelativeTimeFormat", &locales, &relative),
            date_time: Intl::DateTimeFormat::new(&locales, &moment).format(),
            list: method("ListFormat", &locales, &plain),
        }
    }
}

fn options(pairs: &[(&str, &str)]) -> Object {
    let object = Object::new();
    for (name, value) in pairs {
        // Setting a property of a fresh plain object cannot fail.
        let _ = Reflect::set(&object, &(*name).into(), &(*value).into());
    }
    object
}

/// Returns the `format` method, bound, of a class of `Intl` that may be missing: then one that
/// returns its arguments as they are.
fn method(class: &str, locales: &Array, options: &Object) -> Function {
    let make = || -> Result<Function, JsValue> {
        let intl = Reflect::get(&js_sys::global(), &"Intl".into())?;
        let class: Function = Reflect::get(&intl, &class.into())?.dyn_into()?;
        let made = Reflect::construct(&class, &Array::of2(locales, options))?;
        let format: Function = Reflect::get(&made, &"format".into())?.dyn_into()?;
        Ok(format.bind0(&made))
    };
    let as_it_is = || Reflect::get(&js_sys::global(), &"String".into());
    make().or_else(|_| as_it_is()?.dyn_into()).unwrap_or_default()
}

fn call1(function: &Function, value: &JsValue) -> String {
    let answer = function.call1(&JsValue::UNDEFINED, value);
    answer.ok().and_then(|text| text.as_string()).unwrap_or_default()
}

#[expect(clippy::cast_precision_loss, reason = "levels and counts stay far below 2^53")]
pub(super) fn number(language: Language, n: i64) -> String {
    with(language, |f| call1(&f.number, &JsValue::from_f64(n as f64)))
}

pub(super) fn percent(language: Language, share: f64) -> String {
    with(language, |f| call1(&f.percent, &share.into()))
}

/// Returns the place of the plural form in zero, one, two, few, many, other.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
pub(super) fn plural_form(language: Language, n: i64) -> usize {
    let form = with(language, |f| f.plural.select(n as f64).as_string());
    match form.as_deref() {
        Some("zero") => 0,
        Some("one") => 1,
        Some("two") => 2,
        Some("few") => 3,
        Some("many") => 4,
        _ => 5,
    }
}

pub(super) fn ago(language: Language, seconds: f64) -> String {
    let (value, unit) = match seconds {
        s if s < 60.0 => (s, "second"),
        s if s < 3600.0 => (s / 60.0, "minute"),
        s if s < 86_400.0 => (s / 3600.0, "hour"),
        s => (s / 86_400.0, "day"),
    };
    let value = JsValue::from_f64(-value.floor());
    with(language, |f| {
        let answer = f.relative.call2(&JsValue::UNDEFINED, &value, &unit.into());
        answer.ok().and_then(|text| text.as_string()).unwrap_or_default()
    })
}

pub(super) fn duration(language: Language, seconds: f64) -> String {
    let seconds = seconds.max(0.0).round();
    let parts = match seconds {
        s if s < 60.0 => vec![(s, "second")],
        s if s < 3600.0 => vec![((s / 60.0).floor(), "minute"), (s % 60.0, "second")],
        s => vec![((s / 3600.0).floor(), "hour"), ((s % 3600.0 / 60.0).floor(), "minute")],
    };
    let only = parts.len() == 1;
    let shown = parts.into_iter().filter(|(value, _)| only || *value > 0.0);
    let texts: Vec<_> = shown.map(|(value, unit)| with_unit(language, value, unit)).collect();
    texts.join(" ")
}

fn with_unit(language: Language, value: f64, unit: &str) -> String {
    let locales = Array::of1(&language.locale().into());
    let options = options(&[("style", "unit"), ("unit", unit), ("unitDisplay", "short")]);
    call1(&Intl::NumberFormat::new(&locales, &options).format(), &value.into())
}

pub(super) fn date_time(language: Language, milliseconds: f64) -> String {
    with(language, |f| call1(&f.date_time, &milliseconds.into()))
}

pub(super) fn list(language: Language, items: &[&str]) -> String {
    let array: Array = items.iter().map(|item| JsValue::from_str(item)).collect();
    with(language, |f| call1(&f.list, &array))
}
