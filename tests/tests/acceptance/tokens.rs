//! API tokens: each acts for its owner, in one project, for what its scopes say, and decides nothing.

use konductro_tests::analysis::{mapped_ids, submission};
use konductro_tests::database::TestDatabase;
use konductro_tests::reviewed::REQUIREMENTS;
use konductro_tests::socket::Socket;
use konductro_tests::{Person, Server};
use reqwest::Method;
use serde_json::{Value, json};

const ALL: [&str; 3] = ["read", "analysis:write", "findings:write"];
const ANALYSIS: &str = "# Technical analysis\n\n## Summary\n\nIt fits.\n";

async fn project_of_dana(server: &Server) -> (Person, String, String) {
    let dana = server.administrator().await;
    let project = dana.create_project("PAY").await;
    dana.add_member(&project, &dana, &["sdm", "architect", "developer"]).await;
    let phase = dana.open_phase(&project, "Split settlement").await;
    (dana, project, phase)
}

async fn rows(database: &TestDatabase, query: &str) -> Vec<String> {
    sqlx::query_scalar(query).fetch_all(&mut database.owner().await).await.unwrap()
}

async fn execute(database: &TestDatabase, statement: &str) {
    sqlx::query(statement).execute(&mut database.owner().await).await.unwrap();
}

#[tokio::test]
async fn a_token_is_shown_once_acts_for_its_owner_and_ends_when_it_is_revoked() {
    let database = TestDatabase::empty().await;
    let server = Server::start_on(&database).await;
    let (dana, project, phase) = project_of_dana(&server).await;
    let (secret, id) = dana.issue_token(&project, &["read"]).await;
    assert!(secret.starts_with("kon_") && secret.len() == 40, "a scanner can tell it");
    let listed = dana.get("/tokens").await.expect(200);
    assert_eq!(listed["items"][0]["id"], json!(id));
    assert_eq!(listed["items"][0]["last_used_at"], Value::Null);
    assert!(!listed.to_string().contains(&secret), "it is not shown again");
    let program = dana.by_token(&secret);
    let me = program.get("/me").await.expect(200);
    assert_eq!((&me["user_id"], &me["token"]["scopes"]), (&json!(dana.user_id), &json!(["read"])));
    assert_eq!(me["administrator"], false, "no token administers");
    assert_eq!(program.get(&format!("/phases/{phase}")).await.expect(200)["title"], "Split settlement");
    let listed = dana.get("/tokens").await.expect(200);
    assert!(listed["items"][0]["last_used_at"].is_string(), "{listed:#}");
    dana.delete(&format!("/tokens/{id}")).await.expect(204);
    let refused = program.get("/me").await;
    refused.expect_problem(401, "not-signed-in");
    assert!(refused.header("www-authenticate").starts_with("Bearer"));
    assert_eq!(dana.get("/tokens").await.expect(200)["items"], json!([]));
    let facts = rows(&database, "SELECT event_type FROM events WHERE event_type LIKE 'Token%' ORDER BY sequence").await;
    assert_eq!(facts, ["TokenIssued", "TokenRevoked"]);
}

#[tokio::test]
async fn a_token_may_end_itself_and_no_other() {
    let server = Server::start().await;
    let (dana, project, _) = project_of_dana(&server).await;
    let (secret, id) = dana.issue_token(&project, &["findings:write"]).await;
    let (_, other) = dana.issue_token(&project, &ALL).await;
    let program = dana.by_token(&secret);
    program.delete(&format!("/tokens/{other}")).await.expect_problem(403, "interactive-only");
    program.delete(&format!("/tokens/{id}")).await.expect(204);
    program.get("/me").await.expect_problem(401, "not-signed-in");
}

