//! Commands: load, decide, append, and look again where somebody was faster.
//!
//! A command runs in a task of its own, so that a client that hangs up can't stop it half-way. Every
//! attempt looks at the receipt, at `If-Match` and at the fences again. Commands to one stream queue up
//! within the process; that only spares conflicts, the stream's primary key is what keeps order.
//!
//! The first attempt takes a stream as it was last seen here, and reads nothing: what it appends, the append
//! itself checks (stream, receipt, fences). Whatever else it comes to is decided again on what is read.

mod envelope;
mod error;
mod queue;

use std::sync::Arc;
use std::time::Duration;

use cqrs_es::EventStore;
use cqrs_es::persist::EventStoreAggregateContext;
use cqrs_es::persist::PersistedEventStore;
use konductro_domain::ids::{EventId, PhaseId, ProjectId, UserId};
use konductro_domain::phase::{Phase, PhaseError};
use konductro_domain::stage::Stage;
use konductro_domain::{Decided, Decider};
use konductro_projections::changes::Visibility;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sqlx::{PgPool, Row};
use time::OffsetDateTime;
use tokio::sync::{Notify, watch};
use uuid::Uuid;

pub use self::envelope::{Envelope, Wait};
use self::error::Attempt;
pub use self::error::CommandError;
use self::queue::Queues;
use crate::event_store::known::{Known, KnownStreams};
use crate::event_store::receipts::{self, Stored};
pub use crate::event_store::{Claim, FenceCheck, FenceScope, FenceState, NewJob, PhaseFences, Receipt};
use crate::event_store::{EventRepository, claims, fences, snapshots};

/// How long a write waits until it can be read back.
pub const VISIBLE_WITHIN: Duration = Duration::from_secs(2);

/// How often a command is decided anew when somebody else was first.
const ATTEMPTS: u32 = 20;

/// How often a caller's facts are read anew when a fence moved.
const REREADS: u32 = 10;

/// How often another number is tried: each one lost is a phase or story that somebody else added meanwhile.
const NUMBERS_TRIED: u32 = 200;

/// An aggregate whose commands can be carried to a task of their own.
pub trait Executable:
    Decider<Command: Send + Sync + 'static, Event: 'static, Error: Send + Sync + 'static> + Clone + 'static
{
}

impl<A> Executable for A where
    A: Decider<Command: Send + Sync + 'static, Event: 'static, Error: Send + Sync + 'static> + Clone + 'static
{
}

/// What a command did.
#[derive(Debug, Clone, PartialEq)]
pub struct Executed<E> {
    /// What happened; the first call's events where it is a repeat.
    pub events: Vec<E>,
    /// Their ids.
    pub event_ids: Vec<EventId>,
    /// When it was decided; `None` where nothing happened.
    pub recorded_at: Option<OffsetDateTime>,
    /// The stream's sequence after them.
    pub version: i64,
    /// The position of the last of them; `None` if it has none yet, or if there are none.
    pub position: Option<i64>,
    /// Whether an earlier call with the same key had done it.
    pub replayed: bool,
    /// The result that the first call put in its receipt; null without one.
    pub result: Value,
}

