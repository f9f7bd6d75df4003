//! The checker over HTTP: the same verdict wherever it is asked for, and nothing that blocks is approved without a reason.

use konductro_tests::reviewed::{items, phase_in_review, table, text};
use konductro_tests::{Person, Server};
use serde_json::{Value, json};

/// R-1 has no criterion, N-1 no number, and R-7 is nowhere: three findings that block.
const POOR: &str = "# Settlement\n\n## Functional requirements\n\n### R-1 Split\nAs R-7 says.\n\n\
    ## Non-functional requirements\n- **N-1** Splitting is fast.\n";
const REQUIREMENTS: &str = "# Settlement\n\n## Functional requirements\n\n### R-1 Split\n- Priority: must\n\
    - **R-1.1** When a payment is captured, the system shall split it.\n\n### R-2 Show\n- Priority: must\n\
    - **R-2.1** When a seller asks, the system shall show the split.\n";

async fn phase_with(server: &Server, requirements: &str) -> (Person, String, String) {
    let dana = server.administrator().await;
    let project = dana.create_project("PAY").await;
    let phase = dana.open_phase(&project, "Split settlement").await;
    dana.save_version(&phase, "requirements", requirements).await.expect(201);
    (dana, project, phase)
}

async fn findings(reader: &Person, phase: &str, stage: &str) -> Vec<Value> {
    let artefact = reader.get(&format!("/phases/{phase}/artefacts/{stage}")).await.expect(200);
    artefact["findings"].as_array().unwrap().clone()
}

async fn checked(reader: &Person, phase: &str, stage: &str, markdown: &str) -> Vec<Value> {
    let path = format!("/phases/{phase}/artefacts/{stage}/check");
    let answer = reader.post(&path, json!({ "markdown": markdown })).await.expect(200);
    answer["findings"].as_array().unwrap().clone()
}

fn blocking(findings: &[Value]) -> Vec<(String, Value)> {
    let blocking = findings.iter().filter(|finding| finding["severity"] == "blocking");
    blocking.map(|finding| (text(&finding["rule"]), finding["place"]["ref_id"].clone())).collect()
}

#[tokio::test]
async fn a_text_gets_the_same_verdict_saved_or_not() {
    let server = Server::start().await;
    let (dana, project, phase) = phase_with(&server, POOR).await;
    let saved = findings(&dana, &phase, "requirements").await;
    let expected = [("dangling-id", "R-7"), ("requirement-without-criteria", "R-1"), ("vague-quality", "N-1")];
    let expected = expected.map(|(rule, id)| (rule.to_owned(), json!(id)));
    let mut found = blocking(&saved);
    found.sort_by(|one, other| one.0.cmp(&other.0));
    assert_eq!(found, expected);
    let vague = saved.iter().find(|finding| finding["rule"] == "vague-quality").unwrap();
    assert_eq!(vague["place"], json!({ "section": "Non-functional requirements", "ref_id": "N-1", "line": 9 }));
    assert!(text(&vague["text"]).contains("“fast”"), "{vague:#}");
    assert!(saved.iter().any(|finding| finding["severity"] == "advisory"));
    assert_eq!(checked(&dana, &phase, "requirements", POOR).await, saved);
    let auditor = dana.invite("Aiko Tanaka", "aiko@example.com").await;
    dana.add_member(&project, &auditor, &["auditor"]).await;
    assert_eq!(checked(&auditor, &phase, "requirements", POOR).await, saved, "whoever asks");
    let mended = POOR.replace("fast.", "done within 2 s.").replace("As R-7 says.", "- **R-1.1** When, shall.");
    assert_eq!(blocking(&checked(&dana, &phase, "requirements", &mended).await), []);
    assert_eq!(findings(&dana, &phase, "requirements").await, saved, "nothing was saved");
}

#[tokio::test]
async fn what_can_not_be_checked_is_refused_with_a_reason() {
    let server = Server::start().await;
    let (dana, _, phase) = phase_with(&server, POOR).await;
    let path = format!("/phases/{phase}/artefacts/requirements/check");
    dana.post(&path, json!({})).await.expect_problem(422, "invalid");
    dana.post(&path, json!({ "markdown": "x".repeat(1024 * 1024 + 1) }))
        .await
        .expect_problem(413, "artefact-too-large");
    let stories = format!("/phases/{phase}/artefacts/stories/check");
    dana.post(&stories, json!({ "markdown": "x" })).await.expect_problem(404, "not-found");
    let stranger = dana.invite("Olu Ade", "olu@example.com").await;
    stranger.post(&path, json!({ "markdown": "x" })).await.expect_problem(404, "not-found");
    assert!(!checked(&dana, &phase, "requirements", "").await.is_empty(), "an empty text lacks everything");
    let large = "### R-1 A\n".repeat(100_000);
    assert!(checked(&dana, &phase, "requirements", &large).await.len() < 200);
    let bomb = format!("```yaml\nopenapi: &a [{}]\n```\n", "*a, ".repeat(50_000));
    assert!(!checked(&dana, &phase, "architecture", &bomb).await.is_empty());
}

