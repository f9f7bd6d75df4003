//! What happens by itself, as given an event, then these reactions.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests say what they expect")]

use konductro_domain::actor::Actor;
use konductro_domain::event::{Event, Recorded, Stream};
use konductro_domain::ids::{CorrelationId, EventId, PhaseId, ProjectId, StoryId};
use konductro_domain::policies::{Reaction, react};
use konductro_domain::stage::Stage;
use time::OffsetDateTime;
use uuid::Uuid;

const CATALOGUE: &str = include_str!("event_catalogue.jsonl");
const PROJECT: ProjectId = ProjectId(Uuid::from_u128(4));
const PHASE: PhaseId = PhaseId(Uuid::from_u128(6));
const STORY: StoryId = StoryId(Uuid::from_u128(30));

/// The catalogue's events of a name, each recorded in a stream.
fn recorded(name: &str, stream: &str) -> Vec<Recorded<Event>> {
    let lines = CATALOGUE.lines().filter(|line| line.contains(&format!("{{\"type\":\"{name}\"")));
    let record = |line: &str| {
        let (aggregate, rest) = line.split_once(' ').unwrap();
        let event = Event::read(aggregate, rest.split_once(' ').unwrap().1).unwrap();
        Recorded {
            position: 1,
            event_id: EventId(Uuid::nil()),
            stream: Stream { aggregate_type: aggregate.to_owned(), aggregate_id: stream.to_owned() },
            sequence: 1,
            at: OffsetDateTime::UNIX_EPOCH,
            actor: Actor::System,
            role: None,
            credential: None,
            causation: None,
            correlation: CorrelationId(Uuid::nil()),
            project_id: Some(PROJECT),
            phase_id: Some(PHASE),
            event,
        }
    };
    let found: Vec<_> = lines.map(record).collect();
    assert!(!found.is_empty(), "{name} is in the catalogue");
    found
}

fn reactions(name: &str, stream: &str) -> Vec<Reaction> {
    recorded(name, stream).iter().flat_map(react).collect()
}

#[test]
fn a_whole_reply_passes_scoping_and_no_other_stage() {
    let passes = |stage: Stage| {
        reactions("ReplyCompleted", &format!("{PHASE}:{stage}"))
            .iter()
            .any(|reaction| matches!(reaction, Reaction::RecordFirstReply { stage: Stage::Scoping, .. }))
    };
    assert!(passes(Stage::Scoping));
    assert!(!passes(Stage::Requirements));
    let stopped = reactions("ReplyStopped", &format!("{PHASE}:scoping"));
    assert!(!stopped.iter().any(|reaction| matches!(reaction, Reaction::RecordFirstReply { .. })));
}

#[test]
fn a_generation_that_started_is_worked_on() {
    let reactions = reactions("GenerationStarted", &PHASE.to_string());
    assert!(reactions.iter().all(|reaction| matches!(reaction, Reaction::WorkOnGeneration { .. })));
}

#[test]
fn an_approved_proposal_becomes_a_story_that_depends_on_stories() {
    let [Reaction::CreateStory(approved)] = &reactions("ProposalApproved", &PHASE.to_string())[..] else {
        panic!("one story is created")
    };
    let proposal: konductro_domain::ids::ProposalId = "018f0000-0000-7000-8000-000000000021".parse().unwrap();
    assert_eq!(approved.content.depends_on, [StoryId::of(proposal)]);
}

#[test]
fn a_story_of_a_proposal_is_enriched_at_once_and_a_one_off_one_when_its_refinement_is_accepted() {
    let created = reactions("StoryCreated", &STORY.to_string());
    assert_eq!(created.len(), 1, "the catalogue holds one of each source");
    let accepted = reactions("RefinementAccepted", &STORY.to_string());
    for reaction in created.iter().chain(&accepted) {
        assert!(matches!(reaction, Reaction::RequestEnrichment { story_id: STORY, .. }));
    }
}

#[test]
fn what_is_requested_of_conductor_is_worked_on() {
    let refine = reactions("RefinementRequested", &STORY.to_string());
    let (project_id, phase_id, story_id) = (PROJECT, PHASE, STORY);
    assert_eq!(refine, [Reaction::WorkOnRefinement { project_id, phase_id, story_id, attempt: 1 }]);
    let enrich = reactions("EnrichmentRequested", &STORY.to_string());
    assert_eq!(enrich, [Reaction::WorkOnEnrichment { project_id, phase_id, story_id, attempt: 2 }]);
}
