-- A database that spreads stores over machines can keep a key unique within one store alone. Hashes of 256
-- random bits need nobody to look after that they differ: these indexes only find them.

drop index api_keys_by_hash;
create unique index api_keys_by_store_and_hash on api_keys (store_id, hash);
create index api_keys_by_hash on api_keys (hash);

drop index retired_secrets_by_hash;
create index retired_secrets_by_hash on retired_secrets (hash);

drop index sessions_by_hash;
create index sessions_by_hash on sessions (hash);
