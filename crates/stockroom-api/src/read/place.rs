//! Where in a body something stands.

use std::fmt;

/// A path such as `items[3].variants[0].quantity`, written out only where something is wrong there: a
/// request of 200 items passes a thousand of them.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place<'a> {
    /// The body itself.
    Body,
    /// A field of the body.
    Top(&'static str),
    /// A field of an object.
    Field(&'a Place<'a>, &'static str),
    /// An element of a list.
    Element(&'a Place<'a>, usize),
}

impl<'a> Place<'a> {
    /// Returns a field of the object that stands here.
    pub(super) fn field(&'a self, name: &'static str) -> Self {
        match self {
            Self::Body => Self::Top(name),
            _ => Self::Field(self, name),
        }
    }

    /// Returns an element of the list that stands here.
    pub(super) fn element(&'a self, index: usize) -> Self {
        Self::Element(self, index)
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Body => Ok(()),
            Self::Top(name) => f.write_str(name),
            Self::Field(of, name) => write!(f, "{of}.{name}"),
            Self::Element(of, index) => write!(f, "{of}[{index}]"),
        }
    }
}

impl From<Place<'_>> for String {
    fn from(place: Place<'_>) -> Self {
        place.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_written_as_the_contract_writes_it() {
        let items = Place::Body.field("items");
        let item = items.element(3);
        let variants = item.field("variants");
        let variant = variants.element(0);
        assert_eq!(variant.field("quantity").to_string(), "items[3].variants[0].quantity");
        assert_eq!((Place::Body.to_string(), items.to_string()), (String::new(), "items".into()));
    }
}
