//! Prompts as a model server that others wrote receives them: stable from turn to turn and from stage to stage.

use std::time::Duration;

use konductro_api::conductor::openai::{OpenAi, OpenAiConfig};
use konductro_api::conductor::outcome::{TurnEnd, TurnOutcome};
use konductro_api::conductor::price::PriceTable;
use konductro_api::conductor::prompt::{ProjectFrame, PromptHistory, PromptInput, RenderedPrompt, render};
use konductro_api::conductor::turn::{TurnEvent, TurnSink, run_turn};
use konductro_api::config::CacheProfile;
use konductro_domain::conductor::{FinishKind, GivenArtefact, Request, Scoping, Task};
use konductro_domain::ids::ProjectId;
use konductro_domain::stage::Stage;
use konductro_domain::text::Hash;
use konductro_tests::aimock::AiMock;
use serde_json::json;
use tokio::sync::watch;

struct Nobody;

impl TurnSink for Nobody {
    fn event(&mut self, _: TurnEvent) {}
}

fn model(base_url: &str) -> OpenAi {
    OpenAi::new(OpenAiConfig {
        base_url: base_url.into(),
        api_key: "sk-test".parse().ok(),
        model: "m".into(),
        connect_timeout: Duration::from_secs(5),
        idle_timeout: Duration::from_secs(30),
        cache_profile: CacheProfile::Openai,
        prices: PriceTable::default(),
    })
    .unwrap()
}

fn task(stage: Stage, approved: Vec<GivenArtefact>, message: String) -> Task {
    Task {
        project_id: ProjectId(uuid::Uuid::from_u128(7)),
        project_name: "Clinic".into(),
        project_context: "A clinic in Bern.".into(),
        phase_title: "Booking".into(),
        phase_brief: "Patients book on-line.".into(),
        stage,
        approved,
        scoping: Scoping::default(),
        current: None,
        change_requests: vec![],
        accepted_findings: vec![],
        findings: vec![],
        history: vec![],
        message,
    }
}

async fn turn(model: &OpenAi, task: Task, history: &[PromptHistory]) -> (RenderedPrompt, TurnOutcome) {
    let project = ProjectFrame { context_version: 1, repositories: vec![] };
    let input =
        PromptInput { task: &task, project: &project, first_sent: &[], history, date: "2026-11-22", speaker: "SDM" };
    let rendered = render(&input);
    let (_keep, stop) = watch::channel(false);
    let request = Request::converse(task, rendered.prompt());
    let outcome = run_turn(model, request, stop, &mut Nobody).await;
    assert_eq!(outcome.end, TurnEnd::Completed(FinishKind::Completed));
    (rendered, outcome)
}

#[tokio::test]
async fn each_request_begins_with_the_one_before_and_a_stage_shares_what_came_before_it() {
    let usage = json!({"prompt_tokens": 900, "completion_tokens": 12, "prompt_tokens_details": {"cached_tokens": 640}});
    let reply = "Noted.\n\n<artefact kind=\"requirements\" title=\"Clinic\">\n# Clinic\n\nR-1 Book.\n</artefact>\n\nQ-1 Who cancels?";
    let mock =
        AiMock::start(json!({"fixtures": [{"match": {}, "response": {"content": reply, "usage": usage}}]})).await;
    let model = model(&mock.openrouter_url);
    let mut history = Vec::new();
    for n in 0..5 {
        let (rendered, outcome) =
            turn(&model, task(Stage::Requirements, vec![], format!("message {n}")), &history).await;
        assert_eq!(outcome.text, reply, "byte for byte");
        assert_eq!(outcome.documents[0].text, "# Clinic\n\nR-1 Book.\n");
        assert_eq!((outcome.usage.cached_tokens, outcome.usage.prompt_tokens), (Some(640), Some(900)));
        assert_eq!(outcome.model_returned.as_deref(), Some("m"));
        history.push(PromptHistory { user: rendered.user_message().to_owned(), assistant: outcome.text });
    }
    let given = |stage, markdown: &str| GivenArtefact {
        stage,
        version: 1,
        title: "T".into(),
        markdown: markdown.into(),
        content_hash: Hash::of(markdown.as_bytes()),
        edited_by_hand: false,
    };
    let requirements = given(Stage::Requirements, "# Clinic\n\nR-1 <b>Book</b> \"now\".\n");
    let analysis = given(Stage::TechnicalAnalysis, "# Analysis\n\n| R-1 | api |\n");
    turn(&model, task(Stage::TechnicalAnalysis, vec![requirements.clone()], "a".into()), &[]).await;
    turn(&model, task(Stage::Architecture, vec![requirements.clone(), analysis.clone()], "b".into()), &[]).await;

    let sent = mock.messages().await;
    for (before, after) in sent[..5].iter().zip(&sent[1..5]) {
        assert_eq!(&after[..before.len()], &before[..]);
        assert_eq!(after.len(), before.len() + 2);
    }
    let system = |n: usize| sent[n][0]["content"].as_str().unwrap().to_owned();
    let shared = |a: &str, b: &str| a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let (first, second, third) = (system(0), system(5), system(6));
    let stage_begins = first.find("# Stage: requirements").unwrap();
    assert!(shared(&first, &second) >= stage_begins, "everything but the stage and the artefact");
    assert!(shared(&second, &third) >= second.find("# Stage: technical analysis").unwrap());
    for artefact in [requirements, analysis] {
        assert!(third.contains(&artefact.markdown), "word for word");
        assert!(third.contains(&format!("sha256:{}", artefact.content_hash)));
    }
    let keys: Vec<_> = mock.journal().await.iter().map(|entry| entry["body"]["prompt_cache_key"].clone()).collect();
    assert!(keys.iter().all(|key| key == &keys[0] && key.is_string()), "{keys:?}");
}
