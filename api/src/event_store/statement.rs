//! The append: everything that a command commits, in one statement and one round trip.
//!
//! Which rule stopped it is told by the name of the constraint (or by the function's own SQLSTATE),
//! never by the bare code: a taken receipt key and a moved stream are both "unique violation".

use konductro_domain::event::{Event, UnreadableEvent};
use konductro_domain::ids::{GenerationId, PhaseId, ProjectId, StoryId, TurnId};
use konductro_domain::stage::Stage;
use konductro_domain::text::{Hash, Text};
use serde_json::{Value, json};
use sqlx::{PgConnection, PgExecutor};
use time::OffsetDateTime;
use uuid::Uuid;

use super::claims::{self, Claim};
use super::fences::{self, FenceCheck, FenceScope};
use super::leaf::{Leaf, canonical};
use super::receipts::Receipt;

/// Work to be enqueued together with the events.
#[derive(Debug, Clone, PartialEq)]
pub struct NewJob {
    /// What kind of work.
    pub kind: String,
    /// Its own name: the same key is enqueued once.
    pub key: String,
    /// What the worker needs.
    pub payload: Value,
}

impl NewJob {
    /// Conductor's work on one attempt at a turn.
    pub fn turn(project_id: ProjectId, phase_id: PhaseId, stage: Stage, turn_id: TurnId, attempt: u32) -> Self {
        Self {
            kind: "turn".to_owned(),
            key: format!("turn:{turn_id}:{attempt}"),
            payload: json!({
                "project_id": project_id, "phase_id": phase_id, "stage": stage, "turn_id": turn_id, "attempt": attempt,
            }),
        }
    }

    /// Conductor's work on one generation of stories.
    pub fn generation(project_id: ProjectId, phase_id: PhaseId, generation_id: GenerationId) -> Self {
        Self {
            kind: "generation".to_owned(),
            key: format!("generation:{generation_id}"),
            payload: json!({ "project_id": project_id, "phase_id": phase_id, "generation_id": generation_id }),
        }
    }

    /// Conductor's work on one attempt to refine a story.
    pub fn refinement(project_id: ProjectId, phase_id: PhaseId, story_id: StoryId, attempt: u32) -> Self {
        Self::of_story("refinement", project_id, phase_id, story_id, attempt)
    }

    /// Conductor's work on one attempt to enrich a story.
    pub fn enrichment(project_id: ProjectId, phase_id: PhaseId, story_id: StoryId, attempt: u32) -> Self {
        Self::of_story("enrichment", project_id, phase_id, story_id, attempt)
    }

    fn of_story(kind: &str, project_id: ProjectId, phase_id: PhaseId, story_id: StoryId, attempt: u32) -> Self {
        Self {
            kind: kind.to_owned(),
            key: format!("{kind}:{story_id}:{attempt}"),
            payload: json!({
                "project_id": project_id, "phase_id": phase_id, "story_id": story_id, "attempt": attempt,
            }),
        }
    }

    /// Enqueues it by itself; whether it was not there yet.
    pub(crate) async fn insert(&self, executor: impl PgExecutor<'_>) -> Result<bool, sqlx::Error> {
        let inserted = sqlx::query(
            "INSERT INTO jobs (id, kind, key, payload) VALUES ($1, $2, $3, $4) ON CONFLICT (key) DO NOTHING",
        )
        .bind(Uuid::now_v7())
        .bind(&self.kind)
        .bind(&self.key)
        .bind(&self.payload)
        .execute(executor)
        .await?;
        Ok(inserted.rows_affected() > 0)
    }
}

/// Why nothing was appended.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// Another command was first in the stream.
    #[error("another command was first; load the stream again and decide anew")]
    Conflict,
    /// The receipt's key is taken meanwhile.
    #[error("the same command was appended meanwhile; read its receipt")]
    Repeated,
    /// Something that the command relied on has changed.
    #[error("{0} has changed; read it again and decide anew")]
    Fenced(FenceScope),
    /// A name is taken.
    #[error("{0} is taken; choose another")]
    Taken(Claim),
    /// A text holds what the database can't store.
    #[error("a text holds a NUL character; remove it")]
    Unstorable,
    /// Somebody persisted without saying who and why.
    #[error("nothing was prepared to commit; this is a fault of the program")]
    Unprepared,
    /// The event can't be read back: it must not go in.
    #[error(transparent)]
    Unreadable(#[from] UnreadableEvent),
    /// The connection was lost before the answer came: it may have been appended, or not.
    #[error("the connection was lost before the answer came: {0}")]
    OutcomeUnknown(sqlx::Error),
    /// The database refused.
    #[error("the database refused the append: {0}")]
    Database(sqlx::Error),
}

