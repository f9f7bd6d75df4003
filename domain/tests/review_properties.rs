//! Random sequences of a review: no criterion is lost or doubled, undoing gives what was there before, nothing is
//! approved that nobody approved, and what is approved never changes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests say what they expect")]

use std::collections::{BTreeMap, BTreeSet};

use konductro_domain::actor::{Credential, Person};
use konductro_domain::conductor::{Adapter, GeneratedBy, Usage};
use konductro_domain::ids::{GenerationId, PhaseId, ProjectId, ProposalId, SessionId, UserId};
use konductro_domain::role::Role;
use konductro_domain::story::content::{CriterionId, ProposalContent, StoryBody, StoryType};
use konductro_domain::story::draft::{CriterionDraft, StoryDraft};
use konductro_domain::story_review::{
    AddProposals, ApproveProposals, CompleteGeneration, EditProposal, GenerationMode, MergeProposals, PartCriterion,
    ProposedStory, RejectProposal, RestoreProposal, ReviewStep, SplitPart, SplitProposal, Standing, StartGeneration,
    StoryReview, StoryReviewCommand, StoryReviewEvent, UndoReviewStep, WordsRead,
};
use konductro_domain::text::{Hash, Text};
use proptest::prelude::*;
use uuid::Uuid;

#[derive(Debug, Clone)]
enum Step {
    Generate { fresh: bool, stories: u8, criteria: u8 },
    Edit { which: usize, drop: bool, add: bool },
    Split { which: usize, deal: Vec<u8>, add: bool },
    Merge { which: Vec<usize> },
    Reject { which: usize },
    Restore { which: usize },
    Approve { which: Vec<usize> },
    Undo,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let which = any::<prop::sample::Index>().prop_map(|index| index.index(1 << 20));
    let some = prop::collection::vec(which.clone(), 1..4);
    let step = prop_oneof![
        1 => (any::<bool>(), 1..3u8, 0..4u8).prop_map(|(fresh, stories, criteria)| Step::Generate { fresh, stories, criteria }),
        3 => (which.clone(), any::<bool>(), any::<bool>()).prop_map(|(which, drop, add)| Step::Edit { which, drop, add }),
        3 => (which.clone(), prop::collection::vec(0..3u8, 8), any::<bool>()).prop_map(|(which, deal, add)| Step::Split { which, deal, add }),
        3 => some.clone().prop_map(|which| Step::Merge { which }),
        2 => which.clone().prop_map(|which| Step::Reject { which }),
        2 => which.prop_map(|which| Step::Restore { which }),
        1 => some.prop_map(|which| Step::Approve { which }),
        4 => Just(Step::Undo),
    ];
    prop::collection::vec(step, 1..50)
}

fn dana() -> Person {
    Person {
        user_id: UserId(Uuid::from_u128(1)),
        roles: [Role::Sdm].into(),
        credential: Credential::Session(SessionId(Uuid::nil())),
    }
}

fn criterion(then: String) -> CriterionDraft {
    CriterionDraft { then, traces_to: vec!["R-1.1".into()], ..CriterionDraft::default() }
}

/// A review, every text beside it, and what somebody who only reads the events believes.
#[derive(Default)]
struct World {
    review: StoryReview,
    texts: BTreeMap<Hash, String>,
    made: u128,
    reader: Reader,
}

#[derive(Default)]
struct Reader {
    /// What each proposal says, and whether it counts: it awaits a decision, or a person gave one.
    proposals: BTreeMap<ProposalId, (Standing, ProposalContent)>,
    /// What each was before each of its steps that was not undone.
    before: BTreeMap<ProposalId, Vec<(Standing, ProposalContent)>>,
    /// The criteria that must be somewhere.
    criteria: BTreeSet<CriterionId>,
    approved: BTreeMap<ProposalId, ProposalContent>,
}

fn ids(content: &ProposalContent) -> BTreeSet<CriterionId> {
    content.outline.criteria.iter().map(|criterion| criterion.id).collect()
}

