//! The openai adapter and the turn against a server that misbehaves: no word is lost or shown twice, no
//! document with a hole counts as whole, nothing panics, hangs or grows past its bound.

use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use konductro_api::conductor::openai::{OpenAi, OpenAiConfig, OptionalField};
use konductro_api::conductor::outcome::{TurnEnd, TurnOutcome};
use konductro_api::conductor::price::PriceTable;
use konductro_api::conductor::prompt::{ProjectFrame, PromptInput, render};
use konductro_api::conductor::turn::{MAX_REPLY_BYTES, TurnEvent, TurnSink, run_turn};
use konductro_api::config::CacheProfile;
use konductro_domain::conductor::{FinishKind, LanguageModel, ModelFailure, ModelFailureKind, Request, Scoping, Task};
use konductro_domain::ids::ProjectId;
use konductro_domain::phase::artefact::Completeness;
use konductro_domain::stage::Stage;
use konductro_tests::hostile_model::{Act, HostileModel, answer, cut, done, event, finish, sent, stream_head, text};
use serde_json::json;
use tokio::sync::watch;

const KEY: &str = "sk-very-secret-key";
const IDLE: Duration = Duration::from_millis(400);

#[derive(Default)]
struct Heard(Vec<TurnEvent>);

impl TurnSink for Heard {
    fn event(&mut self, event: TurnEvent) {
        self.0.push(event);
    }
}

fn model_with(base_url: &str, cache_profile: CacheProfile, idle_timeout: Duration) -> OpenAi {
    let prices: PriceTable = r#"{"m": {"prompt": 2, "cached": 0.5, "completion": 10}}"#.parse().unwrap();
    OpenAi::new(OpenAiConfig {
        base_url: base_url.into(),
        api_key: KEY.parse().ok(),
        model: "m".into(),
        connect_timeout: Duration::from_secs(2),
        idle_timeout,
        cache_profile,
        prices,
    })
    .unwrap()
}

fn model(server: &HostileModel) -> OpenAi {
    model_with(&server.base_url, CacheProfile::Auto, Duration::from_secs(20))
}

fn request() -> Request {
    let task = Task {
        project_id: ProjectId(uuid::Uuid::from_u128(7)),
        project_name: "Clinic".into(),
        project_context: "Rust".into(),
        phase_title: "Booking".into(),
        phase_brief: String::new(),
        stage: Stage::Requirements,
        approved: vec![],
        scoping: Scoping::default(),
        current: None,
        change_requests: vec![],
        accepted_findings: vec![],
        findings: vec![],
        history: vec![],
        message: "We need booking.".into(),
    };
    let input = PromptInput {
        task: &task,
        project: &ProjectFrame::default(),
        first_sent: &[],
        history: &[],
        date: "2026-11-22",
        speaker: "SDM",
    };
    let prompt = render(&input).prompt();
    Request::converse(task, prompt)
}

async fn run(model: &OpenAi) -> (TurnOutcome, Vec<TurnEvent>) {
    let (_keep, stop) = watch::channel(false);
    let mut heard = Heard::default();
    let turn = run_turn(model, request(), stop, &mut heard);
    let outcome = tokio::time::timeout(Duration::from_secs(60), turn).await.expect("a turn ends");
    (outcome, heard.0)
}

async fn against(script: Vec<Act>) -> TurnOutcome {
    let server = HostileModel::start(vec![script]).await;
    run(&model(&server)).await.0
}

fn failure(outcome: &TurnOutcome) -> &ModelFailure {
    match &outcome.end {
        TurnEnd::Failed(failure) => {
            assert!(!failure.detail.contains(KEY), "{}", failure.detail);
            failure
        }
        end => panic!("should have failed, but: {end:?}"),
    }
}

fn completed(outcome: &TurnOutcome) {
    assert_eq!(outcome.end, TurnEnd::Completed(FinishKind::Completed));
}

