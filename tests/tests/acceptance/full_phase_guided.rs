//! The main job, without a model: a full phase is planned and approved, end to end.

use konductro_tests::analysis::{mapped_ids, submission};
use konductro_tests::{Person, Server};
use serde_json::json;

/// Answers Conductor until it has written the stage's document.
async fn interview(person: &Person, phase: &str, stage: &str, answers: &[&str]) -> serde_json::Value {
    for answer in answers {
        let reply = person.converse(phase, stage, answer).await;
        assert_eq!(reply["state"], "completed", "{reply:#}");
        assert_eq!(reply["generated_by"]["adapter"], "guided");
    }
    let reply = person.converse(phase, stage, "Write the document now.").await;
    assert!(!reply["documents"].as_array().unwrap().is_empty(), "{reply:#}");
    person.version_reached(phase, stage, 1).await
}

#[tokio::test]
async fn a_full_phase_is_planned_and_approved_end_to_end() {
    let server = Server::start().await;
    let dana = server.administrator().await;
    let mara = dana.invite("Mara Lindqvist", "mara@example.com").await;
    let jonas = dana.invite("Jonas Weil", "jonas@example.com").await;
    let project = dana.create_project("PAY").await;
    dana.add_member(&project, &mara, &["architect"]).await;
    dana.add_member(&project, &jonas, &["developer"]).await;
    let phase = dana.open_phase(&project, "Split settlement").await;

    // An SDM converses; the document is extracted and saved by itself.
    let answers = [
        "Sellers are paid three days late by spreadsheet; we want their share paid the next working day.",
        "Sellers, and a finance clerk who closes the day.",
        "When a payment is captured, split it by seller. Show the seller how the amount came about.",
    ];
    let first = interview(&dana, &phase, "requirements", &answers).await;
    assert_eq!((first["origin"].as_str(), first["status"].as_str()), (Some("conductor"), Some("complete")));
    assert!(first["markdown"].as_str().unwrap().contains("R-1"), "{first:#}");
    assert_eq!(first["authors"][0]["name"], "Dana Okafor");

    // A locked stage refuses with the reason.
    let refused = mara.post(&format!("/phases/{phase}/stages/architecture/messages"), json!({"text": "Hello"})).await;
    let problem = refused.expect_problem(409, "stage-locked");
    assert_eq!(problem["missing"][0]["stage"], "requirements");

    // She requests changes, a new version comes, she approves.
    let path = format!("/phases/{phase}/artefacts/requirements/change-requests");
    let version = first["version"].clone();
    dana.post(&path, json!({ "version": version, "reason": "Say that a pay-out may take one working day." }))
        .await
        .expect(201);
    assert_eq!(dana.stage(&phase, "requirements").await["state"], "changes_requested");
    let before = first["version"].as_u64().unwrap();
    dana.converse(&phase, "requirements", "Add the change that was requested, and write the document again.").await;
    let second = dana.version_reached(&phase, "requirements", before + 1).await;
    assert_ne!(second["content_hash"], first["content_hash"]);
    assert_eq!(dana.stage(&phase, "requirements").await["state"], "in_review");
    let approved = dana.approve(&phase, "requirements").await;
    assert!(!approved.header("konductro-position").is_empty());
    approved.expect(201);
    assert_eq!(dana.stage(&phase, "technical_analysis").await["state"], "open");

    // A developer submits the technical analysis; the architect approves it.
    let ids = mapped_ids(&jonas, &phase).await;
    let analysis = submission(&ids.iter().map(String::as_str).collect::<Vec<_>>(), "Feasible.");
    let path = format!("/phases/{phase}/artefacts/technical_analysis/versions");
    let submitted = jonas.post(&path, analysis.clone()).await.expect(201);
    assert_eq!(submitted["origin"], "ide");
    assert_eq!(jonas.post(&path, analysis).await.expect(200)["version"], submitted["version"], "a repeat adds nothing");
    jonas.approve(&phase, "technical_analysis").await.expect_problem(403, "role-required");
    mara.approve(&phase, "technical_analysis").await.expect(201);

    // The architect converses; the third approval makes the phase ready.
    let answers = [
        "Split at capture in the payments service, in one transaction with the ledger.",
        "Rust services on PostgreSQL; roll out by flag, ten sellers first.",
    ];
    interview(&mara, &phase, "architecture", &answers).await;
    let ready = mara.approve(&phase, "architecture").await.expect(201);
    assert_eq!(ready["status"], "ready");
    assert_eq!(mara.stage(&phase, "stories").await["state"], "open");
}
