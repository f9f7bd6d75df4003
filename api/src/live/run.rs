//! One attempt at a turn, from its job to its end in the log.
//!
//! Nothing stands between the model's first word and the first frame but the parser: what goes to the database goes
//! there beside the stream. Whatever happens, the attempt ends in the log exactly once, with the text that had come;
//! each record carries a receipt named after the attempt, and the conversation refuses a second end.

use konductro_domain::conductor::{GeneratedBy, LanguageModel, ModelFailureKind, Request, Usage};
use konductro_domain::conversation::{
    Conversation, ConversationCommand, ConversationError, ConversationEvent, Reply, ReplyFailure, TurnProgress,
    conversation_stream,
};
use konductro_domain::ids::CorrelationId;
use konductro_domain::text::{Text, TextRef};
use konductro_projections::event_log;
use rand::TryRngCore;
use rand::rngs::OsRng;
use time::OffsetDateTime;
use tokio::sync::watch;

use super::checkpoint::{self, Checkpointer};
use super::clean::Clean;
use super::ending::ending;
use super::feed::TurnFeed;
use super::frames::Topic;
use super::hub::Hub;
use super::record::Recorder;
use super::request::{Asked, NothingToAsk, Sources};
use super::turn_state::{Attempt, Begin};
use crate::commands::{CommandError, Executed, Wait};
use crate::conductor::extract::{Extractor, PartKind};
use crate::conductor::outcome::{TurnEnd, TurnOutcome};
use crate::conductor::turn::{TurnEvent, TurnSink, resume_turn};
use crate::jobs::{BegunBefore, TurnJob};

/// What one attempt runs with.
pub(super) struct Run<'a> {
    pub(super) sources: &'a Sources,
    pub(super) hub: &'a Hub,
    pub(super) model: &'a dyn LanguageModel,
    /// Turns true when the server stops, or when the job is no longer ours.
    pub(super) leave_off: watch::Receiver<bool>,
    pub(super) job: TurnJob,
}

/// An attempt could not be recorded.
#[derive(Debug, thiserror::Error)]
#[error("the reply could not be recorded: {0}")]
pub(super) struct NotRecorded(#[from] CommandError<ConversationError>);

/// Why a running attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Halt {
    /// A person asked.
    Stop,
    /// The server stops.
    LeaveOff,
}

