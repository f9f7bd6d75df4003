#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests stop at the first surprise")]

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::stream;
use konductro_domain::conductor::{
    Adapter, BlockKind, GeneratedBy, ModelStream, Prompt, PromptMessage, PromptPart, PromptRole, Scoping, Task, Usage,
};
use konductro_domain::conversation::Substance;
use konductro_domain::ids::ProjectId;
use konductro_domain::phase::artefact::Completeness;
use konductro_domain::stage::Stage;

use super::*;

/// A model that plays one script for each request, and then stays silent if it must.
struct Script {
    replies: Mutex<Vec<Vec<ModelEvent>>>,
    asked: Mutex<Vec<Prompt>>,
    never_ends: bool,
    dropped: Arc<AtomicBool>,
}

struct OnDrop(Arc<AtomicBool>);

impl Drop for OnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl Script {
    fn of(replies: Vec<Vec<ModelEvent>>) -> Self {
        Self { replies: Mutex::new(replies), asked: Mutex::default(), never_ends: false, dropped: Arc::default() }
    }
}

impl LanguageModel for Script {
    fn generated_by(&self) -> GeneratedBy {
        GeneratedBy { adapter: Adapter::Guided, model: "script".into() }
    }
    fn cache_profile(&self) -> &str {
        "none"
    }
    fn stream(&self, request: Request) -> ModelStream {
        self.asked.lock().unwrap().push(request.prompt);
        let events = self.replies.lock().unwrap().remove(0);
        let guard = OnDrop(self.dropped.clone());
        let said = stream::iter(events).map(move |event| {
            let _ = &guard;
            event
        });
        if self.never_ends { Box::pin(said.chain(stream::pending())) } else { Box::pin(said) }
    }
}

#[derive(Default)]
struct Heard(Vec<TurnEvent>);

impl TurnSink for Heard {
    fn event(&mut self, event: TurnEvent) {
        self.0.push(event);
    }
}

fn request() -> Request {
    let task = Task {
        project_id: ProjectId(uuid::Uuid::nil()),
        project_name: String::new(),
        project_context: String::new(),
        phase_title: String::new(),
        phase_brief: String::new(),
        stage: Stage::Requirements,
        approved: vec![],
        scoping: Scoping::default(),
        current: None,
        change_requests: vec![],
        accepted_findings: vec![],
        findings: vec![],
        history: vec![],
        message: "hi".into(),
    };
    let part = PromptPart { kind: BlockKind::Message, text: "hi".into() };
    Request::converse(task, Prompt { messages: vec![PromptMessage { role: PromptRole::User, parts: vec![part] }] })
}

fn text(text: &str) -> ModelEvent {
    ModelEvent::Text(text.into())
}

async fn run(script: &Script) -> (TurnOutcome, Vec<TurnEvent>) {
    let (_keep, stop) = watch::channel(false);
    let mut heard = Heard::default();
    let outcome = run_turn(script, request(), stop, &mut heard).await;
    (outcome, heard.0)
}

#[tokio::test]
async fn a_whole_reply_with_a_document() {
    let usage = Usage { prompt_tokens: Some(9), ..Usage::default() };
    let script = Script::of(vec![vec![
        ModelEvent::Retrying { attempt: 2, after_ms: 1, detail: "busy".into() },
        ModelEvent::ModelReturned("m-1".into()),
        ModelEvent::Reasoning("hm".into()),
        text("Here.\n<artefact kind=\"requirements\" title=\"T\">\n# T\n"),
        text("</artefact>\n"),
        ModelEvent::Suggestion("Yes".into()),
        ModelEvent::Usage(usage),
        ModelEvent::Finished(FinishKind::Completed),
    ]]);
    let (outcome, heard) = run(&script).await;
    assert_eq!(outcome.end, TurnEnd::Completed(FinishKind::Completed));
    assert_eq!(
        (outcome.documents[0].text.as_str(), outcome.documents[0].completeness),
        ("# T\n", Completeness::Complete)
    );
    assert_eq!(
        (outcome.suggestions.as_slice(), outcome.model_returned.as_deref()),
        (&["Yes".to_owned()][..], Some("m-1"))
    );
    assert_eq!((outcome.usage.prompt_tokens, outcome.usage.cached_tokens, outcome.usage.retries), (Some(9), None, 1));
    assert!(outcome.usage.ttft_ms.is_some() && outcome.usage.duration_ms.is_some());
    assert!(matches!(heard[0], TurnEvent::Retrying { attempt: 2, .. }));
    let (written, texts) = outcome.written();
    assert_eq!((written[0].content, written[0].substance), (texts[0].reference(), Substance::Whole));
}

