//! The page's ends of the workers.
//!
//! What is asked is a future of its answer. A worker that panics, or is of another build, costs
//! what it was at and not the page: every open future ends with [`Gone`]. [`WorkerLink`] asks the
//! worksheet, [`WorkbookLink`] the reader of workbooks; both are a `link::Link` underneath.

mod link;
mod workbook;

use js_sys::Uint8Array;
use wasm_bindgen::JsValue;
use web_sys::{Blob, File};

use link::{Link, read};
use stockroom_domain::table::ReadOptions;
use stockroom_worksheet::{Ask, News, Reply};

pub use link::Gone;
pub use workbook::{SheetText, WorkbookLink};

/// The address of the worker's loader, beside the page's own files.
const LOADER: &str = "/worker_loader.js";

/// The worksheet's worker; clones are the same one.
#[derive(Clone, Debug)]
pub struct WorkerLink(Link);

impl WorkerLink {
    /// Starts a worker; `told` hears how far a long work is.
    ///
    /// # Errors
    /// [`Gone`] where the browser starts none.
    pub fn start(told: impl Fn(News) + 'static) -> Result<Self, Gone> {
        let told = move |bytes: &[u8]| {
            if let Some(news) = read(bytes) {
                told(news);
            }
        };
        Link::start(LOADER, build_id, told).map(Self)
    }

    /// Asks the worksheet.
    ///
    /// # Errors
    /// [`Gone`] where the worker ended before it answered.
    pub async fn ask(&self, ask: &Ask) -> Result<Reply, Gone> {
        self.begin(ask)?.await
    }

    /// Asks the worksheet; what it returns waits for the answer, which the next may be asked before.
    ///
    /// # Errors
    /// [`Gone`] where the worker has ended.
    pub fn begin(
        &self,
        ask: &Ask,
    ) -> Result<impl Future<Output = Result<Reply, Gone>> + use<>, Gone> {
        let bytes = postcard::to_allocvec(ask).map_err(|_| Gone::Ended)?;
        self.send(&Uint8Array::from(bytes.as_slice()), None)
    }

    /// Has a file read; its bytes do not pass through the page.
    ///
    /// # Errors
    /// [`Gone`] where the worker ended before it answered.
    pub async fn open(&self, file: &File) -> Result<Reply, Gone> {
        self.send(&JsValue::NULL, Some(file))?.await
    }

    /// Has a text read as it is said to be; its bytes do not pass through the page.
    ///
    /// # Errors
    /// [`Gone`] where the worker ended before it answered.
    pub async fn open_text(&self, text: &SheetText, options: ReadOptions) -> Result<Reply, Gone> {
        let ask = Ask::OpenAs(Vec::new(), options);
        let bytes = postcard::to_allocvec(&ask).map_err(|_| Gone::Ended)?;
        self.send(&Uint8Array::from(bytes.as_slice()), Some(text.as_blob()))?.await
    }

    /// Ends the worker; every open future ends with [`Gone`].
    pub fn end(&self) {
        self.0.end();
    }

    fn send(
        &self,
        bytes: &JsValue,
        file: Option<&Blob>,
    ) -> Result<impl Future<Output = Result<Reply, Gone>> + use<>, Gone> {
        let answer = self.0.send(bytes, file)?;
        Ok(async move { answer.await?.read().ok_or(Gone::Ended) })
    }
}

fn build_id(bytes: &[u8]) -> Option<String> {
    match read(bytes)? {
        Reply::Ready(build) => Some(build),
        _ => None,
    }
}
