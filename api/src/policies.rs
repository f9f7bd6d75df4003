//! Runs what happens by itself: follows the log from its own checkpoint and does what
//! `konductro_domain::policies::react` says.
//!
//! At least once: a reaction is done with no transaction open, under the idempotency key (position,
//! number), and the checkpoint moves after it (and now and then where there was nothing to react to). The rules may refuse, which is logged and passed over; what
//! the database could not do is tried again for as long as it takes. One replica works, the others stand by.

mod conversations;
mod stories;

use std::time::Duration;

use konductro_domain::actor::Actor;
use konductro_domain::conversation::ConversationError;
use konductro_domain::event::{Event, Recorded};
use konductro_domain::phase::{Phase, PhaseCommand, PhaseError, SaveDocument};
use konductro_domain::policies::{Reaction, react};
use konductro_domain::project::{Project, ProjectError};
use konductro_domain::story::StoryError;
use konductro_domain::text::Hash;
use konductro_projections::checkpoint;
use konductro_projections::event_log::{self, EventLogError};
use konductro_projections::health::{Health, RunnerState};
use konductro_projections::subscription::connection_of_a_runner;
use sqlx::{PgConnection, PgPool};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::commands::{CommandError, Commands, Envelope, FenceCheck, FenceScope, NewJob, Receipt, Wait};

/// The name of the runner, of its checkpoint and of its receipts' scope.
pub const NAME: &str = "policies";

const PAGE: i64 = 100;
/// Events without a reaction that may be looked at again after a crash.
const NOTE_EVERY: i64 = 500;
const LOOK_ANYWAY: Duration = Duration::from_millis(250);
const FIRST_BACK_OFF: Duration = Duration::from_millis(100);
const LONGEST_BACK_OFF: Duration = Duration::from_secs(5);

/// Names the advisory lock ("policies" as a number).
const LOCK: i64 = 0x706f_6c69_6369_6573;

/// Reacts for as long as it lives.
#[derive(Debug)]
pub struct Policies {
    task: JoinHandle<()>,
}

impl Policies {
    /// Starts reacting from the checkpoint; `sealed` is only a nudge.
    pub fn start(pool: PgPool, commands: Commands, sealed: watch::Receiver<i64>, health: Health) -> Self {
        health.report(NAME, RunnerState::CatchingUp);
        let runner = Runner { pool, commands, sealed, health };
        Self { task: tokio::spawn(runner.run()) }
    }
}

impl Drop for Policies {
    fn drop(&mut self) {
        // A reaction that was under way is done again from the checkpoint, and recognised by its receipt.
        self.task.abort();
    }
}

/// Who reacts knows how far it is; a note of that need only be right after a reaction, and not too old.
#[derive(Debug, Default)]
struct Lead {
    noted: i64,
    passed: i64,
}

impl Lead {
    async fn take(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
        sqlx::query_scalar("SELECT pg_try_advisory_lock($1)").bind(LOCK).fetch_one(connection).await
    }

    fn at(&self) -> i64 {
        self.noted.max(self.passed)
    }

    /// Moves the checkpoint to where it is.
    async fn note(&mut self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        if self.passed > self.noted {
            checkpoint::advance(connection, NAME, self.passed).await?;
            self.noted = self.passed;
        }
        Ok(())
    }
}

/// How far a page went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reacted {
    /// There may be more.
    ToSome,
    /// There was no more.
    ToAll,
}

/// What ended a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Woken {
    ByNudge,
    BySilence,
}

struct Runner {
    pool: PgPool,
    commands: Commands,
    sealed: watch::Receiver<i64>,
    health: Health,
}

