//! `stockroom plan` on real files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::process::{Running, text};

const SNAPSHOT: &str = r#"[
    {"productId":"1","externalId":"THIEB-001","name":"Thiéboudienne","quantity":3,"lowStockThreshold":5,
     "isLowStock":true,"variants":[{"variantId":"11","label":"Normal","quantity":2},
     {"variantId":"12","label":"Grand","quantity":1}]},
    {"externalId":"YASSA-002","name":"Yassa","quantity":8},
    {"externalId":"MENU","name":"Menu","quantity":null}]"#;

/// A folder with a snapshot and a file.
struct Desk {
    dir: TempDir,
}

impl Desk {
    fn new(file: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("stock.json"), SNAPSHOT).unwrap();
        fs::write(dir.path().join("file.csv"), file).unwrap();
        Self { dir }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn plan(&self, args: &[&str]) -> Output {
        let stock = self.path("stock.json");
        plan(&self.path("file.csv"), &[&["--stock", stock.to_str().unwrap()], args].concat(), "")
    }

    fn json(&self, args: &[&str], status: i32) -> Value {
        let ended = self.plan(&[&["--json"], args].concat());
        assert_eq!(ended.status.code(), Some(status), "{ended:?}");
        serde_json::from_slice(&ended.stdout).unwrap()
    }

    /// Expects the file to be refused as a whole, on stderr.
    fn check_unusable(&self, args: &[&str], words: &str) {
        let ended = self.plan(args);
        assert_eq!(ended.status.code(), Some(2), "{ended:?}");
        assert!(ended.stdout.is_empty());
        assert!(text(&ended.stderr).contains(words), "{ended:?}");
    }
}

fn plan(file: &Path, args: &[&str], key: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_stockroom"))
        .arg("plan")
        .arg(file)
        .args(args)
        .env_remove("STOCKROOM_KEY")
        .envs((!key.is_empty()).then_some(("STOCKROOM_KEY", key)))
        .output()
        .unwrap()
}

#[test]
fn a_plan_has_the_shape_that_programs_rely_on() {
    let desk = Desk::new("sku,variant,mode,quantity\nTHIEB-001,,set,50\nYASSA-002,,,8\n");
    assert_eq!(
        desk.json(&[], 0),
        json!({
            "lines": [
                {"line": 2, "externalId": "THIEB-001", "variant": null, "mode": "set",
                 "value": 50, "before": 3, "after": 50, "delta": 47, "verdict": "warning",
                 "codes": ["large_change", "total_differs"]},
                {"line": 3, "externalId": "YASSA-002", "variant": null, "mode": "set",
                 "value": 8, "before": 8, "after": 8, "delta": 0, "verdict": "unchanged",
                 "codes": []}],
            "issues": [],
            "guards": [],
            "totals": {"rows": 2, "errors": 0, "warnings": 1, "changes": 0, "unchanged": 1,
                "blank": 0, "targets": 1, "items": 1, "requests": 1, "unitsBefore": 3,
                "unitsAfter": 50}
        })
    );
}

