//! Signing in by name and password.
//!
//! Whoever guesses has to wait longer with each failure: by the name that is tried and by the address that
//! tries. Waits end by themselves, and where somebody signed in before their failures are counted apart, so
//! nobody can keep somebody else out by failing in their name.

use axum::http::StatusCode;
use axum::http::request::Parts;
use jiff::Timestamp;
use stockroom_api::account::{MAX_NAME_CHARACTERS, MAX_PASSWORD_CHARACTERS, Password};
use stockroom_api::code::ErrorCode;
use stockroom_api::key::Environment;

use super::device::device;
use super::names::name_key;
use super::passwords::HashingError;
use crate::app::App;
use crate::auth::{PERSON_SESSION_LIFE, SESSION_LIFE, check_standing};
use crate::client_address::{client_address, counted_as};
use crate::error::ApiError;
use crate::random::new_id;
use crate::secret::{self, hex};
use crate::store::Store;
use crate::store::accounts::{Attempt, KeptUser, NewUserSession, Patience, Standing, Taken};
use crate::store::data::{Authority, Scope};

/// How patient the server is with failures in one name.
const WITH_NAME: Patience = Patience { free: 5, longest: 5 * 60 };
/// How patient it is with an address, behind which there may be a whole shop.
const WITH_ADDRESS: Patience = Patience { free: 20, longest: 15 * 60 };

/// What somebody types to sign in.
#[derive(Clone, Debug)]
pub struct Credentials {
    name: String,
    password: Password,
    environment: Environment,
}

impl Credentials {
    /// Returns what was typed, no more of it than anybody's name and password can have: who sends a book
    /// instead makes the server do no more work, and is refused like all who are wrong.
    pub fn new(name: &str, password: &Password, environment: Environment) -> Self {
        let first = |text: &str, most: usize| text.chars().take(most + 1).collect::<String>();
        Self {
            name: first(name.trim(), MAX_NAME_CHARACTERS),
            password: Password::new(first(password.reveal(), MAX_PASSWORD_CHARACTERS)),
            environment,
        }
    }
}

/// A session that was begun.
#[derive(Clone, Debug)]
pub struct Entered {
    /// What the cookie holds.
    pub token: String,
    /// What the session may do.
    pub authority: Authority,
}

/// Begins a session of whoever has this name and password.
///
/// # Errors
/// 401 `SIGN_IN_REFUSED`, the same and after the same work whatever is wrong; 429 `TOO_MANY_ATTEMPTS` with
/// the time to wait; 403 where the store's access is switched off.
pub async fn enter<S: Store>(
    app: &App<S>,
    parts: &Parts,
    credentials: &Credentials,
) -> Result<Entered, ApiError> {
    let Some(info) = app.store.info().await? else {
        return Err(refused());
    };
    let (store_id, now) = (info.store_id, app.now());
    let address = counted_as(client_address(parts, &app.settings.trusted_proxies));
    let key = name_key(&credentials.name);
    let user = app.store.find_user(store_id, &key, &address, now).await?;
    let is_known_there = user.as_ref().is_some_and(|user| user.is_known_there);
    let by_name = Attempt {
        subject: subject_of_name(&key, is_known_there.then_some(address.as_str())),
        patience: WITH_NAME,
    };
    let by_address = Attempt { subject: format!("address {address}"), patience: WITH_ADDRESS };
    let subjects = (by_name.subject.clone(), by_address.subject.clone());
    count(app, store_id, vec![by_name, by_address]).await?;
    let forgive = async || {
        let (name, address) = subjects.clone();
        app.store.forgive_attempt(store_id, vec![name], vec![address]).await
    };
    let kept = user.as_ref().map(|user| user.password.as_str());
    let is_right = match app.hashing.verify(&credentials.password, kept).await {
        Ok(is_right) => is_right,
        Err(error) => {
            // Nobody knows whether it would have failed.
            let (name, address) = subjects.clone();
            app.store.forgive_attempt(store_id, Vec::new(), vec![name, address]).await?;
            return Err(cannot_hash(error));
        }
    };
    let user = user.filter(|user| is_right && user.standing == Standing::Enabled);
    let user = user.ok_or_else(refused)?;
    forgive().await?;
    let scope = Scope { store_id, environment: credentials.environment };
    begin(app, parts, scope, &user).await
}

