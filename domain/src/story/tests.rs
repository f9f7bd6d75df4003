//! A story as given/when/then: how it enters the backlog, is refined, enriched, changed and closed.

#![expect(clippy::panic, reason = "a test says what it expected")]

use uuid::Uuid;

use super::*;
use crate::actor::{Credential, Person};
use crate::conductor::{Adapter, GeneratedBy, PromptManifest, Usage};
use crate::conversation::ReplyFailure;
use crate::ids::{GenerationId, PhaseId, ProjectId, ProposalId, SessionId, StoryId, UserId};
use crate::role::Role;
use crate::story::content::{CriterionId, StoryBody, StoryContent, StoryOutline, StoryType};
use crate::story::draft::{CriterionDraft, DraftError, StoryDraft};
use crate::story_review::Lineage;
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

fn story_id() -> StoryId {
    StoryId(Uuid::from_u128(30))
}

fn guided() -> GeneratedBy {
    GeneratedBy { adapter: Adapter::Guided, model: "guided".into() }
}

fn prompt() -> PromptManifest {
    PromptManifest { blocks: vec![], cache_profile: "none".into() }
}

fn draft(title: &str, criteria: Vec<CriterionDraft>) -> StoryDraft<StoryId> {
    StoryDraft {
        title: title.into(),
        story_type: StoryType::Bug,
        complexity: None,
        narrative: "As a seller …".into(),
        complexity_reason: String::new(),
        criteria,
        requirement_ids: vec![],
        decision_ids: vec![],
        depends_on: vec![],
    }
}

fn criterion(then: &str) -> CriterionDraft {
    CriterionDraft { then: then.into(), ..CriterionDraft::default() }
}

#[derive(Default)]
struct Given {
    story: Story,
    texts: Vec<Text>,
}

impl Given {
    fn when(&self, command: &StoryCommand) -> Result<Vec<StoryEvent>, StoryError> {
        self.story.decide(command).map(|decided| decided.events)
    }

    fn then(&mut self, command: &StoryCommand) -> Vec<StoryEvent> {
        let decided = self.story.decide(command).unwrap_or_else(|error| panic!("{command:?} was refused: {error}"));
        self.texts.extend(decided.texts);
        for event in decided.events.clone() {
            self.story.fold(event);
        }
        decided.events
    }

    fn requested(request: &str) -> Self {
        let mut given = Self::default();
        given.then(&Self::request(dana(), request));
        given
    }

    fn request(by: Person, request: &str) -> StoryCommand {
        StoryCommand::RequestStory(RequestStory {
            by,
            story_id: story_id(),
            project_id: ProjectId(Uuid::nil()),
            phase_id: PhaseId(Uuid::nil()),
            number: 12,
            request: Text::salted(request, [1; 16]),
            salt: [2; 16],
        })
    }

    fn from_a_proposal() -> Self {
        let mut given = Self::default();
        given.then(&Self::create(7));
        given
    }

    fn create(number: u32) -> StoryCommand {
        let outline = StoryOutline {
            title: "Split".into(),
            story_type: StoryType::Feature,
            complexity: None,
            criteria: vec![],
            requirement_ids: vec![],
            decision_ids: vec![],
            body: Text::plain("{}").reference(),
        };
        StoryCommand::CreateStory(CreateStory {
            story_id: story_id(),
            project_id: ProjectId(Uuid::nil()),
            phase_id: PhaseId(Uuid::nil()),
            number,
            created_by: dana().user_id,
            proposal_id: ProposalId(Uuid::nil()),
            proposal_version: 1,
            generation_id: GenerationId(Uuid::nil()),
            lineage: Lineage::default(),
            based_on: vec![],
            content: StoryContent { outline, depends_on: vec![] },
        })
    }

    fn propose(attempt: u32, draft: StoryDraft<StoryId>) -> StoryCommand {
        StoryCommand::ProposeRefinement(ProposeRefinement {
            attempt,
            draft,
            questions: Text::salted("[]", [4; 16]),
            generated_by: guided(),
            model_returned: None,
            usage: Usage::default(),
            salt: [3; 16],
        })
    }

    fn enrich(attempt: u32) -> StoryCommand {
        StoryCommand::Enrich(Enrich {
            attempt,
            enrichment: Text::salted("{}", [5; 16]),
            based_on: vec![],
            files_left_out: 0,
            generated_by: guided(),
            model_returned: None,
            usage: Usage::default(),
        })
    }

