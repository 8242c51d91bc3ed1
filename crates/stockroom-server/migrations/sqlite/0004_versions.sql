-- Which state of the stock a reader has seen: grows with every change of a product or a level. It
-- follows the clock, so that no two states of a store share a number, also where the database was
-- made anew or brought back from a copy.

alter table tallies add column version integer not null default 0;

update tallies set version = cast(unixepoch('subsec') * 1000 as integer);
