-- Endpoints are told of events. An event is written together with the change that it is about, and
-- a delivery of it for each endpoint that listens. Times are Unix milliseconds.

create table webhook_endpoints (
    store_id         bigint  not null references stores,
    number           bigint  not null generated always as identity,
    live             boolean not null,
    id               text    collate "C" not null,
    url              text    not null,
    -- The kinds of events, by spaces.
    events           text    not null,
    -- Signing needs the secret itself, so it is kept as it is.
    secret           bytea   not null check (length(secret) = 32),
    old_secret       bytea   check (length(old_secret) = 32),
    old_secret_until bigint,
    active           boolean not null,
    disabled_reason  text    check (disabled_reason in ('gone', 'failing')),
    disabled_at      bigint,
    -- Since the last delivery that arrived: when the first failed, and how many were given up.
    failing_since    bigint,
    given_up         bigint  not null default 0,
    created_at       bigint  not null,
    updated_at       bigint  not null,
    primary key (store_id, number)
);

create unique index webhook_endpoints_by_id on webhook_endpoints (store_id, live, id);

-- The last number that an event of a product had; events are forgotten, these are not. It follows the
-- clock, as versions do. Whoever adds a delivery about a product, or ends one, locks its row here first.
create table webhook_sequences (
    store_id bigint not null,
    product  bigint not null,
    last     bigint not null,
    primary key (store_id, product)
);

create table webhook_events (
    store_id bigint not null,
    number   bigint not null generated always as identity,
    id       text   not null,
    kind     text   not null,
    at       bigint not null,
    body     text   not null,
    primary key (store_id, number)
);

create index webhook_events_by_age on webhook_events (at);

-- Those of an endpoint that was deleted are forgotten by age like all others.
create table webhook_deliveries (
    store_id      bigint  not null,
    number        bigint  not null generated always as identity,
    endpoint      bigint  not null,
    event         bigint  not null,
    product       bigint,
    state         text    not null check (state in ('pending', 'delivered', 'failed')),
    -- When it may be taken; null once it ended, or while it waits behind one of its product.
    due_at        bigint,
    -- Until when it is another's who took it, and how often it was taken.
    claimed_until bigint,
    claims        bigint  not null default 0,
    -- The tries since it was made or asked for anew.
    tries         integer not null default 0,
    created_at    bigint  not null,
    primary key (store_id, number)
);

create index webhook_deliveries_due
    on webhook_deliveries (store_id, endpoint, due_at) where state = 'pending' and due_at is not null;
create index webhook_deliveries_waiting
    on webhook_deliveries (store_id, endpoint, product, number)
    where state = 'pending' and product is not null;
create index webhook_deliveries_claimed
    on webhook_deliveries (store_id, endpoint) where claimed_until is not null;
create index webhook_deliveries_listed on webhook_deliveries (store_id, endpoint, number, state);
create index webhook_deliveries_by_age on webhook_deliveries (created_at);

create table webhook_attempts (
    store_id bigint  not null,
    delivery bigint  not null,
    attempt  integer not null,
    at       bigint  not null,
    duration bigint  not null,
    status   integer,
    error    text,
    response text,
    primary key (store_id, delivery, attempt)
);
