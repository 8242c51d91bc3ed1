-- A key can be kept to some scopes and to some networks, and get a new secret while the old one still
-- works for a while; a store's access to the API, or to live data alone, can be switched off.

alter table stores add column api_access integer not null default 1 check (api_access in (0, 1));
alter table stores add column live_access integer not null default 1 check (live_access in (0, 1));

-- Words between spaces; null is all that the key's access allows, and any address.
alter table api_keys add column scopes text;
alter table api_keys add column networks text;

-- A session that was begun with an old secret ends with it, however much it is used.
alter table sessions add column ends_by integer;

create table retired_secrets (
    hash        blob    not null primary key,
    store_id    integer not null,
    environment text    not null,
    key_id      text    not null,
    ends_at     integer not null,
    foreign key (store_id, environment, key_id) references api_keys
) strict, without rowid;
