//! Who asks: a key in the Authorization header, or a session's cookie; and whether they may.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use stockroom_api::code::ErrorCode;
use stockroom_api::header::APP;
use stockroom_api::key::{Access, Environment, KeyPrefix};
use stockroom_api::scope::KeyScope;

use crate::app::App;
use crate::client_address::client_address;
use crate::error::ApiError;
use crate::gateway::passing::no_key;
use crate::limiting;
use crate::observing;
use crate::routes::Terms;
use crate::secret::{self, DEMO_KEYS, Hash};
use crate::store::Store;
use crate::store::data::{Authority, Person, StoreKind, Who};
use crate::store::keys::Switch;

/// The name of the session's cookie.
pub const COOKIE: &str = "stockroom_session";

/// How long a session lives without a request.
pub const SESSION_LIFE: SignedDuration = SignedDuration::from_hours(12);

/// How long the session of a person lives, however much it is used.
pub const PERSON_SESSION_LIFE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A session's end is moved, and a key noted as used, no more often than this.
const NOTED_EVERY: SignedDuration = SignedDuration::from_mins(5);

/// Somebody who may call the endpoint that they call: they have what its rule asks, and the limits
/// leave room for the request.
#[derive(Clone, Debug)]
pub struct Allowed(pub Authority);

/// A person who may call the endpoint that they call, which is one for people.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// What their session may do.
    pub authority: Authority,
    /// Who they are.
    pub person: Person,
}

/// Somebody who is known, whatever they may do.
#[derive(Clone, Debug)]
pub struct Known(pub Authority);

impl<S: Store> FromRequestParts<App<S>> for Allowed {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App<S>) -> Result<Self, ApiError> {
        let authority = authority(parts, app).await;
        let store_id = authority.as_ref().ok().map(|authority| authority.scope.store_id);
        limiting::admit(app, parts, store_id).await?;
        let authority = authority?;
        observing::note_author(parts, &authority.who);
        let Some(terms) = parts.extensions.get::<Terms>() else {
            tracing::error!(path = parts.uri.path(), "an endpoint has no rule");
            return Err(ApiError::internal());
        };
        check_terms(&authority, *terms)?;
        Ok(Self(authority))
    }
}

impl<S: Store> FromRequestParts<App<S>> for SignedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App<S>) -> Result<Self, ApiError> {
        let Allowed(authority) = Allowed::from_request_parts(parts, app).await?;
        match &authority.who {
            Who::Person(person) => Ok(Self { person: person.clone(), authority }),
            Who::Key(_) => Err(person_required()),
        }
    }
}

impl<S: Store> FromRequestParts<App<S>> for Known {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App<S>) -> Result<Self, ApiError> {
        let authority = authority(parts, app).await?;
        observing::note_author(parts, &authority.who);
        Ok(Self(authority))
    }
}

/// Returns what the key `text` may do when it is used by the request of `parts`.
///
/// # Errors
/// 401 `INVALID_API_KEY`, the same whatever is wrong with it; 403 where the key is right but may not be
/// used now, or from there.
pub async fn authority_of_key<S: Store>(
    app: &App<S>,
    parts: &Parts,
    text: &str,
) -> Result<Authority, ApiError> {
    // The hash is looked up even for what cannot be a key, so that all refusals take as long.
    let found = app.store.find_key(secret::hash(text), app.now()).await?;
    let is_demo_key = DEMO_KEYS.contains(&text);
    let authority = found
        .filter(|_| KeyPrefix::parse(text).is_some())
        .filter(|authority| !is_demo_key || authority.kind == StoreKind::Demo)
        .ok_or_else(|| {
            ApiError::unauthorized(
                ErrorCode::InvalidApiKey,
                "This key is not known here, or was revoked.",
            )
        })?;
    check_standing(app, parts, &authority)?;
    Ok(authority)
}

/// Checks what does not depend on the endpoint: the store's access, and the client's address.
///
/// # Errors
/// 403 with why it may not be used now, or from there.
pub fn check_standing<S>(
    app: &App<S>,
    parts: &Parts,
    authority: &Authority,
) -> Result<(), ApiError> {
    let access = authority.store_access;
    if access.api == Switch::Off {
        return Err(forbidden(
            ErrorCode::ApiAccessNotActive,
            "This store's access to the API is switched off. Whoever runs the server switches it \
             on with `stockroom access --api on`.",
        ));
    }
    if authority.scope.environment == Environment::Live && access.live == Switch::Off {
        return Err(forbidden(
            ErrorCode::LiveAccessNotApproved,
            "This store's live keys are not approved. Use a test key (`sk_test_…`); whoever runs \
             the server approves live keys with `stockroom access --live on`.",
        ));
    }
    let environment = authority.scope.environment;
    if app.gateway.as_ref().is_some_and(|gateway| !gateway.serves(environment)) {
        return Err(no_key(environment));
    }
    if authority.networks.is_empty() {
        return Ok(());
    }
    let address = client_address(parts, &app.settings.trusted_proxies);
    if authority.networks.iter().any(|network| network.contains(&address)) {
        return Ok(());
    }
    Err(forbidden(
        ErrorCode::IpNotAllowed,
        format!("This key may not be used from {address}: it is kept to other addresses."),
    ))
}

/// Checks what the endpoint asks.
fn check_terms(authority: &Authority, terms: Terms) -> Result<(), ApiError> {
    match (terms, &authority.who) {
        (Terms::Scope { scope, .. }, Who::Key(_)) => check_key(authority, scope),
        (Terms::Scope { scope, .. }, Who::Person(_)) if authority.scopes.contains(scope) => Ok(()),
        (Terms::Person(least), Who::Person(person)) if person.role >= least => Ok(()),
        (_, Who::Person(person)) => Err(forbidden(
            ErrorCode::RoleRequired,
            format!(
                "Your role, {}, does not allow this. An owner of the store can change it.",
                person.role
            ),
        )),
        (Terms::Person(_), Who::Key(_)) => Err(person_required()),
    }
}

