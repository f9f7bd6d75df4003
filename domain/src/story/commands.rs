//! What people, policies and Conductor's workers can ask of a story. Ids, salts, texts and the acting person come in
//! from outside.

use crate::actor::Person;
use crate::conductor::{GeneratedBy, PromptManifest, Usage};
use crate::conversation::ReplyFailure;
use crate::ids::{GenerationId, PhaseId, ProjectId, ProposalId, StoryId, UserId};
use crate::phase::artefact::BasedOn;
use crate::story::content::StoryContent;
use crate::story::draft::StoryDraft;
use crate::story_review::Lineage;
use crate::text::Text;

/// A command to a story.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant's struct says it")]
pub enum StoryCommand {
    CreateStory(CreateStory),
    RequestStory(RequestStory),
    EditStory(EditStory),
    RequestRefinement(RequestRefinement),
    AskRefinement(AskRefinement),
    ProposeRefinement(ProposeRefinement),
    FailRefinement(FailRefinement),
    AcceptRefinement(AcceptRefinement),
    RefuseRefinement(RefuseRefinement),
    RequestEnrichment(RequestEnrichment),
    AskEnrichment(AskEnrichment),
    Enrich(Enrich),
    FailEnrichment(FailEnrichment),
    CloseStory(CloseStory),
}

/// Let an approved proposal into the backlog (a policy's command; a story that is there already stays as it is).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateStory {
    /// The story (`StoryId::of`).
    pub story_id: StoryId,
    /// The project.
    pub project_id: ProjectId,
    /// The phase.
    pub phase_id: PhaseId,
    /// The next number of the project.
    pub number: u32,
    /// The SDM who approved the proposal.
    pub created_by: UserId,
    /// The proposal.
    pub proposal_id: ProposalId,
    /// Its version when it was approved.
    pub proposal_version: u32,
    /// The generation that its oldest ancestor came from.
    pub generation_id: GenerationId,
    /// What it was split from or merged of.
    pub lineage: Lineage,
    /// The artefact versions that it was generated from.
    pub based_on: Vec<BasedOn>,
    /// What it says; its words are stored already.
    pub content: StoryContent,
}

/// Add a one-off story by one sentence; Conductor is asked to refine it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestStory {
    /// Who.
    pub by: Person,
    /// The new story's id.
    pub story_id: StoryId,
    /// The project.
    pub project_id: ProjectId,
    /// The project's Ad-hoc phase.
    pub phase_id: PhaseId,
    /// The next number of the project.
    pub number: u32,
    /// The request, as written.
    pub request: Text,
    /// Salt of the story's words.
    pub salt: [u8; 16],
}

/// Change a story by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditStory {
    /// Who.
    pub by: Person,
    /// All that it is to say (`StoryDraft::of` gives what it says now).
    pub draft: StoryDraft<StoryId>,
    /// Salt of the words.
    pub salt: [u8; 16],
}

/// Have Conductor refine a story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestRefinement {
    /// Who.
    pub by: Person,
}

/// Record what Conductor is given to refine it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskRefinement {
    /// Which attempt.
    pub attempt: u32,
    /// Who generates.
    pub generated_by: GeneratedBy,
    /// Everything that is given.
    pub prompt: PromptManifest,
}

/// Record how the story could read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposeRefinement {
    /// Which attempt.
    pub attempt: u32,
    /// The story as Conductor would have it. Ids that are not the story's count as new criteria.
    pub draft: StoryDraft<StoryId>,
    /// What Conductor could not know: a JSON array of questions.
    pub questions: Text,
    /// Who generated it.
    pub generated_by: GeneratedBy,
    /// The model that the endpoint names.
    pub model_returned: Option<String>,
    /// What it consumed.
    pub usage: Usage,
    /// Salt of the words.
    pub salt: [u8; 16],
}

/// Record that there is no refinement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailRefinement {
    /// Which attempt.
    pub attempt: u32,
    /// Why.
    pub reason: ReplyFailure,
    /// Who was to generate it.
    pub generated_by: GeneratedBy,
    /// What it consumed.
    pub usage: Usage,
}

/// Take a refinement over, as proposed or edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptRefinement {
    /// Who.
    pub by: Person,
    /// Which attempt was shown.
    pub attempt: u32,
    /// The story as edited; as proposed where there is none.
    pub draft: Option<StoryDraft<StoryId>>,
    /// Salt of the edited words.
    pub salt: [u8; 16],
}

/// Refuse a refinement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefuseRefinement {
    /// Who.
    pub by: Person,
    /// Which attempt was shown.
    pub attempt: u32,
    /// Why, where they say so.
    pub reason: Option<Text>,
}

/// Have Conductor enrich a story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestEnrichment {
    /// Who.
    pub by: EnrichmentAsker,
}

/// Who asks for an enrichment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnrichmentAsker {
    /// A person, held to the matrix of roles; refused while one is under way.
    Person(Person),
    /// A policy, on behalf of whoever let the story in; never refused for state.
    Policy(UserId),
}

/// Record what Conductor is given to enrich it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskEnrichment {
    /// Which attempt.
    pub attempt: u32,
    /// Who generates.
    pub generated_by: GeneratedBy,
    /// Everything that is given.
    pub prompt: PromptManifest,
}

/// Record an enrichment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrich {
    /// Which attempt.
    pub attempt: u32,
    /// The enrichment as JSON.
    pub enrichment: Text,
    /// The approved versions that it was made from.
    pub based_on: Vec<BasedOn>,
    /// How many files were left out for want of evidence.
    pub files_left_out: u32,
    /// Who generated it.
    pub generated_by: GeneratedBy,
    /// The model that the endpoint names.
    pub model_returned: Option<String>,
    /// What it consumed.
    pub usage: Usage,
}

/// Record that an enrichment failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailEnrichment {
    /// Which attempt.
    pub attempt: u32,
    /// Why.
    pub reason: ReplyFailure,
    /// Who was to generate it.
    pub generated_by: GeneratedBy,
    /// What it consumed.
    pub usage: Usage,
}

/// Close a story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloseStory {
    /// Who.
    pub by: Person,
    /// Why.
    pub reason: Text,
}
