//! Signing in a command line: it shows a code, a person confirms it in the browser, it collects its token once.

use konductro_tests::database::TestDatabase;
use konductro_tests::{Person, Server};
use serde_json::{Value, json};

fn asks() -> Value {
    json!({ "tool": "konductro 0.1.0", "host_name": "jonas-laptop", "scopes": ["read", "analysis:write"], "project_key": "PAY" })
}

async fn begun(server: &Server) -> (Person, String, Person, Value) {
    let dana = server.administrator().await;
    let project = dana.create_project("PAY").await;
    let device = Person::anonymous(server.url());
    let waiting = device.post("/device-logins", asks()).await.expect(201);
    (dana, project, device, waiting)
}

fn address(waiting: &Value) -> String {
    format!("/device-logins/{}", waiting["user_code"].as_str().unwrap())
}

fn yes(project: &str) -> Value {
    json!({ "project_id": project, "scopes": ["read"], "expires_in_days": 30 })
}

#[tokio::test]
async fn what_a_person_confirms_is_what_the_device_gets_once() {
    let server = Server::start().await;
    let (dana, project, device, waiting) = begun(&server).await;
    let code = waiting["user_code"].as_str().unwrap();
    assert_eq!(waiting["verification_url"], format!("{}/device?code={code}", server.url()));
    let secret = json!({ "device_secret": waiting["device_secret"] });
    assert_eq!(device.post("/device-logins/collect", secret.clone()).await.expect(200)["state"], "waiting");
    let shown = dana.get(&address(&waiting).to_lowercase()).await.expect(200);
    assert_eq!((&shown["host_name"], &shown["scopes"]), (&json!("jonas-laptop"), &json!(["read", "analysis:write"])));
    assert!(!shown.to_string().contains(waiting["device_secret"].as_str().unwrap()));
    dana.post(&format!("{}/approve", address(&waiting)), yes(&project)).await.expect(204);
    let collected = device.post("/device-logins/collect", secret.clone()).await.expect(200);
    assert_eq!(collected["state"], "approved");
    let token = &collected["issued"]["token"];
    assert_eq!((&token["scopes"], &token["name"]), (&json!(["read"]), &json!("konductro 0.1.0 on jonas-laptop")));
    let program = dana.by_token(collected["issued"]["secret"].as_str().unwrap());
    assert_eq!(program.get("/me").await.expect(200)["name"], "Dana Okafor");
    device.post("/device-logins/collect", secret).await.expect_problem(404, "not-found");
    assert_eq!(dana.get("/tokens").await.expect(200)["items"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_code_works_once_and_the_device_hears_a_no() {
    let server = Server::start().await;
    let (dana, project, device, waiting) = begun(&server).await;
    dana.post(&format!("{}/refuse", address(&waiting)), json!({})).await.expect(204);
    for late in ["approve", "refuse"] {
        let late = dana.post(&format!("{}/{late}", address(&waiting)), yes(&project)).await;
        late.expect_problem(404, "not-found");
    }
    let secret = json!({ "device_secret": waiting["device_secret"] });
    assert_eq!(device.post("/device-logins/collect", secret.clone()).await.expect(200)["state"], "refused");
    device.post("/device-logins/collect", secret).await.expect_problem(404, "not-found");
    assert_eq!(dana.get("/tokens").await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn codes_that_are_unknown_used_or_over_are_answered_alike() {
    let database = TestDatabase::empty().await;
    let server = Server::start_on(&database).await;
    let (dana, project, device, used) = begun(&server).await;
    dana.post(&format!("{}/approve", address(&used)), yes(&project)).await.expect(204);
    let over = device.post("/device-logins", asks()).await.expect(201);
    let statement = format!(
        "UPDATE device_logins SET expires_at = now() WHERE user_code = '{}'",
        over["user_code"].as_str().unwrap()
    );
    sqlx::query(&statement).execute(&mut database.owner().await).await.unwrap();
    let mut told = Vec::new();
    for address in
        [address(&used), address(&over), "/device-logins/AAAA-AAAA".to_owned(), "/device-logins/🦀".to_owned()]
    {
        let problem = dana.get(&address).await.expect_problem(404, "not-found");
        told.push(problem["detail"].clone());
        dana.post(&format!("{address}/approve"), yes(&project)).await.expect_problem(404, "not-found");
    }
    assert!(told.iter().all(|detail| *detail == told[0]), "{told:#?}");
    let secret = json!({ "device_secret": over["device_secret"] });
    device.post("/device-logins/collect", secret).await.expect_problem(404, "not-found");
}

#[tokio::test]
async fn only_a_member_confirms_and_gives_no_more_than_was_asked_for() {
    let server = Server::start().await;
    let (dana, project, device, waiting) = begun(&server).await;
    let approve = format!("{}/approve", address(&waiting));
    let more = json!({ "project_id": project, "scopes": ["findings:write"], "expires_in_days": 30 });
    dana.post(&approve, more).await.expect_problem(422, "invalid");
    dana.post(&approve, json!({ "project_id": project, "scopes": [], "expires_in_days": 30 }))
        .await
        .expect_problem(422, "invalid");
    let stranger = dana.invite("Olu Ade", "olu@example.com").await;
    stranger.post(&approve, yes(&project)).await.expect_problem(404, "not-found");
    device.post(&approve, yes(&project)).await.expect_problem(401, "not-signed-in");
    let token = dana.by_token(&dana.issue_token(&project, &["read"]).await.0);
    token.post(&approve, yes(&project)).await.expect_problem(403, "interactive-only");
    dana.post(&approve, yes(&project)).await.expect(204);
}

#[tokio::test]
async fn whoever_guesses_codes_is_slowed_down() {
    let server = Server::start().await;
    let (dana, _, _, waiting) = begun(&server).await;
    for guess in 0..10 {
        dana.get(&format!("/device-logins/AAAA-AAA{}", char::from(b'A' + guess)))
            .await
            .expect_problem(404, "not-found");
    }
    let refused = dana.get(&address(&waiting)).await;
    refused.expect_problem(429, "rate-limited");
    assert!(!refused.header("retry-after").is_empty());
}

#[tokio::test]
async fn odd_devices_are_refused_and_one_address_starts_no_endless_number() {
    let server = Server::start().await;
    let device = Person::anonymous(server.url());
    for (field, value) in
        [("tool", json!("")), ("host_name", json!("a\nb")), ("scopes", json!([])), ("scopes", json!(["approve"]))]
    {
        let mut body = asks();
        body[field] = value;
        device.post("/device-logins", body).await.expect_problem(422, "invalid");
    }
    let mut last = 201;
    for _ in 0..61 {
        last = device.post("/device-logins", asks()).await.status;
    }
    assert_eq!(last, 429);
    device.post("/device-logins/collect", json!({ "device_secret": "guess" })).await.expect_problem(404, "not-found");
}
