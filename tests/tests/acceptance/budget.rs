//! What Conductor may cost in a month: held before a model is asked, settled after, and never passed by a race.

use konductro_tests::conversing::{Conversing, endless_reply};
use konductro_tests::hostile_model::{Act, done, event, finish, stream_head, text};
use konductro_tests::wait::until;
use reqwest::Method;
use serde_json::{Value, json};

/// A token costs a unit of the currency: a million millionths.
const PRICES: &str = r#"{"scripted": {"prompt": 1000000, "completion": 1000000}}"#;

/// A reply that says what it consumed.
fn metered_reply(prompt: u64, completion: u64) -> Vec<Act> {
    let usage = json!({ "choices": [], "usage": { "prompt_tokens": prompt, "completion_tokens": completion } });
    vec![stream_head(), text("Noted."), finish("stop"), event(&usage.to_string()), done()]
}

async fn room(scripts: Vec<Vec<Act>>, more: &[(&str, &str)]) -> Conversing {
    let mut settings = vec![("KONDUCTRO_MODEL_PRICES", PRICES), ("KONDUCTRO_REPLY_ALLOWANCE", "100")];
    settings.extend_from_slice(more);
    Conversing::with_settings(scripts, &settings).await
}

async fn budget(room: &Conversing) -> Value {
    room.dana.get(&format!("/projects/{}/budget", room.project)).await.expect(200)
}

async fn set(room: &Conversing, micros: Value) -> konductro_tests::Answer {
    let path = format!("/projects/{}/budget", room.project);
    let etag = room.dana.get(&path).await.header("etag");
    let request = room.dana.request(Method::PUT, &path).header("If-Match", etag);
    room.dana.send(request.json(&json!({ "monthly_micros": micros }))).await
}

const UNIT: u64 = 1_000_000;

#[tokio::test]
async fn what_a_reply_cost_is_settled_and_what_is_left_is_shown() {
    let room = room(vec![metered_reply(700, 3)], &[]).await;
    let before = budget(&room).await;
    assert_eq!((&before["monthly_micros"], &before["left_micros"]), (&Value::Null, &Value::Null));
    set(&room, json!(1_000_000 * UNIT)).await.expect(200);
    room.dana.converse(&room.phase, "requirements", "Sellers wait three days.").await;
    let after = until("the charge to be settled", || async {
        let now = budget(&room).await;
        (now["held_micros"] == 0).then_some(now)
    })
    .await;
    assert_eq!(after["spent_micros"], 703 * UNIT);
    assert_eq!(after["left_micros"], (1_000_000 - 703) * UNIT);
    assert_eq!(room.count("BudgetSet").await, 0, "it is the project's, not the phase's");
}

#[tokio::test]
async fn a_budget_that_does_not_reach_stops_the_turn_before_the_model_is_asked() {
    let room = room(vec![metered_reply(10, 1)], &[]).await;
    set(&room, json!(50 * UNIT)).await.expect(200);
    let refused = room.dana.converse(&room.phase, "requirements", "Sellers wait three days.").await;
    assert_eq!((&refused["state"], &refused["failure"]["kind"]), (&json!("failed"), &json!("budget_reached")));
    assert_eq!(refused["failure"]["retryable"], true);
    assert!(refused["failure"]["detail"].as_str().unwrap().contains("budget"), "{refused:#}");
    assert_eq!(room.model.requests(), Vec::<Value>::new(), "the model was not asked");
    // With a larger one, or with none, the same turn is tried again.
    set(&room, Value::Null).await.expect(200);
    let turn = refused["turn_id"].as_str().unwrap();
    room.turn(&room.dana, turn, "retry", Value::Null).await.expect(202);
    assert_eq!(room.reply_of(turn).await["text"], "Noted.");
}

#[tokio::test]
async fn two_replies_never_both_get_the_last_of_it() {
    let room = room(vec![endless_reply("Well")], &[]).await;
    let other = room.dana.open_phase(&room.project, "Another").await;
    // What one request is held to cost is not known to a test, so it is asked with all there is for one and a half.
    set(&room, json!(1_000_000 * UNIT)).await.expect(200);
    let first = room.begun_saying("Sellers wait three days.", "Well").await;
    let held = budget(&room).await["held_micros"].as_u64().unwrap();
    room.stop(&first).await;
    let spent = until("the charge to be settled", || async {
        let now = budget(&room).await;
        (now["held_micros"] == 0).then(|| now["spent_micros"].as_u64().unwrap())
    })
    .await;
    set(&room, json!(spent + held * 3 / 2)).await.expect(200);
    let post = async |phase: &str| {
        let path = format!("/phases/{phase}/stages/requirements/messages");
        room.dana.post(&path, json!({ "text": "And weekends?" })).await
    };
    let third = room.dana.open_phase(&room.project, "A third").await;
    let (one, two) = tokio::join!(post(&other), post(&third));
    let (one, two) = (one.expect(202), two.expect(202));
    let failed = until("one of them to be refused", || async {
        let mut failed = 0;
        for (phase, posted) in [(&other, &one), (&third, &two)] {
            let seen = room.dana.get(&format!("/phases/{phase}/stages/requirements/messages")).await.expect(200);
            let reply = seen["items"].as_array().unwrap().iter().find(|it| it["id"] == posted["turn_id"]).cloned();
            failed += usize::from(reply.is_some_and(|it| it["failure"]["kind"] == "budget_reached"));
        }
        (failed > 0).then_some(failed)
    })
    .await;
    assert_eq!(failed, 1);
    assert_eq!(room.model.requests().len(), 2);
}

#[tokio::test]
async fn the_workspace_has_a_budget_of_its_own() {
    let room = room(vec![metered_reply(10, 1)], &[("KONDUCTRO_WORKSPACE_BUDGET", "12.50")]).await;
    let refused = room.dana.converse(&room.phase, "requirements", "Sellers wait three days.").await;
    assert!(refused["failure"]["detail"].as_str().unwrap().contains("workspace"), "{refused:#}");
}

#[tokio::test]
async fn only_an_sdm_sets_it_and_only_knowing_what_it_was() {
    let room = room(vec![metered_reply(10, 1)], &[]).await;
    let path = format!("/projects/{}/budget", room.project);
    room.jonas.put(&path, json!({ "monthly_micros": 1 })).await.expect_problem(403, "role-required");
    room.dana.put(&path, json!({ "monthly_micros": 1 })).await.expect_problem(428, "if-match-required");
    set(&room, json!(u64::MAX)).await.expect_problem(422, "invalid");
    set(&room, json!(-1)).await.expect_problem(422, "invalid");
    set(&room, json!(5)).await.expect(200);
    assert_eq!(room.jonas.get(&path).await.expect(200)["monthly_micros"], 5);
}