impl Reader {
    /// Takes note of how a proposal is now, and of which criteria must be somewhere because of it.
    fn becomes(&mut self, id: ProposalId, standing: Standing, content: ProposalContent) {
        if let Some((was, old)) = self.proposals.get(&id)
            && was.is_live()
        {
            for criterion in ids(old) {
                self.criteria.remove(&criterion);
            }
        }
        if standing.is_live() {
            self.criteria.extend(ids(&content));
        }
        self.proposals.insert(id, (standing, content));
    }

    fn stands(&mut self, id: ProposalId, standing: Standing) {
        let content = self.proposals[&id].1.clone();
        self.becomes(id, standing, content);
    }

    fn step(&mut self, id: ProposalId) {
        let now = self.proposals[&id].clone();
        self.before.entry(id).or_default().push(now);
    }

    fn read(&mut self, event: &StoryReviewEvent) -> Result<(), TestCaseError> {
        match event.clone() {
            StoryReviewEvent::ProposalAdded { proposal_id, content, .. } => {
                self.becomes(proposal_id, Standing::Proposed, content);
            }
            StoryReviewEvent::ProposalSuperseded { proposal_id, .. } => {
                prop_assert!(!self.before.contains_key(&proposal_id), "somebody touched {proposal_id}");
                self.stands(proposal_id, Standing::Superseded);
            }
            StoryReviewEvent::ProposalEdited { proposal_id, content, .. } => {
                self.step(proposal_id);
                self.becomes(proposal_id, Standing::Proposed, content);
            }
            StoryReviewEvent::ProposalRejected { proposal_id, .. } => {
                self.step(proposal_id);
                self.stands(proposal_id, Standing::Rejected);
            }
            StoryReviewEvent::ProposalRestored { proposal_id, .. } => {
                self.step(proposal_id);
                self.stands(proposal_id, Standing::Proposed);
            }
            StoryReviewEvent::ProposalSplit { proposal_id, into, .. } => {
                self.step(proposal_id);
                self.stands(proposal_id, Standing::Split);
                let parts: usize = into.iter().map(|part| part.content.outline.criteria.len()).sum();
                let before = self.criteria.len();
                for part in into {
                    self.before.insert(part.proposal_id, Vec::new());
                    self.becomes(part.proposal_id, Standing::Proposed, part.content);
                }
                prop_assert_eq!(before + parts, self.criteria.len(), "a part shares a criterion");
                let whole = ids(&self.proposals[&proposal_id].1);
                prop_assert!(whole.is_subset(&self.criteria), "a split lost a criterion");
            }
            StoryReviewEvent::ProposalsMerged { proposal_ids, into, .. } => {
                let mut all = BTreeSet::new();
                for id in proposal_ids {
                    self.step(id);
                    all.extend(ids(&self.proposals[&id].1));
                    self.stands(id, Standing::Merged);
                }
                prop_assert_eq!(&all, &ids(&into.content), "a merge lost or added a criterion");
                self.before.insert(into.proposal_id, Vec::new());
                self.becomes(into.proposal_id, Standing::Proposed, into.content);
            }
            StoryReviewEvent::ProposalApproved { proposal_id, content, .. } => {
                self.before.entry(proposal_id).or_default();
                self.stands(proposal_id, Standing::Approved);
                prop_assert!(self.approved.insert(proposal_id, content).is_none(), "approved twice");
            }
            StoryReviewEvent::ReviewStepUndone { step, restored, withdrawn, .. } => {
                prop_assert_eq!(matches!(step, ReviewStep::Split | ReviewStep::Merge), !withdrawn.is_empty());
                for id in withdrawn {
                    self.stands(id, Standing::Withdrawn);
                }
                for restored in restored {
                    let before = self.before.get_mut(&restored.proposal_id).and_then(Vec::pop);
                    let now = (restored.standing, restored.content);
                    prop_assert_eq!(Some(&now), before.as_ref(), "undoing gave something else");
                    self.becomes(restored.proposal_id, now.0, now.1);
                }
            }
            _ => {}
        }
        Ok(())
    }
}

impl World {
    fn fresh_id(&mut self) -> Uuid {
        self.made += 1;
        Uuid::from_u128(self.made)
    }

    fn salt(&mut self) -> [u8; 16] {
        self.fresh_id().into_bytes()
    }

