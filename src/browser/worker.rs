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

use stockroom_worksheet::{Ask, News, Reply};

/// The address of the worker's loader, beside the page's own files.
const LOADER: &str = "/worker_loader.js";

/// A worker; clones are the same one.
///
/// What is asked before its first word is kept until then: a worker that has not begun to listen
/// loses messages.
#[derive(Clone, Debug)]
pub struct WorkerLink {
    worker: Worker,
    waiting: Waiting,
    last: Rc<Cell<u32>>,
    standing: Rc<RefCell<Standing>>,
}

/// Where the worker stands.
#[derive(Debug)]
enum Standing {
    /// It has not said its first word; these messages wait for it.
    Starting(Vec<Array>),
    /// It listens.
    Ready,
    /// It is gone.
    Gone(Gone),
}

/// The worker has ended, or never began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone {
    /// It could not be started, or it ended.
    Ended,
    /// The page ended it: nobody waits for an answer.
    Dismissed,
    /// It is of another build than the page: the page must be loaded again.
    OtherBuild,
}

type Waiting = Rc<RefCell<HashMap<u32, oneshot::Sender<Reply>>>>;

impl WorkerLink {
    /// Starts a worker; `told` hears how far a long work is.
    ///
    /// # Errors
    /// [`Gone`] where the browser starts none.
    pub fn start(told: impl Fn(News) + 'static) -> Result<Self, Gone> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(LOADER, &options).map_err(|_| Gone::Ended)?;
        let link = Self {
            worker,
            waiting: Waiting::default(),
            last: Rc::new(Cell::new(0)),
            standing: Rc::new(RefCell::new(Standing::Starting(Vec::new()))),
        };
        link.listen(told);
        Ok(link)
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
        self.lose(Gone::Dismissed);
    }

    async fn send(&self, bytes: &JsValue, file: Option<&File>) -> Result<Reply, Gone> {
        let number = self.last.get() + 1;
        self.last.set(number);
        let message = Array::of2(&JsValue::from(number), bytes);
        if let Some(file) = file {
            message.push(file);
        }
        let (sender, receiver) = oneshot::channel();
        self.waiting.borrow_mut().insert(number, sender);
        self.post(message)?;
        receiver.await.map_err(|_| self.reason())
    }

    fn post(&self, message: Array) -> Result<(), Gone> {
        match &mut *self.standing.borrow_mut() {
            Standing::Starting(kept) => kept.push(message),
            Standing::Ready => {
                self.worker.post_message(&message).map_err(|_| Gone::Ended)?;
            }
            Standing::Gone(gone) => return Err(*gone),
        }
        Ok(())
    }

    fn reason(&self) -> Gone {
        match &*self.standing.borrow() {
            Standing::Gone(gone) => *gone,
            Standing::Starting(_) | Standing::Ready => Gone::Ended,
        }
    }

    fn lose(&self, gone: Gone) {
        self.worker.terminate();
        *self.standing.borrow_mut() = Standing::Gone(gone);
        self.waiting.borrow_mut().clear();
    }

    fn listen(&self, told: impl Fn(News) + 'static) {
        let link = self.clone();
        super::listen(&self.worker, "message", move |event: MessageEvent| {
            let message: Array = event.data().unchecked_into();
            if message.get(2).is_truthy() {
                if let Some(news) = read(&message) {
                    told(news);
                }
                return;
            }
            match read_reply(&message) {
                Some((_, Reply::Ready(build))) => link.begin(&build),
                Some((number, reply)) => {
                    if let Some(sender) = link.waiting.borrow_mut().remove(&number) {
                        // Whoever asked may have gone to another page.
                        let _ = sender.send(reply);
                    }
                }
                None => {}
            }
        });
        let link = self.clone();
        super::listen(&self.worker, "error", move |_: Event| link.lose(Gone::Ended));
    }

    /// Takes in the worker's first word.
    fn begin(&self, build: &str) {
        if build != crate::BUILD_ID {
            return self.lose(Gone::OtherBuild);
        }
        let kept = std::mem::replace(&mut *self.standing.borrow_mut(), Standing::Ready);
        if let Standing::Starting(kept) = kept {
            for message in kept {
                if self.worker.post_message(&message).is_err() {
                    self.lose(Gone::Ended);
                }
            }
        }
    }
}

fn read_reply(message: &Array) -> Option<(u32, Reply)> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the page numbered it itself, from 0"
    )]
    let number = message.get(0).as_f64()? as u32;
    Some((number, read(message)?))
}

fn read<T: serde::de::DeserializeOwned>(message: &Array) -> Option<T> {
    let bytes: Uint8Array = message.get(1).dyn_into().ok()?;
    postcard::from_bytes(&bytes.to_vec()).ok()
}
