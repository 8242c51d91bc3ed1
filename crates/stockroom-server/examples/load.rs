//! Sends one kind of load to a running server for some seconds, and prints how much of it was answered
//! and how long each answer took: `requests/s 1200 p50 3.10 ms p99 8.20 ms max 40.00 ms`.
//!
//! Bulk requests adjust 200 products each by one unit up and, in the next pass over all products, down
//! again; single updates set one level. With `--rate` requests are due at fixed times, whether or not
//! those before are answered, and each is timed from when it was due: what waits, counts.
//! `cargo xtask bench server` runs it; by hand:
//! `load bulk --server http://127.0.0.1:8080 --order shuffled --products 1000000 --seconds 10`

use std::error::Error;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use clap::{Parser, ValueEnum};
use serde::Deserialize;
use stockroom_api::inventory::InventoryQuery;
use stockroom_api::path;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const ITEMS: usize = 200;

/// Sends one kind of load to a running server.
#[derive(Clone, Debug, Parser)]
struct Args {
    /// What to send
    what: What,
    /// The server's address
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    server: String,
    /// A secret key
    #[arg(long, default_value = "sk_test_demo")]
    key: String,
    /// The most products to touch
    #[arg(long, default_value_t = 100_000)]
    products: usize,
    /// The order of the products
    #[arg(long, default_value = "key")]
    order: Order,
    /// How long to measure
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=120))]
    seconds: u64,
    /// The connections, each with one request in flight
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u64).range(1..=64))]
    connections: u64,
    /// Requests a second that are due; without it each follows the answer before
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    rate: Option<u32>,
    /// The page of the list
    #[arg(long, default_value_t = 1)]
    page: u64,
    /// Send an idempotency key with every write, as the app does
    #[arg(long)]
    idempotency: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    /// Bulk requests of 200 items
    Bulk,
    /// The stock of one product
    Single,
    /// A page of 100 of the inventory list
    List,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Order {
    /// By SKU, as the database has them
    Key,
    /// By chance, the same each time
    Shuffled,
}

/// A line of the snapshot; its head has neither field.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    external_id: Option<String>,
}

/// One connection that is kept open.
struct Connection {
    stream: BufReader<TcpStream>,
    head: String,
}

/// The requests, and who takes the next.
struct Load {
    args: Args,
    ids: Vec<String>,
    next: AtomicUsize,
    start: Instant,
}

fn main() -> Outcome<()> {
    let args = Args::parse();
    let ids = if args.what == What::List { Vec::new() } else { read_ids(&args)? };
    if args.what == What::Bulk && ids.len() < ITEMS {
        return Err(format!("{} products are too few: {ITEMS} are needed", ids.len()).into());
    }
    let connections = args.connections;
    let load = Arc::new(Load { args, ids, next: AtomicUsize::new(0), start: Instant::now() });
    let threads: Vec<_> = (0..connections)
        .map(|_| {
            let load = Arc::clone(&load);
            thread::spawn(move || load.send_until_the_end())
        })
        .collect();
    let mut times = Vec::new();
    for thread in threads {
        times.extend(thread.join().map_err(|_| "a connection panicked")??);
    }
    report(&mut times, load.start.elapsed());
    Ok(())
}

fn report(times: &mut [Duration], elapsed: Duration) {
    times.sort_unstable();
    let at = |per_mille: usize| times.get(times.len().saturating_sub(1) * per_mille / 1000);
    let millis = |time: Option<&Duration>| time.map_or(0.0, Duration::as_secs_f64) * 1000.0;
    #[expect(clippy::cast_precision_loss, reason = "a count of requests is far below 2^52")]
    let rate = times.len() as f64 / elapsed.as_secs_f64();
    println!(
        "requests/s {rate:.0}  p50 {:.2} ms  p99 {:.2} ms  max {:.2} ms",
        millis(at(500)),
        millis(at(990)),
        millis(times.last()),
    );
}

