-- Products can be changed and deleted. What is gone keeps a row here, so that its history still says
-- whose it was, and so that its number is never another's.

alter table products add column image_url text;

create table deleted_products (
    number      integer not null primary key,
    store_id    integer not null,
    environment text    not null,
    id          text    not null,
    external_id text,
    name        text    not null,
    last_write  integer,
    deleted_at  integer not null
) strict;

create index deleted_products_by_id on deleted_products (store_id, environment, id);
create index deleted_products_by_external_id
    on deleted_products (store_id, environment, external_id) where external_id is not null;

create table deleted_variants (
    product integer not null,
    id      text    not null,
    label   text    not null,
    primary key (product, id)
) strict, without rowid;

-- Lines of the history after which there is no level any more; they count as set to 0. Few lines are
-- such, and the others need not be a byte longer for them.
create table ended_levels (
    write integer not null,
    line  integer not null,
    how   text    not null check (how in ('untracked', 'deleted')),
    primary key (write, line)
) strict, without rowid;

-- Levels are also written by the updates of variants and products, and by imports.
create table new_writes (
    number          integer not null primary key,
    store_id        integer not null,
    environment     text    not null,
    at              integer not null,
    source          text    not null
        check (source in ('bulk', 'single', 'variant', 'product', 'import')),
    key_id          text    not null,
    request_id      text    not null,
    run_id          text,
    run_reason      text,
    run_fingerprint text,
    by_session      integer check (by_session in (0, 1))
) strict;

insert into new_writes
    (number, store_id, environment, at, source, key_id, request_id, run_id, run_reason,
     run_fingerprint, by_session)
select number, store_id, environment, at, source, key_id, request_id, run_id, run_reason,
    run_fingerprint, by_session
from writes order by number;

drop table writes;
alter table new_writes rename to writes;

create index writes_by_time on writes (store_id, environment, at);
create index writes_by_key on writes (store_id, environment, key_id, at);
create index writes_by_run on writes (store_id, environment, run_id, at) where run_id is not null;
create index writes_by_reason
    on writes (store_id, environment, run_reason, at) where run_reason is not null;
