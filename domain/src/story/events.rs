//! What happens to a story of the backlog.

use serde::{Deserialize, Serialize};

use crate::conductor::{GeneratedBy, PromptManifest, Usage};
use crate::conversation::ReplyFailure;
use crate::event_enum;
use crate::ids::{GenerationId, PhaseId, ProjectId, ProposalId, StoryId, UserId};
use crate::phase::artefact::BasedOn;
use crate::story::content::StoryContent;
use crate::story_review::Lineage;
use crate::text::TextRef;

event_enum! {
    /// What happens to a story of the backlog.
    StoryEvent {
        /// A story entered the backlog.
        StoryCreated {
            /// The story.
            story_id: StoryId,
            /// The project.
            project_id: ProjectId,
            /// The phase it belongs to; the Ad-hoc phase for a one-off story.
            phase_id: PhaseId,
            /// Its number in the project, from 1: `PAY-12` has 12.
            number: u32,
            /// Who let it in: the SDM who approved the proposal or asked for the one-off story.
            created_by: UserId,
            /// Where it came from.
            source: StorySource,
            /// What it says.
            content: StoryContent,
        },
        /// A person changed it by hand.
        StoryEdited {
            /// Who.
            edited_by: UserId,
            /// What it says from now on.
            content: StoryContent,
        },
        /// Conductor is to refine it.
        RefinementRequested {
            /// Which attempt, from 1.
            attempt: u32,
            /// Who asked.
            requested_by: UserId,
        },
        /// Conductor was asked to refine it; what it was given is on record.
        RefinementAsked {
            /// Which attempt.
            attempt: u32,
            /// Who generates.
            generated_by: GeneratedBy,
            /// Everything that was given.
            prompt: PromptManifest,
        },
        /// Conductor proposes how the story could read; nothing changes until a person accepts.
        RefinementProposed {
            /// Which attempt.
            attempt: u32,
            /// The story as Conductor would have it.
            content: StoryContent,
            /// What Conductor could not know: a JSON array of questions.
            questions: TextRef,
            /// Who generated it.
            generated_by: GeneratedBy,
            /// The model that the endpoint says it used.
            model_returned: Option<String>,
            /// What it consumed.
            usage: Usage,
        },
        /// There is no refinement; the story stays as written.
        RefinementFailed {
            /// Which attempt.
            attempt: u32,
            /// Why.
            reason: ReplyFailure,
            /// Who was to generate it.
            generated_by: GeneratedBy,
            /// What it consumed.
            usage: Usage,
        },
        /// A person took the refinement over, as proposed or edited.
        RefinementAccepted {
            /// Which attempt.
            attempt: u32,
            /// Who.
            accepted_by: UserId,
            /// What the story says from now on.
            content: StoryContent,
        },
        /// A person refused the refinement; the story stays as it was.
        RefinementRefused {
            /// Which attempt.
            attempt: u32,
            /// Who.
            refused_by: UserId,
            /// Why, where they said so.
            reason: Option<TextRef>,
        },
        /// The story is to be enriched.
        EnrichmentRequested {
            /// Which attempt, from 1.
            attempt: u32,
            /// Who asked: the person, or whoever let the story in.
            requested_by: UserId,
        },
        /// Conductor was asked to enrich it; what it was given is on record.
        EnrichmentAsked {
            /// Which attempt.
            attempt: u32,
            /// Who generates.
            generated_by: GeneratedBy,
            /// Everything that was given.
            prompt: PromptManifest,
        },
        /// The story is enriched.
        StoryEnriched {
            /// Which attempt.
            attempt: u32,
            /// The enrichment as JSON: architecture slice, files, steps, test notes, context pack.
            enrichment: TextRef,
            /// The approved versions that it was made from.
            based_on: Vec<BasedOn>,
            /// How many files were left out because the technical analysis holds no evidence of them.
            files_left_out: u32,
            /// Who generated it.
            generated_by: GeneratedBy,
            /// The model that the endpoint says it used.
            model_returned: Option<String>,
            /// What it consumed.
            usage: Usage,
        },
        /// The enrichment failed; it can be tried again.
        EnrichmentFailed {
            /// Which attempt.
            attempt: u32,
            /// Why.
            reason: ReplyFailure,
            /// Who was to generate it.
            generated_by: GeneratedBy,
            /// What it consumed.
            usage: Usage,
        },
        /// The story is done with, for a reason.
        StoryClosed {
            /// Who closed it.
            closed_by: UserId,
            /// Why.
            reason: TextRef,
        },
    }
}

/// Where a story came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StorySource {
    /// An approved proposal.
    Proposal {
        /// The proposal.
        proposal_id: ProposalId,
        /// Its version when it was approved.
        proposal_version: u32,
        /// The generation that its oldest ancestor came from.
        generation_id: GenerationId,
        /// What it was split from or merged of.
        lineage: Lineage,
        /// The artefact versions that it was generated from.
        based_on: Vec<BasedOn>,
    },
    /// One sentence in the backlog.
    AdHoc {
        /// The request, as written.
        request: TextRef,
    },
}
