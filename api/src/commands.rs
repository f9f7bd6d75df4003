//! Commands: load, decide, append, and look again where somebody was faster.
//!
//! A command runs in a task of its own, so that a client that hangs up can't stop it half-way. Every
//! attempt looks at the receipt, at `If-Match` and at the fences again. Commands to one stream queue up
//! within the process; that only spares conflicts, the stream's primary key is what keeps order.

mod error;
mod queue;

use std::sync::Arc;
use std::time::Duration;

use cqrs_es::EventStore;
use cqrs_es::persist::PersistedEventStore;
use konductro_domain::actor::{Actor, Credential};
use konductro_domain::ids::{CorrelationId, EventId, PhaseId, ProjectId, UserId};
use konductro_domain::role::Role;
use konductro_domain::stage::Stage;
use konductro_domain::text::Text;
use konductro_domain::{Decided, Decider};
use konductro_projections::changes::Visibility;
use konductro_projections::metadata::Metadata;
use serde_json::Value;
use sqlx::{PgPool, Row};
use time::OffsetDateTime;
use tokio::sync::{Notify, watch};
use uuid::Uuid;

use self::error::Attempt;
pub use self::error::CommandError;
use self::queue::Queues;
use crate::event_store::receipts::Stored;
use crate::event_store::repository::Commit;
use crate::event_store::snapshots::Due;
pub use crate::event_store::{Claim, FenceCheck, FenceScope, FenceState, NewJob, PhaseFences, Receipt};
use crate::event_store::{EventRepository, claims, fences};

/// How long a write waits until it can be read back.
pub const VISIBLE_WITHIN: Duration = Duration::from_secs(2);

/// How often a command is decided anew when somebody else was first.
const ATTEMPTS: u32 = 20;

/// How often a caller's facts are read anew when a fence moved.
const REREADS: u32 = 10;

/// How often another number is tried: each one lost is a phase or story that somebody else added meanwhile.
const NUMBERS_TRIED: u32 = 200;

/// Whether a command waits until read models have its events.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Wait {
    /// Returns as soon as the events are committed.
    None,
    /// Waits, bounded by `VISIBLE_WITHIN`, so that what is read next shows the write.
    #[default]
    Visible,
}

/// The circumstances of a command.
#[derive(Debug, Clone)]
pub struct Envelope {
    /// Who gives it.
    pub actor: Actor,
    /// In which role, where a person does.
    pub role: Option<Role>,
    /// With which credential, where a person does.
    pub credential: Option<Credential>,
    /// What it belongs together with.
    pub correlation: CorrelationId,
    /// The event that caused it, where one did.
    pub causation: Option<EventId>,
    /// The HTTP request that carried it.
    pub request_id: Option<String>,
    /// The project, where there is one.
    pub project_id: Option<ProjectId>,
    /// The phase, where there is one.
    pub phase_id: Option<PhaseId>,
    /// How a repeat is recognised.
    pub receipt: Option<Receipt>,
    /// Texts that the decision itself does not give; only those that an event names are stored.
    pub texts: Vec<Text>,
    /// What the command relies on.
    pub fences: Vec<FenceCheck>,
    /// Work to be enqueued with the events.
    pub jobs: Vec<NewJob>,
    /// The version of the stream that the caller has seen (`If-Match`).
    pub expected_version: Option<i64>,
    /// Whether to wait until it can be read back.
    pub position_wait: Wait,
}

impl Envelope {
    /// An envelope with nothing but who, and what it belongs to.
    pub fn new(actor: Actor, correlation: CorrelationId) -> Self {
        Self {
            actor,
            role: None,
            credential: None,
            correlation,
            causation: None,
            request_id: None,
            project_id: None,
            phase_id: None,
            receipt: None,
            texts: Vec::new(),
            fences: Vec::new(),
            jobs: Vec::new(),
            expected_version: None,
            position_wait: Wait::default(),
        }
    }

    fn commit(self, event_ids: Vec<EventId>) -> Commit {
        let now = OffsetDateTime::now_utc();
        Commit {
            event_ids,
            // PostgreSQL keeps microseconds, and what is hashed must be what is kept.
            recorded_at: now.replace_nanosecond(now.nanosecond() / 1_000 * 1_000).unwrap_or(now),
            metadata: Metadata {
                actor: self.actor,
                role: self.role,
                credential: self.credential,
                causation: self.causation,
                correlation: self.correlation,
                request_id: self.request_id,
                project_id: self.project_id,
                phase_id: self.phase_id,
            },
            texts: self.texts,
            fences: self.fences,
            jobs: self.jobs,
            receipt: self.receipt,
        }
    }
}

