//! A technical analysis from an IDE: all that is needed to write one, what is asked of it at the door, and what becomes of
//! it while another is approved.

use konductro_tests::analysis::{COMMIT, cited_hash, document, sidecar, submission};
use konductro_tests::reviewed::REQUIREMENTS;
use konductro_tests::{Person, Server};
use serde_json::{Value, json};

const IDS: [&str; 4] = ["R-1", "R-2", "R-3", "R-4"];

struct Story {
    _server: Server,
    dana: Person,
    mara: Person,
    jonas: Person,
    project: String,
    phase: String,
}

impl Story {
    /// The requirements are approved; a developer and an architect are there.
    async fn begin() -> Self {
        let server = Server::start().await;
        let dana = server.administrator().await;
        let project = dana.create_project("PAY").await;
        let mara = dana.invite("Mara Ilic", "mara@example.com").await;
        let jonas = dana.invite("Jonas Weil", "jonas@example.com").await;
        dana.add_member(&project, &mara, &["architect"]).await;
        dana.add_member(&project, &jonas, &["developer"]).await;
        let phase = dana.open_phase(&project, "Split settlement").await;
        dana.save_version(&phase, "requirements", REQUIREMENTS).await.expect(201);
        dana.approve(&phase, "requirements").await.expect(201);
        Self { _server: server, dana, mara, jonas, project, phase }
    }

    fn artefact(&self) -> String {
        format!("/phases/{}/artefacts/technical_analysis", self.phase)
    }

    fn versions(&self) -> String {
        format!("{}/versions", self.artefact())
    }

    /// What the check says of a body that could be submitted.
    async fn verdict(&self, body: &Value) -> Value {
        let mut body = body.clone();
        body.as_object_mut().unwrap().remove("title");
        self.jonas.post(&format!("{}/check", self.artefact()), body).await.expect(200)["submission"].clone()
    }
}

fn with_sidecar(words: &str, sidecar: Value) -> Value {
    let mut body = submission(&IDS, words);
    body["sidecar"] = sidecar;
    body
}

fn rules(errors: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    errors.as_array().unwrap().iter().map(|error| (text(&error["rule"]), text(&error["pointer"]))).collect()
}

#[tokio::test]
async fn the_hand_off_holds_all_that_an_analysis_needs() {
    let story = Story::begin().await;
    let hand_off = story.jonas.get(&format!("/phases/{}/hand-off", story.phase)).await.expect(200);
    assert_eq!((&hand_off["phase"]["key"], &hand_off["project"]["key"]), (&json!("PAY-1"), &json!("PAY")));
    assert!(hand_off["project"]["context"].as_str().unwrap().contains("Pay sellers daily"));
    let requirements = &hand_off["requirements"];
    assert_eq!((&requirements["version"], &requirements["markdown"]), (&json!(1), &json!(REQUIREMENTS)));
    assert_eq!(requirements["items"][0]["criteria"][1]["id"], "R-1.2");
    assert_eq!(hand_off["technical_analysis"]["submission_becomes"], "version");
    let must_hold = &hand_off["must_hold"];
    assert_eq!(must_hold["sections"].as_array().map(Vec::len), Some(13));
    // What the schema says of a sidecar is what the door takes.
    let validator = jsonschema::validator_for(&must_hold["sidecar_schema"]).unwrap();
    assert!(validator.is_valid(&sidecar(1, &IDS)));
    assert!(!validator.is_valid(&json!({ "requirements_version": 1, "evidence": [{ "id": "E-1" }] })));

    let olu = story.dana.invite("Olu Ade", "olu@example.com").await;
    olu.get(&format!("/phases/{}/hand-off", story.phase)).await.expect_problem(404, "not-found");
    let light = json!({ "kind": "light", "title": "Small" });
    let light = story.dana.post(&format!("/projects/{}/phases", story.project), light).await.expect(201);
    let path = format!("/phases/{}/hand-off", light["id"].as_str().unwrap());
    story.dana.get(&path).await.expect_problem(404, "not-found");
}

