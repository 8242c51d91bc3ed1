use super::*;

const OWN: fn(Slot) -> Place = Place::Product;

fn shirt() -> Product {
    let variant = |label: &str, quantity| Variant {
        id: format!("id-{label}"),
        kind: "SIZE".into(),
        label: label.into(),
        quantity: Some(quantity),
        ..Variant::default()
    };
    Product {
        id: "p".into(),
        external_id: Some("TEE".into()),
        name: "Shirt".into(),
        price: 125_050,
        quantity: Some(7),
        variants: vec![variant("S", 3), variant("M", 4)],
        ..Product::default()
    }
}

/// Returns what the form of the shirt asks after a change.
fn asked(change: impl FnOnce(&mut Draft)) -> Option<String> {
    let mut draft = Draft::of(&shirt(), '.');
    change(&mut draft);
    let new = draft.read(None).unwrap();
    draft.update(&shirt(), &new).map(|update| serde_json::to_string(&update).unwrap())
}

#[test]
fn a_product_as_it_was_asks_nothing() {
    assert_eq!(asked(|_| ()), None);
    let comma = Draft::of(&shirt(), ',');
    assert_eq!(comma.text(OWN(Slot::Price)), "1250,50");
    assert_eq!(comma.read(None).unwrap().price, 125_050);
}

#[test]
fn what_changed_is_asked_alone_and_levels_name_what_they_were() {
    let level = asked(|draft| draft.type_in(OWN(Slot::Quantity), "9".into()));
    assert_eq!(level.as_deref(), Some(r#"{"quantity":9,"expectedQuantity":7}"#));
    let untracked = asked(|draft| draft.type_in(OWN(Slot::Quantity), " ".into()));
    assert_eq!(untracked.as_deref(), Some(r#"{"quantity":null,"expectedQuantity":7}"#));
    let sku = asked(|draft| draft.type_in(OWN(Slot::Sku), String::new()));
    assert_eq!(sku.as_deref(), Some(r#"{"externalId":null}"#));
}

#[test]
fn variants_are_sent_whole() {
    let variants = asked(|draft| {
        draft.remove_variant(0);
        draft.type_in(Place::Variant(1, VariantSlot::Quantity), "6".into());
        let number = draft.add_variant();
        assert_eq!(draft.text(Place::Variant(number, VariantSlot::Kind)), "SIZE");
        draft.type_in(Place::Variant(number, VariantSlot::Label), "L".into());
        draft.type_in(Place::Variant(number, VariantSlot::Price), "−5".into());
    });
    assert_eq!(
        variants.as_deref(),
        Some(
            r#"{"variants":[{"id":"id-M","quantity":6,"expectedQuantity":4},{"type":"SIZE","label":"L","priceAdjustment":-500}]}"#
        )
    );
}

#[test]
fn each_fault_is_at_its_field() {
    let mut draft = Draft::default();
    let number = draft.add_variant();
    for (slot, text) in [
        (Slot::Price, "1,250".to_owned()),
        (Slot::Sku, "x".repeat(257)),
        (Slot::Quantity, "-1".to_owned()),
        (Slot::Threshold, "1.5".to_owned()),
        (Slot::Image, "ftp://shop.example".to_owned()),
    ] {
        draft.type_in(OWN(slot), text);
    }
    draft.type_in(Place::Variant(number, VariantSlot::Price), "1.255".into());
    let expected = vec![
        (OWN(Slot::Name), Fault::Missing),
        (OWN(Slot::Price), Fault::Price(NumberFault::Ambiguous { grouped: 1250 })),
        (OWN(Slot::Sku), Fault::TooLong(257, 256)),
        (OWN(Slot::Quantity), Fault::Level(NumberFault::Signed { units: -1 })),
        (OWN(Slot::Threshold), Fault::Level(NumberFault::Fraction)),
        (OWN(Slot::Image), Fault::NotAnAddress),
        (Place::Variant(number, VariantSlot::Kind), Fault::Missing),
        (Place::Variant(number, VariantSlot::Label), Fault::Missing),
        (
            Place::Variant(number, VariantSlot::Price),
            Fault::Price(NumberFault::Ambiguous { grouped: 1255 }),
        ),
    ];
    assert_eq!(draft.read(None), Err(expected));
}

#[test]
fn a_path_of_the_server_finds_its_field() {
    let mut draft = Draft::of(&shirt(), '.');
    draft.remove_variant(0);
    let place = |path: &str| draft.place_at(path);
    assert_eq!(place("externalId"), Some(OWN(Slot::Sku)));
    assert_eq!(
        place("variants[0].expectedQuantity"),
        Some(Place::Variant(1, VariantSlot::Quantity))
    );
    assert_eq!(place("variants[1].label"), None);
    let mut product = shirt();
    put_level(&mut product, &draft, Place::Variant(1, VariantSlot::Quantity), Some(9));
    assert_eq!(product.variants[1].quantity, Some(9));
}
