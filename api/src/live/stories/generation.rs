//! One generation, from its job to its end in the log.
//!
//! The model writes, and beside it what closed is recorded, several stories at once where they come faster than
//! the log takes them. The generation ends in the log exactly once; the review refuses a second end.
//!
//! Once what it comes of is opened again, nothing more of it is recorded: it ends, says why, and what had come stays,
//! marked stale. Each story, and the completion, goes into the log only while the stories stage is as it was looked at.

use std::collections::BTreeMap;
use std::time::Duration;

use konductro_domain::conductor::{
    GeneratedBy, KeptStory, LanguageModel, RejectedStory, Request, StoryTask, Usage, Work,
};
use konductro_domain::conversation::ReplyFailure;
use konductro_domain::ids::{CorrelationId, ProposalId};
use konductro_domain::phase::artefact::BasedOn;
use konductro_domain::story_review::{
    AddProposals, AskGeneration, CompleteGeneration, FailGeneration, Generation, GenerationMode, GenerationProgress,
    Proposal, ProposedStory, Standing, StopGeneration, StoryReview, StoryReviewCommand, StoryReviewError,
    UnusableElement,
};
use konductro_domain::text::Text;
use konductro_projections::review_table::{self, GenerationState, ProposalRow};
use konductro_projections::{ProjectionError, event_log};
use tokio::sync::{mpsc, watch};

use super::footing::Footing;
use super::{nothing_asked, reason, unasked};
use crate::commands::{CommandError, Wait};
use crate::conductor::outcome::TurnEnd;
use crate::conductor::prompt::render_proposing;
use crate::conductor::stories::{Generated, Proposed, propose, schema};
use crate::jobs::{BegunBefore, GenerationJob};
use crate::live::clean::Clean;
use crate::live::record::Recorder;
use crate::live::request::Sources;
use crate::live::run::{salt, turned_true};

/// How often it is asked whether somebody wants the generation stopped, or has opened again what it comes of.
const LOOK_AROUND: Duration = Duration::from_millis(250);
/// How many stories go into the log at once.
const MOST_AT_ONCE: usize = 50;

const NO_ROOM: &str = "the review holds as many proposals as it may; decide some, then go on";

/// What one generation runs with.
pub(in crate::live) struct GenerationRun<'a> {
    pub(in crate::live) sources: &'a Sources,
    pub(in crate::live) model: &'a dyn LanguageModel,
    /// Turns true when the server stops.
    pub(in crate::live) leave_off: watch::Receiver<bool>,
    pub(in crate::live) job: GenerationJob,
}

/// A generation could not be recorded.
#[derive(Debug, thiserror::Error)]
#[error("the generation could not be recorded: {0}")]
pub(in crate::live) struct NotRecorded(#[from] CommandError<StoryReviewError>);

/// Why a running generation ended.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Halt {
    /// A person asked.
    Stop,
    /// The server stops.
    LeaveOff,
    /// What it comes of is not what is approved now.
    Overtaken(String),
}

/// Why a story was not recorded.
#[derive(Debug)]
enum Unrecorded {
    /// It could not be.
    Failed(NotRecorded),
    /// It must not be any more.
    Overtaken(String),
}

impl From<CommandError<StoryReviewError>> for Unrecorded {
    fn from(error: CommandError<StoryReviewError>) -> Self {
        Self::Failed(NotRecorded(error))
    }
}

/// Whether the review took what was to be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Room {
    Enough,
    TooLittle,
}

/// How a generation ended, beside what it brought.
struct End {
    end: TurnEnd,
    halt: Option<Halt>,
    unusable: Vec<UnusableElement>,
    usage: Usage,
    model_returned: Option<String>,
}