#[tokio::test]
async fn a_submission_becomes_a_version_with_its_sidecar_and_is_made_once() {
    let story = Story::begin().await;
    let body = with_sidecar("Once.", sidecar(1, &IDS));
    assert_eq!(story.verdict(&body).await, json!({ "accepted": true, "problems": [] }));
    let version = story.jonas.post(&story.versions(), body.clone()).await.expect(201);
    assert_eq!((&version["origin"], &version["version"]), (&json!("ide"), &json!(1)));
    assert_eq!(version["source"]["repositories"][0]["commit"], COMMIT);
    assert_eq!(version["sidecar"]["asset_map"][3]["status"], "extend");
    let evidence = &version["sidecar"]["evidence"][0];
    assert_eq!(evidence["reference"], format!("pay@{COMMIT}:src/capture.rs#L1"));
    let again = story.jonas.post(&story.versions(), body.clone()).await.expect(200);
    assert_eq!(again["version"], 1, "the same again is the version there is");
    let read = story.dana.get(&format!("{}/1", story.versions())).await.expect(200);
    assert_eq!((&read["sidecar"], &read["sidecar_hash"]), (&version["sidecar"], &version["sidecar_hash"]));

    // A newer one is a new version while the stage is in review, also where only the sidecar says more.
    let mut more = sidecar(1, &IDS);
    more["asset_map"][0]["note"] = json!("One entry.");
    assert_eq!(story.jonas.post(&story.versions(), with_sidecar("Once.", more)).await.expect(201)["version"], 2);
    let hand_off = story.jonas.get(&format!("/phases/{}/hand-off", story.phase)).await.expect(200);
    let analysis = &hand_off["technical_analysis"];
    assert_eq!((&analysis["latest"]["version"], &analysis["evidence"][0]["id"]), (&json!(2), &json!("E-1")));
    assert_eq!(analysis["evidence"][0]["sha256"], cited_hash());
}

#[tokio::test]
async fn everything_that_is_wrong_is_told_at_once_with_its_place() {
    let story = Story::begin().await;
    let mut body = with_sidecar("See R-9.", sidecar(7, &IDS[..3]));
    body["sidecar"]["evidence"][0]["path"] = json!("../../etc/passwd");
    body["sidecar"]["evidence"][0]["commit"] = json!("4be1f02");
    body["sidecar"]["surprise"] = json!(true);
    let markdown = body["markdown"].as_str().unwrap().replace("## Blast radius\nSmall.\n", "");
    body["markdown"] = json!(markdown.replace(&format!("sha256:{}", cited_hash()), ""));
    let refused = story.jonas.post(&story.versions(), body.clone()).await;
    let problem = refused.expect_problem(422, "submission-invalid");
    let found = rules(&problem["errors"]);
    for wanted in [
        ("dangling-id", "/markdown"),
        ("section-missing", "/markdown"),
        ("evidence-hash", "/markdown"),
        ("requirements-stale", "/sidecar/requirements_version"),
        ("requirement-not-mapped", "/sidecar/asset_map"),
        ("evidence-path", "/sidecar/evidence/0/path"),
        ("evidence-commit", "/sidecar/evidence/0/commit"),
        ("sidecar-malformed", "/sidecar/surprise"),
    ] {
        assert!(found.contains(&(wanted.0.to_owned(), wanted.1.to_owned())), "{wanted:?} in {found:#?}");
    }
    let dangling = problem["errors"].as_array().unwrap().iter().find(|it| it["rule"] == "dangling-id").unwrap();
    assert_eq!((&dangling["line"], &dangling["section"]), (&json!(4), &json!("Summary and verdict")));
    let stale = problem["errors"].as_array().unwrap().iter().find(|it| it["rule"] == "requirements-stale").unwrap();
    assert!(stale["detail"].as_str().unwrap().contains("version 1 is approved now"), "{stale}");
    // The check says the same, word for word.
    let verdict = story.verdict(&body).await;
    assert_eq!((&verdict["accepted"], &verdict["problems"]), (&json!(false), &problem["errors"]));
    assert!(story.jonas.get(&story.artefact()).await.expect(200)["latest"].is_null(), "nothing was kept of it");
}

