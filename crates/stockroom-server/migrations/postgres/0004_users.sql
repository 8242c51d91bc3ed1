-- People sign in by name and password. Whoever is removed keeps a row, so that the history still says who it
-- was: key_id of writes and of runs is the id of a key or of a person, and no two of those are the same.

create table users (
    store_id     bigint not null references stores,
    id           text   collate "C" not null,
    name         text   not null,
    -- The name as names are compared.
    name_key     text   collate "C" not null,
    role         text   not null check (role in ('viewer', 'editor', 'owner')),
    -- Argon2id with its parameters and salt; null of whoever is removed.
    password     text,
    created_at   bigint not null,
    signed_in_at bigint,
    disabled_at  bigint,
    removed_at   bigint,
    primary key (store_id, id)
);

create unique index users_by_name on users (store_id, name_key) where removed_at is null;

-- A session is for the data of one environment as long as it lasts.
create table user_sessions (
    store_id     bigint  not null,
    live         boolean not null,
    id           text    collate "C" not null,
    hash         bytea   not null,
    user_id      text    collate "C" not null,
    device       text,
    began_at     bigint  not null,
    last_used_at bigint  not null,
    expires_at   bigint  not null,
    ends_by      bigint  not null,
    primary key (store_id, id),
    foreign key (store_id, user_id) references users
);

create index user_sessions_by_hash on user_sessions (hash);
create index user_sessions_by_user on user_sessions (store_id, user_id);

-- From where somebody signed in: failures from elsewhere do not make them wait there.
create table user_places (
    store_id bigint not null,
    user_id  text   collate "C" not null,
    address  text   collate "C" not null,
    last_at  bigint not null,
    primary key (store_id, user_id, address),
    foreign key (store_id, user_id) references users
);

create index user_places_by_age on user_places (last_at);

-- Sign-ins that failed, by whom they are counted for. The name is not among the words of a subject: people
-- type a password there.
create table failed_sign_ins (
    store_id bigint not null references stores,
    subject  text   collate "C" not null,
    failures bigint not null,
    last_at  bigint not null,
    free_at  bigint not null,
    primary key (store_id, subject)
);

create index failed_sign_ins_by_age on failed_sign_ins (last_at);