impl GenerationRun<'_> {
    fn stream(&self) -> String {
        self.job.phase_id.to_string()
    }

    /// Carries the generation to its end.
    pub(in crate::live) async fn carry_out(&self, begun: BegunBefore) -> Result<(), NotRecorded> {
        let review = self.sources.commands.load::<StoryReview>(&self.stream()).await?.state;
        let latest = review.generations.last().filter(|latest| latest.generation_id == self.job.generation_id);
        let Some(generation) = latest.filter(|latest| latest.progress.is_running()) else { return Ok(()) };
        match (generation.progress, begun) {
            // Somebody began it and died: what had come is there, and a person may go on.
            (GenerationProgress::Running, _) => {
                let end = End::before_it_began(TurnEnd::Stopped, Some(Halt::LeaveOff));
                self.end(end, &generation.based_on).await
            }
            (GenerationProgress::Stopping, _) => {
                let end = End::before_it_began(TurnEnd::Stopped, Some(Halt::Stop));
                self.end(end, &generation.based_on).await
            }
            _ => self.ask(&review, generation).await,
        }
    }

    async fn ask(&self, review: &StoryReview, generation: &Generation) -> Result<(), NotRecorded> {
        let model = Clean(self.model);
        if let Err(why) = self.footing(&generation.based_on).holds().await {
            let end = End::before_it_began(TurnEnd::Stopped, Some(Halt::Overtaken(why)));
            return self.end(end, &generation.based_on).await;
        }
        let ground = match self.sources.ground(self.job.phase_id, Some(&generation.based_on)).await {
            Ok(ground) => ground,
            Err(reason) => {
                let failed = self.failure(nothing_asked(&reason), Vec::new(), Usage::default());
                return self.settle("end", failed, Vec::new(), Wait::Visible).await;
            }
        };
        let (kept, names) = kept(review, generation);
        let rejected = match self.rejected(review).await {
            Ok(rejected) => rejected,
            Err(error) => {
                let failed = self.failure(nothing_asked(&error.into()), Vec::new(), Usage::default());
                return self.settle("end", failed, Vec::new(), Wait::Visible).await;
            }
        };
        let task = StoryTask { background: ground.background, kept, rejected };
        let rendered = render_proposing(&task, &ground.frame, &ground.date);
        let (prompt, texts) = rendered.manifest(model.cache_profile());
        let asked = StoryReviewCommand::AskGeneration(AskGeneration {
            generation_id: self.job.generation_id,
            generated_by: model.generated_by(),
            prompt,
        });
        self.settle("ask", asked, texts, Wait::None).await?;
        let request =
            Request { work: Work::ProposeStories(task), prompt: rendered.prompt(), answer: schema::stories() };
        let end = self.run(&model, request, &generation.based_on, &names).await?;
        self.end(end, &generation.based_on).await
    }

    /// What people rejected and did not take back, with their reasons.
    async fn rejected(&self, review: &StoryReview) -> Result<Vec<RejectedStory>, ProjectionError> {
        if !review.proposals.values().any(|proposal| proposal.standing == Standing::Rejected) {
            return Ok(Vec::new());
        }
        let pool = &self.sources.pool;
        let mut rows = review_table::proposals_of(pool, self.job.phase_id).await?;
        rows.retain(|row| row.standing == Standing::Rejected);
        let hashes: Vec<_> = rows.iter().filter_map(|row| Some(row.rejection.as_ref()?.reason_hash)).collect();
        let reasons = event_log::texts(&mut *pool.acquire().await?, &hashes).await?;
        let told = |row: ProposalRow| RejectedStory {
            reason: row
                .rejection
                .and_then(|rejection| reasons.get(&rejection.reason_hash).cloned())
                .unwrap_or_default(),
            title: row.content.outline.title,
        };
        Ok(rows.into_iter().map(told).collect())
    }

    /// Has the model write, and records what comes, until it ends or somebody ends it.
    async fn run(
        &self,
        model: &Clean<'_>,
        request: Request,
        based_on: &[BasedOn],
        names: &BTreeMap<String, ProposalId>,
    ) -> Result<End, NotRecorded> {
        let (halter, halted) = watch::channel(false);
        let (sender, came) = mpsc::unbounded_channel();
        let writing = async {
            let mut sink = move |proposed: Proposed| {
                // Nobody takes it any more only when recording has failed, which ends the writing too.
                sender.send(proposed).ok();
            };
            propose(model, request, halted, &mut sink).await
        };
        let recording = async {
            let recorded = self.record_all(came, based_on, names).await;
            if recorded.is_err() {
                halter.send_replace(true);
            }
            recorded
        };
        let mut work = std::pin::pin!(async { tokio::join!(writing, recording) });
        let mut stop = std::pin::pin!(self.to_be_ended(based_on));
        let mut leave_off = self.leave_off.clone();
        let mut halt = None;
        let (generated, refused) = loop {
            tokio::select! {
                done = &mut work => break done,
                why = &mut stop, if halt.is_none() => {
                    halt = Some(why);
                    halter.send_replace(true);
                }
                () = turned_true(&mut leave_off), if halt.is_none() => {
                    halt = Some(Halt::LeaveOff);
                    halter.send_replace(true);
                }
            }
        };
        let Generated { end, mut unusable, usage, model_returned } = generated;
        match refused {
            Ok(refused) => unusable.extend(refused),
            Err(Unrecorded::Overtaken(why)) => halt = Some(Halt::Overtaken(why)),
            Err(Unrecorded::Failed(error)) => return Err(error),
        }
        unusable.sort_by_key(|unusable| unusable.ordinal);
        Ok(End { end, halt, unusable, usage, model_returned })
    }

    /// Resolves when a person asked to stop, or when what it comes of is not what is approved now.
    async fn to_be_ended(&self, based_on: &[BasedOn]) -> Halt {
        loop {
            tokio::time::sleep(LOOK_AROUND).await;
            match review_table::latest_generation(&self.sources.pool, self.job.phase_id).await {
                Ok(Some(row)) if row.state == GenerationState::Stopping => return Halt::Stop,
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "whether a generation is to stop can't be read now; trying again"),
            }
            if let Err(why) = self.footing(based_on).holds().await {
                return Halt::Overtaken(why);
            }
        }
    }

    /// Records stories as they come; answers with those that found no room.
    async fn record_all(
        &self,
        mut came: mpsc::UnboundedReceiver<Proposed>,
        based_on: &[BasedOn],
        names: &BTreeMap<String, ProposalId>,
    ) -> Result<Vec<UnusableElement>, Unrecorded> {
        let (mut batch, mut refused, mut step) = (Vec::new(), Vec::new(), 0_u32);
        while came.recv_many(&mut batch, MOST_AT_ONCE).await > 0 {
            let stories: Vec<ProposedStory> = batch.drain(..).map(|proposed| self.proposal(&proposed, names)).collect();
            step += 1;
            if self.add(step, stories.clone(), based_on).await? == Room::Enough {
                continue;
            }
            // There is no room for all of them: one by one, as many as there is room for.
            for story in stories {
                let ordinal = story.ordinal;
                step += 1;
                if self.add(step, vec![story], based_on).await? == Room::TooLittle {
                    refused.push(UnusableElement { ordinal, reason: NO_ROOM.to_owned() });
                }
            }
        }
        Ok(refused)
    }

    async fn add(&self, step: u32, proposals: Vec<ProposedStory>, based_on: &[BasedOn]) -> Result<Room, Unrecorded> {
        let added = AddProposals { generation_id: self.job.generation_id, proposals, salt: salt() };
        let command = StoryReviewCommand::AddProposals(added);
        match self.record_on_ground(&format!("add:{step}"), command, Wait::None, based_on).await {
            Err(Unrecorded::Failed(NotRecorded(CommandError::Refused(StoryReviewError::TooManyProposals)))) => {
                Ok(Room::TooLittle)
            }
            recorded => recorded.map(|()| Room::Enough),
        }
    }

    /// Records a step while what the stories come of is what is approved, and never after.
    async fn record_on_ground(
        &self,
        step: &str,
        command: StoryReviewCommand,
        wait: Wait,
        based_on: &[BasedOn],
    ) -> Result<(), Unrecorded> {
        loop {
            let fence = self.footing(based_on).holds().await.map_err(Unrecorded::Overtaken)?;
            let (stream, recorder) = (self.stream(), self.recorder());
            let recorded =
                recorder.record_while::<StoryReview>(&stream, step, command.clone(), Vec::new(), wait, vec![fence]);
            match recorded.await {
                // The stage moved between the look and the record: look again.
                Err(CommandError::Fenced(_)) => {}
                recorded => return Ok(recorded.map(|_| ())?),
            }
        }
    }

    fn proposal(&self, proposed: &Proposed, names: &BTreeMap<String, ProposalId>) -> ProposedStory {
        let in_generation = |name: &str| ProposalId::in_generation(self.job.generation_id, name);
        let resolve = |name: &str| Some(names.get(name).copied().unwrap_or_else(|| in_generation(name)));
        ProposedStory {
            proposal_id: in_generation(&proposed.name),
            ordinal: proposed.ordinal,
            draft: proposed.story.draft(resolve),
        }
    }

    /// Records how the generation ended. It is complete only if what it comes of is approved at that very moment.
    async fn end(&self, ended: End, based_on: &[BasedOn]) -> Result<(), NotRecorded> {
        let End { end, halt, unusable, usage, model_returned } = ended;
        let (generation_id, generated_by) = (self.job.generation_id, self.generated_by());
        let command = match (end, halt) {
            (_, Some(Halt::Overtaken(why))) => self.overtaken(&why, unusable, usage),
            (TurnEnd::Completed(_), _) => {
                let complete = StoryReviewCommand::CompleteGeneration(CompleteGeneration {
                    generation_id,
                    unusable: unusable.clone(),
                    generated_by,
                    model_returned,
                    usage,
                });
                match self.record_on_ground("complete", complete, Wait::Visible, based_on).await {
                    Err(Unrecorded::Overtaken(why)) => self.overtaken(&why, unusable, usage),
                    Err(Unrecorded::Failed(NotRecorded(CommandError::Refused(refusal)))) => {
                        tracing::info!(generation = %generation_id, %refusal, "a generation had ended already");
                        return Ok(());
                    }
                    Err(Unrecorded::Failed(error)) => return Err(error),
                    Ok(()) => return Ok(()),
                }
            }
            (_, Some(Halt::LeaveOff)) => self.failure(ReplyFailure::ServerStopped, unusable, usage),
            (TurnEnd::Stopped, _) => {
                StoryReviewCommand::StopGeneration(StopGeneration { generation_id, unusable, generated_by, usage })
            }
            (TurnEnd::Failed(failure), _) => self.failure(reason(&failure), unusable, usage),
        };
        self.settle("end", command, Vec::new(), Wait::Visible).await
    }

    fn overtaken(&self, why: &str, unusable: Vec<UnusableElement>, usage: Usage) -> StoryReviewCommand {
        let detail = format!("{why}. What had come stays, marked stale; generate anew once everything is approved.");
        self.failure(unasked(&detail), unusable, usage)
    }

    fn failure(&self, reason: ReplyFailure, unusable: Vec<UnusableElement>, usage: Usage) -> StoryReviewCommand {
        let (generation_id, generated_by) = (self.job.generation_id, self.generated_by());
        StoryReviewCommand::FailGeneration(FailGeneration { generation_id, reason, unusable, generated_by, usage })
    }

    fn generated_by(&self) -> GeneratedBy {
        self.model.generated_by()
    }

    /// Records a step; one that is not wanted any more, since the generation has ended, is none.
    async fn settle(
        &self,
        step: &str,
        command: StoryReviewCommand,
        texts: Vec<Text>,
        wait: Wait,
    ) -> Result<(), NotRecorded> {
        match self.recorder().record::<StoryReview>(&self.stream(), step, command, texts, wait).await {
            Err(CommandError::Refused(refusal)) => {
                tracing::info!(generation = %self.job.generation_id, step, %refusal, "a generation had ended already");
                Ok(())
            }
            recorded => recorded.map(|_| ()).map_err(NotRecorded),
        }
    }

    fn footing<'a>(&'a self, based_on: &'a [BasedOn]) -> Footing<'a> {
        Footing { commands: &self.sources.commands, phase_id: self.job.phase_id, based_on }
    }

    fn recorder(&self) -> Recorder<'_> {
        let GenerationJob { project_id, phase_id, generation_id } = self.job;
        Recorder {
            commands: &self.sources.commands,
            scope: "conductor generation",
            of: generation_id.to_string(),
            correlation: CorrelationId(generation_id.0),
            project_id,
            phase_id,
        }
    }
}