#[tokio::test]
async fn outside_its_project_nothing_exists_for_a_token() {
    let server = Server::start().await;
    let (dana, project, _) = project_of_dana(&server).await;
    let other = dana.create_project("OTHER").await;
    dana.add_member(&other, &dana, &["sdm", "architect", "developer"]).await;
    let phase = dana.open_phase(&other, "Elsewhere").await;
    let program = dana.by_token(&dana.issue_token(&project, &ALL).await.0);
    program.get(&format!("/projects/{other}")).await.expect_problem(404, "not-found");
    program.get(&format!("/phases/{phase}")).await.expect_problem(404, "not-found");
    program.get(&format!("/projects/{other}/backlog")).await.expect_problem(404, "not-found");
    let check = format!("/phases/{phase}/artefacts/technical_analysis/check");
    program.post(&check, json!({ "markdown": ANALYSIS })).await.expect_problem(404, "not-found");
    let me = program.get("/me").await.expect(200);
    assert_eq!(me["projects"].as_array().map(Vec::len), Some(1));
    let inbox = program.get("/inbox").await.expect(200);
    assert!(inbox["items"].as_array().unwrap().iter().all(|item| item["project_id"] == json!(project)), "{inbox:#}");
    assert_eq!(dana.get("/inbox").await.expect(200)["items"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn an_analysis_is_submitted_by_token_and_counts_as_from_the_ide() {
    let server = Server::start().await;
    let (dana, project, phase) = project_of_dana(&server).await;
    dana.save_version(&phase, "requirements", REQUIREMENTS).await.expect(201);
    dana.approve(&phase, "requirements").await.expect(201);
    let ids = mapped_ids(&dana, &phase).await;
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let program = dana.by_token(&dana.issue_token(&project, &["analysis:write"]).await.0);
    let versions = format!("/phases/{phase}/artefacts/technical_analysis/versions");
    let body = submission(&ids, "By token.");
    let post = |key: &str| program.request(Method::POST, &versions).header("Idempotency-Key", key).json(&body);
    let answer = program.send(post("one")).await;
    assert_eq!(answer.clone().expect(201)["origin"], "ide", "nobody sat in front of it");
    let again = program.send(post("one")).await;
    assert_eq!((again.status, again.header("idempotency-replayed")), (201, "true".to_owned()));
    let by_hand = format!("/phases/{phase}/artefacts/requirements/versions");
    program.post(&by_hand, body).await.expect_problem(403, "interactive-only");
}

/// The operations of the document: method, address with made-up ids, and the scopes that admit a token.
fn operations() -> Vec<(Method, String, Option<Vec<String>>)> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi/openapi.json");
    let document: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).expect("it is JSON");
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        let Some(path) = path.strip_prefix("/api/v1") else { continue };
        for (method, operation) in methods.as_object().unwrap() {
            let Ok(method) = method.to_uppercase().parse::<Method>() else { continue };
            let stated = operation["security"].as_array().cloned().unwrap_or_default();
            let is_open = stated.iter().any(|it| it.as_object().is_some_and(|it| it.is_empty()));
            if !operation.is_object() || is_open {
                continue;
            }
            let scopes = stated.iter().find_map(|it| it["bearerAuth"].as_array());
            let scopes = scopes.map(|it| it.iter().map(|name| name.as_str().unwrap().to_owned()).collect());
            let segments = path.split('/').map(|segment| match segment {
                "{stage}" => "technical_analysis".to_owned(),
                "{version}" => "1".to_owned(),
                segment if segment.starts_with('{') => uuid::Uuid::now_v7().to_string(),
                segment => segment.to_owned(),
            });
            all.push((method, segments.collect::<Vec<_>>().join("/"), scopes));
        }
    }
    all
}

#[tokio::test]
async fn whatever_names_no_scope_is_for_people_only() {
    let server = Server::start().await;
    let (dana, project, _) = project_of_dana(&server).await;
    let program = dana.by_token(&dana.issue_token(&project, &ALL).await.0);
    let for_people: Vec<_> = operations().into_iter().filter(|(_, _, scopes)| scopes.is_none()).collect();
    assert!(for_people.len() > 50, "{}", for_people.len());
    for (method, path, _) in for_people {
        let answer = program.send(program.request(method.clone(), &path).json(&json!({}))).await;
        let kind = answer.body["type"].as_str().unwrap_or_default();
        assert_eq!((answer.status, kind), (403, "/problems/interactive-only"), "{method} {path}");
    }
}

