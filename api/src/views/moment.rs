//! A phase as it was after one of its events: everything that its page showed then, as far as it is a fact of the log.

use std::collections::HashMap;
use std::sync::Arc;

use konductro_domain::ids::{PhaseId, UserId};
use konductro_domain::text::Hash;
use konductro_projections::artefact_versions::{
    ApprovalRow, ApprovalStanding, ChangeRequestRow, VersionRow, VersionWithText,
};
use konductro_projections::backlog::WholeStory;
use konductro_projections::history::HistoryRow;
use konductro_projections::phase_board::StageRow;
use konductro_projections::replay::{self, Folded, PlannedTurns, ReplayError, Step, Timeline, TurnsAt};
use konductro_projections::review_table::{Counts, ProposalRow};
use konductro_projections::{event_log, project_list};
use serde::Serialize;
use sqlx::PgPool;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::artefact::{ArtefactVersion, shown};
use super::conversation::{Message, both};
use super::evidence;
use super::history::{self, HistoryEvent};
use super::people::{People, Person};
use super::proposal::ProposalStatus;
use super::sentences::ERASED;
use super::story_words::{References, StoryWords, Texts};
use super::words::{ChangeRequestState, GateState, PhaseKind, PhaseStatus, Role, Stage, StoryStatus, roles};

/// A phase as it was after an event.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Moment {
    /// The event that it was after.
    pub event: HistoryEvent,
    /// The event's number in the phase, from 1.
    pub number: usize,
    /// How many events the phase has now.
    pub events: usize,
    /// The position of the event before; null at the first.
    pub previous: Option<i64>,
    /// The position of the event after; null at the last.
    pub next: Option<i64>,
    /// The phase.
    pub phase: MomentPhase,
    /// Its stages with their gates, in order.
    pub stages: Vec<MomentStage>,
    /// The latest version of each artefact, with its text.
    pub artefacts: Vec<MomentArtefact>,
    /// The conversations.
    pub conversations: Vec<MomentConversation>,
    /// The proposals, in the order of the review table, whatever became of them.
    pub proposals: Vec<MomentProposal>,
    /// The stories of the backlog that came from the phase.
    pub stories: Vec<MomentStory>,
    /// Who held which roles in the project.
    pub members: Vec<MomentMember>,
}

/// The phase at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MomentPhase {
    /// The phase.
    pub id: Uuid,
    /// Its number in the project.
    pub number: u32,
    /// Its kind.
    pub kind: PhaseKind,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub brief: String,
    /// Where it stood.
    pub status: PhaseStatus,
    /// Its version.
    pub version: i64,
    /// Since when it was ready for story generation.
    #[serde(with = "time::serde::rfc3339::option")]
    pub ready_at: Option<OffsetDateTime>,
}

/// A stage at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MomentStage {
    /// The stage.
    pub stage: Stage,
    /// The state of its gate.
    pub state: GateState,
    /// Its cycle.
    pub cycle: u32,
    /// The latest version of its artefact.
    pub latest_version: Option<u32>,
    /// The version whose approval stood, or had stood before it became stale.
    pub approved_version: Option<u32>,
    /// Where it stood, in one line.
    pub evidence: String,
    /// Since when it was in this state with this version.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
    /// Every approval until then, oldest first.
    pub approvals: Vec<MomentApproval>,
    /// Every change request until then, oldest first.
    pub change_requests: Vec<MomentChangeRequest>,
}

/// An approval at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MomentApproval {
    /// Who gave it.
    pub by: Person,
    /// In which role.
    pub role: Role,
    /// Of which version.
    pub version: u32,
    /// The hash of what was shown.
    pub content_hash: String,
    /// The note, where there is one.
    pub note: Option<String>,
    /// How many findings were open.
    pub open_findings: usize,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Whether it counted then.
    pub counts: bool,
}

/// A change request at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MomentChangeRequest {
    /// The request.
    pub id: Uuid,
    /// Who wanted it.
    pub by: Person,
    /// Of which version.
    pub version: u32,
    /// What was to change.
    pub reason: String,
    /// Whether it blocked then, or how it had ended.
    pub state: ChangeRequestState,
    /// When it was asked for.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// An artefact at a moment.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MomentArtefact {
    /// The stage.
    pub stage: Stage,
    /// Its latest version then.
    #[serde(flatten)]
    pub version: ArtefactVersion,
}

