//! Findings against an approved artefact: whoever meets the code raises one, whoever decides at the gate answers it.

use konductro_tests::reviewed::REQUIREMENTS;
use konductro_tests::{Person, Server};
use serde_json::{Value, json};

struct Story {
    _server: Server,
    dana: Person,
    jonas: Person,
    project: String,
    phase: String,
}

impl Story {
    async fn begin() -> Self {
        let server = Server::start().await;
        let dana = server.administrator().await;
        let project = dana.create_project("PAY").await;
        let jonas = dana.invite("Jonas Weil", "jonas@example.com").await;
        dana.add_member(&project, &jonas, &["developer"]).await;
        let phase = dana.open_phase(&project, "Split settlement").await;
        dana.save_version(&phase, "requirements", REQUIREMENTS).await.expect(201);
        dana.approve(&phase, "requirements").await.expect(201);
        Self { _server: server, dana, jonas, project, phase }
    }

    fn findings(&self) -> String {
        format!("/phases/{}/findings", self.phase)
    }

    async fn raise(&self, text: &str) -> String {
        self.jonas.post(&self.findings(), finding("R-2", text)).await.expect(201)["id"].as_str().unwrap().to_owned()
    }
}

fn finding(reference: &str, text: &str) -> Value {
    json!({ "stage": "requirements", "ref": reference, "severity": "blocking", "text": text })
}

#[tokio::test]
async fn a_developer_raises_a_finding_and_the_sdm_finds_it_waiting() {
    let story = Story::begin().await;
    let mut body = finding("R-2.1", "Contradicts the billing rule: the file closes at noon.");
    let place = format!("pay@{}:billing/src/rules.rs#L12-L40", "4be1f02a".repeat(5));
    body["evidence"] = json!([place]);
    let raised = story.jonas.post(&story.findings(), body.clone()).await.expect(201);
    assert_eq!((&raised["version"], &raised["state"], &raised["may"]), (&json!(1), &json!("open"), &json!([])));
    assert_eq!((&raised["evidence"][0], &raised["found"]["line"]), (&json!(place), &json!(15)));
    let again = story.jonas.post(&story.findings(), body).await.expect(200);
    assert_eq!(again["id"], raised["id"], "the same finding by the same person is one");

    let waiting = story.dana.get("/inbox").await.expect(200)["items"].clone();
    let item = waiting.as_array().unwrap().iter().find(|item| item["what"] == "answer_findings").unwrap().clone();
    assert_eq!((&item["stage"], &item["undecided"]), (&json!("requirements"), &json!(1)));
    let jonas = story.jonas.get("/inbox").await.expect(200);
    assert!(jonas["items"].as_array().unwrap().iter().all(|item| item["what"] != "answer_findings"));
    let seen = story.dana.get(&story.findings()).await.expect(200);
    assert_eq!(seen["items"][0]["may"], json!(["accept_finding", "decline_finding"]));
    assert_eq!(story.dana.stage(&story.phase, "requirements").await["open_findings"], 1);
}

#[tokio::test]
async fn an_accepted_finding_opens_the_stage_again_and_stays_until_it_is_approved_anew() {
    let story = Story::begin().await;
    let (first, second) = (story.raise("The file closes at noon.").await, story.raise("And on Fridays.").await);
    let accept = format!("/findings/{first}/accept");
    story.jonas.post(&accept, json!({})).await.expect_problem(403, "role-required");
    let accepted = story.dana.post(&accept, json!({})).await.expect(200);
    assert_eq!(
        (&accepted["state"], &accepted["answer"]["by"]["user_id"]),
        (&json!("accepted"), &json!(story.dana.user_id))
    );
    let stage = story.dana.stage(&story.phase, "requirements").await;
    assert_eq!((&stage["state"], &stage["cycle"]), (&json!("in_review"), &json!(2)));
    assert_eq!(story.dana.stage(&story.phase, "technical_analysis").await["state"], "locked");
    story.dana.post(&accept, json!({})).await.expect(200);
    let decline = json!({ "reason": "No" });
    story.dana.post(&format!("/findings/{first}/decline"), decline).await.expect_problem(409, "finding-answered");

    // The brief of the next approval holds it, and a second one is agreed with in the stage that is open already.
    story.dana.post(&format!("/findings/{second}/accept"), json!({})).await.expect(200);
    assert_eq!(story.dana.stage(&story.phase, "requirements").await["cycle"], 2);
    let path = format!("/phases/{}/artefacts/requirements", story.phase);
    let brief = story.dana.get(&path).await.expect(200)["brief"].clone();
    let told: Vec<_> = brief["accepted_findings"].as_array().unwrap().iter().map(|it| it["text"].clone()).collect();
    assert_eq!(told, ["The file closes at noon.", "And on Fridays."]);
    let mended = REQUIREMENTS.replace("that day's pay-out file", "the next pay-out file");
    story.dana.save_version(&story.phase, "requirements", &mended).await.expect(201);
    story.dana.approve(&story.phase, "requirements").await.expect(201);
    let findings = story.jonas.get(&story.findings()).await.expect(200);
    assert!(findings["items"].as_array().unwrap().iter().all(|it| it["settled_in"] == 2), "{findings:#}");
}

