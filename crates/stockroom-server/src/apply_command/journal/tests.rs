use stockroom_api::bulk::BulkItem;
use stockroom_client::item::Item;
use stockroom_client::run::{Command, Event, Outcome, Settings};

use super::super::asked_levels::{AskedLevel, AskedLevels};
use super::super::opening::{Head, Witness};
use super::super::place::Place;
use super::*;

/// The items of the run: one request.
const ITEMS: usize = 12;

fn opening() -> Opening {
    let item = |n: usize| {
        Item::new(BulkItem {
            external_id: format!("SKU-{n:03}"),
            quantity_delta: Some(1),
            ..BulkItem::default()
        })
    };
    let items: Vec<Item> = (0..ITEMS).map(item).collect();
    let mut levels = AskedLevels::default();
    for _ in 0..ITEMS {
        levels.push([AskedLevel(2, Some(7)), AskedLevel(9, None)]);
    }
    let head = Head {
        confirmed_at: "2026-11-24T18:00:00Z".to_owned(),
        place: Place { server: "http://127.0.0.1:1".to_owned(), environment: None },
        file: "stock.csv".to_owned(),
        asked: "f00d".to_owned(),
        left_out: 0,
        witnesses: vec![Witness { external_id: "SKU-000".into(), product_id: "p0".into() }],
    };
    Opening { head, levels, run: Run::new("run", items, Settings::default()).unwrap() }
}

/// Appends what the run's commands say, and returns whether anything was to be sent.
fn save(journal: &mut Journal, commands: Vec<Command>) -> bool {
    let mut is_sending = false;
    let mut entries = Vec::new();
    for command in commands {
        match command {
            Command::Save(entry) => entries.push(entry),
            Command::Send(_) => is_sending = true,
            _ => {}
        }
    }
    journal.append(&entries).unwrap();
    is_sending
}

/// Writes the journal of a run whose first request is under way; returns its bytes, and how many of
/// them stood before that request was written.
fn written(path: &Path) -> (Vec<u8>, usize) {
    let (mut journal, kept) = Journal::open(path).unwrap();
    assert!(kept.is_none());
    let mut opening = opening();
    journal.begin(&opening).unwrap();
    let before = usize::try_from(journal.length).unwrap();
    assert!(save(&mut journal, opening.run.handle(Event::Started, 5, &mut || 0.5)));
    (fs::read(path).unwrap(), before)
}

fn unknown(kept: &Kept) -> usize {
    kept.opening.run.outcomes().iter().filter(|known| **known == Outcome::Unknown).count()
}

#[test]
fn a_journal_torn_at_any_byte_tells_of_nothing_that_did_not_leave() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.journal");
    let (bytes, before) = written(&path);
    assert!(bytes.len() > before);
    // Every byte of the last record, and of the beginning; the first record is long.
    let beginning = 0..200;
    for length in beginning.chain(before - 50..bytes.len()) {
        fs::write(&path, &bytes[..length]).unwrap();
        let (mut journal, kept) = Journal::open(&path).unwrap();
        if length < before {
            assert!(kept.is_none(), "cut to {length}");
            continue;
        }
        let mut kept = kept.unwrap();
        assert_eq!(
            unknown(&kept),
            if length == bytes.len() { ITEMS } else { 0 },
            "cut to {length}"
        );
        if length % 16 != 0 && length != before {
            // Each of what follows waits for the disk.
            continue;
        }
        // What is added to a torn journal follows the last whole record.
        let event = super::super::resume::going_on(&kept.opening.run);
        assert!(save(&mut journal, kept.opening.run.handle(event, 9, &mut || 0.5)));
        drop(journal);
        let (_, kept) = Journal::open(&path).unwrap();
        assert_eq!(unknown(&kept.unwrap()), ITEMS, "cut to {length}");
    }
}

#[test]
fn a_tail_that_holds_something_else_is_cut_off() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.journal");
    let (mut bytes, before) = written(&path);
    // A file that grew, and whose last blocks never reached the disk.
    bytes[before..].fill(0);
    fs::write(&path, &bytes).unwrap();
    let (_, kept) = Journal::open(&path).unwrap();
    assert_eq!(unknown(&kept.unwrap()), 0);
}

