//! `stockroom apply` on a real server, through a network that fails, and killed in the middle.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use stockroom_client::bytes::{Reader, Writer};
use stockroom_client::run::Entry;

use crate::process::{Running, text};
use crate::proxy::{DENIED, Fault, HTML, LIMITED, Proxy, UNAVAILABLE};
use crate::shop::{Shop, skus};

/// Waits for the end of a process that was started by hand.
fn ended(child: Child) -> (Option<i32>, String) {
    let ended = child.wait_with_output().unwrap();
    (ended.status.code(), text(&ended.stdout) + &text(&ended.stderr))
}

#[test]
fn a_file_is_applied_and_every_level_is_reported_in_its_order() {
    let shop = Shop::new();
    shop.write(
        "sku,variant,quantity,delta\nYASSA-002,,,2\nTHIEB-001,Grand,15,\nNOPE,,1,\nBISSAP-1L,,,3\n",
    );
    let (yassa, bissap) = (shop.level("YASSA-002"), shop.level("BISSAP-1L"));
    let report = shop.path("report.csv");
    let args = ["--yes", "--leave-out-errors", "--allow-guard", "errors_share", "--report"];
    let args = [&args[..], &[report.to_str().unwrap()]].concat();
    let url = &shop.server.url;
    let said = shop.check(url, &args, 1, &["unknown_product \"NOPE\"", "file.csv.journal"]);
    assert!(said.contains("3 items: 3 applied, 0 refused, 0 unknown, 0 not sent"), "{said}");
    assert_eq!(shop.level("YASSA-002"), yassa + 2);
    assert_eq!(shop.level("BISSAP-1L"), bissap + 3);
    let report = fs::read_to_string(&report).unwrap();
    let lines: Vec<&str> = report.lines().collect();
    assert_eq!(
        lines[0],
        "line,externalId,variant,mode,value,before,after,delta,outcome,code,reason"
    );
    assert_eq!(lines[1], format!("2,YASSA-002,,adjust,2,{yassa},{},2,applied,,", yassa + 2));
    assert!(lines[2].starts_with("3,THIEB-001,Grand,set,15,1,15,14,applied"), "{report}");
    assert!(lines[3].starts_with("5,BISSAP-1L,,adjust,3,"), "{report}");
    // Applied as it is, there is nothing more of it to do but the adjusts.
    shop.write("sku,variant,quantity\nTHIEB-001,Grand,15\n");
    shop.check(url, &["--yes"], 0, &["There is nothing to apply."]);
}

#[test]
fn what_is_not_confirmed_is_not_sent() {
    let shop = Shop::new();
    let before = shop.levels();
    let url = &shop.server.url;
    shop.write_adjusts();
    shop.check(url, &[], 2, &["--yes"]);
    shop.write("sku,quantity\nYASSA-002,9\nNOPE,1\n");
    shop.check(url, &["--yes"], 1, &["1 rows have errors", "--leave-out-errors"]);
    let mut zero = String::from("sku,quantity\n");
    for sku in skus() {
        writeln!(zero, "{sku},0").unwrap();
    }
    shop.write(&zero);
    let words = ["products_to_zero is ", "--allow-guard products_to_zero", "Nothing was sent."];
    shop.check(url, &["--yes"], 1, &words);
    let one = ["--yes", "--allow-guard", "products_to_zero"];
    shop.check(url, &one, 1, &["--allow-guard units_lost"]);
    shop.check(url, &["--yes", "--allow-guard", "all"], 2, &["invalid value"]);
    assert!(shop.levels() == before);
    assert!(!shop.path("file.csv.journal").exists(), "no run, no journal");
    let guards = ["products_to_zero", "units_lost", "large_changes"];
    let named = guards.iter().flat_map(|code| ["--allow-guard", code]);
    let all: Vec<&str> = ["--yes"].into_iter().chain(named).collect();
    shop.check(url, &all, 0, &["0 refused, 0 unknown, 0 not sent"]);
    assert_eq!(shop.level("GEN-000121"), 0);
}

#[test]
fn what_cannot_be_used_ends_with_2() {
    let shop = Shop::new();
    shop.write("sku,quantity\nYASSA-002,9\n");
    let url = &shop.server.url;
    let with_key = |key: &str| {
        let ended = shop.command(url, &["--yes"]).env("STOCKROOM_KEY", key).output().unwrap();
        assert_eq!(ended.status.code(), Some(2), "{ended:?}");
        text(&ended.stderr)
    };
    assert!(with_key("pk_test_demo").contains("only reads"));
    assert!(with_key("sk_test_wrong").contains("401"));
    assert!(!with_key("sk_test_\u{1}broken").contains("broken"));
    shop.check("http://127.0.0.1:1", &["--yes"], 2, &["cannot read the stock"]);
    shop.check("http://me:secret@127.0.0.1:1", &["--yes"], 2, &["must not hold"]);
    let file = shop.path("file.csv");
    shop.check(url, &["--yes", "--journal", file.to_str().unwrap()], 2, &["is no journal"]);
    assert_eq!(fs::read_to_string(file).unwrap(), "sku,quantity\nYASSA-002,9\n");
}

