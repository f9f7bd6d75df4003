//! The review as given/when/then: one test for each thing that a person or Conductor can do there.

#![expect(clippy::panic, reason = "a test says what it expected")]

use uuid::Uuid;

use super::*;
use crate::actor::{Credential, Person};
use crate::conductor::{Adapter, GeneratedBy, PromptManifest, Usage};
use crate::conversation::ReplyFailure;
use crate::ids::{GenerationId, PhaseId, ProjectId, ProposalId, SessionId, StoryId, TokenId, UserId};
use crate::role::Role;
use crate::story::content::{Complexity, CriterionId, StoryBody};
use crate::story::draft::{CriterionDraft, DraftError, StoryDraft};
use crate::text::Text;

fn person(n: u128, role: Role) -> Person {
    Person {
        user_id: UserId(Uuid::from_u128(n)),
        roles: [role].into(),
        credential: Credential::Session(SessionId(Uuid::from_u128(99))),
    }
}

fn dana() -> Person {
    person(1, Role::Sdm)
}

fn proposal(n: u128) -> ProposalId {
    ProposalId(Uuid::from_u128(n))
}

fn generation(n: u128) -> GenerationId {
    GenerationId(Uuid::from_u128(n))
}

fn guided() -> GeneratedBy {
    GeneratedBy { adapter: Adapter::Guided, model: "guided".into() }
}

fn criterion(then: &str, trace: &str) -> CriterionDraft {
    CriterionDraft { then: then.into(), traces_to: vec![trace.into()], ..CriterionDraft::default() }
}

fn draft(title: &str, criteria: &[CriterionDraft]) -> StoryDraft {
    StoryDraft {
        title: title.into(),
        story_type: Default::default(),
        complexity: Complexity::try_from(3).ok(),
        narrative: format!("As a seller I want {title}"),
        complexity_reason: "three steps".into(),
        criteria: criteria.to_vec(),
        requirement_ids: vec!["R-1".into(), "R-2".into()],
        decision_ids: vec![],
        depends_on: vec![],
    }
}

fn acs(numbers: &[u32]) -> Vec<CriterionId> {
    numbers.iter().copied().map(CriterionId).collect()
}

/// A review, and every text that was kept beside it.
#[derive(Clone, Default)]
struct Given {
    review: StoryReview,
    texts: Vec<Text>,
}

impl Given {
    fn when(&self, command: &StoryReviewCommand) -> Result<Vec<StoryReviewEvent>, StoryReviewError> {
        self.review.decide(command).map(|decided| decided.events)
    }

    /// Decides, folds, and gives the events.
    fn then(&mut self, command: &StoryReviewCommand) -> Vec<StoryReviewEvent> {
        let decided = self.review.decide(command).unwrap_or_else(|error| panic!("{command:?} was refused: {error}"));
        self.texts.extend(decided.texts);
        for event in decided.events.clone() {
            self.review.fold(event);
        }
        decided.events
    }

    fn start(by: Person, n: u128, mode: GenerationMode) -> StoryReviewCommand {
        StoryReviewCommand::StartGeneration(StartGeneration {
            by,
            generation_id: generation(n),
            project_id: ProjectId(Uuid::nil()),
            phase_id: PhaseId(Uuid::nil()),
            mode,
            based_on: vec![],
            scoping_turn: None,
        })
    }

    fn add(n: u128, proposals: &[(u128, StoryDraft)]) -> StoryReviewCommand {
        let proposals = proposals.iter().zip(0..).map(|((id, draft), ordinal)| ProposedStory {
            proposal_id: proposal(*id),
            ordinal,
            draft: draft.clone(),
        });
        let (generation_id, salt) = (generation(n), [n as u8; 16]);
        StoryReviewCommand::AddProposals(AddProposals { generation_id, proposals: proposals.collect(), salt })
    }

    fn complete(n: u128) -> StoryReviewCommand {
        StoryReviewCommand::CompleteGeneration(CompleteGeneration {
            generation_id: generation(n),
            unusable: vec![],
            generated_by: guided(),
            model_returned: None,
            usage: Usage::default(),
        })
    }

