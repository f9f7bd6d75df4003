//! An approval is of exactly what was shown, by somebody who may, in a browser.

use konductro_tests::database::TestDatabase;
use konductro_tests::wait::until;
use konductro_tests::{Person, Server};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::Executor as _;

const REQUIREMENTS: &str =
    "# Requirements\n\n### R-1 Split\n- **R-1.1** When a payment is captured, the system shall split it.\n";

async fn in_review(server: &Server) -> (Person, String, String) {
    let dana = server.administrator().await;
    let project = dana.create_project("PAY").await;
    let phase = dana.open_phase(&project, "Split settlement").await;
    dana.save_version(&phase, "requirements", REQUIREMENTS).await.expect(201);
    (dana, project, phase)
}

#[tokio::test]
async fn an_approval_names_what_was_shown_and_nothing_newer() {
    let server = Server::start().await;
    let (dana, _, phase) = in_review(&server).await;
    let waiting = dana.stage(&phase, "requirements").await["conditions"].clone();
    let open: Vec<_> = waiting.as_array().unwrap().iter().filter(|condition| condition["ok"] != true).collect();
    assert_eq!(open.len(), 1, "{waiting:#}");
    assert_eq!((&open[0]["ok"], &open[0]["text"]), (&Value::Null, &json!("Approved by SDM")), "not decided yet");
    let path = format!("/phases/{phase}/artefacts/requirements/approvals");
    let shown = dana.approval_of(&phase, "requirements").await;
    dana.save_version(&phase, "requirements", "# Requirements\n\n### R-1 Split\n\n### R-2 Pay out\n").await.expect(201);
    let problem = dana.post(&path, shown.clone()).await.expect_problem(409, "approval-outdated");
    assert_eq!(problem["current_version"], 2);
    for (member, wrong) in [
        ("version", json!(1)),
        ("content_hash", shown["content_hash"].clone()),
        ("upstream_hash", shown["content_hash"].clone()),
        ("cycle", json!(7)),
    ] {
        let mut approval = dana.approval_of(&phase, "requirements").await;
        approval[member] = wrong;
        dana.post(&path, approval).await.expect_problem(409, "approval-outdated");
    }
    let approved = dana.approve(&phase, "requirements").await.expect(201);
    let gate = &approved["stages"][0]["gate"];
    assert_eq!((gate["kind"].as_str(), gate["version"].as_u64()), (Some("approved"), Some(2)));
    assert_eq!(gate["approvals"][0]["by"]["name"], "Dana Okafor");
    assert_eq!(gate["approvals"][0]["role"], "sdm");
    dana.save_version(&phase, "requirements", "# Other").await.expect_problem(409, "stage-approved");
}

#[tokio::test]
async fn who_may_not_can_not_and_is_told_who_could() {
    let server = Server::start().await;
    let (dana, project, phase) = in_review(&server).await;
    let stranger = dana.invite("Olu Ade", "olu@example.com").await;
    stranger.get(&format!("/phases/{phase}")).await.expect_problem(404, "not-found");
    let approval = dana.approval_of(&phase, "requirements").await;
    let path = format!("/phases/{phase}/artefacts/requirements/approvals");
    stranger.post(&path, approval.clone()).await.expect_problem(404, "not-found");
    for role in ["architect", "developer", "auditor"] {
        dana.add_member(&project, &stranger, &[role]).await;
        let problem = stranger.post(&path, approval.clone()).await.expect_problem(403, "role-required");
        assert_eq!(problem["roles"], json!(["sdm"]), "as {role}");
        stranger.save_version(&phase, "requirements", "mine").await.expect_problem(403, "role-required");
    }
    dana.add_member(&project, &stranger, &["sdm"]).await;
    stranger.post(&path, approval).await.expect(201);
}

