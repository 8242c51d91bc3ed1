//! The page's end of the worker of workbooks, which is fetched when there is one to read.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsValue;
use web_sys::{Blob, File};

use super::link::{Gone, Link, read};
use stockroom_workbook::message::{Ask, Reply};
use stockroom_workbook::{Sheet, WorkbookFault};

/// The address of the worker's loader, beside the page's own files.
const LOADER: &str = "/workbook_loader.js";

/// The reader of workbooks; clones are the same one.
#[derive(Clone, Debug)]
pub struct WorkbookLink(Link);

/// A sheet's text, which the page hands on without holding it.
#[derive(Clone, Debug)]
pub struct SheetText(Blob);

impl SheetText {
    pub(super) fn as_blob(&self) -> &Blob {
        &self.0
    }
}

impl WorkbookLink {
    /// Starts the worker.
    ///
    /// # Errors
    /// [`Gone`] where the browser starts none.
    pub fn start() -> Result<Self, Gone> {
        Link::start(LOADER, build_id, |_| {}).map(Self)
    }

    /// Has a workbook opened; returns its sheets.
    ///
    /// # Errors
    /// [`Gone`] where the worker ended before it answered.
    pub async fn open(&self, file: &File) -> Result<Result<Vec<Sheet>, WorkbookFault>, Gone> {
        let answer = self.0.send(&JsValue::NULL, Some(file))?.await?;
        match answer.read() {
            Some(Reply::Opened(sheets)) => Ok(Ok(sheets)),
            Some(Reply::Fault(fault)) => Ok(Err(fault)),
            _ => Err(Gone::Ended),
        }
    }

    /// Returns the text of a sheet of the open workbook.
    ///
    /// # Errors
    /// [`Gone`] where the worker ended before it answered.
    pub async fn sheet(&self, index: u32) -> Result<Result<SheetText, WorkbookFault>, Gone> {
        let bytes = postcard::to_allocvec(&Ask::Sheet(index)).map_err(|_| Gone::Ended)?;
        let answer = self.0.send(&Uint8Array::from(bytes.as_slice()), None)?.await?;
        match answer.read() {
            Some(Reply::Text) => {
                let parts = Array::of1(&answer.beside());
                let text = Blob::new_with_u8_array_sequence(&parts).map_err(|_| Gone::Ended)?;
                Ok(Ok(SheetText(text)))
            }
            Some(Reply::Fault(fault)) => Ok(Err(fault)),
            _ => Err(Gone::Ended),
        }
    }

    /// Ends the worker; every open future ends with [`Gone`].
    pub fn end(&self) {
        self.0.end();
    }
}

fn build_id(bytes: &[u8]) -> Option<String> {
    match read(bytes)? {
        Reply::Ready(build) => Some(build),
        _ => None,
    }
}