impl Load {
    fn send_until_the_end(&self) -> Outcome<Vec<Duration>> {
        let mut connection = Connection::open(&self.args)?;
        let until = self.start + Duration::from_secs(self.args.seconds);
        let mut times = Vec::new();
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let due = self.due(number);
            if due >= until {
                return Ok(times);
            }
            thread::sleep(due.saturating_duration_since(Instant::now()));
            self.send(&mut connection, number)?;
            times.push(due.elapsed());
        }
    }

    /// Returns when a request is due: now, where there is no rate.
    fn due(&self, number: usize) -> Instant {
        let after = |rate| {
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            Duration::from_secs(u64::from(number)) / rate
        };
        self.args.rate.map_or_else(Instant::now, |rate| self.start + after(rate))
    }

    fn send(&self, connection: &mut Connection, number: usize) -> Outcome<()> {
        let key = if self.args.idempotency {
            format!("x-idempotency-key: load-{}-{number}\r\n", std::process::id())
        } else {
            String::new()
        };
        let (answer, wanted) = match self.args.what {
            What::Bulk => {
                let batches = self.ids.len() / ITEMS;
                let (pass, batch) = (number / batches, number % batches);
                let delta = if pass.is_multiple_of(2) { 1 } else { -1 };
                let body = body(&self.ids[batch * ITEMS..(batch + 1) * ITEMS], delta)?;
                (connection.call("PATCH", path::BULK, &key, &body)?, "\"updated\":200,")
            }
            What::Single => {
                let id = &self.ids[number % self.ids.len()];
                let body = format!("{{\"quantity\":{}}}", number % 1000);
                (connection.call("PATCH", &path::stock(id), &key, &body)?, "\"success\":true")
            }
            What::List => {
                let page = Some(self.args.page);
                let query = InventoryQuery { page, ..InventoryQuery::default() };
                (connection.call("GET", &path::inventory(query), "", "")?, "\"items\":[{")
            }
        };
        let answer = String::from_utf8_lossy(&answer);
        if !answer.contains(wanted) {
            return Err(format!("not what was asked for: {answer:.500}").into());
        }
        Ok(())
    }
}

fn body(ids: &[String], delta: i32) -> Outcome<String> {
    let mut body = String::from("{\"items\":[");
    for (index, id) in ids.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        let id = serde_json::to_string(id)?;
        write!(body, "{comma}{{\"externalId\":{id},\"quantityDelta\":{delta}}}")?;
    }
    body.push_str("]}");
    Ok(body)
}

/// Reads the SKUs of the tracked products, which the snapshot has in the order of SKUs.
fn read_ids(args: &Args) -> Outcome<Vec<String>> {
    let address = format!("{}{}", args.server.trim_end_matches('/'), path::SNAPSHOT);
    let key = format!("Bearer {}", args.key);
    let ask = ureq::get(address).header("authorization", key);
    // Compressing a million lines would count as the server's work.
    let answer = ask.header("accept-encoding", "identity").call()?;
    let lines = BufReader::new(answer.into_body().into_reader()).lines();
    let mut ids = Vec::new();
    for line in lines.skip(1).take(args.products) {
        ids.extend(serde_json::from_str::<Line>(&line?)?.external_id);
    }
    if args.order == Order::Shuffled {
        shuffle(&mut ids);
    }
    Ok(ids)
}

/// Fisher and Yates' shuffle by a small mixer: the same each time.
fn shuffle(ids: &mut [String]) {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    for last in (1..ids.len()).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let other = usize::try_from(state % (last as u64 + 1)).unwrap_or(0);
        ids.swap(last, other);
    }
}

impl Connection {
    fn open(args: &Args) -> Outcome<Self> {
        let host = args.server.trim_start_matches("http://").trim_end_matches('/');
        let stream = TcpStream::connect(host)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        let key = &args.key;
        Ok(Self {
            stream: BufReader::with_capacity(64 * 1024, stream),
            head: format!("host: {host}\r\nauthorization: Bearer {key}\r\n"),
        })
    }

    fn call(&mut self, method: &str, path: &str, more: &str, body: &str) -> Outcome<Vec<u8>> {
        let (head, length) = (&self.head, body.len());
        let request = format!(
            "{method} {path} HTTP/1.1\r\n{head}{more}content-type: application/json\r\n\
             content-length: {length}\r\n\r\n{body}"
        );
        self.stream.get_mut().write_all(request.as_bytes())?;
        let mut length = 0;
        let mut line = String::new();
        loop {
            line.clear();
            if self.stream.read_line(&mut line)? == 0 {
                return Err("the server closed the connection".into());
            }
            let header = line.trim_end().to_ascii_lowercase();
            if header.is_empty() {
                break;
            }
            if let Some(value) = header.strip_prefix("content-length:") {
                length = value.trim().parse()?;
            }
        }
        let mut answer = vec![0; length];
        self.stream.read_exact(&mut answer)?;
        Ok(answer)
    }
}