/// An aggregate whose commands can be carried to a task of their own.
pub trait Executable:
    Decider<Command: Send + Sync + 'static, Event: 'static, Error: Send + Sync + 'static> + 'static
{
}

impl<A> Executable for A where
    A: Decider<Command: Send + Sync + 'static, Event: 'static, Error: Send + Sync + 'static> + 'static
{
}

/// What a command did.
#[derive(Debug, Clone, PartialEq)]
pub struct Executed<E> {
    /// What happened; the first call's events where it is a repeat.
    pub events: Vec<E>,
    /// Their ids.
    pub event_ids: Vec<EventId>,
    /// The stream's sequence after them.
    pub version: i64,
    /// The position of the last of them; `None` if it has none yet, or if there are none.
    pub position: Option<i64>,
    /// Whether an earlier call with the same key had done it.
    pub replayed: bool,
    /// The result that the first call put in its receipt; null without one.
    pub result: Value,
}

/// A stream as it is now.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded<A> {
    /// The aggregate.
    pub state: A,
    /// The stream's sequence; 0 where there is no such stream.
    pub version: i64,
}

/// The way in for everything that changes the log.
#[derive(Clone)]
pub struct Commands {
    inner: Arc<Inner>,
}

struct Inner {
    pool: PgPool,
    visibility: Visibility,
    appended: Arc<Notify>,
    enqueued: watch::Sender<u64>,
    queues: Queues,
    runtime: tokio::runtime::Handle,
}