impl End {
    fn before_it_began(end: TurnEnd, halt: Option<Halt>) -> Self {
        Self { end, halt, unusable: Vec::new(), usage: Usage::default(), model_returned: None }
    }
}

/// What stays whatever is proposed, as Conductor is told of it, and which proposal each name means.
fn kept(review: &StoryReview, generation: &Generation) -> (Vec<KeptStory>, BTreeMap<String, ProposalId>) {
    let stays = |proposal: &&(&ProposalId, &Proposal)| match proposal.1.standing {
        Standing::Approved => true,
        Standing::Proposed => generation.mode == GenerationMode::Continue || !proposal.1.touched_by.is_empty(),
        Standing::Rejected | Standing::Split | Standing::Merged | Standing::Superseded | Standing::Withdrawn => false,
    };
    let (mut kept, mut names) = (Vec::new(), BTreeMap::new());
    for (number, (id, proposal)) in (1_u32..).zip(review.proposals.iter().filter(|it| stays(&it))) {
        let name = format!("K-{number}");
        let outline = &proposal.content.outline;
        names.insert(name.clone(), *id);
        kept.push(KeptStory {
            name,
            title: outline.title.clone(),
            requirement_ids: outline.requirement_ids.clone(),
            traces_to: outline.criteria.iter().flat_map(|criterion| criterion.traces_to.clone()).collect(),
        });
    }
    (kept, names)
}