/// One event on its way in, hashed.
#[derive(Debug, Clone)]
pub(crate) struct NewEvent {
    pub(crate) event_id: Uuid,
    pub(crate) event_type: String,
    pub(crate) event_version: String,
    pub(crate) payload: String,
    prev_hash: [u8; 32],
    leaf_hash: [u8; 32],
}

/// The end of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) sequence: i64,
    pub(crate) leaf_hash: [u8; 32],
}

/// What is appended beside the events.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Beside<'a> {
    pub(crate) texts: &'a [Text],
    pub(crate) fences: &'a [FenceCheck],
    pub(crate) jobs: &'a [NewJob],
    pub(crate) receipt: Option<&'a Receipt>,
}

/// Everything that one command commits.
pub(crate) struct Append<'a> {
    aggregate_type: &'a str,
    aggregate_id: &'a str,
    first_sequence: i64,
    recorded_at: OffsetDateTime,
    metadata: String,
    events: Vec<NewEvent>,
    beside: Beside<'a>,
    fences: Vec<Fence>,
    claims: Vec<Claim>,
}

/// A fence to check, to raise, or both.
struct Fence {
    scope: FenceScope,
    name: String,
    expected: Option<i64>,
    raised: bool,
    value: Option<String>,
}

impl<'a> Append<'a> {
    /// Chains the events to the stream's head and finds what must go in with them.
    pub(crate) fn new(
        (aggregate_type, aggregate_id): (&'a str, &'a str),
        head: Head,
        recorded_at: OffsetDateTime,
        metadata: String,
        payloads: impl Iterator<Item = (Uuid, String, String, Value)>,
        beside: Beside<'a>,
    ) -> Result<Self, AppendError> {
        let mut append = Self {
            aggregate_type,
            aggregate_id,
            first_sequence: head.sequence + 1,
            recorded_at,
            metadata,
            events: Vec::new(),
            beside,
            fences: beside.fences.iter().map(Fence::checked).collect(),
            claims: Vec::new(),
        };
        let mut prev_hash = head.leaf_hash;
        for (sequence, (event_id, event_type, event_version, payload)) in (head.sequence + 1..).zip(payloads) {
            let payload = canonical(&payload);
            let event = Event::read(aggregate_type, &payload)?;
            for raise in fences::raised_by(&event, aggregate_id) {
                append.raise(raise);
            }
            append.claims.extend(claims::taken_by(&event));
            let leaf = Leaf {
                aggregate_type,
                aggregate_id,
                sequence,
                event_id,
                event_type: &event_type,
                event_version: &event_version,
                recorded_at,
                metadata: &append.metadata,
                payload: &payload,
                prev_hash,
            };
            let leaf_hash = leaf.hash();
            append.events.push(NewEvent { event_id, event_type, event_version, payload, prev_hash, leaf_hash });
            prev_hash = leaf_hash;
        }
        append.fences.sort_by(|a, b| a.name.cmp(&b.name));
        append.refuse_unstorable()?;
        Ok(append)
    }

    fn raise(&mut self, raise: fences::Raise) {
        let value = raise.value.map(|value| canonical(&value));
        match self.fences.iter_mut().find(|fence| fence.scope == raise.scope) {
            Some(fence) => {
                fence.raised = true;
                fence.value = value.or(fence.value.take());
            }
            None => self.fences.push(Fence {
                scope: raise.scope,
                name: raise.scope.to_string(),
                expected: None,
                raised: true,
                value,
            }),
        }
    }

    /// PostgreSQL keeps no NUL in a text, and a read model could not hold it either.
    fn refuse_unstorable(&self) -> Result<(), AppendError> {
        let unstorable = |json: &str| json.contains("\\u0000");
        let nul = self.beside.texts.iter().any(|text| text.body().contains('\0'))
            || self.aggregate_id.contains('\0')
            || unstorable(&self.metadata)
            || self.events.iter().any(|event| unstorable(&event.payload));
        if nul { Err(AppendError::Unstorable) } else { Ok(()) }
    }

    /// The stream's end once this is appended.
    pub(crate) fn head(&self) -> Option<Head> {
        let last = self.events.last()?;
        let events = i64::try_from(self.events.len()).ok()?;
        Some(Head { sequence: self.first_sequence + events - 1, leaf_hash: last.leaf_hash })
    }

