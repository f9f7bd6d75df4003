//! A draft is its writer's alone, on every device, and no version until it is saved as one.

use konductro_tests::person::PASSWORD;
use konductro_tests::socket::Socket;
use konductro_tests::{Person, Server};
use reqwest::Method;
use serde_json::{Value, json};

async fn in_review() -> (Server, Person, String, String) {
    let server = Server::start().await;
    let dana = server.administrator().await;
    let project = dana.create_project("PAY").await;
    let phase = dana.open_phase(&project, "Split settlement").await;
    dana.save_version(&phase, "requirements", "# Requirements\n\n### R-1 Split\n").await.expect(201);
    (server, dana, project, phase)
}

fn draft_of(phase: &str, stage: &str) -> String {
    format!("/phases/{phase}/artefacts/{stage}/draft")
}

#[tokio::test]
async fn a_draft_is_there_on_another_device_and_gone_once_it_is_a_version() {
    let (server, dana, _, phase) = in_review().await;
    let path = draft_of(&phase, "requirements");
    dana.get(&path).await.expect_problem(404, "not-found");
    let body = json!({ "title": "Requirements", "markdown": "# Requirements, better", "base_version": 1 });
    let kept = dana.put(&path, body).await;
    assert_eq!(kept.header("etag"), "\"1\"");
    assert_eq!(kept.expect(200)["base_version"], 1);
    let other_device = Person::sign_in(server.url(), &dana.email, PASSWORD).await;
    let found = other_device.get(&path).await.expect(200);
    assert_eq!((&found["markdown"], &found["revision"]), (&json!("# Requirements, better"), &json!(1)));
    let artefact = other_device.get(&format!("/phases/{phase}/artefacts/requirements")).await.expect(200);
    assert_eq!((&artefact["draft"]["revision"], &artefact["latest"]["version"]), (&json!(1), &json!(1)));
    assert!(artefact["draft"].get("markdown").is_none());
    let versions = format!("/phases/{phase}/artefacts/requirements/versions");
    let save = dana.request(Method::POST, &versions).header("If-Match", "\"1\"");
    let save = save.json(&json!({ "title": "Requirements", "markdown": "# Requirements, better" }));
    assert_eq!(dana.send(save).await.expect(201)["version"], 2);
    dana.get(&path).await.expect_problem(404, "not-found");
    let history = dana.get(&format!("/phases/{phase}/history?limit=200")).await.expect(200).to_string();
    assert!(!history.contains("raft"), "a draft is no event");
}

#[tokio::test]
async fn of_two_devices_none_overwrites_the_other_unseen() {
    let (_server, dana, _, phase) = in_review().await;
    let path = draft_of(&phase, "requirements");
    let keep = async |follows: &str, text: &str| {
        let body = json!({ "title": "Requirements", "markdown": text, "base_version": 1 });
        dana.send(dana.request(Method::PUT, &path).header("If-Match", follows).json(&body)).await
    };
    keep("\"3\"", "none is there").await.expect_problem(412, "version-changed");
    keep("\"0\"", "one").await.expect(200);
    let problem = keep("\"0\"", "another device").await.expect_problem(412, "version-changed");
    assert_eq!(problem["current_version"], 1);
    assert_eq!(keep("\"1\"", "two").await.expect(200)["revision"], 2);
    keep("\"1\"", "late").await.expect_problem(412, "version-changed");
    assert_eq!(dana.get(&path).await.expect(200)["markdown"], "two");
    assert_eq!(keep("*", "three").await.expect(200)["revision"], 3);
    let (one, other) = tokio::join!(keep("\"3\"", "left"), keep("\"3\"", "right"));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
    assert_eq!(dana.delete(&path).await.status, 204);
    assert_eq!(dana.delete(&path).await.status, 204);
    dana.get(&path).await.expect_problem(404, "not-found");
}

