//! The one type of all attributes, classes, styles and properties.

use std::borrow::Cow;

use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement};

use crate::block::follow;
use crate::signal::{Memo, RwSignal, Signal};

/// What an attribute says: a value, or one that follows signals.
pub enum Setting {
    /// It stays.
    Still(Value),
    /// It follows signals.
    Live(Box<dyn Evaluate>),
}

/// A value of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// It is not there.
    Off,
    /// It is there, and says nothing more.
    On,
    /// It says this.
    Text(Cow<'static, str>),
}

/// What can be a value.
pub trait IntoValue {
    /// Returns it as a value.
    fn into_value(self) -> Value;
}

/// A closure that gives a value, whatever the closure.
pub trait Evaluate {
    /// Returns the value now.
    fn evaluate(&mut self) -> Value;
}

/// What an attribute can be set to: a value, or a closure or signal of one.
pub trait IntoSetting: Sized {
    /// Returns it as a setting.
    fn into_setting(self) -> Setting;

    /// Has an element show it; a text that stays, the most frequent, takes a way of its own.
    #[doc(hidden)]
    fn put(self, element: Option<&Element>, kind: Kind, name: &'static str) {
        put(element, kind, name, self.into_setting());
    }
}

/// The name under which `view!` asks for an attribute's value.
pub trait IntoAttributeValue: Sized {
    /// Returns the value as it is.
    #[must_use]
    fn into_attribute_value(self) -> Self {
        self
    }
}

impl<S: IntoSetting> IntoAttributeValue for S {}

/// Which part of an element a setting is about.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// An attribute.
    Attribute,
    /// One class.
    Class,
    /// One style.
    Style,
    /// A property of the object.
    Property,
}

/// Has `element` show a setting.
fn put(element: Option<&Element>, kind: Kind, name: &'static str, setting: Setting) {
    let Some(element) = element else { return };
    match setting {
        Setting::Still(value) => write(element, kind, name, &value),
        Setting::Live(mut closure) => {
            let element = element.clone();
            let mut before = None;
            follow(Box::new(move || {
                let value = closure.evaluate();
                // A property may have been changed by hand meanwhile.
                if matches!(kind, Kind::Property) || before.as_ref() != Some(&value) {
                    write(&element, kind, name, &value);
                    before = Some(value);
                }
            }));
        }
    }
}

/// Has an element show a text that stays.
fn put_text(element: Option<&Element>, kind: Kind, name: &'static str, text: &'static str) {
    put(element, kind, name, Setting::Still(Value::Text(text.into())));
}

/// None of these can fail with the names that stand in a program.
fn write(element: &Element, kind: Kind, name: &str, value: &Value) {
    let text = match value {
        Value::Text(text) => text,
        Value::On | Value::Off => "",
    };
    let is_off = *value == Value::Off;
    match kind {
        Kind::Attribute if is_off => drop(element.remove_attribute(name)),
        Kind::Attribute => drop(element.set_attribute(name, text)),
        Kind::Class => drop(element.class_list().toggle_with_force(name, !is_off)),
        Kind::Style => {
            let style = element.unchecked_ref::<HtmlElement>().style();
            drop(style.set_property(name, text));
        }
        Kind::Property => {
            let value = match value {
                Value::Text(text) => JsValue::from_str(text),
                Value::On | Value::Off => JsValue::from_bool(!is_off),
            };
            drop(Reflect::set(element, &JsValue::from_str(name), &value));
        }
    }
}

impl IntoValue for &'static str {
    fn into_value(self) -> Value {
        Value::Text(self.into())
    }
}

impl IntoValue for String {
    fn into_value(self) -> Value {
        Value::Text(self.into())
    }
}

impl IntoValue for bool {
    fn into_value(self) -> Value {
        if self { Value::On } else { Value::Off }
    }
}

impl IntoValue for u32 {
    fn into_value(self) -> Value {
        self.to_string().into_value()
    }
}

impl<V: IntoValue> IntoValue for Option<V> {
    fn into_value(self) -> Value {
        self.map_or(Value::Off, IntoValue::into_value)
    }
}

impl<F, V> Evaluate for F
where
    F: FnMut() -> V,
    V: IntoValue,
{
    fn evaluate(&mut self) -> Value {
        self().into_value()
    }
}

impl<F, V> IntoSetting for F
where
    F: FnMut() -> V + 'static,
    V: IntoValue,
{
    fn into_setting(self) -> Setting {
        Setting::Live(Box::new(self))
    }
}

/// Values are settings that stay.
macro_rules! still {
    ($($type:ty)+) => {
        $(impl IntoSetting for $type {
            fn into_setting(self) -> Setting {
                Setting::Still(self.into_value())
            }
        })+
    };
}

still!(String bool u32);

impl IntoSetting for &'static str {
    fn into_setting(self) -> Setting {
        Setting::Still(self.into_value())
    }

    fn put(self, element: Option<&Element>, kind: Kind, name: &'static str) {
        put_text(element, kind, name, self);
    }
}

impl<V: IntoValue> IntoSetting for Option<V> {
    fn into_setting(self) -> Setting {
        Setting::Still(self.into_value())
    }
}

/// Signals are settings that follow them.
macro_rules! live {
    ($($signal:ident)+) => {
        $(impl<V> IntoSetting for $signal<V>
        where
            V: IntoValue + Clone + Send + Sync + 'static,
        {
            fn into_setting(self) -> Setting {
                Setting::Live(Box::new(move || self.get()))
            }
        })+
    };
}

live!(Signal RwSignal Memo);

impl std::fmt::Debug for Setting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Still(value) => f.debug_tuple("Still").field(value).finish(),
            Self::Live(_) => f.write_str("Live"),
        }
    }
}