#[tokio::test]
async fn a_cut_reply_is_continued_without_its_overlap() {
    let script = Script::of(vec![
        vec![
            text("<artefact kind=\"requirements\" title=\"T\">\n# T\nThe system shall keep the or"),
            ModelEvent::Usage(Usage { completion_tokens: Some(10), ..Usage::default() }),
            ModelEvent::Finished(FinishKind::Truncated),
        ],
        vec![
            text("The system shall"),
            text(" keep the order.\n"),
            ModelEvent::Usage(Usage { completion_tokens: Some(5), ..Usage::default() }),
            ModelEvent::Finished(FinishKind::Truncated),
        ],
        vec![
            text("<artefact kind=\"requirements\" title=\"T\">\n"),
            text("End.\n</artefact>"),
            ModelEvent::Finished(FinishKind::Completed),
        ],
    ]);
    let (outcome, heard) = run(&script).await;
    assert_eq!(outcome.end, TurnEnd::Completed(FinishKind::Completed));
    assert_eq!(outcome.documents[0].text, "# T\nThe system shall keep the order.\nEnd.\n");
    assert_eq!(outcome.usage.completion_tokens, Some(15));
    let asked = script.asked.lock().unwrap();
    assert_eq!(asked[1].messages[..1], asked[0].messages[..], "a continuation begins with the request");
    assert_eq!(asked[2].messages.len(), 3, "and holds the reply once");
    assert_eq!(heard.iter().filter(|event| matches!(event, TurnEvent::PartStarted { .. })).count(), 1);
}

#[tokio::test]
async fn a_reply_that_broke_off_goes_on_as_one() {
    let so_far = "Here.\n<artefact kind=\"requirements\" title=\"T\">\n# T\nThe system shall keep ";
    let rests = ["The system shall keep the order.\n</artefact>\n", "the order.\n</artefact>\n"];
    let anew = format!("{so_far}the order.\n</artefact>\n");
    for rest in rests.into_iter().chain([anew.as_str()]) {
        let script = Script::of(vec![vec![text(rest), ModelEvent::Finished(FinishKind::Completed)]]);
        let (_keep, stop) = watch::channel(false);
        let mut heard = Heard::default();
        let outcome = resume_turn(&script, request(), so_far, stop, &mut heard).await;
        assert_eq!(outcome.documents[0].text, "# T\nThe system shall keep the order.\n", "{rest}");
        assert!(outcome.text.starts_with(so_far));
        let asked = script.asked.lock().unwrap();
        let roles: Vec<_> = asked[0].messages.iter().map(|message| message.role).collect();
        assert_eq!(roles, [PromptRole::User, PromptRole::Assistant, PromptRole::User]);
        assert_eq!(heard.0.iter().filter(|event| matches!(event, TurnEvent::PartStarted { .. })).count(), 2);
    }
}

#[tokio::test]
async fn stopped_before_another_word_it_keeps_what_it_was_to_go_on_from() {
    let script = Script { never_ends: true, ..Script::of(vec![vec![]]) };
    let (halter, stop) = watch::channel(true);
    let outcome = resume_turn(&script, request(), "Half a thought", stop, &mut Heard::default()).await;
    drop(halter);
    assert_eq!((outcome.text.as_str(), outcome.end), ("Half a thought", TurnEnd::Stopped));
}

