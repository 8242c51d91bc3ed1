//! What stands between a store and its database, and breaks when it is told to commit.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// A commit as it is sent: a simple query with its length.
const COMMIT: &[u8] = b"Q\0\0\0\x0bcommit\0";

/// What of the next commit is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The database does it, and nothing that it says comes back: not even what it said before.
    Answer,
    /// The database never has it.
    Commit,
    /// As [`Answer`](Self::Answer), and no connection is taken after it.
    Everything,
}

/// A listener that passes everything on until the process ends.
pub(crate) struct Wire {
    pub(crate) address: SocketAddr,
    next: Arc<Mutex<Option<Fault>>>,
    broken: Arc<AtomicUsize>,
}

#[derive(Clone)]
struct Between {
    database: String,
    next: Arc<Mutex<Option<Fault>>>,
    broken: Arc<AtomicUsize>,
    is_cut: Arc<Mutex<bool>>,
}

impl Wire {
    /// Starts before the database at this address.
    pub(crate) fn start(database: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let between = Between {
            database: database.to_owned(),
            next: Arc::default(),
            broken: Arc::default(),
            is_cut: Arc::default(),
        };
        let wire = Self {
            address: listener.local_addr().unwrap(),
            next: Arc::clone(&between.next),
            broken: Arc::clone(&between.broken),
        };
        thread::spawn(move || {
            for client in listener.incoming() {
                let between = between.clone();
                thread::spawn(move || between.carry(&client.unwrap()));
            }
        });
        wire
    }

    pub(crate) fn set(&self, fault: Fault) {
        *self.next.lock().unwrap() = Some(fault);
    }

    /// Returns how many connections it broke.
    pub(crate) fn broken(&self) -> usize {
        self.broken.load(Ordering::SeqCst)
    }
}

impl Between {
    fn carry(&self, client: &TcpStream) {
        if *self.is_cut.lock().unwrap() {
            return;
        }
        let database = TcpStream::connect(&self.database).unwrap();
        let back = (database.try_clone().unwrap(), client.try_clone().unwrap());
        let answering = thread::spawn(move || pass(&back.0, &back.1));
        let mut sent = Vec::new();
        let mut piece = [0; 4096];
        while let Ok(count) = (&*client).read(&mut piece)
            && count > 0
        {
            sent.extend_from_slice(&piece[..count]);
            let fault =
                if sent.ends_with(COMMIT) { self.next.lock().unwrap().take() } else { None };
            if let Some(fault) = fault {
                self.break_off(fault, client, &database, &piece[..count]);
                break;
            }
            if (&database).write_all(&piece[..count]).is_err() {
                break;
            }
        }
        // What it was told it does, and then it finds that nobody is there.
        let _ = database.shutdown(Shutdown::Write);
        answering.join().unwrap();
        let _ = client.shutdown(Shutdown::Both);
    }

    fn break_off(&self, fault: Fault, client: &TcpStream, mut database: &TcpStream, last: &[u8]) {
        self.broken.fetch_add(1, Ordering::SeqCst);
        // Before the database can say anything.
        client.shutdown(Shutdown::Both).unwrap();
        if fault == Fault::Everything {
            *self.is_cut.lock().unwrap() = true;
        }
        if fault != Fault::Commit {
            database.write_all(last).unwrap();
        }
    }
}

/// Passes on what comes until one side is gone; what the other does not take is read all the same.
fn pass(mut from: &TcpStream, mut to: &TcpStream) {
    let mut piece = [0; 4096];
    while let Ok(count) = from.read(&mut piece)
        && count > 0
    {
        let _ = to.write_all(&piece[..count]);
    }
    let _ = to.shutdown(Shutdown::Both);
}
