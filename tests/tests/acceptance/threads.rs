//! Threads beside a document: everybody who works on it talks, an auditor reads, and nothing is decided by it.

use konductro_tests::{Person, Server};
use serde_json::json;

const DRAFT: &str = "# Requirements\n\n## Functional\n\n- R-1 Sellers get their share within two days.\n";

async fn beside_a_draft() -> (Server, Person, String, String) {
    let server = Server::start().await;
    let dana = server.administrator().await;
    let project = dana.create_project("PAY").await;
    let phase = dana.open_phase(&project, "Split settlement").await;
    dana.save_version(&phase, "requirements", DRAFT).await.expect(201);
    (server, dana, project, phase)
}

#[tokio::test]
async fn people_talk_beside_the_text_and_an_answer_opens_a_settled_thread_again() {
    let (_server, dana, project, phase) = beside_a_draft().await;
    let jonas = dana.invite("Jonas Weil", "jonas@example.com").await;
    dana.add_member(&project, &jonas, &["developer"]).await;
    let path = format!("/phases/{phase}/artefacts/requirements/threads");
    let anchor = json!({ "kind": "item", "id": "R-1" });
    let opened = jonas.post(&path, json!({ "version": 1, "text": "Two working days?", "anchor": anchor })).await;
    let thread = opened.expect(201);
    assert_eq!((&thread["found"]["line"], &thread["by"]["name"]), (&json!(5), &json!("Jonas Weil")));
    assert_eq!(thread["may"], json!(["reply_in_thread", "resolve_thread"]));
    let of = format!("{path}/{}", thread["id"].as_str().unwrap());
    let answered = dana.post(&format!("{of}/replies"), json!({ "text": "Yes." })).await.expect(201);
    assert_eq!(answered["replies"][0]["text"], "Yes.");
    let settled = jonas.post(&format!("{of}/resolve"), json!({})).await.expect(200);
    assert_eq!(settled["resolved"]["by"]["name"], "Jonas Weil");
    let again = dana.post(&format!("{of}/replies"), json!({ "text": "Or calendar days?" })).await.expect(201);
    assert_eq!((&again["resolved"], again["replies"].as_array().map(Vec::len)), (&json!(null), Some(2)));
    assert_eq!(dana.stage(&phase, "requirements").await["state"], "in_review", "talking decides nothing");
    dana.approve(&phase, "requirements").await.expect(201);
    jonas.post(&format!("{of}/replies"), json!({ "text": "Good." })).await.expect(201);
}

#[tokio::test]
async fn an_auditor_reads_only_and_a_stranger_sees_nothing() {
    let (_server, dana, project, phase) = beside_a_draft().await;
    let olu = dana.invite("Olu Ade", "olu@example.com").await;
    let path = format!("/phases/{phase}/artefacts/requirements/threads");
    let remark = json!({ "version": 1, "text": "Why?" });
    olu.get(&path).await.expect_problem(404, "not-found");
    olu.post(&path, remark.clone()).await.expect_problem(404, "not-found");
    dana.add_member(&project, &olu, &["auditor"]).await;
    olu.get(&path).await.expect(200);
    olu.post(&path, remark.clone()).await.expect_problem(403, "role-required");
    let thread = dana.post(&path, remark).await.expect(201);
    let of = format!("{path}/{}", thread["id"].as_str().unwrap());
    olu.post(&format!("{of}/replies"), json!({ "text": "I" })).await.expect_problem(403, "role-required");
    olu.post(&format!("{of}/resolve"), json!({})).await.expect_problem(403, "role-required");
    assert_eq!(olu.get(&path).await.expect(200)["items"][0]["may"], json!([]));
}

#[tokio::test]
async fn odd_requests_are_refused_and_say_why() {
    let (_server, dana, project, phase) = beside_a_draft().await;
    let path = format!("/phases/{phase}/artefacts/requirements/threads");
    dana.post(&path, json!({ "version": 1, "text": " \n" })).await.expect_problem(422, "invalid");
    dana.post(&path, json!({ "version": 2, "text": "Why?" })).await.expect_problem(409, "approval-outdated");
    let anchor = json!({ "kind": "item", "id": "R-1" });
    dana.post(&path, json!({ "version": 2, "text": "Why?", "anchor": anchor })).await.expect_problem(404, "not-found");
    dana.post(&path, json!({ "version": 1, "text": "x".repeat(20_000) }))
        .await
        .expect_problem(413, "payload-too-large");
    dana.post(&path, json!({ "version": 1, "text": "Why?", "anchor": { "kind": "page" } }))
        .await
        .expect_problem(422, "invalid");
    let nobody = format!("{path}/{}", uuid::Uuid::nil());
    dana.post(&format!("{nobody}/replies"), json!({ "text": "Why?" })).await.expect_problem(404, "not-found");
    let stories = format!("/phases/{phase}/artefacts/stories/threads");
    dana.get(&stories).await.expect_problem(404, "not-found");
    let locked = format!("/phases/{phase}/artefacts/architecture/threads");
    dana.post(&locked, json!({ "version": 1, "text": "Why?" })).await.expect_problem(409, "conflict");
    let requests = format!("/phases/{phase}/artefacts/requirements/change-requests");
    let sent_back = dana.post(&requests, json!({ "version": 1, "reason": "R-1 has no number" })).await.expect(201);
    let id = sent_back["stages"][0]["gate"]["change_requests"][0]["id"].as_str().unwrap().to_owned();
    dana.post(&format!("{path}/{id}/resolve"), json!({})).await.expect_problem(409, "conflict");
    drop(project);
}