#[test]
fn through_every_kind_of_failure_each_item_is_applied_once() {
    let shop = Shop::new();
    shop.write_adjusts();
    let before = shop.levels();
    let faults = [
        Fault::LostBefore,
        Fault::LostAfter,
        Fault::Truncated,
        Fault::InsteadOfAnswer(HTML),
        Fault::Refused(LIMITED),
        Fault::Refused(UNAVAILABLE),
        Fault::InsteadOfAnswer(UNAVAILABLE),
        Fault::LostAfter,
    ];
    let proxy = Proxy::start(&shop.server.url, &faults);
    shop.check(&proxy.url, &["--yes"], 0, &["1000 items: 1000 applied, 0 refused"]);
    shop.check_applied_once(&before);
    // Every failure was answered by the same request once more.
    let mut keys = proxy.keys();
    assert_eq!(keys.len(), 5 + faults.len());
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 5);
}

#[test]
fn a_process_killed_at_any_request_goes_on_and_applies_each_item_once() {
    let shop = Shop::new();
    shop.write_adjusts();
    let before = shop.levels();
    let proxy = Proxy::start(&shop.server.url, &[]);
    let faults = [Fault::HeldAfter, Fault::HeldBefore, Fault::HeldAfter];
    let mut said = String::new();
    for (round, fault) in faults.into_iter().enumerate() {
        // One more request is answered in each round before one is held.
        let script = [[Fault::None; 1].as_slice(), &[fault; 20]].concat();
        proxy.script(&script);
        let mut child = shop.command(&proxy.url, &["--yes"]).spawn().unwrap();
        proxy.wait_until_held();
        child.kill().unwrap();
        let (_, printed) = ended(child);
        if round > 0 {
            assert!(printed.contains("not finished"), "{printed}");
        }
        said = printed;
    }
    assert!(said.contains("unknown"), "{said}");
    proxy.script(&[]);
    shop.check(&proxy.url, &["--yes"], 0, &["not finished", "1000 items: 1000 applied"]);
    shop.check_applied_once(&before);
}

#[test]
fn a_run_that_leaves_items_unknown_ends_with_3_and_goes_on() {
    let shop = Shop::new();
    shop.write_adjusts();
    let before = shop.levels();
    let proxy = Proxy::start(&shop.server.url, &[]);
    proxy.tell_of_a_limit();
    proxy.script(&[Fault::InsteadOfAnswer(UNAVAILABLE); 5]);
    let words =
        ["200 unknown, 800 not sent", "does not answer", "The same command goes on", "GEN-000121"];
    shop.check(&proxy.url, &["--yes"], 3, &words);
    shop.check(&proxy.url, &["--yes"], 0, &["200 unknown, 800 not sent", "1000 applied"]);
    shop.check_applied_once(&before);
}

/// Which clock tells when a request left.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Clock {
    OfThisSide,
    OfTheServer,
}

/// Makes a journal tell that its requests left so many hours earlier.
fn age(journal: &Path, hours: u64) {
    age_by(journal, hours, &[Clock::OfThisSide, Clock::OfTheServer]);
}

fn age_by(journal: &Path, hours: u64, clocks: &[Clock]) {
    let earlier = |clock: Clock, sent: Option<u64>| {
        let by = if clocks.contains(&clock) { hours * 3_600_000 } else { 0 };
        sent.map(|sent| sent - by)
    };
    let bytes = fs::read(journal).unwrap();
    let first = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let mut aged = bytes[..first].to_vec();
    let mut rest = &bytes[first..];
    for number in 0.. {
        if rest.is_empty() {
            break;
        }
        let length = std::str::from_utf8(&rest[..8]).unwrap();
        let length = usize::from_str_radix(length, 16).unwrap();
        let (record, after) = rest[18..].split_at(length);
        rest = &after[1..];
        let mut writer = Writer::default();
        let mut reader = Reader::new(record);
        // The first record says what the run is.
        while number > 0 && !reader.is_done() {
            let mut entry = Entry::read(&mut reader).unwrap();
            for batch in entry.batches.values_mut() {
                batch.first_sent = earlier(Clock::OfThisSide, batch.first_sent);
                batch.first_sent_there = earlier(Clock::OfTheServer, batch.first_sent_there);
            }
            entry.write(&mut writer);
        }
        let record = if number == 0 { record.to_vec() } else { writer.into_bytes() };
        let mut crc = flate2::Crc::new();
        crc.update(&record);
        write!(aged, "{:08x} {:08x} ", record.len(), crc.sum()).unwrap();
        aged.extend_from_slice(&record);
        aged.push(b'\n');
    }
    fs::write(journal, aged).unwrap();
}

