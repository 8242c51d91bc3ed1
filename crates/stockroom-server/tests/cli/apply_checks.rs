//! What `stockroom apply` asks and tells before anything leaves: reasons, the same changes twice, what
//! a run costs, and levels that moved.

use std::fmt::Write as _;
use std::fs;

use crate::proxy::{DENIED, Fault, Proxy};
use crate::shop::{Shop, skus};

#[test]
fn a_run_tells_its_reason_and_what_was_asked() {
    let shop = Shop::new();
    shop.write("sku,delta\nYASSA-002,1\n");
    let url = &shop.server.url;
    let words = ["invalid value 'lost'", "correction", "theft_or_loss", "promotion"];
    shop.check(url, &["--yes", "--reason", "lost"], 2, &words);
    shop.check(url, &["--yes", "--reason", "received"], 0, &["1 applied"]);
    shop.write("sku,quantity\nYASSA-002,40\n");
    shop.check(url, &["--yes"], 0, &["1 applied"]);
    let runs = shop.runs();
    assert_eq!(runs.len(), 2);
    // To set a level twice does no harm, so it has no fingerprint.
    assert!(runs[0]["reason"].is_null() && runs[0]["fingerprint"].is_null(), "{runs:?}");
    assert_eq!(runs[1]["reason"], "received");
    assert_eq!(runs[1]["fingerprint"].as_str().map(str::len), Some(32));
    // The plain contract knows nothing of it.
    let proxy = Proxy::start(url, &[]);
    proxy.be_plain();
    shop.write("sku,delta\nYASSA-002,3\n");
    shop.check(&proxy.url, &["--yes", "--reason", "received"], 0, &["1 applied"]);
    assert_eq!(shop.runs().len(), 2);
}

#[test]
fn the_server_tells_of_the_same_changes_from_another_file() {
    let shop = Shop::new();
    let (url, other) = (&shop.server.url, shop.path("other.journal"));
    let level = shop.level("YASSA-002");
    let journal = ["--yes", "--journal", other.to_str().unwrap()];
    shop.write("sku,delta\nYASSA-002,1\nBISSAP-1L,2\n");
    shop.check(url, &["--yes"], 0, &["2 applied"]);
    shop.write("externalId;quantityDelta\nBISSAP-1L;+2\nYASSA-002;+1\n");
    let words = [
        "were applied before, on 20",
        "by the run",
        "2 levels of 2 products, 3 units added and 0 removed",
        "--allow-guard applied_before",
    ];
    shop.check(url, &journal, 1, &words);
    assert_eq!(shop.level("YASSA-002"), level + 1);
    let allowed = [&journal[..], &["--allow-guard", "applied_before"]].concat();
    shop.check(url, &allowed, 0, &["2 applied"]);
    // A server that keeps nothing of it leaves it to the journal, which knows changes by what they
    // are, too.
    let proxy = Proxy::start(url, &[]);
    proxy.be_plain();
    let plain = shop.path("plain.journal");
    let journal = ["--yes", "--journal", plain.to_str().unwrap()];
    shop.check(&proxy.url, &journal, 0, &["2 applied"]);
    shop.write("sku,delta\nYASSA-002,1\nBISSAP-1L,2\n");
    shop.check(&proxy.url, &journal, 1, &["were applied before, on 20", "2 items add"]);
    assert_eq!(shop.level("YASSA-002"), level + 3);
}

#[test]
fn a_run_that_goes_on_asks_where_another_one_did_the_same_meanwhile() {
    let shop = Shop::new();
    shop.write("sku,delta\nYASSA-002,1\n");
    let level = shop.level("YASSA-002");
    let proxy = Proxy::start(&shop.server.url, &[Fault::Refused(DENIED)]);
    shop.check(&proxy.url, &["--yes"], 1, &["1 not sent"]);
    let other = shop.path("other.journal");
    let journal = ["--yes", "--journal", other.to_str().unwrap()];
    shop.check(&shop.server.url, &journal, 0, &["1 applied"]);
    let words =
        ["not finished", "were applied before", "1 levels of 1 products", "Nothing was sent"];
    shop.check(&proxy.url, &["--yes"], 1, &words);
    assert_eq!(shop.level("YASSA-002"), level + 1);
    shop.check(&proxy.url, &["--yes", "--allow-guard", "applied_before"], 0, &["1 applied"]);
    assert_eq!(shop.level("YASSA-002"), level + 2);
}