    fn created(&self) -> &CreatedStory {
        self.story.created().unwrap_or_else(|error| panic!("{error}"))
    }

    fn body(&self) -> StoryBody {
        let text = self.created().content.outline.body;
        let stored = self.texts.iter().find(|stored| stored.reference() == text);
        let stored = stored.unwrap_or_else(|| panic!("the words were not kept"));
        StoryBody::read(stored.body()).unwrap_or_else(|error| panic!("{error}"))
    }
}

fn accept(attempt: u32, draft: Option<StoryDraft<StoryId>>) -> StoryCommand {
    StoryCommand::AcceptRefinement(AcceptRefinement { by: dana(), attempt, draft, salt: [6; 16] })
}

fn edit(draft: StoryDraft<StoryId>) -> StoryCommand {
    StoryCommand::EditStory(EditStory { by: dana(), draft, salt: [7; 16] })
}

fn refine() -> StoryCommand {
    StoryCommand::RequestRefinement(RequestRefinement { by: dana() })
}

fn ask_for_enrichment(by: EnrichmentAsker) -> StoryCommand {
    StoryCommand::RequestEnrichment(RequestEnrichment { by })
}

fn close() -> StoryCommand {
    StoryCommand::CloseStory(CloseStory { by: dana(), reason: Text::plain("done elsewhere") })
}

#[test]
fn a_story_of_a_proposal_is_created_once_whatever_number_comes_next() {
    let mut given = Given::from_a_proposal();
    assert_eq!(given.then(&Given::create(8)), []);
    assert_eq!(given.created().number, 7);
}

#[test]
fn one_sentence_is_a_story_at_once_and_conductor_is_asked_to_refine_it() {
    let mut given = Given::default();
    let events = given.then(&Given::request(dana(), "\n Exports time out after 30 s\nsince Monday"));
    assert!(matches!(
        &events[..],
        [StoryEvent::StoryCreated { number: 12, .. }, StoryEvent::RefinementRequested { attempt: 1, .. }]
    ));
    assert_eq!(given.created().content.outline.title, "Exports time out after 30 s");
    assert_eq!(given.body().narrative, "Exports time out after 30 s\nsince Monday");
    let again = given.when(&Given::request(dana(), "another"));
    assert_eq!(again, Err(StoryError::AlreadyCreated));
}

#[test]
fn a_request_is_bounded_and_an_sdms() {
    let given = Given::default();
    for (request, why) in [
        (" \n".to_owned(), StoryError::EmptyRequest),
        ("x".repeat(8 * 1024 + 1), StoryError::RequestTooLong),
        ("a\0".to_owned(), StoryError::Unstorable),
    ] {
        assert_eq!(given.when(&Given::request(dana(), &request)), Err(why));
    }
    let refused = given.when(&Given::request(person(3, Role::Developer), "x"));
    assert_eq!(refused, Err(StoryError::RoleRequired(vec![Role::Sdm])));
    let long = Given::requested(&"word ".repeat(200));
    assert!(long.created().content.outline.title.chars().count() <= 160);
    let signs = Given::requested("\u{7}");
    assert_eq!(signs.created().content.outline.title, "A one-off story");
}

#[test]
fn a_refinement_changes_nothing_until_a_person_accepts() {
    let mut given = Given::requested("Exports time out");
    let ask = AskRefinement { attempt: 1, generated_by: guided(), prompt: prompt() };
    let ask = StoryCommand::AskRefinement(ask);
    assert_eq!(given.then(&ask).len(), 1);
    assert_eq!(given.when(&ask), Ok(vec![]));
    let forged = CriterionDraft { id: Some(CriterionId(40)), ..criterion("it answers") };
    given.then(&Given::propose(1, draft("Answer exports in time", vec![forged])));
    assert_eq!(given.created().content.outline.title, "Exports time out");
    assert_eq!(given.when(&accept(2, None)), Err(StoryError::RefinementNotOpen));
    given.then(&accept(1, None));
    assert_eq!(given.created().content.outline.title, "Answer exports in time");
    assert_eq!(given.created().content.outline.criteria[0].id, CriterionId(1));
    assert_eq!(given.body().criteria[0].then, "it answers");
    assert_eq!(given.when(&accept(1, None)), Err(StoryError::RefinementNotOpen));
}

