//! Stories without a model, from documents as people and guided mode write them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests stop at the first surprise")]

use std::time::Duration;

use konductro_domain::conductor::{
    Background, EnrichTask, Exchange, FinishKind, GivenArtefact, GivenCriterion, GivenStory, KeptStory, Prompt,
    RefineTask, Request, Scoping, StoryTask, Work,
};
use konductro_domain::ids::ProjectId;
use konductro_domain::stage::Stage;
use konductro_domain::story::content::{Complexity, StoryType};
use konductro_domain::text::Hash;
use tokio::sync::watch;

use crate::conductor::guided::Guided;
use crate::conductor::outcome::TurnEnd;
use crate::conductor::stories::{Enriched, Proposed, Refined, enrich, propose, refine, schema};

fn artefact(stage: Stage, markdown: &str) -> GivenArtefact {
    GivenArtefact {
        stage,
        version: 1,
        title: stage.title().to_owned(),
        markdown: markdown.to_owned(),
        content_hash: Hash::of(markdown.as_bytes()),
        edited_by_hand: false,
    }
}

fn background(approved: Vec<GivenArtefact>) -> Background {
    Background {
        project_id: ProjectId(uuid::Uuid::nil()),
        project_name: "Pay".to_owned(),
        project_context: String::new(),
        phase_title: "Split settlement".to_owned(),
        phase_brief: String::new(),
        approved,
        scoping: Scoping::default(),
    }
}

fn full_phase() -> Background {
    background(vec![
        artefact(Stage::Requirements, include_str!("../../../demo/requirements.md")),
        artefact(Stage::TechnicalAnalysis, include_str!("../../../demo/technical_analysis.md")),
        artefact(Stage::Architecture, include_str!("../../../demo/architecture.md")),
    ])
}

async fn proposed(background: Background, kept: Vec<KeptStory>) -> Vec<Proposed> {
    let work = Work::ProposeStories(StoryTask { background, kept, rejected: vec![] });
    let request = Request { work, prompt: Prompt { messages: vec![] }, answer: schema::stories() };
    let (_keep, stop) = watch::channel(false);
    let mut found = Vec::new();
    let generated = propose(&Guided::new(Duration::ZERO), request, stop, &mut |it| found.push(it)).await;
    assert_eq!(generated.end, TurnEnd::Completed(FinishKind::Completed));
    assert_eq!(generated.unusable, []);
    found
}

fn kept(requirement_ids: &[&str], traces_to: &[&str]) -> KeptStory {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    KeptStory {
        name: "K-1".into(),
        title: "Kept".into(),
        requirement_ids: texts(requirement_ids),
        traces_to: texts(traces_to),
    }
}

#[tokio::test]
async fn every_requirement_becomes_a_story_with_its_criteria() {
    let stories = proposed(full_phase(), vec![]).await;
    let of: Vec<&str> = stories.iter().map(|it| it.story.requirement_ids[0].as_str()).collect();
    assert_eq!(of, ["R-1", "R-2", "R-3", "R-4", "R-5", "N-1", "N-2", "N-3"]);
    let split = &stories[0].story;
    assert_eq!(split.title, "Split a captured payment by seller");
    assert_eq!((split.story_type, split.complexity.map(Complexity::points)), (StoryType::Feature, Some(3)));
    let traces: Vec<&str> = split.criteria.iter().map(|it| it.traces_to[0].as_str()).collect();
    assert_eq!(traces, ["R-1.1", "R-1.2", "R-1.3"]);
    assert_eq!(split.criteria[0].when, "a payment for several sellers is captured");
    assert!(split.criteria[2].then.starts_with("the system shall give the remaining minor units"));
    assert!(split.decision_ids.contains(&"AD-1".to_owned()), "{:?}", split.decision_ids);
    assert!(split.narrative.contains("Everything else depends on shares"), "{}", split.narrative);
    let tax = &stories[4].story;
    assert!(tax.complexity_reason.contains("missing"), "{}", tax.complexity_reason);
    let quality = &stories[5].story;
    assert_eq!(
        (quality.story_type, quality.criteria[0].traces_to.as_slice()),
        (StoryType::Enabler, &["N-1".to_owned()][..])
    );
    assert!(quality.criteria[0].when.contains("load test"), "{}", quality.criteria[0].when);
}

#[tokio::test]
async fn what_is_kept_is_not_proposed_again() {
    let everything: Vec<String> = (1..=3).map(|n| format!("R-1.{n}")).collect();
    let whole: Vec<&str> = everything.iter().map(String::as_str).collect();
    let stories = proposed(full_phase(), vec![kept(&["R-1", "N-1"], &whole)]).await;
    let of: Vec<&str> = stories.iter().map(|it| it.story.requirement_ids[0].as_str()).collect();
    assert_eq!(of, ["R-2", "R-3", "R-4", "R-5", "N-2", "N-3"]);
    let half = proposed(full_phase(), vec![kept(&["R-1"], &["R-1.1"])]).await;
    assert_eq!(half[0].story.requirement_ids, ["R-1"], "two criteria are still nobody's");
}

#[tokio::test]
async fn one_requirement_that_names_another_depends_on_it() {
    let text = "# R\n\n## Functional requirements\n\n### R-1 Book\nThe system shall let a patient book a slot.\n\n- **R-1.1** When a patient books, the system shall record it.\n\n### R-2 Cancel\nThe system shall let a patient cancel what R-1 booked.\n\n- **R-2.1** When a patient cancels, the system shall free it.\n";
    let stories = proposed(background(vec![artefact(Stage::Requirements, text)]), vec![]).await;
    assert_eq!(stories[1].story.depends_on, [stories[0].name.clone()]);
    assert!(
        stories[0].story.narrative.starts_with("As a patient I want to book a slot"),
        "{}",
        stories[0].story.narrative
    );
}

