//! A network of its own for a database, which can be cut: a namespace of the kernel, and a cable to it. Only root
//! may make one.

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A namespace, removed when dropped.
pub(crate) struct Network {
    /// The name of the namespace.
    pub(crate) name: String,
    /// The address on its side of the cable.
    pub(crate) address: String,
}

impl Network {
    /// Makes a network; where that is not possible it says why and returns nothing.
    pub(crate) fn make() -> Option<Self> {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let process = std::process::id();
        let name = format!("stockroom-{process}-{number}");
        if !ip(&["netns", "add", &name]) {
            eprintln!(
                "skipped: only root on Linux, with the program `ip`, can make a network and cut it"
            );
            return None;
        }
        let subnet = format!("10.213.{}", (usize::try_from(process).unwrap() + number) % 256);
        let network = Self { name, address: format!("{subnet}.2") };
        let near = format!("sr{process}-{number}");
        network.must(&[
            "link",
            "add",
            &near,
            "type",
            "veth",
            "peer",
            "name",
            "far",
            "netns",
            &network.name,
        ]);
        network.must(&["address", "add", &format!("{subnet}.1/24"), "dev", &near]);
        network.must(&["link", "set", &near, "up"]);
        network.inside(&["address", "add", &format!("{}/24", network.address), "dev", "far"]);
        network.inside(&["link", "set", "lo", "up"]);
        network.heal();
        Some(network)
    }

    /// Cuts the cable: what is sent is lost, and nobody is told.
    pub(crate) fn cut(&self) {
        self.inside(&["link", "set", "far", "down"]);
    }

    pub(crate) fn heal(&self) {
        self.inside(&["link", "set", "far", "up"]);
    }

    fn inside(&self, args: &[&str]) {
        self.must(&[&["-n", &self.name], args].concat());
    }

    fn must(&self, args: &[&str]) {
        assert!(ip(args), "ip {args:?} for {}", self.name);
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        // The cable goes with it.
        ip(&["netns", "delete", &self.name]);
    }
}

fn ip(args: &[&str]) -> bool {
    let run = Command::new("ip").args(args).stdout(Stdio::null()).stderr(Stdio::null()).status();
    run.is_ok_and(|status| status.success())
}