#[tokio::test]
async fn each_scope_is_needed_for_what_names_it() {
    let server = Server::start_with(&[("KONDUCTRO_TOKEN_REQUESTS_PER_MINUTE", "2000")]).await;
    let (dana, project, _) = project_of_dana(&server).await;
    let mut tried = 0;
    for missing in ALL {
        let held: Vec<&str> = ALL.into_iter().filter(|scope| *scope != missing).collect();
        let program = dana.by_token(&dana.issue_token(&project, &held).await.0);
        for (method, path, scopes) in operations() {
            if scopes.is_none_or(|scopes| !scopes.contains(&missing.to_owned())) || path == "/ws" {
                continue;
            }
            let answer = program.send(program.request(method.clone(), &path).json(&json!({}))).await;
            let problem = answer.expect_problem(403, "scope-required");
            assert_eq!(problem["scopes"], json!([missing]), "{method} {path}");
            tried += 1;
        }
    }
    assert!(tried > 20, "{tried}");
}

#[tokio::test]
async fn no_way_of_writing_an_address_goes_round_the_scopes() {
    let server = Server::start().await;
    let (dana, project, _) = project_of_dana(&server).await;
    let program = dana.by_token(&dana.issue_token(&project, &ALL).await.0);
    let body = json!({ "kind": "light", "title": "Another" });
    for odd in ["ph%61ses", "phases/", "/phases", "phases;x=1", "PHASES", "./phases", "phases%2f"] {
        let path = format!("/projects/{project}/{odd}");
        let answer = program.post(&path, body.clone()).await;
        assert!(matches!(answer.status, 403..=405), "{path}: {} {}", answer.status, answer.body);
    }
    let phases = dana.get(&format!("/projects/{project}/phases")).await.expect(200);
    assert_eq!(phases["items"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_token_opens_nothing_without_its_owner() {
    let database = TestDatabase::empty().await;
    let server = Server::start_on(&database).await;
    let (dana, project, phase) = project_of_dana(&server).await;
    let jonas = dana.invite("Jonas Weil", "jonas@example.com").await;
    dana.add_member(&project, &jonas, &["developer"]).await;
    let (secret, id) = jonas.issue_token(&project, &ALL).await;
    let program = jonas.by_token(&secret);
    let path = format!("/phases/{phase}");
    program.get(&path).await.expect(200);
    dana.delete(&format!("/projects/{project}/members/{}", jonas.user_id)).await.expect(200);
    program.get(&path).await.expect_problem(401, "not-signed-in");
    dana.add_member(&project, &jonas, &["developer"]).await;
    program.get(&path).await.expect(200);
    let user = format!("/users/{}", jonas.user_id);
    dana.patch(&user, "*", json!({ "disabled": true })).await.expect(200);
    program.get(&path).await.expect_problem(401, "not-signed-in");
    dana.patch(&user, "*", json!({ "disabled": false })).await.expect(200);
    program.get(&path).await.expect(200);
    execute(&database, &format!("UPDATE tokens SET expires_at = now() - interval '1 second' WHERE token_id = '{id}'"))
        .await;
    program.get(&path).await.expect_problem(401, "not-signed-in");
    let jonas = Person::sign_in(server.url(), "jonas@example.com", konductro_tests::person::PASSWORD).await;
    assert_eq!(jonas.get("/tokens").await.expect(200)["items"][0]["expired"], true);
}

#[tokio::test]
async fn the_sdm_of_a_project_sees_and_revokes_what_opens_it() {
    let server = Server::start().await;
    let (dana, project, _) = project_of_dana(&server).await;
    let jonas = dana.invite("Jonas Weil", "jonas@example.com").await;
    dana.add_member(&project, &jonas, &["developer"]).await;
    let (secret, id) = jonas.issue_token(&project, &["read"]).await;
    let of_project = format!("/tokens?project_id={project}");
    let listed = dana.get(&of_project).await.expect(200);
    assert_eq!((&listed["items"][0]["owner"]["name"], &listed["items"][0]["id"]), (&json!("Jonas Weil"), &json!(id)));
    assert_eq!(dana.get("/tokens").await.expect(200)["items"], json!([]), "her own are others");
    jonas.get(&of_project).await.expect_problem(403, "role-required");
    let stranger = dana.invite("Olu Ade", "olu@example.com").await;
    stranger.get(&of_project).await.expect_problem(404, "not-found");
    stranger.delete(&format!("/tokens/{id}")).await.expect_problem(404, "not-found");
    dana.delete(&format!("/tokens/{id}")).await.expect(204);
    jonas.by_token(&secret).get("/me").await.expect_problem(401, "not-signed-in");
}

#[tokio::test]
async fn a_token_beside_a_cookie_decides() {
    let server = Server::start().await;
    let (dana, project, phase) = project_of_dana(&server).await;
    let program = dana.by_token(&dana.issue_token(&project, &["read"]).await.0);
    let both = |method: Method, path: &str| program.request(method, path).header("cookie", dana.cookie());
    let rename = both(Method::PATCH, &format!("/phases/{phase}")).header("If-Match", "*");
    program.send(rename.json(&json!({ "title": "No" }))).await.expect_problem(403, "interactive-only");
    assert!(program.send(both(Method::GET, "/me")).await.expect(200)["token"].is_object());
    let basic = dana.request(Method::GET, "/me").basic_auth("dana", Some("secret"));
    dana.send(basic).await.expect_problem(401, "not-signed-in");
}

#[tokio::test]
async fn a_token_that_asks_too_often_is_told_when_to_come_back() {
    let server = Server::start_with(&[("KONDUCTRO_TOKEN_REQUESTS_PER_MINUTE", "3")]).await;
    let (dana, project, _) = project_of_dana(&server).await;
    let program = dana.by_token(&dana.issue_token(&project, &["read"]).await.0);
    for left in [2, 1, 0] {
        let answer = program.get("/me").await;
        assert_eq!(answer.header("ratelimit-policy"), "\"token\";q=3;w=60");
        assert!(answer.header("ratelimit").starts_with(&format!("\"token\";r={left};t=")), "{:?}", answer.headers);
        answer.expect(200);
    }
    let refused = program.get("/me").await;
    refused.expect_problem(429, "rate-limited");
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=20).contains(&wait), "{wait}");
    dana.by_token(&dana.issue_token(&project, &["read"]).await.0).get("/me").await.expect(200);
}

#[tokio::test]
async fn whoever_guesses_tokens_is_slowed_down_and_holds_up_nobody_who_has_one() {
    let server = Server::start().await;
    let (dana, project, _) = project_of_dana(&server).await;
    let program = dana.by_token(&dana.issue_token(&project, &["read"]).await.0);
    program.get("/me").await.expect(200);
    let guess = konductro_api::identity::TokenSecret::generate().unwrap();
    let guessing = dana.by_token(guess.expose());
    let mut answers = Vec::new();
    for _ in 0..101 {
        answers.push(guessing.get("/me").await.status);
    }
    assert!(answers[..100].iter().all(|status| *status == 401), "{answers:?}");
    assert_eq!(answers[100], 429);
    program.get("/me").await.expect(200);
    dana.get("/me").await.expect(200);
}

#[tokio::test]
async fn a_socket_of_a_token_hears_its_project_and_closes_when_it_is_revoked() {
    let server = Server::start().await;
    let (dana, project, phase) = project_of_dana(&server).await;
    let other = dana.create_project("OTHER").await;
    let url = format!("{}/api/v1/ws", server.url());
    let open = async |secret: &str| Socket::open(&url, &[("authorization", &format!("Bearer {secret}"))]).await;
    let (blind, _) = dana.issue_token(&project, &["analysis:write", "findings:write"]).await;
    let refused = open(&blind).await.err().expect("it needs to read");
    assert_eq!((refused.status, refused.problem["type"].as_str()), (403, Some("/problems/scope-required")));
    let (secret, id) = dana.issue_token(&project, &["read"]).await;
    let mut socket = open(&secret).await.unwrap();
    for foreign in [format!("project:{other}"), format!("editing:{phase}:requirements")] {
        socket.send(json!({ "type": "subscribe", "topic": foreign })).await;
        assert_eq!(socket.until_type("error").await["code"], "not-found");
    }
    socket.subscribe(&format!("project:{project}")).await;
    dana.open_phase(&project, "Another").await;
    let heard = |frame: &Value| frame["what"].as_array().is_some_and(|what| what.contains(&json!("phases")));
    socket.until("the phase", heard).await;
    dana.delete(&format!("/tokens/{id}")).await.expect(204);
    assert_eq!(socket.until_closed().await, Some(4401));
}

#[tokio::test]
async fn a_socket_of_a_token_closes_when_the_membership_ends() {
    let server = Server::start().await;
    let (dana, project, _) = project_of_dana(&server).await;
    let jonas = dana.invite("Jonas Weil", "jonas@example.com").await;
    dana.add_member(&project, &jonas, &["developer"]).await;
    let secret = format!("Bearer {}", jonas.issue_token(&project, &["read"]).await.0);
    let url = format!("{}/api/v1/ws", server.url());
    let mut socket = Socket::open(&url, &[("authorization", &secret)]).await.unwrap();
    socket.until_type("hello").await;
    dana.delete(&format!("/projects/{project}/members/{}", jonas.user_id)).await.expect(200);
    assert_eq!(socket.until_closed().await, Some(4401));
}

#[tokio::test]
async fn a_socket_of_a_token_closes_when_the_token_runs_out() {
    let database = TestDatabase::empty().await;
    let server = Server::start_on(&database).await;
    let (dana, project, _) = project_of_dana(&server).await;
    let secret = format!("Bearer {}", dana.issue_token(&project, &["read"]).await.0);
    let url = format!("{}/api/v1/ws", server.url());
    let mut socket = Socket::open(&url, &[("authorization", &secret)]).await.unwrap();
    socket.until_type("hello").await;
    execute(&database, "UPDATE tokens SET expires_at = now()").await;
    assert_eq!(socket.until_closed().await, Some(4401));
}

#[tokio::test]
async fn the_same_key_issues_one_token_and_shows_it_once() {
    let server = Server::start().await;
    let (dana, project, _) = project_of_dana(&server).await;
    let body = json!({ "name": "CI", "project_id": project, "scopes": ["read"], "expires_in_days": 1 });
    let post = || dana.request(Method::POST, "/tokens").header("Idempotency-Key", "one").json(&body);
    dana.send(post()).await.expect(201);
    dana.send(post()).await.expect_problem(409, "conflict");
    assert_eq!(dana.get("/tokens").await.expect(200)["items"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn odd_tokens_are_not_issued() {
    let server = Server::start().await;
    let (dana, project, _) = project_of_dana(&server).await;
    let other = dana.invite("Olu Ade", "olu@example.com").await;
    let good = json!({ "name": "CI", "project_id": project, "scopes": ["read"], "expires_in_days": 30 });
    let with = |field: &str, value: Value| {
        let mut body = good.clone();
        body[field] = value;
        body
    };
    for (field, value) in [
        ("name", json!("  ")),
        ("name", json!("a\nb")),
        ("name", json!("x".repeat(81))),
        ("scopes", json!([])),
        ("scopes", json!(["approve"])),
        ("scopes", json!("read")),
        ("expires_in_days", json!(0)),
        ("expires_in_days", json!(367)),
        ("expires_in_days", json!(-1)),
        ("project_id", json!("PAY")),
        ("secret", json!("kon_mine")),
    ] {
        let answer = dana.post("/tokens", with(field, value)).await;
        let problem = answer.expect_problem(422, "invalid");
        assert!(problem["errors"][0]["pointer"].as_str().unwrap().starts_with(&format!("/{field}")), "{problem:#}");
    }
    other.post("/tokens", good).await.expect_problem(404, "not-found");
    dana.delete("/tokens/nothing").await.expect_problem(404, "not-found");
    assert_eq!(dana.get("/tokens").await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn the_secret_is_nowhere_but_in_the_one_answer() {
    let database = TestDatabase::empty().await;
    let server = Server::start_with(&[("DATABASE_URL", &database.url()), ("KONDUCTRO_LOG", "trace")]).await;
    let (dana, project, phase) = project_of_dana(&server).await;
    let body = json!({ "name": "CI", "project_id": project, "scopes": ALL, "expires_in_days": 30 });
    let issue = dana.request(Method::POST, "/tokens").header("Idempotency-Key", "canary").json(&body);
    let issued = dana.send(issue).await.expect(201);
    let secret = issued["secret"].as_str().unwrap().to_owned();
    let program = dana.by_token(&secret);
    program.get(&format!("/phases/{phase}")).await.expect(200);
    program.post("/tokens", body).await.expect(403);
    program.delete(&format!("/tokens/{}", issued["token"]["id"].as_str().unwrap())).await.expect(204);
    program.get("/me").await.expect(401);
    let random = &secret[4..34];
    assert!(!database.dump().await.contains(random), "no table holds it");
    assert!(!server.output().contains(random), "no log shows it");
}
