//! Sending a version back: at a place, with answers, until the requester is content or an SDM who did not write it
//! sets the request aside.

use konductro_tests::{Answer, Person, Server};
use serde_json::{Value, json};

const DRAFT: &str =
    "# Requirements\n\n## Functional\n\n- **R-1** Sellers get their *share* within two days.\n\n## Risks\n\nNone.\n";

struct Sent {
    server: Server,
    dana: Person,
    ida: Person,
    project: String,
    phase: String,
}

impl Sent {
    /// Requirements in review, written by Dana; Ida is an SDM too.
    async fn for_review() -> Self {
        let server = Server::start().await;
        let dana = server.administrator().await;
        let project = dana.create_project("PAY").await;
        let ida = dana.invite("Ida Berg", "ida@example.com").await;
        dana.add_member(&project, &ida, &["sdm"]).await;
        let phase = dana.open_phase(&project, "Split settlement").await;
        dana.save_version(&phase, "requirements", DRAFT).await.expect(201);
        Self { server, dana, ida, project, phase }
    }

    fn path(&self, rest: &str) -> String {
        format!("/phases/{}/artefacts/requirements/{rest}", self.phase)
    }

    async fn request(&self, by: &Person, anchor: Value) -> Answer {
        let body = json!({ "version": 1, "reason": "Say which days count.", "anchor": anchor });
        by.post(&self.path("change-requests"), body).await
    }

    /// The only open request, as somebody sees it.
    async fn open(&self, by: &Person) -> Value {
        by.stage(&self.phase, "requirements").await["gate"]["change_requests"][0].clone()
    }

    async fn requested(&self) -> String {
        let asked = self.request(&self.ida, json!({ "kind": "quote", "words": "share within two days" })).await;
        let asked = asked.expect(201);
        asked["stages"][0]["gate"]["change_requests"][0]["id"].as_str().unwrap().to_owned()
    }

    async fn threads(&self) -> Vec<Value> {
        self.dana.get(&self.path("threads")).await.expect(200)["items"].as_array().unwrap().clone()
    }

    /// Saves the next version by hand.
    async fn save(&self, by: &Person, markdown: &str, answers: &[&str]) -> Answer {
        let body = json!({ "title": "Requirements", "markdown": markdown, "answers": answers });
        by.post(&self.path("versions"), body).await
    }
}

#[tokio::test]
async fn a_request_is_about_a_place_that_the_version_holds() {
    let sent = Sent::for_review().await;
    for (anchor, pointer) in [
        (json!({ "kind": "quote", "words": "within three days" }), "/anchor"),
        (json!({ "kind": "quote", "words": "days", "occurrence": 1 }), "/anchor"),
        (json!({ "kind": "quote", "words": " ** " }), "/anchor"),
        (json!({ "kind": "quote", "words": "x".repeat(5_000) }), "/anchor"),
        (json!({ "kind": "section", "heading": "Users" }), "/anchor"),
        (json!({ "kind": "item", "id": "R-2" }), "/anchor"),
        (json!({ "kind": "item", "id": "the first" }), "/anchor/id"),
    ] {
        let problem = sent.request(&sent.ida, anchor).await.expect_problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem:#}");
    }
    for anchor in [
        Value::Null,
        json!({ "kind": "whole" }),
        json!({ "kind": "section", "heading": "risks" }),
        json!({ "kind": "item", "id": "R-1" }),
        json!({ "kind": "quote", "words": "Sellers get their share" }),
    ] {
        sent.request(&sent.ida, anchor).await.expect(201);
    }
    let threads = sent.threads().await;
    let lines: Vec<_> = threads.iter().map(|thread| thread["found"]["line"].as_u64()).collect();
    assert_eq!(lines, [Some(1), Some(1), Some(5), Some(5), Some(7)], "in the order of the text");
    assert_eq!(threads[3]["found"]["section"], "Functional");
}

#[tokio::test]
async fn it_blocks_until_its_requester_approves_and_is_shown_as_answered_before() {
    let sent = Sent::for_review().await;
    let id = sent.requested().await;
    assert_eq!(sent.dana.stage(&sent.phase, "requirements").await["state"], "changes_requested");
    sent.save(&sent.dana, "# Other", &[&uuid::Uuid::nil().to_string()]).await.expect_problem(422, "invalid");
    let better = DRAFT.replace("two days", "two working days");
    sent.save(&sent.dana, &better, &[&id]).await.expect(201);
    let stage = sent.ida.stage(&sent.phase, "requirements").await;
    assert_eq!(stage["state"], "in_review", "the new version awaits a decision");
    let request = &stage["gate"]["change_requests"][0];
    assert_eq!((&request["addressed"], &request["answered_in"]), (&json!(true), &json!([2])));
    let conditions = stage["conditions"].as_array().unwrap();
    let waiting = "1 change request is answered, and waits for its requester";
    assert!(conditions.iter().any(|it| it["text"] == waiting && it["ok"] == false), "{conditions:#?}");
    let may_not = sent.dana.stage(&sent.phase, "requirements").await["may_not"].clone();
    assert!(may_not.as_array().unwrap().iter().any(|it| it["verb"] == "approve_artefact"), "{may_not:#}");
    sent.dana.approve(&sent.phase, "requirements").await.expect_problem(409, "changes-open");
    assert_eq!(sent.threads().await[0]["found"], Value::Null, "the quoted text is gone");
    sent.ida.approve(&sent.phase, "requirements").await.expect(201);
    let requests = sent.dana.get(sent.path("").trim_end_matches('/')).await.expect(200)["change_requests"].clone();
    assert_eq!(requests[0]["state"], "cleared");
}

