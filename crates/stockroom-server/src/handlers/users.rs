//! `/api/users`: who may sign in; for owners.

use axum::Json;
use axum::extract::{FromRequestParts, Path, Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use stockroom_api::account::{
    EndedSessions, MAX_USERS, NewUser, Password, User, UserList, UserSessions,
};
use stockroom_api::code::ErrorCode;
use stockroom_api::envelope::Envelope;
use stockroom_api::read::account::{read_new_user, read_password_reset, read_user_changes};

use super::account::{no_session, shown as sessions_shown};
use super::{Answered, success};
use crate::accounts::entering::cannot_hash;
use crate::accounts::names::user_name;
use crate::accounts::passwords::check_new;
use crate::app::App;
use crate::auth::SignedIn;
use crate::error::ApiError;
use crate::random::new_id;
use crate::request::{Reference, read_body};
use crate::store::Store;
use crate::store::accounts::{
    Needs, NewUser as NewUserRow, Standing, UserAdded, UserChange, UserChanged, UserRow,
    WhichSessions,
};

/// A session that an address names, of a person that it names.
#[derive(Clone, Debug)]
pub struct SessionReference {
    user: String,
    session: String,
}

/// Lists all people, by name.
pub async fn list_users<S: Store>(
    State(app): State<App<S>>,
    SignedIn { authority, .. }: SignedIn,
) -> Answered<UserList> {
    let rows = app.store.users(authority.scope.store_id, app.now()).await?;
    Ok(success(UserList { items: rows.into_iter().map(shown).collect() }))
}

/// Adds a person.
pub async fn add_user<S: Store>(
    State(app): State<App<S>>,
    SignedIn { authority, .. }: SignedIn,
    request: Request,
) -> Result<(StatusCode, Json<Envelope<User>>), ApiError> {
    let NewUser { name, role, password } = read_new_user(&read_body(request.into_body()).await?)?;
    let (store_id, now) = (authority.scope.store_id, app.now());
    let user = NewUserRow {
        store_id,
        id: new_id(&*app.random, now),
        name: user_name(&name),
        role,
        password: kept(&app, &password, &name).await?,
        created_at: now,
    };
    let id = user.id.clone();
    match app.store.add_user(user, MAX_USERS as u64).await? {
        UserAdded::Done => Ok((StatusCode::CREATED, success(find(&app, store_id, &id).await?))),
        UserAdded::NameTaken => Err(name_taken()),
        UserAdded::TooMany => Err(ApiError::new(
            StatusCode::CONFLICT,
            ErrorCode::UserLimit,
            format!("This store has {MAX_USERS} people, the most there may be. Remove one."),
        )),
    }
}

/// Changes a person; what is left out stays. Whoever is turned off is signed out.
pub async fn change_user<S: Store>(
    State(app): State<App<S>>,
    SignedIn { authority, .. }: SignedIn,
    Reference(id): Reference,
    request: Request,
) -> Answered<User> {
    let sent = read_user_changes(&read_body(request.into_body()).await?)?;
    let standing = |disabled| if disabled { Standing::Disabled } else { Standing::Enabled };
    let change = UserChange {
        name: sent.name.as_deref().map(user_name),
        role: sent.role,
        standing: sent.disabled.map(standing),
        password: None,
    };
    let store_id = authority.scope.store_id;
    let changed = app.store.change_user(store_id, &id, change, Needs::AnOwner, app.now()).await?;
    check_changed(changed)?;
    Ok(success(find(&app, store_id, &id).await?))
}

/// Removes a person, who is signed out; what they changed still names them.
pub async fn remove_user<S: Store>(
    State(app): State<App<S>>,
    SignedIn { authority, .. }: SignedIn,
    Reference(id): Reference,
) -> Answered<()> {
    let (store_id, now) = (authority.scope.store_id, app.now());
    check_changed(app.store.remove_user(store_id, &id, Needs::AnOwner, now).await?)?;
    Ok(success(()))
}

/// Gives somebody another password; they are signed out everywhere.
pub async fn reset_password<S: Store>(
    State(app): State<App<S>>,
    SignedIn { authority, .. }: SignedIn,
    Reference(id): Reference,
    request: Request,
) -> Answered<User> {
    let password = read_password_reset(&read_body(request.into_body()).await?)?;
    let store_id = authority.scope.store_id;
    let user = find(&app, store_id, &id).await?;
    let password = kept(&app, &password, &user.name).await?;
    let change = UserChange { password: Some(password), ..UserChange::default() };
    check_changed(app.store.change_user(store_id, &id, change, Needs::Nobody, app.now()).await?)?;
    Ok(success(find(&app, store_id, &id).await?))
}

/// Lists the sessions of a person.
pub async fn list_sessions<S: Store>(
    State(app): State<App<S>>,
    SignedIn { authority, person }: SignedIn,
    Reference(id): Reference,
) -> Answered<UserSessions> {
    let store_id = authority.scope.store_id;
    find(&app, store_id, &id).await?;
    let rows = app.store.user_sessions(store_id, &id, app.now()).await?;
    Ok(success(sessions_shown(rows, &person.session_id)))
}

/// Ends all sessions of a person.
pub async fn end_sessions<S: Store>(
    State(app): State<App<S>>,
    SignedIn { authority, .. }: SignedIn,
    Reference(id): Reference,
) -> Answered<EndedSessions> {
    let store_id = authority.scope.store_id;
    find(&app, store_id, &id).await?;
    let ended = app.store.end_user_sessions(store_id, &id, WhichSessions::All).await?;
    Ok(success(EndedSessions { ended }))
}

/// Ends one session of a person.
pub async fn end_session<S: Store>(
    State(app): State<App<S>>,
    SignedIn { authority, .. }: SignedIn,
    SessionReference { user, session }: SessionReference,
) -> Answered<EndedSessions> {
    let store_id = authority.scope.store_id;
    find(&app, store_id, &user).await?;
    let which = WhichSessions::One(session);
    match app.store.end_user_sessions(store_id, &user, which).await? {
        0 => Err(no_session()),
        ended => Ok(success(EndedSessions { ended })),
    }
}

impl<S: Store> FromRequestParts<App<S>> for SessionReference {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App<S>) -> Result<Self, ApiError> {
        let path: Result<Path<(String, String)>, _> = Path::from_request_parts(parts, app).await;
        path.map(|Path((user, session))| Self { user, session }).map_err(|_| no_user())
    }
}

