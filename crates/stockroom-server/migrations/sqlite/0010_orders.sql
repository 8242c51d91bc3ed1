-- Which order the long lists have: grows when a product comes, goes, is renamed, or begins or ends to be
-- tracked, and not when a level changes. A reader that has walked through a list need not do so again.

alter table tallies add column order_version integer not null default 0;

drop trigger products_added;
create trigger products_added after insert on products begin
    insert into tallies (store_id, environment, products, tracked, low)
    values (new.store_id, new.environment, 1, new.is_tracked, new.is_low)
    on conflict (store_id, environment) do update set
        products = products + 1,
        tracked = tracked + excluded.tracked,
        low = low + excluded.low,
        order_version = order_version + 1;
end;

drop trigger products_flipped;
create trigger products_flipped after update of is_tracked, is_low on products begin
    update tallies set
        tracked = tracked + new.is_tracked - old.is_tracked,
        low = low + new.is_low - old.is_low,
        order_version = order_version + (new.is_tracked <> old.is_tracked)
    where store_id = new.store_id and environment = new.environment;
end;

drop trigger products_removed;
create trigger products_removed after delete on products begin
    update tallies set
        products = products - 1,
        tracked = tracked - old.is_tracked,
        low = low - old.is_low,
        order_version = order_version + 1
    where store_id = old.store_id and environment = old.environment;
end;

create trigger products_renamed after update of external_id on products
when new.external_id is not old.external_id begin
    update tallies set order_version = order_version + 1
    where store_id = new.store_id and environment = new.environment;
end;
