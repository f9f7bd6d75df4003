//! What the program takes: start to ready with its own PostgreSQL, memory while nobody asks, size on disk.

use std::time::Instant;

use konductro_tests::Server;
use konductro_tests::server::binary;

use crate::table::{Quantity, Table};

pub async fn measure(table: &mut Table) {
    let started = Instant::now();
    let mut server = Server::start().await;
    table.note("first start to ready, PostgreSQL cluster made", Quantity::new(started.elapsed().as_secs_f64(), "s"));
    server.stop();
    let started = Instant::now();
    server.restart().await;
    table.note("next start to ready", Quantity::new(started.elapsed().as_secs_f64(), "s"));
    table.note("memory idle, without PostgreSQL", Quantity::new(resident_mib(server.pid()), "MiB"));
    let bytes = std::fs::metadata(binary()).expect("the binary is there").len();
    #[expect(clippy::cast_precision_loss, reason = "a binary is smaller than that")]
    table.note("size of the binary", Quantity::new(bytes as f64 / 1024.0 / 1024.0, "MiB"));
}

fn resident_mib(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("the process lives");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("Linux tells it");
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse().expect("a number");
    kib / 1024.0
}
