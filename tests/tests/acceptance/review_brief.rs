//! Before a decision: what changed since one last looked, what the text leaves open, who must still approve.

use konductro_tests::reviewed::phase_in_review;
use konductro_tests::{Person, Server};
use serde_json::{Value, json};

const FIRST: &str = "# Requirements\n\n## Purpose\nEach seller gets their share.\n\n## Functional requirements\n\n\
    ### R-1 Split a captured payment\n- Priority: must\n- **R-1.1** When a payment is captured, the system shall split it.\n\n\
    ## Assumptions\n- **A-1** The acquirer sends the basket lines. Wrong: split later.\n\n\
    ## Open questions\n- **Q-1** Who owns the table of rates?\n";

const ARTEFACT: &str = "artefacts/requirements";

async fn in_review() -> (Server, Person, String, String) {
    let server = Server::start().await;
    let dana = server.administrator().await;
    let project = dana.create_project("PAY").await;
    let phase = dana.open_phase(&project, "Split settlement").await;
    dana.save_version(&phase, "requirements", FIRST).await.expect(201);
    (server, dana, project, phase)
}

async fn artefact(reader: &Person, phase: &str) -> Value {
    reader.get(&format!("/phases/{phase}/{ARTEFACT}")).await.expect(200)
}

async fn see(reader: &Person, phase: &str, version: u32) {
    let path = format!("/phases/{phase}/{ARTEFACT}/versions/{version}/seen");
    assert_eq!(reader.put(&path, json!({})).await.status, 204);
}

