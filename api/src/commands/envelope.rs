//! What is told with a command: who gives it, what it belongs to and relies on, and how a repeat is known.

use konductro_domain::actor::{Actor, Credential};
use konductro_domain::ids::{CorrelationId, EventId, PhaseId, ProjectId};
use konductro_domain::role::Role;
use konductro_domain::text::Text;
use konductro_projections::metadata::Metadata;
use time::OffsetDateTime;

use crate::event_store::repository::Commit;
use crate::event_store::{FenceCheck, NewJob, Receipt};

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

    pub(super) fn commit(self, event_ids: Vec<EventId>) -> Commit {
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