#[tokio::test]
async fn odd_bodies_are_refused_and_never_break_the_server() {
    let story = Story::begin().await;
    for odd in [json!([]), json!("x"), json!(3), json!({ "requirements_version": -1 }), json!({ "evidence": [[]] })] {
        let refused = story.jonas.post(&story.versions(), with_sidecar("Odd.", odd)).await;
        refused.expect_problem(422, "submission-invalid");
    }
    let many: Vec<Value> = (0..2_500).map(|n| json!({ "requirement": format!("R-{n}"), "x": n })).collect();
    let refused = story.jonas.post(&story.versions(), with_sidecar("Many.", json!({ "asset_map": many }))).await;
    let told = refused.expect_problem(422, "submission-invalid")["errors"].as_array().unwrap().len();
    assert!(told <= 201, "{told} problems are told");
    let mut unknown = submission(&IDS, "Odd.");
    unknown["more"] = json!(1);
    story.jonas.post(&story.versions(), unknown).await.expect_problem(422, "invalid");
    // Only an analysis comes from an IDE.
    let elsewhere = format!("/phases/{}/artefacts/requirements/versions", story.phase);
    let refused = story.dana.post(&elsewhere, submission(&IDS, "Odd.")).await;
    assert!(matches!(refused.status, 403 | 404), "{:#}", refused.body);
}

#[tokio::test]
async fn a_locked_stage_and_a_missing_role_come_before_the_door() {
    let story = Story::begin().await;
    let olu = story.dana.invite("Olu Ade", "olu@example.com").await;
    story.dana.add_member(&story.project, &olu, &["auditor"]).await;
    let empty = json!({ "title": "x", "markdown": "# x", "source": { "tool": "test" } });
    olu.post(&story.versions(), empty.clone()).await.expect_problem(403, "role-required");
    let reopen = format!("/phases/{}/stages/requirements/reopen", story.phase);
    story.dana.post(&reopen, json!({ "reason": "Tax was forgotten" })).await.expect(200);
    story.jonas.post(&story.versions(), empty).await.expect_problem(409, "stage-locked");
}

