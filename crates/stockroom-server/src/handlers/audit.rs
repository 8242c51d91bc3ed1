//! `GET /api/audit`: what was passed on to a hosted service, and by whom; for owners.

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use stockroom_api::audit::AuditPage;
use stockroom_api::limits::MAX_PAGE_SIZE;
use stockroom_api::read::Refusal;

use super::history::{read_part, text};
use super::paging::parameters;
use super::{Answered, success};
use crate::app::App;
use crate::auth::SignedIn;
use crate::error::ApiError;
use crate::store::Store;
use crate::store::audit::AuditPlace;
use crate::store::history::Part;

/// The parameters of the log.
#[derive(Clone, Debug)]
pub struct AuditListing {
    author_id: Option<String>,
    part: Part<AuditPlace>,
}

/// Lists the writes that were passed on for the session's data, the newest first.
pub async fn list_audit<S: Store>(
    State(app): State<App<S>>,
    SignedIn { authority, .. }: SignedIn,
    AuditListing { author_id, part }: AuditListing,
) -> Answered<AuditPage> {
    Ok(success(app.store.audit(authority.scope, author_id, part).await?))
}

impl<S: Store> FromRequestParts<App<S>> for AuditListing {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &App<S>) -> Result<Self, ApiError> {
        Ok(read(&parameters(&parts.uri)?)?)
    }
}

fn read(pairs: &[(String, String)]) -> Result<AuditListing, Refusal> {
    let mut listing =
        AuditListing { author_id: None, part: Part { after: None, limit: MAX_PAGE_SIZE } };
    for (name, value) in pairs {
        match name.as_str() {
            "userId" | "keyId" if listing.author_id.is_some() => {
                let message = "A write was asked for with a key or by a person: send one of \
                               `keyId` and `userId`, once.";
                return Err(Refusal::at(name, message));
            }
            "userId" | "keyId" => listing.author_id = Some(text(name, value)?),
            _ => read_part(&mut listing.part, name, value)?,
        }
    }
    Ok(listing)
}
