//! The codes by which a client decides what an error means.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)*) => {
        /// A kind of error, as the API spells it.
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub enum ErrorCode {
            $($(#[$doc])* $name,)*
            /// A code that this version does not know, as it was sent.
            Unknown(String),
        }

        impl ErrorCode {
            /// Every code that this version knows.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Returns the API's word for this code.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$name => $word,)*
                    Self::Unknown(word) => word,
                }
            }

            /// Returns the code that the API's word names.
            pub fn from_api(word: &str) -> Self {
                match word {
                    $($word => Self::$name,)*
                    _ => Self::Unknown(word.to_owned()),
                }
            }
        }
    };
}

codes! {
    /// A field is wrong; the answer's path names it.
    ValidationError = "VALIDATION_ERROR",
    /// A bulk request of more than 200 items.
    TooManyItems = "TOO_MANY_ITEMS",
    /// No product has this id or SKU.
    ProductNotFound = "PRODUCT_NOT_FOUND",
    /// No variant of the product has this label.
    VariantNotFound = "VARIANT_NOT_FOUND",
    /// Several variants of the product have this label.
    VariantLabelAmbiguous = "VARIANT_LABEL_AMBIGUOUS",
    /// The level is not the one that was expected.
    StaleQuantity = "STALE_QUANTITY",
    /// An adjust of stock that is not tracked.
    NotTracked = "NOT_TRACKED",
    /// A product with this SKU exists already.
    ExternalIdTaken = "EXTERNAL_ID_TAKEN",
    /// The file of an import cannot be read as products.
    ImportUnusable = "IMPORT_UNUSABLE",
    /// Rows of an import have errors, and it was to stop at them.
    ImportHasErrors = "IMPORT_HAS_ERRORS",
    /// The import would not do any more what its preview said.
    ImportChanged = "IMPORT_CHANGED",
    /// No webhook endpoint has this id.
    WebhookEndpointNotFound = "WEBHOOK_ENDPOINT_NOT_FOUND",
    /// The store has as many webhook endpoints as it may.
    WebhookEndpointLimit = "WEBHOOK_ENDPOINT_LIMIT",
    /// The webhook endpoint is turned off, so nothing is sent there.
    WebhookEndpointInactive = "WEBHOOK_ENDPOINT_INACTIVE",
    /// No delivery of a webhook has this id.
    WebhookDeliveryNotFound = "WEBHOOK_DELIVERY_NOT_FOUND",
    /// The delivery is being sent at this moment.
    WebhookDeliveryInProgress = "WEBHOOK_DELIVERY_IN_PROGRESS",
    /// The request carries no key.
    MissingCredentials = "MISSING_CREDENTIALS",
    /// The Authorization header is not `Bearer <key>`.
    InvalidAuthHeader = "INVALID_AUTH_HEADER",
    /// The key is not known here, or was revoked.
    InvalidApiKey = "INVALID_API_KEY",
    /// The store has no access to the API yet.
    ApiAccessNotActive = "API_ACCESS_NOT_ACTIVE",
    /// The store may not use live keys yet.
    LiveAccessNotApproved = "LIVE_ACCESS_NOT_APPROVED",
    /// A write with a key that may only read.
    SecretKeyRequired = "SECRET_KEY_REQUIRED",
    /// The key lacks a scope.
    ScopeRequired = "SCOPE_REQUIRED",
    /// The key may not be used from this address.
    IpNotAllowed = "IP_NOT_ALLOWED",
    /// The name or the password of a sign-in is wrong, or the person may not sign in.
    SignInRefused = "SIGN_IN_REFUSED",
    /// Too many sign-ins failed; `Retry-After` says when to try again.
    TooManyAttempts = "TOO_MANY_ATTEMPTS",
    /// The current password, asked for before it is changed, is wrong.
    WrongPassword = "WRONG_PASSWORD",
    /// Only somebody who signed in by name may do this, no key.
    PersonRequired = "PERSON_REQUIRED",
    /// The person's role does not allow this.
    RoleRequired = "ROLE_REQUIRED",
    /// No person has this id.
    UserNotFound = "USER_NOT_FOUND",
    /// Another person has this name.
    UserNameTaken = "USER_NAME_TAKEN",
    /// The store has as many people as it may.
    UserLimit = "USER_LIMIT",
    /// The store would have no owner who can sign in any more.
    LastOwner = "LAST_OWNER",
    /// No session of this person has this id.
    SessionNotFound = "SESSION_NOT_FOUND",
    /// A write by cookie that came from another site.
    CrossSite = "CROSS_SITE",
    /// A write without an idempotency key where one is required.
    IdempotencyKeyRequired = "IDEMPOTENCY_KEY_REQUIRED",
    /// The idempotency key was used before with another request.
    IdempotencyKeyReused = "IDEMPOTENCY_KEY_REUSED",
    /// The first request with this idempotency key is still running.
    IdempotencyInProgress = "IDEMPOTENCY_IN_PROGRESS",
    /// Too many requests; `Retry-After` says when to go on.
    RateLimitExceeded = "RATE_LIMIT_EXCEEDED",
    /// No such address.
    NotFound = "NOT_FOUND",
    /// The address exists, but not with this method.
    MethodNotAllowed = "METHOD_NOT_ALLOWED",
    /// The body is too large.
    PayloadTooLarge = "PAYLOAD_TOO_LARGE",
    /// The server is busy; try again.
    ServiceUnavailable = "SERVICE_UNAVAILABLE",
    /// The service behind this server gave no answer that can be passed on.
    BadGateway = "BAD_GATEWAY",
    /// The service behind this server did not answer in time.
    GatewayTimeout = "GATEWAY_TIMEOUT",
    /// The server failed.
    InternalError = "INTERNAL_ERROR",
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for ErrorCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ErrorCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|word| Self::from_api(&word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_reads_back() {
        for code in ErrorCode::ALL {
            assert_eq!(&ErrorCode::from_api(code.as_str()), code);
        }
        let unknown = ErrorCode::from_api("SOMETHING_NEW");
        assert_eq!(unknown, ErrorCode::Unknown("SOMETHING_NEW".into()));
        assert_eq!(unknown.as_str(), "SOMETHING_NEW");
    }
}
