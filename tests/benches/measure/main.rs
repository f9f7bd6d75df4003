//! Measures the built server, prints one table, and keeps it as JSON in the target folder.
//!
//! Every number stands beside a limit that was measured in the same run on the same cluster (pgbench, one durable
//! commit, the bare driver, the model server alone), so that a slow or busy machine shows as that and not as a
//! slow program. Nothing is asserted: a row says whether its mark was met. `./justw bench` runs all of it,
//! `./justw bench streaming growth` those parts.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    unreachable_pub,
    reason = "a program of its own: a measurement that can't be taken ends the run, and says why"
)]

mod bed;
mod checking;
mod connection;
mod footprint;
mod growth;
mod inside;
mod model;
mod pgbench;
mod reads;
mod samples;
mod streaming;
mod table;
mod throughput;
mod visibility;

use std::time::Instant;

use crate::bed::Bed;
use crate::inside::Inside;
use crate::model::PacedModel;
use crate::table::Table;

fn main() {
    // cargo passes options of its own; what is left names parts.
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let table = runtime.block_on(measure(&|part| wanted.is_empty() || wanted.iter().any(|name| name == part)));
    println!("{table}");
    let file = table.save();
    println!("as JSON: {}", file.display());
}

async fn measure(wants: &(dyn Fn(&str) -> bool + Sync)) -> Table {
    let started = Instant::now();
    let mut table = Table::default();
    let say = |part: &str| eprintln!("[{:>4.0} s] {part}", started.elapsed().as_secs_f32());
    if wants("checking") {
        say("checking");
        checking::measure(&mut table);
    }
    if wants("footprint") {
        say("footprint");
        footprint::measure(&mut table).await;
    }
    let model = PacedModel::start().await;
    let bed = Bed::lay(&model.base_url).await;
    if wants("streaming") {
        say("streaming");
        streaming::measure(&bed, &model, &mut table).await;
    }
    if wants("reads") {
        say("reads");
        reads::measure(&bed, &mut table).await;
    }
    let inside = Inside::start().await;
    if wants("visibility") {
        say("visibility");
        visibility::measure(&inside, &mut table).await;
    }
    if wants("throughput") {
        say("throughput");
        throughput::measure(&bed, &inside, &mut table).await;
    }
    if wants("growth") {
        say("growth");
        growth::measure(&bed, &inside, &mut table).await;
    }
    say("done");
    table
}
