-- One database can hold many stores: store_id and environment lead every key, so that test and
-- live data are apart by construction. Times are Unix milliseconds.

create table stores (
    store_id   integer not null primary key,
    name       text    not null,
    demo       integer not null check (demo in (0, 1)),
    created_at integer not null
) strict;

create table products (
    store_id            integer not null references stores (store_id),
    environment         text    not null check (environment in ('test', 'live')),
    id                  text    not null,
    external_id         text,
    name                text    not null,
    description         text,
    price               integer not null,
    category_id         text,
    status              text    not null check (status in ('ACTIVE', 'DISABLED')),
    quantity            integer check (quantity between 0 and 1000000000),
    low_stock_threshold integer check (low_stock_threshold >= 0),
    -- What the lists select by, kept apart from the level: an index on a condition over the level
    -- would be rewritten with every change of it.
    is_tracked          integer not null check (is_tracked in (0, 1)),
    is_low              integer not null check (is_low in (0, 1)),
    created_at          integer not null,
    updated_at          integer not null,
    primary key (store_id, environment, id)
) strict, without rowid;

create unique index products_by_external_id
    on products (store_id, environment, external_id) where external_id is not null;
create index products_tracked
    on products (store_id, environment, (external_id is null), external_id, id) where is_tracked = 1;
create index products_low
    on products (store_id, environment, (external_id is null), external_id, id) where is_low = 1;
create index products_listed
    on products (store_id, environment, (external_id is null), external_id, id);

create table variants (
    store_id         integer not null,
    environment      text    not null,
    product_id       text    not null,
    id               text    not null,
    position         integer not null,
    type             text    not null,
    label            text    not null,
    value            text,
    price_adjustment integer,
    quantity         integer check (quantity between 0 and 1000000000),
    primary key (store_id, environment, product_id, id),
    foreign key (store_id, environment, product_id) references products on delete cascade
) strict, without rowid;

-- One row for each request that changed levels; its lines are in history.
create table writes (
    store_id    integer not null,
    environment text    not null,
    write_id    integer not null,
    at          integer not null,
    source      text    not null check (source in ('bulk', 'single')),
    key_id      text    not null,
    request_id  text    not null,
    run_id      text,
    run_reason  text,
    primary key (store_id, environment, write_id)
) strict, without rowid;

-- One row for each level that a request set or adjusted; deltas are units.
create table history (
    store_id     integer not null,
    environment  text    not null,
    write_id     integer not null,
    line         integer not null,
    product_id   text    not null,
    variant_id   text,
    mode         text    not null check (mode in ('set', 'adjust')),
    asked        integer not null,
    level_before integer,
    level_after  integer not null,
    delta        integer not null,
    primary key (store_id, environment, write_id, line)
) strict, without rowid;

create table idempotency (
    store_id           integer not null,
    environment        text    not null,
    key                text    not null,
    fingerprint        blob    not null,
    status             integer not null,
    body               blob    not null,
    preference_applied integer not null,
    at                 integer not null,
    primary key (store_id, environment, key)
) strict, without rowid;

create index idempotency_by_age on idempotency (at);

-- Keys are kept as SHA-256 of 256 random bits; prefix and last_four are for people.
create table api_keys (
    store_id     integer not null references stores (store_id),
    environment  text    not null check (environment in ('test', 'live')),
    id           text    not null,
    hash         blob    not null unique,
    prefix       text    not null,
    last_four    text    not null,
    name         text    not null,
    writes       integer not null check (writes in (0, 1)),
    created_at   integer not null,
    last_used_at integer,
    revoked_at   integer,
    primary key (store_id, environment, id)
) strict, without rowid;

create table sessions (
    store_id    integer not null,
    environment text    not null,
    hash        blob    not null unique,
    key_id      text    not null,
    created_at  integer not null,
    expires_at  integer not null,
    primary key (store_id, environment, hash),
    foreign key (store_id, environment, key_id) references api_keys
) strict, without rowid;
