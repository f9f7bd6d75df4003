//! Claims Conductor's work and does it, each job in a task of its own, and keeps the claims while they run.
//!
//! A job waits for no socket, and none waits for another but for a place among those of its kind that run at once: a
//! hundred stories to enrich hold up nobody who converses. When the server stops, running jobs get a moment to end,
//! then end as interrupted with what had arrived.

use std::sync::Arc;
use std::time::Duration;

use konductro_domain::conductor::LanguageModel;
use konductro_projections::changes::Visibility;
use sqlx::PgPool;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};

use super::hub::Hub;
use super::request::Sources;
use super::run::Run;
use super::stories::{Carried, EnrichmentRun, GenerationRun, RefinementRun, StoryAttempt};
use crate::commands::Commands;
use crate::jobs::{Claimed, Ended, HEARTBEAT, Job, JobKind, Jobs};

/// How many jobs of a kind run at once in one process.
fn most_at_once(kind: JobKind) -> usize {
    match kind {
        JobKind::Turn => 64,
        JobKind::Generation => 8,
        JobKind::Refinement | JobKind::Enrichment => 4,
    }
}

/// How often jobs of other processes are looked for: those of this one are heard of at once.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long running jobs may go on when the server stops, and how long their last words may take.
const END_WITHIN: Duration = Duration::from_secs(3);
const LAST_WORDS_WITHIN: Duration = Duration::from_secs(5);

/// The worker of this process.
#[derive(Debug)]
pub struct Worker {
    stop: watch::Sender<bool>,
    crews: Vec<JoinHandle<()>>,
}

impl Worker {
    /// Starts claiming work.
    pub fn start(
        pool: PgPool,
        commands: Commands,
        visibility: Visibility,
        hub: Hub,
        model: Arc<dyn LanguageModel>,
    ) -> Self {
        let stop = watch::Sender::new(false);
        let crew = |kinds: &[JobKind]| Crew {
            jobs: Jobs::new(pool.clone()),
            sources: Sources { pool: pool.clone(), commands: commands.clone(), visibility: visibility.clone() },
            hub: hub.clone(),
            model: Arc::clone(&model),
            leave_off: watch::Sender::new(false),
            stop: stop.subscribe(),
            places: kinds.iter().map(|kind| (*kind, Arc::new(Semaphore::new(most_at_once(*kind))))).collect(),
        };
        // Whoever waits in a conversation is not to wait until other work was looked for.
        let crews = [&[JobKind::Turn][..], &[JobKind::Generation, JobKind::Refinement, JobKind::Enrichment]];
        let crews = crews.map(|kinds| tokio::spawn(crew(kinds).work()));
        Self { stop, crews: crews.into() }
    }

    /// Claims no more, lets running jobs end, and marks those that do not as interrupted.
    pub async fn drain(self) {
        self.stop.send_replace(true);
        for crew in self.crews {
            if let Err(error) = crew.await {
                tracing::error!(%error, "the worker broke off");
            }
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
    places: Vec<(JobKind, Arc<Semaphore>)>,
}

impl Crew {
    async fn work(self) {
        let mut enqueued = self.sources.commands.enqueued();
        let mut stop = self.stop.clone();
        let mut running = JoinSet::new();
        while !*stop.borrow_and_update() {
            enqueued.mark_unchanged();
            for (kind, places) in &self.places {
                self.claim(*kind, places, &mut running).await;
            }
            tokio::select! {
                _ = stop.changed() => {}
                Some(ended) = running.join_next(), if !running.is_empty() => note_panic(ended),
                _ = enqueued.changed() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
        self.drain(running).await;
    }

    /// Claims as many jobs of a kind as there are places for.
    async fn claim(&self, kind: JobKind, places: &Arc<Semaphore>, running: &mut JoinSet<()>) {
        let free = places.available_permits();
        if free == 0 {
            return;
        }
        match self.jobs.claim(kind, free).await {
            Ok(claimed) => {
                for job in claimed {
                    // There are as many places as were counted: only here they are taken.
                    let Ok(place) = Arc::clone(places).try_acquire_owned() else { return };
                    self.run(running, job, place);
                }
            }
            Err(error) => tracing::warn!(kind = kind.as_str(), %error, "work could not be claimed; trying again"),
        }
    }

    fn run(&self, running: &mut JoinSet<()>, claimed: Claimed, place: OwnedSemaphorePermit) {
        let (jobs, sources, hub) = (self.jobs.clone(), self.sources.clone(), self.hub.clone());
        let (model, leave_off) = (Arc::clone(&self.model), self.leave_off.subscribe());
        running.spawn(async move {
            let _place = place;
            let (model, begun, job) = (model.as_ref(), claimed.begun_before, claimed.id);
            let (sources, hub) = (&sources, &hub);
            let work = async {
                match claimed.job {
                    Job::Turn(job) => {
                        let run = Run { sources, hub, model, leave_off, job };
                        run.carry_out(begun).await.map(|()| Carried::Ended).map_err(|error| error.to_string())
                    }
                    Job::Generation(job) => {
                        let run = GenerationRun { sources, model, leave_off, job };
                        run.carry_out(begun).await.map(|()| Carried::Ended).map_err(|error| error.to_string())
                    }
                    Job::Refinement(job) => {
                        let run = RefinementRun(StoryAttempt { sources, model, leave_off, job });
                        run.carry_out().await.map_err(|error| error.to_string())
                    }
                    Job::Enrichment(job) => {
                        let run = EnrichmentRun(StoryAttempt { sources, model, leave_off, job });
                        run.carry_out().await.map_err(|error| error.to_string())
                    }
                }
            };
            let Some(outcome) = keep_while(&jobs, &claimed, work).await else { return };
            match outcome {
                Err(error) => {
                    tracing::error!(%job, error, "a job could not be carried out; it is tried again when its lease runs out");
                }
                Ok(Carried::LeftOff) => tracing::info!(%job, "a job is left to whoever starts next"),
                Ok(Carried::Ended) => {
                    if let Err(error) = jobs.end(claimed.id, Ended::Done).await {
                        tracing::warn!(%job, %error, "a job could not be ended; its lease will run out");
                    }
                }
            }
        });
    }

    async fn drain(&self, mut running: JoinSet<()>) {
        if finish_within(&mut running, END_WITHIN).await {
            return;
        }
        self.leave_off.send_replace(true);
        if !finish_within(&mut running, LAST_WORDS_WITHIN).await {
            tracing::warn!(jobs = running.len(), "jobs were left to whoever takes them over");
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
                    tracing::warn!(job = %claimed.id, %lost, "a job is left to somebody else");
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
        tracing::error!(%error, "a job broke off; it is taken over when its lease runs out");
    }
}
