//! The tables can be laid out by store: what the database itself knows of their keys.

use crate::cluster::{Cluster, Database};

/// Tables that belong to no store.
const OF_NO_STORE: [&str; 3] = [
    // Who is counted is an address as well as a store, and one request counts on both.
    "request_counts",
    // Of the database as a whole: which migrations were done, and whether it can be written to.
    "stockroom_migrations",
    "writability",
];

/// Indexes of stores' tables that are looked through for all stores at once, and promise nothing.
const FOR_ALL_STORES: [&str; 9] = [
    // Whoever shows a secret does not say whose it is.
    "api_keys_by_hash",
    // What is old is forgotten, whosever it is.
    "failed_sign_ins_by_age",
    "idempotency_by_age",
    "retired_secrets_by_hash",
    "sessions_by_hash",
    "user_places_by_age",
    "user_sessions_by_hash",
    "webhook_deliveries_by_age",
    "webhook_events_by_age",
];

async fn tables() -> Database {
    let database = Cluster::shared().database();
    super::store::open(&database).await;
    database
}

fn names(database: &Database, sql: &str) -> Vec<String> {
    let of_no_store = OF_NO_STORE.map(|name| format!("'{name}'")).join(", ");
    let rows = database.rows(&sql.replace("OF_NO_STORE", &of_no_store));
    rows.into_iter().map(|row| row.join(" ")).collect()
}

#[tokio::test]
async fn every_table_but_three_has_a_primary_key_that_a_store_leads() {
    let led = "select c.relname from pg_index i
         join pg_class c on c.oid = i.indrelid
         join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
         where i.indisprimary and a.attname = 'store_id' and a.attnotnull
             and c.relnamespace = 'public'::regnamespace";
    let others = format!(
        "select relname from pg_class where relkind in ('r', 'p')
             and relnamespace = 'public'::regnamespace and relname not in ({led}) order by relname"
    );
    let database = tables().await;
    assert_eq!(names(&database, &others), OF_NO_STORE);
    // What the query finds is what it is to find.
    database.rows("create table apart (number bigint primary key, store_id bigint not null)");
    assert_eq!(names(&database, &others), [&["apart"], &OF_NO_STORE[..]].concat());
}

#[tokio::test]
async fn whatever_is_unique_is_so_within_a_store() {
    let others = "select c.relname, x.relname from pg_index i
         join pg_class c on c.oid = i.indrelid
         join pg_class x on x.oid = i.indexrelid
         join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
         where (i.indisunique or i.indisexclusion) and a.attname <> 'store_id'
             and c.relnamespace = 'public'::regnamespace and c.relname not in (OF_NO_STORE)
         order by x.relname";
    let database = tables().await;
    assert_eq!(names(&database, others), [""; 0]);
    database.rows("create unique index apart on sessions (hash)");
    assert_eq!(names(&database, others), ["sessions apart"]);
}

#[tokio::test]
async fn whatever_refers_to_another_row_refers_to_one_of_its_store() {
    let others = "select k.conname from pg_constraint k
         join pg_attribute here on here.attrelid = k.conrelid and here.attnum = k.conkey[1]
         join pg_attribute there on there.attrelid = k.confrelid and there.attnum = k.confkey[1]
         where k.contype = 'f' and (here.attname, there.attname) <> ('store_id', 'store_id')
         order by k.conname";
    let database = tables().await;
    assert_eq!(names(&database, others), [""; 0]);
    let known = "select count(*) from pg_constraint where contype = 'f'";
    assert!(database.number(known) >= 5);
    database.rows(
        "create table apart (store_id bigint not null, hash bytea primary key);
         alter table sessions add constraint apart foreign key (hash) references apart (hash)",
    );
    assert_eq!(names(&database, others), ["apart"]);
}

#[tokio::test]
async fn indexes_for_all_stores_are_few_and_known() {
    let others = "select x.relname from pg_index i
         join pg_class c on c.oid = i.indrelid
         join pg_class x on x.oid = i.indexrelid
         join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
         where a.attname <> 'store_id' and c.relnamespace = 'public'::regnamespace
             and c.relname not in (OF_NO_STORE)
         order by x.relname";
    assert_eq!(names(&tables().await, others), FOR_ALL_STORES);
}
