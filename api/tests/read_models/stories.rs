//! A review with every kind of step, and stories that went every way.

use konductro_domain::conductor::{ModelFailureKind, PromptManifest, Usage};
use konductro_domain::conversation::ReplyFailure;
use konductro_domain::event::Event;
use konductro_domain::ids::{GenerationId, ProposalId, StoryId};
use konductro_domain::phase::artefact::BasedOn;
use konductro_domain::role::Role;
use konductro_domain::stage::Stage;
use konductro_domain::story::content::{
    Complexity, CriterionId, CriterionOutline, CriterionWords, ProposalContent, StoryBody, StoryContent, StoryOutline,
    StoryType,
};
use konductro_domain::story::{StoryEvent, StorySource};
use konductro_domain::story_review::{
    GenerationMode, Lineage, NewProposal, RestoredProposal, ReviewStep, Standing, StoryReviewEvent, UnusableElement,
};
use konductro_domain::text::Hash;
use uuid::Uuid;

use super::{Journal, guided, sdm};

pub(crate) const GENERATION: GenerationId = GenerationId(Uuid::from_u128(40));

pub(crate) fn proposal(n: u128) -> ProposalId {
    ProposalId(Uuid::from_u128(50 + n))
}

impl Journal {
    /// The requirements that stories are made from: version 2, in the cycle before they were reopened.
    fn basis(&self) -> Vec<BasedOn> {
        let content_hash = Hash::of(super::SECOND_DRAFT.as_bytes());
        vec![BasedOn { stage: Stage::Requirements, version: 2, content_hash, cycle: 1 }]
    }

    fn outline(&mut self, title: &str, criteria: &[u32]) -> StoryOutline {
        let words = criteria.iter().map(|n| CriterionWords {
            id: CriterionId(*n),
            given: "a split".into(),
            when: format!("it settles ({n})"),
            then: "each seller is paid".into(),
        });
        let body = StoryBody {
            narrative: format!("As a seller I want {title}"),
            complexity_reason: "one table".into(),
            criteria: words.collect(),
        };
        let text = body.to_text([7; 16]);
        self.texts.push(text.clone());
        let outlines =
            criteria.iter().map(|n| CriterionOutline { id: CriterionId(*n), traces_to: vec![format!("R-1.{n}")] });
        StoryOutline {
            title: title.into(),
            story_type: StoryType::Feature,
            complexity: Some(Complexity::try_from(5).unwrap()),
            criteria: outlines.collect(),
            requirement_ids: vec!["R-1".into()],
            decision_ids: vec!["AD-1".into()],
            body: text.reference(),
        }
    }

    fn proposal(&mut self, title: &str, criteria: &[u32]) -> ProposalContent {
        ProposalContent { outline: self.outline(title, criteria), depends_on: Vec::new() }
    }

    fn review(&mut self, by_person: bool, event: StoryReviewEvent) {
        let by = by_person.then(sdm);
        self.record("story_review", self.phase_id.to_string(), by, Event::StoryReview(event));
    }

    fn story(&mut self, story_id: StoryId, by_person: bool, event: StoryEvent) {
        self.record("story", story_id.to_string(), by_person.then(sdm), Event::Story(event));
    }

    pub(crate) fn review_stories(&mut self) {
        self.generate();
        self.decide();
        self.approve_into_the_backlog();
        self.ask_for_a_one_off_story();
    }

    fn generate(&mut self) {
        let (project_id, phase_id, based_on) = (self.project_id, self.phase_id, self.basis());
        self.review(
            true,
            StoryReviewEvent::GenerationStarted {
                generation_id: GENERATION,
                project_id,
                phase_id,
                requested_by: sdm(),
                mode: GenerationMode::Fresh,
                based_on,
                scoping_turn: None,
            },
        );
        let prompt = PromptManifest { blocks: Vec::new(), cache_profile: "none".into() };
        self.review(
            false,
            StoryReviewEvent::GenerationAsked { generation_id: GENERATION, generated_by: guided(), prompt },
        );
        for (ordinal, title) in (0_u32..).zip(["Split", "Refund", "Report", "Export"]) {
            let content = self.proposal(title, &[2 * ordinal + 1, 2 * ordinal + 2]);
            self.review(
                false,
                StoryReviewEvent::ProposalAdded {
                    proposal_id: proposal(ordinal.into()),
                    generation_id: GENERATION,
                    ordinal,
                    content,
                },
            );
        }
        self.review(
            false,
            StoryReviewEvent::GenerationCompleted {
                generation_id: GENERATION,
                unusable: vec![UnusableElement { ordinal: 4, reason: "it has no title".into() }],
                generated_by: guided(),
                model_returned: None,
                usage: Usage::default(),
            },
        );
    }

