//! What is not copied, and not copied into; no secret is told.

use rusqlite::Connection;

use super::{Copying, Move, check, command, counts};
use crate::process::{Running, run, text};

/// The tables as they were before levels stood alone.
const OLDER: [&str; 10] = [
    include_str!("../../../migrations/sqlite/0001_store.sql"),
    include_str!("../../../migrations/sqlite/0002_tallies.sql"),
    include_str!("../../../migrations/sqlite/0003_numbers.sql"),
    include_str!("../../../migrations/sqlite/0004_versions.sql"),
    include_str!("../../../migrations/sqlite/0005_history.sql"),
    include_str!("../../../migrations/sqlite/0006_limits.sql"),
    include_str!("../../../migrations/sqlite/0007_keys.sql"),
    include_str!("../../../migrations/sqlite/0008_products.sql"),
    include_str!("../../../migrations/sqlite/0009_webhooks.sql"),
    include_str!("../../../migrations/sqlite/0010_orders.sql"),
];

#[test]
fn a_database_that_holds_something_is_left_as_it_is() {
    let place = Move::new("120");
    let other = Move::new("120");
    other.check(&[], 0, &[]);
    check(&place.sqlite(), &other.database.url(), &[], 1, &["holds data already", "as it is"]);
    other.check(&["--check"], 0, &[]);
    let to = other.sqlite();
    check(&other.database.url(), &to, &[], 1, &["holds data already"]);
    // Tables of something else.
    place.database.rows("create table wiki_pages (title text)");
    place.check(&[], 1, &["none of Stockroom's: wiki_pages"]);
    let tables = "select count(*) from pg_tables where schemaname = 'public'";
    assert_eq!(place.database.number(tables), 1);
    let file = place.path("other.db");
    Connection::open(&file).unwrap().execute_batch("create table a (b)").unwrap();
    let to = format!("sqlite:{}", file.display());
    check(&other.database.url(), &to, &[], 1, &["no database of Stockroom"]);
    std::fs::write(&file, "no database ".repeat(1000)).unwrap();
    check(&other.database.url(), &to, &[], 1, &["no database of Stockroom"]);
    // What the copy does not know is not left out in silence.
    place.database.rows("drop table wiki_pages");
    run(&["migrate", "--database", &place.database.url()], &place.data());
    place.database.rows("alter table products add column colour text");
    place.check(&[], 1, &["does not know products.colour"]);
}

#[test]
fn nothing_is_copied_while_somebody_may_write() {
    let place = Move::new("120");
    let words = ["is in use", "Stop the servers"];
    let server = Running::start(&["--demo"], &place.data());
    place.check(&[], 1, &words);
    assert!(server.stop().0);
    let used = Move::empty();
    let server = used.serve_copy(&[]);
    check(&place.sqlite(), &used.database.url(), &[], 1, &words);
    assert!(server.stop().0);
    place.check(&[], 0, &[]);
    let server = place.serve_copy(&["--demo"]);
    let to = format!("sqlite:{}", place.path("back.db").display());
    check(&place.database.url(), &to, &[], 1, &words);
    assert!(server.stop().0);
    check(&place.database.url(), &to, &[], 0, &[]);
}

#[test]
fn nobody_writes_to_a_source_while_it_is_copied() {
    let place = Move::new("1000");
    let copying =
        Copying::start(&place.sqlite(), &place.database.url()).held_after("copied products");
    let ended = run(&["keys", "create"], &place.data());
    assert!(!ended.status.success() && text(&ended.stderr).contains("busy"), "{ended:?}");
    assert_eq!(copying.kill(), None);
}

#[test]
fn an_older_store_is_brought_up_to_date_first() {
    let place = Move::empty();
    std::fs::create_dir_all(place.data()).unwrap();
    let older = place.connection();
    for migration in OLDER {
        older.execute_batch(migration).unwrap();
    }
    older
        .execute_batch(
            "pragma user_version = 10;
             insert into stores (store_id, name, demo, created_at) values (1, 'Shop', 0, 5);
             insert into products (number, store_id, environment, id, name, price, status, quantity,
                 is_tracked, is_low, created_at, updated_at)
             values (3, 1, 'live', 'p', 'Thé', 100, 'ACTIVE', 4, 1, 0, 6, 7);",
        )
        .unwrap();
    place.check(&[], 1, &["of an older version", "stockroom migrate --database"]);
    assert!(run(&["migrate"], &place.data()).status.success());
    let said = place.check(&[], 0, &["all rows are the same"]);
    assert_eq!((counts(&said, "products"), counts(&said, "levels")), ((1, 1), (1, 1)));
    let newer = "pragma user_version = 9999";
    place.connection().execute_batch(newer).unwrap();
    place.check(&["--check"], 1, &["newer version"]);
    place.database.rows("insert into stockroom_migrations values (9999)");
    let to = format!("sqlite:{}", place.path("back.db").display());
    check(&place.database.url(), &to, &[], 1, &["newer version"]);
}

#[test]
fn a_store_without_products_is_copied_and_no_store_is_not() {
    let place = Move::empty();
    place.check(&[], 1, &["no such file", "--from"]);
    assert!(run(&["migrate"], &place.data()).status.success());
    place.check(&[], 1, &["holds no store"]);
    assert!(run(&["keys", "create", "--name", "one"], &place.data()).status.success());
    // A folder is its stockroom.db.
    let folder = place.data().display().to_string();
    let said = check(&folder, &place.database.url(), &[], 0, &["all rows are the same"]);
    assert_eq!((counts(&said, "products"), counts(&said, "api_keys")), ((0, 0), (1, 1)));
    let ended = run(&["keys", "list", "--database", &place.database.url()], &place.data());
    assert!(text(&ended.stdout).contains("one"), "{ended:?}");
}

#[test]
fn a_text_that_postgresql_cannot_keep_is_named() {
    let place = Move::new("120");
    let change = "update products set description = 'a' || char(0) where number = 30";
    place.connection().execute(change, []).unwrap();
    place.check(&[], 1, &["the row of products with number 30", "U+0000"]);
    place.check_not_served();
}

#[test]
fn both_ends_are_of_two_kinds_and_no_password_is_told() {
    let place = Move::new("120");
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let secret = |rest: &str| format!("postgres://shop:s3cret-word@127.0.0.1:{rest}/stock");
    let away = secret(&port.to_string());
    let file = place.sqlite();
    for (from, to, words) in [
        (&file, &file, "stockroom backup"),
        (&away, &away, "pg_dump"),
        (&file, &secret("port"), "--to"),
        (&secret("port"), &file, "--from"),
        (&file, &away, "cannot be reached"),
        (&away, &file, "cannot be reached"),
    ] {
        let said = check(from, to, &[], 1, &[words]);
        assert!(said.lines().count() == 1 && !said.contains("s3cret"), "{said}");
    }
    // By a variable, with all that can be logged.
    let to = place.database.url().replace("stockroom@", "stockroom:s3cret-word@");
    let mut copying = std::process::Command::new(env!("CARGO_BIN_EXE_stockroom"));
    copying.args(["copy", "--from", &file]).env("STOCKROOM_COPY_TO", &to);
    let ended = copying.env("STOCKROOM_LOG", "trace").output().unwrap();
    let said = text(&ended.stdout) + &text(&ended.stderr);
    assert!(ended.status.success() && !said.contains("s3cret"), "{said}");
    // Nor by who writes the command wrongly.
    let ended = command(&file, &to, &[&to]).output().unwrap();
    let said = text(&ended.stdout) + &text(&ended.stderr);
    assert!(!ended.status.success() && !said.contains("s3cret"), "{said}");
}