/// Starts a shop whose server takes so many bulk requests in a day.
fn limited(per_day: u64) -> Shop {
    Shop::with(|folder| {
        let path = folder.join("limits.json");
        let limits = format!(r#"{{"bulkInventory": {{"perMinute": 30, "perDay": {per_day}}}}}"#);
        fs::write(&path, limits).unwrap();
        vec!["--limits".to_owned(), path.display().to_string()]
    })
}

#[test]
fn what_a_run_costs_is_said_before_the_question() {
    let shop = limited(8);
    shop.write_adjusts();
    let url = &shop.server.url;
    let cost =
        "5 requests, at most 30 a minute and 8 a day: about 3 s; at most 8 are left of the day";
    shop.check(url, &["--yes"], 0, &[cost, "1000 applied"]);
    let shop = limited(3);
    let mut zero = String::from("sku,quantity\n");
    for sku in skus() {
        writeln!(zero, "{sku},0").unwrap();
    }
    shop.write(&zero);
    let words =
        ["5 requests, at most 30 a minute and 3 a day: more than a day takes", "over 2 days"];
    shop.check(&shop.server.url, &["--yes"], 1, &words);
}

/// Writes a preview of two products, one of them as it is not any more; returns its path.
fn old_preview(shop: &Shop, yassa: i64) -> String {
    let (path, bissap) = (shop.path("stock.json"), shop.level("BISSAP-1L"));
    let snapshot = format!(
        r#"[{{"externalId":"YASSA-002","quantity":{yassa}}},{{"externalId":"BISSAP-1L","quantity":{bissap}}}]"#
    );
    fs::write(&path, snapshot).unwrap();
    path.display().to_string()
}

#[test]
fn levels_that_moved_are_named_and_counts_or_differences_kept() {
    let shop = Shop::new();
    shop.write("sku,quantity\nYASSA-002,42\nBISSAP-1L,30\n");
    let now = shop.level("YASSA-002");
    let proxy = Proxy::start(&shop.server.url, &[]);
    proxy.be_plain();
    let row =
        |preview: i64, now: i64, sent: &str| format!("2 YASSA-002 - {preview} {now} 42 {sent}");
    let check = |preview: i64, more: &[&str], row: Option<String>| {
        let stock = old_preview(&shop, preview);
        let args = [&["--yes", "--stock", &stock][..], more].concat();
        let said = shop.check(&proxy.url, &args, 0, &["applied, 0 refused"]);
        let lines = said.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
        let lines: Vec<String> = lines.collect();
        let is_told = said.contains("Reading the stock again: 2 requests, about ");
        assert_eq!(is_told, more.contains(&"--reread"), "{said}");
        assert_eq!(row.as_ref().is_some_and(|row| lines.contains(row)), row.is_some(), "{said}");
        assert_eq!(said.contains("are not what they were"), row.is_some(), "{said}");
    };
    check(39, &["--reread", "--keep", "difference"], Some(row(39, now, "adjust +3")));
    assert_eq!((shop.level("YASSA-002"), shop.level("BISSAP-1L")), (now + 3, 30));
    check(39, &["--reread"], Some(row(39, now + 3, "set 42")));
    assert_eq!(shop.level("YASSA-002"), 42);
    // What did not move needs no word, and without a long answer nothing is read again.
    shop.write("sku,quantity\nYASSA-002,43\nBISSAP-1L,30\n");
    check(42, &["--reread"], None);
    check(41, &[], None);
}

#[test]
fn a_large_plan_reads_the_whole_stock_again() {
    let shop = Shop::new();
    shop.write_adjusts();
    let before = shop.levels();
    let proxy = Proxy::start(&shop.server.url, &[]);
    proxy.be_plain();
    let words = ["Reading the stock again: 13 requests, about ", "1000 applied"];
    shop.check(&proxy.url, &["--yes", "--reread"], 0, &words);
    shop.check_applied_once(&before);
    // Our server refuses what moved, so nothing has to be read again.
    let args = ["--yes", "--reread", "--allow-guard", "applied_before"];
    let said = shop.check(&shop.server.url, &args, 0, &["1000 applied"]);
    assert!(!said.contains("Reading the stock again"), "{said}");
}

/// Writes a delivery of ten products, where the fifth has this many units.
fn write_delivery(shop: &Shop, fifth: u32) {
    let mut file = String::from("sku,delta\n");
    for (n, sku) in skus().take(10).enumerate() {
        writeln!(file, "{sku},{}", if n == 4 { fifth } else { 12 }).unwrap();
    }
    shop.write(&file);
}

#[test]
fn a_corrected_file_is_asked_about_and_goes_without_what_was_applied() {
    let shop = Shop::new();
    let (first, fifth) = (skus().next().unwrap(), skus().nth(4).unwrap());
    let (level, level_of_fifth) = (shop.level(&first), shop.level(&fifth));
    let url = &shop.server.url;
    write_delivery(&shop, 2);
    shop.check(url, &["--yes"], 0, &["10 applied"]);
    write_delivery(&shop, 10);
    let words = [
        "9 of 10 adjusts were applied before, by the run ",
        "--allow-guard partly_applied_before",
        "--leave-out-applied",
        "Nothing was sent.",
    ];
    // Told by the journal, by the server alone, and by the journal alone.
    shop.check(url, &["--yes"], 1, &words);
    let other = shop.path("other.journal");
    let elsewhere = ["--yes", "--journal", other.to_str().unwrap()];
    shop.check(url, &elsewhere, 1, &words);
    let proxy = Proxy::start(url, &[]);
    proxy.be_plain();
    shop.check(&proxy.url, &elsewhere, 0, &["10 applied"]);
    write_delivery(&shop, 20);
    shop.check(&proxy.url, &elsewhere, 1, &["by the run of ", "file.csv on 20"]);
    assert_eq!(shop.level(&first), level + 24);

    let left_out = [&elsewhere[..], &["--leave-out-applied"]].concat();
    shop.check(url, &left_out, 0, &["left out: 9 of 10", "1 other adjusts", "1 applied"]);
    assert_eq!((shop.level(&first), shop.level(&fifth)), (level + 24, level_of_fifth + 32));
    shop.check(url, &left_out, 0, &["all of it was applied before"]);
    let allowed = [&elsewhere[..], &["--allow-guard", "applied_before"]].concat();
    shop.check(url, &allowed, 0, &["10 applied"]);
}

#[test]
fn one_sold_of_this_and_that_is_asked_about_on_no_day() {
    let shop = Shop::new();
    let sold = |from: usize| {
        let mut file = String::from("sku,delta\n");
        for sku in skus().skip(from).take(20) {
            writeln!(file, "{sku},-1").unwrap();
        }
        shop.write(&file);
        shop.check(&shop.server.url, &["--yes"], 0, &["20 applied"]);
    };
    sold(0);
    sold(8);
}

#[test]
fn what_a_run_that_goes_on_has_yet_to_set_is_read_again_in_the_plain_contract() {
    for keep in ["count", "difference"] {
        let shop = Shop::new();
        let before = shop.levels();
        let mut file = String::from("sku,quantity\n");
        let skus: Vec<String> = skus().take(230).collect();
        for sku in &skus {
            writeln!(file, "{sku},{}", before[sku].unwrap() + 5).unwrap();
        }
        shop.write(&file);
        let proxy = Proxy::start(&shop.server.url, &[Fault::None, Fault::Refused(DENIED)]);
        proxy.be_plain();
        shop.check(&proxy.url, &["--yes"], 1, &["200 applied", "30 not sent"]);
        // Three of each are bought: of one that was set, and of one that is yet to be.
        for sku in [&skus[3], &skus[222]] {
            let url = format!("{}/api/v1/dev/store/products/{sku}/stock", shop.server.url);
            let asked = ureq::patch(url).header("authorization", "Bearer sk_test_demo");
            let asked = asked.header("content-type", "application/json");
            let bought = shop.level(sku) + 3;
            asked.send(format!(r#"{{"quantity":{bought}}}"#)).unwrap();
        }
        let (old, sku) = (before[&skus[222]].unwrap(), &skus[222]);
        let args = ["--yes", "--keep", keep];
        let words = ["Reading the stock again: 30 requests", "1 levels that are yet to be set"];
        let said = shop.check(&proxy.url, &args, 0, &words);
        let lines = said.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
        let (now, wanted) = (old + 3, old + 5);
        let sent = if keep == "count" { format!("set {wanted}") } else { "adjust +5".to_owned() };
        let row = format!("224 {sku} - {old} {now} {wanted} {sent}");
        assert!(lines.into_iter().any(|line| line == row), "{row} is not in {said}");
        assert_eq!(shop.level(sku), if keep == "count" { wanted } else { now + 5 });
        assert_eq!(shop.level(&skus[3]), before[&skus[3]].unwrap() + 8, "it was set before");
        assert_eq!(shop.level(&skus[229]), before[&skus[229]].unwrap() + 5);
    }
}
