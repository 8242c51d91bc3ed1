//! A copy is killed at any moment, and what it made is meddled with.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::{Copying, Move, check, command, counts, number_of};
use crate::crash::{Moments, number_in};

const PRODUCTS: &str = "12120";

/// Gives the store a history, without a server.
fn add_history(place: &Move) {
    let connection = place.connection();
    connection
        .execute_batch(
            "insert into writes (store_id, environment, at, source, key_id, request_id)
             select 1, 'test', number, 'bulk', 'k', 'r' from products limit 60;
             insert into history_lines (write, lines)
             select w.number, json_group_array(json_array(
                 p.number, null, 'set', 7, null, 7, 7, null) order by p.number)
             from writes w, products p where p.number <= 500 group by w.number;",
        )
        .unwrap();
}

/// Copies again and again, each time killed after a while, and then to the end; where one ends before, all of it
/// `afresh`.
fn kill_and_go_on(from: &str, to: &str, between: impl Fn(), afresh: impl Fn()) -> String {
    let wanted = number_in("STOCKROOM_KILLS", 10);
    let mut moments = Moments(number_in("STOCKROOM_SEED", 1));
    let began = Instant::now();
    check(from, to, &[], 0, &[]);
    let whole = began.elapsed();
    afresh();
    let (mut killed, mut of_this_copy) = (0, 0);
    for _ in 0..10 * wanted {
        let copying = Copying::start(from, to);
        // The later ones have less to do: they are given less time, so that some are killed in each phase.
        let longest = 60 / (1 + of_this_copy);
        let moment = u32::try_from(moments.next()).unwrap() % longest.max(8);
        std::thread::sleep(Duration::from_millis(20) + whole * moment / 60);
        match copying.kill() {
            None => {
                (killed, of_this_copy) = (killed + 1, of_this_copy + 1);
                between();
            }
            Some(status) if status.success() => {
                afresh();
                of_this_copy = 0;
            }
            // What was killed may be at its last statement.
            Some(_) => {}
        }
        if killed == wanted {
            break;
        }
    }
    assert_eq!(killed, wanted);
    let ended = command(from, to, &[]).output().unwrap();
    crate::process::text(&ended.stdout) + &crate::process::text(&ended.stderr)
}

fn check_whole(said: &str, counted: impl Fn(&str) -> i64) {
    for table in ["products", "levels", "variants", "history", "writes", "api_keys"] {
        let (copied, checked) = counts(said, table);
        assert!(copied == checked && checked > 0, "{table}\n{said}");
        assert_eq!(i64::try_from(checked).unwrap(), counted(table), "{table}\n{said}");
    }
}

#[test]
fn a_copy_to_postgresql_that_is_killed_goes_on() {
    let place = Move::new(PRODUCTS);
    add_history(&place);
    let is_begun =
        || place.database.rows("select to_regclass('unfinished_copy') is not null")[0][0] == "t";
    let between = || {
        if is_begun() {
            place.check_not_served();
        }
    };
    let said = kill_and_go_on(&place.sqlite(), &place.database.url(), between, || {
        place.database.rows("drop schema public cascade");
        place.database.rows("create schema public");
    });
    let count = |table: &str| place.database.number(&format!("select count(*) from {table}"));
    check_whole(&said, count);
    assert!(!is_begun());
    assert_eq!(number_of(&place.file(), "select count(*) from history"), count("history"));
    assert!(!place.serve_copy(&[]).url.is_empty());
}

#[test]
fn a_copy_to_a_file_that_is_killed_goes_on() {
    let place = Move::new(PRODUCTS);
    add_history(&place);
    place.check(&[], 0, &[]);
    let file = place.path("back/stockroom.db");
    let to = format!("sqlite:{}", file.display());
    let said = kill_and_go_on(
        &place.database.url(),
        &to,
        || {},
        || {
            std::fs::remove_dir_all(file.parent().unwrap()).unwrap();
        },
    );
    check_whole(&said, |table| number_of(&file, &format!("select count(*) from {table}")));
    assert_eq!(
        number_of(&file, "select count(*) from sqlite_schema where name like 'unfinished%'"),
        0
    );
}

#[test]
fn a_row_that_somebody_changed_meanwhile_is_named() {
    let place = Move::new(PRODUCTS);
    add_history(&place);
    Copying::start(&place.sqlite(), &place.database.url()).kill_after("copied products");
    place.check_not_served();
    place.database.rows("update products set price = price + 1 where number = 17");
    let words = ["going on", "products: price is another in the target (number 17)", "begin anew"];
    place.check(&[], 1, &words);
    place.check_not_served();
    place.database.rows("update products set price = price - 1 where number = 17");
    place.check(&[], 0, &["all rows are the same"]);
    let mut found = BTreeMap::new();
    for (change, undo, words) in [
        (
            "update levels set quantity = quantity + 1 where product = 40",
            "update levels set quantity = quantity - 1 where product = 40",
            "levels: quantity is another in the target (product 40)",
        ),
        (
            "update history set store_id = 2 where write = 3 and line = 5",
            "update history set store_id = 1 where write = 3 and line = 5",
            "history: a row is missing in the target (write 3, line 5)",
        ),
        (
            "insert into deleted_variants values (1, 5, 'x', 'y')",
            "delete from deleted_variants",
            "deleted_variants: the target has a row that the source does not have (product 5, id x)",
        ),
        (
            "update tallies set version = version + 1 where live = false and shard = 0",
            "update tallies set version = version - 1 where live = false and shard = 0",
            "tallies: version is another in the target (live false)",
        ),
        (
            "select setval('write_numbers', 5)",
            "select setval('write_numbers', 60)",
            "writes: the number that comes next is another in the target",
        ),
    ] {
        place.database.rows(change);
        found.insert(words, place.check(&["--check"], 1, &[words]));
        place.database.rows(undo);
    }
    assert_eq!(found.len(), 5);
    place.check(&["--check"], 0, &["all rows are the same in"]);
}

#[test]
fn a_source_that_changes_between_two_tries_is_not_mixed() {
    let place = Move::new(PRODUCTS);
    Copying::start(&place.sqlite(), &place.database.url()).kill_after("copied products");
    let change = |sql: &str| place.connection().execute(sql, []).unwrap();
    change("update tallies set version = version + 1");
    place.check(&[], 1, &["has changed since the copy was begun", "Begin anew"]);
    change("update tallies set version = version - 1");
    // What the state does not tell is found when the rows are compared.
    change("update products set name = 'another' where number = 9");
    place.check(&[], 1, &["products: name is another in the target (number 9)"]);
    let other = Move::new("120");
    let words = ["unfinished copy of another store"];
    check(&other.sqlite(), &place.database.url(), &[], 1, &words);
}