#[tokio::test]
async fn a_declined_finding_keeps_its_reason_and_the_developer_reads_it() {
    let story = Story::begin().await;
    let id = story.raise("The file closes at noon.").await;
    let path = format!("/findings/{id}/decline");
    story.dana.post(&path, json!({ "reason": " " })).await.expect_problem(422, "invalid");
    story.dana.post(&path, json!({ "reason": "The bank moves it to five." })).await.expect(200);
    assert_eq!(story.dana.stage(&story.phase, "requirements").await["state"], "approved");
    let hand_off = story.jonas.get(&format!("/phases/{}/hand-off", story.phase)).await.expect(200);
    let told = &hand_off["findings"][0];
    assert_eq!((&told["state"], &told["answer"]["reason"]), (&json!("declined"), &json!("The bank moves it to five.")));
    let inbox = story.dana.get("/inbox").await.expect(200);
    assert!(inbox["items"].as_array().unwrap().iter().all(|item| item["what"] != "answer_findings"));
    story.dana.post(&format!("/findings/{id}/accept"), json!({})).await.expect_problem(409, "finding-answered");
}

#[tokio::test]
async fn odd_findings_are_refused_and_say_why() {
    let story = Story::begin().await;
    let path = story.findings();
    let refused = story.jonas.post(&path, finding("R-9", "Unknown")).await.expect_problem(422, "invalid");
    assert!(refused["detail"].as_str().unwrap().contains("version 1"), "{refused:#}");
    story.jonas.post(&path, finding("nonsense", "Unknown")).await.expect_problem(422, "invalid");
    story.jonas.post(&path, finding("R-1", " ")).await.expect_problem(422, "invalid");
    story.jonas.post(&path, finding("R-1", &"x".repeat(20_000))).await.expect_problem(413, "payload-too-large");
    let mut cited = finding("R-1", "See");
    cited["evidence"] = json!(["pay@4be1f02:x.rs#L1"]);
    let refused = story.jonas.post(&path, cited).await.expect_problem(422, "invalid");
    assert_eq!(refused["errors"][0]["pointer"], "/evidence/0");
    let mut elsewhere = finding("AD-1", "Not there yet");
    elsewhere["stage"] = json!("architecture");
    story.jonas.post(&path, elsewhere).await.expect_problem(409, "conflict");
    let nobody = format!("/findings/{}/accept", uuid::Uuid::nil());
    story.dana.post(&nobody, json!({})).await.expect_problem(404, "not-found");
}

#[tokio::test]
async fn an_auditor_reads_findings_and_a_stranger_sees_none() {
    let story = Story::begin().await;
    let id = story.raise("The file closes at noon.").await;
    let olu = story.dana.invite("Olu Ade", "olu@example.com").await;
    olu.get(&story.findings()).await.expect_problem(404, "not-found");
    olu.post(&format!("/findings/{id}/accept"), json!({})).await.expect_problem(404, "not-found");
    story.dana.add_member(&story.project, &olu, &["auditor"]).await;
    olu.get(&story.findings()).await.expect(200);
    olu.post(&story.findings(), finding("R-1", "Mine")).await.expect_problem(403, "role-required");
    olu.post(&format!("/findings/{id}/accept"), json!({})).await.expect_problem(403, "role-required");
}