#[test]
fn unknown_adjusts_whose_keys_may_be_forgotten_are_never_sent_again() {
    let shop = Shop::new();
    shop.write("sku,variant,delta\nYASSA-002,,1\nTHIEB-001,grand,1\n");
    let level = shop.level("YASSA-002");
    let proxy = Proxy::start(&shop.server.url, &[Fault::InsteadOfAnswer(UNAVAILABLE); 5]);
    shop.check(&proxy.url, &["--yes"], 3, &["2 unknown", "The same command goes on"]);
    age(&shop.path("file.csv.journal"), 30);
    let keys = proxy.keys().len();
    let words = ["2 items unknown", "probably applied", "remove ", "file.csv.journal"];
    let said = shop.check(&proxy.url, &["--yes"], 3, &words);
    assert_eq!(said.matches("probably applied").count(), 2, "{said}");
    assert_eq!((proxy.keys().len(), shop.level("YASSA-002")), (keys, level + 1));
}

#[test]
fn a_key_is_as_old_as_the_server_says() {
    let shop = Shop::new();
    shop.write("sku,delta\nYASSA-002,1\n");
    let level = shop.level("YASSA-002");
    let proxy = Proxy::start(&shop.server.url, &[Fault::InsteadOfAnswer(UNAVAILABLE); 5]);
    let journal = shop.path("file.csv.journal");
    shop.check(&proxy.url, &["--yes"], 3, &["1 unknown"]);
    // This side's clock has been set ahead since: that says nothing.
    age_by(&journal, 30, &[Clock::OfThisSide]);
    let kept = fs::read(&journal).unwrap();
    proxy.script(&[Fault::InsteadOfAnswer(UNAVAILABLE); 5]);
    shop.check(&proxy.url, &["--yes"], 3, &["1 unknown", "The same command goes on"]);
    let keys = proxy.keys().len();
    assert!(keys > 5);
    // It was set back: by it a key of 30 hours is as good as new.
    fs::write(&journal, kept).unwrap();
    age_by(&journal, 30, &[Clock::OfTheServer]);
    shop.check(&proxy.url, &["--yes"], 3, &["1 items unknown", "remove "]);
    assert_eq!((proxy.keys().len(), shop.level("YASSA-002")), (keys, level + 1));
}

#[test]
fn unknown_sets_that_are_late_are_planned_anew() {
    let shop = Shop::new();
    shop.write("sku,quantity\nYASSA-002,40\n");
    let proxy = Proxy::start(&shop.server.url, &[Fault::Refused(UNAVAILABLE); 5]);
    shop.check(&proxy.url, &["--yes", "--allow-guard", "large_changes"], 3, &["1 unknown"]);
    age(&shop.path("file.csv.journal"), 30);
    shop.check(&proxy.url, &["--yes"], 0, &["1 applied"]);
    assert_eq!(shop.level("YASSA-002"), 40);
}

#[test]
fn a_key_that_is_refused_stops_the_run_and_it_goes_on_with_another() {
    let shop = Shop::new();
    shop.write_adjusts();
    let before = shop.levels();
    let proxy = Proxy::start(&shop.server.url, &[Fault::None, Fault::Refused(DENIED)]);
    proxy.tell_of_a_limit();
    shop.check(&proxy.url, &["--yes"], 1, &["refused the key (401: No such key)", "800 not sent"]);
    shop.check(&proxy.url, &["--yes"], 0, &["1000 applied"]);
    shop.check_applied_once(&before);
}

#[test]
fn two_processes_never_drive_one_run() {
    let shop = Shop::new();
    shop.write_adjusts();
    let before = shop.levels();
    let proxy = Proxy::start(&shop.server.url, &[Fault::HeldAfter; 4]);
    let mut first = shop.command(&proxy.url, &["--yes"]).spawn().unwrap();
    proxy.wait_until_held();
    shop.check(&shop.server.url, &["--yes"], 2, &["another process drives the run"]);
    first.kill().unwrap();
    first.wait().unwrap();
    proxy.script(&[]);
    shop.check(&proxy.url, &["--yes"], 0, &["1000 applied"]);
    shop.check_applied_once(&before);
}

