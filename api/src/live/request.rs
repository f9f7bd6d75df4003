//! What Conductor is asked for one turn: gathered from read models once they hold everything that the person saw.
//!
//! Earlier turns go in exactly as they were sent and received; the system message stays as it was first sent in the
//! conversation. So one turn's prompt begins with the bytes of the turn before.

use std::time::Duration;

use konductro_domain::artefact::check::Finding;
use konductro_domain::conductor::{
    AcceptedFinding, Exchange, GivenArtefact, PromptBlock, PromptRole, RequestedChange, Scoping, Task,
};
use konductro_domain::ids::{PhaseId, ProjectId, ThreadId, UserId};
use konductro_domain::phase::artefact::{Completeness, Origin};
use konductro_domain::phase::{FindingState, GateState, OpenedPhase, Phase, PhaseError};
use konductro_domain::role::{Capability, acting_role};
use konductro_domain::stage::Stage;
use konductro_projections::artefact_versions::{self, ChangeRequestState, VersionWithText};
use konductro_projections::changes::Visibility;
use konductro_projections::conversation_view::{self, FinishedTurn, GivenBlock, TurnWithTexts};
use konductro_projections::project_list::{self, ProjectPage};
use konductro_projections::{ProjectionError, event_log, raised_findings, threads};
use sqlx::PgPool;
use time::Date;
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use crate::checker::Checker;
use crate::commands::{CommandError, Commands};
use crate::conductor::prompt::{
    FrameRepository, ProjectFrame, PromptHistory, PromptInput, RenderedBlock, RenderedPrompt, SentBlock, render,
};
use crate::jobs::TurnJob;
use crate::state::AppState;

/// How long a turn waits for read models to hold its message.
const MESSAGE_WITHIN: Duration = Duration::from_secs(30);
/// How long it waits for the documents of the turn before to become versions.
const DOCUMENTS_WITHIN: Duration = Duration::from_secs(2);

/// Where Conductor is spoken to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) project_id: ProjectId,
    pub(crate) phase_id: PhaseId,
    pub(crate) stage: Stage,
}

/// What a person says to Conductor, and when.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    pub(crate) message: String,
    pub(crate) by: UserId,
    pub(crate) on: Date,
}

/// What is asked, in our own words and as it is sent.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) task: Task,
    pub(super) rendered: RenderedPrompt,
}

