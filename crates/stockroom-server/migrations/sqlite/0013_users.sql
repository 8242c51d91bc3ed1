-- People sign in by name and password. Whoever is removed keeps a row, so that the history still says who it
-- was: key_id of writes and of runs is the id of a key or of a person, and no two of those are the same.

create table users (
    store_id     integer not null references stores (store_id),
    id           text    not null,
    name         text    not null,
    -- The name as names are compared.
    name_key     text    not null,
    role         text    not null check (role in ('viewer', 'editor', 'owner')),
    -- Argon2id with its parameters and salt; null of whoever is removed.
    password     text,
    created_at   integer not null,
    signed_in_at integer,
    disabled_at  integer,
    removed_at   integer,
    primary key (store_id, id)
) strict, without rowid;

create unique index users_by_name on users (store_id, name_key) where removed_at is null;

-- A session is for the data of one environment as long as it lasts.
create table user_sessions (
    store_id     integer not null,
    environment  text    not null check (environment in ('test', 'live')),
    id           text    not null,
    hash         blob    not null unique,
    user_id      text    not null,
    device       text,
    began_at     integer not null,
    last_used_at integer not null,
    expires_at   integer not null,
    ends_by      integer not null,
    primary key (store_id, id),
    foreign key (store_id, user_id) references users
) strict, without rowid;

create index user_sessions_by_user on user_sessions (store_id, user_id);

-- From where somebody signed in: failures from elsewhere do not make them wait there.
create table user_places (
    store_id integer not null,
    user_id  text    not null,
    address  text    not null,
    last_at  integer not null,
    primary key (store_id, user_id, address),
    foreign key (store_id, user_id) references users
) strict, without rowid;

create index user_places_by_age on user_places (last_at);

-- Sign-ins that failed, by whom they are counted for. The name is not among the words of a subject: people
-- type a password there.
create table failed_sign_ins (
    store_id integer not null references stores (store_id),
    subject  text    not null,
    failures integer not null,
    last_at  integer not null,
    free_at  integer not null,
    primary key (store_id, subject)
) strict, without rowid;

create index failed_sign_ins_by_age on failed_sign_ins (last_at);