impl<E> Executed<E> {
    /// An id that the first call put in its receipt: a repeat comes with another new one. `otherwise` without one.
    pub fn first_id<I: DeserializeOwned>(&self, name: &str, otherwise: I) -> I {
        let first = self.result.get(name).and_then(|id| serde_json::from_value(id.clone()).ok());
        first.unwrap_or(otherwise)
    }
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
    known: KnownStreams,
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
            known: KnownStreams::default(),
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
    /// It is not asked for what is on record as done: `repeated` is the receipt of a request that came again.
    pub async fn execute_with<A, R, F, P>(
        &self,
        stream_id: &str,
        repeated: Option<Receipt>,
        prepare: F,
    ) -> Result<Executed<A::Event>, R>
    where
        A: Executable,
        R: From<CommandError<A::Error>>,
        F: Fn() -> P,
        P: Future<Output = Result<(A::Command, Envelope), R>>,
    {
        if let Some(receipt) = repeated
            && let Some(done) = self.done_before::<A>(&receipt).await?
        {
            return Ok(done);
        }
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

    /// What the first call with a key did, where there was one.
    async fn done_before<A: Executable>(
        &self,
        receipt: &Receipt,
    ) -> Result<Option<Executed<A::Event>>, CommandError<A::Error>> {
        let found = receipts::find(&self.inner.pool, &receipt.scope, &receipt.key).await;
        let Some(stored) = found.map_err(CommandError::reading)? else { return Ok(None) };
        let done = self.replay::<A>(&stored, receipt, 0).await?;
        Ok(Some(self.wait(done, Wait::Visible, A::TYPE).await))
    }

    /// The stream as the log has it now, strongly consistent.
    pub async fn load<A: Executable>(&self, stream_id: &str) -> Result<Loaded<A>, CommandError<A::Error>> {
        let opened = self.open::<A>(stream_id, None).await?;
        let known = self.fold(stream_id, &opened).await?;
        Ok(Loaded { state: known.state.clone(), version: known.head.sequence })
    }

    /// A fence as it stands. Read it before loading what it guards.
    pub async fn fence(&self, scope: &FenceScope) -> Result<FenceState, sqlx::Error> {
        fences::read(&self.inner.pool, scope).await
    }

    /// A phase as the log has it now, with what guards whatever a person does in it; `None` where there is no such
    /// phase. One round trip where the phase is as it was last seen here.
    pub async fn enter_phase(
        &self,
        phase: PhaseId,
        person: UserId,
        stage: Option<Stage>,
    ) -> Result<Option<(PhaseFences, Loaded<Phase>)>, CommandError<PhaseError>> {
        let stream_id = phase.to_string();
        let known = self.inner.known.of::<Phase>(&stream_id);
        // A phase never moves to another project.
        let project = known.as_ref().and_then(|known| Some(known.state.opened().ok()?.project_id));
        let read = fences::read_of_phase(&self.inner.pool, phase, project, person, stage).await;
        let Some(fences) = read.map_err(CommandError::reading)? else { return Ok(None) };
        let loaded = match known.filter(|known| known.head == fences.head) {
            Some(known) => Loaded { state: known.state.clone(), version: known.head.sequence },
            None => self.load::<Phase>(&stream_id).await?,
        };
        Ok(Some((fences, loaded)))
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
            let attempt = match attempts {
                0 => self.attempt_unread::<A>(stream_id, command, envelope.clone()).await,
                _ => self.attempt::<A>(stream_id, command, envelope.clone()).await,
            };
            drop(turn);
            match attempt {
                Ok(done) => return Ok(self.wait(done, wait, A::TYPE).await),
                Err(Attempt::Again) if attempts < ATTEMPTS => attempts += 1,
                Err(Attempt::Again) => return Err(CommandError::Busy),
                Err(Attempt::Over(error)) => return Err(error),
            }
        }
    }

    /// Decides on the stream as it was last seen here, and appends; loads it where that came to anything else.
    async fn attempt_unread<A: Executable>(
        &self,
        stream_id: &str,
        command: &A::Command,
        envelope: Envelope,
    ) -> Result<Done<A::Event>, Attempt<A::Error>> {
        if let Some(known) = self.inner.known.of::<A>(stream_id)
            && envelope.expected_version.is_none_or(|expected| expected == known.head.sequence)
            && let Ok(decided) = known.state.decide_on(command)
            && !decided.events.is_empty()
        {
            let repository = EventRepository::at(&self.inner.pool, stream_id, known.head);
            return self.append(stream_id, &repository, &known, decided, envelope).await;
        }
        self.attempt::<A>(stream_id, command, envelope).await
    }

    /// Loads, decides and appends once.
    async fn attempt<A: Executable>(
        &self,
        stream_id: &str,
        command: &A::Command,
        envelope: Envelope,
    ) -> Result<Done<A::Event>, Attempt<A::Error>> {
        let opened = self.open::<A>(stream_id, envelope.receipt.as_ref()).await?;
        let (repository, head) = (&opened.repository, opened.repository.head().sequence);
        if let (Some(stored), Some(receipt)) = (repository.stored(), &envelope.receipt) {
            return self.replay::<A>(stored, receipt, head).await.map_err(Attempt::Over);
        }
        let known = self.fold(stream_id, &opened).await?;
        if envelope.expected_version.is_some_and(|expected| expected != head) {
            return Err(CommandError::VersionChanged { current: head }.into());
        }
        let decided = known.state.decide_on(command).map_err(CommandError::Refused)?;
        self.append(stream_id, repository, &known, decided, envelope).await
    }

    /// Appends what was decided, where there is anything to be kept.
    async fn append<A: Executable>(
        &self,
        stream_id: &str,
        repository: &EventRepository,
        known: &Known<A>,
        decided: Decided<A::Event>,
        mut envelope: Envelope,
    ) -> Result<Done<A::Event>, Attempt<A::Error>> {
        let Decided { events, texts } = decided;
        envelope.texts.extend(texts);
        let result = envelope.receipt.as_ref().map_or(Value::Null, |receipt| receipt.result.clone());
        let event_ids: Vec<_> = events.iter().map(|_| EventId(Uuid::now_v7())).collect();
        let version = known.head.sequence + count(events.len());
        let waiter = event_ids.last().map(|last| self.inner.visibility.expect(*last));
        let mut recorded_at = None;
        if !events.is_empty() || envelope.receipt.is_some() {
            let enqueues = !envelope.jobs.is_empty();
            let commit = envelope.commit(event_ids.clone());
            recorded_at = event_ids.last().map(|_| commit.recorded_at);
            repository.prepare(commit);
            let store = PersistedEventStore::<_, A>::new_snapshot_store(repository.clone(), usize::MAX);
            let context = EventStoreAggregateContext {
                aggregate_id: stream_id.to_owned(),
                aggregate: A::default(),
                current_sequence: usize::try_from(known.head.sequence).unwrap_or(0),
                current_snapshot: None,
            };
            if let Err(told) = store.commit(events.clone(), context, Default::default()).await {
                return Err(Attempt::after(repository.failure(), told));
            }
            self.committed(stream_id, repository, known, &events, enqueues);
        }
        let executed = Executed { events, event_ids, recorded_at, version, position: None, replayed: false, result };
        Ok(Done { executed, stream_id: stream_id.to_owned(), waiter })
    }