#[test]
fn a_refinement_can_be_accepted_edited() {
    let mut given = Given::requested("Exports time out");
    given.then(&Given::propose(1, draft("A", vec![criterion("one"), criterion("two")])));
    let kept = CriterionDraft { id: Some(CriterionId(2)), ..criterion("two, in time") };
    given.then(&accept(1, Some(draft("Mine", vec![kept, criterion("three")]))));
    let ids: Vec<_> = given.created().content.outline.criteria.iter().map(|criterion| criterion.id.0).collect();
    assert_eq!(ids, [2, 3]);
}

#[test]
fn a_refused_or_failed_refinement_leaves_the_story_as_written() {
    let mut given = Given::requested("Exports time out");
    let before = given.created().content.clone();
    let failed = FailRefinement {
        attempt: 1,
        reason: ReplyFailure::ServerStopped,
        generated_by: guided(),
        usage: Usage::default(),
    };
    given.then(&StoryCommand::FailRefinement(failed));
    given.then(&refine());
    assert_eq!(given.when(&refine()), Err(StoryError::AlreadyRunning));
    assert_eq!(given.when(&Given::propose(1, draft("Late", vec![]))), Err(StoryError::NotRunning));
    given.then(&Given::propose(2, draft("Better", vec![])));
    let refuse = RefuseRefinement { by: dana(), attempt: 2, reason: None };
    given.then(&StoryCommand::RefuseRefinement(refuse));
    assert_eq!(given.created().content, before);
}

#[test]
fn a_story_is_edited_with_the_numbers_it_has() {
    let mut given = Given::from_a_proposal();
    given.then(&edit(draft("A", vec![criterion("one")])));
    let foreign = CriterionDraft { id: Some(CriterionId(9)), ..criterion("x") };
    let refused = given.when(&edit(draft("A", vec![foreign])));
    assert_eq!(refused, Err(DraftError::UnknownCriterion(CriterionId(9)).into()));
    given.then(&edit(draft("A", vec![])));
    given.then(&edit(draft("A", vec![criterion("two")])));
    assert_eq!(given.created().content.outline.criteria[0].id, CriterionId(2), "a number is never taken twice");
    let itself = StoryDraft { depends_on: vec![story_id()], ..draft("A", vec![]) };
    assert_eq!(given.when(&edit(itself)), Err(StoryError::DependsOnItself));
}

#[test]
fn a_story_is_enriched_attempt_by_attempt() {
    let mut given = Given::from_a_proposal();
    let policy = ask_for_enrichment(EnrichmentAsker::Policy(dana().user_id));
    let person = ask_for_enrichment(EnrichmentAsker::Person(dana()));
    given.then(&policy);
    assert_eq!(given.when(&policy), Ok(vec![]), "what is queued reads the story as it will be");
    assert_eq!(given.when(&person), Err(StoryError::AlreadyRunning));
    let ask = AskEnrichment { attempt: 1, generated_by: guided(), prompt: prompt() };
    given.then(&StoryCommand::AskEnrichment(ask));
    let failed = FailEnrichment {
        attempt: 1,
        reason: ReplyFailure::ServerStopped,
        generated_by: guided(),
        usage: Usage::default(),
    };
    given.then(&StoryCommand::FailEnrichment(failed));
    given.then(&person);
    assert_eq!(given.when(&Given::enrich(1)), Err(StoryError::NotRunning));
    given.then(&Given::enrich(2));
    assert_eq!(given.created().enrichment, Enrichment { attempt: 2, progress: EnrichmentProgress::Done });
}

#[test]
fn a_closed_story_changes_no_more() {
    let mut given = Given::requested("Exports time out");
    let silent = CloseStory { by: dana(), reason: Text::plain("") };
    assert_eq!(given.when(&StoryCommand::CloseStory(silent)), Err(StoryError::ReasonMissing));
    given.then(&close());
    for command in [close(), edit(draft("A", vec![])), refine(), Given::propose(1, draft("A", vec![]))] {
        assert_eq!(given.when(&command), Err(StoryError::Closed));
    }
    let policy = ask_for_enrichment(EnrichmentAsker::Policy(dana().user_id));
    assert_eq!(given.when(&policy), Ok(vec![]));
}