    /// Runs it: all or nothing, committed when it returns.
    pub(crate) async fn run(&self, connection: &mut PgConnection) -> Result<(), AppendError> {
        let texts: Vec<_> = self
            .beside
            .texts
            .iter()
            .map(|text| (text, text.reference().hash))
            .filter(|(_, hash)| self.names(*hash))
            .collect();
        let receipt = self.beside.receipt;
        let jobs = if self.events.is_empty() { &[][..] } else { self.beside.jobs };
        // What it is chained to must be there: a stream may be known from before the database was restored.
        let done = sqlx::query(
            "SELECT append_events($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,
                                  $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28)
              WHERE $3 = 1 OR cardinality($10::bytea[]) = 0
                 OR EXISTS (SELECT FROM events WHERE aggregate_type = $1 AND aggregate_id = $2
                                                 AND sequence = $3 - 1 AND leaf_hash = ($10::bytea[])[1])",
        )
        .bind(self.aggregate_type)
        .bind(self.aggregate_id)
        .bind(self.first_sequence)
        .bind(self.recorded_at)
        .bind(&self.metadata)
        .bind(each(&self.events, |event| event.event_id))
        .bind(each(&self.events, |event| event.event_type.as_str()))
        .bind(each(&self.events, |event| event.event_version.as_str()))
        .bind(each(&self.events, |event| event.payload.as_str()))
        .bind(each(&self.events, |event| event.prev_hash.as_slice()))
        .bind(each(&self.events, |event| event.leaf_hash.as_slice()))
        .bind(each(&texts, |(_, hash)| hash.bytes().as_slice()))
        .bind(each(&texts, |(text, _)| text.body()))
        .bind(each(&texts, |(text, _)| text.salt().map(|salt| salt.as_slice())))
        .bind(each(&self.fences, |fence| fence.name.as_str()))
        .bind(each(&self.fences, |fence| fence.expected))
        .bind(each(&self.fences, |fence| fence.raised))
        .bind(each(&self.fences, |fence| fence.value.as_deref()))
        .bind(each(&self.claims, Claim::scope))
        .bind(each(&self.claims, Claim::key))
        .bind(each(jobs, |_| Uuid::now_v7()))
        .bind(each(jobs, |job| job.kind.as_str()))
        .bind(each(jobs, |job| job.key.as_str()))
        .bind(each(jobs, |job| canonical(&job.payload)))
        .bind(receipt.map(|receipt| receipt.scope.as_str()))
        .bind(receipt.map(|receipt| receipt.key.as_str()))
        .bind(receipt.map(|receipt| receipt.fingerprint.bytes().as_slice()))
        .bind(receipt.map(|receipt| canonical(&receipt.result)))
        .execute(connection)
        .await
        .map_err(|error| self.explain(error))?;
        if done.rows_affected() == 0 { Err(AppendError::Conflict) } else { Ok(()) }
    }

    /// Only texts that an event names are stored.
    fn names(&self, hash: Hash) -> bool {
        let hash = hash.to_string();
        self.events.iter().any(|event| event.payload.contains(&hash))
    }

    fn explain(&self, error: sqlx::Error) -> AppendError {
        let sqlx::Error::Database(refusal) = &error else {
            return AppendError::OutcomeUnknown(error);
        };
        let constraint = refusal.constraint();
        match (refusal.code().as_deref(), constraint) {
            (Some("23505"), Some("events_stream")) => AppendError::Conflict,
            (Some("23505"), Some("receipts_key")) => AppendError::Repeated,
            (Some("23505"), Some("claims_key")) => match self.claims.first() {
                Some(claim) => AppendError::Taken(claim.clone()),
                None => AppendError::Database(error),
            },
            (Some("KO001"), Some(name)) => match self.fences.iter().find(|fence| fence.name == name) {
                Some(fence) => AppendError::Fenced(fence.scope),
                None => AppendError::Database(error),
            },
            // A deadlock or a serialization failure: nothing was done, and doing it again may well work.
            (Some("40P01" | "40001"), _) => AppendError::Conflict,
            // The server goes away: whether it had committed is not known.
            (Some("57P01" | "57P02" | "57P03"), _) => AppendError::OutcomeUnknown(error),
            _ => AppendError::Database(error),
        }
    }
}

impl Fence {
    fn checked(check: &FenceCheck) -> Self {
        Self {
            scope: check.scope,
            name: check.scope.to_string(),
            expected: Some(check.epoch),
            raised: false,
            value: None,
        }
    }
}

fn each<'a, T, U>(items: &'a [T], part: impl Fn(&'a T) -> U) -> Vec<U> {
    items.iter().map(part).collect()
}
