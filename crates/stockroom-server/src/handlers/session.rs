//! `/api/session`: the app signs in with a key once and keeps only a cookie that it cannot read.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use stockroom_api::code::ErrorCode;
use stockroom_api::session::{Session, SignIn};

use super::{Answered, success};
use crate::app::{App, Cookies, Demo};
use crate::auth::{
    COOKIE, Known, SESSION_LIFE, authority_of_key, check_same_site, check_sign_in_site,
    session_token,
};
use crate::error::ApiError;
use crate::observing::note_key;
use crate::request::read_body;
use crate::secret::{self, DEMO_KEYS};
use crate::store::Store;
use crate::store::data::{Authority, NewSession, StoreKind};

/// Signs in with a key, or into the demo store.
pub async fn sign_in<S: Store>(
    State(app): State<App<S>>,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    check_sign_in_site(&parts.headers)?;
    let key = read_key(&app, &read_body(body).await?)?;
    let authority = authority_of_key(&app, &parts, key.trim()).await?;
    note_key(&parts, &authority.key_id);
    if let Some(old) = session_token(&parts.headers) {
        app.store.end_session(old).await?;
    }
    let token = secret::new_token(&*app.random);
    let now = app.now();
    app.store
        .create_session(NewSession {
            scope: authority.scope,
            hash: secret::hash(&token),
            key_id: authority.key_id.clone(),
            created_at: now,
            expires_at: now + SESSION_LIFE,
            ends_by: authority.ends_by,
        })
        .await?;
    Ok(with_cookie(&app, &token, "", success(session(authority))))
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

fn read_key<S>(app: &App<S>, body: &[u8]) -> Result<String, ApiError> {
    match serde_json::from_slice(body) {
        Ok(SignIn::Key { key }) => Ok(key),
        Ok(SignIn::Demo { demo: true }) if app.settings.demo == Demo::On => {
            Ok(DEMO_KEYS[0].to_owned())
        }
        Ok(SignIn::Demo { demo: true }) => Err(ApiError::unauthorized(
            ErrorCode::InvalidApiKey,
            "This server has no demo store. Sign in with a key.",
        )),
        _ => Err(ApiError::new(
            StatusCode::BAD_REQUEST,
            ErrorCode::ValidationError,
            "Send {\"key\":\"sk_…\"}, or {\"demo\":true} to a demo server.",
        )),
    }
}

fn session(authority: Authority) -> Session {
    Session {
        store_name: authority.store_name,
        environment: authority.scope.environment,
        read_only: authority.scopes.only_read(),
        demo: authority.kind == StoreKind::Demo,
        scopes: Some(authority.scopes),
    }
}

fn with_cookie<S>(app: &App<S>, token: &str, end: &str, body: impl IntoResponse) -> Response {
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
