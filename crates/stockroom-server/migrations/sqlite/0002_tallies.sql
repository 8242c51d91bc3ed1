-- How many products the lists have, kept with every change: counting a hundred thousand rows took
-- longer than reading the page that the count is for.

create table tallies (
    store_id    integer not null,
    environment text    not null,
    products    integer not null,
    tracked     integer not null,
    low         integer not null,
    primary key (store_id, environment)
) strict, without rowid;

insert into tallies (store_id, environment, products, tracked, low)
select store_id, environment, count(*), sum(is_tracked), sum(is_low)
from products group by store_id, environment;

create trigger products_added after insert on products begin
    insert into tallies (store_id, environment, products, tracked, low)
    values (new.store_id, new.environment, 1, new.is_tracked, new.is_low)
    on conflict (store_id, environment) do update set
        products = products + 1,
        tracked = tracked + excluded.tracked,
        low = low + excluded.low;
end;

create trigger products_flipped after update of is_tracked, is_low on products begin
    update tallies set
        tracked = tracked + new.is_tracked - old.is_tracked,
        low = low + new.is_low - old.is_low
    where store_id = new.store_id and environment = new.environment;
end;

create trigger products_removed after delete on products begin
    update tallies set
        products = products - 1,
        tracked = tracked - old.is_tracked,
        low = low - old.is_low
    where store_id = old.store_id and environment = old.environment;
end;