/// Returns what is kept of a new password.
async fn kept<S: Store>(app: &App<S>, password: &Password, name: &str) -> Result<String, ApiError> {
    check_new(password, name)?;
    app.hashing.hash(password, &*app.random).await.map_err(cannot_hash)
}

async fn find<S: Store>(app: &App<S>, store_id: i64, id: &str) -> Result<User, ApiError> {
    let rows = app.store.users(store_id, app.now()).await?;
    rows.into_iter().find(|row| row.id == id).map(shown).ok_or_else(no_user)
}

fn shown(row: UserRow) -> User {
    User {
        id: row.id,
        name: row.name,
        role: row.role,
        disabled: row.standing == Standing::Disabled,
        created_at: format!("{:.3}", row.created_at),
        signed_in_at: row.signed_in_at.map(|at| format!("{at:.3}")),
        sessions: row.sessions,
    }
}

fn check_changed(changed: UserChanged) -> Result<(), ApiError> {
    match changed {
        UserChanged::Done => Ok(()),
        UserChanged::Unknown => Err(no_user()),
        UserChanged::NameTaken => Err(name_taken()),
        UserChanged::LastOwner => Err(ApiError::new(
            StatusCode::CONFLICT,
            ErrorCode::LastOwner,
            "Nobody else is an owner who may sign in. Make somebody else an owner first.",
        )),
    }
}

fn name_taken() -> ApiError {
    let message = "Somebody else has this name already.";
    ApiError::new(StatusCode::CONFLICT, ErrorCode::UserNameTaken, message).at("name")
}

fn no_user() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, ErrorCode::UserNotFound, "No person has this id.")
}