fn check_key(authority: &Authority, scope: KeyScope) -> Result<(), ApiError> {
    if scope.is_write() && authority.access == Access::Read {
        return Err(forbidden(
            ErrorCode::SecretKeyRequired,
            "This key may only read. Use a secret key (`sk_…`) to write.",
        ));
    }
    if authority.scopes.contains(scope) {
        return Ok(());
    }
    Err(forbidden(
        ErrorCode::ScopeRequired,
        format!("This key lacks the scope `{scope}`, which this request needs."),
    ))
}

fn person_required() -> ApiError {
    forbidden(
        ErrorCode::PersonRequired,
        "Only people who signed in by name and password may do this, no key.",
    )
}

fn forbidden(code: ErrorCode, message: impl Into<String>) -> ApiError {
    ApiError::new(StatusCode::FORBIDDEN, code, message)
}

/// Returns the token of the session's cookie.
pub fn session_token(headers: &HeaderMap) -> Option<Hash> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, token)| secret::hash(token))
}

/// Checks that a request with a cookie comes from the app itself.
///
/// # Errors
/// 403 `CROSS_SITE`.
pub fn check_same_site(headers: &HeaderMap) -> Result<(), ApiError> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let is_same_origin = match text("origin") {
        Some(origin) => is_own_origin(origin, text("host")),
        None => text("sec-fetch-site") == Some("same-origin"),
    };
    if is_same_origin && text(APP) == Some("1") {
        return Ok(());
    }
    Err(cross_site())
}

/// Checks that a sign-in does not come from another site.
///
/// # Errors
/// 403 `CROSS_SITE`.
pub fn check_sign_in_site(headers: &HeaderMap) -> Result<(), ApiError> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let is_own = match (text("origin"), text("sec-fetch-site")) {
        (Some(origin), _) => is_own_origin(origin, text("host")),
        (None, Some(site)) => matches!(site, "same-origin" | "none"),
        (None, None) => true,
    };
    if is_own { Ok(()) } else { Err(cross_site()) }
}

fn is_own_origin(origin: &str, host: Option<&str>) -> bool {
    // A proxy in front may speak TLS, so both schemes are this server.
    let authority = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    authority.is_some() && authority == host
}

fn cross_site() -> ApiError {
    forbidden(
        ErrorCode::CrossSite,
        "This request does not come from the app itself. Reload the page and try again.",
    )
}

async fn authority<S: Store>(parts: &Parts, app: &App<S>) -> Result<Authority, ApiError> {
    let Some(value) = parts.headers.get(header::AUTHORIZATION) else {
        return by_cookie(parts, app).await;
    };
    let key = value
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, key)| key.trim())
        .filter(|key| !key.is_empty() && !key.contains(' '))
        .ok_or_else(|| {
            ApiError::unauthorized(
                ErrorCode::InvalidAuthHeader,
                "The Authorization header must be `Bearer <key>`.",
            )
        })?;
    let authority = authority_of_key(app, parts, key).await?;
    note_use(app, &authority);
    Ok(authority)
}

async fn by_cookie<S: Store>(parts: &Parts, app: &App<S>) -> Result<Authority, ApiError> {
    let Some(hash) = session_token(&parts.headers) else {
        return Err(ApiError::unauthorized(
            ErrorCode::MissingCredentials,
            "Send a key as `Authorization: Bearer <key>`.",
        ));
    };
    let (authority, expires_at) = find_session(app, hash).await?.ok_or_else(|| {
        let message = "The session is over. Sign in again.";
        ApiError::unauthorized(ErrorCode::MissingCredentials, message)
    })?;
    if parts.method != Method::GET && parts.method != Method::HEAD {
        check_same_site(&parts.headers)?;
    }
    check_standing(app, parts, &authority)?;
    let fresh = app.now() + SESSION_LIFE;
    if fresh.duration_since(expires_at) > NOTED_EVERY {
        match &authority.who {
            Who::Key(_) => app.store.extend_session(hash, fresh).await?,
            Who::Person(_) => app.store.use_user_session(hash, app.now(), fresh).await?,
        }
    }
    note_use(app, &authority);
    Ok(authority)
}

/// Returns what a session may do and when it ends unless it is used, whosever it is.
async fn find_session<S: Store>(
    app: &App<S>,
    hash: Hash,
) -> Result<Option<(Authority, Timestamp)>, ApiError> {
    let of_person = app.store.find_user_session(hash, app.now()).await?;
    if of_person.is_some() {
        return Ok(of_person);
    }
    Ok(app.store.find_session(hash, app.now()).await?)
}

fn note_use<S: Store>(app: &App<S>, authority: &Authority) {
    // The use of a person's session is noted when its end is moved.
    let Who::Key(id) = &authority.who else { return };
    let now = app.now();
    let is_noted = |at: Timestamp| now.duration_since(at) < NOTED_EVERY;
    if authority.last_used_at.is_some_and(is_noted) {
        return;
    }
    let (store, scope, id) = (app.store.clone(), authority.scope, id.clone());
    // The answer does not wait for it, and nothing is lost but a time for people.
    tokio::spawn(async move {
        if let Err(error) = store.touch_key(scope, &id, now).await {
            tracing::warn!(%error, "the use of a key was not noted");
        }
    });
}