fn document() -> Vec<Act> {
    let pieces =
        ["Here.\n\n<artefact kind=\"requirements\" title=\"T\">\n", "# T\n\nR-1 é🙂\n", "</artefact>\n", "Next?"];
    let mut script = vec![stream_head()];
    script.extend(pieces.map(text));
    script.extend([
        finish("stop"),
        event(r#"{"choices":[],"usage":{"prompt_tokens":100,"completion_tokens":10.0,"prompt_tokens_details":{"cached_tokens":80}}}"#),
        done(),
    ]);
    script
}

#[tokio::test]
async fn a_sloppy_but_honest_server_is_understood() {
    let server = HostileModel::start(vec![document()]).await;
    let (outcome, heard) = run(&model(&server)).await;
    completed(&outcome);
    assert_eq!(outcome.documents[0].text, "# T\n\nR-1 é🙂\n");
    assert_eq!(outcome.documents[0].completeness, Completeness::Complete);
    assert_eq!((outcome.usage.prompt_tokens, outcome.usage.cached_tokens), (Some(100), Some(80)));
    assert_eq!((outcome.usage.completion_tokens, outcome.usage.cache_written_tokens), (Some(10), None));
    assert_eq!(outcome.usage.cost_micros, Some(20 * 2 + 40 + 100));
    assert!(heard.iter().all(|event| !matches!(event, TurnEvent::Retrying { .. })));
    let body = &server.requests()[0];
    assert_eq!((&body["stream"], &body["model"]), (&json!(true), &json!("m")));
    assert!(server.heads()[0].starts_with("POST /v1/chat/completions HTTP/1.1"));
    assert!(server.heads()[0].to_ascii_lowercase().contains(&format!("authorization: bearer {KEY}")));
}

#[tokio::test]
async fn one_byte_at_a_time_and_a_byte_order_mark_change_nothing() {
    let bytes = sent(&document());
    let split = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
    let mut body = vec![0xef, 0xbb, 0xbf];
    body.extend_from_slice(&bytes[split..]);
    let outcome = against(vec![Act::Send(bytes[..split].to_vec()), Act::Trickle(body)]).await;
    completed(&outcome);
    assert_eq!(outcome.documents[0].text, "# T\n\nR-1 é🙂\n");
}

#[tokio::test]
async fn torn_down_after_any_byte_it_is_whole_or_said_to_be_broken() {
    let script = document();
    let all = sent(&script);
    let finished = all.len() - sent(&script[script.len() - 2..]).len();
    let closed = String::from_utf8_lossy(&all).find("</artefact>").unwrap();
    let outcomes = stream::iter(0..=all.len())
        .map(|length| {
            let script = cut(&script, length);
            async move { (length, against(script).await) }
        })
        .buffer_unordered(64)
        .collect::<Vec<_>>()
        .await;
    for (length, outcome) in outcomes {
        let whole = matches!(outcome.end, TurnEnd::Completed(FinishKind::Completed));
        // A reset may overtake bytes that were on their way, so a late cut may look like an earlier one.
        assert!(!whole || length >= finished, "cut at {length} of {finished}: {:?}", outcome.end);
        assert!(
            whole || matches!(failure(&outcome).kind, ModelFailureKind::Interrupted | ModelFailureKind::Unreachable),
            "{length}: {:?}",
            outcome.end
        );
        for document in &outcome.documents {
            let complete = document.completeness == Completeness::Complete;
            assert!(!complete || (length > closed && document.text == "# T\n\nR-1 é🙂\n"), "a hole at {length}");
        }
    }
}

#[tokio::test]
async fn what_comes_after_the_finish_reason_can_not_unsay_it() {
    for last in [
        vec![event("rubbish")],
        vec![event(r#"{"error":{"message":"late"}}"#)],
        vec![Act::Reset],
        vec![text("more")],
        vec![Act::Stall],
    ] {
        let script = [vec![stream_head(), text("whole"), finish("stop")], last].concat();
        let outcome = against(script).await;
        completed(&outcome);
        assert_eq!(outcome.text, "whole");
    }
}

#[tokio::test]
async fn each_way_to_end_has_its_name() {
    for (acts, kind) in [
        (vec![text("a"), done()], ModelFailureKind::Interrupted),
        (vec![text("a")], ModelFailureKind::Interrupted),
        (vec![text("a"), event("{not json")], ModelFailureKind::Undecodable),
        (vec![text("a"), event(r#"{"choices":[{"delta":{"content":5}}]}"#)], ModelFailureKind::Undecodable),
        (vec![text("a"), Act::Send(b"data: \xff\xfe\n\n".to_vec())], ModelFailureKind::Undecodable),
        (vec![text("a"), event(r#"{"error":{"message":"boom","code":502}}"#)], ModelFailureKind::ServerError),
        (
            vec![text("a"), event(r#"{"error":{"message":"slow","code":"rate_limit_exceeded"}}"#)],
            ModelFailureKind::RateLimited,
        ),
        (vec![text("a"), finish("error")], ModelFailureKind::Interrupted),
    ] {
        let script = [vec![stream_head()], acts].concat();
        let outcome = against(script).await;
        assert_eq!(failure(&outcome).kind, kind);
        assert_eq!(outcome.text, "a", "what arrived stays");
    }
    let unknown = against(vec![stream_head(), text("a"), finish("a_reason_of_tomorrow")]).await;
    completed(&unknown);
    let blocked = against(vec![stream_head(), text("a"), finish("content_filter")]).await;
    assert_eq!(blocked.end, TurnEnd::Completed(FinishKind::Blocked));
}

#[tokio::test]
async fn a_busy_server_is_asked_again_before_the_first_word_and_people_see_it() {
    let busy = answer(429, "Retry-After: 0\r\n", r#"{"error":{"message":"slow down","code":429}}"#);
    let broken = answer(503, "retry-after-ms: 1\r\n", "<html>down</html>");
    let server = HostileModel::start(vec![busy, broken, document()]).await;
    let (outcome, heard) = run(&model(&server)).await;
    completed(&outcome);
    assert_eq!((outcome.usage.retries, server.requests().len()), (2, 3));
    assert!(
        matches!(&heard[..2], [TurnEvent::Retrying { attempt: 2, detail, .. }, TurnEvent::Retrying { attempt: 3, .. }] if detail.contains("slow down"))
    );
    assert_eq!(server.requests()[0], server.requests()[2], "the same request");
}

#[tokio::test]
async fn a_server_that_stays_busy_is_asked_three_times_and_no_more() {
    let server = HostileModel::start(vec![answer(529, "Retry-After: 0\r\n", "")]).await;
    let (outcome, _) = run(&model(&server)).await;
    assert_eq!((failure(&outcome).kind, failure(&outcome).status), (ModelFailureKind::ServerError, Some(529)));
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn what_will_not_get_better_is_asked_once() {
    let quota = r#"{"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}}"#;
    let echo = format!(r#"{{"error":{{"message":"Incorrect API key provided: {KEY}"}}}}"#);
    for (script, kind) in [
        (answer(429, "", quota), ModelFailureKind::RateLimited),
        (answer(429, "Retry-After: 3600\r\n", ""), ModelFailureKind::RateLimited),
        (answer(401, "", &echo), ModelFailureKind::Unauthorised),
        (answer(400, "", &echo), ModelFailureKind::Rejected),
        (answer(404, "", "no"), ModelFailureKind::Rejected),
        (answer(302, "Location: http://example.com/\r\n", ""), ModelFailureKind::Rejected),
        (answer(200, "Content-Type: text/html\r\n", "<html>login</html>"), ModelFailureKind::Rejected),
    ] {
        let server = HostileModel::start(vec![script]).await;
        let (outcome, _) = run(&model(&server)).await;
        assert_eq!(failure(&outcome).kind, kind);
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn nobody_there_is_unreachable() {
    let (outcome, heard) = run(&model_with("http://127.0.0.1:1/v1", CacheProfile::Auto, IDLE)).await;
    assert_eq!(failure(&outcome).kind, ModelFailureKind::Unreachable);
    assert_eq!(heard.len(), 2, "tried three times: {heard:?}");
}

#[tokio::test]
async fn silence_ends_a_reply_whenever_it_falls() {
    for script in [
        vec![Act::Stall],
        vec![stream_head(), Act::Stall],
        vec![stream_head(), text("a"), Act::Stall],
        vec![stream_head(), text("a"), Act::Send(b"data: {\"cho".to_vec()), Act::Stall],
        [
            vec![stream_head()],
            (0..100).flat_map(|_| [Act::Send(b": alive\n\n".to_vec()), Act::Pause(IDLE / 4)]).collect(),
        ]
        .concat(),
    ] {
        let server = HostileModel::start(vec![script]).await;
        let (outcome, _) = run(&model_with(&server.base_url, CacheProfile::Auto, IDLE)).await;
        assert_eq!(failure(&outcome).kind, ModelFailureKind::TimedOut);
        assert!(server.left_within(Duration::from_secs(5)).await, "and the connection is let go");
    }
}

#[tokio::test]
async fn floods_are_stopped_upstream() {
    let words = format!("data: {}\n\n", json!({"choices": [{"delta": {"content": "x".repeat(4096)}}]}));
    let thoughts = words.replace("\"content\"", "\"reasoning_content\"");
    for flood in
        [words.into_bytes(), thoughts.into_bytes(), b"data: x\n".to_vec(), vec![b'x'; 4096], b"{}{}".repeat(1024)]
    {
        let server = HostileModel::start(vec![vec![stream_head(), Act::Flood(flood)]]).await;
        let (outcome, _) = run(&model(&server)).await;
        assert_eq!(failure(&outcome).kind, ModelFailureKind::TooLarge);
        assert!(outcome.text.len() <= MAX_REPLY_BYTES);
        assert!(server.left_within(Duration::from_secs(5)).await);
    }
    let body = "x".repeat(4096);
    let server = HostileModel::start(vec![vec![
        Act::Send(b"HTTP/1.1 400 X\r\nConnection: close\r\n\r\n".to_vec()),
        Act::Flood(body.into_bytes()),
    ]])
    .await;
    let (outcome, _) = run(&model(&server)).await;
    assert_eq!(failure(&outcome).kind, ModelFailureKind::Rejected);
}

#[tokio::test]
async fn a_lie_about_the_length_is_a_broken_reply() {
    let script = [
        vec![Act::Send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 9999\r\n\r\n".to_vec())],
        vec![text("a")],
    ]
    .concat();
    assert_eq!(failure(&against(script).await).kind, ModelFailureKind::Interrupted);
}

#[tokio::test]
async fn stop_is_heard_upstream_within_200_ms() {
    let server = HostileModel::start(vec![vec![stream_head(), text("so far"), Act::Stall]]).await;
    let model = model(&server);
    let (stopper, stop) = watch::channel(false);
    let (arrived, mut first) = tokio::sync::mpsc::unbounded_channel();
    struct Tell(tokio::sync::mpsc::UnboundedSender<()>);
    impl TurnSink for Tell {
        fn event(&mut self, _: TurnEvent) {
            self.0.send(()).ok();
        }
    }
    let turn = tokio::spawn(async move { run_turn(&model, request(), stop, &mut Tell(arrived)).await });
    first.recv().await.unwrap();
    let asked = Instant::now();
    stopper.send(true).unwrap();
    let outcome = turn.await.unwrap();
    assert!(server.left_within(Duration::from_secs(5)).await);
    assert!(asked.elapsed() < Duration::from_millis(200), "{:?}", asked.elapsed());
    assert_eq!((outcome.end, outcome.text.as_str()), (TurnEnd::Stopped, "so far"));
}

#[tokio::test]
async fn a_refused_field_is_dropped_remembered_and_shown() {
    let refuses =
        |field: &str| answer(400, "", &format!(r#"{{"error":{{"message":"Unknown parameter: '{field}'."}}}}"#));
    let server = HostileModel::start(vec![refuses("prompt_cache_key"), refuses("stream_options"), document()]).await;
    let model = model_with(&server.base_url, CacheProfile::Openai, Duration::from_secs(20));
    assert_eq!(model.cache_profile(), "openai");
    completed(&run(&model).await.0);
    completed(&run(&model).await.0);
    let has = |n: usize, field: &str| server.requests()[n].get(field).is_some();
    assert!(has(0, "prompt_cache_key") && has(1, "stream_options") && !has(1, "prompt_cache_key"));
    assert!(!has(2, "stream_options") && !has(3, "stream_options") && !has(3, "prompt_cache_key"));
    assert_eq!(server.requests().len(), 4, "the second turn asks once");
    assert_eq!(model.dropped_fields(), [OptionalField::StreamOptions, OptionalField::PromptCacheKey]);
    assert_eq!(model.cache_profile(), "none");
}

#[tokio::test]
async fn a_server_that_does_not_stream_is_understood() {
    let body = json!({"id": 1, "choices": [{"message": {"content": "one\ntwo"}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 3}});
    let script = answer(200, "Content-Type: application/json; charset=utf-8\r\n", &format!("{body:#}"));
    let outcome = against(script).await;
    completed(&outcome);
    assert_eq!((outcome.text.as_str(), outcome.usage.prompt_tokens), ("one\ntwo", Some(3)));
}

#[tokio::test]
async fn a_document_saved_by_a_tool_call_is_a_document() {
    let call = |name: &str, arguments: &str| {
        let function = json!({"name": name, "arguments": arguments});
        event(&json!({"choices": [{"delta": {"tool_calls": [{"index": 0, "function": function}]}}]}).to_string())
    };
    let arguments = json!({"kind": "requirements", "title": "T", "content": "# T\nR-1"}).to_string();
    let (head, tail) = arguments.split_at(20);
    let script = vec![stream_head(), call("save_document", ""), call("", head), call("", tail), finish("tool_calls")];
    let outcome = against(script).await;
    completed(&outcome);
    assert_eq!((outcome.documents[0].title.as_str(), outcome.documents[0].text.as_str()), ("T", "# T\nR-1\n"));
}

#[tokio::test]
async fn a_reply_cut_by_its_length_is_continued() {
    let first =
        vec![stream_head(), text("<artefact kind=\"requirements\">\nThe system shall remem"), finish("length"), done()];
    let second = vec![stream_head(), text("The system shall remember.\n</artefact>\n"), finish("stop"), done()];
    let server = HostileModel::start(vec![first, second]).await;
    let (outcome, _) = run(&model(&server)).await;
    completed(&outcome);
    assert_eq!(outcome.documents[0].text, "The system shall remember.\n");
    let (before, after) = (server.requests()[0]["messages"].clone(), server.requests()[1]["messages"].clone());
    let (before, after) = (before.as_array().unwrap(), after.as_array().unwrap());
    assert_eq!((&after[..before.len()], after.len()), (&before[..], before.len() + 2));
}