    /// Proposal 1 has AC-1 to AC-3, proposal 2 has AC-4; the generation is complete.
    fn two_proposals() -> Self {
        let mut given = Self::default();
        given.then(&Self::start(dana(), 1, GenerationMode::Fresh));
        let first = [criterion("split", "R-1.1"), criterion("add up", "R-1.2"), criterion("round", "R-2.1")];
        given.then(&Self::add(1, &[(1, draft("Split", &first)), (2, draft("Show", &[criterion("show", "R-2.2")]))]));
        given.then(&Self::complete(1));
        given
    }

    fn words(&self, n: u128) -> WordsRead {
        let text = self.get(n).content.outline.body;
        let stored = self.texts.iter().find(|stored| stored.reference() == text);
        let stored = stored.unwrap_or_else(|| panic!("the words of {n} were not kept"));
        let body = StoryBody::read(stored.body()).unwrap_or_else(|error| panic!("{error}"));
        WordsRead { text, body }
    }

    fn get(&self, n: u128) -> &Proposal {
        self.review.proposal(proposal(n)).unwrap_or_else(|error| panic!("{error}"))
    }

    fn standing(&self, n: u128) -> Standing {
        self.get(n).standing
    }

    fn criteria(&self, n: u128) -> Vec<CriterionId> {
        self.get(n).content.outline.criteria.iter().map(|criterion| criterion.id).collect()
    }

    fn now(&self, n: u128) -> StoryDraft {
        let content = &self.get(n).content;
        StoryDraft::of(&content.outline, &self.words(n).body, content.depends_on.clone())
    }

    fn edit(&self, n: u128, draft: StoryDraft) -> StoryReviewCommand {
        StoryReviewCommand::EditProposal(EditProposal {
            by: dana(),
            proposal_id: proposal(n),
            expected_version: None,
            draft,
            salt: [9; 16],
        })
    }

    fn split(&self, n: u128, parts: &[(u128, &[u32])]) -> StoryReviewCommand {
        let part = |(id, kept): &(u128, &[u32])| SplitPart {
            proposal_id: proposal(*id),
            title: format!("Part {id}"),
            narrative: None,
            story_type: None,
            complexity: None,
            criteria: acs(kept).into_iter().map(PartCriterion::Kept).collect(),
        };
        let into = parts.iter().map(part).collect();
        let (proposal_id, words) = (proposal(n), self.words(n));
        StoryReviewCommand::SplitProposal(SplitProposal { by: dana(), proposal_id, words, into, salt: [7; 16] })
    }

    fn merge(&self, from: &[u128], into: u128) -> StoryReviewCommand {
        StoryReviewCommand::MergeProposals(MergeProposals {
            by: dana(),
            proposal_ids: from.iter().copied().map(proposal).collect(),
            words: from.iter().map(|n| (proposal(*n), self.words(*n))).collect(),
            into: proposal(into),
            title: None,
            narrative: None,
            salt: [8; 16],
        })
    }
}

fn reject(n: u128) -> StoryReviewCommand {
    let (by, proposal_id, reason) = (dana(), proposal(n), Text::plain("not now"));
    StoryReviewCommand::RejectProposal(RejectProposal { by, proposal_id, reason })
}

fn restore(n: u128) -> StoryReviewCommand {
    StoryReviewCommand::RestoreProposal(RestoreProposal { by: dana(), proposal_id: proposal(n) })
}

fn approve(by: Person, proposals: &[(u128, Option<u32>)]) -> StoryReviewCommand {
    StoryReviewCommand::ApproveProposals(ApproveProposals {
        by,
        project_id: ProjectId(Uuid::nil()),
        phase_id: PhaseId(Uuid::nil()),
        proposals: proposals.iter().map(|(n, version)| (proposal(*n), *version)).collect(),
    })
}

fn undo() -> StoryReviewCommand {
    StoryReviewCommand::UndoReviewStep(UndoReviewStep { by: dana() })
}

#[test]
fn only_an_sdm_has_stories_proposed_and_decides_on_them() {
    let given = Given::two_proposals();
    let developer = person(3, Role::Developer);
    let refused = Err(StoryReviewError::RoleRequired(vec![Role::Sdm]));
    assert_eq!(given.when(&Given::start(developer.clone(), 2, GenerationMode::Fresh)), refused);
    assert_eq!(given.when(&approve(developer, &[(1, None)])), refused);
}