#[test]
fn rows_with_errors_are_named_and_end_with_1() {
    let desk = Desk::new(
        "sku;variant;quantity;delta\nYASSA-002;;12 pcs;\nNOPE;;1;\nTHIEB-001;grand;;-4\n\
         YASSA-002;;;;9\n;;5;\nTHIEB-001;;;\n",
    );
    let json = desk.json(&[], 1);
    let line = |at: usize| json["lines"][at].clone();
    let verdicts: Vec<&str> =
        (0..6).map(|at| json["lines"][at]["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["error", "error", "warning", "error", "error", "blank"]);
    assert_eq!((&line(0)["before"], &line(0)["after"]), (&json!(8), &Value::Null));
    assert_eq!(line(2)["variant"], "grand");
    assert_eq!((&line(2)["value"], &line(2)["delta"]), (&json!(-4), &json!(-1)));
    assert_eq!(line(4)["externalId"], Value::Null);
    assert_eq!((&line(5)["before"], &line(5)["after"]), (&json!(3), &Value::Null));
    let issue = |line: u64| {
        let issues = json["issues"].as_array().unwrap();
        issues.iter().find(|issue| issue["line"] == line).unwrap().clone()
    };
    assert_eq!(
        issue(2),
        json!({"line": 2, "column": "quantity", "code": "number_invalid", "text": "12 pcs"})
    );
    assert_eq!(issue(3)["code"], "unknown_product");
    assert_eq!(issue(5)["code"], "too_many_fields");
    assert_eq!(json["totals"]["errors"], 4);
}

#[test]
fn columns_are_mapped_by_header_and_by_number() {
    let desk = Desk::new("Artikel,Bestand,Qty\nYASSA-002,5,100\n");
    let json = desk.json(&["--map", "artikel=externalId", "--map", "2=quantity"], 0);
    assert_eq!(json["lines"][0]["after"], 5);
    desk.check_unusable(&["--map", "Nix=quantity"], "It has: Artikel, Bestand, Qty");
    let desk = Desk::new("YASSA-002|-3\n");
    let args = ["--no-header", "--map", "1=externalId", "--map", "2=amount"];
    desk.check_unusable(&args, "--default-mode");
    let with_mode = [&args[..], &["--default-mode", "adjust", "--delimiter", "|"]].concat();
    let json = desk.json(&with_mode, 0);
    assert_eq!((&json["lines"][0]["line"], &json["lines"][0]["after"]), (&json!(1), &json!(5)));
}

#[test]
fn a_number_style_settles_what_can_be_read_in_two_ways() {
    let desk = Desk::new("sku\tquantity\nYASSA-002\t1,000\n");
    assert_eq!(desk.json(&[], 1)["issues"][0]["code"], "number_ambiguous");
    let json = desk.json(&["--number-style", "comma", "--delimiter", "tab"], 0);
    assert_eq!(json["lines"][0]["value"], 1000);
}

#[test]
fn a_header_without_rows_is_a_plan_of_nothing() {
    let json = Desk::new("sku,quantity\n").json(&[], 0);
    assert_eq!(json["lines"], json!([]));
    assert_eq!(json["issues"][0]["code"], "no_rows");
}

#[test]
fn a_file_that_cannot_be_used_ends_with_2() {
    Desk::new("").check_unusable(&[], "empty");
    Desk::new("name,quantity\nA,1\n").check_unusable(&[], "SKUs");
    Desk::new("sku,name\nA,B\n").check_unusable(&[], "quantity");
    let desk = Desk::new("");
    fs::write(desk.path("file.csv"), b"\x89PNG\r\n\x1a\n\0\0").unwrap();
    desk.check_unusable(&["--json"], "picture");
    fs::remove_file(desk.path("file.csv")).unwrap();
    desk.check_unusable(&[], "cannot read");
    let desk = Desk::new("sku,quantity\nA,1\n");
    fs::write(desk.path("stock.json"), "{\"items\":[{\"quantity\":\"3\"}]}").unwrap();
    desk.check_unusable(&[], "items[0].quantity");
    let file = desk.path("file.csv");
    let ended = plan(&file, &["--server", "http://127.0.0.1:1"], "");
    assert_eq!(ended.status.code(), Some(2));
    assert!(text(&ended.stderr).contains("STOCKROOM_KEY"));
    let ended = plan(&file, &["--server", "http://127.0.0.1:1"], "sk_test_demo");
    assert_eq!(ended.status.code(), Some(2));
    assert!(text(&ended.stderr).contains("cannot read the stock"), "{ended:?}");
    assert_eq!(plan(&file, &[], "").status.code(), Some(2));
}

#[test]
fn a_snapshot_comes_alone_or_in_its_envelope() {
    let desk = Desk::new("sku,quantity\nMENU,4\n");
    for envelope in ["{\"items\":*}", "{\"success\":true,\"data\":{\"items\":*,\"total\":3}}"] {
        fs::write(desk.path("stock.json"), envelope.replace('*', SNAPSHOT)).unwrap();
        let json = desk.json(&[], 0);
        assert_eq!(json["lines"][0]["before"], Value::Null);
        assert_eq!(
            (&json["lines"][0]["after"], &json["lines"][0]["delta"]),
            (&json!(4), &json!(4))
        );
    }
}

#[test]
fn the_stock_is_read_from_a_server_with_its_untracked_products() {
    let desk = Desk::new("sku,quantity\nTHIEB-001,50\nRESTO-MENU,7\nNOPE,1\n");
    let server = Running::start(&["--demo"], desk.dir.path());
    let file = desk.path("file.csv");
    let args = ["--server", server.url.as_str(), "--json"];
    let ended = plan(&file, &args, "pk_test_demo");
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    let json: Value = serde_json::from_slice(&ended.stdout).unwrap();
    let lines = &json["lines"];
    assert_eq!((&lines[0]["before"], &lines[0]["delta"]), (&json!(3), &json!(47)));
    assert_eq!((&lines[1]["before"], &lines[1]["after"]), (&Value::Null, &json!(7)));
    assert_eq!(lines[2]["codes"], json!(["unknown_product"]));
    let key_file = desk.path("key");
    fs::write(&key_file, "sk_test_wrong\n").unwrap();
    let with_file = [&args[..], &["--key-file", key_file.to_str().unwrap()]].concat();
    let ended = plan(&file, &with_file, "pk_test_demo");
    assert_eq!(ended.status.code(), Some(2));
    assert!(text(&ended.stderr).contains("401"), "{ended:?}");
}

#[test]
fn people_get_a_table_and_the_totals() {
    let desk = Desk::new("sku,delta\nYASSA-002,-20\nTHIEB-001,0\n");
    let shown = text(&desk.plan(&[]).stdout);
    assert!(shown.contains("floored"), "{shown}");
    assert!(shown.contains("2 rows: 0 errors, 1 warnings"), "{shown}");
    assert!(shown.contains("units 8 → 0"), "{shown}");
    assert!(!shown.contains("THIEB-001"), "{shown}");
}

/// Plans on a workbook of the kept ones, with the small snapshot as stock.
fn plan_workbook(name: &str, args: &[&str]) -> Output {
    let desk = Desk::new("");
    let file =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/workbooks").join(name);
    let stock = desk.path("stock.json");
    plan(&file, &[&["--stock", stock.to_str().unwrap(), "--json"], args].concat(), "")
}

/// Returns the SKUs of the rows that a workbook's sheet has.
fn skus(name: &str, args: &[&str]) -> Vec<String> {
    let ended = plan_workbook(name, args);
    let json: Value = serde_json::from_slice(&ended.stdout).unwrap_or_else(|_| panic!("{ended:?}"));
    let sku = |line: &Value| line["externalId"].as_str().unwrap_or_default().to_owned();
    json["lines"].as_array().unwrap().iter().map(sku).collect()
}

#[test]
fn workbooks_of_every_kind_are_read_with_their_leading_zeros() {
    for name in ["types.xlsx", "types.xls", "types.xlsb", "types.ods"] {
        assert_eq!(skus(name, &[])[0], "000123", "{name}");
    }
}

#[test]
fn a_sheet_is_chosen_by_name_or_number() {
    let args = |sheet| ["--sheet", sheet];
    assert_eq!(skus("sheets.xlsx", &args("Été & hiver")), ["THIAKRY", "MAFE-003"]);
    assert_eq!(skus("sheets.xlsx", &args("المخزون")), ["COUSC-ORG"]);
    assert_eq!(skus("sheets.xlsx", &args("2")), ["THIAKRY", "MAFE-003"]);
    let ended = plan_workbook("sheets.xlsx", &args("Winter"));
    assert_eq!(ended.status.code(), Some(2));
    assert!(text(&ended.stderr).contains("Consignes, Été & hiver"), "{ended:?}");
}

#[test]
fn a_workbook_that_cannot_be_read_says_why() {
    let check = |name: &str, words: &str| {
        let ended = plan_workbook(name, &[]);
        assert_eq!(ended.status.code(), Some(2), "{name}: {ended:?}");
        assert!(text(&ended.stderr).contains(words), "{name}: {ended:?}");
    };
    check("encrypted.xlsx", "password");
    check("bomb_honest.xlsx", "left alone");
    check("damaged_cut.xlsx", "damaged");
    check("no_sheets.xlsx", "no sheet");
    check("folder.zip", "no table in it");
    let desk = Desk::new("sku,quantity\nA,1\n");
    desk.check_unusable(&["--sheet", "1"], "--sheet");
}