#[tokio::test]
async fn still_cut_after_two_continuations_is_incomplete() {
    let cut = |said: &str| vec![text(said), ModelEvent::Finished(FinishKind::Truncated)];
    let script = Script::of(vec![cut("<artefact kind=\"requirements\">\na\n"), cut("b\n"), cut("c\n")]);
    let (outcome, _) = run(&script).await;
    assert_eq!(outcome.end, TurnEnd::Completed(FinishKind::Truncated));
    assert_eq!(
        (outcome.documents[0].text.as_str(), outcome.documents[0].completeness),
        ("a\nb\nc\n", Completeness::Incomplete)
    );
}

#[tokio::test]
async fn a_failure_keeps_what_arrived_and_whole_documents() {
    let failure =
        ModelFailure { kind: ModelFailureKind::Undecodable, status: None, retryable: true, detail: "x".into() };
    let script = Script::of(vec![vec![
        text("<artefact kind=\"requirements\">\na\n</artefact>\nand <"),
        ModelEvent::Failed(failure.clone()),
    ]]);
    let (outcome, _) = run(&script).await;
    assert_eq!(outcome.end, TurnEnd::Failed(failure));
    assert_eq!(outcome.documents[0].completeness, Completeness::Complete);
    assert!(outcome.text.ends_with("and <"));
}

#[tokio::test]
async fn a_stream_that_just_ends_was_interrupted() {
    let (outcome, _) = run(&Script::of(vec![vec![text("a")]])).await;
    assert!(matches!(
        outcome.end,
        TurnEnd::Failed(ModelFailure { kind: ModelFailureKind::Interrupted, retryable: true, .. })
    ));
}

#[tokio::test]
async fn a_reply_without_a_word_is_no_reply() {
    for (finish, kind) in [
        (FinishKind::Completed, ModelFailureKind::Interrupted),
        (FinishKind::Truncated, ModelFailureKind::TooLarge),
        (FinishKind::Blocked, ModelFailureKind::Blocked),
    ] {
        let (outcome, _) =
            run(&Script::of(vec![vec![text(" \n"), ModelEvent::Finished(finish)], vec![ModelEvent::Finished(finish)]]))
                .await;
        assert!(matches!(&outcome.end, TurnEnd::Failed(failure) if failure.kind == kind), "{:?}", outcome.end);
    }
}

#[tokio::test]
async fn a_flood_is_stopped_at_the_bound() {
    let script = Script::of(vec![std::iter::repeat_n(text(&"x".repeat(4096)), 300).collect()]);
    let (outcome, _) = run(&script).await;
    assert!(matches!(&outcome.end, TurnEnd::Failed(failure) if failure.kind == ModelFailureKind::TooLarge));
    assert_eq!(outcome.text.len(), MAX_REPLY_BYTES);
}

#[tokio::test]
async fn stopping_keeps_the_text_and_drops_the_stream_at_once() {
    let mut script = Script::of(vec![vec![text("so far")]]);
    script.never_ends = true;
    let dropped = script.dropped.clone();
    let (stopper, stop) = watch::channel(false);
    let turn = tokio::spawn(async move {
        let outcome = run_turn(&script, request(), stop, &mut Heard::default()).await;
        (outcome, tokio::time::Instant::now())
    });
    tokio::task::yield_now().await;
    let asked = tokio::time::Instant::now();
    stopper.send(true).unwrap();
    let (outcome, ended) = turn.await.unwrap();
    assert_eq!((outcome.end, outcome.text.as_str()), (TurnEnd::Stopped, "so far"));
    assert!(ended - asked < Duration::from_millis(200));
    assert!(dropped.load(Ordering::SeqCst), "the model is stopped upstream");
}

#[tokio::test]
async fn a_stopper_that_went_away_stops_nothing() {
    let (stopper, stop) = watch::channel(false);
    drop(stopper);
    let script = Script::of(vec![vec![text("a"), ModelEvent::Finished(FinishKind::Completed)]]);
    let outcome = run_turn(&script, request(), stop, &mut Heard::default()).await;
    assert_eq!(outcome.end, TurnEnd::Completed(FinishKind::Completed));
}
