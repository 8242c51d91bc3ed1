//! `GET /dev/store/inventory/snapshot`.

use std::io::{self, Write as _};
use std::mem;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header, response};
use axum::response::Response;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::stream;
use serde::Serialize;
use stockroom_api::snapshot::{CONTENT_TYPE, SnapshotHead};

use super::negotiation::{accepts, has_tag};
use crate::app::App;
use crate::auth::Allowed;
use crate::error::ApiError;
use crate::store::Store;
use crate::store::data::{Scope, Snapshot, Version};

/// How hard to compress: more saves few bytes and costs more time than a local network.
const LEVEL: u32 = 3;

/// Fewer compressed bytes than this are kept until more have come.
const SMALLEST_CHUNK: usize = 16 * 1024;

/// Streams all tracked products as they are at one moment, unless the client has them already.
pub async fn get_snapshot<S: Store>(
    State(app): State<App<S>>,
    Allowed(authority): Allowed,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let scope = authority.scope;
    let tag = etag(scope, app.store.version(scope).await?);
    if has_tag(&headers, &tag) {
        return finish(answer(&tag).status(StatusCode::NOT_MODIFIED), Body::empty());
    }
    let snapshot = app.store.snapshot(scope).await?;
    // A change may have come since the tag was compared.
    let mut answer =
        answer(&etag(scope, snapshot.version)).header(header::CONTENT_TYPE, CONTENT_TYPE);
    let mut lines = Lines { snapshot, sent: 0, text: Vec::new(), gzip: None };
    if accepts(&headers, "gzip") {
        answer = answer.header(header::CONTENT_ENCODING, "gzip");
        lines.gzip = Some(GzEncoder::new(Vec::new(), Compression::new(LEVEL)));
    }
    let head = SnapshotHead { total: lines.snapshot.total };
    lines.write(&head).map_err(|_| ApiError::internal())?;
    let bytes = stream::try_unfold(Some(lines), |lines| async {
        match lines {
            Some(lines) => lines.next().await,
            None => Ok(None),
        }
    });
    finish(answer, Body::from_stream(bytes))
}

/// Returns the tag of a state: weak, since the same lines may come compressed or not.
fn etag(scope: Scope, Version(version): Version) -> String {
    format!("W/\"{}-{}-{version:x}\"", scope.store_id, scope.environment.as_str())
}

fn answer(etag: &str) -> response::Builder {
    Response::builder()
        .header(header::ETAG, etag)
        .header(header::CACHE_CONTROL, "private, no-cache")
        .header(header::VARY, "Accept-Encoding, Authorization, Cookie")
}

fn finish(answer: response::Builder, body: Body) -> Result<Response, ApiError> {
    answer.body(body).map_err(|_| ApiError::internal())
}

/// A snapshot on its way out.
struct Lines {
    snapshot: Snapshot,
    sent: u64,
    /// Lines that are not compressed yet.
    text: Vec<u8>,
    gzip: Option<GzEncoder<Vec<u8>>>,
}

impl Lines {
    /// Returns the next bytes, and what is left unless these were the last.
    async fn next(mut self) -> io::Result<Option<(Vec<u8>, Option<Self>)>> {
        while let Some(part) = self.snapshot.parts.recv().await {
            for item in part.map_err(io::Error::other)? {
                self.write(&item)?;
                self.sent += 1;
            }
            let bytes = self.ready()?;
            if !bytes.is_empty() {
                return Ok(Some((bytes, Some(self))));
            }
        }
        if self.sent != self.snapshot.total {
            let (sent, total) = (self.sent, self.snapshot.total);
            tracing::warn!(sent, total, "a snapshot broke off");
            // The connection is cut, so that nobody takes these lines for all.
            return Err(io::Error::other("the snapshot broke off"));
        }
        let mut last = self.ready()?;
        if let Some(gzip) = self.gzip {
            last.extend(gzip.finish()?);
        }
        Ok(Some((last, None)))
    }

    fn write(&mut self, line: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut self.text, line)?;
        self.text.push(b'\n');
        Ok(())
    }

    /// Returns the bytes that are worth sending by now.
    fn ready(&mut self) -> io::Result<Vec<u8>> {
        let Some(gzip) = &mut self.gzip else {
            return Ok(mem::take(&mut self.text));
        };
        gzip.write_all(&self.text)?;
        self.text.clear();
        let bytes = gzip.get_mut();
        Ok(if bytes.len() < SMALLEST_CHUNK { Vec::new() } else { mem::take(bytes) })
    }
}

#[cfg(test)]
mod tests {
    use stockroom_api::inventory::InventoryItem;
    use tokio::sync::mpsc;

    use super::*;

    /// A reading that hands over one item where `total` were promised.
    async fn last_bytes(total: u64) -> io::Result<bool> {
        let (sender, parts) = mpsc::channel(1);
        sender.send(Ok(vec![InventoryItem::default()])).await.unwrap();
        drop(sender);
        let snapshot = Snapshot { version: Version(1), total, parts };
        let mut lines = Some(Lines { snapshot, sent: 0, text: Vec::new(), gzip: None });
        while let Some(left) = lines.take() {
            lines = left.next().await?.and_then(|(_, left)| left);
        }
        Ok(true)
    }

    #[tokio::test]
    async fn a_reading_that_ends_early_ends_in_an_error() {
        assert!(last_bytes(1).await.unwrap());
        assert!(last_bytes(2).await.is_err());
    }
}
