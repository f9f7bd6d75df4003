//! Answers as models really send them, and as nobody should.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests stop at the first surprise")]

use std::collections::VecDeque;
use std::sync::Mutex;

use futures_util::stream;
use konductro_domain::conductor::{
    Adapter, AnswerFormat, Background, FinishKind, GeneratedBy, KeptStory, LanguageModel, ModelEvent, ModelFailure,
    ModelFailureKind, ModelStream, Prompt, Request, Scoping, StoryTask, Work,
};
use konductro_domain::ids::ProjectId;
use tokio::sync::watch;

use super::elements::{self, Element, ElementReader};
use super::*;
use crate::conductor::outcome::TurnEnd;

fn read(pieces: &[&str]) -> Vec<Element> {
    let mut reader = ElementReader::default();
    let mut found: Vec<Element> = pieces.iter().flat_map(|piece| reader.push(piece)).collect();
    found.extend(reader.finish());
    found
}

fn titles(text: &str) -> Vec<Result<String, &'static str>> {
    read(&[text])
        .into_iter()
        .map(|element| element.value.and_then(|value| Drafted::read(&value)).map(|it| it.title))
        .collect()
}

fn good(titles: &[&str]) -> Vec<Result<String, &'static str>> {
    titles.iter().map(|title| Ok((*title).to_owned())).collect()
}

const ANSWERS: [&str; 8] = [
    "{\"stories\": [{\"title\": \"A\", \"acceptance_criteria\": [{\"then\": \"]}\\\"\"}]}, {\"title\": \"é🦀\"}], \"note\": \"x\"}",
    "Sure [as asked] {here}:\n```json\n[\n {\"title\": \"A\",},\n {\"title\": \"B\"}\n]\n```\nDone.",
    "{\"title\": \"one\", \"acceptance_criteria\": [{\"given\": \"a\"}]}",
    "{\"title\":\"A\"}\n{\"title\":\"B\"}\n",
    "{\"result\": {\"meta\": {\"n\": [1, 2]}, \"Stories\": [{\"title\": \"A\"}, \"text\", 12, null]}}",
    "{\"stories\": [{\"title\": \"A\"}, {\"title\": \"B\", \"narr",
    "{\"stories\": [{\"title\": \"A\", \"x\": [1, }, {\"title\": \"B\"}]}",
    "I can't do that. { \"title\" } ]]}} {\"stories\": []}",
];

#[test]
fn every_way_of_cutting_the_stream_gives_the_same_stories() {
    for answer in ANSWERS {
        let whole = read(&[answer]);
        let cuts: Vec<usize> = (0..=answer.len()).filter(|at| answer.is_char_boundary(*at)).collect();
        for first in &cuts {
            assert_eq!(read(&[&answer[..*first], &answer[*first..]]), whole, "{answer} cut at {first}");
            for second in cuts.iter().filter(|second| *second > first) {
                let pieces = [&answer[..*first], &answer[*first..*second], &answer[*second..]];
                assert_eq!(read(&pieces), whole, "{answer} cut at {first} and {second}");
            }
        }
    }
}

#[test]
fn stories_are_found_in_whatever_they_come_in() {
    assert_eq!(titles(ANSWERS[0]), good(&["A", "é🦀"]));
    assert_eq!(titles(ANSWERS[1]), good(&["A", "B"]));
    assert_eq!(titles(ANSWERS[2]), good(&["one"]));
    assert_eq!(titles(ANSWERS[3]), good(&["A", "B"]));
    assert_eq!(titles(ANSWERS[4])[..2], [Ok("A".to_owned()), Err(elements::NO_OBJECT)]);
    assert_eq!(titles(ANSWERS[5]), [Ok("A".to_owned()), Err(elements::BROKEN_OFF)]);
    assert_eq!(titles(ANSWERS[6]), [Err(elements::NO_JSON), Ok("B".to_owned())]);
    assert!(titles("No stories today [sorry], {really}.").is_empty());
    assert!(titles("").is_empty());
}

#[test]
fn a_story_comes_the_moment_it_closes() {
    let mut reader = ElementReader::default();
    assert!(reader.push("{\"stories\": [{\"title\": \"A\"").is_empty());
    assert_eq!(reader.push("}").len(), 1);
    assert_eq!(reader.push(", {\"title\": \"B\"}").len(), 1);
    assert!(reader.finish().is_none());
}

