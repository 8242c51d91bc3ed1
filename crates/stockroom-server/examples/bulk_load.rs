//! Measures bulk requests against a running server: 4 connections, 200 items a request, products
//! in key order, each product adjusted by one unit up and, in the next pass, down again.
//!
//! It starts nothing and ends after `--seconds`:
//! `bulk_load --server http://127.0.0.1:8080 --key sk_test_demo --products 100000 --seconds 10`

use std::error::Error;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser;
use stockroom_api::envelope::Envelope;
use stockroom_api::inventory::{InventoryPage, InventoryQuery};
use stockroom_api::path;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const ITEMS: usize = 200;

/// Measures bulk requests against a running server.
#[derive(Clone, Debug, Parser)]
struct Args {
    /// The server's address
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    server: String,
    /// A secret key
    #[arg(long, default_value = "sk_test_demo")]
    key: String,
    /// The most products to touch
    #[arg(long, default_value_t = 100_000)]
    products: usize,
    /// How long to measure
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=120))]
    seconds: u64,
    /// The connections, each with one request in flight
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u64).range(1..=64))]
    connections: u64,
    /// Send an idempotency key with every request, as the app does
    #[arg(long)]
    idempotency: bool,
}

/// One connection that is kept open.
struct Connection {
    stream: BufReader<TcpStream>,
    head: String,
}

fn main() -> Outcome<()> {
    let args = Args::parse();
    let ids = Arc::new(read_ids(&args)?);
    if ids.len() < ITEMS {
        return Err(format!("{} products are too few: {ITEMS} are needed", ids.len()).into());
    }
    let next = Arc::new(AtomicUsize::new(0));
    let start = Instant::now();
    let until = start + Duration::from_secs(args.seconds);
    let threads: Vec<_> = (0..args.connections)
        .map(|_| {
            let (args, ids, next) = (args.clone(), Arc::clone(&ids), Arc::clone(&next));
            thread::spawn(move || send_until(&args, &ids, &next, until))
        })
        .collect();
    let mut times = Vec::new();
    for thread in threads {
        times.extend(thread.join().map_err(|_| "a connection panicked")??);
    }
    report(&mut times, start.elapsed());
    Ok(())
}

fn report(times: &mut [Duration], elapsed: Duration) {
    times.sort_unstable();
    let at = |per_mille: usize| times.get(times.len().saturating_sub(1) * per_mille / 1000);
    let millis = |time: Option<&Duration>| time.map_or(0.0, Duration::as_secs_f64) * 1000.0;
    #[expect(clippy::cast_precision_loss, reason = "a count of requests is far below 2^52")]
    let rate = times.len() as f64 / elapsed.as_secs_f64();
    println!(
        "requests/s {rate:.0}  items/s {:.0}  p50 {:.2} ms  p99 {:.2} ms  max {:.2} ms",
        rate * 200.0,
        millis(at(500)),
        millis(at(990)),
        millis(times.last()),
    );
}

fn send_until(
    args: &Args,
    ids: &[String],
    next: &AtomicUsize,
    until: Instant,
) -> Outcome<Vec<Duration>> {
    let mut connection = Connection::open(args)?;
    let batches = ids.len() / ITEMS;
    let mut times = Vec::new();
    while Instant::now() < until {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let (pass, batch) = (number / batches, number % batches);
        let delta = if pass.is_multiple_of(2) { 1 } else { -1 };
        let body = body(&ids[batch * ITEMS..(batch + 1) * ITEMS], delta)?;
        let key = if args.idempotency {
            format!("x-idempotency-key: load-{}-{number}\r\n", std::process::id())
        } else {
            String::new()
        };
        let sent = Instant::now();
        let answer = connection.call("PATCH", path::BULK, &key, &body)?;
        times.push(sent.elapsed());
        let wanted = format!("\"updated\":{ITEMS},");
        if !String::from_utf8_lossy(&answer).contains(&wanted) {
            let answer = String::from_utf8_lossy(&answer).into_owned();
            return Err(format!("not all items were applied: {answer:.500}").into());
        }
    }
    Ok(times)
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

fn read_ids(args: &Args) -> Outcome<Vec<String>> {
    let mut connection = Connection::open(args)?;
    let mut ids = Vec::new();
    for page in 1.. {
        let query = InventoryQuery { page: Some(page), ..InventoryQuery::default() };
        let answer = connection.call("GET", &path::inventory(query), "", "")?;
        let answer: Envelope<InventoryPage> = serde_json::from_slice(&answer)?;
        let page = answer.data;
        ids.extend(page.items.into_iter().filter_map(|item| item.external_id));
        if !page.has_more || ids.len() >= args.products {
            break;
        }
    }
    ids.truncate(args.products);
    Ok(ids)
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
