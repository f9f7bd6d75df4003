//! Who approves what: the project's policy, four eyes, quorum, the review's pinned policy, delegation.

use konductro_tests::{Answer, Person, Server};
use reqwest::Method;
use serde_json::{Value, json};

struct Team {
    server: Server,
    dana: Person,
    ida: Person,
    mara: Person,
    project: String,
}

/// A project with two SDMs and an architect.
async fn team() -> Team {
    let server = Server::start().await;
    let dana = server.administrator().await;
    let project = dana.create_project("PAY").await;
    let (ida, mara) =
        tokio::join!(dana.invite("Ida Berg", "ida@example.com"), dana.invite("Mara Lind", "mara@example.com"));
    dana.add_member(&project, &ida, &["sdm"]).await;
    dana.add_member(&project, &mara, &["architect"]).await;
    Team { server, dana, ida, mara, project }
}

impl Team {
    fn path(&self) -> String {
        format!("/projects/{}/approval-policy", self.project)
    }

    async fn policy(&self) -> (Value, String) {
        let answer = self.dana.get(&self.path()).await;
        let tag = answer.header("etag");
        (answer.expect(200), tag)
    }

    async fn change(&self, by: &Person, stage: Value) -> Answer {
        let (_, tag) = self.policy().await;
        let body = json!({ "stages": [stage] });
        by.send(by.request(Method::PUT, &self.path()).header("If-Match", tag).json(&body)).await
    }

    async fn requirements(&self, required: u32, author_may_approve: bool) -> Answer {
        self.change(&self.dana, requirements(required, author_may_approve)).await
    }

    async fn in_review(&self) -> String {
        let phase = self.dana.open_phase(&self.project, "Split settlement").await;
        self.dana.save_version(&phase, "requirements", "# Requirements\n\n- R-1 Split\n").await.expect(201);
        phase
    }
}

fn requirements(required: u32, author_may_approve: bool) -> Value {
    json!({ "stage": "requirements", "roles": ["sdm"], "required_approvals": required, "author_may_approve": author_may_approve })
}

#[tokio::test]
async fn the_policy_is_versioned_and_changed_only_by_an_sdm_who_read_it() {
    let team = team().await;
    let (policy, tag) = team.policy().await;
    assert_eq!((&policy["version"], &policy["warnings"]), (&json!(1), &json!([])));
    let body = json!({ "stages": [requirements(2, true)] });
    team.dana.put(&team.path(), body.clone()).await.expect_problem(428, "if-match-required");
    team.change(&team.mara, requirements(2, true)).await.expect_problem(403, "role-required");
    let changed = team.requirements(2, true).await.expect(200);
    assert_eq!((&changed["version"], &changed["stages"][0]["required_approvals"]), (&json!(2), &json!(2)));
    let request = team.dana.request(Method::PUT, &team.path()).header("If-Match", &tag).json(&body);
    team.dana.send(request).await.expect_problem(412, "version-changed");
    assert_eq!(team.requirements(2, true).await.expect(200)["version"], 2, "the same again is no new version");
    let stranger = team.dana.invite("Olu Ade", "olu@example.com").await;
    stranger.get(&team.path()).await.expect_problem(404, "not-found");
}

#[tokio::test]
async fn the_policy_gives_no_more_than_the_matrix_and_warns_when_nobody_could_satisfy_it() {
    let team = team().await;
    for (stage, roles, required) in [
        ("requirements", json!(["sdm", "architect"]), 1),
        ("architecture", json!(["developer"]), 1),
        ("architecture", json!([]), 1),
        ("architecture", json!(["architect"]), 0),
        ("architecture", json!(["architect"]), 21),
        ("stories", json!(["sdm"]), 1),
    ] {
        let body =
            json!({ "stage": stage, "roles": roles, "required_approvals": required, "author_may_approve": true });
        let problem = team.change(&team.dana, body).await.expect_problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/stages", "{stage} {roles}");
    }
    let warned = team.requirements(3, true).await.expect(200);
    assert_eq!(warned["warnings"][0]["able"], 2, "{warned:#}");
    assert!(warned["warnings"][0]["text"].as_str().unwrap().starts_with("Requirements needs 3 approvals by SDM"));
    assert_eq!(team.requirements(2, true).await.expect(200)["warnings"], json!([]));
    let four_eyes = team.requirements(2, false).await.expect(200);
    assert_eq!(four_eyes["warnings"][0]["able"], 1, "whoever writes it is left out");
}