#[test]
fn damage_before_the_end_is_never_taken_for_a_torn_tail() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.journal");
    let (bytes, before) = written(&path);
    for at in [FORMAT.len(), FORMAT.len() + 9, FORMAT.len() + 400, before - 2, before - 1] {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1;
        fs::write(&path, &bytes).unwrap();
        let error = Journal::open(&path).unwrap_err();
        assert_eq!(error.status(), 2);
        assert!(error.to_string().contains("damaged"), "byte {at}: {error}");
        assert_eq!(fs::read(&path).unwrap(), bytes, "it is left as it is");
    }
}

#[test]
fn another_file_is_left_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("stock.csv");
    fs::write(&path, "sku,quantity\nA,1\n").unwrap();
    let error = Journal::open(&path).unwrap_err();
    assert!(error.to_string().contains("no journal"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), b"sku,quantity\nA,1\n");
}

#[test]
fn one_process_has_it_at_a_time_and_an_unused_one_is_gone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.journal");
    let (journal, _) = Journal::open(&path).unwrap();
    let error = Journal::open(&path).unwrap_err();
    assert!(error.to_string().contains("another process"), "{error}");
    assert!(path.exists());
    drop(journal);
    assert!(!path.exists());
    let (mut journal, _) = Journal::open(&path).unwrap();
    journal.begin(&opening()).unwrap();
    drop(journal);
    assert!(path.exists());
}

#[test]
fn a_place_that_cannot_be_written_to_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let error = Journal::open(&dir.path().join("no/run.journal")).unwrap_err();
    assert!(error.to_string().contains("--journal"), "{error}");
}

/// A journal of the first version: three items in one request, with its answer.
const OLD: &[u8] = include_bytes!("../../../../../tests/fixtures/journals/1.journal");

/// Returns where the records of the old journal end.
fn ends() -> Vec<usize> {
    let ends = OLD.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    ends.map(|(at, _)| at + 1).collect()
}

#[test]
fn a_journal_of_the_first_version_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.journal");
    fs::write(&path, OLD).unwrap();
    let (_, kept) = Journal::open(&path).unwrap();
    let opening = kept.unwrap().opening;
    assert_eq!((opening.head.file.as_str(), opening.head.witnesses.len()), ("count.csv", 3));
    let levels: Vec<_> = opening.levels.iter().flatten().copied().collect();
    assert_eq!(levels[0], AskedLevel(2, Some(160)));
    assert_eq!((opening.run.summary().applied, opening.run.summary().refused), (2, 1));
}

#[test]
fn a_run_of_the_first_version_goes_on_in_its_journal() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.journal");
    // Cut off while its answer was written.
    let sent = ends()[2];
    for length in sent..OLD.len() {
        fs::write(&path, &OLD[..length]).unwrap();
        let (mut journal, kept) = Journal::open(&path).unwrap();
        let mut opening = kept.unwrap().opening;
        assert_eq!(opening.run.summary().unknown, 3, "cut to {length}");
        if length % 64 != 0 && length != sent {
            continue;
        }
        let now_ms = 1_795_972_691_000;
        opening.run.hear_date(now_ms, now_ms);
        assert!(save(&mut journal, opening.run.handle(Event::ResumeAsked, now_ms, &mut || 0.5)));
        drop(journal);
        let (_, kept) = Journal::open(&path).unwrap();
        let run = kept.unwrap().opening.run;
        assert_eq!((run.summary().unknown, run.outcomes().len()), (3, 3), "cut to {length}");
    }
}

#[test]
fn a_journal_of_a_later_version_is_left_to_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.journal");
    let bytes = [&b"stockroom journal 3\n"[..], b"whatever"].concat();
    fs::write(&path, &bytes).unwrap();
    let error = Journal::open(&path).unwrap_err();
    assert_eq!(error.status(), 2);
    assert!(error.to_string().contains("newer version"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), bytes);
}
