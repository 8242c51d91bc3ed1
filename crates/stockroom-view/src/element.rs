//! Elements: made at once, set and filled by the calls that `view!` writes.

use std::marker::PhantomData;

use crate::parts::ev::Targeted;
use crate::parts::prelude::{Owner, on_cleanup};
use ::tachys::html::element::ElementType;
use ::tachys::html::event::EventDescriptor;
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Document, Element, Event, HtmlTemplateElement};

use crate::node::NodeRef;
use crate::setting::{IntoSetting, Kind};
use crate::view::{IntoView, Part, View};

mod attributes;
pub(crate) mod tags;

/// An element; `T` is its type in the browser, for handlers and references.
pub struct El<T> {
    element: Option<Element>,
    kind: PhantomData<T>,
}

/// Markup without a place that changes.
pub struct InertElement(Option<Element>);

/// Returns the page; only a worker has none.
pub(crate) fn document() -> Option<Document> {
    web_sys::window()?.document()
}

fn create(name: &str) -> Option<Element> {
    document()?.create_element(name).ok()
}

fn create_shape(name: &str) -> Option<Element> {
    document()?.create_element_ns(Some("http://www.w3.org/2000/svg"), name).ok()
}

fn append(element: Option<&Element>, mut child: View) {
    if let Some(element) = element {
        child.mount(element, None);
    }
}

/// A closure that hears an event, whatever the closure.
trait Hear {
    fn hear(&mut self, event: Event);
}

impl<F: FnMut(Event)> Hear for F {
    fn hear(&mut self, event: Event) {
        self(event);
    }
}

/// Calls `heard` on each event, with the owner of the view, until that owner's end.
fn listen(element: Option<&Element>, name: &str, mut heard: Box<dyn Hear>) {
    let Some(element) = element else { return };
    let owner = Owner::current().unwrap_or_default();
    let closure = Closure::<dyn FnMut(Event)>::new(move |event| owner.with(|| heard.hear(event)));
    let function = closure.as_ref().unchecked_ref();
    // Both fail only for a name that is no text.
    let _ = element.add_event_listener_with_callback(name, function);
    let held = SendWrapper::new((element.clone(), name.to_owned(), closure));
    on_cleanup(move || {
        let (element, name, closure) = held.take();
        let function = closure.as_ref().unchecked_ref();
        let _ = element.remove_event_listener_with_callback(&name, function);
    });
}

impl<T> El<T> {
    fn new(name: &str) -> Self {
        Self { element: create(name), kind: PhantomData }
    }

    fn put(self, kind: Kind, name: &'static str, value: impl IntoSetting) -> Self {
        value.put(self.element.as_ref(), kind, name);
        self
    }

    /// Adds a child, or children.
    pub fn child(self, child: impl IntoView) -> Self {
        append(self.element.as_ref(), child.into_view());
        self
    }

    /// Sets an attribute by name.
    pub fn attr(self, name: &'static str, value: impl IntoSetting) -> Self {
        self.put(Kind::Attribute, name, value)
    }

    /// Sets the classes, or switches one by its name.
    pub fn class(self, class: impl IntoClass) -> Self {
        class.put_class(self.element.as_ref());
        self
    }

    /// Sets one style by its name.
    pub fn style(self, (name, value): (&'static str, impl IntoSetting)) -> Self {
        self.put(Kind::Style, name, value)
    }

    /// Sets a property of the element, such as a field's `value`.
    pub fn prop(self, name: &'static str, value: impl IntoSetting) -> Self {
        self.put(Kind::Property, name, value)
    }

    /// Listens to an event.
    #[expect(clippy::needless_pass_by_value, reason = "`view!` gives the event away")]
    pub fn on<E>(self, event: E, mut heard: impl FnMut(E::EventType) + 'static) -> Self
    where
        E: EventDescriptor,
        E::EventType: JsCast + 'static,
    {
        let heard = Box::new(move |event: Event| heard(event.unchecked_into()));
        listen(self.element.as_ref(), &event.name(), heard);
        self
    }

    /// Listens to an event with the element's own type at hand.
    pub fn on_target<E>(
        self,
        event: E,
        mut heard: impl FnMut(Targeted<E::EventType, T>) + 'static,
    ) -> Self
    where
        E: EventDescriptor,
        E::EventType: JsCast + 'static,
        T: 'static,
    {
        self.on(event, move |event: E::EventType| heard(Targeted::from(event)))
    }

    /// Tells a reference which element it is of.
    pub fn node_ref<E>(self, node: NodeRef<E>) -> Self
    where
        E: ElementType<Output = T> + 'static,
        T: JsCast + Clone + 'static,
    {
        if let Some(element) = &self.element {
            node.load(element);
        }
        self
    }
}

impl<T> IntoView for El<T> {
    fn into_view(self) -> View {
        View(self.element.map_or(Part::Nothing, |element| Part::Node(element.into())))
    }
}

/// Classes as a text, or one by its name with whether it is on.
pub trait IntoClass {
    /// Has an element show them.
    #[doc(hidden)]
    fn put_class(self, element: Option<&Element>);
}

impl<S: IntoSetting> IntoClass for S {
    fn put_class(self, element: Option<&Element>) {
        self.put(element, Kind::Attribute, "class");
    }
}

impl<S: IntoSetting> IntoClass for (&'static str, S) {
    fn put_class(self, element: Option<&Element>) {
        self.1.put(element, Kind::Class, self.0);
    }
}

impl InertElement {
    /// Returns the element of the markup of one, as it stands in a `view!`.
    pub fn new(markup: &str) -> Self {
        let template: Option<HtmlTemplateElement> =
            create("template").and_then(|template| template.dyn_into().ok());
        Self(template.and_then(|template| {
            template.set_inner_html(markup);
            template.content().first_child()?.dyn_into().ok()
        }))
    }
}

impl IntoView for InertElement {
    fn into_view(self) -> View {
        View(self.0.map_or(Part::Nothing, |element| Part::Node(element.into())))
    }
}

pub(crate) mod shapes {
    //! One function for each element of SVG.

    use std::marker::PhantomData;

    use super::{El, create_shape};

    /// Makes the functions.
    macro_rules! shapes {
        ($($name:ident)+) => {
            $(
                #[doc = concat!("Returns a new `<", stringify!($name), ">`.")]
                pub fn $name() -> El<web_sys::Element> {
                    El { element: create_shape(stringify!($name)), kind: PhantomData }
                }
            )+
        };
    }

    shapes!(svg path circle rect line polyline polygon g text title defs);
}

impl<T> std::fmt::Debug for El<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("El").field(&self.element).finish()
    }
}

impl std::fmt::Debug for InertElement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("InertElement").field(&self.0).finish()
    }
}