#[test]
fn one_generation_runs_at_a_time() {
    let mut given = Given::default();
    given.then(&Given::start(dana(), 1, GenerationMode::Fresh));
    let refused = given.when(&Given::start(dana(), 2, GenerationMode::Fresh));
    assert_eq!(refused, Err(StoryReviewError::GenerationRunning(generation(1))));
    assert_eq!(given.review.undecided(), Err(StoryReviewError::GenerationRunning(generation(1))));
    given.then(&Given::complete(1));
    assert_eq!(given.when(&Given::complete(1)), Err(StoryReviewError::GenerationNotRunning));
    assert!(given.when(&Given::start(dana(), 2, GenerationMode::Fresh)).is_ok());
}

#[test]
fn asking_and_stopping_are_recorded_once() {
    let mut given = Given::default();
    given.then(&Given::start(dana(), 1, GenerationMode::Fresh));
    let prompt = PromptManifest { blocks: vec![], cache_profile: "none".into() };
    let ask = AskGeneration { generation_id: generation(1), generated_by: guided(), prompt };
    let ask = StoryReviewCommand::AskGeneration(ask);
    assert_eq!(given.then(&ask).len(), 1);
    assert_eq!(given.when(&ask), Ok(vec![]));
    let stop = StoryReviewCommand::RequestStop(RequestStop { by: dana(), generation_id: generation(1) });
    assert_eq!(given.then(&stop).len(), 1);
    assert_eq!(given.when(&stop), Ok(vec![]));
    let stopped = StopGeneration {
        generation_id: generation(1),
        unusable: vec![],
        generated_by: guided(),
        usage: Usage::default(),
    };
    given.then(&StoryReviewCommand::StopGeneration(stopped));
    assert_eq!(given.when(&stop), Err(StoryReviewError::GenerationNotRunning));
}

#[test]
fn criteria_get_numbers_that_are_the_phases_and_never_the_models() {
    let mut given = Given::default();
    given.then(&Given::start(dana(), 1, GenerationMode::Fresh));
    let forged = CriterionDraft { id: Some(CriterionId(77)), ..criterion("a", "R-1") };
    given.then(&Given::add(1, &[(1, draft("A", &[forged])), (2, draft("B", &[criterion("b", "R-1")]))]));
    assert_eq!((given.criteria(1), given.criteria(2)), (acs(&[1]), acs(&[2])));
    assert_eq!(given.words(1).body.criteria[0].id, CriterionId(1));
}

#[test]
fn what_is_there_already_is_not_proposed_again() {
    let mut given = Given::default();
    given.then(&Given::start(dana(), 1, GenerationMode::Fresh));
    let add = Given::add(1, &[(1, draft("Split a payment", &[criterion("a", "R-1")]))]);
    given.then(&add);
    assert_eq!(given.when(&add), Ok(vec![]), "the same id");
    let alike = Given::add(1, &[(2, draft("split A  payment!", &[criterion("b", "R-1")]))]);
    assert_eq!(given.when(&alike), Ok(vec![]), "the same title and traces");
    let other = Given::add(1, &[(3, draft("Split a payment", &[criterion("b", "R-2")]))]);
    assert_eq!(given.when(&other).map(|events| events.len()), Ok(1));
}

#[test]
fn a_fresh_generation_replaces_only_what_nobody_touched() {
    let mut given = Given::two_proposals();
    given.then(&given.edit(1, draft("Split fairly", &[])));
    given.then(&Given::start(dana(), 2, GenerationMode::Fresh));
    // The same story as the untouched second one comes again: it must not be lost between the two.
    given.then(&Given::add(2, &[(12, draft("Show", &[criterion("show", "R-2.2")]))]));
    assert_eq!(given.standing(2), Standing::Proposed, "until the new ones are complete");
    given.then(&Given::complete(2));
    assert_eq!(given.standing(1), Standing::Proposed);
    assert_eq!((given.standing(2), given.standing(12)), (Standing::Superseded, Standing::Proposed));
    given.then(&restore(2));
    assert_eq!(given.standing(2), Standing::Proposed);
}

#[test]
fn a_generation_that_proposes_nothing_replaces_nothing() {
    let mut given = Given::two_proposals();
    given.then(&Given::start(dana(), 2, GenerationMode::Fresh));
    assert_eq!(given.then(&Given::complete(2)).len(), 1);
    assert_eq!(given.standing(1), Standing::Proposed);
}

