//! How the evidence of an approved analysis fares in today's code: whoever may submit one says so, and nothing is decided
//! by it.

use konductro_tests::analysis::{COMMIT, submission};
use konductro_tests::reviewed::REQUIREMENTS;
use konductro_tests::{Person, Server};
use serde_json::{Value, json};

async fn analysed() -> (Server, Person, Person, String) {
    let server = Server::start().await;
    let dana = server.administrator().await;
    let project = dana.create_project("PAY").await;
    let jonas = dana.invite("Jonas Weil", "jonas@example.com").await;
    dana.add_member(&project, &jonas, &["developer"]).await;
    let phase = dana.open_phase(&project, "Split settlement").await;
    dana.save_version(&phase, "requirements", REQUIREMENTS).await.expect(201);
    dana.approve(&phase, "requirements").await.expect(201);
    let versions = format!("/phases/{phase}/artefacts/technical_analysis/versions");
    jonas.post(&versions, submission(&["R-1", "R-2", "R-3", "R-4"], "Once.")).await.expect(201);
    dana.approve(&phase, "technical_analysis").await.expect(201);
    (server, dana, jonas, phase)
}

fn report(places: Value) -> Value {
    json!({ "version": 1, "checkouts": [{ "repository": "pay", "commit": "b".repeat(40) }], "places": places })
}

#[tokio::test]
async fn a_report_is_shown_beside_the_analysis_and_in_the_history_and_moves_no_gate() {
    let (_server, dana, jonas, phase) = analysed().await;
    let path = format!("/phases/{phase}/drift-reports");
    let now = format!("pay@{COMMIT}:src/capture.rs#L9");
    let places = json!([{ "evidence": "E-1", "state": "moved", "now": now }]);
    let reported = jonas.post(&path, report(places)).await.expect(201);
    assert_eq!((&reported["moved"], &reported["total"]), (&json!(1), &json!(1)));
    let artefact = dana.get(&format!("/phases/{phase}/artefacts/technical_analysis")).await.expect(200);
    assert_eq!(artefact["drift"]["places"][0]["now"], now);
    assert_eq!(
        (&artefact["state"], &artefact["drift"]["reported_by"]["name"]),
        (&json!("approved"), &json!("Jonas Weil"))
    );
    let history = dana.get(&format!("/phases/{phase}/history?limit=200")).await.expect(200);
    let said = history["items"].as_array().unwrap().iter().filter_map(|event| event["summary"].as_str());
    let said: Vec<&str> = said.filter(|it| it.contains("evidence of v1")).collect();
    assert_eq!(said, ["Jonas Weil reported that 1 of 1 places of the evidence of v1 changed since."]);
    // A later report takes its place.
    jonas.post(&path, report(json!([{ "evidence": "E-1", "state": "unchanged" }]))).await.expect(201);
    let hand_off = jonas.get(&format!("/phases/{phase}/hand-off")).await.expect(200);
    assert_eq!(hand_off["technical_analysis"]["drift"]["unchanged"], 1);
}

#[tokio::test]
async fn odd_reports_are_refused_and_say_why() {
    let (_server, dana, jonas, phase) = analysed().await;
    let path = format!("/phases/{phase}/drift-reports");
    let moved = |id: &str| json!({ "evidence": id, "state": "moved" });
    dana.post(&path, report(json!([moved("E-1")]))).await.expect_problem(403, "role-required");
    let refused = jonas.post(&path, report(json!([moved("E-1"), moved("E-1"), moved("E-7")]))).await;
    let pointers: Vec<_> = refused.expect_problem(422, "invalid")["errors"].as_array().unwrap().clone();
    let pointers: Vec<_> = pointers.iter().map(|error| error["pointer"].clone()).collect();
    assert_eq!(pointers, ["/places/1/evidence", "/places/2/evidence"]);
    jonas.post(&path, report(json!([]))).await.expect_problem(422, "invalid");
    let away = json!([{ "evidence": "E-1", "state": "moved", "now": "pay:../x#L1" }]);
    jonas.post(&path, report(away)).await.expect_problem(422, "invalid");
    let mut other = report(json!([moved("E-1")]));
    other["version"] = json!(4);
    jonas.post(&path, other).await.expect_problem(404, "not-found");
    let mut short = report(json!([moved("E-1")]));
    short["checkouts"][0]["commit"] = json!("4be1f02");
    jonas.post(&path, short).await.expect_problem(422, "invalid");
}