#[tokio::test]
async fn beside_an_approved_analysis_a_newer_one_is_kept_until_a_person_adopts_it() {
    let story = Story::begin().await;
    story.jonas.post(&story.versions(), submission(&IDS, "First.")).await.expect(201);
    story.mara.approve(&story.phase, "technical_analysis").await.expect(201);
    let same = story.jonas.post(&story.versions(), submission(&IDS, "First.")).await.expect(200);
    assert_eq!(same["version"], 1, "the approved text itself is no draft");
    let body = with_sidecar("Second.", sidecar(1, &IDS));
    let hand_off = story.jonas.get(&format!("/phases/{}/hand-off", story.phase)).await.expect(200);
    assert_eq!(hand_off["technical_analysis"]["submission_becomes"], "draft");
    let answer = story.jonas.post(&story.versions(), body.clone()).await;
    let location = answer.header("location");
    let kept = answer.expect(202)["kept_as_draft"].clone();
    assert_eq!((&kept["beside_version"], &kept["submitted_by"]["name"]), (&json!(1), &json!("Jonas Weil")));
    let again = story.jonas.post(&story.versions(), body).await.expect(202);
    assert_eq!(again["kept_as_draft"]["id"], kept["id"], "the same again is the draft there is");
    assert_eq!(story.mara.stage(&story.phase, "technical_analysis").await["state"], "approved");

    let artefact = story.mara.get(&story.artefact()).await.expect(200);
    assert_eq!(artefact["kept_submissions"][0]["id"], kept["id"]);
    let stage = story.mara.stage(&story.phase, "technical_analysis").await;
    assert!(stage["may"].as_array().unwrap().contains(&json!("adopt_submission")));
    let path = location.trim_start_matches("/api/v1").to_owned();
    let read = story.dana.get(&path).await.expect(200);
    assert_eq!(read["markdown"], document(&IDS, "Second."));
    assert_eq!(read["sidecar"]["requirements_version"], 1);

    let adopt = format!("{path}/adopt");
    let reason = json!({ "reason": "The code moved on" });
    story.jonas.post(&adopt, reason.clone()).await.expect_problem(403, "role-required");
    story.mara.post(&adopt, json!({ "reason": " " })).await.expect_problem(422, "invalid");
    story.mara.post(&adopt, reason.clone()).await.expect(200);
    let artefact = story.mara.get(&story.artefact()).await.expect(200);
    let latest = &artefact["latest"];
    assert_eq!((&artefact["state"], &latest["version"], &latest["cycle"]), (&json!("in_review"), &json!(2), &json!(2)));
    let authors: Vec<_> = latest["authors"].as_array().unwrap().iter().map(|author| author["name"].clone()).collect();
    assert_eq!(authors, [json!("Jonas Weil")], "whoever adopts it has not written it");
    assert_eq!(latest["sidecar"]["evidence"][0]["id"], "E-1");
    assert_eq!(artefact["kept_submissions"], json!([]));
    story.mara.post(&adopt, reason).await.expect_problem(404, "not-found");
    assert_eq!(story.dana.get(&path).await.expect(200)["adopted_version"], 2);
    let history = story.dana.get(&format!("/phases/{}/history?limit=200", story.phase)).await.expect(200);
    let said: Vec<&str> =
        history["items"].as_array().unwrap().iter().filter_map(|event| event["summary"].as_str()).collect();
    assert!(said.iter().any(|it| it.contains("kept beside v1")), "{said:#?}");
    assert!(said.iter().any(|it| it.contains("adopted a kept submission")), "{said:#?}");
}

#[tokio::test]
async fn what_was_kept_on_other_requirements_has_to_be_submitted_anew() {
    let story = Story::begin().await;
    story.jonas.post(&story.versions(), submission(&IDS, "First.")).await.expect(201);
    story.mara.approve(&story.phase, "technical_analysis").await.expect(201);
    let kept = story.jonas.post(&story.versions(), submission(&IDS, "Second.")).await.expect(202);
    let reopen = format!("/phases/{}/stages/requirements/reopen", story.phase);
    story.dana.post(&reopen, json!({ "reason": "Tax was forgotten" })).await.expect(200);
    story.dana.approve(&story.phase, "requirements").await.expect(201);
    let path = format!("{}/kept-submissions", story.artefact());
    assert_eq!(story.mara.get(&path).await.expect(200)["items"][0]["outdated"], true);
    let adopt = format!("{path}/{}/adopt", kept["kept_as_draft"]["id"].as_str().unwrap());
    story.mara.post(&adopt, json!({ "reason": "It is better" })).await.expect_problem(409, "submission-outdated");
}

#[tokio::test]
async fn findings_of_a_sidecar_are_raised_with_it_once() {
    let story = Story::begin().await;
    let mut told = sidecar(1, &IDS);
    told["findings"] = json!([
        { "ref": "R-2", "severity": "blocking", "text": "The bank closes earlier.", "evidence": ["E-1"] },
        { "ref": "R-3", "severity": "advisory", "text": "Nobody carries today." },
    ]);
    story.jonas.post(&story.versions(), with_sidecar("First.", told.clone())).await.expect(201);
    story.jonas.post(&story.versions(), with_sidecar("Second.", told)).await.expect(201);
    let findings = story.dana.get(&format!("/phases/{}/findings", story.phase)).await.expect(200);
    let findings = findings["items"].as_array().unwrap();
    assert_eq!(findings.len(), 2, "{findings:#?}");
    assert_eq!((&findings[0]["ref"], &findings[0]["state"]), (&json!("R-2"), &json!("open")));
    assert_eq!(findings[0]["evidence"], json!([format!("pay@{COMMIT}:src/capture.rs#L1")]));
}
