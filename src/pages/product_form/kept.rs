//! A form as it is kept until it is saved: what it began with, and what was typed since.
//!
//! Pure. Where the product moved meanwhile, what was typed is put on top of it as it is now: a field
//! that nobody touched never goes back to what it was.

use serde_json::Value;

use super::draft::{Draft, VariantDraft};

/// The form that the texts are of; another is not read.
const FORM: &str = "product 1";
/// How many texts a product has in front of its variants, and how many each of those has.
const OWN: usize = 8;
const VARIANT: usize = 6;

/// What is kept of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// What it began with.
    pub begun: Draft,
    /// What stood in it last.
    pub draft: Draft,
}

impl Kept {
    /// Returns it as a text.
    pub fn to_text(&self) -> String {
        let lists = [vec![FORM.to_owned()], texts_of(&self.begun), texts_of(&self.draft)];
        serde_json::to_string(&lists).unwrap_or_default()
    }

    /// Reads such a text; `None` where it is none, or of another version.
    pub fn parse(text: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(text).ok()?;
        let list = |list: &Value| -> Option<Vec<String>> {
            list.as_array()?.iter().map(|text| text.as_str().map(str::to_owned)).collect()
        };
        let lists: Vec<Vec<String>> = value.as_array()?.iter().map(list).collect::<Option<_>>()?;
        match &lists[..] {
            [form, begun, draft] if *form == [FORM] => {
                Some(Self { begun: draft_of(begun)?, draft: draft_of(draft)? })
            }
            _ => None,
        }
    }

    /// Returns what stood in the form, on top of the product as it is `now`.
    pub fn onto(&self, now: &Draft) -> Draft {
        let Self { begun, draft } = self;
        let texts = std::array::from_fn(|at| {
            pick(&begun.texts[at], &draft.texts[at], &now.texts[at]).clone()
        });
        let is_on_sale = *pick(&begun.is_on_sale, &draft.is_on_sale, &now.is_on_sale);
        let mut variants: Vec<VariantDraft> =
            draft.variants.iter().filter_map(|typed| self.variant_onto(typed, now)).collect();
        // Those that came meanwhile; those that were taken away here stay so.
        variants.extend(now.variants.iter().filter(|one| !begun.has(one)).cloned());
        Draft::new(texts, is_on_sale, variants)
    }

    fn variant_onto(&self, typed: &VariantDraft, now: &Draft) -> Option<VariantDraft> {
        let Some(before) = self.begun.same(typed) else {
            return Some(typed.clone());
        };
        match now.same(typed) {
            Some(now) => {
                let pick =
                    |at: usize| pick(&before.texts[at], &typed.texts[at], &now.texts[at]).clone();
                Some(VariantDraft { texts: std::array::from_fn(pick), ..typed.clone() })
            }
            // It is gone: one on which somebody worked is added anew.
            None if before.texts != typed.texts => Some(VariantDraft { id: None, ..typed.clone() }),
            None => None,
        }
    }
}

/// Returns what was typed where something was, else what is there now.
fn pick<'a, T: PartialEq>(begun: &'a T, typed: &'a T, now: &'a T) -> &'a T {
    if begun == typed { now } else { typed }
}

fn texts_of(draft: &Draft) -> Vec<String> {
    let sale = if draft.is_on_sale { "sale" } else { "" };
    let mut texts = vec![sale.to_owned()];
    texts.extend(draft.texts.iter().cloned());
    for variant in &draft.variants {
        texts.push(variant.id.clone().unwrap_or_default());
        texts.extend(variant.texts.iter().cloned());
    }
    texts
}

fn draft_of(texts: &[String]) -> Option<Draft> {
    let (own, variants) = texts.split_at_checked(OWN)?;
    let variants = variants.chunks(VARIANT).map(|texts| {
        let [id, rest @ ..] = texts else { return None };
        let id = Some(id.clone()).filter(|id| !id.is_empty());
        Some(VariantDraft { number: 0, id, texts: rest.to_vec().try_into().ok()? })
    });
    let variants = variants.collect::<Option<_>>()?;
    let own_texts = own[1..].to_vec().try_into().ok()?;
    Some(Draft::new(own_texts, own[0] == "sale", variants))
}

#[cfg(test)]
mod tests {
    use stockroom_api::product::{Product, Variant};

    use super::*;
    use crate::pages::product_form::draft::{Place, Slot, VariantSlot};

    fn product(name: &str, variants: &[(&str, i64)]) -> Product {
        let variant = |(label, quantity): &(&str, i64)| Variant {
            id: format!("id-{label}"),
            kind: "SIZE".to_owned(),
            label: (*label).to_owned(),
            quantity: Some(*quantity),
            ..Variant::default()
        };
        Product {
            name: name.to_owned(),
            price: 500,
            variants: variants.iter().map(variant).collect(),
            ..Product::default()
        }
    }

    fn form(product: &Product) -> Draft {
        Draft::of(product, '.')
    }

    fn labels(draft: &Draft) -> Vec<(&str, &str, bool)> {
        let text = |number, slot| draft.text(Place::Variant(number, slot));
        let all = draft.variants.iter();
        all.map(|one| {
            let (label, level) = (VariantSlot::Label, VariantSlot::Quantity);
            (text(one.number, label), text(one.number, level), one.id.is_some())
        })
        .collect()
    }

    #[test]
    fn a_form_reads_back() {
        let begun = form(&product("Riz", &[("S", 1), ("M", 2)]));
        let mut draft = begun.clone();
        draft.type_in(Place::Product(Slot::Description), "a \"b\"\n\u{1f}c".to_owned());
        draft.is_on_sale = true;
        draft.add_variant();
        let kept = Kept { begun, draft };
        assert_eq!(Kept::parse(&kept.to_text()), Some(kept));
        for other in ["", "{}", "[]", r#"[["product 2"],[],[]]"#, r#"[["product 1"],["","a"],[]]"#]
        {
            assert_eq!(Kept::parse(other), None, "{other}");
        }
    }

    #[test]
    fn what_was_typed_stands_on_the_product_as_it_is_now() {
        let begun = form(&product("Riz", &[("S", 1), ("M", 2), ("L", 3), ("XL", 4)]));
        let mut draft = begun.clone();
        draft.type_in(Place::Product(Slot::Price), "7".to_owned());
        // S is typed into, M taken away, one added; L is left alone, XL typed into.
        draft.type_in(Place::Variant(0, VariantSlot::Quantity), "9".to_owned());
        draft.type_in(Place::Variant(3, VariantSlot::Quantity), "40".to_owned());
        draft.remove_variant(1);
        let added = draft.add_variant();
        draft.type_in(Place::Variant(added, VariantSlot::Label), "New".to_owned());
        // Meanwhile: another name, other levels; XL is gone and XXL is there.
        let now = form(&product("Rice", &[("S", 5), ("M", 6), ("L", 7), ("XXL", 8)]));
        let merged = Kept { begun, draft }.onto(&now);
        assert_eq!(merged.text(Place::Product(Slot::Name)), "Rice");
        assert_eq!(merged.text(Place::Product(Slot::Price)), "7");
        assert_eq!(
            labels(&merged),
            [
                ("S", "9", true),
                ("L", "7", true),
                ("XL", "40", false),
                ("New", "", false),
                ("XXL", "8", true)
            ]
        );
    }
}