#[tokio::test]
async fn the_place_moves_with_the_text() {
    let sent = Sent::for_review().await;
    let id = sent.requested().await;
    let moved = DRAFT.replace("## Functional", "## Purpose\n\nPay sellers.\n\n## What it does");
    sent.save(&sent.dana, &moved, &[]).await.expect(201);
    let thread = sent.threads().await.remove(0);
    assert_eq!((&thread["id"], &thread["found"]), (&json!(id), &json!({ "line": 9, "section": "What it does" })));
    assert_eq!(sent.open(&sent.ida).await["addressed"], false);
}

#[tokio::test]
async fn only_its_requester_takes_it_back() {
    let sent = Sent::for_review().await;
    let id = sent.requested().await;
    let withdraw = sent.path(&format!("change-requests/{id}/withdraw"));
    assert_eq!(sent.open(&sent.ida).await["may"], json!(["withdraw_change_request", "dismiss_change_request"]));
    sent.dana.post(&withdraw, json!({})).await.expect_problem(403, "not-approver");
    sent.ida.post(&withdraw, json!({})).await.expect(200);
    sent.ida.post(&withdraw, json!({})).await.expect_problem(404, "not-found");
    sent.dana.approve(&sent.phase, "requirements").await.expect(201);
}

#[tokio::test]
async fn an_sdm_who_did_not_write_it_sets_it_aside_with_a_reason() {
    let sent = Sent::for_review().await;
    let id = sent.requested().await;
    let dismiss = sent.path(&format!("change-requests/{id}/dismiss"));
    assert_eq!(sent.open(&sent.dana).await["may"], json!([]), "an author is offered neither");
    sent.dana.post(&dismiss, json!({ "reason": "No." })).await.expect_problem(403, "not-approver");
    let noor = sent.dana.invite("Noor Haddad", "noor@example.com").await;
    sent.dana.add_member(&sent.project, &noor, &["sdm"]).await;
    noor.post(&dismiss, json!({ "reason": "  " })).await.expect_problem(422, "invalid");
    noor.post(&dismiss, json!({ "reason": "Settled by phone." })).await.expect(200);
    let artefact = sent.dana.get(sent.path("").trim_end_matches('/')).await.expect(200);
    let dismissal = &artefact["change_requests"][0]["dismissal"];
    assert_eq!((&dismissal["by"]["name"], &dismissal["reason"]), (&json!("Noor Haddad"), &json!("Settled by phone.")));
    sent.dana.approve(&sent.phase, "requirements").await.expect(201);
}

#[tokio::test]
async fn an_author_may_set_it_aside_once_the_requester_lost_the_role() {
    let sent = Sent::for_review().await;
    let id = sent.requested().await;
    sent.dana.add_member(&sent.project, &sent.ida, &["developer"]).await;
    assert_eq!(sent.open(&sent.dana).await["may"], json!(["dismiss_change_request"]));
    let dismiss = sent.path(&format!("change-requests/{id}/dismiss"));
    sent.dana.post(&dismiss, json!({ "reason": "Ida has left the gate." })).await.expect(200);
}

#[tokio::test]
async fn conductor_is_given_it_with_its_answers_and_its_next_version_says_that_it_answers_it() {
    let sent = Sent::for_review().await;
    let id = sent.requested().await;
    let replies = sent.path(&format!("threads/{id}/replies"));
    sent.dana.post(&replies, json!({ "text": "Working days, then." })).await.expect(201);
    let reply = sent.dana.converse(&sent.phase, "requirements", "Apply the change requests").await;
    assert_eq!(reply["state"], "completed", "{reply:#}");
    sent.dana.version_reached(&sent.phase, "requirements", 2).await;
    let request = sent.open(&sent.ida).await;
    assert_eq!((&request["answered_in"], &request["replies"]), (&json!([2]), &json!(1)), "{request:#}");
    let turn = reply["turn_id"].as_str().unwrap();
    let path = format!("/phases/{}/stages/requirements/turns/{turn}/context", sent.phase);
    let given = sent.dana.get(&path).await.expect(200).to_string();
    for told in
        [format!("change_request id=\\\"{id}\\\" about=\\\"share within two days\\\""), "Working days, then.".into()]
    {
        assert!(given.contains(&told), "{told} in {given}");
    }
    drop(sent.server);
}