/// Checks the password of somebody who is signed in, before it is changed: a session that was left open is
/// not enough to take an account over.
///
/// # Errors
/// 403 `WRONG_PASSWORD`; 429 `TOO_MANY_ATTEMPTS` with the time to wait.
pub async fn check_password<S: Store>(
    app: &App<S>,
    store_id: i64,
    user: &KeptUser,
    password: &Password,
) -> Result<(), ApiError> {
    let subject = format!("person {}", user.id);
    count(app, store_id, vec![Attempt { subject: subject.clone(), patience: WITH_NAME }]).await?;
    let verified = app.hashing.verify(password, Some(&user.password)).await;
    match verified {
        Ok(true) => Ok(app.store.forgive_attempt(store_id, vec![subject], Vec::new()).await?),
        Ok(false) => Err(ApiError::new(
            StatusCode::FORBIDDEN,
            ErrorCode::WrongPassword,
            "This is not your password as it is now. Nothing was changed.",
        )),
        Err(error) => {
            // Nobody knows whether it would have failed; what failed before stays counted.
            app.store.forgive_attempt(store_id, Vec::new(), vec![subject]).await?;
            Err(cannot_hash(error))
        }
    }
}

/// Begins a session of a person who has proved who they are.
///
/// # Errors
/// 401 where the password was changed meanwhile, or the person may not sign in any more; 403 where the
/// store's access is switched off.
pub async fn begin<S: Store>(
    app: &App<S>,
    parts: &Parts,
    scope: Scope,
    user: &KeptUser,
) -> Result<Entered, ApiError> {
    let token = secret::new_token(&*app.random);
    let (hash, now) = (secret::hash(&token), app.now());
    let session = NewUserSession {
        scope,
        id: new_id(&*app.random, now),
        hash,
        user_id: user.id.clone(),
        device: device(&parts.headers),
        address: counted_as(client_address(parts, &app.settings.trusted_proxies)),
        began_at: now,
        expires_at: now + SESSION_LIFE,
        ends_by: now + PERSON_SESSION_LIFE,
    };
    if !app.store.begin_session(session, &user.password).await? {
        return Err(refused());
    }
    let found = app.store.find_user_session(hash, now).await?;
    let (authority, _) = found.ok_or_else(refused)?;
    if let Err(error) = check_standing(app, parts, &authority) {
        app.store.end_session(hash).await?;
        return Err(error);
    }
    Ok(Entered { token, authority })
}

/// Returns what an error of hashing is to whoever asked.
pub fn cannot_hash(error: HashingError) -> ApiError {
    match error {
        HashingError::Busy => ApiError::unavailable(
            "Too many people are signing in. Nothing was changed; try again in a moment.",
        ),
        HashingError::Failed => {
            tracing::error!("a password could not be hashed");
            ApiError::internal()
        }
    }
}

async fn count<S: Store>(
    app: &App<S>,
    store_id: i64,
    attempts: Vec<Attempt>,
) -> Result<(), ApiError> {
    let now = app.now();
    match app.store.count_attempt(store_id, attempts, now).await? {
        Taken::Yes => Ok(()),
        Taken::NotBefore(until) => Err(too_many(now, until)),
    }
}

/// Returns by what failures in a name are counted: what was typed is not kept, since it may be a password.
fn subject_of_name(key: &str, address: Option<&str>) -> String {
    let hash = hex(&secret::hash(key));
    match address {
        None => format!("name {hash}"),
        Some(address) => format!("name {hash} {address}"),
    }
}

fn refused() -> ApiError {
    ApiError::unauthorized(
        ErrorCode::SignInRefused,
        "The name or the password is not right, or this person may not sign in.",
    )
}

fn too_many(now: Timestamp, until: Timestamp) -> ApiError {
    let millis = until.as_millisecond() - now.as_millisecond();
    let seconds = u32::try_from((millis + 999) / 1000).unwrap_or(1).max(1);
    ApiError::new(
        StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::TooManyAttempts,
        format!("Too many sign-ins failed. Try again in {seconds} seconds."),
    )
    .with_retry_after(seconds)
}
