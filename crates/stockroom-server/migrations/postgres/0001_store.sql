-- One database can hold many stores: store_id leads every primary key, so that the tables can be laid out
-- by store. Times are Unix milliseconds. Texts that are compared are compared by their bytes, whatever the
-- database's own order is.

create table stores (
    store_id    bigint  not null primary key,
    name        text    not null,
    demo        boolean not null,
    created_at  bigint  not null,
    api_access  boolean not null default true,
    live_access boolean not null default true
);

create sequence product_numbers;
create sequence write_numbers;

create table products (
    store_id     bigint  not null references stores,
    number       bigint  not null default nextval('product_numbers'),
    live         boolean not null,
    id           text    collate "C" not null,
    external_id  text    collate "C",
    name         text    collate "C" not null,
    description  text,
    price        bigint  not null,
    category_id  text,
    status       text    not null check (status in ('ACTIVE', 'DISABLED')),
    image_url    text,
    -- What the lists select by: it changes seldom, unlike the levels.
    is_tracked   boolean not null,
    is_low       boolean not null,
    created_at   bigint  not null,
    updated_at   bigint  not null,
    primary key (store_id, number)
);

create unique index products_by_id on products (store_id, live, id);
create unique index products_by_external_id
    on products (store_id, live, external_id) where external_id is not null;
create index products_listed on products (store_id, live, external_id, id) include (number);
create index products_tracked
    on products (store_id, live, external_id, id) include (number) where is_tracked;
create index products_low on products (store_id, live, external_id, id) include (number) where is_low;

-- What is written most is narrow and in no index, so that a change stays on its page. Whoever writes to a
-- product, or to one of its variants, locks its row here first, of several products in the order of their
-- numbers.
create table levels (
    store_id            bigint not null,
    product             bigint not null,
    quantity            bigint check (quantity between 0 and 1000000000),
    low_stock_threshold bigint check (low_stock_threshold >= 0),
    last_write          bigint,
    primary key (store_id, product)
) with (fillfactor = 70);

create table variants (
    store_id         bigint  not null,
    product          bigint  not null,
    id               text    collate "C" not null,
    position         integer not null,
    type             text    not null,
    label            text    not null,
    value            text,
    price_adjustment bigint,
    quantity         bigint  check (quantity between 0 and 1000000000),
    primary key (store_id, product, id),
    foreign key (store_id, product) references products on delete cascade
) with (fillfactor = 70);

-- What is gone keeps a row here, so that its history still says whose it was.
create table deleted_products (
    store_id    bigint  not null,
    number      bigint  not null,
    live        boolean not null,
    id          text    collate "C" not null,
    external_id text    collate "C",
    name        text    not null,
    last_write  bigint,
    deleted_at  bigint  not null,
    primary key (store_id, number)
);

create index deleted_products_by_id on deleted_products (store_id, live, id);
create index deleted_products_by_external_id
    on deleted_products (store_id, live, external_id) where external_id is not null;

create table deleted_variants (
    store_id bigint not null,
    product  bigint not null,
    id       text   collate "C" not null,
    label    text   not null,
    primary key (store_id, product, id)
);

-- How many products the lists have, and which state a reader has seen. One row would make every writer of
-- a store wait for the one before to reach the disk; so there are several, which are summed, and each
-- connection has its own. A row is written last in its transaction. Every change raises one version of
-- those that are summed, so no two states of a store have the same sum.
create table tallies (
    store_id      bigint  not null,
    live          boolean not null,
    shard         integer not null,
    products      bigint  not null,
    tracked       bigint  not null,
    low           bigint  not null,
    version       bigint  not null,
    order_version bigint  not null,
    primary key (store_id, live, shard)
) with (fillfactor = 50);

-- One row for each request that changed levels; its lines are in history.
create table writes (
    store_id        bigint  not null,
    number          bigint  not null default nextval('write_numbers'),
    live            boolean not null,
    at              bigint  not null,
    source          text    not null
        check (source in ('bulk', 'single', 'variant', 'product', 'import')),
    key_id          text    collate "C" not null,
    by_session      boolean,
    request_id      text    not null,
    run_id          text    collate "C",
    run_reason      text    collate "C",
    run_fingerprint text,
    primary key (store_id, number)
);

create index writes_by_time on writes (store_id, live, at, number);
create index writes_by_key on writes (store_id, live, key_id, at, number);
create index writes_by_run on writes (store_id, live, run_id, at, number) where run_id is not null;
create index writes_by_reason
    on writes (store_id, live, run_reason, at, number) where run_reason is not null;

-- One row for each level that a request set or adjusted; deltas are units. The lines of a product are a
-- chain: its level names the write that changed it last, each line the write before.
create table history (
    store_id       bigint  not null,
    write          bigint  not null,
    line           integer not null,
    product        bigint  not null,
    variant_id     text,
    is_set         boolean not null,
    asked          bigint  not null,
    level_before   bigint,
    level_after    bigint  not null,
    delta          bigint  not null,
    previous_write bigint,
    primary key (store_id, write, line)
);

-- Lines of the history after which there is no level any more; they count as set to 0.
create table ended_levels (
    store_id bigint  not null,
    write    bigint  not null,
    line     integer not null,
    how      text    not null check (how in ('untracked', 'deleted')),
    primary key (store_id, write, line)
);

-- What the writes of a run did together, kept with every write.
create table runs (
    store_id      bigint  not null,
    number        bigint  not null generated always as identity,
    live          boolean not null,
    run_id        text    collate "C" not null,
    reason        text,
    fingerprint   text    collate "C",
    started_at    bigint  not null,
    ended_at      bigint  not null,
    first_write   bigint  not null,
    key_id        text    collate "C" not null,
    by_session    boolean,
    requests      bigint  not null,
    products      bigint  not null,
    levels        bigint  not null,
    units_added   bigint  not null,
    units_removed bigint  not null,
    primary key (store_id, number)
) with (fillfactor = 50);

create unique index runs_by_id on runs (store_id, live, run_id);
create index runs_listed on runs (store_id, live, number);
create index runs_by_fingerprint
    on runs (store_id, live, fingerprint, number) where fingerprint is not null;