#[tokio::test]
async fn nothing_that_blocks_is_approved_unless_it_is_waived_with_a_reason() {
    let server = Server::start().await;
    let (dana, _, phase) = phase_with(&server, POOR).await;
    let conditions = dana.stage(&phase, "requirements").await["conditions"].clone();
    let condition = conditions.as_array().unwrap().iter().find(|it| it["text"] == "3 blocking findings").unwrap();
    assert_eq!((&condition["ok"], &condition["link"]["version"]), (&json!(false), &json!(1)));
    let path = format!("/phases/{phase}/artefacts/requirements/approvals");
    let full = dana.approval_of(&phase, "requirements").await;
    let waivers = full["waivers"].as_array().unwrap().clone();
    let with = |waivers: Value| {
        let mut approval = full.clone();
        approval["waivers"] = waivers;
        approval
    };
    let problem = dana.post(&path, with(json!([]))).await.expect_problem(409, "findings-block");
    assert_eq!(problem["findings"].as_array().unwrap().len(), 3, "{problem:#}");
    assert!(problem["findings"][0]["text"].is_string() && problem["findings"][0]["place"]["line"].is_u64());
    let problem = dana.post(&path, with(json!(waivers[..2]))).await.expect_problem(409, "findings-block");
    assert_eq!(problem["findings"].as_array().unwrap().len(), 1);
    let advice = findings(&dana, &phase, "requirements").await;
    let advice = advice.iter().find(|finding| finding["severity"] == "advisory").unwrap()["id"].clone();
    let first = waivers[0]["finding_id"].clone();
    for (waiver, pointer) in [
        (json!({ "finding_id": "F-0", "reason": "why" }), "/waivers/0/finding_id"),
        (json!({ "finding_id": advice, "reason": "why" }), "/waivers/0/finding_id"),
        (json!({ "finding_id": first, "reason": " " }), "/waivers/0/reason"),
        (json!({ "finding_id": first, "reason": "x".repeat(9_000) }), "/waivers/0/reason"),
    ] {
        let problem = dana.post(&path, with(json!([waiver]))).await.expect_problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem:#}");
    }
    let approved = dana.post(&path, full.clone()).await.expect(201);
    let given = &approved["stages"][0]["gate"]["approvals"][0];
    let reasons: Vec<_> = given["waivers"].as_array().unwrap().iter().map(|waiver| text(&waiver["reason"])).collect();
    assert_eq!(reasons, ["a few words are enough"; 3]);
    assert!(given["open_findings"].as_u64() > Some(3), "advisory ones are on record");
    let history = dana.get(&format!("/phases/{phase}/history")).await.expect(200);
    let said = |event: &Value| text(&event["summary"]).contains("and waived 3 findings");
    assert!(history["items"].as_array().unwrap().iter().any(said), "{history:#}");
}

#[tokio::test]
async fn a_document_is_held_against_what_it_stands_on_and_against_its_earlier_versions() {
    let server = Server::start().await;
    let (dana, _, phase) = phase_with(&server, REQUIREMENTS).await;
    dana.approve(&phase, "requirements").await.expect(201);
    let analysis = "# Analysis\n\n| R-1 | capture.rs | extend | |\n| R-9 | none | missing | |\n";
    dana.save_version(&phase, "technical_analysis", analysis).await.expect(201);
    let found = findings(&dana, &phase, "technical_analysis").await;
    assert_eq!(blocking(&found), [("dangling-id".to_owned(), json!("R-9"))]);
    dana.save_version(&phase, "technical_analysis", &analysis.replace("R-9", "R-2")).await.expect(201);
    assert_eq!(blocking(&findings(&dana, &phase, "technical_analysis").await), []);
    dana.approve(&phase, "technical_analysis").await.expect(201);
    dana.save_version(&phase, "architecture", "### AD-1 Split at capture\nFor R-1.\n").await.expect(201);
    let found = findings(&dana, &phase, "architecture").await;
    assert_eq!(blocking(&found), [("must-not-covered".to_owned(), json!("R-2"))]);
    let path = format!("/phases/{phase}/stages/requirements/reopen");
    dana.post(&path, json!({ "reason": "R-2 is not wanted" })).await.expect(200);
    let without = REQUIREMENTS.split("### R-2").next().unwrap();
    let found = checked(&dana, &phase, "requirements", without).await;
    assert_eq!(blocking(&found), [("approved-id-vanished".to_owned(), json!("R-2"))]);
    let buried = format!("{without}### R-2 (retired: not wanted)\n");
    dana.save_version(&phase, "requirements", &buried).await.expect(201);
    assert_eq!(blocking(&findings(&dana, &phase, "requirements").await), []);
    let reused = format!("{without}### R-2 Refund\n- **R-2.1** When, shall.\n");
    let found = checked(&dana, &phase, "requirements", &reused).await;
    assert_eq!(blocking(&found), [("retired-id-reused".to_owned(), json!("R-2"))]);
}

