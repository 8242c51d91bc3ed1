-- Endpoints are told of events. An event is written together with the change that it is about, and
-- a delivery of it for each endpoint that listens. Times are Unix milliseconds.

create table webhook_endpoints (
    number           integer not null primary key autoincrement,
    store_id         integer not null references stores (store_id),
    environment      text    not null check (environment in ('test', 'live')),
    id               text    not null,
    url              text    not null,
    -- The kinds of events, by spaces.
    events           text    not null,
    -- Signing needs the secret itself, so it is kept as it is.
    secret           blob    not null check (length(secret) = 32),
    old_secret       blob    check (length(old_secret) = 32),
    old_secret_until integer,
    active           integer not null check (active in (0, 1)),
    disabled_reason  text    check (disabled_reason in ('gone', 'failing')),
    disabled_at      integer,
    -- Since the last delivery that arrived: when the first failed, and how many were given up.
    failing_since    integer,
    given_up         integer not null default 0,
    created_at       integer not null,
    updated_at       integer not null,
    unique (store_id, environment, id)
) strict;

-- The last number that an event of a product had; events are forgotten, these are not. It follows the
-- clock, as versions do.
create table webhook_sequences (
    product integer not null primary key,
    last    integer not null
) strict;

create table webhook_events (
    number integer not null primary key autoincrement,
    id     text    not null,
    kind   text    not null,
    at     integer not null,
    body   text    not null
) strict;

-- Those of an endpoint that was deleted are forgotten by age like all others.
create table webhook_deliveries (
    number        integer not null primary key autoincrement,
    endpoint      integer not null,
    event         integer not null,
    product       integer,
    state         text    not null check (state in ('pending', 'delivered', 'failed')),
    -- When it may be taken; null once it ended, or while it waits behind one of its product.
    due_at        integer,
    -- Until when it is another's who took it, and how often it was taken.
    claimed_until integer,
    claims        integer not null default 0,
    -- The tries since it was made or asked for anew.
    tries         integer not null default 0,
    created_at    integer not null
) strict;

create index webhook_deliveries_due
    on webhook_deliveries (endpoint, due_at) where state = 'pending' and due_at is not null;
create index webhook_deliveries_waiting
    on webhook_deliveries (endpoint, product) where state = 'pending' and product is not null;
create index webhook_deliveries_claimed
    on webhook_deliveries (endpoint) where claimed_until is not null;
create index webhook_deliveries_listed on webhook_deliveries (endpoint, number, state);

create table webhook_attempts (
    delivery integer not null,
    attempt  integer not null,
    at       integer not null,
    duration integer not null,
    status   integer,
    error    text,
    response text,
    primary key (delivery, attempt)
) strict, without rowid;
