//! What files do to a stock, case by case.

#![expect(clippy::unwrap_used, clippy::needless_pass_by_value, reason = "tests")]

use std::fmt::Write;

use expect_test::{Expect, expect};
use proptest::prelude::*;
use stockroom_domain::columns::{Field, Locations, Mapping};
use stockroom_domain::number::Style;
use stockroom_domain::plan::{Item, Limits, Plan, Verdict};
use stockroom_domain::quantity::{Change, Level, Mode, apply};
use stockroom_domain::sheet::{Edit, EditField, Sheet};
use stockroom_domain::stock::{Product, Stock, Variant};
use stockroom_domain::table::{ReadOptions, Table};

type Known = (&'static str, Option<i64>, Option<i64>, &'static [(&'static str, Option<i64>)]);

const SHOP: &[Known] = &[
    ("THIEB-001", Some(3), Some(5), &[("Normal", Some(2)), ("Grand", Some(1))]),
    ("YASSA-002", Some(8), Some(5), &[]),
    ("RIZ-25KG", Some(112), Some(30), &[]),
    ("BISSAP-1L", Some(0), Some(6), &[]),
    ("SIM-TEL", Some(240), None, &[]),
    ("UNTRACKED", None, None, &[("Noir", Some(4)), ("Blanc", None)]),
    ("TEE-9", Some(20), None, &[("Rouge", Some(4)), ("rouge ", Some(5)), ("Bleu", Some(6))]),
    ("FULL", Some(1_000_000_000), None, &[]),
];

fn level(units: Option<i64>) -> Option<Level> {
    units.map(|units| Level::new(units).unwrap())
}

fn shop() -> Stock {
    let mut stock = Stock::new(str::to_owned);
    for (sku, units, threshold, variants) in SHOP {
        let variant = |(label, units): &(&str, Option<i64>)| Variant {
            id: format!("{sku}/{label}"),
            label: (*label).to_owned(),
            level: level(*units),
        };
        stock.put(Product {
            id: format!("id-{sku}"),
            external_id: Some((*sku).to_owned()),
            name: sku.to_lowercase(),
            level: level(*units),
            threshold: *threshold,
            variants: variants.iter().map(variant).collect(),
        });
    }
    stock
}

fn sheet(text: &str) -> Sheet {
    let table = Table::read(text.as_bytes().to_vec(), ReadOptions::default());
    let mapping = Mapping::guess(&table.names());
    Sheet::new(table, mapping)
}

fn plan(sheet: &Sheet) -> Plan {
    Plan::new(sheet, None, &shop(), Limits::default())
}

fn show(sheet: &Sheet, plan: &Plan) -> String {
    let (mut shown, stock) = (String::new(), shop());
    let units =
        |level: Option<Level>| level.map_or("–".to_owned(), |level| level.get().to_string());
    for row in 0..plan.rows() {
        let line = plan.line(row);
        let asked = line.mode.map_or("", Mode::as_str);
        let value = line.value.map_or(String::new(), |value| value.to_string());
        write!(shown, "{} {asked} {value}", sheet.line(row)).unwrap();
        if let Some(applied) = plan.applied(row) {
            let after = applied.after.get();
            write!(shown, ": {} → {after} ({:+})", units(applied.before), applied.delta).unwrap();
        }
        writeln!(shown, " {} {:?}", line.verdict.as_str(), line.codes).unwrap();
        if let Some(issue) = plan.issue_of(row, sheet, &stock) {
            write!(shown, "    column {:?} {} {:?}", issue.column, issue.code, issue.text).unwrap();
            if let Some(other) = issue.other_line {
                write!(shown, " see line {other}").unwrap();
            }
            if let Some(suggestion) = &issue.suggestion {
                write!(shown, " perhaps {suggestion}").unwrap();
            }
            shown.push('\n');
        }
    }
    shown
}

fn check(text: &str, expected: Expect) {
    let sheet = sheet(text);
    expected.assert_eq(&show(&sheet, &plan(&sheet)));
}

#[test]
fn sets_and_adjusts() {
    check(
        "sku,variant,quantity,delta\n\
         THIEB-001,normal,35,\n\
         THIEB-001, GRAND ,,+14\n\
         RIZ-25KG,,112,\n\
         SIM-TEL,,,-40\n\
         SIM-TEL,,,\n\
         NOBODY,,,\n",
        expect![[r#"
            2 set 35: 2 → 35 (+33) warning {"large_change", "total_differs"}
            3 adjust 14: 1 → 15 (+14) warning {"large_change", "total_differs"}
            4 set 112: 112 → 112 (+0) unchanged {}
            5 adjust -40: 240 → 200 (-40) change {}
            6   blank {}
            7   blank {}
        "#]],
    );
}

#[test]
fn errors_of_targets() {
    check(
        "sku,variant,quantity,delta\n\
         NOBODY,,5,\n\
         ,,5,\n\
         THIEB-001,Gran,5,\n\
         THIEB-001,Zzzzzzzzzz,5,\n\
         TEE-9,ROUGE,5,\n\
         UNTRACKED,,,5\n\
         UNTRACKED,Blanc,,5\n\
         FULL,,,1\n\
         RIZ-25KG,,1000000001,\n",
        expect![[r#"
            2 set 5 error {"unknown_product"}
                column Some(0) unknown_product "NOBODY"
            3 set 5 error {"external_id_missing"}
                column Some(0) external_id_missing ""
            4 set 5 error {"unknown_variant"}
                column Some(1) unknown_variant "Gran" perhaps Grand
            5 set 5 error {"unknown_variant"}
                column Some(1) unknown_variant "Zzzzzzzzzz"
            6 set 5 error {"ambiguous_variant"}
                column Some(1) ambiguous_variant "ROUGE"
            7 adjust 5 error {"untracked"}
                column Some(3) untracked "5"
            8 adjust 5 error {"untracked"}
                column Some(3) untracked "5"
            9 adjust 1 error {"over_the_top"}
                column Some(3) over_the_top "1"
            10 set  error {"number_too_large"}
                column Some(2) number_too_large "1000000001"
        "#]],
    );
}

#[test]
fn warnings() {
    check(
        "sku,variant,expected,quantity,delta\n\
         YASSA-002,,,,-12\n\
         BISSAP-1L,,,,-1\n\
         RIZ-25KG,,,1350,\n\
         SIM-TEL,,250,241,\n\
         TEE-9,bleu,,0,\n\
         UNTRACKED,,,7,\n\
         THIEB-001,,,4,\n",
        expect![[r#"
            2 adjust -12: 8 → 0 (-8) warning {"floored", "to_zero", "becomes_low"}
            3 adjust -1: 0 → 0 (+0) warning {"floored"}
            4 set 1350: 112 → 1350 (+1238) warning {"large_change"}
            5 set 241: 240 → 241 (+1) warning {"drift"}
            6 set 0: 6 → 0 (-6) warning {"to_zero"}
            7 set 7: – → 7 (+7) change {"starts_tracking"}
            8 set 4: 3 → 4 (+1) warning {"total_differs"}
        "#]],
    );
}

#[test]
fn modes() {
    check(
        "sku,mode,quantity,delta\n\
         RIZ-25KG,définir,5,6\n\
         SIM-TEL,+/-,5,6\n\
         YASSA-002,,5,6\n\
         TEE-9,set,,6\n\
         THIEB-001,add,5,\n\
         BISSAP-1L,whatever,,\n\
         FULL,,+3,\n\
         FULL,,(3),\n",
        expect![[r#"
            2 set 5: 112 → 5 (-107) warning {"becomes_low", "large_change"}
            3 adjust 6: 240 → 246 (+6) change {}
            4   error {"quantity_and_delta"}
                column Some(2) quantity_and_delta "5 · 6"
            5 set  error {"mode_mismatch"}
                column Some(3) mode_mismatch "6"
            6   error {"mode_unknown"}
                column Some(1) mode_unknown "add"
            7   blank {}
            8 set  error {"number_signed"}
                column Some(2) number_signed "+3" perhaps 3
            9 set  error {"number_parentheses"}
                column Some(2) number_parentheses "(3)" perhaps -3
        "#]],
    );
}

#[test]
fn rows_of_the_same_level_are_merged() {
    check(
        "sku,variant,quantity,delta\n\
         RIZ-25KG,,5,\n\
         RIZ-25KG,,5,\n\
         SIM-TEL,,,2\n\
         SIM-TEL,,,-5\n\
         YASSA-002,,5,\n\
         YASSA-002,,6,\n\
         TEE-9,,5,\n\
         TEE-9,,,1\n\
         THIEB-001,Normal,5,\n\
         THIEB-001,normal,x,\n\
         THIEB-001,Grand,9,\n",
        expect![[r#"
            2 set 5: 112 → 5 (-107) warning {"becomes_low", "large_change", "merged_equal"}
            3 set 5: 112 → 5 (-107) warning {"becomes_low", "large_change", "merged_equal"}
            4 adjust 2: 240 → 237 (-3) change {"merged_sum"}
            5 adjust -5: 240 → 237 (-3) change {"merged_sum"}
            6 set 5 error {"conflicting_sets"}
                column Some(2) conflicting_sets "5" see line 7
            7 set 6 error {"conflicting_sets"}
                column Some(2) conflicting_sets "6" see line 6
            8 set 5 error {"set_and_adjust"}
                column Some(2) set_and_adjust "5" see line 9
            9 adjust 1 error {"set_and_adjust"}
                column Some(3) set_and_adjust "1" see line 8
            10 set 5 error {"same_target_error"}
                column Some(2) same_target_error "5" see line 11
            11 set  error {"number_invalid"}
                column Some(2) number_invalid "x"
            12 set 9: 1 → 9 (+8) warning {"total_differs"}
        "#]],
    );
}

#[test]
fn shapes() {
    check(
        "sku,name,quantity\n\
         RIZ-25KG,Riz, brisé,5\n\
         SIM-TEL\n\
         \n\
         YASSA-002,\"two\nlines\",not stocked\n\
         BISSAP-1L,x,7\n\
         TEE-9,\"open,7\n",
        expect![[r#"
            2   error {"too_many_fields"}
                column Some(3) too_many_fields "5"
            3   blank {"too_few_fields"}
            5   blank {"not_stocked"}
            7 set 7: 0 → 7 (+7) change {}
            8   error {"unclosed_quote", "too_few_fields"}
                column Some(1) unclosed_quote "open,7\n"
        "#]],
    );
}

#[test]
fn ambiguous_numbers_are_settled_by_the_file_or_asked() {
    check(
        "sku;quantity\nRIZ-25KG;1,000\nSIM-TEL;12\n",
        expect![[r#"
        2 set  error {"number_ambiguous"}
            column Some(1) number_ambiguous "1,000" perhaps 1000
        3 set 12: 240 → 12 (-228) warning {"large_change"}
    "#]],
    );
    check(
        "sku;quantity\nRIZ-25KG;1,000\nSIM-TEL;1,234,567\n",
        expect![[r#"
        2 set 1000: 112 → 1000 (+888) change {}
        3 set 1234567: 240 → 1234567 (+1234327) warning {"large_change"}
    "#]],
    );
    check(
        "sku;quantity\nRIZ-25KG;1.000\nSIM-TEL;12,0\n",
        expect![[r#"
        2 set 1000: 112 → 1000 (+888) change {}
        3 set 12: 240 → 12 (-228) warning {"large_change"}
    "#]],
    );
    let sheet = sheet("sku;quantity\nRIZ-25KG;1,000\n");
    let plan = Plan::new(&sheet, Some(Style::Comma), &shop(), Limits::default());
    assert_eq!(plan.line(0).value, Some(1000));
}

#[test]
fn amounts_mean_what_the_row_or_the_file_says() {
    let table = Table::read(
        b"item,how many,mode\nRIZ-25KG,5,\nSIM-TEL,-5,adjust\nYASSA-002,-5,set\n".to_vec(),
        ReadOptions::default(),
    );
    let fields = vec![Field::ExternalId, Field::Amount, Field::Mode];
    let mut sheet = Sheet::new(table, Mapping::new(fields.clone(), None));
    expect![[r#"
        2   error {"mode_missing"}
            column Some(1) mode_missing "5"
        3 adjust -5: 240 → 235 (-5) change {}
        4 set  error {"number_signed"}
            column Some(1) number_signed "-5" perhaps -5
    "#]]
    .assert_eq(&show(&sheet, &plan(&sheet)));
    sheet.map(Mapping::new(fields, Some(Mode::Set)));
    assert_eq!(plan(&sheet).line(0).mode, Some(Mode::Set));
}

#[test]
fn a_quote_closed_by_another_cell_s_is_no_row() {
    check(
        "sku,name,quantity\nRIZ-25KG,\"Riz,100\nSIM-TEL,Carte \"SIM\" x,24\nYASSA-002,y,5\n",
        expect![[r#"
            2   error {"unclosed_quote"}
                column Some(1) unclosed_quote "Riz,100\nSIM-TEL,Carte SIM\" x"
            4 set 5: 8 → 5 (-3) change {}
        "#]],
    );
}

#[test]
fn a_baseline_that_is_no_level_differs_from_every_level() {
    check(
        "sku,expected,quantity\nRIZ-25KG,-2,100\nSIM-TEL,x,241\nYASSA-002,n/a,5\n",
        expect![[r#"
            2 set 100: 112 → 100 (-12) warning {"drift"}
            3 set 241: 240 → 241 (+1) warning {"drift"}
            4 set 5: 8 → 5 (-3) change {}
        "#]],
    );
}

#[test]
fn cells_that_shifted_say_nothing_about_numbers() {
    check(
        "sku;name;price;quantity\nRIZ-25KG;Riz; brisé;12,5;100\nSIM-TEL;x;1;1,000\n",
        expect![[r#"
            2   error {"too_many_fields"}
                column Some(4) too_many_fields "100"
            3 set  error {"number_ambiguous"}
                column Some(3) number_ambiguous "1,000" perhaps 1000
        "#]],
    );
}

#[test]
fn a_layout_leaves_no_known_column_out() {
    check(
        "sku,variant,count_on_hand,mode\nTHIEB-001,Grand,12,\nTHIEB-001,Normal,5,adjust\n",
        expect![[r#"
            2 set 12: 1 → 12 (+11) warning {"large_change", "total_differs"}
            3 adjust  error {"mode_mismatch"}
                column Some(2) mode_mismatch "5"
        "#]],
    );
}

/// Returns a sheet whose locations are added up.
fn added_up(text: &str, fields: Vec<Field>) -> Sheet {
    let table = Table::read(text.as_bytes().to_vec(), ReadOptions::default());
    let mut mapping = Mapping::new(fields, None);
    mapping.locations = Locations::Sum;
    Sheet::new(table, mapping)
}

#[test]
fn locations_add_up_once_each() {
    let sheet = added_up(
        "sku,location,expected,quantity\n\
         RIZ-25KG,Dakar,60,50\nRIZ-25KG,Thiès,52,49\nRIZ-25KG,Dakar,60,50\n\
         SIM-TEL,Dakar,,5\nSIM-TEL,Dakar,,6\n",
        vec![Field::ExternalId, Field::Location, Field::Expected, Field::Quantity],
    );
    expect![[r#"
        2 set 50: 112 → 99 (-13) change {"merged_equal", "merged_sum"}
        3 set 49: 112 → 99 (-13) change {"merged_equal", "merged_sum"}
        4 set 50: 112 → 99 (-13) change {"merged_equal", "merged_sum"}
        5 set 5 error {"conflicting_sets"}
            column Some(3) conflicting_sets "5" see line 6
        6 set 6 error {"conflicting_sets"}
            column Some(3) conflicting_sets "6" see line 5
    "#]]
    .assert_eq(&show(&sheet, &plan(&sheet)));
}

#[test]
fn a_location_that_is_left_as_it_is_counts_with_what_it_has() {
    let fields = vec![
        Field::ExternalId,
        Field::Location,
        Field::Expected,
        Field::Quantity,
        Field::QuantityDelta,
    ];
    let sheet = added_up(
        "sku,location,expected,quantity,delta\n\
         RIZ-25KG,Thiès,52,,\nRIZ-25KG,Dakar,60,50,\nRIZ-25KG,Thiès,52,,\nRIZ-25KG,Dakar,60,,\n\
         SIM-TEL,Dakar,240,200,\nSIM-TEL,Thiès,,not stocked,\n\
         YASSA-002,Dakar,,5,\nYASSA-002,Thiès,,,\nYASSA-002,Mbour,-2,,\n\
         TEE-9,Dakar,,,-1\nTEE-9,Thiès,,,\n",
        fields,
    );
    expect![[r#"
        2   blank {}
        3 set 50: 112 → 102 (-10) change {"merged_sum"}
        4   blank {}
        5   blank {}
        6 set 200: 240 → 200 (-40) change {}
        7   blank {"not_stocked"}
        8 set 5 error {"location_blank"}
            column Some(3) location_blank "5" see line 9
        9   blank {}
        10   blank {}
        11 adjust -1: 20 → 19 (-1) change {}
        12   blank {}
    "#]]
    .assert_eq(&show(&sheet, &plan(&sheet)));
}

#[test]
fn what_is_typed_hides_no_quote_that_swallowed_lines() {
    let mut sheet = sheet("sku,quantity,name\nRIZ-25KG,1,\"x\nSIM-TEL,2,y\n");
    sheet.type_over(0, EditField::Value, Some("=7".to_owned()));
    let plan = plan(&sheet);
    assert_eq!((plan.totals().errors, plan.totals().targets), (1, 0));
}

#[test]
fn what_is_typed_wins_over_the_file() {
    let mut sheet = sheet("sku,quantity,delta\nNOBODY,x,1\nRIZ-25KG,1,\n");
    sheet.type_over(0, EditField::ExternalId, Some("SIM-TEL".to_owned()));
    sheet.type_over(0, EditField::Value, Some("+5".to_owned()));
    sheet.type_over(1, EditField::Value, Some("=12,5".to_owned()));
    expect![[r#"
        2 adjust 5: 240 → 245 (+5) change {}
        3   error {"number_fraction"}
            column Some(1) number_fraction "=12,5"
    "#]]
    .assert_eq(&show(&sheet, &plan(&sheet)));
}

#[test]
fn totals_count_rows_targets_items_and_units() {
    let plan = plan(&sheet(
        "sku,variant,quantity,delta\n\
         THIEB-001,,50,\nTHIEB-001,Normal,35,\nTHIEB-001,Grand,15,\n\
         UNTRACKED,Noir,9,\nRIZ-25KG,,,2\nRIZ-25KG,,,3\nSIM-TEL,,240,\nYASSA-002,,x,\nTEE-9,,,\n",
    ));
    expect![[r#"
        Totals {
            rows: 9,
            errors: 1,
            warnings: 3,
            changes: 3,
            unchanged: 1,
            blank: 1,
            to_zero: 0,
            targets: 5,
            items: 3,
            requests: 1,
            units_before: 119,
            units_after: 176,
        }
    "#]]
    .assert_debug_eq(plan.totals());
}

#[test]
fn guards_trip_above_their_limits() {
    let mut stock = Stock::new(str::to_owned);
    let mut text = "sku,quantity\n".to_owned();
    for n in 0..11 {
        let external_id = Some(format!("P-{n}"));
        stock.put(Product { external_id, level: level(Some(100)), ..Product::default() });
        writeln!(text, "P-{n},{}", if n < 10 { 0 } else { 101 }).unwrap();
    }
    let guards = |text: &str| {
        let plan = Plan::new(&sheet(text), None, &stock, Limits::default());
        plan.guards().iter().map(|g| (g.code.as_str(), g.value, g.limit)).collect::<Vec<_>>()
    };
    assert_eq!(guards(&text), [("units_lost", 91, 20)]);
    let text = text.replace("P-10,101", "P-10,0");
    assert_eq!(guards(&text), [("products_to_zero", 11, 10), ("units_lost", 100, 20)]);
    assert_eq!(guards("sku,quantity\nP-1,80\n"), []);
    assert_eq!(guards("sku,quantity\nP-1,79\n"), [("units_lost", 21, 20)]);
    let six = ["0", "1", "2", "3", "4", "5"].map(|n| ["P-", n, ",1001\n"].concat()).concat();
    assert_eq!(guards(&format!("sku,quantity\n{six}")), [("large_changes", 6, 5)]);
    assert_eq!(guards("sku,quantity\nP-1,x\nP-2,101\n"), [("errors_share", 50, 20)]);
}

#[test]
fn only_a_confirmed_plan_has_items() {
    let sheet = sheet(
        "sku,variant,quantity\nYASSA-002,,x\nTHIEB-001,grand,15\nTHIEB-001,,50\nRIZ-25KG,,10\n",
    );
    let (plan, stock) = (plan(&sheet), shop());
    assert!(plan.without_errors().is_none());
    let clean = plan.leave_out_errors();
    let refused = clean.confirm(&stock, None).unwrap_err();
    assert_eq!((refused.number, refused.guards.len()), (3, 2));
    assert!(clean.confirm(&stock, Some(2)).is_err());
    let confirmed = clean.confirm(&stock, Some(3)).unwrap();
    expect![[r#"
        [
            Item {
                external_id: "RIZ-25KG",
                product: Some(
                    ItemChange {
                        change: Set(
                            Level(
                                10,
                            ),
                        ),
                        before: Some(
                            Level(
                                112,
                            ),
                        ),
                    },
                ),
                variants: [],
                targets: [
                    3,
                ],
            },
            Item {
                external_id: "THIEB-001",
                product: Some(
                    ItemChange {
                        change: Set(
                            Level(
                                50,
                            ),
                        ),
                        before: Some(
                            Level(
                                3,
                            ),
                        ),
                    },
                ),
                variants: [
                    (
                        "Grand",
                        ItemChange {
                            change: Set(
                                Level(
                                    15,
                                ),
                            ),
                            before: Some(
                                Level(
                                    1,
                                ),
                            ),
                        },
                    ),
                ],
                targets: [
                    2,
                    1,
                ],
            },
        ]
    "#]]
    .assert_debug_eq(&confirmed.items());
}

fn any_text() -> impl Strategy<Value = String> {
    let skus: Vec<&str> = SHOP.iter().map(|known| known.0).chain(["NOBODY", ""]).collect();
    let labels = vec!["", "", "Normal", "grand", "Rouge", "noir", "?"];
    let values = vec!["", "0", "5", "-5", "+7", "1,000", "12,5", "x", "999999999", "n/a"];
    let row = (
        prop::sample::select(skus),
        prop::sample::select(labels),
        prop::sample::select(values.clone()),
        prop::sample::select(values),
        prop::sample::select(vec!["Dakar", "Thiès", ""]),
        prop::sample::select(vec!["", "2", "112", "-1"]),
    );
    prop::collection::vec(row, 0..30).prop_map(|rows| {
        let lines = rows.iter().map(|(a, b, c, d, e, f)| format!("{a};{b};{c};{d};{e};{f}\n"));
        format!("sku;variant;quantity;delta;location;expected\n{}", lines.collect::<String>())
    })
}

/// A step of typing, or `None` to take one back.
fn any_edit() -> impl Strategy<Value = Option<Vec<Edit>>> {
    let texts = vec!["RIZ-25KG", "THIEB-001", "grand", "5", "+3", "=0", "x", "", "NOBODY"];
    let fields = vec![EditField::ExternalId, EditField::Variant, EditField::Value];
    let text = prop::option::of(prop::sample::select(texts));
    let cell = (0_u32..34, prop::sample::select(fields), text);
    let cell = cell
        .prop_map(|(row, field, text)| vec![Edit { row, field, text: text.map(str::to_owned) }]);
    // Rows behind the last, as a paste adds them: an undo takes them away whole.
    let products = prop::sample::select(vec!["RIZ-25KG", "THIEB-001", "NOBODY"]);
    let added = (28_u32..34, products, prop::sample::select(vec!["5", "+3", "=0"]));
    let added = added.prop_map(|(row, external_id, value)| {
        let edit = |field, text: &str| Edit { row, field, text: Some(text.to_owned()) };
        vec![edit(EditField::ExternalId, external_id), edit(EditField::Value, value)]
    });
    let edits = prop::collection::vec(prop_oneof![cell, added], 1..5).prop_map(|e| e.concat());
    prop::option::weighted(0.7, edits)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// What is sent does, item by item, exactly what the preview shows, and nothing else.
    #[test]
    fn the_applied_plan_is_the_preview(text in any_text()) {
        let (sheet, stock) = (sheet(&text), shop());
        let plan = plan(&sheet);
        let number = plan.leave_out_errors().number();
        let confirmed = plan.leave_out_errors().confirm(&stock, Some(number)).unwrap();
        let mut sent = 0;
        for item in confirmed.items() {
            let changes = item.product.iter().chain(item.variants.iter().map(|(_, change)| change));
            for (change, target) in changes.zip(&item.targets) {
                let shown = plan.target_at(*target).applied.unwrap();
                prop_assert_eq!(apply(change.change, change.before), Ok(shown));
                sent += 1;
            }
        }
        prop_assert_eq!(sent, number);
    }

    /// Planning again after edits gives what planning from the start gives.
    #[test]
    fn a_plan_made_again_is_the_plan_made_anew(
        text in any_text(),
        adds_up in any::<bool>(),
        edits in prop::collection::vec(any_edit(), 1..12),
    ) {
        let (mut sheet, stock) = (sheet(&text), shop());
        if adds_up {
            let mut mapping = Mapping::new(sheet.mapping().fields().to_vec(), None);
            mapping.locations = Locations::Sum;
            sheet.map(mapping);
        }
        let mut again = Plan::new(&sheet, Some(Style::Comma), &stock, Limits::default());
        for edit in edits {
            let touched = match edit {
                Some(edits) => sheet.apply(&edits),
                None => sheet.undo().unwrap_or_default(),
            };
            again.replan(&touched, &sheet, &stock);
            let anew = Plan::new(&sheet, Some(Style::Comma), &stock, Limits::default());
            prop_assert_eq!(show(&sheet, &again), show(&sheet, &anew));
            prop_assert_eq!(again.totals(), anew.totals());
            prop_assert_eq!(again.guards(), anew.guards());
            let items = |plan: &Plan| {
                let clean = plan.leave_out_errors();
                let confirmed = clean.confirm(&stock, Some(clean.number())).unwrap();
                let plain = |item: &Item| {
                    (item.external_id.clone(), item.product, item.variants.clone())
                };
                confirmed.items().iter().map(plain).collect::<Vec<_>>()
            };
            prop_assert_eq!(items(&again), items(&anew));
        }
    }

    #[test]
    fn every_row_is_counted_once_and_every_error_has_an_issue(text in any_text()) {
        let (sheet, stock) = (sheet(&text), shop());
        let plan = plan(&sheet);
        let totals = plan.totals();
        let rows = totals.errors + totals.warnings + totals.changes + totals.unchanged + totals.blank;
        prop_assert_eq!(rows, plan.rows());
        for row in 0..plan.rows() {
            let line = plan.line(row);
            prop_assert_eq!(line.verdict == Verdict::Error, plan.issue_of(row, &sheet, &stock).is_some());
            let is_set_or_adjust = plan.target(row).and_then(|target| target.change);
            if line.verdict.is_sent() {
                prop_assert!(matches!(is_set_or_adjust, Some(Change::Set(_) | Change::Adjust(_))));
            }
        }
    }
}
