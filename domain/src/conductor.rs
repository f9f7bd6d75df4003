//! The port to Conductor: what we ask, and what comes back, in our own words.
//!
//! Two adapters stand behind it: a model at an OpenAI-compatible endpoint, and the guided interview
//! that needs no model. Neither can change anything: what they write becomes facts only through commands.

use std::pin::Pin;

use futures_core::Stream as AsyncStream;
use serde::{Deserialize, Serialize};

use crate::artefact::check::Finding;
use crate::ids::{ChangeRequestId, ProjectId};
use crate::stage::Stage;
use crate::story::content::{Complexity, StoryType};
use crate::text::{Hash, TextRef};

/// Which adapter spoke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Adapter {
    /// A model at an OpenAI-compatible endpoint.
    Openai,
    /// The structured interview, without a model.
    Guided,
}

/// Who generated a text: recorded with it, and never an author (rule 8).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct GeneratedBy {
    /// The adapter.
    pub adapter: Adapter,
    /// The model asked for; `guided` in guided mode.
    pub model: String,
}

/// What Conductor is to do, in our own words. The guided adapter reads this; the openai adapter sends `Prompt`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// Reply to a person in a stage's conversation.
    Converse(Task),
    /// Propose the stories of a phase.
    ProposeStories(StoryTask),
    /// Refine a story that was asked for in a sentence.
    RefineStory(RefineTask),
    /// Say of a story in the backlog how it is to be built.
    EnrichStory(EnrichTask),
}

impl Work {
    /// The project that the work is for.
    pub fn project_id(&self) -> ProjectId {
        match self {
            Work::Converse(task) => task.project_id,
            Work::ProposeStories(task) => task.background.project_id,
            Work::RefineStory(task) => task.background.project_id,
            Work::EnrichStory(task) => task.background.project_id,
        }
    }

    /// The stage that the work is in.
    pub fn stage(&self) -> Stage {
        match self {
            Work::Converse(task) => task.stage,
            Work::ProposeStories(_) | Work::RefineStory(_) | Work::EnrichStory(_) => Stage::Stories,
        }
    }
}

/// What there is to know of a phase, whatever is done with its stories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Background {
    /// The project, which is also what a provider's cache is keyed by.
    pub project_id: ProjectId,
    /// The project's name.
    pub project_name: String,
    /// The project's context (Markdown).
    pub project_context: String,
    /// The phase's title.
    pub phase_title: String,
    /// The phase's brief.
    pub phase_brief: String,
    /// The approved artefacts, in the order of their stages.
    pub approved: Vec<GivenArtefact>,
    /// What a light phase was scoped with.
    pub scoping: Scoping,
}

/// What a scoping conversation left behind; empty where there was none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scoping {
    /// The one-page note; it needs no approval.
    pub note: Option<GivenArtefact>,
    /// The conversation, oldest turn first.
    pub conversation: Vec<Exchange>,
}

/// Propose the stories of a phase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoryTask {
    /// What they are made from.
    pub background: Background,
    /// Proposals that stay whatever is proposed now.
    pub kept: Vec<KeptStory>,
    /// Proposals that people rejected.
    pub rejected: Vec<RejectedStory>,
}

/// A proposal that stays, as Conductor is told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptStory {
    /// What others call it when they depend on it: `K-1`, `K-2`, …
    pub name: String,
    /// Its title.
    pub title: String,
    /// The requirements it is for.
    pub requirement_ids: Vec<String>,
    /// What its criteria trace to.
    pub traces_to: Vec<String>,
}

/// A proposal that people rejected, as Conductor is told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedStory {
    /// Its title.
    pub title: String,
    /// Why it was rejected; empty once that was erased.
    pub reason: String,
}

/// Refine a story that was asked for in a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefineTask {
    /// What is known of the project.
    pub background: Background,
    /// The request, as written.
    pub request: String,
    /// The story as it stands.
    pub story: GivenStory,
}

/// Say of a story how it is to be built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrichTask {
    /// What it is made from: the approved artefacts, and nothing else.
    pub background: Background,
    /// The story.
    pub story: GivenStory,
}

/// A story as Conductor is given it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GivenStory {
    /// Its title.
    pub title: String,
    /// What kind of work it is.
    pub story_type: StoryType,
    /// *As a … I want … so that …*
    pub narrative: String,
    /// How much work.
    pub complexity: Option<Complexity>,
    /// Its acceptance criteria.
    pub criteria: Vec<GivenCriterion>,
    /// The requirements it is for.
    pub requirement_ids: Vec<String>,
    /// The architecture's decisions it follows.
    pub decision_ids: Vec<String>,
}

