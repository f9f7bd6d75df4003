//! What Conductor consumed: every attempt that ended, counted once, in sums that say what they are over.

use konductro_tests::aimock::AiMock;
use konductro_tests::database::TestDatabase;
use konductro_tests::{Person, Server, invariants};
use serde_json::{Value, json};

fn answer(to: &str, usage: Value) -> Value {
    json!({ "match": { "userMessage": to }, "response": { "content": "Noted.", "usage": usage } })
}

/// A model that reports what it used, twice with and once without cached tokens.
async fn model() -> AiMock {
    let cached = |prompt: u64, cached: u64| json!({ "prompt_tokens": prompt, "completion_tokens": 100, "prompt_tokens_details": { "cached_tokens": cached } });
    let fixtures = [
        answer("First message", cached(1_000, 0)),
        answer("Second message", cached(3_000, 2_000)),
        answer("Third message", cached(500, 500)),
    ];
    AiMock::start(json!({ "fixtures": fixtures })).await
}

const PRICES: &str = r#"{"test-model": {"prompt": 2, "cached": 0.5, "completion": 10}}"#;

async fn priced(mock: &AiMock, database: &TestDatabase) -> Server {
    let url = database.url();
    let settings = [
        ("DATABASE_URL", url.as_str()),
        ("OPENAI_BASE_URL", mock.openrouter_url.as_str()),
        ("OPENAI_API_KEY", "sk-canary"),
        ("KONDUCTRO_MODEL", "test-model"),
        ("KONDUCTRO_MODEL_PRICES", PRICES),
    ];
    Server::start_with(&settings).await
}

async fn usage(person: &Person, project: &str) -> Value {
    person.get(&format!("/projects/{project}/usage")).await.expect(200)
}

#[tokio::test]
async fn tokens_cost_and_the_cached_share_are_summed_by_phase_stage_model_and_day() {
    let (mock, database) = (model().await, TestDatabase::empty().await);
    let server = priced(&mock, &database).await;
    let dana = server.administrator().await;
    let project = dana.create_project("PAY").await;
    let (first, second) = (dana.open_phase(&project, "First").await, dana.open_phase(&project, "Second").await);
    dana.converse(&first, "requirements", "First message").await;
    dana.converse(&first, "requirements", "Second message").await;
    dana.converse(&second, "requirements", "Third message").await;
    let failed = dana.converse(&second, "requirements", "Nobody answers this.").await;
    assert_eq!(failed["state"], "failed");

    let used = usage(&dana, &project).await;
    let total = &used["total"];
    assert_eq!((&total["attempts"], &total["failed"], &total["unreported"]), (&json!(4), &json!(1), &json!(1)));
    assert_eq!((&total["prompt_tokens"], &total["cached_tokens"]), (&json!(4_500), &json!(2_500)));
    assert!((total["cached_share"].as_f64().unwrap() - 2_500.0 / 4_500.0).abs() < 1e-9, "{total:#}");
    // 2,000 fresh at 2, 2,500 cached at 0.5, 300 out at 10, each for a million: in millionths.
    assert_eq!((&total["cost_micros"], &total["unpriced"]), (&json!(4_000 + 1_250 + 3_000), &json!(1)));
    assert!(total["ttft_ms_p50"].as_f64().is_some_and(|ms| ms >= 0.0), "{total:#}");

    let phases = used["phases"].as_array().unwrap();
    assert_eq!(phases.len(), 2);
    assert_eq!(
        (&phases[0]["phase_id"], &phases[0]["number"], &phases[0]["prompt_tokens"]),
        (&json!(first), &json!(1), &json!(4_000))
    );
    assert_eq!((&phases[1]["phase_id"], &phases[1]["prompt_tokens"]), (&json!(second), &json!(500)));
    assert_eq!((&used["stages"][0]["stage"], &used["stages"][0]["attempts"]), (&json!("requirements"), &json!(4)));
    assert_eq!((&used["models"][0]["adapter"], &used["models"][0]["model"]), (&json!("openai"), &json!("test-model")));
    assert_eq!((&used["purposes"][0]["purpose"], used["days"].as_array().unwrap().len()), (&json!("converse"), 1));
    assert_eq!(used["days"][0]["prompt_tokens"], 4_500);

    let mut owner = database.owner().await;
    invariants::settled(&mut owner).await;
    invariants::live_equals_rebuilt(&mut owner).await;
}

#[tokio::test]
async fn guided_mode_is_counted_and_what_is_not_reported_is_not_zero() {
    let server = Server::start().await;
    let dana = server.administrator().await;
    let project = dana.create_project("PAY").await;
    assert_eq!(usage(&dana, &project).await["total"]["attempts"], 0);
    let phase = dana.open_phase(&project, "First").await;
    dana.converse(&phase, "requirements", "Sellers wait three days for their money.").await;
    let total = usage(&dana, &project).await["total"].clone();
    assert_eq!((&total["attempts"], &total["unreported"], &total["unpriced"]), (&json!(1), &json!(1), &json!(1)));
    assert_eq!((&total["cached_share"], &total["prompt_tokens"]), (&Value::Null, &json!(0)));
}

#[tokio::test]
async fn a_period_is_some_days_and_a_wrong_one_is_refused_with_the_parameter() {
    let server = Server::start().await;
    let dana = server.administrator().await;
    let project = dana.create_project("PAY").await;
    let phase = dana.open_phase(&project, "First").await;
    dana.converse(&phase, "requirements", "Sellers wait three days for their money.").await;
    let path = format!("/projects/{project}/usage");
    let past = dana.get(&format!("{path}?from=2001-01-01&to=2001-12-31")).await.expect(200);
    assert_eq!(
        (&past["total"]["attempts"], &past["from"], &past["to"]),
        (&json!(0), &json!("2001-01-01"), &json!("2001-12-31"))
    );
    for (query, parameter) in [
        ("from=yesterday", "?from"),
        ("to=2026-02-30", "?to"),
        ("from=-9999-01-01&to=-9999-01-02", "?to"),
        ("from=2026-02-02&to=2026-02-01", "?from"),
        ("from=2024-01-01&to=2025-01-01", "?from"),
        ("days=3", "?days"),
    ] {
        let refused = dana.get(&format!("{path}?{query}")).await.expect_problem(422, "invalid");
        assert_eq!(refused["errors"][0]["pointer"], parameter, "{query}: {refused:#}");
    }
    let stranger = dana.invite("Olu Ade", "olu@example.com").await;
    stranger.get(&path).await.expect_problem(404, "not-found");
}
