//! The frame around every answer.

use serde::{Deserialize, Serialize};

use crate::code::ErrorCode;

/// A successful answer: `{"success":true,"data":…}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope<T> {
    /// Always true in a successful answer.
    pub success: bool,
    /// What was asked for.
    pub data: T,
}

/// A refusal: `{"success":false,"error":{…}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErrorBody {
    /// Always false in a refusal.
    pub success: bool,
    /// Why.
    pub error: ErrorDetail,
}

/// Why a request was refused: decide by the code, show the message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ErrorDetail {
    /// The kind of refusal.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub code: ErrorCode,
    /// What is wrong and what to do, in words.
    pub message: String,
    /// The HTTP status again.
    pub status_code: u16,
    /// The field at fault, such as `items[3].variants[0].quantity`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// With `STALE_QUANTITY`: the level as it is now; absent where it is not tracked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current_quantity: Option<i64>,
}

impl<T> Envelope<T> {
    /// Returns the successful answer that carries `data`.
    pub fn of(data: T) -> Self {
        Self { success: true, data }
    }
}