/// A conversation at a moment.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MomentConversation {
    /// The stage.
    pub stage: Stage,
    /// How many turns there were.
    pub turns: usize,
    /// The messages of the last of them, oldest first; `turns_before` brings earlier ones.
    pub items: Vec<Message>,
    /// The position to ask for earlier turns with; null where there are none.
    pub earlier: Option<i64>,
}

/// A proposal at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MomentProposal {
    /// The proposal.
    pub id: Uuid,
    /// Its version.
    pub version: u32,
    /// Where it stood.
    pub status: ProposalStatus,
    /// What it said.
    #[serde(flatten)]
    pub words: StoryWords,
    /// Whether a person had changed it.
    pub edited: bool,
    /// The proposal that it is a part of.
    pub split_from: Option<Uuid>,
    /// The proposals that it was merged of.
    pub merged_from: Vec<Uuid>,
    /// The story that it had become.
    pub story_id: Option<Uuid>,
}

/// A story at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MomentStory {
    /// The story.
    pub id: Uuid,
    /// Its key.
    pub key: String,
    /// What it said.
    #[serde(flatten)]
    pub words: StoryWords,
    /// Whether it was open.
    pub status: StoryStatus,
    /// Whether it had an enrichment.
    pub enriched: bool,
    /// Its version.
    pub version: i64,
}

/// A member of the project at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MomentMember {
    /// Who.
    #[serde(flatten)]
    pub person: Person,
    /// In which roles.
    pub roles: Vec<Role>,
}

/// Which turns of the conversations are wanted.
#[derive(Debug, Clone, Copy)]
pub struct WantedTurns {
    /// How many of each, at most.
    pub most: usize,
    /// Only those before this position.
    pub before: Option<i64>,
}

/// Everything of a moment that comes from the log's events; words and names are read after it.
pub struct Remembered {
    step: Step,
    number: usize,
    events: usize,
    previous: Option<i64>,
    next: Option<i64>,
    folded: Arc<Folded>,
    turns: Vec<PlannedTurns>,
    members: Vec<(UserId, konductro_domain::role::Roles)>,
}

impl Remembered {
    /// The moment after the event at a position, or after the last one before it; `None` before the first.
    pub fn at(timeline: &Timeline, position: i64, turns: WantedTurns) -> Result<Option<Self>, ReplayError> {
        let Some(number) = timeline.number_at(position) else { return Ok(None) };
        let Some(step) = timeline.step(number) else { return Ok(None) };
        Ok(Some(Self {
            step: step.clone(),
            number,
            events: timeline.len(),
            previous: timeline.step(number - 1).map(Step::position),
            next: timeline.step(number + 1).map(Step::position),
            folded: timeline.folded(number)?,
            turns: timeline.planned(number, turns.most, turns.before),
            members: timeline.roles(step.position()).into_iter().collect(),
        }))
    }

    /// The texts that it shows.
    fn hashes(&self, turns: &[TurnsAt]) -> Vec<Hash> {
        let folded = &self.folded;
        let mut hashes: Vec<Hash> = folded.latest().values().map(|version| version.content_hash).collect();
        hashes.extend(folded.latest().values().filter_map(|version| version.sidecar_hash));
        hashes.extend(folded.board().map(|board| board.phase.brief_hash));
        hashes.extend(folded.approvals().filter_map(|approval| approval.note_hash));
        hashes.extend(folded.change_requests().map(|request| request.reason_hash));
        for turn in turns.iter().flat_map(|turns| &turns.rows) {
            hashes.push(turn.message_hash);
            hashes.extend(turn.reply_hash);
        }
        hashes.extend(folded.proposals().iter().map(|row| row.content.outline.body.hash));
        hashes.extend(folded.stories().iter().map(|story| story.details.content.outline.body.hash));
        hashes
    }

