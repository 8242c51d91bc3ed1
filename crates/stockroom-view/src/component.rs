//! What `view!` writes for a component: its properties are collected, then it is called.

/// The properties of a component.
pub trait Props {
    /// What collects them.
    type Builder;

    /// Returns one that has none yet.
    fn builder() -> Self::Builder;
}

/// The properties of a component that may have none.
pub trait PropsOrNone {
    /// What collects them.
    type Builder;

    /// Returns one that has none yet.
    fn builder_or_none() -> Self::Builder;
}

/// A function that is a component with the properties `P`.
pub trait Component<P> {}

/// A function that is a component, to be called.
pub trait Construct<P, T> {
    /// Calls it.
    fn construct(self, props: P) -> T;
}

/// Collects the properties of a component without any.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoProps;

impl NoProps {
    /// Returns the properties.
    pub fn build(self) {}
}

impl<P: Props> PropsOrNone for P {
    type Builder = P::Builder;

    fn builder_or_none() -> Self::Builder {
        P::builder()
    }
}

impl PropsOrNone for NoProps {
    type Builder = Self;

    fn builder_or_none() -> Self {
        Self
    }
}

impl<F: FnOnce() -> R, R> Component<NoProps> for F {}

impl<F: FnOnce(P) -> R, P: Props, R> Component<P> for F {}

impl<F: FnOnce() -> T, T> Construct<(), T> for F {
    fn construct(self, (): ()) -> T {
        self()
    }
}

impl<F: FnOnce(P) -> T, P: PropsOrNone, T> Construct<P, T> for F {
    fn construct(self, props: P) -> T {
        self(props)
    }
}

/// Returns what collects a component's properties.
pub fn component_props_builder<P: PropsOrNone>(_: &impl Component<P>) -> P::Builder {
    P::builder_or_none()
}

/// Calls a component.
pub fn component_view<P, T>(component: impl Construct<P, T>, props: P) -> T {
    component.construct(props)
}
