//! Whatever comes in: the right problem, a sentence that helps, nothing lost, never a 5xx.

use konductro_tests::{Answer, Person, Server};
use reqwest::Method;
use serde_json::{Value, json};

async fn raw(person: &Person, path: &str, content_type: &str, body: impl Into<reqwest::Body>) -> Answer {
    person.send(person.request(Method::POST, path).header("Content-Type", content_type).body(body)).await
}

#[tokio::test]
async fn a_body_that_does_not_fit_is_told_where_and_why() {
    let server = Server::start().await;
    let dana = server.administrator().await;
    raw(&dana, "/projects", "application/json", "{").await.expect_problem(400, "malformed");
    raw(&dana, "/projects", "text/plain", "{}").await.expect_problem(415, "unsupported-media-type");
    raw(&dana, "/projects", "application/json", vec![b' '; 3 << 20]).await.expect_problem(413, "payload-too-large");
    raw(&dana, "/projects", "application/json", vec![0xff, 0xfe]).await.expect_problem(400, "malformed");
    let cases: [(Value, &str); 6] = [
        (json!({}), "/key"),
        (json!({ "key": "PAY" }), "/name"),
        (json!({ "key": "pay", "name": "x" }), "/key"),
        (json!({ "key": "PAY", "name": "" }), "/name"),
        (json!({ "key": "PAY", "name": "x", "colour": "red" }), "/colour"),
        (json!({ "key": "PAY", "name": "a\u{0}b" }), "/name"),
    ];
    for (body, pointer) in cases {
        let problem = dana.post("/projects", body.clone()).await.expect_problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}");
        assert!(problem["request_id"].is_string());
    }
    assert_eq!(dana.get("/projects").await.expect(200)["items"], json!([]), "nothing was made");
}

#[tokio::test]
async fn unknown_ids_stages_and_addresses_are_not_found() {
    let server = Server::start().await;
    let dana = server.administrator().await;
    let project = dana.create_project("PAY").await;
    let phase = dana.open_phase(&project, "Split").await;
    let nobody = "018f0000-0000-7000-8000-000000000000";
    for path in [
        "/projects/nonsense".to_owned(),
        format!("/projects/{nobody}"),
        format!("/phases/{nobody}"),
        format!("/phases/{phase}/artefacts/scoping"),
        format!("/phases/{phase}/artefacts/stories"),
        format!("/phases/{phase}/artefacts/%00"),
        format!("/phases/{phase}/artefacts/requirements/versions/1"),
        format!("/phases/{phase}/artefacts/requirements/versions/99999999999"),
        format!("/phases/{phase}/stages/requirements/turns/{nobody}/context"),
        "/nowhere".to_owned(),
    ] {
        dana.get(&path).await.expect_problem(404, "not-found");
    }
    dana.delete("/projects").await.expect_problem(405, "method-not-allowed");
    for query in ["?limit=0", "?limit=abc", "?cursor=zz", "?wrong=1"] {
        dana.get(&format!("/projects{query}")).await.expect_problem(422, "invalid");
    }
}

#[tokio::test]
async fn a_change_says_what_it_is_based_on() {
    let server = Server::start().await;
    let dana = server.administrator().await;
    let project = dana.create_project("PAY").await;
    let path = format!("/projects/{project}");
    let read = dana.get(&path).await;
    let tag = read.header("etag");
    dana.send(dana.request(Method::PATCH, &path).json(&json!({ "name": "Pay" })))
        .await
        .expect_problem(428, "if-match-required");
    dana.patch(&path, "\"99\"", json!({ "name": "Pay" })).await.expect_problem(412, "version-changed");
    let changed = dana.patch(&path, &tag, json!({ "name": "Pay" })).await;
    assert_ne!(changed.header("etag"), tag);
    changed.expect(200);
    dana.patch(&path, &tag, json!({ "name": "Late" })).await.expect_problem(412, "version-changed");
}

#[tokio::test]
async fn a_read_waits_for_what_it_must_have_seen() {
    let server = Server::start().await;
    let dana = server.administrator().await;
    let created = dana.post("/projects", json!({ "key": "PAY", "name": "Payments" })).await;
    let position = created.header("konductro-position");
    let read =
        |wanted: &str| dana.send(dana.request(Method::GET, "/projects").header("Konductro-Min-Position", wanted));
    assert_eq!(read(&position).await.expect(200)["items"][0]["key"], "PAY");
    read("999999999").await.expect_problem(422, "invalid");
    read("018f0000-0000-7000-8000-000000000000").await.expect_problem(422, "invalid");
    read("soon").await.expect_problem(400, "malformed");
}

#[tokio::test]
async fn a_key_is_used_once_and_a_repeat_gets_the_first_answer() {
    let server = Server::start().await;
    let dana = server.administrator().await;
    let body = json!({ "key": "PAY", "name": "Payments" });
    let send =
        |body: Value| dana.send(dana.request(Method::POST, "/projects").header("Idempotency-Key", "k-1").json(&body));
    let first = send(body.clone()).await;
    let again = send(body).await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(first.clone().expect(201), again.expect(201));
    send(json!({ "key": "OTH", "name": "Other" })).await.expect_problem(422, "idempotency-key-reused");
    dana.post("/projects", json!({ "key": "PAY", "name": "x" })).await.expect_problem(409, "project-key-taken");
}

#[tokio::test]
async fn a_foreign_page_can_change_nothing() {
    let server = Server::start().await;
    let dana = server.administrator().await;
    let body = json!({ "key": "PAY", "name": "Payments" });
    let client = reqwest::Client::new();
    let url = format!("{}/api/v1/projects", server.url());
    let without = client.post(&url).header("Cookie", dana.cookie()).json(&body).send().await.unwrap();
    Answer::of(without).await.expect_problem(403, "csrf");
    let foreign = dana.request(Method::POST, "/projects").header("Origin", "https://evil.example").json(&body);
    dana.send(foreign).await.expect_problem(403, "csrf");
    let nobody = client.post(&url).header("X-Konductro", "1").json(&body).send().await.unwrap();
    Answer::of(nobody).await.expect_problem(401, "not-signed-in");
}

#[tokio::test]
async fn messages_and_documents_have_limits_that_are_told() {
    let server = Server::start().await;
    let dana = server.administrator().await;
    let project = dana.create_project("PAY").await;
    let phase = dana.open_phase(&project, "Split").await;
    let messages = format!("/phases/{phase}/stages/requirements/messages");
    dana.post(&messages, json!({ "text": "  " })).await.expect_problem(422, "invalid");
    dana.post(&messages, json!({ "text": "x".repeat(33 * 1024) })).await.expect_problem(413, "message-too-large");
    dana.save_version(&phase, "requirements", &"x".repeat((1 << 20) + 1))
        .await
        .expect_problem(413, "artefact-too-large");
    dana.save_version(&phase, "requirements", " ").await.expect_problem(422, "invalid");
    dana.save_version(&phase, "requirements", &"é".repeat(500_000)).await.expect(201);
    let turn = "018f0000-0000-7000-8000-000000000000";
    let stop = format!("/phases/{phase}/stages/requirements/turns/{turn}/stop");
    dana.post(&stop, json!({})).await.expect_problem(404, "not-found");
}