    fn pick(&self, which: usize) -> Option<ProposalId> {
        let count = self.review.proposals.len();
        (count > 0).then(|| *self.review.proposals.keys().nth(which % count).unwrap())
    }

    fn words(&self, id: ProposalId) -> WordsRead {
        let text = self.review.proposals[&id].content.outline.body;
        let body = StoryBody::read(&self.texts[&text.hash]).unwrap();
        WordsRead { text, body }
    }

    fn draft(&mut self, criteria: u8) -> StoryDraft {
        let n = self.fresh_id();
        StoryDraft {
            title: format!("Story {n}"),
            story_type: StoryType::Feature,
            complexity: None,
            narrative: "As a seller …".into(),
            complexity_reason: String::new(),
            criteria: (0..criteria).map(|at| criterion(format!("{n} {at}"))).collect(),
            requirement_ids: vec![],
            decision_ids: vec![],
            depends_on: vec![],
        }
    }

    fn generate(&mut self, fresh: bool, stories: u8, criteria: u8) -> Vec<StoryReviewCommand> {
        let generation_id = GenerationId(self.fresh_id());
        let start = StoryReviewCommand::StartGeneration(StartGeneration {
            by: dana(),
            generation_id,
            project_id: ProjectId(Uuid::nil()),
            phase_id: PhaseId(Uuid::nil()),
            mode: if fresh { GenerationMode::Fresh } else { GenerationMode::Continue },
            based_on: vec![],
            scoping_turn: None,
        });
        let proposals = (0..u32::from(stories))
            .map(|ordinal| ProposedStory {
                proposal_id: ProposalId(self.fresh_id()),
                ordinal,
                draft: self.draft(criteria),
            })
            .collect();
        let add = StoryReviewCommand::AddProposals(AddProposals { generation_id, proposals, salt: self.salt() });
        let complete = StoryReviewCommand::CompleteGeneration(CompleteGeneration {
            generation_id,
            unusable: vec![],
            generated_by: GeneratedBy { adapter: Adapter::Guided, model: "guided".into() },
            model_returned: None,
            usage: Usage::default(),
        });
        vec![start, add, complete]
    }

    fn edit(&mut self, id: ProposalId, drop: bool, add: bool) -> StoryReviewCommand {
        let content = self.review.proposals[&id].content.clone();
        let mut draft = StoryDraft::of(&content.outline, &self.words(id).body, content.depends_on);
        if drop {
            draft.criteria.pop();
        }
        if add {
            let n = self.fresh_id();
            draft.criteria.insert(0, criterion(format!("{n} added")));
        }
        draft.title = format!("Edited {}", self.fresh_id());
        let (by, salt) = (dana(), self.salt());
        StoryReviewCommand::EditProposal(EditProposal { by, proposal_id: id, expected_version: None, draft, salt })
    }

    fn split(&mut self, id: ProposalId, deal: &[u8], add: bool) -> StoryReviewCommand {
        let criteria: Vec<_> = ids(&self.review.proposals[&id].content).into_iter().collect();
        let mut into: Vec<_> = (0..3)
            .map(|part: u8| {
                let mine = criteria.iter().zip(deal.iter().cycle()).filter(|(_, to)| **to == part);
                SplitPart {
                    proposal_id: ProposalId(self.fresh_id()),
                    title: format!("Part {part}"),
                    narrative: None,
                    story_type: None,
                    complexity: None,
                    criteria: mine.map(|(id, _)| PartCriterion::Kept(*id)).collect(),
                }
            })
            .collect();
        if add {
            into[0].criteria.push(PartCriterion::New(criterion("new".into())));
        }
        let (words, salt) = (self.words(id), self.salt());
        StoryReviewCommand::SplitProposal(SplitProposal { by: dana(), proposal_id: id, words, into, salt })
    }

    fn merge(&mut self, proposal_ids: Vec<ProposalId>) -> StoryReviewCommand {
        let words = proposal_ids.iter().map(|id| (*id, self.words(*id))).collect();
        let (into, salt) = (ProposalId(self.fresh_id()), self.salt());
        let (title, narrative) = (None, None);
        StoryReviewCommand::MergeProposals(MergeProposals {
            by: dana(),
            proposal_ids,
            words,
            into,
            title,
            narrative,
            salt,
        })
    }