#[tokio::test]
async fn the_brief_compares_with_what_i_last_saw_or_sent_back() {
    let (_server, dana, project, phase) = in_review().await;
    let ida = dana.invite("Ida Berg", "ida@example.com").await;
    dana.add_member(&project, &ida, &["sdm"]).await;
    let first = artefact(&dana, &phase).await;
    assert_eq!((&first["brief"]["version"], &first["brief"]["since"]), (&json!(1), &Value::Null));
    see(&dana, &phase, 1).await;
    see(&dana, &phase, 1).await;
    let second = FIRST.replace("shall split it", "shall split it by seller") + "\n## Risks\n- Rates change.\n";
    dana.save_version(&phase, "requirements", &second).await.expect(201);
    let seen = artefact(&dana, &phase).await;
    assert_eq!((&seen["last_seen_version"], &seen["sent_back_version"]), (&json!(1), &Value::Null));
    let since = &seen["brief"]["since"];
    assert_eq!((&since["version"], &since["because"]), (&json!(1), &json!("seen")));
    let sections: Vec<_> =
        since["sections"].as_array().unwrap().iter().map(|it| (&it["heading"], &it["kind"])).collect();
    assert_eq!(
        sections,
        [(&json!("R-1 Split a captured payment"), &json!("changed")), (&json!("Risks"), &json!("added"))]
    );
    assert!(since["added_words"].as_u64() > Some(4) && since["removed_words"].as_u64() >= Some(1), "{since:#}");
    // What one person saw is theirs alone.
    assert_eq!(artefact(&ida, &phase).await["brief"]["since"], Value::Null);
    let back = format!("/phases/{phase}/{ARTEFACT}/change-requests");
    dana.post(&back, json!({ "version": 2, "reason": "Name the rates." })).await.expect(201);
    dana.save_version(&phase, "requirements", &second.replace("Rates change", "Rates change twice a year"))
        .await
        .expect(201);
    let sent = artefact(&dana, &phase).await;
    assert_eq!((&sent["sent_back_version"], &sent["brief"]["since"]["version"]), (&json!(2), &json!(2)));
    assert_eq!(sent["brief"]["since"]["because"], "sent_back");
    assert_eq!(sent["brief"]["since"]["sections"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_brief_says_what_is_open_what_it_stands_on_who_is_missing_and_how_long_it_takes() {
    let (_server, dana, project, phase) = in_review().await;
    let mara = dana.invite("Mara Lindqvist", "mara@example.com").await;
    dana.add_member(&project, &mara, &["architect"]).await;
    let brief = artefact(&dana, &phase).await["brief"].clone();
    let open: Vec<_> = brief["open_points"].as_array().unwrap().iter().map(|it| (&it["id"], &it["kind"])).collect();
    assert_eq!(open, [(&json!("A-1"), &json!("assumption")), (&json!("Q-1"), &json!("question"))]);
    assert_eq!(brief["open_points"][1]["text"], "Who owns the table of rates?");
    assert_eq!((&brief["reading_minutes"], &brief["stands_on"]), (&json!(1), &json!([])));
    assert!(brief["words"].as_u64() > Some(30), "{brief:#}");
    let approvals = &brief["approvals"];
    assert_eq!((&approvals["required"], &approvals["missing"]), (&json!(1), &json!(1)));
    assert_eq!((&approvals["roles"], &approvals["could"][0]["name"]), (&json!(["sdm"]), &json!("Dana Okafor")));
    dana.approve(&phase, "requirements").await.expect(201);
    assert_eq!(artefact(&dana, &phase).await["brief"], Value::Null, "nothing awaits a decision");
    mara.save_version(&phase, "technical_analysis", "# Analysis\n").await.expect(201);
    let stage = mara.get(&format!("/phases/{phase}/artefacts/technical_analysis")).await.expect(200);
    assert_eq!(stage["brief"]["stands_on"][0]["stage"], "requirements");
    assert_eq!(stage["brief"]["stands_on"][0]["written_on"], Value::Null);
}

#[tokio::test]
async fn an_approver_who_is_asked_acknowledges_every_open_point_and_nothing_else() {
    let (_server, dana, _, phase) = in_review().await;
    let path = format!("/phases/{phase}/{ARTEFACT}/approvals");
    let approval = async |acknowledged: Value| {
        let mut approval = dana.approval_of(&phase, "requirements").await;
        approval["acknowledged"] = acknowledged;
        dana.post(&path, approval).await
    };
    let problem = approval(json!(["A-1"])).await.expect_problem(422, "not-acknowledged");
    assert_eq!(problem["open_points"], json!(["Q-1"]));
    approval(json!([])).await.expect_problem(422, "not-acknowledged");
    let problem = approval(json!(["A-1", "Q-1", "A-7"])).await.expect_problem(422, "invalid");
    assert_eq!(problem["errors"][0]["pointer"], "/acknowledged");
    let problem = approval(json!(["A-1", "all of it"])).await.expect_problem(422, "invalid");
    assert_eq!(problem["errors"][0]["pointer"], "/acknowledged/1");
    approval(json!("A-1")).await.expect_problem(422, "invalid");
    assert_eq!(dana.stage(&phase, "requirements").await["state"], "in_review");
    approval(json!(["Q-1", "A-1"])).await.expect(201);
    let recorded = event(&dana, &phase, "OpenPointsAcknowledged").await;
    assert_eq!(
        (&recorded["payload"]["acknowledged"], &recorded["payload"]["left_open"]),
        (&json!(["A-1", "Q-1"]), &json!([]))
    );
    assert_eq!(recorded["summary"], "Dana Okafor acknowledged what is open of Requirements v1: A-1, Q-1.");
}

#[tokio::test]
async fn an_approver_who_was_not_asked_is_on_record_as_not_having_acknowledged() {
    let (_server, dana, _, phase) = in_review().await;
    dana.approve(&phase, "requirements").await.expect(201);
    let recorded = event(&dana, &phase, "OpenPointsAcknowledged").await;
    assert_eq!(recorded["payload"]["left_open"], json!(["A-1", "Q-1"]));
    assert!(recorded["summary"].as_str().unwrap().contains("was not asked"), "{recorded:#}");
}

async fn event(reader: &Person, phase: &str, name: &str) -> Value {
    let history = reader.get(&format!("/phases/{phase}/history?limit=200")).await.expect(200);
    let events = history["items"].as_array().unwrap().clone();
    events.into_iter().find(|event| event["type"] == name).expect("the event")
}

#[tokio::test]
async fn only_a_version_that_is_there_can_have_been_seen_and_only_by_a_member() {
    let (_server, dana, _, phase) = in_review().await;
    let olu = dana.invite("Olu Ade", "olu@example.com").await;
    for version in ["0", "2", "4294967295"] {
        let path = format!("/phases/{phase}/{ARTEFACT}/versions/{version}/seen");
        dana.put(&path, json!({})).await.expect_problem(404, "not-found");
    }
    for path in [
        format!("/phases/{phase}/{ARTEFACT}/versions/x/seen"),
        format!("/phases/{phase}/artefacts/stories/versions/1/seen"),
    ] {
        assert_eq!(dana.put(&path, json!({})).await.status, 404, "{path}");
    }
    olu.put(&format!("/phases/{phase}/{ARTEFACT}/versions/1/seen"), json!({})).await.expect_problem(404, "not-found");
}

#[tokio::test]
async fn an_id_is_traced_from_requirement_to_decision_to_story() {
    let server = Server::start().await;
    let dana = server.administrator().await;
    let project = dana.create_project("PAY").await;
    let phase = phase_in_review(&dana, &project).await;
    let traced = dana.get(&format!("/phases/{phase}/traceability")).await.expect(200);
    let item = |id: &str| {
        let items = traced["items"].as_array().unwrap();
        items.iter().find(|item| item["id"] == id).unwrap_or_else(|| panic!("{id} in {traced:#}")).clone()
    };
    let requirement = item("R-1");
    assert_eq!((&requirement["stage"], &requirement["version"]), (&json!("requirements"), &json!(1)));
    assert_eq!(requirement["title"], "Split a captured payment by seller");
    let named: Vec<_> = requirement["named_in"].as_array().unwrap().iter().map(|place| &place["stage"]).collect();
    assert!(named.contains(&&json!("technical_analysis")), "{requirement:#}");
    assert!(!requirement["stories"].as_array().unwrap().is_empty(), "{requirement:#}");
    assert_eq!(requirement["stories"][0]["status"], "proposed");
    assert_eq!(item("AD-1")["stage"], "architecture");
    assert_eq!(item("R-1.1")["section"], "R-1 Split a captured payment by seller");
    let olu = dana.invite("Olu Ade", "olu@example.com").await;
    olu.get(&format!("/phases/{phase}/traceability")).await.expect_problem(404, "not-found");
}