    /// Wakes whoever has something to do now that events are committed, and remembers the stream as it is now.
    fn committed<A: Executable>(
        &self,
        stream_id: &str,
        repository: &EventRepository,
        known: &Known<A>,
        events: &[A::Event],
        enqueues: bool,
    ) {
        self.inner.appended.notify_one();
        if enqueues {
            self.inner.enqueued.send_modify(|count| *count = count.wrapping_add(1));
        }
        let Some(head) = repository.appended() else { return };
        let mut state = known.state.clone();
        events.iter().for_each(|event| state.apply(event.clone()));
        let due = snapshots::is_due(known.snapshot, head.sequence);
        let snapshot = if due { head.sequence } else { known.snapshot };
        let now = Arc::new(Known { state, head, snapshot });
        self.inner.known.remember(stream_id, Arc::clone(&now));
        if due {
            let (pool, stream_id) = (self.inner.pool.clone(), stream_id.to_owned());
            tokio::spawn(async move { snapshots::write(&pool, &stream_id, &now.state, head.sequence).await });
        }
    }

    /// Reads a stream: all of it that is not known already.
    async fn open<A: Executable>(
        &self,
        stream_id: &str,
        receipt: Option<&Receipt>,
    ) -> Result<Opened<A>, CommandError<A::Error>> {
        let known = self.inner.known.of::<A>(stream_id);
        let head = known.as_ref().map(|known| known.head);
        let open = |after| EventRepository::open::<A>(&self.inner.pool, stream_id, receipt, after);
        let repository = open(head).await.map_err(CommandError::reading)?;
        if head.is_none_or(|head| repository.continues(head)) {
            return Ok(Opened { repository, known });
        }
        self.inner.known.forget::<A>(stream_id);
        let repository = open(None).await.map_err(CommandError::reading)?;
        Ok(Opened { repository, known: None })
    }

    /// Folds what was read onto what is known, and remembers it.
    async fn fold<A: Executable>(
        &self,
        stream_id: &str,
        opened: &Opened<A>,
    ) -> Result<Arc<Known<A>>, CommandError<A::Error>> {
        let repository = &opened.repository;
        let head = repository.head();
        let known = match &opened.known {
            Some(known) if known.head == head => return Ok(Arc::clone(known)),
            Some(known) => {
                let mut state = known.state.clone();
                for event in repository.tail() {
                    let read = serde_json::from_value(event.payload.clone());
                    state.apply(read.map_err(|error| CommandError::Unreadable(error.to_string()))?);
                }
                Known { state, head, snapshot: known.snapshot }
            }
            None => {
                let store = PersistedEventStore::<_, A>::new_snapshot_store(repository.clone(), usize::MAX);
                let context = store.load_aggregate(stream_id).await.map_err(CommandError::loading)?;
                Known { state: context.aggregate, head, snapshot: repository.snapshot_sequence() }
            }
        };
        let known = Arc::new(known);
        if head.sequence > 0 {
            self.inner.known.remember(stream_id, Arc::clone(&known));
        }
        Ok(known)
    }

    /// Gives back what the first call with the same key did.
    async fn replay<A: Executable>(
        &self,
        stored: &Stored,
        receipt: &Receipt,
        version: i64,
    ) -> Result<Done<A::Event>, CommandError<A::Error>> {
        if receipt.fingerprint != stored.fingerprint {
            return Err(CommandError::KeyReused);
        }
        let mut executed = Executed {
            events: Vec::new(),
            event_ids: Vec::new(),
            recorded_at: None,
            version: stored.sequences.map_or(version, |(_, last)| last),
            position: None,
            replayed: true,
            result: stored.result.clone(),
        };
        let stream_id = stored.stream_id.clone().unwrap_or_default();
        let Some((first, last)) = stored.sequences else { return Ok(Done { executed, stream_id, waiter: None }) };
        let rows = sqlx::query(
            "SELECT event_id, recorded_at, payload FROM events
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
            executed.recorded_at = Some(row.try_get("recorded_at").map_err(CommandError::reading)?);
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

/// A stream that was read from the event after what is known of it, or from its beginning.
struct Opened<A> {
    repository: EventRepository,
    known: Option<Arc<Known<A>>>,
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