#[test]
fn a_generation_that_broke_off_keeps_what_came_and_goes_on() {
    let mut given = Given::default();
    given.then(&Given::start(dana(), 1, GenerationMode::Fresh));
    given.then(&Given::add(1, &[(1, draft("A", &[criterion("a", "R-1")]))]));
    let failed = FailGeneration {
        generation_id: generation(1),
        reason: ReplyFailure::ServerStopped,
        unusable: vec![UnusableElement { ordinal: 1, reason: "it has no title".into() }],
        generated_by: guided(),
        usage: Usage::default(),
    };
    given.then(&StoryReviewCommand::FailGeneration(failed));
    given.then(&Given::start(dana(), 2, GenerationMode::Continue));
    let again = draft("A", &[criterion("a", "R-1")]);
    given.then(&Given::add(2, &[(11, again), (12, draft("B", &[criterion("b", "R-2")]))]));
    given.then(&Given::complete(2));
    assert_eq!(given.standing(1), Standing::Proposed, "going on replaces nothing");
    assert!(given.review.proposal(proposal(11)).is_err(), "it was there already");
    assert_eq!(given.review.undecided(), Ok(2));
}

#[test]
fn an_edit_keeps_the_numbers_it_names_and_gives_new_ones() {
    let mut given = Given::two_proposals();
    let mut changed = given.now(1);
    changed.criteria.remove(1);
    changed.criteria.push(criterion("new", "R-1"));
    given.then(&given.edit(1, changed));
    assert_eq!(given.criteria(1), acs(&[1, 3, 5]));
    assert_eq!(given.get(1).version, 2);
    let foreign = CriterionDraft { id: Some(CriterionId(4)), ..criterion("x", "R-1") };
    let refused = given.when(&given.edit(1, draft("Split", &[foreign])));
    assert_eq!(refused, Err(DraftError::UnknownCriterion(CriterionId(4)).into()));
    let mut twice = given.now(1);
    twice.criteria.push(twice.criteria[0].clone());
    assert_eq!(given.when(&given.edit(1, twice)), Err(DraftError::CriterionTwice(CriterionId(1)).into()));
}

#[test]
fn an_edit_of_another_version_is_refused_with_the_version_that_is_there() {
    let mut given = Given::two_proposals();
    given.then(&given.edit(1, given.now(1)));
    let StoryReviewCommand::EditProposal(edit) = given.edit(1, given.now(1)) else { return };
    let late = StoryReviewCommand::EditProposal(EditProposal { expected_version: Some(1), ..edit });
    let refused = StoryReviewError::ProposalChanged { proposal_id: proposal(1), current_version: 2 };
    assert_eq!(given.when(&late), Err(refused));
}

#[test]
fn input_is_bounded() {
    let given = Given::two_proposals();
    let long = "x".repeat(9 * 1024);
    for (bad, why) in [
        (draft(" \n", &[]), DraftError::BadTitle),
        (draft(&"x".repeat(161), &[]), DraftError::BadTitle),
        (StoryDraft { narrative: long.clone(), ..draft("A", &[]) }, DraftError::NarrativeTooLong),
        (StoryDraft { complexity_reason: long.clone(), ..draft("A", &[]) }, DraftError::ReasonTooLong),
        (draft("A", &vec![criterion("a", "R-1"); 41]), DraftError::TooManyCriteria),
        (draft("A", &[criterion(&long, "R-1")]), DraftError::CriterionTooLong(0)),
        (draft("A", &[criterion(" ", "R-1")]), DraftError::EmptyCriterion(0)),
        (draft("A", &[criterion("a", "two words")]), DraftError::BadReference),
        (draft("A", &[criterion("a\0", "R-1")]), DraftError::Unstorable),
    ] {
        assert_eq!(given.when(&given.edit(1, bad)), Err(why.into()));
    }
    let itself = StoryDraft { depends_on: vec![proposal(1)], ..draft("A", &[]) };
    assert_eq!(given.when(&given.edit(1, itself)), Err(StoryReviewError::DependsOnItself));
    let nobody = StoryDraft { depends_on: vec![proposal(77)], ..draft("A", &[]) };
    assert_eq!(given.when(&given.edit(1, nobody)), Err(StoryReviewError::ProposalUnknown(proposal(77))));
}

