-- Writes that were passed on to a hosted service. A row is written before its request leaves, and gets its
-- outcome after; author_id is the id of a key or of a person, like key_id of writes.

create table audit (
    store_id        bigint  not null references stores,
    number          bigint  generated always as identity,
    live            boolean not null,
    at              bigint  not null,
    author_id       text    collate "C" not null,
    method          text    not null,
    path            text    not null,
    -- A JSON array of ids or SKUs.
    products        text    not null,
    idempotency_key text,
    run_id          text,
    request_id      text    not null,
    outcome         text    not null default 'sent'
        check (outcome in ('sent', 'done', 'replayed', 'refused', 'unknown', 'notSent')),
    status          integer,
    settled_at      bigint,
    upstream_id     text,
    primary key (store_id, number)
);

create index audit_by_store on audit (store_id, live, number);
create index audit_by_author on audit (store_id, live, author_id, number);
