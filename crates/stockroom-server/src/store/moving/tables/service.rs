//! Who may do what, and what the server keeps beside the stock.

use super::{LARGE, LIVE, WIDE, bytes, flag, number, table, text};
use crate::store::moving::table::{Table, Whose};

/// The keys.
pub(in crate::store) const KEYS: Table = table(
    "api_keys",
    Whose::Store,
    2,
    WIDE,
    &[
        LIVE,
        text("id"),
        bytes("hash"),
        text("prefix"),
        text("last_four"),
        text("name"),
        flag("writes"),
        text("scopes"),
        text("networks"),
        number("created_at"),
        number("last_used_at"),
        number("revoked_at"),
    ],
);

/// The tables, each after those that it refers to.
pub(super) const SERVICE: [Table; 9] = [
    KEYS,
    table(
        "retired_secrets",
        Whose::Store,
        2,
        WIDE,
        &[LIVE, bytes("hash"), text("key_id"), number("ends_at")],
    ),
    table(
        "sessions",
        Whose::Store,
        2,
        WIDE,
        &[
            LIVE,
            bytes("hash"),
            text("key_id"),
            number("created_at"),
            number("expires_at"),
            number("ends_by"),
        ],
    ),
    table(
        "users",
        Whose::Store,
        1,
        WIDE,
        &[
            text("id"),
            text("name"),
            text("name_key"),
            text("role"),
            text("password"),
            number("created_at"),
            number("signed_in_at"),
            number("disabled_at"),
            number("removed_at"),
        ],
    ),
    table(
        "user_sessions",
        Whose::Store,
        1,
        WIDE,
        &[
            text("id"),
            LIVE,
            bytes("hash"),
            text("user_id"),
            text("device"),
            number("began_at"),
            number("last_used_at"),
            number("expires_at"),
            number("ends_by"),
        ],
    ),
    table(
        "user_places",
        Whose::Store,
        2,
        WIDE,
        &[text("user_id"), text("address"), number("last_at")],
    ),
    table(
        "failed_sign_ins",
        Whose::Store,
        1,
        WIDE,
        &[text("subject"), number("failures"), number("last_at"), number("free_at")],
    ),
    table(
        "idempotency",
        Whose::Store,
        2,
        LARGE,
        &[
            LIVE,
            text("key"),
            bytes("fingerprint"),
            number("status"),
            bytes("body"),
            flag("preference_applied"),
            number("at"),
        ],
    ),
    table(
        "request_counts",
        Whose::Nobody,
        4,
        WIDE,
        &[
            text("subject"),
            text("class"),
            number("starts_at"),
            number("ends_at"),
            number("requests"),
        ],
    ),
];
