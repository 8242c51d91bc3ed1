-- Writes that were passed on to a hosted service. A row is written before its request leaves, and gets its
-- outcome after; author_id is the id of a key or of a person, like key_id of writes.

create table audit (
    number          integer not null primary key autoincrement,
    store_id        integer not null references stores (store_id),
    environment     text    not null check (environment in ('test', 'live')),
    at              integer not null,
    author_id       text    not null,
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
    settled_at      integer,
    upstream_id     text
) strict;

create index audit_by_store on audit (store_id, environment, number);
create index audit_by_author on audit (store_id, environment, author_id, number);