#[test]
fn an_answer_without_end_or_bottom_is_bounded() {
    let endless = format!("[{{\"title\": \"A\", \"x\": \"{}\"}}, {{\"title\": \"B\"}}]", "y".repeat(200_000));
    assert_eq!(titles(&endless), [Err(elements::TOO_LARGE), Ok("B".to_owned())]);
    assert_eq!(read(&[&endless])[0].text.len(), elements::MAX_ELEMENT_BYTES);
    assert_eq!(titles(&"[".repeat(100_000)), [Err(elements::TOO_DEEP)]);
    assert_eq!(titles(&"{\"a\":".repeat(100_000)), [Err(elements::TOO_DEEP)]);
}

#[test]
fn any_text_is_survived() {
    let alphabet =
        ["{", "}", "[", "]", "\"", "\\", ",", ":", "a", " ", "\n", "\"stories\":[", "{\"title\":\"t\"}", "é"];
    let mut state = 7_u64;
    for _ in 0..20_000 {
        let text: String = (0..24)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                alphabet[usize::try_from(state >> 33).unwrap() % alphabet.len()]
            })
            .collect();
        let middle = (text.len() / 2..).find(|at| text.is_char_boundary(*at)).unwrap();
        assert_eq!(read(&[&text]), read(&[&text[..middle], &text[middle..]]), "{text:?}");
    }
}

/// A model that plays one script for each request.
struct Script {
    replies: Mutex<VecDeque<Vec<ModelEvent>>>,
    asked: Mutex<Vec<Prompt>>,
}

impl LanguageModel for Script {
    fn generated_by(&self) -> GeneratedBy {
        GeneratedBy { adapter: Adapter::Openai, model: "script".into() }
    }

    fn cache_profile(&self) -> &str {
        "none"
    }

    fn stream(&self, request: Request) -> ModelStream {
        self.asked.lock().unwrap().push(request.prompt);
        Box::pin(stream::iter(self.replies.lock().unwrap().pop_front().unwrap_or_default()))
    }
}

fn says(text: &str, end: ModelEvent) -> Vec<ModelEvent> {
    let mut events: Vec<ModelEvent> =
        text.split_inclusive(' ').map(|piece| ModelEvent::Text(piece.to_owned())).collect();
    events.push(end);
    events
}

fn done() -> ModelEvent {
    ModelEvent::Finished(FinishKind::Completed)
}

fn request(kept: usize) -> Request {
    let background = Background {
        project_id: ProjectId(uuid::Uuid::nil()),
        project_name: String::new(),
        project_context: String::new(),
        phase_title: String::new(),
        phase_brief: String::new(),
        approved: vec![],
        scoping: Scoping::default(),
    };
    let kept = (1..=kept).map(|n| KeptStory {
        name: format!("K-{n}"),
        title: "kept".into(),
        requirement_ids: vec![],
        traces_to: vec![],
    });
    let task = StoryTask { background, kept: kept.collect(), rejected: vec![] };
    Request { work: Work::ProposeStories(task), prompt: Prompt { messages: vec![] }, answer: schema::stories() }
}

async fn generate(kept: usize, replies: Vec<Vec<ModelEvent>>) -> (Vec<Proposed>, Generated, Vec<Prompt>) {
    let model = Script { replies: Mutex::new(replies.into()), asked: Mutex::default() };
    let mut proposed = Vec::new();
    let (_keep, stop) = watch::channel(false);
    let generated = propose(&model, request(kept), stop, &mut |it| proposed.push(it)).await;
    (proposed, generated, model.asked.into_inner().unwrap())
}

fn numbered(range: std::ops::Range<usize>) -> String {
    let stories: Vec<String> = range.map(|n| format!("{{\"id\": \"S-{n}\", \"title\": \"Story {n}\"}}")).collect();
    format!("{{\"stories\": [{}]}}", stories.join(", "))
}

#[tokio::test]
async fn what_can_not_be_used_is_mended_once_and_keeps_its_place() {
    let (proposed, generated, asked) = generate(
        0,
        vec![
            says("{\"stories\": [{\"title\": \"A\"}, {\"narrative\": \"n\"}, {\"title\": \"C\"}, 7]}", done()),
            says("[{\"title\": \"B\"}, {\"x\": 1}]", done()),
        ],
    )
    .await;
    let placed: Vec<(u32, &str)> = proposed.iter().map(|it| (it.ordinal, it.story.title.as_str())).collect();
    assert_eq!(placed, [(0, "A"), (2, "C"), (1, "B")]);
    assert_eq!(generated.end, TurnEnd::Completed(FinishKind::Completed));
    let unusable: Vec<(u32, &str)> = generated.unusable.iter().map(|it| (it.ordinal, it.reason.as_str())).collect();
    assert_eq!(unusable, [(3, "it has no title")]);
    assert_eq!(asked.len(), 2);
    assert!(asked[1].messages.last().unwrap().parts[0].text.contains("it has no title"));
}