    fn commands(&mut self, step: &Step) -> Vec<StoryReviewCommand> {
        let by = dana();
        match step {
            Step::Generate { fresh, stories, criteria } => self.generate(*fresh, *stories, *criteria),
            Step::Undo => vec![StoryReviewCommand::UndoReviewStep(UndoReviewStep { by })],
            Step::Edit { which, drop, add } => {
                self.pick(*which).map(|id| self.edit(id, *drop, *add)).into_iter().collect()
            }
            Step::Split { which, deal, add } => {
                self.pick(*which).map(|id| self.split(id, deal, *add)).into_iter().collect()
            }
            Step::Merge { which } => {
                let chosen: Vec<_> = which.iter().filter_map(|which| self.pick(*which)).collect();
                vec![self.merge(chosen)]
            }
            Step::Reject { which } => self
                .pick(*which)
                .map(|proposal_id| {
                    let reason = Text::plain("why");
                    StoryReviewCommand::RejectProposal(RejectProposal { by, proposal_id, reason })
                })
                .into_iter()
                .collect(),
            Step::Restore { which } => self
                .pick(*which)
                .map(|proposal_id| StoryReviewCommand::RestoreProposal(RestoreProposal { by, proposal_id }))
                .into_iter()
                .collect(),
            Step::Approve { which } => {
                let proposals = which.iter().filter_map(|which| self.pick(*which)).map(|id| (id, None)).collect();
                let (project_id, phase_id) = (ProjectId(Uuid::nil()), PhaseId(Uuid::nil()));
                vec![StoryReviewCommand::ApproveProposals(ApproveProposals { by, project_id, phase_id, proposals })]
            }
        }
    }

    fn run(&mut self, command: &StoryReviewCommand) -> Result<(), TestCaseError> {
        let Ok(decided) = self.review.decide(command) else { return Ok(()) };
        for text in decided.texts {
            self.texts.insert(text.reference().hash, text.body().to_owned());
        }
        let may_approve = matches!(command, StoryReviewCommand::ApproveProposals(_));
        for event in decided.events {
            let approves = matches!(event, StoryReviewEvent::ProposalApproved { .. });
            prop_assert!(may_approve || !approves, "approved by something else");
            self.reader.read(&event)?;
            self.review.fold(event);
        }
        self.check()
    }

    fn check(&self) -> Result<(), TestCaseError> {
        let mut seen = BTreeSet::new();
        for (id, proposal) in &self.review.proposals {
            let believed = &self.reader.proposals[id];
            prop_assert_eq!((&proposal.standing, &proposal.content), (&believed.0, &believed.1));
            let words = self.words(*id).body;
            let worded: Vec<_> = words.criteria.iter().map(|words| words.id).collect();
            let outlined: Vec<_> = proposal.content.outline.criteria.iter().map(|criterion| criterion.id).collect();
            prop_assert_eq!(worded, outlined, "words and outline differ");
            prop_assert!(ids(&proposal.content).iter().all(|id| id.0 < self.review.next_criterion));
            if proposal.standing.is_live() {
                for criterion in ids(&proposal.content) {
                    prop_assert!(seen.insert(criterion), "{} is there twice", criterion);
                }
            }
            let approved = self.reader.approved.get(id);
            prop_assert_eq!(proposal.standing == Standing::Approved, approved.is_some());
            prop_assert!(approved.is_none_or(|content| content.outline == proposal.content.outline));
        }
        prop_assert_eq!(&seen, &self.reader.criteria, "a criterion was lost");
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn no_criterion_is_lost_or_doubled_whatever_is_done(steps in steps()) {
        let mut world = World::default();
        for step in std::iter::once(Step::Generate { fresh: true, stories: 2, criteria: 3 }).chain(steps) {
            for command in world.commands(&step) {
                world.run(&command)?;
            }
        }
        // A snapshot is the state: it comes back as it went.
        let json = serde_json::to_string(&world.review).unwrap();
        prop_assert_eq!(serde_json::from_str::<StoryReview>(&json).unwrap(), world.review);
    }
}