/// An acceptance criterion as Conductor is given it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GivenCriterion {
    /// Its id, such as `AC-3`.
    pub id: String,
    /// What holds before.
    pub given: String,
    /// What happens.
    pub when: String,
    /// What must hold then.
    pub then: String,
    /// What it comes from.
    pub traces_to: Vec<String>,
}

/// Reply to a person in a stage's conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// The project, which is also what a provider's cache is keyed by.
    pub project_id: ProjectId,
    /// The project's name.
    pub project_name: String,
    /// The project's context (Markdown).
    pub project_context: String,
    /// The phase's title.
    pub phase_title: String,
    /// The phase's brief.
    pub phase_brief: String,
    /// The stage that is conversed in.
    pub stage: Stage,
    /// Approved artefacts of earlier stages, in order.
    pub approved: Vec<GivenArtefact>,
    /// What a promoted phase was scoped with before.
    pub scoping: Scoping,
    /// The stage's own document as it stands, hand edits included.
    pub current: Option<GivenArtefact>,
    /// Open change requests of the stage: what people want changed.
    pub change_requests: Vec<RequestedChange>,
    /// What people found wrong with the document while it was approved, and somebody agreed with; not settled yet.
    pub accepted_findings: Vec<AcceptedFinding>,
    /// What the checker finds in the document as it stands.
    pub findings: Vec<Finding>,
    /// Earlier turns, oldest first.
    pub history: Vec<Exchange>,
    /// What the person says now.
    pub message: String,
}

/// An artefact as Conductor is given it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenArtefact {
    /// The stage that it belongs to.
    pub stage: Stage,
    /// Its version.
    pub version: u32,
    /// Its title.
    pub title: String,
    /// Its whole text.
    pub markdown: String,
    /// Its content hash.
    pub content_hash: Hash,
    /// Whether a person changed the text since Conductor last wrote it.
    pub edited_by_hand: bool,
}

/// An open change request as Conductor is given it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestedChange {
    /// The id by which a new version says that it answers the request.
    pub id: ChangeRequestId,
    /// What is to change.
    pub reason: String,
    /// The place that it is about, in words such as a heading, an id or a quote; `None` for the whole text.
    pub place: Option<String>,
    /// What was answered to it so far, oldest first.
    pub answers: Vec<String>,
}

/// A finding that opened the stage again, as Conductor is given it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedFinding {
    /// The id that it is about.
    pub reference: String,
    /// What is wrong.
    pub text: String,
    /// The code that shows it.
    pub evidence: Vec<String>,
}

/// One finished turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// What the person wrote.
    pub message: String,
    /// What Conductor replied, document tags included.
    pub reply: String,
}

/// The rendered request: messages whose bytes are stable from turn to turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// In order: the system message, the history, the last user message.
    pub messages: Vec<PromptMessage>,
}

/// One message of the rendered request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromptMessage {
    /// Whose it is.
    pub role: PromptRole,
    /// Its parts, in order; a system message has one for each layer.
    pub parts: Vec<PromptPart>,
}

/// Whose a message of the rendered request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PromptRole {
    /// Ours.
    System,
    /// A person's.
    User,
    /// Conductor's.
    Assistant,
}

/// A stretch of a message, with what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromptPart {
    /// What it is.
    pub kind: BlockKind,
    /// Its exact text.
    pub text: String,
}

/// What a block of the prompt is, from the most to the least stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockKind {
    /// Role, document grammar, safety: the same bytes for every project.
    Core,
    /// The project's name, context and repositories.
    Project,
    /// An approved artefact, word for word.
    Artefact,
    /// The stage's instructions.
    Stage,
    /// An earlier message.
    History,
    /// The person's message with its turn context.
    Message,
}

/// What one block of a prompt was, as the log keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PromptBlock {
    /// What it is.
    pub kind: BlockKind,
    /// Whose message it is in.
    pub role: PromptRole,
    /// Where it came from: `project context v3`, `requirements v2`, …
    pub source: String,
    /// The artefact's or context's version, where it has one.
    pub version: Option<u32>,
    /// Its exact text.
    pub text: TextRef,
    /// Estimated tokens.
    pub tokens: u32,
}

