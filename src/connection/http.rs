//! One request out, one answer in; gloo-net lives here alone.

use gloo_net::http::{RequestBuilder, Response};
use js_sys::{Reflect, Uint8Array};
use stockroom_api::{header, path};
use stockroom_client::answer::Answer;
use stockroom_client::headers::Headers;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, AbortSignal, ReadableStreamDefaultReader, RequestCache, RequestCredentials,
};

use super::{Connection, Standing, Way};
use crate::browser::clock;

/// How long an answer may take.
const PATIENCE_MS: i32 = 30_000;

/// What a request does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates.
    Post,
    /// Changes.
    Patch,
    /// Changes what stands there.
    Put,
    /// Removes.
    Delete,
}

/// No answer came; what the other side did is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreachable {
    /// No connection, or an origin that the server refuses: a browser does not tell them apart.
    NoAnswer,
    /// The answer took too long.
    TimedOut,
}

/// Where a request goes and how it says who sends it.
struct Sender {
    root: String,
    key: Option<String>,
}

impl Connection {
    /// Sends a request and returns its answer, whatever its status.
    ///
    /// `path` starts at the server's root, as in `stockroom_api::path`; key, cookie and
    /// `Content-Type` are added. A 401 marks the session as ended.
    ///
    /// # Errors
    /// [`Unreachable`] where no answer came.
    pub async fn send(
        self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&str>,
    ) -> Result<Answer, Unreachable> {
        let answer = send_as(&self.sender(), method, path, headers, body).await?;
        Ok(self.noticed(answer))
    }

    /// Notes that a session which was in use is over.
    fn notice_end(self) {
        let by_session = |standing: &Standing| matches!(standing, Standing::SignedIn(who) if who.way == Way::Session);
        if self.standing.try_with_untracked(by_session) == Some(true) {
            self.has_ended.try_set(true);
        }
    }

    /// Sends a request to another root with another key, before either is taken for good.
    pub(super) async fn send_to(
        root: &str,
        key: Option<&str>,
        path: &str,
    ) -> Result<Answer, Unreachable> {
        let sender = Sender { root: root.to_owned(), key: key.map(str::to_owned) };
        send_as(&sender, Method::Get, path, &[], None).await
    }
}

impl Connection {
    /// Asks the server for its time now, in milliseconds since 1970; `None` where no answer came, or
    /// none that tells it.
    pub async fn ask_date(self) -> Option<u64> {
        let answer = self.send(Method::Get, path::CAPABILITIES, &[], None).await.ok()?;
        Some(answer.headers.date()?.saturating_mul(1000))
    }
}

/// How a stream of bytes ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Streamed {
    /// All of it arrived; the tag tells whether it is another next time.
    Whole {
        /// The server's tag.
        tag: Option<String>,
    },
    /// It is what the tag stood for.
    Unchanged,
    /// The server answered something else.
    Other(Answer),
}

impl Connection {
    /// Reads a stream; `took` is given each piece as it arrives and tells whether it wants more.
    ///
    /// # Errors
    /// [`Unreachable`] where no answer came, or it broke off.
    pub async fn stream(
        self,
        path: &str,
        tag: Option<&str>,
        mut took: impl FnMut(&[u8]) -> bool,
    ) -> Result<Streamed, Unreachable> {
        let sender = self.sender();
        let tag = tag.map(|tag| ("if-none-match", tag));
        let abort = AbortController::new().map_err(|_| Unreachable::NoAnswer)?;
        let request = request(&sender, Method::Get, path, tag.as_slice(), &abort.signal());
        let response = request.send().await.map_err(|_| Unreachable::NoAnswer)?;
        match response.status() {
            304 => return Ok(Streamed::Unchanged),
            200 => {}
            _ => {
                let answer = read(response).await.map_err(|_| Unreachable::NoAnswer)?;
                return Ok(Streamed::Other(self.noticed(answer)));
            }
        }
        let tag = response.headers().get("etag");
        let body = response.body().ok_or(Unreachable::NoAnswer)?;
        let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
        loop {
            let timer = clock::after(PATIENCE_MS, {
                let abort = abort.clone();
                move || abort.abort()
            });
            let piece = JsFuture::from(reader.read()).await.map_err(|_| Unreachable::NoAnswer)?;
            drop(timer);
            let field =
                |name: &str| Reflect::get(&piece, &name.into()).unwrap_or(JsValue::UNDEFINED);
            if field("done").is_truthy() {
                return Ok(Streamed::Whole { tag });
            }
            let bytes: Uint8Array = field("value").unchecked_into();
            if !took(&bytes.to_vec()) {
                abort.abort();
                return Err(Unreachable::NoAnswer);
            }
        }
    }

