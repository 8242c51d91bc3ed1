-- What the server needs beside the stock: answers that may be asked for again, keys, sessions, counts of
-- requests. All of it is shared by every process on this database.

create table idempotency (
    store_id           bigint  not null,
    live               boolean not null,
    key                text    collate "C" not null,
    fingerprint        bytea   not null,
    status             integer not null,
    body               bytea   not null,
    preference_applied boolean not null,
    at                 bigint  not null,
    primary key (store_id, live, key)
);

create index idempotency_by_age on idempotency (at);

-- Keys are kept as SHA-256 of 256 random bits; prefix and last_four are for people.
create table api_keys (
    store_id     bigint  not null references stores,
    live         boolean not null,
    id           text    collate "C" not null,
    hash         bytea   not null,
    prefix       text    not null,
    last_four    text    not null,
    name         text    not null,
    writes       boolean not null,
    -- Words between spaces; null is all that the key's access allows, and any address.
    scopes       text,
    networks     text,
    created_at   bigint  not null,
    last_used_at bigint,
    revoked_at   bigint,
    primary key (store_id, live, id)
);

create unique index api_keys_by_hash on api_keys (hash);

-- Secrets from before a rotation that may still work.
create table retired_secrets (
    store_id bigint  not null,
    live     boolean not null,
    key_id   text    collate "C" not null,
    hash     bytea   not null,
    ends_at  bigint  not null,
    primary key (store_id, live, hash),
    foreign key (store_id, live, key_id) references api_keys
);

create unique index retired_secrets_by_hash on retired_secrets (hash);

create table sessions (
    store_id   bigint  not null,
    live       boolean not null,
    hash       bytea   not null,
    key_id     text    collate "C" not null,
    created_at bigint  not null,
    expires_at bigint  not null,
    -- A session that was begun with an old secret ends with it, however much it is used.
    ends_by    bigint,
    primary key (store_id, live, hash),
    foreign key (store_id, live, key_id) references api_keys
);

create unique index sessions_by_hash on sessions (hash);

-- How many requests somebody has made in a window of time, where limits are on. Times are Unix seconds.
-- Whose they are is an address or a store.
create table request_counts (
    subject   text   collate "C" not null,
    class     text   collate "C" not null,
    starts_at bigint not null,
    ends_at   bigint not null,
    requests  bigint not null,
    primary key (subject, class, starts_at, ends_at)
) with (fillfactor = 50);

create index request_counts_by_end on request_counts (ends_at);

-- Written again and again to see whether the database can be written to.
create table writability (
    single boolean not null primary key check (single),
    at     bigint  not null
);