#[tokio::test]
async fn an_approval_can_be_withdrawn_until_something_was_approved_on_it() {
    let server = Server::start().await;
    let (dana, project, phase) = in_review(&server).await;
    let jonas = dana.invite("Jonas Weil", "jonas@example.com").await;
    dana.add_member(&project, &jonas, &["developer"]).await;
    dana.approve(&phase, "requirements").await.expect(201);
    let mine = format!("/phases/{phase}/artefacts/requirements/approvals/mine");
    dana.delete(&mine).await.expect(200);
    assert_eq!(dana.stage(&phase, "requirements").await["state"], "in_review");
    let locked = dana.stage(&phase, "technical_analysis").await;
    assert_eq!(
        (locked["state"].as_str(), locked["blocked_by"][0]["stage"].as_str()),
        (Some("locked"), Some("requirements"))
    );
    dana.approve(&phase, "requirements").await.expect(201);
    jonas.save_version(&phase, "technical_analysis", "# Analysis").await.expect(201);
    dana.approve(&phase, "technical_analysis").await.expect(201);
    dana.delete(&mine).await.expect_problem(409, "downstream-approved");
}

#[tokio::test]
async fn a_change_request_blocks_until_its_requester_is_content() {
    let server = Server::start().await;
    let (dana, project, phase) = in_review(&server).await;
    let second = dana.invite("Ida Berg", "ida@example.com").await;
    dana.add_member(&project, &second, &["sdm"]).await;
    let path = format!("/phases/{phase}/artefacts/requirements/change-requests");
    dana.post(&path, json!({ "version": 1, "reason": " " })).await.expect_problem(422, "invalid");
    second.post(&path, json!({ "version": 1, "reason": "R-1 has no criterion" })).await.expect(201);
    dana.approve(&phase, "requirements").await.expect_problem(409, "changes-open");
    dana.save_version(&phase, "requirements", "# Better").await.expect(201);
    dana.approve(&phase, "requirements").await.expect_problem(409, "changes-open");
    second.approve(&phase, "requirements").await.expect(201);
}

#[tokio::test]
async fn two_who_approve_at_once_leave_one_approved_stage() {
    let server = Server::start().await;
    let (dana, project, phase) = in_review(&server).await;
    let second = dana.invite("Ida Berg", "ida@example.com").await;
    dana.add_member(&project, &second, &["sdm"]).await;
    let (one, other) = tokio::join!(dana.approve(&phase, "requirements"), second.approve(&phase, "requirements"));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409], "the second finds the stage approved");
    assert_eq!(dana.stage(&phase, "requirements").await["state"], "approved");
}

#[tokio::test]
async fn a_message_repeated_after_its_stage_was_locked_gets_the_first_answer() {
    let database = TestDatabase::new().await;
    let server = Server::start_on(&database).await;
    let (dana, project, phase) = in_review(&server).await;
    dana.add_member(&project, &dana, &["sdm", "developer", "architect"]).await;
    dana.approve(&phase, "requirements").await.expect(201);
    let path = format!("/phases/{phase}/stages/technical_analysis/messages");
    let message = json!({ "text": "The ledger is a service of its own." });
    let post = || dana.send(dana.request(Method::POST, &path).header("Idempotency-Key", "once").json(&message));
    let first = post().await.expect(202);
    dana.reply_of(&phase, "technical_analysis", first["turn_id"].as_str().unwrap()).await;
    // As after a crash: the receipt is on record, the answer is not.
    let mut owner = database.owner().await;
    until("the answer to be kept", || async {
        let forget = "UPDATE receipts SET answer = NULL WHERE key = 'once' AND answer IS NOT NULL";
        (database.owner().await.execute(forget).await.unwrap().rows_affected() == 1).then_some(())
    })
    .await;
    dana.delete(&format!("/phases/{phase}/artefacts/requirements/approvals/mine")).await.expect(200);
    dana.post(&path, message.clone()).await.expect_problem(409, "stage-locked");
    let again = post().await;
    assert_eq!((again.header("idempotency-replayed"), again.expect(202)), ("true".to_owned(), first));
    let posted = "SELECT count(*) FROM events WHERE event_type = 'MessagePosted'";
    assert_eq!(sqlx::query_scalar::<_, i64>(posted).fetch_one(&mut owner).await.unwrap(), 1);
}