#[tokio::test]
async fn four_eyes_holds_whoever_edits_or_copies() {
    let team = team().await;
    team.requirements(1, false).await.expect(200);
    let phase = team.in_review().await;
    team.dana.approve(&phase, "requirements").await.expect_problem(403, "not-approver");
    let same = team.ida.save_version(&phase, "requirements", "# Requirements\n\n- R-1 Split\n").await.expect(200);
    assert_eq!(same["authors"].as_array().map(Vec::len), Some(1), "the same text stays its author's");
    let edited = team.ida.save_version(&phase, "requirements", "# Requirements\n\n- R-1 Split.\n").await.expect(201);
    assert_eq!(edited["authors"].as_array().map(Vec::len), Some(2));
    for author in [&team.dana, &team.ida] {
        author.approve(&phase, "requirements").await.expect_problem(403, "not-approver");
    }
    let other = team.dana.open_phase(&team.project, "Another").await;
    let copy = team.ida.save_version(&other, "requirements", "# Requirements\n\n- R-1 Split\n").await.expect(201);
    assert_eq!(copy["authors"].as_array().map(Vec::len), Some(2), "a copy into another phase keeps its author");
    team.dana.approve(&other, "requirements").await.expect_problem(403, "not-approver");
    let third = team.dana.invite("Noor Haddad", "noor@example.com").await;
    team.dana.add_member(&team.project, &third, &["sdm"]).await;
    third.approve(&phase, "requirements").await.expect(201);
}

#[tokio::test]
async fn who_dictates_to_conductor_is_an_author_whoever_asks_for_the_document() {
    let team = team().await;
    team.requirements(1, false).await.expect(200);
    let phase = team.dana.open_phase(&team.project, "Split settlement").await;
    for said in [
        "Sellers are paid three days late by spreadsheet; we want their share paid the next working day.",
        "Sellers, and a finance clerk who closes the day.",
        "When a payment is captured, split it by seller.",
    ] {
        team.dana.converse(&phase, "requirements", said).await;
    }
    team.ida.converse(&phase, "requirements", "Write the document now.").await;
    let version = team.ida.version_reached(&phase, "requirements", 1).await;
    let names: Vec<_> = version["authors"].as_array().unwrap().iter().map(|author| &author["name"]).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    team.dana.approve(&phase, "requirements").await.expect_problem(403, "not-approver");
}

#[tokio::test]
async fn a_quorum_counts_different_people() {
    let team = team().await;
    let body = json!({ "stage": "technical_analysis", "roles": ["sdm", "architect"], "required_approvals": 2, "author_may_approve": true });
    team.change(&team.dana, body).await.expect(200);
    let phase = team.in_review().await;
    team.dana.approve(&phase, "requirements").await.expect(201);
    team.dana.add_member(&team.project, &team.dana, &["sdm", "architect"]).await;
    team.mara.save_version(&phase, "technical_analysis", "# Analysis").await.expect(201);
    for _ in 0..2 {
        let approved = team.dana.approve(&phase, "technical_analysis").await;
        assert!(approved.status < 300, "{:#}", approved.body);
        assert_eq!(team.dana.stage(&phase, "technical_analysis").await["state"], "in_review");
    }
    team.mara.approve(&phase, "technical_analysis").await.expect(201);
    assert_eq!(team.dana.stage(&phase, "technical_analysis").await["state"], "approved");
}