#[tokio::test]
async fn a_light_phase_needs_no_note() {
    let mut light = background(vec![]);
    light.phase_brief = "Sellers can export their pay-outs. Finance clerks can search pay-outs by seller.".to_owned();
    light.scoping.conversation =
        vec![Exchange { message: "Hello".to_owned(), reply: "What must people be able to do with it?".to_owned() }];
    let stories = proposed(light.clone(), vec![]).await;
    let titles: Vec<&str> = stories.iter().map(|it| it.story.title.as_str()).collect();
    assert_eq!(titles, ["Export their pay-outs", "Search pay-outs by seller"]);
    assert!(stories.iter().all(|it| !it.story.criteria.is_empty() && it.story.requirement_ids.is_empty()));

    light.phase_brief.clear();
    assert_eq!(proposed(light.clone(), vec![]).await.len(), 1, "at least the phase itself");

    let note = "# Note\n\n## In\n\n- **R-1** The system shall let a seller see a fee. *(must)*\n\n## Acceptance criteria\n\n- **R-1.1** When a seller opens a pay-out, the system shall show the fee.\n";
    light.scoping.note = Some(artefact(Stage::Scoping, note));
    let stories = proposed(light, vec![]).await;
    assert_eq!((stories.len(), stories[0].story.title.as_str()), (1, "See a fee"));
    assert_eq!(stories[0].story.criteria[0].traces_to, ["R-1.1"]);
}

async fn refined(request: &str) -> Refined {
    let story = GivenStory { title: request.to_owned(), ..GivenStory::default() };
    let work = Work::RefineStory(RefineTask { background: background(vec![]), request: request.to_owned(), story });
    let request = Request { work, prompt: Prompt { messages: vec![] }, answer: schema::refinement() };
    let (_keep, stop) = watch::channel(false);
    refine(&Guided::new(Duration::ZERO), request, stop).await.outcome.unwrap()
}

#[tokio::test]
async fn a_sentence_becomes_a_story_with_questions_for_what_is_missing() {
    let feature = refined("Sellers can download their invoices, so that they can do their taxes").await;
    assert_eq!(feature.story.title, "Download their invoices");
    assert!(feature.story.narrative.starts_with("As a seller I want to download"), "{}", feature.story.narrative);
    assert!(feature.story.criteria.len() >= 2);
    assert!(!feature.questions.iter().any(|question| question.starts_with("Who needs it")));

    let bug = refined("The export is broken on Fridays").await;
    assert_eq!(bug.story.story_type, StoryType::Bug);
    assert!(bug.questions[0].contains("instead"));
    assert_eq!(refined("Investigate why the queue grows").await.story.story_type, StoryType::Spike);
}

#[tokio::test]
async fn any_sentence_can_be_refined() {
    for request in ["x", "<script>alert('x')</script>", "{\"stories\": [", "…", "\"", "a\u{0}b", &"long ".repeat(1500)]
    {
        let refined = refined(request).await;
        assert!(!refined.story.title.is_empty() && refined.story.title.chars().count() <= 160, "{request:?}");
    }
}

async fn enriched(background: Background, story: GivenStory) -> (Enriched, u32) {
    let work = Work::EnrichStory(EnrichTask { background, story });
    let request = Request { work, prompt: Prompt { messages: vec![] }, answer: schema::enrichment() };
    let (_keep, stop) = watch::channel(false);
    enrich(&Guided::new(Duration::ZERO), request, stop).await.outcome.unwrap()
}

#[tokio::test]
async fn an_enrichment_says_what_the_approved_documents_say() {
    let criterion = GivenCriterion {
        id: "AC-1".into(),
        given: "a basket".into(),
        when: "it is paid".into(),
        then: "shares add up".into(),
        traces_to: vec!["R-1.2".into()],
    };
    let story = GivenStory {
        title: "Split a payment".into(),
        criteria: vec![criterion],
        requirement_ids: vec!["R-1".into(), "R-5".into()],
        ..GivenStory::default()
    };
    let (enriched, left_out) = enriched(full_phase(), story).await;
    assert_eq!(left_out, 0);
    let files: Vec<(&str, &str)> =
        enriched.files.iter().map(|file| (file.path.as_str(), file.evidence.as_str())).collect();
    assert_eq!(files, [("payments/src/capture.rs", "E-1")]);
    assert!(
        enriched.architecture_slice.iter().any(|slice| slice.r#ref == "AD-1" && slice.text.contains("one transaction"))
    );
    assert!(enriched.steps.iter().any(|step| step.contains("R-5 asks for")), "{:?}", enriched.steps);
    assert!(enriched.test_notes[0].starts_with("AC-1 (R-1.2)"));
    assert!(enriched.context_pack.contains("## Evidence") && enriched.context_pack.contains("R-1.3"));
}

#[tokio::test]
async fn a_story_without_documents_is_enriched_with_its_own_words() {
    let (enriched, _) =
        enriched(background(vec![]), GivenStory { title: "Alone".into(), ..GivenStory::default() }).await;
    assert!(enriched.files.is_empty() && enriched.architecture_slice.is_empty());
    assert!(!enriched.steps.is_empty() && enriched.context_pack.starts_with("# Alone"));
}
