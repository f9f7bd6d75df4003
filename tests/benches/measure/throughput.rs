//! Commands a second: over HTTP until they can be read back, in the process until they are committed, and the same
//! statements by pgbench. The three take turns in short rounds, so that whatever else the machine does meets all of them.

use std::time::{Duration, Instant};

use konductro_api::commands::Wait;
use konductro_domain::ids::PhaseId;
use konductro_tests::database::TestDatabase;

use crate::bed::Bed;
use crate::connection::Connection;
use crate::inside::Inside;
use crate::pgbench::Pgbench;
use crate::samples::Samples;
use crate::table::{Mark, Quantity, Table};

const ROUNDS: u32 = 2;
const ROUND: Duration = Duration::from_secs(4);
const WARM_UP: Duration = Duration::from_secs(2);
const MOST: usize = 32;

pub async fn measure(bed: &Bed, inside: &Inside, table: &mut Table) {
    let database = TestDatabase::new().await;
    let Some(mut pgbench) = Pgbench::find(&database).await else {
        eprintln!("         pgbench is not installed beside PostgreSQL: commands a second are not measured");
        return;
    };
    let (phases, inner) = (bed.phases(MOST).await, inside.phases(MOST).await);
    over_http(bed, &phases, WARM_UP).await;
    committed(inside, &inner, WARM_UP).await;
    pgbench.run(MOST, WARM_UP).await;
    for clients in [1, 8, MOST] {
        let (mut limit, mut visible, mut commit) = (0.0, 0.0, 0.0);
        let mut latency = Samples::default();
        for _ in 0..ROUNDS {
            limit += pgbench.run(clients, ROUND).await / f64::from(ROUNDS);
            let (rate, samples) = over_http(bed, &phases[..clients], ROUND).await;
            visible += rate / f64::from(ROUNDS);
            latency.extend(samples);
            commit += committed(inside, &inner[..clients], ROUND).await / f64::from(ROUNDS);
        }
        let limit = || ("pgbench, the same statements", Quantity::rate(limit));
        let mark = if clients == MOST { Mark::RatioAtLeast(0.5) } else { Mark::None };
        let what = format!("commands over HTTP, {clients} clients, acknowledged when visible");
        table.compare(what, Quantity::rate(visible), limit(), mark);
        let what = format!("commands in the process, {clients} callers, acknowledged at commit");
        table.compare(what, Quantity::rate(commit), limit(), Mark::None);
        table.note(format!("latency over HTTP, {clients} clients, p50"), Quantity::ms(latency.p50()));
        table.note(format!("latency over HTTP, {clients} clients, p99"), Quantity::ms(latency.p99()));
    }
}

/// One client for each phase; how many a second, and how long each took.
async fn over_http(bed: &Bed, phases: &[String], round: Duration) -> (f64, Samples) {
    let mut connections = Vec::new();
    for _ in phases {
        connections.push(Connection::open(bed.address()).await);
    }
    let started = Instant::now();
    let clients = connections.into_iter().zip(phases).map(|(mut connection, phase)| async move {
        let mut samples = Samples::default();
        while started.elapsed() < round {
            let request = bed.save_version(phase);
            let asked = Instant::now();
            connection.ask(&request, 201).await;
            samples.add(asked.elapsed());
        }
        samples
    });
    // On one thread: whoever asks must not take the cores of who answers.
    let samples = futures_util::future::join_all(clients).await;
    let elapsed = started.elapsed();
    let all = samples.into_iter().fold(Samples::default(), |mut all, samples| {
        all.extend(samples);
        all
    });
    (per_second(all.len(), elapsed), all)
}

/// One caller for each phase; how many a second are committed.
async fn committed(inside: &Inside, phases: &[PhaseId], round: Duration) -> f64 {
    let started = Instant::now();
    let callers = phases.iter().map(|phase| async {
        let fences = inside.fences(*phase).await;
        let mut done = 0;
        while started.elapsed() < round {
            inside.save_version(*phase, &fences, Wait::None).await;
            done += 1;
        }
        done
    });
    let done: usize = futures_util::future::join_all(callers).await.into_iter().sum();
    per_second(done, started.elapsed())
}

#[expect(clippy::cast_precision_loss, reason = "counts of some seconds")]
fn per_second(count: usize, elapsed: Duration) -> f64 {
    count as f64 / elapsed.as_secs_f64()
}