#[tokio::test]
async fn an_answer_without_a_story_is_asked_for_again_and_then_fails() {
    let (proposed, generated, asked) =
        generate(0, vec![says("I would rather talk.", done()), says("Still talking.", done())]).await;
    assert!(proposed.is_empty());
    assert_eq!(asked.len(), 2);
    assert!(matches!(generated.end, TurnEnd::Failed(failure) if failure.kind == ModelFailureKind::Undecodable));
    let (proposed, generated, _) = generate(0, vec![says("Talk.", done()), says(&numbered(0..2), done())]).await;
    assert_eq!((proposed.len(), generated.unusable.len()), (2, 0));
    let (proposed, generated, asked) = generate(1, vec![says("{\"stories\": []}", done())]).await;
    assert_eq!((proposed.len(), asked.len()), (0, 1), "everything is covered by what is kept");
    assert_eq!(generated.end, TurnEnd::Completed(FinishKind::Completed));
}

#[tokio::test]
async fn what_came_before_a_failure_stays_and_what_was_cut_is_named() {
    let failure =
        ModelFailure { kind: ModelFailureKind::Interrupted, status: None, retryable: true, detail: "gone".into() };
    let text = "{\"stories\": [{\"title\": \"A\"}, {\"title\": \"B\", ";
    let (proposed, generated, asked) = generate(0, vec![says(text, ModelEvent::Failed(failure.clone()))]).await;
    assert_eq!((proposed.len(), asked.len()), (1, 1));
    assert_eq!(generated.end, TurnEnd::Failed(failure));
    assert_eq!(generated.unusable[0].reason, elements::BROKEN_OFF);
}

#[tokio::test]
async fn an_answer_that_its_length_limit_cut_goes_on() {
    let cut = ModelEvent::Finished(FinishKind::Truncated);
    let first = format!("{}, {{\"title\": \"hal", numbered(0..3).trim_end_matches("]}"));
    let (proposed, generated, asked) =
        generate(0, vec![says(&first, cut.clone()), says(&numbered(2..5), done())]).await;
    let names: Vec<&str> = proposed.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["S-0", "S-1", "S-2", "#3", "S-3", "S-4"], "no name is used twice");
    assert_eq!((generated.end, generated.unusable.len()), (TurnEnd::Completed(FinishKind::Completed), 0));
    assert!(asked[1].messages.last().unwrap().parts[0].text.contains("- S-1: Story 1"));

    let (proposed, generated, asked) = generate(0, vec![says(&first, cut.clone()), says("[", cut)]).await;
    assert_eq!((proposed.len(), asked.len()), (3, 2), "an answer that brings nothing is not gone on with");
    assert!(matches!(generated.end, TurnEnd::Failed(_)));
}

#[tokio::test]
async fn five_hundred_stories_come_and_past_a_thousand_the_rest_is_marked() {
    let (proposed, generated, _) = generate(0, vec![says(&numbered(0..500), done())]).await;
    assert_eq!((proposed.len(), generated.unusable.len()), (500, 0));
    let (proposed, generated, asked) = generate(0, vec![says(&numbered(0..1300), done())]).await;
    assert_eq!((proposed.len(), asked.len()), (MOST_STORIES, 1), "too many are nothing to mend");
    assert_eq!(generated.unusable.len(), 200);
    assert!(generated.unusable[199].reason.ends_with("100 more after it could not be used either"));
}

#[tokio::test]
async fn a_stop_ends_a_generation_with_what_came() {
    let model =
        Script { replies: Mutex::new(VecDeque::from([says(&numbered(0..9), done())])), asked: Mutex::default() };
    let (halt, stop) = watch::channel(false);
    let mut proposed = 0;
    let generated = propose(&model, request(0), stop, &mut |_| {
        proposed += 1;
        halt.send_replace(proposed == 3);
    })
    .await;
    assert_eq!((generated.end, proposed), (TurnEnd::Stopped, 3));
}

#[tokio::test]
async fn a_refinement_is_mended_once() {
    let ask = async |replies: Vec<Vec<ModelEvent>>| {
        let model = Script { replies: Mutex::new(replies.into()), asked: Mutex::default() };
        let (_keep, stop) = watch::channel(false);
        refine(&model, Request { answer: AnswerFormat::Text, ..request(0) }, stop).await.outcome
    };
    let good = says("Here: ```{\"title\": \"T\", \"questions\": [\"Who? \", 3, \"\"]}```", done());
    let refined = ask(vec![says("{\"title\": }", done()), good.clone()]).await.unwrap();
    assert_eq!((refined.story.title.as_str(), refined.questions.as_slice()), ("T", &["Who?".to_owned()][..]));
    assert!(matches!(ask(vec![says("no", done()), says("no", done()), good]).await, Err(TurnEnd::Failed(_))));
}