#[test]
fn a_journal_of_something_else_is_refused() {
    let shop = Shop::new();
    shop.write("sku,delta\nYASSA-002,1\n");
    let level = shop.level("YASSA-002");
    let proxy = Proxy::start(&shop.server.url, &[Fault::Refused(DENIED)]);
    shop.check(&proxy.url, &["--yes"], 1, &["1 not sent"]);
    shop.check(&shop.server.url, &["--yes"], 2, &["goes to the test store at", "--journal"]);
    shop.write("sku,delta\nYASSA-002,2\n");
    shop.check(&proxy.url, &["--yes"], 2, &["asks for other changes"]);
    let elsewhere = shop.path("other.journal");
    let args = ["--yes", "--journal", elsewhere.to_str().unwrap()];
    shop.check(&proxy.url, &args, 0, &["1 applied"]);
    // Another store behind the same address has the SKU, under another id.
    shop.write("sku,delta\nYASSA-002,1\n");
    let other = tempfile::tempdir().unwrap();
    let server = Running::start(&["--demo", "--products", "500"], other.path());
    proxy.set_upstream(&server.url);
    shop.check(&proxy.url, &["--yes"], 2, &["is of another store"]);
    proxy.set_upstream(&shop.server.url);
    shop.check(&proxy.url, &["--yes"], 0, &["1 applied"]);
    assert_eq!(shop.level("YASSA-002"), level + 3);
}

#[test]
fn the_same_adjusts_are_not_applied_again_by_themselves() {
    let shop = Shop::new();
    shop.write("sku,delta\nYASSA-002,1\n");
    let level = shop.level("YASSA-002");
    let url = &shop.server.url;
    shop.check(url, &["--yes"], 0, &["1 applied"]);
    shop.check(url, &["--yes"], 1, &["were applied before", "--allow-guard applied_before"]);
    assert_eq!(shop.level("YASSA-002"), level + 1);
    shop.check(url, &["--yes", "--allow-guard", "applied_before"], 0, &["1 applied"]);
    // A new file, as a job has each night, takes the place of the finished run.
    shop.write("sku,delta\nYASSA-002,2\n");
    shop.check(url, &["--yes"], 0, &["1 applied"]);
    assert_eq!(shop.level("YASSA-002"), level + 4);
}