impl Commands {
    /// Commands on a pool. `appended` wakes the sealer; tasks run on the runtime this is called in.
    pub fn new(pool: PgPool, visibility: Visibility, appended: Arc<Notify>) -> Self {
        let inner = Inner {
            pool,
            visibility,
            appended,
            enqueued: watch::Sender::new(0),
            queues: Queues::default(),
            runtime: tokio::runtime::Handle::current(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Executes a command whose fences, if it has any, the caller need not read again.
    pub async fn execute<A>(
        &self,
        stream_id: &str,
        command: A::Command,
        envelope: Envelope,
    ) -> Result<Executed<A::Event>, CommandError<A::Error>>
    where
        A: Executable,
    {
        let (commands, stream_id) = (self.clone(), stream_id.to_owned());
        let task = async move { commands.settle::<A>(&stream_id, &command, envelope).await };
        match self.inner.runtime.spawn(task).await {
            Ok(outcome) => outcome,
            Err(error) => Err(CommandError::Interrupted(error.to_string())),
        }
    }

    /// Executes what `prepare` gives, and asks it again when a fence or a claimed name moved meanwhile.
    ///
    /// `prepare` reads fences first and then what they guard; `async || { … }` that captures by reference will do.
    pub async fn execute_with<A, R, F, P>(&self, stream_id: &str, prepare: F) -> Result<Executed<A::Event>, R>
    where
        A: Executable,
        R: From<CommandError<A::Error>>,
        F: Fn() -> P,
        P: Future<Output = Result<(A::Command, Envelope), R>>,
    {
        let (mut rereads, mut taken) = (0, 0);
        loop {
            let (command, envelope) = prepare().await?;
            match self.execute::<A>(stream_id, command, envelope).await {
                Err(CommandError::Fenced(_)) if rereads < REREADS => rereads += 1,
                Err(CommandError::Taken(Claim::PhaseNumber(..) | Claim::StoryNumber(..))) if taken < NUMBERS_TRIED => {
                    taken += 1;
                }
                outcome => return outcome.map_err(R::from),
            }
        }
    }

    /// The stream as the log has it now, strongly consistent.
    pub async fn load<A: Executable>(&self, stream_id: &str) -> Result<Loaded<A>, CommandError<A::Error>> {
        let repository =
            EventRepository::open::<A>(&self.inner.pool, stream_id, None).await.map_err(CommandError::reading)?;
        let version = repository.version();
        let store = PersistedEventStore::<_, A>::new_snapshot_store(repository, usize::MAX);
        let context = store.load_aggregate(stream_id).await.map_err(CommandError::loading)?;
        Ok(Loaded { state: context.aggregate, version })
    }

    /// A fence as it stands. Read it before loading what it guards.
    pub async fn fence(&self, scope: &FenceScope) -> Result<FenceState, sqlx::Error> {
        fences::read(&self.inner.pool, scope).await
    }

    /// What guards whatever a person does in a phase, in one round trip; `None` where there is no such phase.
    pub async fn phase_fences(
        &self,
        phase: PhaseId,
        person: UserId,
        stage: Option<Stage>,
    ) -> Result<Option<PhaseFences>, sqlx::Error> {
        fences::read_of_phase(&self.inner.pool, phase, person, stage).await
    }

    /// The number that the project's next phase may take (see `Claim::PhaseNumber`).
    pub async fn next_phase_number(&self, project: ProjectId) -> Result<u32, sqlx::Error> {
        claims::next_phase_number(&self.inner.pool, project).await
    }

    /// The number that the project's next story may take (see `Claim::StoryNumber`).
    pub async fn next_story_number(&self, project: ProjectId) -> Result<u32, sqlx::Error> {
        claims::next_story_number(&self.inner.pool, project).await
    }

    /// Enqueues a job that no event is appended with; enqueuing it again changes nothing.
    pub async fn enqueue(&self, job: &NewJob) -> Result<(), sqlx::Error> {
        if job.insert(&self.inner.pool).await? {
            self.inner.enqueued.send_modify(|count| *count = count.wrapping_add(1));
        }
        Ok(())
    }

    /// Changes whenever a command enqueued jobs here; other processes' jobs are found by polling.
    pub fn enqueued(&self) -> watch::Receiver<u64> {
        self.inner.enqueued.subscribe()
    }

    async fn settle<A: Executable>(
        &self,
        stream_id: &str,
        command: &A::Command,
        envelope: Envelope,
    ) -> Result<Executed<A::Event>, CommandError<A::Error>> {
        let _claim = match &envelope.receipt {
            Some(receipt) => {
                Some(self.inner.queues.claim(&receipt.scope, &receipt.key).ok_or(CommandError::StillRunning)?)
            }
            None => None,
        };
        let wait = envelope.position_wait;
        let mut attempts = 0;
        loop {
            let turn = self.inner.queues.enter(A::TYPE, stream_id).await;
            let attempt = self.attempt::<A>(stream_id, command, envelope.clone()).await;
            drop(turn);
            match attempt {
                Ok(done) => return Ok(self.wait(done, wait, A::TYPE).await),
                Err(Attempt::Again) if attempts < ATTEMPTS => attempts += 1,
                Err(Attempt::Again) => return Err(CommandError::Busy),
                Err(Attempt::Over(error)) => return Err(error),
            }
        }
    }

    /// Loads, decides and appends once.
    async fn attempt<A: Executable>(
        &self,
        stream_id: &str,
        command: &A::Command,
        mut envelope: Envelope,
    ) -> Result<Done<A::Event>, Attempt<A::Error>> {
        let repository = EventRepository::open::<A>(&self.inner.pool, stream_id, envelope.receipt.as_ref())
            .await
            .map_err(CommandError::reading)?;
        if let Some(stored) = repository.stored() {
            return self.replay::<A>(stored, &envelope, repository.version()).await.map_err(Attempt::Over);
        }
        let store = PersistedEventStore::<_, A>::new_snapshot_store(repository.clone(), usize::MAX);
        let context = store.load_aggregate(stream_id).await.map_err(CommandError::loading)?;
        let head = repository.version();
        if envelope.expected_version.is_some_and(|expected| expected != head) {
            return Err(CommandError::VersionChanged { current: head }.into());
        }
        let Decided { events, texts } = context.aggregate.decide_on(command).map_err(CommandError::Refused)?;
        envelope.texts.extend(texts);
        let result = envelope.receipt.as_ref().map_or(Value::Null, |receipt| receipt.result.clone());
        let event_ids: Vec<_> = events.iter().map(|_| EventId(Uuid::now_v7())).collect();
        let version = head + count(events.len());
        let waiter = event_ids.last().map(|last| self.inner.visibility.expect(*last));
        if !events.is_empty() || envelope.receipt.is_some() {
            let due = Due::after(&context.aggregate, &events, repository.snapshot_sequence(), head)
                .map_err(|error| CommandError::Unreadable(error.to_string()))?;
            let enqueues = !envelope.jobs.is_empty();
            repository.prepare(envelope.commit(event_ids.clone()));
            if let Err(told) = store.commit(events.clone(), context, Default::default()).await {
                return Err(Attempt::after(repository.failure(), told));
            }
            self.committed(due, stream_id, enqueues);
        }
        let executed = Executed { events, event_ids, version, position: None, replayed: false, result };
        Ok(Done { executed, stream_id: stream_id.to_owned(), waiter })
    }

    /// Wakes whoever has something to do now that events are committed.
    fn committed<A: Executable>(&self, snapshot: Option<Due<A>>, stream_id: &str, enqueues: bool) {
        self.inner.appended.notify_one();
        if enqueues {
            self.inner.enqueued.send_modify(|count| *count = count.wrapping_add(1));
        }
        if let Some(due) = snapshot {
            let (pool, stream_id) = (self.inner.pool.clone(), stream_id.to_owned());
            tokio::spawn(async move { due.write(&pool, &stream_id).await });
        }
    }

    /// Gives back what the first call with the same key did.
    async fn replay<A: Executable>(
        &self,
        stored: &Stored,
        envelope: &Envelope,
        version: i64,
    ) -> Result<Done<A::Event>, CommandError<A::Error>> {
        if envelope.receipt.as_ref().is_some_and(|receipt| receipt.fingerprint != stored.fingerprint) {
            return Err(CommandError::KeyReused);
        }
        let mut executed = Executed {
            events: Vec::new(),
            event_ids: Vec::new(),
            version: stored.sequences.map_or(version, |(_, last)| last),
            position: None,
            replayed: true,
            result: stored.result.clone(),
        };
        let stream_id = stored.stream_id.clone();
        let Some((first, last)) = stored.sequences else { return Ok(Done { executed, stream_id, waiter: None }) };
        let rows = sqlx::query(
            "SELECT event_id, payload FROM events
              WHERE aggregate_type = $1 AND aggregate_id = $2 AND sequence BETWEEN $3 AND $4 ORDER BY sequence",
        )
        .bind(A::TYPE)
        .bind(&stream_id)
        .bind(first)
        .bind(last)
        .fetch_all(&self.inner.pool)
        .await
        .map_err(CommandError::reading)?;
        for row in rows {
            executed.event_ids.push(EventId(row.try_get("event_id").map_err(CommandError::reading)?));
            let payload = row.try_get("payload").map_err(CommandError::reading)?;
            executed
                .events
                .push(serde_json::from_value(payload).map_err(|error| CommandError::Unreadable(error.to_string()))?);
        }
        Ok(Done { executed, stream_id, waiter: None })
    }

    /// Waits until the write can be read back; past the bound it answers anyway.
    async fn wait<E>(&self, done: Done<E>, wait: Wait, aggregate_type: &str) -> Executed<E> {
        let Done { mut executed, stream_id, waiter } = done;
        if wait == Wait::None || executed.event_ids.is_empty() {
            return executed;
        }
        if let Some(waiter) = waiter {
            executed.position = waiter.visible(VISIBLE_WITHIN).await;
        }
        if executed.position.is_none() {
            executed.position = self.sealed_position(aggregate_type, &stream_id, executed.version).await;
            if let (true, Some(position)) = (executed.replayed, executed.position) {
                self.inner.visibility.reached(position, VISIBLE_WITHIN).await;
            }
        }
        executed
    }

    async fn sealed_position(&self, aggregate_type: &str, stream_id: &str, sequence: i64) -> Option<i64> {
        let found = sqlx::query_scalar(
            "SELECT position FROM log WHERE aggregate_type = $1 AND aggregate_id = $2 AND sequence = $3",
        )
        .bind(aggregate_type)
        .bind(stream_id)
        .bind(sequence)
        .fetch_optional(&self.inner.pool)
        .await;
        found.unwrap_or_else(|error| {
            // The write is committed; only its number is not known yet, and the answer says so.
            tracing::warn!(%error, "the position of a committed event could not be read");
            None
        })
    }
}

/// A command that took effect, and who waits for it to show.
struct Done<E> {
    executed: Executed<E>,
    stream_id: String,
    waiter: Option<konductro_projections::changes::Waiter>,
}

fn count(events: usize) -> i64 {
    i64::try_from(events).unwrap_or(i64::MAX)
}