/// Everything that Conductor was given for one reply.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PromptManifest {
    /// The blocks, in the order they were sent.
    pub blocks: Vec<PromptBlock>,
    /// The cache profile of the endpoint.
    pub cache_profile: String,
}

/// A request to Conductor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// In our own words.
    pub work: Work,
    /// As rendered.
    pub prompt: Prompt,
    /// What the answer is to look like.
    pub answer: AnswerFormat,
}

impl Request {
    /// A reply to a person, in running text.
    pub fn converse(task: Task, prompt: Prompt) -> Self {
        Self { work: Work::Converse(task), prompt, answer: AnswerFormat::Text }
    }
}

/// What an answer is to look like.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum AnswerFormat {
    /// Running text, with documents in it.
    #[default]
    Text,
    /// One JSON value. An endpoint that can't promise it is asked in words only, so what comes is checked all the same.
    Json {
        /// What the value is called.
        name: &'static str,
        /// Its JSON schema.
        schema: serde_json::Value,
    },
}

/// What a reply consumed. `None` is "not reported", which is not 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens of the prompt, cached ones included.
    pub prompt_tokens: Option<u64>,
    /// Prompt tokens read from the provider's cache.
    pub cached_tokens: Option<u64>,
    /// Prompt tokens written to the provider's cache.
    pub cache_written_tokens: Option<u64>,
    /// Tokens of the reply.
    pub completion_tokens: Option<u64>,
    /// Tokens spent on reasoning.
    pub reasoning_tokens: Option<u64>,
    /// Cost in millionths of the price table's currency.
    pub cost_micros: Option<u64>,
    /// Milliseconds from the request to the first token.
    pub ttft_ms: Option<u64>,
    /// Milliseconds from the request to the end.
    pub duration_ms: Option<u64>,
    /// Attempts beyond the first, all before the first token.
    pub retries: u32,
}

/// How a stream ended well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FinishKind {
    /// The model said that it was done.
    Completed,
    /// The model hit its length limit.
    Truncated,
    /// The provider's filter cut it.
    Blocked,
}

/// Why a model gave no (whole) reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelFailureKind {
    /// No connection could be made.
    Unreachable,
    /// The endpoint refused the key.
    Unauthorised,
    /// The endpoint's limit or quota is reached.
    RateLimited,
    /// The endpoint refused the request.
    Rejected,
    /// The endpoint failed (5xx).
    ServerError,
    /// Nothing came for too long.
    TimedOut,
    /// The stream ended without a finish reason.
    Interrupted,
    /// The stream held something that can't be read.
    Undecodable,
    /// More came than a reply may hold.
    TooLarge,
    /// The provider's filter blocked it.
    Blocked,
    /// The budget of the project, or of the workspace, does not reach: the model was not asked.
    BudgetReached,
}

/// A failure in the model's stream.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct ModelFailure {
    /// What kind.
    pub kind: ModelFailureKind,
    /// The HTTP status, where there was one.
    pub status: Option<u16>,
    /// Whether the same request may succeed later.
    pub retryable: bool,
    /// A sentence for people; never holds a key.
    pub detail: String,
}

/// What comes back, in order. Exactly one `Finished` or `Failed`, at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelEvent {
    /// A piece of the reply.
    Text(String),
    /// A piece of the model's reasoning; never shown as the reply.
    Reasoning(String),
    /// A quick answer that the person could give to what was asked (guided mode).
    Suggestion(String),
    /// The request is tried again; nothing was shown yet.
    Retrying {
        /// Which attempt comes next, from 2.
        attempt: u32,
        /// Milliseconds until then.
        after_ms: u64,
        /// Why.
        detail: String,
    },
    /// The model that the endpoint says it used.
    ModelReturned(String),
    /// What was consumed.
    Usage(Usage),
    /// The end, as the model meant it.
    Finished(FinishKind),
    /// The end, as nobody meant it.
    Failed(ModelFailure),
}

/// A reply as it arrives. Dropping it stops the model upstream.
pub type ModelStream = Pin<Box<dyn AsyncStream<Item = ModelEvent> + Send>>;

/// Something that can converse.
pub trait LanguageModel: Send + Sync {
    /// Who generates.
    fn generated_by(&self) -> GeneratedBy;
    /// The endpoint's cache profile, for the record: `openai`, `anthropic_marks`, `none`.
    fn cache_profile(&self) -> &str;
    /// Starts one reply.
    fn stream(&self, request: Request) -> ModelStream;
}
