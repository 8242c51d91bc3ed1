//! Messages to a worker and its answers, whatever they say.
//!
//! A message is `[number, bytes, file?]`, its answer `[number, bytes, beside?]` with the same
//! number; `[number, bytes, true]` is news while the answer is awaited. The first word, number 0,
//! carries the build id. One implementation for all workers: what the bytes mean is known only to
//! who asks.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use futures_channel::oneshot;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{Blob, Event, MessageEvent, Worker, WorkerOptions, WorkerType};

/// A worker; clones are the same one.
///
/// What is asked before its first word is kept until then: a worker that has not begun to listen
/// loses messages.
#[derive(Clone, Debug)]
pub(super) struct Link {
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

/// What a worker answered.
#[derive(Debug)]
pub(super) struct Answer(Array);

/// Hears what a worker tells of its own accord.
type Told = Box<dyn Fn(&[u8])>;
type Waiting = Rc<RefCell<HashMap<u32, oneshot::Sender<Answer>>>>;

impl Answer {
    /// Returns what it says.
    pub(super) fn read<T: serde::de::DeserializeOwned>(&self) -> Option<T> {
        read(&self.bytes()?)
    }

    /// Returns what stands beside it.
    pub(super) fn beside(&self) -> JsValue {
        self.0.get(2)
    }

    fn bytes(&self) -> Option<Vec<u8>> {
        let bytes: Uint8Array = self.0.get(1).dyn_into().ok()?;
        Some(bytes.to_vec())
    }
}

/// Returns what bytes say.
pub(super) fn read<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    postcard::from_bytes(bytes).ok()
}

impl Link {
    /// Starts a worker. `build_id` finds the id in its first word, `told` hears its news.
    ///
    /// # Errors
    /// [`Gone`] where the browser starts none.
    pub(super) fn start(
        loader: &str,
        build_id: fn(&[u8]) -> Option<String>,
        told: impl Fn(&[u8]) + 'static,
    ) -> Result<Self, Gone> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(loader, &options).map_err(|_| Gone::Ended)?;
        let link = Self {
            worker,
            waiting: Waiting::default(),
            last: Rc::new(Cell::new(0)),
            standing: Rc::new(RefCell::new(Standing::Starting(Vec::new()))),
        };
        link.listen(build_id, Box::new(told));
        Ok(link)
    }

    /// Ends the worker; every open future ends with [`Gone`].
    pub(super) fn end(&self) {
        self.lose(Gone::Dismissed);
    }

    /// Sends bytes, and a file beside them; what it returns waits for the answer.
    pub(super) fn send(
        &self,
        bytes: &JsValue,
        file: Option<&Blob>,
    ) -> Result<impl Future<Output = Result<Answer, Gone>> + use<>, Gone> {
        let number = self.last.get() + 1;
        self.last.set(number);
        let message = Array::of2(&JsValue::from(number), bytes);
        if let Some(file) = file {
            message.push(file);
        }
        let (sender, receiver) = oneshot::channel();
        self.waiting.borrow_mut().insert(number, sender);
        self.post(message)?;
        let link = self.clone();
        Ok(async move { receiver.await.map_err(|_| link.reason()) })
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

    fn listen(&self, build_id: fn(&[u8]) -> Option<String>, told: Told) {
        let link = self.clone();
        super::super::listen(&self.worker, "message", move |event: MessageEvent| {
            let answer = Answer(event.data().unchecked_into());
            let is_news = answer.beside().as_bool() == Some(true);
            let number = number(&answer);
            if is_news || number == Some(0) {
                let bytes = answer.bytes().unwrap_or_default();
                if is_news {
                    told(&bytes);
                } else if let Some(build) = build_id(&bytes) {
                    link.begin(&build);
                }
                return;
            }
            let asked = number.and_then(|number| link.waiting.borrow_mut().remove(&number));
            if let Some(sender) = asked {
                // Whoever asked may have gone to another page.
                let _ = sender.send(answer);
            }
        });
        let link = self.clone();
        super::super::listen(&self.worker, "error", move |_: Event| link.lose(Gone::Ended));
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

fn number(answer: &Answer) -> Option<u32> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the page numbered it itself, from 0"
    )]
    let number = answer.0.get(0).as_f64()? as u32;
    Some(number)
}
