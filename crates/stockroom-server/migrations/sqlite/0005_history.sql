-- The history can be read. A page of one product would need an index on history, and an index there
-- makes requests in no order three times as slow: each of its lines goes to a page of its own. So the
-- lines of a product are a chain instead: the product names the write that changed it last, each line
-- the write before. The other filters are about writes, of which there is one for each request.

alter table writes add column run_fingerprint text;
alter table writes add column by_session integer check (by_session in (0, 1));
alter table products add column last_write integer;
alter table history add column previous_write integer;

create index history_by_product on history (product, write);
update history set previous_write = (
    select max(o.write) from history o
    where o.product = history.product and o.write < history.write);
update products set last_write = (select max(write) from history where product = products.number);
drop index history_by_product;

create index writes_by_time on writes (store_id, environment, at);
create index writes_by_key on writes (store_id, environment, key_id, at);
create index writes_by_run on writes (store_id, environment, run_id, at) where run_id is not null;
create index writes_by_reason
    on writes (store_id, environment, run_reason, at) where run_reason is not null;

-- What the writes of a run did together, kept with every write.
create table runs (
    number        integer not null primary key,
    store_id      integer not null,
    environment   text    not null,
    run_id        text    not null,
    reason        text,
    fingerprint   text,
    started_at    integer not null,
    ended_at      integer not null,
    first_write   integer not null,
    key_id        text    not null,
    by_session    integer,
    requests      integer not null,
    products      integer not null,
    levels        integer not null,
    units_added   integer not null,
    units_removed integer not null,
    unique (store_id, environment, run_id)
) strict;

-- Their numbers, by which lists are ordered, are the last column of every index.
create index runs_listed on runs (store_id, environment);
create index runs_by_fingerprint
    on runs (store_id, environment, fingerprint) where fingerprint is not null;

insert into runs
    (store_id, environment, run_id, reason, started_at, ended_at, first_write, key_id, requests,
     products, levels, units_added, units_removed)
with done as (
    select write, count(*) as levels, sum(max(delta, 0)) as added, sum(max(-delta, 0)) as removed
    from history group by write
), run as (
    select w.store_id, w.environment, w.run_id, min(w.number) as first, min(w.at) as started_at,
        max(w.at) as ended_at, count(*) as requests, sum(d.levels) as levels,
        sum(d.added) as added, sum(d.removed) as removed
    from writes w join done d on d.write = w.number
    where w.run_id is not null
    group by w.store_id, w.environment, w.run_id
)
select r.store_id, r.environment, r.run_id, f.run_reason, r.started_at, r.ended_at, r.first,
    f.key_id, r.requests,
    (select count(distinct h.product) from writes w join history h on h.write = w.number
     where w.store_id = r.store_id and w.environment = r.environment and w.run_id = r.run_id),
    r.levels, r.added, r.removed
from run r join writes f on f.number = r.first
order by r.first;
