//! `/api/account`: what people do about their own sign-in.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use stockroom_api::account::{EndedSessions, UserSession, UserSessions};
use stockroom_api::code::ErrorCode;
use stockroom_api::read::account::read_password_change;

use super::session::{session, with_cookie};
use super::{Answered, success};
use crate::accounts::entering::{begin, cannot_hash, check_password};
use crate::accounts::names::name_key;
use crate::accounts::passwords::check_new;
use crate::app::App;
use crate::auth::SignedIn;
use crate::error::ApiError;
use crate::request::{Reference, read_body};
use crate::store::Store;
use crate::store::accounts::{
    KeptUser, Needs, UserChange, UserChanged, UserSessionRow, WhichSessions,
};

/// Lists one's own sessions.
pub async fn list_sessions<S: Store>(
    State(app): State<App<S>>,
    SignedIn { authority, person }: SignedIn,
) -> Answered<UserSessions> {
    let store_id = authority.scope.store_id;
    let rows = app.store.user_sessions(store_id, &person.id, app.now()).await?;
    Ok(success(shown(rows, &person.session_id)))
}

/// Ends all of one's own sessions but the one that asks.
pub async fn end_other_sessions<S: Store>(
    State(app): State<App<S>>,
    SignedIn { authority, person }: SignedIn,
) -> Answered<EndedSessions> {
    let others = WhichSessions::AllBut(person.session_id);
    let store_id = authority.scope.store_id;
    let ended = app.store.end_user_sessions(store_id, &person.id, others).await?;
    Ok(success(EndedSessions { ended }))
}

/// Ends one of one's own sessions.
pub async fn end_session<S: Store>(
    State(app): State<App<S>>,
    SignedIn { authority, person }: SignedIn,
    Reference(id): Reference,
) -> Answered<EndedSessions> {
    let (store_id, which) = (authority.scope.store_id, WhichSessions::One(id));
    match app.store.end_user_sessions(store_id, &person.id, which).await? {
        0 => Err(no_session()),
        ended => Ok(success(EndedSessions { ended })),
    }
}

/// Gives oneself another password. All sessions end, and one is begun anew for whoever asks: a cookie that
/// somebody else has is worth nothing after it.
pub async fn change_password<S: Store>(
    State(app): State<App<S>>,
    SignedIn { authority, person }: SignedIn,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let change = read_password_change(&read_body(body).await?)?;
    check_new(&change.password, &person.name)?;
    let (store_id, now) = (authority.scope.store_id, app.now());
    let user = app.store.find_user(store_id, &name_key(&person.name), "", now).await?;
    let user = user.filter(|user| user.id == person.id).ok_or_else(session_over)?;
    check_password(&app, store_id, &user, &change.current).await?;
    let password = app.hashing.hash(&change.password, &*app.random).await.map_err(cannot_hash)?;
    let change = UserChange { password: Some(password.clone()), ..UserChange::default() };
    let changed = app.store.change_user(store_id, &user.id, change, Needs::Nobody, now).await?;
    if changed != UserChanged::Done {
        return Err(session_over());
    }
    let user = KeptUser { password, ..user };
    let entered = begin(&app, &parts, authority.scope, &user).await?;
    Ok(with_cookie(&app, &entered.token, "", success(session(entered.authority))))
}

/// Returns sessions as they are shown to whoever asks with the one of this id.
pub(super) fn shown(rows: Vec<UserSessionRow>, current: &str) -> UserSessions {
    let items = rows.into_iter().map(|row| UserSession {
        current: row.id == current,
        id: row.id,
        device: row.device,
        environment: row.environment,
        began_at: format!("{:.3}", row.began_at),
        last_used_at: format!("{:.3}", row.last_used_at),
    });
    UserSessions { items: items.collect() }
}

pub(super) fn no_session() -> ApiError {
    let message = "No session has this id. It may be over already.";
    ApiError::new(StatusCode::NOT_FOUND, ErrorCode::SessionNotFound, message)
}

fn session_over() -> ApiError {
    ApiError::unauthorized(ErrorCode::MissingCredentials, "The session is over. Sign in again.")
}