/// Why nothing can be asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NothingToAsk {
    /// The database can't answer now.
    #[error(transparent)]
    Reading(#[from] ProjectionError),
    /// The phase can't be read now.
    #[error(transparent)]
    Phase(#[from] CommandError<PhaseError>),
    /// Read models do not come as far as the message.
    #[error("read models are too far behind to ask Conductor; see whether the server is ready, then try again")]
    Behind,
    /// What a turn is made of is gone.
    #[error("the message, its phase or its project can't be found; it may have been erased")]
    Gone,
}

impl From<sqlx::Error> for NothingToAsk {
    fn from(error: sqlx::Error) -> Self {
        NothingToAsk::Reading(error.into())
    }
}

/// Where requests are gathered from.
#[derive(Clone)]
pub(crate) struct Sources {
    pub(super) pool: PgPool,
    pub(super) commands: Commands,
    pub(super) visibility: Visibility,
    pub(super) checker: Checker,
}

impl Sources {
    /// From what the server works with.
    pub(crate) fn of(state: &AppState) -> Self {
        let AppState { pool, commands, visibility, checker, .. } = state.clone();
        Self { pool, commands, visibility, checker }
    }

    /// Gathers and renders what is asked for an attempt at a turn.
    pub(super) async fn request(&self, job: &TurnJob) -> Result<Asked, NothingToAsk> {
        let turn = self.message(job).await?;
        self.documents_settle(&turn).await?;
        let said = Said {
            message: turn.message.clone().ok_or(NothingToAsk::Gone)?,
            by: turn.row.author,
            on: turn.row.posted_at.date(),
        };
        let place = Place { project_id: job.project_id, phase_id: job.phase_id, stage: job.stage };
        self.render(&place, said).await
    }

    /// What would be sent if somebody said this now: nothing is recorded, and no model is asked.
    pub(crate) async fn preview(&self, place: &Place, said: Said) -> Result<RenderedPrompt, NothingToAsk> {
        Ok(self.render(place, said).await?.rendered)
    }

    async fn render(&self, place: &Place, said: Said) -> Result<Asked, NothingToAsk> {
        let Place { project_id, phase_id, stage } = *place;
        let phase = match self.commands.load::<Phase>(&phase_id.to_string()).await?.state {
            Phase::Opened(phase) => phase,
            Phase::NotOpened => return Err(NothingToAsk::Gone),
        };
        let project = project_list::page_of(&self.pool, project_id).await?.ok_or(NothingToAsk::Gone)?;
        let finished = conversation_view::finished_turns(&self.pool, phase_id, stage).await?;
        let mut connection = self.pool.acquire().await?;
        let brief = event_log::text(&mut connection, &phase.brief.hash).await?;
        drop(connection);
        let current = artefact_versions::latest(&self.pool, phase_id, stage).await?;
        let task = Task {
            project_id,
            project_name: project.project.name.clone(),
            project_context: project.context.clone().unwrap_or_default(),
            phase_title: phase.title.clone(),
            phase_brief: brief.unwrap_or_default(),
            stage,
            approved: self.approved(place, &phase).await?,
            scoping: self.scoping_of(place, &phase).await?,
            findings: self.findings(place, &phase, current.as_ref()).await,
            current: current.and_then(given),
            change_requests: self.change_requests(place, &phase).await?,
            accepted_findings: self.accepted_findings(place, &phase).await?,
            history: finished.iter().filter_map(exchange).collect(),
            message: said.message.clone(),
        };
        let first_sent = self.first_sent(place, &finished).await?;
        let history: Vec<_> = finished.into_iter().filter_map(as_sent).collect();
        let rendered = render(&PromptInput {
            task: &task,
            project: &frame(&project),
            first_sent: &first_sent,
            history: &history,
            date: &said.on.to_string(),
            speaker: speaker(&project, said.by, stage),
        });
        Ok(Asked { task, rendered })
    }

    /// What the phase was scoped with, where that is not what is conversed about.
    async fn scoping_of(&self, place: &Place, phase: &OpenedPhase) -> Result<Scoping, NothingToAsk> {
        match place.stage {
            Stage::Scoping => Ok(Scoping::default()),
            _ => self.scoping(place.phase_id, phase, None).await,
        }
    }

    /// The prompt of the attempt before, as it was sent; none where nothing was, or where a part of it was erased or can't
    /// be read: then it is rendered anew.
    pub(super) async fn as_first_sent(&self, job: &TurnJob) -> Option<RenderedPrompt> {
        let given = conversation_view::prompt_of(&self.pool, job.phase_id, job.stage, job.turn_id).await;
        let given = given.unwrap_or_else(|error| {
            tracing::warn!(%error, "what an earlier attempt was given can't be read; it is rendered anew");
            None
        })?;
        let block = |given: GivenBlock| {
            let PromptBlock { kind, role, source, version, .. } = given.block;
            given.text.map(|text| RenderedBlock { kind, role, source, version, text })
        };
        let blocks: Vec<RenderedBlock> = given.blocks.into_iter().map(block).collect::<Option<_>>()?;
        RenderedPrompt { blocks }.up_to_the_message()
    }

    /// The turn with its message, once read models hold this attempt at it.
    async fn message(&self, job: &TurnJob) -> Result<TurnWithTexts, NothingToAsk> {
        let mut folding = Folding::watch(&self.visibility, MESSAGE_WITHIN);
        loop {
            let turn = conversation_view::turn(&self.pool, job.turn_id).await?;
            if let Some(turn) = turn.filter(|turn| turn.row.attempt >= job.attempt) {
                return Ok(turn);
            }
            if !folding.moved_on().await {
                return Err(NothingToAsk::Behind);
            }
        }
    }

    /// Documents of the turn before become versions a moment after it: the next reply is to stand on them.
    async fn documents_settle(&self, turn: &TurnWithTexts) -> Result<(), NothingToAsk> {
        let (phase, stage, position) = (turn.row.phase_id, turn.row.stage, turn.row.position);
        let mut folding = Folding::watch(&self.visibility, DOCUMENTS_WITHIN);
        loop {
            let before = conversation_view::page_of(&self.pool, phase, stage, Some(position), 1).await?;
            let mut documents = before.iter().flat_map(|turn| &turn.row.documents);
            let settled = documents.all(|it| it.outcome.is_some() || it.completeness == Completeness::Incomplete);
            if settled || !folding.moved_on().await {
                return Ok(());
            }
        }
    }

    /// The approved artefacts of earlier stages, word for word, in the order of the stages.
    async fn approved(&self, place: &Place, phase: &OpenedPhase) -> Result<Vec<GivenArtefact>, NothingToAsk> {
        let mut artefacts = Vec::new();
        for stage in phase.kind.stages().iter().take_while(|stage| **stage != place.stage) {
            let Some(approved) = phase.stages.get(stage).and_then(|record| record.approved.as_ref()) else { continue };
            let version = artefact_versions::version(&self.pool, place.phase_id, *stage, approved.version).await?;
            artefacts.extend(version.and_then(given));
        }
        Ok(artefacts)
    }

    /// What people want changed, as the log has it now, in their words.
    async fn change_requests(&self, place: &Place, phase: &OpenedPhase) -> Result<Vec<RequestedChange>, NothingToAsk> {
        let open = phase.stages.get(&place.stage).map(|record| &record.change_requests);
        if open.is_none_or(|open| open.is_empty()) {
            return Ok(Vec::new());
        }
        let requests = artefact_versions::change_requests(&self.pool, place.phase_id).await?;
        let threads = threads::of_phase(&self.pool, place.phase_id).await?;
        let of_stage =
            requests.into_iter().filter(|it| it.row.stage == place.stage && it.row.state == ChangeRequestState::Open);
        let requested = of_stage.filter_map(|it| {
            let id = it.row.change_request_id;
            let thread = threads.iter().find(|thread| thread.row.thread_id == ThreadId::of(id));
            let answers = thread.iter().flat_map(|thread| &thread.replies).filter_map(|reply| reply.text.clone());
            let (place, answers) = (thread.and_then(|thread| thread.place_in_words()), answers.collect());
            Some(RequestedChange { id, reason: it.reason?, place, answers })
        });
        Ok(requested.collect())
    }

    /// What opened the stage again, or was agreed with since, and is not settled by an approval yet.
    async fn accepted_findings(
        &self,
        place: &Place,
        phase: &OpenedPhase,
    ) -> Result<Vec<AcceptedFinding>, NothingToAsk> {
        let accepted = |state| state == FindingState::Accepted;
        if !phase.findings.values().any(|finding| finding.stage == place.stage && accepted(finding.state)) {
            return Ok(Vec::new());
        }
        let findings = raised_findings::of_phase(&self.pool, place.phase_id).await?;
        let unsettled = findings
            .into_iter()
            .filter(|it| it.row.stage == place.stage && accepted(it.row.state) && it.row.settled_in.is_none());
        let given = unsettled.filter_map(|it| {
            let evidence = it.row.evidence.iter().map(ToString::to_string).collect();
            Some(AcceptedFinding { reference: it.row.reference, text: it.text?, evidence })
        });
        Ok(given.collect())
    }

    /// What is found in the document that is given, while it may still change. A check that fails costs the findings,
    /// never the reply.
    async fn findings(&self, place: &Place, phase: &OpenedPhase, given: Option<&VersionWithText>) -> Vec<Finding> {
        let latest = phase.stages.get(&place.stage).and_then(|record| record.latest.as_ref());
        let is_given = latest.zip(given).is_some_and(|(latest, given)| latest.version == given.row.version);
        if !is_given || phase.gate(place.stage).state() == GateState::Approved {
            return Vec::new();
        }
        let found = self.checker.at_gate(place.phase_id, phase, place.stage).await;
        found.map(|found| found.to_vec()).unwrap_or_else(|error| {
            tracing::warn!(%error, "a reply is asked for without findings");
            Vec::new()
        })
    }

    /// The system blocks as they were first sent in this conversation; none before the first reply, and none
    /// where one of them was erased since: then the prompt begins anew.
    async fn first_sent(&self, place: &Place, finished: &[FinishedTurn]) -> Result<Vec<SentBlock>, NothingToAsk> {
        let Some(first) = finished.iter().find(|turn| turn.sent.is_some()) else { return Ok(Vec::new()) };
        let given = conversation_view::prompt_of(&self.pool, place.phase_id, place.stage, first.turn_id).await?;
        let blocks = given.map(|given| given.blocks).unwrap_or_default();
        let system = blocks.into_iter().filter(|given| given.block.role == PromptRole::System);
        let sent = system.map(|given| {
            given.text.map(|text| SentBlock {
                kind: given.block.kind,
                source: given.block.source,
                version: given.block.version,
                text,
            })
        });
        Ok(sent.collect::<Option<Vec<_>>>().unwrap_or_default())
    }
}

/// Follows read models for a bounded time.
struct Folding {
    folded: watch::Receiver<i64>,
    until: Instant,
}

impl Folding {
    fn watch(visibility: &Visibility, bound: Duration) -> Self {
        Self { folded: visibility.watch(), until: Instant::now() + bound }
    }

    /// Waits until read models have moved on since the last look; false when the time is over.
    async fn moved_on(&mut self) -> bool {
        matches!(timeout_at(self.until, self.folded.changed()).await, Ok(Ok(())))
    }
}

pub(super) fn given(version: VersionWithText) -> Option<GivenArtefact> {
    Some(GivenArtefact {
        stage: version.row.stage,
        version: version.row.version,
        title: version.row.title,
        markdown: version.markdown?,
        content_hash: version.row.content_hash,
        edited_by_hand: version.row.origin == Origin::Person,
    })
}

pub(super) fn exchange(turn: &FinishedTurn) -> Option<Exchange> {
    if turn.replaced {
        return None;
    }
    let reply = turn.reply.clone().filter(|reply| !reply.trim().is_empty())?;
    Some(Exchange { message: turn.message.clone()?, reply })
}

/// An earlier turn, byte for byte. One that brought no word has no place in a prompt, nor one that its author said
/// differently since.
fn as_sent(turn: FinishedTurn) -> Option<PromptHistory> {
    if turn.replaced {
        return None;
    }
    let assistant = turn.reply.filter(|reply| !reply.trim().is_empty())?;
    Some(PromptHistory { user: turn.sent?, assistant })
}

pub(super) fn frame(project: &ProjectPage) -> ProjectFrame {
    let repositories = project.repositories.iter().map(|repository| FrameRepository {
        name: repository.name.clone(),
        remote: repository.remote.clone(),
        default_branch: repository.default_branch.clone(),
    });
    ProjectFrame { context_version: project.project.context_version, repositories: repositories.collect() }
}

/// In which role the person speaks; a name never leaves the house.
fn speaker(project: &ProjectPage, by: UserId, stage: Stage) -> &'static str {
    let member = project.members.iter().find(|member| member.user_id == by);
    let role = member.and_then(|member| acting_role(&member.roles, Capability::Converse(stage)));
    role.map_or("a former member", |role| role.title())
}