#[tokio::test]
async fn a_review_keeps_its_policy_until_somebody_restarts_it() {
    let team = team().await;
    team.requirements(2, true).await.expect(200);
    let phase = team.in_review().await;
    team.dana.approve(&phase, "requirements").await.expect(201);
    let relaxed = team.requirements(1, true).await.expect(200);
    assert_eq!(relaxed["older_reviews"][0]["policy_version"], 2, "{relaxed:#}");
    assert_eq!(relaxed["older_reviews"][0]["phase_id"], phase.as_str());
    let stage = team.dana.stage(&phase, "requirements").await;
    assert_eq!(
        (&stage["policy"]["version"], &stage["policy"]["required_approvals"], &stage["policy"]["now"]["lowers"]),
        (&json!(2), &json!(2), &json!(true))
    );
    assert_eq!(stage["state"], "in_review", "two are still wanted");
    let path = format!("/phases/{phase}/artefacts/requirements/restart-review");
    team.dana.post(&path, json!({})).await.expect_problem(403, "not-approver");
    team.mara.post(&path, json!({})).await.expect_problem(403, "role-required");
    let restarted = team.ida.post(&path, json!({})).await.expect(200);
    assert_eq!(restarted["stages"][0]["policy"]["version"], 3);
    let approval = &restarted["stages"][0]["gate"]["approvals"][0];
    assert_eq!(approval["counts"], false, "approvals under the old policy count no more");
    team.dana.approve(&phase, "requirements").await.expect(201);
    assert_eq!(team.dana.stage(&phase, "requirements").await["state"], "approved");
    assert_eq!(team.policy().await.0["older_reviews"], json!([]));
}

#[tokio::test]
async fn a_delegate_looks_after_change_requests_for_a_time_and_passes_nothing_on() {
    let team = team().await;
    let noor = team.dana.invite("Noor Haddad", "noor@example.com").await;
    team.dana.add_member(&team.project, &noor, &["sdm"]).await;
    let phase = team.in_review().await;
    let requests = format!("/phases/{phase}/artefacts/requirements/change-requests");
    let asked = team.ida.post(&requests, json!({ "version": 1, "reason": "R-1 has no number" })).await.expect(201);
    let request = asked["stages"][0]["gate"]["change_requests"][0]["id"].as_str().unwrap().to_owned();
    let withdraw = format!("{requests}/{request}/withdraw");
    noor.post(&withdraw, json!({})).await.expect_problem(403, "not-approver");
    let delegations = format!("/projects/{}/delegations", team.project);
    let lend = |delegate: &Person, role: &str, until: &str| json!({ "delegate": delegate.user_id, "role": role, "until": until });
    for (body, pointer) in [
        (lend(&team.mara, "sdm", "2099-01-01T00:00:00Z"), "/delegate"),
        (lend(&team.ida, "sdm", "2099-01-01T00:00:00Z"), "/delegate"),
        (lend(&noor, "sdm", "2099-01-01T00:00:00Z"), "/until"),
        (lend(&noor, "sdm", "2020-01-01T00:00:00Z"), "/until"),
        (lend(&noor, "developer", "2099-01-01T00:00:00Z"), "/role"),
    ] {
        let problem = team.ida.post(&delegations, body).await.expect_problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], pointer);
    }
    let soon = time::OffsetDateTime::now_utc() + time::Duration::days(7);
    let soon = soon.format(&time::format_description::well_known::Rfc3339).unwrap();
    team.mara.post(&delegations, lend(&noor, "sdm", &soon)).await.expect_problem(403, "role-required");
    let lent = team.ida.post(&delegations, lend(&noor, "sdm", &soon)).await.expect(201);
    assert_eq!((&lent["state"], &lent["delegator"]["name"]), (&json!("running"), &json!("Ida Berg")));
    // Noor lends the role on to Dana, who may then act for Noor, and not for Ida.
    noor.post(&delegations, lend(&team.dana, "sdm", &soon)).await.expect(201);
    team.dana.post(&withdraw, json!({})).await.expect_problem(403, "not-approver");
    let withdrawn = noor.post(&withdraw, json!({})).await.expect(200);
    assert_eq!(withdrawn["stages"][0]["state"], "in_review");
    let history = team.dana.get(&format!("/phases/{phase}/history?limit=200")).await.expect(200);
    let acted = history["items"].as_array().unwrap().iter().find(|event| event["type"] == "ActedOnBehalf").unwrap();
    assert!(acted["summary"].as_str().unwrap().contains("acted for Ida Berg"), "{acted:#}");
    let id = lent["id"].as_str().unwrap();
    team.mara.delete(&format!("{delegations}/{id}")).await.expect_problem(403, "role-required");
    assert_eq!(noor.delete(&format!("{delegations}/{id}")).await.expect(200)["state"], "ended");
    team.ida.delete(&format!("{delegations}/{id}")).await.expect_problem(404, "not-found");
    drop(team.server);
}
