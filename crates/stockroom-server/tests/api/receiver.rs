//! A receiver of webhooks on loopback, as an integrator would run one, and signatures checked by code
//! that shares nothing with the server's.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tokio::runtime::Runtime;

/// A running receiver.
pub(crate) struct Receiver {
    pub(crate) url: String,
    came: mpsc::Receiver<Came>,
    answers: Answers,
    _runtime: Runtime,
}

/// A request that came.
#[derive(Clone, Debug)]
pub(crate) struct Came {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

/// How a request is answered.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Status(u16),
    Body(u16, String),
    Redirect(String),
    Never,
}

type Answers = Arc<Mutex<(VecDeque<Reply>, Reply)>>;

impl Receiver {
    /// Starts a receiver that takes everything.
    pub(crate) fn start() -> Self {
        let runtime = Runtime::new().unwrap();
        let (sender, came) = mpsc::channel();
        let answers: Answers = Arc::new(Mutex::new((VecDeque::new(), Reply::Status(200))));
        let router = Router::new().fallback(take).with_state((sender, Arc::clone(&answers)));
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}/hooks", listener.local_addr().unwrap());
        runtime.spawn(async move { axum::serve(listener, router).await });
        Self { url, came, answers, _runtime: runtime }
    }

    /// Answers the next requests so, one after the other.
    pub(crate) fn then(&self, replies: impl IntoIterator<Item = Reply>) {
        self.answers.lock().unwrap().0.extend(replies);
    }

    /// Answers all requests so, once there is nothing else said of them.
    pub(crate) fn always(&self, reply: Reply) {
        self.answers.lock().unwrap().1 = reply;
    }

    /// Waits for the next request.
    pub(crate) fn next(&self) -> Came {
        self.came.recv_timeout(Duration::from_mins(1)).unwrap()
    }

    /// Returns a request that came already.
    pub(crate) fn came_already(&self) -> Option<Came> {
        self.came.try_recv().ok()
    }
}

async fn take(
    State((sender, answers)): State<(mpsc::Sender<Came>, Answers)>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let body = String::from_utf8(body.to_vec()).unwrap();
    let reply = {
        let mut answers = answers.lock().unwrap();
        answers.0.pop_front().unwrap_or_else(|| answers.1.clone())
    };
    let _ = sender.send(Came { path: uri.path().to_owned(), headers, body });
    let status = |code| StatusCode::from_u16(code).unwrap();
    match reply {
        Reply::Status(code) => status(code).into_response(),
        Reply::Body(code, body) => (status(code), body).into_response(),
        Reply::Redirect(to) => (status(302), [("location", to)]).into_response(),
        Reply::Never => std::future::pending().await,
    }
}

impl Came {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    /// Returns what was signed with which of these secrets, each as 64 hexadecimal digits.
    pub(crate) fn is_signed_with(&self, secret: &str) -> bool {
        let (id, at) = (self.header("webhook-id"), self.header("webhook-timestamp"));
        let signed = format!("{id}.{at}.{}", self.body);
        let expected = format!("v1,{}", base64(&hmac(&unhex(secret), signed.as_bytes())));
        self.header("webhook-signature").split(' ').any(|signature| signature == expected)
    }
}

/// HMAC-SHA256, as RFC 2104 writes it down.
fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let pad = |byte: u8| -> Vec<u8> {
        (0..64).map(|at| key.get(at).copied().unwrap_or(0) ^ byte).collect()
    };
    let hash = |first: &[u8], then: &[u8]| {
        let mut hash = Sha256::new();
        hash.update(first);
        hash.update(then);
        hash.finalize().to_vec()
    };
    hash(&pad(0x5c), &hash(&pad(0x36), text))
}

pub(crate) fn unhex(text: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    (0..text.len()).step_by(2).map(digit).collect()
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
        let bits = bits << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    text
}