/// Why the runner can't go on from where it is.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Log(#[from] EventLogError),
    #[error("the event at position {position} can't be read: {reason}")]
    Poison { position: i64, reason: String },
    #[error(transparent)]
    Phase(#[from] CommandError<PhaseError>),
    #[error(transparent)]
    Project(#[from] CommandError<ProjectError>),
    #[error(transparent)]
    Story(#[from] CommandError<StoryError>),
    #[error(transparent)]
    Conversation(#[from] CommandError<ConversationError>),
}

impl Runner {
    async fn run(mut self) {
        let mut back_off = FIRST_BACK_OFF;
        loop {
            match self.follow(&mut back_off).await {
                poison @ Trouble::Poison { .. } => {
                    self.health.report(NAME, RunnerState::Stopped(poison.to_string()));
                    return;
                }
                trouble => self.health.report(NAME, RunnerState::Retrying(trouble.to_string())),
            }
            tokio::time::sleep(back_off).await;
            back_off = (back_off * 2).min(LONGEST_BACK_OFF);
        }
    }

    /// Reacts, or stands by, on one connection until there is trouble.
    async fn follow(&mut self, back_off: &mut Duration) -> Trouble {
        let mut connection = match connection_of_a_runner(&self.pool).await {
            Ok(connection) => connection,
            Err(error) => return error.into(),
        };
        let mut lead = None;
        loop {
            self.sealed.mark_unchanged();
            match self.step(&mut connection, &mut lead).await {
                // It is nearly always a nudge that ends the wait; silence is the time to note how far it is.
                Ok(Reacted::ToAll) => {
                    if let (Woken::BySilence, Some(lead)) = (self.wait().await, &mut lead)
                        && let Err(error) = lead.note(&mut connection).await
                    {
                        return error.into();
                    }
                }
                Ok(Reacted::ToSome) => *back_off = FIRST_BACK_OFF,
                Err(trouble) => return trouble,
            }
        }
    }

    async fn step(&self, connection: &mut PgConnection, lead: &mut Option<Lead>) -> Result<Reacted, Trouble> {
        if lead.is_none() && Lead::take(connection).await? {
            *lead = Some(Lead { noted: checkpoint::read(&mut *connection, NAME).await?, ..Lead::default() });
        }
        let Some(lead) = lead else {
            self.health.report(NAME, RunnerState::StandingBy);
            return Ok(Reacted::ToAll);
        };
        let reacted = self.page(connection, lead).await?;
        if reacted == Reacted::ToAll {
            self.health.report(NAME, RunnerState::Running);
        }
        Ok(reacted)
    }

    async fn wait(&mut self) -> Woken {
        let nudge = self.sealed.changed();
        match tokio::time::timeout(LOOK_ANYWAY, nudge).await {
            Ok(Ok(())) => Woken::ByNudge,
            Ok(Err(_closed)) => {
                tokio::time::sleep(LOOK_ANYWAY).await;
                Woken::BySilence
            }
            Err(_elapsed) => Woken::BySilence,
        }
    }

    /// Reacts to the next page.
    async fn page(&self, connection: &mut PgConnection, lead: &mut Lead) -> Result<Reacted, Trouble> {
        let page = event_log::page(connection, lead.at(), PAGE).await?;
        for event in &page.events {
            let reactions = react(event);
            for (number, reaction) in reactions.iter().enumerate() {
                self.perform(connection, event, number, reaction).await?;
            }
            lead.passed = event.position;
            if !reactions.is_empty() || lead.passed - lead.noted >= NOTE_EVERY {
                lead.note(connection).await?;
            }
        }
        match (page.events.len(), page.poison) {
            (0, Some((position, reason))) => Err(Trouble::Poison { position, reason: reason.to_string() }),
            (_, Some(_)) => Ok(Reacted::ToSome),
            (events, None) if i64::try_from(events) == Ok(PAGE) => Ok(Reacted::ToSome),
            (_, None) => Ok(Reacted::ToAll),
        }
    }

    async fn perform(
        &self,
        connection: &mut PgConnection,
        event: &Recorded<Event>,
        number: usize,
        reaction: &Reaction,
    ) -> Result<(), Trouble> {
        let refusal = match self.attempt(connection, event, number, reaction).await {
            Err(Trouble::Phase(CommandError::Refused(refusal))) => refusal.to_string(),
            Err(Trouble::Story(CommandError::Refused(refusal))) => refusal.to_string(),
            Err(Trouble::Conversation(CommandError::Refused(refusal))) => refusal.to_string(),
            outcome => return outcome,
        };
        tracing::info!(position = event.position, refusal, "the rules refused what a policy asked for");
        Ok(())
    }

    async fn attempt(
        &self,
        connection: &mut PgConnection,
        event: &Recorded<Event>,
        number: usize,
        reaction: &Reaction,
    ) -> Result<(), Trouble> {
        let job = match reaction {
            Reaction::SaveDocument { .. } => return self.save_document(connection, event, number, reaction).await,
            Reaction::RecordFirstReply { .. } => return self.record_first_reply(event, number, reaction).await,
            Reaction::SendQueuedMessage { .. } => return self.send_queued_message(event, number, reaction).await,
            Reaction::CreateStory(approved) => return self.create_story(event, number, approved).await,
            Reaction::RequestEnrichment { .. } => return self.request_enrichment(event, number, reaction).await,
            Reaction::WorkOnTurn { project_id, phase_id, stage, turn_id, attempt } => {
                NewJob::turn(*project_id, *phase_id, *stage, *turn_id, *attempt)
            }
            Reaction::WorkOnGeneration { project_id, phase_id, generation_id } => {
                NewJob::generation(*project_id, *phase_id, *generation_id)
            }
            Reaction::WorkOnRefinement { project_id, phase_id, story_id, attempt } => {
                NewJob::refinement(*project_id, *phase_id, *story_id, *attempt)
            }
            Reaction::WorkOnEnrichment { project_id, phase_id, story_id, attempt } => {
                NewJob::enrichment(*project_id, *phase_id, *story_id, *attempt)
            }
        };
        Ok(self.commands.enqueue(&job).await?)
    }

    async fn save_document(
        &self,
        connection: &mut PgConnection,
        event: &Recorded<Event>,
        number: usize,
        reaction: &Reaction,
    ) -> Result<(), Trouble> {
        let Reaction::SaveDocument { project_id, phase_id, turn_id, asked_by, document, generated_by } = reaction
        else {
            return Ok(());
        };
        let mut earlier_authors = event_log::authors_of(connection, *project_id, &document.content.hash).await?;
        earlier_authors.extend(event_log::speakers_of(connection, &event.stream, *turn_id).await?);
        let prepare = async || -> Result<(PhaseCommand, Envelope), Trouble> {
            let scope = FenceScope::ProjectPolicy(*project_id);
            let epoch = self.commands.fence(&scope).await?.epoch;
            let project = self.commands.load::<Project>(&project_id.to_string()).await?.state;
            let Project::Created(project) = project else {
                return Err(CommandError::Refused(ProjectError::Unknown).into());
            };
            let command = PhaseCommand::SaveDocument(SaveDocument {
                turn_id: *turn_id,
                ordinal: document.ordinal,
                asked_by: *asked_by,
                stage: document.stage,
                title: document.title.clone(),
                content: document.content,
                completeness: document.completeness,
                substance: document.substance,
                generated_by: generated_by.clone(),
                earlier_authors: earlier_authors.clone(),
                answers: document.answers.clone(),
                approval_policy: project.approval_policy,
            });
            let envelope = Envelope {
                fences: vec![FenceCheck { scope, epoch }],
                project_id: Some(*project_id),
                phase_id: Some(*phase_id),
                ..self.envelope(event, number)
            };
            Ok((command, envelope))
        };
        self.commands.execute_with::<Phase, Trouble, _, _>(&phase_id.to_string(), None, prepare).await?;
        Ok(())
    }

    /// What a policy's command says of itself: caused by the event, part of what the event is part of.
    fn envelope(&self, event: &Recorded<Event>, number: usize) -> Envelope {
        let key = format!("{}:{number}", event.position);
        Envelope {
            causation: Some(event.event_id),
            receipt: Some(Receipt {
                scope: NAME.to_owned(),
                fingerprint: Hash::of(format!("{}:{number}", event.event_id).as_bytes()),
                key,
                result: serde_json::Value::Null,
            }),
            position_wait: Wait::None,
            ..Envelope::new(Actor::Conductor, event.correlation)
        }
    }
}
