//! From commit to visible: how long after a command is durable until it can be read back, beside one durable commit.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use konductro_api::commands::Wait;
use konductro_domain::ids::EventId;
use sqlx::Executor as _;
use tokio::sync::broadcast::error::RecvError;

use crate::inside::{Inside, PATIENCE};
use crate::samples::Samples;
use crate::table::{Mark, Quantity, Table};

const EACH: usize = 60;
const CALLERS: [usize; 3] = [1, 8, 32];
const DURABLE_COMMITS: usize = 300;

pub async fn measure(inside: &Inside, table: &mut Table) {
    let commit = durable_commits(inside).await;
    let beside = |seconds: f64| ("one durable commit", Quantity::ms(seconds));
    for callers in CALLERS {
        let delay = delays_of_waiting(inside, callers).await;
        let what = |quantile: &str| format!("commit to visible, {callers} callers who each wait for it, {quantile}");
        table.compare(what("p50"), Quantity::ms(delay.p50()), beside(commit.p50()), Mark::None);
        table.compare(what("p99"), Quantity::ms(delay.p99()), beside(commit.p99()), Mark::Under(50.0));
    }
    // Nobody does so over HTTP, where an answer waits for what it wrote: what a flood adds is its own queue.
    let flood = delays_of_a_flood(inside, 32).await;
    table.note("commit to visible, flooded by 32 callers who never wait, p50", Quantity::ms(flood.p50()));
    table.note("commit to visible, flooded by 32 callers who never wait, p99", Quantity::ms(flood.p99()));
}

/// Each caller saves, waits until that can be read back, as a request does, and saves again.
async fn delays_of_waiting(inside: &Inside, callers: usize) -> Samples {
    let phases = inside.phases(callers).await;
    let callers = phases.iter().map(|phase| async {
        let fences = inside.fences(*phase).await;
        let mut samples = Samples::default();
        for _ in 0..EACH {
            let mut pages = inside.log.changes.subscribe();
            let event = inside.save_version(*phase, &fences, Wait::None).await;
            let committed = Instant::now();
            let visible =
                async { while !pages.recv().await.is_ok_and(|page| page.iter().any(|seen| seen.event_id == event)) {} };
            tokio::time::timeout(PATIENCE, visible).await.expect("what was committed becomes visible");
            samples.add(committed.elapsed());
        }
        samples
    });
    futures_util::future::join_all(callers).await.into_iter().fold(Samples::default(), |mut all, samples| {
        all.extend(samples);
        all
    })
}

/// One row, one transaction, on disk.
async fn durable_commits(inside: &Inside) -> Samples {
    let mut owner = inside.database.owner().await;
    owner.execute("CREATE TABLE IF NOT EXISTS measured_commits (n bigint PRIMARY KEY)").await.unwrap();
    let mut samples = Samples::default();
    for n in 0..DURABLE_COMMITS {
        let started = Instant::now();
        sqlx::query("INSERT INTO measured_commits VALUES ($1)")
            .bind(i64::try_from(n).unwrap())
            .execute(&mut owner)
            .await
            .unwrap();
        samples.add(started.elapsed());
    }
    samples
}

async fn delays_of_a_flood(inside: &Inside, callers: usize) -> Samples {
    let seen: Arc<Mutex<HashMap<EventId, Instant>>> = Arc::default();
    let mut pages = inside.log.changes.subscribe();
    let notes = Arc::clone(&seen);
    let watcher = tokio::spawn(async move {
        loop {
            match pages.recv().await {
                Ok(page) => {
                    let now = Instant::now();
                    notes.lock().unwrap().extend(page.iter().map(|event| (event.event_id, now)));
                }
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            }
        }
    });
    let phases = inside.phases(callers).await;
    let writers = phases.iter().map(|phase| async {
        let fences = inside.fences(*phase).await;
        let mut committed = Vec::with_capacity(EACH);
        for _ in 0..EACH {
            let event = inside.save_version(*phase, &fences, Wait::None).await;
            committed.push((event, Instant::now()));
        }
        committed
    });
    let committed: Vec<_> = futures_util::future::join_all(writers).await.into_iter().flatten().collect();
    let waited = Instant::now();
    while committed.iter().any(|(event, _)| !seen.lock().unwrap().contains_key(event)) {
        assert!(waited.elapsed() < PATIENCE, "what was committed did not become visible");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    watcher.abort();
    let seen = seen.lock().unwrap();
    committed.iter().fold(Samples::default(), |mut samples, (event, at)| {
        // Folded before its writer had even heard of the commit: no delay at all.
        samples.add(seen[event].saturating_duration_since(*at));
        samples
    })
}