#[test]
fn a_split_gives_each_criterion_to_exactly_one_part() {
    let mut given = Given::two_proposals();
    let missing = given.when(&given.split(1, &[(21, &[1]), (22, &[2])]));
    let undistributed = StoryReviewError::CriteriaNotDistributed { missing: acs(&[3]), doubled: vec![] };
    assert_eq!(missing, Err(undistributed));
    let doubled = given.when(&given.split(1, &[(21, &[1, 2]), (22, &[2, 3])]));
    let undistributed = StoryReviewError::CriteriaNotDistributed { missing: vec![], doubled: acs(&[2]) };
    assert_eq!(doubled, Err(undistributed));
    assert_eq!(given.when(&given.split(1, &[(21, &[1, 2, 3])])), Err(StoryReviewError::BadSplit));
    given.then(&given.split(1, &[(21, &[1, 2]), (22, &[3])]));
    assert_eq!((given.criteria(21), given.criteria(22)), (acs(&[1, 2]), acs(&[3])));
    assert_eq!(given.standing(1), Standing::Split);
    assert_eq!(given.get(21).lineage.split_from, Some(proposal(1)));
    assert_eq!(given.words(22).body.criteria[0].then, "round");
    assert_eq!(given.words(22).body.narrative, "As a seller I want Split");
    assert_eq!(given.get(21).content.outline.requirement_ids, ["R-1"], "R-2 went with its criterion");
    assert_eq!(given.get(22).content.outline.requirement_ids, ["R-2"]);
}

#[test]
fn words_that_were_read_before_a_change_are_not_split_or_merged() {
    let mut given = Given::two_proposals();
    let (split, merge) = (given.split(1, &[(21, &[1, 2]), (22, &[3])]), given.merge(&[1, 2], 31));
    given.then(&given.edit(1, given.now(1)));
    let changed = StoryReviewError::ProposalChanged { proposal_id: proposal(1), current_version: 2 };
    assert_eq!(given.when(&split), Err(changed.clone()));
    assert_eq!(given.when(&merge), Err(changed));
}

#[test]
fn a_merge_has_all_criteria_in_order_with_their_numbers() {
    let mut given = Given::two_proposals();
    assert_eq!(given.when(&given.merge(&[1, 1], 31)), Err(StoryReviewError::BadMerge));
    assert_eq!(given.when(&given.merge(&[1, 2], 2)), Err(StoryReviewError::IdTaken(proposal(2))));
    given.then(&given.merge(&[2, 1], 31));
    assert_eq!(given.criteria(31), acs(&[4, 1, 2, 3]));
    assert_eq!((given.standing(1), given.standing(2)), (Standing::Merged, Standing::Merged));
    assert_eq!(given.get(31).content.outline.title, "Show");
    assert_eq!(given.get(31).content.outline.complexity.map(Complexity::points), Some(8), "3 and 3 is more than 5");
    assert_eq!(given.get(31).lineage.merged_from, [proposal(2), proposal(1)]);
    let decided = given.when(&reject(1));
    let (proposal_id, standing) = (proposal(1), Standing::Merged);
    assert_eq!(decided, Err(StoryReviewError::ProposalDecided { proposal_id, standing }));
}

#[test]
fn a_rejection_needs_a_reason_and_can_be_restored() {
    let mut given = Given::two_proposals();
    let silent = RejectProposal { by: dana(), proposal_id: proposal(1), reason: Text::plain(" ") };
    assert_eq!(given.when(&StoryReviewCommand::RejectProposal(silent)), Err(StoryReviewError::ReasonMissing));
    given.then(&reject(1));
    assert_eq!(given.standing(1), Standing::Rejected);
    assert!(matches!(given.when(&approve(dana(), &[(1, None)])), Err(StoryReviewError::ProposalDecided { .. })));
    given.then(&restore(1));
    assert_eq!(given.standing(1), Standing::Proposed);
    assert_eq!(given.when(&restore(1)), Ok(vec![]));
}

#[test]
fn no_token_lets_a_proposal_into_the_backlog() {
    let given = Given::two_proposals();
    let token = Person { credential: Credential::Token(TokenId(Uuid::nil())), ..dana() };
    assert_eq!(given.when(&approve(token, &[(1, None)])), Err(StoryReviewError::InteractiveOnly));
}

