//! Claims turns and runs them, each in a task of its own, and keeps their claims while they run.
//!
//! A turn waits for no socket, and no turn waits for another but for a place among those that run at once. When the
//! server stops, running turns get a moment to end, then end as interrupted with what had arrived.

use std::sync::Arc;
use std::time::Duration;

use konductro_domain::conductor::LanguageModel;
use konductro_projections::changes::Visibility;
use sqlx::PgPool;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use super::hub::Hub;
use super::request::Sources;
use super::run::Run;
use crate::commands::Commands;
use crate::jobs::{Claimed, Ended, HEARTBEAT, Jobs};

/// Turns that run at once in one process.
const MOST_AT_ONCE: usize = 64;
/// How often jobs of other processes are looked for: those of this one are heard of at once.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long running turns may go on when the server stops, and how long their last words may take.
const END_WITHIN: Duration = Duration::from_secs(3);
const LAST_WORDS_WITHIN: Duration = Duration::from_secs(5);

/// The worker of this process.
#[derive(Debug)]
pub struct Worker {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Worker {
    /// Starts claiming turns.
    pub fn start(
        pool: PgPool,
        commands: Commands,
        visibility: Visibility,
        hub: Hub,
        model: Arc<dyn LanguageModel>,
    ) -> Self {
        let stop = watch::Sender::new(false);
        let crew = Crew {
            jobs: Jobs::new(pool.clone()),
            sources: Sources { pool, commands, visibility },
            hub,
            model,
            leave_off: watch::Sender::new(false),
            stop: stop.subscribe(),
        };
        Self { stop, task: tokio::spawn(crew.work()) }
    }

    /// Claims no more, lets running turns end, and marks those that do not as interrupted.
    pub async fn drain(self) {
        self.stop.send_replace(true);
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the worker broke off");
        }
    }
}

struct Crew {
    jobs: Jobs,
    sources: Sources,
    hub: Hub,
    model: Arc<dyn LanguageModel>,
    leave_off: watch::Sender<bool>,
    stop: watch::Receiver<bool>,
}

impl Crew {
    async fn work(self) {
        let mut enqueued = self.sources.commands.enqueued();
        let mut stop = self.stop.clone();
        let mut running = JoinSet::new();
        while !*stop.borrow_and_update() {
            enqueued.mark_unchanged();
            let free = MOST_AT_ONCE.saturating_sub(running.len());
            if free > 0 {
                match self.jobs.claim_turns(free).await {
                    Ok(claimed) => claimed.into_iter().for_each(|job| self.run(&mut running, job)),
                    Err(error) => tracing::warn!(%error, "turns could not be claimed; trying again"),
                }
            }
            tokio::select! {
                _ = stop.changed() => {}
                Some(ended) = running.join_next(), if !running.is_empty() => note_panic(ended),
                _ = enqueued.changed(), if running.len() < MOST_AT_ONCE => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
        self.drain(running).await;
    }

    fn run(&self, running: &mut JoinSet<()>, claimed: Claimed) {
        let (jobs, sources, hub) = (self.jobs.clone(), self.sources.clone(), self.hub.clone());
        let (model, leave_off) = (Arc::clone(&self.model), self.leave_off.subscribe());
        running.spawn(async move {
            let run = Run { sources: &sources, hub: &hub, model: model.as_ref(), leave_off, job: claimed.turn };
            let Some(outcome) = keep_while(&jobs, &claimed, run.carry_out(claimed.begun_before)).await else { return };
            let turn = claimed.turn.turn_id;
            if let Err(error) = outcome {
                tracing::error!(%turn, %error, "a turn could not be carried out; it is tried again when its lease runs out");
            } else if let Err(error) = jobs.end(claimed.id, Ended::Done).await {
                tracing::warn!(%turn, %error, "a turn's job could not be ended; its lease will run out");
            }
        });
    }

    async fn drain(&self, mut running: JoinSet<()>) {
        if finish_within(&mut running, END_WITHIN).await {
            return;
        }
        self.leave_off.send_replace(true);
        if !finish_within(&mut running, LAST_WORDS_WITHIN).await {
            tracing::warn!(turns = running.len(), "turns were left to whoever takes their jobs over");
        }
    }
}

/// Carries something out while the claim is kept; None once somebody else has taken the job over.
async fn keep_while<T>(jobs: &Jobs, claimed: &Claimed, work: impl Future<Output = T>) -> Option<T> {
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            outcome = &mut work => return Some(outcome),
            () = tokio::time::sleep(HEARTBEAT) => match jobs.renew(claimed.id).await {
                Ok(Ok(())) => {}
                Ok(Err(lost)) => {
                    tracing::warn!(turn = %claimed.turn.turn_id, %lost, "a turn is left to somebody else");
                    return None;
                }
                Err(error) => tracing::warn!(%error, "a lease could not be renewed; trying again"),
            },
        }
    }
}

async fn finish_within(running: &mut JoinSet<()>, bound: Duration) -> bool {
    let all = async {
        while let Some(ended) = running.join_next().await {
            note_panic(ended);
        }
    };
    tokio::time::timeout(bound, all).await.is_ok()
}

fn note_panic(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a turn broke off; its job is taken over when its lease runs out");
    }
}