impl Run<'_> {
    pub(super) fn of(&self) -> Attempt {
        Attempt { turn_id: self.job.turn_id, attempt: self.job.attempt }
    }

    pub(super) fn topic(&self) -> Topic {
        Topic::Conversation(self.job.phase_id, self.job.stage)
    }

    fn stream(&self) -> String {
        conversation_stream(self.job.phase_id, self.job.stage)
    }

    /// Carries the attempt to its end.
    pub(super) async fn carry_out(&self, begun: BegunBefore) -> Result<(), NotRecorded> {
        let loaded = self.sources.commands.load::<Conversation>(&self.stream()).await?;
        let turn = loaded.state.turn.filter(|turn| turn.turn_id == self.job.turn_id);
        let turn = turn.filter(|turn| turn.attempt == self.job.attempt);
        let continues = turn.as_ref().and_then(|turn| turn.continues);
        let progress = turn.map(|turn| turn.progress);
        match progress {
            // It has ended, or another attempt or turn has taken its place.
            None | Some(TurnProgress::Completed | TurnProgress::Stopped | TurnProgress::Failed) => {
                self.hub.lose(self.topic(), self.of());
                return Ok(());
            }
            Some(TurnProgress::Queued | TurnProgress::Streaming | TurnProgress::Stopping) => {}
        }
        let so_far = self.so_far(continues).await?;
        let begin = Begin { of: self.of(), message_id: None, at: OffsetDateTime::now_utc() };
        let Some(feed) = self.hub.feed(self.topic(), begin) else { return Ok(()) };
        let model = Clean(self.model);
        match (progress, begun) {
            (Some(TurnProgress::Streaming), _) | (Some(TurnProgress::Stopping), BegunBefore::Yes) => {
                self.take_over(feed, progress, so_far).await
            }
            (Some(TurnProgress::Stopping), BegunBefore::No) => {
                self.end(feed, self.broken_off(so_far, TurnEnd::Stopped), model.generated_by(), None).await
            }
            _ => self.ask(feed, &model, so_far).await,
        }
    }

    /// The words that the attempt goes on from; none where it begins anew, nor where they were erased.
    async fn so_far(&self, continues: Option<TextRef>) -> Result<String, CommandError<ConversationError>> {
        let Some(text) = continues else { return Ok(String::new()) };
        let mut connection = self.sources.pool.acquire().await.map_err(CommandError::Unavailable)?;
        let words = event_log::text(&mut connection, &text.hash).await.map_err(CommandError::Unavailable)?;
        Ok(words.unwrap_or_default())
    }

    /// Somebody began this attempt and died: what had arrived is kept, and a person may try again.
    async fn take_over(
        &self,
        feed: TurnFeed,
        progress: Option<TurnProgress>,
        so_far: String,
    ) -> Result<(), NotRecorded> {
        let kept = checkpoint::kept(&self.sources.pool, self.of()).await.map_err(CommandError::Unavailable)?;
        // Who died may not have got as far as the words that it was to go on from.
        let kept = if kept.len() < so_far.len() { so_far } else { kept };
        let end = if progress == Some(TurnProgress::Stopping) { TurnEnd::Stopped } else { interrupted() };
        let halt = (end != TurnEnd::Stopped).then_some(Halt::LeaveOff);
        self.end(feed, self.broken_off(kept, end), self.model.generated_by(), halt).await
    }

    /// What there is when nobody was asked, or nobody knows what was answered.
    fn broken_off(&self, text: String, end: TurnEnd) -> TurnOutcome {
        let mut extractor = Extractor::new(self.job.stage);
        drop(extractor.push(&text));
        let (_, documents) = extractor.finish();
        let (suggestions, usage) = (Vec::new(), Usage::default());
        TurnOutcome { text, documents, suggestions, end, usage, model_returned: None }
    }

    /// Asks Conductor.
    async fn ask(&self, feed: TurnFeed, model: &Clean<'_>, so_far: String) -> Result<(), NotRecorded> {
        let generated_by = model.generated_by();
        let Asked { task, rendered } = match self.sources.request(&self.job).await {
            Ok(asked) => asked,
            Err(reason) => {
                let outcome = self.broken_off(so_far, nothing_asked(&reason));
                return self.end(feed, outcome, generated_by, None).await;
            }
        };
        // What goes on was asked for already: with the very words, whatever has changed since.
        let first = if so_far.is_empty() { None } else { self.sources.as_first_sent(&self.job).await };
        let rendered = first.unwrap_or(rendered);
        let request = Request::converse(task, rendered.prompt());
        let given = if so_far.is_empty() { rendered } else { rendered.going_on(&so_far) };
        let (manifest, texts) = given.manifest(model.cache_profile());
        let TurnJob { turn_id, attempt, .. } = self.job;
        let start =
            ConversationCommand::StartReply { turn_id, attempt, generated_by: generated_by.clone(), prompt: manifest };
        self.record("start", start, texts, Wait::None).await?;
        feed.streaming();
        let (halter, halted) = watch::channel(false);
        let mut stop = feed.stop_signal();
        let mut leave_off = self.leave_off.clone();
        let mut halt = None;
        let mut sink = Sink { feed: &feed, kept: Checkpointer::start(self.sources.pool.clone(), self.of()) };
        let outcome = {
            let mut turn = std::pin::pin!(resume_turn(model, request, &so_far, halted, &mut sink));
            loop {
                tokio::select! {
                    outcome = &mut turn => break outcome,
                    () = turned_true(&mut stop), if halt.is_none() => {
                        halt = Some(Halt::Stop);
                        halter.send_replace(true);
                    }
                    () = turned_true(&mut leave_off), if halt.is_none() => {
                        halt = Some(Halt::LeaveOff);
                        halter.send_replace(true);
                    }
                }
            }
        };
        drop(sink);
        self.end(feed, outcome, generated_by, halt).await
    }

    /// Records how the attempt ended, then tells so.
    async fn end(
        &self,
        feed: TurnFeed,
        outcome: TurnOutcome,
        generated_by: GeneratedBy,
        halt: Option<Halt>,
    ) -> Result<(), NotRecorded> {
        feed.flush();
        let (documents, mut texts) = outcome.written();
        let text = Text::salted(outcome.text.clone(), salt());
        texts.push(text.clone());
        let TurnJob { turn_id, attempt, .. } = self.job;
        let reply = Reply { turn_id, attempt, text, documents, generated_by, usage: outcome.usage };
        let command = match (&outcome.end, halt) {
            (TurnEnd::Stopped, Some(Halt::LeaveOff)) | (TurnEnd::Failed(_), Some(Halt::LeaveOff)) => {
                ConversationCommand::FailReply { reply, reason: ReplyFailure::ServerStopped }
            }
            (TurnEnd::Stopped, _) => ConversationCommand::StopReply { reply },
            (TurnEnd::Completed(finish), _) => ConversationCommand::CompleteReply {
                reply,
                suggestions: outcome.suggestions,
                finish: *finish,
                model_returned: outcome.model_returned,
            },
            (TurnEnd::Failed(failure), _) => ConversationCommand::FailReply {
                reply,
                reason: ReplyFailure::Model {
                    failure: failure.kind,
                    status: failure.status,
                    detail: failure.detail.clone(),
                },
            },
        };
        let executed = self.record("end", command, texts, Wait::Visible).await?;
        let position = executed.position.unwrap_or_else(|| self.hub.position());
        match executed.events.last().and_then(|event| ending(event, position)) {
            Some(end) => self.hub.finish(self.topic(), &end),
            // Somebody else had ended it.
            None => self.hub.lose(self.topic(), self.of()),
        }
        drop(feed);
        if let Err(error) = checkpoint::forget(&self.sources.pool, turn_id).await {
            tracing::warn!(turn = %turn_id, %error, "the checkpoints of an ended reply were left behind");
        }
        Ok(())
    }

    /// Records a step of the attempt once, however often it has to be tried.
    async fn record(
        &self,
        step: &str,
        command: ConversationCommand,
        texts: Vec<Text>,
        wait: Wait,
    ) -> Result<Executed<ConversationEvent>, CommandError<ConversationError>> {
        let TurnJob { project_id, phase_id, turn_id, attempt, .. } = self.job;
        let recorder = Recorder {
            commands: &self.sources.commands,
            scope: "conductor turn",
            of: format!("{turn_id}:{attempt}"),
            correlation: CorrelationId(turn_id.0),
            project_id,
            phase_id,
        };
        recorder.record::<Conversation>(&self.stream(), step, command, texts, wait).await
    }
}

