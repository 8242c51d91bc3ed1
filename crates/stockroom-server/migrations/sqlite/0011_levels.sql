-- Levels stand in a table of their own, with what a change of them needs to know: some 240 of them share
-- a page, where of whole products it is a dozen. Requests in no order then change a tenth of the pages,
-- and finding a product by its SKU need not read the product. When a level changed is its last write's
-- time; products.updated_at is the time of the last change of all else.

create table levels (
    product             integer not null primary key references products (number) on delete cascade,
    quantity            integer check (quantity between 0 and 1000000000),
    low_stock_threshold integer check (low_stock_threshold >= 0),
    last_write          integer
) strict;

insert into levels (product, quantity, low_stock_threshold, last_write)
select number, quantity, low_stock_threshold, last_write from products order by number;

alter table products drop column quantity;
alter table products drop column low_stock_threshold;
alter table products drop column last_write;
