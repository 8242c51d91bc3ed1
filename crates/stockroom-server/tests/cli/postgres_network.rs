//! The network between servers and their database is cut under load and healed: nobody waits long for an answer,
//! and nothing is lost or done twice.

use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use crate::cluster::{Cluster, SAFE, Setup};
use crate::network::Network;
use crate::postgres_faults::{Shop, all, send_all};

/// Whoever comes by the cable may connect.
const WHO: &str = "local all all trust\nhost all all all trust\n";

/// The longest that anybody may wait: until a broken connection is known to be one, and then until it was asked
/// long enough what became of a commit.
const BOUND: Duration = Duration::from_secs(20);

#[test]
fn a_network_that_is_cut_under_load_keeps_nobody_waiting_and_loses_nothing() {
    let Some(network) = Network::make() else { return };
    let network = Arc::new(network);
    let shop = Shop::on(Cluster::database_of(&Setup {
        place: Some((&network.name, &network.address)),
        files: &[("pg_hba.conf", WHO.to_owned())],
        ..SAFE
    }));
    let (first, second) = (shop.server(&[]), shop.server(&[]));
    let urls = [first.url.clone(), second.url.clone()];
    let (cut, cutting) = mpsc::channel::<Duration>();
    let cutter = {
        let network = Arc::clone(&network);
        thread::spawn(move || {
            for pause in cutting {
                network.cut();
                thread::sleep(pause);
                network.heal();
            }
        })
    };
    let cut = Mutex::new(Some(cut));
    let seen = send_all(&urls, 160, |done| {
        let pause = match done {
            // What was sent is sent again by the kernel, and nobody notices but by waiting.
            40 => Duration::from_secs(2),
            // Every connection breaks.
            100 => Duration::from_secs(25),
            _ => return,
        };
        cut.lock().unwrap().as_ref().unwrap().send(pause).unwrap();
    });
    cut.lock().unwrap().take();
    cutter.join().unwrap();
    eprintln!("the network was cut for 2 and for 25 seconds: {seen:?}");
    assert!(seen.later > 0, "the database was not missed");
    assert_eq!(seen.nothing, 0, "a server left somebody without an answer");
    assert!(seen.longest < BOUND, "{seen:?}");
    shop.check_applied_once(&all(160));
}
