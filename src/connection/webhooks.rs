//! The calls of webhooks, which only some servers have.

use serde::Serialize;
use stockroom_api::path::{
    WEBHOOK_ENDPOINTS as ENDPOINTS, webhook_delivery as delivery, webhook_endpoint as endpoint,
};
use stockroom_api::webhook::{
    DeletedEndpoint, Delivery, DeliveryPage, DeliveryState, Endpoint, EndpointChanges,
    EndpointPage, NewEndpoint, RetriedDeliveries, Rotation,
};

use super::{Connection, Failure, Method};

/// A body that says nothing.
#[derive(Serialize)]
struct Nothing {}

impl Connection {
    /// Returns the endpoints, the oldest first.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn webhooks(self) -> Result<Vec<Endpoint>, Failure> {
        self.get::<EndpointPage>(ENDPOINTS).await.map(|page| page.items)
    }

    /// Returns one endpoint.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn webhook(self, id: &str) -> Result<Endpoint, Failure> {
        self.get(&endpoint(id)).await
    }

    /// Makes an endpoint; the answer alone carries its secret.
    ///
    /// # Errors
    /// [`Failure`]; [`Failure::Refused`] names the field at fault.
    pub async fn add_webhook(self, new: &NewEndpoint, key: &str) -> Result<Endpoint, Failure> {
        self.write(Method::Post, ENDPOINTS, new, key, &[]).await
    }

    /// Changes an endpoint.
    ///
    /// # Errors
    /// [`Failure`]; [`Failure::Refused`] names the field at fault.
    pub async fn change_webhook(
        self,
        id: &str,
        changes: &EndpointChanges,
        key: &str,
    ) -> Result<Endpoint, Failure> {
        self.write(Method::Put, &endpoint(id), changes, key, &[]).await
    }

    /// Deletes an endpoint, with what is on its way there.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn delete_webhook(self, id: &str, key: &str) -> Result<(), Failure> {
        let gone = self.write(Method::Delete, &endpoint(id), &Nothing {}, key, &[]).await;
        gone.map(|_: DeletedEndpoint| ())
    }

    /// Gives an endpoint a new secret, which the answer alone carries; the old one goes on signing
    /// too for some hours.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn rotate_webhook(
        self,
        id: &str,
        grace_hours: i64,
        key: &str,
    ) -> Result<Endpoint, Failure> {
        let body = Rotation { grace_hours: Some(grace_hours) };
        self.write(Method::Post, &format!("{}/secret", endpoint(id)), &body, key, &[]).await
    }

    /// Sends a test event; returns its delivery.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn test_webhook(self, id: &str, key: &str) -> Result<Delivery, Failure> {
        self.write(Method::Post, &format!("{}/test", endpoint(id)), &Nothing {}, key, &[]).await
    }

    /// Returns a page of what was sent to an endpoint, the newest first; `None` is every state.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn deliveries(
        self,
        id: &str,
        state: Option<DeliveryState>,
        page: u64,
        limit: u64,
    ) -> Result<DeliveryPage, Failure> {
        let state = state.map_or(String::new(), |state| format!("&state={}", state.as_str()));
        let path = format!("{}/deliveries?page={page}&limit={limit}{state}", endpoint(id));
        self.get(&path).await
    }

    /// Returns a delivery with its body and every attempt.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn delivery(self, id: &str) -> Result<Delivery, Failure> {
        self.get(&delivery(id)).await
    }

    /// Sends a delivery again at once; returns it.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn retry_delivery(self, id: &str, key: &str) -> Result<Delivery, Failure> {
        self.write(Method::Post, &format!("{}/retry", delivery(id)), &Nothing {}, key, &[]).await
    }

    /// Sends the failed deliveries to an endpoint again.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn retry_failed(self, id: &str, key: &str) -> Result<RetriedDeliveries, Failure> {
        self.write(Method::Post, &format!("{}/retry", endpoint(id)), &Nothing {}, key, &[]).await
    }
}