#[test]
fn approving_is_all_or_nothing_exact_and_once() {
    let mut given = Given::two_proposals();
    given.then(&given.edit(2, given.now(2)));
    let late = given.when(&approve(dana(), &[(1, Some(1)), (2, Some(1))]));
    let changed = StoryReviewError::ProposalChanged { proposal_id: proposal(2), current_version: 2 };
    assert_eq!(late, Err(changed));
    let all = approve(dana(), &[(1, Some(1)), (2, Some(2)), (2, None)]);
    let events = given.then(&all);
    assert!(matches!(
        &events[..],
        [
            StoryReviewEvent::ProposalApproved { version: 1, role: Role::Sdm, story_id, .. },
            StoryReviewEvent::ProposalApproved { version: 2, .. }
        ] if *story_id == StoryId::of(proposal(1))
    ));
    assert_eq!(given.when(&all), Ok(vec![]));
    assert_eq!(given.review.undecided(), Ok(0));
}

#[test]
fn undo_goes_back_step_by_step_to_what_was_there() {
    let mut given = Given::two_proposals();
    let first = given.get(1).content.clone();
    given.then(&given.edit(1, draft("Other", &[])));
    given.then(&reject(1));
    assert_eq!(given.standing(1), Standing::Rejected);
    given.then(&undo());
    assert_eq!((given.standing(1), given.get(1).version), (Standing::Proposed, 3));
    given.then(&undo());
    assert_eq!((&given.get(1).content, given.get(1).version), (&first, 4));
    assert_eq!(given.when(&undo()), Err(StoryReviewError::NothingToUndo));
}

#[test]
fn an_undone_split_withdraws_the_parts_and_an_undone_merge_the_whole() {
    let mut given = Given::two_proposals();
    given.then(&given.split(1, &[(21, &[1, 2]), (22, &[3])]));
    given.then(&given.merge(&[22, 2], 31));
    given.then(&undo());
    assert_eq!((given.standing(31), given.standing(22)), (Standing::Withdrawn, Standing::Proposed));
    given.then(&undo());
    assert_eq!((given.standing(21), given.standing(1)), (Standing::Withdrawn, Standing::Proposed));
    assert_eq!(given.criteria(1), acs(&[1, 2, 3]));
}

#[test]
fn what_is_approved_is_final_and_so_is_what_led_to_it() {
    let mut given = Given::two_proposals();
    given.then(&given.edit(1, draft("Other", &[criterion("a", "R-1")])));
    given.then(&reject(2));
    given.then(&restore(2));
    given.then(&given.merge(&[1, 2], 31));
    given.then(&approve(dana(), &[(31, None)]));
    assert_eq!(given.when(&undo()), Err(StoryReviewError::NothingToUndo), "all of it led to an approved story");
}

#[test]
fn a_step_beside_what_is_approved_can_be_undone() {
    let mut given = Given::two_proposals();
    given.then(&reject(2));
    given.then(&given.edit(1, draft("Other", &[])));
    given.then(&approve(dana(), &[(1, None)]));
    given.then(&undo());
    assert_eq!((given.standing(1), given.standing(2)), (Standing::Approved, Standing::Proposed));
}

#[test]
fn a_dependency_follows_what_became_of_it() {
    let mut given = Given::two_proposals();
    given.then(&given.edit(2, StoryDraft { depends_on: vec![proposal(1)], ..given.now(2) }));
    given.then(&given.split(1, &[(21, &[1, 2]), (22, &[3])]));
    assert_eq!(given.review.dependencies(proposal(2)), [proposal(21), proposal(22)]);
    given.then(&given.edit(2, StoryDraft { depends_on: vec![proposal(21)], ..given.now(2) }));
    given.then(&undo());
    given.then(&undo());
    assert_eq!(given.review.dependencies(proposal(2)), [proposal(1)]);
    given.then(&given.merge(&[1, 2], 31));
    assert_eq!(given.review.dependencies(proposal(31)), [], "it can't wait for itself");
}

#[test]
fn a_review_holds_a_thousand_proposals_and_no_more() {
    let mut given = Given::default();
    given.then(&Given::start(dana(), 1, GenerationMode::Fresh));
    let many: Vec<_> = (1..=1_000).map(|n| (n, draft(&format!("Story {n}"), &[]))).collect();
    given.then(&Given::add(1, &many));
    let one_more = given.when(&Given::add(1, &[(2_000, draft("Too much", &[]))]));
    assert_eq!(one_more, Err(StoryReviewError::TooManyProposals));
}