/// Returns a line of a table with one space between its cells.
fn words(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_level_that_moved_refuses_its_item_with_a_reason() {
    let shop = Shop::new();
    shop.write("sku,quantity\nYASSA-002,40\nBISSAP-1L,30\n");
    let (yassa, bissap) = (shop.level("YASSA-002"), shop.level("BISSAP-1L"));
    let stock = shop.path("stock.json");
    let snapshot = format!(
        r#"[{{"externalId":"YASSA-002","quantity":39}},{{"externalId":"BISSAP-1L","quantity":{bissap}}}]"#
    );
    fs::write(&stock, snapshot).unwrap();
    let report = shop.path("report.ndjson");
    let args = ["--yes", "--stock", stock.to_str().unwrap(), "--report", report.to_str().unwrap()];
    let said =
        shop.check(&shop.server.url, &args, 1, &["1 applied, 1 refused", "STALE_QUANTITY: "]);
    // With preview, now and wanted, and what to do.
    let row = format!("2 YASSA-002 - 39 {yassa} 40 set 40");
    assert!(said.lines().any(|line| words(line) == row), "{row} is not in: {said}");
    assert!(said.contains("The same command plans them anew"), "{said}");
    let report = fs::read_to_string(report).unwrap();
    let rows: Vec<Value> = report.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(
        (&rows[0]["outcome"], &rows[0]["code"]),
        (&"refused".into(), &"STALE_QUANTITY".into())
    );
    assert_eq!((&rows[1]["line"], &rows[1]["after"]), (&3.into(), &30.into()));
    let args = ["--yes", "--stock", stock.to_str().unwrap(), "--keep", "difference"];
    let said = shop.check(&shop.server.url, &args, 1, &["from a file of their own"]);
    assert!(said.contains("40  adjust +1\n"), "{said}");
}

#[test]
fn four_requests_are_under_way_at_once_and_one_where_there_is_a_limit() {
    let shop = Shop::new();
    shop.write_adjusts();
    let proxy = Proxy::start(&shop.server.url, &[]);
    shop.check(&proxy.url, &["--yes"], 0, &["the server names no limit"]);
    assert!((2..=4).contains(&proxy.most_under_way()), "{}", proxy.most_under_way());
    let proxy = Proxy::start(&shop.server.url, &[]);
    proxy.tell_of_a_limit();
    let args = ["--yes", "--allow-guard", "applied_before", "--journal"];
    let journal = shop.path("second.journal");
    let args = [&args[..], &[journal.to_str().unwrap()]].concat();
    shop.check(&proxy.url, &args, 0, &["at most 30 a minute and 500 a day"]);
    assert_eq!(proxy.most_under_way(), 1);
}

#[test]
fn a_server_of_the_plain_contract_is_read_by_pages_and_written_to() {
    let shop = Shop::new();
    shop.write("sku,quantity,delta\nYASSA-002,40,\nGEN-000121,,2\n");
    let (level, proxy) = (shop.level("GEN-000121"), Proxy::start(&shop.server.url, &[]));
    proxy.be_plain();
    let report = shop.path("report.csv");
    let args = ["--yes", "--report", report.to_str().unwrap()];
    shop.check(&proxy.url, &args, 0, &["2 applied"]);
    assert_eq!((shop.level("YASSA-002"), shop.level("GEN-000121")), (40, level + 2));
    // What was not told is not claimed.
    let report = fs::read_to_string(report).unwrap();
    assert!(report.ends_with(&format!("3,GEN-000121,,adjust,2,{level},,,applied,,\n")), "{report}");
}

#[cfg(unix)]
#[test]
fn one_interrupt_ends_the_run_cleanly_and_a_second_at_once() {
    let interrupt = |child: &Child| {
        let id = child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    };
    let shop = Shop::new();
    shop.write_adjusts();
    let before = shop.levels();
    let proxy = Proxy::start(&shop.server.url, &[Fault::None, Fault::HeldAfter]);
    proxy.tell_of_a_limit();
    let mut child = shop.command(&proxy.url, &["--yes"]).spawn().unwrap();
    proxy.wait_until_held();
    interrupt(&child);
    // It waits for the request that is under way.
    wait_for_line(&mut child, "Stopping after what is under way");
    assert!(child.try_wait().unwrap().is_none());
    interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    // Pressed while requests are answered, the first ends the run with what is done.
    let proxy_url = proxy.url.clone();
    proxy.script(&[Fault::None, Fault::Refused(LIMITED)]);
    let child = shop.command(&proxy_url, &["--yes"]).spawn().unwrap();
    while proxy.keys().len() < 4 {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    interrupt(&child);
    let (status, said) = ended(child);
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("The run was stopped.") && said.contains("not sent"), "{said}");
    shop.check(&proxy_url, &["--yes"], 0, &["not finished", "1000 applied"]);
    shop.check_applied_once(&before);
}

#[cfg(unix)]
#[test]
fn a_full_disk_stops_the_run_before_anything_leaves_that_is_not_kept() {
    let shop = Shop::new();
    shop.write_adjusts();
    let before = shop.levels();
    let proxy = Proxy::start(&shop.server.url, &[]);
    proxy.tell_of_a_limit();
    let plain = shop.command(&proxy.url, &["--yes"]);
    // The journal may have so many times 512 bytes: more than its first record, less than all of it.
    let limited = "trap '' XFSZ; ulimit -f 28; exec \"$0\" \"$@\"";
    let ended = Command::new("sh")
        .args(["-c", limited])
        .arg(plain.get_program())
        .args(plain.get_args())
        .env("STOCKROOM_KEY", "sk_test_demo")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = text(&ended.stderr);
    assert_eq!(ended.status.code(), Some(3), "{said}");
    assert!(said.contains("cannot write") && said.contains("file.csv.journal"), "{said}");
    shop.check(&proxy.url, &["--yes"], 0, &["not finished", "1000 applied"]);
    shop.check_applied_once(&before);
}

/// Reads what a process says until it says this.
#[cfg(unix)]
fn wait_for_line(child: &mut Child, words: &str) {
    use std::io::{BufRead as _, BufReader};
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(lines.map_while(Result::ok).any(|line| line.contains(words)));
}

#[test]
fn help_explains_what_a_scheduled_job_needs() {
    let help = Command::new(env!("CARGO_BIN_EXE_stockroom")).args(["apply", "--help"]).output();
    let help = text(&help.unwrap().stdout);
    for word in [
        "Exit status",
        "3 items are unknown",
        "--journal",
        "applied_before",
        "STOCKROOM_KEY",
        "--keep",
        "theft_or_loss",
    ] {
        assert!(help.contains(word), "{help}");
    }
}