    fn sender(self) -> Sender {
        match self.direct.try_get_value().flatten() {
            Some(direct) => Sender { root: direct.root, key: Some(direct.key) },
            None => Sender { root: String::new(), key: None },
        }
    }

    fn noticed(self, answer: Answer) -> Answer {
        if answer.status == 401 {
            self.notice_end();
        }
        if let Some(seconds) = answer.headers.date() {
            self.latest_date.try_set_value(Some(seconds.saturating_mul(1000)));
        }
        answer
    }
}

async fn send_as(
    sender: &Sender,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<&str>,
) -> Result<Answer, Unreachable> {
    let abort = AbortController::new().map_err(|_| Unreachable::NoAnswer)?;
    let signal = abort.signal();
    let timer = clock::after(PATIENCE_MS, {
        let abort = abort.clone();
        move || abort.abort()
    });
    let request =
        request(sender, method, path, headers, &signal).header("accept", "application/json");
    let no_answer =
        |_| if signal.aborted() { Unreachable::TimedOut } else { Unreachable::NoAnswer };
    let sent = match body {
        Some(body) => {
            let request = request.header("content-type", "application/json").body(body);
            request.map_err(no_answer)?.send().await
        }
        None => request.send().await,
    };
    let answer = read(sent.map_err(no_answer)?).await.map_err(no_answer);
    drop(timer);
    answer
}

fn request(
    sender: &Sender,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    signal: &AbortSignal,
) -> RequestBuilder {
    let mut request = RequestBuilder::new(&format!("{}{path}", sender.root))
        .method(method.into())
        // A kept answer tells of a stock, and of a time, that was.
        .cache(RequestCache::NoStore)
        .abort_signal(Some(signal));
    request = match &sender.key {
        Some(key) => request
            .header("authorization", &format!("Bearer {key}"))
            .credentials(RequestCredentials::Omit),
        None if sender.root.is_empty() => request.header(header::APP, "1"),
        None => request.credentials(RequestCredentials::Omit),
    };
    for (name, value) in headers {
        request = request.header(name, value);
    }
    request
}

/// Reads the whole body: an answer that breaks off is no answer.
async fn read(response: Response) -> Result<Answer, gloo_net::Error> {
    let status = response.status();
    let headers = Headers::new(response.headers().entries());
    let body = text_of(response.binary().await?);
    Ok(Answer { status, headers, body })
}

/// Returns what `Response.text` would: of a long answer, making the browser's text first costs more.
fn text_of(bytes: Vec<u8>) -> String {
    let text = String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    }
}

impl From<Method> for gloo_net::http::Method {
    fn from(method: Method) -> Self {
        match method {
            Method::Get => Self::GET,
            Method::Post => Self::POST,
            Method::Patch => Self::PATCH,
            Method::Put => Self::PUT,
            Method::Delete => Self::DELETE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_read_as_a_browser_reads_them() {
        let read = |bytes: &[u8]| text_of(bytes.to_vec());
        assert_eq!(read("Thé".as_bytes()), "Thé");
        assert_eq!(read(b"\xef\xbb\xbf{}"), "{}");
        assert_eq!(read(b"Th\xe9"), "Th\u{fffd}");
    }
}
