//! People, their sessions, and who is signed in.

use serde_json::Value;
use stockroom_api::account::{EndedSessions, Role, User, UserList, UserSession, UserSessions};
use stockroom_api::session::{Session, SessionUser};

use super::{Wire, maybe, needed};

impl Wire for Session {
    fn of(value: &Value) -> Option<Self> {
        Some(Self {
            store_name: needed(value, "storeName")?,
            environment: needed(value, "environment")?,
            read_only: needed(value, "readOnly")?,
            demo: needed(value, "demo")?,
            scopes: maybe(value, "scopes")?,
            user: maybe(value, "user")?,
        })
    }
}

impl Wire for SessionUser {
    fn of(value: &Value) -> Option<Self> {
        Some(Self {
            id: needed(value, "id")?,
            name: needed(value, "name")?,
            role: needed(value, "role")?,
        })
    }
}

impl Wire for Role {
    fn of(value: &Value) -> Option<Self> {
        Self::parse(value.as_str()?)
    }
}

impl Wire for UserList {
    fn of(value: &Value) -> Option<Self> {
        Some(Self { items: needed(value, "items")? })
    }
}

impl Wire for User {
    fn of(value: &Value) -> Option<Self> {
        Some(Self {
            id: needed(value, "id")?,
            name: needed(value, "name")?,
            role: needed(value, "role")?,
            disabled: needed(value, "disabled")?,
            created_at: needed(value, "createdAt")?,
            signed_in_at: maybe(value, "signedInAt")?,
            sessions: needed(value, "sessions")?,
        })
    }
}

impl Wire for UserSessions {
    fn of(value: &Value) -> Option<Self> {
        Some(Self { items: needed(value, "items")? })
    }
}

impl Wire for UserSession {
    fn of(value: &Value) -> Option<Self> {
        Some(Self {
            id: needed(value, "id")?,
            device: maybe(value, "device")?,
            environment: needed(value, "environment")?,
            began_at: needed(value, "beganAt")?,
            last_used_at: needed(value, "lastUsedAt")?,
            current: needed(value, "current")?,
        })
    }
}

impl Wire for EndedSessions {
    fn of(value: &Value) -> Option<Self> {
        Some(Self { ended: needed(value, "ended")? })
    }
}

#[cfg(test)]
mod tests {
    use stockroom_api::key::Environment;

    use super::*;

    fn check<T: Wire + serde::Serialize + PartialEq + std::fmt::Debug>(written: T) {
        let value = serde_json::to_value(&written).unwrap();
        assert_eq!(T::of(&value), Some(written));
    }

    /// What the server writes is what is read, field by field.
    #[test]
    fn it_reads_what_serde_writes() {
        for role in Role::ALL {
            let user = SessionUser { id: "u1".into(), name: "Aïcha".into(), role };
            check(Session {
                store_name: "Boutique".into(),
                environment: Environment::Live,
                read_only: role == Role::Viewer,
                demo: false,
                scopes: Some(role.scopes()),
                user: Some(user),
            });
        }
        let user = User {
            id: "u1".into(),
            name: "Aïcha".into(),
            role: Role::Owner,
            disabled: true,
            created_at: "2026-11-24T10:00:00Z".into(),
            signed_in_at: None,
            sessions: 2,
        };
        let signed_in = User { signed_in_at: Some("2026-11-25T10:00:00Z".into()), ..user.clone() };
        check(UserList { items: vec![user, signed_in] });
        let session = UserSession {
            id: "s1".into(),
            device: Some("Firefox, Linux".into()),
            environment: Environment::Test,
            began_at: "2026-11-24T10:00:00Z".into(),
            last_used_at: "2026-11-24T11:00:00Z".into(),
            current: true,
        };
        let other = UserSession { device: None, current: false, ..session.clone() };
        check(UserSessions { items: vec![session, other] });
        check(EndedSessions { ended: 3 });
    }
}
