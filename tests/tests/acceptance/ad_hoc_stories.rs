//! One-off stories: one sentence is enough, there is one Ad-hoc phase, and a refinement waits for a person.

use std::collections::BTreeSet;

use konductro_tests::database::TestDatabase;
use konductro_tests::reviewed::{items, text};
use konductro_tests::wait::until;
use konductro_tests::{Person, Server, invariants};
use reqwest::Method;
use serde_json::{Value, json};

const REQUEST: &str = "Show sellers the pay-out date on their page";

async fn add(dana: &Person, project: &str, request: &str) -> Value {
    dana.post(&format!("/projects/{project}/stories"), json!({ "request": request })).await.expect(201)
}

/// The story once its refinement has come this far.
async fn refined(dana: &Person, story: &str, state: &str) -> Value {
    until("the refinement", || async {
        let story = dana.get(&format!("/stories/{story}")).await.expect(200);
        (story["refinement"]["state"] == state).then_some(story)
    })
    .await
}

#[tokio::test]
async fn a_sentence_becomes_a_story_at_once_and_its_refinement_is_accepted() {
    let server = Server::start().await;
    let dana = server.administrator().await;
    let project = dana.create_project("PAY").await;
    let path = format!("/projects/{project}/stories");
    for request in ["", "  ", &"a".repeat(8 * 1024 + 1)] {
        dana.post(&path, json!({ "request": request })).await.expect_problem(422, "invalid");
    }
    let request =
        || dana.request(Method::POST, &path).header("Idempotency-Key", "once").json(&json!({ "request": REQUEST }));
    let added = dana.send(request()).await;
    assert!(added.header("location").starts_with("/api/v1/stories/"));
    let story = added.expect(201);
    assert_eq!((story["key"].as_str(), story["title"].as_str()), (Some("PAY-1"), Some(REQUEST)));
    assert_eq!((story["request"].as_str(), story["phase"]["kind"].as_str()), (Some(REQUEST), Some("adhoc")));
    assert_eq!(story["lineage"]["source"], "adhoc");
    assert_eq!(dana.send(request()).await.expect(201)["id"], story["id"], "a repeat adds nothing");

    let id = text(&story["id"]);
    let proposed = refined(&dana, &id, "proposed").await;
    assert_eq!(proposed["title"].as_str(), Some(REQUEST), "nothing changes before somebody accepts");
    assert_eq!(proposed["refinement"]["before"]["title"].as_str(), Some(REQUEST));
    assert!(!proposed["refinement"]["proposed"]["acceptance_criteria"].as_array().unwrap().is_empty(), "{proposed:#}");
    let accept = format!("/stories/{id}/refinement/accept");
    let accepted = dana.post(&accept, json!({ "title": "Pay-out date for sellers" })).await.expect(200);
    assert_eq!(
        (accepted["title"].as_str(), accepted["refinement"]["state"].as_str()),
        (Some("Pay-out date for sellers"), Some("accepted"))
    );
    let proposal = &proposed["refinement"]["proposed"];
    assert_eq!(accepted["narrative"], proposal["narrative"]);
    dana.post(&accept, json!({})).await.expect_problem(409, "refinement-not-open");
    // What was accepted is enriched by itself.
    until("the enrichment", || async {
        let story = dana.get(&format!("/stories/{id}")).await.expect(200);
        (story["enriched"] == true).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_refused_refinement_leaves_the_story_and_another_can_be_asked_for() {
    let server = Server::start().await;
    let dana = server.administrator().await;
    let project = dana.create_project("PAY").await;
    let id = text(&add(&dana, &project, REQUEST).await["id"]);
    refined(&dana, &id, "proposed").await;
    let refuse = format!("/stories/{id}/refinement/refuse");
    let refused = dana.post(&refuse, json!({ "reason": "Too much." })).await.expect(200);
    assert_eq!(
        (refused["title"].as_str(), refused["refinement"]["refusal"].as_str()),
        (Some(REQUEST), Some("Too much."))
    );
    dana.post(&refuse, json!({})).await.expect_problem(409, "refinement-not-open");
    let again = dana.post(&format!("/stories/{id}/refine"), json!({})).await.expect(202);
    assert_eq!(again["refinement"]["attempt"], 2);
    refined(&dana, &id, "proposed").await;
    let mara = dana.invite("Mara Lindqvist", "mara@example.com").await;
    dana.add_member(&project, &mara, &["architect", "developer", "auditor"]).await;
    let path = format!("/projects/{project}/stories");
    mara.post(&path, json!({ "request": REQUEST })).await.expect_problem(403, "role-required");
    mara.post(&refuse, json!({})).await.expect_problem(403, "role-required");
}

#[tokio::test]
async fn a_model_that_is_down_leaves_the_story_as_written_and_says_so() {
    let gone = [("OPENAI_BASE_URL", "http://127.0.0.1:9/v1"), ("KONDUCTRO_MODEL", "gone")];
    let server = Server::start_with(&gone).await;
    let dana = server.administrator().await;
    let project = dana.create_project("PAY").await;
    let id = text(&add(&dana, &project, REQUEST).await["id"]);
    let story = refined(&dana, &id, "failed").await;
    assert_eq!(story["title"].as_str(), Some(REQUEST));
    assert_eq!(story["refinement"]["failure"]["kind"], "unreachable", "{:#}", story["refinement"]);
    assert!(story["may"].as_array().unwrap().contains(&json!("refine")), "it can be tried again");
}

#[tokio::test]
async fn twenty_requests_at_once_open_one_ad_hoc_phase() {
    let database = TestDatabase::new().await;
    let server = Server::start_on(&database).await;
    let dana = server.administrator().await;
    let project = dana.create_project("PAY").await;
    let requests: Vec<String> = (0..20).map(|number| format!("{REQUEST} ({number})")).collect();
    let added = requests.iter().map(|request| add(&dana, &project, request));
    let stories = futures_util::future::join_all(added).await;
    let phases: BTreeSet<_> = stories.iter().map(|story| text(&story["phase_id"])).collect();
    assert_eq!(phases.len(), 1, "{phases:?}");
    let mut numbers: Vec<_> = stories.iter().map(|story| story["number"].as_u64().unwrap()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=20).collect::<Vec<_>>());
    let listed = items(&dana.get(&format!("/projects/{project}/phases")).await.expect(200));
    let ad_hoc: Vec<_> = listed.iter().filter(|phase| phase["kind"] == "adhoc").collect();
    assert_eq!(
        (ad_hoc.len(), ad_hoc[0]["title"].as_str(), ad_hoc[0]["status"].as_str()),
        (1, Some("Ad-hoc"), Some("ready"))
    );
    let phase = text(&ad_hoc[0]["id"]);
    dana.post(&format!("/phases/{phase}/complete"), json!({})).await.expect_problem(409, "conflict");
    let refused = dana.post(&format!("/phases/{phase}/proposals/generate"), json!({})).await;
    refused.expect_problem(409, "conflict");
    let mut owner = database.owner().await;
    invariants::settled(&mut owner).await;
    invariants::log_is_whole(&mut owner).await;
    invariants::live_equals_rebuilt(&mut owner).await;
}
