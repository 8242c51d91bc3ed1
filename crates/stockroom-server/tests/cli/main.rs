//! The binary as a person runs it: what it prints, what it refuses, and in which words.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking where something is missing")]

mod apply;
mod apply_checks;
mod backup;
mod balancer;
mod balancing;
#[path = "../cluster/cluster.rs"]
mod cluster;
mod copy;
mod crash;
mod gateway;
mod help;
mod keys;
mod logs;
mod network;
mod plan;
mod postgres;
mod postgres_faults;
mod postgres_network;
mod process;
mod proxy;
mod serve;
mod shop;
#[cfg(unix)]
mod stopping;
mod tls;
mod users;
mod webhooks;