#[tokio::test]
async fn a_stale_artefact_is_reaffirmed_only_with_a_reason_for_what_blocks_now() {
    let server = Server::start().await;
    let (dana, _, phase) = phase_with(&server, REQUIREMENTS).await;
    dana.approve(&phase, "requirements").await.expect(201);
    let analysis = "# Analysis\n\n| R-1 | capture.rs | extend | |\n| R-2 | none | missing | |\n";
    dana.save_version(&phase, "technical_analysis", analysis).await.expect(201);
    let approved = dana.approval_of(&phase, "technical_analysis").await;
    assert_eq!(approved["waivers"], json!([]));
    dana.approve(&phase, "technical_analysis").await.expect(201);
    dana.post(&format!("/phases/{phase}/stages/requirements/reopen"), json!({ "reason": "less" })).await.expect(200);
    let buried = REQUIREMENTS.replace("### R-2 Show", "### R-2 (retired: not wanted)");
    dana.save_version(&phase, "requirements", &buried).await.expect(201);
    dana.approve(&phase, "requirements").await.expect(201);
    let path = format!("/phases/{phase}/artefacts/technical_analysis/reaffirm");
    let full = dana.approval_of(&phase, "technical_analysis").await;
    let mut without = full.clone();
    without["waivers"] = json!([]);
    let problem = dana.post(&path, without).await.expect_problem(409, "findings-block");
    assert_eq!(problem["findings"][0]["place"]["ref_id"], "R-2", "{problem:#}");
    dana.post(&path, full).await.expect(201);
}

#[tokio::test]
async fn conductor_is_told_what_is_found_in_the_document() {
    let server = Server::start().await;
    let (dana, _, phase) = phase_with(&server, POOR).await;
    let reply = dana.converse(&phase, "requirements", "Sellers wait three days for their money.").await;
    let turn = text(&reply["turn_id"]);
    let path = format!("/phases/{phase}/stages/requirements/turns/{turn}/context");
    let given = dana.get(&path).await.expect(200);
    let blocks = given["blocks"].as_array().unwrap();
    let last = text(&blocks.last().unwrap()["text"]);
    assert!(
        last.contains("<findings>") && last.contains("- blocking, vague-quality, line 9: N-1 says “fast”"),
        "{last}"
    );
    let rest = blocks.iter().rev().skip(1).map(|block| text(&block["text"]));
    assert!(rest.into_iter().all(|text| !text.contains("vague-quality, line")), "only the last message carries it");
}

#[tokio::test]
async fn a_set_of_stories_that_leaves_a_must_out_or_goes_in_circles_is_marked() {
    let server = Server::start().await;
    let dana = server.administrator().await;
    let project = dana.create_project("PAY").await;
    let phase = phase_in_review(&dana, &project).await;
    let before = table(&dana, &phase).await;
    assert_eq!(before["findings"], json!([]), "{before:#}");
    let proposals = items(&before);
    let (one, other) = (text(&proposals[0]["id"]), text(&proposals[1]["id"]));
    for (from, to) in [(&one, &other), (&other, &one)] {
        dana.patch(&format!("/phases/{phase}/proposals/{from}"), "*", json!({ "depends_on": [to] })).await.expect(200);
    }
    let found = table(&dana, &phase).await["findings"].clone();
    let mut pair = [json!(one), json!(other)];
    pair.sort_by_key(text);
    assert_eq!((&found[0]["rule"], &found[0]["proposals"]), (&json!("dependency-cycle"), &json!(pair)), "{found:#}");
    let first = items(&before).into_iter().find(|it| it["requirement_ids"] == json!(["R-1"])).unwrap();
    let path = format!("/phases/{phase}/proposals/{}/reject", text(&first["id"]));
    dana.post(&path, json!({ "reason": "not now" })).await.expect(200);
    let found = table(&dana, &phase).await["findings"].clone();
    let rules: Vec<_> =
        found.as_array().unwrap().iter().map(|it| (text(&it["rule"]), it["requirement_id"].clone())).collect();
    assert!(rules.contains(&("must-without-story".to_owned(), json!("R-1"))), "{found:#}");
}
