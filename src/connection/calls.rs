//! The API's calls, typed.

use serde::Serialize;
use stockroom_api::bulk::{BulkOutcome, BulkRequest};
use stockroom_api::history::{HistoryPage, HistoryQuery, RunPage, RunQuery, RunShown};
use stockroom_api::import::{ImportRequest, ImportResult, ImportTemplate};
use stockroom_api::inventory::{InventoryPage, InventoryQuery, Which};
use stockroom_api::product::{
    DeletedProduct, NewProduct, Product, ProductPage, ProductQuery, ProductUpdate,
};
use stockroom_api::stock::StockUpdate;
use stockroom_api::{header, path};
use stockroom_client::wire::Wire;

use super::failure::data;
use super::{Connection, Failure, Method};

impl Connection {
    /// Returns one page of tracked products, from page 1.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn inventory_page(
        self,
        which: Which,
        page: u64,
        limit: u64,
    ) -> Result<InventoryPage, Failure> {
        let query = InventoryQuery { which, page: Some(page), limit: Some(limit) };
        self.get(&path::inventory(query)).await
    }

    /// Returns a part of the stock history, which only some servers keep.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn history(self, query: &HistoryQuery) -> Result<HistoryPage, Failure> {
        self.get(&path::history(query)).await
    }

    /// Returns the latest runs with this fingerprint, where the server knows any: two, of which
    /// one may be the one that asks.
    pub async fn runs_with(self, fingerprint: String) -> Vec<RunShown> {
        let query =
            RunQuery { fingerprint: Some(fingerprint), limit: Some(2), ..RunQuery::default() };
        let page: Result<RunPage, _> = self.get(&path::runs(&query)).await;
        page.map(|page| page.items).unwrap_or_default()
    }

    /// Returns the latest runs, the newest first, where the server knows any.
    pub async fn latest_runs(self) -> Vec<RunShown> {
        let page: Result<RunPage, _> = self.get(&path::runs(&RunQuery::default())).await;
        page.map(|page| page.items).unwrap_or_default()
    }

    /// Returns a product by SKU or id.
    ///
    /// # Errors
    /// [`Failure`], also [`Failure::NotFound`].
    pub async fn product(self, id: &str) -> Result<Product, Failure> {
        self.get(&path::product(id)).await
    }

    /// Sets levels of one product and its variants; returns the product after it.
    ///
    /// # Errors
    /// [`Failure`]; [`Failure::Refused`] carries the code and the path of the field at fault.
    pub async fn update_stock(
        self,
        id: &str,
        update: &StockUpdate,
        key: &str,
    ) -> Result<Product, Failure> {
        self.write(Method::Patch, &path::stock(id), update, key, &[]).await
    }

    /// Changes levels of up to 200 products; refused items are in the outcome.
    ///
    /// # Errors
    /// [`Failure`] of the request as a whole.
    pub async fn update_bulk(
        self,
        request: &BulkRequest,
        key: &str,
    ) -> Result<BulkOutcome, Failure> {
        let prefer = [(header::PREFER, header::RETURN_REPRESENTATION)];
        self.write(Method::Patch, path::BULK, request, key, &prefer).await
    }

    /// Creates a product; returns it.
    ///
    /// # Errors
    /// [`Failure`]; [`Failure::Refused`] carries the code and the path of the field at fault.
    pub async fn create_product(self, new: &NewProduct, key: &str) -> Result<Product, Failure> {
        self.write(Method::Post, path::PRODUCTS, new, key, &[]).await
    }

    /// Changes a product; returns it as it is now.
    ///
    /// # Errors
    /// [`Failure`]; [`Failure::Refused`] carries the code and the path of the field at fault.
    pub async fn change_product(
        self,
        id: &str,
        update: &ProductUpdate,
        key: &str,
    ) -> Result<Product, Failure> {
        self.write(Method::Put, &path::product(id), update, key, &[]).await
    }

    /// Returns a page of all products, tracked or not.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn products(self, query: &ProductQuery) -> Result<ProductPage, Failure> {
        self.get(&path::products(query)).await
    }

    /// Deletes a product.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn delete_product(self, id: &str, key: &str) -> Result<DeletedProduct, Failure> {
        let headers = [(header::IDEMPOTENCY_KEY, key)];
        let answer = self.send(Method::Delete, &path::product(id), &headers, None).await?;
        data(&answer)
    }

    /// Returns the file that a merchant fills to import products.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn import_template(self) -> Result<ImportTemplate, Failure> {
        self.get(path::IMPORT_TEMPLATE).await
    }

    /// Looks at a file of products, or does what a preview of it said.
    ///
    /// # Errors
    /// [`Failure`]; [`Failure::Refused`] with `IMPORT_CHANGED` where the preview is no longer true.
    pub async fn import_products(
        self,
        request: &ImportRequest,
        key: &str,
    ) -> Result<ImportResult, Failure> {
        self.write(Method::Post, path::IMPORT, request, key, &[]).await
    }

    /// Reads any address below the server's root.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn get<T: Wire>(self, path: &str) -> Result<T, Failure> {
        let answer = self.send(Method::Get, path, &[], None).await?;
        data(&answer)
    }

    pub(super) async fn write<T: Wire>(
        self,
        method: Method,
        path: &str,
        body: &impl Serialize,
        key: &str,
        more: &[(&str, &str)],
    ) -> Result<T, Failure> {
        let body = serde_json::to_string(body).unwrap_or_default();
        let mut headers = vec![(header::IDEMPOTENCY_KEY, key)];
        // A header that a plain API does not list for other origins would stop the request there.
        if self.capabilities_untracked().representation {
            headers.extend_from_slice(more);
        }
        let answer = self.send(method, path, &headers, Some(&body)).await?;
        data(&answer)
    }
}