    /// Everybody whom it names.
    fn people<'a>(&'a self, turns: &'a [TurnsAt]) -> impl Iterator<Item = UserId> + use<'a> {
        let folded = &self.folded;
        let stages = folded.board().map(|board| board.stages.as_slice()).unwrap_or_default();
        let authors = folded.latest().into_values().flat_map(|row| row.authors.iter().copied().chain(row.created_by));
        let speakers = turns.iter().flat_map(|turns| &turns.rows).map(|turn| turn.author);
        stages
            .iter()
            .flat_map(evidence::people)
            .chain(authors.collect::<Vec<_>>())
            .chain(folded.approvals().map(|approval| approval.approver))
            .chain(folded.change_requests().map(|request| request.requested_by))
            .chain(speakers)
            .chain(self.members.iter().map(|(person, _)| *person))
    }

    /// The moment, with words and names as they are kept now: what was erased since is erased here too.
    pub async fn shown(self, pool: &PgPool, phase: PhaseId) -> Result<Option<Moment>, ReplayError> {
        let Some(board) = self.folded.board() else { return Ok(None) };
        let turns = replay::turns(pool, phase, &self.turns).await?;
        let texts = event_log::texts(&mut *pool.acquire().await?, &self.hashes(&turns)).await?;
        let people = People::named(pool, self.people(&turns)).await?;
        let project_key = project_list::key_of(pool, board.phase.project_id).await?.unwrap_or_default();
        let row = HistoryRow::of(&replay::event(pool, phase, &self.step).await?, phase);
        let event = history::one(pool, row).await?;
        let view = View { folded: &self.folded, texts: &texts, people: &people };
        let phase = MomentPhase {
            id: phase.0,
            number: board.phase.number,
            kind: board.phase.kind.into(),
            title: board.phase.title.clone(),
            brief: view.text(board.phase.brief_hash),
            status: board.phase.status.into(),
            version: board.phase.version,
            ready_at: board.phase.ready_at,
        };
        let counts = Counts::of(&self.folded.proposals().into_iter().cloned().collect::<Vec<_>>());
        let member = |(person, held): &(UserId, _)| MomentMember { person: people.person(*person), roles: roles(held) };
        Ok(Some(Moment {
            event,
            number: self.number,
            events: self.events,
            previous: self.previous,
            next: self.next,
            phase,
            stages: board.stages.iter().map(|row| view.stage(row, counts)).collect(),
            artefacts: self.folded.latest().into_values().map(|row| view.artefact(row)).collect(),
            conversations: turns.iter().map(|turns| view.conversation(turns)).collect(),
            proposals: self.folded.proposals().into_iter().filter_map(|row| view.proposal(row)).collect(),
            stories: self.folded.stories().into_iter().map(|story| view.story(story, &project_key)).collect(),
            members: self.members.iter().map(member).collect(),
        }))
    }
}

/// What is shown with which words and names.
struct View<'a> {
    folded: &'a Folded,
    texts: &'a Texts,
    people: &'a People,
}

