//! Who is told of what happens, and what is to be told.

use super::{LIVE, NARROW, WIDE, bytes, flag, number, table, text};
use crate::store::moving::table::{Table, Whose};

/// The tables.
pub(super) const WEBHOOKS: [Table; 5] = [
    table(
        "webhook_endpoints",
        Whose::Store,
        1,
        WIDE,
        &[
            number("number"),
            LIVE,
            text("id"),
            text("url"),
            text("events"),
            bytes("secret"),
            bytes("old_secret"),
            number("old_secret_until"),
            flag("active"),
            text("disabled_reason"),
            number("disabled_at"),
            number("failing_since"),
            number("given_up"),
            number("created_at"),
            number("updated_at"),
        ],
    ),
    table("webhook_sequences", Whose::File, 1, NARROW, &[number("product"), number("last")]),
    table(
        "webhook_events",
        Whose::File,
        1,
        WIDE,
        &[number("number"), text("id"), text("kind"), number("at"), text("body")],
    ),
    table(
        "webhook_deliveries",
        Whose::File,
        1,
        NARROW,
        &[
            number("number"),
            number("endpoint"),
            number("event"),
            number("product"),
            text("state"),
            number("due_at"),
            number("claimed_until"),
            number("claims"),
            number("tries"),
            number("created_at"),
        ],
    ),
    table(
        "webhook_attempts",
        Whose::File,
        2,
        WIDE,
        &[
            number("delivery"),
            number("attempt"),
            number("at"),
            number("duration"),
            number("status"),
            text("error"),
            text("response"),
        ],
    ),
];
