//! What stands between a client and a server and fails on purpose, for bulk requests alone.

use std::collections::VecDeque;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// What happens to one bulk request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// The connection ends before the server has the request.
    LostBefore,
    /// The connection ends after the server has done it.
    LostAfter,
    /// The server has done it, and the answer breaks off.
    Truncated,
    /// It is done, and this comes back instead of the answer.
    InsteadOfAnswer(&'static str),
    /// It is not done, and this comes back.
    Refused(&'static str),
    /// It is not done, and nothing comes back either.
    HeldBefore,
    /// It is done, and nothing comes back.
    HeldAfter,
}

pub(crate) const LIMITED: &str = "HTTP/1.1 429 Too Many Requests\r\nretry-after: 1\r\n\r\n";
pub(crate) const UNAVAILABLE: &str =
    "HTTP/1.1 503 Service Unavailable\r\nretry-after: 0\r\n\r\n<html>";
pub(crate) const HTML: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n<html>sign in";
pub(crate) const DENIED: &str = "HTTP/1.1 401 Unauthorized\r\n\r\n\
    {\"success\":false,\"error\":{\"code\":\"INVALID_API_KEY\",\"message\":\"No such key\"}}";

#[derive(Default)]
struct State {
    script: VecDeque<Fault>,
    upstream: String,
    /// How often the script was set: what an earlier one still holds is over.
    round: usize,
    /// Whether answers tell of a rate limit.
    is_limited: bool,
    /// Whether the server says nothing of what it can do beyond the contract.
    is_plain: bool,
    /// Idempotency keys of bulk requests, in the order they came.
    keys: Vec<String>,
    under_way: usize,
    most_under_way: usize,
}

/// A proxy that is listening until the process ends.
pub(crate) struct Proxy {
    pub(crate) url: String,
    state: Arc<Mutex<State>>,
    held: Receiver<usize>,
}

impl Proxy {
    /// Starts a proxy before the server at `url`, with one fault for each bulk request; later ones
    /// have none.
    pub(crate) fn start(url: &str, script: &[Fault]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let own = format!("http://{}", listener.local_addr().unwrap());
        let state = State {
            script: script.iter().copied().collect(),
            upstream: url.trim_start_matches("http://").to_owned(),
            ..State::default()
        };
        let state = Arc::new(Mutex::new(state));
        let (tell, held) = channel();
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (state, tell) = (Arc::clone(&shared), tell.clone());
                // A client that was killed closes its connections: that is no fault of the test.
                thread::spawn(move || serve(&mut stream.unwrap(), &state, &tell));
            }
        });
        Self { url: own, state, held }
    }

    fn with<T>(&self, with: impl FnOnce(&mut State) -> T) -> T {
        with(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Sets what happens to the next bulk requests.
    pub(crate) fn script(&self, script: &[Fault]) {
        self.with(|state| {
            state.script = script.iter().copied().collect();
            state.round += 1;
        });
    }

    pub(crate) fn set_upstream(&self, url: &str) {
        self.with(|state| url.trim_start_matches("http://").clone_into(&mut state.upstream));
    }

    pub(crate) fn tell_of_a_limit(&self) {
        self.with(|state| state.is_limited = true);
    }

    /// Hides what the server can do beyond the contract.
    pub(crate) fn be_plain(&self) {
        self.with(|state| state.is_plain = true);
    }

    /// Waits until a request of the script at hand is held.
    pub(crate) fn wait_until_held(&self) {
        let round = self.with(|state| state.round);
        while self.held.recv_timeout(Duration::from_secs(30)).unwrap() != round {}
    }

    pub(crate) fn keys(&self) -> Vec<String> {
        self.with(|state| state.keys.clone())
    }

    pub(crate) fn most_under_way(&self) -> usize {
        self.with(|state| state.most_under_way)
    }
}

fn serve(client: &mut TcpStream, state: &Mutex<State>, tell: &Sender<usize>) -> Option<()> {
    let (head, body) = request(client)?;
    let lock = || state.lock().unwrap_or_else(PoisonError::into_inner);
    if !head.starts_with("PATCH ") {
        let (upstream, is_limited, is_plain) = {
            let state = lock();
            (state.upstream.clone(), state.is_limited, state.is_plain)
        };
        if is_plain && head.starts_with("GET /api/v1/capabilities ") {
            return client.write_all(b"HTTP/1.1 404 Not Found\r\n\r\n").ok();
        }
        return answer(client, &forward(&upstream, &head, &body)?, is_limited);
    }
    let key = head.lines().find_map(|line| line.strip_prefix("x-idempotency-key: ")).unwrap();
    let (fault, upstream, is_limited, round) = {
        let mut state = lock();
        state.keys.push(key.to_owned());
        state.under_way += 1;
        state.most_under_way = state.most_under_way.max(state.under_way);
        let fault = state.script.pop_front().unwrap_or(Fault::None);
        (fault, state.upstream.clone(), state.is_limited, state.round)
    };
    let forwarded = match fault {
        Fault::LostBefore | Fault::Refused(_) | Fault::HeldBefore => None,
        _ => forward(&upstream, &head, &body),
    };
    // Long enough that others of the same run are under way at the same time.
    thread::sleep(Duration::from_millis(20));
    lock().under_way -= 1;
    match fault {
        Fault::None => answer(client, &forwarded?, is_limited),
        Fault::LostBefore | Fault::LostAfter => None,
        Fault::Truncated => {
            let bytes = forwarded?;
            client.write_all(&bytes[..bytes.len() - 20]).ok()
        }
        Fault::InsteadOfAnswer(text) | Fault::Refused(text) => {
            client.write_all(text.as_bytes()).ok()
        }
        Fault::HeldBefore | Fault::HeldAfter => {
            tell.send(round).ok()?;
            // Until the client gives up.
            client.read_to_end(&mut Vec::new()).ok().map(|_| ())
        }
    }
}

/// Reads a request: its head without the empty line, and its body.
fn request(client: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let end = loop {
        let mut piece = [0; 4096];
        let count = client.read(&mut piece).ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&piece[..count]);
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut body = bytes.split_off(end + 4);
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.map_or(0, |length| length.trim().parse().unwrap());
    let mut rest = vec![0; length - body.len()];
    client.read_exact(&mut rest).ok()?;
    body.extend(rest);
    Some((head, body))
}

/// Sends a request on and returns the whole answer.
fn forward(upstream: &str, head: &str, body: &[u8]) -> Option<Vec<u8>> {
    let mut server = TcpStream::connect(upstream).ok()?;
    server.write_all(head.as_bytes()).ok()?;
    server.write_all(b"\r\nconnection: close\r\n\r\n").ok()?;
    server.write_all(body).ok()?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).ok()?;
    Some(answer)
}

fn answer(client: &mut TcpStream, answer: &[u8], is_limited: bool) -> Option<()> {
    let end = answer.windows(2).position(|two| two == b"\r\n")? + 2;
    client.write_all(&answer[..end]).ok()?;
    if is_limited {
        let limits = b"x-ratelimit-limit: 30\r\nx-ratelimit-remaining: 29\r\n";
        client.write_all(limits).ok()?;
    }
    client.write_all(&answer[end..]).ok()
}