    fn decide(&mut self) {
        let content = self.proposal("Split fairly", &[1, 2]);
        let edited =
            StoryReviewEvent::ProposalEdited { proposal_id: proposal(0), version: 2, edited_by: sdm(), content };
        self.review(true, edited);
        let into = [(10, "Pay", [1]), (11, "Notify", [2])].map(|(n, title, criteria)| NewProposal {
            proposal_id: proposal(n),
            content: self.proposal(title, &criteria),
        });
        self.review(
            true,
            StoryReviewEvent::ProposalSplit { proposal_id: proposal(0), split_by: sdm(), into: into.to_vec() },
        );
        let content = self.proposal("Refund and report", &[3, 4, 5, 6]);
        self.review(
            true,
            StoryReviewEvent::ProposalsMerged {
                proposal_ids: vec![proposal(1), proposal(2)],
                merged_by: sdm(),
                into: NewProposal { proposal_id: proposal(12), content },
            },
        );
        let restored = [(1, "Refund", [3, 4]), (2, "Report", [5, 6])].map(|(n, title, criteria)| RestoredProposal {
            proposal_id: proposal(n),
            version: 2,
            standing: Standing::Proposed,
            content: self.proposal(title, &criteria),
        });
        self.review(
            true,
            StoryReviewEvent::ReviewStepUndone {
                undone_by: sdm(),
                step: ReviewStep::Merge,
                restored: restored.to_vec(),
                withdrawn: vec![proposal(12)],
            },
        );
        let reason = self.salted("Not now.").reference();
        self.review(true, StoryReviewEvent::ProposalRejected { proposal_id: proposal(3), rejected_by: sdm(), reason });
    }

    fn approve_into_the_backlog(&mut self) {
        let (project_id, phase_id, based_on) = (self.project_id, self.phase_id, self.basis());
        let content = self.proposal("Pay", &[1]);
        let (id, lineage) = (proposal(10), Lineage { split_from: Some(proposal(0)), merged_from: Vec::new() });
        let story_id = StoryId::of(id);
        self.review(
            true,
            StoryReviewEvent::ProposalApproved {
                proposal_id: id,
                version: 1,
                approved_by: sdm(),
                role: Role::Sdm,
                project_id,
                phase_id,
                story_id,
                generation_id: GENERATION,
                lineage: lineage.clone(),
                based_on: based_on.clone(),
                content: content.clone(),
            },
        );
        self.story(
            story_id,
            false,
            StoryEvent::StoryCreated {
                story_id,
                project_id,
                phase_id,
                number: 1,
                created_by: sdm(),
                source: StorySource::Proposal {
                    proposal_id: id,
                    proposal_version: 1,
                    generation_id: GENERATION,
                    lineage,
                    based_on: based_on.clone(),
                },
                content: StoryContent { outline: content.outline, depends_on: Vec::new() },
            },
        );
        self.story(story_id, false, StoryEvent::EnrichmentRequested { attempt: 1, requested_by: sdm() });
        let enrichment = self.salted("{\"steps\":[\"Add the table\"]}").reference();
        self.story(
            story_id,
            false,
            StoryEvent::StoryEnriched {
                attempt: 1,
                enrichment,
                based_on,
                files_left_out: 2,
                generated_by: guided(),
                model_returned: None,
                usage: Usage::default(),
            },
        );
    }

    fn ask_for_a_one_off_story(&mut self) {
        let (project_id, phase_id) = (self.project_id, self.phase_id);
        let story_id = StoryId(Uuid::from_u128(70));
        let request = self.salted("100% of_fees shown").reference();
        let outline =
            StoryOutline { complexity: None, requirement_ids: Vec::new(), ..self.outline("100% of_fees shown", &[]) };
        let written = StoryContent { outline, depends_on: Vec::new() };
        self.story(
            story_id,
            true,
            StoryEvent::StoryCreated {
                story_id,
                project_id,
                phase_id,
                number: 2,
                created_by: sdm(),
                source: StorySource::AdHoc { request },
                content: written,
            },
        );
        self.story(story_id, true, StoryEvent::RefinementRequested { attempt: 1, requested_by: sdm() });
        let questions = self.salted("[\"Which fees?\"]").reference();
        let content = StoryContent { outline: self.outline("Show all fees", &[1]), depends_on: Vec::new() };
        self.story(
            story_id,
            false,
            StoryEvent::RefinementProposed {
                attempt: 1,
                content: content.clone(),
                questions,
                generated_by: guided(),
                model_returned: None,
                usage: Usage::default(),
            },
        );
        self.story(story_id, true, StoryEvent::RefinementAccepted { attempt: 1, accepted_by: sdm(), content });
        self.story(story_id, false, StoryEvent::EnrichmentRequested { attempt: 1, requested_by: sdm() });
        let reason =
            ReplyFailure::Model { failure: ModelFailureKind::Unreachable, status: None, detail: "away".into() };
        self.story(
            story_id,
            false,
            StoryEvent::EnrichmentFailed { attempt: 1, reason, generated_by: guided(), usage: Usage::default() },
        );
        let reason = self.salted("Done elsewhere.").reference();
        self.story(story_id, true, StoryEvent::StoryClosed { closed_by: sdm(), reason });
    }
}