#[tokio::test]
async fn a_draft_is_mine_alone_and_only_of_who_may_write() {
    let (_server, dana, project, phase) = in_review().await;
    let (mara, jonas) =
        (dana.invite("Mara", "mara@example.com").await, dana.invite("Jonas", "jonas@example.com").await);
    let olu = dana.invite("Olu Ade", "olu@example.com").await;
    dana.add_member(&project, &mara, &["architect"]).await;
    dana.add_member(&project, &jonas, &["developer", "auditor"]).await;
    let body = json!({ "title": "T", "markdown": "mine", "base_version": 1 });
    let path = draft_of(&phase, "requirements");
    dana.put(&path, body.clone()).await.expect(200);
    mara.get(&path).await.expect_problem(404, "not-found");
    for writer in [&mara, &jonas] {
        let problem = writer.put(&path, body.clone()).await.expect_problem(403, "role-required");
        assert_eq!(problem["roles"], json!(["sdm"]));
    }
    olu.put(&path, body.clone()).await.expect_problem(404, "not-found");
    let first = json!({ "title": "T", "markdown": "analysis" });
    let analysis = draft_of(&phase, "technical_analysis");
    jonas.put(&analysis, first.clone()).await.expect_problem(409, "stage-locked");
    dana.approve(&phase, "requirements").await.expect(201);
    assert_eq!(jonas.put(&analysis, first).await.expect(200)["base_version"], Value::Null);
    // Beside an approved version a draft is kept, and only as that (rule 6).
    dana.put(&path, body).await.expect(200);
    dana.save_version(&phase, "requirements", "mine").await.expect_problem(409, "stage-approved");
    assert_eq!(dana.get(&path).await.expect(200)["markdown"], "mine");
    let artefact = format!("/phases/{phase}/artefacts/requirements");
    assert_eq!(dana.get(&artefact).await.expect(200)["may_draft"], true);
    assert_eq!(mara.get(&artefact).await.expect(200)["may_draft"], false);
}

#[tokio::test]
async fn odd_drafts_are_refused_with_a_reason() {
    let (_server, dana, _, phase) = in_review().await;
    let path = draft_of(&phase, "requirements");
    let put = async |body: Value| dana.put(&path, body).await;
    let long = "x".repeat(1024 * 1024 + 1);
    put(json!({ "title": "T", "markdown": long })).await.expect_problem(413, "artefact-too-large");
    put(json!({ "title": "T".repeat(161), "markdown": "a" })).await.expect_problem(422, "invalid");
    put(json!({ "title": "T", "markdown": "a", "base_version": 2 })).await.expect_problem(422, "invalid");
    put(json!({ "title": "T", "markdown": "a", "base_version": 4_294_967_295u32 }))
        .await
        .expect_problem(422, "invalid");
    put(json!({ "title": "T", "markdown": "a", "x": 1 })).await.expect_problem(422, "invalid");
    put(json!({ "title": "T", "markdown": "a\u{0}b" })).await.expect_problem(422, "invalid");
    put(json!({ "title": "", "markdown": "" })).await.expect(200);
    dana.put(&draft_of(&phase, "stories"), json!({ "title": "T", "markdown": "a" }))
        .await
        .expect_problem(404, "not-found");
}

#[tokio::test]
async fn two_who_edit_see_each_other_and_nobody_else_can_seem_to() {
    let (server, dana, project, phase) = in_review().await;
    let ida = dana.invite("Ida Berg", "ida@example.com").await;
    let aiko = dana.invite("Aiko", "aiko@example.com").await;
    dana.add_member(&project, &ida, &["sdm"]).await;
    dana.add_member(&project, &aiko, &["auditor"]).await;
    let topic = format!("editing:{phase}:requirements");
    let open = async |person: &Person| {
        let url = format!("{}/api/v1/ws", server.url());
        Socket::open(&url, &[("cookie", person.cookie()), ("origin", server.url())]).await.unwrap()
    };
    let mut danas = open(&dana).await;
    let alone = danas.subscribe(&topic).await;
    assert_eq!(alone["present"].as_array().unwrap().len(), 1);
    let mut idas = open(&ida).await;
    let both = idas.subscribe(&topic).await;
    assert_eq!(both["present"][0]["name"], "Dana Okafor");
    danas.until("both to be there", |frame| present(frame) == Some(2)).await;
    let mut aikos = open(&aiko).await;
    aikos.send(json!({ "type": "subscribe", "topic": topic })).await;
    let refused = aikos.until("a refusal", |frame| frame["type"] == "error").await;
    assert_eq!(refused["code"], "not-found");
    drop(idas);
    danas.until("one to have left", |frame| present(frame) == Some(1)).await;
}

fn present(frame: &Value) -> Option<usize> {
    (frame["type"] == "presence").then(|| frame["present"].as_array().map(Vec::len)).flatten()
}