/// Tells the hub and the checkpointer what arrives; neither waits.
struct Sink<'a> {
    feed: &'a TurnFeed,
    kept: Checkpointer,
}

impl TurnSink for Sink<'_> {
    fn event(&mut self, event: TurnEvent) {
        match event {
            TurnEvent::PartStarted { part, kind: PartKind::Text } => self.feed.open_text(part),
            TurnEvent::PartStarted { part, kind: PartKind::Document { stage, title } } => {
                self.feed.open_document(part, stage, title);
            }
            TurnEvent::Delta { part, text, .. } => self.feed.append(part, &text),
            TurnEvent::PartEnded { .. } => {}
            TurnEvent::Retrying { detail, .. } => self.feed.retrying(detail),
        }
    }

    fn raw(&mut self, text: &str) {
        self.kept.take(text);
    }
}

/// Resolves when a signal turns true; never when nobody is left to turn it.
pub(super) async fn turned_true(signal: &mut watch::Receiver<bool>) {
    if signal.wait_for(|set| *set).await.is_err() {
        std::future::pending::<()>().await;
    }
}

fn interrupted() -> TurnEnd {
    failed(ModelFailureKind::Interrupted, "the server stopped while the reply was written".to_owned())
}

fn nothing_asked(reason: &NothingToAsk) -> TurnEnd {
    tracing::warn!(%reason, "Conductor could not be asked");
    let detail = match reason {
        NothingToAsk::Behind | NothingToAsk::Gone => reason.to_string(),
        NothingToAsk::Reading(_) | NothingToAsk::Phase(_) => {
            "what Conductor needs to know could not be read; try again".to_owned()
        }
    };
    failed(ModelFailureKind::Interrupted, detail)
}

fn failed(kind: ModelFailureKind, detail: String) -> TurnEnd {
    TurnEnd::Failed(konductro_domain::conductor::ModelFailure { kind, status: None, retryable: true, detail })
}

/// Hides what a short reply says from whoever has only its hash. Without the system's randomness the turn's own
/// time still keeps the hash from being looked up in a table made beforehand.
pub(super) fn salt() -> [u8; 16] {
    let mut salt = [0; 16];
    if OsRng.try_fill_bytes(&mut salt).is_err() {
        salt = *uuid::Uuid::now_v7().as_bytes();
    }
    salt
}
