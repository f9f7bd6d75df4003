//! A light phase: a short conversation, stories, the backlog; or promoted to a full one, with nothing lost.

use konductro_tests::reviewed::{generate, items, table, text};
use konductro_tests::wait::until;
use konductro_tests::{Person, Server};
use serde_json::{Value, json};

async fn light(server: &Server) -> (Person, String, String) {
    let dana = server.administrator().await;
    let project = dana.create_project("PAY").await;
    let body = json!({ "kind": "light", "title": "Payout date", "brief": "Sellers ask when they are paid." });
    let phase = dana.post(&format!("/projects/{project}/phases"), body).await.expect(201);
    let states: Vec<_> = items(&json!({ "items": phase["stages"] })).iter().map(|it| text(&it["state"])).collect();
    assert_eq!((phase["kind"].as_str(), states), (Some("light"), vec!["open".to_owned(), "locked".to_owned()]));
    (dana, project, text(&phase["id"]))
}

async fn scope(dana: &Person, phase: &str) -> Value {
    let said = "Sellers can't see when they are paid. Show the pay-out date on each seller's page, and send a notice a day before.";
    let reply = dana.converse(phase, "scoping", said).await;
    assert_eq!(reply["state"], "completed", "{reply:#}");
    until("the phase to be ready", || async {
        let phase = dana.get(&format!("/phases/{phase}")).await.expect(200);
        (phase["status"] == "ready").then_some(phase)
    })
    .await
}

#[tokio::test]
async fn one_reply_is_enough_to_come_to_stories() {
    let server = Server::start().await;
    let (dana, project, phase) = light(&server).await;
    let refused = dana.post(&format!("/phases/{phase}/proposals/generate"), json!({})).await;
    assert_eq!(refused.expect_problem(409, "stage-locked")["missing"][0]["stage"], "scoping");
    let ready = scope(&dana, &phase).await;
    assert_eq!(
        (ready["stages"][0]["state"].as_str(), ready["stages"][1]["state"].as_str()),
        (Some("passed"), Some("open"))
    );
    assert!(ready["may"].as_array().unwrap().contains(&json!("promote")), "{:#}", ready["may"]);

    let table = generate(&dana, &phase).await;
    let proposals = items(&table);
    assert!(!proposals.is_empty(), "{table:#}");
    assert!(proposals[0]["lineage"]["turn_id"].is_string(), "{:#}", proposals[0]["lineage"]);
    let approve = format!("/phases/{phase}/proposals/{}/approve", text(&proposals[0]["id"]));
    let approved = dana.post(&approve, json!({ "version": 1 })).await.expect(200);
    assert_eq!(approved["story_key"], "PAY-1");
    let backlog = dana.get(&format!("/projects/{project}/backlog")).await.expect(200);
    assert_eq!((backlog["total"].as_u64(), backlog["items"][0]["phase"]["kind"].as_str()), (Some(1), Some("light")));
}

#[tokio::test]
async fn a_promoted_phase_keeps_its_conversation_and_starts_with_requirements() {
    let server = Server::start().await;
    let (dana, _, phase) = light(&server).await;
    scope(&dana, &phase).await;
    generate(&dana, &phase).await;
    let mara = dana.invite("Mara Lindqvist", "mara@example.com").await;
    let project = text(&dana.get(&format!("/phases/{phase}")).await.expect(200)["project_id"]);
    dana.add_member(&project, &mara, &["architect"]).await;
    let promote = format!("/phases/{phase}/promote");
    mara.post(&promote, json!({})).await.expect_problem(403, "role-required");
    let promoted = dana.post(&promote, json!({})).await.expect(200);
    assert_eq!((promoted["kind"].as_str(), promoted["promoted_from"].as_str()), (Some("full"), Some("light")));
    assert_eq!(promoted["status"], "planning");
    let state = |stage: &str| {
        let stages = promoted["stages"].as_array().unwrap();
        stages.iter().find(|view| view["stage"] == stage).unwrap()["state"].clone()
    };
    assert_eq!(
        (state("scoping"), state("requirements"), state("stories")),
        (json!("passed"), json!("open"), json!("locked"))
    );
    let messages = dana.get(&format!("/phases/{phase}/stages/scoping/messages")).await.expect(200);
    assert_eq!(items(&messages).len(), 2, "the conversation stays readable");
    let write = dana.post(&format!("/phases/{phase}/stages/scoping/messages"), json!({ "text": "More" })).await;
    assert_eq!(write.status, 409, "{:#}", write.body);
    assert!(!items(&table(&dana, &phase).await).is_empty(), "proposals stay readable");
    dana.post(&promote, json!({})).await.expect_problem(409, "phase-not-light");
}

#[tokio::test]
async fn a_phase_is_given_up_with_a_reason() {
    let server = Server::start().await;
    let (dana, _, phase) = light(&server).await;
    let complete = format!("/phases/{phase}/complete");
    let problem = dana.post(&complete, json!({})).await.expect_problem(409, "phase-not-ready");
    assert_eq!(problem["missing"][0]["stage"], "scoping");
    let cancel = format!("/phases/{phase}/cancel");
    dana.post(&cancel, json!({ "reason": " " })).await.expect_problem(422, "invalid");
    let cancelled = dana.post(&cancel, json!({ "reason": "The law changed." })).await.expect(200);
    assert_eq!((cancelled["status"].as_str(), cancelled["may"].clone()), (Some("cancelled"), json!([])));
    let write = dana.post(&format!("/phases/{phase}/stages/scoping/messages"), json!({ "text": "More" })).await;
    write.expect_problem(409, "phase-closed");
    dana.post(&cancel, json!({ "reason": "Again." })).await.expect_problem(409, "phase-closed");
}
