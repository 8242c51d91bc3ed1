-- How many requests somebody has made in a window of time, where limits are on. Times are Unix seconds.

create table request_counts (
    subject   text    not null,
    class     text    not null,
    starts_at integer not null,
    ends_at   integer not null,
    requests  integer not null,
    primary key (subject, class, starts_at, ends_at)
) strict, without rowid;

create index request_counts_by_end on request_counts (ends_at);
