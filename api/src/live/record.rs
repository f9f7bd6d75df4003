//! Records what Conductor did, once, however often it has to be tried.
//!
//! Each step of a job carries a receipt named after it, so that a repeat finds what the first try did. What the
//! database can't do now is tried until it can; what the rules refuse is the caller's to judge.

use std::time::Duration;

use konductro_domain::actor::Actor;
use konductro_domain::ids::{CorrelationId, PhaseId, ProjectId};
use konductro_domain::text::{Hash, Text};
use serde_json::Value;

use crate::commands::{CommandError, Commands, Envelope, Executable, Executed, FenceCheck, Receipt, Wait};

/// How long to wait before a record is tried again, at first and at most.
const AGAIN_AFTER: Duration = Duration::from_millis(100);
const AGAIN_AT_MOST: Duration = Duration::from_secs(5);

/// What the records of one job have in common.
#[derive(Clone)]
pub(super) struct Recorder<'a> {
    pub(super) commands: &'a Commands,
    /// The scope of its receipts.
    pub(super) scope: &'static str,
    /// What its receipts are named after.
    pub(super) of: String,
    pub(super) correlation: CorrelationId,
    pub(super) project_id: ProjectId,
    pub(super) phase_id: PhaseId,
}

impl Recorder<'_> {
    /// Records a step of the job.
    pub(super) async fn record<A>(
        &self,
        stream: &str,
        step: &str,
        command: A::Command,
        texts: Vec<Text>,
        wait: Wait,
    ) -> Result<Executed<A::Event>, CommandError<A::Error>>
    where
        A: Executable<Command: Clone>,
    {
        self.record_while::<A>(stream, step, command, texts, wait, Vec::new()).await
    }

    /// Records a step of the job, unless a fence has moved.
    pub(super) async fn record_while<A>(
        &self,
        stream: &str,
        step: &str,
        command: A::Command,
        texts: Vec<Text>,
        wait: Wait,
        fences: Vec<FenceCheck>,
    ) -> Result<Executed<A::Event>, CommandError<A::Error>>
    where
        A: Executable<Command: Clone>,
    {
        let key = format!("{}:{step}", self.of);
        let mut envelope = Envelope::new(Actor::Conductor, self.correlation);
        envelope.project_id = Some(self.project_id);
        envelope.phase_id = Some(self.phase_id);
        envelope.position_wait = wait;
        envelope.texts = texts;
        envelope.fences = fences;
        envelope.receipt = Some(Receipt {
            scope: self.scope.to_owned(),
            fingerprint: Hash::of(key.as_bytes()),
            key,
            result: Value::Null,
        });
        let mut pause = AGAIN_AFTER;
        loop {
            match self.commands.execute::<A>(stream, command.clone(), envelope.clone()).await {
                Err(
                    error @ (CommandError::Unavailable(_)
                    | CommandError::OutcomeUnknown
                    | CommandError::Busy
                    | CommandError::StillRunning),
                ) => {
                    tracing::warn!(of = self.of, step, %error, "what Conductor did could not be recorded; trying again");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(AGAIN_AT_MOST);
                }
                settled => return settled,
            }
        }
    }
}
