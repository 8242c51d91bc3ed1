//! The page's end of the worker.
//!
//! Each [`Ask`] is a future of its [`Reply`]. A worker that panics, or is of another build, costs
//! the worksheet and not the page: every open future ends with [`Gone`].

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use futures_channel::oneshot;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{Event, File, MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::worksheet::{Ask, Reply};

/// The address of the worker's loader, beside the page's own files.
const LOADER: &str = "/worker_loader.js";

/// A running worker; clones are the same one.
#[derive(Clone, Debug)]
pub struct WorkerLink {
    worker: Worker,
    waiting: Waiting,
    last: Rc<Cell<u32>>,
}

/// The worker has ended, or never began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone {
    /// It could not be started, or it ended.
    Ended,
    /// It is of another build than the page: the page must be loaded again.
    OtherBuild,
}

type Waiting = Rc<RefCell<HashMap<u32, oneshot::Sender<Reply>>>>;

impl WorkerLink {
    /// Starts a worker and waits for its first word.
    ///
    /// # Errors
    /// [`Gone`] where there is none, or one of another build.
    pub async fn start() -> Result<Self, Gone> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(LOADER, &options).map_err(|_| Gone::Ended)?;
        let link = Self { worker, waiting: Waiting::default(), last: Rc::new(Cell::new(0)) };
        let first_word = link.wait_for(0);
        link.listen();
        match first_word.await {
            Ok(Reply::Ready(build)) if build == crate::BUILD_ID => Ok(link),
            Ok(_) => {
                link.worker.terminate();
                Err(Gone::OtherBuild)
            }
            Err(_) => Err(Gone::Ended),
        }
    }

    /// Asks the worksheet.
    ///
    /// # Errors
    /// [`Gone`] where the worker ended before it answered.
    pub async fn ask(&self, ask: &Ask) -> Result<Reply, Gone> {
        let bytes = postcard::to_allocvec(ask).map_err(|_| Gone::Ended)?;
        self.send(&Uint8Array::from(bytes.as_slice()).into(), None).await
    }

    /// Has a file read; its bytes do not pass through the page.
    ///
    /// # Errors
    /// [`Gone`] where the worker ended before it answered.
    pub async fn open(&self, file: &File) -> Result<Reply, Gone> {
        self.send(&JsValue::NULL, Some(file)).await
    }

    /// Ends the worker; every open future ends with [`Gone`].
    pub fn end(&self) {
        self.worker.terminate();
        self.waiting.borrow_mut().clear();
    }

    async fn send(&self, bytes: &JsValue, file: Option<&File>) -> Result<Reply, Gone> {
        let number = self.last.get() + 1;
        self.last.set(number);
        let reply = self.wait_for(number);
        let message = Array::of2(&JsValue::from(number), bytes);
        if let Some(file) = file {
            message.push(file);
        }
        self.worker.post_message(&message).map_err(|_| Gone::Ended)?;
        reply.await.map_err(|_| Gone::Ended)
    }

    fn wait_for(&self, number: u32) -> oneshot::Receiver<Reply> {
        let (sender, receiver) = oneshot::channel();
        self.waiting.borrow_mut().insert(number, sender);
        receiver
    }

    fn listen(&self) {
        let waiting = self.waiting.clone();
        super::listen(&self.worker, "message", move |event: MessageEvent| {
            let message: Array = event.data().unchecked_into();
            let Some((number, reply)) = read_reply(&message) else { return };
            if let Some(sender) = waiting.borrow_mut().remove(&number) {
                // Whoever asked may have gone to another page.
                let _ = sender.send(reply);
            }
        });
        let waiting = self.waiting.clone();
        super::listen(&self.worker, "error", move |_: Event| waiting.borrow_mut().clear());
    }
}

fn read_reply(message: &Array) -> Option<(u32, Reply)> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the page numbered it itself, from 0"
    )]
    let number = message.get(0).as_f64()? as u32;
    let bytes: Uint8Array = message.get(1).dyn_into().ok()?;
    Some((number, postcard::from_bytes(&bytes.to_vec()).ok()?))
}
