//! `/api/session`: the app signs in once, by name or with a key, and keeps only a cookie that it cannot read.

use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use stockroom_api::code::ErrorCode;
use stockroom_api::session::{Session, SessionUser, SignIn};

use super::{Answered, success};
use crate::accounts::entering::{Credentials, Entered, enter};
use crate::app::{App, Cookies, Demo};
use crate::auth::{
    COOKIE, Known, SESSION_LIFE, authority_of_key, check_same_site, check_sign_in_site,
    session_token,
};
use crate::error::ApiError;
use crate::observing::note_author;
use crate::request::read_body;
use crate::secret::{self, DEMO_KEYS};
use crate::store::Store;
use crate::store::data::{Authority, NewSession, Person, StoreKind, Who};

/// With what somebody signs in.
enum By {
    Name(Credentials),
    Key(String),
}

/// Signs in by name and password, with a key, or into the demo store.
pub async fn sign_in<S: Store>(
    State(app): State<App<S>>,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    check_sign_in_site(&parts.headers)?;
    let Entered { token, authority } = match read_sign_in(&app, &read_body(body).await?)? {
        By::Name(credentials) => enter(&app, &parts, &credentials).await?,
        By::Key(key) => enter_with_key(&app, &parts, key.trim()).await?,
    };
    note_author(&parts, &authority.who);
    if let Some(old) = session_token(&parts.headers) {
        app.store.end_session(old).await?;
    }
    Ok(with_cookie(&app, &token, "", success(session(authority))))
}

async fn enter_with_key<S: Store>(
    app: &App<S>,
    parts: &Parts,
    key: &str,
) -> Result<Entered, ApiError> {
    let authority = authority_of_key(app, parts, key).await?;
    let token = secret::new_token(&*app.random);
    let now = app.now();
    app.store
        .create_session(NewSession {
            scope: authority.scope,
            hash: secret::hash(&token),
            key_id: authority.who.id().to_owned(),
            created_at: now,
            expires_at: now + SESSION_LIFE,
            ends_by: authority.ends_by,
        })
        .await?;
    Ok(Entered { token, authority })
}

/// Tells who is signed in.
pub async fn get_session<S: Store>(Known(authority): Known) -> Answered<Session> {
    Ok(success(session(authority)))
}

/// Signs out; without a session that is no error.
pub async fn sign_out<S: Store>(
    State(app): State<App<S>>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    if let Some(hash) = session_token(&headers) {
        check_same_site(&headers)?;
        app.store.end_session(hash).await?;
    }
    Ok(with_cookie(&app, "", "; Max-Age=0", success(())))
}

fn read_sign_in<S>(app: &App<S>, body: &[u8]) -> Result<By, ApiError> {
    match serde_json::from_slice(body) {
        Ok(SignIn::Name { name, password, environment }) => {
            Ok(By::Name(Credentials::new(&name, &password, environment)))
        }
        Ok(SignIn::Key { key }) => Ok(By::Key(key)),
        Ok(SignIn::Demo { demo: true }) if app.settings.demo == Demo::On => {
            Ok(By::Key(DEMO_KEYS[0].to_owned()))
        }
        Ok(SignIn::Demo { demo: true }) => Err(ApiError::unauthorized(
            ErrorCode::InvalidApiKey,
            "This server has no demo store. Sign in with a key.",
        )),
        _ => Err(ApiError::new(
            StatusCode::BAD_REQUEST,
            ErrorCode::ValidationError,
            "Send {\"name\":\"…\",\"password\":\"…\"}, {\"key\":\"sk_…\"}, or {\"demo\":true} to a demo \
             server.",
        )),
    }
}

/// Returns what the app is told of its session.
pub(super) fn session(authority: Authority) -> Session {
    let user = match authority.who {
        Who::Key(_) => None,
        Who::Person(Person { id, name, role, .. }) => Some(SessionUser { id, name, role }),
    };
    Session {
        user,
        store_name: authority.store_name,
        environment: authority.scope.environment,
        read_only: authority.scopes.only_read(),
        demo: authority.kind == StoreKind::Demo,
        scopes: Some(authority.scopes),
    }
}

/// Returns an answer that gives the browser the session's cookie; `end` is what its end adds to it.
pub(super) fn with_cookie<S>(
    app: &App<S>,
    token: &str,
    end: &str,
    body: impl IntoResponse,
) -> Response {
    let secure = match app.settings.cookies {
        Cookies::Plain => "",
        Cookies::Secure => "; Secure",
    };
    let cookie = format!("{COOKIE}={token}; Path=/api; HttpOnly; SameSite=Strict{secure}{end}");
    let mut response = body.into_response();
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    response
}