impl View<'_> {
    fn text(&self, hash: Hash) -> String {
        self.texts.get(&hash).cloned().unwrap_or_else(|| ERASED.to_owned())
    }

    fn stage(&self, row: &StageRow, proposals: Counts) -> MomentStage {
        let state = evidence::state(row.stage, row.state, proposals);
        let of_stage = |stage| stage == row.stage;
        let approvals = self.folded.approvals().filter(|approval| of_stage(approval.stage));
        let requests = self.folded.change_requests().filter(|request| of_stage(request.stage));
        let mut change_requests: Vec<_> = requests.map(|request| self.change_request(request)).collect();
        change_requests.sort_by_key(|request| request.at);
        MomentStage {
            stage: row.stage.into(),
            state: state.into(),
            cycle: row.cycle,
            latest_version: row.latest_version,
            approved_version: row.approved_version,
            evidence: evidence::line(row.stage, state, row.latest_version, &row.evidence, proposals, self.people),
            since: row.since,
            approvals: approvals.map(|approval| self.approval(approval)).collect(),
            change_requests,
        }
    }

    fn approval(&self, row: &ApprovalRow) -> MomentApproval {
        MomentApproval {
            by: self.people.person(row.approver),
            role: row.role.into(),
            version: row.version,
            content_hash: row.content_hash.to_string(),
            note: row.note_hash.map(|hash| self.text(hash)),
            open_findings: row.open_findings.len(),
            at: row.at,
            counts: row.standing == ApprovalStanding::Counts,
        }
    }

    fn change_request(&self, row: &ChangeRequestRow) -> MomentChangeRequest {
        MomentChangeRequest {
            id: row.change_request_id.0,
            by: self.people.person(row.requested_by),
            version: row.version,
            reason: self.text(row.reason_hash),
            state: row.state.into(),
            at: row.at,
        }
    }

    fn artefact(&self, row: &VersionRow) -> MomentArtefact {
        let kept = |hash: &Hash| self.texts.get(hash).cloned();
        let (markdown, sidecar) = (kept(&row.content_hash), row.sidecar_hash.as_ref().and_then(kept));
        let version = VersionWithText { row: row.clone(), markdown, sidecar };
        MomentArtefact { stage: row.stage.into(), version: shown(version, self.people) }
    }

    fn conversation(&self, turns: &TurnsAt) -> MomentConversation {
        let first = turns.rows.first().map(|row| row.position);
        let words = |hash: Hash| self.texts.get(&hash).cloned();
        let messages = turns.rows.iter().flat_map(|row| {
            let (message, reply) = (words(row.message_hash), row.reply_hash.and_then(words));
            both(
                konductro_projections::conversation_view::TurnWithTexts { row: row.clone(), message, reply },
                self.people,
            )
        });
        MomentConversation {
            stage: turns.stage.into(),
            turns: turns.count,
            items: messages.collect(),
            earlier: first.filter(|_| turns.rows.len() < turns.count),
        }
    }

    fn proposal(&self, row: &ProposalRow) -> Option<MomentProposal> {
        Some(MomentProposal {
            id: row.proposal_id.0,
            version: row.version,
            status: ProposalStatus::of(row.standing)?,
            words: StoryWords::shown(&row.content.outline, self.texts, &References::default()),
            edited: !row.edited_by.is_empty(),
            split_from: row.split_from.map(|id| id.0),
            merged_from: row.merged_from.iter().map(|id| id.0).collect(),
            story_id: row.story_id.map(|id| id.0),
        })
    }

    fn story(&self, story: &WholeStory, project_key: &str) -> MomentStory {
        let WholeStory { row, details } = story;
        MomentStory {
            id: row.story_id.0,
            key: format!("{project_key}-{}", row.number),
            words: StoryWords::shown(&details.content.outline, self.texts, &References::default()),
            status: row.status.into(),
            enriched: row.enriched,
            version: row.version,
        }
    }
}

/// What is the same at an earlier moment is left out: of a list, each item that was there and said the same.
pub fn only_what_differs(mut moment: serde_json::Value, earlier: &serde_json::Value) -> serde_json::Value {
    const LISTS: [(&str, &str); 6] = [
        ("stages", "stage"),
        ("artefacts", "stage"),
        ("conversations", "stage"),
        ("proposals", "id"),
        ("stories", "id"),
        ("members", "user_id"),
    ];
    let empty = Vec::new();
    let mut gone = serde_json::Map::new();
    for (list, key) in LISTS {
        let before = earlier[list].as_array().unwrap_or(&empty);
        let by_key: HashMap<_, _> = before.iter().map(|item| (item[key].to_string(), item)).collect();
        let Some(now) = moment[list].as_array_mut() else { continue };
        let there: std::collections::HashSet<String> = now.iter().map(|item| item[key].to_string()).collect();
        now.retain(|item| by_key.get(&item[key].to_string()).is_none_or(|was| *was != item));
        let missing = before.iter().filter(|item| !there.contains(&item[key].to_string()));
        let missing: Vec<_> = missing.map(|item| item[key].clone()).collect();
        if !missing.is_empty() {
            gone.insert(list.to_owned(), missing.into());
        }
    }
    if let Some(members) = moment.as_object_mut() {
        if members.get("phase") == earlier.get("phase") {
            members.remove("phase");
        }
        members.insert("from".to_owned(), earlier["event"]["position"].clone());
        members.insert("gone".to_owned(), gone.into());
    }
    moment
}
